"""One side of a bipartite network, its nodes tied by what they share on the other side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from heritagekg.errors import BadParameter

if TYPE_CHECKING:
    import numpy
    import pyarrow

OTHER = {"source": "target", "target": "source"}
WEIGHTS = ("count", "newman", "cosine")
_TEXTS = ("fact", "document")
# So many pairs are a matter of seconds and of a gigabyte and a half.
MOST_PAIRS = 3_000_000


class _Incidence(NamedTuple):
    """Each tie between a kept and a shared node once, by shared and then by kept node.

    *ties* is the place of each row of the edge table among them.
    """

    kept: numpy.ndarray[Any, Any]
    through: numpy.ndarray[Any, Any]
    is_certain: numpy.ndarray[Any, Any]
    ties: numpy.ndarray[Any, Any]


def pairs_of(edges: pyarrow.Table, keep: str, *, most_shared: int | None = None) -> int:
    """Return how many pairs a projection looks at: d(d - 1)/2 for each shared node of degree d.

    It has no more edges than that.

    Examples
    --------
    >>> import pyarrow
    >>> edges = pyarrow.table({"source": [7, 8, 9, 7], "target": [0, 0, 0, 1]})
    >>> pairs_of(edges, "source"), pairs_of(edges, "target")
    (3, 1)
    """
    import numpy as np

    ends = np.stack([edges[name].to_numpy() for name in (keep, OTHER[keep])])
    _, degrees = np.unique(np.unique(ends, axis=1)[1], return_counts=True)
    if most_shared is not None:
        degrees = degrees[degrees <= most_shared]
    return int((degrees * (degrees - 1) // 2).sum())


def project(
    edges: pyarrow.Table,
    names: Sequence[str] | pyarrow.Array,
    keep: str,
    weight: str = "count",
    *,
    most_pairs: int = MOST_PAIRS,
    most_shared: int | None = None,
) -> pyarrow.Table:
    """Return an edge for every two nodes of one side that share a node of the other.

    The weights are the sparse product of the incidence matrix with its transpose. Edges have no
    direction; parallel edges of the bipartite network count once. An edge has no time of its own:
    project the slice of a day to have what was shared on that day.

    Parameters
    ----------
    edges
        The edge table of a bipartite view (`heritagekg.network.tables.read_edges`).
    names
        The CURIE of each node, at the place of its code.
    keep
        The side whose nodes are kept: `source` or `target`.
    weight
        `count`: how many nodes are shared. `newman`: each shared node of degree d counts
        1/(d - 1) (Newman, Phys. Rev. E 64, 016132, 2001). `cosine`: the count divided by the
        root of the product of both degrees (Salton).
    most_pairs
        The limit for `pairs_of`, which is looked at before any work.
    most_shared
        Shared nodes tied to more than so many are left out: who has nothing in common but that
        has little in common.

    Returns
    -------
    pyarrow.Table
        The columns of *edges*, source before target by code, with `shared` (CURIEs, joined by
        a space). `certainty` is certain where all ties to some shared node are; `fact` and
        `document` are those of all the ties.

    Raises
    ------
    BadParameter
        If *keep* or *weight* is none of those, or the network is too large.
    """
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    if keep not in OTHER:
        raise BadParameter(f"'keep' is {keep!r}; it takes source or target")
    if weight not in WEIGHTS:
        raise BadParameter(f"'weight' is {weight!r}; it takes {', '.join(WEIGHTS)}")
    pairs = pairs_of(edges, keep, most_shared=most_shared)
    if pairs > most_pairs:
        raise BadParameter(
            f"the projection would look at {pairs:,} pairs of nodes, more than {most_pairs:,}; "
            "ask for a day, a span or a country, leave out what very many share "
            "('most_shared'), or allow more ('most_pairs')"
        )
    incidence = _incidence(edges, keep, most_shared)
    first, second, starts = _pairs(incidence)
    source, target, weights = _product(incidence, weight, len(names))
    certain = incidence.is_certain[first] & incidence.is_certain[second]
    is_certain = np.logical_or.reduceat(certain, starts) if len(starts) else certain
    lists = pyarrow.array(np.append(starts, len(first)).astype(np.int32))
    shared = pyarrow.array(names, pyarrow.string()).take(pyarrow.array(incidence.through[first]))
    columns = {
        "source": pyarrow.array(source, pyarrow.int32()),
        "target": pyarrow.array(target, pyarrow.int32()),
        "weight": pyarrow.array(weights),
        "certainty": pc.if_else(pyarrow.array(is_certain), "certain", "possible"),
        "shared": _joined(lists, shared),
    }
    for name in _TEXTS:
        columns[name] = _texts(edges[name], incidence.ties, first, second, starts)
    return _like(edges, pyarrow.table(columns))


def _incidence(edges: pyarrow.Table, keep: str, most_shared: int | None) -> _Incidence:
    import numpy as np
    import pyarrow.compute as pc

    ends = np.stack([edges[name].to_numpy() for name in (OTHER[keep], keep)])
    ties, places = np.unique(ends, axis=1, return_inverse=True)
    places = places.reshape(-1)
    through, kept = ties
    is_certain = np.zeros(len(kept), bool)
    is_certain[places[pc.equal(edges["certainty"], "certain").to_numpy()]] = True
    if most_shared is not None:
        _, group, degrees = np.unique(through, return_inverse=True, return_counts=True)
        few = degrees[group] <= most_shared
        renumbered = np.where(few, np.cumsum(few) - 1, -1)
        return _Incidence(kept[few], through[few], is_certain[few], renumbered[places])
    return _Incidence(kept, through, is_certain, places)


def _pairs(incidence: _Incidence) -> tuple[Any, Any, Any]:
    """Return every two ties to the same shared node, ordered by their kept nodes.

    The last array holds where the pairs of each two kept nodes start.
    """
    import numpy as np

    count = len(incidence.kept)
    place = np.arange(count)
    ends = np.searchsorted(incidence.through, incidence.through, side="right")
    following = ends - place - 1
    first = np.repeat(place, following)
    offsets = np.cumsum(following) - following
    second = np.arange(len(first)) - np.repeat(offsets, following) + first + 1
    width = int(incidence.kept.max(initial=0)) + 1
    keys = incidence.kept[first].astype(np.int64) * width + incidence.kept[second]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    is_first = np.ones(len(keys), bool)
    is_first[1:] = keys[1:] != keys[:-1]
    return first[order], second[order], np.flatnonzero(is_first)


def _product(incidence: _Incidence, weight: str, count: int) -> tuple[Any, Any, Any]:
    """Return rows, columns and values of the upper triangle of the weighted product."""
    import numpy as np
    from scipy.sparse import csr_array, triu

    kept, through = incidence.kept, incidence.through
    width = max(count, int(kept.max(initial=-1)) + 1, int(through.max(initial=-1)) + 1)
    ones = np.ones(len(kept))
    matrix = csr_array((ones, (kept, through)), shape=(width, width))
    if weight == "newman":
        degree = np.maximum(np.bincount(through, minlength=width) - 1, 1)[through]
        weighted = csr_array((ones / degree, (kept, through)), shape=(width, width))
        product = triu(weighted @ matrix.T, 1)
    elif weight == "cosine":
        degree = np.sqrt(np.bincount(kept, minlength=width)[kept])
        scaled = csr_array((ones / degree, (kept, through)), shape=(width, width))
        product = triu(scaled @ scaled.T, 1)
    else:
        product = triu(matrix @ matrix.T, 1)
    product = product.tocsr()
    product.sort_indices()
    found = product.tocoo()
    return found.row, found.col, found.data


def _texts(column: Any, ties: Any, first: Any, second: Any, starts: Any) -> pyarrow.Array:
    """Return the texts of all the ties behind each projected edge, each once."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    texts = pc.fill_null(column.combine_chunks(), "")
    of_ties = _of_ties(texts, ties, int(first.max(initial=-1)) + 1, int(second.max(initial=-1)) + 1)
    coded = pc.dictionary_encode(of_ties)
    codes = coded.indices.to_numpy().astype(np.int64)
    words = coded.dictionary
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(first))))
    keys = np.concatenate([group * len(words) + codes[ends] for ends in (first, second)])
    # `numpy.unique` hashes, which takes ten times as long here.
    keys.sort()
    keys = keys[np.diff(keys, prepend=-1) > 0]
    groups, codes = np.divmod(keys, max(len(words), 1))
    offsets = np.searchsorted(groups, np.arange(len(starts) + 1)).astype(np.int32)
    lists = pyarrow.array(offsets)
    joined = pc.utf8_trim_whitespace(_joined(lists, words.take(pyarrow.array(codes))))
    # Only a tie with several texts of its own may still repeat one of them.
    several = pc.match_substring(words, " ").to_numpy(zero_copy_only=False)
    repeats = np.zeros(len(starts), bool)
    repeats[groups[several[codes]]] = True
    repeats &= np.diff(offsets) > 1
    if not repeats.any():
        return joined
    mask = pyarrow.array(repeats)
    once = [" ".join(dict.fromkeys(text.split())) for text in joined.filter(mask).to_pylist()]
    return pc.replace_with_mask(joined, mask, pyarrow.array(once, pyarrow.string()))


def _of_ties(texts: Any, ties: Any, *counts: int) -> pyarrow.Array:
    """Return the texts of each tie, those of parallel edges joined by a space."""
    import numpy as np
    import pyarrow

    count = max(int(ties.max(initial=-1)) + 1, *counts)
    order = np.argsort(ties, kind="stable")
    order = order[ties[order] >= 0]
    offsets = np.searchsorted(ties[order], np.arange(count + 1)).astype(np.int32)
    return _joined(pyarrow.array(offsets), texts.take(pyarrow.array(order)))


def _joined(offsets: pyarrow.Array, texts: pyarrow.Array) -> pyarrow.Array:
    import pyarrow
    import pyarrow.compute as pc

    return pc.binary_join(pyarrow.ListArray.from_arrays(offsets, texts), " ")


def _like(edges: pyarrow.Table, projected: pyarrow.Table) -> pyarrow.Table:
    """Return *projected* with all columns of *edges*, in their order, and then its own."""
    import pyarrow

    for field in edges.schema:
        if field.name not in projected.column_names:
            nothing = pyarrow.nulls(projected.num_rows, field.type)
            projected = projected.append_column(field, nothing)
    names = [*edges.column_names, "shared"]
    return projected.select(names)
