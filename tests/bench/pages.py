"""CPU time of pages made anew and served again, and the bytes of the first page."""

from __future__ import annotations

import statistics
import time

import heritagekg
from heritagekg.terms import expand
from heritagekg.web.explorer.cards import describe
from heritagekg.web.explorer.names import Names
from heritagekg.web.explorer.pages import Pages
from heritagekg.web.explorer.timeline import draw
from heritagekg.web.explorer.viewpoint import Viewpoint
from heritagekg.web.site import Limits, Site

THINGS = (
    *("committee:az", "museum:az-national-carpet", "person:shirin-malikova", "country:az"),
    *("conference:2022-prague", "source:azernews-2022-08", "organization:icom"),
)
TYPED = ("s", "icom", "şirin", "халча", "azerbaijan museum", "malikva", "qqqq")
ROUNDS = 15


def milliseconds(run: object) -> float:
    """Return the median CPU time of calling *run*."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()  # type: ignore[operator]
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print the figures."""
    import datetime

    kg = heritagekg.open()
    pages = Pages(Site.of(kg, 1, Limits(), 0))
    began = time.process_time()
    names: Names = pages.names
    print(f"names of {kg.statistics['triples']:,} triples: {time.process_time() - began:.2f} CPU s")
    viewpoint = Viewpoint()
    for curie in THINGS:
        iri = expand(curie)

        def page(iri: str = iri) -> int:
            card = describe(kg.engine, names, iri, viewpoint)
            drawn = draw(card.sections, None, datetime.date.today())
            return len(pages.render("thing.html", viewpoint, card=card, timeline=drawn).body)

        print(f"{curie:28} {milliseconds(page):6.1f} CPU ms, {page():,} bytes")
    for typed in TYPED:
        took = milliseconds(lambda typed=typed: names.search(typed, "en", limit=8))
        print(f"search {typed!r:21} {took:6.2f} CPU ms, {len(names.search(typed, 'en'))} found")


if __name__ == "__main__":
    main()
