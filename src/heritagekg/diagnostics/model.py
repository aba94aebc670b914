"""Diagnostics: what is wrong in a curator's files, where, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from heritagekg.spans import Span

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file: its name in the workspace, and the span (None: the whole file)."""

    file: str
    span: Span | None = None

    def __str__(self) -> str:
        return (
            self.file if self.span is None else f"{self.file}:{self.span.line}:{self.span.column}"
        )


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes
    ----------
    code, severity, message
        `HK203`, one of `SEVERITIES`, and one short statement of what is.
    place
        The token that must be touched; None for what stands in no file.
    label
        What to write beside the caret; empty for nothing.
    help
        What to write instead.
    notes
        The rule, and other places that belong to it.
    focus_node, path, value, component, source_shape
        For a finding of SHACL, the terms of its result; CURIEs where a prefix gives one.
    """

    code: str
    severity: str
    message: str
    place: Place | None = None
    label: str = ""
    help: str = ""
    notes: tuple[str, ...] = ()
    focus_node: str | None = None
    path: str | None = None
    value: str | None = None
    component: str | None = None
    source_shape: str | None = None
    related: tuple[Place, ...] = field(default=())

    @property
    def order(self) -> tuple[object, ...]:
        """The key by which findings are sorted: file, line, column, code."""
        file = self.place.file if self.place is not None else ""
        span = self.place.span if self.place is not None else None
        where = (span.line, span.column) if span is not None else (0, 0)
        return (file, *where, self.code, self.message, self.value or "")
