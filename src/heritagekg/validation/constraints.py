"""SHACL Core, constraint by constraint, as SPARQL that is true of what violates it (SHACL §4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.validation.lexical import RANGES, lexical_form
from heritagekg.validation.shapes import SH, NotCompiled, Shape, ShapesError, is_true, sh
from heritagekg.validation.spelling import is_changed, kept_datatype, value_of

if TYPE_CHECKING:
    from heritagekg.validation.compile import Compiler

_XSD = "http://www.w3.org/2001/XMLSchema#"
# Up to this count, so many different values are written out; beyond, they are counted.
_WRITTEN_OUT = 4
# From this `sh:maxCount` on, values are counted where that can be done once for all focus nodes.
_COUNTED = 2
COUNTS = ("minCount", "maxCount")
_STEP = re.compile("<[^>]*>")


def component(parameter: str) -> str:
    """Return the IRI of the component that *parameter* belongs to."""
    return f"{SH}{parameter[0].upper()}{parameter[1:]}ConstraintComponent"


def _count(shape: Shape, term: Term) -> int:
    if not isinstance(term, ox.Literal) or not term.value.removeprefix("+").isdigit():
        raise ShapesError(f"{term} of {shape.node} is no count; write a whole number such as 1")
    return int(term.value)


# -- tests on one value: (compiler, shape, parameter's value, focus, value) -> violated ------------

ValueTest: TypeAlias = Callable[["Compiler", Shape, Term, str, str], str]


def _class(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"!({compiler.is_instance(value, term)})"


def _datatype(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    name = str(term.value)
    named = f"DATATYPE({value}) = {compiler.term(term)}"
    if compiler.is_exact and is_changed(name):
        named = f"({named} || DATATYPE({value}) = <{kept_datatype(name)}>)"
    tests = [f"isLiteral({value})", named]
    form = lexical_form(name)
    if form is not None:
        tests.append(f"REGEX(STR({value}), {ox.Literal(form)})")
    if name in RANGES:
        least, most = RANGES[name]
        number = f"<{_XSD}decimal>(STR({value}))"
        tests.append(f"COALESCE({number} >= {least} && {number} <= {most}, false)")
    return f"!({' && '.join(tests)})"


_KINDS = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBlank({0})",
    "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "(isBlank({0}) || isIRI({0}))",
    "BlankNodeOrLiteral": "(isBlank({0}) || isLiteral({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLiteral({0}))",
}


def _node_kind(_: Compiler, shape: Shape, term: Term, __: str, value: str) -> str:
    kind = str(term.value).removeprefix(SH)
    if kind not in _KINDS:
        raise ShapesError(f"{term} of {shape.node} is no node kind; there are {', '.join(_KINDS)}")
    return f"!{_KINDS[kind].format(value)}"


def _compared(operator: str) -> ValueTest:
    def test(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
        plain = value_of(value) if compiler.is_exact else value
        return f"!COALESCE({plain} {operator} {term}, false)"

    return test


def _length(operator: str) -> ValueTest:
    def test(_: Compiler, shape: Shape, term: Term, __: str, value: str) -> str:
        return f"(isBlank({value}) || STRLEN(STR({value})) {operator} {_count(shape, term)})"

    return test


def _pattern(compiler: Compiler, shape: Shape, term: Term, __: str, value: str) -> str:
    flags = shape.first("flags")
    if compiler.dialect.is_here:
        _refuse_regex(str(term.value), str(flags.value) if flags is not None else "", shape)
    extra = f", {ox.Literal(str(flags.value))}" if flags is not None else ""
    regex = f"REGEX(STR({value}), {ox.Literal(str(term.value))}{extra})"
    return f"(isBlank({value}) || !{regex})"


def _refuse_regex(pattern: str, flags: str, shape: Shape) -> None:
    """Raise for a regular expression that the store does not take, and so would match nothing.

    Looking ahead and going back to a group are things that pySHACL's regular expressions can.
    """
    if _is_taken(pattern, flags):
        return
    try:
        re.compile(pattern)
    except re.error as error:
        raise ShapesError(
            f"the sh:pattern {pattern!r} of {shape.node} is no regular expression: {error}"
        ) from None
    raise NotCompiled(f"SPARQL cannot match the regular expression {pattern!r}")


@cache
def _is_taken(pattern: str, flags: str) -> bool:
    regex = f"REGEX('', {ox.Literal(pattern)}, {ox.Literal(flags)})"
    return bool(ox.Store().query(f"ASK {{ BIND({regex} AS ?is) FILTER(BOUND(?is)) }}"))


# A language range of RFC 4647 that is no wildcard.
_RANGE = re.compile("[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def _language_in(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    ranges = [str(tag.value) for tag in compiler.members(term)]
    if ranges and all(map(_RANGE.fullmatch, ranges)):
        # One expression costs an engine less than a hundred tests.
        regex = ox.Literal(f"^({'|'.join(ranges)})(-|$)")
        return f'!(isLiteral({value}) && REGEX(LANG({value}), {regex}, "i"))'
    tests = [f"LANGMATCHES(LANG({value}), {ox.Literal(tag)})" for tag in ranges]
    return f"!(isLiteral({value}) && ({' || '.join(tests) or 'false'}))"


def _disjoint(compiler: Compiler, _: Shape, term: Term, focus: str, value: str) -> str:
    return f"EXISTS {{ {focus} {compiler.predicate(term)} {value} }}"


def _in(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    tests = [f"sameTerm({value}, {compiler.term(m)})" for m in compiler.members(term)]
    return f"!({' || '.join(tests) or 'false'})"


def _node(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return compiler.fails(compiler.shape(term), value)


def _not(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"!{compiler.fails(compiler.shape(term), value)}"


def _listed(compiler: Compiler, term: Term, value: str) -> list[str]:
    return [compiler.fails(compiler.shape(member), value) for member in compiler.members(term)]


def _and(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"({' || '.join(_listed(compiler, term, value)) or 'false'})"


def _or(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"({' && '.join(_listed(compiler, term, value)) or 'true'})"


def _xone(compiler: Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    counted = [f"IF({fails}, 0, 1)" for fails in _listed(compiler, term, value)]
    return f"(({' + '.join(counted) or '0'}) != 1)"


VALUE_TESTS: dict[str, ValueTest] = {
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "minExclusive": _compared(">"),
    "minInclusive": _compared(">="),
    "maxExclusive": _compared("<"),
    "maxInclusive": _compared("<="),
    "minLength": _length("<"),
    "maxLength": _length(">"),
    "pattern": _pattern,
    "languageIn": _language_in,
    "disjoint": _disjoint,
    "in": _in,
    "node": _node,
    "not": _not,
    "and": _and,
    "or": _or,
    "xone": _xone,
}

# -- tests on the focus node: (compiler, shape, parameter's value, focus) -> violated --------------

FocusTest: TypeAlias = Callable[["Compiler", Shape, Term, str], str]


def _at_least(compiler: Compiler, focus: str, count: int, found: Callable[[str], str]) -> str:
    """Return an expression that is true where *found* binds at least *count* different values."""
    if count > _WRITTEN_OUT:
        value = compiler.fresh()
        return (
            f"EXISTS {{ {{ SELECT {focus} WHERE {{ {found(value)} }} "
            f"GROUP BY {focus} HAVING (COUNT(DISTINCT {value}) >= {count}) }} }}"
        )
    values = [compiler.fresh() for _ in range(count)]
    different = [f"!sameTerm({one}, {other})" for one, other in combinations(values, 2)]
    tests = f" FILTER({' && '.join(different)})" if different else ""
    return f"EXISTS {{ {' '.join(map(found, values))}{tests} }}"


def _values(compiler: Compiler, shape: Shape, focus: str) -> Callable[[str], str]:
    return lambda value: f"{compiler.values(shape, focus, value)} ."


def _min_count(compiler: Compiler, shape: Shape, term: Term, focus: str) -> str:
    least = _count(shape, term)
    path = compiler.path(shape)
    steps = _STEP.findall(path)
    if least == 1 and path == f"({'/'.join(steps)})":
        return f"!{_reaches(compiler, focus, steps)}"
    found = _values(compiler, shape, focus)
    return f"!{_at_least(compiler, focus, least, found)}" if least else "false"


def _reaches(compiler: Compiler, focus: str, steps: list[str]) -> str:
    """Return an expression: *steps* lead somewhere; nested, to be walked from *focus* on."""
    to = compiler.fresh()
    further = f" FILTER({_reaches(compiler, to, steps[1:])})" if len(steps) > 1 else ""
    return f"EXISTS {{ {focus} {steps[0]} {to} .{further} }}"


def counts_of(shape: Shape) -> Iterator[tuple[str, int]]:
    """Return (parameter, number) pairs of how many values *shape* asks for."""
    for name in COUNTS:
        term = shape.first(name)
        if term is not None:
            yield name, _count(shape, term)


def more_than(compiler: Compiler, shape: Shape, focus: str) -> str | None:
    """Return a group for `sh:maxCount` that counts; None where to look for one more is cheaper."""
    most = shape.first("maxCount")
    if most is None or _count(shape, most) < _COUNTED:
        return None
    value = compiler.fresh()
    return (
        f"{{ SELECT ?this WHERE {{ {focus} {compiler.values(shape, '?this', value)} . }} "
        f"GROUP BY ?this HAVING (COUNT(DISTINCT {value}) > {_count(shape, most)}) }}"
    )


def _max_count(compiler: Compiler, shape: Shape, term: Term, focus: str) -> str:
    most = _count(shape, term)
    return _at_least(compiler, focus, most + 1, _values(compiler, shape, focus))


def _at_least_conforming(compiler: Compiler, shape: Shape, focus: str, count: int) -> str:
    """Return an expression: at least *count* values conform to the qualified value shape."""
    wanted = shape.first("qualifiedValueShape")
    assert wanted is not None
    is_disjoint = is_true(shape.first("qualifiedValueShapesDisjoint"))
    siblings = _siblings(compiler, shape) if is_disjoint else []

    def conforms(value: str) -> str:
        tests = [f"!{compiler.fails(compiler.shape(wanted), value)}"]
        return " && ".join(tests + [compiler.fails(sibling, value) for sibling in siblings])

    if not shape.path:
        # The one value of a node shape is the focus node.
        return conforms(focus) if count == 1 else "false"
    values = _values(compiler, shape, focus)
    if count <= _WRITTEN_OUT:
        return _others_conform(compiler, count, values, conforms, ())
    return _at_least(compiler, focus, count, lambda v: f"{values(v)} FILTER({conforms(v)})")


def _others_conform(
    compiler: Compiler,
    count: int,
    found: Callable[[str], str],
    conforms: Callable[[str], str],
    values: tuple[str, ...],
) -> str:
    """Return an expression: *count* values besides *values* conform.

    Nested, so that others are looked for only beside a value that does.
    """
    value = compiler.fresh()
    test = " && ".join([*(f"!sameTerm({value}, {other})" for other in values), conforms(value)])
    if count > 1:
        others = _others_conform(compiler, count - 1, found, conforms, (*values, value))
        test = f"IF({test}, {others}, false)"
    return f"EXISTS {{ {found(value)} FILTER({test}) }}"


def _siblings(compiler: Compiler, shape: Shape) -> list[Shape]:
    """Return the qualified value shapes beside the one of *shape* (SHACL §4.7.3)."""
    graph = compiler.shapes.graph
    wanted = shape.first("qualifiedValueShape")
    values = dict.fromkeys(
        value
        for parent in graph.subjects(sh("property"), shape.node)
        for prop in graph.values(parent, sh("property"))
        for value in graph.values(prop, sh("qualifiedValueShape"))
    )
    return [compiler.shape(value) for value in values if value != wanted]


def _qualified_min(compiler: Compiler, shape: Shape, term: Term, focus: str) -> str:
    least = _count(shape, term)
    if shape.first("qualifiedValueShape") is None or not least:
        return "false"
    return f"!({_at_least_conforming(compiler, shape, focus, least)})"


def _qualified_max(compiler: Compiler, shape: Shape, term: Term, focus: str) -> str:
    most = _count(shape, term)
    if shape.first("qualifiedValueShape") is None:
        return "false"
    return f"({_at_least_conforming(compiler, shape, focus, most + 1)})"


def _has_value(compiler: Compiler, shape: Shape, term: Term, focus: str) -> str:
    if shape.path:
        wanted = compiler.term(term)
        is_missing = f"NOT EXISTS {{ {focus} {compiler.path(shape)} {wanted} }}"
        if compiler.names_values(shape):
            return f"({is_missing} && !sameTerm({focus}, {wanted}))"
        return is_missing
    return f"!sameTerm({focus}, {compiler.term(term)})"


FOCUS_TESTS: dict[str, FocusTest] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "qualifiedMinCount": _qualified_min,
    "qualifiedMaxCount": _qualified_max,
    "hasValue": _has_value,
}

# -- groups: (compiler, shape, parameter's value, focus) -> patterns, and what is wrong of them ----


class Group(NamedTuple):
    """A pattern, and an expression that is true of its solutions that violate.

    It may bind ?value (a value to report) or ?path (a predicate to report).
    """

    pattern: str
    violated: str


GroupTest: TypeAlias = Callable[["Compiler", Shape, Term, str], Iterable[Group]]


def _unique_lang(compiler: Compiler, shape: Shape, term: Term, focus: str) -> Iterator[Group]:
    if not is_true(term):
        return
    one, other, tag = compiler.fresh(), compiler.fresh(), compiler.fresh()
    found = _values(compiler, shape, focus)
    # ?tag is selected, so that each language used twice is a result of its own.
    yield Group(
        f"{{ SELECT DISTINCT {focus} {tag} WHERE {{ "
        f"{found(one)} {found(other)} "
        f'FILTER(!sameTerm({one}, {other}) && LANG({one}) != "" && '
        f"LCASE(LANG({one})) = LCASE(LANG({other}))) BIND(LCASE(LANG({one})) AS {tag}) }} }}",
        "true",
    )


def _equals(compiler: Compiler, shape: Shape, term: Term, focus: str) -> Iterator[Group]:
    other = compiler.predicate(term)
    if shape.path:
        values = compiler.values(shape, focus, "?value")
        yield Group(f"{values} .", f"NOT EXISTS {{ {focus} {other} ?value }}")
        yield Group(f"{focus} {other} ?value .", f"NOT EXISTS {{ {values} }}")
    else:
        yield Group(f"BIND({focus} AS ?value)", f"NOT EXISTS {{ {focus} {other} {focus} }}")
        yield Group(f"{focus} {other} ?value .", f"!sameTerm({focus}, ?value)")


def _less(operator: str) -> GroupTest:
    def test(compiler: Compiler, shape: Shape, term: Term, focus: str) -> Iterator[Group]:
        # The compared value is selected, so that each pair is a result of its own.
        other = compiler.fresh()
        one, two = "?value", other
        if compiler.is_exact:
            one, two = value_of(one), value_of(two)
        yield Group(
            f"{compiler.values(shape, focus, '?value')} . "
            f"{focus} {compiler.predicate(term)} {other} .",
            f"!COALESCE({one} {operator} {two}, false)",
        )

    return test


def _closed(compiler: Compiler, shape: Shape, term: Term, focus: str) -> Iterator[Group]:
    if not is_true(term):
        return
    allowed = compiler.shapes.allowed(shape)
    listed = [str(term) for term in allowed] + compiler.spelled_twice(allowed)
    # Not every engine takes what is in no list for what is not in it.
    other = f"?path NOT IN ({', '.join(dict.fromkeys(listed))})" if listed else "true"
    if not shape.path:
        yield Group(f"{focus} ?path ?value .", other)
        return
    # Each value node is to be closed, and each of its triples is a result.
    closed = compiler.fresh()
    yield Group(f"{focus} {compiler.path(shape)} {closed} . {closed} ?path ?value .", other)


GROUP_TESTS: dict[str, GroupTest] = {
    "uniqueLang": _unique_lang,
    "equals": _equals,
    "lessThan": _less("<"),
    "lessThanOrEquals": _less("<="),
    "closed": _closed,
}

# What speaks of several values needs a path; a shape has these at most once.
NEEDS_PATH = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals")
AT_MOST_ONCE = (
    *("datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive"),
    *("maxExclusive", "maxInclusive", "minLength", "maxLength", "flags", "languageIn", "in"),
    *("uniqueLang", "closed", "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount"),
    *("qualifiedValueShape", "qualifiedValueShapesDisjoint"),
)
