"""`heritagekg network` and `networks` in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

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


@pytest.mark.parametrize("suffix", [".gexf", ".html", ".graphml", ".parquet"])
def test_the_participants_of_prague(kg: KnowledgeGraph, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"prague{suffix}"
    options = ["--at", "2022-08-25", "--measures", "degree,betweenness,communities"]
    said = run(kg, "network", "co-participation", *options, "-o", str(path))
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("co-participation at=2022-08-25: ")
    assert "communities" in said.stdout
    assert path.stat().st_size > 5000


def test_without_a_file_the_network_is_summed_up(tiny: KnowledgeGraph) -> None:
    said = run(tiny, "network", "tenure", "--measures", "degree,communities")
    assert (said.returncode, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert lines[0] == "tenure: 7 nodes, 6 edges, 2 components"
    assert lines[1] == "  degree       mean 1.71, highest 3 (CTM Xanadu)"
    assert lines[2].startswith("  communities  ")
    assert lines[3:5] == ['"id","label","degree"', '"committee:xa","CTM Xanadu",3']


def test_measures_are_written_with_the_nodes(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    said = run(tiny, "network", "tenure", "--measures", "degree, core", "-o", str(path))
    assert said.returncode == 0
    nodes = json.loads(path.read_text(encoding="utf-8"))["nodes"]
    assert {node["id"]: (node["degree"], node["core"]) for node in nodes}["committee:xa"] == (3, 2)


def test_what_changed_is_said(tiny: KnowledgeGraph) -> None:
    said = run(tiny, "network", "tenure", "--change", "2006-01-10", "2010-05-07")
    assert said.returncode == 0
    first, _, *rows = said.stdout.splitlines()
    assert first.endswith(": 2 born, 1 ended, 3 kept")
    assert rows[0] == '"born","Ben Cole","CTM Xanadu","role:chair",2009-02-01,'
    assert rows[2] == '"ended","Ada Bell","CTM Xanadu","role:chair",2004-01-01,2008-06-30'


def test_slices_are_shown_and_written(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    options = ["network", "tenure", "--slices", "year", "--from", "2004", "--until", "2006"]
    said = run(tiny, *options)
    assert said.stdout.splitlines()[1:] == [
        '"2004",5,3,2,,,,,,',
        '"2005",5,3,2,0,0,3,0,0,1',
        f'"2006",5,4,1,1,0,3,{4 / 3 - 1},{1 / 7},0.75',
    ]
    for name in ("x.csv", "x.json", "x.parquet", "x.svg"):
        made = run(tiny, *options, "-o", str(tmp_path / name))
        assert made.returncode == 0, made.stderr
        assert made.stdout == f"tenure: 3 slices by year; written to {tmp_path / name}\n"
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == said.stdout
    kept = json.loads((tmp_path / "x.metadata.json").read_text(encoding="utf-8"))
    assert kept["version"] == tiny.version and "CC0-1.0" in kept["license"]
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["metadata"] == kept
    read = parquet.read_table(tmp_path / "x.parquet")
    assert read["edges"].to_pylist() == [3, 3, 4]
    assert read.schema.metadata[b"citation"].decode() == kept["citation"]
    assert "edges born" in (tmp_path / "x.svg").read_text(encoding="utf-8")


def test_a_measure_is_followed_over_time(tiny: KnowledgeGraph) -> None:
    said = run(tiny, "network", "tenure", "--slices", "decade", "--measures", "degree")
    assert '"2000s","degree","committee:xa","CTM Xanadu",3' in said.stdout.splitlines()


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
        (["tenure", "--measures", "degre", "-o", "x.gexf"], "no measure 'degre'; did you mean"),
        (
            ["tenure", "--at", "2010-05-07", "--slices", "year", "-o", "x.csv"],
            "--at asks about one",
        ),
        (["tenure", "--change", "2010-05-07", "2009-01-01", "-o", "x.gexf"], "day is not later"),
        (["tenure", "--slices", "year", "-o", "x.gexf"], "no table format for 'x.gexf'"),
        (["tenure", "--slices", "year", "--measures", "core,degree", "-o", "x.csv"], "one measure"),
        (["tenure", "--depth", "2", "-o", "x.gexf"], "'depth' is for ego networks"),
        (["ego", "-o", "x.gexf"], "needs 'entity', the thing in the middle"),
        (["ego", "-p", "entity=Atlantis", "-o", "x.gexf"], "Atlantis"),
        (["tenure", "--weight", "newman", "-o", "x.gexf"], "'weight' is for projections"),
        (["co-tenure", "--most-pairs", "1", "-o", "x.gexf"], "pairs of nodes, more than 1;"),
        (["nodes", "-o", "x.gexf"], "no network view named 'nodes'"),
        (["tenure", "-p", "country", "-o", "x.gexf"], "-p takes name=value"),
        (["participation", "--until", "1946", "-o", "x.gexf"], "is empty for until=1946"),
    ],
)
def test_what_goes_wrong(tiny: KnowledgeGraph, arguments: list[str], words: str) -> None:
    said = run(tiny, "network", *arguments)
    assert said.returncode == 2
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert not Path(arguments[-1]).exists()
