"""Every named query: its header, its form, and its answers on the tiny and on the shipped graph."""

from __future__ import annotations

import datetime
import re
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

import heritagekg
from heritagekg.engine.bindings import Token, tokens
from heritagekg.engine.results import Table
from heritagekg.terms import PREFIXES, compact

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "queries"
ANSWERS = HERE / "data" / "answers"
TEXTS = {
    path.relative_to(FOLDER).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(FOLDER.rglob("*.rq"))
}
# Queries that become network views have tests of their own.
ASKED = [name for name in TEXTS if not name.startswith("networks/")]

# Kind of parameter -> the Python types that YAML may read its default as.
KINDS: dict[str, tuple[type, ...]] = {
    "iri": (str,),
    "date": (datetime.date,),
    "year": (int,),
    "integer": (int,),
    "decimal": (int, float),
    "string": (str,),
    "language": (str,),
}
FORBIDDEN = {"FROM", "GRAPH", "SERVICE"}

every_query = pytest.mark.parametrize("name", TEXTS)


def header(name: str) -> dict[str, Any]:
    lines = [line[3:] for line in TEXTS[name].splitlines() if line.startswith("#+ ")]
    loaded = yaml.safe_load("\n".join(lines))
    assert isinstance(loaded, dict)
    return loaded


def body(name: str) -> list[str]:
    return [line for line in TEXTS[name].splitlines() if not line.startswith("#+")]


def words(name: str) -> list[Token]:
    return [token for token in tokens(TEXTS[name]) if token.kind != "space"]


@every_query
def test_header_says_what_is_asked(name: str) -> None:
    said = header(name)
    fields = {"summary", "description", "parameters", "columns", "tags"}
    assert set(said) <= (fields | {"network"} if name.startswith("networks/") else fields)
    assert said["summary"] and not said["summary"].endswith(("?", "."))
    assert said["tags"] and all(re.fullmatch(r"[a-z-]+", tag) for tag in said["tags"])
    assert all(said["columns"].values())


@every_query
def test_header_is_the_start_of_the_file(name: str) -> None:
    lines = TEXTS[name].splitlines()
    count = sum(line.startswith("#+") for line in lines)
    assert all(line.startswith("#+ ") for line in lines[:count])
    assert lines[count] == "" or lines[count].startswith("PREFIX ")
    assert not any("#" in re.sub(r"<[^>]*>", "", line) for line in lines[count:])


@every_query
def test_parameters_are_typed_described_used_and_selected(name: str) -> None:
    parameters = header(name).get("parameters", {})
    for parameter in parameters.values():
        assert parameter["label"]
        assert ("default" in parameter) != parameter.get("optional", False)
        if "default" in parameter:
            assert isinstance(parameter["default"], KINDS[parameter["kind"]])
        assert parameter["kind"] in KINDS
    dollars = {token.text[1:] for token in words(name) if token.text.startswith("$")}
    assert dollars == set(parameters)
    assert name not in ASKED or set(parameters) <= set(header(name)["columns"])


@every_query
def test_columns_are_the_projection(name: str) -> None:
    solutions = ox.Store().query(TEXTS[name])
    assert isinstance(solutions, ox.QuerySolutions)
    assert [variable.value for variable in solutions.variables] == list(header(name)["columns"])


@every_query
def test_the_source_is_the_last_column(name: str) -> None:
    columns = list(header(name)["columns"])
    assert "source" not in columns[:-1] or name.startswith("networks/")


@every_query
def test_prefixes_are_those_used_and_shared(name: str) -> None:
    declared = re.findall(r"^PREFIX ([a-z-]+): <([^>]*)>$", TEXTS[name], re.MULTILINE)
    assert declared == sorted(declared)
    assert all(PREFIXES[prefix] == namespace for prefix, namespace in declared)
    after = TEXTS[name].partition("\nSELECT")[2]
    used = {token.text.partition(":")[0] for token in tokens(after) if token.kind == "name"}
    assert {prefix for prefix, _ in declared} == used


@every_query
def test_keywords_are_upper_case_and_none_is_forbidden(name: str) -> None:
    keywords = {token.text for token in words(name) if token.kind == "word"} - {"a"}
    assert {keyword for keyword in keywords if keyword != keyword.upper()} == set()
    assert keywords & FORBIDDEN == set()
    assert not re.search(r"SELECT( DISTINCT)? \*", TEXTS[name])


