"""Binding variables and refusing what an engine never does, by tokens."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heritagekg.engine.bindings import bind, guard, inspect, tokens
from heritagekg.errors import BadParameter, QueryRefused, QuerySyntaxError

AZ = ox.NamedNode("https://w3id.org/heritagekg/id/committee/az")
HOSTILE = [
    '" } #',
    "' ; DROP ALL #",
    "\\",
    '"""',
    "'''",
    "\n}\nSERVICE <http://127.0.0.1/> { ?s ?p ?o }",
    "$x ?x",
    "<http://example.org/>",
    "\u202eabc\x00",
    "ə 🏛",
]


def one(query: str, **bindings: ox.NamedNode | ox.Literal) -> list[str | None]:
    """Return the first solution of a bound query over an empty store."""
    answer = ox.Store().query(bind(query, bindings))
    assert isinstance(answer, ox.QuerySolutions)
    return [term.value if term is not None else None for term in next(iter(answer))]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_a_value(text: str) -> None:
    assert one("SELECT $x { FILTER(STRLEN($x) >= 0) }", x=ox.Literal(text)) == [text]
    assert one("SELECT (CONCAT($x, '') AS ?y) { }", x=ox.Literal(text)) == [text]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_stays_a_value(text: str) -> None:
    assert one("SELECT $x { BIND($x AS ?y) FILTER(?y = $x) }", x=ox.Literal(text)) == [text]


def test_strings_comments_and_iris_are_left_alone() -> None:
    query = "SELECT ?y { <http://e/$x> ?p \"$x\", '''?x''' # $x\n BIND($x AS ?y) }"
    bound = bind(query, {"x": ox.Literal(1)})
    assert bound.count("$x") == 3 and "'''?x'''" in bound and "BIND($x" not in bound


def test_both_spellings_of_a_variable_are_bound() -> None:
    bound = bind("SELECT ?c { ?c ?p ?o FILTER($c = ?c) }", {"c": AZ})
    assert "$c" not in bound and f"({AZ} AS ?c)" in bound


def test_subselect_and_grouping_are_bound() -> None:
    query = """SELECT $x ?n WHERE {
      { SELECT $x (COUNT(*) AS ?n) WHERE { VALUES ?y { 1 2 3 } FILTER(?y < $x) } GROUP BY $x }
    } ORDER BY $x ?n"""
    assert one(query, x=ox.Literal(3)) == ["3", "2"]


def test_whether_a_fixed_variable_is_bound_is_known() -> None:
    query = "SELECT $x (!bound( $x ) AS ?no) { { FILTER bound(?x) } FILTER(BOUND($x)) }"
    assert one(query, x=ox.Literal(3)) == ["3", "false"]


def test_unknown_variable_names_the_closest() -> None:
    with pytest.raises(BadParameter, match=r"no variable \$commitee; did you mean 'committee'"):
        bind("SELECT ?x { ?x ?p $committee }", {"commitee": AZ})


def test_assigned_variable_cannot_be_bound() -> None:
    with pytest.raises(BadParameter, match="assigns it itself"):
        bind("SELECT (1 AS ?x) { }", {"x": AZ})


def test_blank_node_cannot_be_bound() -> None:
    with pytest.raises(BadParameter, match="blank node"):
        bind("SELECT $x { }", {"x": ox.BlankNode("b")})


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:a> <a:b> 1 }",
        "PREFIX x: <http://x/> DELETE WHERE { ?s ?p ?o }",
        "# SELECT\nDROP ALL",
        "LOAD <file:///etc/passwd>",
        "WITH <g:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused(query: str) -> None:
    with pytest.raises(QueryRefused, match="is an update"):
        guard(query, set())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { { SELECT * { SERVICE<http://127.0.0.1/>{} } } }",
        "ASK { ?s ?p '''a' ''b''' . SERVICE <http://127.0.0.1/> { } }",
    ],
)
def test_service_is_refused_wherever_it_hides(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        guard(query, set())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service <http://e/service> 'SERVICE' }",
        "PREFIX service: <http://e/> SELECT * { ?s service:from service:service }",
        'ASK { ?s ?p "a\\" SERVICE" } # SERVICE',
        "SELECT * { ?s <http://e/#SERVICE> ?o }",
    ],
)
def test_the_word_service_elsewhere_is_fine(query: str) -> None:
    assert guard(query, set()).form in ("select", "ask")


def test_what_looks_like_a_call_is_refused_in_doubt() -> None:
    """Engines need no space around keywords; a string that holds a whole call is refused too."""
    for query in ("ASK { ?s ?p trueSERVICE:x { } }", "ASK { ?s ?p 'SERVICE <x:x> {' }"):
        with pytest.raises(QueryRefused, match="SERVICE"):
            guard(query, set())


def test_from_is_allowed_for_graphs_that_are_here() -> None:
    query = "PREFIX g: <http://g/> SELECT * FROM <http://g/1> FROM NAMED g:2 { ?s ?p ?o }"
    assert guard(query, {"http://g/1", "http://g/2"}).graphs == ("http://g/1", "http://g/2")
    with pytest.raises(QueryRefused, match="FROM <http://g/2> is not allowed"):
        guard(query, {"http://g/1"})


def test_text_that_is_no_query() -> None:
    with pytest.raises(QuerySyntaxError, match="no SELECT"):
        inspect("# nothing here")
    with pytest.raises(QuerySyntaxError, match="no graph after FROM"):
        inspect("SELECT * FROM")


def test_from_is_seen_after_a_string_of_many_iris() -> None:
    said = f"""'{"<a> " * 8}<a'> 1"""
    query = f"SELECT ?s (({said}) AS ?x) FROM <http://g/1> WHERE {{ ?s ?p ?o }} #'"
    assert inspect(query).graphs == ("http://g/1",)
    with pytest.raises(QueryRefused, match="FROM <http://g/1> is not allowed"):
        guard(query, set())


def test_prefixes_that_are_ours_and_undeclared() -> None:
    query = "PREFIX hkg: <http://x/> SELECT * { ?s hkg:a committee:az ; unknown:b 1 }"
    assert inspect(query).undeclared == ("committee",)


def test_tokens_are_the_whole_text() -> None:
    query = "SELECT ?x{?x<http://e/>'''a'b''c''';!:p?y}#end"
    assert "".join(token.text for token in tokens(query)) == query


ALLOWED = {"https://example.org/sparql"}


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <https://example.org/other> { } }",
        "ASK { SERVICE ?anywhere { } }",
        "PREFIX x: <https://example.org/> ASK { SERVICE x:sparql { } }",
        "ASK { SERVICE <https://example.org/sparql> { SERVICE <http://127.0.0.1/> { } } }",
        # What is a comment to one reader is part of a string to another.
        "ASK { ?s ?p 'SERVICE #' . SERVICE <http://127.0.0.1/> { } #'\n<https://example.org/sparql>{",
        "ASK { SERVICE <https://example.org/sparq\\u006c> { } }",
    ],
)
def test_services_that_are_not_allowed(query: str) -> None:
    with pytest.raises(QueryRefused, match="not allowed but as SERVICE <"):
        guard(query, None, ALLOWED)


def test_services_that_are_allowed() -> None:
    for query in (
        "ASK { SERVICE <https://example.org/sparql> { } }",
        "ASK { SERVICE SILENT <https://example.org/sparql>{ ?s ?p ?o } ?s hkg:service ?x }",
    ):
        assert guard(query, None, ALLOWED).form == "ask"
