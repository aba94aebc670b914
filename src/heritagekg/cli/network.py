"""`heritagekg network` and `heritagekg networks`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from heritagekg.cli import Session
from heritagekg.cli.query import named_values
from heritagekg.errors import BadParameter
from heritagekg.network.writing import FORMATS, TABLES

if TYPE_CHECKING:
    import pyarrow

# What every view takes is given by options, not by -p.
_OPTIONS = {
    *("at", "from", "since", "until", "certain", "timeout", "asked"),
    *("depth", "weight", "most_pairs", "most_shared"),
}
# So many nodes or edges are shown of a longer list.
_SHOWN = 10


@click.command()
@click.argument("view")
@click.option("--at", metavar="DATE", help="Only ties that hold on this day.")
@click.option("--from", "since", metavar="DATE", help="Only ties that hold on this day or later.")
@click.option("--until", metavar="DATE", help="Only ties that hold on this day or earlier.")
@click.option(
    "--certain/--possible",
    default=False,
    help="Only ties that certainly hold then; without it also those that possibly do.",
)
@click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=named_values,
    help="Fix a parameter of the view; may be repeated.",
)
@click.option("--depth", type=int, metavar="N", help="How many ties around the entity of `ego`.")
@click.option(
    "--weight",
    type=click.Choice(["count", "newman", "cosine"]),
    help="How to weigh what two nodes of a projection share.",
)
@click.option(
    "--most-shared",
    type=click.IntRange(min=2),
    metavar="N",
    help="Leave out of a projection what more than N share.",
)
@click.option(
    "--most-pairs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Refuse a projection that looks at more pairs of nodes.  [default: 3,000,000]",
)
@click.option(
    "--measures",
    metavar="NAME,…",
    help="Measure the nodes: degree, strength, components, core, betweenness, pagerank, "
    "communities, assortativity, brokerage. With --slices: follow one measure over time.",
)
@click.option(
    "--slices",
    type=click.Choice(["year", "decade"]),
    help="Instead of one network: its size and the turnover of its ties in every slice.",
)
@click.option(
    "--change",
    nargs=2,
    metavar="DATE DATE",
    help="Instead of one day: which edges were born, ended or kept between two.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help=f"Write to this file. Its ending says the format: {', '.join(FORMATS)}. For --slices a "
    f"table or a chart: {', '.join(TABLES)}.",
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop the query after this time.")
@click.pass_obj
def network(session: Session, /, view: str, output: str | None, **given: Any) -> None:
    """Make the network VIEW and write it for Gephi, Cytoscape, networkx and others.

    `heritagekg networks` lists the views. Of --from and --until, a month or a year stands for
    all its days. Without -o only the summary is printed.
    """
    for name in sorted(_OPTIONS & set(given["parameters"])):
        raise BadParameter(f"-p {name}: no view has such a parameter; there is an option for it")
    if given["slices"] and given["change"]:
        raise click.UsageError("--slices and --change exclude each other")
    if given["at"] and (given["slices"] or given["change"]):
        raise click.UsageError("--at asks about one day; --slices and --change about several")
    if given["change"] and (given["since"] or given["until"]):
        raise click.UsageError("--change names its two days; leave --from and --until out")
    if given["slices"]:
        _over_time(session, view, output, given)
    else:
        _one(session, view, output, given)


def _options(given: dict[str, Any]) -> dict[str, Any]:
    """Return what `open_ties` is given: the view's parameters and what the user set."""
    names = ("depth", "weight", "most_shared", "most_pairs", "timeout")
    return {**given["parameters"], **{n: given[n] for n in names if given[n] is not None}}


def _measures(given: dict[str, Any]) -> list[str]:
    said = given["measures"]
    return [name.strip() for name in said.split(",") if name.strip()] if said else []


