"""`heritagekg diff`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heritagekg.cli import Session

if TYPE_CHECKING:
    from heritagekg.changes.compare import Comparison
    from heritagekg.workspace import Workspace


@click.command()
@click.argument("old", metavar="REV")
@click.argument("new", required=False, metavar="[REV]")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "rdf-patch"]),
    default="text",
    show_default=True,
    help="Sentences, sentences for a pull request, or the quads themselves.",
)
@click.pass_context
def diff(context: click.Context, old: str, new: str | None, form: str) -> None:
    """Say what changed in the facts since revision REV, or between two of them.

    A revision is what git calls one: a branch, a tag, a commit, HEAD~1; A..B are two, and A...B is
    what B changed since it left A. Without a second one, the files are taken as they are now.
    """
    from heritagekg.changes.compare import compare
    from heritagekg.revisions import ends_of

    workspace = _workspace(context.obj)
    if new is None:
        old, new = ends_of(workspace, old)
    comparison = compare(workspace, old, new)
    sys.stdout.write(_rendered(comparison, workspace, form))
    if not comparison.changed and not comparison.moved:
        click.echo("nothing changed in the facts", err=True)


def _workspace(session: Session) -> Workspace:
    """Return the workspace, which may have no file any more but had some."""
    from heritagekg.errors import WorkspaceError
    from heritagekg.workspace import Workspace

    here = Path(session.folder or ".").resolve()
    try:
        workspace = session.workspace()
    except WorkspaceError:
        if not here.is_dir():
            raise
        workspace = Workspace.shipped()
    return workspace if here.is_relative_to(workspace.root) else Workspace(here, workspace)


def _rendered(comparison: Comparison, workspace: Workspace, form: str) -> str:
    from heritagekg.changes import patch, words
    from heritagekg.changes.compare import State, state_of

    if form == "rdf-patch":
        return patch.patch(comparison)
    beneath = state_of(workspace.base) if workspace.base is not None else State({})
    found = words.lines(comparison, beneath)
    render = words.markdown if form == "markdown" else words.text
    return render(found, comparison.moved)
