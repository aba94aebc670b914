"""Shapes as SPARQL: queries that find what violates them, many constraints in one pass.

A query gives `?this` (the focus node), and where the constraint speaks of values `?value`. The
constraints on the values of one path share a query, as do those on the focus nodes of one target;
`?c0`, `?c1` … then say which of them a solution violates. Shapes inside shapes become expressions:
`Compiler.fails(shape, "?x")` is true of every node that does not conform.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.validation import sparql
from heritagekg.validation.constraints import (
    AT_MOST_ONCE,
    COUNTS,
    FOCUS_TESTS,
    GROUP_TESTS,
    NEEDS_PATH,
    VALUE_TESTS,
    Group,
    component,
    counts_of,
    more_than,
)
from heritagekg.validation.levels import (
    Levels,
    is_inverse,
    of_constraint,
    of_target,
    predicate_of,
    together,
)
from heritagekg.validation.patterns import Reach, reach_of
from heritagekg.validation.shapes import (
    LIST_OF_SHAPES,
    RDF,
    RDFS,
    SH,
    SHAPE_PARAMETERS,
    Component,
    Node,
    NotCompiled,
    Shape,
    Shapes,
    ShapesError,
    Validator,
    named_in,
)
from heritagekg.validation.spelling import as_written, aside

_TYPE = f"<{RDF}type>"
_INSTANCE_OF = f"{_TYPE}/<{RDFS}subClassOf>*"
_OF_SUBJECTS = ("targetClass", "targetSubjectsOf")
_Kinds: TypeAlias = "frozenset[str] | None"
_Named: TypeAlias = tuple[Term, ...]
# With more classes below a class than this, walking up from the instance is cheaper.
_FEW_CLASSES = 6


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the queries may know of the dataset they are for.

    Attributes
    ----------
    subclasses
        Class -> every class below it, by IRI; a class that is no key has none. None where it is
        not known.
    respelled
        IRIs of the predicates whose values stand aside as written
        (`heritagekg.validation.spelling`).
    is_exact
        Whether literals that a store would change are kept as written.
    shapes_graph
        The named graph that holds the shapes.
    has_tree
        Whether the dataset itself says which classes are below others.
    is_here
        Whether the store of this process answers, so that it is known what it understands.
    """

    subclasses: Mapping[str, tuple[str, ...]] | None = None
    respelled: frozenset[str] = frozenset()
    is_exact: bool = False
    shapes_graph: ox.NamedNode | None = None
    has_tree: bool = True
    is_here: bool = True


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a result says of the constraint that was violated.

    Attributes
    ----------
    source_shape, path, severity, code
        Of the shape that holds it.
    component
        IRI of the constraint component.
    messages
        `sh:message` of the constraint itself, or else of the shape.
    node
        The node of an `sh:sparql`, for `sh:sourceConstraint`.
    """

    source_shape: Node
    path: Term | None
    severity: ox.NamedNode
    code: str | None
    component: str
    messages: tuple[ox.Literal, ...]
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How often a focus node is to be ?this in the answer of a query: once for each value."""

    query: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A query and the constraints that its solutions violate.

    Attributes
    ----------
    query
        SELECT with ?this, and ?value, ?path, ?message where the constraint gives them.
    constraints
        One, violated by every solution; or several, each by the solutions where ?c0, ?c1 … hold.
    focus_query
        Where set, *query* is asked once for each ?this of this query, bound as $this: the text
        uses $this where a join would not reach it.
    sees_plainly
        Whether the text is a curator's own and must not meet the values that stand aside.
    counts
        Where set, one for each constraint; *query* gives the focus nodes, which violate those
        whose count they miss.
    levels
        What is read of a focus node, of its values, of theirs …; None where other nodes are
        asked about, too.
    anywhere
        What is read besides wherever it is, where that is known (`heritagekg.validation.reads`).
    kinds
        Where set, a focus node of its targets is of one of these classes.
    named
        The nodes that its shape names as targets; they may be in no triple.
    """

    query: str
    constraints: tuple[Constraint, ...]
    focus_query: str | None = None
    sees_plainly: bool = False
    counts: tuple[Count, ...] = ()
    levels: Levels | None = None
    anywhere: frozenset[str] = frozenset()
    kinds: frozenset[str] | None = None
    named: _Named = ()

    @property
    def queries(self) -> tuple[str, ...]:
        """Every query that may be asked."""
        focus = () if self.focus_query is None else (self.focus_query,)
        return (self.query, *focus, *dict.fromkeys(count.query for count in self.counts))


@dataclass(frozen=True, slots=True)
class Compiled:
    """The checks of a shapes graph, and why some of its shapes have none."""

    checks: tuple[Check, ...]
    refused: Mapping[Node, str]


def compile_shapes(shapes: Shapes, dialect: Dialect | None = None) -> Compiled:
    """Return the checks for every shape that has a target.

    A shape that refers to itself, or asks for what a dataset does not hold, has none.

    Raises
    ------
    ShapesError
        If a parameter has a value that SHACL does not allow.
    """
    with named_in(shapes.graph):
        return _compiled(shapes, dialect or Dialect())


def _compiled(shapes: Shapes, dialect: Dialect) -> Compiled:
    checks = _Fused()
    refused: dict[Node, str] = {}
    compiler = Compiler(shapes, dialect)
    for shape in shapes.by_node.values():
        well_formed(shape)
        _refuse_pathless(shape, shapes)
    for shape in shapes.by_node.values():
        if not shape.targets or shape.deactivated:
            continue
        try:
            compiler.refuse_recursion(shape, ())
            focus = compiler.target(shape)
            found = list(compiler.constraints(shape, focus))
        except NotCompiled as reason:
            refused[shape.node] = str(reason)
        else:
            checks.take(found, focus)
    return Compiled(tuple(checks.all()), refused)


def well_formed(shape: Shape) -> None:
    """Raise `ShapesError` for parameters in the wrong place, or too many of one."""
    for name in NEEDS_PATH:
        if name in shape.parameters and not shape.path:
            raise ShapesError(f"{shape.node} has sh:{name} but no sh:path")
    for name in AT_MOST_ONCE:
        values = shape.parameters.get(name, ())
        if len(values) > 1:
            raise ShapesError(
                f"{shape.node} has {len(values)} values of sh:{name}, "
                f"{' and '.join(map(str, values))}; a shape has one"
            )


def _refuse_pathless(shape: Shape, shapes: Shapes) -> None:
    """Raise for a constraint on a property of which nobody says which one it is."""
    for node in shape.parameters.get("property", ()):
        inner = None if isinstance(node, ox.Literal) else shapes.by_node.get(node)
        if inner is not None and not inner.path and (inner.parameters or inner.sparql):
            raise ShapesError(f"{node} is an sh:property but has no sh:path")


@dataclass(frozen=True, slots=True)
class Focus:
    """Focus nodes: a *group* that binds ?this to each, and an expression that is true of them.

    Where *test* is empty there is no such expression. *are_subjects*: none is a literal. *levels*
    are those of what tells a focus node from others. *kinds*: each is of one of these classes.
    *named* are those that the shape names.
    """

    group: str
    test: str = ""
    are_subjects: bool = False
    levels: Levels | None = None
    kinds: frozenset[str] | None = None
    named: _Named = ()


@dataclass(frozen=True, slots=True)
class _Test:
    """A constraint as an expression: true where a solution of *pattern* violates it.

    Of the solutions only those count of which *within* is true, where there is such an expression.
    """

    pattern: str
    expression: str
    constraint: Constraint
    levels: Levels | None
    within: str = ""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A constraint that the nodes of the group *focus* violate where they miss the count."""

    focus: str
    count: Count
    constraint: Constraint
    levels: Levels | None


