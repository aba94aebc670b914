"""The start page, the named queries, and a box for any other query."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from heritagekg.engine.bindings import bind, guard
from heritagekg.errors import HeritageKGError
from heritagekg.queries import KINDS
from heritagekg.terms import ENTITIES, PREFIXES
from heritagekg.web import protocol
from heritagekg.web.explorer.pages import POLICY
from heritagekg.web.explorer.values import ShownTable, Values
from heritagekg.web.explorer.viewpoint import Viewpoint, given
from heritagekg.web.negotiation import GRAPH_TYPES, RESULT_TYPES, choose

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.engine.protocol import Term
    from heritagekg.queries import NamedQuery, Parameter
    from heritagekg.web.explorer.pages import Pages

# Rows that a page shows; the files have them all.
_SHOWN = 500
_SHOWN_BYTES = 200_000
_INPUTS = {"date": "date", "year": "number", "integer": "number", "decimal": "number"}
# Classes whose number the start page tells, in this order.
_COUNTED = (
    *("hkg:Museum", "hkg:NationalCommittee", "hkg:InternationalCommittee", "hkg:Person"),
    *("hkg:Event", "hkg:Project", "hkg:Fact", "hkg:Document"),
)
_EXAMPLE = """# People and the posts they held, with the document that says so
SELECT ?person ?role ?organization ?source
WHERE {
  ?tenure a hkg:Tenure ;
    hkg:heldBy ?person ;
    hkg:role ?role ;
    hkg:organization ?organization ;
    prov:wasDerivedFrom ?source .
}
ORDER BY ?organization ?person
LIMIT 50"""
# Of each of these classes the start page names the thing of which most facts are known.
_EXAMPLES = ("hkg:NationalCommittee", "hkg:Museum", "hkg:GeneralConference", "hkg:Person")

# The editor's tables set the style of elements by attributes, and bring one style sheet, by hash.
_EDITOR_POLICY = (
    POLICY.replace(
        "style-src 'self'",
        "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='",
    )
    + "; style-src-attr 'unsafe-inline'"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer to a query as a page shows it.

    Attributes
    ----------
    table, verdict, text
        Solutions, or the truth value of ASK, or triples as Turtle; the others are None.
    rows
        How many rows or triples came.
    is_cut
        Whether there are more.
    milliseconds
        How long it took.
    """

    rows: int
    is_cut: bool
    milliseconds: float
    table: ShownTable | None = None
    verdict: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a named query as a field of a form."""

    parameter: Parameter
    value: str

    @property
    def type(self) -> str:
        """The `type` of the HTML input."""
        return _INPUTS.get(self.parameter.kind, "text")

    @property
    def hint(self) -> str:
        """What may be written."""
        return KINDS[self.parameter.kind]


class Questions:
    """The start page, the named queries and the box for SPARQL."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.site = pages.site

    @cached_property
    def groups(self) -> dict[str, list[NamedQuery]]:
        """The named queries by folder."""
        groups: dict[str, list[NamedQuery]] = {}
        for name in sorted(self.site.kg.queries):
            groups.setdefault(name.rpartition("/")[0], []).append(self.site.kg.queries[name])
        return groups

    @cached_property
    def examples(self) -> dict[str, str]:
        """The texts of the named queries by name, with the defaults of their parameters."""
        texts = {}
        for named in self.site.kg.queries.values():
            with contextlib.suppress(HeritageKGError):
                terms = named.bindings(_values(named, {}), self.site.kg.locate)
                texts[named.name] = _without_header(bind(named.text, terms))
        return texts

    async def start_page(self, request: Request) -> Response:
        """Answer `/`: what the graph is and holds, a query box, the named queries."""

        def make(viewpoint: Viewpoint) -> Response:
            statistics = self.site.kg.statistics
            values = Values(self.pages.names, viewpoint)
            counts = [(kind, statistics.get(kind, 0)) for kind in _COUNTED]
            return self.pages.render(
                "start.html",
                viewpoint,
                counts=[(kind, number) for kind, number in counts if number],
                triples=statistics["triples"],
                examples=[values.thing(iri) for iri in self.pages.names.foremost(_EXAMPLES)],
                groups=self.groups,
                query=_EXAMPLE,
            )

        return await self.pages.cached(request, make)

    async def queries_page(self, request: Request) -> Response:
        """Answer `/queries`: the named queries alone."""
        return await self.pages.cached(
            request,
            lambda viewpoint: self.pages.render("queries.html", viewpoint, groups=self.groups),
        )

    async def query_page(self, request: Request) -> Response:
        """Answer `/query`: a box for SPARQL and, with `?query=`, the answer."""
        viewpoint = Viewpoint.of(request)
        text = request.query_params.get("query", "")
        error, shown, status, headers = "", None, 200, {}
        if text.strip():
            try:
                shown = await self._shown(text, protocol.client_of(request), {}, viewpoint)
            except HeritageKGError as fault:
                refused = protocol.refusal(fault)
                error, status, headers = str(fault), refused.status_code, dict(refused.headers)
                headers = {k: v for k, v in headers.items() if k == "retry-after"}
        page = self.pages.render(
            "query.html",
            viewpoint,
            status,
            headers,
            query=text or _EXAMPLE,
            shown=shown,
            error=error,
            prefixes=PREFIXES,
            entities=ENTITIES,
            groups=self.groups,
            examples=self.examples,
            classes=self.pages.names.terms("owl:Class"),
            properties=self.pages.names.terms("owl:ObjectProperty", "owl:DatatypeProperty"),
            files=_files("/sparql", {"query": text}, shown),
        )
        page.headers["Content-Security-Policy"] = _EDITOR_POLICY
        return self.pages.remember(request, page)

    async def named_page(self, request: Request) -> Response:
        """Answer `/queries/NAME`: form and answer; `/queries/NAME.csv` and the like: the file."""
        name = request.path_params["name"]
        stem, dot, ending = name.rpartition(".")
        if dot and ending in (*RESULT_TYPES, *GRAPH_TYPES):
            return await self._named_file(request, stem, ending)
        named = self.site.kg.queries[name]
        viewpoint = Viewpoint.of(request)
        values = _values(named, request.query_params)
        error, shown, status = "", None, 200
        text = named.text
        try:
            text = await self._bound(named, values)
            client = protocol.client_of(request)
            shown = await self._shown(text, client, named.columns, viewpoint)
        except HeritageKGError as fault:
            error, status = str(fault), protocol.status_of(fault)
            if status == 300:
                status = 400
            if not given(request.query_params):
                # Nothing was asked yet: a parameter without default is no fault.
                error, status = "", 200
        known = {name: value for name, value in values.items() if value is not None}
        page = self.pages.render(
            "named.html",
            viewpoint,
            status,
            named=named,
            fields=[Field(p, values.get(p.name) or "") for p in named.parameters.values()],
            is_timeless=viewpoint.at is not None and "at" not in named.parameters,
            shown=shown,
            error=error,
            text=_without_header(text),
            given=known,
            files=_files(f"/queries/{named.name}", known, shown),
        )
        return self.pages.remember(request, page)

    async def _named_file(self, request: Request, name: str, ending: str) -> Response:
        named = self.site.kg.queries[name]
        text = await self._bound(named, _values(named, request.query_params))
        offered = RESULT_TYPES if named.form in ("select", "ask") else GRAPH_TYPES
        choice = choose("", offered, ending)
        if choice is None or choice.form != ending:
            raise HTTPException(404, f"{name!r} is answered as {', '.join(offered)}")
        response = await protocol.answer(
            self.site, request, protocol.Operation(text, (), (), ending)
        )
        saved = f"{name.replace('/', '-')}.{ending}"
        response.headers["Content-Disposition"] = f'inline; filename="{saved}"'
        return response

    async def _bound(self, named: NamedQuery, values: Mapping[str, str | None]) -> str:
        """Return the text of *named* with its parameters bound to what *values* mean."""
        kg = self.site.kg

        def terms() -> dict[str, Term]:
            return named.bindings(values, kg.locate)

        return bind(named.text, await run_in_threadpool(terms))

    async def _shown(
        self, text: str, client: str, meanings: Mapping[str, str], viewpoint: Viewpoint
    ) -> Shown:
        began = time.perf_counter()
        form = guard(text, self.site.graphs, self.site.limits.services).form
        if form in ("construct", "describe"):
            content, outcome = await self.site.fetch(text, "ttl", client, max_rows=_SHOWN)
            took = (time.perf_counter() - began) * 1000
            turtle = content[:_SHOWN_BYTES].decode("utf-8", "ignore")
            return Shown(outcome.rows, bool(outcome.cut), took, text=turtle)
        results, outcome = await self.site.solutions(text, client, max_rows=_SHOWN)
        took = (time.perf_counter() - began) * 1000
        if form == "ask":
            return Shown(1, False, took, verdict=results["boolean"])

        def table() -> ShownTable:
            return Values(self.pages.names, viewpoint).table(results, meanings)

        shown = await run_in_threadpool(table)
        return Shown(outcome.rows, bool(outcome.cut), took, table=shown)


def _values(named: NamedQuery, asked: Mapping[str, str]) -> dict[str, str | None]:
    """Return the values of the parameters: those given, else the defaults; None leaves it open."""
    for name in given(asked):
        if name not in named.parameters:
            # `bindings` says it better.
            return given(asked)  # type: ignore[return-value]
    values: dict[str, str | None] = {}
    for parameter in named.parameters.values():
        value = asked.get(parameter.name, parameter.default)
        if value is not None and not value.strip():
            value = None if parameter.optional else parameter.default
        values[parameter.name] = value
    return values


def _files(path: str, values: Mapping[str, str], shown: Shown | None) -> list[tuple[str, str]]:
    """Return name and address of each file that has the answer."""
    if shown is None:
        return []
    forms = ("ttl", "nt", "jsonld", "rdf") if shown.text is not None else ("csv", "json", "xml")
    if path == "/sparql":
        return [(form, f"{path}?{urlencode({**values, 'format': form})}") for form in forms]
    encoded = f"?{urlencode(values)}" if values else ""
    return [(form, f"{path}.{form}{encoded}") for form in forms]


def _without_header(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.startswith("#+")).strip()
