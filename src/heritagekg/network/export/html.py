"""One HTML file that works offline: a network drawn by sigma, with search, filters, sources."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

from heritagekg.errors import ExportError
from heritagekg.network import attributes
from heritagekg.network.layout import positions
from heritagekg.network.words import kind_in_words, time_in_words
from heritagekg.terms import expand

if TYPE_CHECKING:
    from heritagekg.network.views import View

# So many colours are told apart; the rest of the kinds share one.
_COLOURS = 8
# The picture's size on a usual screen, the size from which a node is named there, and how many
# names are tried for room.
_WIDE, _HIGH, _NAMED, _NAMES = 1150, 640, 5, 400
# More edges than this for each node are a tangle, unless they are few.
_DENSE, _FEW = 2.5, 300
# Built from `web/frontend` when the package is made.
_BUILT = ("web", "static", "built")


def render(view: View) -> bytes:
    """Return *view* as a page that asks for nothing outside of itself.

    Nodes stand where Python has put them (`heritagekg.network.layout`); the page finds them by
    name, shows and hides kinds, goes through the years, and names the sources of each tie.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    name, _, url = view.metadata["license"].partition(" ")
    template = resources.files(__package__).joinpath("network.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True, keep_trailing_newline=True).from_string(template)
    network = _network(view)
    weak = sum("weak" in edge for edge in network["edges"])
    made = page.render(
        **view.metadata,
        license_name=name,
        license_url=url,
        size=f"{view.nodes.num_rows:,} nodes, {view.edges.num_rows:,} edges",
        weak=f" The {weak:,} weakest edges are drawn only for the node you point at."
        if weak
        else "",
        style=Markup(_built("network.css")),
        # Inside a script element only its own end tag would end it.
        script=Markup(_built("network.js").replace("</script", "<\\/script")),
        licences=_built("LICENSES.txt"),
        network=Markup(_json(network)),
        metadata=Markup(_json(dict(view.metadata))),
    )
    return made.encode()


def _built(name: str) -> str:
    found = resources.files("heritagekg").joinpath(*_BUILT, name)
    if not found.is_file():
        raise ExportError(
            f"the script of network pages ({'/'.join(_BUILT)}/{name}) is not built; "
            "install heritagekg with pip, or run `python hatch_build.py` in a checkout"
        )
    return found.read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """Return *value* as JSON that no HTML parser takes for an end tag or a comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _network(view: View) -> dict[str, Any]:
    """Return the network as the page's script takes it."""
    names = view.nodes["id"].to_pylist()
    labels = attributes.of_column(view.nodes["label"])
    kinds, titles = _kinds(view)
    places = positions(view, 2.0)
    columns = (names, labels, kinds, view.nodes["iri"].to_pylist(), places, _sizes(view, places))
    nodes = [
        {
            "id": name, "label": label, "kind": kind, "href": iri,
            "x": round(float(x), 4), "y": round(float(y), 4), "size": round(float(size), 2),
        }
        for name, label, kind, iri, (x, y), size in zip(*columns, strict=True)
    ]  # fmt: skip
    edges = [_edge(edge, names, view) for edge in attributes.of_edges(view.edges)]
    for place in _weak(view):
        edges[place]["weak"] = True
    drawn: dict[str, Any] = {"nodes": nodes, "edges": edges, "kinds": titles}
    if "at" in view.parameters:
        drawn["at"] = view.parameters["at"]
    return drawn


def _kinds(view: View) -> tuple[list[str], dict[str, str]]:
    """Return the kind of each node and what kinds are called; the rarest are one."""
    kinds = [kind or "" for kind in view.nodes["kind"].to_pylist()]
    ranked = [kind for kind, _ in Counter(kinds).most_common()]
    if len(ranked) <= _COLOURS:
        return kinds, {kind: kind_in_words(kind) for kind in ranked}
    own = ranked[: _COLOURS - 1]
    titles = {kind: kind_in_words(kind) for kind in own} | {"other": "other kinds"}
    return [kind if kind in titles else "other" for kind in kinds], titles


def _sizes(view: View, places: Any) -> Any:
    """Return the size of each node; those whose names find room are large enough to be named."""
    import numpy as np

    ends = np.concatenate([view.edges[name].to_numpy() for name in ("source", "target")])
    degrees = np.bincount(ends, minlength=len(places))
    scale = min(1.0, max(0.4, (200 / max(len(places), 1)) ** 0.35))
    sizes = np.minimum((3 + 1.5 * np.sqrt(degrees)) * scale, 15)
    width, height = np.ptp(places, axis=0)
    pixels = places * min(_WIDE / max(width, 1e-9), _HIGH / max(height, 1e-9))
    named = np.zeros(len(places), bool)
    rooms: list[tuple[float, float, float, float]] = []
    for place in np.lexsort([np.arange(len(places)), -degrees])[:_NAMES]:
        x, y = pixels[place]
        label = view.nodes["label"][int(place)].as_py()
        room = (x - 8, y - 9, x + 14 + 7 * min(len(label), 34), y + 9)
        if not any(
            room[0] < right and left < room[2] and room[1] < top and low < room[3]
            for left, low, right, top in rooms
        ):
            rooms.append(room)
            named[place] = True
    return np.where(named, np.maximum(sizes, _NAMED + 0.01), np.minimum(sizes, _NAMED - 0.1))


def _weak(view: View) -> Any:
    """Return the places of the edges that only blacken a dense network.

    Of more edges than the nodes can bear, the heaviest are kept, and those without which the
    network would fall apart.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    most = max(int(_DENSE * view.nodes.num_rows), _FEW)
    count = view.edges.num_rows
    if count <= most:
        return []
    source, target = (view.edges[name].to_numpy() for name in ("source", "target"))
    weight = view.edges["weight"].to_numpy()
    order = np.lexsort([np.arange(count), -weight])
    ranks = np.empty(count)
    ranks[order] = np.arange(1, count + 1)
    size = view.nodes.num_rows
    # The first of parallel edges stands for all of them.
    low, high = np.minimum(source, target), np.maximum(source, target)
    _, first = np.unique(low.astype(np.int64) * size + high, return_index=True)
    matrix = coo_array((ranks[first], (low[first], high[first])), shape=(size, size))
    tree = minimum_spanning_tree(matrix.tocsr()).data.astype(int)
    kept = np.zeros(count, bool)
    kept[order[tree - 1]] = True
    left = max(most - int(kept.sum()), 0)
    kept[[place for place in order if not kept[place]][:left]] = True
    return np.flatnonzero(~kept).tolist()


def _edge(edge: dict[str, Any], names: list[str], view: View) -> dict[str, Any]:
    made: dict[str, Any] = {"source": names[edge["source"]], "target": names[edge["target"]]}
    for key, name in (("from", "start"), ("until", "end")):
        if name in edge:
            made[key] = edge[name]
    words = [kind_in_words(edge["kind"])] if "kind" in edge else []
    words += [f"share {edge['shared'].replace(' ', ', ')}"] if "shared" in edge else []
    words += [edge["change"]] if "change" in edge else []
    words += [f"{edge['certainty']}"] if edge["certainty"] != "certain" else []
    if words:
        made["label"] = "; ".join(words)
    if when := time_in_words(edge):
        made["when"] = when
    if edge["weight"] != 1:
        made["weight"] = edge["weight"]
    sources = [_source(name, view) for name in edge.get("document", "").split()]
    if sources:
        made["sources"] = sources
    return made


def _source(name: str, view: View) -> dict[str, str]:
    title, url = view.documents.get(name, (name, ""))
    return {"label": title, "href": url or expand(name)}


def left_out(view: View) -> list[str]:
    """Return what the page does not show: the labels in other languages, and certain bounds."""
    del view
    return ["the page shows names in one language each; write .graphml or .json for all of them"]
