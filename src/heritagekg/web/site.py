"""What every page and the endpoint share: the graph, its workers, the limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heritagekg.engine.bindings import bind, guard
from heritagekg.engine.embedded import Embedded
from heritagekg.engine.workers import Request, WorkerPool
from heritagekg.errors import WorkspaceError
from heritagekg.web.served import described
from heritagekg.workspace import GRAPHS

if TYPE_CHECKING:
    from heritagekg.engine.capped import Outcome
    from heritagekg.engine.protocol import Bindings
    from heritagekg.graph import KnowledgeGraph


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a query may go.

    Attributes
    ----------
    timeout
        Seconds a query may run.
    max_rows, max_bytes
        Where its answer is cut.
    max_request
        The most bytes of a request's body.
    services
        The endpoints that SERVICE may call.
    """

    timeout: float = 10.0
    max_rows: int = 100_000
    max_bytes: int = 64 << 20
    max_request: int = 1 << 20
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A graph that is being served; *served* holds its description too, and the workers ask it."""

    kg: KnowledgeGraph
    pool: WorkerPool
    limits: Limits
    graphs: frozenset[str]
    served: Embedded

    @classmethod
    def of(cls, kg: KnowledgeGraph, workers: int, limits: Limits, memory: int) -> Site:
        """Return the site that serves *kg* with *workers* long-running queries at a time.

        Raises
        ------
        WorkspaceError
            If the graph is not stored on disk, where worker processes could open it.
        """
        engine = kg.engine
        if not isinstance(engine, Embedded) or engine.path is None:
            raise WorkspaceError(
                "only a workspace can be served: its stored build is what the workers open; "
                "an endpoint or single files cannot"
            )
        served = described(kg)
        assert served.path is not None
        pool = WorkerPool(
            served.path, workers, memory=memory, patience=max(30.0, 3 * limits.timeout)
        )
        return cls(kg, pool, limits, served.graphs, served)

    @property
    def edition(self) -> str:
        """What answers depend on: the data, and the named queries that their description tells."""
        assert self.served.path is not None
        return f"{self.kg.version} {self.served.path.parent.name}"

    def request(
        self, query: str, form: str, *, max_rows: int | None = None, **dataset: Any
    ) -> Request:
        """Return *query* as a request within the limits of this site."""
        limits = self.limits
        rows = min(max_rows or limits.max_rows, limits.max_rows)
        return Request(
            query,
            form,
            limits.timeout,
            rows,
            limits.max_bytes,
            base_iri=GRAPHS,
            services=limits.services,
            **dataset,
        )

    async def fetch(
        self, query: str, form: str, client: str, *, max_rows: int | None = None
    ) -> tuple[bytes, Outcome]:
        """Return the answer to *query*, whole, for a page.

        Raises
        ------
        HeritageKGError
            If the query is refused, is no SPARQL, or takes too long.
        """
        guard(query, self.graphs, self.limits.services)
        answer = self.pool.stream(self.request(query, form, max_rows=max_rows), client=client)
        content = b"".join([chunk async for chunk in answer.chunks()])
        outcome = answer.job.outcome
        assert outcome is not None
        return content, outcome

    async def solutions(
        self,
        query: str,
        client: str,
        bindings: Bindings | None = None,
        *,
        max_rows: int | None = None,
    ) -> tuple[dict[str, Any], Outcome]:
        """Return the SPARQL JSON results of *query* as Python data."""
        content, outcome = await self.fetch(
            bind(query, bindings or {}), "json", client, max_rows=max_rows
        )
        results: Mapping[str, Any] = json.loads(content)
        return dict(results), outcome
