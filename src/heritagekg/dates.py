"""Dates of any precision as days, and when a dated fact certainly or possibly held."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TypeAlias

# A bound that is not known: a fact may have held since ever, and may hold for ever.
OPEN_START, OPEN_END = "0001-01-01", "9999-12-31"

Days: TypeAlias = tuple[str, str]
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


def days_of(date: str) -> Days | None:
    """Return the first and last day that *date* may mean, by its precision; None if it is no date.

    Parameters
    ----------
    date
        The lexical form of an `xsd:date`, `xsd:gYearMonth` or `xsd:gYear` without time zone.

    Examples
    --------
    >>> days_of("2022-08"), days_of("1946"), days_of("2022-02-30")
    (('2022-08-01', '2022-08-31'), ('1946-01-01', '1946-12-31'), None)
    """
    if not _DATE.fullmatch(date):
        return None
    year, month, day = (*map(int, date.split("-")), 0, 0)[:3]
    if len(date) == 4:
        return (f"{date}-01-01", f"{date}-12-31") if year else None
    if not year or not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    if len(date) == 7:
        return f"{date}-01", f"{date}-{last:02d}"
    return (date, date) if 1 <= day <= last else None


def time_bounds(
    begins: list[Days], ends: list[Days], moments: list[Days], *, point: bool = False
) -> tuple[str, str, str, str]:
    """Return certainFrom, certainUntil, possibleFrom and possibleUntil of a fact.

    Every stated date is a moment at which the fact held, known to within its precision, and what
    held at two moments held between them. So it certainly held from the last day of the earliest
    moment to the first day of the latest; an empty interval comes out reversed, so that no day
    lies in it. It possibly held from the first day its beginning may mean, or since ever, to the
    last day its end may mean, or for ever. A *point* in time possibly holds in its own days only.

    Examples
    --------
    A tenure from 2016 on that a source of 13 October 2023 attests:

    >>> time_bounds([("2016-01-01", "2016-12-31")], [], [("2023-10-13", "2023-10-13")])
    ('2016-12-31', '2023-10-13', '2016-01-01', '9999-12-31')

    One known only from a source of August 2022: it never certainly held on a given day.

    >>> time_bounds([], [], [("2022-08-01", "2022-08-31")])
    ('2022-08-31', '2022-08-01', '0001-01-01', '9999-12-31')
    """
    evidence = [*begins, *ends, *moments]
    certain_from = min(days[1] for days in evidence)
    certain_until = max(days[0] for days in evidence)
    if point:
        return (
            certain_from,
            certain_until,
            min(days[0] for days in evidence),
            max(days[1] for days in evidence),
        )
    possible_from = min((days[0] for days in begins), default=OPEN_START)
    possible_until = max((days[1] for days in ends), default=OPEN_END)
    return certain_from, certain_until, possible_from, possible_until
