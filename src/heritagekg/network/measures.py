"""Measures of a view: columns of its nodes, and a summary of the whole."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from heritagekg.errors import BadParameter, did_you_mean

if TYPE_CHECKING:
    import numpy
    import pyarrow

    from heritagekg.network.views import View

    Array = numpy.ndarray[Any, Any]

# Above so many nodes times edges, betweenness is estimated from the paths of some nodes.
MOST_STEPS = 500_000_000
PIVOTS = 500
# So many two-step paths take a second and a gigabyte.
MOST_PATHS = 20_000_000
_SEED = 20220825


class Measured(NamedTuple):
    """A view whose nodes have what was measured, and what was found of the whole, in words."""

    view: View
    summary: dict[str, str]


class _Found(NamedTuple):
    """The columns of a measure, and what is to be said of it."""

    columns: dict[str, Any]
    said: str


@dataclass(frozen=True)
class _Plain:
    """A view as a simple graph without directions: each two nodes once, weights added, no loops."""

    view: View
    count: int
    source: Array
    target: Array
    weight: Array
    has_igraph: bool

    def igraph(self) -> Any:
        import igraph
        import numpy as np

        made = igraph.Graph(n=self.count, edges=np.stack([self.source, self.target], axis=1))
        made.es["weight"] = self.weight.tolist()
        return made

    def networkx(self) -> Any:
        import networkx

        made: Any = networkx.Graph()
        made.add_nodes_from(range(self.count))
        ends = zip(self.source.tolist(), self.target.tolist(), self.weight.tolist(), strict=True)
        made.add_weighted_edges_from(ends)
        return made


def measure(view: View, names: Iterable[str], *, engine: str | None = None) -> Measured:
    """Return *view* with the measures *names* as columns of its nodes, and a summary.

    Directions count for `degree` (then also in and out), `strength` and `pagerank`; all others
    ask only whether two nodes are tied. Loops and parallel edges count for degree and strength.

    Parameters
    ----------
    view
        A network view; it is not changed.
    names
        Any of `MEASURES`.
    engine
        `igraph` or `networkx`; without it igraph where it is installed. Both give equal results,
        but for `communities`: Leiden's algorithm in igraph, Louvain's in networkx.

    Returns
    -------
    Measured
        The view with more columns, and for each measure a line that says what was found.

    Raises
    ------
    BadParameter
        If a measure is unknown or the network too large for it.

    References
    ----------
    Brandes (2001) and Brandes and Pich (2007) for betweenness, exact and from pivots; Batagelj and
    Zaversnik (2003) for core numbers; Traag, Waltman and van Eck (2019) for Leiden; Newman (2003)
    for assortativity; Gould and Fernandez (1989) for brokerage.
    """
    wanted = known(names)
    plain = _plain(view, _engine(engine))
    nodes = view.nodes
    summary = {}
    for name in wanted:
        found = MEASURES[name](plain)
        for column, values in found.columns.items():
            nodes = nodes.append_column(column, _array(values))
        summary[name] = found.said
    metadata = {**view.metadata, "measures": json.dumps(summary, ensure_ascii=False)}
    return Measured(replace(view, nodes=nodes, metadata=metadata), summary)


def known(names: Iterable[str]) -> list[str]:
    """Return *names*, each once.

    Raises
    ------
    BadParameter
        If one is no measure.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in MEASURES:
            raise BadParameter(
                f"no measure {name!r}{did_you_mean(name, MEASURES)}; there are "
                f"{', '.join(MEASURES)}"
            )
    return wanted


def _engine(engine: str | None) -> bool:
    """Return whether igraph is to be used."""
    from importlib.util import find_spec

    if engine not in (None, "igraph", "networkx"):
        raise BadParameter(f"'engine' is {engine!r}; it takes igraph or networkx")
    has_igraph = find_spec("igraph") is not None
    if engine == "igraph" and not has_igraph:
        raise BadParameter("igraph is not installed; add it with: pip install 'heritagekg[igraph]'")
    return has_igraph and engine != "networkx"


def _plain(view: View, has_igraph: bool) -> _Plain:
    import numpy as np

    ends = np.stack([view.edges[name].to_numpy() for name in ("source", "target")])
    ends = np.sort(ends.astype(np.int64), axis=0)
    weights = view.edges["weight"].to_numpy()
    apart = ends[0] != ends[1]
    width = max(view.nodes.num_rows, 1)
    keys, places = np.unique(ends[0, apart] * width + ends[1, apart], return_inverse=True)
    source, target = np.divmod(keys, width)
    added = np.bincount(places.reshape(-1), weights[apart], minlength=len(keys))
    return _Plain(view, view.nodes.num_rows, source, target, added, has_igraph)


def _array(values: Any) -> pyarrow.Array:
    import numpy as np
    import pyarrow

    array = np.asarray(values)
    kind = pyarrow.int64() if array.dtype.kind in "iub" else pyarrow.float64()
    return pyarrow.array(array, kind)


