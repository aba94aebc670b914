"""Diagnostics as annotations of GitHub Actions (workflow commands)."""

from __future__ import annotations

from collections.abc import Iterable

from heritagekg.diagnostics.model import Diagnostic

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(diagnostics: Iterable[Diagnostic]) -> str:
    r"""Return one workflow command a finding, which GitHub shows at its line.

    Examples
    --------
    >>> render([Diagnostic("HK203", "error", "tenure names no source", help="add it")])
    '::error title=HK203::tenure names no source%0Ahelp: add it\n'
    """
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {}
    if diagnostic.place is not None:
        properties["file"] = diagnostic.place.file
        if (span := diagnostic.place.span) is not None:
            properties |= {"line": span.line, "endLine": span.end_line}
            # GitHub takes columns only within one line.
            if span.line == span.end_line:
                properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = diagnostic.code
    said = [diagnostic.message]
    if diagnostic.help:
        said.append(f"help: {diagnostic.help}")
    said += [f"note: {related.message}: {related.place}" for related in diagnostic.related]
    said += [f"note: {note}" for note in diagnostic.notes]
    written = ",".join(f"{name}={_property(str(v))}" for name, v in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {written}::{_escaped(chr(10).join(said))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
