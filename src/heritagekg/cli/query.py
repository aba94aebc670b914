"""`heritagekg query` and `heritagekg queries`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from heritagekg.cli import Session
from heritagekg.cli.output import FORMATS, deliver, render
from heritagekg.errors import BadParameter

if TYPE_CHECKING:
    from heritagekg.queries import NamedQuery, Parameter


def named_values(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Return `name=value` arguments as a dictionary."""
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise BadParameter(f"-p takes name=value, not {text!r}")
        values[name] = value
    return values


@click.command()
@click.argument("name", required=False)
@click.option("-e", "text", metavar="SPARQL", help="Ask this text instead of a named query.")
@click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=named_values,
    help="Fix a parameter of the query; may be repeated.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Form of the answer. Without it: the ending of -o; else a table on a terminal, CSV "
    "elsewhere, Turtle for triples.",
)
@click.option("-o", "--output", metavar="FILE", help="Write the answer to this file.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop the query after this time.")
@click.pass_obj
def query(
    session: Session,
    name: str | None,
    text: str | None,
    parameters: dict[str, str],
    form: str | None,
    output: str | None,
    timeout: float | None,
) -> None:
    """Ask the named query NAME, the file NAME.rq, or SPARQL text (-e).

    Parameters (-p) take IRIs, CURIEs or labels for things, and dates like 2022-08-25.
    """
    if (name is None) == (text is None):
        raise click.UsageError("give the name of a query, a .rq file, or -e TEXT")
    kg = session.graph()
    asked = name if name and not name.endswith(".rq") else _own_query(name, text, parameters)
    answer = kg.run(asked, timeout=timeout, **parameters)
    deliver(render(answer, form, output), output)


def _own_query(name: str | None, text: str | None, parameters: dict[str, str]) -> NamedQuery:
    """Return the query in the file *name*, or in *text*, which may have a `#+` header or none."""
    from pathlib import Path

    from heritagekg.queries import parse, without_header
    from heritagekg.workspace import read_text

    label = name or "-e"
    content = text if text is not None else read_text(Path(label), label)
    if content.lstrip().startswith("#+"):
        return parse(label, content.lstrip())
    return without_header(label, content, parameters)


@click.command()
@click.argument("words", nargs=-1)
@click.option("-f", "--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def queries(session: Session, words: tuple[str, ...], form: str) -> None:
    """List the named queries whose name, summary or tags have all WORDS."""
    from heritagekg.queries import QueryCatalogue

    catalogue = QueryCatalogue.of(session.workspace())
    found = [query for query in catalogue.values() if not query.name.startswith("networks/")]
    wanted = [word.casefold() for word in words]
    found = [query for query in found if all(word in _searched(query) for word in wanted)]
    click.echo(_as_json(found) if form == "json" else _as_text(found))


def _searched(query: NamedQuery) -> str:
    return f"{query.name} {query.summary} {' '.join(query.tags)}".casefold()


def _as_text(found: list[NamedQuery]) -> str:
    width = max((len(query.name) for query in found), default=0)
    lines = []
    for query in found:
        lines.append(f"{query.name:<{width}}  {query.summary}")
        lines += [
            f"{'':<{width}}    -p {parameter.name}={_default(parameter)}  {parameter.label}"
            for parameter in query.parameters.values()
        ]
    return "\n".join(lines) if lines else "no named query fits"


def _default(parameter: Parameter) -> str:
    return parameter.default or f"({'optional' if parameter.optional else 'needed'})"


def _as_json(found: list[NamedQuery]) -> str:
    import json

    def fields(query: NamedQuery) -> dict[str, object]:
        parameters = [parameter._asdict() for parameter in query.parameters.values()]
        return {**query._asdict(), "parameters": parameters}

    return json.dumps([fields(query) for query in found], ensure_ascii=False, indent=2)
