"""Two states of a workspace compared: triples that came, went, or moved to another file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TypeAlias

import pyoxigraph as ox

from heritagekg.dataset import syntax_fault
from heritagekg.errors import RevisionError
from heritagekg.revisions import files_at_revision, files_here
from heritagekg.workspace import Workspace, decode_text, graph_of

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Stated: TypeAlias = tuple[Node, ox.NamedNode, Term]
# Chains of blank nodes longer than this, as long collections are, are told apart by their ends.
_DEEPEST = 200
Said: TypeAlias = frozenset[tuple[ox.NamedNode, Term]]


@dataclass(frozen=True)
class State:
    """What files say at one time.

    Attributes
    ----------
    files
        File name -> its triples; blank nodes are labelled by what is said of them.
    """

    files: Mapping[str, frozenset[Stated]]

    @cached_property
    def subjects(self) -> dict[Node, Said]:
        """Each subject, and what all files say of it."""
        found: dict[Node, set[tuple[ox.NamedNode, Term]]] = {}
        for triples in self.files.values():
            for subject, predicate, value in triples:
                found.setdefault(subject, set()).add((predicate, value))
        return {subject: frozenset(said) for subject, said in found.items()}

    @cached_property
    def homes(self) -> dict[Node, tuple[str, ...]]:
        """Each subject, and the names of the files that speak of it."""
        found: dict[Node, dict[str, None]] = {}
        for name, triples in sorted(self.files.items()):
            for subject, _, _ in triples:
                found.setdefault(subject, {})[name] = None
        return {subject: tuple(names) for subject, names in found.items()}


@dataclass(frozen=True)
class Comparison:
    """An older and a newer state."""

    old: State
    new: State

    @cached_property
    def changed(self) -> tuple[Node, ...]:
        """The subjects of which something else is said, by name."""
        old, new = self.old.subjects, self.new.subjects
        found = {s for s in old.keys() | new.keys() if old.get(s) != new.get(s)}
        return tuple(sorted(found, key=str))

    @cached_property
    def moved(self) -> Counter[tuple[str, str]]:
        """How many subjects went unchanged from one file to another, by both names."""
        changed = set(self.changed)
        return Counter(
            (", ".join(homes), ", ".join(self.new.homes[subject]))
            for subject, homes in self.old.homes.items()
            if subject not in changed and homes != self.new.homes[subject]
        )

    def quads(self) -> tuple[list[ox.Quad], list[ox.Quad]]:
        """Return the quads that went and those that came, each file a named graph."""
        old, new = _quads(self.old), _quads(self.new)
        return sorted(old - new, key=str), sorted(new - old, key=str)


def compare(workspace: Workspace, old: str, new: str | None = None) -> Comparison:
    """Return what changed in the workspace's own files from revision *old* on.

    Parameters
    ----------
    workspace
        A workspace in a git repository.
    old, new
        Revisions as git names them; without *new*, the files as they are on disk.

    Raises
    ------
    RevisionError
        If git knows no such revision, or the workspace is in no repository.
    FileSyntaxError
        If a file is not Turtle at one of them.
    """
    before = files_at_revision(workspace, old)
    after = files_here(workspace) if new is None else files_at_revision(workspace, new)
    if not before and not after:
        where = str(workspace.root)
        raise RevisionError(f"nothing to compare: no Turtle file of data or ontology in {where!r}")
    read: dict[bytes, frozenset[Stated]] = {}

    def state(files: Mapping[str, bytes], revision: str | None) -> State:
        said = {}
        for name, content in files.items():
            if content not in read:
                read[content] = _triples(
                    name if revision is None else f"{revision}:{name}", content
                )
            said[name] = read[content]
        return State(said)

    return Comparison(state(before, old), state(after, new))


def state_of(workspace: Workspace) -> State:
    """Return what the workspace's own files say now."""
    return State({name: _triples(name, text) for name, text in files_here(workspace).items()})


def _quads(state: State) -> set[ox.Quad]:
    return {
        ox.Quad(*triple, ox.NamedNode(graph_of(name.removesuffix(".ttl"))))
        for name, triples in state.files.items()
        for triple in triples
    }


def _triples(name: str, content: bytes) -> frozenset[Stated]:
    text = decode_text(content, name)
    try:
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=False))
    except SyntaxError as error:
        raise syntax_fault(name, error) from None
    triples = [
        (q.subject, q.predicate, q.object)
        for q in quads
        if not isinstance(q.subject, ox.Triple) and not isinstance(q.object, ox.Triple)
    ]
    if not any(isinstance(t[0], ox.BlankNode) or isinstance(t[2], ox.BlankNode) for t in triples):
        return frozenset(triples)
    labels = _labels(triples)
    return frozenset(
        (
            labels[subject] if isinstance(subject, ox.BlankNode) else subject,
            predicate,
            labels[value] if isinstance(value, ox.BlankNode) else value,
        )
        for subject, predicate, value in triples
    )


def _labels(triples: Iterable[Stated]) -> dict[ox.BlankNode, ox.BlankNode]:
    """Return a label for each blank node that depends on what it says, not on where it stands."""
    said: dict[ox.BlankNode, list[tuple[ox.NamedNode, Term]]] = {}
    for subject, predicate, value in triples:
        if isinstance(subject, ox.BlankNode):
            said.setdefault(subject, []).append((predicate, value))
        if isinstance(value, ox.BlankNode):
            said.setdefault(value, [])
    hashes = dict.fromkeys(said, "")
    # What is said of a node's node and so on counts; rings come to rest too.
    for _ in range(_DEEPEST):
        again = {
            node: _hash(f"{p} {hashes[o] if isinstance(o, ox.BlankNode) else o}" for p, o in about)
            for node, about in said.items()
        }
        if again == hashes:
            break
        hashes = again
    counts: Counter[str] = Counter()
    labels = {}
    for node, code in hashes.items():
        counts[code] += 1
        labels[node] = ox.BlankNode(f"b{code}x{counts[code]}")
    return labels


def _hash(parts: Iterable[str]) -> str:
    return sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]
