"""Data by predicate, each term a number: what is asked of many values is asked of each once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from functools import cached_property
from sys import intern

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.validation.reads import TYPE
from heritagekg.validation.spelling import is_changed, is_kept

IRI, BLANK = "IRI", "blank node"
_LANGUAGE_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


class Column:
    """The triples of one predicate.

    Attributes
    ----------
    subjects, values
        Their numbers, a place for each triple; one that is said twice may stand there twice.
    """

    __slots__ = ("__dict__", "subjects", "values")

    def __init__(self, subjects: list[int], values: list[int]) -> None:
        self.subjects, self.values = subjects, values

    @cached_property
    def having(self) -> frozenset[int]:
        """The subjects, each once."""
        return frozenset(self.subjects)

    @cached_property
    def distinct(self) -> frozenset[int]:
        """The values, each once."""
        return frozenset(self.values)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Return the triples as (subject, value)."""
        return zip(self.subjects, self.values, strict=True)

    @cached_property
    def often(self) -> Mapping[int, int]:
        """How many different values each subject has that has several."""
        if len(self.having) == len(self.subjects):
            return {}
        counted = Counter([subject for subject, _ in set(self.pairs())])
        return {subject: times for subject, times in counted.items() if times > 1}

    def of(self, values: Set[int]) -> set[int]:
        """Return the subjects that have one of *values*."""
        return {subject for subject, value in self.pairs() if value in values} if values else set()


def either(columns: Iterable[Column]) -> Column:
    """Return the triples of all *columns*."""
    known = list(columns)
    return Column(
        [s for one in known for s in one.subjects], [v for one in known for v in one.values]
    )


def followed(one: Column, other: Column) -> Column:
    """Return the column from the subjects of *one* to what its values have in *other*."""
    further: dict[int, list[int]] = {}
    for subject, value in other.pairs():
        further.setdefault(subject, []).append(value)
    pairs = [(s, last) for s, value in one.pairs() for last in further.get(value, ())]
    return Column([subject for subject, _ in pairs], [value for _, value in pairs])


class Columns:
    """Triples by predicate.

    Parameters
    ----------
    quads
        The triples, whatever their graphs.

    Examples
    --------
    >>> text = "<a:a> <a:b> 1, 2 . <a:c> <a:b> 1 ."
    >>> columns = Columns(ox.parse(text, format=ox.RdfFormat.TURTLE))
    >>> column = columns.of("a:b")
    >>> [columns.terms[number].value for number in column.distinct]
    ['1', '2']
    >>> {columns.terms[number].value: times for number, times in column.often.items()}
    {'a:a': 2}
    """

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        numbers: defaultdict[Term, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        said: defaultdict[ox.NamedNode, list[int]] = defaultdict(list)
        for quad in quads:
            column = said[quad.predicate]
            column.append(numbers[quad.subject])  # type: ignore[index]
            column.append(numbers[quad.object])  # type: ignore[index]
        self._numbers = numbers
        self._columns = {
            predicate.value: Column(flat[::2], flat[1::2]) for predicate, flat in said.items()
        }
        self._respelled: dict[str, bool] = {}

    def __iter__(self) -> Iterator[str]:
        """Return the IRIs of the predicates."""
        return iter(self._columns)

    def of(self, predicate: str) -> Column:
        """Return the triples of *predicate*."""
        return self._columns.get(predicate) or Column([], [])

    def number(self, term: Term) -> int | None:
        """Return the number of *term*; None where the data do not hold it."""
        return self._numbers.get(term)

    def numbered(self, term: Term) -> int:
        """Return the number of *term*, which it gets now where the data do not hold it."""
        if term not in self._numbers:
            for told in ("terms", "texts", "kinds", "languages"):
                self.__dict__.pop(told, None)
        return self._numbers[term]

    @cached_property
    def terms(self) -> list[Term]:
        """Every term, at the place of its number."""
        return list(self._numbers)

    @cached_property
    def texts(self) -> list[str]:
        """What each term says without datatype or language."""
        return [str(term.value) for term in self.terms]

    @cached_property
    def kinds(self) -> list[str]:
        """The datatype of each literal, by its IRI; `IRI` and `BLANK` are the other kinds."""
        literal, iri = ox.Literal, ox.NamedNode
        return [
            intern(term.datatype.value)
            if type(term) is literal
            else (IRI if type(term) is iri else BLANK)
            for term in self.terms
        ]

    @cached_property
    def languages(self) -> dict[int, str]:
        """The tag of each literal that has one, in lower case."""
        return {
            number: (self.terms[number].language or "").lower()  # type: ignore[union-attr]
            for number, kind in enumerate(self.kinds)
            if kind == _LANGUAGE_STRING
        }

    @cached_property
    def members(self) -> Mapping[int, set[int]]:
        """The nodes that are said to be of each class."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for subject, kind in self.of(TYPE).pairs():
            found[kind].add(subject)
        return found

    def is_respelled(self, predicate: str) -> bool:
        """Return whether a store would spell a value of *predicate* its own way."""
        if predicate not in self._respelled:
            kinds, terms = self.kinds, self.terms
            self._respelled[predicate] = any(
                is_changed(kinds[number]) and not is_kept(terms[number])
                for number in self.of(predicate).distinct
            )
        return self._respelled[predicate]

    def respelled(self, plain: Collection[str] | None) -> frozenset[str]:
        """Return those of the predicates *plain* (None: of all) with a value a store changes."""
        chosen = (name for name in self if plain is None or name in plain)
        return frozenset(filter(self.is_respelled, chosen))

    def quads(
        self, predicate: str, subjects: Set[int] | None = None, values: Set[int] | None = None
    ) -> Iterator[ox.Quad]:
        """Return the triples of *predicate*: all, or those of these subjects, of these values."""
        column, named = self.of(predicate), ox.NamedNode(predicate)
        pairs: Iterable[tuple[int, int]] = column.pairs()
        if subjects is not None:
            pairs = [pair for pair in pairs if pair[0] in subjects]
        if values is not None:
            pairs = [pair for pair in pairs if pair[1] in values]
        terms = self.terms
        return (ox.Quad(terms[s], named, terms[v]) for s, v in pairs)  # type: ignore[arg-type]
