"""The stored build: made once, grown from the last one, never half-built in use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.engine import cache
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.workspace import Workspace

PREFIXES = """@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <http://e/> .
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty cache folder and return it."""
    monkeypatch.setenv("HERITAGEKG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def workspace(tmp_path: Path, home: Path) -> Workspace:
    """Return a small workspace of its own ontology and two data files."""
    root = tmp_path / "workspace"
    write(
        root,
        "ontology/heritagekg.ttl",
        "hkg:Tenure <http://www.w3.org/2000/01/rdf-schema#subClassOf> hkg:Fact .\n"
        "hkg:Participation <http://www.w3.org/2000/01/rdf-schema#subClassOf> hkg:Fact .",
    )
    write(root, "data/a.ttl", ':a a hkg:Tenure ; skos:prefLabel "A"@en .')
    write(root, "data/b.ttl", ':b a hkg:Tenure ; skos:prefLabel "B"@en .')
    return Workspace.at(root)


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PREFIXES + text, encoding="utf-8")


def everything(workspace: Workspace) -> set[str]:
    """Return every quad of the stored build as text."""
    store = cache.open_stored(workspace).store
    return {f"{quad}" for quad in store.quads_for_pattern(None, None, None, None)}


def builds(home: Path) -> list[Path]:
    return sorted(home.glob("*/*/manifest.json"))


def test_unchanged_files_are_not_built_again(workspace: Workspace, home: Path) -> None:
    read: list[str] = []
    first = cache.stored(workspace, read.append)
    assert read == ["ontology/heritagekg.ttl", "data/a.ttl", "data/b.ttl"]
    assert cache.stored(workspace, read.append) == first and len(read) == 3
    os.utime(workspace.root / "data" / "a.ttl")
    assert cache.stored(workspace, read.append) == first and len(read) == 3


def test_changed_file_alone_is_read_again_and_the_build_is_the_same(
    workspace: Workspace, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache.stored(workspace)
    write(workspace.root, "data/a.ttl", ':a a hkg:Tenure ; hkg:validFrom "2016"^^xsd:gYear .')
    (workspace.root / "data" / "b.ttl").unlink()
    write(workspace.root, "data/c.ttl", ":c a hkg:Participation ; hkg:event :a , :a .")
    read: list[str] = []
    cache.stored(workspace, read.append)
    assert read == ["data/a.ttl", "data/c.ttl"]
    grown = everything(workspace)
    monkeypatch.setenv("HERITAGEKG_CACHE", str(tmp_path / "fresh"))
    assert grown == everything(workspace)
    assert not any("/b>" in quad for quad in grown)
    assert sum("certainFrom" in quad and "2016-12-31" in quad for quad in grown) == 4


def test_triple_in_two_files_stays_when_one_of_them_goes(workspace: Workspace, home: Path) -> None:
    write(workspace.root, "data/b.ttl", ':a a hkg:Tenure ; skos:prefLabel "A"@en .')
    cache.stored(workspace)
    (workspace.root / "data" / "b.ttl").unlink()
    engine = cache.open_stored(workspace)
    assert engine.ask('ASK { <http://e/a> skos:prefLabel "A"@en ; rdfs:label "A"@en }')


def test_changed_ontology_builds_everything(workspace: Workspace, home: Path) -> None:
    cache.stored(workspace)
    write(workspace.root, "ontology/heritagekg.ttl", "hkg:Fact a hkg:Class .")
    read: list[str] = []
    cache.stored(workspace, read.append)
    assert len(read) == 3
    assert not cache.open_stored(workspace).ask("ASK { <http://e/a> a hkg:Fact }")


def test_crash_in_a_build_leaves_nothing_in_use(
    workspace: Workspace, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "_write_json", crash)
    with pytest.raises(KeyboardInterrupt):
        cache.stored(workspace)
    assert builds(home) == [] and not list(home.glob("*/building-*"))
    monkeypatch.undo()
    monkeypatch.setenv("HERITAGEKG_CACHE", str(home))
    assert cache.open_stored(workspace).ask("ASK { <http://e/a> a hkg:Fact }")


def test_killed_build_is_not_taken_for_a_whole_one(workspace: Workspace, home: Path) -> None:
    folder = cache.stored(workspace)
    (folder / "manifest.json").unlink()
    assert cache.stored(workspace) == folder
    assert (folder / "manifest.json").is_file()


def test_syntax_error_builds_nothing(workspace: Workspace, home: Path) -> None:
    write(workspace.root, "data/a.ttl", ":a :b")
    with pytest.raises(FileSyntaxError, match=r"data/a.ttl:5:6"):
        cache.stored(workspace)
    assert builds(home) == [] and not list(home.glob("*/building-*"))


def test_damaged_store_is_built_again(workspace: Workspace, home: Path) -> None:
    folder = cache.stored(workspace)
    for part in (folder / "store").iterdir():
        if part.name.startswith(("CURRENT", "MANIFEST")):
            part.write_bytes(b"garbage")
    assert cache.open_stored(workspace).ask("ASK { <http://e/a> a hkg:Fact }")


def test_cache_that_is_no_folder(
    workspace: Workspace, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"cannot use .*cache' as cache: .*HERITAGEKG_CACHE"):
        cache.stored(workspace)


def test_old_builds_are_removed(workspace: Workspace, home: Path) -> None:
    old = cache.stored(workspace)
    past = time.time() - 2 * 86400
    os.utime(old, (past, past))
    write(workspace.root, "data/a.ttl", ":a a hkg:Tenure .")
    cache.stored(workspace)
    assert not old.exists() and len(builds(home)) == 1


def test_opening_a_build_keeps_it_from_being_removed(workspace: Workspace, home: Path) -> None:
    old = cache.stored(workspace)
    past = time.time() - 2 * 86400
    os.utime(old, (past, past))
    cache.stored(workspace)
    write(workspace.root, "data/a.ttl", ":a a hkg:Tenure .")
    cache.stored(workspace)
    assert old.exists()


def test_two_processes_at_once(workspace: Workspace, home: Path) -> None:
    code = (
        "import sys; from heritagekg.engine.cache import open_stored;"
        "from heritagekg.workspace import Workspace;"
        "print(open_stored(Workspace.at(sys.argv[1])).ask('ASK { ?s a hkg:Fact }'))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(workspace.root)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[0].strip() for process in started] == ["True"] * 4
    assert len(builds(home)) == 1 and not list(home.glob("*/building-*"))


def test_default_graph_is_the_merge(workspace: Workspace, home: Path) -> None:
    store = cache.open_stored(workspace).store
    named = {
        (quad.subject, quad.predicate, quad.object)
        for quad in store.quads_for_pattern(None, None, None, None)
        if not isinstance(quad.graph_name, ox.DefaultGraph)
    }
    merged = list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    assert len(merged) == len(named)