@every_query
def test_answers_are_ordered(name: str) -> None:
    assert re.search(r"^\}(\nGROUP BY .+)?\nORDER BY .+\n\Z", TEXTS[name], re.MULTILINE)


@every_query
def test_layout(name: str) -> None:
    for line in body(name):
        assert len(line) <= 100
        assert line == line.rstrip() and "\t" not in line
        assert (len(line) - len(line.lstrip())) % 2 == 0
        bare = re.sub(r'"[^"]*"|<[^>]*>', "", line)
        assert not re.search(r"[;.] [^}\s]", bare), f"two patterns in {line!r}"


@every_query
def test_required_patterns_come_before_optional_ones(name: str) -> None:
    optional_at: set[int] = set()
    for line in body(name):
        indent = len(line) - len(line.lstrip())
        optional_at = {depth for depth in optional_at if depth <= indent}
        if line.lstrip().startswith("OPTIONAL"):
            optional_at.add(indent)
        elif line.lstrip().startswith(("?", "$")):
            assert indent not in optional_at, f"{line!r} comes after an OPTIONAL"


def workspace(root: Path, *folders: str) -> heritagekg.KnowledgeGraph:
    """Return a graph of test data alone: any other workspace extends the shipped one."""
    for section in ("ontology", "queries"):
        shutil.copytree(HERE.parent / section, root / section)
    for folder in folders:
        shutil.copytree(HERE / "data" / folder / "data", root / "data", dirs_exist_ok=True)
    return heritagekg.open(root)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> heritagekg.KnowledgeGraph:
    return workspace(tmp_path_factory.mktemp("tiny"), "tiny")


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> heritagekg.KnowledgeGraph:
    """Return the tiny graph with one fault for each query that is empty when all is well."""
    return workspace(tmp_path_factory.mktemp("flawed"), "tiny", "flawed")


def cell(value: object) -> object:
    """Return a value as the answers write it: CURIEs, and an empty text for nothing."""
    if isinstance(value, str):
        return compact(value)
    if isinstance(value, Decimal):
        return float(value)
    return "" if value is None else value


def asked(
    graph: heritagekg.KnowledgeGraph, name: str, answer: dict[str, Any], *columns: str
) -> list[list[object]]:
    """Return the rows of a query's answer, or *columns* of them, as the answers write them."""
    table = graph.run(name, **answer["parameters"])
    assert isinstance(table, Table)
    return [[cell(row[column]) for column in columns or table.variables] for row in table]


def answers(graph: str) -> list[Any]:
    found = []
    for name in ASKED:
        path = ANSWERS / f"{name}.toml"
        if path.is_file():
            written = tomllib.loads(path.read_text(encoding="utf-8"))
            for number, answer in enumerate(written.get(graph, []), start=1):
                found.append(pytest.param(name, answer, id=f"{name}-{number}"))
    return found


@pytest.mark.parametrize("name", ASKED)
def test_answers_are_written_down(name: str) -> None:
    path = ANSWERS / f"{name}.toml"
    assert path.is_file(), f"write the expected answers of {name} to {path}"
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(found) - {"flawed"} == {"tiny", "shipped"}


def test_no_answer_is_left_of_a_query_that_is_gone() -> None:
    written = {
        path.relative_to(ANSWERS).with_suffix("").as_posix() for path in ANSWERS.rglob("*.toml")
    }
    assert written <= set(ASKED)


@pytest.mark.parametrize(("name", "answer"), answers("tiny"))
def test_answer_on_the_tiny_graph(
    tiny: heritagekg.KnowledgeGraph, name: str, answer: dict[str, Any]
) -> None:
    assert asked(tiny, name, answer) == answer["rows"]


@pytest.mark.parametrize(("name", "answer"), answers("flawed"))
def test_answer_on_the_flawed_graph(
    flawed: heritagekg.KnowledgeGraph, name: str, answer: dict[str, Any]
) -> None:
    assert asked(flawed, name, answer) == answer["rows"]


@pytest.mark.parametrize(("name", "answer"), answers("shipped"))
def test_answer_on_the_shipped_graph(
    kg: heritagekg.KnowledgeGraph, name: str, answer: dict[str, Any]
) -> None:
    found = asked(kg, name, answer, *answer.get("columns", []))
    missing = [row for row in answer["rows"] if row not in found]
    assert missing == [], f"{answer['read_in']} says more than the graph does"
    if answer["complete"]:
        beyond = [row for row in found if row not in answer["rows"]]
        assert beyond == [], f"the graph says more than {answer['read_in']} does"
