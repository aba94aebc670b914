"""Blank nodes of two readings of one text: which are the same, and names that stay the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term

Said: TypeAlias = "tuple[Term, ox.NamedNode, Term]"


def paired(one: Sequence[Said], other: Sequence[Said]) -> dict[Term, ox.BlankNode]:
    """Return the blank node of *other* for each blank node of *one*.

    Nodes of which exactly the same is said, also through other blank nodes, are alike in every
    verdict; they are paired in the order in which they come.

    Examples
    --------
    >>> text = "[ <a:a> 1 ] <a:b> 2 . [ <a:a> 2 ] <a:b> [] ."
    >>> def said():
    ...     quads = ox.parse(text, format=ox.RdfFormat.TURTLE)
    ...     return [(quad.subject, quad.predicate, quad.object) for quad in quads]
    >>> first, second = said(), said()
    >>> same = paired(first, second)
    >>> same[first[0][0]] == second[0][0], len(same)
    (True, 3)
    """
    names = [_names(triples) for triples in (one, other)]
    waiting: dict[str, list[ox.BlankNode]] = {}
    for node, name in names[1].items():
        waiting.setdefault(name, []).append(node)
    found: dict[Term, ox.BlankNode] = {}
    for node, name in names[0].items():
        if waiting.get(name):
            found[node] = waiting[name].pop(0)
    return found


def numbered(quads: Iterable[ox.Quad], prefix: str) -> Iterator[ox.Quad]:
    """Return *quads* with their blank nodes named by *prefix* and the order in which they come.

    So each reading of a text gives them the same names.

    Examples
    --------
    >>> for quad in numbered(ox.parse("[] <a:b> [] .", format=ox.RdfFormat.TURTLE), "a"):
    ...     print(quad.subject, quad.object)
    _:a0 _:a1
    """
    names: dict[Term, ox.BlankNode] = {}

    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.BlankNode):
            subject = names.setdefault(subject, ox.BlankNode(f"{prefix}{len(names)}"))
        if isinstance(value, ox.BlankNode):
            value = names.setdefault(value, ox.BlankNode(f"{prefix}{len(names)}"))
        yield ox.Quad(subject, quad.predicate, value)


def _names(triples: Iterable[Said]) -> dict[ox.BlankNode, str]:
    """Return a name for each blank node that tells what is said of it."""
    about = [t for t in triples if isinstance(t[0], ox.BlankNode) or isinstance(t[2], ox.BlankNode)]
    names: dict[ox.BlankNode, str] = {
        term: "" for triple in about for term in triple if isinstance(term, ox.BlankNode)
    }
    kinds = 0
    while names and (count := len(set(names.values()))) > kinds:
        kinds = count
        said: dict[ox.BlankNode, list[str]] = {node: [name] for node, name in names.items()}
        for subject, predicate, value in about:
            left, right = _name(subject, names), _name(value, names)
            if isinstance(subject, ox.BlankNode):
                said[subject].append(f">{predicate}{right}")
            if isinstance(value, ox.BlankNode):
                said[value].append(f"<{predicate}{left}")
        names = {node: _digest(lines) for node, lines in said.items()}
    return names


def _name(term: Term, names: dict[ox.BlankNode, str]) -> str:
    return names[term] if isinstance(term, ox.BlankNode) else str(term)


def _digest(lines: list[str]) -> str:
    return blake2b("\n".join([lines[0], *sorted(lines[1:])]).encode(), digest_size=16).hexdigest()
