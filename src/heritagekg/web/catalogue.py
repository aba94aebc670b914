"""What the data set says of itself: VoID and DCAT, its prefixes and its named queries in SHACL.

It stands in a graph of the served store, so that query editors elsewhere learn from the endpoint
itself which classes, properties, prefixes and examples there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from heritagekg.engine.bindings import bind
from heritagekg.errors import BadParameter
from heritagekg.terms import ENTITIES, HKG, compact, expand
from heritagekg.workspace import GRAPHS

if TYPE_CHECKING:
    from heritagekg.engine.protocol import Engine
    from heritagekg.queries import NamedQuery, QueryCatalogue

DATASET = ox.NamedNode(GRAPHS + "dataset")
LICENCE = ox.NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
# Ending of a dump -> media type and what the format is called.
DUMPS = {
    "trig": ("application/trig", "TriG"),
    "nq": ("application/n-quads", "N-Quads"),
    "jsonld": ("application/ld+json", "JSON-LD"),
}
_TITLE = "heritagekg: the museum world as a knowledge graph"
_DESCRIPTION = (
    "ICOM and its committees, alliances and conferences, museums, people, projects, campaigns and "
    "figures, each fact with its source and its time."
)
# Class, property, how many triples: what a query editor completes.
_PARTITIONS = """SELECT ?class ?property (COUNT(*) AS ?triples)
WHERE { ?thing a ?class ; ?property ?value . }
GROUP BY ?class ?property"""
_ENTITIES = "SELECT ?class (COUNT(*) AS ?entities) WHERE { ?thing a ?class . } GROUP BY ?class"
# Classes of ours that properties of ours lead to.
_TARGETS = f"""SELECT ?class ?property ?target (COUNT(*) AS ?triples)
WHERE {{
  ?thing a ?class ; ?property ?value .
  FILTER(STRSTARTS(STR(?class), "{HKG}") && STRSTARTS(STR(?property), "{HKG}"))
  ?value a ?target .
  FILTER(STRSTARTS(STR(?target), "{HKG}"))
}}
GROUP BY ?class ?property ?target"""
_COUNTS = f"""SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?property) AS ?properties)
  (COUNT(DISTINCT ?thing) AS ?entities)
