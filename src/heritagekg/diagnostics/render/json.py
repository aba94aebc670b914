"""Diagnostics as a JSON array, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from heritagekg.diagnostics.model import Diagnostic, Place


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """Return a JSON array with one object a finding.

    Its members are code, severity, message, file, line, column, end_line, end_column, help, edit,
    related, notes, focus_node, path, value, component, source_shape and acknowledged; null where
    there is none.

    Examples
    --------
    >>> json.loads(render([Diagnostic("HK203", "error", "tenure names no source")]))[0]["code"]
    'HK203'
    """
    return json.dumps([_object(d) for d in diagnostics], ensure_ascii=False, indent=2) + "\n"


def _object(diagnostic: Diagnostic) -> dict[str, object]:
    edit = diagnostic.edit
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **_place(diagnostic.place),
        "help": diagnostic.help or None,
        "edit": None
        if edit is None
        else {
            **_place(Place(edit.file, edit.span)),
            "text": edit.text,
            "is_example": edit.is_example,
        },
        "related": [
            {"message": related.message, **_place(related.place)} for related in diagnostic.related
        ],
        "notes": list(diagnostic.notes),
        "focus_node": diagnostic.focus_node,
        "path": diagnostic.path,
        "value": diagnostic.value,
        "component": diagnostic.component,
        "source_shape": diagnostic.source_shape,
        "acknowledged": diagnostic.acknowledged or None,
    }


def _place(place: Place | None) -> dict[str, object]:
    span = place.span if place is not None else None
    return {
        "file": place.file if place is not None else None,
        "line": span.line if span is not None else None,
        "column": span.column if span is not None else None,
        "end_line": span.end_line if span is not None else None,
        "end_column": span.end_column if span is not None else None,
    }
