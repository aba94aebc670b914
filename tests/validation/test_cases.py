"""One seeded mistake of every kind: found at its line, and by pySHACL alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.diagnostics.model import Edit
from heritagekg.validation.check import check_workspace
from heritagekg.validation.run import Result
from heritagekg.workspace import Workspace

CASES = sorted(Path(__file__).with_name("cases").glob("HK*.md"))
# Those whose finding says what to write.
MENDED = """
HK102 HK114 HK170 HK180 HK181 HK182 HK190 HK192 HK193 HK201 HK203 HK204 HK205 HK206 HK207
HK208 HK212 HK213 HK214 HK215 HK216 HK217 HK218 HK224 HK233 HK241 HK243 HK244 HK246 HK250
HK253 HK256 HK257 HK263 HK267 HK274 HK276 HK280 HK301 HK302 HK350 HK352 HK365
"""
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


def applied(text: str, edit: Edit) -> str:
    """Return *text* after *edit*."""
    lines = text.split("\n")
    span = edit.span
    start = sum(len(line) + 1 for line in lines[: span.line - 1]) + span.column - 1
    end = sum(len(line) + 1 for line in lines[: span.end_line - 1]) + span.end_column - 1
    return text[:start] + edit.text + text[end:]


@pytest.mark.parametrize("code", MENDED.split())
def test_suggested_edit_mends(code: str, workspace: Workspace, tmp_path: Path) -> None:
    (path,) = (path for path in CASES if path.name.startswith(code))
    text, file = turtle(path), tmp_path / "case.ttl"
    file.write_text(text, encoding="utf-8")
    (found,) = check_workspace(workspace, [file]).diagnostics
    # An example may bring prefixes that the case does not have yet; they are suggested in turn.
    while found is not None and found.code in (code, "HK008"):
        assert found.edit is not None and found.edit.file == str(file)
        mended = applied(text, found.edit)
        assert mended != text
        text = mended
        file.write_text(text, encoding="utf-8")
        left = check_workspace(workspace, [file]).diagnostics
        assert code not in [one.code for one in left], text
        found = next((one for one in left if one.code == "HK008"), None)
