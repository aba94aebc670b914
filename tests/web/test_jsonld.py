"""JSON-LD that reads like JSON: the same triples to an independent reader, and its look."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heritagekg import KnowledgeGraph
from heritagekg.engine.bindings import bind
from heritagekg.terms import PREFIXES, expand
from heritagekg.web import jsonld
from heritagekg.web.resources import THING


def parsed(document: bytes) -> set[ox.Triple]:
    """Return the triples as a reader takes them that knows nothing of how they were written."""
    return set(map(triple, ox.parse(document, format=ox.RdfFormat.JSON_LD)))


def triple(quad: ox.Quad) -> ox.Triple:
    return ox.Triple(quad.subject, quad.predicate, quad.object)


@pytest.mark.parametrize(
    "thing", ["committee:az", "person:shirin-malikova", "conference:2022-prague", "role:chair"]
)
def test_things_of_the_shipped_graph(kg: KnowledgeGraph, thing: str) -> None:
    query = bind(THING, {"thing": ox.NamedNode(expand(thing))})
    triples = {ox.Triple(*t) for t in kg.engine.construct(query)}
    assert len(triples) > 10
    assert parsed(jsonld.write(triples)) == triples


def test_what_it_looks_like() -> None:
    document = """
        committee:xa a hkg:NationalCommittee ;
            skos:prefLabel "ICOM Xanadu"@en , "İKOM Xanadu"@az ;
            hkg:partOf organization:icom ;
            hkg:foundedIn "1992"^^xsd:gYear ;
            hkg:number 3 ;
            hkg:url "https://example.org/"^^xsd:anyURI ;
            skos:editorialNote "plain" , "told"@en .
    """
    head = "".join(f"@prefix {name}: <{namespace}> .\n" for name, namespace in PREFIXES.items())
    quads = list(ox.parse(head + document, format=ox.RdfFormat.TURTLE))
    written = json.loads(jsonld.write(map(triple, quads)))
    assert written["@graph"] == [
        {
            "@id": "committee:xa",
            "@type": "hkg:NationalCommittee",
            "foundedIn": "1992",
            "number": "3",
            "partOf": "organization:icom",
            "skos:editorialNote": ["plain", {"@value": "told", "@language": "en"}],
            "skos:prefLabel": {"az": "İKOM Xanadu", "en": "ICOM Xanadu"},
            "url": "https://example.org/",
        }
    ]
    context = written["@context"]
    assert context["partOf"] == {"@id": "hkg:partOf", "@type": "@id"}
    assert context["foundedIn"] == {"@id": "hkg:foundedIn", "@type": "xsd:gYear"}
    assert context["skos:prefLabel"] == {"@id": "skos:prefLabel", "@container": "@language"}
    assert context["committee"] == "https://w3id.org/heritagekg/id/committee/"


NODES = st.sampled_from(
    [ox.NamedNode(expand(name)) for name in ("person:a", "hkg:Person", "wd:Q1", "hkg:name")]
    + [ox.NamedNode("https://example.org/a%20b"), ox.NamedNode("urn:x:y"), ox.BlankNode("b")]
)
PREDICATES = st.sampled_from(
    [ox.NamedNode(expand(name)) for name in ("hkg:name", "hkg:partOf", "skos:note", "rdfs:label")]
    + [ox.NamedNode("https://example.org/p")]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    TEXTS.map(lambda text: ox.Literal(text, language="az")),
    st.integers(0, 99).map(ox.Literal),
    st.booleans().map(ox.Literal),
    st.dates().map(lambda day: ox.Literal(str(day), datatype=ox.NamedNode(expand("xsd:date")))),
)


@given(st.lists(st.tuples(NODES, PREDICATES, NODES | LITERALS), max_size=12))
def test_any_triples(said: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]]) -> None:
    triples = {ox.Triple(*parts) for parts in said}
    again = parsed(jsonld.write(triples))
    assert canonical(again) == canonical(triples)


def canonical(triples: set[ox.Triple]) -> set[ox.Quad]:
    dataset = ox.Dataset(ox.Quad(*parts) for parts in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)
