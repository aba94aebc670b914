"""The verdict on files as a curator meets it: excerpt, caret, help, and mistakes of every sort."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import rdflib
from lxml import etree
from rdflib.namespace import SH as SHACL

from heritagekg import KnowledgeGraph
from heritagekg.diagnostics.model import Diagnostic
from heritagekg.diagnostics.render import concise, full
from heritagekg.errors import HeritageKGError, UnknownName, WorkspaceError
from heritagekg.turtle.format import format_turtle
from heritagekg.validation.check import check_files, check_workspace
from heritagekg.validation.files import read_file
from heritagekg.validation.run import Result
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
    hkg:country country:xbb ;
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
    assert "21 |     hkg:country country:xbb ;\n   |                 ^^^^^^^^^^^\n" in shown
    assert (
        "help: did you mean `country:xb`?\n"
        "   |\n"
        "21 -     hkg:country country:xbb ;\n"
        "21 +     hkg:country country:xb ;\n"
        "   |\n"
    ) in shown
    assert re.search(r"note: required by `hks:[a-z-]+`, ontology/shapes/[a-z]+.ttl:\d+\n", shown)
    assert "note: `heritagekg explain HK2" in shown
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
    assert {str(value).rpartition("/")[2] for _, value in found} == {"xbb"}


def test_entity_in_two_files_names_both(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    other = HEADER.replace("countries/xb>", "more>") + COUNTRY.partition("\nsource:")[0]
    write(workspace, other, "data/more.ttl")
    (found,) = check_workspace(workspace).diagnostics
    assert (found.code, str(found.place)) == ("HK010", "data/countries/xb.ttl:18:1")
    (other,) = found.related
    assert (str(other.place), other.message) == ("data/more.ttl:18:1", "it is defined here too")


def test_file_without_header(workspace: Workspace) -> None:
    write(workspace, HEADER.partition("<https://w3id.org/heritagekg/data")[0] + COUNTRY)
    (found,) = check_workspace(workspace).diagnostics
    assert found.code == "HK011" and "data/countries/xb>" in found.help
    assert found.edit is not None and found.edit.span.line == 10
    text = HEADER.partition("<https://w3id.org/heritagekg/data")[0] + COUNTRY
    write(workspace, text.replace("\n\ncountry", "\n" + found.edit.text + "\ncountry", 1))
    assert not any(found.code == "HK011" for found in check_workspace(workspace).diagnostics)


@pytest.mark.parametrize(
    ("content", "code", "place", "words"),
    [
        ("comittee:az a 1 .", "HK008", "1:1", "prefix `comittee:` is not declared"),
        ("<a:a>\n <a:b> .", "HK001", "2:8", "not Turtle"),
        ("<a:a> <a:b> 1 ", "HK001", "1:15", "not Turtle"),
        ('<a:a> <a:b> "1 .\n\n', "HK001", "1:13", "not Turtle"),
        (HEADER.encode("utf-16-le"), "HK004", "1:1", "file is UTF-16"),
        (HEADER.encode("utf-16"), "HK004", "1:1", "file is UTF-16"),
        (
            "<a:a> <a:b> 'é' .".encode("cp1252"),
            "HK004",
            "1:14",
            "byte 0xe9 is not UTF-8 but 'é' in Windows-1252",
        ),
        (b"\x7fELF\x00\x01\xff\xfe", "HK004", "1:5", "byte 0x00 is in no text"),
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


def test_prefix_that_is_known_is_declared_for_you(workspace: Workspace) -> None:
    text = (HEADER + COUNTRY).replace("@prefix prov: <http://www.w3.org/ns/prov#> .\n", "")
    write(workspace, text)
    (found,) = check_workspace(workspace).diagnostics
    assert found.code == "HK008" and found.help == "declare it" and found.edit is not None
    lines = text.splitlines(keepends=True)
    lines.insert(found.edit.span.line - 1, found.edit.text)
    assert "".join(lines) == HEADER + COUNTRY


def test_prefix_that_is_misspelt_is_told(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY.replace("source:elsewhere ;", "sourcee:elsewhere ;"))
    (found,) = check_workspace(workspace).diagnostics
    assert (found.code, found.help) == ("HK008", "did you mean `source:`?")
    shown = full.render([found], lambda _: HEADER + COUNTRY)
    assert "\n21 -     prov:wasDerivedFrom source" in shown
    write(workspace, "zebra:crossing a 1 .")
    (found,) = check_workspace(workspace).diagnostics
    assert "begin the file with `@prefix zebra:" in found.help and found.edit is None


def test_merge_conflict_names_its_three_marks(workspace: Workspace) -> None:
    write(workspace, "<<<<<<< HEAD\n<a:a> <a:b> 1 .\n=======\n<a:a> <a:b> 2 .\n>>>>>>> other\n")
    (found,) = check_workspace(workspace).diagnostics
    assert [str(r.place) for r in found.related] == [
        "data/countries/xb.ttl:3:1",
        "data/countries/xb.ttl:5:1",
    ]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (lambda text: "\ufeff" + text, "HK005", "1:1"),
        (lambda text: text.replace("\n", "\r\n"), "HK006", "1:1"),
        (lambda text: text.replace("    ", "\t"), "HK007", "12:1"),
    ],
)
def test_odd_letters_get_one_warning(
    workspace: Workspace, change: Callable[[str], str], code: str, place: str
) -> None:
    write(workspace, change(HEADER + COUNTRY))
    (found,) = check_workspace(workspace).diagnostics
    assert (found.code, found.severity) == (code, "warning")
    assert str(found.place) == f"data/countries/xb.ttl:{place}"
    assert found.help == "`heritagekg format` rewrites the file"


def test_tab_in_a_text_is_no_tab(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY.replace('"A page"', '"""A\n\tpage"""'))
    assert check_workspace(workspace).diagnostics == ()


def test_file_that_cannot_be_read(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    (workspace.root / "data" / "gone.ttl").symlink_to("nowhere")
    (workspace.root / "data" / "loop.ttl").symlink_to("loop.ttl")
    one, other = check_workspace(workspace).diagnostics
    assert (one.code, str(one.place)) == ("HK002", "data/gone.ttl")
    assert one.message == "cannot read 'data/gone.ttl': No such file or directory"
    assert (other.code, str(other.place)) == ("HK002", "data/loop.ttl")
    assert "Traceback" not in run(workspace.root).stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("paths", [(), ("data",), ("data/pipe.ttl",)])
def test_pipe_among_the_files_is_told_and_not_waited_for(
    workspace: Workspace, tmp_path: Path, paths: tuple[str, ...]
) -> None:
    write(workspace, HEADER + COUNTRY)
    os.mkfifo(workspace.root / "data" / "pipe.ttl")
    said = run(workspace.root, *paths, "--format", "concise")
    assert said.returncode == 1
    assert said.stdout.startswith("data/pipe.ttl: error[HK002] ")
    assert len(said.stdout.splitlines()) == 1
    (tmp_path / "s.ttl").write_text(FOREIGN_SHAPES, encoding="utf-8")
    said = run(workspace.root, *(paths or ("data",)), "--shapes", "s.ttl", "--format", "concise")
    assert said.stdout.startswith("data/pipe.ttl: error[HK002] ") and said.returncode == 1


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="this system has no /dev/zero")
def test_device_among_the_files_is_refused(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    (workspace.root / "data" / "zero.ttl").symlink_to("/dev/zero")
    said = run(workspace.root, "data/zero.ttl", "--format", "concise")
    assert "cannot read 'data/zero.ttl': it is a device, no file" in said.stdout


def test_link_to_itself_beside_named_files(workspace: Workspace, tmp_path: Path) -> None:
    path = write(workspace, HEADER + COUNTRY)
    (path.parent / "loop.ttl").symlink_to("loop.ttl")
    (found,) = check_workspace(workspace, [path.parent]).diagnostics
    assert (found.code, str(found.place)) == ("HK002", "data/countries/loop.ttl")
    (tmp_path / "s.ttl").write_text(FOREIGN_SHAPES, encoding="utf-8")
    (found,) = check_files([path.parent], [tmp_path / "s.ttl"]).diagnostics
    assert (found.code, str(found.place)) == ("HK002", str(path.parent / "loop.ttl"))


@pytest.mark.parametrize("name", ["new file", "az [copy]", "50% <new>", "a#b", 'say "hi"'])
def test_file_name_that_is_no_iri(workspace: Workspace, name: str) -> None:
    header = HEADER.partition("<https://w3id.org/heritagekg/data")[0]
    write(workspace, header + COUNTRY, f"data/{name}.ttl")
    (found,) = check_workspace(workspace).diagnostics
    assert found.code == "HK011" and str(found.place) == f"data/{name}.ttl:1:1"
    iri = re.search("<(.*)>", found.help)
    assert iri is not None
    text = HEADER.replace("https://w3id.org/heritagekg/data/countries/xb", iri[1]) + COUNTRY
    write(workspace, text, f"data/{name}.ttl")
    assert check_workspace(workspace).diagnostics == ()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take only UTF-8 as file names")
def test_file_name_that_is_not_utf_8(workspace: Workspace) -> None:
    folder = os.fsencode(workspace.root / "data")
    os.makedirs(folder)
    with open(folder + b"/caf\xe9.ttl", "wb") as file:
        file.write(b"<a:a> .")
    said = run(workspace.root, "--format", "concise")
    assert said.stdout.startswith("data/caf\ufffd.ttl:1:") and said.returncode == 1
    assert "Traceback" not in said.stderr


def test_header_of_a_file_that_was_renamed(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY, "data/countries/xc.ttl")
    (found,) = check_workspace(workspace).diagnostics
    old, new = (f"<https://w3id.org/heritagekg/data/countries/{name}>" for name in ("xb", "xc"))
    assert found.message == f"header is about another file, {old}"
    assert str(found.place) == "data/countries/xc.ttl:11:1"
    assert found.edit is not None and found.edit.text == new


def test_conflict_between_quotes_is_one(workspace: Workspace) -> None:
    text = '"""A\n<<<<<<< HEAD\npage\n=======\nsheet\n>>>>>>> other\n"""'
    found = only(workspace, HEADER + COUNTRY.replace('"A page"', text))
    assert found.code == "HK003" and len(found.related) == 2


def test_mark_of_a_conflict_that_was_left(workspace: Workspace) -> None:
    found = only(workspace, HEADER + COUNTRY + ">>>>>>> other\n")
    assert (found.code, found.related) == ("HK003", ())
    assert found.help == "keep what is right of the two versions and take the mark out"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("<!DOCTYPE html>\n<html></html>", "this is a web page, not the data behind it"),
        ('<?xml version="1.0"?><rdf:RDF/>', "this looks like RDF/XML, which is not Turtle"),
        ("version https://git-lfs.github.com/spec/v1\n", "this stands for a file that Git LFS"),
        ("\u00a0<a:a> <a:b> 1 .", "U+00A0 is no-break space; take it out"),
        ("<a:a> <a:b> \u201cx\u201d .", 'texts stand between straight quotes: `"`'),
        ('<a:a> <a:b> "x@en .\n', "the text that begins here is never closed"),
        ("<a:a> <a:b> 1 .\n\x1a", "U+001A is a control character"),
    ],
)
def test_what_is_not_turtle_is_told_apart(workspace: Workspace, text: str, help: str) -> None:
    found = only(workspace, text)
    assert found.code == "HK001" and found.help.startswith(help)
    assert found.message.isprintable()


def test_line_that_is_not_utf_8_is_shown(workspace: Workspace) -> None:
    write(workspace, (HEADER + COUNTRY).replace("A page", "Päge").encode("cp1252"))
    report = check_workspace(workspace)
    shown = full.render(report.diagnostics, report.texts.get)
    assert '    dcterms:title "P\ufffdge"@en ;\n   |                     ^\n' in shown


def test_dump_that_went_astray_is_refused_unread(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    with (workspace.root / "data" / "dump.ttl").open("wb") as file:
        file.truncate(200 << 20)
    (found,) = check_workspace(workspace).diagnostics
    assert found.code == "HK002" and "has 200 MB, more than the 128 MB" in found.message


def test_loop_of_folders_is_told(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    (workspace.root / "data" / "countries" / "all").symlink_to(workspace.root / "data")
    (found,) = check_workspace(workspace).diagnostics
    assert (found.code, found.severity) == ("HK009", "warning")
    assert str(found.place) == "data/countries/all"


def test_line_ends_and_tabs_move_no_caret(workspace: Workspace) -> None:
    text = (HEADER + COMMITTEE + COUNTRY).replace("    ", "\t").replace("\n", "\r\n")
    write(workspace, text)
    report = check_workspace(workspace).selected([], ["HK00"])
    shown = full.render(report.diagnostics, report.texts.get)
    assert " --> data/countries/xb.ttl:21:14\n" in shown
    assert "21 | \thkg:country country:xbb ;\n   | \t            ^^^^^^^^^^^\n" in shown


TENURE = """person:anna
    a hkg:Person ;
    skos:prefLabel "Anna"@en ;
    prov:wasDerivedFrom source:elsewhere ;
