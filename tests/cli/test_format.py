"""`heritagekg format` as a curator meets it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

MESSY = "@prefix e: <http://e/> .\r\n# kept\r\ne:b e:p 2, 1 .\r\n"
NEAT = "@prefix e: <http://e/> .\n\n# kept\ne:b\n    e:p\n        1 ,\n        2 ;\n.\n"


def run(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", "format", *arguments],
        input=given,
        capture_output=True,
        timeout=60,
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.ttl").write_bytes(MESSY.encode())
    (tmp_path / "data" / "b.ttl").write_bytes(NEAT.encode())
    return tmp_path


def test_check_and_diff_write_nothing(root: Path) -> None:
    said = run(root, "--check")
    assert (said.returncode, said.stdout) == (1, b"would format data/a.ttl" + os.linesep.encode())
    assert b"1 file would be formatted, 1 file in form" in said.stderr
    said = run(root, "--diff", "data/a.ttl")
    assert said.returncode == 1 and b"+        2 ;" in said.stdout
    assert (root / "data" / "a.ttl").read_bytes() == MESSY.encode()


def test_writing_keeps_the_mode_and_links(root: Path) -> None:
    file = root / "data" / "a.ttl"
    file.chmod(0o640)
    (root / "link.ttl").symlink_to(file)
    assert run(root, "link.ttl").returncode == 0
    assert file.read_bytes() == NEAT.encode() and (root / "link.ttl").is_symlink()
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in (root / "data").iterdir() if "part" in path.name] == []
    said = run(root)
    assert said.returncode == 0 and b"2 files in form" in said.stderr and said.stdout == b""
    assert run(root, "--check").returncode == 0


def test_byte_order_mark_goes(root: Path) -> None:
    file = root / "data" / "b.ttl"
    file.write_bytes(b"\xef\xbb\xbf" + NEAT.encode())
    assert run(root, "--check", "data/b.ttl").returncode == 1
    assert run(root, "data/b.ttl").returncode == 0 and file.read_bytes() == NEAT.encode()


def test_what_does_not_parse_stays_as_it_is(root: Path) -> None:
    broken = root / "data" / "c.ttl"
    broken.write_text("<a:a> <a:b> .", encoding="utf-8")
    said = run(root)
    assert said.returncode == 2 and b"error: data/c.ttl:1:13: " in said.stderr
    assert b"Traceback" not in said.stderr
    assert broken.read_text(encoding="utf-8") == "<a:a> <a:b> ."
    # The others are put in form all the same.
    assert (root / "data" / "a.ttl").read_bytes() == NEAT.encode()


def test_nothing_to_format(root: Path) -> None:
    (root / "empty").mkdir()
    for path in ("empty", "nowhere"):
        said = run(root, path)
        assert said.returncode == 2 and b"error: no " in said.stderr


def test_standard_input(root: Path) -> None:
    said = run(root, "-", given=MESSY.encode())
    assert (said.returncode, said.stdout.replace(b"\r\n", b"\n")) == (0, NEAT.encode())
    for option in ("--check", "--diff"):
        said = run(root, "-", option, given=MESSY.encode())
        assert said.returncode == 1 and b"<stdin>" in said.stdout
        said = run(root, "-", option, given=NEAT.encode())
        assert said.returncode == 0 and said.stdout == b""
    said = run(root, "-", given=b"<a:a> .")
    assert said.returncode == 2 and b"error: <stdin>:1:" in said.stderr
