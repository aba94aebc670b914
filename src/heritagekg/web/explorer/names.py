"""Every name in the graph, held in memory: what to call a thing, and what a name may mean."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from heritagekg.entities import fold
from heritagekg.terms import ENTITIES, compact
from heritagekg.workspace import GRAPHS

if TYPE_CHECKING:
    from heritagekg.engine.protocol import Engine, Term

# Beginning of the IRIs of the graphs that the build derives; the others are what files say.
DERIVED = GRAPHS + "derived/"
_PREFIXES = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_LABELS = f"""{_PREFIXES}SELECT ?thing ?label ?rank
WHERE {{
  VALUES (?predicate ?rank) {{
    (skos:prefLabel 0) (dcterms:title 0) (rdfs:label 0) (skos:altLabel 1)
  }}
  ?thing ?predicate ?label .
}}"""
_FORMER = f"""{_PREFIXES}SELECT ?thing ?label (2 AS ?rank)
WHERE {{ ?period hkg:name ?label ; hkg:subject ?thing . }}"""
_CLASSES = f"{_PREFIXES}SELECT ?thing ?kind WHERE {{ ?thing a ?kind }}"
_ABOVE = f"""{_PREFIXES}SELECT ?below ?above
WHERE {{
  {{ ?below rdfs:subClassOf+ ?above }}
  UNION {{ ?below rdfs:subPropertyOf+ ?above }}
  FILTER(ISIRI(?below) && ISIRI(?above))
}}"""
_FACTS = f"""{_PREFIXES}SELECT ?thing (COUNT(DISTINCT ?fact) AS ?facts)
WHERE {{ ?fact a hkg:Fact ; ?part ?thing . FILTER(ISIRI(?thing) && ?part != rdf:type) }}
GROUP BY ?thing"""
_BEGAN = f"{_PREFIXES}SELECT ?fact ?day WHERE {{ ?fact hkg:certainFrom ?day }}"

# Cyrillic letters of Russian, Ukrainian and Azerbaijani as English writes them.
_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезиклмнопрстуф", "abvgdeziklmnoprstuf", strict=True)),
        **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": ""},
        **{"ы": "i", "э": "e", "ю": "yu", "я": "ya", "ё": "yo", "й": "i", "є": "ye", "ґ": "g"},
        **{"і": "i", "ї": "i", "ә": "e", "ө": "o", "ү": "u", "һ": "h", "ҹ": "c", "ҝ": "g"},
        **{"ғ": "g", "ј": "y"},
    }
)
# Spellings of one sound in different alphabets and languages, made one; longest first.
_SOUNDS = {
    "dzh": "c",
    "sh": "s",
    "ch": "c",
    "zh": "z",
    "kh": "h",
    "gh": "g",
    "ts": "c",
    "dj": "c",
    "ph": "f",
    "j": "c",
    "x": "h",
    "q": "k",
    "w": "v",
    "y": "i",
}
_SOUND = re.compile("|".join(_SOUNDS))
_REPEATED = re.compile(r"(.)\1+")
# Words are runs of letters and digits of any script.
_WORD = re.compile(r"[^\W_]+")

ENTITY, CONCEPT, DOCUMENT, TERM, FACT = range(5)


@lru_cache(maxsize=65536)
def sound(text: str) -> str:
    """Return *text* as it is compared: without case, accents, script and doubled letters.

    Latin and Cyrillic spellings of one name come out alike where they sound alike; other scripts
    stay as they are.

    Examples
    --------
    >>> sound("Ширин"), sound("Şirin"), sound("Shirin")
    ('sirin', 'sirin', 'sirin')
    >>> sound("Xalça"), sound("Халча"), sound("Khalcha")
    ('halca', 'halca', 'halca')
    >>> sound("საქართველო")
    'საქართველო'
    """
    latin = fold(text).translate(_CYRILLIC)
    return _REPEATED.sub(r"\1", _SOUND.sub(lambda found: _SOUNDS[found[0]], latin))


class Name(NamedTuple):
    """A name of a thing: its text, language tag, and rank (0 preferred, 1 other, 2 former)."""

    text: str
    language: str
    rank: int


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that a search found: the thing, its label, and the name that fitted."""

    iri: str
    label: Name
    name: Name
    kinds: tuple[str, ...]