.

tenure:anna-xb
    a hkg:Tenure ;
    hkg:attestedIn "2022"^^xsd:gYear ;
    hkg:heldBy person:anna ;
    hkg:organization committee:xb ;
    hkg:role role:chair ;
    prov:wasDerivedFrom source:elsewhere ;
.

"""
PREFIXES = "".join(
    f"@prefix {kind}: <https://w3id.org/heritagekg/id/{kind}/> .\n"
    for kind in ("acknowledgement", "person", "role", "tenure")
)
GOOD = PREFIXES + HEADER + COMMITTEE.replace("country:xbb", "country:xb") + COUNTRY + TENURE


def only(workspace: Workspace, text: str) -> Diagnostic:
    write(workspace, text)
    (found,) = check_workspace(workspace).diagnostics
    return found


def test_missing_property_is_shown_where_it_belongs(workspace: Workspace) -> None:
    assert check_workspace(workspace_with(workspace, GOOD)).diagnostics == ()
    text = GOOD.replace("    hkg:role role:chair ;\n", "")
    found = only(workspace, text)
    line = text.splitlines().index("    hkg:organization committee:xb ;") + 1
    assert found.code == "HK244" and found.edit is not None and found.edit.is_example
    assert found.edit.span.line == line + 1 and found.edit.text.startswith("    hkg:role role:")
    shown = full.render([found], lambda _: text)
    assert f"{line} |     hkg:organization committee:xb ;\n{line + 1} +     hkg:role role:" in shown


def test_misspelt_property_is_pointed_at(workspace: Workspace) -> None:
    text = GOOD.replace(
        "    hkg:role role:chair ;", "    hkg:rolle role:chair ;\n    hkg:role role:chair ;"
    )
    found = only(workspace, text)
    assert (found.code, found.help) == ("HK302", "did you mean `hkg:role`?")
    assert found.place is not None and found.place.span is not None
    assert found.place.span.column == 5 and found.edit is not None and found.edit.text == "hkg:role"


@pytest.mark.parametrize(
    ("constraint", "line", "meant"),
    [
        ("sh:closed true ; sh:property [ sh:path e:name ]", "e:nmae 1", "e:name"),
        ("sh:property [ sh:path e:is ; sh:in ( e:open e:shut ) ]", "e:is e:opne", "e:open"),
    ],
)
def test_what_the_shape_lists_is_meant(
    tmp_path: Path, constraint: str, line: str, meant: str
) -> None:
    head = "@prefix e: <http://e.org/> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    (tmp_path / "s.ttl").write_text(f"{head}e:S sh:targetNode e:a ; {constraint} .\n", "utf-8")
    (tmp_path / "d.ttl").write_text(f"{head}e:a {line} .\n", "utf-8")
    (found,) = check_files([tmp_path / "d.ttl"], shapes=[tmp_path / "s.ttl"]).diagnostics
    assert found.help == f"did you mean `{meant}`?"
    assert found.edit is not None and found.edit.text == meant


def test_class_is_no_property(workspace: Workspace) -> None:
    line = "    hkg:role role:chair ;"
    found = only(workspace, GOOD.replace(line, f"    hkg:Tenure role:chair ;\n{line}"))
    assert (found.code, found.message) == ("HK302", "property is unknown to the ontology")


def test_misspelt_class_is_told(workspace: Workspace) -> None:
    write(workspace, GOOD.replace("a hkg:Tenure", "a hkg:Tenur"))
    found = next(d for d in check_workspace(workspace).diagnostics if d.code == "HK301")
    assert found.help == "did you mean `hkg:Tenure`?"


def test_both_values_are_shown(workspace: Workspace) -> None:
    text = GOOD.replace('"Anna"@en', '"Anna"@en , "Ann"@en , "Hanna"@az')
    found = only(workspace, text)
    line = text.splitlines().index('    skos:prefLabel "Anna"@en , "Ann"@en , "Hanna"@az ;') + 1
    (other,) = found.related
    places = {str(found.place), str(other.place)}
    assert places == {f"data/countries/xb.ttl:{line}:{column}" for column in (20, 32)}


def test_both_tenures_are_shown(workspace: Workspace) -> None:
    again = TENURE.partition("tenure:")[2].replace("anna-xb", "anna-xb-again")
    found = only(workspace, GOOD + "tenure:" + again)
    assert found.code == "HK297" and len(found.related) == 1
    assert found.related[0].message.endswith("stands here")


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("HK111", ["the other value"]),
        ("HK223", ["committee:az says so here", "committee:azerbaijan says so here"]),
        ("HK291", ["it is compared with this"]),
        ("HK295", ["tenure:ada-example-committee-az stands here"]),
        ("HK298", ["conference:2019-kyoto stands here"]),
        ("HK303", ["it is compared with this"]),
        ("HK302", []),
    ],
)
def test_both_places_of_a_contradiction(workspace: Workspace, code: str, others: list[str]) -> None:
    (case,) = Path(__file__).with_name("cases").glob(f"{code}-*.md")
    block = re.search(r"```turtle\n(.*?)```", case.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    path = write(workspace, block[1], "case.ttl")
    (found,) = check_workspace(workspace, [path]).diagnostics
    assert [related.message for related in found.related] == others
    assert all(related.place.span is not None for related in found.related)


def test_value_that_is_asked_for_replaces_the_other(workspace: Workspace) -> None:
    cc0 = "https://creativecommons.org/publicdomain/zero/1.0/"
    found = only(workspace, GOOD.replace(cc0, "https://example.org/licence"))
    assert (found.code, found.help, found.label) == ("HK181", f"write `<{cc0}>`", "")
    assert found.edit is not None and not found.edit.is_example
    found = only(workspace, GOOD.replace(f"    dcterms:license <{cc0}> ;\n", ""))
    assert found.help == "add `dcterms:license`, for example"


ACKNOWLEDGEMENT = """acknowledgement:anna
    a hkg:Acknowledgement ;
    hkg:acknowledges tenure:anna-xb ;
    hkg:code "HK244" ;
    hkg:reason "Her office had no name."@en ;
