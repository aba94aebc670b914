"""The Turtle files of a workspace as they are, or were at a revision that git knows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

from heritagekg.errors import RevisionError, WorkspaceError
from heritagekg.workspace import Workspace, printable, read_content

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
    names = map(printable, blobs)
    return dict(zip(names, _contents(workspace, blobs.values()), strict=True))


def ends_of(workspace: Workspace, revisions: str) -> tuple[str, str | None]:
    """Return the two revisions that `A..B` or `A...B` names, or a single one and None.

    As for git, an end that is left out is HEAD, and `A...B` begins where B left A.

    Raises
    ------
    RevisionError
        If git knows no such revision, or the two have nothing in common.
    """
    first, dots, second = revisions.partition("...")
    if dots:
        ends = [_commit(workspace, end or "HEAD") for end in (first, second)]
        try:
            return _git(workspace, ["merge-base", *ends]).decode().split()[0], second or "HEAD"
        except RevisionError:
            message = f"git knows no commit that {revisions!r} have in common"
            raise RevisionError(message + _if_shallow(workspace)) from None
    first, dots, second = revisions.partition("..")
    return (first or "HEAD", second or "HEAD") if dots else (revisions, None)


def _if_shallow(workspace: Workspace) -> str:
    """Return what helps where a clone has the newest commits alone."""
    is_shallow = _git(workspace, ["rev-parse", "--is-shallow-repository"]).strip() == b"true"
    return "; this clone has no older commits: `git fetch --unshallow` gets them" * is_shallow


def _commit(workspace: Workspace, revision: str) -> str:
    _git(workspace, ["rev-parse", "--git-dir"])
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    try:
        return _git(workspace, asked).decode().strip()
    except RevisionError:
        raise RevisionError(
            f"git knows no revision {revision!r} in {str(workspace.root)!r}; "
            "a revision is a branch, a tag, a commit, HEAD or HEAD~1" + _if_shallow(workspace)
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
