"""CSV: edges in the file, nodes in one beside it, and a codebook for both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from heritagekg.network import tables
from heritagekg.network.codebook import codebook

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.network.views import View


def render(view: View) -> bytes:
    """Return the edges of *view* as CSV with a header; Gephi reads it as a spreadsheet.

    `source` and `target` are CURIEs, `type` says whether edges have a direction. RFC 4180 in
    UTF-8; what is not known is empty.
    """
    return tables.as_csv(_edges(view))


def beside(view: View, path: Path) -> dict[Path, bytes]:
    """Return `NAME.nodes.csv` and `NAME.csv.datapackage.json`."""
    nodes = path.with_name(f"{path.stem}.nodes.csv")
    table = _nodes(view)
    files = {path.name: ("edges", _edges(view)), nodes.name: ("nodes", table)}
    package = path.with_name(f"{path.name}.datapackage.json")
    return {nodes: tables.as_csv(table), package: codebook(view, files)}


def _nodes(view: View) -> pyarrow.Table:
    return tables.cleaned(view.nodes.drop_columns(["code"]))


def _edges(view: View) -> pyarrow.Table:
    import pyarrow

    table = tables.cleaned(tables.with_names(view.nodes, view.edges))
    word = "Directed" if view.directed else "Undirected"
    return table.add_column(2, "type", pyarrow.repeat(word, table.num_rows))


def left_out(view: View) -> list[str]:
    """Return what CSV cannot carry: types and the description, which stand beside."""
    del view
    return [
        "CSV holds no types, version, query or licence; NAME.csv.datapackage.json beside it does"
    ]
