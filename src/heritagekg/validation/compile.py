"""Shapes as SPARQL: each constraint becomes a query that finds what violates it.

A query gives `?this` (the focus node), and where the constraint speaks of values `?value`. Shapes
inside shapes become expressions: `_Compiler.fails(shape, "?x")` is true of every node that does not
conform.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from heritagekg.engine.bindings import Token, bind, tokens
from heritagekg.engine.protocol import Term
from heritagekg.validation.lexical import lexical_form
from heritagekg.validation.shapes import (
    LIST_OF_SHAPES,
    RDF,
    RDFS,
    SH,
    SHAPE_PARAMETERS,
    Component,
    Node,
    Shape,
    Shapes,
    ShapesError,
    Validator,
    sh,
)

_INSTANCE_OF = f"<{RDF}type>/<{RDFS}subClassOf>*"


class NotCompiled(Exception):
    """A shape that SPARQL cannot express: one that refers to itself, or asks the shapes graph."""


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint as a query.

    Attributes
    ----------
    query
        SELECT with ?this, and ?value, ?path, ?message where the constraint gives them.
    shape
        The shape that holds the constraint.
    component
        IRI of the constraint component.
    messages
        `sh:message` of the constraint itself, before those of the shape.
    constraint
        The node of an `sh:sparql`, for `sh:sourceConstraint`.
    focus_query
        Where set, *query* is asked once for each ?this of this query, bound as $this: the text
        uses $this where a join would not reach it.
    """

    query: str
    shape: Shape
    component: str
    messages: tuple[ox.Literal, ...] = ()
    constraint: Node | None = None
    focus_query: str | None = None


def compile_shapes(shapes: Shapes) -> list[Check]:
    """Return the checks for every shape that has a target.

    Raises
    ------
    NotCompiled
        If a shape refers to itself, or its SPARQL uses $shapesGraph or $currentShape.
    ShapesError
        If a parameter has a value that SHACL does not allow.
    """
    compiler = _Compiler(shapes)
    for shape in shapes.by_node.values():
        compiler.refuse_recursion(shape, ())
    return [
        check
        for shape in shapes.by_node.values()
        if shape.targets and not shape.deactivated
        for check in compiler.checks(shape, target_pattern(shape))
    ]


def target_pattern(shape: Shape) -> str:
    """Return a group that binds ?this to each focus node of the shape's targets (SHACL §2.1.3)."""
    forms = {
        "targetNode": "VALUES ?this {{ {} }}",
        "targetClass": f"?this {_INSTANCE_OF} {{}}",
        "targetSubjectsOf": "?this {} []",
        "targetObjectsOf": "[] {} ?this",
    }
    groups = [f"{{ {forms[name].format(_term(term))} }}" for name, term in shape.targets]
    return f"{{ SELECT DISTINCT ?this WHERE {{ {' UNION '.join(groups)} }} }}"


def _term(term: Term) -> str:
    if isinstance(term, ox.BlankNode):
        raise NotCompiled(f"the blank node {term} cannot be named in a query")
    return str(term)


