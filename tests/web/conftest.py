"""A small graph with hostile labels, served in this process or by one of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from starlette.applications import Starlette

from heritagekg.engine.embedded import Embedded
from heritagekg.graph import KnowledgeGraph
from heritagekg.terms import PREFIXES
from heritagekg.web.app import create_app
from heritagekg.web.server import address_of, listen, server_of

GRAPH = "https://w3id.org/heritagekg/data/"
MARKUP = "<script>alert('x')</script><img src=x onerror=alert(1)>"
PREFIX_LINES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
PEOPLE = """
<https://w3id.org/heritagekg/data/people> a void:Dataset ; dcterms:title "People"@en .
role:chair a skos:Concept ; skos:prefLabel "chair"@en ; rdfs:label "chair"@en .
committee:az a hkg:NationalCommittee, hkg:Organization ;
  skos:prefLabel "ICOM Azerbaijan"@en, "ICOM Azərbaycan"@az ; rdfs:label "ICOM Azerbaijan"@en ;
  prov:wasDerivedFrom source:news .
person:a a hkg:Person ; skos:prefLabel "Şirin Ə."@az, "Shirin A."@en ; rdfs:label "Shirin A."@en ;
  prov:wasDerivedFrom source:news .
person:hostile a hkg:Person ; skos:prefLabel "MARKUP"@en ; rdfs:label "MARKUP"@en ;
  skos:editorialNote "control \\u0001 and \\"quote\\", comma\\nline" ;
  foaf:homepage <javascript:alert(1)> ; prov:wasDerivedFrom source:news .
source:news a hkg:Document ;
  dcterms:title "News <b>bold</b>"@en ; rdfs:label "News <b>bold</b>"@en ;
  hkg:url "https://example.org/?a=1&b=%3Cscript%3E"^^xsd:anyURI .
tenure:a-az a hkg:Tenure, hkg:Fact ; hkg:heldBy person:a ; hkg:organization committee:az ;
  hkg:role role:chair ; hkg:attestedIn "2022-08"^^xsd:gYearMonth ;
  hkg:certainFrom "2022-08-31"^^xsd:date ; prov:wasDerivedFrom source:news .
tenure:hostile-az a hkg:Tenure, hkg:Fact ; hkg:heldBy person:hostile ;
  hkg:organization committee:az ; hkg:role role:chair ; hkg:attestedIn "2020"^^xsd:gYear ;
  hkg:certainFrom "2020-12-31"^^xsd:date ; prov:wasDerivedFrom source:news .
"""


@pytest.fixture(scope="session")
def stored_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with two named graphs, `people` and `numbers`."""
    path = tmp_path_factory.mktemp("served") / "store"
    store = ox.Store(str(path))
    turtle = PREFIX_LINES + PEOPLE.replace("MARKUP", MARKUP)
    numbers = "".join(
        f"<http://example.org/n{n}> <http://example.org/value> {n} .\n" for n in range(3000)
    )
    for name, text in (("people", turtle), ("numbers", numbers)):
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
        graph = ox.NamedNode(GRAPH + name)
        store.extend(ox.Quad(q.subject, q.predicate, q.object, graph) for q in quads)
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    store.flush()
    return path


@pytest.fixture(scope="session")
def served_kg(stored_graph: Path) -> KnowledgeGraph:
    """Return the knowledge graph over that store, with the shipped queries."""
    return KnowledgeGraph(Embedded.open(stored_graph), None, "v1")


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve *app* on loopback from a thread of this process; give its address."""
    server = server_of(app)
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield address_of(listener)
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def address(served_kg: KnowledgeGraph) -> Iterator[str]:
    """Return the address of the application with small limits."""
    app = create_app(served_kg, workers=1, timeout=20, max_rows=2000, max_bytes=400_000)
    with serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    """Return a client of that application."""
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def hurried(served_kg: KnowledgeGraph) -> Iterator[httpx.Client]:
    """Return a client of an application that stops queries early."""
    app = create_app(served_kg, workers=1, timeout=1)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def serve() -> Callable[[Starlette], AbstractContextManager[str]]:
    """Return the function that serves another application."""
    return serving


@pytest.fixture(scope="session")
def shipped(kg: KnowledgeGraph) -> Iterator[httpx.Client]:
    """Return a client of an application over the shipped graph."""
    app = create_app(kg, workers=1)
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client
