"""Every row of the dossiers that was read in a source is in the graph, or left out with a reason.

A file `tests/data/rows/NAME.toml` stands for the dossier `NAME.csv`. Its `key` names the columns
whose values, joined by `/`, are the id of a row; rows that share them are numbered from the second
on (`FR/alternative`, `FR/alternative/2`).
"""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heritagekg import KnowledgeGraph

FACTS = os.environ.get("HERITAGEKG_FACTS")
DOSSIERS: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "data" / "rows").glob("*.toml"))
}
ROWS = [
    pytest.param(row, id=f"{name}-{row['id']}")
    for name, dossier in DOSSIERS.items()
    for row in dossier.get("row", [])
]


def read_ids(path: Path, key: list[str]) -> Iterator[str]:
    """Yield the ids of the rows of a dossier that were read in a source."""
    times: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["confidence"] != "seen":
                continue
            name = "/".join(row[column] for column in key)
            times[name] += 1
            yield name if times[name] == 1 else f"{name}/{times[name]}"


@pytest.mark.parametrize("name", DOSSIERS)
def test_no_row_stands_twice(name: str) -> None:
    dossier = DOSSIERS[name]
    times = Counter(row["id"] for row in [*dossier.get("row", []), *dossier.get("excluded", [])])
    assert [row for row, count in times.items() if count > 1] == []


@pytest.mark.parametrize("name", DOSSIERS)
def test_exclusions_have_reasons(name: str) -> None:
    unexplained = [
        row["id"] for row in DOSSIERS[name].get("excluded", []) if len(row["reason"]) < 10
    ]
    assert unexplained == []


@pytest.mark.skipif(not FACTS, reason="HERITAGEKG_FACTS names no folder of dossiers")
@pytest.mark.parametrize("name", DOSSIERS)
def test_no_row_is_left_out(name: str) -> None:
    dossier = DOSSIERS[name]
    written = {row["id"] for row in [*dossier.get("row", []), *dossier.get("excluded", [])]}
    read = set(read_ids(Path(str(FACTS)) / f"{name}.csv", dossier["key"]))
    assert sorted(read - written) == [], "rows of the dossier without a question or a reason"
    assert sorted(written - read) == [], "ids that no row of the dossier has"


@pytest.mark.parametrize("row", ROWS)
def test_row_is_found(kg: KnowledgeGraph, row: dict[str, str]) -> None:
    assert kg.query(row["query"]) is True, row["says"]


@pytest.mark.parametrize("row", ROWS)
def test_row_is_found_by_its_source(kg: KnowledgeGraph, row: dict[str, str]) -> None:
    """A question that any other document would answer as well asks too little."""
    elsewhere = re.sub(r"\bsource:[a-z0-9-]+", "source:read-nowhere", row["query"])
    assert elsewhere != row["query"] and kg.query(elsewhere) is False, row["says"]
