"""The statements of a long Turtle text by their subjects, read one at a time."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping
from functools import cached_property

import pyoxigraph as ox

from heritagekg.turtle.reader import Prefix, Reader, Triple, read

# A statement ends at a full stop that no name or number goes on after; a directive of SPARQL's
# kind at its IRI. The text is known to parse.
_STATEMENT = re.compile(
    r"""
    \s*+ (?> (?: \#[^\n\r]*+ \s*+ )* )
    (?: (?P<directive> (?i:PREFIX|BASE)\b [^<>"]*+ <[^>]*+> )
      | (?P<statement> (?> (?: [^.\#"'<\\]++ | <[^>\n]*+> | \\. | \#[^\n\r]*+
          | \"{3} (?: [^"\\]++ | \\. | "{1,2}(?!") )* \"{3}
          | '{3} (?: [^'\\]++ | \\. | '{1,2}(?!') )* '{3}
          | "(?:[^"\\\n\r]++|\\.)*" | '(?:[^'\\\n\r]++|\\.)*'
          | \.(?=[\w:%\-]) )* ) \. ) )
    """,
    re.VERBOSE | re.DOTALL,
)
_SUBJECT = re.compile(r"<[^>]*>|[^\s;,\[\]()<]+")
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
_LAST = re.compile(r"[^/#:<>]*(?=>?$)")


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
        self._directives: list[tuple[int, int]] = []
        self._subjects: list[str] = []
        self._readers: dict[int, Reader] = {}
        self._triples: dict[int, list[Triple]] = {}

    def about(self, subject: ox.NamedNode) -> list[Triple]:
        """Return the triples with *subject*, in the order of the text."""
        return [
            triple
            for start, end in self._by_name.get(_name(subject.value), ())
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
        assert self._by_name is not None
        directives = "\n".join(self._text[start:end] for start, end in self._directives)
        return read(directives, self._base, path=self._path).declarations

    def subjects(self) -> list[str]:
        """Return the IRIs that statements are about, save those written with escapes."""
        declared = {prefix.name: prefix.iri for prefix in self.declarations()}
        found = dict.fromkeys(self._subjects)
        return [iri for token in found if (iri := _resolved(token, declared)) is not None]

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[int, int]]]:
        """The stretches of the statements, by the last part of their subject's name."""
        found: dict[str, list[tuple[int, int]]] = {}
        for match in _STATEMENT.finditer(self._text):
            kind = match.lastgroup or ""
            start, end = match.span(kind)
            if kind == "directive" or self._text[start] == "@":
                self._directives.append((start, end))
                continue
            subject = _SUBJECT.match(self._text, start, end)
            if subject is not None:
                self._subjects.append(subject[0])
                found.setdefault(_name(subject[0]), []).append((start, end))
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
    """Return what an IRI and every way to write it have in common; a way with escapes, nothing."""
    if "\\" in subject:
        return ""
    last = _LAST.search(subject)
    return last[0] if last is not None else ""