@dataclass(slots=True)
class _Fused:
    """Collects checks; tests on the same pattern become one query."""

    tests: dict[tuple[str, str, bool, _Kinds, _Named], list[_Test]] = field(default_factory=dict)
    counted: dict[tuple[str, _Kinds], list[_Counted]] = field(default_factory=dict)
    others: list[Check] = field(default_factory=list)

    def take(self, found: Iterable[_Test | _Counted | Check], focus: Focus) -> None:
        kinds, named = focus.kinds, focus.named
        for each in found:
            if isinstance(each, Check):
                self.others.append(replace(each, kinds=kinds, named=named))
            elif isinstance(each, _Counted):
                self.counted.setdefault((each.focus, kinds), []).append(each)
            elif each.expression != "false":
                key = (each.pattern, each.within, each.levels is None, kinds, named)
                self.tests.setdefault(key, []).append(each)

    def all(self) -> Iterator[Check]:
        for (pattern, within, _, kinds, named), tests in self.tests.items():
            yield Check(
                _query(pattern, within, tests),
                tuple(test.constraint for test in tests),
                levels=together(*(test.levels for test in tests)),
                kinds=kinds,
                named=named,
            )
        for (focus, kinds), counted in self.counted.items():
            yield Check(
                f"SELECT DISTINCT ?this WHERE {{ {focus} }}",
                tuple(each.constraint for each in counted),
                counts=tuple(each.count for each in counted),
                levels=together(*(each.levels for each in counted)),
                kinds=kinds,
            )
        yield from self.others