def _ends(plain: _Plain) -> tuple[Array, Array, Array]:
    edges = plain.view.edges
    return edges["source"].to_numpy(), edges["target"].to_numpy(), edges["weight"].to_numpy()


def _sums(plain: _Plain, name: str, values: Array | None) -> _Found:
    import numpy as np

    source, target, _ = _ends(plain)
    out, into = (np.bincount(end, values, minlength=plain.count) for end in (source, target))
    columns = {name: out + into}
    if plain.view.directed:
        columns |= {f"in_{name}": into, f"out_{name}": out}
    return _Found(columns, f"mean {columns[name].mean():.2f}, {_highest(plain, columns[name])}")


def _degree(plain: _Plain) -> _Found:
    return _sums(plain, "degree", None)


def _strength(plain: _Plain) -> _Found:
    return _sums(plain, "strength", _ends(plain)[2])


def _components(plain: _Plain) -> _Found:
    from scipy.sparse.csgraph import connected_components

    _, labels = connected_components(plain.view.to_csr(), directed=False)
    numbered, sizes = _by_size(labels)
    share = sizes[0] / plain.count
    said = f"{len(sizes)}, the largest with {sizes[0]} nodes ({share:.0%})"
    return _Found({"component": numbered}, said)


def _by_size(labels: Any) -> tuple[Array, Array]:
    """Return *labels* numbered from 0 by falling size, and the sizes."""
    import numpy as np

    _, first, labels, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort([first, -sizes])
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[labels], sizes[order]


def _core(plain: _Plain) -> _Found:
    import numpy as np

    if plain.has_igraph:
        numbers = np.asarray(plain.igraph().coreness())
    else:
        import networkx

        found = networkx.core_number(plain.networkx())
        numbers = np.array([found[node] for node in range(plain.count)])
    deepest = int(numbers.max())
    said = f"deepest {deepest}, with {int((numbers == deepest).sum())} nodes"
    return _Found({"core": numbers}, said)


def _betweenness(plain: _Plain) -> _Found:
    import numpy as np

    count = plain.count
    is_exact = count * len(plain.source) <= MOST_STEPS or count <= PIVOTS
    pivots = None if is_exact else sorted(random.Random(_SEED).sample(range(count), PIVOTS))
    if plain.has_igraph:
        graph = plain.igraph()
        values = np.asarray(
            graph.betweenness() if pivots is None else graph.betweenness(sources=pivots)
        )
    else:
        values = _betweenness_of_networkx(plain.networkx(), pivots)
    # A pair counts once from either end that is a pivot.
    scale = 1.0 if pivots is None else count / len(pivots)
    pairs = (count - 1) * (count - 2) / 2
    values = values * scale / pairs if pairs else values
    how = "exact" if pivots is None else f"estimated from {PIVOTS} nodes"
    return _Found({"betweenness": values}, f"{how}, {_highest(plain, values, '.4f')}")


def _betweenness_of_networkx(graph: Any, pivots: list[int] | None) -> Array:
    import networkx
    import numpy as np

    if pivots is None:
        found = networkx.betweenness_centrality(graph, normalized=False)
    else:
        found = networkx.betweenness_centrality_subset(graph, pivots, list(graph))
    return np.array([found[node] for node in graph])


def _pagerank(plain: _Plain) -> _Found:
    import numpy as np

    source, target, weight = _ends(plain)
    apart = source != target
    source, target, weight = source[apart], target[apart], weight[apart]
    directed = plain.view.directed
    if plain.has_igraph:
        import igraph

        edges = np.stack([source, target], axis=1)
        graph = igraph.Graph(n=plain.count, edges=edges, directed=directed)
        values = np.asarray(graph.pagerank(weights=weight.tolist()))
    else:
        import networkx

        kind = networkx.MultiDiGraph if directed else networkx.MultiGraph
        made: Any = kind()
        made.add_nodes_from(range(plain.count))
        ends = zip(source.tolist(), target.tolist(), weight.tolist(), strict=True)
        made.add_weighted_edges_from(ends)
        found = networkx.pagerank(made, tol=1e-12, max_iter=1000)
        values = np.array([found[node] for node in range(plain.count)])
    return _Found({"pagerank": values}, _highest(plain, values, ".4f"))


def _communities(plain: _Plain) -> _Found:
    import numpy as np

    if plain.has_igraph:
        import igraph

        igraph.set_random_number_generator(random.Random(_SEED))
        try:
            found = plain.igraph().community_leiden("modularity", weights="weight", n_iterations=-1)
        finally:
            igraph.set_random_number_generator(random)
        labels, how = np.asarray(found.membership), "Leiden"
    else:
        import networkx

        groups = networkx.community.louvain_communities(plain.networkx(), seed=_SEED)
        labels, how = np.empty(plain.count, np.int64), "Louvain"
        for number, group in enumerate(groups):
            labels[list(group)] = number
    numbered, sizes = _by_size(labels)
    said = f"{len(sizes)} by {how}, modularity {modularity(plain, numbered):.3f}"
    return _Found({"community": numbered}, said)


