"""The other places of a finding: the second half of a duplicate or contradiction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.diagnostics.model import Place, Related
from heritagekg.engine.protocol import Term
from heritagekg.turtle.reader import Triple
from heritagekg.validation.run import Result
from heritagekg.validation.shapes import Shape

if TYPE_CHECKING:
    from heritagekg.validation.locate import Positions

# Components that speak of values that are too many.
_REPEATED = {"MaxCount", "UniqueLang", "QualifiedMaxCount"}
_CURIE = re.compile(r"([A-Za-z][\w-]*):([A-Za-z][\w-]*)")
_MOST = 3


def related(
    result: Result,
    shape: Shape | None,
    kind: str,
    predicates: frozenset[Term],
    place: Place | None,
    where: Positions,
) -> Iterable[Related]:
    """Return the other places of *result*, three at most.

    Parameters
    ----------
    result, shape, kind
        A result, its source shape, and its constraint component.
    predicates
        The predicates of the result's path.
    place
        Where the finding itself points at.
    where
        The positions of the data.
    """
    found: Iterable[Related] = ()
    if kind in _REPEATED and shape is not None:
        found = _repeated(result, shape, kind, predicates, where)
    elif kind == "SPARQL" and shape is not None:
        found = _compared(result, shape, where)
    elif result.path is None:
        found = _other(result, where)
    return islice((one for one in found if one.place != place), _MOST)


def said_of(
    focus_node: Term, predicates: frozenset[Term], where: Positions
) -> list[tuple[str, Triple]]:
    """Return the triples of *focus_node* with one of *predicates*, and their files."""
    return [(name, t) for name, t in where.said(focus_node) if t.predicate in predicates]


def of_repeated_language(said: list[tuple[str, Triple]]) -> list[tuple[str, Triple]]:
    """Return those of *said* whose values share a language, of the first that is shared."""
    by_language: dict[str, list[tuple[str, Triple]]] = {}
    for name, triple in said:
        if isinstance(triple.object, ox.Literal) and triple.object.language:
            by_language.setdefault(triple.object.language.lower(), []).append((name, triple))
    return next((same for same in by_language.values() if len(same) > 1), [])


def _repeated(
    result: Result, shape: Shape, kind: str, predicates: frozenset[Term], where: Positions
) -> Iterable[Related]:
    allowed = shape.first("maxCount" if kind == "MaxCount" else "qualifiedMaxCount")
    if kind != "UniqueLang" and (allowed is None or allowed.value == "0"):
        return  # each value is one too many
    said = said_of(result.focus_node, predicates, where)
    if kind == "UniqueLang":
        said = of_repeated_language(said)
    for name, triple in said:
        yield Related(Place(name, triple.object_span), "the other value")
    if not said:  # the path goes against the direction in which the data say it
        for name, triple in where.pointing(result.focus_node, predicates):
            subject = where.name(triple.subject, name)
            yield Related(Place(name, triple.object_span), f"{subject} says so here")


def _compared(result: Result, shape: Shape, where: Positions) -> Iterable[Related]:
    """Yield what else of the focus node the query compares, and the other node that it finds."""
    said = where.said(result.focus_node)
    if all(triple.object != result.value for _, triple in said):
        yield from _other(result, where)
    if result.path is None:
        return
    for constraint in shape.sparql:
        asked = {
            constraint.prefixes.get(prefix, "") + local
            for prefix, local in _CURIE.findall(constraint.select)
        }
        for name, triple in said:
            if triple.predicate.value in asked and triple.object != result.value:
                yield Related(Place(name, triple.object_span), "it is compared with this")


def _other(result: Result, where: Positions) -> Iterable[Related]:
    if isinstance(result.value, ox.NamedNode):
        for name, span in where.definitions(result.value):
            other = where.name(result.value, name)
            yield Related(Place(name, span), f"{other} stands here")
