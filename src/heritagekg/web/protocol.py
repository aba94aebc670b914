"""The query operation of the SPARQL 1.1 Protocol (W3C Recommendation, 21 March 2013), over HTTP.

Every answer states its limits. One that was cut at a limit is well-formed and says so: in the
header `Heritagekg-Truncated`, or, where it is so long that it is sent while it grows, in a note
at its end (`heritagekg.engine.capped`). A query that is stopped while its answer is being sent
breaks the connection, so that no client takes a part for the whole.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from heritagekg import errors
from heritagekg.engine.bindings import guard, tokens
from heritagekg.engine.workers import HOLD, AsyncAnswer, Busy
from heritagekg.errors import HeritageKGError, QueryRefused, QuerySyntaxError, did_you_mean
from heritagekg.web.caching import entity_tag, headers_of, unchanged
from heritagekg.web.negotiation import GRAPH_TYPES, RESULT_TYPES, Choice, choose

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from heritagekg.engine.capped import Outcome
    from heritagekg.web.site import Site

TRUNCATED = "Heritagekg-Truncated"
ROW_LIMIT, BYTE_LIMIT = "Heritagekg-Row-Limit", "Heritagekg-Byte-Limit"
METHODS = ("GET", "HEAD", "POST", "OPTIONS")

_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
_READ_ONLY = "this endpoint is read-only: it answers queries and takes no updates"
# Functions whose value differs from one call to the next.
_VOLATILE = {"NOW", "RAND", "UUID", "STRUUID", "BNODE"}
_STATUS: dict[type[HeritageKGError], int] = {
    errors.QuerySyntaxError: 400,
    errors.QueryRefused: 403,
    errors.QueryTimeout: 504,
    errors.UnknownName: 404,
    errors.AmbiguousName: 300,
    Busy: 503,
}


class Operation(NamedTuple):
    """A query as it was sent: its text, its dataset (None: the store's), the format asked for."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    wanted: str


class _Unfinished(StreamingResponse):
    """An answer that is sent while it grows; when its query fails, it is left without an end."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except HeritageKGError:
            return


class _Gone(Response):
    """The answer to a client that has left: nothing is sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        return


async def read_operation(request: Request, max_bytes: int) -> Operation:
    """Return the query operation in *request* (§2.1 of the protocol).

    Raises
    ------
    HTTPException
        If the request is malformed (400), an update (403), too long (413), or of a content type
        that the protocol does not know (415).
    """
    pairs = _pairs(request.scope["query_string"])
    if request.method == "POST":
        media_type, charset = _content_type(request.headers.get("content-type", ""))
        if media_type == _UPDATE:
            raise HTTPException(403, _READ_ONLY)
        if media_type not in (_FORM, _DIRECT):
            raise HTTPException(
                415, f"content type {media_type!r}; a query is sent as {_FORM} or {_DIRECT}"
            )
        if charset not in ("utf-8", "utf8"):
            raise HTTPException(415, f"charset {charset!r}; SPARQL is sent in UTF-8")
        body = await _read_body(request, max_bytes)
        if media_type == _FORM:
            pairs += _pairs(body)
        else:
            pairs.append(("query", _decoded(body)))
    return _operation(pairs)


def _operation(pairs: list[tuple[str, str]]) -> Operation:
    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in pairs if key == name)

    if values("update"):
        raise HTTPException(403, _READ_ONLY)
    queries = values("query")
    if len(queries) > 1:
        raise HTTPException(400, f"{len(queries)} queries in one request; send one")
    return Operation(
        queries[0] if queries else None,
        values("default-graph-uri"),
        values("named-graph-uri"),
        (*values("format"), "")[0],
    )


def _content_type(header: str) -> tuple[str, str]:
    media_type, *parameters = header.split(";")
    charset = "utf-8"
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset":
            charset = value.strip('"').lower()
    return media_type.strip().lower(), charset


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=2000,
        )
    except UnicodeDecodeError:
        raise HTTPException(400, "the request's parameters are not UTF-8") from None
    except ValueError as error:
        raise HTTPException(400, f"the request's parameters cannot be read: {error}") from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"the query is not UTF-8 at byte {error.start}") from None


async def _read_body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise HTTPException(413, f"the request is longer than {max_bytes} bytes")
    return bytes(body)