class Names:
    """The names of all things of a graph.

    Examples
    --------
    >>> import heritagekg
    >>> names = Names(heritagekg.open().engine)
    >>> names.label("https://w3id.org/heritagekg/id/committee/az", "az").text
    'İKOM Azərbaycan Milli Komitəsi'
    >>> names.search("ширин мелик", "en")[0].iri
    'https://w3id.org/heritagekg/id/person/shirin-malikova'
    """

    def __init__(self, engine: Engine) -> None:
        self._names: dict[str, list[Name]] = {}
        for query in (_LABELS, _FORMER):
            for thing, label, rank in _values(engine, query):
                name = Name(label.value, getattr(label, "language", None) or "", int(rank.value))
                known = self._names.setdefault(thing.value, [])
                if name not in known:
                    known.append(name)
        for known in self._names.values():
            known.sort(key=lambda name: name.rank)
        above: dict[str, set[str]] = defaultdict(set)
        for below, upper in _values(engine, _ABOVE):
            above[compact(below.value)].add(compact(upper.value))
        self.above = {lower: frozenset(upper) for lower, upper in above.items()}
        self._of_facts = {"hkg:Fact"} | {k for k, up in self.above.items() if "hkg:Fact" in up}
        classes: dict[str, list[str]] = {}
        for thing, kind in _values(engine, _CLASSES):
            classes.setdefault(thing.value, []).append(compact(kind.value))
        shared = {kinds: self._lowest(kinds) for kinds in set(map(tuple, classes.values()))}
        self._kinds = {thing: shared[tuple(kinds)] for thing, kinds in classes.items()}
        self._facts = {thing.value: int(facts.value) for thing, facts in _values(engine, _FACTS)}
        self._began = {fact.value: day.value for fact, day in _values(engine, _BEGAN)}
        self._index = _Index(self._searched())

    def _lowest(self, kinds: Iterable[str]) -> tuple[str, ...]:
        implied = {upper for kind in kinds for upper in self.above.get(kind, ())}
        return tuple(kind for kind in kinds if kind not in implied)

    def _searched(self) -> Iterator[tuple[str, Name, float]]:
        """Yield each name that a search may find, and how far it stands back behind others."""
        for iri, names in self._names.items():
            group = self._group(iri)
            if group == FACT:
                continue
            back = 4.0 * group - min(3.0, 0.6 * math.log1p(self._facts.get(iri, 0)))
            for name in dict.fromkeys(names):
                yield iri, name, back + 0.5 * name.rank

    def _group(self, iri: str) -> int:
        if not iri.startswith(ENTITIES):
            return TERM
        if self.is_fact(iri):
            return FACT
        if any(kind == "hkg:Document" for kind in self.kinds(iri)):
            return DOCUMENT
        return CONCEPT if "skos:Concept" in self.kinds(iri) else ENTITY

    def of(self, iri: str) -> list[Name]:
        """Return all names of the thing *iri*."""
        return self._names.get(iri, [])

    def label(self, iri: str, language: str) -> Name:
        """Return what to call *iri* in *language*; its CURIE where it has no name."""
        best: Name | None = None
        for name in self._names.get(iri, ()):
            if name.rank == 0 and name.language == language:
                return name
            if best is None or (name.rank, name.language != "en") < (
                best.rank,
                best.language != "en",
            ):
                best = name
        return best or Name(compact(iri), "", 0)

    def kinds(self, iri: str) -> tuple[str, ...]:
        """Return the CURIEs of the most specific classes of *iri*."""
        return self._kinds.get(iri, ())

    def is_fact(self, iri: str) -> bool:
        """Return whether *iri* is a tenure, a founding, a figure … and not a thing of its own."""
        return not self._of_facts.isdisjoint(self.kinds(iri))

    def began(self, fact: str) -> str:
        """Return the first day on which *fact* certainly held, as far as that is known."""
        return self._began.get(fact, "")

    def terms(self, *kinds: str) -> list[str]:
        """Return the CURIEs of all things of the classes *kinds*."""
        return sorted(
            compact(i) for i, own in self._kinds.items() if not set(kinds).isdisjoint(own)
        )

    def facts(self, iri: str) -> int:
        """Return of how many facts *iri* is a part."""
        return self._facts.get(iri, 0)

    def foremost(self, kinds: Iterable[str]) -> list[str]:
        """Return the thing of each class of which most facts are known."""
        best: dict[str, tuple[int, str]] = {}
        for iri, own in self._kinds.items():
            for kind in own:
                best[kind] = max(best.get(kind, (0, "")), (self.facts(iri), iri))
        return [best[kind][1] for kind in kinds if best.get(kind, (0, ""))[0]]

    def search(self, text: str, language: str, *, limit: int = 30) -> list[Found]:
        """Return the things that *text* may mean, best first; each once.

        All words must fit, the last also as the beginning of one. Where nothing fits, names that
        sound alike are taken.
        """
        return [
            Found(iri, self.label(iri, language), name, self.kinds(iri))
            for iri, name in self._index.search(text, limit)
        ]


