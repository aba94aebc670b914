"""The verdict on the files behind the graph, as `heritagekg check` gives it, for readers."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.validation.check import CheckReport
    from heritagekg.web.explorer.pages import Pages
    from heritagekg.web.explorer.viewpoint import Viewpoint

# The most findings that the page shows.
_MOST = 300


class Verdicts:
    """The page of the check report."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._lock = threading.Lock()
        self._report: CheckReport | None = None

    def report(self) -> CheckReport:
        """Return the verdict; it is found once, for the files of a served graph do not change."""
        with self._lock:
            if self._report is None:
                self._report = self.pages.site.kg.check()
            return self._report

    async def page(self, request: Request) -> Response:
        """Answer `/check`: what the check found, and where."""

        def make(viewpoint: Viewpoint) -> Response:
            if self.pages.site.kg.workspace is None:
                return self.pages.render("check.html", viewpoint, report=None)
            report = self.report()
            return self.pages.render(
                "check.html",
                viewpoint,
                report=report,
                counts=Counter(found.severity for found in report.diagnostics),
                shown=report.diagnostics[:_MOST],
            )

        return await self.pages.cached(request, make)