class _Compiler:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._fresh = 0

    def fresh(self) -> str:
        """Return a variable that no other part of a query uses."""
        self._fresh += 1
        return f"?v{self._fresh}"

    def shape(self, term: Term) -> Shape:
        """Return the shape that a parameter's value names."""
        found = None if isinstance(term, ox.Literal) else self.shapes.by_node.get(term)
        if found is None:
            raise ShapesError(f"{term} is used as a shape but is none")
        return found

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
                yield from map(self.shape, self.shapes.graph.members(head))

    def checks(self, shape: Shape, focus: str) -> Iterator[Check]:
        """Return the checks of *shape* for the focus nodes that the group *focus* binds."""
        if shape.deactivated:
            return
        values = f"?this {shape.path} ?value ." if shape.path else "BIND(?this AS ?value)"
        for component, group in self.value_constraints(shape, "?this", "?value"):
            query = f"SELECT DISTINCT * WHERE {{ {focus} {values} {group} }}"
            yield Check(query, shape, SH + component)
        for component, group in self.set_constraints(shape, "?this"):
            query = f"SELECT DISTINCT * WHERE {{ {focus} {group} }}"
            yield Check(query, shape, SH + component)
        for term in shape.parameters.get("property", ()):
            yield from self.checks(self.shape(term), self.focus_of_values(shape, focus))
        yield from self.sparql_checks(shape, focus)
        yield from self.component_checks(shape, focus, values)

    def focus_of_values(self, shape: Shape, focus: str) -> str:
        """Return a group whose ?this are the value nodes of *shape*, once for each focus node."""
        if not shape.path:
            return focus
        above = self.fresh()
        return (
            f"{{ SELECT DISTINCT {above} ?this WHERE {{ "
            f"{{ SELECT (?this AS {above}) WHERE {{ {focus} }} }} "
            f"{above} {shape.path} ?this . }} }}"
        )

    # -- constraints on each value: true of a value that violates ------------------------------

    def value_constraints(self, shape: Shape, focus: str, value: str) -> Iterator[tuple[str, str]]:
        """Return (component, FILTER) pairs that keep the values that violate *shape*."""
        for name, terms in shape.parameters.items():
            build = _VALUE_TESTS.get(name)
            for term in terms if build else ():
                assert build is not None
                yield _component(name), f"FILTER({build(self, shape, term, focus, value)})"

    def fails(self, shape: Shape, node: str) -> str:
        """Return an expression that is true where *node* (a variable) violates *shape*."""
        if shape.deactivated:
            return "false"
        if shape.path:
            value = self.fresh()
            groups = [
                f"EXISTS {{ {node} {shape.path} {value} . {group} }}"
                for _, group in self.value_constraints(shape, node, value)
            ]
            inner = [self.fails(self.shape(p), value) for p in shape.parameters.get("property", ())]
            groups += [f"EXISTS {{ {node} {shape.path} {value} . FILTER({f}) }}" for f in inner]
        else:
            # FILTER(x) on the node itself is x.
            groups = [
                group.removeprefix("FILTER")
                for _, group in self.value_constraints(shape, node, node)
            ]
            groups += [
                self.fails(self.shape(p), node) for p in shape.parameters.get("property", ())
            ]
        groups += [
            f"EXISTS {{ {group} }}" if not group.startswith("FILTER(") else group[6:]
            for _, group in self.set_constraints(shape, node)
        ]
        groups += [self._sparql_fails(shape, node, text) for text in self._sparql_texts(shape)]
        if shape.custom:
            raise NotCompiled(f"{shape.node} uses a constraint component inside another shape")
        return f"({' || '.join(groups)})" if groups else "false"

    # -- constraints on the set of values -------------------------------------------------------

    def set_constraints(self, shape: Shape, focus: str) -> Iterator[tuple[str, str]]:
        """Return (component, group) pairs that hold where the values of *focus* violate *shape*.

        A group may bind ?value (a value to report) or ?path (a predicate to report).
        """
        for name, terms in shape.parameters.items():
            build = _SET_TESTS.get(name)
            for term in terms if build else ():
                assert build is not None
                for group in build(self, shape, term, focus):
                    yield _component(name), group

    def conforming_values(self, shape: Shape, focus: str, value: str) -> str:
        """Return a group of the values that conform to the shape's qualified value shape."""
        wanted = shape.first("qualifiedValueShape")
        assert wanted is not None
        tests = [f"!{self.fails(self.shape(wanted), value)}"]
        disjoint = shape.first("qualifiedValueShapesDisjoint")
        if disjoint is not None and disjoint.value == "true":
            tests += [self.fails(sibling, value) for sibling in self._siblings(shape, wanted)]
        return f"{focus} {shape.path} {value} . FILTER({' && '.join(tests)})"

    def _siblings(self, shape: Shape, wanted: Term) -> list[Shape]:
        """Return the qualified value shapes beside the one of *shape* (SHACL §4.7.3)."""
        graph = self.shapes.graph
        parents = graph.subjects(sh("property"), shape.node)
        values = dict.fromkeys(
            value
            for parent in parents
            for prop in graph.values(parent, sh("property"))
            for value in graph.values(prop, sh("qualifiedValueShape"))
        )
        return [self.shape(value) for value in values if value != wanted]

    # -- SPARQL-based constraints ----------------------------------------------------------------

    def sparql_checks(self, shape: Shape, focus: str) -> Iterator[Check]:
        """Return the checks of the shape's `sh:sparql`."""
        for constraint in shape.sparql:
            text = prepared(constraint.select, constraint.prefixes, shape.path)
            component = SH + "SPARQLConstraintComponent"
            yield _joined(text, focus, shape, component, constraint.messages, constraint.node)

    def _sparql_texts(self, shape: Shape) -> list[str]:
        return [prepared(c.select, c.prefixes, shape.path) for c in shape.sparql]

    def _sparql_fails(self, shape: Shape, node: str, text: str) -> str:
        if needs_prebinding(text):
            raise NotCompiled(
                f"the SPARQL constraint of {shape.node} needs a focus node of its own"
            )
        renamed = "".join(
            node if token.kind == "variable" and token.text[1:] == "this" else token.text
            for token in tokens(text)
        )
        return f"EXISTS {{ {{ {renamed} }} }}"

    def component_checks(self, shape: Shape, focus: str, values: str) -> Iterator[Check]:
        """Return the checks of the shape's custom constraint components."""
        for component in self.shapes.components:
            terms = {path: shape.custom.get(path, ()) for path, _ in component.parameters}
            if all(terms[path] or optional for path, optional in component.parameters):
                yield from self._component_check(component, terms, shape, focus, values)

    def _component_check(
        self,
        component: Component,
        terms: dict[ox.NamedNode, tuple[Term, ...]],
        shape: Shape,
        focus: str,
        values: str,
    ) -> Iterator[Check]:
        kind = "propertyValidator" if shape.path else "nodeValidator"
        validator = component.validators.get(kind) or component.validators.get("validator")
        if validator is None:
            return
        fixed = {_local_name(path): given[0] for path, given in terms.items() if given}
        text = _with_parameters(validator, fixed, shape)
        iri = component.node.value
        if validator.is_ask:
            query = f"SELECT DISTINCT * WHERE {{ {focus} {values} {_unless(text)} }}"
            declared = _prologue(validator.prefixes)
            yield Check(declared + query, shape, iri, validator.messages)
        else:
            yield _joined(text, focus, shape, iri, validator.messages, None)


