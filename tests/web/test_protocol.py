"""The SPARQL 1.1 Protocol over real HTTP: what is answered, refused, cut, and how it says so."""

from __future__ import annotations

import json
import socket
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from urllib.parse import urlencode, urlsplit

import httpx
import pyoxigraph as ox
import pytest
from lxml import etree
from starlette.applications import Starlette

from heritagekg.graph import KnowledgeGraph
from heritagekg.web.app import create_app

GRAPH = "https://w3id.org/heritagekg/data/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s <http://example.org/value> ?o }"
VALUES = "SELECT ?s ?o { ?s <http://example.org/value> ?o } ORDER BY ?o"
TRIPLES = "CONSTRUCT WHERE { ?s <http://example.org/value> ?o }"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GROWING = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}
Serve = Callable[[Starlette], AbstractContextManager[str]]


def get(client: httpx.Client, query: str, accept: str = "*/*", **more: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **more}, headers={"accept": accept})


def test_get(client: httpx.Client) -> None:
    response = get(client, "ASK {}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/sparql-results+json"
    assert response.json()["boolean"] is True


def test_post_form(client: httpx.Client) -> None:
    response = client.post("/sparql", data={"query": COUNT}, headers={"accept": "text/csv"})
    assert response.text == "n\r\n3000\r\n"


def test_post_direct(client: httpx.Client) -> None:
    headers = {**DIRECT, "accept": "text/tab-separated-values"}
    response = client.post("/sparql/", content=COUNT.encode(), headers=headers)
    assert response.text == "?n\n3000\n"


def test_head_has_the_headers_and_no_body(client: httpx.Client) -> None:
    response = client.head("/sparql", params={"query": COUNT})
    assert response.status_code == 200
    assert int(response.headers["content-length"]) > 0
    assert response.content == b""
    assert client.head("/sparql", params={"query": GROWING}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        ("", "ASK {}", "application/sparql-results+json"),
        ("application/json", VALUES, "application/json"),
        ("application/sparql-results+xml", "ASK {}", "application/sparql-results+xml"),
        ("text/csv;q=0.9, */*;q=0.1", VALUES, "text/csv; charset=utf-8"),
        ("text/*", VALUES, "text/csv; charset=utf-8"),
        ("text/csv;q=0, text/*", VALUES, "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=bad, application/xml", VALUES, "application/xml"),
        ("*/*", TRIPLES, "text/turtle; charset=utf-8"),
        ("application/n-triples", TRIPLES, "application/n-triples"),
        ("application/ld+json", TRIPLES, "application/ld+json"),
        ("application/rdf+xml;q=0.9,text/turtle;q=0.2", TRIPLES, "application/rdf+xml"),
        ("application/trig", "DESCRIBE <http://example.org/n1>", "application/trig"),
        ("application/n-quads", TRIPLES, "application/n-quads"),
    ],
)
def test_content_negotiation(
    client: httpx.Client, accept: str, query: str, media_type: str
) -> None:
    response = get(client, query, accept)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == media_type
    assert "Accept" in response.headers["vary"]


