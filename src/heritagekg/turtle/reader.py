"""Turtle 1.1 read with positions: every triple knows where its three terms stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox

from heritagekg.errors import FileSyntaxError
from heritagekg.spans import Places, Span
from heritagekg.turtle.tokens import Token, tokens

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE, FIRST, REST, NIL = (ox.NamedNode(_RDF + n) for n in ("type", "first", "rest", "nil"))
_BOOLEAN, _INTEGER, _DECIMAL, _DOUBLE = (
    ox.NamedNode(_XSD + name) for name in ("boolean", "integer", "decimal", "double")
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Triple:
    """A triple and the spans of its terms; that of an anonymous node is its opening bracket.

    The triples of a collection have no words of their own: they stand where its members stand.
    """

    subject: Node
    predicate: ox.NamedNode
    object: Term
    subject_span: Span
    predicate_span: Span
    object_span: Span


@dataclass(frozen=True, slots=True)
class Prefix:
    """A declared prefix; the span is that of its name with the colon."""

    name: str
    iri: str
    span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from its `#` to the end of the line."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """What a Turtle text says, in its order.

    Attributes
    ----------
    triples
        A triple stands before those that its object's brackets hold.
    declarations
        The prefixes in the order of their declarations; a name may be declared again.
    comments
        The comments.
    labels
        Blank node -> the label the text gives it, without `_:`; anonymous ones have none.
    """

    triples: tuple[Triple, ...]
    declarations: tuple[Prefix, ...]
    comments: tuple[Comment, ...]
    labels: Mapping[ox.BlankNode, str]


def read(text: str, base: str | None = None, *, path: str = "<text>") -> Document:
    r"""Return the triples of *text* with the spans of their terms.

    The strict parser reads the text first, so that what is no Turtle is refused by it. Blank
    nodes are labelled by the offset where they first stand.

    Parameters
    ----------
    text
        Turtle 1.1.
    base
        IRI against which relative ones are resolved.
    path
        The file's name, for messages.

    Raises
    ------
    FileSyntaxError
        If the text is not Turtle 1.1.

    Examples
    --------
    >>> triple = read("@prefix e: <http://e/> .\ne:a e:b 1 .").triples[0]
    >>> triple.object.value, triple.object_span.line, triple.object_span.column
    ('1', 2, 9)
    """
    _refuse_mistakes(text, base, path)
    return Reader(text, base, path).document()


def _refuse_mistakes(text: str, base: str | None, path: str) -> None:
    try:
        for _ in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=base):
            pass
    except UnicodeEncodeError as error:
        place = Places(text).span(error.start, error.start)
        message = f"half a surrogate pair, {text[error.start]!a}, is no character"
        raise FileSyntaxError(path, place.line, place.column, message) from None
    except SyntaxError as error:
        message = str(error.msg).split(": ", 1)[-1]
        raise FileSyntaxError(path, error.lineno or 1, error.offset or 1, message) from None


class _Frame(NamedTuple):
    """Where the reader stands in a statement: what is missing yet is None."""

    subject: Node | None
    subject_span: Span
    predicate: ox.NamedNode | None
    predicate_span: Span
    # None outside of collections; else whether the cell that is the subject has its member.
    is_filled: bool | None


_NOWHERE = Span(1, 1, 1, 1)
_START = _Frame(None, _NOWHERE, None, _NOWHERE, None)


class Reader:
    """A push-down automaton over tokens that are known to be in order; no depth is too much.

    Parameters
    ----------
    text
        A text that the strict parser accepts.
    base, path
        As for `read`.

    Examples
    --------
    >>> text = "PREFIX e: <http://e/> e:a e:b 1 . e:c e:d 2 ."
    >>> reader = Reader(text, None, "<text>")
    >>> reader.stretch(0, 21), [triple.object_span.column for triple in reader.stretch(34, 45)]
    ([], [43])
    """

    def __init__(self, text: str, base: str | None, path: str) -> None:
        self._text, self._base, self._path = text, base or "", path
        self._tokens: list[Token] = []
        self._next = 0
        self._span = Places(text).span
        self._declarations: list[Prefix] = []
        self._comments: list[Comment] = []
        self._labels: dict[str, ox.BlankNode] = {}
        self._namespaces: dict[str, str] = {}
        self._named: dict[str, ox.NamedNode] = {}
        self._resolved: dict[str, str] = {}
        self._triples: list[Triple] = []
        self._subject, self._subject_span = _START.subject, _NOWHERE
        self._predicate, self._predicate_span = _START.predicate, _NOWHERE
        self._is_filled = _START.is_filled
        self._stack: list[_Frame] = []
        self._handlers: dict[str, Callable[[str, int], None]] = {
            "name": self._name,
            "iri": self._name,
            "string": self._string,
            "number": self._number,
            "mark": self._mark,
            "blank": self._blank,
            "word": self._word,
            "at": self._directive,
            "comment": self._comment,
            "newer": self._refuse,
        }

    def document(self) -> Document:
        """Read the whole text and return what it says."""
        triples = self.stretch()
        return Document(
            tuple(triples),
            tuple(self._declarations),
            tuple(self._comments),
            {node: label[2:] for label, node in self._labels.items()},
        )

    def stretch(self, start: int = 0, end: int | None = None) -> list[Triple]:
        """Read the statements from offset *start* to *end* and return their triples.

        What was declared in a stretch that was read before holds.
        """
        self._tokens, self._next = list(tokens(self._text, start, end)), 0
        self._triples = []
        for_kind, everything = self._handlers.__getitem__, self._tokens
        while self._next < len(everything):
            kind, text, at = everything[self._next]
            self._next += 1
            for_kind(kind)(text, at)
        return self._triples

    # -- tokens ----------------------------------------------------------------------------------

    def _peek(self) -> str:
        """Return the text of the next token that is no comment."""
        while self._tokens[self._next][0] == "comment":
            _, text, start = self._tokens[self._next]
            self._next += 1
            self._comment(text, start)
        return self._tokens[self._next][1]

    def _take(self) -> tuple[str, int]:
        text = self._peek()
        self._next += 1
        return text, self._tokens[self._next - 1][2]

    def _comment(self, text: str, start: int) -> None:
        self._comments.append(Comment(text, self._span(start, start + len(text))))

    def _refuse(self, text: str, start: int) -> None:
        place = self._span(start, start)
        message = f"{text!r} is no Turtle 1.1; what later versions add is not read"
        raise FileSyntaxError(self._path, place.line, place.column, message)

    # -- directives ------------------------------------------------------------------------------

    def _directive(self, text: str, start: int) -> None:
        if text.lower().endswith("prefix"):
            name, at = self._take()
            iri = self._resolve(self._take()[0])
            self._namespaces[name[:-1]] = iri
            self._declarations.append(Prefix(name[:-1], iri, self._span(at, at + len(name))))
        elif text.lower().endswith("base"):
            self._base = self._resolve(self._take()[0])
            self._resolved.clear()
        else:
            self._refuse(text, start)
        self._named.clear()
        if text.startswith("@"):
            self._take()

    # -- terms -----------------------------------------------------------------------------------

    def _name(self, text: str, start: int) -> None:
        self._place(self._named.get(text) or self._iri(text), start, start + len(text))

    def _iri(self, text: str) -> ox.NamedNode:
        if text[0] == "<":
            node = ox.NamedNode(self._resolve(text))
        else:
            prefix, _, local = text.partition(":")
            node = ox.NamedNode(self._namespaces[prefix] + _ESCAPE.sub(_character, local))
        self._named[text] = node
        return node

    def _resolve(self, bracketed: str) -> str:
        iri = _unescaped(bracketed[1:-1])
        if _ABSOLUTE.match(iri):
            return iri
        if iri not in self._resolved:
            # The parser that came first knows RFC 3986 in full; ask it.
            probe = ox.parse(f"<{iri}> a <a:a> .", format=ox.RdfFormat.TURTLE, base_iri=self._base)
            self._resolved[iri] = str(next(iter(probe)).subject)[1:-1]
        return self._resolved[iri]

    def _string(self, text: str, start: int) -> None:
        quotes = 3 if text[:3] in ('"""', "'''") else 1
        value = _unescaped(text[quotes:-quotes])
        following = self._peek()
        if following == "^^":
            self._next += 1
            datatype, at = self._take()
            literal = ox.Literal(value, datatype=self._named.get(datatype) or self._iri(datatype))
            self._place(literal, start, at + len(datatype))
        elif following[0] == "@":
            language, at = self._take()
            if self._tokens[self._next - 1][0] == "newer":
                self._refuse(language, at)
            self._place(ox.Literal(value, language=language[1:]), start, at + len(language))
        else:
            self._place(ox.Literal(value), start, start + len(text))

    def _number(self, text: str, start: int) -> None:
        datatype = _DECIMAL if "." in text else _INTEGER
        if "e" in text or "E" in text:
            datatype = _DOUBLE
        self._place(ox.Literal(text, datatype=datatype), start, start + len(text))

    def _word(self, text: str, start: int) -> None:
        if text == "a":
            self._place(TYPE, start, start + 1)
        elif text in ("true", "false"):
            self._place(ox.Literal(text, datatype=_BOOLEAN), start, start + len(text))
        else:
            self._directive(text, start)

    def _blank(self, text: str, start: int) -> None:
        node = self._labels.setdefault(text, ox.BlankNode(f"b{start}"))
        self._place(node, start, start + len(text))

    # -- the grammar -----------------------------------------------------------------------------

    def _place(self, term: Term, start: int, end: int) -> None:
        """Put *term* where the statement wants one."""
        span = self._span(start, end)
        if self._is_filled is not None:
            self._open_cell(span, start)
        if self._predicate is not None:
            self._say(term, span)
        elif self._subject is not None:
            assert isinstance(term, ox.NamedNode)
            self._predicate, self._predicate_span = term, span
        else:
            assert not isinstance(term, ox.Literal)
            self._subject, self._subject_span = term, span

    def _say(self, term: Term, span: Span) -> None:
        assert self._subject is not None and self._predicate is not None
        self._triples.append(
            Triple(
                self._subject,
                self._predicate,
                term,
                self._subject_span,
                self._predicate_span,
                span,
            )
        )

    def _mark(self, text: str, start: int) -> None:
        match text:
            case ";":
                self._predicate = None
            case ".":
                self._subject = self._predicate = None
            case "[":
                self._open(ox.BlankNode(f"b{start}"), start)
            case "(":
                self._open_collection(start)
            case ")":
                self._close_collection(start)
            case "]":
                self._close()

    def _open(self, node: ox.BlankNode, start: int) -> None:
        self._place(node, start, start + 1)
        self._stack.append(
            _Frame(
                self._subject,
                self._subject_span,
                self._predicate,
                self._predicate_span,
                self._is_filled,
            )
        )
        self._subject, self._subject_span = node, self._span(start, start + 1)
        self._predicate, self._is_filled = None, None

    def _close(self) -> None:
        (
            self._subject,
            self._subject_span,
            self._predicate,
            self._predicate_span,
            self._is_filled,
        ) = self._stack.pop()

    def _open_collection(self, start: int) -> None:
        if self._peek() == ")":
            self._next += 1
            self._place(NIL, start, start + 1)
        else:
            self._open(ox.BlankNode(f"b{start}"), start)
            self._is_filled = False

    def _open_cell(self, span: Span, start: int) -> None:
        """Make the subject a cell that waits for the member at *span*."""
        if self._is_filled:
            cell = ox.BlankNode(f"l{start}")
            self._predicate, self._predicate_span = REST, span
            self._say(cell, span)
            self._subject, self._subject_span = cell, span
        self._predicate, self._predicate_span, self._is_filled = FIRST, span, True

    def _close_collection(self, start: int) -> None:
        span = self._span(start, start + 1)
        self._predicate, self._predicate_span = REST, span
        self._say(NIL, span)
        self._close()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _LETTERS.get(escape[3], escape[3])
