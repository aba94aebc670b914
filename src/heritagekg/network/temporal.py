"""Networks over time: slices, what changed between two days, and measures of every slice."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from heritagekg.errors import BadParameter, did_you_mean
from heritagekg.network import tables
from heritagekg.network.conversions import components
from heritagekg.network.measures import MEASURES, measure
from heritagekg.network.slices import Window, window

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.network.views import Ties, View

SPANS = {"year": 1, "decade": 10}
# One slice a year since the year 1 would be no use to anybody.
MOST_SLICES = 1000
# Measures that give each node a number which can be followed over time.
NODE_MEASURES = ("degree", "strength", "core", "betweenness", "pagerank", "brokerage")
_BOUNDS = ("start", "end", "certain_from", "certain_until")


class Change(NamedTuple):
    """What changed between two days: a view whose edges say so, and how many of each there are."""

    view: View
    born: int
    ended: int
    kept: int


def windows(
    ties: Ties, by: str = "year", *, since: str | None = None, until: str | None = None
) -> list[tuple[str, Window]]:
    """Return the years or decades of *ties*, each with its name and its first and last day.

    Parameters
    ----------
    ties
        The ties of a view (`heritagekg.network.views.open_ties`).
    by
        `year` or `decade`.
    since, until
        The first and last date; without them the first and last that any tie's time names.

    Raises
    ------
    BadParameter
        If *by* is neither, a date is none, there are none, or there would be too many slices.
    """
    if by not in SPANS:
        raise BadParameter(f"no slices by {by!r}{did_you_mean(by, SPANS)}; it takes year or decade")
    asked = window(None, since, until)
    first, last = _span(ties)
    if asked.since != Window().since or first is None:
        first = asked.since
    if asked.until != Window().until or last is None:
        last = asked.until
    if first == Window().since or last == Window().until:
        raise BadParameter("no tie of this view names a date; give 'from' and 'until'")
    step = SPANS[by]
    years = range(first.year - first.year % step, last.year + 1, step)
    if len(years) > MOST_SLICES:
        raise BadParameter(f"{len(years)} slices are too many; ask for decades or a shorter span")
    found = []
    for year in years:
        days = Window(datetime.date(year, 1, 1), datetime.date(year + step - 1, 12, 31))
        days = Window(max(days.since, asked.since), min(days.until, asked.until))
        found.append((str(year) if step == 1 else f"{year}s", days))
    return found


def _span(ties: Ties) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the first and the last day that the time of any tie names."""
    import pyarrow.compute as pc

    ends = [pc.min_max(ties.edges.table[name]).as_py() for name in _BOUNDS]
    days = [end[key] for end in ends for key in ("min", "max") if end[key] is not None]
    return min(days, default=None), max(days, default=None)


def change(
    ties: Ties, before: str | datetime.date, after: str | datetime.date, *, certain: bool = False
) -> Change:
    """Return the network of two days in one, each edge marked as born, ended or kept.

    An edge is the same on both days when its ends, its kind and its statement are; one of a
    projection when its ends are. One that lasts has its weight of the later day.

    Raises
    ------
    BadParameter
        If a date is no day, or the second does not come after the first.
    """
    import pyarrow
    import pyarrow.compute as pc

    days = [window(at=day) for day in (before, after)]
    if days[1].since <= days[0].since:
        raise BadParameter(f"the change from {before} to {after}: the second day is not later")
    old, new = (ties.sliced(day, certain=certain) for day in days)
    was, now = keys(old), keys(new)
    ended = old.filter(pc.invert(pc.is_in(was, now)))
    kept = pc.is_in(now, was)
    words = pc.if_else(kept, "kept", "born")
    marked = pyarrow.concat_tables(
        [
            new.append_column("change", words.cast(pyarrow.string())),
            ended.append_column("change", pyarrow.repeat("ended", ended.num_rows)),
        ]
    )
    edges = tables.used(ties.edges._replace(table=marked))
    given = {"change": f"{days[0].since}/{days[1].since}"} | (
        {"certain": "true"} if certain else {}
    )
    lasting = int(pc.sum(kept).as_py() or 0)
    view = ties.view_of(edges, given)
    return Change(view, new.num_rows - lasting, ended.num_rows, lasting)


def keys(edges: pyarrow.Table) -> Any:
    """Return for each edge the text by which it is known again in another slice."""
    import pyarrow
    import pyarrow.compute as pc

    text = pyarrow.string()
    names = ["source", "target"]
    # The statements behind an edge of a projection change with what is shared.
    names += [] if "shared" in edges.column_names else ["kind", "fact"]
    parts = [pc.fill_null(edges[name].cast(text), "") for name in names]
    return pc.binary_join_element_wise(*parts, " ")


