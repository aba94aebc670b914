"""Which blank nodes Turtle can write as brackets, which as collections, and which need a label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from heritagekg.turtle.comments import Comments, Stated
from heritagekg.turtle.reader import FIRST, NIL, REST, Node, Term

# Brackets in brackets beyond this are not readable; a chain of blank nodes goes on with a label.
DEEPEST = 12

Facts: TypeAlias = dict[Node, dict[NamedNode, list[Term]]]


@dataclass(frozen=True, slots=True)
class Nesting:
    """How each blank node of a graph is written.

    Attributes
    ----------
    nested
        Those written where they are pointed at.
    cells
        Those of `nested` written as part of a collection.
    labels
        Blank node -> label, without `_:`, of those that several triples point at.
    """

    nested: set[BlankNode]
    cells: set[BlankNode]
    labels: dict[BlankNode, str]


def nest(facts: Facts, comments: Comments, labels: Mapping[BlankNode, str]) -> Nesting:
    """Return how to write the blank nodes of *facts*.

    A node that one triple points at is nested there, unless it would stand within itself. The
    labels of the text are kept where a label is needed at all.
    """
    parents = _parents(facts)
    nesting = Nesting(_nested(parents), set(), {})
    for node, pointing in parents.items():
        if len(pointing) > 1:
            nesting.labels[node] = labels[node]
    _cut_rings(nesting, parents, labels)
    _find_cells(nesting, parents, facts, comments)
    _cut_chains(nesting, parents, labels)
    return nesting


def _parents(facts: Facts) -> dict[BlankNode, list[Stated]]:
    parents: dict[BlankNode, list[Stated]] = {}
    for subject, predicates in facts.items():
        for predicate, objects in predicates.items():
            for term in objects:
                if isinstance(term, BlankNode):
                    parents.setdefault(term, []).append((subject, predicate, term))
    return parents


def _nested(parents: Mapping[BlankNode, list[Stated]]) -> set[BlankNode]:
    return {node for node, pointing in parents.items() if len(pointing) == 1}


def _ancestors(
    node: BlankNode, nesting: Nesting, parents: Mapping[BlankNode, list[Stated]]
) -> Iterator[BlankNode]:
    """Yield *node* and the nested nodes that it stands in, from the inside."""
    above: Node = node
    while isinstance(above, BlankNode) and above in nesting.nested:
        yield above
        above = parents[above][0][0]


def _cut_rings(
    nesting: Nesting,
    parents: Mapping[BlankNode, list[Stated]],
    labels: Mapping[BlankNode, str],
) -> None:
    """Label one node of each ring, else none of it would be written."""
    safe: set[BlankNode] = set()
    for node in sorted(nesting.nested & labels.keys(), key=labels.__getitem__):
        path: set[BlankNode] = set()
        for above in _ancestors(node, nesting, parents):
            if above in safe:
                break
            if above in path:
                # Each ring has a node with a label in the text: brackets alone make none.
                ring = [n for n in _ring(above, parents) if n in labels]
                chosen = min(ring, key=labels.__getitem__)
                nesting.nested.discard(chosen)
                nesting.labels[chosen] = labels[chosen]
                break
            path.add(above)
        safe |= path


def _ring(node: BlankNode, parents: Mapping[BlankNode, list[Stated]]) -> Iterator[BlankNode]:
    above: Node = node
    while True:
        assert isinstance(above, BlankNode)
        yield above
        above = parents[above][0][0]
        if above == node:
            return


def _find_cells(
    nesting: Nesting,
    parents: Mapping[BlankNode, list[Stated]],
    facts: Facts,
    comments: Comments,
) -> None:
    """Go up every collection from its end, as far as nothing but collection is said."""
    for node in nesting.nested:
        if facts.get(node, {}).get(REST) != [NIL]:
            continue
        for cell in _ancestors(node, nesting, parents):
            if not _is_cell(facts[cell], cell, comments):
                break
            nesting.cells.add(cell)
            # What stands before the bracket that closes has room in the first cell only.
            if parents[cell][0][1] != REST or cell in comments.closing:
                break


def _is_cell(said: Mapping[NamedNode, list[Term]], cell: BlankNode, comments: Comments) -> bool:
    if said.keys() != {FIRST, REST} or len(said[FIRST]) > 1 or len(said[REST]) > 1:
        return False
    return not comments.is_at(cell) and not comments.is_at((cell, REST, said[REST][0]))


def _cut_chains(
    nesting: Nesting,
    parents: Mapping[BlankNode, list[Stated]],
    labels: Mapping[BlankNode, str],
) -> None:
    """Label what would stand in more than `DEEPEST` brackets."""
    free = _free_labels({*labels.values()})
    depths: dict[BlankNode, int] = {}
    for node in list(nesting.nested):
        path = []
        for above in _ancestors(node, nesting, parents):
            path.append(above)
            if above in depths:
                break
        for below in reversed(path):
            if below in depths:
                continue
            parent, predicate, _ = parents[below][0]
            depth = depths.get(parent, 0) if isinstance(parent, BlankNode) else 0
            is_next_cell = predicate == REST and parent in nesting.cells and below in nesting.cells
            depths[below] = depth + (not is_next_cell)
            if depths[below] > DEEPEST:
                depths[below] = 0
                nesting.nested.discard(below)
                nesting.cells.discard(below)
                nesting.labels[below] = labels.get(below) or next(free)


def _free_labels(taken: Iterable[str]) -> Iterator[str]:
    return (label for n in count(1) if (label := f"b{n}") not in set(taken))