def test_format_parameter_goes_before_accept(client: httpx.Client) -> None:
    response = get(client, COUNT, "application/json", format="csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert get(client, COUNT, "text/csv", format="surprise").text == "n\r\n3000\r\n"


@pytest.mark.parametrize("query", ["ASK {}", TRIPLES])
def test_nothing_acceptable_is_406(client: httpx.Client, query: str) -> None:
    response = get(client, query, "image/png")
    assert response.status_code == 406
    assert "/" in response.text


@pytest.mark.parametrize(
    ("status", "method", "options"),
    [
        (400, "GET", {"params": {"query": ["ASK {}", "ASK {}"]}}),
        (400, "GET", {"params": {"query": "SELCT * { ?s ?p ?o }"}}),
        (400, "GET", {"params": {"query": ""}}),
        (400, "POST", {"content": b"", "headers": FORM}),
        (400, "POST", {"content": b"ASK { ?s ?p '\xff' }", "headers": DIRECT}),
        (400, "POST", {"content": b"query=%ff", "headers": FORM}),
        (400, "POST", {"content": b"&".join([b"a=b"] * 3000), "headers": FORM}),
        (400, "POST", {"params": {"query": "ASK {}"}, "content": b"ASK {}", "headers": DIRECT}),
        (403, "POST", {"data": {"update": "CLEAR ALL"}}),
        (403, "GET", {"params": {"update": "CLEAR ALL"}}),
        (403, "GET", {"params": {"query": "INSERT DATA { <x:a> <x:b> <x:c> }"}}),
        (403, "POST", {"content": b"x", "headers": {"content-type": "application/sparql-update"}}),
        (413, "POST", {"content": b"ASK {}" + b" " * (1 << 20), "headers": DIRECT}),
        (415, "POST", {"content": b"ASK {}", "headers": {"content-type": "text/plain"}}),
        (415, "POST", {"content": b"ASK {}"}),
        (
            415,
            "POST",
            {"content": b"x", "headers": {"content-type": "application/sparql-query;charset=x"}},
        ),
        (405, "PUT", {"content": b"ASK {}", "headers": DIRECT}),
        (405, "DELETE", {}),
    ],
)
def test_malformed_requests(
    client: httpx.Client, status: int, method: str, options: dict[str, object]
) -> None:
    response = client.request(method, "/sparql", **options)  # type: ignore[arg-type]
    assert response.status_code == status, response.text
    assert response.text
    assert "Traceback" not in response.text
    if status == 405:
        assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT *\nWHERE { ?s ?p }", "line 2, column 16"),
        ("SELCT * { ?s ?p ?o }", "line 1, column"),
        ("SELECT * { ?s unknown:p ?o }", "line 1, column"),
    ],
)
def test_syntax_errors_name_line_and_column(client: httpx.Client, query: str, place: str) -> None:
    response = get(client, query)
    assert response.status_code == 400
    assert response.text.startswith(place)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <file:///etc/passwd> { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { ?s hkg:a\\' ?o . SERVICE <http://127.0.0.1:9/> { } } #'",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT * FROM NAMED <http://127.0.0.1:9/> { GRAPH ?g { ?s ?p ?o } }",
    ],
)
def test_nothing_outside_the_graph_is_read(client: httpx.Client, query: str) -> None:
    response = get(client, query)
    assert response.status_code == 403, response.text
    assert "not allowed" in response.text


def test_a_service_that_was_allowed_is_called(
    served_kg: KnowledgeGraph, address: str, serve: Serve
) -> None:
    app = create_app(served_kg, workers=1, services=[f"{address}/sparql"])
    with serve(app) as own, httpx.Client(base_url=own, timeout=30) as client:
        call = f"SERVICE <{address}/sparql> {{ ?s <http://example.org/value> 7 }}"
        response = get(client, f"SELECT ?s {{ {call} }}")
        assert response.status_code == 200, response.text
        assert "http://example.org/n7" in response.text
        other = get(client, f"SELECT ?s {{ {call.replace('/sparql', '/query')} }}")
        assert other.status_code == 403
        assert f"SERVICE <{address}/sparql>" in other.text
        described = client.get("/sparql", headers={"accept": "text/turtle"})
        assert f"SERVICE calls {address}/sparql only" in described.text


