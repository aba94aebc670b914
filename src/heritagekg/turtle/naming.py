"""How the terms of a graph are spelt in Turtle: CURIEs, the prefixes they need, and literals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from heritagekg.terms import PREFIXES
from heritagekg.turtle.reader import NIL, Prefix, Term
from heritagekg.turtle.tokens import is_local_name

_XSD = PREFIXES["xsd"]
# Literals that Turtle writes without quotes (section 2.5.2 of the Recommendation).
_BARE = {
    _XSD + "boolean": re.compile("true|false"),
    _XSD + "integer": re.compile("[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
}
_NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
# In long strings, only a quotation mark that would end them.
_ESCAPED_IN_LONG = re.compile(r'[\x00-\x08\x0b-\x1f\x7f\\]|"(?="")|"\Z')
_LETTERS = {
    "\t": r"\t",
    "\b": r"\b",
    "\n": r"\n",
    "\r": r"\r",
    "\f": r"\f",
    '"': r"\"",
    "\\": r"\\",
}


class UnknownBase:
    """Stands for the address of a text, so that IRIs relative to it can be written so again.

    Examples
    --------
    >>> base = UnknownBase("<../a> <#b> <> .")
    >>> doc = ox.parse("<../a> <#b> <> .", format=ox.RdfFormat.TURTLE, base_iri=base.iri)
    >>> [base.relative(term.value) for quad in doc for term in quad.triple]
    ['../a', '#b', '']
    """

    def __init__(self, text: str) -> None:
        word = "here"
        while word in text:
            word += "-"
        self._scheme, self._root = f"{word}:", f"{word}://{word}/"
        # As many folders as the text can climb out of, and one.
        self._folders = [word] * (text.count("..") + 1)
        self._folder = self._root + "".join(f"{folder}/" for folder in self._folders)
        self.iri = self._folder + word

    def relative(self, iri: str) -> str:
        """Return *iri* relative to this base if it hangs on it, else as it is."""
        if not iri.startswith(self._scheme):
            return iri
        if iri == self.iri or iri.startswith((self.iri + "#", self.iri + "?")):
            return iri[len(self.iri) :]
        if iri.startswith(self._folder):
            rest = iri[len(self._folder) :]
            is_plain = re.match(r"[^/?#:]+(?:[/?#]|$)", rest)
            return rest if is_plain else f"./{rest}"
        if not iri.startswith(self._root):
            return iri[len(self._scheme) :]
        below = iri[len(self._root) :].split("/")
        common = 0
        while common < len(self._folders) and below[common] == self._folders[common]:
            common += 1
        if not common:
            return "/" + "/".join(below)
        return "../" * (len(self._folders) - common) + "/".join(below[common:])


class Names:
    """The words for the terms of one text.

    Parameters
    ----------
    iris
        Every IRI that is to be written.
    declared
        The prefixes of the text. Those of namespaces that heritagekg knows are renamed.
    base
        What relative IRIs hang on.

    Examples
    --------
    >>> names = Names(["https://w3id.org/heritagekg/id/committee/az"], [], UnknownBase(""))
    >>> names.word(ox.NamedNode("https://w3id.org/heritagekg/id/committee/az"))
    'committee:az'
    >>> names.header()
    ['@prefix committee: <https://w3id.org/heritagekg/id/committee/> .']
    """

    def __init__(self, iris: Iterable[str], declared: Sequence[Prefix], base: UnknownBase) -> None:
        self._base = base
        self._words: dict[str, str] = {}
        everything = sorted(set(iris))
        wanted = _wanted(declared)
        while True:
            spaces = _namespaces(everything, wanted)
            self.prefixes, nameless = _allotted(wanted, set(spaces.values()))
            if not nameless:
                break
            for namespace in nameless:
                del wanted[namespace]
        prefix_of = {namespace: name for name, namespace in self.prefixes.items()}
        for iri, namespace in spaces.items():
            self._words[iri] = f"{prefix_of[namespace]}:{iri[len(namespace) :]}"

    def header(self) -> list[str]:
        """Return a line for each prefix that is used."""
        return [
            f"@prefix {name}: {self._bracketed(namespace)} ."
            for name, namespace in sorted(self.prefixes.items())
        ]

    def word(self, term: Term) -> str:
        """Return *term*, which is no blank node, in Turtle."""
        if isinstance(term, ox.NamedNode):
            return self._words.get(term.value) or self._bracketed(term.value)
        assert isinstance(term, ox.Literal)
        if term.language:
            return f"{_quoted(term.value)}@{term.language}"
        datatype = term.datatype.value
        if datatype == _XSD + "string":
            return _quoted(term.value)
        if datatype in _BARE and _BARE[datatype].fullmatch(term.value):
            return term.value
        return f"{_quoted(term.value)}^^{self.word(term.datatype)}"

    def object_word(self, term: Term) -> str:
        """Return *term* as it is written where it is an object."""
        return "()" if term == NIL else self.word(term)

    def _bracketed(self, iri: str) -> str:
        return f"<{_NOT_IN_IRIS.sub(_code, self._base.relative(iri))}>"


def iris_of(term: Term) -> Iterable[str]:
    """Return the IRIs that writing *term* takes."""
    if isinstance(term, ox.NamedNode):
        yield term.value
    elif isinstance(term, ox.Literal) and not term.language:
        datatype = term.datatype.value
        is_bare = datatype in _BARE and _BARE[datatype].fullmatch(term.value)
        if datatype != _XSD + "string" and not is_bare:
            yield datatype


def _wanted(declared: Sequence[Prefix]) -> dict[str, list[str]]:
    """Return namespace -> names for it, the best first; the text's own namespaces first."""
    known = {namespace: [name] for name, namespace in PREFIXES.items()}
    wanted: dict[str, list[str]] = {}
    for prefix in declared:
        (known if prefix.iri in known else wanted).setdefault(prefix.iri, []).append(prefix.name)
    return wanted | known


def _namespaces(iris: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    """Return IRI -> the longest of the *wanted* namespaces after which a CURIE can go on."""
    longest_first = sorted(wanted, key=len, reverse=True)
    found = {}
    for iri in iris:
        for namespace in longest_first:
            if iri.startswith(namespace) and is_local_name(iri[len(namespace) :]):
                found[iri] = namespace
                break
    return found


def _allotted(wanted: dict[str, list[str]], used: set[str]) -> tuple[dict[str, str], list[str]]:
    """Return name -> namespace for those *used*, and the namespaces for which no name is left."""
    names: dict[str, str] = {}
    nameless = []
    for namespace, choice in wanted.items():
        if namespace not in used:
            continue
        free = next((name for name in choice if name not in names), None)
        if free is None:
            nameless.append(namespace)
        else:
            names[free] = namespace
    return names, nameless


def _quoted(value: str) -> str:
    if "\n" in value:
        return f'"""{_ESCAPED_IN_LONG.sub(_escape, value)}"""'
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    return _LETTERS.get(match[0]) or _code(match)


def _code(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"
