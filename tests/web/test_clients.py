"""Programs that others wrote, as clients of the endpoint: SPARQLWrapper, rdflib, curl."""

from __future__ import annotations

import shutil
import subprocess

import httpx
import pytest

import heritagekg
from heritagekg.terms import expand

CHAIRS = "SELECT ?person { ?t hkg:role role:chair ; hkg:heldBy ?person }"
PLAIN = f"SELECT ?person {{ ?t <{expand('hkg:role')}> <{expand('role:chair')}> ; "
PLAIN += f"<{expand('hkg:heldBy')}> ?person }}"


@pytest.fixture
def endpoint(shipped: httpx.Client) -> str:
    return f"{str(shipped.base_url).rstrip('/')}/sparql"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_sparqlwrapper(endpoint: str, method: str, form: str) -> None:
    from SPARQLWrapper import SPARQLWrapper

    wrapper = SPARQLWrapper(endpoint)
    wrapper.setMethod(method)
    wrapper.setQuery(CHAIRS)
    wrapper.setReturnFormat(form)
    answer = wrapper.query().response.read().decode()
    assert expand("person:shirin-malikova") in answer


def test_sparqlwrapper_takes_triples(endpoint: str) -> None:
    from SPARQLWrapper import TURTLE, SPARQLWrapper

    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery("DESCRIBE committee:az")
    wrapper.setReturnFormat(TURTLE)
    assert b"ICOM Azerbaijan" in wrapper.query().response.read()


def test_rdflib_store(endpoint: str) -> None:
    import rdflib
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = rdflib.Graph(SPARQLStore(endpoint))
    rows = graph.query(PLAIN)
    assert rdflib.URIRef(expand("person:shirin-malikova")) in {row[0] for row in rows}
    committee = rdflib.URIRef(expand("committee:az"))
    assert (committee, rdflib.RDF.type, rdflib.URIRef(expand("hkg:NationalCommittee"))) in graph
    labels = set(graph.objects(committee, rdflib.RDFS.label))
    assert rdflib.Literal("ICOM Azerbaijan", lang="en") in labels


def test_heritagekg_itself(endpoint: str) -> None:
    kg = heritagekg.open(endpoint)
    labels = {row.personLabel for row in kg.run("committees/chairs", committee="committee:az")}
    assert "Shirin Malikova" in labels


def test_curl(endpoint: str) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not on this machine")
    asked = [curl, "-fsS", endpoint, "-H", "Accept: text/csv", "--data-urlencode"]
    done = subprocess.run([*asked, f"query={CHAIRS}"], capture_output=True, timeout=30, check=True)
    assert expand("person:shirin-malikova").encode() in done.stdout
    thing = endpoint.removesuffix("/sparql") + "/id/committee/az"
    asked = [curl, "-fsSL", thing, "-H", "Accept: application/ld+json"]
    done = subprocess.run(asked, capture_output=True, timeout=30, check=True)
    assert b'"skos:prefLabel"' in done.stdout
