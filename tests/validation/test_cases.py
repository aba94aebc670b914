"""One seeded mistake of every kind: found at its line, and by pySHACL alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.validation.check import check_workspace
from heritagekg.validation.run import Result
from heritagekg.workspace import Workspace

CASES = sorted(Path(__file__).with_name("cases").glob("HK*.md"))
MARK = re.compile(r"# (error|warning): (HK\d+)")


def turtle(path: Path) -> str:
    block = re.search(r"```turtle\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None, f"{path.name} has no turtle block"
    return block[1]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with the shipped ontology and no data but the case's."""
    root = tmp_path_factory.mktemp("cases")
    (root / "ontology").symlink_to(Workspace.shipped().root / "ontology")
    return Workspace(root)


def test_there_are_many_kinds() -> None:
    assert len({path.name[:5] for path in CASES}) >= 40


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_case(
    path: Path, workspace: Workspace, tmp_path: Path, reference: Callable[..., list[Result]]
) -> None:
    text = turtle(path)
    file = tmp_path / "case.ttl"
    file.write_text(text, encoding="utf-8")
    expected = [
        (mark[2], mark[1], number)
        for number, line in enumerate(text.splitlines(), start=1)
        if (mark := MARK.search(line))
    ]
    assert len(expected) == 1 and expected[0][0] == path.name[:5]
    report = check_workspace(workspace, [file])
    found = [
        (d.code, d.severity, d.place.span.line if d.place and d.place.span else 0)
        for d in report.diagnostics
    ]
    assert found == expected
    said = reference(ox.parse(text, format=ox.RdfFormat.TURTLE), report)
    assert [r.key for r in report.results] == [r.key for r in said]
    # pySHACL drops the language of a message of a SPARQL constraint; the standard keeps it.
    assert [sorted(m.value for m in r.messages) for r in report.results] == [
        sorted(m.value for m in r.messages) for r in said
    ]
