"""Diagnostics as one line each, for editors and grep."""

from __future__ import annotations

from collections.abc import Iterable

from heritagekg.diagnostics.model import Diagnostic, visible


def render(diagnostics: Iterable[Diagnostic]) -> str:
    r"""Return one line a finding: `file:line:column: severity[code] message`.

    Examples
    --------
    >>> render([Diagnostic("HK203", "error", "tenure names no source")])
    'error[HK203] tenure names no source\n'
    """
    return "".join(_line(diagnostic) for diagnostic in diagnostics)


def _line(found: Diagnostic) -> str:
    message = visible(" ".join(found.message.split()))
    return f"{_place(found)}{found.severity}[{found.code}] {message}\n"


def _place(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.place}: " if diagnostic.place is not None else ""
