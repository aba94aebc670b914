"""The public library: opening, asking, running, and what goes wrong in words."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import heritagekg
from heritagekg import KnowledgeGraph, Quads, Table
from heritagekg.errors import (
    BadParameter,
    FileSyntaxError,
    QueryError,
    QueryRefused,
    QuerySyntaxError,
    UnknownName,
    WorkspaceError,
)

XA = "https://w3id.org/heritagekg/id/committee/xa"


def test_each_query_form_has_its_answer(tiny: KnowledgeGraph) -> None:
    assert isinstance(tiny.query("SELECT ?s { ?s a hkg:Museum }"), Table)
    assert tiny.query("ASK { committee:xa a hkg:NationalCommittee }") is True
    described = tiny.query("DESCRIBE committee:xa")
    assert isinstance(described, Quads) and len(described) > 5
    built = tiny.query("CONSTRUCT { ?s a hkg:X } WHERE { ?s a hkg:Museum }")
    assert isinstance(built.to_rdflib(), rdflib.Graph)


@pytest.mark.parametrize(
    "value",
    [
        ox.NamedNode(XA),
        rdflib.URIRef(XA),
    ],
)
def test_iris_are_bound_as_iris(tiny: KnowledgeGraph, value: object) -> None:
    table = tiny.query("SELECT ?c { $committee hkg:country ?c }", committee=value)
    assert [row.c for row in table] == ["https://w3id.org/heritagekg/id/country/xa"]


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (3, '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("committee:xa", '"committee:xa"'),
        (datetime.date(2010, 5, 4), '"2010-05-04"^^<http://www.w3.org/2001/XMLSchema#date>'),
        (rdflib.Literal("ə", lang="az"), '"ə"@az'),
        (rdflib.Literal(3), '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ],
)
def test_other_values_are_bound_as_literals(tiny: KnowledgeGraph, value: object, term: str) -> None:
    assert str(tiny.query("SELECT $x { }", x=value).terms[0][0]) == term


def test_values_that_are_no_term(tiny: KnowledgeGraph) -> None:
    with pytest.raises(BadParameter, match=r"\$x is \[1\]; it takes an RDF term"):
        tiny.query("SELECT $x { }", x=[1])
    with pytest.raises(BadParameter, match="no query can name a blank node"):
        tiny.query("SELECT $x { }", x=rdflib.BNode())


def test_named_query_with_label_and_default(tiny: KnowledgeGraph) -> None:
    by_label = tiny.run("committees/founding", committee="CTM Xanadu").serialize("csv")
    by_curie = tiny.run("committees/founding", committee="committee:xa").serialize("csv")
    assert by_label == by_curie and len(by_label.splitlines()) > 2


@pytest.mark.parametrize(
    ("name", "parameters", "error", "words"),
    [
        ("comittees/founding", {}, UnknownName, "did you mean 'committees/founding'"),
        ("committees/founding", {"commitee": "x"}, BadParameter, "did you mean 'committee'"),
        ("committees/founding", {"committee": "nobody"}, UnknownName, "called 'nobody'"),
        (
            "people/posts-on-date",
            {"at": "yesterday"},
            BadParameter,
            "'at' is 'yesterday'; it takes a date such as 2022-08-25",
        ),
        ("people/posts-on-date", {"at": "2022-02-30"}, BadParameter, "'2022-02-30'"),
        ("people/posts-on-date", {"organization": "no:where"}, UnknownName, "'no:where'"),
    ],
)
def test_mistaken_runs(
    tiny: KnowledgeGraph,
    name: str,
    parameters: dict[str, str],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        tiny.run(name, **parameters)


def test_mistaken_queries(tiny: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError, match=r"^line 2, column \d+: expected"):
        tiny.query("SELECT ?x {\n?x ?y }")
    with pytest.raises(QueryRefused, match="INSERT is an update"):
        tiny.query("INSERT DATA { <a:a> <a:b> 1 }")
    with pytest.raises(QueryRefused, match="no such graph here"):
        tiny.query("SELECT ?s FROM <http://example.org/> { ?s ?p ?o }")
    with pytest.raises(QueryError, match="this is an ASK query, not a SELECT query"):
        tiny.engine.select("ASK { }")


def test_from_asks_one_graph(tiny: KnowledgeGraph) -> None:
    graph = "https://w3id.org/heritagekg/data/conferences/2010-beta"
    counted = "SELECT (COUNT(*) AS ?n) {0} {{ ?s ?p ?o }}"
    part = tiny.query(counted.format(f"FROM <{graph}>"))[0].n
    assert 0 < part < tiny.query(counted.format(""))[0].n


def test_rdflib_has_every_triple(tiny: KnowledgeGraph) -> None:
    assert len(tiny.graph()) == tiny.statistics["triples"]
    assert tiny.statistics["hkg:NationalCommittee"] == 1


def test_files_are_taken_as_they_are(tmp_path: Path) -> None:
    turtle, quads = tmp_path / "a.ttl", tmp_path / "b.nq"
    turtle.write_text("<a:s> <a:p> <#x> .", encoding="utf-8")
    quads.write_text("<a:s> <a:p> <a:o> <a:g> .\n", encoding="utf-8")
    kg = heritagekg.open(turtle, quads)
    assert kg.statistics == {"triples": 2}
    assert kg.query("ASK { GRAPH <a:g> { <a:s> <a:p> <a:o> } }")
    assert kg.query("ASK { <a:s> <a:p> ?x }") is True
    with pytest.raises(WorkspaceError, match="only a workspace can be checked"):
        kg.check()
    with pytest.raises(QueryError, match="a time limit needs a graph stored on disk"):
        kg.query("ASK { }", timeout=1)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    broken, other = tmp_path / "a.ttl", tmp_path / "a.csv"
    broken.write_text("<a:s>\n <a:p> .", encoding="utf-8")
    other.write_text("", encoding="utf-8")
    with pytest.raises(FileSyntaxError, match=r"a.ttl:2:8: "):
        heritagekg.open(broken)
    with pytest.raises(WorkspaceError, match=r"a.csv' has no ending of an RDF file \(\.ttl"):
        heritagekg.open(other)
    with pytest.raises(WorkspaceError, match="no file or folder"):
        heritagekg.open(tmp_path / "b.ttl")
    with pytest.raises(WorkspaceError, match="one folder at a time"):
        heritagekg.open(tmp_path, broken)


def test_time_limit_stops_a_heavy_query(tiny: KnowledgeGraph) -> None:
    from heritagekg.errors import QueryTimeout

    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(QueryTimeout, match="1 s"):
        tiny.query(heavy, timeout=1)
    assert tiny.query("SELECT (1 AS ?x) { }", timeout=10)[0].x == 1
    assert tiny.query("ASK { }", timeout=10) is True
    assert len(tiny.query("CONSTRUCT { <a:a> <a:b> 1 } WHERE { }", timeout=10)) == 1


def test_unknown_public_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        heritagekg.opne  # noqa: B018
