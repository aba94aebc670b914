"""Turtle 1.1 read with positions: every triple knows where its three terms stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

from heritagekg.errors import FileSyntaxError
from heritagekg.spans import Places, Span
from heritagekg.turtle.tokens import Token, tokens

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_A, _FIRST, _REST, _NIL = (ox.NamedNode(_RDF + n) for n in ("type", "first", "rest", "nil"))
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Triple:
    """A triple and the spans of its terms; that of an anonymous node is its opening bracket."""

    subject: Node
    predicate: ox.NamedNode
    object: Term
    subject_span: Span
    predicate_span: Span
    object_span: Span


@dataclass(frozen=True)
class Document:
    """What a Turtle text says, in its order, and the prefixes it declares."""

    triples: tuple[Triple, ...]
    prefixes: Mapping[str, str]


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
    return _Reader(text, base, path).document()


def _refuse_mistakes(text: str, base: str | None, path: str) -> None:
    try:
        for _ in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base):
            pass
    except SyntaxError as error:
        message = str(error.msg).split(": ", 1)[-1]
        raise FileSyntaxError(path, error.lineno or 1, error.offset or 1, message) from None


class _Reader:
    """Recursive descent over tokens that are known to be in order."""

    def __init__(self, text: str, base: str | None, path: str) -> None:
        self._text, self._base, self._path = text, base or "", path
        self._places = Places(text)
        try:
            self._tokens = [t for t in tokens(text) if t.kind not in ("space", "comment")]
        except ValueError as error:
            raise self._not_turtle(error.args[0]) from None
        self._next = 0
        self._prefixes: dict[str, str] = {}
        self._labels: dict[str, ox.BlankNode] = {}
        self._triples: list[Triple] = []

    def _not_turtle(self, offset: int) -> FileSyntaxError:
        place = self._places.span(offset, offset)
        return FileSyntaxError(self._path, place.line, place.column, "this is not Turtle 1.1")

    def document(self) -> Document:
        while self._next < len(self._tokens):
            self._statement()
        return Document(tuple(self._triples), self._prefixes)

    # -- tokens ---------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._next].text if self._next < len(self._tokens) else ""

    def _take(self) -> Token:
        if self._next >= len(self._tokens):
            raise self._not_turtle(len(self._text))
        self._next += 1
        return self._tokens[self._next - 1]

    def _accept(self, mark: str) -> bool:
        if self._peek() == mark:
            self._next += 1
            return True
        return False

    def _span(self, token: Token, last: Token | None = None) -> Span:
        return self._places.span(token.start, (last or token).end)

    # -- grammar ---------------------------------------------------------------------------------

    def _statement(self) -> None:
        word = self._peek().lower().lstrip("@")
        if self._tokens[self._next].kind in ("directive", "word") and word in ("prefix", "base"):
            self._take()
            name = self._take().text[:-1] if word == "prefix" else None
            iri = self._resolve(self._take().text[1:-1])
            if name is None:
                self._base = iri
            else:
                self._prefixes[name] = iri
            self._accept(".")
            return
        bracketed = self._peek() == "["
        subject, span = self._term()
        if not (bracketed and self._peek() == "."):
            self._predicates(subject, span)
        self._accept(".")

    def _predicates(self, subject: Term, subject_span: Span) -> None:
        assert not isinstance(subject, ox.Literal)
        while self._peek() not in (".", "]", ""):
            if self._accept(";"):
                continue
            token = self._take()
            predicate = _A if token.text == "a" else self._iri(token)
            predicate_span = self._span(token)
            while True:
                number = len(self._triples)
                value, span = self._term()
                triple = Triple(subject, predicate, value, subject_span, predicate_span, span)
                # Before what a bracket said inside, so that triples keep the order of the text.
                self._triples.insert(number, triple)
                if not self._accept(","):
                    break

    def _term(self) -> tuple[Term, Span]:
        token = self._take()
        match token.kind:
            case "iri" | "name":
                return self._iri(token), self._span(token)
            case "blank":
                known = self._labels.setdefault(token.text, ox.BlankNode(f"b{token.start}"))
                return known, self._span(token)
            case "string":
                return self._literal(token)
            case "number":
                return _number(token.text), self._span(token)
            case "word":
                if token.text in ("true", "false"):
                    return _typed(token.text, "boolean"), self._span(token)
        if token.text == "[":
            node, span = ox.BlankNode(f"b{token.start}"), self._span(token)
            self._predicates(node, span)
            self._take()
            return node, span
        if token.text == "(":
            return self._collection(token)
        raise self._not_turtle(token.start)

    def _collection(self, opening: Token) -> tuple[Term, Span]:
        span = self._span(opening)
        head: Node = _NIL
        previous: Node | None = None
        while not self._accept(")"):
            at = self._tokens[self._next]
            node = ox.BlankNode(f"l{at.start}")
            place = self._span(at)
            if previous is None:
                head = node
            else:
                self._triples.append(Triple(previous, _REST, node, place, place, place))
            number = len(self._triples)
            member, member_span = self._term()
            self._triples.insert(number, Triple(node, _FIRST, member, place, place, member_span))
            previous = node
        if previous is not None:
            self._triples.append(Triple(previous, _REST, _NIL, span, span, span))
        return head, span

    # -- terms -----------------------------------------------------------------------------------

    def _iri(self, token: Token) -> ox.NamedNode:
        if token.kind == "iri":
            return ox.NamedNode(self._resolve(_unescaped(token.text[1:-1])))
        if token.kind != "name":
            raise self._not_turtle(token.start)
        prefix, _, local = token.text.partition(":")
        return ox.NamedNode(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))

    def _resolve(self, iri: str) -> str:
        if not self._base or re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", iri):
            return iri
        # The parser that came first knows RFC 3986 in full; ask it.
        probe = f"<{iri}> <a:a> <a:a> ."
        quad = next(iter(ox.parse(probe, format=ox.RdfFormat.TURTLE, base_iri=self._base)))
        resolved = quad.subject
        return resolved.value if isinstance(resolved, ox.NamedNode) else urljoin(self._base, iri)

    def _literal(self, token: Token) -> tuple[Term, Span]:
        quotes = 3 if token.text[:3] in ('"""', "'''") else 1
        value = _unescaped(token.text[quotes:-quotes])
        if self._accept("^^"):
            last = self._take()
            return ox.Literal(value, datatype=self._iri(last)), self._span(token, last)
        if self._next < len(self._tokens) and self._tokens[self._next].kind == "language":
            last = self._take()
            return ox.Literal(value, language=last.text[1:]), self._span(token, last)
        return ox.Literal(value), self._span(token)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def letter(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])

    return _ESCAPE.sub(letter, text)


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(_XSD + datatype))


def _number(text: str) -> ox.Literal:
    if "e" in text.lower():
        return _typed(text, "double")
    return _typed(text, "decimal" if "." in text else "integer")
