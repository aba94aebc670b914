"""`heritagekg coverage`."""

from __future__ import annotations

import json

import click

from heritagekg.cli import Session
from heritagekg.cli.output import deliver, markdown


@click.command()
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["table", "md", "json"]),
    default="table",
    show_default=True,
    help="Form of the report.",
)
@click.option("-o", "--output", "path", metavar="FILE", help="Write the report to this file.")
@click.pass_obj
def coverage(session: Session, form: str, path: str | None) -> None:
    """Show what sources claim in numbers, what the graph holds of it, and what it lacks.

    By measure, by region and by language; each part is a named query (`coverage/claims`,
    `coverage/regions`, `coverage/languages`, `coverage/gaps`). The sources of the claims are in
    the forms md and json.
    """
    report = session.graph().coverage()
    if form == "json":
        told = {heading: [row._asdict() for row in table] for heading, table in report}
        content = json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n"
    elif form == "md":
        content = "\n".join(f"## {heading}\n\n{markdown(table)}" for heading, table in report)
    else:
        content = "\n".join(f"{heading}\n\n{_drawn(table)}" for heading, table in report)
    deliver(content.encode(), path)


# Columns that a label beside them says better, and one that a terminal has no room for.
_PLAIN = {"subject", "measure", "region", "source"}


def _drawn(table: object) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    from heritagekg.engine.results import Table
    from heritagekg.terms import compact

    assert isinstance(table, Table)
    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    shown = [name for name in table.variables if name not in _PLAIN]
    rows = list(table)
    for name in shown:
        is_number = all(isinstance(row[name], int | None) for row in rows)
        title = name.removesuffix("Label").replace("own", "own ").lower()
        drawn.add_column(title, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        cells = ("" if row[name] is None else row[name] for name in shown)
        drawn.add_row(
            *(Text(f"{cell:,}" if isinstance(cell, int) else compact(str(cell))) for cell in cells)
        )
    console = Console(width=120)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"
