"""The named queries as a REST interface: typed parameters, pages, JSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from heritagekg.engine.bindings import bind
from heritagekg.engine.results import Table
from heritagekg.errors import BadParameter
from heritagekg.web import protocol
from heritagekg.web.caching import entity_tag, headers_of, unchanged
from heritagekg.web.negotiation import GRAPH_TYPES, choose
from heritagekg.web.openapi import describe_api

if TYPE_CHECKING:
    import pyarrow
    from starlette.requests import Request

    from heritagekg.queries import NamedQuery
    from heritagekg.web.site import Site

PAGE_TYPES = {
    "json": ("application/json",),
    "csv": ("text/csv",),
    "parquet": ("application/vnd.apache.parquet",),
}
# Parameters that every query has besides its own.
PAGING = {"limit": 100, "offset": 0}
_RESERVED = {*PAGING, "format"}


class Api:
    """The REST interface of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """Return the routes of the interface."""
        return [
            Route("/api", lambda request: RedirectResponse("/api/openapi.json", 303)),
            Route("/api/openapi.json", self.description, name="openapi"),
            Route("/api/queries", self.listing, name="api-queries"),
            Route("/api/queries/{name:path}", self.answer, name="api-query"),
        ]

    async def description(self, request: Request) -> Response:
        """Answer `/api/openapi.json`: the interface as an OpenAPI 3.1 document."""
        base = str(request.base_url).rstrip("/")
        tag = entity_tag(self.site.edition, base)
        if known := unchanged(request, tag):
            return known
        document = await describe_api(self.site, base)
        return JSONResponse(document, headers=headers_of(tag))

    async def listing(self, request: Request) -> Response:
        """Answer `/api/queries`: name, question, parameters and columns of every query."""
        tag = entity_tag(self.site.edition, str(request.url))
        if known := unchanged(request, tag):
            return known
        queries = self.site.kg.queries
        told = [_told(queries[name], request) for name in sorted(queries)]
        return JSONResponse({"queries": told}, headers=headers_of(tag))

    async def answer(self, request: Request) -> Response:
        """Answer `/api/queries/NAME`: a page of the query's rows.

        Raises
        ------
        BadParameter, UnknownName, HTTPException
            If there is no such query, a parameter is wrong, or no format fits.
        """
        named = self.site.kg.queries[request.path_params["name"]]
        given = _given(request)
        limit, offset = (_number(given, name, self.site.limits.max_rows) for name in PAGING)
        values = {name: text for name, text in given.items() if name not in _RESERVED}
        bound = await run_in_threadpool(named.bindings, values, self.site.kg.locate)
        text = bind(named.text, bound)
        accept, wanted = request.headers.get("accept", ""), given.get("format", "")
        if named.form in ("construct", "describe"):
            return await self._graph(request, text, wanted)
        choice = choose(accept, PAGE_TYPES, wanted)
        if choice is None or (wanted and choice.form != wanted):
            raise HTTPException(406, f"{named.name!r} is answered as {', '.join(PAGE_TYPES)}")
        tag = entity_tag(self.site.edition, text, limit, offset, choice)
        if known := unchanged(request, tag):
            return known
        client = protocol.client_of(request)
        headers = headers_of(tag)
        if named.form == "ask":
            content, _ = await self.site.fetch(text, "json", client)
            return JSONResponse({"query": named.name, **json.loads(content)}, headers=headers)
        # A cut answer in JSON carries a note that no reader of results expects; TSV has none.
        content, outcome = await self.site.fetch(text, "tsv", client, max_rows=offset + limit + 1)
        if outcome.rows > offset + limit:
            following = given | {"limit": str(limit), "offset": str(offset + limit)}
            path = request.url.replace(query=urlencode(following), fragment="")
            headers["Link"] = f'<{path}>; rel="next"'
        page = await run_in_threadpool(_page, content, offset, limit)
        if choice.form == "json":
            told = {
                "query": named.name,
                "parameters": values,
                "offset": offset,
                "limit": limit,
                "next": headers.get("Link", "<>").partition(">")[0][1:] or None,
                "rows": page.to_pylist(),
            }
            written = json.dumps(told, ensure_ascii=False, default=str).encode()
        else:
            written = await run_in_threadpool(_WRITERS[choice.form], page)
        return Response(written, media_type=choice.media_type, headers=headers)

    async def _graph(self, request: Request, text: str, wanted: str) -> Response:
        if wanted and choose("", GRAPH_TYPES, wanted) is None:
            raise HTTPException(406, f"triples are answered as {', '.join(GRAPH_TYPES)}")
        operation = protocol.Operation(text, (), (), wanted)
        return await protocol.answer(self.site, request, operation)


def _told(named: NamedQuery, request: Request) -> dict[str, Any]:
    return {
        "name": named.name,
        "summary": named.summary,
        "description": named.description,
        "url": str(request.url_for("api-query", name=named.name)),
        "parameters": {
            parameter.name: {
                "kind": parameter.kind,
                "label": parameter.label,
                "default": parameter.default,
                "optional": parameter.optional or parameter.default is not None,
            }
            for parameter in named.parameters.values()
        },
        "columns": dict(named.columns),
        "tags": list(named.tags),
    }


def _given(request: Request) -> dict[str, str]:
    """Return the request's parameters, of which an empty one is none.

    Raises
    ------
    BadParameter
        If one is there twice.
    """
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise BadParameter(f"parameter {name!r} is given more than once; give it once")
        given[name] = value
    return {name: value for name, value in given.items() if value.strip()}


def _number(given: dict[str, str], name: str, most: int) -> int:
    text = given.get(name, str(PAGING[name]))
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > most:
        raise BadParameter(f"{name} is {text!r}; it takes a whole number from 0 to {most}")
    return int(text)


def _page(results: bytes, offset: int, limit: int) -> pyarrow.Table:
    table = Table(lambda: ox.parse_query_results(results, format=ox.QueryResultsFormat.TSV))
    return table.to_arrow().slice(offset, limit)


def _csv(page: pyarrow.Table) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(page.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in page.columns), strict=True))
    return text.getvalue().encode()


def _parquet(page: pyarrow.Table) -> bytes:
    import pyarrow.parquet

    sink = io.BytesIO()
    pyarrow.parquet.write_table(page, sink)
    return sink.getvalue()


_WRITERS = {"csv": _csv, "parquet": _parquet}
