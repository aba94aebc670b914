"""A quick look at all data, to find the few focus nodes that are worth a query.

Constraints that look forward from a focus node are judged here on columns of numbers. What surely
conforms needs no query; what does not, or might not, is a suspect: the compiled query judges it and
says what is wrong. So a test may be as coarse as it likes, as long as no violation passes it.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cache, reduce
from typing import Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.validation.columns import BLANK, IRI, Column, Columns, either, followed
from heritagekg.validation.compile import Check
from heritagekg.validation.constraints import component
from heritagekg.validation.levels import is_inverse
from heritagekg.validation.lexical import RANGES, lexical_form
from heritagekg.validation.shapes import SH, Shape, Shapes, is_true, rdf, sh

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {
    _XSD + "integer": re.compile("[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
}
_DATE, _YEAR = _XSD + "date", _XSD + "gYear"
# Two numbers of so few digits are equal if, and only if, they are as floats.
_SURE_DIGITS = 15
_FOUR_DIGITS = re.compile("[0-9]{4}")
# Regular expressions that mean the same to every engine, of texts that can be printed; those with a
# letter after a backslash do so of ASCII only.
_SAME = re.compile(
    r"""(?: [^\]\[\\(){}*+?|] | \\[^\W_] | \\[^\w\s] | \( (?: \?: | (?!\?) ) | [)|]
    | \[\^? (?: [^\]\[\\&~^-] | \\[^\w\s] | (?<![\[^-])-(?=[^\]-]) | \\[dws] )+ -? \]
    | (?: [*+?] | \{[0-9]{1,3}(?:,[0-9]{0,3})?\} ) \?? (?![*+?{]) )*""",
    re.VERBOSE,
)
# An engine that tries one way after the other may take forever over a group that is repeated, and
# for each repeat as many steps again as the text has letters.
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_MOST_STEPS = 10_000_000
_CLASSES = re.compile(r"\\[dwsDWS]")
_ANY_LETTER = re.compile(r"\\[A-Za-z0-9]")


class Verdict(NamedTuple):
    """The nodes that surely violate, and those that may; the first are among the second."""

    surely: Set[int]
    maybe: Set[int]

    def among(self, nodes: Set[int]) -> Verdict:
        """Return the verdict on those of *nodes*."""
        return Verdict(self.surely & nodes, self.maybe & nodes)


_NONE = Verdict(frozenset(), frozenset())
_Test: TypeAlias = "Callable[[Screen, Shape, Term, Set[int]], Verdict]"


class Unscreened(Exception):
    """A constraint that only a query can judge."""


def has_focus_nodes(
    columns: Columns, shapes: Shapes, subclasses: Mapping[str, tuple[str, ...]]
) -> bool:
    """Return whether a shape of *shapes* has a focus node in *columns*, by the classes below."""
    targets = [t for s in shapes.by_node.values() if not s.deactivated for t in s.targets]
    for name, term in targets:
        if name == "targetClass":
            kinds = [term, *map(ox.NamedNode, subclasses.get(str(term.value), ()))]
            if any(columns.number(kind) in columns.members for kind in kinds):
                return True
        elif name == "targetNode" or columns.of(str(term.value)).having:
            return True
    return False


class Screen:
    """The suspects among the focus nodes of *shapes* in *columns*.

    Parameters
    ----------
    columns, shapes
        The data, and what judges.
    subclasses
        Class -> every class below it, by IRI.

    Attributes
    ----------
    judged
        (source shape, component) of the constraints that were judged, whatever the target: the
        numbers of the nodes that may violate them.

    Examples
    --------
    >>> from heritagekg.validation.shapes import read_shapes
    >>> shapes = read_shapes(ox.parse('''@prefix sh: <http://www.w3.org/ns/shacl#> .
    ... <e:s> sh:targetClass <e:Museum> ; sh:property [ sh:path <e:code> ; sh:pattern "^M-" ] .''',
    ... format=ox.RdfFormat.TURTLE, base_iri="e:"))
    >>> data = "<e:1> a <e:Museum> ; <e:code> 'M-1' . <e:2> a <e:Museum> ; <e:code> 'B' ."
    >>> columns = Columns(ox.parse(data, format=ox.RdfFormat.TURTLE))
    >>> (suspects,) = Screen(columns, shapes, {}).judged.values()
    >>> [columns.terms[number].value for number in suspects]
    ['e:2']
    """

    def __init__(
        self, columns: Columns, shapes: Shapes, subclasses: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.columns, self.shapes = columns, shapes
        self._subclasses = subclasses
        self.judged: dict[tuple[Term, str], set[int]] = {}
        self._not_judged: set[tuple[Term, str]] = set()
        self._along: dict[str, Column] = {}
        self._above: list[Term] = []
        self._comparable: dict[int, tuple[str, float | str]] = {}
        self._compared: set[int] = set()
        targeted = [s for s in shapes.by_node.values() if s.targets and not s.deactivated]
        for shape in targeted:
            self._judge(shape, self._focus(shape))
        for key in self._not_judged & self.judged.keys():
            del self.judged[key]

    def suspects(self, check: Check) -> Set[int] | None:
        """Return the nodes that may violate a constraint of *check*; None where any may."""
        keys = {(each.source_shape, each.component) for each in check.constraints}
        if check.levels is None or not keys <= self.judged.keys():
            return None
        if any(is_inverse(step) for level in check.levels for step in level or ()):
            # What leads to a node does not stand around it.
            return None
        return set().union(*(self.judged[key] for key in keys))

    def _judge(self, shape: Shape, nodes: Set[int] | None) -> None:
        if shape.deactivated:
            return
        for name, terms in shape.parameters.items():
            if name == "property" and not shape.path:
                for inner in map(self.shape, terms):
                    if inner.path:
                        self._judge(inner, nodes)
                continue
            key = (shape.node, component(name))
            try:
                if nodes is None:
                    raise Unscreened
                found = [self.violating(shape, name, term, nodes).maybe for term in terms]
                self.judged.setdefault(key, set()).update(*found)
            except Unscreened:
                self._not_judged.add(key)

    def _focus(self, shape: Shape) -> Set[int] | None:
        """Return the focus nodes of *shape*; None where the region around them does not tell."""
        found: set[int] = set()
        for name, term in shape.targets:
            if name == "targetClass":
                found |= self.instances(term)
            elif name == "targetSubjectsOf":
                found |= self.columns.of(str(term.value)).having
            elif name == "targetNode":
                found.add(self.columns.numbered(term))
            else:
                return None
        return found

    # -- what tests ask ----------------------------------------------------------------------------

    def shape(self, term: Term) -> Shape:
        """Return the shape that a parameter's value names."""
        found = None if isinstance(term, ox.Literal) else self.shapes.by_node.get(term)
        if found is None:
            raise Unscreened
        return found

    def instances(self, kind: Term) -> Set[int]:
        """Return the SHACL instances of the class *kind*."""
        names = [kind, *map(ox.NamedNode, self._subclasses.get(str(kind.value), ()))]
        numbers = [self.columns.number(name) for name in names]
        members = self.columns.members
        return set().union(*(members[n] for n in numbers if n is not None and n in members))

    def comparable(self, values: Set[int]) -> Mapping[int, tuple[str, float | str]]:
        """Return what values are compared by, after what they may be compared to, where sure."""
        kinds, texts = self.columns.kinds, self.columns.texts
        for number in values - self._compared:
            found = _comparable(kinds[number], texts[number])
            if found is not None:
                self._comparable[number] = found
        self._compared |= values
        return self._comparable

    def column(self, shape: Shape) -> Column:
        """Return where the path of *shape* leads, if each step goes ahead."""
        path = shape.path or ""
        if path not in self._along:
            self._along[path] = self._column(shape.path_node)
        return self._along[path]

    def _column(self, path: Term | None) -> Column:
        graph = self.shapes.graph
        if path is not None and graph.values(path, rdf("first")):
            return reduce(followed, map(self._column, graph.members(path)))
        if isinstance(path, ox.NamedNode):
            return self.columns.of(path.value)
        alternatives = None if path is None else graph.value(path, sh("alternativePath"))
        if alternatives is None:
            raise Unscreened
        return either([self._column(each) for each in graph.members(alternatives)])

    def violating(self, shape: Shape, name: str, term: Term, nodes: Set[int]) -> Verdict:
        """Return those of *nodes* that violate the constraint of *shape* with this parameter."""
        if name in _BESIDE:
            return _NONE
        if name in VALUE_TESTS:
            if not shape.path:
                return VALUE_TESTS[name](self, shape, term, nodes)
            column = self.column(shape)
            wrong = VALUE_TESTS[name](self, shape, term, column.distinct)
            return Verdict(column.of(wrong.surely), column.of(wrong.maybe)).among(nodes)
        if name in FOCUS_TESTS:
            return FOCUS_TESTS[name](self, shape, term, nodes).among(nodes)
        raise Unscreened

    def nonconforming(self, shape: Shape, nodes: Set[int]) -> Verdict:
        """Return those of *nodes* that do not conform to *shape*."""
        if shape.deactivated or not nodes:
            return _NONE
        if shape.sparql or shape.custom or shape.node in self._above:
            raise Unscreened
        self._above.append(shape.node)
        try:
            found = [
                self.violating(shape, name, term, nodes)
                for name, terms in shape.parameters.items()
                for term in terms
            ]
        finally:
            self._above.pop()
        return _any(found)

    def listed(self, head: Term, nodes: Set[int]) -> list[Verdict]:
        """Return the verdict of each shape of the list at *head* on *nodes*."""
        members = self.shapes.graph.members(head)
        return [self.nonconforming(self.shape(member), nodes) for member in members]


def _any(found: Iterable[Verdict]) -> Verdict:
    found = list(found)
    return Verdict(set().union(*(v.surely for v in found)), set().union(*(v.maybe for v in found)))


def _exactly(nodes: Set[int]) -> Verdict:
    return Verdict(nodes, nodes)


def _perhaps(nodes: Set[int]) -> Verdict:
    return Verdict(frozenset(), nodes)


# -- tests on values: (screen, shape, parameter's value, values) -> which of them violate ----------


def _class(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    return _exactly(values - screen.instances(term))


def _datatype(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    kinds, texts = screen.columns.kinds, screen.columns.texts
    name = str(term.value)
    other = {number for number in values if kinds[number] != name}
    form = lexical_form(name)
    if form is None:
        return _exactly(other)
    is_formed = re.compile(form).fullmatch
    malformed = {number for number in values - other if not is_formed(texts[number])}
    if name in RANGES:
        least, most = RANGES[name]
        rest = values - other - malformed
        malformed |= {number for number in rest if not least <= int(texts[number]) <= most}
    return Verdict(other, other | malformed)


_KINDS: dict[str, tuple[bool, bool, bool]] = {
    # Whether it may be an IRI, a blank node, a literal.
    "IRI": (True, False, False),
    "BlankNode": (False, True, False),
    "Literal": (False, False, True),
    "BlankNodeOrIRI": (True, True, False),
    "BlankNodeOrLiteral": (False, True, True),
    "IRIOrLiteral": (True, False, True),
}


def _node_kind(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    allowed = _KINDS.get(str(term.value).removeprefix(SH))
    if allowed is None:
        raise Unscreened
    kinds = screen.columns.kinds
    iri, blank, literal = allowed
    may_be = {IRI: iri, BLANK: blank}
    return _exactly({number for number in values if not may_be.get(kinds[number], literal)})


def _comparable(kind: str, text: str) -> tuple[str, float | str] | None:
    """Return what *text* of the datatype *kind* is compared by, with what it may be compared to."""
    form = _NUMBERS.get(kind)
    if form is not None:
        is_sure = len(text) <= _SURE_DIGITS and form.fullmatch(text)
        return ("number", float(text)) if is_sure else None
    if kind == _DATE and len(text) == 10:
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            return None
        return kind, text
    return (kind, text) if kind == _YEAR and _FOUR_DIGITS.fullmatch(text) else None


def _compared(holds: Callable[[Any, Any], Any]) -> _Test:
    def test(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
        bound = isinstance(term, ox.Literal) and _comparable(term.datatype.value, term.value)
        if not bound:
            raise Unscreened
        kind, limit = bound
        known = screen.comparable(values)
        return _perhaps(
            {
                n
                for n in values
                if n not in known or known[n][0] != kind or not holds(known[n][1], limit)
            }
        )

    return test


def _length(holds: Callable[[Any, Any], Any]) -> _Test:
    def test(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
        kinds, texts, limit = screen.columns.kinds, screen.columns.texts, _count(term)
        return _exactly({n for n in values if not holds(len(texts[n]), limit) or kinds[n] == BLANK})

    return test


def _count(term: Term) -> int:
    if not isinstance(term, ox.Literal) or not term.value.isdecimal():
        raise Unscreened
    return int(term.value)


class Expression(NamedTuple):
    """A regular expression that finds what every engine's does in the texts that it *suits*."""

    found: Callable[[str], object]
    is_narrow: bool
    longest: int

    def suits(self, text: str) -> bool:
        """Return whether *text* can be printed, is ASCII where that matters, and not too long."""
        is_same = text.isprintable() and (not self.is_narrow or text.isascii())
        return is_same and len(text) <= self.longest


@cache
def expression(text: str, flags: str) -> Expression:
    """Return the regular expression *text*.

    Raises
    ------
    Unscreened
        If others may read it differently, or looking for it might take long.
    """
    is_narrow = flags == "i" or _CLASSES.search(text) is not None
    letters = len(_ANY_LETTER.findall(text)) - len(_CLASSES.findall(text))
    is_known = flags in ("", "i") and not letters and _SAME.fullmatch(text)
    if not is_known or _REPEATED_GROUP.search(text):
        raise Unscreened
    repeats = sum(map(text.count, "*+{"))
    longest = int(_MOST_STEPS ** (1 / (repeats + 1)))
    try:
        found = re.compile(text, re.IGNORECASE if flags else 0).search
    except re.error:
        raise Unscreened from None
    return Expression(found, is_narrow, longest)


def _pattern(screen: Screen, shape: Shape, term: Term, values: Set[int]) -> Verdict:
    flags = shape.first("flags")
    wanted = expression(str(term.value), "" if flags is None else str(flags.value))
    kinds, texts = screen.columns.kinds, screen.columns.texts

    def matches(number: int) -> bool:
        text = texts[number]
        is_found = wanted.suits(text) and wanted.found(text) is not None
        return is_found and kinds[number] != BLANK

    return _perhaps({number for number in values if not matches(number)})


def _language_in(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    ranges = {str(tag.value).lower() for tag in screen.shapes.graph.members(term)}
    languages = screen.columns.languages
    return _perhaps({number for number in values if languages.get(number) not in ranges})


def _disjoint(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    other = screen.columns.of(str(term.value))
    if not shape.path:
        return _exactly({s for s, value in other.pairs() if s == value}).among(nodes)
    shared = set(screen.column(shape).pairs()) & set(other.pairs())
    return _exactly({subject for subject, _ in shared})


def _in(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    members = {screen.columns.number(member) for member in screen.shapes.graph.members(term)}
    return _exactly(values - members)


def _conforming(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    return screen.nonconforming(screen.shape(term), values)


def _not(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    inner = screen.nonconforming(screen.shape(term), values)
    return Verdict(values - inner.maybe, values - inner.surely)


def _and(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    return _any(screen.listed(term, values))


def _or(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    found = screen.listed(term, values)
    surely, maybe = set(values), set(values)
    for each in found:
        surely &= each.surely
        maybe &= each.maybe
    return Verdict(surely, maybe)


def _xone(screen: Screen, _: Shape, term: Term, values: Set[int]) -> Verdict:
    found = screen.listed(term, values)
    conforming = Counter(n for each in found for n in values - each.maybe)
    unsure = set().union(*(each.maybe - each.surely for each in found))
    wrong = {number for number in values if conforming[number] != 1}
    return Verdict(wrong - unsure, wrong | unsure)


VALUE_TESTS: dict[str, _Test] = {
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "minExclusive": _compared(operator.gt),
    "minInclusive": _compared(operator.ge),
    "maxExclusive": _compared(operator.lt),
    "maxInclusive": _compared(operator.le),
    "minLength": _length(operator.ge),
    "maxLength": _length(operator.le),
    "pattern": _pattern,
    "languageIn": _language_in,
    "in": _in,
    "node": _conforming,
    "property": _conforming,
    "not": _not,
    "and": _and,
    "or": _or,
    "xone": _xone,
}

# -- tests on focus nodes: (screen, shape, parameter's value, nodes) -> which of them violate ------


def _min_count(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    column, least = screen.column(shape), _count(term)
    if least == 0:
        return _NONE
    if least == 1:
        return _exactly(nodes - column.having)
    return _exactly(
        {node for node in nodes if column.often.get(node, 1) < least} | nodes - column.having
    )


def _max_count(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    column, most = screen.column(shape), _count(term)
    if most == 0:
        return _exactly(nodes & column.having)
    return _exactly({node for node, times in column.often.items() if times > most})


def _has_value(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    number = screen.columns.number(term)
    wanted = frozenset() if number is None else frozenset({number})
    return _exactly(nodes - (screen.column(shape).of(wanted) if shape.path else wanted))


def _qualified(screen: Screen, shape: Shape) -> tuple[Counter[int], Counter[int]]:
    """Return how many values of each node surely, and perhaps, conform to the qualified shape."""
    wanted = shape.first("qualifiedValueShape")
    if wanted is None or is_true(shape.first("qualifiedValueShapesDisjoint")):
        raise Unscreened
    column = screen.column(shape)
    wrong = screen.nonconforming(screen.shape(wanted), column.distinct)
    pairs = set(column.pairs())
    return (
        Counter(subject for subject, value in pairs if value not in wrong.maybe),
        Counter(subject for subject, value in pairs if value not in wrong.surely),
    )


def _qualified_min(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    least = _count(term)
    surely, perhaps = _qualified(screen, shape)
    return Verdict(
        {node for node in nodes if perhaps[node] < least},
        {node for node in nodes if surely[node] < least},
    )


def _qualified_max(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    most = _count(term)
    surely, perhaps = _qualified(screen, shape)
    return Verdict(
        {node for node in nodes if surely[node] > most},
        {node for node in nodes if perhaps[node] > most},
    )


def _unique_lang(screen: Screen, shape: Shape, term: Term, _: Set[int]) -> Verdict:
    if not is_true(term):
        return _NONE
    tags = screen.columns.languages
    column = screen.column(shape)
    pairs = set(column.pairs()) if column.often else ()
    said = [(subject, tags[value]) for subject, value in pairs if value in tags]
    if len(set(said)) == len(said):
        return _NONE
    return _exactly({subject for (subject, _), times in Counter(said).items() if times > 1})


def _equals(screen: Screen, shape: Shape, term: Term, _: Set[int]) -> Verdict:
    one, other = screen.column(shape), screen.columns.of(str(term.value))
    return _exactly({subject for subject, _ in set(one.pairs()) ^ set(other.pairs())})


def _less(holds: Callable[[Any, Any], bool]) -> _Test:
    def test(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
        column, second = screen.column(shape), screen.columns.of(str(term.value))
        others: dict[int, list[int]] = {}
        for subject, value in second.pairs():
            others.setdefault(subject, []).append(value)
        known = screen.comparable(column.distinct | second.distinct)

        def conforms(one: int, other: int) -> bool:
            left, right = known.get(one), known.get(other)
            is_sure = left is not None and right is not None and left[0] == right[0]
            return is_sure and holds(left[1], right[1])  # type: ignore[index]

        return _perhaps(
            {
                subject
                for subject, value in column.pairs()
                if not all([conforms(value, other) for other in others.get(subject, ())])
            }
        )

    return test


def _closed(screen: Screen, shape: Shape, term: Term, nodes: Set[int]) -> Verdict:
    if not is_true(term):
        return _NONE
    if shape.path:
        raise Unscreened
    names = {term.value for term in screen.shapes.allowed(shape)}
    having = [screen.columns.of(p).having & nodes for p in screen.columns if p not in names]
    return _exactly(set().union(*having))


FOCUS_TESTS: dict[str, _Test] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "hasValue": _has_value,
    "disjoint": _disjoint,
    "qualifiedMinCount": _qualified_min,
    "qualifiedMaxCount": _qualified_max,
    "uniqueLang": _unique_lang,
    "equals": _equals,
    "lessThan": _less(operator.lt),
    "lessThanOrEquals": _less(operator.le),
    "closed": _closed,
}
# Parameters that are read along with others.
_BESIDE = {"flags", "ignoredProperties", "qualifiedValueShape", "qualifiedValueShapesDisjoint"}
