"""What the data set says of itself, in the endpoint and as documents; dumps and sitemap."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest
from lxml import etree

from heritagekg import KnowledgeGraph
from heritagekg.queries import parse
from heritagekg.terms import PREFIXES, expand
from heritagekg.web.site import Limits, Site

DCAT = "http://www.w3.org/ns/dcat#"


def ask(client: httpx.Client, query: str) -> list[dict[str, str]]:
    response = client.get("/sparql", params={"query": query}, headers={"accept": "*/*"})
    assert response.status_code == 200, response.text
    rows = response.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def test_editors_find_the_prefixes(shipped: httpx.Client) -> None:
    rows = ask(shipped, "SELECT ?p ?n { ?x sh:prefix ?p ; sh:namespace ?n }")
    assert {row["p"]: row["n"] for row in rows}.items() <= PREFIXES.items()
    assert len(rows) > 40


def test_editors_find_classes_and_properties_with_true_counts(shipped: httpx.Client) -> None:
    (row,) = ask(
        shipped,
        "SELECT ?entities ?heldBy { ?c void:class hkg:Tenure ; void:entities ?entities ; "
        "void:propertyPartition ?p . ?p void:property hkg:heldBy ; void:triples ?heldBy ; "
        "void:classPartition [ void:class hkg:Person ] }",
    )
    (counted,) = ask(
        shipped, "SELECT (COUNT(*) AS ?n) (COUNT(?h) AS ?m) { ?t a hkg:Tenure ; hkg:heldBy ?h }"
    )
    assert (row["entities"], row["heldBy"]) == (counted["n"], counted["m"])


def test_editors_find_examples_that_run(shipped: httpx.Client, kg: KnowledgeGraph) -> None:
    rows = ask(
        shipped,
        "SELECT ?q ?label ?text { ?q a sh:SPARQLExecutable ; rdfs:label ?label ; sh:select ?text }",
    )
    assert len(rows) > 30
    summaries = {kg.queries[name].summary for name in kg.queries}
    for row in rows:
        assert row["label"] in summaries
        ox.Store().query(row["text"])


@pytest.mark.parametrize("path", ["/dataset", "/.well-known/void"])
def test_the_description_as_a_document(shipped: httpx.Client, path: str) -> None:
    response = shipped.get(path, headers={"accept": "application/n-triples"})
    store = ox.Store()
    store.load(response.content, format=ox.RdfFormat.N_TRIPLES)
    base = str(shipped.base_url).rstrip("/")
    for needed in (
        f"a <{DCAT}Dataset> ; <{expand('dcterms:license')}> ?licence",
        f"<{expand('void:sparqlEndpoint')}> <{base}/sparql>",
        f"<{DCAT}distribution> [ <{DCAT}downloadURL> <{base}/dumps/heritagekg.trig> ]",
    ):
        dataset = "<https://w3id.org/heritagekg/dataset>"
        assert bool(store.query(f"ASK {{ {dataset} {needed} }}")), needed


def test_dumps_hold_every_named_graph(shipped: httpx.Client) -> None:
    forms = {
        "trig": ox.RdfFormat.TRIG,
        "nq": ox.RdfFormat.N_QUADS,
        "jsonld": ox.RdfFormat.JSON_LD,
    }
    counts = set()
    for ending, form in forms.items():
        response = shipped.get(f"/dumps/heritagekg.{ending}")
        assert response.status_code == 200
        assert ending == "jsonld" or response.text.startswith("# heritagekg, data version ")
        quads = set(ox.parse(response.content, format=form))
        assert not any(isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads)
        counts.add(len(quads))
        known = {"if-none-match": response.headers["etag"]}
        assert shipped.get(f"/dumps/heritagekg.{ending}", headers=known).status_code == 304
    (row,) = ask(shipped, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert counts == {int(row["n"])}
    assert shipped.get("/dumps/heritagekg.zip").status_code == 404


def test_sitemap_and_robots(shipped: httpx.Client) -> None:
    tree = etree.fromstring(shipped.get("/sitemap.xml").content)
    addresses = [element.text for element in tree.iter("{*}loc")]
    page = str(shipped.base_url).rstrip("/") + "/page/committee/az"
    assert page in addresses
    assert shipped.get(page, headers={"accept": "text/html"}).status_code == 200
    assert "/sitemap.xml" in shipped.get("/robots.txt").text


def test_other_queries_are_another_edition(
    served_kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that kept the list of queries must not be told that it is unchanged."""
    editions = set()
    for summary in ("What is", "What was"):
        query = parse("own/what", f"#+ summary: {summary}\nSELECT ?s WHERE {{ ?s ?p ?o }}")
        monkeypatch.setattr(served_kg, "queries", {query.name: query})
        editions.add(Site.of(served_kg, 1, Limits(), 0).edition)
    assert len(editions) == 2