def _query(pattern: str, within: str, tests: list[_Test]) -> str:
    violated = _if_within(within, " || ".join(test.expression for test in tests))
    if len(tests) == 1:
        return f"SELECT DISTINCT * WHERE {{ {pattern} FILTER({violated}) }}"
    flags = " ".join(f"BIND({test.expression} AS ?c{n})" for n, test in enumerate(tests))
    return f"SELECT DISTINCT * WHERE {{ {{ {pattern} FILTER({violated}) }} {flags} }}"


def _if_within(within: str, violated: str) -> str:
    """Return an expression: what is *violated* counts only *within*, which few have to be asked.

    A conjunction would not do: engines move the EXISTS of *within* to the front of it.
    """
    return f"IF({violated}, {within}, false)" if within else violated


class Compiler:
    """Writes the constraints of shapes as SPARQL in a *dialect*."""

    def __init__(self, shapes: Shapes, dialect: Dialect) -> None:
        self.shapes = shapes
        self.dialect = dialect
        self.is_exact = dialect.is_exact
        self.members = shapes.graph.members
        self._fresh = 0
        # The nodes that the shape at hand names as targets; they may be in no triple.
        self._named: _Named = ()

    # -- words -----------------------------------------------------------------------------------

    def fresh(self) -> str:
        """Return a variable that no other part of a query uses."""
        self._fresh += 1
        return f"?v{self._fresh}"

    def term(self, term: Term) -> str:
        """Return *term* as it stands in the dataset."""
        if isinstance(term, ox.BlankNode):
            raise NotCompiled(f"the blank node {term} cannot be named in a query")
        return str(as_written(term) if self.is_exact else term)

    def predicate(self, term: Term) -> str:
        """Return the predicate that holds the values of *term* as written."""
        return f"<{self._beside(str(term.value))}>"

    def path(self, shape: Shape) -> str:
        """Return the path of *shape* over values as written."""
        assert shape.path is not None
        if not self.dialect.respelled:
            return shape.path
        return re.sub("<([^>]*)>", lambda iri: f"<{self._beside(iri[1])}>", shape.path)

    def values(self, shape: Shape, focus: str, value: str) -> str:
        """Return a pattern that binds the variable *value* to each value node of *focus*."""
        found = f"{focus} {self.path(shape)} {value}"
        if not self.names_values(shape):
            return found
        pairs = " ".join(f"({term} {term})" for term in map(self.term, self._named))
        return f"{{ {found} }} UNION {{ VALUES ({focus} {value}) {{ {pairs} }} }}"

    def names_values(self, shape: Shape) -> bool:
        """Return whether a value node of *shape* may be in no triple, where a path finds none.

        A path without a step leads from each node to itself (SPARQL §9.3), but joined to its focus
        nodes it ends in nodes of the graph alone.
        """
        return shape.holds_focus and bool(self._named)

    def _beside(self, iri: str) -> str:
        return aside(iri) if iri in self.dialect.respelled else iri

    def spelled_twice(self, allowed: Iterable[Term]) -> list[str]:
        """Return the predicates that a closed shape must not see: of two spellings the plain one.

        Those aside of *allowed* ones are allowed too.
        """
        beside = [f"<{aside(str(term.value))}>" for term in allowed]
        return (
            [*(f"<{iri}>" for iri in sorted(self.dialect.respelled)), *beside]
            if (self.dialect.respelled)
            else []
        )

    def shape(self, term: Term) -> Shape:
        """Return the shape that a parameter's value names."""
        found = None if isinstance(term, ox.Literal) else self.shapes.by_node.get(term)
        if found is None:
            raise ShapesError(f"{term} is used as a shape but is none")
        return found

    def is_instance(self, value: str, kind: Term) -> str:
        """Return an expression that is true where *value* is a SHACL instance of *kind*."""
        classes = self._classes(kind)
        if classes is None:
            return f"EXISTS {{ {value} {_INSTANCE_OF} {self.term(kind)} }}"
        return " || ".join(f"EXISTS {{ {value} {_TYPE} <{iri}> }}" for iri in classes)

    def _classes(self, kind: Term, most: int | None = _FEW_CLASSES) -> tuple[str, ...] | None:
        """Return *kind* and the classes below it, if they are known and at most *most*."""
        below = self.dialect.subclasses
        if below is None or not isinstance(kind, ox.NamedNode):
            return None
        found = (kind.value, *below.get(kind.value, ()))
        is_few = most is None or len(found) <= most or not self.dialect.has_tree
        return found if is_few else None

    def target(self, shape: Shape) -> Focus:
        """Return what the focus nodes of the targets are (SHACL §2.1.3)."""
        self._named = tuple(term for name, term in shape.targets if name == "targetNode")
        levels = together(*(of_target(name, term) for name, term in shape.targets))
        if all(name == "targetNode" for name, _ in shape.targets):
            # So few are better walked from than looked for.
            return Focus(self._targets(shape), levels=levels, named=self._named)
        tests = [self._is_target(name, term) for name, term in shape.targets]
        are_subjects = all(name in _OF_SUBJECTS for name, _ in shape.targets)
        test = " || ".join(dict.fromkeys(tests))
        kinds = self._kinds(shape)
        return Focus(self._targets(shape), test, are_subjects, levels, kinds, self._named)

    def _kinds(self, shape: Shape) -> frozenset[str] | None:
        """Return the classes of which each focus node of *shape* is; None where that may be any."""
        if any(name != "targetClass" for name, _ in shape.targets):
            return None
        below = [self._classes(term, None) for _, term in shape.targets]
        if None in below:
            return None
        return frozenset(kind for classes in below for kind in classes or ())

    def _is_target(self, name: str, term: Term) -> str:
        """Return an expression that is true where ?this is a focus node of a target."""
        match name:
            case "targetClass":
                return self.is_instance("?this", term)
            case "targetNode":
                return f"sameTerm(?this, {self.term(term)})"
            case "targetSubjectsOf":
                return f"EXISTS {{ ?this {self.predicate(term)} {self.fresh()} }}"
        return f"EXISTS {{ {self.fresh()} {self.predicate(term)} ?this }}"

    def _targets(self, shape: Shape) -> str:
        """Return a group that binds ?this once to each focus node."""
        groups = []
        kinds: dict[str, None] = {}
        for name, term in shape.targets:
            if name == "targetClass":
                below = self._classes(term, None)
                kinds.update(dict.fromkeys(below or ()))
                if below is None:
                    groups.append(f"{{ ?this {_INSTANCE_OF} {self.term(term)} }}")
            elif name == "targetNode":
                groups.append(f"{{ VALUES ?this {{ {self.term(term)} }} }}")
            elif name == "targetSubjectsOf":
                groups.append(f"{{ ?this {self.predicate(term)} [] }}")
            else:
                groups.append(f"{{ [] {self.predicate(term)} ?this }}")
        if len(kinds) == 1 and not groups:
            return f"?this {_TYPE} <{next(iter(kinds))}> ."
        if kinds:
            listed = " ".join(f"<{iri}>" for iri in kinds)
            groups.append(f"{{ VALUES ?kind {{ {listed} }} ?this {_TYPE} ?kind }}")
        return f"{{ SELECT DISTINCT ?this WHERE {{ {' UNION '.join(groups)} }} }}"

    # -- shapes ----------------------------------------------------------------------------------

    def refuse_recursion(self, shape: Shape, above: tuple[Node, ...]) -> None:
        """Raise `NotCompiled` where a shape refers to itself, directly or through others."""
        if shape.node in above:
            raise NotCompiled(f"the shape {shape.node} refers to itself")
        for inner in self.inner_shapes(shape):
            self.refuse_recursion(inner, (*above, shape.node))

    def inner_shapes(self, shape: Shape) -> Iterator[Shape]:
        """Return the shapes that *shape* refers to."""
        for name in SHAPE_PARAMETERS:
            yield from map(self.shape, shape.parameters.get(name, ()))
        for name in LIST_OF_SHAPES:
            for head in shape.parameters.get(name, ()):
                yield from map(self.shape, self.members(head))

    def constraints(self, shape: Shape, focus: Focus) -> Iterator[_Test | _Counted | Check]:
        """Return the constraints of *shape* for the nodes of *focus*."""
        if shape.deactivated:
            return
        values = "BIND(?this AS ?value)"
        if shape.path:
            values = f"{self.values(shape, '?this', '?value')} ."
        # What one predicate gives is looked through as a whole: of the few values that are wrong
        # it is asked whose they are, which is cheaper than to walk from focus node to focus node.
        within = focus.test if isinstance(shape.path_node, ox.NamedNode) else ""
        before = "" if within else focus.group
        for name, test in self.value_tests(shape, "?this", "?value"):
            about = _constraint(shape, component(name))
            yield _Test(f"{before} {values}", test, about, self._levels(shape, focus, name), within)
        yield from self.focus_constraints(shape, focus, within)
        for name, group in self.groups(shape, "?this"):
            violated = _if_within(within, group.violated)
            query = f"SELECT DISTINCT * WHERE {{ {before} {group.pattern} FILTER({violated}) }}"
            levels = self._levels(shape, focus, name)
            yield Check(query, (_constraint(shape, component(name)),), levels=levels)
        if "property" in shape.parameters:
            inner = self.focus_of_values(shape, focus)
            for term in shape.parameters["property"]:
                yield from self.constraints(self.shape(term), inner)
        yield from self.sparql_checks(shape, focus)
        yield from self.component_checks(shape, focus, values)

    def focus_constraints(
        self, shape: Shape, focus: Focus, within: str
    ) -> Iterator[_Test | _Counted | Check]:
        """Return the constraints on how many values, and which, a node of *focus* has."""
        # A dataset that is at hand tells how often each subject has a predicate faster than whether
        # each focus node has it, and has it twice; from afar too much would come.
        is_counted = bool(within) and self.is_exact and focus.are_subjects
        if is_counted:
            yield from self._counted(shape, focus)
        counting = None if is_counted else more_than(self, shape, "" if within else focus.group)
        if counting is not None:
            whose = f"FILTER({within})" if within else focus.group
            query = f"SELECT DISTINCT * WHERE {{ {counting} {whose} }}"
            levels = self._levels(shape, focus, "maxCount")
            yield Check(query, (_constraint(shape, component("maxCount")),), levels=levels)
        for name, test in self.focus_tests(shape, "?this"):
            is_done = name in COUNTS if is_counted else name == "maxCount" and counting is not None
            if not is_done:
                about = _constraint(shape, component(name))
                yield _Test(focus.group, test, about, self._levels(shape, focus, name))

    def _counted(self, shape: Shape, focus: Focus) -> Iterator[_Counted]:
        query = f"SELECT ?this WHERE {{ ?this {self.path(shape)} ?value . }}"
        for name, number in counts_of(shape):
            count = Count(query, number) if name == "minCount" else Count(query, most=number)
            about = _constraint(shape, component(name))
            yield _Counted(focus.group, count, about, self._levels(shape, focus, name))

    def _levels(self, shape: Shape, focus: Focus, parameter: str) -> Levels | None:
        return together(focus.levels, of_constraint(self.shapes, shape, parameter))

    def focus_of_values(self, shape: Shape, focus: Focus) -> Focus:
        """Return a focus whose ?this are the value nodes of *shape*, once for each focus node."""
        if not shape.path:
            return focus
        above = self.fresh()
        return Focus(
            f"{{ SELECT DISTINCT {above} ?this WHERE {{ "
            f"{{ SELECT (?this AS {above}) WHERE {{ {focus.group} }} }} "
            f"{self.values(shape, above, '?this')} . }} }}"
        )

    def value_tests(self, shape: Shape, focus: str, value: str) -> Iterator[tuple[str, str]]:
        """Return (parameter, expression) pairs: true of a *value* of *focus* that violates."""
        for name, build in VALUE_TESTS.items():
            for term in shape.parameters.get(name, ()):
                yield name, build(self, shape, term, focus, value)

    def focus_tests(self, shape: Shape, focus: str) -> Iterator[tuple[str, str]]:
        """Return (parameter, expression) pairs: true of a *focus* whose values violate."""
        for name, build in FOCUS_TESTS.items():
            for term in shape.parameters.get(name, ()):
                yield name, build(self, shape, term, focus)

    def groups(self, shape: Shape, focus: str) -> Iterator[tuple[str, Group]]:
        """Return (parameter, group) pairs: each solution of a group is a violation."""
        for name, build in GROUP_TESTS.items():
            for term in shape.parameters.get(name, ()):
                for group in build(self, shape, term, focus):
                    yield name, group

    def fails(self, shape: Shape, node: str) -> str:
        """Return an expression that is true where *node* (a variable) violates *shape*."""
        if shape.deactivated:
            return "false"
        if shape.path:
            value = self.fresh()
            values = f"{self.values(shape, node, value)} ."
            tests = [
                f"EXISTS {{ {values} FILTER({test}) }}"
                for test in self._tests_of_a_value(shape, node, value)
            ]
        else:
            tests = self._tests_of_a_value(shape, node, node)
        tests += [test for _, test in self.focus_tests(shape, node)]
        tests += self._group_tests(shape, node)
        tests += [
            self._sparql_fails(shape, node, self._prepared(shape, c.select, c.prefixes))
            for c in shape.sparql
        ]
        if any(self._validators(shape)):
            raise NotCompiled(f"{shape.node} uses a constraint component inside another shape")
        return f"({' || '.join(tests)})" if tests else "false"

    def _group_tests(self, shape: Shape, node: str) -> Iterator[str]:
        focus = self.fresh()
        # What a group reports is nobody's here, and *node* may be called so itself.
        names = {"value": self.fresh(), "path": self.fresh(), focus[1:]: node}
        for _, group in self.groups(shape, focus):
            pattern = sparql.renamed(group.pattern, names)
            yield f"EXISTS {{ {pattern} FILTER({sparql.renamed(group.violated, names)}) }}"

    def _tests_of_a_value(self, shape: Shape, focus: str, value: str) -> list[str]:
        tests = [test for _, test in self.value_tests(shape, focus, value)]
        return tests + [
            self.fails(self.shape(p), value) for p in shape.parameters.get("property", ())
        ]

    # -- SPARQL-based constraints ----------------------------------------------------------------

    def sparql_checks(self, shape: Shape, focus: Focus) -> Iterator[Check]:
        """Return the checks of the shape's `sh:sparql`."""
        for constraint in shape.sparql:
            text = self._prepared(shape, constraint.select, constraint.prefixes)
            about = _constraint(
                shape, SH + "SPARQLConstraintComponent", constraint.messages, constraint.node
            )
            check = _joined(text, focus, about)
            reach = self._reach(text, focus)
            yield check if reach is None else replace(check, **reach._asdict())

    def _reach(self, text: str, focus: Focus) -> Reach | None:
        """Return how far the SELECT *text* looks from the nodes of *focus*; None if unknown."""
        reach = reach_of(text)
        levels = None if reach is None else together(focus.levels, reach.levels)
        if reach is None or levels is None or not focus.are_subjects:
            return None
        respelled = self.dialect.respelled
        steps = frozenset[str]().union(*(level or respelled for level in levels))
        if any(map(is_inverse, steps)) and not respelled.isdisjoint(map(predicate_of, steps)):
            # By its plain value, a literal may be that of another triple that is spelled otherwise.
            return None
        return Reach(levels, reach.anywhere)

    def _prepared(self, shape: Shape, text: str, prefixes: Mapping[str, str]) -> str:
        try:
            found = sparql.prepared(text, prefixes, shape, shape.path, self.dialect.shapes_graph)
            sparql.refuse_unusable(found, is_here=self.dialect.is_here)
        except ShapesError as error:
            raise ShapesError(f"{error} (in {shape.node})") from None
        return found

    def _sparql_fails(self, shape: Shape, node: str, text: str) -> str:
        if sparql.needs_prebinding(text):
            raise NotCompiled(
                f"the SPARQL constraint of {shape.node} needs a focus node of its own"
            )
        if self.is_exact and self.dialect.respelled:
            raise NotCompiled(
                f"the SPARQL constraint of {shape.node} stands inside another shape, and the data "
                "hold numbers or dates that a store would spell its own way"
            )
        names = {"this": node, "value": self.fresh(), "path": self.fresh()}
        return f"EXISTS {{ {{ {sparql.renamed(text, names)} }} }}"

    def component_checks(self, shape: Shape, focus: Focus, values: str) -> Iterator[Check]:
        """Return the checks of the shape's custom constraint components."""
        for custom, validator, text in self._validators(shape):
            about = _constraint(shape, custom.node.value, validator.messages)
            if validator.is_ask:
                group = sparql.group_of(text)
                violating = f"{focus.group} {values} FILTER(NOT EXISTS {group})"
                query = f"SELECT DISTINCT * WHERE {{ {violating} }}"
                yield Check(query, (about,), sees_plainly=True)
            else:
                yield _joined(text, focus, about)

    def _validators(self, shape: Shape) -> Iterator[tuple[Component, Validator, str]]:
        """Return each custom component that *shape* uses, its validator, and the text to run."""
        kind = "propertyValidator" if shape.path else "nodeValidator"
        for custom in self.shapes.components:
            validator = custom.validators.get(kind) or custom.validators.get("validator")
            for fixed in _given_parameters(custom, shape) if validator else ():
                assert validator is not None
                graph = self.dialect.shapes_graph
                text = sparql.with_parameters(validator, fixed, shape, shape.path, graph)
                yield custom, validator, text


