"""`heritagekg show`."""

from __future__ import annotations

import click

from heritagekg.cli import Session


@click.command()
@click.argument("thing")
@click.pass_obj
def show(session: Session, thing: str) -> None:
    """Show what the graph says of THING: a CURIE, an IRI, or a label in any language.

    Labels are found without regard to case and accents; one that names several things lists them.
    """
    click.echo(str(session.graph().show(thing)))