def _values(engine: Engine, query: str) -> Iterator[tuple[Term, ...]]:
    """Yield the solutions of *query* that bind every variable."""
    # Sorted here, so that nothing depends on the order of the store, which sorts slowly.
    rows = [row for row in engine.select(query).terms if None not in row]
    yield from sorted(rows, key=lambda row: [str(term) for term in row])  # type: ignore[misc]


class _Index:
    """Names by the words in them, in the order of the alphabet, and by the letters in a row."""

    def __init__(self, names: Iterable[tuple[str, Name, float]]) -> None:
        self.names: list[tuple[str, Name, float, str, str]] = []
        words: list[tuple[str, int]] = []
        for number, (iri, name, back) in enumerate(names):
            plain = fold(name.text)
            self.names.append((iri, name, back, plain, sound(name.text)))
            words += [(word, number) for word in set(_words(name.text))]
        words.sort()
        self._words = [word for word, _ in words]
        self._numbers = [number for _, number in words]
        self._vocabulary = sorted(set(self._words))
        self._triples: dict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self._vocabulary):
            for letters in _letters(word):
                self._triples[letters].append(number)

    def search(self, text: str, limit: int) -> list[tuple[str, Name]]:
        wanted = _words(text)
        if not wanted:
            return []
        numbers = self._all_of([self._beginning(word) for word in wanted])
        if not numbers:
            numbers = self._all_of([self._alike(word) for word in wanted])
        plain, heard = fold(text), sound(text)
        best: dict[str, tuple[float, Name]] = {}
        for number in numbers:
            iri, name, back, own_plain, own_heard = self.names[number]
            score = back + 0.02 * len(own_plain)
            score += _distance(plain, own_plain, heard, own_heard, wanted)
            if iri not in best or score < best[iri][0]:
                best[iri] = (score, name)
        ordered = sorted(best.items(), key=lambda item: (item[1][0], item[0]))
        return [(iri, name) for iri, (_, name) in ordered[:limit]]

    @staticmethod
    def _all_of(sets: list[set[int]]) -> set[int]:
        return set.intersection(*sets) if sets else set()

    def _beginning(self, word: str) -> set[int]:
        """Return the numbers of the names with a word that begins with *word*."""
        start = bisect_left(self._words, word)
        end = bisect_left(self._words, word + "\U0010ffff", start)
        return set(self._numbers[start:end])

    def _alike(self, word: str) -> set[int]:
        """Return the numbers of the names with a word that is spelt nearly as *word*."""
        counted = Counter(n for letters in _letters(word) for n in self._triples.get(letters, ()))
        found: set[int] = set()
        for number, _ in counted.most_common(40):
            known = self._vocabulary[number]
            if SequenceMatcher(None, word, known, autojunk=False).ratio() >= 0.75:
                found |= self._beginning(known)
        return found or self._beginning(word)


def _words(text: str) -> list[str]:
    words = (sound(word) for word in _WORD.findall(unicodedata.normalize("NFC", text)))
    return [word for word in words if word]


def _letters(word: str) -> set[str]:
    padded = f"^{word}$"
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


def _distance(plain: str, own_plain: str, heard: str, own_heard: str, wanted: list[str]) -> float:
    """Return how far a name is from what was typed: 0 for the same letters."""
    if plain == own_plain:
        return -6.0
    if heard == own_heard:
        return -4.0
    if own_plain.startswith(plain):
        return -2.0
    if own_heard.startswith(heard):
        return -1.5
    own = set(own_heard.split())
    return -0.3 * sum(word in own for word in wanted)
