"""Network views: a named query below `queries/networks/` as nodes and edges."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heritagekg.engine.results import Table
from heritagekg.errors import BadParameter, UnknownName, WorkspaceError, did_you_mean
from heritagekg.network import conversions, ego, slices, tables
from heritagekg.network.project import MOST_PAIRS, OTHER, WEIGHTS, project

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    import igraph
    import networkx
    import pandas
    import polars
    import pyarrow
    import scipy.sparse

    from heritagekg.graph import KnowledgeGraph
    from heritagekg.network.slices import Window
    from heritagekg.queries import NamedQuery, QueryCatalogue

FOLDER = "networks/"
NODES = FOLDER + "nodes"
LICENSE = "CC0-1.0 https://creativecommons.org/publicdomain/zero/1.0/"
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class View:
    """A network: which query and data it comes from, its nodes and its edges.

    Attributes
    ----------
    name, query
        The view's name, such as `tenure`, and the SPARQL text that was asked.
    parameters
        What it was asked with, by name, as text.
    nodes, edges
        The tables (`heritagekg.network.tables`), nodes by integer code.
    directed, multi
        Whether edges have a direction, and whether two nodes may have several.
    metadata
        title, description, view, query, parameters (JSON), version of the data, date, license,
        citation, generator: what every export carries.
    left_out
        How many answers were left out, since a literal cannot be a node.
    documents
        The title and the web address (or "") of each document that an edge names, by CURIE.
    """

    name: str
    query: str
    parameters: Mapping[str, str]
    nodes: pyarrow.Table
    edges: pyarrow.Table
    directed: bool = True
    multi: bool = True
    metadata: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
    documents: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The view's name, what it was asked with, and its size, in a line."""
        asked = "".join(f" {name}={value}" for name, value in self.parameters.items())
        size = (
            f"{_count(self.nodes.num_rows, 'node')}, {_count(self.edges.num_rows, 'edge')}, "
            f"{_count(self.components, 'component')}"
        )
        lost = f", {self.left_out} answers without two things left out" if self.left_out else ""
        return f"{self.name}{asked}: {size}{lost}"

    @property
    def components(self) -> int:
        """The number of parts that no edge ties to each other, whatever its direction."""
        return conversions.components(self.edges, self.nodes.num_rows)

    def measured(self, *names: str) -> View:
        """Return the view with measures as columns of its nodes (`network.measures.measure`)."""
        from heritagekg.network.measures import measure

        return measure(self, names).view

    def write(self, path: str | os.PathLike[str]) -> list[str]:
        """Write the view to *path* (`network.writing.write`); say what its format cannot carry."""
        from heritagekg.network.writing import write

        return write(self, path)

    def to_networkx(self) -> networkx.Graph[Any]:
        """Return a networkx graph of the view's kind: MultiDiGraph, DiGraph, MultiGraph or Graph.

        Nodes are CURIEs. Attributes are texts, numbers and ISO dates; what is not known is left
        out, and a node's label in a language is `label_az`. In a multigraph the fact is the
        edge's key.
        """
        return conversions.to_networkx(self)

    def to_igraph(self) -> igraph.Graph:
        """Return an igraph graph (extra `heritagekg[igraph]`); nodes are named by CURIE."""
        return conversions.to_igraph(self)

    def to_csr(self) -> scipy.sparse.csr_array[Any]:
        """Return the adjacency matrix by node code; parallel edges add their weights.

        Without directions it is symmetric.
        """
        return conversions.to_csr(self)

    def to_pyg(self) -> dict[str, Any]:
        """Return arrays as PyTorch Geometric's `Data` takes them, made by numpy alone.

        See `heritagekg.network.conversions.to_pyg`.
        """
        return conversions.to_pyg(self)

    def to_pandas(self) -> tuple[pandas.DataFrame, pandas.DataFrame]:
        """Return nodes and edges as data frames (extra `heritagekg[pandas]`)."""
        return conversions.to_pandas(self)

    def to_polars(self) -> tuple[polars.DataFrame, polars.DataFrame]:
        """Return nodes and edges as data frames (extra `heritagekg[polars]`)."""
        return conversions.to_polars(self)


