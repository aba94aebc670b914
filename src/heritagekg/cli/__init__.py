"""The command line: parse, call one public function, render."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from heritagekg.graph import KnowledgeGraph
    from heritagekg.workspace import Workspace


class Session:
    """The workspace that a command works on, opened when it is first needed."""

    def __init__(self) -> None:
        self.folder: str | None = None
        self._workspace: Workspace | None = None

    @property
    def is_remote(self) -> bool:
        """Whether -C names a SPARQL endpoint."""
        return self.folder is not None and self.folder.startswith(("http://", "https://"))

    def workspace(self) -> Workspace:
        """Return the workspace of -C, else the one around the current folder, else the shipped.

        It stays the one that it was, also where its files go.
        """
        from pathlib import Path

        from heritagekg.workspace import Workspace

        if self._workspace is None:
            folder = self.folder
            self._workspace = (
                Workspace.around(Path.cwd()) if folder is None else Workspace.at(folder)
            )
        return self._workspace

    def graph(self) -> KnowledgeGraph:
        """Return the graph of the workspace; building it shows progress on a terminal."""
        from heritagekg.graph import open_endpoint, open_workspace

        if self.is_remote:
            assert self.folder is not None
            return open_endpoint(self.folder)
        if not sys.stderr.isatty():
            return open_workspace(self.workspace())
        return _with_progress(self.workspace())


def _with_progress(workspace: Workspace) -> KnowledgeGraph:
    from heritagekg.graph import open_workspace

    shown = False

    def progress(name: str) -> None:
        nonlocal shown
        shown = True
        print(f"\r\x1b[Kbuilding the graph: {name}", end="", file=sys.stderr, flush=True)

    try:
        return open_workspace(workspace, progress)
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def is_coloured() -> bool:
    """Return whether to write in colours: on a terminal, unless the environment says otherwise."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def main() -> NoReturn:
    """Run the command line; exit 0 when all is well, 1 on findings, 2 when it could not run."""
    # Imports make no garbage, yet looking for it would take a tenth of a short command's time.
    gc.set_threshold(100_000)
    code = _run(sys.argv[1:])
    # Leaving without taking the interpreter apart saves another tenth.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(arguments: list[str]) -> int:
    from heritagekg.cli import quick
    from heritagekg.errors import HeritageKGError

    try:
        if quick.answer(arguments):
            return 0
        from heritagekg.cli import group

        return group.run()
    except HeritageKGError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of the output has gone (`| head`); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
