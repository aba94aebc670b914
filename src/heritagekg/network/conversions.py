"""A view as other libraries take it: networkx, igraph, scipy, data frames, arrays."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from heritagekg.errors import ExportError
from heritagekg.network import attributes

if TYPE_CHECKING:
    import igraph
    import networkx
    import pandas
    import polars
    import pyarrow
    import scipy.sparse

    from heritagekg.network.views import View


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Make many dicts without looking for garbage among them, which takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def to_networkx(view: View) -> networkx.Graph[Any]:
    """Return *view* as the networkx graph of its kind."""
    import networkx

    kinds: dict[tuple[bool, bool], Any] = {
        (True, True): networkx.MultiDiGraph,
        (True, False): networkx.DiGraph,
        (False, True): networkx.MultiGraph,
        (False, False): networkx.Graph,
    }
    made: networkx.Graph[Any] = kinds[view.directed, view.multi]()
    made.graph.update({name: attributes.clean(text) for name, text in view.metadata.items()})
    names = view.nodes["id"].to_pylist()
    nodes = view.nodes.drop_columns(["code", "id"])
    edges = view.edges.drop_columns(["source", "target"])
    ends = [[names[code] for code in view.edges[end].to_pylist()] for end in ("source", "target")]
    # Straight into the dicts that networkx keeps: its methods would copy each of ours.
    inner: Any = made
    after, before = inner._adj, inner._pred if view.directed else inner._adj
    with _without_garbage_collection():
        inner._node.update(zip(names, attributes.of_nodes(nodes), strict=True))
        after.update((name, {}) for name in names)
        before.update((name, {}) for name in names if view.directed)
        for source, target, edge in zip(*ends, attributes.of_edges(edges), strict=True):
            there = after[source].get(target)
            if there is None:
                there = {} if view.multi else edge
                after[source][target] = before[target][source] = there
            elif not view.multi:
                there.update(edge)
            if view.multi:
                key = edge.get("fact")
                # One statement may tie the same two nodes in several ways.
                if key is None or key in there:
                    key = inner.new_edge_key(source, target)
                there[key] = edge
    return made


def to_igraph(view: View) -> igraph.Graph:
    """Return *view* as an igraph graph, with the attributes of nodes and edges."""
    try:
        import igraph
    except ModuleNotFoundError:
        raise ExportError(
            "igraph is not installed; add it with: pip install 'heritagekg[igraph]'"
        ) from None
    import numpy as np

    ends = np.stack([view.edges[name].to_numpy() for name in ("source", "target")], axis=1)
    made = igraph.Graph(n=view.nodes.num_rows, edges=ends, directed=view.directed)
    made.vs["name"] = view.nodes["id"].to_pylist()
    for name in view.nodes.column_names:
        if name not in ("code", "id"):
            made.vs[name] = view.nodes[name].to_pylist()
    for name in view.edges.column_names:
        if name not in ("source", "target"):
            made.es[name] = attributes.of_column(view.edges[name])
    for name, text in view.metadata.items():
        made[name] = text
    return made


def components(edges: pyarrow.Table, count: int) -> int:
    """Return the number of parts of *count* nodes that no edge ties to each other."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not count:
        return 0
    ends = tuple(edges[name].to_numpy() for name in ("source", "target"))
    matrix = coo_array((np.ones(len(ends[0])), ends), shape=(count, count))
    return int(connected_components(matrix, directed=False, return_labels=False))


def to_csr(view: View) -> scipy.sparse.csr_array[Any]:
    """Return the adjacency matrix of *view* with the sums of the weights."""
    import numpy as np
    from scipy.sparse import coo_array

    count = view.nodes.num_rows
    weights = view.edges["weight"].to_numpy()
    source, target = (view.edges[name].to_numpy() for name in ("source", "target"))
    made = coo_array((weights, (source, target)), shape=(count, count)).tocsr()
    if view.directed:
        return made
    # A loop would else count twice.
    weights = np.where(source == target, 0, weights)
    made = made + coo_array((weights, (target, source)), shape=(count, count)).tocsr()
    made.eliminate_zeros()
    return made


def to_pyg(view: View) -> dict[str, Any]:
    """Return arrays as PyTorch Geometric's `Data` takes them.

    Returns
    -------
    dict
        `edge_index` (int64, two rows, both ways where edges have no direction), `edge_weight`
        (float32), `edge_type` (int64, place in `edge_types`), `edge_time` (int64, two rows: first
        and last possible day as proleptic ordinals; -1 where open), `node_type` (int64, place in
        `node_types`), `num_nodes`, `node_ids` (CURIEs by code).

    Examples
    --------
    With torch: `Data(**{name: torch.from_numpy(array) …})`; here by numpy alone.

    >>> import heritagekg
    >>> arrays = heritagekg.open().view("tenure").to_pyg()
    >>> arrays["edge_index"].dtype.name, arrays["edge_index"].shape[0]
    ('int64', 2)
    """
    import numpy as np
    import pyarrow.compute as pc

    def coded(column: Any) -> tuple[Any, list[str | None]]:
        found = pc.dictionary_encode(column.combine_chunks())
        return (
            pc.fill_null(found.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64),
            found.dictionary.to_pylist(),
        )

    def ordinals(column: Any) -> Any:
        days = pc.fill_null(column.cast("int32"), -(2**31)).to_numpy().astype(np.int64)
        return np.where(days == -(2**31), -1, days + 719_163)

    index = np.stack([view.edges[name].to_numpy() for name in ("source", "target")])
    edge_type, edge_types = coded(view.edges["kind"])
    node_type, node_types = coded(view.nodes["kind"])
    arrays = {
        "edge_index": index.astype(np.int64),
        "edge_weight": view.edges["weight"].to_numpy().astype(np.float32),
        "edge_type": edge_type,
        "edge_time": np.stack([ordinals(view.edges[name]) for name in ("start", "end")]),
    }
    if not view.directed:
        arrays = {name: np.concatenate([a, a], axis=-1) for name, a in arrays.items()}
        count = index.shape[1]
        arrays["edge_index"][:, count:] = index[::-1]
    return {
        **arrays,
        "node_type": node_type,
        "num_nodes": view.nodes.num_rows,
        "node_ids": view.nodes["id"].to_pylist(),
        "node_types": node_types,
        "edge_types": edge_types,
    }


def to_pandas(view: View) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return nodes and edges as pandas data frames."""
    return _frames(view, "pandas", lambda table: table.to_pandas())


def to_polars(view: View) -> tuple[polars.DataFrame, polars.DataFrame]:
    """Return nodes and edges as polars data frames."""

    def convert(table: pyarrow.Table) -> Any:
        import polars

        return polars.from_arrow(table)

    return _frames(view, "polars", convert)


def _frames(view: View, extra: str, convert: Callable[[Any], Any]) -> tuple[Any, Any]:
    try:
        return convert(view.nodes), convert(view.edges)
    except ModuleNotFoundError:
        raise ExportError(
            f"{extra} is not installed; add it with: pip install 'heritagekg[{extra}]'"
        ) from None
