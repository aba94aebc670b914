"""What a check keeps of each file, so that a file that has not changed is not read again."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from sys import intern
from typing import NamedTuple

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic
from heritagekg.engine.protocol import Term
from heritagekg.validation.reads import TYPE
from heritagekg.validation.spelling import is_kept

EVERYTHING = "*"
_A = f"<{TYPE}>".encode()


class Kept(NamedTuple):
    """A file as it was when it was read; a tuple, of which a thousand are soon unpickled.

    Attributes
    ----------
    time, size
        Of its last modification, in nanoseconds, and of its content.
    triples
        Predicate -> what it says with it, as N-Triples without a line twice.
    sums
        Predicate (or `TYPE CLASS`, or `EVERYTHING`) -> a sum over its triples, which changes when
        one of them does.
    subjects, typed
        What it describes, and to what of it it gives a type: IRIs, and blank nodes as `_:label`.
    respelled
        Predicates with a literal that a store would spell its own way.
    findings
        What is wrong with the file by itself.
    """

    time: int
    size: int
    triples: dict[str, bytes]
    sums: dict[str, int]
    subjects: tuple[str, ...]
    typed: tuple[str, ...]
    respelled: frozenset[str]
    findings: tuple[Diagnostic, ...]

    def quads(self) -> Iterable[ox.Quad]:
        """Return what the file says."""
        return ox.parse(b"".join(self.triples.values()), format=ox.RdfFormat.N_TRIPLES)


def keep(quads: list[ox.Quad], state: tuple[int, int], findings: Iterable[Diagnostic]) -> Kept:
    """Return what to keep of a file with these quads, this time and size."""
    text = ox.serialize(
        (ox.Triple(q.subject, q.predicate, q.object) for q in quads),
        format=ox.RdfFormat.N_TRIPLES,
    )
    assert text is not None
    lines: dict[str, list[bytes]] = {}
    sums: dict[str, int] = {}
    subjects: dict[str, None] = {}
    typed: dict[str, None] = {}
    for line in dict.fromkeys(text.splitlines(keepends=True)):
        subject, predicate, rest = line.split(b" ", 2)
        number = int.from_bytes(blake2b(line, digest_size=16).digest())
        iri = intern(predicate[1:-1].decode())
        sums[EVERYTHING] = sums.get(EVERYTHING, 0) + number
        sums[iri] = sums.get(iri, 0) + number
        lines.setdefault(iri, []).append(line)
        name = _named(subject)
        subjects[name] = None
        if predicate == _A:
            typed[name] = None
            kind = intern(f"{TYPE} {rest[1:-4].decode()}")
            sums[kind] = sums.get(kind, 0) + number
    respelled = frozenset(
        quad.predicate.value
        for quad in quads
        if isinstance(quad.object, ox.Literal) and not is_kept(quad.object)
    )
    triples = {iri: b"".join(said) for iri, said in lines.items()}
    return Kept(*state, triples, sums, tuple(subjects), tuple(typed), respelled, tuple(findings))


def _named(subject: bytes) -> str:
    return subject.decode() if subject.startswith(b"_:") else subject[1:-1].decode()


def name_of(term: Term) -> str:
    """Return what `Kept.subjects` calls an IRI or blank node."""
    if isinstance(term, ox.NamedNode):
        return term.value
    return str(term)
