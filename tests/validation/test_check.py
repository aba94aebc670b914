"""The verdict on files as a curator meets it: excerpt, caret, help, and mistakes of every sort."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heritagekg import KnowledgeGraph
from heritagekg.diagnostics.render import concise, full
from heritagekg.errors import HeritageKGError, WorkspaceError
from heritagekg.validation.check import check_workspace
from heritagekg.workspace import Workspace

HEADER = """@prefix committee: <https://w3id.org/heritagekg/id/committee/> .
@prefix country: <https://w3id.org/heritagekg/id/country/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix source: <https://w3id.org/heritagekg/id/source/> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://w3id.org/heritagekg/data/countries/xb>
    a void:Dataset ;
    dcterms:title "Elsewhere"@en ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:modified "2024-01-01"^^xsd:date ;
.

"""
COUNTRY = """country:xb
    a hkg:Country ;
    skos:prefLabel "Elsewhere"@en ;
    prov:wasDerivedFrom source:elsewhere ;
.

source:elsewhere
    a hkg:Document ;
    dcterms:title "A page"@en ;
    hkg:url "https://example.org/page"^^xsd:anyURI ;
.
"""
COMMITTEE = """committee:xb
    a hkg:NationalCommittee ;
    skos:prefLabel "Committee"@en ;
    hkg:country country:xc ;
    prov:wasDerivedFrom source:elsewhere ;
.

"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "ontology").symlink_to(Workspace.shipped().root / "ontology")
    return Workspace(tmp_path)


def write(workspace: Workspace, text: str | bytes, name: str = "data/countries/xb.ttl") -> Path:
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_clean_file(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    report = check_workspace(workspace)
    assert report.conforms and report.diagnostics == () and report.results == ()
    assert report.report is not None and "sh:conforms true" in report.report.to_turtle()


def test_dangling_reference_in_full(workspace: Workspace) -> None:
    write(workspace, HEADER + COMMITTEE + COUNTRY)
    report = check_workspace(workspace)
    assert not report.conforms
    shown = full.render(report.diagnostics, report.texts.get)
    assert " --> data/countries/xb.ttl:21:17\n" in shown
    assert "21 |     hkg:country country:xc ;\n   |                 ^^^^^^^^^^\n" in shown
    assert "help: did you mean `country:xb`?" in shown
    assert "note: required by `hks:" in shown and ", ontology/shapes/" in shown
    line = concise.render(report.diagnostics).splitlines()[0]
    assert line.startswith("data/countries/xb.ttl:21:17: error[HK2")


def test_report_as_shacl_says_the_same(workspace: Workspace) -> None:
    write(workspace, HEADER + COMMITTEE + COUNTRY)
    report = check_workspace(workspace)
    assert report.report is not None
    graph = report.report.to_rdflib()
    found = graph.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> "
        "SELECT ?p ?v { ?r sh:resultPath ?p ; sh:value ?v }"
    )
    assert {str(value).rpartition("/")[2] for _, value in found} == {"xc"}


def test_entity_in_two_files_names_both(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    other = HEADER.replace("countries/xb>", "more>") + COUNTRY.partition("\nsource:")[0]
    write(workspace, other, "data/more.ttl")
    (found,) = check_workspace(workspace).diagnostics
    assert (found.code, str(found.place)) == ("HK010", "data/countries/xb.ttl:18:1")
    assert found.notes[0] == "defined at data/more.ttl:18:1 too"


def test_file_without_header(workspace: Workspace) -> None:
    write(workspace, HEADER.partition("<https://w3id.org/heritagekg/data")[0] + COUNTRY)
    (found,) = check_workspace(workspace).diagnostics
    assert found.code == "HK011" and "data/countries/xb> a void:Dataset" in found.help


@pytest.mark.parametrize(
    ("content", "code", "place", "words"),
    [
        ("committee:az a 1 .", "HK001", "1:1", "committee:"),
        ("<a:a>\n <a:b> .", "HK001", "2:8", "not Turtle"),
        ("<a:a> <a:b> 1 ", "HK001", "1:15", "not Turtle"),
        (HEADER.encode("utf-16"), "HK001", "1:1", "UTF-16; save as UTF-8"),
        ("<a:a> <a:b> 'é' .".encode("cp1252"), "HK001", "1:14", "0xe9 is not UTF-8"),
        (b"\x7fELF\x00\x01\xff\xfe", "HK001", "1:5", "file is binary"),
        ("<a:a> <a:b> 1 .\n<<<<<<< HEAD\n", "HK003", "2:1", "merge conflict"),
    ],
)
def test_files_that_do_not_parse(
    workspace: Workspace, content: str | bytes, code: str, place: str, words: str
) -> None:
    write(workspace, content)
    (found,) = check_workspace(workspace).diagnostics
    assert (found.code, str(found.place)) == (code, f"data/countries/xb.ttl:{place}")
    assert words in found.message


def test_line_ends_and_tabs_are_no_mistake(workspace: Workspace) -> None:
    text = (HEADER + COMMITTEE + COUNTRY).replace("    ", "\t").replace("\n", "\r\n")
    write(workspace, text)
    report = check_workspace(workspace)
    shown = full.render(report.diagnostics, report.texts.get)
    assert " --> data/countries/xb.ttl:21:14\n" in shown
    assert "21 | \thkg:country country:xc ;\n   | \t            ^^^^^^^^^^\n" in shown


def test_part_of_a_workspace(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    other = HEADER.replace("countries/xb>", "more>") + COMMITTEE
    path = write(workspace, other, "data/more.ttl")
    assert not check_workspace(workspace, [path]).conforms
    assert check_workspace(workspace, [workspace.root / "data" / "countries"]).conforms
    path.unlink()
    prefixes = HEADER.partition("<https://w3id.org/heritagekg/data")[0]
    outside = write(workspace, prefixes + COMMITTEE, "elsewhere.ttl")
    (found,) = check_workspace(workspace, [outside]).diagnostics
    assert found.place is not None and found.place.file == str(outside)


def test_nothing_to_check(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="nothing to check: no Turtle file"):
        check_workspace(workspace)
    with pytest.raises(WorkspaceError, match="no file or folder"):
        check_workspace(workspace, ["nowhere"])
    with pytest.raises(HeritageKGError, match="no engine 'x'; there are compiled and pyshacl"):
        check_workspace(workspace, engine="x")


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", "check", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_command_line(workspace: Workspace) -> None:
    path = write(workspace, HEADER + COUNTRY)
    said = run(workspace.root)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "all is well in 1 file\n")
    path.write_text(HEADER + COMMITTEE + COUNTRY, encoding="utf-8")
    said = run(workspace.root, "--format", "json")
    found = json.loads(said.stdout)
    assert said.returncode == 1 and found[0]["line"] == 21 and found[0]["value"] == "country:xc"
    assert set(found[0]) >= {
        *("code", "severity", "message", "file", "line", "column", "focus_node", "path"),
        *("value", "component", "source_shape"),
    }
    said = run(workspace.root, "--format", "concise", "data/countries")
    assert said.returncode == 1 and said.stdout.startswith("data/countries/xb.ttl:21:17: error[HK")
    assert run(workspace.root, "nowhere").returncode == 2


def test_shipped_data_are_clean_and_both_engines_agree(kg: KnowledgeGraph) -> None:
    report = kg.check()
    assert report.conforms, concise.render(report.diagnostics)
    reference = kg.check(engine="pyshacl")
    assert [r.key for r in report.results] == [r.key for r in reference.results]
