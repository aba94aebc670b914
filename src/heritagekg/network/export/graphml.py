"""GraphML, as networkx, igraph, yEd and Cytoscape read it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heritagekg.network.views import View


def render(view: View) -> bytes:
    """Return *view* as GraphML by networkx's writer; nodes have their CURIE as id."""
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
    return written.getvalue()


def left_out(view: View) -> list[str]:
    """Return what GraphML cannot carry: it has no time, dates are texts."""
    del view
    return ["GraphML has no time of its own; start, end and the certain bounds are texts in it"]