def _one(session: Session, name: str, output: str | None, given: dict[str, Any]) -> None:
    """Make one network, measure it, print what it is, and write it."""
    from heritagekg.network.measures import known, measure
    from heritagekg.network.temporal import change
    from heritagekg.network.views import open_ties, open_view
    from heritagekg.network.writing import check_not_empty, format_of

    if output is not None:
        format_of(output)
    wanted = known(_measures(given))
    options = _options(given)
    kg = session.graph()
    if given["change"]:
        ties = open_ties(kg, name, **options)
        found = change(ties, *given["change"], certain=given["certain"])
        view = found.view
        summary = f"{view.summary}: {found.born} born, {found.ended} ended, {found.kept} kept"
    else:
        times = {key: given[key] for key in ("at", "since", "until") if given[key] is not None}
        view = open_view(kg, name, certain=given["certain"], **times, **options)
        summary = view.summary
    check_not_empty(view, output)
    said: dict[str, str] = {}
    if wanted:
        view, said = measure(view, wanted)
    notes = view.write(output) if output is not None else []
    click.echo(f"{summary}; written to {output}" if output is not None else summary)
    width = max(map(len, said), default=0)
    for measured, text in said.items():
        click.echo(f"  {measured:<{width}}  {text}")
    if output is None:
        _show(_highest(view, wanted) if wanted else _changed(view) if given["change"] else None)
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _over_time(session: Session, name: str, output: str | None, given: dict[str, Any]) -> None:
    """Follow a network over time, and print or write the table or the chart."""
    from heritagekg.network import temporal
    from heritagekg.network.slices import window
    from heritagekg.network.views import open_ties
    from heritagekg.network.writing import table_format_of, write_table

    if output is not None:
        table_format_of(output)
    since, until, certain = given["since"], given["until"], given["certain"]
    asked = window(None, since, until)
    wanted = _measures(given)
    if len(wanted) > 1:
        raise BadParameter(f"--slices follows one measure, not {len(wanted)}: {', '.join(wanted)}")
    ties = open_ties(session.graph(), name, asked=asked, **_options(given))
    slices = temporal.windows(ties, given["slices"], since=since, until=until)
    if wanted:
        table = temporal.centrality(ties, slices, wanted[0], certain=certain)
    else:
        table = temporal.evolution(ties, slices, certain=certain)
    if output is None:
        _show(table)
        return
    said = {"slices": given["slices"], "from": since, "until": until}
    said |= {"certain": "true"} if certain else {}
    asked_for = {key: value for key, value in said.items() if value is not None}
    write_table(table, output, ties.metadata(asked_for))
    click.echo(f"{name}: {len(slices)} slices by {given['slices']}; written to {output}")


def _highest(view: Any, names: list[str]) -> pyarrow.Table | None:
    """Return the nodes that are highest by the first measure that gives a number."""
    from heritagekg.network.temporal import NODE_MEASURES

    ranked = [name for name in names if name in NODE_MEASURES]
    if not ranked:
        return None
    columns = ["id", "label", *ranked]
    order = [(ranked[0], "descending"), ("id", "ascending")]
    return view.nodes.select(columns).sort_by(order).slice(0, _SHOWN)


def _changed(view: Any) -> pyarrow.Table:
    """Return the edges that were born or ended, by the labels of their ends."""
    import pyarrow
    import pyarrow.compute as pc

    edges = view.edges.filter(pc.not_equal(view.edges["change"], "kept"))
    label = view.nodes["label"].combine_chunks()
    ends = {name: label.take(edges[name].combine_chunks()) for name in ("source", "target")}
    rest = {name: edges[name] for name in ("change", "kind", "start", "end")}
    return pyarrow.table({"change": rest.pop("change"), **ends, **rest}).slice(0, 4 * _SHOWN)


def _show(table: pyarrow.Table | None) -> None:
    """Print a table for a person, or as CSV where no person reads."""
    if table is None:
        return
    if not sys.stdout.isatty():
        from heritagekg.network.tables import as_csv

        click.echo(as_csv(table).decode(), nl=False)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for field in table.schema:
        is_text = str(field.type) in ("string", "date32[day]")
        drawn.add_column(field.name, justify="left" if is_text else "right", overflow="fold")
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        drawn.add_row(*(Text(_cell(value)) for value in row))
    Console().print(drawn)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.4f}"
    return "" if value is None else str(value)


@click.command()
@click.pass_obj
def networks(session: Session) -> None:
    """List the network views and their parameters."""
    from heritagekg.network.views import network_views
    from heritagekg.queries import QueryCatalogue

    views = network_views(QueryCatalogue.of(session.workspace()))
    width = max(map(len, views), default=0)
    for name, view in views.items():
        click.echo(f"{name:<{width}}  {view.summary}")
        for parameter in view.parameters.values():
            if parameter.name in _OPTIONS:
                continue
            value = parameter.default or f"({'optional' if parameter.optional else 'needed'})"
            click.echo(f"{'':<{width}}    -p {parameter.name}={value}  {parameter.label}")
    if not views:
        click.echo("no network views in this workspace")
