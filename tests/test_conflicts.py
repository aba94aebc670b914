"""Where the sources contradict one another is found; what only looks so is not."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from heritagekg import KnowledgeGraph
from heritagekg.engine.results import Table

FILE = Path(__file__).parent / "data" / "conflicts.toml"
WRITTEN = tomllib.loads(FILE.read_text(encoding="utf-8"))
BASE = "https://w3id.org/heritagekg/id/"
# Of what, about what, this or that.
Disagreement = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def disagreements(kg: KnowledgeGraph) -> list[Disagreement]:
    table = kg.run("quality/disagreements")
    assert isinstance(table, Table)
    return [
        (
            str(row["subject"]).removeprefix(BASE).replace("/", ":", 1),
            str(row["about"]),
            str(row["first"]),
            str(row["second"]),
        )
        for row in table
    ]


def test_no_conflict_stands_twice() -> None:
    times = Counter(entry["id"] for kind in ("conflict", "kept") for entry in WRITTEN[kind])
    assert [entry for entry, count in times.items() if count > 1] == []


@pytest.mark.parametrize("conflict", WRITTEN["conflict"], ids=lambda conflict: conflict["id"])
def test_conflict_is_found(disagreements: list[Disagreement], conflict: dict[str, str]) -> None:
    sides = (conflict["subject"], conflict["about"], conflict["first"], conflict["second"])
    assert sides in disagreements, conflict["says"]


@pytest.mark.parametrize("kept", WRITTEN["kept"], ids=lambda kept: kept["id"])
def test_what_is_no_conflict_is_kept(kg: KnowledgeGraph, kept: dict[str, str]) -> None:
    assert kg.query(kept["query"]) is True, kept["says"]


def test_a_disagreement_is_told_once(disagreements: list[Disagreement]) -> None:
    assert [row for row, count in Counter(disagreements).items() if count > 1] == []


def test_a_less_precise_date_agrees(disagreements: list[Disagreement]) -> None:
    dated = [row for row in disagreements if re.fullmatch(r"\d{4}(-\d\d){0,2}", row[3])]
    assert dated
    assert [row for row in dated if row[3].startswith(row[2])] == []


@pytest.mark.parametrize(
    ("subject", "about", "lower", "higher"),
    [
        ("conference:2022-prague", "participants", "more than 3000", "exact 3705"),
        ("conference:2022-prague", "countries of participants", "planned 120", "exact 123"),
        ("organization:icom", "members", "more than 44000", "exact 44686"),
        ("organization:icom", "members", "about 39000", "exact 40860"),
        (
            "campaign:international-museum-day-2017",
            "countries taking part",
            "about 156",
            "about 157",
        ),
        ("person:feng-zhao", "beginning as board member", "2022-08-24", "2025-11"),
    ],
)
def test_what_may_hold_together_is_no_disagreement(
    kg: KnowledgeGraph,
    disagreements: list[Disagreement],
    subject: str,
    about: str,
    lower: str,
    higher: str,
) -> None:
    told = kg.query(f"ASK {{ ?fact hkg:subject|hkg:heldBy {subject} }}")
    assert told is True and (subject, about, lower, higher) not in disagreements
