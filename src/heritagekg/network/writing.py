"""Networks and their tables as files: in the format of the ending, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heritagekg.errors import ExportError, did_you_mean
from heritagekg.network import tables

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.network.views import View

# Ending -> module below `export/`, each with `render(view) -> bytes` and `left_out(view)`, the
# sentences on what the format cannot carry; some have `beside(view, path)`, the further files.
FORMATS = {
    ".gexf": "gexf",
    ".graphml": "graphml",
    ".cx2": "cx2",
    ".json": "json",
    ".parquet": "parquet",
    ".csv": "csv",
    ".dot": "dot",
    ".gv": "dot",
    ".net": "pajek",
    ".html": "html",
    ".svg": "picture",
    ".png": "picture",
    ".pdf": "picture",
}
TABLES = (".csv", ".json", ".parquet", ".svg", ".png", ".pdf")


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the format that the ending of *path* names.

    Raises
    ------
    ExportError
        If there is no such format.

    Examples
    --------
    >>> format_of("prague.gexf")
    'gexf'
    >>> format_of("prague.gefx")
    Traceback (most recent call last):
    ...
    heritagekg.errors.ExportError: no network format for 'prague.gefx'; did you mean '.gexf'?; \
endings are .gexf, .graphml, .cx2, .json, .parquet, .csv, .dot, .gv, .net, .html, .svg, .png, .pdf
    """
    return FORMATS[_ending(path, "network", FORMATS)]


def table_format_of(path: str | os.PathLike[str]) -> str:
    """Return the ending of *path*, in which a table over time is written.

    Raises
    ------
    ExportError
        If a table cannot be written so.
    """
    return _ending(path, "table", TABLES)


def _ending(path: str | os.PathLike[str], what: str, known: Any) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        hint = did_you_mean(suffix, known)
        raise ExportError(
            f"no {what} format for {str(path)!r}{hint}; endings are {', '.join(known)}"
        )
    return suffix


def check_not_empty(view: View, path: str | os.PathLike[str] | None) -> None:
    """Raise `ExportError` where *view* has no edges: nothing can be written or measured."""
    if view.edges.num_rows:
        return
    asked = ", ".join(f"{name}={value}" for name, value in view.parameters.items())
    not_written = f"; {str(path)!r} was not written" if path is not None else ""
    raise ExportError(
        f"network view {view.name!r} is empty{f' for {asked}' if asked else ''}{not_written}"
    )


def write(view: View, path: str | os.PathLike[str]) -> list[str]:
    """Write *view* to *path* in the format that the ending of *path* names.

    Returns
    -------
    list of str
        What the format cannot carry of this view, in sentences.

    Raises
    ------
    ExportError
        If the ending is not known, the network is empty, or a file cannot be written; a file
        that was there before is then as it was.
    """
    module = import_module(f"heritagekg.network.export.{format_of(path)}")
    check_not_empty(view, path)
    target = Path(path)
    beside = module.beside(view, target) if hasattr(module, "beside") else {}
    if hasattr(module, "FORMS"):
        content = module.render(view, module.FORMS[target.suffix.lower()])
    else:
        content = module.render(view)
    _replace({target: content, **beside})
    notes: list[str] = module.left_out(view)
    return notes


def write_table(
    table: pyarrow.Table, path: str | os.PathLike[str], metadata: Mapping[str, str]
) -> None:
    """Write a table over time to *path*, or the chart of it where the ending is a picture's.

    Raises
    ------
    ExportError
        If the ending is not known, the table is empty, or the file cannot be written.
    """
    suffix = table_format_of(path)
    if not table.num_rows:
        raise ExportError(f"there is nothing to follow over time; {str(path)!r} was not written")
    if suffix == ".csv":
        # CSV has no place for more than the rows; the description stands beside.
        said = json.dumps(dict(metadata), ensure_ascii=False, indent=1) + "\n"
        beside = Path(path).with_suffix(".metadata.json")
        _replace({Path(path): tables.as_csv(table), beside: said.encode()})
        return
    if suffix == ".json":
        document = {"metadata": dict(metadata), "rows": table.to_pylist()}
        content = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    elif suffix == ".parquet":
        content = tables.as_parquet(table, metadata)
    else:
        content = _chart(table, suffix, metadata)
    _replace({Path(path): content})


def _chart(table: pyarrow.Table, suffix: str, metadata: Mapping[str, str]) -> bytes:
    from heritagekg.network import charts

    draw = charts.centrality if "measure" in table.column_names else charts.evolution
    said = dict(metadata) | {"description": f"{metadata['citation']}\n{metadata['query']}"}
    return charts.saved(draw(table, metadata["title"]), charts.SUFFIXES[suffix], said)


def _replace(contents: Mapping[Path, bytes]) -> None:
    """Write all of *contents* beside their places and then put them there, or none."""
    parts = {target: target.with_name(f".{target.name}.{os.getpid()}.part") for target in contents}
    try:
        for target, content in contents.items():
            if target.is_dir():
                raise ExportError(f"cannot write {str(target)!r}: it is a folder")
            parts[target].write_bytes(content)
        for target, part in parts.items():
            os.replace(part, target)
    except OSError as error:
        name = str(next(iter(contents)))
        raise ExportError(f"cannot write {name!r}: {error.strerror}") from None
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
