"""What sources claim beside what the graph holds, by region and language, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heritagekg.engine.protocol import Engine
    from heritagekg.engine.results import Table
    from heritagekg.queries import QueryCatalogue

# Part of the report -> the named query that is it, and its heading.
PARTS = {
    "claims": ("coverage/claims", "Claimed and held"),
    "regions": ("coverage/regions", "By region"),
    "languages": ("coverage/languages", "Names in the languages of the country"),
    "gaps": ("coverage/gaps", "Not known here"),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the world the graph covers; each part is the answer of a named query.

    Attributes
    ----------
    claims
        Figures that sources give (`claimed`, `asOf`, `source`) and the number of the same kind in
        the graph (`held`).
    regions
        Countries, committees, museums, alliances, conferences and people by region.
    languages
        Bodies, and those with a name in a language, and the script, of their own country.
    gaps
        For each kind of body and thing wanted of it, of how many it is `known` and `unknown`.
    """

    claims: Table
    regions: Table
    languages: Table
    gaps: Table

    def __iter__(self) -> Iterator[tuple[str, Table]]:
        """Yield heading and table of each part."""
        for part, (_, heading) in PARTS.items():
            yield heading, getattr(self, part)


def cover(engine: Engine, queries: QueryCatalogue) -> Coverage:
    """Return the coverage of the graph that *engine* asks.

    Examples
    --------
    >>> from heritagekg.graph import open_graph
    >>> kg = open_graph()
    >>> report = cover(kg.engine, kg.queries)
    >>> sum(row.committees for row in report.regions) >= 100
    True
    """
    answers = {
        part: queries[name].run(engine, queries[name].bindings({}))
        for part, (name, _) in PARTS.items()
    }
    return Coverage(**answers)  # type: ignore[arg-type]
