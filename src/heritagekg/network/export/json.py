"""Node-link JSON, as `networkx.node_link_graph` and d3 read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heritagekg.network import attributes

if TYPE_CHECKING:
    from heritagekg.network.views import View


def render(view: View) -> bytes:
    """Return *view* as a node-link document in UTF-8: `networkx.node_link_graph` reads it.

    Edges name their ends by CURIE and are keyed by their number. What is not known is left out.
    """
    names = view.nodes["id"].to_pylist()
    nodes = []
    for node, labels in zip(
        attributes.of_nodes(view.nodes), view.nodes["labels"].to_pylist(), strict=True
    ):
        plain = {key: value for key, value in node.items() if not key.startswith("label_")}
        nodes.append(plain | {"labels": json.loads(labels)})
    links = []
    for number, edge in enumerate(attributes.of_edges(view.edges)):
        ends = {"source": names[edge["source"]], "target": names[edge["target"]]}
        links.append(edge | ends | ({"key": number} if view.multi else {}))
    document = {
        "directed": view.directed,
        "multigraph": view.multi,
        "graph": dict(view.metadata),
        "nodes": nodes,
        "edges": links,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def left_out(view: View) -> list[str]:
    """Return what node-link JSON cannot carry: nothing of a view."""
    del view
    return []
