"""Diagnostics with the source line, a caret under the token, help and notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from heritagekg.diagnostics.model import Diagnostic, Place

_COLOURS = {"error": "31", "warning": "33", "info": "36", "arrow": "34", "help": "32"}


def render(
    diagnostics: Iterable[Diagnostic],
    source: Callable[[str], str | None],
    *,
    colour: bool = False,
) -> str:
    r"""Return *diagnostics* as text to read.

    Parameters
    ----------
    diagnostics
        Findings, in the order to show.
    source
        Gives the text of a file by its name, or None where there is none.
    colour
        Whether to mark words with ANSI colours.

    Examples
    --------
    >>> from heritagekg.spans import Span
    >>> place = Place("a.ttl", Span(2, 5, 2, 8))
    >>> found = Diagnostic("HK101", "error", "name is odd", place, label="this one")
    >>> print(render([found], lambda name: "x\n    abc ;\n"), end="")
    error[HK101]: name is odd
     --> a.ttl:2:5
      |
    2 |     abc ;
      |     ^^^ this one
      |
    <BLANKLINE>
    """
    return "".join(_one(diagnostic, source, colour) + "\n" for diagnostic in diagnostics)


def _paint(text: str, kind: str, colour: bool) -> str:
    return f"\x1b[1;{_COLOURS[kind]}m{text}\x1b[0m" if colour else text


def _one(diagnostic: Diagnostic, source: Callable[[str], str | None], colour: bool) -> str:
    head = _paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity, colour)
    lines = [f"{head}: {diagnostic.message}\n"]
    if diagnostic.place is not None:
        lines.append(_excerpt(diagnostic.place, diagnostic.label, source, colour))
    if diagnostic.help:
        lines.append(f"{_paint('help', 'help', colour)}: {diagnostic.help}\n")
    lines += [f"note: {note}\n" for note in diagnostic.notes]
    return "".join(lines)


def _excerpt(place: Place, label: str, source: Callable[[str], str | None], colour: bool) -> str:
    width = len(str(place.span.line)) if place.span is not None else 0
    arrow = f"{' ' * width}{_paint('-->', 'arrow', colour)} {place}\n"
    text = source(place.file) if place.span is not None else None
    if text is None or place.span is None:
        return arrow
    lines = text.splitlines()
    line = lines[place.span.line - 1] if place.span.line <= len(lines) else ""
    same_line = place.span.end_line == place.span.line
    until = place.span.end_column if same_line else len(line) + 1
    # Tabs stay tabs under tabs, so that the caret stands right at any tab width.
    before = "".join("\t" if letter == "\t" else " " for letter in line[: place.span.column - 1])
    caret = "^" * max(1, until - place.span.column)
    bar = _paint("|", "arrow", colour)
    gutter = f"{' ' * width} {bar}"
    return (
        f"{arrow}{gutter}\n{place.span.line} {bar} {line}\n"
        f"{gutter} {before}{_paint(caret, 'error', colour)} {label}".rstrip()
        + f"\n{gutter}\n"
    )
