"""`heritagekg network` and `networks` in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from heritagekg import KnowledgeGraph


def run(graph: KnowledgeGraph, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert graph.workspace is not None
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", "-C", str(graph.workspace.root), *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_networks_are_listed(tiny: KnowledgeGraph) -> None:
    said = run(tiny, "networks")
    assert said.returncode == 0
    assert "tenure            Who held which post at which organisation\n" in said.stdout
    assert "-p country=(optional)  the country of the organisation" in said.stdout


@pytest.mark.parametrize(
    ("options", "summary"),
    [
        ([], "tenure: 7 nodes, 6 edges, 2 components"),
        (["--at", "2010-05-07", "--certain"],
         "tenure at=2010-05-07 certain=true: 4 nodes, 2 edges, 2 components"),
        (["--from", "2009", "--until", "2009-06"],
         "tenure from=2009 until=2009-06: 5 nodes, 4 edges, 1 component"),
        (["-p", "country=country:xa"], "tenure country=country:xa: 5 nodes, 5 edges, 1 component"),
    ],
)  # fmt: skip
def test_network_is_written(
    tiny: KnowledgeGraph, options: list[str], summary: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.gexf"
    said = run(tiny, "network", "tenure", *options, "-o", str(path))
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == f"{summary}; written to {path}\n"
    assert path.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tenur", "-o", "x.gexf"], "no network view named 'tenur'; did you mean 'tenure'?"),
        (["tenure", "-o", "x.gefx"], "no network format for 'x.gefx'"),
        (["tenure", "-o", "no/such/x.gexf"], "cannot write 'no/such/x.gexf'"),
        (["tenure", "--at", "yesterday", "-o", "x.gexf"], "'at' is 'yesterday'"),
        (["tenure", "--at", "2010-05-07", "--from", "2010", "-o", "x.gexf"], "give one"),
        (["tenure", "-p", "colour=red", "-o", "x.gexf"], "no parameter 'colour'"),
        (["tenure", "-p", "name=x", "-o", "x.gexf"], "no parameter 'name'"),
        (["tenure", "-p", "certain=x", "-o", "x.gexf"], "there is an option for it"),
        (["tenure", "-p", "country", "-o", "x.gexf"], "-p takes name=value"),
        (["participation", "--until", "1946", "-o", "x.gexf"], "is empty for until=1946"),
        (["tenure"], "Missing option '-o'"),
    ],
)
def test_what_goes_wrong(tiny: KnowledgeGraph, arguments: list[str], words: str) -> None:
    said = run(tiny, "network", *arguments)
    assert said.returncode == 2
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert not Path(arguments[-1]).exists()
