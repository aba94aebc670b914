"""`heritagekg network` and `heritagekg networks`."""

from __future__ import annotations

import click

from heritagekg.cli import Session
from heritagekg.cli.query import named_values
from heritagekg.errors import BadParameter

# What every view takes is given by options, not by -p.
_OPTIONS = {"since", "until", "certain", "timeout"}


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
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="Write the network to this file; its ending says the format: .gexf, .graphml or .json.",
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop the query after this time.")
@click.pass_obj
def network(
    session: Session,
    view: str,
    at: str | None,
    since: str | None,
    until: str | None,
    certain: bool,
    parameters: dict[str, str],
    output: str,
    timeout: float | None,
) -> None:
    """Write the network VIEW for Gephi, Cytoscape, networkx and others.

    `heritagekg networks` lists the views. Of --from and --until, a month or a year stands for
    all its days.
    """
    from heritagekg.network.views import open_view
    from heritagekg.network.writing import format_of, write

    format_of(output)
    for name in sorted(_OPTIONS & set(parameters)):
        raise BadParameter(f"-p {name}: no view has such a parameter; there is an option for it")
    times = {"at": at, "since": since, "until": until}
    given = {name: value for name, value in times.items() if value is not None}
    opened = open_view(
        session.graph(), view, certain=certain, timeout=timeout, **(parameters | given)
    )
    write(opened, output)
    click.echo(f"{opened.summary}; written to {output}")


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
            value = parameter.default or f"({'optional' if parameter.optional else 'needed'})"
            click.echo(f"{'':<{width}}    -p {parameter.name}={value}  {parameter.label}")
    if not views:
        click.echo("no network views in this workspace")
