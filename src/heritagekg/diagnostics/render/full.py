"""Diagnostics with the source line, a caret under the token, help and notes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from heritagekg.diagnostics.model import Diagnostic, Edit, Place, visible

_COLOURS = {
    **{"error": "1;31", "warning": "1;33", "info": "1;36", "arrow": "1;34"},
    **{"help": "1;32", "note": "1", "+": "32", "-": "31"},
}
_ENDS = re.compile(r"\r\n|\n|\r")
Source = Callable[[str], str | None]
# How many columns of a longer line are shown where no width is asked for, and before the caret.
WIDTH = 160
_BEFORE = 30
# A suggested line is to be copied, and cut only where it is out of all measure.
_WIDEST_CHANGE = 1000


def render(
    diagnostics: Iterable[Diagnostic],
    source: Source,
    *,
    colour: bool = False,
    width: int = WIDTH,
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
    width
        Columns to show of a source line that is longer; the caret is among them.

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
    shown = _Shown(source, colour, width)
    return "".join(shown.finding(diagnostic) + "\n" for diagnostic in diagnostics)


class _Shown:
    """The parts of the text, painted or not."""

    def __init__(self, source: Source, colour: bool, width: int) -> None:
        self._source, self._colour, self._width = source, colour, width
        self._lines: dict[str, list[str] | None] = {}

    def finding(self, found: Diagnostic) -> str:
        head = self._paint(f"{found.severity}[{found.code}]", found.severity)
        lines = [f"{head}: {visible(found.message)}\n"]
        if found.place is not None:
            lines.append(self._excerpt(found.place, found.label, found.severity))
        for related in found.related:
            lines.append(self._said("note", related.message))
            lines.append(self._excerpt(related.place, "", "arrow"))
        if found.help:
            lines.append(self._said("help", found.help))
        if found.edit is not None:
            lines.append(self._change(found.edit))
        lines += [self._said("note", note) for note in found.notes]
        if found.acknowledged:
            lines.append(self._said("note", f"acknowledged: {found.acknowledged}"))
        return "".join(lines)

    def _said(self, kind: str, text: str) -> str:
        return f"{self._paint(kind, kind)}: {visible(text)}\n"

    def _paint(self, text: str, kind: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self._colour else text

    def _text(self, file: str) -> list[str] | None:
        if file not in self._lines:
            text = self._source(file)
            self._lines[file] = None if text is None else _ENDS.split(text)
        return self._lines[file]

    def _excerpt(self, place: Place, label: str, kind: str) -> str:
        span = place.span
        width = len(str(span.line)) if span is not None else 0
        arrow = f"{' ' * width}{self._paint('-->', 'arrow')} {place}\n"
        lines = self._text(place.file) if span is not None else None
        if lines is None or span is None:
            return arrow
        line = _line(lines, span.line)
        until = span.end_column if span.end_line == span.line else len(line) + 1
        line, column, until = _window(line, span.column, until, max(40, self._width - width - 3))
        line = visible(line)
        # Tabs stay tabs under tabs, so that the caret stands right at any tab width.
        before = "".join(
            "\t" if letter == "\t" else " " * _columns(letter) for letter in line[: column - 1]
        )
        caret = self._paint("^" * max(1, _columns(line[column - 1 : until - 1])), kind)
        bar = self._paint("|", "arrow")
        gutter = f"{' ' * width} {bar}"
        return (
            f"{arrow}{gutter}\n{self._paint(str(span.line), 'arrow')} {bar} {line}\n"
            f"{gutter} {before}{caret} {label}".rstrip()
            + f"\n{gutter}\n"
        )

    def _change(self, edit: Edit) -> str:
        """Return the lines that *edit* takes away and those it adds."""
        lines, span = self._text(edit.file), edit.span
        if lines is None:
            return ""
        shown: list[tuple[int, str, str]] = []
        if edit.text.endswith("\n"):
            if span.line > 1:
                shown.append((span.line - 1, " ", _line(lines, span.line - 1)))
            new = edit.text.removesuffix("\n").split("\n")
        else:
            before = _line(lines, span.line)[: span.column - 1]
            after = _line(lines, span.end_line)[span.end_column - 1 :]
            for number in range(span.line, span.end_line + 1):
                shown.append((number, "-", _line(lines, number)))
            new = f"{before}{edit.text}{after}".split("\n")
        shown += [(number, "+", line) for number, line in enumerate(new, start=span.line)]
        width = len(str(shown[-1][0]))
        bar = self._paint("|", "arrow")
        body = ""
        for number, mark, whole in shown:
            line = visible(_window(whole, span.column, span.column, _WIDEST_CHANGE)[0])
            margin = bar if mark == " " else self._paint(mark, mark)
            text = line if mark == " " else self._paint(line, mark)
            body += f"{self._paint(f'{number:{width}}', 'arrow')} {margin} {text}".rstrip() + "\n"
        gutter = f"{' ' * width} {bar}\n"
        return gutter + body + gutter


def _window(line: str, column: int, until: int, width: int) -> tuple[str, int, int]:
    """Return what is shown of *line*, and where in it the caret begins and ends."""
    if _columns(line) <= width:
        return line, column, until
    start = max(0, min(column - 1 - min(_BEFORE, width // 4), len(line) - width))
    end = min(len(line), start + width)
    while end > start + 1 and _columns(line[start:end]) > width:
        end -= 1
    shown = line[start:end]
    if start:
        shown = "…" + shown[1:]
    if end < len(line):
        shown = shown[:-1] + "…"
    return shown, column - start, min(until - start, len(shown) + 1)


def _columns(text: str) -> int:
    """Return how many columns of a terminal *text* takes: two for a letter as of Chinese."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(letter) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""
