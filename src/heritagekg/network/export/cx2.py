"""CX2, as Cytoscape and NDEx read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from heritagekg.network import attributes
from heritagekg.network.layout import positions

if TYPE_CHECKING:
    from heritagekg.network.views import View

_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}
_ENDS = {"source", "target"}
# Cytoscape lays a network out in units of its screen.
_SCALE = 120


def render(view: View) -> bytes:
    """Return *view* as a CX2 document: declared attributes, codes as ids, places for the nodes.

    A node's `name` is its label, `represents` its CURIE, as Cytoscape expects them; an edge's
    `interaction` is its kind.
    """
    nodes = list(attributes.of_nodes(view.nodes))
    edges = list(attributes.of_edges(view.edges))
    places = positions(view) * _SCALE * max(len(nodes), 1) ** 0.5
    made_nodes = [
        {"id": node["code"], "x": round(float(x), 2), "y": round(float(y), 2), "v": _node(node)}
        for node, (x, y) in zip(nodes, places, strict=True)
    ]
    made_edges = [
        {"id": number, "s": edge["source"], "t": edge["target"], "v": _edge(edge)}
        for number, edge in enumerate(edges)
    ]
    said: dict[str, Any] = {"name": view.metadata["title"], **view.metadata}
    said |= {"directed": view.directed, "multigraph": view.multi}
    aspects = {
        "attributeDeclarations": [
            {
                "networkAttributes": _declared([said]),
                "nodes": _declared([node["v"] for node in made_nodes]),
                "edges": _declared([edge["v"] for edge in made_edges]),
            }
        ],
        "networkAttributes": [said],
        "nodes": made_nodes,
        "edges": made_edges,
    }
    document: list[Any] = [
        {"CXVersion": "2.0", "hasFragments": False},
        {"metaData": [{"name": name, "elementCount": len(a)} for name, a in aspects.items()]},
        *({name: aspect} for name, aspect in aspects.items()),
        {"status": [{"success": True, "error": ""}]},
    ]
    return (json.dumps(document, ensure_ascii=False) + "\n").encode()


def _node(node: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in node.items() if name not in ("code", "id", "label")}
    return {"name": node["label"], "represents": node["id"]} | rest


def _edge(edge: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in edge.items() if name not in _ENDS}
    return rest | ({"interaction": edge["kind"]} if "kind" in edge else {})


def _declared(values: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    found = attributes.of_columns(values, set())
    return {name: {"d": _TYPES[kind]} for name, kind in found.items()}


def left_out(view: View) -> list[str]:
    """Return what CX2 cannot carry: it has no time, and every edge a source and a target."""
    notes = ["CX2 has no time of its own; start, end and the certain bounds are texts in it"]
    if not view.directed:
        notes.append("CX2 has no edges without direction; its attribute 'directed' is false")
    return notes
