"""Facts with their times as bars over years: SVG without styles or scripts of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from heritagekg.dates import OPEN_END, OPEN_START

if TYPE_CHECKING:
    from heritagekg.web.explorer.cards import Fact, Section

_ROW, _HEAD = 34, 24
# The most bars: those of the sections that come first on the card.
_MOST = 30
# The most letters over a bar.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One fact: positions in per cent of the width.

    Attributes
    ----------
    text, anchor, text_x
        What stands over the bar, from which side, and where.
    top
        Of its row, in pixels.
    possible, certain
        Left end and width of the time it possibly held, and certainly.
    opens, ends_open
        Whether its beginning, its end is not known.
    """

    text: str
    language: str
    href: str
    title: str
    anchor: str
    text_x: float
    top: int
    possible: tuple[float, float]
    certain: tuple[float, float]
    opens: bool
    ends_open: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars over years; `at` is the place of the day looked at."""

    bars: tuple[Bar, ...]
    years: tuple[tuple[int, float], ...]
    height: int
    at: float | None


def draw(sections: Iterable[Section], at: str | None, today: date) -> Timeline | None:
    """Return the timeline of the dated facts that last; None if fewer than two have dates."""
    facts = [fact for section in sections if section.lasts for fact in section.facts]
    dated = [fact for fact in facts if _known(fact)]
    if len(dated) < 2:
        return None
    dated = sorted(dated[:_MOST], key=_first)
    days = [day for fact in dated for day in _known(fact)]
    if at is not None:
        days.append(at)
    first, last = int(min(days)[:4]), int(max(days)[:4]) + 1
    if any(fact.bounds.possible_until == OPEN_END for fact in dated):
        last = max(last, min(today.year, last + 5) + 1)
    scale = _Scale(first, max(last, first + 2))
    bars = tuple(_bar(fact, row, scale) for row, fact in enumerate(dated))
    return Timeline(
        bars,
        tuple((year, scale.at(f"{year:04}-01-01")) for year in scale.ticks),
        _HEAD + _ROW * len(bars) + 6,
        scale.at(at) if at is not None else None,
    )


class _Scale:
    """Years to per cent."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if (last - first) / s <= 8), 200)
        start = first + -first % step
        self.ticks = range(start, last + 1, step)

    def at(self, day: str) -> float:
        year, month, of_month = (int(part) for part in day.split("-"))
        exact = year + (month - 1) / 12 + (of_month - 1) / 372
        share = (exact - self.first) / (self.last - self.first)
        return round(100 * min(1.0, max(0.0, share)), 2)


def _known(fact: Fact) -> Sequence[str]:
    return [day for day in fact.bounds if day not in (OPEN_START, OPEN_END)]


def _first(fact: Fact) -> tuple[str, str]:
    return min(_known(fact)), fact.iri


def _bar(fact: Fact, row: int, scale: _Scale) -> Bar:
    bounds = fact.bounds
    opens, ends_open = bounds.possible_from == OPEN_START, bounds.possible_until == OPEN_END
    # Where the time is not known further, the bar runs a little on, and fades.
    earliest, latest = scale.at(min(_known(fact))), scale.at(max(_known(fact)))
    left = max(0.0, earliest - 3) if opens else scale.at(bounds.possible_from)
    right = min(100.0, latest + 3) if ends_open else scale.at(bounds.possible_until)
    sure = sorted((scale.at(bounds.certain_from), scale.at(bounds.certain_until)))
    texts = [values[0] for values in fact.values if values]
    text = ", ".join(value.text for value in texts[:2])
    language = texts[0].language if texts else ""
    late = left > 50
    return Bar(
        _cut(text),
        language,
        fact.href,
        fact.when,
        "end" if late else "start",
        right if late else left,
        _HEAD + _ROW * row,
        (left, round(max(0.6, right - left), 2)),
        (sure[0], round(max(0.6, sure[1] - sure[0]), 2)),
        opens,
        ends_open,
    )


def _cut(text: str) -> str:
    """Return *text* so short that it fits over its bar."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip(" ,;:") + "…"