.
"""


def workspace_with(workspace: Workspace, text: str) -> Workspace:
    write(workspace, text)
    return workspace


def test_acknowledged_finding_is_counted_not_reported(workspace: Workspace) -> None:
    text = GOOD.replace("    hkg:role role:chair ;\n", "") + ACKNOWLEDGEMENT
    report = check_workspace(workspace_with(workspace, text))
    assert report.conforms and report.diagnostics == ()
    (accepted,) = report.acknowledged
    assert (accepted.code, accepted.acknowledged) == ("HK244", "Her office had no name.")
    # The standard's own report still has it: the data do not conform to the shapes.
    assert [result.code for result in report.results] == ["HK244"]
    said = run(workspace.root, "--acknowledged")
    assert said.returncode == 0 and "all is well in 1 file; 1 acknowledged" in said.stderr
    assert "note: acknowledged: Her office had no name.\n" in said.stdout
    sarif = json.loads(run(workspace.root, "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == "Her office had no name."


def test_acknowledgement_of_nothing_is_stale(workspace: Workspace) -> None:
    found = only(workspace, GOOD + ACKNOWLEDGEMENT)
    assert (found.code, found.severity) == ("HK012", "warning")
    assert found.message == "acknowledged finding is not there: HK244 at tenure:anna-xb"
    assert found.place is not None and found.place.span is not None


FOREIGN = """@prefix e: <http://example.org/> .
@prefix s: <http://schema.org/> .
e:alice a s:Person ;
    s:givenName "Alice" , "Alicia" ;
    s:birthDate "yesterday" ;
    s:worksFor e:acme .
