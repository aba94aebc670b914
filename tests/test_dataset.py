"""Files as quads, and what the build derives from them."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.dataset import Schema, derive, read_quads
from heritagekg.dates import OPEN_END
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.workspace import WorkspaceFile

PREFIXES = """@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <http://e/> .
"""
HKG = "https://w3id.org/heritagekg/ontology#"


def derived(turtle: str, schema: str = "") -> set[str]:
    """Return what is derived from *turtle*, as `subject predicate object` with local names."""
    quads = list(ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE))
    above = Schema(ox.parse(PREFIXES + schema, format=ox.RdfFormat.TURTLE))
    return {
        " ".join(
            term.value.rpartition("#")[2].rpartition("/")[2]
            for term in (triple.subject, triple.predicate, triple.object)
        )
        for triple in derive(quads, above)
    }


def test_classes_and_properties_above() -> None:
    schema = ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C , :A . :p rdfs:subPropertyOf :q ."
    assert derived(":x a :A ; :p :y .", schema) == {"x type B", "x type C", "x q y"}


def test_stated_triples_are_not_derived_again() -> None:
    assert derived(":x a :A , :B .", ":A rdfs:subClassOf :B .") == set()


def test_labels() -> None:
    assert derived(':x skos:prefLabel "X"@en .') == {"x label X"}


def test_milestones_stand_on_their_organization_too() -> None:
    found = derived(':f hkg:organization :az ; hkg:foundedIn "1992"^^xsd:gYear .')
    assert "az foundedIn 1992" in found
    assert {"f possibleFrom 1992-01-01", "f possibleUntil 1992-12-31"} <= found


def test_bounds_of_a_tenure() -> None:
    found = derived(
        ':t hkg:validFrom "2016"^^xsd:gYear ; hkg:attestedIn "2023-10"^^xsd:gYearMonth .'
    )
    assert found == {
        "t certainFrom 2016-12-31",
        "t certainUntil 2023-10-01",
        "t possibleFrom 2016-01-01",
        f"t possibleUntil {OPEN_END}",
    }


def test_impossible_dates_bound_nothing() -> None:
    assert derived(':t hkg:validFrom "2016-13"^^xsd:gYearMonth .') == set()


def file(path: Path) -> WorkspaceFile:
    return WorkspaceFile(str(path), "data/x.ttl", "https://w3id.org/heritagekg/data/x")


def test_quads_lie_in_the_graph_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text("<a:s> <a:p> [ <a:q> 1 ] .", encoding="utf-8")
    first, second = read_quads(file(path)), read_quads(file(path))
    assert {quad.graph_name.value for quad in first} == {"https://w3id.org/heritagekg/data/x"}
    blanks = {q.subject for q in first + second if isinstance(q.subject, ox.BlankNode)}
    assert len(blanks) == 2, "blank nodes of two readings never meet"


def test_syntax_error_names_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text("@prefix a: <http://a/> .\na:b a:c .\n", encoding="utf-8")
    with pytest.raises(FileSyntaxError, match=r"^data/x.ttl:2:9: ") as caught:
        read_quads(file(path))
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes("<a:s> <a:p>\n 'é' .".encode("cp1252"))
    with pytest.raises(FileSyntaxError, match=r"data/x.ttl:2:3: byte 0xe9 is not UTF-8"):
        read_quads(file(path))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"cannot read 'data/x.ttl': No such file"):
        read_quads(file(tmp_path / "x.ttl"))
