"""Network views: a named query below `queries/networks/` as nodes and edges."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heritagekg.engine.results import Table
from heritagekg.errors import ExportError, UnknownName, WorkspaceError, did_you_mean
from heritagekg.network import attributes, slices, tables
from heritagekg.network.project import OTHER, WEIGHTS, project
from heritagekg.terms import compact

if TYPE_CHECKING:
    import networkx
    import pandas
    import polars
    import pyarrow

    from heritagekg.graph import KnowledgeGraph
    from heritagekg.queries import NamedQuery, QueryCatalogue

FOLDER = "networks/"
LICENSE = "CC0-1.0 https://creativecommons.org/publicdomain/zero/1.0/"


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
        roots = list(range(self.nodes.num_rows))
        for ends in zip(
            self.edges["source"].to_pylist(), self.edges["target"].to_pylist(), strict=True
        ):
            first, second = (_root(roots, code) for code in ends)
            roots[first] = second
        return sum(root == code for code, root in enumerate(roots))

    def to_networkx(self) -> networkx.Graph[Any]:
        """Return a networkx graph of the view's kind: MultiDiGraph, DiGraph, MultiGraph or Graph.

        Nodes are CURIEs. Attributes are texts, numbers and ISO dates; what is not known is left
        out, and a node's label in a language is `label_az`. In a multigraph the fact is the
        edge's key.
        """
        import networkx

        kinds: dict[tuple[bool, bool], type[networkx.Graph[Any]]] = {
            (True, True): networkx.MultiDiGraph,
            (True, False): networkx.DiGraph,
            (False, True): networkx.MultiGraph,
            (False, False): networkx.Graph,
        }
        made = kinds[self.directed, self.multi]()
        made.graph.update({name: attributes.clean(text) for name, text in self.metadata.items()})
        names = self.nodes["id"].to_pylist()
        for node in attributes.of_nodes(self.nodes):
            del node["code"]
            made.add_node(node.pop("id"), **node)
        for edge in attributes.of_edges(self.edges):
            ends = names[edge.pop("source")], names[edge.pop("target")]
            if isinstance(made, networkx.MultiGraph):
                key = edge.get("fact")
                # One statement may tie the same two nodes in several ways.
                key = None if key is None or made.has_edge(*ends, key) else key
                made.add_edge(*ends, key=key, **edge)
            else:
                made.add_edge(*ends, **edge)
        return made

    def to_pandas(self) -> tuple[pandas.DataFrame, pandas.DataFrame]:
        """Return nodes and edges as data frames (extra `heritagekg[pandas]`)."""
        return _frames(self, "pandas", lambda table: table.to_pandas())

    def to_polars(self) -> tuple[polars.DataFrame, polars.DataFrame]:
        """Return nodes and edges as data frames (extra `heritagekg[polars]`)."""

        def convert(table: pyarrow.Table) -> Any:
            import polars

            return polars.from_arrow(table)

        return _frames(self, "polars", convert)


def _root(roots: list[int], code: int) -> int:
    """Return the code that stands for the component of *code*, making the way there shorter."""
    while roots[code] != code:
        roots[code] = roots[roots[code]]
        code = roots[code]
    return code


def _frames(view: View, extra: str, convert: Callable[[pyarrow.Table], Any]) -> tuple[Any, Any]:
    try:
        return convert(view.nodes), convert(view.edges)
    except ModuleNotFoundError:
        raise ExportError(
            f"{extra} is not installed; add it with: pip install 'heritagekg[{extra}]'"
        ) from None


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def network_views(queries: QueryCatalogue) -> dict[str, NamedQuery]:
    """Return the network views among *queries*, by name without the folder."""
    found = (name for name in queries if name.startswith(FOLDER))
    return {name.removeprefix(FOLDER): queries[name] for name in sorted(found)}


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
    if FOLDER + plain not in queries:
        known = sorted(view.removeprefix(FOLDER) for view in queries if view.startswith(FOLDER))
        hint = did_you_mean(plain, known) or f"; there are: {', '.join(known) or 'none'}"
        raise UnknownName(f"no network view named {name!r}{hint}")
    query = queries[FOLDER + plain]
    said = query.extra.get("network")
    if isinstance(said, dict) and said.get("kind") == "edges":
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
    timeout: float | None = None,
    **parameters: object,
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
    timeout
        Seconds after which the query is stopped; None waits for it.
    **parameters
        Values for the parameters that the view's query declares.

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
    query = find_view(kg.queries, name)
    asked = slices.window(at, since, until)
    values = parameters | ({"at": at} if at is not None and "at" in query.parameters else {})
    bound = query.bindings(values, kg.locate)
    answer = query.run(kg.engine, bound, timeout=timeout)
    if not isinstance(answer, Table):
        raise WorkspaceError(f"query {query.name!r} is no SELECT; a network view's query is one")
    ties = tables.read_ties(answer)
    iris, edges = _edges(query, ties, asked, certain)
    nodes = tables.node_table(iris, tables.describe(kg.engine, iris))
    times = {"at": at, "from": since, "until": until, "certain": "true" if certain else None}
    given = {name: str(value) for name, value in times.items() if value is not None}
    given |= {name: tables.name_of(term) for name, term in bound.items()}
    view = View(
        query.name.removeprefix(FOLDER),
        query.text,
        given,
        nodes,
        edges,
        _is_said(query, "directed"),
        _is_said(query, "multi"),
        _metadata(kg.version, query, given),
        ties.left_out,
    )
    _check_single(view)
    return view


def _is_said(query: NamedQuery, name: str) -> bool:
    """Return whether the header of *query* says that the network is directed, or multi."""
    network = query.extra["network"]
    said = network.get(name, "true" if network["kind"] == "edges" else "false")
    if said not in ("true", "false"):
        raise WorkspaceError(
            f"query {query.name!r}: its header says `{name}: {said}`; it takes true or false"
        )
    return bool(said == "true")


def _check_single(view: View) -> None:
    """Raise where a view that is not multi ties the same two nodes twice: one would be lost."""
    if view.multi:
        return
    seen = set()
    for ends in zip(
        view.edges["source"].to_pylist(), view.edges["target"].to_pylist(), strict=True
    ):
        pair = ends if view.directed else tuple(sorted(ends))
        if pair in seen:
            source, target = (view.nodes["id"][code].as_py() for code in ends)
            raise WorkspaceError(
                f"network view {view.name!r} ties {source} and {target} more than once, and its "
                "header says `multi: false`; write `multi: true`, or give one row for two things"
            )
        seen.add(pair)


def _edges(
    query: NamedQuery, ties: tables.Ties, asked: slices.Window, certain: bool
) -> tuple[list[str], pyarrow.Table]:
    """Return the IRIs of the nodes, and the edges of the window between their places there."""
    ends = sorted({end.value for key in ties.documents for end in key[:2] if end is not None})
    codes = {iri: code for code, iri in enumerate(ends)}
    edges = slices.slice_edges(
        tables.edge_table(ties.documents.items(), codes), asked, certain=certain
    )
    network = query.extra["network"]
    if network["kind"] == "bipartite":
        names = [compact(iri) for iri in ends]
        edges = project(edges, names, network["keep"], network.get("weight", "count"))
    used = sorted({*edges["source"].to_pylist(), *edges["target"].to_pylist()})
    return [ends[code] for code in used], tables.renumbered(edges, used)


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
        "parameters": json.dumps(given, ensure_ascii=False),
        "version": version,
        "date": today,
        "license": LICENSE,
        "citation": f"heritagekg: network view {name}{asked}, data version {version}, "
        f"exported on {today} by {generator}. CC0-1.0.",
        "generator": generator,
    }