@dataclass(frozen=True)
class Ties:
    """All ties in the answer to a view's query: the networks of any day are made from them.

    Attributes
    ----------
    kg
        The graph that was asked.
    query
        The view's query.
    edges
        Its answer, not yet projected.
    parameters
        What it was asked with, by name, as text.
    keep
        The side of a bipartite view that a projection keeps; None for one that is shown as it is.
    weight, most_pairs, most_shared
        How to project (`heritagekg.network.project.project`).
    """

    kg: KnowledgeGraph
    query: NamedQuery
    edges: tables.Edges
    parameters: Mapping[str, str]
    keep: str | None = None
    weight: str = "count"
    most_pairs: int = MOST_PAIRS
    most_shared: int | None = None

    def sliced(self, asked: Window | None = None, *, certain: bool = False) -> pyarrow.Table:
        """Return the edges of a window of time, projected where the view is."""
        table = slices.slice_edges(self.edges.table, asked or slices.Window(), certain=certain)
        if self.keep is None:
            return table
        return project(
            table,
            self.names,
            self.keep,
            self.weight,
            most_pairs=self.most_pairs,
            most_shared=self.most_shared,
        )

    def within(self, asked: Window | None = None, *, certain: bool = False) -> tables.Edges:
        """Return the edges of a window of time between those nodes that they tie."""
        return tables.used(self.edges._replace(table=self.sliced(asked, certain=certain)))

    def view(
        self,
        asked: Window | None = None,
        *,
        certain: bool = False,
        given: Mapping[str, str] = MappingProxyType({}),
    ) -> View:
        """Return the network of a window of time; *given* says how that was asked for."""
        return self.view_of(self.within(asked, certain=certain), given)

    def view_of(self, edges: tables.Edges, given: Mapping[str, str]) -> View:
        """Return the network of *edges* with what the graph says of their nodes."""
        nodes = tables.read_nodes(self.kg.engine, self._nodes, edges.iris)
        documents = tables.read_documents(self.kg.engine, edges.table)
        return self._view(edges, nodes, given, documents)

    def views(
        self, windows: Iterable[tuple[str, Window]], *, certain: bool = False
    ) -> Iterator[tuple[str, View]]:
        """Return the network of each of *windows*, by its name, with the nodes asked for once."""
        import pyarrow
        import pyarrow.compute as pc

        for name, asked in windows:
            edges = self.within(asked, certain=certain)
            nodes = self.nodes.take(pc.index_in(edges.iris, self.edges.iris))
            codes = pyarrow.array(range(nodes.num_rows), pyarrow.int32())
            nodes = nodes.set_column(0, "code", codes)
            given = {"from": str(asked.since), "until": str(asked.until)}
            yield name, self._view(edges, nodes, given, self.documents)

    @cached_property
    def names(self) -> pyarrow.Array:
        """The CURIE of every node."""
        import pyarrow.compute as pc

        iris = self.edges.iris
        return tables.names_of(pc.binary_join_element_wise("<", iris, ">", ""))

    @cached_property
    def nodes(self) -> pyarrow.Table:
        """The table of every node, of all time and on both sides."""
        return tables.read_nodes(self.kg.engine, self._nodes, self.edges.iris)

    @cached_property
    def documents(self) -> dict[str, tuple[str, str]]:
        """The title and web address of every document, by CURIE."""
        return tables.read_documents(self.kg.engine, self.edges.table)

    def metadata(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return what every export carries; *given* says how a time was asked for."""
        return _metadata(self.kg.version, self.query, {**given, **self.parameters})

    @property
    def is_directed(self) -> bool:
        """Whether the header says that the network's edges have a direction."""
        return _is_said(self.query, "directed")

    @property
    def _nodes(self) -> str:
        name = str(self.query.extra["network"].get("nodes", NODES))
        if name not in self.kg.queries:
            raise WorkspaceError(
                f"query {self.query.name!r}: there is no query {name!r} for its nodes"
            )
        return self.kg.queries[name].text

    def _view(
        self,
        edges: tables.Edges,
        nodes: pyarrow.Table,
        given: Mapping[str, str],
        documents: Mapping[str, tuple[str, str]],
    ) -> View:
        asked = {**given, **self.parameters}
        view = View(
            self.query.name.removeprefix(FOLDER),
            self.query.text,
            asked,
            nodes,
            edges.table,
            self.is_directed,
            _is_said(self.query, "multi"),
            self.metadata(given),
            edges.left_out,
            documents,
        )
        _check_single(view)
        return view


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def network_views(queries: QueryCatalogue) -> dict[str, NamedQuery]:
    """Return the network views among *queries*, by name without the folder."""
    found = (name for name in sorted(queries) if name.startswith(FOLDER))
    views = {name.removeprefix(FOLDER): queries[name] for name in found}
    return {name: query for name, query in views.items() if not _is_of_nodes(query)}


def _is_of_nodes(query: NamedQuery) -> bool:
    said = query.extra.get("network")
    return isinstance(said, dict) and said.get("kind") == "nodes"


def find_view(queries: QueryCatalogue, name: str) -> NamedQuery:
    """Return the query of the view called *name*.

    Raises
    ------
    UnknownName
        If there is none; the message names the closest.
    WorkspaceError
        If its header does not say what network it is.
    """
    plain = name.removeprefix(FOLDER)
    if FOLDER + plain not in queries or _is_of_nodes(queries[FOLDER + plain]):
        known = network_views(queries)
        hint = did_you_mean(plain, known) or f"; there are: {', '.join(known) or 'none'}"
        raise UnknownName(f"no network view named {name!r}{hint}")
    query = queries[FOLDER + plain]
    said = query.extra.get("network")
    if isinstance(said, dict) and said.get("kind") in ("edges", "ego"):
        return query
    if isinstance(said, dict) and said.get("kind") == "bipartite":
        if said.get("keep") in OTHER and said.get("weight", "count") in WEIGHTS:
            return query
        raise WorkspaceError(
            f"query {query.name!r}: its header does not say what is kept, such as "
            f"`network: {{kind: bipartite, keep: source}}`; weight: is one of {', '.join(WEIGHTS)}"
        )
    raise WorkspaceError(
        f"query {query.name!r}: its header says no "
        "`network: {kind: edges, directed: true, multi: true}`"
    )


def open_view(
    kg: KnowledgeGraph,
    name: str,
    /,
    *,
    at: str | datetime.date | None = None,
    since: str | datetime.date | None = None,
    until: str | datetime.date | None = None,
    certain: bool = False,
    **options: Any,
) -> View:
    """Return a network view of *kg*, whole or the part that holds at a time.

    Parameters
    ----------
    kg
        The graph that is asked.
    name
        A file below `queries/networks/`, without ending: `tenure`.
    at
        Only edges that hold on this day.
    since, until
        Only edges that hold on some day from the one to the other; a month or a year stands for
        all its days.
    certain
        Only edges that certainly hold then; else also those that possibly do.
    **options
        As `open_ties` takes them: timeout, depth, weight, most_pairs, most_shared, and values for
        the parameters that the view's query declares.

    Raises
    ------
    UnknownName, BadParameter
        If there is no such view, parameter, or date.
    WorkspaceError
        If the query or its header does not make the network that the header says.

    Examples
    --------
    >>> import heritagekg
    >>> open_view(heritagekg.open(), "tenur")
    Traceback (most recent call last):
    ...
    heritagekg.errors.UnknownName: no network view named 'tenur'; did you mean 'tenure'?
    """
    asked = slices.window(at, since, until)
    ties = open_ties(kg, name, asked=asked, **options)
    times = {"at": at, "from": since, "until": until, "certain": "true" if certain else None}
    given = {name: str(value) for name, value in times.items() if value is not None}
    return ties.view(asked, certain=certain, given=given)


def open_ties(
    kg: KnowledgeGraph,
    name: str,
    /,
    *,
    asked: Window | None = None,
    timeout: float | None = None,
    depth: int | None = None,
    weight: str | None = None,
    most_pairs: int = MOST_PAIRS,
    most_shared: int | None = None,
    **parameters: object,
) -> Ties:
    """Return the ties of a network view of *kg*, from which the networks of any day are made.

    Parameters
    ----------
    kg, name
        As in `open_view`.
    asked
        The window of time outside of which no tie is needed.
    timeout
        Seconds after which the query is stopped; None waits for it.
    depth
        How many ties away from its `entity` an ego network goes; 1 where the header says nothing.
    weight
        `count`, `newman` or `cosine` of a projection, instead of the one in the header.
    most_pairs, most_shared
        The limits of a projection (`heritagekg.network.project.project`).
    **parameters
        Values for the parameters that the view's query declares.
    """
    query = find_view(kg.queries, name)
    network = query.extra["network"]
    bound = query.bindings(parameters | _pushed(query, asked or slices.Window()), kg.locate)
    given = {key: tables.name_of(term) for key, term in bound.items() if key not in slices.TIMES}
    if depth is not None and network["kind"] != "ego":
        raise BadParameter(f"'depth' is for ego networks; {query.name!r} is of {network['kind']}")
    if network["kind"] == "ego":
        depth = ego.depth_of(network.get("depth", "1") if depth is None else depth)
        edges = ego.read_edges(kg.engine, query, bound, depth, timeout=timeout)
        return Ties(kg, query, edges, given | {"depth": str(depth)})
    answer = query.run(kg.engine, bound, timeout=timeout)
    if not isinstance(answer, Table):
        raise WorkspaceError(f"query {query.name!r} is no SELECT; a network view's query is one")
    ties = Ties(kg, query, tables.read_edges(answer), given)
    if network["kind"] == "edges":
        if weight is not None:
            raise BadParameter(f"'weight' is for projections; {query.name!r} is shown as it is")
        return ties
    return replace(
        ties,
        keep=network["keep"],
        weight=weight or network.get("weight", "count"),
        parameters=given | ({"weight": weight} if weight else {}),
        most_pairs=most_pairs,
        most_shared=most_shared,
    )


def _pushed(query: NamedQuery, asked: Window) -> dict[str, object]:
    """Return what *asked* binds of the query's own parameters, so that it answers less."""
    everything = slices.Window()
    if asked.since == asked.until and "at" in query.parameters:
        return {"at": asked.since}
    ends = {"from": (asked.since, everything.since), "until": (asked.until, everything.until)}
    return {
        name: day for name, (day, open_end) in ends.items()
        if day != open_end and name in query.parameters
    }  # fmt: skip


def _is_said(query: NamedQuery, name: str) -> bool:
    """Return whether the header of *query* says that the network is directed, or multi."""
    network = query.extra["network"]
    said = network.get(name, "false" if network["kind"] == "bipartite" else "true")
    if said not in _TRUTH:
        raise WorkspaceError(
            f"query {query.name!r}: its header says `{name}: {said}`; it takes true or false"
        )
    return _TRUTH[said]


def _check_single(view: View) -> None:
    """Raise where a view that is not multi ties the same two nodes twice: one would be lost."""
    if view.multi or not view.edges.num_rows:
        return
    import numpy as np

    ends = np.stack([view.edges[name].to_numpy() for name in ("source", "target")])
    if not view.directed:
        ends = np.sort(ends, axis=0)
    pairs, counts = np.unique(ends, axis=1, return_counts=True)
    if (counts > 1).any():
        source, target = (view.nodes["id"][int(c)].as_py() for c in pairs[:, counts > 1][:, 0])
        raise WorkspaceError(
            f"network view {view.name!r} ties {source} and {target} more than once, and its "
            "header says `multi: false`; write `multi: true`, or give one row for two things"
        )


def _metadata(version: str, query: NamedQuery, given: Mapping[str, str]) -> dict[str, str]:
    from importlib.metadata import version as version_of

    name = query.name.removeprefix(FOLDER)
    today = datetime.date.today().isoformat()
    generator = f"heritagekg {version_of('heritagekg')}"
    asked = f" ({', '.join(f'{key}={value}' for key, value in given.items())})" if given else ""
    return {
        "title": query.summary + asked,
        "description": query.description.strip(),
        "view": name,
        "query": query.text,
        "parameters": json.dumps(dict(given), ensure_ascii=False),
        "version": version,
        "date": today,
        "license": LICENSE,
        "citation": f"heritagekg: network view {name}{asked}, data version {version}, "
        f"exported on {today} by {generator}. CC0-1.0.",
        "generator": generator,
    }
