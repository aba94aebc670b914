"""`heritagekg serve`."""

from __future__ import annotations

import socket
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
@click.pass_obj
def serve(
    session: Session,
    host: str,
    port: int,
    workers: int,
    timeout: float,
    max_rows: int,
    max_bytes: int,
) -> None:
    """Serve the graph: a SPARQL endpoint at /sparql and pages for people at /.

    Stop it with Ctrl-C.
    """
    from heritagekg.web.app import create_app

    listener = _listen(host, port)
    with listener:
        app = create_app(
            session.graph(),
            workers=workers,
            timeout=timeout,
            max_rows=max_rows,
            max_bytes=max_bytes,
        )
        click.echo(_greeting(_address(listener)))
        _run(app, listener)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, taken before the graph is built: a clash shows early."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}; "
            "choose another with --port, or --port 0 for any free one"
        ) from None
    listener.setblocking(False)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _greeting(address: str) -> str:
    query = "SELECT ?person { ?tenure hkg:role role:chair ; hkg:heldBy ?person } LIMIT 5"
    return f"""heritagekg listens on {address}/ (Ctrl-C stops it)

  In a browser:    {address}/
  SPARQL endpoint: {address}/sparql
  Try:             curl {address}/sparql -H 'Accept: text/csv' --data-urlencode \\
                     'query={query}'
"""


def _run(app: object, listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=15,
        limit_concurrency=500,
    )
    uvicorn.Server(config).run([listener])
