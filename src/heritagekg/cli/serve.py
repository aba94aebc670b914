"""`heritagekg serve`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from heritagekg.cli import Session


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Queries that may run for long at once.",
)
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    metavar="SECONDS",
    help="Stop a query after this time.",
)
@click.option(
    "--max-rows",
    default=100_000,
    show_default=True,
    type=click.IntRange(1),
    help="Cut an answer after this many rows.",
)
@click.option(
    "--max-bytes",
    default=64 << 20,
    show_default=True,
    type=click.IntRange(1024),
    help="Cut an answer after this many bytes.",
)
@click.option(
    "--allow-service",
    "services",
    multiple=True,
    metavar="URL",
    help="Let queries call this SPARQL endpoint by SERVICE; may be repeated.",
)
@click.pass_obj
def serve(
    session: Session,
    host: str,
    port: int,
    workers: int,
    timeout: float,
    max_rows: int,
    max_bytes: int,
    services: tuple[str, ...],
) -> None:
    """Serve the graph: a SPARQL endpoint at /sparql and pages for people at /.

    Stop it with Ctrl-C.
    """
    from heritagekg.web.app import create_app
    from heritagekg.web.server import address_of, listen, server_of

    # Before the graph is built, so that a port in use shows early.
    with listen(host, port) as listener:
        app = create_app(
            session.graph(),
            workers=workers,
            timeout=timeout,
            max_rows=max_rows,
            max_bytes=max_bytes,
            services=services,
        )
        click.echo(_greeting(address_of(listener)))
        with contextlib.suppress(KeyboardInterrupt):
            server_of(app).run([listener])
    click.echo("stopped")


def _greeting(address: str) -> str:
    query = "SELECT ?person { ?tenure hkg:role role:chair ; hkg:heldBy ?person } LIMIT 5"
    return f"""heritagekg listens on {address}/ (Ctrl-C stops it)

  Browser:   {address}/
  Endpoint:  {address}/sparql
  Try:       curl -s {address}/sparql -H 'Accept: text/csv' \\
               --data-urlencode 'query={query}'
"""
