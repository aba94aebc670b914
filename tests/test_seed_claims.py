"""Every claim of the article that the graph began with is found, with its source."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from heritagekg import KnowledgeGraph

FILE = Path(__file__).parent / "data" / "seed_claims.toml"
WRITTEN = tomllib.loads(FILE.read_text(encoding="utf-8"))


def test_no_claim_is_left_out() -> None:
    ids = [claim["id"] for claim in WRITTEN["claim"]]
    assert ids == [f"SC{number:03d}" for number in range(1, 76)]


@pytest.mark.parametrize("claim", WRITTEN["claim"], ids=lambda claim: claim["id"])
def test_claim_is_found(kg: KnowledgeGraph, claim: dict[str, str]) -> None:
    assert kg.query(claim["query"]) is True, claim["says"]


@pytest.mark.parametrize("claim", WRITTEN["claim"], ids=lambda claim: claim["id"])
def test_claim_is_found_by_its_source(kg: KnowledgeGraph, claim: dict[str, str]) -> None:
    """A query that another article would answer as well asks too little."""
    elsewhere = claim["query"].replace("azernews-2022-08", "azernews-2022-09")
    assert elsewhere != claim["query"] and kg.query(elsewhere) is False, claim["says"]


@pytest.mark.parametrize("conflict", WRITTEN["conflict"], ids=lambda conflict: conflict["about"])
def test_both_sides_of_a_conflict_are_kept(kg: KnowledgeGraph, conflict: dict[str, str]) -> None:
    for side in ("one", "other"):
        query = f"ASK {{ {conflict[side]} . ?f prov:wasDerivedFrom ?document }}"
        assert kg.query(query) is True, conflict[side]
