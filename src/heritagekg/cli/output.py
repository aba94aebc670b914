"""Where answers go: rendered for a terminal, or whole into a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from heritagekg.engine.results import GRAPH_FORMATS, TABLE_FORMATS, Quads, Table
from heritagekg.errors import ExportError

FORMATS = ("table", "md", *TABLE_FORMATS, *GRAPH_FORMATS)


def render(answer: Table | Quads | bool, form: str | None, path: str | None) -> bytes:
    """Return *answer* in *form*; without one, in what suits the output.

    That is the ending of *path*, else for a table `table` on a terminal and csv elsewhere, and
    Turtle for triples.
    """
    if form is None and path is not None:
        form = Path(path).suffix.removeprefix(".") or None
        if form not in FORMATS:
            raise ExportError(f"no format for {path!r}; endings are .{', .'.join(FORMATS[1:])}")
    if isinstance(answer, bool):
        return _truth(answer, form)
    if isinstance(answer, Quads):
        if form is not None and form not in GRAPH_FORMATS:
            raise ExportError(f"triples cannot be written as {form}; use -f ttl, nt, rdf or jsonld")
        return answer.serialize(form or "ttl")
    if form in GRAPH_FORMATS:
        raise ExportError(f"a table cannot be written as {form}; use CONSTRUCT for triples")
    form = form or ("table" if sys.stdout.isatty() else "csv")
    if form == "table":
        return _table(answer)
    return markdown(answer).encode() if form == "md" else answer.serialize(form)


def _truth(answer: bool, form: str | None) -> bytes:
    if form == "json":
        return b'{"head":{},"boolean":%s}\n' % (b"true" if answer else b"false")
    return b"true\n" if answer else b"false\n"


def _table(answer: Table) -> bytes:
    drawn = draw(answer.variables, answer, None if sys.stdout.isatty() else 200)
    rows = f"{len(answer)} row{'' if len(answer) == 1 else 's'}\n"
    return (drawn + rows).encode()


def draw(
    titles: Iterable[str],
    rows: Iterable[Sequence[object]],
    width: int | None,
    numbers: Collection[str] = (),
) -> str:
    """Return *rows* as a table for a terminal, IRIs as CURIEs, columns of *numbers* to the right.

    *width* is in characters; None takes the terminal's.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    from heritagekg.terms import compact

    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for title in titles:
        drawn.add_column(title, justify="right" if title in numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("" if v is None else compact(str(v))) for v in row))
    console = Console(file=sys.stdout, width=width)
    with console.capture() as captured:
        console.print(drawn)
    return captured.get()


def markdown(answer: Table) -> str:
    """Return *answer* as a Markdown table, IRIs as CURIEs."""
    from heritagekg.terms import compact

    def line(values: tuple[object, ...]) -> str:
        cells = ("" if value is None else compact(str(value)) for value in values)
        return (
            "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
        )

    head = [line(answer.variables), "|" + " --- |" * len(answer.variables)]
    return "\n".join([*head, *(line(row) for row in answer)]) + "\n"


def deliver(content: bytes, path: str | None) -> None:
    """Write *content* to standard output, or to *path*: the whole of it or nothing."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    beside = f"{path}.{os.getpid()}.part"
    try:
        Path(beside).write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        Path(beside).unlink(missing_ok=True)
        raise ExportError(f"cannot write {path!r}: {error.strerror}") from None
