"""The Turtle files of a workspace as they are, or were at a revision that git knows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

from heritagekg.errors import RevisionError, WorkspaceError
from heritagekg.workspace import Workspace, read_content

_SECTIONS = ("data", "ontology", "alignments", "shapes")
_TIMEOUT = 120


def files_here(workspace: Workspace) -> dict[str, bytes]:
    """Return name -> content of the workspace's own Turtle files as they are on disk."""
    found = {}
    for section in _SECTIONS:
        for file in workspace.own_files(section):
            try:
                found[file.name] = read_content(file.path, file.name)
            except WorkspaceError as error:
                raise RevisionError(str(error)) from None
    return found


def files_at_revision(workspace: Workspace, revision: str) -> dict[str, bytes]:
    """Return name -> content of the workspace's own Turtle files at *revision*.

    Nothing is checked out: git is asked for trees and blobs.

    Raises
    ------
    RevisionError
        If the workspace is in no git repository, or git knows no such revision.
    """
    commit = _commit(workspace, revision)
    listed = _git(workspace, ["ls-tree", "-r", "-z", commit, "--", "data", "ontology"])
    blobs: dict[str, str] = {}
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        about, _, name = entry.partition("\t")
        mode, _, rest = about.partition(" ")
        if name.endswith(".ttl") and mode.startswith("100"):
            blobs[name] = rest.split(" ")[1]
    return dict(zip(blobs, _contents(workspace, blobs.values()), strict=True))


def _commit(workspace: Workspace, revision: str) -> str:
    _git(workspace, ["rev-parse", "--git-dir"])
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    try:
        return _git(workspace, asked).decode().strip()
    except RevisionError:
        raise RevisionError(
            f"git knows no revision {revision!r} in {str(workspace.root)!r}; "
            "a revision is a branch, a tag, a commit, HEAD or HEAD~1"
        ) from None


def _contents(workspace: Workspace, blobs: Iterable[str]) -> Iterable[bytes]:
    hashes = list(blobs)
    said = _git(workspace, ["cat-file", "--batch"], "".join(f"{h}\n" for h in hashes).encode())
    at = 0
    for _ in hashes:
        end = said.index(b"\n", at)
        size = int(said[at:end].split()[2])
        yield said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(workspace: Workspace, arguments: list[str], given: bytes = b"") -> bytes:
    try:
        said = subprocess.run(
            ["git", *arguments],
            input=given,
            capture_output=True,
            cwd=workspace.root,
            timeout=_TIMEOUT,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise RevisionError("git is not installed, or not on the PATH") from None
    except subprocess.TimeoutExpired:
        raise RevisionError(f"git gave no answer in {_TIMEOUT} seconds") from None
    if said.returncode:
        words = said.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise RevisionError(f"git: {words.splitlines()[0] if words else 'no answer'}")
    return said.stdout