WHERE {{ ?s ?property ?o . BIND(IF(STRSTARTS(STR(?s), "{ENTITIES}"), ?s, ?none) AS ?thing) }}"""
_EXECUTABLES = {"select": "Select", "ask": "Ask", "construct": "Construct", "describe": "Describe"}


def describe_dataset(
    engine: Engine, queries: QueryCatalogue, data_version: str
) -> Iterator[ox.Triple]:
    """Yield the description of the data set that *engine* holds.

    Parameters
    ----------
    engine
        The engine whose classes and properties are counted.
    queries
        The named queries; those that can run as they are become `sh:SPARQLExecutable`.
    data_version
        The hash of the files that the data come from.
    """
    yield from _header(data_version)
    yield from _counts(engine)
    yield from _partitions(engine)
    for name in sorted(queries):
        yield from _executable(queries[name])


def _header(data_version: str) -> Iterator[ox.Triple]:
    for kind in ("void:Dataset", "dcat:Dataset"):
        yield _triple(DATASET, "rdf:type", _term(kind))
    yield _triple(DATASET, "dcterms:title", ox.Literal(_TITLE, language="en"))
    yield _triple(DATASET, "dcterms:description", ox.Literal(_DESCRIPTION, language="en"))
    yield _triple(DATASET, "dcterms:creator", ox.Literal("The heritagekg developers"))
    yield _triple(DATASET, "dcterms:license", LICENCE)
    yield _triple(DATASET, "dcterms:identifier", ox.Literal(data_version))
    yield _triple(DATASET, "owl:versionInfo", ox.Literal(version("heritagekg")))
    yield _triple(DATASET, "void:uriSpace", ox.Literal(ENTITIES))
    yield _triple(DATASET, "void:vocabulary", ox.NamedNode(HKG))
    yield _triple(DATASET, "void:exampleResource", _term("committee:az"))
    for _, name in DUMPS.values():
        feature = ox.NamedNode("http://www.w3.org/ns/formats/" + name)
        yield _triple(DATASET, "void:feature", feature)


def _counts(engine: Engine) -> Iterator[ox.Triple]:
    counted = engine.select(_COUNTS)[0]
    classes = len(engine.select(_ENTITIES))
    for name, number in {**counted._asdict(), "classes": classes}.items():
        yield _triple(DATASET, f"void:{name}", ox.Literal(int(str(number))))


def _partitions(engine: Engine) -> Iterator[ox.Triple]:
    for row in engine.select(_ENTITIES):
        part = _part(row["class"])
        yield _triple(DATASET, "void:classPartition", part)
        yield _triple(part, "void:class", ox.NamedNode(row["class"]))
        yield _triple(part, "void:entities", ox.Literal(row.entities))
    for row in engine.select(_PARTITIONS):
        part = _part(row["class"], row.property)
        yield _triple(_part(row["class"]), "void:propertyPartition", part)
        yield _triple(part, "void:property", ox.NamedNode(row.property))
        yield _triple(part, "void:triples", ox.Literal(row.triples))
    for row in engine.select(_TARGETS):
        part = _part(row["class"], row.property, row.target)
        yield _triple(_part(row["class"], row.property), "void:classPartition", part)
        yield _triple(part, "void:class", ox.NamedNode(row.target))
        yield _triple(part, "void:triples", ox.Literal(row.triples))


def _part(*iris: str) -> ox.NamedNode:
    names = "/".join(quote(compact(iri), safe=":") for iri in iris)
    return ox.NamedNode(f"{DATASET.value}/{names}")


def _executable(query: NamedQuery) -> Iterator[ox.Triple]:
    try:
        bound = query.bindings({})
    except BadParameter:
        # A parameter without default: the query cannot run as it is.
        return
    text = "\n".join(
        line for line in bind(query.text, bound).splitlines() if not line.startswith("#+")
    )
    node = ox.NamedNode(GRAPHS + "queries/" + query.name)
    yield _triple(node, "rdf:type", _term("sh:SPARQLExecutable"))
    yield _triple(node, "rdf:type", _term(f"sh:SPARQL{_EXECUTABLES[query.form]}Executable"))
    yield _triple(node, "rdfs:label", ox.Literal(query.summary, language="en"))
    comment = " ".join(filter(None, [query.summary + ".", query.description]))
    yield _triple(node, "rdfs:comment", ox.Literal(comment, language="en"))
    yield _triple(node, f"sh:{query.form}", ox.Literal(text.strip() + "\n"))
    yield _triple(node, "sh:prefixes", ox.NamedNode(GRAPHS + "ontology"))
    yield _triple(node, "dcterms:isPartOf", DATASET)
    for tag in query.tags:
        yield _triple(node, "schema:keywords", ox.Literal(tag))


def distributions(site: str) -> Iterator[ox.Triple]:
    """Yield where the data set can be had from the site at the URL *site*."""
    endpoint = ox.NamedNode(site + "/sparql")
    yield _triple(DATASET, "void:sparqlEndpoint", endpoint)
    service = ox.NamedNode(site + "/sparql#service")
    yield _triple(service, "rdf:type", _term("dcat:DataService"))
    yield _triple(service, "dcat:endpointURL", endpoint)
    yield _triple(service, "dcat:servesDataset", DATASET)
    for ending, (media_type, name) in DUMPS.items():
        address = ox.NamedNode(f"{site}/dumps/heritagekg.{ending}")
        dump = ox.NamedNode(address.value + "#distribution")
        yield _triple(DATASET, "void:dataDump", address)
        yield _triple(DATASET, "dcat:distribution", dump)
        yield _triple(dump, "rdf:type", _term("dcat:Distribution"))
        yield _triple(dump, "dcterms:title", ox.Literal(f"heritagekg as {name}", language="en"))
        yield _triple(dump, "dcterms:license", LICENCE)
        yield _triple(dump, "dcat:downloadURL", address)
        kind = ox.NamedNode("https://www.iana.org/assignments/media-types/" + media_type)
        yield _triple(dump, "dcat:mediaType", kind)


_DCAT = "http://www.w3.org/ns/dcat#"


def _term(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(_DCAT + name if prefix == "dcat" else expand(curie))


def _triple(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _term(predicate), value)
