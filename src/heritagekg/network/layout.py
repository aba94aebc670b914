"""Places for the nodes of a view, so that what is tied stands together and can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    from heritagekg.network.views import View

    Array = numpy.ndarray[Any, Any]

_SEED = 20220825
_STEPS = 250
_STEPS_OF_MANY = 150
# So many cells on a side hold the masses that push far nodes away.
_CELLS = 20
# Up to so many nodes, each pushes every other one by itself.
_EACH = 600


def positions(view: View, aspect: float = 1.25) -> Array:
    """Return x and y of every node: an array with a row for each code, between -1 and 1.

    Each component is laid out by itself: distances from some of its nodes give the shape (Brandes
    and Pich, Graph Drawing 2006), forces the detail: ties pull, nodes push by their degree
    (ForceAtlas2: Jacomy and others, PLoS ONE 9(6), 2014). Then the components are packed around
    the largest one, *aspect* times as wide as high. The same view always gives the same places.

    Examples
    --------
    >>> import heritagekg
    >>> places = positions(heritagekg.open().view("tenure"))
    >>> bool((abs(places) <= 1).all())
    True
    """
    import numpy as np
    from scipy.sparse.csgraph import connected_components

    count = view.nodes.num_rows
    matrix = view.to_csr()
    matrix = ((matrix + matrix.T) > 0).astype(float).tocsr()
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    _, labels = connected_components(matrix, directed=False)
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if count else []
    groups.sort(key=len, reverse=True)
    placed = np.zeros((count, 2))
    laid = [_laid_out(matrix[group][:, group]) for group in groups]
    radii = [float(np.hypot(*part.T).max(initial=0)) + 1 for part in laid]
    centres = _packed(radii, aspect)
    for group, part, centre in zip(groups, laid, centres, strict=True):
        placed[group] = part + centre
    if count:
        placed -= (placed.min(axis=0) + placed.max(axis=0)) / 2
        placed /= max(float(np.abs(placed).max()), 1e-9)
    return placed


def _laid_out(matrix: Any) -> Array:
    """Return the places of a component's nodes, about one apart, around the origin."""
    import numpy as np

    count = matrix.shape[0]
    if count == 1:
        return np.zeros((1, 2))
    if count == 2:
        return np.array([[-0.6, 0.0], [0.6, 0.0]])
    places = _forced(matrix, _shaped(matrix))
    places -= places.mean(axis=0)
    # The long side lies flat, as pages and screens do.
    _, axes = np.linalg.eigh(places.T @ places)
    return np.asarray((places @ axes[:, ::-1]) * _room(places))


def _room(places: Array) -> float:
    """Return the factor by which nodes get, in the middle, one unit to the next."""
    import numpy as np
    from scipy.spatial import cKDTree

    nearest = cKDTree(places).query(places, k=2)[0][:, 1]
    middle = float(np.median(nearest))
    # A component takes room for its nodes, however long its longest tie is.
    spread = float(np.sqrt(np.mean(np.sum(places**2, axis=1)))) or 1.0
    wanted = 0.9 * np.sqrt(len(places))
    return float(min(1 / max(middle, 1e-6), 2.5 * wanted / spread))


def _shaped(matrix: Any) -> Array:
    """Return places by the distances from some nodes, far from each other (pivot MDS)."""
    import numpy as np
    from scipy.sparse.csgraph import shortest_path

    count = matrix.shape[0]
    pivots = [int(np.argmax(np.diff(matrix.indptr)))]
    rows: list[Array] = []
    while True:
        rows.append(shortest_path(matrix, unweighted=True, indices=pivots[-1]))
        if len(rows) == min(40, count):
            break
        pivots.append(int(np.argmax(np.min(rows, axis=0))))
    squares = np.array(rows).T ** 2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    left, values, _ = np.linalg.svd(-centred / 2, full_matrices=False)
    places = left[:, :2] * np.sqrt(values[:2])
    spread = np.random.default_rng(_SEED).normal(size=(count, 2))
    size = max(float(np.abs(places).max()), 1e-9)
    return np.asarray(places / size * np.sqrt(count) + 0.3 * spread)


