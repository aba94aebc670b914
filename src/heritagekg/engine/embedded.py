"""The embedded engine: pyoxigraph over a stored or in-memory dataset, in this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from heritagekg.engine.bindings import bind, guard, inspect
from heritagekg.engine.protocol import Bindings
from heritagekg.engine.results import Quads, Table
from heritagekg.errors import QueryError, QuerySyntaxError
from heritagekg.terms import PREFIXES

if TYPE_CHECKING:
    from heritagekg.engine.workers import WorkerPool

T = TypeVar("T")


class Embedded:
    """An `Engine` over a pyoxigraph store.

    The store's default graph holds the merge of all its named graphs, so that a query without
    GRAPH asks everything. Prefixes of heritagekg need not be declared.

    Parameters
    ----------
    store
        The store to ask; it is never written.
    path
        The folder the store was opened from (read-only). Time limits need it: a query in this
        process cannot be stopped, so one with a limit runs in a worker process on that folder.

    Examples
    --------
    >>> engine = Embedded(ox.Store())
    >>> engine.ask("ASK { VALUES ?x { 1 2 } FILTER(?x = $y) }", {"y": ox.Literal(2)})
    True
    """

    def __init__(self, store: ox.Store, path: Path | None = None) -> None:
        self.store = store
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Embedded:
        """Return the engine over the store that was built in *path*, opened read-only."""
        return cls(ox.Store.read_only(str(path)), path)

    @cached_property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        return frozenset(graph.value for graph in self.store.named_graphs())

    def select(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> Table:
        """Return the solutions of a SELECT query."""
        text = self._prepare(query, bindings, "select")
        if timeout is not None:
            answer = self._workers.run(text, "json", timeout)
            return Table(lambda: ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON))
        return Table(lambda: self._run(text))

    def ask(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> bool:
        """Return the answer of an ASK query."""
        text = self._prepare(query, bindings, "ask")
        if timeout is not None:
            answer = self._workers.run(text, "json", timeout)
            return bool(ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON))
        return bool(self._run(text))

    def construct(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> Quads:
        """Return the triples of a CONSTRUCT or DESCRIBE query."""
        text = self._prepare(query, bindings, "construct", "describe")
        if timeout is not None:
            answer = self._workers.run(text, "nt", timeout)
            parsed = ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)
            return Quads([ox.Triple(q.subject, q.predicate, q.object) for q in parsed])
        triples = self._run(text)
        assert isinstance(triples, ox.QueryTriples)
        return Quads(list(triples))

    @cached_property
    def _workers(self) -> WorkerPool:
        from heritagekg.engine.workers import WorkerPool

        if self.path is None:
            raise QueryError("a time limit needs a graph stored on disk; this one is in memory")
        return WorkerPool(self.path, size=1)

    def _prepare(self, query: str, bindings: Bindings | None, *forms: str) -> str:
        # Binding puts terms into the text, never syntax, so the query can be judged as it came.
        seen = inspect(query)
        guard(query, self.graphs if seen.graphs else None)
        if seen.form not in forms:
            raise QueryError(
                f"this is {_an(seen.form)} query, not {' or '.join(map(_an, forms))} query"
            )
        return bind(query, bindings or {})

    def _run(self, text: str) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
        return translated(lambda: self.store.query(text, prefixes=PREFIXES))


def translated(run: Callable[[], T]) -> T:
    """Return what *run* returns; pyoxigraph's syntax errors become `QuerySyntaxError`."""
    try:
        return run()
    except SyntaxError as error:
        message = str(error.msg).removeprefix("error at ")
        place, _, expected = message.partition(": ")
        line, _, column = place.partition(":")
        if line.isdigit() and column.isdigit():
            # The list of what the parser expected ends in pages of character ranges.
            short = ", ".join(part for part in expected.split(", ") if "'" not in part)
            raise QuerySyntaxError(f"line {line}, column {column}: {short or expected}") from None
        raise QuerySyntaxError(message) from None


def _an(form: str) -> str:
    return f"{'an' if form == 'ask' else 'a'} {form.upper()}"
