"""The attributes of nodes and edges as plain values: what every format and networkx can hold."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow

Attributes: TypeAlias = "dict[str, Any]"

# What XML 1.0 (§2.2) cannot hold, not even escaped.
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
    for node in nodes.to_pylist():
        labels = json.loads(node.pop("labels", None) or "{}")
        yield _plain(node) | {
            f"label_{language.replace('-', '_')}": clean(label)
            for language, label in labels.items()
            if language
        }


def of_edges(edges: pyarrow.Table) -> Iterator[Attributes]:
    """Return the attributes of each edge: the codes of its ends, texts, numbers and ISO dates.

    An open end has no attribute.
    """
    return map(_plain, edges.to_pylist())


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


def _plain(row: Attributes) -> Attributes:
    return {name: _value(value) for name, value in row.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else value
