"""From where a visitor looks at the graph: the language, the day, what counts as known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

from heritagekg.dates import OPEN_END, OPEN_START, days_of
from heritagekg.errors import BadParameter
from heritagekg.terms import ENTITIES, HKG
from heritagekg.web.explorer import languages

if TYPE_CHECKING:
    from starlette.requests import Request

CERTAIN, POSSIBLE, OTHER = "certain", "possible", "other"
# The parameters that every page understands.
OWN = ("at", "certain", "lang")


class Bounds(NamedTuple):
    """The days between which a fact certainly and possibly held (`heritagekg.dates`)."""

    certain_from: str = OPEN_END
    certain_until: str = OPEN_START
    possible_from: str = OPEN_START
    possible_until: str = OPEN_END


@dataclass(frozen=True)
class Viewpoint:
    """What a page is asked to show, by its address and the visitor's browser.

    Attributes
    ----------
    language
        The language of the page.
    at
        The day that the visitor looks at, as `YYYY-MM-DD`; None for all times.
    only_certain
        Whether what only possibly held then is left out.
    path, parameters
        The page's own address, less what is told above.
    """

    language: str = languages.SOURCE
    at: str | None = None
    only_certain: bool = False
    path: str = "/"
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, request: Request) -> Viewpoint:
        """Return the viewpoint that *request* asks for.

        Raises
        ------
        BadParameter
            If its date is none.
        """
        given = request.query_params
        at = given.get("at", "").strip() or None
        if at is not None:
            at = day_of(at)
        own = tuple((name, value) for name, value in given.multi_items() if name not in OWN)
        certain = at is not None and given.get("certain", "") not in ("", "0")
        return cls(languages.choose(request), at, certain, request.url.path, own)

    @cached_property
    def kept(self) -> dict[str, str]:
        """The parameters that every link of the page carries on."""
        if self.at is None:
            return {}
        return {"at": self.at} | ({"certain": "1"} if self.only_certain else {})

    @cached_property
    def _suffix(self) -> str:
        return "?" + urlencode(self.kept) if self.kept else ""

    def href(self, path: str, /, **parameters: str | int | None) -> str:
        """Return the address of the page at *path* as seen from here.

        Examples
        --------
        >>> Viewpoint(at="2022-08-25").href("/search", q="Bakı")
        '/search?q=Bak%C4%B1&at=2022-08-25'
        """
        given = {name: value for name, value in parameters.items() if value not in (None, "")}
        if not given:
            return path + self._suffix
        return f"{path}?{urlencode(given | self.kept)}"

    def here(self, **changed: str | None) -> str:
        """Return the address of this page with other parameters; None takes one away."""
        given: dict[str, str] = dict(self.parameters) | self.kept
        for name, value in changed.items():
            if value is None:
                given.pop(name, None)
            else:
                given[name] = value
        return self.path + ("?" + urlencode(given) if given else "")

    def page(self, iri: str) -> str:
        """Return the address of the page of the entity or term *iri*; "" where it has none."""
        path = page_of(iri)
        return self.href(path) if path and "#" not in path else path

    def date(self, value: str) -> str:
        """Return a date in words."""
        return languages.date(value, self.language)

    def number(self, value: str | int) -> str:
        """Return a number with its digits grouped."""
        return languages.number(value, self.language)

    def verdict(self, bounds: Bounds, *, lasts: bool) -> str:
        """Return whether a fact is `certain` or `possible` at the day, or of an `other` time.

        Parameters
        ----------
        bounds
            When it certainly and possibly held.
        lasts
            Whether it is something that lasts, such as a tenure. What only happens, such as a
            founding, is true on every later day.

        Examples
        --------
        >>> viewpoint = Viewpoint(at="2022-08-25")
        >>> viewpoint.verdict(Bounds("2020-01-01", "2023-01-01", "2019-01-01"), lasts=True)
        'certain'
        >>> viewpoint.verdict(Bounds("1946-12-31", "1946-01-01", "1946-01-01"), lasts=False)
        'certain'
        """
        if self.at is None:
            return CERTAIN
        if bounds.possible_from > self.at or (lasts and bounds.possible_until < self.at):
            return OTHER
        if bounds.certain_from <= self.at and (not lasts or self.at <= bounds.certain_until):
            return CERTAIN
        return OTHER if self.only_certain else POSSIBLE


def day_of(value: str) -> str:
    """Return *value* if it is a day.

    Raises
    ------
    BadParameter
        If it is anything else.

    Examples
    --------
    >>> day_of("2022")
    Traceback (most recent call last):
    ...
    heritagekg.errors.BadParameter: 'at' is '2022'; it takes a day such as 2022-08-25
    """
    days = days_of(value)
    if days is None or days[0] != days[1]:
        raise BadParameter(f"'at' is {value!r}; it takes a day such as 2022-08-25")
    return value


def page_of(iri: str) -> str:
    """Return the path of the page about *iri*; "" where it has none here.

    Examples
    --------
    >>> page_of("https://w3id.org/heritagekg/id/committee/az")
    '/page/committee/az'
    >>> page_of("https://example.org/")
    ''
    """
    if iri.startswith(ENTITIES):
        kind, slash, name = iri.removeprefix(ENTITIES).partition("/")
        if slash and name and "/" not in name:
            return f"/page/{quote(kind, safe='')}/{quote(name, safe='')}"
    if iri.startswith(HKG):
        return "/ontology#" + quote(iri.removeprefix(HKG), safe="")
    return ""


def address(iri: str) -> str:
    """Return *iri* if it is an address of the web that a page may link to, else "".

    Only the web's own schemes become links, so that no `javascript:` in the data does.
    """
    return iri if iri.startswith(("http://", "https://")) else ""


def given(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return *parameters* without those that every page understands.

    Examples
    --------
    >>> given({"committee": "committee:az", "lang": "az"})
    {'committee': 'committee:az'}
    """
    return {name: value for name, value in parameters.items() if name not in OWN}
