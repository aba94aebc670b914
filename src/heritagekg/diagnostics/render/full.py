"""Diagnostics with the source line, a caret under the token, help and notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from heritagekg.diagnostics.model import Diagnostic, Edit, Place

_COLOURS = {
    **{"error": "1;31", "warning": "1;33", "info": "1;36", "arrow": "1;34"},
    **{"help": "1;32", "note": "1", "+": "32", "-": "31"},
}
_ENDS = re.compile(r"\r\n|\n|\r")
Source = Callable[[str], str | None]


def render(diagnostics: Iterable[Diagnostic], source: Source, *, colour: bool = False) -> str:
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
    shown = _Shown(source, colour)
    return "".join(shown.finding(diagnostic) + "\n" for diagnostic in diagnostics)


class _Shown:
    """The parts of the text, painted or not."""

    def __init__(self, source: Source, colour: bool) -> None:
        self._source, self._colour = source, colour
        self._lines: dict[str, list[str] | None] = {}

    def finding(self, found: Diagnostic) -> str:
        head = self._paint(f"{found.severity}[{found.code}]", found.severity)
        lines = [f"{head}: {found.message}\n"]
        if found.place is not None:
            lines.append(self._excerpt(found.place, found.label, found.severity))
        for related in found.related:
            lines.append(f"{self._paint('note', 'note')}: {related.message}\n")
            lines.append(self._excerpt(related.place, "", "arrow"))
        if found.help:
            lines.append(f"{self._paint('help', 'help')}: {found.help}\n")
        if found.edit is not None:
            lines.append(self._change(found.edit))
        lines += [f"{self._paint('note', 'note')}: {note}\n" for note in found.notes]
        if found.acknowledged:
            lines.append(f"{self._paint('note', 'note')}: acknowledged: {found.acknowledged}\n")
        return "".join(lines)

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
        # Tabs stay tabs under tabs, so that the caret stands right at any tab width.
        before = "".join("\t" if letter == "\t" else " " for letter in line[: span.column - 1])
        caret = self._paint("^" * max(1, until - span.column), kind)
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
        for number, mark, line in shown:
            margin = bar if mark == " " else self._paint(mark, mark)
            text = line if mark == " " else self._paint(line, mark)
            body += f"{self._paint(f'{number:{width}}', 'arrow')} {margin} {text}".rstrip() + "\n"
        gutter = f"{' ' * width} {bar}\n"
        return gutter + body + gutter


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""