def evolution(
    ties: Ties, slices: Sequence[tuple[str, Window]], *, certain: bool = False
) -> pyarrow.Table:
    """Return a row for each slice: its size, and what became of the ties of the one before.

    Returns
    -------
    pyarrow.Table
        slice, nodes, edges, components, born, ended, kept (edges, against the slice before),
        growth (of edges, against that), turnover (the share of the edges of both slices that one
        of them has not), persistence (Jaccard's index: kept edges by those in either). The last
        three are null where there is nothing to compare with.
    """
    import pyarrow

    rows: list[dict[str, Any]] = []
    was: set[str] | None = None
    for name, asked in slices:
        table = ties.sliced(asked, certain=certain)
        now = set(keys(table).to_pylist())
        edges = tables.used(ties.edges._replace(table=table))
        row: dict[str, Any] = {"slice": name, "nodes": len(edges.iris), "edges": table.num_rows}
        row |= {"components": components(edges.table, len(edges.iris))}
        rows.append(row | _compared(was, now))
        was = now
    numbers = {name: pyarrow.int64() for name in _NUMBERS}
    shares = {name: pyarrow.float64() for name in ("growth", "turnover", "persistence")}
    fields = {"slice": pyarrow.string()} | numbers | shares
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))


_NUMBERS = ("nodes", "edges", "components", "born", "ended", "kept")


def _compared(was: set[str] | None, now: set[str]) -> dict[str, Any]:
    if was is None:
        return {}
    kept, either = len(was & now), len(was | now)
    changed = either - kept
    return {
        "born": len(now - was),
        "ended": len(was - now),
        "kept": kept,
        "growth": len(now) / len(was) - 1 if was else None,
        "turnover": changed / (len(was) + len(now)) if either else None,
        "persistence": kept / either if either else None,
    }


def centrality(
    ties: Ties,
    slices: Sequence[tuple[str, Window]],
    name: str = "degree",
    *,
    top: int = 10,
    certain: bool = False,
) -> pyarrow.Table:
    """Return a measure of the most central nodes in each slice.

    Parameters
    ----------
    ties, slices
        The ties of a view, and `windows` of them.
    name
        One of `NODE_MEASURES`.
    top
        How many nodes to follow: those whose highest value over all slices is highest.
    certain
        Whether only what certainly held counts.

    Returns
    -------
    pyarrow.Table
        slice, measure, id, label, value: a row for each node in each slice, 0 where it is not in
        the slice; nodes by falling highest value, then slices in their order.
    """
    import pyarrow

    if name not in NODE_MEASURES:
        raise BadParameter(
            f"{name!r} gives no number that can be followed over time"
            f"{did_you_mean(name, NODE_MEASURES)}; it takes {', '.join(NODE_MEASURES)}"
            if name in MEASURES
            else f"no measure {name!r}{did_you_mean(name, MEASURES)}"
        )
    values: dict[str, dict[str, float]] = {}
    labels: dict[str, str] = {}
    for title, view in ties.views(slices, certain=certain):
        if not view.nodes.num_rows:
            continue
        nodes = measure(view, [name]).view.nodes
        for node, label, value in zip(
            *(nodes[column].to_pylist() for column in ("id", "label", name)), strict=True
        ):
            labels[node] = label
            values.setdefault(node, {})[title] = float(value)
    best = sorted(values, key=lambda node: (-max(values[node].values()), node))[:top]
    rows = [
        {
            "slice": title,
            "measure": name,
            "id": node,
            "label": labels[node],
            "value": values[node].get(title, 0.0),
        }
        for node in best
        for title, _ in slices
    ]
    fields = dict.fromkeys(("slice", "measure", "id", "label"), pyarrow.string())
    schema = pyarrow.schema(fields | {"value": pyarrow.float64()})
    return pyarrow.Table.from_pylist(rows, schema=schema)


def merge(edges: Sequence[pyarrow.Table]) -> pyarrow.Table:
    """Return the edges of several slices of one view as one table, each once.

    An edge is certain where it is in any of the slices. The codes of the nodes must be the same.

    Examples
    --------
    >>> import pyarrow
    >>> one = {"source": 0, "target": 1, "certainty": "possible"}
    >>> tables = [pyarrow.Table.from_pylist([one]), pyarrow.Table.from_pylist([one])]
    >>> merge(tables).num_rows
    1
    """
    import numpy as np
    import pyarrow

    table = pyarrow.concat_tables(edges)
    rest = [name for name in table.column_names if name != "certainty"]
    numbered = table.append_column("row", pyarrow.array(np.arange(table.num_rows)))
    grouped = numbered.group_by(rest, use_threads=False).aggregate(
        [("certainty", "min"), ("row", "min")]
    )
    grouped = grouped.sort_by("row_min")
    merged = table.take(grouped["row_min"])
    place = merged.column_names.index("certainty")
    return merged.set_column(place, "certainty", grouped["certainty_min"])
