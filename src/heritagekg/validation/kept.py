"""What a check keeps of each file, so that a file that has not changed is not read again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from sys import intern
from typing import NamedTuple

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic
from heritagekg.engine.protocol import Term
from heritagekg.validation.reads import TYPE
from heritagekg.validation.spelling import is_kept_of

EVERYTHING = "*"
_A = f"<{TYPE}>".encode()
_XSD = b"<http://www.w3.org/2001/XMLSchema#"
# A literal with one of these datatypes at the end of a line; escapes are in no form that is kept.
_TYPED = re.compile(
    rb'"((?:[^"\\\n]|\\.)*)"\^\^<(http://www\.w3\.org/2001/XMLSchema#[A-Za-z]+)> \.\n'
)


class Kept(NamedTuple):
    """A file as it was when it was read; a tuple, of which a thousand are soon unpickled.

    Attributes
    ----------
    time, size
        Of its last modification, in nanoseconds, and of its content.
    triples
        Predicate -> what it says with it, as N-Triples without a line twice.
    sums
        Predicate (or `TYPE CLASS`, or `EVERYTHING`) -> a number, which changes when one of its
        triples does.
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
    """Return what to keep of a file with these quads of the default graph, this time and size."""
    # Of the default graph, N-Quads are N-Triples.
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert text is not None
    lines: defaultdict[bytes, list[bytes]] = defaultdict(list)
    subjects: dict[bytes, str] = {}
    for line in dict.fromkeys(text.splitlines(keepends=True)):
        subject, predicate, _ = line.split(b" ", 2)
        if subject not in subjects:
            subjects[subject] = _named(subject)
        lines[predicate].append(line)
    typing = lines.get(_A, ())
    members: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for line in typing:
        members[line.split(b" ", 2)[2]].append(line)
    named = {intern(predicate[1:-1].decode()): said for predicate, said in lines.items()}
    sums = {iri: _sum(said) for iri, said in named.items()}
    sums[EVERYTHING] = sum(sums.values())
    sums |= {intern(f"{TYPE} {kind[1:-4].decode()}"): _sum(said) for kind, said in members.items()}
    triples = {iri: b"".join(said) for iri, said in named.items()}
    return Kept(
        *state,
        triples,
        sums,
        tuple(subjects.values()),
        tuple(dict.fromkeys(subjects[line[: line.index(b" ")]] for line in typing)),
        frozenset(iri for iri, said in triples.items() if _is_respelled(said)),
        tuple(findings),
    )


def _sum(lines: list[bytes]) -> int:
    """Return a number that tells these lines, in any order, from others."""
    return int.from_bytes(blake2b(b"".join(sorted(lines)), digest_size=16).digest())


def _is_respelled(lines: bytes) -> bool:
    """Return whether a store would spell a literal of these N-Triples its own way."""
    if _XSD not in lines:
        return False
    found = ((match[1].decode(), match[2].decode()) for match in _TYPED.finditer(lines))
    return not all(is_kept_of(datatype, text) for text, datatype in found)


def _named(subject: bytes) -> str:
    return subject.decode() if subject.startswith(b"_:") else subject[1:-1].decode()


def name_of(term: Term) -> str:
    """Return what `Kept.subjects` calls an IRI or blank node."""
    if isinstance(term, ox.NamedNode):
        return term.value
    return str(term)