def _component(parameter: str) -> str:
    """Return the local name of the component that *parameter* belongs to."""
    special = {"qualifiedMinCount": "QualifiedMinCount", "qualifiedMaxCount": "QualifiedMaxCount"}
    return f"{special.get(parameter, parameter[0].upper() + parameter[1:])}ConstraintComponent"


def _number(term: Term) -> int:
    if not isinstance(term, ox.Literal) or not term.value.isdigit():
        raise ShapesError(f"{term} is no count; write a whole number such as 1")
    return int(term.value)


# -- tests on one value: (compiler, shape, parameter's value, focus, value) -> violated ------------

_Test = Callable[["_Compiler", Shape, Term, str, str], str]


def _class(_: _Compiler, __: Shape, term: Term, ___: str, value: str) -> str:
    return f"NOT EXISTS {{ {value} {_INSTANCE_OF} {_term(term)} }}"


def _datatype(_: _Compiler, __: Shape, term: Term, ___: str, value: str) -> str:
    tests = [f"isLiteral({value})", f"DATATYPE({value}) = {_term(term)}"]
    form = lexical_form(str(term.value))
    if form is not None:
        tests.append(f"REGEX(STR({value}), {ox.Literal(form)})")
    return f"!({' && '.join(tests)})"


_KINDS = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBlank({0})",
    "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "(isBlank({0}) || isIRI({0}))",
    "BlankNodeOrLiteral": "(isBlank({0}) || isLiteral({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLiteral({0}))",
}


def _node_kind(_: _Compiler, shape: Shape, term: Term, ___: str, value: str) -> str:
    kind = str(term.value).removeprefix(SH)
    if kind not in _KINDS:
        raise ShapesError(f"{term} of {shape.node} is no node kind; there are {', '.join(_KINDS)}")
    return f"!{_KINDS[kind].format(value)}"


def _compared(operator: str) -> _Test:
    def test(_: _Compiler, __: Shape, term: Term, ___: str, value: str) -> str:
        return f"!COALESCE({value} {operator} {_term(term)}, false)"

    return test


def _length(operator: str) -> _Test:
    def test(_: _Compiler, __: Shape, term: Term, ___: str, value: str) -> str:
        return f"(isBlank({value}) || STRLEN(STR({value})) {operator} {_number(term)})"

    return test


def _pattern(_: _Compiler, shape: Shape, term: Term, ___: str, value: str) -> str:
    flags = shape.first("flags")
    extra = f", {ox.Literal(str(flags.value))}" if flags is not None else ""
    regex = f"REGEX(STR({value}), {ox.Literal(str(term.value))}{extra})"
    return f"(isBlank({value}) || !{regex})"


