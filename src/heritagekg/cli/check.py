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
@click.option(
    "--shapes",
    multiple=True,
    metavar="FILE",
    help="Judge any RDF files at PATH by the SHACL shapes of this file or folder; may be repeated.",
)
@click.option(
    "--ontology",
    multiple=True,
    metavar="FILE",
    help="With --shapes: the classes that the data are of; may be repeated.",
)
@click.pass_context
def check(
    context: click.Context,
    paths: tuple[str, ...],
    form: str,
    engine: str,
    shapes: tuple[str, ...],
    ontology: tuple[str, ...],
) -> None:
    """Check the files of the workspace, or the files and folders at PATH.

    With --shapes the files need not belong to a workspace; with -C URL the data of a SPARQL
    endpoint are judged where they are. Exit 0 when there is no error (warnings are shown), 1 when
    there is, 2 when it could not run.
    """
    report = _verdict(context.obj, paths, engine, shapes, ontology)
    sys.stdout.write(_rendered(report, form))
    if form != "json":
        click.echo(_summary(report), err=True)
    context.exit(0 if report.conforms else 1)


def _verdict(
    session: Session,
    paths: tuple[str, ...],
    engine: str,
    shapes: tuple[str, ...],
    ontology: tuple[str, ...],
) -> CheckReport:
    from heritagekg.validation import check

    if ontology and not shapes and not session.is_remote:
        raise click.UsageError("--ontology belongs to --shapes")
    if session.is_remote:
        if paths or engine != "compiled":
            raise click.UsageError("an endpoint is judged as a whole, by the compiled engine")
        return check.check_endpoint(session.graph().engine, shapes, ontology=ontology)
    if shapes:
        return check.check_files(paths, shapes, ontology=ontology, engine=engine)
    return check.check_workspace(session.workspace(), paths, engine=engine)


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