e:acme a s:Organisation .
"""
FOREIGN_SHAPES = """@prefix e: <http://example.org/> .
@prefix s: <http://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

e:PersonShape a sh:NodeShape ;
    sh:targetClass s:Person ;
    sh:property [ sh:path s:givenName ; sh:maxCount 1 ] ,
        [ sh:path s:birthDate ; sh:datatype xsd:date ; sh:message "bad"@en , "schlecht"@de ] ,
        [ sh:path s:familyName ; sh:minCount 1 ] ,
        [ sh:path s:worksFor ; sh:class s:Organization ; sh:severity sh:Warning ] ,
        [ sh:path ( s:worksFor s:name ) ; sh:in ( 1 "x" e:y ) ; sh:minCount 2 ] .
"""


def test_shapes_without_codes_and_words_are_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "d.ttl").write_text(FOREIGN, encoding="utf-8")
    (tmp_path / "s.ttl").write_text(FOREIGN_SHAPES, encoding="utf-8")
    report = check_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"])
    found = {(d.code, d.path): d for d in report.diagnostics}
    schema = "http://schema.org/"
    told = {
        ("MinCount", schema + "familyName"): ("no value of s:familyName", "3:1"),
        ("MaxCount", schema + "givenName"): ("more than 1 value of s:givenName", "4:27"),
        ("Datatype", schema + "birthDate"): ("bad", "5:17"),
        ("Class", schema + "worksFor"): ("value is no s:Organization", "6:16"),
        ("MinCount", f"(<{schema}worksFor>/<{schema}name>)"): ("fewer than 2 values", "3:1"),
    }
    assert {k: (d.message, str(d.place).partition("ttl:")[2]) for k, d in found.items()} == told
    assert all(
        d.notes == (f"required by `e:PersonShape`, {tmp_path / 's.ttl'}:6",) for d in found.values()
    )
    assert all(d.source_shape == "http://example.org/PersonShape" for d in found.values())
    assert found[("MinCount", schema + "familyName")].help == "add `s:familyName`"
    german = report.in_language("de").selected(["Datatype"], [])
    assert [d.message for d in german.diagnostics] == ["schlecht"]
    assert report.rules["MinCount"].reason.endswith("(SHACL, section 4.2.1).")


def test_shapes_that_ask_in_vain_are_doubted(tmp_path: Path) -> None:
    (tmp_path / "d.ttl").write_text(FOREIGN, encoding="utf-8")
    shapes = FOREIGN_SHAPES.replace("sh:minCount 1 ]", "sh:minCuont 1 ]")
    (tmp_path / "s.ttl").write_text(shapes + "e:S sh:rule [] ; sh:property e:none .\n")
    said = run(tmp_path, "d.ttl", "--shapes", "s.ttl")
    assert said.returncode == 1
    assert said.stderr.splitlines()[:-1] == [
        "note: <http://example.org/none> is an sh:property, but nothing is said of it",
        "note: sh:minCuont is no property of SHACL; did you mean 'sh:minCount'?",
        "note: sh:rule is not judged: only SHACL Core and SHACL-SPARQL are",
    ]
    (tmp_path / "s.ttl").write_text(FOREIGN_SHAPES.replace("s:Person", "s:Persn"))
    said = run(tmp_path, "d.ttl", "--shapes", "s.ttl")
    assert said.returncode == 0 and said.stderr.splitlines() == [
        "note: no shape has a target in these data: nothing was judged",
        "all is well in 1 file",
    ]
    assert run(tmp_path, "d.ttl", "--shapes", "s.ttl", "--format", "json").stderr == ""


def test_every_shape_has_a_place(tmp_path: Path) -> None:
    (tmp_path / "d.ttl").write_text(FOREIGN, encoding="utf-8")
    shapes = FOREIGN_SHAPES.replace("[ sh:path s:familyName ; sh:minCount 1 ]", "e:family")
    (tmp_path / "s.ttl").write_text(shapes + "e:family sh:path s:familyName ; sh:minCount 1 .\n")
    report = check_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"])
    (found,) = (d for d in report.diagnostics if d.message == "no value of s:familyName")
    assert found.notes == (f"required by `e:family`, {tmp_path / 's.ttl'}:13",)


def shacl_results(text: str) -> tuple[bool, list[tuple[str, ...]]]:
    """Return what an `sh:ValidationReport` says: whether it conforms, and its results."""
    assert format_turtle(text) == text
    graph = rdflib.Graph().parse(data=text, format="turtle")
    (report,) = graph.subjects(rdflib.RDF.type, SHACL.ValidationReport)
    found = []
    for result in graph.objects(report, SHACL.result):
        assert (result, rdflib.RDF.type, SHACL.ValidationResult) in graph
        about = [
            *(SHACL.focusNode, SHACL.sourceConstraintComponent),
            *(SHACL.resultSeverity, SHACL.resultMessage),
        ]
        values = [str(graph.value(result, predicate)) for predicate in about]
        found.append(tuple(re.split("[/#]", value)[-1] for value in values))
    return bool(graph.value(report, SHACL.conforms)), sorted(found)


def test_findings_as_a_shacl_report(workspace: Workspace) -> None:
    write(workspace, HEADER + COUNTRY)
    assert shacl_results(check_workspace(workspace).to_turtle()) == (True, [])
    header = HEADER.partition("<https://w3id.org/heritagekg/data")[0]
    write(workspace, header + COMMITTEE + COUNTRY)
    report = check_workspace(workspace)
    conforms, results = shacl_results(report.to_turtle())
    assert not conforms and len(results) == len(report.diagnostics) == 2
    header_missing = ("xb", "header-missing", "Violation", "file has no header statement")
    assert header_missing in results
    assert ("xb", "ClassConstraintComponent", "Violation", "country is undefined") in results
    # What is left out by its code is left out there too.
    assert shacl_results(report.selected([], ["HK0", "HK2"]).to_turtle()) == (True, [])
    write(workspace, "<a:a> .")
    conforms, results = shacl_results(check_workspace(workspace).to_turtle())
    assert not conforms and [result[:2] for result in results] == [("xb", "syntax-error")]


@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif", "github", "junit", "report"])
def test_every_format_on_the_command_line(workspace: Workspace, form: str) -> None:
    write(workspace, HEADER + COMMITTEE + COUNTRY)
    said = run(workspace.root, "--format", form)
    assert said.returncode == 1 and "country is undefined" in said.stdout
    assert ("1 error in 1 file" in said.stderr) == (form in ("full", "concise", "github"))
    readers: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "sarif": json.loads,
        "junit": lambda text: etree.fromstring(text.encode()),
        "report": shacl_results,
    }
    readers.get(form, str)(said.stdout)
    write(workspace, HEADER + COUNTRY)
    said = run(workspace.root, "--format", form)
    assert said.returncode == 0
    readers.get(form, str)(said.stdout)


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_services_read_names_from_the_top_of_the_checkout(
    workspace: Workspace, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace, HEADER + COMMITTEE + COUNTRY)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    folder, top = workspace.root.name, workspace.root.parent
    whole = f"{folder}/data/countries/xb.ttl"
    assert whole in run(top, "-C", folder, "--format", form).stdout
    assert whole not in run(workspace.root, "--format", form).stdout
    monkeypatch.setenv("GITHUB_WORKSPACE", str(top))
    assert whole in run(workspace.root, "--format", form).stdout
    (workspace.root / "s.ttl").write_text(FOREIGN_SHAPES, encoding="utf-8")
    (workspace.root / "d.ttl").write_text(FOREIGN, encoding="utf-8")
    apart = run(workspace.root, "d.ttl", "--shapes", "s.ttl", "--format", form)
    assert f"{folder}/d.ttl" in apart.stdout


def test_severity_decides_the_exit_code(workspace: Workspace) -> None:
    write(workspace, "\ufeff" + HEADER + COUNTRY)
    assert run(workspace.root).returncode == 0
    assert run(workspace.root, "--fail-on", "warning").returncode == 1
    assert run(workspace.root, "--fail-on", "info").returncode == 1
    assert run(workspace.root, "--fail-on", "warning", "--ignore", "HK005").returncode == 0
    assert run(workspace.root, "--select", "HK1,HK2", "--fail-on", "info").returncode == 0
    assert run(workspace.root, "--select", "XY").returncode == 2


def test_thousands_are_counted_not_shown(workspace: Workspace) -> None:
    many = "".join(
        COMMITTEE.replace("committee:xb", f"committee:xb-{number}") for number in range(25)
    )
    write(workspace, HEADER + many + COUNTRY)
    said = run(workspace.root, "--format", "concise", "--limit", "2", "--select", "HK22")
    assert said.stdout.splitlines()[-1].startswith("... and 23 more HK2")
    assert "; 25 in 1 file: `--select HK2" in said.stdout
    assert len(said.stdout.splitlines()) == 3 and "25 errors in 1 file" in said.stderr
    assert len(run(workspace.root, "--format", "concise", "--limit", "0").stdout.splitlines()) > 24


def test_codes_are_chosen_by_prefix(workspace: Workspace) -> None:
    report = check_workspace(workspace_with(workspace, HEADER + COMMITTEE + COUNTRY))
    (code,) = {found.code for found in report.diagnostics}
    assert report.selected([code[:3]], []).diagnostics == report.diagnostics
    assert report.selected([code[:3]], [code]).conforms
    assert report.selected(["HK1"], []).conforms
    assert not report.selected([code], [code[:3]]).conforms
    with pytest.raises(UnknownName, match="no code begins with 'HK9'"):
        report.selected(["HK9"], [])


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
    assert said.returncode == 1 and found[0]["line"] == 21 and found[0]["value"] == "country:xbb"
    assert set(found[0]) >= {
        *("code", "severity", "message", "file", "line", "column", "focus_node", "path"),
        *("value", "component", "source_shape"),
    }
    said = run(workspace.root, "--format", "concise", "data/countries")
    assert said.returncode == 1 and said.stdout.startswith("data/countries/xb.ttl:21:17: error[HK")
    assert run(workspace.root, "nowhere").returncode == 2


# pySHACL would take minutes for all data; each file comes round within 25 days.
_PARTS = 25


def test_shipped_data_are_clean_and_both_engines_agree(
    kg: KnowledgeGraph, reference: Callable[..., list[Result]]
) -> None:
    report = kg.check()
    assert report.conforms, concise.render(report.diagnostics)
    files = Workspace.shipped().files("data")
    chosen = files[date.today().toordinal() % _PARTS :: _PARTS]
    judged = [quad for file in chosen for quad in read_file(file)]
    around = [quad for file in files for quad in read_file(file)]
    spoken = {term for quad in judged for term in (quad.subject, quad.object)}
    found = [result.key for result in report.results if result.focus_node in spoken]
    assert found == [result.key for result in reference(judged, report, around)]