def _language_in(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    ranges = compiler.shapes.graph.members(term)
    tests = [f"LANGMATCHES(LANG({value}), {ox.Literal(str(tag.value))})" for tag in ranges]
    return f"!(isLiteral({value}) && ({' || '.join(tests) or 'false'}))"


def _disjoint(_: _Compiler, shape: Shape, term: Term, focus: str, value: str) -> str:
    return f"EXISTS {{ {focus} {_term(term)} {value} }}"


def _in(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    tests = [f"sameTerm({value}, {_term(m)})" for m in compiler.shapes.graph.members(term)]
    return f"!({' || '.join(tests) or 'false'})"


def _node(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return compiler.fails(compiler.shape(term), value)


def _not(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"!{compiler.fails(compiler.shape(term), value)}"


def _listed(compiler: _Compiler, term: Term, value: str) -> list[str]:
    members = compiler.shapes.graph.members(term)
    return [compiler.fails(compiler.shape(member), value) for member in members]


def _and(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"({' || '.join(_listed(compiler, term, value)) or 'false'})"


def _or(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    return f"({' && '.join(_listed(compiler, term, value)) or 'true'})"


def _xone(compiler: _Compiler, _: Shape, term: Term, __: str, value: str) -> str:
    counted = [f"IF({fails}, 0, 1)" for fails in _listed(compiler, term, value)]
    return f"(({' + '.join(counted) or '0'}) != 1)"


_VALUE_TESTS: dict[str, _Test] = {
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

# -- tests on the set of values: (compiler, shape, parameter's value, focus) -> violating groups ---

_SetTest = Callable[["_Compiler", Shape, Term, str], Iterable[str]]


def _min_count(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    least = _number(term)
    if least == 1:
        yield f"FILTER(NOT EXISTS {{ {focus} {shape.path} {compiler.fresh()} }})"
    elif least > 1:
        found = f"{focus} {shape.path} {(value := compiler.fresh())} ."
        yield f"FILTER(NOT EXISTS {_counted(focus, value, found, f'>= {least}')})"


def _max_count(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    found = f"{focus} {shape.path} {(value := compiler.fresh())} ."
    yield f"FILTER(EXISTS {_counted(focus, value, found, f'> {_number(term)}')})"


def _counted(focus: str, value: str, found: str, test: str) -> str:
    """Return a group that holds where the number of different values passes *test*."""
    return (
        f"{{ SELECT {focus} WHERE {{ {found} }} "
        f"GROUP BY {focus} HAVING (COUNT(DISTINCT {value}) {test}) }}"
    )


def _qualified_min(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    least = _number(term)
    if least > 0 and shape.first("qualifiedValueShape") is not None:
        value = compiler.fresh()
        found = compiler.conforming_values(shape, focus, value)
        yield f"FILTER(NOT EXISTS {_counted(focus, value, found, f'>= {least}')})"


def _qualified_max(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    if shape.first("qualifiedValueShape") is not None:
        value = compiler.fresh()
        found = compiler.conforming_values(shape, focus, value)
        yield f"FILTER(EXISTS {_counted(focus, value, found, f'> {_number(term)}')})"


def _unique_lang(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    if term.value != "true":
        return
    one, other, tag = compiler.fresh(), compiler.fresh(), compiler.fresh()
    # ?tag is selected, so that each language used twice is a result of its own.
    yield (
        f"{{ SELECT DISTINCT {focus} {tag} WHERE {{ "
        f"{focus} {shape.path} {one} . {focus} {shape.path} {other} . "
        f'FILTER(!sameTerm({one}, {other}) && LANG({one}) != "" && '
        f"LCASE(LANG({one})) = LCASE(LANG({other}))) BIND(LCASE(LANG({one})) AS {tag}) }} }}"
    )


def _equals(_: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    other = _term(term)
    if shape.path:
        yield f"{focus} {shape.path} ?value . FILTER(NOT EXISTS {{ {focus} {other} ?value }})"
        yield f"{focus} {other} ?value . FILTER(NOT EXISTS {{ {focus} {shape.path} ?value }})"
    else:
        yield f"BIND({focus} AS ?value) FILTER(NOT EXISTS {{ {focus} {other} {focus} }})"
        yield f"{focus} {other} ?value . FILTER(!sameTerm({focus}, ?value))"


def _less(operator: str) -> _SetTest:
    def test(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
        # The compared value is selected, so that each pair is a result of its own.
        other = compiler.fresh()
        yield (
            f"{focus} {shape.path} ?value . {focus} {_term(term)} {other} . "
            f"FILTER(!COALESCE(?value {operator} {other}, false))"
        )

    return test


def _has_value(_: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    if shape.path:
        yield f"FILTER(NOT EXISTS {{ {focus} {shape.path} {_term(term)} }})"
    else:
        yield f"FILTER(!sameTerm({focus}, {_term(term)}))"


def _closed(compiler: _Compiler, shape: Shape, term: Term, focus: str) -> Iterator[str]:
    if term.value != "true":
        return
    ignored = shape.first("ignoredProperties")
    allowed = list(compiler.shapes.graph.members(ignored)) if ignored is not None else []
    for prop in shape.parameters.get("property", ()):
        path = compiler.shape(prop).path_node
        if isinstance(path, ox.NamedNode):
            allowed.append(path)
    listed = ", ".join(map(_term, allowed))
    yield f"{focus} ?path ?value . FILTER(?path NOT IN ({listed}))"


_SET_TESTS: dict[str, _SetTest] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "qualifiedMinCount": _qualified_min,
    "qualifiedMaxCount": _qualified_max,
    "uniqueLang": _unique_lang,
    "equals": _equals,
    "lessThan": _less("<"),
    "lessThanOrEquals": _less("<="),
    "hasValue": _has_value,
    "closed": _closed,
}

# -- SPARQL texts ----------------------------------------------------------------------------------

_FORBIDDEN = {"minus", "service", "values"}


def prepared(
    text: str, prefixes: Mapping[str, str], path: str | None, bound: tuple[str, ...] = ("this",)
) -> str:
    """Return the text of a SPARQL constraint with its prefixes declared and $PATH put in.

    Raises
    ------
    ShapesError
        For what SHACL-SPARQL excludes (§5.2.1): MINUS, SERVICE, VALUES, assigning one of the
        *bound* variables, and subqueries that do not select them.
    NotCompiled
        For $shapesGraph and $currentShape: an endpoint does not hold the shapes.
    """
    found = [token for token in tokens(text) if token.kind != "space"]
    for index, token in enumerate(found):
        word = token.text.lower()
        if token.kind == "word" and word in _FORBIDDEN:
            raise ShapesError(
                f"a SPARQL constraint uses {token.text.upper()}, which SHACL excludes"
            )
        if token.kind == "word" and word == "select" and index:
            _refuse_closed_subquery(found[index + 1 :], "{" in {t.text for t in found[:index]})
        if token.kind == "variable" and word[1:] in ("shapesgraph", "currentshape"):
            raise NotCompiled(f"a SPARQL constraint asks for {token.text}")
        is_assigned = token.kind == "variable" and found[index - 1].text.lower() == "as"
        if is_assigned and token.text[1:] in bound:
            raise ShapesError(f"a SPARQL constraint assigns {token.text}, which is given")
    return _prologue(prefixes) + "".join(
        path if path and token.kind == "variable" and token.text[1:] == "PATH" else token.text
        for token in tokens(text)
    )


def _refuse_closed_subquery(after: list[Token], is_inner: bool) -> None:
    selected = []
    for token in after:
        if token.text == "{":
            break
        selected.append(token.text)
    if is_inner and not {"$this", "?this"} & set(selected):
        raise ShapesError("a subquery of a SPARQL constraint does not select $this")


def _prologue(prefixes: Mapping[str, str]) -> str:
    return "".join(f"PREFIX {name}: <{iri}> " for name, iri in sorted(prefixes.items()))


def needs_prebinding(text: str) -> bool:
    """Return whether *text* may use $this where a join with the focus nodes does not reach it.

    That is in every group inside the outer one, but for those of EXISTS, which see it.
    """
    found = [token for token in tokens(text) if token.kind != "space"]
    opened = [index for index, token in enumerate(found) if token.text == "{"]
    return any(found[index - 1].text.lower() != "exists" for index in opened[1:])


def _joined(
    text: str,
    focus: str,
    shape: Shape,
    component: str,
    messages: tuple[ox.Literal, ...],
    constraint: Node | None,
) -> Check:
    focus_query = f"SELECT DISTINCT ?this WHERE {{ {focus} }}"
    if needs_prebinding(text):
        return Check(text, shape, component, messages, constraint, focus_query)
    cut = next(token.offset for token in tokens(text) if token.text == "{") + 1
    query = f"{text[:cut]} {focus} {text[cut:]}"
    return Check(query, shape, component, messages, constraint)


def _local_name(iri: ox.NamedNode) -> str:
    return iri.value[max(iri.value.rfind("#"), iri.value.rfind("/")) + 1 :]


def _with_parameters(validator: Validator, fixed: dict[str, Term], shape: Shape) -> str:
    given = ("this", "value", *fixed)
    text = prepared(validator.text, validator.prefixes, shape.path, given)
    used = {token.text[1:] for token in tokens(text) if token.kind == "variable"}
    return bind(text, {name: term for name, term in fixed.items() if name in used})


def _unless(ask: str) -> str:
    """Return a FILTER that keeps what the ASK query is not true of."""
    cut = next(token.offset for token in tokens(ask) if token.text == "{")
    return f"FILTER(NOT EXISTS {ask[cut:]})"