def count(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def test_the_dataset_of_the_request(client: httpx.Client) -> None:
    people, numbers = GRAPH + "people", GRAPH + "numbers"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <http://example.org/value> ?o } }"
    assert count(get(client, COUNT)) == 3000
    assert count(get(client, COUNT, **{"default-graph-uri": people})) == 0
    assert count(get(client, COUNT, **{"default-graph-uri": numbers})) == 3000
    both = {"query": COUNT, "default-graph-uri": [people, numbers]}
    assert count(client.get("/sparql", params=both)) == 3000
    assert count(get(client, COUNT, **{"named-graph-uri": numbers})) == 0
    assert count(get(client, named)) == 3000
    assert count(get(client, named, **{"named-graph-uri": numbers})) == 3000
    assert count(get(client, named, **{"default-graph-uri": numbers})) == 0
    # The request's dataset goes before the query's.
    own = f"SELECT (COUNT(*) AS ?n) FROM <{people}> {{ ?s <http://example.org/value> ?o }}"
    assert count(get(client, own)) == 0
    assert count(get(client, own, **{"default-graph-uri": numbers})) == 3000
    params = {"default-graph-uri": numbers}
    direct = client.post("/sparql", params=params, content=COUNT.encode(), headers=DIRECT)
    assert count(direct) == 3000


def test_relative_iris_are_those_of_the_graph(client: httpx.Client) -> None:
    assert get(client, "ASK { GRAPH <data/people> { ?s a hkg:Person } }").json()["boolean"]


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_graphs_that_are_not_here_are_refused(client: httpx.Client, name: str) -> None:
    response = get(client, "ASK {}", **{name: GRAPH + "peple"})
    assert response.status_code == 403
    assert f"did you mean '{GRAPH}people'?" in response.text


def test_an_answer_cut_by_rows_says_so(client: httpx.Client) -> None:
    for accept in ("application/json", "application/xml", "text/csv", "text/tab-separated-values"):
        response = get(client, VALUES, accept)
        assert response.headers["heritagekg-truncated"] == "rows; rows=2000"
        assert response.headers["heritagekg-row-limit"] == "2000"
    assert response.text.count("\n") == 2001
    response = get(client, TRIPLES)
    assert response.headers["heritagekg-truncated"] == "rows; rows=2000"
    assert len(list(ox.parse(response.content, format=ox.RdfFormat.TURTLE))) == 2000
    assert "heritagekg-truncated" not in get(client, VALUES + " LIMIT 2000").headers


def test_an_answer_cut_by_bytes_says_so(served_kg: KnowledgeGraph, serve: Serve) -> None:
    app = create_app(served_kg, workers=1, max_rows=1 << 30, max_bytes=3 << 20)
    with serve(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        # CSV has no place for a note: it is held back until the header can tell.
        response = get(client, GROWING, "text/csv")
        assert response.headers["heritagekg-truncated"].startswith("bytes; rows=")
        assert 2 << 20 < len(response.content) <= 3 << 20
        # JSON and XML of this length are sent while they grow, and end with a note.
        response = get(client, GROWING, "application/json")
        assert len(response.content) <= 3 << 20
        assert json.loads(response.content)["truncated"]["by"] == "bytes"
        response = get(client, GROWING, "application/xml")
        assert len(etree.fromstring(response.content)) == 2
        assert b"truncated at the limit of bytes" in response.content[-200:]


def test_a_query_stopped_while_it_is_sent_breaks_the_connection(
    served_kg: KnowledgeGraph, serve: Serve
) -> None:
    app = create_app(served_kg, workers=1, timeout=2, max_rows=1 << 40, max_bytes=1 << 40)
    with serve(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            get(client, GROWING, "application/json")
        assert get(client, "ASK {}").status_code == 200


def test_a_heavy_query_is_stopped_and_others_are_answered(hurried: httpx.Client) -> None:
    stopped: list[httpx.Response] = []
    heavy = [threading.Thread(target=lambda: stopped.append(get(hurried, CROSS))) for _ in range(2)]
    for thread in heavy:
        thread.start()
    time.sleep(0.6)
    taken = []
    while any(thread.is_alive() for thread in heavy):
        began = time.monotonic()
        assert get(hurried, "ASK {}").status_code == 200
        taken.append(time.monotonic() - began)
        time.sleep(0.02)
    assert statistics.median(taken) < 0.5
    assert [response.status_code for response in stopped] == [504, 504]
    assert "limit of 1 s" in stopped[0].text


def test_a_client_that_leaves_frees_its_worker(served_kg: KnowledgeGraph, serve: Serve) -> None:
    app = create_app(served_kg, workers=1, timeout=60)
    scheduler = app.state.site.pool._scheduler
    with serve(app) as address:
        with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as s:
            s.sendall(
                f"GET /sparql?{urlencode({'query': CROSS})} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )
            until(lambda: scheduler.long_running == 1)
        until(lambda: scheduler.long_running == 0)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_too_many_queries_are_told_when_to_come_back(
    served_kg: KnowledgeGraph, serve: Serve
) -> None:
    app = create_app(served_kg, workers=1, timeout=60)
    scheduler = app.state.site.pool._scheduler
    scheduler.slice, scheduler.capacity = 60, 1
    with serve(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        with ThreadPoolExecutor(4) as threads:
            heavy = f"{address}/sparql?{urlencode({'query': CROSS})}"
            for reached in (
                lambda: len(scheduler.running) == 1,
                lambda: len(scheduler.running) == 2,
                lambda: len(scheduler.fresh) == 1,
            ):
                threads.submit(httpx.get, heavy, timeout=30)
                until(reached)
            response = get(client, "ASK {}")
            scheduler.close()
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0


def test_eight_clients_at_once(address: str) -> None:
    def ask(number: int) -> None:
        with httpx.Client(base_url=address, timeout=30) as client:
            for turn in range(10):
                query = f"SELECT ({number * turn} AS ?n) {{ ?s a hkg:Tenure }} LIMIT 1"
                assert count(get(client, query)) == number * turn

    with ThreadPoolExecutor(8) as threads:
        for result in [threads.submit(ask, number) for number in range(8)]:
            result.result(30)


def test_the_entity_tag_is_the_data_version_and_the_query(client: httpx.Client) -> None:
    first = get(client, COUNT)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    headers = {"if-none-match": f'"other", {tag}'}
    again = client.get("/sparql", params={"query": COUNT}, headers=headers)
    assert again.status_code == 304
    assert again.headers["etag"] == tag
    assert get(client, COUNT, "text/csv").headers["etag"] != tag
    volatile = get(client, "SELECT (NOW() AS ?now) {}")
    assert "etag" not in volatile.headers
    assert volatile.headers["cache-control"] == "no-store"
    assert get(client, "SELCT").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_long_answers_are_compressed(
    client: httpx.Client, accepted: str, encoding: str | None
) -> None:
    params = {"query": VALUES, "format": "csv"}
    response = client.get("/sparql", params=params, headers={"accept-encoding": accepted})
    assert response.headers.get("content-encoding") == encoding
    assert response.text.count("\n") == 2001
    assert "Accept-Encoding" in response.headers["vary"]


def test_other_origins_may_ask(client: httpx.Client) -> None:
    origin = {"origin": "https://example.org"}
    response = client.get("/sparql", params={"query": "ASK {}"}, headers=origin)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "Heritagekg-Truncated" in response.headers["access-control-expose-headers"]
    preflight = origin | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    response = client.options("/sparql", headers=preflight)
    assert response.status_code == 200
    assert "POST" in response.headers["access-control-allow-methods"]
    plain = client.options("/sparql")
    assert plain.status_code == 204
    assert plain.headers["allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json"])
def test_the_service_description(client: httpx.Client, accept: str) -> None:
    response = client.get("/sparql", headers={"accept": accept})
    form = ox.RdfFormat.from_media_type(accept)
    assert form is not None
    triples = list(ox.parse(response.content, format=form))
    said = {quad.predicate.value.rpartition("#")[2]: quad.object for quad in triples}
    assert said["endpoint"].value == str(response.url)
    assert said["supportedLanguage"].value.endswith("#SPARQL11Query")
    names = {q.object.value for q in triples if q.predicate.value.endswith("#name")}
    described = "https://w3id.org/heritagekg/dataset"
    assert names == {GRAPH + "people", GRAPH + "numbers", described}
    assert client.get("/sparql", headers={"accept": "image/png"}).status_code == 406
    html = client.get("/sparql", headers={"accept": "text/html,*/*;q=0.8"})
    assert "<textarea" in html.text


def test_random_bytes_are_no_fault_of_the_server(client: httpx.Client) -> None:
    import random

    numbers = random.Random(5)
    for _ in range(150):
        content = numbers.randbytes(numbers.randrange(60))
        text = "".join(numbers.choices("SELECT*{}?$<>'\"\\#@:.;,()[]^|_-/ \n∂0", k=40))
        for response in (
            client.post("/sparql", content=content, headers=DIRECT),
            client.post("/sparql", content=content, headers=FORM),
            client.post("/sparql", content=text.encode(), headers=DIRECT),
        ):
            assert 400 <= response.status_code < 500, response.text


def test_sparqlwrapper_asks(address: str) -> None:
    from SPARQLWrapper import JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper

    wrapper = SPARQLWrapper(f"{address}/sparql")
    wrapper.setQuery(COUNT)
    wrapper.setReturnFormat(JSON)
    assert wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "3000"
    wrapper.setMethod(POST)
    assert wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "3000"
    wrapper.setRequestMethod(POSTDIRECTLY)
    wrapper.setReturnFormat(XML)
    assert "3000" in wrapper.queryAndConvert().toxml()
    wrapper.setQuery(TRIPLES)
    wrapper.setReturnFormat(TURTLE)
    assert b"example.org" in wrapper.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["json", "xml", "csv"])
def test_rdflib_asks(address: str, method: str, form: str) -> None:
    from rdflib import Graph, Literal, URIRef
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    store = SPARQLStore(f"{address}/sparql", method=method, returnFormat=form)
    graph = Graph(store)
    [row] = graph.query(COUNT)
    assert int(row.n) == 3000
    if form != "csv":  # CSV does not tell a number from a text
        value = URIRef("http://example.org/value")
        assert graph.value(URIRef("http://example.org/n7"), value) == Literal(7)
