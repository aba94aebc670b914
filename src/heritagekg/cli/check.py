"""`heritagekg check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from heritagekg.cli import Session

if TYPE_CHECKING:
    from heritagekg.validation.check import CheckReport


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "concise", "json"]),
    default="full",
    show_default=True,
    help="How to show the findings.",
)
@click.option(
    "--engine",
    type=click.Choice(["compiled", "pyshacl"]),
    default="compiled",
    show_default=True,
    help="What validates: shapes compiled to SPARQL, or pySHACL as the reference.",
)
@click.pass_context
def check(context: click.Context, paths: tuple[str, ...], form: str, engine: str) -> None:
    """Check the files of the workspace, or the files and folders at PATH.

    Exit 0 when there is no error (warnings are shown), 1 when there is, 2 when it could not run.
    """
    from heritagekg.validation.check import check_workspace

    session: Session = context.obj
    report = check_workspace(session.workspace(), paths, engine=engine)
    sys.stdout.write(_rendered(report, form))
    if form != "json":
        click.echo(_summary(report), err=True)
    context.exit(0 if report.conforms else 1)


def _rendered(report: CheckReport, form: str) -> str:
    from heritagekg.diagnostics.render import concise, full, json

    if form == "json":
        return json.render(report.diagnostics)
    if form == "concise":
        return concise.render(report.diagnostics)
    return full.render(report.diagnostics, report.texts.get, colour=sys.stdout.isatty())


def _summary(report: CheckReport) -> str:
    errors = sum(found.severity == "error" for found in report.diagnostics)
    warnings = len(report.diagnostics) - errors
    files = f"{len(report.files)} file{'' if len(report.files) == 1 else 's'}"
    if not report.diagnostics:
        return f"all is well in {files}"
    fallback = report.report.fallback if report.report is not None else ""
    asked = f" (asked pySHACL: {fallback})" if fallback else ""
    return f"{errors} errors and {warnings} warnings in {files}{asked}"
