"""The program of a worker process: answers one query after another over a read-only store.

It is started by `heritagekg.engine.workers` and speaks frames with it through its standard input
and output: one byte of kind, four bytes of length (little-endian), the payload.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
from queue import SimpleQueue
from typing import Any, BinaryIO

import pyoxigraph as ox

from heritagekg.engine.bindings import calls_out, no_service
from heritagekg.engine.capped import write
from heritagekg.engine.embedded import translated
from heritagekg.errors import QueryError, QueryRefused, QuerySyntaxError
from heritagekg.terms import PREFIXES

READY, DATA, END, ERROR, REQUEST = b"R", b"D", b"E", b"X", b"Q"
HEADER = struct.Struct("<cI")


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Return kind and payload of the next frame; None when the stream ends, also inside a frame.

    Examples
    --------
    >>> import io
    >>> stream = io.BytesIO()
    >>> write_frame(stream, DATA, b"abc")
    >>> _ = stream.seek(0)
    >>> read_frame(stream), read_frame(stream)
    ((b'D', b'abc'), None)
    """
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None


def write_frame(stream: BinaryIO, kind: bytes, payload: bytes = b"") -> None:
    """Write one frame to *stream*."""
    stream.write(HEADER.pack(kind, len(payload)) + payload)
    stream.flush()


def main() -> None:
    """Run a worker; its arguments are the store's folder and the bytes of memory (0: no limit)."""
    path, memory = sys.argv[1], int(sys.argv[2])
    channel = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get between the frames, nor into the server's terminal.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    try:
        store = ox.Store.read_only(path)
    except OSError as error:
        _fail(channel, "other", f"cannot open the store {path!r}: {error}")
        return
    _limit_memory(memory)
    write_frame(channel, READY)
    while True:
        _answer(store, json.loads(requests.get()), channel)


def _receive(requests: SimpleQueue[bytes]) -> None:
    """Pass requests on; end this process at once when the parent is gone, even inside a query."""
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        requests.put(frame[1])
    os._exit(0)


def _limit_memory(memory: int) -> None:
    if not memory:
        return
    try:
        import resource
    except ImportError:  # Windows
        return
    # RLIMIT_AS would count address space that allocators reserve and never touch.
    limit = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    try:
        resource.setrlimit(limit, (memory, memory))
    except (OSError, ValueError):
        return


def _answer(store: ox.Store, request: dict[str, Any], channel: BinaryIO) -> None:
    def send(chunk: bytes) -> None:
        write_frame(channel, DATA, chunk)

    try:
        # The engine follows SERVICE to any address: nothing gets to it that may call out.
        if calls_out(request["query"], request["services"]):
            raise QueryRefused(no_service(request["services"]))
        answer = translated(
            lambda: store.query(
                request["query"],
                base_iri=request["base_iri"],
                prefixes=PREFIXES,
                default_graph=_graphs(request["default_graphs"]),
                named_graphs=_graphs(request["named_graphs"]),
            )
        )
        outcome = write(
            answer,
            request["form"],
            send,
            max_rows=request["max_rows"],
            max_bytes=request["max_bytes"],
        )
    except QuerySyntaxError as error:
        _fail(channel, "syntax", str(error))
    except QueryRefused as error:
        _fail(channel, "refused", str(error))
    except QueryError as error:
        _fail(channel, "query", str(error))
    except MemoryError:
        # Rust aborts where it gets no memory; Python may come here first. Both end the process.
        os.abort()
    except Exception as error:
        _fail(channel, "query", f"the query cannot be evaluated: {error}")
    else:
        write_frame(channel, END, json.dumps(outcome).encode())


def _graphs(iris: list[str] | None) -> Any:
    return None if iris is None else [ox.NamedNode(iri) for iri in iris]


def _fail(channel: BinaryIO, kind: str, message: str) -> None:
    write_frame(channel, ERROR, json.dumps({"kind": kind, "message": message}).encode())
