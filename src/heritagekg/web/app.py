"""The web application: routes, the headers of every page, and how errors look."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from importlib.resources import files
from typing import TYPE_CHECKING

from brotli_asgi import BrotliMiddleware
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from heritagekg.errors import HeritageKGError
from heritagekg.web import protocol
from heritagekg.web.api import Api
from heritagekg.web.explorer.coverages import Coverages
from heritagekg.web.explorer.maps import Maps
from heritagekg.web.explorer.networks import Networks
from heritagekg.web.explorer.pages import POLICY, Pages
from heritagekg.web.explorer.questions import Questions
from heritagekg.web.explorer.things import Things
from heritagekg.web.explorer.verdicts import Verdicts
from heritagekg.web.negotiation import GRAPH_TYPES, choose, prefers_html
from heritagekg.web.resources import Resources
from heritagekg.web.site import Limits, Site

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from heritagekg.graph import KnowledgeGraph

_EXPOSED = (protocol.TRUNCATED, protocol.ROW_LIMIT, protocol.BYTE_LIMIT, "ETag", "Retry-After")
_SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(
    kg: KnowledgeGraph,
    *,
    workers: int = 2,
    timeout: float = 10.0,
    max_rows: int = 100_000,
    max_bytes: int = 64 << 20,
    memory: int = 1 << 30,
    services: Collection[str] = (),
) -> Starlette:
    """Return the web application that serves *kg*: `/sparql`, the start page, the named queries.

    Parameters
    ----------
    kg
        The graph of a workspace (`heritagekg.open`).
    workers
        How many queries may run for long at once; one more process answers the short ones.
    timeout
        Seconds after which a query is stopped.
    max_rows, max_bytes
        Where an answer is cut; it then says so.
    memory
        Bytes of memory that a worker process may use; 0 for no limit.
    services
        The SPARQL endpoints that a query may call by SERVICE; none without it.

    Raises
    ------
    WorkspaceError
        If the graph is not the stored build of a workspace, or a named query has a bad header.

    Examples
    --------
    >>> import heritagekg
    >>> app = create_app(heritagekg.open(), workers=1)
    >>> app.state.site.limits.timeout
    10.0
    """
    limits = Limits(timeout, max_rows, max_bytes, services=tuple(services))
    site = Site.of(kg, workers, limits, memory)
    pages = Pages(site)
    questions, things = Questions(pages), Things(pages)

    async def sparql(request: Request) -> Response:
        return await _sparql(site, questions, request)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        site.pool.start()
        # So that the first visitor need not wait for them.
        names = asyncio.ensure_future(run_in_threadpool(lambda: pages.names))
        yield
        await names
        site.pool.close()

    app = Starlette(
        routes=[
            Route("/", questions.start_page, name="start"),
            Route("/sparql", sparql, methods=list(protocol.METHODS), name="sparql"),
            Route("/sparql/", sparql, methods=list(protocol.METHODS)),
            Route("/query", questions.query_page, name="query"),
            Route("/queries", questions.queries_page, name="queries"),
            Route("/queries/{name:path}", questions.named_page, name="named"),
            Route("/search", things.search, name="search"),
            Route("/search.json", things.suggest, name="suggest"),
            Route("/thing", things.find, name="find"),
            Route("/network", Networks(pages).page, name="network"),
            Route("/map", Maps(pages).page, name="map"),
            Route("/coverage", Coverages(pages).page, name="coverage"),
            Route("/check", Verdicts(pages).page, name="check"),
            *Resources(site, things).routes(),
            *Api(site).routes(),
            Mount("/static", _Static(directory=str(files(__package__) / "static"))),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=list(protocol.METHODS),
                allow_headers=["*"],
                expose_headers=list(_EXPOSED),
                max_age=86400,
            ),
            Middleware(_Headers),
            # Brotli where the client takes it, else gzip.
            Middleware(BrotliMiddleware, quality=4, minimum_size=500),
        ],
        exception_handlers={
            HeritageKGError: pages.refused,
            HTTPException: pages.refused,
            Exception: _failed,
        },
        lifespan=lifespan,
    )
    app.state.site = site
    return app


async def _sparql(site: Site, questions: Questions, request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": ", ".join(protocol.METHODS)})
    operation = await protocol.read_operation(request, site.limits.max_request)
    if operation.query is not None:
        return await protocol.answer(site, request, operation)
    if request.method == "POST":
        raise HTTPException(400, "the request has no query")
    accept = request.headers.get("accept", "")
    if prefers_html(accept):
        return await questions.query_page(request)
    choice = choose(accept, GRAPH_TYPES, operation.wanted)
    if choice is None:
        raise HTTPException(406, "without a query there is the service description, as RDF or HTML")
    from heritagekg.web.description import describe_service

    endpoint = str(request.url.replace(query="", fragment=""))
    return Response(
        describe_service(site, endpoint, choice.form),
        media_type=choice.media_type,
        headers={"Vary": "Accept, Accept-Encoding", "Cache-Control": "public, no-cache"},
    )


async def _failed(request: Request, error: Exception) -> Response:
    return PlainTextResponse("the server has a fault of its own\n", 500)


class _Static(StaticFiles):
    """Files of the pages; an address that names their content may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_fixed = response.status_code == 200 and b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_fixed else "public, no-cache"
        )
        return response


class _Headers:
    """Adds to every response what browsers need to know to keep it harmless."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
