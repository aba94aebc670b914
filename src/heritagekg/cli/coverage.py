"""`heritagekg coverage`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from heritagekg.cli import Session
from heritagekg.cli.output import deliver, draw, markdown

if TYPE_CHECKING:
    from heritagekg.engine.results import Table


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


def _drawn(table: Table) -> str:
    shown = [name for name in table.variables if name not in _PLAIN]
    titles = {name: name.removesuffix("Label").replace("own", "own ").lower() for name in shown}
    rows = list(table)
    numbers = {
        titles[name] for name in shown if all(isinstance(row[name], int | None) for row in rows)
    }
    cells = ([_cell(row[name]) for name in shown] for row in rows)
    drawn = draw(titles.values(), cells, 120, numbers)
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def _cell(value: object) -> object:
    return f"{value:,}" if isinstance(value, int) else value
