"""The statements of a long Turtle text by their subjects, read one at a time."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping
from functools import cached_property

import pyoxigraph as ox

from heritagekg.turtle.reader import Prefix, Reader, Triple, read
from heritagekg.turtle.tokens import CHARACTERS

# A statement ends at a full stop that no name or number goes on after; a directive of SPARQL's
# kind at its IRI. The text is known to parse.
_STATEMENT = re.compile(
    rf"""
    \s*+ (?> (?: \#[^\n\r]*+ \s*+ )* )
    (?: (?P<directive> (?i:PREFIX|BASE)\b [^<>"]*+ <[^>]*+> )
      | (?P<statement> (?> (?: [^.\#"'<\\]++ | <[^>\n]*+> | \\. | \#[^\n\r]*+
          | \"{{3}} (?: [^"\\]++ | \\. | "{{1,2}}(?!") )* \"{{3}}
          | '{{3}} (?: [^'\\]++ | \\. | '{{1,2}}(?!') )* '{{3}}
          | "(?:[^"\\\n\r]++|\\.)*" | '(?:[^'\\\n\r]++|\\.)*'
          | \.(?=[0-9]) | (?<![\s"'>\])]) \.++ (?=[{CHARACTERS}:%\\]) )* ) \. ) )
    """,
    re.VERBOSE | re.DOTALL,
)
_SUBJECT = re.compile(r"<[^>]*>|[^\s;,\[\]()<]+")
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
_LAST = re.compile(r"[^/#:<>]*(?=>?$)")
_ENDS = tuple("/#:")
# The name under which those subjects are found that may be called anything.
_ANY = ""
_DOTS = (".", "..")


class Statements:
    r"""Finds and reads those statements of a text that are about one subject.

    Examples
    --------
    >>> text = "@prefix e: <http://e/> .\n" + "".join(f"e:s{n}\n  e:p {n} .\n" for n in range(9))
    >>> (triple,) = Statements(text, None).about(ox.NamedNode("http://e/s7"))
    >>> triple.object.value, triple.object_span
    ('7', Span(line=17, column=7, end_line=17, end_column=8))
    """

    def __init__(self, text: str, base: str | None, path: str = "<text>") -> None:
        self._text, self._base, self._path = text, base, path
        self._readers: dict[int, Reader] = {}
        self._triples: dict[int, list[Triple]] = {}

    def about(self, subject: ox.NamedNode) -> list[Triple]:
        """Return the triples with *subject*, in the order of the text."""
        name = _name(subject.value)
        stretches = self._by_name.get(name, [])
        if name != _ANY and _ANY in self._by_name:
            stretches = sorted((*stretches, *self._by_name[_ANY]))
        return [
            triple
            for start, end in stretches
            if self._may_be_about(subject, start)
            for triple in self._read(start, end)
            if triple.subject == subject
        ]

    def _may_be_about(self, subject: ox.NamedNode, start: int) -> bool:
        token = _SUBJECT.match(self._text, start)
        named = _resolved(token[0], self._declared_once) if token is not None else None
        return named is None or named == subject.value

    @cached_property
    def _declared_once(self) -> dict[str, str]:
        """The prefixes that stand for the same everywhere in the text."""
        declared: dict[str, set[str]] = {}
        for prefix in self.declarations():
            declared.setdefault(prefix.name, set()).add(prefix.iri)
        return {name: iris.pop() for name, iris in declared.items() if len(iris) == 1}

    def declarations(self) -> tuple[Prefix, ...]:
        """Return the prefixes that the text declares, each with its place among the directives."""
        return self._declarations

    @cached_property
    def _declarations(self) -> tuple[Prefix, ...]:
        directives = "\n".join(self._text[start:end] for start, end in self._directives)
        return read(directives, self._base, path=self._path).declarations

    def subjects(self) -> list[str]:
        """Return the IRIs that statements are about, save those written with escapes."""
        declared = {prefix.name: prefix.iri for prefix in self.declarations()}
        found = dict.fromkeys(token for token, _, _ in self._parts[1])
        return [iri for token in found if (iri := _resolved(token, declared)) is not None]

    @cached_property
    def _parts(self) -> tuple[list[tuple[int, int]], list[tuple[str, int, int]]]:
        """The stretches of the directives, and those of the statements, each with its subject."""
        directives, statements = list[tuple[int, int]](), list[tuple[str, int, int]]()
        for match in _STATEMENT.finditer(self._text):
            kind = match.lastgroup or ""
            start, end = match.span(kind)
            if kind == "directive" or self._text[start] == "@":
                directives.append((start, end))
                continue
            subject = _SUBJECT.match(self._text, start, end)
            if subject is not None:
                statements.append((subject[0], start, end))
        return directives, statements

    @property
    def _directives(self) -> list[tuple[int, int]]:
        return self._parts[0]

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[int, int]]]:
        """The stretches of the statements, by the last part of their subject's name.

        That is the last part of the IRI, too, unless its prefix stands for the beginning of one.
        """
        odd = tuple(f"{p.name}:" for p in self.declarations() if p.iri[-1:] not in _ENDS)
        found: dict[str, list[tuple[int, int]]] = {}
        for subject, start, end in self._parts[1]:
            name = _ANY if odd and subject.startswith(odd) else _name(subject)
            found.setdefault(name, []).append((start, end))
        return found

    def _read(self, start: int, end: int) -> list[Triple]:
        if start not in self._triples:
            self._triples[start] = self._reader(start).stretch(start, end)
        return self._triples[start]

    def _reader(self, start: int) -> Reader:
        """Return a reader that knows what is declared before offset *start*."""
        before = bisect(self._directives, (start, start))
        if before not in self._readers:
            self._readers[before] = Reader(self._text, self._base, self._path)
            for directive in self._directives[:before]:
                self._readers[before].stretch(*directive)
        return self._readers[before]


def _resolved(token: str, declared: Mapping[str, str]) -> str | None:
    prefix, colon, local = token.partition(":")
    if "\\" in token or not colon:
        return None
    if token.startswith("<"):
        return token[1:-1] if _ABSOLUTE.match(token) else None
    return declared[prefix] + local if prefix in declared else None


def _name(subject: str) -> str:
    """Return what an IRI and every way to write it have in common, where that can be told."""
    if "\\" in subject:
        return _ANY
    last = _LAST.search(subject)
    return last[0] if last is not None and last[0] not in _DOTS else _ANY
