"""Stretches of text by line and column."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text; lines and columns count characters from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Places:
    r"""Turns offsets of a text into lines and columns.

    Examples
    --------
    >>> Places("a\nbc").span(2, 4)
    Span(line=2, column=1, end_line=2, end_column=3)
    """

    def __init__(self, text: str) -> None:
        if "\r" in text:
            self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]
        else:
            # Ten times as fast, which counts in a text of a million lines.
            self._starts = [0, *accumulate(map((1).__add__, map(len, text.split("\n"))))]

    def span(self, start: int, end: int) -> Span:
        """Return the span from offset *start* to offset *end*."""
        starts = self._starts
        line = last = bisect_right(starts, start)
        if last < len(starts) and end >= starts[last]:
            last = bisect_right(starts, end)
        return Span(line, start - starts[line - 1] + 1, last, end - starts[last - 1] + 1)
