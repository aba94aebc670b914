"""Tables and triples as Python values, frames and files."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pyoxigraph as ox
import pytest

from heritagekg.engine.embedded import Embedded
from heritagekg.engine.results import Quads, Table, python_value
from heritagekg.errors import ExportError

XSD = "http://www.w3.org/2001/XMLSchema#"
VALUES = """SELECT ?text ?number ?day ?none WHERE {
  VALUES (?text ?number ?day) {
    ("Şirin Məlikova"@az 1 "2022-08-20"^^<http://www.w3.org/2001/XMLSchema#date>)
    ("a, \\"b\\"" 2.5 UNDEF)
  }
} ORDER BY ?number"""


@pytest.fixture
def table() -> Table:
    return Embedded(ox.Store()).select(VALUES)


@pytest.mark.parametrize(
    ("lexical", "datatype", "value"),
    [
        ("7", "integer", 7),
        ("-7", "nonNegativeInteger", -7),
        ("2.50", "decimal", Decimal("2.50")),
        ("1e3", "double", 1000.0),
        ("-INF", "double", float("-inf")),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("perhaps", "boolean", "perhaps"),
        ("1946", "gYear", "1946"),
        ("2022-08", "gYearMonth", "2022-08"),
        ("2022-08-20", "date", datetime.date(2022, 8, 20)),
        ("-0044-03-15", "date", "-0044-03-15"),
        ("2022-08-20T10:00:00", "dateTime", datetime.datetime(2022, 8, 20, 10)),
        ("seven", "integer", "seven"),
        ("1/2", "decimal", "1/2"),
    ],
)
def test_literals_become_python_values(lexical: str, datatype: str, value: object) -> None:
    literal = ox.Literal(lexical, datatype=ox.NamedNode(XSD + datatype))
    found = python_value(literal)
    assert found == value and type(found) is type(value)


def test_other_terms() -> None:
    assert python_value(None) is None
    assert python_value(ox.NamedNode("http://e/")) == "http://e/"
    assert python_value(ox.BlankNode("b")) == "_:b"
    assert python_value(ox.Literal("Şəki", language="az")) == "Şəki"


def test_rows_by_position_name_and_attribute(table: Table) -> None:
    first = table[0]
    assert first.text == first["text"] == first[0] == "Şirin Məlikova"
    assert first._asdict()["day"] == datetime.date(2022, 8, 20)
    assert [row.number for row in table] == [1, Decimal("2.5")]
    assert len(table) == 2 and table.variables == ("text", "number", "day", "none")
    with pytest.raises(KeyError, match="no variable 'x'"):
        first["x"]
    with pytest.raises(AttributeError, match="no variable 'x'"):
        first.x  # noqa: B018


def test_terms_are_kept(table: Table) -> None:
    assert table.terms[0][0] == ox.Literal("Şirin Məlikova", language="az")
    assert table.terms[0][3] is None


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_serialized_before_and_after_reading(table: Table, form: str) -> None:
    before = table.serialize(form)
    assert len(table.terms) == 2
    assert table.serialize(form) == before
    assert "Şirin Məlikova" in before.decode()


def test_json_is_the_standard_document(table: Table) -> None:
    document = json.loads(table.serialize("json"))
    assert document["head"]["vars"] == ["text", "number", "day", "none"]
    assert document["results"]["bindings"][0]["text"]["xml:lang"] == "az"


def test_unknown_format(table: Table) -> None:
    with pytest.raises(ExportError, match="no table format 'xls'; there are csv, tsv, json, xml"):
        table.serialize("xls")
    with pytest.raises(ExportError, match="no graph format 'csv'"):
        Quads([]).serialize("csv")


def test_frames_are_typed(table: Table) -> None:
    arrow = table.to_arrow()
    assert [str(field.type) for field in arrow.schema] == [
        "string",
        "double",
        "date32[day]",
        "null",
    ]
    assert table.to_pandas()["number"].tolist() == [1.0, 2.5]
    assert table.to_polars()["text"].to_list() == ["Şirin Məlikova", 'a, "b"']


def test_mixed_columns_become_text() -> None:
    mixed = Embedded(ox.Store()).select('SELECT ?x { VALUES ?x { 1 "one" UNDEF } }')
    assert mixed.to_arrow()["x"].to_pylist() == ["1", "one", None]


def test_empty_table_keeps_its_columns() -> None:
    empty = Embedded(ox.Store()).select("SELECT ?a ?b { ?a ?b 1 }")
    assert empty.to_arrow().column_names == ["a", "b"] and list(empty) == []


def test_notebook_table_escapes_and_cuts() -> None:
    query = 'SELECT ?x ("<script>" AS ?y) { VALUES ?x {' + "1 " * 101 + "} }"
    shown = Embedded(ox.Store()).select(query)._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert shown.count("<tr>") == 101 and "101 rows" in shown


def test_triples_once_and_as_rdflib() -> None:
    a = ox.NamedNode("http://example.org/a")
    quads = Quads([ox.Triple(a, a, ox.Literal("ə", language="az"))] * 2)
    assert len(quads) == 1 and repr(quads) == "<Quads: 1 triples>"
    assert len(quads.to_rdflib()) == 1
    assert all("ə" in quads.serialize(form).decode() for form in ("ttl", "nt", "jsonld", "rdf"))


def test_missing_extra_is_named(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ExportError, match=r"pip install 'heritagekg\[polars\]'"):
        table.to_polars()
