"""What a check remembers changes what it costs, never what it says."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from heritagekg.validation import files, incremental
from heritagekg.validation.check import CheckReport, check_workspace
from heritagekg.validation.reads import reads
from heritagekg.workspace import Workspace

PREFIXES = """@prefix committee: <https://w3id.org/heritagekg/id/committee/> .
@prefix country: <https://w3id.org/heritagekg/id/country/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix museum: <https://w3id.org/heritagekg/id/museum/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix source: <https://w3id.org/heritagekg/id/source/> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://w3id.org/heritagekg/data/NAME>
    a void:Dataset ;
    dcterms:title "NAME"@en ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:modified "2024-01-01"^^xsd:date ;
.
"""
STATEMENTS = (
    'country:xb a hkg:Country ; skos:prefLabel "Elsewhere"@en ; prov:wasDerivedFrom source:e .',
    'country:xc a hkg:Country ; skos:prefLabel "Nowhere"@en .',
    'source:e a hkg:Document ; dcterms:title "A page"@en ; hkg:url "https://e.org/p"^^xsd:anyURI .',
    'committee:xb a hkg:NationalCommittee ; skos:prefLabel "C"@en ; hkg:country country:xb .',
    "committee:xb prov:wasDerivedFrom source:e .",
    'museum:xb-one a hkg:Museum ; skos:prefLabel "M"@en , "N"@en ; hkg:country country:xc .',
    "museum:xb-one prov:wasDerivedFrom source:e , source:f ; hkg:country country:xb .",
    "country:xb a hkg:Country .",
    'museum:xb-one skos:altLabel "M"@en ; hkg:nosuch 40.370 .',
)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("HERITAGEKG_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "w"
    root.mkdir()
    (root / "ontology").symlink_to(Workspace.shipped().root / "ontology")
    return Workspace(root)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files count as settled at once, for the tests write faster than people."""
    monkeypatch.setattr(incremental, "_TICK", 0)


def write(workspace: Workspace, name: str, statements: list[str]) -> Path:
    path = workspace.root / "data" / f"{name}.ttl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PREFIXES.replace("NAME", name) + "\n".join(statements), encoding="utf-8")
    return path


def said(report: CheckReport) -> list[object]:
    return [
        *sorted(result.key for result in report.results),
        *[(d.code, str(d.place), d.message, d.severity) for d in report.diagnostics],
    ]


@pytest.mark.usefixtures("settled")
def test_random_edits_are_judged_as_if_all_were_new(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)
    for step in range(12):
        for name in ("one", "two", "three"):
            if step == 0 or chance.random() < 0.5:
                write(workspace, name, chance.sample(STATEMENTS, chance.randrange(1, 7)))
        if step % 5 == 4:
            (workspace.root / "data" / "two.ttl").unlink(missing_ok=True)
        remembered = check_workspace(workspace)
        with monkeypatch.context() as other:
            other.setenv("HERITAGEKG_CACHE", str(tmp_path / f"new{step}"))
            assert said(remembered) == said(check_workspace(workspace)), step


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """Record which files are read and which checks run."""
    done: dict[str, list[str]] = {"read": [], "run": []}
    read_text, results = files.read_text, incremental.Memory.results
    screened = incremental.screened

    def reading(path: Path, name: str) -> str:
        done["read"].append(name)
        return read_text(path, name)

    def running(memory: incremental.Memory, checks: list[incremental.Check], *more: Any) -> Any:
        done["run"] += [check.query for check in checks]
        return results(memory, checks, *more)

    def screening(columns: Any, shapes: Any, checks: list[incremental.Check], *more: Any) -> Any:
        found = screened(columns, shapes, checks, *more)
        done["run"] += [checks[number].query for number in found]
        return found

    monkeypatch.setattr(files, "read_text", reading)
    monkeypatch.setattr(incremental.Memory, "results", running)
    monkeypatch.setattr(incremental, "screened", screening)
    yield done


@pytest.mark.usefixtures("settled")
def test_only_what_changed_is_read_and_run(
    workspace: Workspace, work: dict[str, list[str]]
) -> None:
    write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    write(workspace, "two", [STATEMENTS[3], STATEMENTS[4]])
    assert check_workspace(workspace).conforms
    every = len(work["run"])
    assert {"data/one.ttl", "data/two.ttl"} <= set(work["read"]) and every > 100

    work["read"].clear(), work["run"].clear()
    assert check_workspace(workspace).conforms
    assert work == {"read": [], "run": []}

    write(workspace, "two", [STATEMENTS[3].replace('"C"', '"D"'), STATEMENTS[4]])
    assert check_workspace(workspace).conforms
    assert work["read"] == ["data/two.ttl"]
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    assert work["run"] and len(work["run"]) < every / 4
    for query in work["run"]:
        read = reads(query)
        assert read is None or label in read


