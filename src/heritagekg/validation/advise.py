"""What a curator could write instead, and the edit that does it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.diagnostics.model import Edit, Place
from heritagekg.engine.protocol import Term
from heritagekg.spans import Span
from heritagekg.turtle.format import predicate_key
from heritagekg.turtle.reader import Triple
from heritagekg.turtle.tokens import tokens
from heritagekg.validation.run import Result
from heritagekg.validation.shapes import Shape, rdf
from heritagekg.validation.suggest import Spelling

if TYPE_CHECKING:
    from heritagekg.validation.locate import Positions


def advise(
    result: Result,
    shape: Shape | None,
    *,
    refused: tuple[Term | None, Iterable[Term]] = (None, ()),
    is_missing: bool,
    has_others: bool = False,
    place: Place | None,
    where: Positions,
) -> tuple[str, Edit | None]:
    """Return what to write instead, and the edit that does it.

    Parameters
    ----------
    result, shape
        A result, and its source shape.
    refused
        A term that is none of those that the shape lists, and these.
    is_missing
        Whether the result speaks of a value that is not there.
    has_others
        Whether there are other values where one is missing.
    place
        The token that it points at.
    where
        The positions of the data.
    """
    file = place.file if place is not None else None
    spellings = (
        (refused[0], Spelling(t.value for t in refused[1] if isinstance(t, ox.NamedNode))),
        (result.path, where.properties),
        (result.value, where.things),
    )
    for term, known in spellings:
        if isinstance(term, ox.NamedNode) and known.is_unknown(term.value):
            closest = known.closest(term.value)
            if closest is not None:
                meant = where.name(ox.NamedNode(closest), file)
                return f"did you mean `{meant}`?", _respelt(term, meant, place, where)
    if has_others and shape is not None and place is not None and place.span is not None:
        wanted = shape.first("hasValue")
        if isinstance(wanted, ox.NamedNode):
            word = where.name(wanted, file)
            word = f"<{word}>" if word == wanted.value else word
            return f"write `{word}`", Edit(place.file, place.span, word)
    if has_others and isinstance(result.path, ox.NamedNode):
        return f"add another `{where.name(result.path, file)}`", None
    if is_missing and isinstance(result.path, ox.NamedNode):
        name = where.name(result.path, file)
        example = value_in(shape.example or "", name) if shape is not None else None
        if example is not None:
            return f"add `{name}`, for example", _added(result, name, example, where)
        return f"add `{name}`", None
    return "", None


def _respelt(term: ox.NamedNode, meant: str, place: Place | None, where: Positions) -> Edit | None:
    """Return the edit of the token at *place*, if it is *term* as a CURIE."""
    if place is None or place.span is None or place.span.line != place.span.end_line:
        return None
    line = where.line(place.file, place.span.line)
    if line[place.span.column - 1 : place.span.end_column - 1] != where.name(term, place.file):
        return None
    return Edit(place.file, place.span, meant)


def _added(result: Result, name: str, example: str, where: Positions) -> Edit | None:
    """Return the edit that adds a line for the property *name* where the canonical form has it."""
    path = result.path
    assert isinstance(path, ox.NamedNode)
    key = predicate_key(path, name)
    after: tuple[str, Triple] | None = None
    for file, triple in where.said(result.focus_node):
        word = "a" if triple.predicate == rdf("type") else where.name(triple.predicate, file)
        is_before = predicate_key(triple.predicate, word) <= key
        if (after is None or after[0] == file) and (is_before or after is None):
            after = file, triple
    if after is None:
        return None
    file, triple = after
    line = where.line(file, triple.object_span.end_line)
    # Only where the line ends with the statement's semicolon can another follow.
    if line[triple.object_span.end_column - 1 :].strip() != ";":
        return None
    indent = (
        line[: len(line) - len(line.lstrip())]
        if triple.predicate_span.line == (triple.object_span.end_line)
        else "    "
    )
    at = triple.object_span.end_line + 1
    return Edit(file, Span(at, 1, at, 1), f"{indent}{name} {example} ;\n", is_example=True)


def value_in(example: str, name: str) -> str | None:
    r"""Return what the right one of two examples says of the property *name*.

    Examples
    --------
    >>> value_in("# wrong\nx:a a x:B .\n# right\nx:a a x:B ; x:p 'q'@en , 2 .", "x:p")
    "'q'@en"
    """
    right = example.partition("# right\n")[2]
    found: list[str] = []
    end = start = None
    for kind, text, at in tokens(right):
        if start is None:
            start = -1 if kind == "name" and text == name else None
            continue
        if start == -1:
            start = at
        elif (kind == "mark" and text != "^^") or kind == "comment":
            break
        end = at + len(text)
        found.append(text)
    return right[start:end] if found and found[0] not in ("[", "(") else None
