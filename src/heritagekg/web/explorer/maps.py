"""Museums and conferences on a map of the world, beside a list of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.responses import Response

from heritagekg.terms import expand
from heritagekg.web.explorer.values import Value, Values
from heritagekg.web.explorer.viewpoint import OTHER, Bounds, Viewpoint

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.engine.protocol import Term
    from heritagekg.web.explorer.pages import Pages

_THINGS = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?thing ?kind
WHERE {
  VALUES (?class ?kind) { (hkg:Museum "museum") (hkg:GeneralConference "conference") }
  ?thing a ?class .
}"""
_POSITIONS = """PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#>
SELECT ?thing ?latitude ?longitude WHERE { ?thing geo:lat ?latitude ; geo:long ?longitude }"""
_WITHIN = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?thing ?place WHERE { ?thing hkg:locatedIn ?place }"""
_TIMES = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?thing ?certainFrom ?certainUntil ?possibleFrom ?possibleUntil
WHERE {
  { ?thing a hkg:GeneralConference . BIND(?thing AS ?dated) }
  UNION { ?dated a hkg:Founding ; hkg:organization ?thing . ?thing a hkg:Museum . }
  ?dated hkg:certainFrom ?certainFrom ; hkg:certainUntil ?certainUntil ;
    hkg:possibleFrom ?possibleFrom ; hkg:possibleUntil ?possibleUntil .
}"""


class Point(NamedTuple):
    """A museum or conference and where it is; *times* are those of its founding or of itself."""

    iri: str
    kind: str
    latitude: float
    longitude: float
    times: tuple[Bounds, ...]


class Line(NamedTuple):
    """A point as a line of the list."""

    thing: Value
    kind: str
    place: str


class Maps:
    """The map of the world."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    @cached_property
    def points(self) -> list[Point]:
        """Every museum and general conference whose place is known."""
        positions = {
            thing.value: position
            for thing, latitude, longitude in self._solutions(_POSITIONS)
            if (position := _position(latitude.value, longitude.value)) is not None
        }
        within: dict[str, list[str]] = {}
        for thing, place in self._solutions(_WITHIN):
            within.setdefault(thing.value, []).append(place.value)
        times: dict[str, list[Bounds]] = {}
        for thing, *days in self._solutions(_TIMES):
            times.setdefault(thing.value, []).append(Bounds(*(day.value for day in days)))
        found = {
            Point(thing.value, kind.value, *position, tuple(times.get(thing.value, ())))
            for thing, kind in self._solutions(_THINGS)
            if (position := _nearest(thing.value, positions, within)) is not None
        }
        return sorted(found, key=lambda point: point.iri)

    def _solutions(self, query: str) -> list[tuple[Term, ...]]:
        solutions = self.pages.site.kg.engine.select(query).terms
        return [row for row in solutions if None not in row]  # type: ignore[misc]

    async def page(self, request: Request) -> Response:
        """Answer `/map`: museums and conferences; `?thing=CURIE` begins with one of them."""
        thing = request.query_params.get("thing", "").strip()
        focus = expand(thing) if thing else ""

        def make(viewpoint: Viewpoint) -> Response:
            values = Values(self.pages.names, viewpoint)
            shown = [point for point in self.points if _is_there(point, viewpoint)]
            lines = [
                Line(values.thing(p.iri), p.kind, f"{p.latitude:.2f}, {p.longitude:.2f}")
                for p in shown
            ]
            drawn = [_drawn(p, line.thing, focus) for p, line in zip(shown, lines, strict=True)]
            # The fewer conferences are drawn over the museums.
            drawn.sort(key=lambda point: point["kind"] == "conference")
            lines.sort(key=lambda line: (line.kind, line.thing.text))
            return self.pages.render("map.html", viewpoint, points=drawn, lines=lines)

        return await self.pages.cached(request, make)


def _nearest(
    thing: str, positions: dict[str, tuple[float, float]], within: dict[str, list[str]]
) -> tuple[float, float] | None:
    """Return where *thing* is; where that is not known, where the place is that it lies in."""
    seen, nearest = {thing}, [thing]
    while nearest:
        for one in nearest:
            if one in positions:
                return positions[one]
        around = {place for one in nearest for place in within.get(one, ())} - seen
        seen |= around
        nearest = sorted(around)
    return None


def _position(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        return None
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def _is_there(point: Point, viewpoint: Viewpoint) -> bool:
    """Return whether the museum was founded by the day, the conference held; as far as is known."""
    if not point.times:
        return not viewpoint.only_certain
    return any(viewpoint.verdict(times, lasts=False) != OTHER for times in point.times)


def _drawn(point: Point, thing: Value, focus: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": thing.text,
        "latitude": point.latitude,
        "longitude": point.longitude,
        "kind": point.kind,
        "href": thing.href,
    }
    return made | ({"focus": True} if point.iri == focus else {})
