"""Parquet: edges in the file, nodes in one beside it, typed, and a codebook for both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from heritagekg.network import tables
from heritagekg.network.codebook import codebook

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.network.views import View


def render(view: View) -> bytes:
    """Return the edges of *view* as Parquet, its description in the file's metadata.

    `source` and `target` are the codes of the nodes, `source_id` and `target_id` their CURIEs.
    """
    return tables.as_parquet(_edges(view), view.metadata)


def beside(view: View, path: Path) -> dict[Path, bytes]:
    """Return `NAME.nodes.parquet` and `NAME.parquet.datapackage.json`."""
    nodes = path.with_name(f"{path.stem}.nodes.parquet")
    files = {path.name: ("edges", _edges(view)), nodes.name: ("nodes", view.nodes)}
    package = path.with_name(f"{path.name}.datapackage.json")
    return {
        nodes: tables.as_parquet(view.nodes, view.metadata),
        package: codebook(view, files),
    }


def _edges(view: View) -> pyarrow.Table:
    table = view.edges
    named = tables.with_names(view.nodes, view.edges)
    for place, name in enumerate(("source", "target")):
        table = table.add_column(2 + place, f"{name}_id", named[name])
    return table


def left_out(view: View) -> list[str]:
    """Return what Parquet cannot carry: nothing of a view."""
    del view
    return []