def _given_parameters(custom: Component, shape: Shape) -> Iterator[dict[str, Term]]:
    """Return what *shape* gives as parameters of *custom*, once for each constraint (SHACL §6.1).

    Of a component with one parameter each value is a constraint of its own.
    """
    terms = {path: shape.custom.get(path, ()) for path, _ in custom.parameters}
    if not any(terms.values()):
        return
    if len(terms) == 1:
        ((path, values),) = terms.items()
        yield from ({sparql.local_name(path): value} for value in values)
    elif all(terms[path] or optional for path, optional in custom.parameters):
        yield {sparql.local_name(path): values[0] for path, values in terms.items() if values}


def _constraint(
    shape: Shape, iri: str, messages: tuple[ox.Literal, ...] = (), node: Node | None = None
) -> Constraint:
    """Return the constraint of the component *iri* in *shape*."""
    said = messages or shape.messages
    return Constraint(shape.node, shape.path_node, shape.severity, shape.code, iri, said, node)


def _joined(text: str, focus: Focus, about: Constraint) -> Check:
    if sparql.needs_prebinding(text):
        focus_query = f"SELECT DISTINCT ?this WHERE {{ {focus.group} }}"
        return Check(text, (about,), focus_query, sees_plainly=True)
    if focus.test and sparql.finds_this(text):
        return Check(sparql.filtered(text, focus.test), (about,), sees_plainly=True)
    return Check(sparql.joined(text, focus.group), (about,), sees_plainly=True)