async def answer(site: Site, request: Request, operation: Operation) -> Response:
    """Return the response to a query operation.

    Raises
    ------
    HeritageKGError, HTTPException
        If there is no answer; `refusal` makes the response of the former.
    """
    query = operation.query or ""
    form = await _checked(site, request, query)
    _check_dataset(site, operation)
    offered = RESULT_TYPES if form in ("select", "ask") else GRAPH_TYPES
    choice = choose(request.headers.get("accept", ""), offered, operation.wanted)
    if choice is None:
        types = ", ".join(media_types[0] for media_types in offered.values())
        raise HTTPException(406, f"an {form.upper()} query can be answered as {types}")
    tag = None if _is_volatile(query) else _entity_tag(site, operation, choice)
    headers = _headers(site, tag)
    if tag is not None and (known := unchanged(request, tag)):
        known.headers.update(headers)
        return known
    dataset = (None, None)
    if operation.default_graphs or operation.named_graphs:
        dataset = (operation.default_graphs, operation.named_graphs)  # type: ignore[assignment]
    wanted = site.request(query, choice.form, default_graphs=dataset[0], named_graphs=dataset[1])
    pending = site.pool.stream(wanted, client=client_of(request))
    return await _delivered(request, pending, choice, headers)


def client_of(request: Request) -> str:
    """Return who asks: the address that takes turns with others."""
    return request.client.host if request.client else ""


async def _checked(site: Site, request: Request, query: str) -> str:
    """Return the form of *query* if it may run here."""
    try:
        return guard(query, site.graphs, site.limits.services).form
    except QuerySyntaxError as error:
        # It is a query of no form, so that it does nothing; the parser knows where it goes wrong.
        pending = site.pool.stream(site.request(query, "json"), client=client_of(request))
        try:
            await pending.ready()
        except QuerySyntaxError as fault:
            place = str(fault).partition(":")[0]
            raise QuerySyntaxError(f"{place}: {error}") from None
        finally:
            pending.cancel()
        raise


def _check_dataset(site: Site, operation: Operation) -> None:
    for name, graphs in (
        ("default-graph-uri", operation.default_graphs),
        ("named-graph-uri", operation.named_graphs),
    ):
        for graph in graphs:
            if graph not in site.graphs:
                raise QueryRefused(
                    f"{name} <{graph}> is not allowed: no such graph here, and none is fetched"
                    f"{did_you_mean(graph, site.graphs)}"
                )


def _is_volatile(query: str) -> bool:
    return any(token.kind == "word" and token.text.upper() in _VOLATILE for token in tokens(query))


def _entity_tag(site: Site, operation: Operation, choice: Choice) -> str:
    """Return a weak tag: the same query over the same data within the same limits."""
    limits = (site.limits.max_rows, site.limits.max_bytes)
    return entity_tag(site.edition, operation, choice, limits)


def _headers(site: Site, tag: str | None) -> dict[str, str]:
    limits = {
        ROW_LIMIT: str(site.limits.max_rows),
        BYTE_LIMIT: str(site.limits.max_bytes),
    }
    if tag is None:
        return limits | {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding"}
    return limits | headers_of(tag)


async def _delivered(
    request: Request, pending: AsyncAnswer, choice: Choice, headers: dict[str, str]
) -> Response:
    """Return the response once its headers can be true; stop the query if the client leaves."""
    ready = asyncio.ensure_future(pending.ready())
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({ready, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            pending.cancel()
            return _Gone()
        outcome = ready.result()
    except BaseException:
        pending.cancel()
        raise
    finally:
        ready.cancel()
        gone.cancel()
    headers = headers | _truncation(outcome)
    media_type = choice.media_type
    if outcome is not None and pending.job.size <= HOLD:
        content = b"".join([chunk async for chunk in pending.chunks()])
        return Response(content, headers=headers, media_type=media_type)
    if request.method == "HEAD":
        pending.cancel()
        return Response(headers=headers, media_type=media_type)
    return _Unfinished(pending.chunks(), headers=headers, media_type=media_type)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _truncation(outcome: Outcome | None) -> dict[str, str]:
    if outcome is None or not outcome.cut:
        return {}
    return {TRUNCATED: f"{outcome.cut}; rows={outcome.rows}"}


def refusal(error: HeritageKGError) -> Response:
    """Return the response that says why there is no answer, in plain text."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after)
    return PlainTextResponse(f"{error}\n", status_of(error), headers=headers)


def status_of(error: HeritageKGError) -> int:
    """Return the HTTP status for *error*.

    Examples
    --------
    >>> status_of(errors.QueryTimeout("")), status_of(errors.BadParameter(""))
    (504, 400)
    """
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)
