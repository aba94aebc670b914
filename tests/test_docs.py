"""What the README shows works, and what can be used is in it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from heritagekg import KnowledgeGraph
from heritagekg.cli.group import COMMANDS, heritagekg

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = [line[2:] for line in README.splitlines() if line.startswith("$ heritagekg")]


def test_every_command_is_documented() -> None:
    assert SHOWN
    for command in COMMANDS:
        assert f"Usage: heritagekg {command}" in README


def commands_in(text: str) -> list[list[str]]:
    """Return the words of each heritagekg command that the code blocks of *text* show."""
    blocks = re.findall(r"```(?:console|yaml)\n(.*?)```", text, re.DOTALL)
    shown = re.findall(r"(?:^\$|run:) heritagekg (.+)$", "".join(blocks), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in shown]


@pytest.mark.parametrize("path", DOCS, ids=[path.stem for path in DOCS])
def test_options_in_the_docs_exist(path: Path) -> None:
    for words in commands_in(path.read_text(encoding="utf-8")):
        while words[0].startswith("-"):
            words = words[2:]
        known = heritagekg.get_command(click.Context(heritagekg), words[0])
        assert known is not None, words
        options = {name for option in known.params for name in (*option.opts, "-C", "--help")}
        assert {word for word in words if re.match("--?[a-z]", word)} <= options, words


def test_hooks_run_commands_that_exist() -> None:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        program, command, *_ = hook["entry"].split()
        assert program == "heritagekg" and command in COMMANDS
        assert re.search(hook["files"], "data/countries/az.ttl")
    recipe = (ROOT / "docs" / "curators.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", recipe, re.DOTALL):
        assert isinstance(yaml.safe_load(block), dict)


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


def test_python_of_the_readme(
    kg: KnowledgeGraph,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert "Azerbaijan National Carpet Museum" in capsys.readouterr().out
