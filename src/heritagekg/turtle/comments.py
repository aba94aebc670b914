"""What a comment in Turtle text belongs to, so that it moves with it.

A comment on the line of a subject or object, after it, belongs to that (*after*). A comment on a
line of its own belongs to the subject, predicate or object that comes next (*before*), or where a
bracket or the statement closes next, to its end (*closing*). Comments at or among directives, and
those a blank line parts from the first statement, belong to the top of the file, those behind the
last statement to its bottom.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

from heritagekg.spans import Places
from heritagekg.turtle.reader import REST, Comment, Document, Node, Term, Triple
from heritagekg.turtle.tokens import tokens

Stated: TypeAlias = tuple[Node, NamedNode, Term]
Anchor: TypeAlias = Node | Stated
_Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of a text by what they belong to, in the order of the text."""

    top: list[Comment] = field(default_factory=list)
    before: dict[Anchor, list[str]] = field(default_factory=dict)
    after: dict[Anchor, list[str]] = field(default_factory=dict)
    closing: dict[Anchor, list[str]] = field(default_factory=dict)
    bottom: list[Comment] = field(default_factory=list)

    def around(self, anchor: Anchor) -> tuple[list[str], str | None]:
        """Return what stands above *anchor* and what stands on its line: there, one has room."""
        after = self.after.get(anchor, [])
        return [*self.before.get(anchor, ()), *after[:-1]], after[-1] if after else None

    def is_at(self, anchor: Anchor) -> bool:
        """Return whether a comment stands above *anchor* or on its line."""
        return anchor in self.before or anchor in self.after


def attach(text: str, document: Document) -> Comments:
    """Return the comments of *text*, which `read` gave *document* for, by what they belong to."""
    comments = Comments()
    if document.comments:
        _Walk(text, document, comments).run()
    return comments


def stated(triple: Triple) -> Stated:
    """Return the three terms of *triple*."""
    return triple.subject, triple.predicate, triple.object


class _Walk:
    """A walk along the tokens that knows what each begins or ends."""

    def __init__(self, text: str, document: Document, comments: Comments) -> None:
        self._text, self._comments = text, comments
        self._spans = iter(document.comments)
        self._span = Places(text).span
        self._subjects: dict[_Place, Node] = {}
        self._predicates: dict[_Place, Stated] = {}
        self._objects: dict[_Place, Triple] = {}
        self._index(document.triples)
        self._waiting: list[Comment] = []
        self._directive = ""
        self._has_begun = self._has_directives = False
        self._subject: Node | None = None
        # Open brackets: what each belongs to, and its node.
        self._brackets: list[tuple[Anchor, Term]] = []
        # The term completed last, and its last line; the line of the last full stop, and the
        # subject of its statement, none for a directive.
        self._done: tuple[Anchor, int] | None = None
        self._ended: tuple[int, Node | None] = (0, None)

    def _index(self, triples: Iterable[Triple]) -> None:
        for triple in triples:
            if triple.predicate == REST and triple.predicate_span == triple.object_span:
                continue  # a collection's own: no word of the text says it
            self._subjects[triple.subject_span[:2]] = triple.subject
            self._predicates.setdefault(triple.predicate_span[:2], stated(triple))
            self._objects[triple.object_span[:2]] = triple

    def run(self) -> None:
        for kind, text, start in tokens(self._text):
            place = self._span(start, start)[:2]
            if kind == "comment":
                self._comment(next(self._spans))
            elif self._directive:
                self._go_on_with_directive(kind, text, place[0])
            elif self._subject is None:
                self._begin(kind, text, place)
            elif kind == "mark" and text not in "([":
                self._mark(text, place[0])
            else:
                self._term(text, place)
        (self._comments.bottom if self._has_begun else self._comments.top).extend(self._waiting)

    def _comment(self, comment: Comment) -> None:
        line = comment.span.line
        if self._directive:
            self._comments.top.append(comment)
        elif self._done is not None and line == self._done[1]:
            _add(self._comments.after, self._done[0], [comment])
        elif line == self._ended[0] and self._ended[1] is not None:
            _add(self._comments.closing, self._ended[1], [comment])
        elif line == self._ended[0]:
            self._comments.top.append(comment)
        else:
            self._waiting.append(comment)

    def _flush(self, found: dict[Anchor, list[str]], anchor: Anchor) -> None:
        if self._waiting:
            _add(found, anchor, self._waiting)
            self._waiting.clear()

    # -- where a statement begins ----------------------------------------------------------------

    def _begin(self, kind: str, text: str, place: _Place) -> None:
        self._ended = (0, None)
        if kind in ("at", "word"):
            self._comments.top.extend(self._waiting)
            self._waiting.clear()
            self._directive, self._has_directives, self._done = text, True, None
            return
        if not self._has_begun and not self._has_directives:
            self._part_from_top(place[0])
        self._has_begun, self._subject = True, self._subjects[place]
        self._flush(self._comments.before, self._subject)
        self._enter_or_finish(text, self._subject, self._subject, place[0])

    def _go_on_with_directive(self, kind: str, text: str, line: int) -> None:
        if text == "." if self._directive[0] == "@" else kind == "iri":
            self._directive, self._ended = "", (line, None)

    def _part_from_top(self, line: int) -> None:
        """Give what a blank line parts from the first statement, at *line*, to the top."""
        lines = [*(comment.span.line for comment in self._waiting), line]
        cut = max((i for i in range(1, len(lines)) if lines[i] - lines[i - 1] > 1), default=0)
        self._comments.top.extend(self._waiting[:cut])
        del self._waiting[:cut]

    # -- inside of a statement -------------------------------------------------------------------

    def _term(self, text: str, place: _Place) -> None:
        triple = self._objects.get(place)
        if triple is not None:
            self._flush(self._comments.before, stated(triple))
            line = triple.object_span.end_line
            self._enter_or_finish(text, stated(triple), triple.object, line)
        elif place in self._predicates:
            self._flush(self._comments.before, self._predicates[place])
            self._done = None

    def _enter_or_finish(self, text: str, anchor: Anchor, node: Term, line: int) -> None:
        if text in ("[", "("):
            self._brackets.append((anchor, node))
            self._done = None
        else:
            self._done = (anchor, line)

    def _mark(self, text: str, line: int) -> None:
        if text in ("]", ")"):
            anchor, node = self._brackets.pop()
            if isinstance(node, BlankNode):
                self._flush(self._comments.closing, node)
            else:  # an empty collection has no node of its own
                self._flush(self._comments.before, anchor)
            self._done = (anchor, line)
        elif text == "." and self._subject is not None:
            self._flush(self._comments.closing, self._subject)
            self._ended, self._subject = (line, self._subject), None


def _add(found: dict[Anchor, list[str]], anchor: Anchor, comments: Iterable[Comment]) -> None:
    found.setdefault(anchor, []).extend(comment.text.rstrip() for comment in comments)
