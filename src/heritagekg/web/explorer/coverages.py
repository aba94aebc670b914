"""How much of the world the graph covers: what sources claim beside what it holds."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from starlette.responses import Response

from heritagekg.web.explorer.values import Value, Values

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.coverage import Coverage
    from heritagekg.engine.results import Table
    from heritagekg.web.explorer.pages import Pages
    from heritagekg.web.explorer.viewpoint import Viewpoint

# The most rows of one table that the page shows.
_MOST = 200


class Coverages:
    """The page of the coverage."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._lock = threading.Lock()
        self._coverage: Coverage | None = None

    def coverage(self) -> Coverage:
        """Return the coverage of the graph, counted once."""
        with self._lock:
            if self._coverage is None:
                self._coverage = self.pages.site.kg.coverage()
            return self._coverage

    async def page(self, request: Request) -> Response:
        """Answer `/coverage`: the tables of the coverage."""

        def make(viewpoint: Viewpoint) -> Response:
            values = Values(self.pages.names, viewpoint)
            parts = [
                (heading, *_shown(table, values), len(table.terms))
                for heading, table in self.coverage()
            ]
            return self.pages.render("coverage.html", viewpoint, parts=parts)

        return await self.pages.cached(request, make)


def _shown(table: Table, values: Values) -> tuple[list[str], list[list[Value]]]:
    """Return the columns and rows of *table*; `countryLabel` is told by the name of `country`."""
    names = list(table.variables)
    places = [n for n, name in enumerate(names) if name.removesuffix("Label") not in names[:n]]
    rows = [
        [Value("") if (term := row[place]) is None else values.of(term) for place in places]
        for row in table.terms[:_MOST]
    ]
    return [names[place] for place in places], rows
