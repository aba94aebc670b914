"""DOT, as Graphviz reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heritagekg.network import attributes

if TYPE_CHECKING:
    from heritagekg.network.views import View


def render(view: View) -> bytes:
    """Return *view* in the DOT language, nodes by CURIE, everything else as attributes.

    All values are quoted texts. `label` and `weight` are Graphviz's own; an edge's time stands in
    `edgetooltip` as well.
    """
    word, arrow = ("digraph", "->") if view.directed else ("graph", "--")
    lines = [f"{word} {_quoted(view.name)} {{", f"  graph {_list(view.metadata)};"]
    names = view.nodes["id"].to_pylist()
    for node in attributes.of_nodes(view.nodes):
        lines.append(f"  {_quoted(node.pop('id'))} {_list(node)};")
    for edge in attributes.of_edges(view.edges):
        ends = (_quoted(names[edge.pop(end)]) for end in ("source", "target"))
        lines.append(f"  {f' {arrow} '.join(ends)} {_list(edge)};")
    return "\n".join([*lines, "}", ""]).encode()


def _list(values: Mapping[str, Any]) -> str:
    return f"[{', '.join(f'{name}={_quoted(value)}' for name, value in values.items())}]"


def _quoted(value: Any) -> str:
    r"""Return a DOT string: `"` is escaped, and a backslash must not escape what follows."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def left_out(view: View) -> list[str]:
    """Return what DOT cannot carry: types and time are texts in it."""
    del view
    return ["DOT has texts only; dates and numbers are texts in it, and time is no time"]