def _forced(matrix: Any, places: Array) -> Array:
    """Return *places* moved by the forces of ties and of all nodes on each other."""
    import numpy as np

    found = matrix.tocoo()
    half = found.row < found.col
    source, target = found.row[half], found.col[half]
    mass = np.diff(matrix.indptr) + 1.0
    largest = 0.25 * np.sqrt(len(places))
    steps = _STEPS if len(places) <= _EACH else _STEPS_OF_MANY
    for step in range(steps):
        pushed = _pushed(places, mass)
        apart = places[target] - places[source]
        length = np.sqrt((apart**2).sum(axis=1, keepdims=True)) + 1e-9
        # Ties pull by the logarithm of their length, which keeps groups apart (LinLog).
        pull = apart / length * np.log1p(length)
        for end, sign in ((source, 1), (target, -1)):
            for axis in (0, 1):
                pushed[:, axis] += np.bincount(end, sign * pull[:, axis], minlength=len(places))
        pushed -= 0.02 * places * mass[:, None] ** 0.5
        length = np.sqrt((pushed**2).sum(axis=1, keepdims=True)) + 1e-9
        most = largest * (1 - step / steps) + 0.02
        places = places + pushed / length * np.minimum(length, most)
    return places


def _pushed(places: Array, mass: Array) -> Array:
    """Return how all nodes, or far ones by the cells they stand in, push each node."""
    import numpy as np

    if len(places) <= _EACH:
        return _from(places, places, mass) * mass[:, None] ** 0.5
    low, high = places.min(axis=0), places.max(axis=0) + 1e-9
    cells = ((places - low) / (high - low) * _CELLS).astype(int)
    cell = cells[:, 0] * _CELLS + cells[:, 1]
    _, number = np.unique(cell, return_inverse=True)
    number = number.reshape(-1)
    masses = np.bincount(number, mass)
    centres = np.stack(
        [np.bincount(number, mass * places[:, axis]) / masses for axis in (0, 1)], axis=1
    )
    pushed = _from(places, centres, masses)
    return (pushed + _close(places)) * mass[:, None] ** 0.5


def _from(places: Array, others: Array, masses: Array) -> Array:
    import numpy as np

    apart = places[:, None, :] - others[None, :, :]
    squares = (apart**2).sum(axis=2) + 0.05
    return np.asarray((apart * (masses**0.5 / squares)[:, :, None]).sum(axis=1))


def _close(places: Array) -> Array:
    """Return how nodes that stand very near each other push themselves apart."""
    import numpy as np
    from scipy.spatial import cKDTree

    pairs = cKDTree(places).query_pairs(0.8, output_type="ndarray")
    one, two = pairs[:, 0], pairs[:, 1]
    apart = places[one] - places[two]
    squares = (apart**2).sum(axis=1) + 0.05
    push = apart / squares[:, None]
    pushed = np.zeros_like(places)
    for end, sign in ((one, 1), (two, -1)):
        for axis in (0, 1):
            pushed[:, axis] += np.bincount(end, sign * push[:, axis], minlength=len(places))
    return pushed


def _packed(radii: list[float], aspect: float) -> Array:
    """Return centres for circles of *radii*, largest first, which do not touch."""
    import numpy as np

    centres = np.zeros((len(radii), 2))
    known = np.array(radii)
    golden = np.pi * (3 - np.sqrt(5))
    start = 0
    for number in range(1, len(radii)):
        if known[number] < 0.7 * known[number - 1]:
            start = 0
        step = 0.35 * known[number]
        while True:
            way = np.array([np.cos(start * golden), np.sin(start * golden)])
            further = step * np.sqrt(start) * 0.5 * np.array([aspect, 1])
            tried = way * (known[0] + known[number] + further)
            start += 1
            gaps = np.hypot(*(centres[:number] - tried).T) - known[:number] - known[number]
            if gaps.min() >= 0:
                break
        centres[number] = tried
    return centres
