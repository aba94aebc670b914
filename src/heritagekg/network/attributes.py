"""The attributes of nodes and edges as plain values: what every format and networkx can hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow

Attributes: TypeAlias = "dict[str, Any]"

# What XML 1.0 (§2.2) cannot hold, not even escaped.
_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{fffe}\\x{ffff}]"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def of_nodes(nodes: pyarrow.Table) -> Iterator[Attributes]:
    """Return the attributes of each node: its code, then texts and numbers, none of them null.

    The labels by language become `label_az`, `label_fr` …

    Examples
    --------
    >>> import pyarrow
    >>> labels = '{"en": "Carpet Museum", "az": "Xalça Muzeyi"}'
    >>> node = {"code": 0, "id": "museum:x", "label": "Carpet Museum", "labels": labels}
    >>> list(of_nodes(pyarrow.Table.from_pylist([node | {"country": None}])))[0]["label_az"]
    'Xalça Muzeyi'
    """
    # One document is read ten times as fast as one for each node.
    labels = json.loads(f"[{','.join(nodes['labels'].to_pylist())}]", strict=False)
    names = {
        language: f"label_{language.replace('-', '_')}" for said in labels for language in said
    }
    for node, said in zip(of_rows(nodes.drop_columns(["labels"])), labels, strict=True):
        for language, label in said.items():
            if language:
                node[names[language]] = label if label.isprintable() else clean(label)
        yield node


def of_edges(edges: pyarrow.Table) -> Iterator[Attributes]:
    """Return the attributes of each edge: the codes of its ends, texts, numbers and ISO dates.

    An open end has no attribute.
    """
    return of_rows(edges)


def of_rows(table: pyarrow.Table) -> Iterator[Attributes]:
    """Return the rows of *table* as dicts without what is null, days as ISO texts."""
    names = table.column_names
    for row in zip(*(of_column(column) for column in table.columns), strict=True):
        yield {name: value for name, value in zip(names, row, strict=True) if value is not None}


def of_column(column: Any) -> list[Any]:
    """Return the values of a column: numbers, ISO dates, texts that XML can hold, or None."""
    import pyarrow
    import pyarrow.compute as pc

    if pyarrow.types.is_date(column.type):
        column = column.cast(pyarrow.string())
    if pyarrow.types.is_string(column.type):
        unclean = pc.any(pc.match_substring_regex(column, _CONTROL)).as_py()
        # Each text is made once: most columns repeat themselves.
        coded = pc.dictionary_encode(column).combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pyarrow.ChunkedArray) else coded
        if len(coded.dictionary) * 2 < len(coded):
            texts = [*coded.dictionary.to_pylist(), None]
            texts = [text and clean(text) for text in texts] if unclean else texts
            return [texts[code] for code in pc.fill_null(coded.indices, -1).to_pylist()]
        texts = column.to_pylist()
        return [text and clean(text) for text in texts] if unclean else texts
    values: list[Any] = column.to_pylist()
    return values


def of_columns(attributes: list[Attributes], but: set[str]) -> dict[str, type]:
    """Return the names that occur in *attributes*, in order, each with its type.

    Examples
    --------
    >>> of_columns([{"code": 0, "label": "A"}, {"code": 1, "degree": 2}], {"code"})
    {'label': <class 'str'>, 'degree': <class 'int'>}
    """
    found: dict[str, type] = {}
    for one in attributes:
        for name, value in one.items():
            if name not in but:
                found[name] = type(value) if found.get(name, type(value)) is type(value) else str
    return found


def clean(text: str) -> str:
    r"""Return *text* without the control characters that no XML file can hold.

    Examples
    --------
    >>> clean("Şirin\x0b Məlikova")
    'Şirin Məlikova'
    """
    return _NO_XML.sub("", text)
