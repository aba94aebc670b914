"""The endpoint described in its own language: SPARQL 1.1 Service Description and VoID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.engine.capped import GRAPHS

if TYPE_CHECKING:
    from heritagekg.web.site import Site

_A = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_DCTERMS = "http://purl.org/dc/terms/"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads")
_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def describe_service(site: Site, endpoint: str, form: str) -> bytes:
    """Return the description of the endpoint at the URL *endpoint*, as the graph format *form*."""
    prefixes = {"sd": _SD, "void": _VOID, "dcterms": _DCTERMS}
    triples = _triples(site, ox.NamedNode(endpoint))
    return bytes(ox.serialize(triples, format=GRAPHS[form], prefixes=prefixes) or b"")


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)


def _triples(site: Site, endpoint: ox.NamedNode) -> Iterator[ox.Triple]:
    service, dataset, default = (ox.BlankNode(name) for name in ("service", "dataset", "default"))
    yield ox.Triple(service, _A, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), endpoint)
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    # The default graph says what the named graphs say, taken together.
    yield ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    for name in (*_RESULTS, *_GRAPHS):
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
    limits = site.limits
    calls = f"SERVICE calls {', '.join(limits.services)} only" if limits.services else "no SERVICE"
    told = (
        f"A query may run {limits.timeout:g} seconds; an answer is cut at {limits.max_rows} rows "
        f"or {limits.max_bytes} bytes and then says so. There are no updates, and {calls}."
    )
    yield ox.Triple(
        service, ox.NamedNode(_DCTERMS + "description"), ox.Literal(told, language="en")
    )
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, _A, _sd("Dataset"))
    version = ox.Literal(site.kg.version)
    yield ox.Triple(dataset, ox.NamedNode(_DCTERMS + "identifier"), version)
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    yield ox.Triple(default, _A, _sd("Graph"))
    triples = ox.Literal(str(site.kg.statistics["triples"]), datatype=_INTEGER)
    yield ox.Triple(default, ox.NamedNode(_VOID + "triples"), triples)
    for number, graph in enumerate(sorted(site.graphs)):
        named = ox.BlankNode(f"graph{number}")
        yield ox.Triple(dataset, _sd("namedGraph"), named)
        yield ox.Triple(named, _A, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), ox.NamedNode(graph))
