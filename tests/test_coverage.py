"""What is claimed beside what is held: the report as an object and on the command line."""

from __future__ import annotations

import json

from click.testing import CliRunner

from heritagekg import KnowledgeGraph
from heritagekg.cli import Session
from heritagekg.cli.coverage import coverage


def test_each_part_is_a_table(kg: KnowledgeGraph) -> None:
    report = kg.coverage()
    claimed = {(row.measureLabel, row.claimed) for row in report.claims}
    assert {("national committees", 118), ("international committees", 32)} <= claimed
    held = {row.measureLabel: row.held for row in report.claims if "icom" in row.subject}
    counted = kg.query(
        "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a hkg:InternationalCommittee ; "
        "hkg:partOf organization:icom }"
    )
    assert abs(held["international committees"] - counted[0].n) <= 3
    for row in report.gaps:
        assert row.known + row.unknown == row.total
    for row in report.languages:
        assert row.ownScript <= row.ownLanguage <= row.bodies


def run(*arguments: str) -> str:
    done = CliRunner().invoke(coverage, arguments, obj=Session(), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_report_for_people_and_for_programs() -> None:
    table = run()
    for told in ("Claimed and held", "By region", "Not known here", "Oceania", "coordinates"):
        assert told in table
    told = json.loads(run("-f", "json"))
    assert {"regionLabel", "committees", "museums"} <= told["By region"][0].keys()
    assert "| --- |" in run("--format", "md")
