"""Requests that nobody would write: none gets a fault of the server, or a traceback, back."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

ANSWERED = 500
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
TYPES = st.sampled_from(
    [
        "application/sparql-query",
        "application/x-www-form-urlencoded",
        "application/sparql-update",
        "text/plain; charset=\u00fc",
        "multipart/form-data; boundary=x",
        "",
    ]
)
ACCEPTED = st.sampled_from(["*/*", "text/csv", "a/b;q=x", ";;;", "text/html", "application/trig"])
some = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def harmless(response: httpx.Response) -> None:
    assert response.status_code < ANSWERED, response.text
    assert "Traceback" not in response.text


@some
@given(METHODS, TYPES, ACCEPTED, st.binary(max_size=200))
def test_random_bytes(
    client: httpx.Client, method: str, media_type: str, accept: str, content: bytes
) -> None:
    headers = {"content-type": media_type.encode(), "accept": accept}
    harmless(client.request(method, "/sparql", content=content, headers=headers))


WORDS = st.sampled_from(
    [
        *("SELECT", "*", "{", "}", "?s", "?p", "ASK", "CONSTRUCT", "WHERE", "FILTER", "(", ")"),
        *("GRAPH", "<", ">", "'", '"""', "\\", "FROM", "BASE", "PREFIX", ":", "hkg:a", "1e999"),
        *("\x00", "\ud7ff", "#", "SERVICE", "VALUES", "BIND", "LIMIT", "-1", "REGEX", "(a*)*b"),
    ]
)


@some
@given(st.lists(WORDS, max_size=14))
def test_random_words(client: httpx.Client, words: list[str]) -> None:
    harmless(client.get("/sparql", params={"query": " ".join(words)}))


@some
@given(st.text(max_size=20), st.sampled_from(["/id/{}", "/page/person/{}", "/data/{}", "/{}"]))
def test_random_paths(client: httpx.Client, text: str, path: str) -> None:
    try:
        encoded = quote(text, safe="")
    except UnicodeEncodeError:
        return
    for accept in ("text/html", "*/*"):
        address = path.format(encoded)
        harmless(client.get(address, headers={"accept": accept}, follow_redirects=True))


def test_the_interface_answers_as_it_says(shipped: httpx.Client) -> None:
    """Every operation of the OpenAPI document, with what its schemas allow."""
    response = shipped.get("/api/openapi.json")
    described = schemathesis.openapi.from_dict(response.json())
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 40
    base = str(shipped.base_url).rstrip("/")
    for operation in operations:

        @settings(some, max_examples=3)
        @given(operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            # A text is not SPARQL, nor a name one that the graph knows, for being a string.
            case.call_and_validate(
                base_url=base, excluded_checks=[positive_data_acceptance], timeout=60
            )

        ask()
