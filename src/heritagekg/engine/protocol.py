"""The one door to a SPARQL store: what an engine is asked and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

import pyoxigraph as ox

if TYPE_CHECKING:
    from heritagekg.engine.results import Quads, Table

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Bindings: TypeAlias = Mapping[str, Term]


class Engine(Protocol):
    """Something that answers SPARQL 1.1 queries about one dataset.

    Every method takes the query text, *bindings* that fix variables of the query to terms
    (`heritagekg.engine.bindings.bind`), and *timeout*, the seconds after which `QueryTimeout`
    is raised (None: wait). A query that does not parse raises `QuerySyntaxError`.
    """

    def select(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> Table:
        """Return the solutions of a SELECT query."""
        ...

    def ask(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> bool:
        """Return the answer of an ASK query."""
        ...

    def construct(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> Quads:
        """Return the triples of a CONSTRUCT or DESCRIBE query."""
        ...