@pytest.mark.usefixtures("settled")
def test_a_comment_runs_nothing(workspace: Workspace, work: dict[str, list[str]]) -> None:
    path = write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    check_workspace(workspace)
    work["run"].clear()
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert check_workspace(workspace).conforms
    assert work["run"] == []


def test_a_file_written_in_the_same_moment_is_read_again(workspace: Workspace) -> None:
    path = write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    assert check_workspace(workspace).conforms
    state = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("page", "pagX"), encoding="utf-8")
    path.write_text(
        path.read_text(encoding="utf-8").replace('"Elsewhere"@en', '"Elsewhere"@ex'),
        encoding="utf-8",
    )
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size
    assert not check_workspace(workspace).conforms


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05K\x01."])
def test_a_damaged_memory_is_forgotten(workspace: Workspace, content: bytes) -> None:
    write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    check_workspace(workspace)
    (path,) = Path(os.environ["HERITAGEKG_CACHE"]).rglob("check.pickle")
    path.write_bytes(content)
    assert check_workspace(workspace).conforms


def test_without_a_cache_the_verdict_is_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HERITAGEKG_CACHE", str(tmp_path / "file" / "no"))
    write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    assert check_workspace(workspace).conforms


def test_a_file_that_does_not_parse_is_not_remembered(workspace: Workspace) -> None:
    write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    assert check_workspace(workspace).conforms
    path = write(workspace, "two", ["nonsense"])
    assert [found.code for found in check_workspace(workspace).diagnostics] == ["HK001"]
    path.unlink()
    assert check_workspace(workspace).conforms


@contextmanager
def watching(root: Path, *arguments: str) -> Iterator[Callable[[str], None]]:
    """Run `heritagekg check --watch`, and give what waits for words in its output."""
    process = subprocess.Popen(
        [sys.executable, "-m", "heritagekg", "check", "--watch", "--format", "concise", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    stream = process.stdout
    reader = threading.Thread(target=lambda: [lines.put(line) for line in stream], daemon=True)
    reader.start()

    def wait_for(words: str) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if words in lines.get(timeout=1):
                    return
            except Empty:
                assert process.poll() is None
        raise AssertionError(f"no line with {words!r}")

    try:
        wait_for("waiting for changes")
        time.sleep(1)
        yield wait_for
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        reader.join(timeout=30)
        stream.close()
    assert process.returncode == 130


def test_watch_gives_the_verdict_on_save(workspace: Workspace) -> None:
    path = write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    with watching(workspace.root) as wait_for:
        path.write_text(path.read_text(encoding="utf-8") + STATEMENTS[1], encoding="utf-8")
        wait_for("error[HK2")
        write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
        wait_for("all is well in 1 file")


def test_watch_outlasts_files_that_go_and_come_back(workspace: Workspace) -> None:
    path = write(workspace, "one", [STATEMENTS[0], STATEMENTS[2]])
    text = path.read_text(encoding="utf-8")
    with watching(workspace.root) as wait_for:
        path.unlink()
        path.parent.rmdir()
        # The workspace stays the one that it was, with nothing in it.
        wait_for("error: nothing to check")
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        wait_for("all is well in 1 file")


def test_watch_sees_each_save_of_an_editor_that_replaces_files(tmp_path: Path) -> None:
    data, beside = tmp_path / "d.ttl", tmp_path / "d.ttl~"
    (tmp_path / "s.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> ."
        "<e:s> sh:targetClass <e:M> ; sh:property [ sh:path <e:n> ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    wrong, right = "<e:a> a <e:M> .", "<e:a> a <e:M> ; <e:n> 1 ."
    data.write_text(wrong, encoding="utf-8")
    with watching(tmp_path, "d.ttl", "--shapes", "s.ttl") as wait_for:
        for text, words in ((right, "all is well"), (wrong, "error[Min"), (right, "all is well")):
            beside.write_text(text, encoding="utf-8")
            beside.replace(data)
            wait_for(words)
