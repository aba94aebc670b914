"""Write a view as a file whose ending says the format: the whole of it or nothing."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from heritagekg.errors import ExportError, did_you_mean

if TYPE_CHECKING:
    from heritagekg.network.views import View

# Ending -> module below `export/`, each with `render(view) -> bytes`.
FORMATS = {".gexf": "gexf", ".graphml": "graphml", ".json": "json"}


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
endings are .gexf, .graphml, .json
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        hint = did_you_mean(suffix, FORMATS)
        raise ExportError(
            f"no network format for {str(path)!r}{hint}; endings are {', '.join(FORMATS)}"
        )
    return FORMATS[suffix]


def write(view: View, path: str | os.PathLike[str]) -> None:
    """Write *view* to *path* in the format that the ending of *path* names.

    Raises
    ------
    ExportError
        If the ending is not known, the network is empty, or the file cannot be written; a file
        that was there before is then as it was.
    """
    form = format_of(path)
    if not view.edges.num_rows:
        asked = ", ".join(f"{name}={value}" for name, value in view.parameters.items())
        raise ExportError(
            f"network view {view.name!r} is empty{f' for {asked}' if asked else ''}; "
            f"{str(path)!r} was not written"
        )
    module = import_module(f"heritagekg.network.export.{form}")
    _replace(Path(path), module.render(view))


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, target)
    except OSError as error:
        raise ExportError(f"cannot write {str(target)!r}: {error.strerror}") from None
    finally:
        _remove(beside)


def _remove(path: Path) -> None:
    from contextlib import suppress

    with suppress(OSError):
        path.unlink(missing_ok=True)
