"""`heritagekg format`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from heritagekg.cli import Session


class Formatted(NamedTuple):
    """A file, its text, and what the text should be; or what is wrong with it."""

    name: str
    path: Path
    before: str
    after: str
    fault: str = ""


@click.command(name="format")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is not in form.")
@click.option("--diff", is_flag=True, help="Like --check, and show what would change.")
@click.pass_context
def format_(context: click.Context, paths: tuple[str, ...], check: bool, diff: bool) -> None:
    """Put Turtle files into canonical form: those of the workspace, or at PATH.

    The graph stays the same and comments are kept. `-` reads standard input and writes to
    standard output. Exit 0 when all is in form now, 1 when --check or --diff finds a file that is
    not, 2 when a file cannot be read.
    """
    from heritagekg.workspace import write_text

    if paths == ("-",) and not (check or diff):
        click.echo(_input().after, nl=False)
        return
    found = [_input()] if paths == ("-",) else list(_formatted(context.obj, paths))
    changed = [file for file in found if file.before != file.after]
    for file in changed:
        if diff:
            click.echo(_difference(file), nl=False)
        elif check:
            click.echo(f"would format {file.name}")
        else:
            write_text(file.path, file.after)
            click.echo(f"formatted {file.name}")
    faults = [file.fault for file in found if file.fault]
    for fault in faults:
        click.echo(f"error: {fault}", err=True)
    click.echo(_summary(len(found), len(changed), len(faults), check or diff), err=True)
    context.exit(2 if faults else int(bool(changed) and (check or diff)))


def _formatted(session: Session, paths: tuple[str, ...]) -> Iterator[Formatted]:
    from heritagekg.errors import FileSyntaxError, WorkspaceError
    from heritagekg.turtle.format import format_turtle
    from heritagekg.validation.faults import conflict
    from heritagekg.workspace import read_text

    for name, path in _files(session, paths):
        try:
            text = read_text(path, name)
            if "<<<<<<< " in text and (found := conflict(name, text)) is not None:
                yield Formatted(name, path, "", "", f"{found.place}: {found.message}")
                continue
            # Read as they are, so that a byte order mark and carriage returns count as a change.
            before = path.read_bytes().decode()
            yield Formatted(name, path, before, format_turtle(text, path=name))
        except (FileSyntaxError, WorkspaceError) as error:
            yield Formatted(name, path, "", "", str(error))


def _files(session: Session, paths: tuple[str, ...]) -> list[tuple[str, Path]]:
    from heritagekg.errors import WorkspaceError
    from heritagekg.workspace import files_at, printable

    if paths:
        return [(printable(str(path)), path) for path in files_at(map(Path, paths), ".ttl")]
    workspace = session.workspace()
    sections = ("data", "ontology", "alignments", "shapes")
    files = [file for section in sections for file in workspace.own_files(section)]
    if not files:
        raise WorkspaceError(f"nothing to format: no Turtle file in {str(workspace.root)!r}")
    return [(file.name, file.path) for file in files]


def _input() -> Formatted:
    from heritagekg.turtle.format import format_turtle
    from heritagekg.workspace import decode_text

    name = "<stdin>"
    content = sys.stdin.buffer.read()
    text = decode_text(content, name)
    return Formatted(name, Path("-"), content.decode(), format_turtle(text, path=name))


def _difference(file: Formatted) -> str:
    from difflib import unified_diff

    before, after = (text.splitlines(keepends=True) for text in (file.before, file.after))
    lines = unified_diff(before, after, file.name, file.name)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _summary(total: int, changed: int, faulty: int, is_dry: bool) -> str:
    def files(number: int) -> str:
        return f"{number} file{'' if number == 1 else 's'}"

    parts = []
    if changed:
        parts.append(f"{files(changed)} {'would be ' if is_dry else ''}formatted")
    if unchanged := total - changed - faulty:
        parts.append(f"{files(unchanged)} in form")
    if faulty:
        parts.append(f"{files(faulty)} not read")
    return ", ".join(parts)
