"""One side of a bipartite network, its nodes tied by what they share on the other side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heritagekg.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow

OTHER = {"source": "target", "target": "source"}
WEIGHTS = ("count", "newman", "cosine")
_TEXTS = ("fact", "document")
# So many pairs are a matter of seconds; ten times as many fill the memory.
MOST_PAIRS = 2_000_000


def pairs_of(edges: pyarrow.Table, keep: str) -> int:
    """Return how many pairs a projection looks at: d(d - 1)/2 for each shared node of degree d.

    It has no more edges than that.

    Examples
    --------
    >>> import pyarrow
    >>> edges = pyarrow.table({"source": [7, 8, 9, 7], "target": [0, 0, 0, 1]})
    >>> pairs_of(edges, "source"), pairs_of(edges, "target")
    (3, 1)
    """
    import pyarrow.compute as pc

    ties = edges.select([keep, OTHER[keep]]).group_by([keep, OTHER[keep]]).aggregate([])
    degrees = ties.group_by(OTHER[keep]).aggregate([(keep, "count")])[f"{keep}_count"]
    pairs = pc.sum(pc.multiply(degrees, pc.subtract(degrees, 1))).as_py() or 0
    return int(pairs) // 2


def project(
    edges: pyarrow.Table,
    names: Sequence[str],
    keep: str,
    weight: str = "count",
    *,
    most_pairs: int = MOST_PAIRS,
) -> pyarrow.Table:
    """Return an edge for every two nodes of one side that share a node of the other.

    This is the sparse product of the incidence matrix with its transpose, by a join of columns.
    Edges have no direction; parallel edges of the bipartite network count once. An edge has no
    time of its own: project the slice of a day to have what was shared on that day.

    Parameters
    ----------
    edges
        The edge table of a bipartite view (`heritagekg.network.tables.edge_table`).
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
    if keep not in OTHER:
        raise BadParameter(f"'keep' is {keep!r}; it takes source or target")
    if weight not in WEIGHTS:
        raise BadParameter(f"'weight' is {weight!r}; it takes {', '.join(WEIGHTS)}")
    pairs = pairs_of(edges, keep)
    if pairs > most_pairs:
        raise BadParameter(
            f"the projection would look at {pairs:,} pairs of nodes, more than {most_pairs:,}; "
            "ask for a day, a span or a country"
        )
    return _like(edges, _shared(_ties(edges, keep), names, weight))


def _ties(edges: pyarrow.Table, keep: str) -> pyarrow.Table:
    """Return one row for each two nodes that are tied, with the degrees of both."""
    import pyarrow
    import pyarrow.compute as pc

    columns = {"kept": edges[keep], "through": edges[OTHER[keep]], "certainty": edges["certainty"]}
    columns |= {name: pc.fill_null(edges[name], "") for name in _TEXTS}
    ties = (
        pyarrow.table(columns)
        .group_by(["kept", "through"], use_threads=False)
        .aggregate([("certainty", "min"), *((name, "list") for name in _TEXTS)])
    )
    kept, through = ties["kept"], ties["through"]
    return pyarrow.table(
        {
            "kept": kept,
            "through": through,
            "certainty": ties["certainty_min"],
            **{name: pc.binary_join(ties[f"{name}_list"], " ") for name in _TEXTS},
            "degree": _degrees(kept),
            "through_degree": _degrees(through),
        }
    )


def _degrees(codes: pyarrow.ChunkedArray) -> pyarrow.Array:
    """Return for each of *codes* how often it is among them."""
    import pyarrow
    import pyarrow.compute as pc

    counted = pyarrow.table({"code": codes}).group_by("code").aggregate([("code", "count")])
    places = pc.index_in(codes, counted["code"].combine_chunks())
    return pc.cast(counted["code_count"].take(places), pyarrow.float64())


def _shared(ties: pyarrow.Table, names: Sequence[str], weight: str) -> pyarrow.Table:
    """Return one row for each two kept nodes that share something, with its weight."""
    import pyarrow
    import pyarrow.compute as pc

    first, second = _pairs(ties)
    columns = {
        "source": first["kept"],
        "target": second["kept"],
        "weight": _worth(first, second, weight),
        # Possible where either tie is only possible: "certain" < "possible".
        "certainty": pc.max_element_wise(first["certainty"], second["certainty"]),
        "shared": pyarrow.array(names, pyarrow.string()).take(first["through"]),
    }
    columns |= {name: _both(first[name], second[name]) for name in _TEXTS}
    texts = ("shared", *_TEXTS)
    edges = (
        pyarrow.table(columns)
        .group_by(["source", "target"], use_threads=False)
        .aggregate([("weight", "sum"), ("certainty", "min"), *((name, "list") for name in texts)])
    )
    return pyarrow.table(
        {
            "source": edges["source"],
            "target": edges["target"],
            "weight": edges["weight_sum"],
            "certainty": edges["certainty_min"],
            **{name: _each_once(edges[f"{name}_list"]) for name in texts},
        }
    )


def _pairs(ties: pyarrow.Table) -> tuple[pyarrow.Table, pyarrow.Table]:
    """Return every two ties to the same shared node, the one with the lower code first."""
    import pyarrow
    import pyarrow.compute as pc

    # Joined by their places alone: texts would make the join six times slower.
    places = ties.select(["kept", "through"]).append_column(
        "place", pyarrow.array(range(ties.num_rows), pyarrow.int64())
    )
    pairs = places.join(places, "through", join_type="inner", right_suffix="_2", use_threads=False)
    pairs = pairs.filter(pc.less(pairs["kept"], pairs["kept_2"]))
    pairs = pairs.sort_by([(name, "ascending") for name in ("kept", "kept_2", "through")])
    return ties.take(pairs["place"]), ties.take(pairs["place_2"])


def _worth(first: pyarrow.Table, second: pyarrow.Table, weight: str) -> pyarrow.Array:
    """Return what each shared node adds to the weight of a pair."""
    import pyarrow
    import pyarrow.compute as pc

    if weight == "newman":
        return pc.divide(1.0, pc.subtract(first["through_degree"], 1.0))
    if weight == "cosine":
        return pc.divide(1.0, pc.sqrt(pc.multiply(first["degree"], second["degree"])))
    return pyarrow.repeat(1.0, first.num_rows)


def _both(first: pyarrow.Array, second: pyarrow.Array) -> pyarrow.Array:
    import pyarrow.compute as pc

    joined = pc.binary_join_element_wise(first, second, " ")
    return pc.if_else(pc.equal(first, second), first, joined)


def _each_once(lists: pyarrow.ChunkedArray) -> pyarrow.Array:
    """Return the words of each list of texts, each once, as one text."""
    import pyarrow
    import pyarrow.compute as pc

    joined = pc.utf8_trim_whitespace(pc.binary_join(lists, " ")).combine_chunks()
    several = pc.greater(pc.count_substring(joined, " "), 1)
    words = [" ".join(dict.fromkeys(text.split())) for text in joined.filter(several).to_pylist()]
    return pc.replace_with_mask(joined, several, pyarrow.array(words, joined.type))


def _like(edges: pyarrow.Table, projected: pyarrow.Table) -> pyarrow.Table:
    """Return *projected* with all columns of *edges*, in their order, and then its own."""
    import pyarrow

    for field in edges.schema:
        if field.name not in projected.column_names:
            nothing = pyarrow.nulls(projected.num_rows, field.type)
            projected = projected.append_column(field, nothing)
    names = [*edges.column_names, "shared"]
    return projected.select(names)
