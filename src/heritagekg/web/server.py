"""Serving an application on a socket of this machine, until it is told to stop."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from heritagekg.errors import HeritageKGError

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on *host* and *port* (0: any free one).

    Raises
    ------
    HeritageKGError
        If the port is in use, or the address is not of this machine.

    Examples
    --------
    >>> with listen("127.0.0.1", 0) as listener:
    ...     address_of(listener).rpartition(":")[0]
    'http://127.0.0.1'
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        # With its protocol named, asyncio turns Nagle's algorithm off, which costs 40 ms an answer.
        listener = socket.socket(found[0][0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(found[0][4])
            listener.listen(1024)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        told = (getattr(error, "strerror", None) or str(error)).lower()
        raise HeritageKGError(
            f"cannot listen on {host}:{port}: {told}; "
            "choose another port with --port, or --port 0 for any free one"
        ) from None
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL under which *listener* is reached from this machine, without final slash."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_of(app: Starlette) -> uvicorn.Server:
    """Return the server for *app*; `run([listener])` lasts until SIGINT, SIGTERM, `should_exit`."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=15,
        # More connections than this get a 503 at once.
        limit_concurrency=1000,
    )
    return uvicorn.Server(config)
