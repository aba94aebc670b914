"""The page of a thing, and finding things by name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from heritagekg.errors import UnknownName
from heritagekg.terms import ENTITIES, HKG, PREFIXES, compact, expand
from heritagekg.web.explorer import cards, timeline
from heritagekg.web.explorer.values import Values
from heritagekg.web.explorer.viewpoint import Viewpoint, page_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.web.explorer.names import Found
    from heritagekg.web.explorer.pages import Pages

# What a page of search results, and the list under the search box, show.
_RESULTS, _SUGGESTED = 50, 8


class Things:
    """The pages of things and of the search for them."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    async def page(self, request: Request) -> Response:
        """Answer `/page/KIND/NAME`: the card of an entity; `?section=` one section of it."""
        kind, name = request.path_params["kind"], request.path_params["name"]
        return await self._card(request, f"{ENTITIES}{kind}/{name}")

    async def ontology(self, request: Request) -> Response:
        """Answer `/ontology` to people: every term with its definition and its ties."""
        from heritagekg.web.vocabulary import read_vocabulary

        def make(viewpoint: Viewpoint) -> Response:
            vocabulary = read_vocabulary(self.pages.site.kg.engine)
            forms = ("ttl", "jsonld", "nt", "rdf")
            return self.pages.render(
                "ontology.html", viewpoint, vocabulary=vocabulary, namespace=HKG, formats=forms
            )

        return await self.pages.cached(request, make)

    async def _card(self, request: Request, iri: str) -> Response:
        if any(c in '<>"{}|^`\\' or c <= " " for c in iri):
            raise UnknownName(f"the graph says nothing of {iri!r}")
        only = request.query_params.get("section", "")
        start = _start(request.query_params.get("from", ""))

        def make(viewpoint: Viewpoint) -> Response:
            engine, names = self.pages.site.kg.engine, self.pages.names
            card = cards.describe(engine, names, iri, viewpoint, only=only, start=start)
            if only:
                return self.pages.render(
                    "section.html", viewpoint, card=card, start=start, step=cards.SHOWN_ALONE
                )
            drawn = timeline.draw(card.sections, viewpoint.at, datetime.date.today())
            return self.pages.render("thing.html", viewpoint, card=card, timeline=drawn)

        return await self.pages.cached(request, make)

    async def search(self, request: Request) -> Response:
        """Answer `/search?q=`: the things that the text may mean, best first."""
        text = request.query_params.get("q", "").strip()
        if iri := _identifier(text):
            viewpoint = Viewpoint.of(request)
            path = page_of(iri)
            if path and self.pages.names.kinds(iri):
                return RedirectResponse(viewpoint.href(path), 303)

        def make(viewpoint: Viewpoint) -> Response:
            found = self.pages.names.search(text, viewpoint.language, limit=_RESULTS + 1)
            results = [self._result(one, viewpoint) for one in found[:_RESULTS]]
            return self.pages.render(
                "search.html", viewpoint, text=text, results=results, is_cut=len(found) > _RESULTS
            )

        return await self.pages.cached(request, make)

    async def suggest(self, request: Request) -> Response:
        """Answer `/search.json?q=`: the first few of them, for the list under the search box."""
        viewpoint = Viewpoint.of(request)
        text = request.query_params.get("q", "").strip()
        found = await run_in_threadpool(
            lambda: self.pages.names.search(text, viewpoint.language, limit=_SUGGESTED)
        )
        results = [self._result(one, viewpoint) for one in found]
        headers = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Language, Cookie"}
        return JSONResponse({"query": text, "results": results}, headers=headers)

    def _result(self, found: Found, viewpoint: Viewpoint) -> dict[str, str]:
        values = Values(self.pages.names, viewpoint)
        kinds = [values.vocabulary(kind) for kind in found.kinds]
        other = found.name.text if found.name.text != found.label.text else ""
        return {
            "label": found.label.text,
            "language": found.label.language,
            "href": viewpoint.page(found.iri),
            "curie": compact(found.iri),
            "kind": ", ".join(kind.text for kind in kinds),
            "name": other,
            "nameLanguage": found.name.language if other else "",
        }

    async def find(self, request: Request) -> Response:
        """Answer `/thing?name=`, an address of old: lead to the thing, or to the search for it."""
        name = request.query_params.get("name", "").strip()
        if not name:
            return RedirectResponse("/", 303)
        iri = _identifier(name)
        viewpoint = Viewpoint.of(request)
        path = page_of(iri) if iri else ""
        return RedirectResponse(
            viewpoint.href(path) if path else viewpoint.href("/search", q=name), 303
        )


def _identifier(text: str) -> str:
    """Return the IRI that *text* is or abbreviates; "" if it is a name."""
    if "://" in text or (":" in text and text.partition(":")[0] in PREFIXES):
        iri = expand(text)
        return "" if any(c in '<>"{}|^`\\' or c <= " " for c in iri) else iri
    return ""


def _start(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0
