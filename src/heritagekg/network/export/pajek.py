"""Pajek's .net: numbers, labels and weights, nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heritagekg.network import attributes

if TYPE_CHECKING:
    from heritagekg.network.views import View


def render(view: View) -> bytes:
    """Return *view* as a Pajek network in UTF-8: vertices from 1, arcs or edges with weights.

    Pajek has no escapes, so quotes in a label become apostrophes and line ends spaces; a label
    that two nodes share gets its CURIE behind it, since readers take labels for names.
    """
    labels = [_label(text) for text in attributes.of_column(view.nodes["label"])]
    twice: set[str] = set()
    seen: set[str] = set()
    for label in labels:
        (twice if label in seen else seen).add(label)
    said = view.metadata
    lines = [f"% {name}: {_line(said[name])}" for name in _SAID if name in said]
    lines += [f"% query: {line}" for line in said["query"].splitlines()]
    lines.append(f"*Vertices {len(labels)}")
    for number, (name, label) in enumerate(
        zip(view.nodes["id"].to_pylist(), labels, strict=True), start=1
    ):
        lines.append(f'{number} "{f"{label} ({name})" if label in twice else label}"')
    lines.append("*Arcs" if view.directed else "*Edges")
    ends = (view.edges[name].to_pylist() for name in ("source", "target", "weight"))
    lines += [
        f"{source + 1} {target + 1} {weight:g}"
        for source, target, weight in zip(*ends, strict=True)
    ]
    return ("\n".join(lines) + "\n").encode()


_SAID = ("title", "version", "date", "license", "citation")


def _label(text: str) -> str:
    return _line(text).replace('"', "'").replace("\\", "/")


def _line(text: str) -> str:
    return re.sub("[\t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", text).strip()


def left_out(view: View) -> list[str]:
    """Return what Pajek cannot carry: all but labels and weights."""
    lost = [name for name in view.nodes.column_names if name not in ("code", "label")]
    edges = [name for name in view.edges.column_names if name not in ("source", "target", "weight")]
    return [f"Pajek holds labels and weights alone; left out of nodes: {', '.join(lost)}; "
            f"of edges: {', '.join(edges)}"]  # fmt: skip
