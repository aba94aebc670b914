"""The endpoint engine against a SPARQL server on loopback: the same answers as the embedded one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

import heritagekg
from heritagekg.engine.embedded import Embedded
from heritagekg.engine.endpoint import Endpoint
from heritagekg.errors import QueryError, QueryRefused, QuerySyntaxError, QueryTimeout

STORE = ox.Store()
TURTLE = b"""@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix conference: <https://w3id.org/heritagekg/id/conference/> .
conference:2022-prague hkg:number 26 ; hkg:theme "The Power of Museums"@en .
conference:2019-kyoto hkg:number 25 ."""


class Handler(BaseHTTPRequestHandler):
    """Answers POSTed queries from STORE; `/slow` after a second, `/html` never as SPARQL."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/slow":
            time.sleep(1.5)
        try:
            answer = STORE.query(parse_qs(body)["query"][0])
        except SyntaxError as error:
            return self.send(400, "text/plain", str(error).encode())
        if self.path == "/html":
            return self.send(200, "text/html", b"<p>hello")
        if isinstance(answer, ox.QueryTriples):
            content = answer.serialize(format=ox.RdfFormat.TURTLE)
            return self.send(200, "text/turtle", bytes(content or b""))
        content = answer.serialize(format=ox.QueryResultsFormat.JSON)
        return self.send(200, "application/sparql-results+json", bytes(content or b""))

    def send(self, status: int, kind: str, content: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    STORE.load(TURTLE, format=ox.RdfFormat.TURTLE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("at", ["embedded", "endpoint"])
def test_both_engines_answer_alike(url: str, at: str) -> None:
    engine = Embedded(STORE) if at == "embedded" else Endpoint(url)
    query = "SELECT $n ?theme { ?c hkg:number $n ; hkg:theme ?theme }"
    assert [tuple(row) for row in engine.select(query)] == [(26, "The Power of Museums")]
    hostile = 'a" } ; #'
    table = engine.select("SELECT $x { ?c hkg:number 26 }", {"x": ox.Literal(hostile)})
    assert [row.x for row in table] == [hostile]
    assert engine.ask("ASK { conference:2022-prague ?p $n }", {"n": ox.Literal(26)}) is True
    assert len(engine.construct("CONSTRUCT WHERE { ?s hkg:number ?o }")) == 2


def test_graph_of_an_endpoint(url: str) -> None:
    kg = heritagekg.open(url)
    assert [row.n for row in kg.query("SELECT ?n { ?c hkg:number ?n } ORDER BY ?n")] == [25, 26]
    assert kg.locate("conference:2022-prague").value.endswith("2022-prague")
    with pytest.raises(heritagekg.HeritageKGError, match="one endpoint at a time"):
        heritagekg.open(url, url)


def test_syntax_error_is_the_servers_word(url: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"refused the query: .*error at 1:"):
        Endpoint(url).select("SELECT ?x { ?x }")


def test_service_is_refused_before_it_is_sent(url: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        Endpoint(url).ask("ASK { SERVICE <http://127.0.0.1/> { } }")


def test_time_limit(url: str) -> None:
    with pytest.raises(QueryTimeout, match="in time"):
        Endpoint(url + "/slow").ask("ASK { }", timeout=1)


def test_nobody_there() -> None:
    with pytest.raises(QueryError, match=r"no answer from http://127.0.0.1:9"):
        Endpoint("http://127.0.0.1:9").ask("ASK { }")


def test_answer_that_is_no_sparql(url: str) -> None:
    with pytest.raises(QueryError, match="answered with 'text/html'"):
        Endpoint(url + "/html").select("SELECT ?s { ?s ?p ?o }")
