"""`heritagekg check`."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from heritagekg.cli import Session, is_coloured

if TYPE_CHECKING:
    from heritagekg.diagnostics.model import Diagnostic
    from heritagekg.validation.check import CheckReport

FORMATS = ("full", "concise", "json", "sarif", "github", "junit", "report")
# For people and editors; the others are whole documents for programs.
_FOR_PEOPLE = ("full", "concise", "github")
# For services that look for the files from the top of the checkout on.
_FOR_SERVICES = ("github", "sarif")
_SEVERITIES = {"violation": "error", "warning": "warning", "info": "info"}
_LIMIT = 20


class Shown(NamedTuple):
    """How to show findings: the form, how many of each code (0: all), and the acknowledged too."""

    form: str
    limit: int
    with_acknowledged: bool


def _codes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> list[str]:
    """Return the codes of an option that may be repeated and holds several, parted by commas."""
    return [code.strip() for codes in given for code in codes.split(",") if code.strip()]


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="full",
    show_default=True,
    help="How to show the findings; report is an sh:ValidationReport in Turtle.",
)
@click.option(
    "--fail-on",
    type=click.Choice(list(_SEVERITIES)),
    default="violation",
    show_default=True,
    help="Exit 1 for findings of this severity and graver ones.",
)
@click.option(
    "--select", multiple=True, callback=_codes, metavar="CODES", help="Only these, like HK2,HK101."
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="Not these.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=_LIMIT,
    show_default=True,
    help="Show so many findings of each code in full and concise; 0 shows all.",
)
@click.option("--acknowledged", is_flag=True, help="List the findings that the data accept too.")
@click.option("--language", metavar="TAG", help="Messages in this language, where there are any.")
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
@click.option("--watch", is_flag=True, help="Give the verdict again after each save, until Ctrl-C.")
@click.pass_context
def check(
    context: click.Context,
    paths: tuple[str, ...],
    form: str,
    fail_on: str,
    select: list[str],
    ignore: list[str],
    limit: int,
    acknowledged: bool,
    language: str | None,
    engine: str,
    shapes: tuple[str, ...],
    ontology: tuple[str, ...],
    watch: bool,
) -> None:
    """Check the files of the workspace, or the files and folders at PATH.

    With --shapes the files need not belong to a workspace; with -C URL the data of a SPARQL
    endpoint are judged where they are. Exit 0 when there is no error (warnings are shown), 1 when
    there is, 2 when it could not run.
    """

    def verdict() -> CheckReport:
        report = _verdict(context.obj, paths, engine, shapes, ontology).selected(select, ignore)
        report = report.in_language(language) if language else report
        if form in _FOR_SERVICES:
            report = report.renamed(_from_checkout(context.obj, is_apart=bool(shapes)))
        sys.stdout.write(rendered(report, Shown(form, limit, acknowledged)))
        sys.stdout.flush()
        if form in _FOR_PEOPLE:
            for doubt in report.doubts:
                click.echo(f"note: {doubt}", err=True)
            click.echo(summary(report), err=True)
        return report

    # What a check makes lives until its end: to look for garbage would take a tenth of the time.
    gc.disable()
    if watch:
        gc.enable()
        from heritagekg.cli.watch import watch as keep_watching

        keep_watching(_watched(context.obj, paths, shapes, ontology), verdict)
    else:
        context.exit(int(verdict().fails(_SEVERITIES[fail_on])))


def _watched(
    session: Session, paths: tuple[str, ...], shapes: tuple[str, ...], ontology: tuple[str, ...]
) -> list[Path]:
    """Return the files and folders whose changes may change the verdict."""
    if session.is_remote:
        raise click.UsageError("an endpoint cannot be watched")
    named = [Path(path) for path in (*paths, *shapes, *ontology)]
    if shapes:
        return named
    root = session.workspace().root
    return [root / "data", root / "ontology", *named]


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


def _from_checkout(session: Session, *, is_apart: bool) -> Callable[[str], str]:
    """Return what names a file from the top of the checkout, which a service tells, or from here.

    Files that stand *apart* from a workspace are named from here already.
    """
    import os

    here = Path.cwd()
    root = here if is_apart or session.is_remote else session.workspace().root
    top = Path(os.environ.get("GITHUB_WORKSPACE") or here).resolve()

    def named(name: str) -> str:
        path = root / name if (root / name).exists() else here / name
        return path.relative_to(top).as_posix() if path.is_relative_to(top) else name

    return named


def rendered(report: CheckReport, shown: Shown) -> str:
    """Return the findings of *report* as text."""
    from heritagekg.diagnostics.model import folded

    # Each form is imported where it is asked for: some bring half of the standard library.
    found = [*report.diagnostics, *(report.acknowledged if shown.with_acknowledged else ())]
    match shown.form:
        case "full":
            from shutil import get_terminal_size

            from heritagekg.diagnostics.render import full

            def in_full(some: Iterable[Diagnostic]) -> str:
                width = get_terminal_size().columns if sys.stdout.isatty() else full.WIDTH
                return full.render(some, report.texts.get, colour=is_coloured(), width=width)

            return _limited(folded(found), shown.limit, in_full)
        case "concise":
            from heritagekg.diagnostics.render import concise

            return _limited(folded(found), shown.limit, concise.render)
        case "json":
            from heritagekg.diagnostics.render import json

            return json.render(found)
        case "sarif":
            from heritagekg.diagnostics.render import sarif

            everything = [*report.diagnostics, *report.acknowledged]
            return sarif.render(everything, report.rules, _version())
        case "github":
            from heritagekg.diagnostics.render import github

            return github.render(folded(found))
        case "junit":
            from heritagekg.diagnostics.render import junit

            return junit.render(found, report.files)
    return report.to_turtle()


def _version() -> str:
    from importlib.metadata import version

    return version("heritagekg")


def _limited(
    found: Sequence[Diagnostic], limit: int, render: Callable[[Iterable[Diagnostic]], str]
) -> str:
    """Return *found* rendered, at most *limit* of a code, and how many more there are."""
    seen: Counter[str] = Counter()
    some = []
    for one in found:
        seen[one.code] += 1
        if not limit or seen[one.code] <= limit:
            some.append(one)
    text = render(some)
    for code, number in sorted(seen.items()):
        if limit and number > limit:
            message = next(one.message for one in found if one.code == code)
            files = len({one.place.file for one in found if one.code == code and one.place})
            text += (
                f"... and {number - limit} more {code} ({message}); {number} in "
                f"{_counted(files, 'file')}: `--select {code} --limit 0` shows all\n"
            )
    return text


def summary(report: CheckReport) -> str:
    """Return the verdict in a line."""
    counts = Counter(found.severity for found in report.diagnostics)
    kinds = len({found.code for found in report.diagnostics})
    files = _counted(len(report.files), "file")
    parts = [_counted(counts[kind], word) for kind, word in _WORDS.items() if counts[kind]]
    said = f"all is well in {files}"
    if parts:
        of_kinds = f" of {kinds} kinds" if kinds > 1 else ""
        said = f"{', '.join(parts)}{of_kinds} in {files}"
    if report.acknowledged:
        said += f"; {len(report.acknowledged)} acknowledged"
    fallback = report.report.fallback if report.report is not None else ""
    return said + (f" (asked pySHACL: {fallback})" if fallback else "")


_WORDS = {"error": "error", "warning": "warning", "info": "note"}


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
