"""The embedded engine: what it refuses, and what an engine release must not bring back."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from heritagekg.engine.embedded import Embedded
from heritagekg.errors import QueryRefused, QuerySyntaxError

NAME = "http://example.org/"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE <http://127.0.0.1:9/> { } }",
        "SELECT * { ?s hkg:a\\' ?o . SERVICE <http://127.0.0.1:9/> { } } #'",
        "SELECT * { ?s <http://e/\\u0061'> ?o . SERVICE <http://127.0.0.1:9/> { } } #'",
    ],
)
def test_no_call_to_elsewhere_however_it_is_written(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE is not allowed"):
        Embedded(ox.Store()).select(query)


def test_syntax_error_has_line_and_column() -> None:
    with pytest.raises(QuerySyntaxError, match=r"^line 2, column 4: expected"):
        Embedded(ox.Store()).select("SELECT ?x {\n  ]")


def test_optional_of_several_triples_costs_no_more_than_a_join() -> None:
    """One release of the engine took 200 to 1000 times as long; a sound one takes about twice."""
    store = ox.Store()
    for number in range(1500):
        thing = ox.NamedNode(f"{NAME}{number}")
        other = ox.NamedNode(f"{NAME}other{number}")
        store.add(ox.Quad(thing, ox.NamedNode(NAME + "a"), other))
        store.add(ox.Quad(other, ox.NamedNode(NAME + "b"), ox.Literal(number)))
    inner = f"?thing <{NAME}a> ?other . ?other <{NAME}b> ?value ."

    def seconds(query: str) -> float:
        began = time.perf_counter()
        assert len(Embedded(store).select(query)) == 1500
        return time.perf_counter() - began

    join = min(seconds(f"SELECT ?thing ?value {{ {inner} }}") for _ in range(3))
    optional = f"SELECT ?thing ?value {{ ?thing <{NAME}a> ?any OPTIONAL {{ {inner} }} }}"
    assert min(seconds(optional) for _ in range(3)) < 50 * join
