"""What all pages share: templates by language, addresses of files, caching, how faults look."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from heritagekg.errors import BadParameter, HeritageKGError
from heritagekg.terms import compact
from heritagekg.web import protocol
from heritagekg.web.caching import entity_tag, unchanged
from heritagekg.web.explorer import languages
from heritagekg.web.explorer.names import Names
from heritagekg.web.explorer.viewpoint import Viewpoint
from heritagekg.web.negotiation import prefers_html

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.web.site import Site

# What a page may load and do: the files of this site, and no script that stands in a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
WEB = files("heritagekg.web")
# What scripts and pages are made of; with the data version it names what a page was made from.
_SOURCES = ("templates", "static", "locale")
# How many pages are kept in memory.
_KEPT = 300


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._digests = dict(_digests(WEB / "static", ""))
        everything = sorted(pair for folder in _SOURCES for pair in _digests(WEB / folder, folder))
        self._made_from = f"{site.kg.version} {everything}"
        self._kept: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._environments: dict[str, Environment] = {}

    @cached_property
    def names(self) -> Names:
        """The names of everything in the graph."""
        return Names(self.site.kg.engine)

    def static(self, name: str) -> str:
        """Return the address of a file below `static/`, which changes with its content."""
        digest = self._digests.get("/" + name, "")
        return f"/static/{name}?v={digest}" if digest else f"/static/{name}"

    def _environment(self, language: str) -> Environment:
        if language not in self._environments:
            messages = languages.catalogue(language)
            environment = Environment(
                loader=PackageLoader("heritagekg.web"),
                extensions=["jinja2.ext.i18n"],
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
            )
            environment.install_gettext_translations(  # type: ignore[attr-defined]
                messages, newstyle=True
            )
            environment.globals.update(
                # For texts of the data, such as summaries of queries; they may have any letters.
                said=lambda text: messages.gettext(text) if text else "",
                site=self.site,
                static=self.static,
                compact=compact,
                languages=languages.NAMES,
                today=lambda: datetime.date.today().isoformat(),
            )
            environment.filters.update(
                grouped=lambda value: languages.number(value, language),
                words=words,
                script_json=script_json,
            )
            self._environments[language] = environment
        return self._environments[language]

    def render(
        self,
        template: str,
        viewpoint: Viewpoint,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **told: Any,
    ) -> HTMLResponse:
        """Return the page that *template* makes of what it is *told*."""
        environment = self._environment(viewpoint.language)
        content = environment.get_template(template).render(told, view=viewpoint)
        cached = "public, no-cache" if status == 200 else "no-store"
        own = {
            "Cache-Control": cached,
            "Vary": "Accept, Accept-Language, Cookie",
            "Content-Language": viewpoint.language,
        }
        return HTMLResponse(content, status, own | dict(headers or {}))

    async def cached(self, request: Request, make: Callable[[Viewpoint], Response]) -> Response:
        """Return what *make* makes, or 304 where the visitor has the page of this data already."""
        viewpoint = Viewpoint.of(request)
        # A page shows how old things are, by the day.
        today = datetime.date.today()
        tag = entity_tag(self._made_from, str(request.url), viewpoint.language, today)
        if known := unchanged(request, tag):
            return known
        if tag not in self._kept:
            made = await run_in_threadpool(make, viewpoint)
            if made.status_code != 200:
                return self.remember(request, made)
            self._keep(tag, bytes(made.body), dict(made.headers) | {"ETag": tag})
        body, headers = self._kept[tag]
        return self.remember(request, Response(body, headers=headers))

    def _keep(self, tag: str, body: bytes, headers: dict[str, str]) -> None:
        """Keep a page for the next visitor, in place of the one that was made first."""
        if len(self._kept) >= _KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[tag] = (body, headers)

    @staticmethod
    def remember(request: Request, response: Response) -> Response:
        """Keep the language that the visitor has chosen by a link."""
        language = request.query_params.get("lang")
        if language in languages.NAMES:
            response.set_cookie(
                languages.COOKIE, language, max_age=31_536_000, samesite="lax", httponly=True
            )
            response.headers["Cache-Control"] = "private, no-cache"
        return response

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
        try:
            viewpoint = Viewpoint.of(request)
        except BadParameter:
            viewpoint = replace(Viewpoint(), language=languages.choose(request))
        return self.render("error.html", viewpoint, plain.status_code, message=message)


def _digests(folder: Traversable, name: str) -> list[tuple[str, str]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _digests(entry, f"{name}/{entry.name}")
        else:
            digest = hashlib.sha256(entry.read_bytes()).hexdigest()[:12]
            found.append((f"{name}/{entry.name}", digest))
    return found


def words(variable: str) -> str:
    """Return a name of a program as words.

    Examples
    --------
    >>> words("firstSeen"), words("NationalCommittee")
    ('first seen', 'National committee')
    """
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: " " + found[1].lower(), variable)


def script_json(value: Any) -> Markup:
    r"""Return *value* as JSON that may stand in a `<script type="application/json">`.

    Examples
    --------
    >>> script_json({"label": "</script><b>"})
    Markup('{"label":"\\u003c/script\\u003e\\u003cb\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