def modularity(plain: _Plain, labels: Array) -> float:
    """Return Newman's modularity of a partition of a simple graph, 0 without edges."""
    import numpy as np

    total = plain.weight.sum()
    if not total:
        return 0.0
    inside = plain.weight[labels[plain.source] == labels[plain.target]].sum()
    ends = np.concatenate([labels[plain.source], labels[plain.target]])
    strength = np.bincount(ends, np.tile(plain.weight, 2))
    return float(inside / total - ((strength / (2 * total)) ** 2).sum())


def _assortativity(plain: _Plain) -> _Found:
    said = []
    for name in ("kind", "country"):
        value, share = assortativity(plain, name)
        known = f" (of the {share:.0%} of edges where both ends have one)" if share < 1 else ""
        said.append(f"{name} {'undefined' if value is None else f'{value:.3f}'}{known}")
    return _Found({}, ", ".join(said))


def assortativity(plain: _Plain, name: str) -> tuple[float | None, float]:
    """Return Newman's assortativity by a column of the nodes, and the share of edges it is of.

    It is 1 where only like is tied to like, and not defined where all are alike.
    """
    import numpy as np
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(plain.view.nodes[name].combine_chunks())
    codes = pc.fill_null(coded.indices, -1).to_numpy().astype(np.int64)
    ends = np.stack([codes[plain.source], codes[plain.target]])
    known = (ends >= 0).all(axis=0)
    share = float(known.mean()) if known.size else 0.0
    ends = ends[:, known]
    width = len(coded.dictionary)
    both = np.concatenate([ends, ends[::-1]], axis=1)
    mixing = np.bincount(both[0] * width + both[1], minlength=width * width).reshape(width, width)
    if not mixing.sum():
        return None, share
    mixing = mixing / mixing.sum()
    expected = float((mixing.sum(axis=0) * mixing.sum(axis=1)).sum())
    if np.isclose(expected, 1):
        return None, share
    return (float(np.trace(mixing)) - expected) / (1 - expected), share


def _brokerage(plain: _Plain) -> _Found:
    import numpy as np
    import pyarrow.compute as pc

    ends = np.concatenate([plain.source, plain.target])
    others = np.concatenate([plain.target, plain.source])
    degrees = np.bincount(ends, minlength=plain.count)
    paths = int((degrees * (degrees - 1) // 2).sum())
    if paths > MOST_PATHS:
        raise BadParameter(
            f"brokerage would look at {paths:,} two-step paths, more than {MOST_PATHS:,}; "
            "ask for a day, a span or a country"
        )
    order = np.lexsort([others, ends])
    ends, others = ends[order], others[order]
    place = np.arange(len(ends))
    following = np.searchsorted(ends, ends, side="right") - place - 1
    first = np.repeat(place, following)
    offsets = np.cumsum(following) - following
    second = np.arange(len(first)) - np.repeat(offsets, following) + first + 1
    between, one, two = ends[first], others[first], others[second]
    width = max(plain.count, 1)
    tied = np.isin(one * width + two, plain.source * width + plain.target)
    coded = pc.dictionary_encode(plain.view.nodes["country"].combine_chunks())
    country = pc.fill_null(coded.indices, -1).to_numpy().astype(np.int64)
    ours, left, right = country[between], country[one], country[two]
    is_open = ~tied & (left >= 0) & (right >= 0)
    same, like_left, like_right = left == right, left == ours, right == ours
    roles = {
        "coordinator": same & like_left,
        "itinerant": same & ~like_left,
        "gatekeeper": ~same & (like_left | like_right),
        "liaison": ~same & ~(like_left | like_right),
    }
    counted = {
        name: np.bincount(between[is_open & role], minlength=plain.count)
        for name, role in roles.items()
    }
    brokerage = counted["gatekeeper"] + counted["liaison"]
    said = f"{int(brokerage.sum())} pairs of two countries, {_highest(plain, brokerage)}"
    return _Found({"brokerage": brokerage, **counted}, said)


def _highest(plain: _Plain, values: Any, form: str = "g") -> str:
    place = int(values.argmax())
    if not values[place]:
        return "none above 0"
    return f"highest {values[place]:{form}} ({plain.view.nodes['label'][place].as_py()})"


MEASURES: Mapping[str, Callable[[_Plain], _Found]] = {
    "degree": _degree,
    "strength": _strength,
    "components": _components,
    "core": _core,
    "betweenness": _betweenness,
    "pagerank": _pagerank,
    "communities": _communities,
    "assortativity": _assortativity,
    "brokerage": _brokerage,
}
