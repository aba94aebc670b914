"""How far a SPARQL constraint looks from $this, as far as its triple patterns tell."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from heritagekg.engine.bindings import Token, tokens
from heritagekg.validation.levels import Levels, inverse, predicate_of, together
from heritagekg.validation.reads import TYPE

_THIS = "?this"
_END = Token("end", "", 0)
# A group that is joined with the one it stands in, that may be one of several that are, that sees
# what stands before it (of OPTIONAL, in BIND), and one that sees all (in FILTER).
_Kind: TypeAlias = Literal["joined", "branch", "after", "exists"]
_SELECTING = {"select", "distinct", "reduced", "where"}


class Reach(NamedTuple):
    """What a query reads: from $this step by step, and wherever it is.

    Attributes
    ----------
    levels
        What is read of $this, of the nodes that this leads to, and so on.
    anywhere
        Predicates, and `TYPE CLASS` for the members of one class, of which any triple is read.
    """

    levels: Levels
    anywhere: frozenset[str]


class _Unknown(Exception):
    """Something in a text of which it is not known what it reads."""


class _Pattern(NamedTuple):
    """A triple pattern; *steps* are its predicates, None for any."""

    subject: str
    steps: frozenset[str] | None
    object: str
    is_bounded: bool = True

    @property
    def variables(self) -> set[str]:
        return {term for term in (self.subject, self.object) if term.startswith("?")}


@dataclass(slots=True)
class _Group:
    """A group graph pattern, and how it belongs to the one that it stands in."""

    kind: _Kind = "joined"
    inside: list[_Pattern | _Group] = field(default_factory=list)


def reach_of(text: str) -> Reach | None:
    """Return how far the SELECT *text* looks from $this; None where that is not known.

    A solution for one $this depends on the triples that its patterns match, and on those that they
    might. Each of these is reached from $this if a chain of patterns leads there, of which a
    solution has every triple: those in the same group, and in the groups that it is joined with.
    What is in no such chain, or at the end of a path of any length, is read anywhere.

    Examples
    --------
    >>> reach = reach_of("SELECT $this { $this <e:by> ?x . ?y <e:by> ?x ; a <e:C> . ?z a <e:D> }")
    >>> [sorted(level) for level in reach.levels]
    [['e:by'], ['^e:by'], ['http://www.w3.org/1999/02/22-rdf-syntax-ns#type']]
    >>> sorted(reach.anywhere)
    ['http://www.w3.org/1999/02/22-rdf-syntax-ns#type e:D']
    >>> reach_of("SELECT $this { GRAPH <e:g> { $this <e:by> ?x } }") is None
    True
    """
    try:
        return _reach(_Parser(text).select())
    except _Unknown:
        return None


def _reach(group: _Group) -> Reach:
    found = _Walk()
    found.through(group, {_THIS: 0})
    levels = together(*found.steps)
    if levels is None:
        raise _Unknown
    return Reach(levels, frozenset(found.anywhere))


@dataclass(slots=True)
class _Walk:
    steps: list[Levels] = field(default_factory=list)
    anywhere: set[str] = field(default_factory=set)

    def through(self, group: _Group, around: dict[str, int]) -> dict[str, int]:
        """Walk *group* and return which variables it surely binds, and how far from $this.

        *around* are those of the groups that it is joined with.
        """
        own: dict[str, int] = {_THIS: 0}
        waiting = [each for each in group.inside if isinstance(each, _Pattern)]
        waiting = self._connect(waiting, own, around)
        for child in group.inside:
            if isinstance(child, _Group) and child.kind == "joined":
                own |= self.through(child, around | own)
        for pattern in self._connect(waiting, own, around):
            self._read_anywhere(pattern, around | own)
        bound: set[str] = set()
        for child in group.inside:
            if isinstance(child, _Pattern):
                bound |= child.variables
            elif child.kind == "branch":
                self.through(child, around | own)
            elif child.kind == "after":
                # What comes later does not restrict it.
                before = {name: depth for name, depth in own.items() if name in bound}
                self.through(child, before)
            elif child.kind == "exists":
                self.through(child, own)
        return own

    def _connect(
        self, patterns: list[_Pattern], own: dict[str, int], around: dict[str, int]
    ) -> list[_Pattern]:
        """Read *patterns* from what is known, and return those that nothing leads to."""
        while True:
            known = around | own
            for index, pattern in enumerate(patterns):
                if self._is_read(pattern, known, own):
                    patterns = patterns[:index] + patterns[index + 1 :]
                    break
            else:
                return patterns

    def _is_read(self, pattern: _Pattern, known: dict[str, int], own: dict[str, int]) -> bool:
        if not pattern.is_bounded:
            return False
        if pattern.subject in known:
            start, end, steps = pattern.subject, pattern.object, pattern.steps
        elif pattern.object in known and pattern.steps is not None:
            start, end = pattern.object, pattern.subject
            steps = frozenset(map(inverse, pattern.steps))
        else:
            return False
        depth = known[start]
        self.steps.append((*[frozenset[str]()] * depth, steps))
        own[start] = depth
        if end.startswith("?"):
            own.setdefault(end, known.get(end, depth + 1))
        return True

    def _read_anywhere(self, pattern: _Pattern, known: Container[str]) -> None:
        ends = (pattern.subject, pattern.object)
        # A path without a step leads from each node to itself, and not all nodes are looked at.
        is_held = pattern.is_bounded or any(e in known or not e.startswith("?") for e in ends)
        if pattern.steps is None or not is_held:
            raise _Unknown
        if pattern.steps == {TYPE} and pattern.object.startswith("<"):
            self.anywhere.add(f"{TYPE} {pattern.object[1:-1]}")
        else:
            self.anywhere.update(map(predicate_of, pattern.steps))


class _Parser:
    """Reads the patterns of a SELECT query whose IRIs are full; what else there is, is unknown."""

    def __init__(self, text: str) -> None:
        self._tokens = [token for token in tokens(text) if token.kind != "space"]
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    @property
    def _word(self) -> str:
        return self._next.text.lower()

    def _take(self) -> Token:
        token = self._next
        if token is _END:
            raise _Unknown
        self._at += 1
        return token

    def _took(self, text: str) -> bool:
        if self._word != text:
            return False
        self._at += 1
        return True

    def select(self) -> _Group:
        """Return the group of the query."""
        while not self._took("{"):
            token = self._take()
            if token.kind != "variable" and token.text.lower() not in _SELECTING:
                raise _Unknown
        group = self._group(_Group())
        if self._next is not _END:
            raise _Unknown
        return group

    def _group(self, group: _Group) -> _Group:
        """Return *group* with what stands inside up to its closing brace."""
        while not self._took("}"):
            if self._took("."):
                continue
            if self._took("optional"):
                self._need("{")
                group.inside.append(self._group(_Group("after")))
            elif self._took("filter"):
                group.inside += self._expression("exists")
            elif self._took("bind"):
                group.inside += self._expression("after")
            elif self._took("{"):
                group.inside += self._union(self._group(_Group()))
            else:
                group.inside += self._triples()
        return group

    def _need(self, text: str) -> None:
        if not self._took(text):
            raise _Unknown

    def _union(self, first: _Group) -> list[_Group]:
        groups = [first]
        while self._took("union"):
            self._need("{")
            groups.append(self._group(_Group("branch")))
        if len(groups) > 1:
            first.kind = "branch"
        return groups

    def _expression(self, kind: _Kind) -> list[_Group]:
        """Return the groups of this *kind* that an expression asks for the existence of."""
        groups: list[_Group] = []
        depth = 0
        while True:
            token = self._take()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.text == "{":
                groups.append(self._group(_Group(kind)))
            if depth == 0 and token.text in ("{", ")"):
                return groups

    def _triples(self) -> list[_Pattern]:
        found: list[_Pattern] = []
        subject = self._term()
        while True:
            steps, is_bounded = self._verb()
            found.append(_Pattern(subject, steps, self._term(), is_bounded))
            while self._took(","):
                found.append(_Pattern(subject, steps, self._term(), is_bounded))
            while self._took(";"):
                pass
            if self._tokens[self._at - 1].text != ";" or self._next.text in (".", "}"):
                return found

    def _term(self) -> str:
        token = self._take()
        if token.kind == "variable":
            return "?" + token.text[1:]
        if token.kind == "string":
            if self._next.kind == "language":
                self._at += 1
            elif self._took("^"):
                self._need("^")
                self._term()
        elif token.kind != "iri":
            raise _Unknown
        return token.text

    def _verb(self) -> tuple[frozenset[str] | None, bool]:
        """Return the predicates, None for any, and whether they lead one step and no further."""
        if self._next.kind == "variable":
            self._at += 1
            return None, True
        return self._path()

    def _path(self) -> tuple[frozenset[str], bool]:
        steps, is_bounded = self._sequence()
        while self._took("|"):
            more, is_too = self._sequence()
            steps, is_bounded = steps | more, is_bounded and is_too
        return steps, is_bounded

    def _sequence(self) -> tuple[frozenset[str], bool]:
        steps, is_bounded = self._element()
        while self._took("/"):
            steps, is_bounded = steps | self._element()[0], False
        return steps, is_bounded

    def _element(self) -> tuple[frozenset[str], bool]:
        is_inverse = self._took("^")
        token = self._take()
        if token.text == "(":
            steps, is_bounded = self._path()
            self._need(")")
        elif token.kind == "iri" or token.text == "a":
            iri = TYPE if token.text == "a" else token.text[1:-1]
            steps, is_bounded = frozenset({iri}), True
        else:
            raise _Unknown
        if is_inverse:
            steps = frozenset(map(inverse, steps))
        if self._next.text in ("*", "+", "?"):
            self._at += 1
            is_bounded = False
        return steps, is_bounded
