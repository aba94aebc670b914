"""What the README shows works, and what can be used is in it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from heritagekg import KnowledgeGraph
from heritagekg.cli.group import COMMANDS

README = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
SHOWN = [line[2:] for line in README.splitlines() if line.startswith("$ heritagekg")]


def test_every_command_is_documented() -> None:
    assert SHOWN
    for command in COMMANDS:
        assert f"Usage: heritagekg {command}" in README


@pytest.mark.parametrize("line", SHOWN)
def test_command_of_the_readme(line: str, tmp_path: Path) -> None:
    words = shlex.split(line.partition("     #")[0])[1:]
    words = [str(tmp_path / w) if w.endswith((".gexf", ".graphml")) else w for w in words]
    root = Path(__file__).parents[1]
    said = subprocess.run(
        [sys.executable, "-m", "heritagekg", *words],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        cwd=root,
    )
    assert said.returncode == 0, said.stderr


def test_python_of_the_readme(kg: KnowledgeGraph, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert "Azerbaijan National Carpet Museum" in capsys.readouterr().out
