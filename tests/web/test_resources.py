"""Linked data over HTTP: things, files and the ontology by their own addresses."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from heritagekg.terms import expand

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
THING = ox.NamedNode(expand("committee:az"))


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        (BROWSER["accept"], "/page/committee/az"),
        ("*/*", "/id/committee/az.ttl"),
        ("text/turtle", "/id/committee/az.ttl"),
        ("application/ld+json", "/id/committee/az.jsonld"),
        ("application/n-triples;q=0.9, text/turtle;q=0.1", "/id/committee/az.nt"),
        ("application/rdf+xml", "/id/committee/az.rdf"),
    ],
)
def test_a_thing_leads_to_its_page_or_its_data(
    client: httpx.Client, accept: str, target: str
) -> None:
    response = client.get("/id/committee/az", headers={"accept": accept})
    assert response.status_code == 303
    assert response.headers["location"] == target
    assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize(
    ("ending", "form"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("rdf", ox.RdfFormat.RDF_XML),
    ],
)
def test_the_data_of_a_thing(client: httpx.Client, ending: str, form: ox.RdfFormat) -> None:
    address = f"/id/committee/az.{ending}"
    response = client.get(address, headers={"accept": "image/png"})
    assert response.status_code == 200
    triples = {q.triple for q in ox.parse(response.content, format=form)}
    predicates = {t.predicate.value for t in triples if t.subject == THING}
    assert expand("skos:prefLabel") in predicates
    # The facts that have it as an end, and what their ends are called.
    tenure, holder = ox.NamedNode(expand("tenure:a-az")), ox.NamedNode(expand("person:a"))
    assert ox.Triple(tenure, ox.NamedNode(expand("hkg:heldBy")), holder) in triples
    label = ox.Literal("Shirin A.", language="en")
    assert ox.Triple(holder, ox.NamedNode(expand("rdfs:label")), label) in triples
    document = ox.NamedNode(str(client.base_url).rstrip("/") + address)
    assert ox.Triple(document, ox.NamedNode(expand("foaf:primaryTopic")), THING) in triples
    known = {"if-none-match": response.headers["etag"]}
    assert client.get(address, headers=known).status_code == 304


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/id/committee/zz", "*/*", 404),
        ("/id/committee/zz.ttl", "*/*", 404),
        ("/id/committee/az", "image/png", 406),
        ("/id/committee/a%3Ez", "*/*", 404),
        ("/id/committee/a%3Ez.ttl", "*/*", 404),
        ("/data/nowhere", "*/*", 404),
        ("/data/people", "image/png", 406),
        ("/ontology.txt", "*/*", 404),
    ],
)
def test_what_is_not_there(client: httpx.Client, path: str, accept: str, status: int) -> None:
    response = client.get(path, headers={"accept": accept})
    assert response.status_code == status
    assert response.text and "Traceback" not in response.text


def test_a_file_of_the_graph(client: httpx.Client) -> None:
    for path, accept in (("/data/people", "text/turtle"), ("/data/people.ttl", "*/*")):
        response = client.get(path, headers={"accept": accept})
        assert response.headers["content-type"].startswith("text/turtle")
        subjects = {q.subject for q in ox.parse(response.content, format=ox.RdfFormat.TURTLE)}
        assert THING in subjects
        assert ox.NamedNode("http://example.org/n1") not in subjects


def test_the_ontology(shipped: httpx.Client) -> None:
    turtle = shipped.get("/ontology", headers={"accept": "text/turtle"})
    subjects = {q.subject for q in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)}
    assert {ox.NamedNode(expand("hkg:Tenure")), ox.NamedNode(expand("role:chair"))} <= subjects
    assert shipped.get("/ontology.jsonld").headers["content-type"] == "application/ld+json"
    page = shipped.get("/ontology", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    for told in ('id="Tenure"', 'id="attestedIn"', "org:Membership", 'lang="az"', "1.0"):
        assert told in page.text
