"""Fixtures: the shipped graph, the tiny one, and a cache of the tests' own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import heritagekg
from heritagekg.workspace import Workspace

TINY = Path(__file__).parent / "data" / "tiny"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the builds of the tests away from the user's cache."""
    before = os.environ.get("HERITAGEKG_CACHE")
    os.environ["HERITAGEKG_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("HERITAGEKG_CACHE")
    if before is not None:
        os.environ["HERITAGEKG_CACHE"] = before


@pytest.fixture(scope="session")
def kg(_own_cache: None) -> heritagekg.KnowledgeGraph:
    """Return the graph that is shipped."""
    return heritagekg.open()


@pytest.fixture(scope="session")
def tiny(_own_cache: None, tmp_path_factory: pytest.TempPathFactory) -> heritagekg.KnowledgeGraph:
    """Return the tiny graph whose every answer can be worked out by hand.

    It has the shipped ontology and queries, and no data but its own.
    """
    shipped = Workspace.shipped()
    root = tmp_path_factory.mktemp("tiny")
    for section in ("ontology", "queries"):
        shutil.copytree(shipped.root / section, root / section)
    shutil.copytree(TINY / "data", root / "data")
    return heritagekg.open(root)
