"""The canonical form of Turtle text: one object a line, sorted, with its comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from heritagekg.terms import PREFIXES
from heritagekg.turtle.comments import Anchor, Comments, attach
from heritagekg.turtle.naming import Names, UnknownBase, iris_of
from heritagekg.turtle.nesting import Facts, Nesting, nest
from heritagekg.turtle.reader import FIRST, NIL, REST, TYPE, Comment, Document, Node, Term, read

WIDTH = 100
_INDENT = "    "
_PROV = PREFIXES["prov"]
# Types of the statement that says what the file is.
_HEADERS = {NamedNode(PREFIXES["void"] + "Dataset"), NamedNode(PREFIXES["owl"] + "Ontology")}
_IDENTITY = [
    TYPE,
    NamedNode(PREFIXES["dcterms"] + "title"),
    NamedNode(PREFIXES["skos"] + "prefLabel"),
    NamedNode(PREFIXES["skos"] + "altLabel"),
]
_SOURCE = NamedNode(PREFIXES["dcterms"] + "source")


def format_turtle(text: str, *, path: str = "<text>") -> str:
    r"""Return *text* in canonical form: the same graph and the same comments.

    Prefixes are those used, in alphabetical order; statements stand by CURIE after the one that
    describes the file; predicates in three bands (identity, facts, provenance); objects one a line
    and sorted, English labels first; the closing full stop alone. Blank nodes that one triple
    points at are written in brackets there. What is in this form already comes out as it is.

    Parameters
    ----------
    text
        Turtle 1.1; relative IRIs stay relative unless the text has a base of its own.
    path
        The file's name, for messages.

    Raises
    ------
    FileSyntaxError
        If the text is not Turtle 1.1.

    Examples
    --------
    >>> print(format_turtle(
    ...     '@prefix c: <https://w3id.org/heritagekg/id/committee/> . # of ICOM\n'
    ...     'c:az a c:x; c:label "Komitə"@az, "Committee"@en .'
    ... ), end="")
    # of ICOM
    @prefix committee: <https://w3id.org/heritagekg/id/committee/> .
    <BLANKLINE>
    committee:az
        a committee:x ;
        committee:label
            "Committee"@en ,
            "Komitə"@az ;
    .
    """
    base = UnknownBase(text)
    document = read(text, base.iri, path=path)
    facts = _facts(document)
    comments = attach(text, document)
    nesting = nest(facts, comments, document.labels)
    iris = (iri for term in _written(facts, nesting) for iri in iris_of(term))
    names = Names(iris, document.declarations, base)
    writer = _Writer(facts, names, comments, nesting)
    head = [*_paragraphs(comments.top)]
    if head and not names.prefixes:
        head.append("")
    head += names.header()
    parts = ["\n".join(head).rstrip("\n"), *writer.statements(), *_bottom(comments.bottom)]
    return "\n\n".join(filter(None, parts)) + "\n" if any(parts) else ""


def _facts(document: Document) -> Facts:
    facts: Facts = {}
    for triple in document.triples:
        objects = facts.setdefault(triple.subject, {}).setdefault(triple.predicate, [])
        if triple.object not in objects:
            objects.append(triple.object)
    return facts


def _written(facts: Facts, nesting: Nesting) -> Iterator[Term]:
    """Yield the terms that are written by name; `a`, `()` and collections need none."""
    for subject, said in facts.items():
        yield subject
        for predicate, objects in said.items():
            if predicate != TYPE and subject not in nesting.cells:
                yield predicate
            yield from (term for term in objects if term != NIL)


def _paragraphs(comments: Iterable[Comment]) -> Iterator[str]:
    """Yield the lines of *comments*, with a blank one where something parted them."""
    line = None
    for comment in comments:
        if line is not None and comment.span.line > line + 1:
            yield ""
        yield comment.text.rstrip()
        line = comment.span.line


def _bottom(comments: list[Comment]) -> Iterator[str]:
    if comments:
        yield "\n".join(_paragraphs(comments))


def predicate_key(predicate: NamedNode, word: str) -> tuple[int, int, str]:
    """Return where a predicate, written as *word*, stands in a statement: band, place, name."""
    if predicate in _IDENTITY:
        return 0, _IDENTITY.index(predicate), ""
    if predicate == _SOURCE:
        return 2, 0, word
    return (2, 1, word) if predicate.value.startswith(_PROV) else (1, 0, word)


class _Writer:
    """Lays out the facts of a text."""

    def __init__(self, facts: Facts, names: Names, comments: Comments, nesting: Nesting) -> None:
        self._facts, self._names = facts, names
        self._comments, self._nesting = comments, nesting
        self._short: dict[Term, str | None] = {}

    def statements(self) -> list[str]:
        """Return the text of each statement, in order."""
        found = []
        for subject in self._facts:
            if subject in self._nesting.nested:
                continue
            text = "\n".join(self._statement(subject))
            found.append((self._statement_key(subject, text), text))
        return [text for _, text in sorted(found)]

    def _statement_key(self, subject: Node, text: str) -> tuple[int, str]:
        if isinstance(subject, BlankNode):
            label = self._nesting.labels.get(subject)
            return (3, text) if label is None else (2, label)
        is_header = not _HEADERS.isdisjoint(self._facts[subject].get(TYPE, ()))
        # Without its bracket, an address stands before those that go on from it.
        return (0 if is_header else 1), self._names.word(subject).rstrip(">")

    def _statement(self, subject: Node) -> Iterator[str]:
        above, beside = self._comments.around(subject)
        yield from above
        yield self._subject(subject) + _beside(beside)
        yield from self._said(subject, 1)
        yield "."

    def _subject(self, subject: Node) -> str:
        if isinstance(subject, NamedNode):
            return self._names.word(subject)
        label = self._nesting.labels.get(subject)
        return "[]" if label is None else f"_:{label}"

    def _said(self, subject: Node, depth: int) -> Iterator[str]:
        """Yield the lines of the predicates of *subject* and of the comments that close it."""
        pad = _INDENT * depth
        words = {
            predicate: "a" if predicate == TYPE else self._names.word(predicate)
            for predicate in self._facts.get(subject, ())
        }
        for predicate in sorted(words, key=lambda p: predicate_key(p, words[p])):
            objects = self._facts[subject][predicate]
            if len(objects) == 1:
                yield from self._object((subject, predicate, objects[0]), depth, words[predicate])
                continue
            yield pad + words[predicate]
            ordered = sorted(
                (self._object_key(term, depth + 1), number, term)
                for number, term in enumerate(objects)
            )
            for number, (_, _, term) in enumerate(ordered, start=1):
                mark = ";" if number == len(ordered) else ","
                yield from self._object((subject, predicate, term), depth + 1, "", mark)
        yield from (pad + comment for comment in self._comments.closing.get(subject, ()))

    def _object(
        self, stated: tuple[Node, NamedNode, Term], depth: int, word: str, mark: str = ";"
    ) -> Iterator[str]:
        """Yield the lines of the object of *stated* behind *word*."""
        pad = _INDENT * depth
        before = f"{pad}{word} " if word else pad
        above, beside = self._around(stated)
        yield from (pad + comment for comment in above)
        first, *rest = self._lines(stated[2], depth, len(before))
        lines = [before + first, *rest]
        lines[-1] += (f" {mark}" if mark else "") + _beside(beside)
        yield from lines

    def _around(self, stated: tuple[Node, NamedNode, Term]) -> tuple[list[str], str | None]:
        above, beside = self._comments.around(stated)
        if stated[2] in self._nesting.nested:
            # What stood at the subject of a statement that has become a bracket.
            node = stated[2]
            assert isinstance(node, BlankNode)
            inner, last = self._comments.around(node)
            above = [*above, *inner, *([last] if last is not None else ())]
        return above, beside

    def _object_key(self, term: Term, depth: int) -> tuple[int, str, str]:
        if isinstance(term, BlankNode):
            return 2, "", "\n".join(self._lines(term, depth, len(_INDENT) * depth))
        language = term.language if isinstance(term, Literal) else None
        return int(language not in (None, "en")), language or "", self._names.object_word(term)

    # -- brackets --------------------------------------------------------------------------------

    def _lines(self, term: Term, depth: int, column: int) -> list[str]:
        """Return the lines of an object that begins in *column*; the first without indent."""
        short = self._inline(term)
        if short is not None and column + len(short) + len(" ;") <= WIDTH:
            return [short]
        if not isinstance(term, BlankNode) or term not in self._nesting.nested:
            return [self._simple(term)]
        pad = _INDENT * depth
        if term not in self._nesting.cells:
            return ["[", *self._said(term, depth + 1), f"{pad}]"]
        lines = ["("]
        for cell, member in self._members(term):
            lines += self._object((cell, FIRST, member), depth + 1, "", "")
        closing = self._comments.closing.get(term, ())
        return [*lines, *(f"{pad}{_INDENT}{comment}" for comment in closing), f"{pad})"]

    def _simple(self, term: Term) -> str:
        if isinstance(term, BlankNode):
            return f"_:{self._nesting.labels[term]}"
        return self._names.object_word(term)

    def _members(self, cell: BlankNode) -> Iterator[tuple[BlankNode, Term]]:
        node: Term = cell
        while node != NIL:
            assert isinstance(node, BlankNode)
            yield node, self._facts[node][FIRST][0]
            node = self._facts[node][REST][0]

    def _inline(self, term: Term) -> str | None:
        """Return *term* on one line, or None where it needs several."""
        if term not in self._short:
            if isinstance(term, BlankNode) and term in self._nesting.nested:
                is_cell = term in self._nesting.cells
                text = self._inline_collection(term) if is_cell else self._inline_node(term)
            else:
                text = self._simple(term)
            is_short = text is not None and len(text) <= WIDTH and "\n" not in text
            self._short[term] = text if is_short else None
        return self._short[term]

    def _inline_node(self, node: BlankNode) -> str | None:
        said = [(p, o) for p, objects in self._facts.get(node, {}).items() for o in objects]
        if len(said) > 1 or node in self._comments.closing:
            return None
        if not said:
            return "[]"
        predicate, value = said[0]
        inner = self._inline(value)
        if inner is None or self._has_comment((node, predicate, value)):
            return None
        return f"[ {'a' if predicate == TYPE else self._names.word(predicate)} {inner} ]"

    def _inline_collection(self, first: BlankNode) -> str | None:
        if first in self._comments.closing:
            return None
        words = ["("]
        for cell, member in self._members(first):
            inner = self._inline(member)
            if inner is None or self._has_comment((cell, FIRST, member)):
                return None
            words.append(inner)
        return " ".join([*words, ")"])

    def _has_comment(self, stated: tuple[Node, NamedNode, Term]) -> bool:
        anchors: list[Anchor] = [stated]
        if stated[2] in self._nesting.nested:
            assert isinstance(stated[2], BlankNode)
            anchors.append(stated[2])
        return any(self._comments.is_at(anchor) for anchor in anchors)


def _beside(comment: str | None) -> str:
    return "" if comment is None else f"  {comment}"
