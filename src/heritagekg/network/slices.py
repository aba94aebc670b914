"""The part of a view that holds at a date or in a span of time, certainly or possibly."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from heritagekg.dates import OPEN_END, OPEN_START, days_of
from heritagekg.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow


# Parameters of views that a window of time binds.
TIMES = ("at", "from", "until")


class Window(NamedTuple):
    """A span of days, both ends in it; without ends it is all time."""

    since: datetime.date = datetime.date.fromisoformat(OPEN_START)
    until: datetime.date = datetime.date.fromisoformat(OPEN_END)


def window(
    at: str | datetime.date | None = None,
    since: str | datetime.date | None = None,
    until: str | datetime.date | None = None,
) -> Window:
    """Return the span of days that is asked about: one day, or from a date to another.

    Parameters
    ----------
    at
        One day.
    since, until
        The first and the last date; a month or a year stands for all its days.

    Raises
    ------
    BadParameter
        If a date is none, the span ends before it begins, or both a day and a span are given.

    Examples
    --------
    >>> window(since="2004", until="2008-02")
    Window(since=datetime.date(2004, 1, 1), until=datetime.date(2008, 2, 29))
    >>> window(at="2022-02-30")
    Traceback (most recent call last):
    ...
    heritagekg.errors.BadParameter: 'at' is '2022-02-30'; it takes a date such as 2022-08-25
    """
    if at is not None and (since is not None or until is not None):
        raise BadParameter("'at' asks about one day, 'from' and 'until' about a span; give one")
    if at is not None:
        day, last = _days("at", at)
        if day != last:
            raise BadParameter(
                f"'at' is {str(at)!r}; it takes a day such as 2022-08-25. For all its days: "
                f"from {at} until {at}"
            )
        return Window(day, day)
    asked = Window(
        _days("from", since)[0] if since is not None else Window().since,
        _days("until", until)[1] if until is not None else Window().until,
    )
    if asked.until < asked.since:
        raise BadParameter(f"the span from {since} until {until} ends before it begins")
    return asked


def _days(name: str, value: str | datetime.date) -> tuple[datetime.date, datetime.date]:
    days = days_of(value.isoformat()[:10] if isinstance(value, datetime.date) else str(value))
    if days is None:
        raise BadParameter(f"{name!r} is {value!r}; it takes a date such as 2022-08-25")
    return datetime.date.fromisoformat(days[0]), datetime.date.fromisoformat(days[1])


def slice_edges(edges: pyarrow.Table, asked: Window, *, certain: bool = False) -> pyarrow.Table:
    """Return the edges that hold on some day of *asked*, and whether that is certain.

    An edge possibly holds there unless a stated beginning or end rules it out. It certainly does
    when it was known to hold on a day before the window's end and on one after its beginning:
    what held at two moments held between them. (So an edge that one source attests for "2008"
    holds certainly in the window of that year, and possibly on each of its days.)

    Parameters
    ----------
    edges
        An edge table of a view; it is not changed.
    asked
        The window of days.
    certain
        Keep the certain edges only.

    Returns
    -------
    pyarrow.Table
        The edges in their order, with the column `certainty` set for this window.
    """
    import pyarrow
    import pyarrow.compute as pc

    first, last = (datetime.date.fromisoformat(day) for day in (OPEN_START, OPEN_END))
    possibly = pc.and_(
        pc.less_equal(pc.fill_null(edges["start"], first), asked.until),
        pc.greater_equal(pc.fill_null(edges["end"], last), asked.since),
    )
    certainly = pc.and_(
        pc.less_equal(pc.fill_null(edges["certain_from"], last), asked.until),
        pc.greater_equal(pc.fill_null(edges["certain_until"], first), asked.since),
    )
    certainty = pc.if_else(certainly, "certain", "possible").cast(pyarrow.string())
    place = edges.schema.get_field_index("certainty")
    marked = edges.set_column(place, edges.schema.field(place), certainty)
    return marked.filter(pc.and_(possibly, certainly) if certain else possibly)
