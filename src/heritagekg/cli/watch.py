"""`heritagekg check --watch`: the verdict again whenever a file is saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from heritagekg.errors import HeritageKGError

_ENDINGS = (".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld")


def watch(folders: Iterable[Path], verdict: Callable[[], object]) -> None:
    """Give the *verdict*, and again after each change of an RDF file in *folders*, until Ctrl-C.

    What cannot be judged, such as a folder that is empty for a moment, is said and waited out.
    """
    from watchfiles import watch as changes

    watched = [str(path) for path in dict.fromkeys(folders) if path.exists()]
    _give(verdict)
    click.echo("waiting for changes; Ctrl-C ends", err=True)
    for changed in changes(*watched, watch_filter=lambda _, path: path.endswith(_ENDINGS)):
        names = sorted({Path(path).name for _, path in changed})
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        click.echo(f"\n{time.strftime('%H:%M:%S')} {shown} changed", err=True)
        _give(verdict)


def _give(verdict: Callable[[], object]) -> None:
    try:
        verdict()
    except HeritageKGError as error:
        click.echo(f"error: {error}", err=True)
