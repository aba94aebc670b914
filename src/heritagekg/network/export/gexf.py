"""GEXF 1.3 with the time of every edge, as Gephi and graphology read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from heritagekg.network import attributes

if TYPE_CHECKING:
    from heritagekg.network.views import View

NAMESPACE = "http://gexf.net/1.3"
# lxml's stubs know no default namespace.
_NAMESPACES: Any = {None: NAMESPACE}
_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}
# Attributes that GEXF has elements or XML attributes for.
_STRUCTURE = {"code", "label", "source", "target", "weight"}
# Readers have columns of their own by these names.
_TITLES = {"id": "curie", "start": "possible_from", "end": "possible_until"}
_TIMES = (
    "Edges have the time in which they may have held as start and end, also as the attributes "
    "possible_from and possible_until; certain_from and certain_until bound the time in which "
    "they certainly held, where certain_from is not after certain_until. "
    "An open end is left out; nodes have no time of their own."
)
_NO_TIMES = "Neither edges nor nodes have a time of their own."


def render(view: View) -> bytes:
    """Return *view* as a GEXF 1.3 document: dynamic, with numeric ids.

    `start` and `end` of an edge are its possible bounds, both days in it; an open end is left out.
    All dates are attribute values as well, since many readers drop GEXF's own.
    """
    from lxml import etree

    root = etree.Element(f"{{{NAMESPACE}}}gexf", {"version": "1.3"}, nsmap=_NAMESPACES)
    nodes, edges = list(attributes.of_nodes(view.nodes)), list(attributes.of_edges(view.edges))
    columns = {
        "node": attributes.of_columns(nodes, _STRUCTURE),
        "edge": attributes.of_columns(edges, _STRUCTURE),
    }
    is_timed = not columns["edge"].keys().isdisjoint({"start", "end", "certain_from"})
    _meta(_child(root, "meta"), view.metadata, _TIMES if is_timed else _NO_TIMES)
    graph = _child(
        root,
        "graph",
        mode="dynamic",
        timeformat="date",
        timerepresentation="interval",
        idtype="integer",
        defaultedgetype="directed" if view.directed else "undirected",
    )
    for kind, names in columns.items():
        _declare(_child(graph, "attributes", {"class": kind}), names)
    listed = _child(graph, "nodes", count=str(len(nodes)))
    for node in nodes:
        element = _child(listed, "node", id=str(node["code"]), label=node["label"])
        _values(element, node, columns["node"])
    listed = _child(graph, "edges", count=str(len(edges)))
    for number, edge in enumerate(edges):
        element = _child(listed, "edge", _edge(number, edge))
        _values(element, edge, columns["edge"])
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def left_out(view: View) -> list[str]:
    """Return what GEXF cannot carry: a time that ends before it begins is no spell."""
    reversed_ = sum(
        edge.get("start", "") > edge.get("end", "9999") for edge in attributes.of_edges(view.edges)
    )
    if not reversed_:
        return []
    return [
        f"{reversed_} edges have a time that ends before it begins, as their statements say; "
        "Gephi opens no such file, so they are without start and end there"
    ]


def _meta(meta: Any, said: Mapping[str, str], times: str) -> None:
    meta.set("lastmodifieddate", said["date"])
    _child(meta, "creator").text = said["generator"]
    _child(meta, "keywords").text = f"heritagekg, {said['view']}, museums, network"
    lines = [f"{name}: {text}" for name, text in said.items() if name not in ("query", "generator")]
    lines += [times, f"query:\n{said['query']}"]
    _child(meta, "description").text = attributes.clean("\n".join(lines))


def _edge(number: int, edge: Mapping[str, Any]) -> dict[str, str]:
    names = ["source", "target", "weight", "kind"]
    # Gephi opens no file with a time that ends before it begins, as faulty statements may have.
    if edge.get("start", "") <= edge.get("end", "9999"):
        names += ["start", "end"]
    given = {name: edge[name] for name in names if name in edge}
    label = {"label": edge["kind"]} if "kind" in edge else {}
    return {"id": str(number)} | {name: str(value) for name, value in (given | label).items()}


def _declare(declared: Any, names: Mapping[str, type]) -> None:
    for number, (name, kind) in enumerate(names.items()):
        title = _TITLES.get(name, name)
        _child(declared, "attribute", id=str(number), title=title, type=_TYPES[kind])


def _values(element: Any, values: Mapping[str, Any], names: Iterable[str]) -> None:
    listed = _child(element, "attvalues")
    for number, name in enumerate(names):
        if name in values:
            _child(listed, "attvalue", {"for": str(number), "value": _text(values[name])})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _child(parent: Any, tag: str, given: Mapping[str, str] | None = None, **more: str) -> Any:
    from lxml import etree

    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", {**(given or {}), **more})
