"""`heritagekg check --watch`: the verdict again whenever a file is saved."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import click

from heritagekg.errors import HeritageKGError

_ENDINGS = (".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld")
# A change that the system does not report, as of a file on a share, is seen after so long.
_MILLISECONDS = 1000
# File -> when it was changed, how long it is, and which one it is: an editor may put another one in
# its place.
_State: TypeAlias = dict[str, tuple[int, int, int]]


def watch(paths: Sequence[Path], verdict: Callable[[], object]) -> None:
    """Give the *verdict*, and again after each change of an RDF file at *paths*, until Ctrl-C.

    What cannot be judged, such as a folder that is empty for a moment, is said and waited out.
    """
    from watchfiles import watch as changes

    paths = list(dict.fromkeys(paths))
    # Before the verdict: what is saved while it is made is another change.
    seen = _state(paths)
    _give(verdict)
    click.echo("waiting for changes; Ctrl-C ends", err=True)
    while True:
        # Begun anew after each change, since files and folders come, go and are replaced.
        for _ in changes(
            *_folders(paths),
            recursive=False,
            watch_filter=None,
            rust_timeout=_MILLISECONDS,
            yield_on_timeout=True,
        ):
            now = _state(paths)
            if now != seen:
                break
        names = sorted({os.path.basename(path) for path in _differing(seen, now)})
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        click.echo(f"\n{time.strftime('%H:%M:%S')} {shown} changed", err=True)
        seen = now
        _give(verdict)


def _differing(one: _State, other: _State) -> Iterator[str]:
    return (path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def _state(paths: Iterable[Path]) -> _State:
    found: _State = {}
    for path in paths:
        for folder, _, names in os.walk(path):
            for name in names:
                if name.endswith(_ENDINGS) and not name.startswith("."):
                    _note(os.path.join(folder, name), found)
        if not path.is_dir():
            _note(str(path), found)
    return found


def _note(path: str, found: _State) -> None:
    try:
        about = os.stat(path)
    except OSError:
        # It has just gone.
        return
    found[path] = (about.st_mtime_ns, about.st_size, about.st_ino)


def _folders(paths: Iterable[Path]) -> dict[str, None]:
    """Return the folders at *paths*, and those that hold the paths themselves."""
    found: dict[str, None] = {}
    for path in paths:
        holding = (parent for parent in path.absolute().parents if parent.is_dir())
        found[str(next(holding))] = None
        for folder, names, _ in os.walk(path):
            names[:] = [name for name in names if not name.startswith(".")]
            found[folder] = None
    return found


def _give(verdict: Callable[[], object]) -> None:
    try:
        verdict()
    except HeritageKGError as error:
        click.echo(f"error: {error}", err=True)
