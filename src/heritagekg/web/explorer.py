"""The pages for people: start page, queries, things; made on the server, without scripts."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from heritagekg.engine.bindings import bind, guard
from heritagekg.errors import AmbiguousName, HeritageKGError, UnknownName
from heritagekg.queries import KINDS
from heritagekg.terms import ENTITIES, HKG, PREFIXES, compact
from heritagekg.web import protocol, tables
from heritagekg.web.negotiation import GRAPH_TYPES, RESULT_TYPES, choose, prefers_html

if TYPE_CHECKING:
    import pyoxigraph as ox
    from starlette.requests import Request

    from heritagekg.engine.protocol import Term
    from heritagekg.entities import Entity
    from heritagekg.queries import NamedQuery, Parameter
    from heritagekg.web.site import Site

# Rows that a page shows; the files have them all.
_SHOWN = 500
_SHOWN_BYTES = 200_000
_INPUTS = {"date": "date", "year": "number", "integer": "number", "decimal": "number"}
# Classes whose number the start page tells, in this order, with their names for one and for many.
_COUNTED = {
    "hkg:Organization": ("organisation", "organisations"),
    "hkg:Museum": ("museum", "museums"),
    "hkg:Person": ("person", "people"),
    "hkg:Event": ("event", "events"),
    "hkg:Place": ("place", "places"),
    "hkg:Project": ("project", "projects"),
    "hkg:Fact": ("sourced fact", "sourced facts"),
    "hkg:Document": ("document", "documents"),
}
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
    table: tables.ShownTable | None = None
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
        needed = "; may be left empty" if self.parameter.optional else ""
        return KINDS[self.parameter.kind] + needed


class Explorer:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._templates = Environment(
            loader=PackageLoader("heritagekg.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(site=site, compact=compact, iri_cell=tables.iri_cell)
        self._templates.filters["grouped"] = lambda number: f"{number:,}"
        self._templates.filters["words"] = _words
        self._templates.filters["local"] = lambda curie: _words(curie.partition(":")[2] or curie)

    @cached_property
    def groups(self) -> dict[str, list[NamedQuery]]:
        """The named queries by folder."""
        groups: dict[str, list[NamedQuery]] = {}
        for name in sorted(self.site.kg.queries):
            groups.setdefault(name.rpartition("/")[0], []).append(self.site.kg.queries[name])
        return groups

    def _page(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **told: Any,
    ) -> HTMLResponse:
        content = self._templates.get_template(template).render(told)
        cached = {"Cache-Control": "public, no-cache" if status == 200 else "no-store"}
        return HTMLResponse(content, status, cached | {"Vary": "Accept"} | dict(headers or {}))

    async def start_page(self, request: Request) -> Response:
        """Answer `/`: what the graph is and holds, a query box, the named queries."""
        statistics = await run_in_threadpool(lambda: self.site.kg.statistics)
        found = [(names, statistics.get(kind, 0)) for kind, names in _COUNTED.items()]
        return self._page(
            "start.html",
            counts=[(names[number > 1], number) for names, number in found if number],
            triples=statistics["triples"],
            groups=self.groups,
            query=_EXAMPLE,
        )

    async def queries_page(self, request: Request) -> Response:
        """Answer `/queries`: the named queries alone."""
        return self._page("queries.html", groups=self.groups)

    async def query_page(self, request: Request) -> Response:
        """Answer `/query`: a box for SPARQL and, with `?query=`, the answer."""
        text = request.query_params.get("query", "")
        error, shown, status, headers = "", None, 200, {}
        if text.strip():
            try:
                shown = await self._shown(text, protocol.client_of(request), {})
            except HeritageKGError as fault:
                refused = protocol.refusal(fault)
                error, status, headers = str(fault), refused.status_code, dict(refused.headers)
                headers = {k: v for k, v in headers.items() if k == "retry-after"}
        return self._page(
            "query.html",
            status,
            headers,
            query=text or _EXAMPLE,
            shown=shown,
            error=error,
            prefixes=sorted(PREFIXES),
            files=_files("/sparql", {"query": text}, shown),
        )

    async def named_page(self, request: Request) -> Response:
        """Answer `/queries/NAME`: form and answer; `/queries/NAME.csv` and the like: the file."""
        name = request.path_params["name"]
        stem, dot, ending = name.rpartition(".")
        if dot and ending in (*RESULT_TYPES, *GRAPH_TYPES):
            return await self._named_file(request, stem, ending)
        named = self.site.kg.queries[name]
        values = _values(named, request.query_params)
        error, shown, status = "", None, 200
        text = named.text
        try:
            text = await self._bound(named, values)
            shown = await self._shown(text, protocol.client_of(request), named.columns)
        except HeritageKGError as fault:
            error, status = str(fault), protocol.status_of(fault)
            if status == 300:
                status = 400
            if not request.query_params:
                # Nothing was asked yet: a parameter without default is no fault.
                error, status = "", 200
        given = {name: value for name, value in values.items() if value is not None}
        return self._page(
            "named.html",
            status,
            named=named,
            fields=[Field(p, values.get(p.name) or "") for p in named.parameters.values()],
            shown=shown,
            error=error,
            text=_without_header(text),
            given=given,
            files=_files(f"/queries/{named.name}", given, shown),
        )

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

    async def _shown(self, text: str, client: str, meanings: Mapping[str, str]) -> Shown:
        began = time.perf_counter()
        form = guard(text, self.site.graphs).form
        if form in ("construct", "describe"):
            content, outcome = await self.site.fetch(text, "ttl", client, max_rows=_SHOWN)
            took = (time.perf_counter() - began) * 1000
            turtle = content[:_SHOWN_BYTES].decode("utf-8", "ignore")
            return Shown(outcome.rows, bool(outcome.cut), took, text=turtle)
        results, outcome = await self.site.solutions(text, client, max_rows=_SHOWN)
        took = (time.perf_counter() - began) * 1000
        if form == "ask":
            return Shown(1, False, took, verdict=results["boolean"])
        labels = await self._labels(tables.unlabelled(results), client)
        table = tables.show(results, labels, meanings)
        return Shown(outcome.rows, bool(outcome.cut), took, table=table)

    async def _labels(self, iris: tuple[str, ...], client: str) -> dict[str, str]:
        if not iris:
            return {}
        results, _ = await self.site.solutions(tables.labels_query(iris), client)
        return tables.labels_in(results)

    async def find_thing(self, request: Request) -> Response:
        """Answer `/thing?name=`: the thing's page; the candidates where the name is ambiguous."""
        name = request.query_params.get("name", "").strip()
        if not name:
            return RedirectResponse("/", 303)
        try:
            thing: ox.NamedNode = await run_in_threadpool(self.site.kg.locate, name)
        except AmbiguousName as fault:
            return self._page("candidates.html", 300, name=name, candidates=fault.candidates)
        href, _ = tables.link(thing.value)
        if href.startswith("/id/"):
            return RedirectResponse(href, 303)
        return await self._thing(thing.value)

    async def thing_page(self, request: Request) -> Response:
        """Answer `/page/KIND/NAME`: what the graph says of the thing."""
        return await self._thing(
            ENTITIES + request.path_params["kind"] + "/" + request.path_params["name"]
        )

    async def _thing(self, iri: str) -> Response:
        if any(c in '<>"{}|^`\\' or c <= " " for c in iri):
            raise UnknownName(f"the graph says nothing of {iri!r}")
        thing: Entity = await run_in_threadpool(self.site.kg.show, iri)
        return self._page("thing.html", thing=thing, cell=_statement_cell)

    async def ontology_page(self, request: Request) -> Response:
        """Answer `/ontology` to people: every term with its definition and its ties."""
        from heritagekg.web.vocabulary import read_vocabulary

        vocabulary = await run_in_threadpool(read_vocabulary, self.site.kg.engine)
        forms = ("ttl", "jsonld", "nt", "rdf")
        return self._page("ontology.html", vocabulary=vocabulary, namespace=HKG, formats=forms)

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer a request that fails: as a page to browsers, in plain text to programs."""
        assert isinstance(error, HeritageKGError | HTTPException)
        if isinstance(error, HTTPException):
            plain: Response = PlainTextResponse(
                f"{error.detail}\n", error.status_code, dict(error.headers or {})
            )
            message = error.detail
        else:
            plain, message = protocol.refusal(error), str(error)
        if request.url.path.startswith("/sparql") or not prefers_html(
            request.headers.get("accept", "")
        ):
            return plain
        return self._page("error.html", plain.status_code, message=message)


def _values(named: NamedQuery, given: Mapping[str, str]) -> dict[str, str | None]:
    """Return the values of the parameters: those given, else the defaults; None leaves it open."""
    for name in given:
        if name not in named.parameters:
            # `bindings` says it better.
            return dict(given)
    values: dict[str, str | None] = {}
    for parameter in named.parameters.values():
        value = given.get(parameter.name, parameter.default)
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


def _words(variable: str) -> str:
    """Return `firstSeen` as `first seen`, and `NationalCommittee` as `National committee`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: " " + found[1].lower(), variable)


def _without_header(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.startswith("#+")).strip()


def _statement_cell(value: Term, label: str | None) -> tables.Cell:
    """Return the cell for the value of a statement on a thing's page."""
    import pyoxigraph as ox

    if isinstance(value, ox.NamedNode):
        return tables.iri_cell(value.value, label or "")
    if isinstance(value, ox.BlankNode):
        return tables.Cell(f"_:{value.value}")
    href, is_external = tables.link(value.value)
    datatype = compact(value.datatype.value)
    href = href if datatype == "xsd:anyURI" else ""
    return tables.Cell(value.value, datatype, href, is_external, value.language or "")
