"""The network around one thing: its ties, then those of what it is tied to, as deep as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from heritagekg.engine.bindings import restrict
from heritagekg.engine.results import Table
from heritagekg.errors import BadParameter
from heritagekg.network import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heritagekg.engine.protocol import Engine, Term
    from heritagekg.queries import NamedQuery

MOST_NODES = 20_000
_DEEPEST = 10


def depth_of(said: Any) -> int:
    """Return *said* as a depth.

    Raises
    ------
    BadParameter
        If it is no whole number from 1 to 10.

    Examples
    --------
    >>> depth_of("2")
    2
    """
    if not str(said).isdecimal() or not 1 <= int(said) <= _DEEPEST:
        raise BadParameter(f"'depth' is {said!r}; it takes a whole number from 1 to {_DEEPEST}")
    return int(said)


def read_edges(
    engine: Engine,
    query: NamedQuery,
    bound: Mapping[str, Term],
    depth: int,
    *,
    timeout: float | None = None,
    most_nodes: int = MOST_NODES,
) -> tables.Edges:
    """Return every edge between things no more than *depth* ties away from the `entity`.

    Each step is one question about the things that the step before has reached; the last asks
    how the outermost are tied among themselves.

    Raises
    ------
    BadParameter
        If no entity is given, or more than *most_nodes* things are reached.
    """
    import pyarrow
    import pyarrow.compute as pc

    rest = dict(bound)
    entity = rest.pop("entity", None)
    if entity is None:
        raise BadParameter(
            f"network view {query.name!r} needs 'entity', the thing in the middle: an IRI, a "
            "CURIE such as committee:az, or a label"
        )
    reached = {entity.value}
    frontier = {entity.value}
    steps: list[tables.Edges] = []
    for step in range(depth + 1):
        found = _step(engine, query, rest, sorted(frontier), timeout)
        steps += found
        ends = {iri for edges in found for iri in edges.iris.to_pylist()}
        frontier = ends - reached
        if step < depth:
            reached |= frontier
        if len(reached) > most_nodes:
            raise BadParameter(
                f"{tables.name_of(entity)} reaches {len(reached):,} things within {step + 1} "
                f"ties, more than {most_nodes:,}; ask for a smaller depth"
            )
    merged = _merged(steps)
    inside = pc.is_in(merged.iris, pyarrow.array(sorted(reached), pyarrow.string()))
    kept = pc.and_(*(inside.take(merged.table[name]) for name in ("source", "target")))
    return tables.used(merged._replace(table=merged.table.filter(kept)))


def _step(
    engine: Engine,
    query: NamedQuery,
    bound: Mapping[str, Term],
    frontier: list[str],
    timeout: float | None,
) -> list[tables.Edges]:
    """Return the ties of all things in *frontier*, asked a thousand at a time."""
    found = []
    for start in range(0, len(frontier), tables.AT_ONCE):
        asked = [ox.NamedNode(iri) for iri in frontier[start : start + tables.AT_ONCE]]
        text = restrict(query.text, "entity", asked)
        answer = query._replace(text=text).run(engine, bound, timeout=timeout)
        assert isinstance(answer, Table)
        found.append(tables.read_edges(answer))
    return found


def _merged(steps: list[tables.Edges]) -> tables.Edges:
    """Return the edges of all steps, each once: a tie is found from both its ends."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    iris = pyarrow.array(sorted({i for step in steps for i in step.iris.to_pylist()}))
    parts = []
    for step in steps:
        codes = pc.index_in(step.iris, iris)
        table = step.table
        for index, name in enumerate(("source", "target")):
            table = table.set_column(index, name, codes.take(table[name]))
        parts.append(table)
    table = pyarrow.concat_tables(parts)
    keys = ["source", "target", "kind", "fact"]
    numbered = table.select(keys).append_column("row", pyarrow.array(np.arange(table.num_rows)))
    rows = numbered.group_by(keys, use_threads=False).aggregate([("row", "min")])["row_min"]
    table = table.take(rows).sort_by([(key, "ascending") for key in keys])
    return tables.Edges(table, iris.cast(pyarrow.string()), sum(step.left_out for step in steps))
