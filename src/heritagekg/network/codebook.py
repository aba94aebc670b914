"""The codebook of exported tables: a Frictionless data package with every column's meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heritagekg.network.words import EDGE_COLUMNS, NODE_COLUMNS

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.network.views import View

_TYPES = {
    "int32": "integer",
    "int64": "integer",
    "double": "number",
    "string": "string",
    "date32[day]": "date",
}


def codebook(view: View, files: Mapping[str, tuple[str, pyarrow.Table]]) -> bytes:
    """Return the `datapackage.json` (Frictionless Data Package v1) of the *files* of a view.

    Parameters
    ----------
    view
        The view they are of.
    files
        File name to `nodes` or `edges` and the table in it.
    """
    said = view.metadata
    package = {
        "profile": "tabular-data-package",
        "name": f"heritagekg-{view.name}",
        "title": said["title"],
        "description": said["description"],
        "version": said["version"],
        "created": f"{said['date']}T00:00:00Z",
        "licenses": [{"name": "CC0-1.0", "path": said["license"].split()[-1]}],
        "sources": [
            {"title": title, "path": url} if url else {"title": title}
            for title, url in view.documents.values()
        ]
        or [{"title": "heritagekg"}],
        "citation": said["citation"],
        "query": said["query"],
        "parameters": json.loads(said["parameters"]),
        "directed": view.directed,
        "multigraph": view.multi,
        "resources": [_resource(name, *given) for name, given in files.items()],
    }
    if "measures" in said:
        package["measures"] = json.loads(said["measures"])
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def _resource(file: str, what: str, table: pyarrow.Table) -> dict[str, Any]:
    meanings = NODE_COLUMNS if what == "nodes" else EDGE_COLUMNS
    fields = [
        {
            "name": field.name,
            "type": _TYPES.get(str(field.type), "any"),
            "description": _meaning(field.name, meanings),
        }
        for field in table.schema
    ]
    form = file.rpartition(".")[2]
    resource: dict[str, Any] = {"name": what, "path": file, "format": form, "encoding": "utf-8"}
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if what == "nodes":
        schema["primaryKey"] = "id"
    return resource | {"profile": "tabular-data-resource", "schema": schema}


def _meaning(name: str, meanings: Mapping[str, str]) -> str:
    for suffix, of in (("_label", "what is called: "), ("_id", "CURIE of: ")):
        base = name.removesuffix(suffix)
        if name != base and base in meanings:
            return of + meanings[base]
    if name.startswith("label_"):
        return f"what it is called in the language {name.removeprefix('label_').replace('_', '-')}"
    return meanings.get(name, "as the view's query selects it")
