"""GraphML, as networkx, igraph, yEd and Cytoscape read it."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from heritagekg.network import attributes, charts
from heritagekg.network.layout import positions

if TYPE_CHECKING:
    from heritagekg.network.views import View

_XML = "http://graphml.graphdrawing.org/xmlns"
# yEd draws what stands in these elements, and nothing else.
_YED = "http://www.yworks.com/xml/graphml"
_SPACING = 90


def render(view: View) -> bytes:
    """Return *view* as GraphML by networkx's writer; nodes have their CURIE as id.

    For yEd each node has a shape with its label, a place, and a colour by its kind.
    """
    import networkx

    made = view.to_networkx()
    # In XML the id of an edge is its own, while one fact may make several edges.
    numbered = made.__class__()
    numbered.graph.update(made.graph)
    numbered.add_nodes_from(made.nodes(data=True))
    for number, (source, target, values) in enumerate(made.edges(data=True)):
        key = {"key": f"e{number}"} if view.multi else {}
        numbered.add_edge(source, target, **key, **values)
    written = io.BytesIO()
    networkx.write_graphml_lxml(numbered, written)
    return _with_shapes(written.getvalue(), view)


def _with_shapes(content: bytes, view: View) -> bytes:
    from lxml import etree

    root = etree.fromstring(content, etree.XMLParser(huge_tree=True))
    key = etree.Element(f"{{{_XML}}}key", {"id": "shape", "for": "node"}, nsmap={"y": _YED})
    key.set("yfiles.type", "nodegraphics")
    root.insert(0, key)
    kinds = view.nodes["kind"].to_pylist()
    ranked = [kind for kind, _ in Counter(kinds).most_common()]
    nodes = view.nodes.num_rows
    places = positions(view) * _SPACING * nodes**0.5
    labels = dict(
        zip(view.nodes["id"].to_pylist(), attributes.of_column(view.nodes["label"]), strict=True)
    )
    found = {element.get("id"): element for element in root.iter(f"{{{_XML}}}node")}
    for name, kind, (x, y) in zip(view.nodes["id"].to_pylist(), kinds, places, strict=True):
        colour = charts.COLOURS[ranked.index(kind) % len(charts.COLOURS)]
        data = etree.SubElement(found[name], f"{{{_XML}}}data", {"key": "shape"})
        _shape(data, colour, labels[name], float(x), float(y))
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _shape(data: Any, colour: str, label: str, x: float, y: float) -> None:
    from lxml import etree

    shape = etree.SubElement(data, f"{{{_YED}}}ShapeNode", nsmap={"y": _YED})
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": "24", "height": "24"}
    etree.SubElement(shape, f"{{{_YED}}}Geometry", place)
    etree.SubElement(shape, f"{{{_YED}}}Fill", {"color": colour, "transparent": "false"})
    said = {"modelName": "sides", "modelPosition": "s"}
    etree.SubElement(shape, f"{{{_YED}}}NodeLabel", said).text = label
    etree.SubElement(shape, f"{{{_YED}}}Shape", {"type": "ellipse"})


def left_out(view: View) -> list[str]:
    """Return what GraphML cannot carry: it has no time, dates are texts."""
    del view
    return ["GraphML has no time of its own; start, end and the certain bounds are texts in it"]
