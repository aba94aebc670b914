"""A shapes graph as data: shapes with their targets, paths, parameters and SPARQL constraints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.errors import HeritageKGError

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL_IMPORTS = ox.NamedNode("http://www.w3.org/2002/07/owl#imports")

Node: TypeAlias = ox.NamedNode | ox.BlankNode


class ShapesError(HeritageKGError):
    """A shapes graph is not well-formed SHACL."""


class NotCompiled(Exception):
    """A shape that SPARQL cannot express: one that refers to itself, or names a blank node."""


@cache
def sh(name: str) -> ox.NamedNode:
    """Return the SHACL term *name*."""
    return ox.NamedNode(SH + name)


@cache
def rdf(name: str) -> ox.NamedNode:
    """Return the RDF term *name*."""
    return ox.NamedNode(RDF + name)


class ShapesGraph:
    """The triples of the shapes files, to look things up in.

    Examples
    --------
    >>> text = '@prefix sh: <http://www.w3.org/ns/shacl#> . <http://e/s> sh:minCount 1 .'
    >>> graph = ShapesGraph(ox.parse(text, format=ox.RdfFormat.TURTLE))
    >>> graph.value(ox.NamedNode("http://e/s"), sh("minCount")).value
    '1'
    """

    def __init__(self, quads: Iterable[ox.Quad | ox.Triple]) -> None:
        self._objects: dict[tuple[Node, ox.NamedNode], list[Term]] = {}
        self._subjects: dict[ox.NamedNode, dict[Node, None]] = {}
        self.quads = list(quads)
        for quad in dict.fromkeys(
            (quad.subject, quad.predicate, quad.object) for quad in self.quads
        ):
            subject, predicate, value = quad
            if not isinstance(subject, ox.Triple) and not isinstance(value, ox.Triple):
                self._objects.setdefault((subject, predicate), []).append(value)
                self._subjects.setdefault(predicate, {})[subject] = None

    def values(self, subject: Term, predicate: ox.NamedNode) -> list[Term]:
        """Return every object of *subject* and *predicate*."""
        if isinstance(subject, ox.Literal):
            return []
        return self._objects.get((subject, predicate), [])

    def value(self, subject: Term, predicate: ox.NamedNode) -> Term | None:
        """Return the first object of *subject* and *predicate*, or None."""
        values = self.values(subject, predicate)
        return values[0] if values else None

    def subjects(self, predicate: ox.NamedNode, value: Term | None = None) -> list[Node]:
        """Return the subjects that have *predicate* (with *value*, where one is given)."""
        found = self._subjects.get(predicate, {})
        return [s for s in found if value is None or value in self.values(s, predicate)]

    def members(self, head: Term) -> list[Term]:
        """Return the members of the RDF list that begins at *head*.

        Raises
        ------
        ShapesError
            If the list is broken or runs in a circle.
        """
        found: list[Term] = []
        seen: set[Term] = set()
        while head != rdf("nil"):
            first, rest = self.values(head, rdf("first")), self.values(head, rdf("rest"))
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ShapesError(f"the RDF list at {head} is not well-formed")
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return found

    def told(self, node: Node) -> str:
        """Return how to speak of *node*: by its name, or by its path and the shape it is in."""
        words, seen = "", set[Node]()
        while isinstance(node, ox.BlankNode) and node not in seen:
            seen.add(node)
            path = self.value(node, sh("path"))
            if isinstance(path, ox.NamedNode):
                words += f"the property shape on {path} in "
            holder = next((quad.subject for quad in self.quads if quad.object == node), None)
            if holder is None or isinstance(holder, ox.Triple):
                return words + "a shape without a name"
            node = holder
        return words + str(node) if words or not seen else f"a part of {node}"

    def is_a(self, subject: Term, kind: ox.NamedNode) -> bool:
        """Return whether *subject* has the type *kind*, or one below it in this graph."""
        todo, seen = list(self.values(subject, rdf("type"))), set()
        while todo:
            term = todo.pop()
            if term == kind:
                return True
            if term not in seen:
                seen.add(term)
                todo += self.values(term, ox.NamedNode(RDFS + "subClassOf"))
        return False


@dataclass(frozen=True, slots=True)
class SparqlConstraint:
    """One `sh:sparql` of a shape: a SELECT with its prefixes, and the messages it gives."""

    node: Node
    select: str
    prefixes: Mapping[str, str]
    messages: tuple[ox.Literal, ...]


@dataclass(frozen=True, slots=True)
class Validator:
    """What a constraint component runs: a SELECT, or an ASK that is true for what conforms."""

    text: str
    is_ask: bool
    prefixes: Mapping[str, str]
    messages: tuple[ox.Literal, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """A SPARQL-based constraint component: its parameters (name, optional) and validators."""

    node: ox.NamedNode
    parameters: tuple[tuple[ox.NamedNode, bool], ...]
    validators: Mapping[str, Validator]


@dataclass(frozen=True)
class Shape:
    """A node shape, or with a *path* a property shape.

    Attributes
    ----------
    node
        The IRI or blank node of the shape in its graph.
    path
        A property path as SPARQL 1.1 writes it; None for a node shape.
    path_node
        The node that `sh:path` points at.
    holds_focus
        Whether a focus node is always a value node of its own: the path may have no step.
    targets
        (property of SHACL, term) pairs such as (`targetClass`, hkg:Tenure).
    parameters
        Name of a SHACL parameter (`minCount`, `in` …) -> its values.
    code, reason, example
        What `skos:notation`, `skos:definition` and `skos:example` say.
    """

    node: Node
    path: str | None
    path_node: Term | None
    holds_focus: bool
    targets: tuple[tuple[str, Term], ...]
    parameters: Mapping[str, tuple[Term, ...]]
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]
    deactivated: bool
    sparql: tuple[SparqlConstraint, ...]
    code: str | None = None
    reason: str | None = None
    example: str | None = None
    custom: Mapping[ox.NamedNode, tuple[Term, ...]] = field(default_factory=dict)

    def first(self, parameter: str) -> Term | None:
        """Return the value of a parameter that a shape has at most once."""
        values = self.parameters.get(parameter, ())
        return values[0] if values else None


@dataclass(frozen=True)
class Shapes:
    """Every shape of a shapes graph by its node, and its constraint components."""

    graph: ShapesGraph
    by_node: Mapping[Node, Shape]
    components: tuple[Component, ...]

    @property
    def asks_for_itself(self) -> bool:
        """Whether a SPARQL text reads the shapes as `$shapesGraph`."""
        texts = [
            constraint.select for shape in self.by_node.values() for constraint in shape.sparql
        ]
        texts += [v.text for component in self.components for v in component.validators.values()]
        return any("shapesGraph" in text for text in texts)

    def allowed(self, shape: Shape) -> list[ox.NamedNode]:
        """Return the properties that *shape* allows if it is closed (SHACL §4.8.1)."""
        ignored = shape.first("ignoredProperties")
        terms = self.graph.members(ignored) if ignored is not None else []
        for prop in shape.parameters.get("property", ()):
            terms += self.graph.values(prop, sh("path"))
        return [term for term in terms if isinstance(term, ox.NamedNode)]


# Parameters whose values are shapes.
SHAPE_PARAMETERS = ("property", "node", "not", "qualifiedValueShape")
LIST_OF_SHAPES = ("and", "or", "xone")
PARAMETERS = (
    *SHAPE_PARAMETERS,
    *LIST_OF_SHAPES,
    *("class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive"),
    *("maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "flags", "languageIn"),
    *("uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "closed", "hasValue"),
    *("ignoredProperties", "in", "qualifiedMinCount", "qualifiedMaxCount"),
    "qualifiedValueShapesDisjoint",
)
# A shape that is one of these has its own instances as targets.
CLASSES = (ox.NamedNode(RDFS + "Class"), ox.NamedNode("http://www.w3.org/2002/07/owl#Class"))
TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")


def read_shapes(quads: Iterable[ox.Quad]) -> Shapes:
    """Return the shapes of a shapes graph, as SHACL §2.1 tells what is one.

    Raises
    ------
    ShapesError
        If a path, list, parameter or prefix is not well-formed.
    """
    graph = ShapesGraph(quads)
    with named_in(graph):
        components = tuple(_components(graph))
        extra = {name for component in components for name, _ in component.parameters}
        shapes = {node: _shape(graph, node, extra) for node in _shape_nodes(graph, extra)}
    return Shapes(graph, shapes, components)


_BLANK = re.compile(r"_:\w+")


@contextmanager
def named_in(graph: ShapesGraph) -> Iterator[None]:
    """Let what is wrong with the shapes in *graph* be said without labels of blank nodes.

    Nobody has written these; a blank node is told by what it is a part of.
    """
    try:
        yield
    except ShapesError as error:
        raise ShapesError(
            _BLANK.sub(lambda found: graph.told(ox.BlankNode(found[0][2:])), str(error))
        ) from None


def _shape_nodes(graph: ShapesGraph, extra: set[ox.NamedNode]) -> list[Node]:
    found: dict[Node, None] = {}
    for kind in ("NodeShape", "PropertyShape"):
        found.update(dict.fromkeys(graph.subjects(rdf("type"), sh(kind))))
    for name in (*TARGETS, *PARAMETERS, "sparql", "path"):
        found.update(dict.fromkeys(graph.subjects(sh(name))))
    for predicate in extra:
        found.update(dict.fromkeys(graph.subjects(predicate)))
    for name in SHAPE_PARAMETERS:
        found.update(_nodes(v for s in graph.subjects(sh(name)) for v in graph.values(s, sh(name))))
    for name in LIST_OF_SHAPES:
        for subject in graph.subjects(sh(name)):
            for head in graph.values(subject, sh(name)):
                found.update(_nodes(graph.members(head)))
    # The parameters of a component are declared with sh:path too, and are no shapes.
    declared = {
        v for s in graph.subjects(sh("parameter")) for v in graph.values(s, sh("parameter"))
    }
    return [node for node in found if node not in declared]


def _nodes(terms: Iterable[Term]) -> dict[Node, None]:
    return {term: None for term in terms if not isinstance(term, ox.Literal)}


def _shape(graph: ShapesGraph, node: Node, extra: set[ox.NamedNode]) -> Shape:
    paths = graph.values(node, sh("path"))
    if len(paths) > 1:
        raise ShapesError(f"the shape {node} has {len(paths)} paths; a property shape has one")
    path, holds_focus = _path(graph, paths[0], ()) if paths else (None, False)
    severity = graph.value(node, sh("severity"))
    deactivated = graph.value(node, sh("deactivated"))
    return Shape(
        node=node,
        path=path,
        path_node=paths[0] if paths else None,
        holds_focus=holds_focus,
        targets=tuple(_targets(graph, node)),
        parameters={
            name: tuple(values) for name in PARAMETERS if (values := graph.values(node, sh(name)))
        },
        severity=severity if isinstance(severity, ox.NamedNode) else sh("Violation"),
        messages=messages_of(graph, node),
        deactivated=is_true(deactivated),
        sparql=tuple(_sparql(graph, node)),
        code=_text(graph.value(node, ox.NamedNode(SKOS + "notation"))),
        reason=_text(graph.value(node, ox.NamedNode(SKOS + "definition"))),
        example=_text(graph.value(node, ox.NamedNode(SKOS + "example"))),
        custom={p: tuple(graph.values(node, p)) for p in extra if graph.values(node, p)},
    )


def _text(term: Term | None) -> str | None:
    return None if term is None else str(term.value)


def is_true(term: Term | None) -> bool:
    """Return whether *term* is the boolean true."""
    return isinstance(term, ox.Literal) and term.value == "true"


def _targets(graph: ShapesGraph, node: Node) -> Iterable[tuple[str, Term]]:
    for name in TARGETS:
        for value in graph.values(node, sh(name)):
            yield name, value
    if any(graph.is_a(node, kind) for kind in CLASSES):
        yield "targetClass", node


def messages_of(graph: ShapesGraph, node: Term) -> tuple[ox.Literal, ...]:
    """Return the `sh:message` literals of *node*."""
    found = graph.values(node, sh("message"))
    return tuple(value for value in found if isinstance(value, ox.Literal))


def _sparql(graph: ShapesGraph, node: Node) -> Iterable[SparqlConstraint]:
    for constraint in graph.values(node, sh("sparql")):
        select = graph.value(constraint, sh("select"))
        if isinstance(constraint, ox.Literal) or not isinstance(select, ox.Literal):
            raise ShapesError(f"the sh:sparql of {node} has no sh:select")
        deactivated = graph.value(constraint, sh("deactivated"))
        if not is_true(deactivated):
            yield SparqlConstraint(
                constraint,
                select.value,
                prefixes_of(graph, constraint),
                messages_of(graph, constraint),
            )


def prefixes_of(graph: ShapesGraph, node: Term) -> dict[str, str]:
    """Return what the `sh:prefixes` of *node* declare, also through `owl:imports`."""
    declared: dict[str, str] = {}
    todo, seen = list(graph.values(node, sh("prefixes"))), set()
    while todo:
        ontology = todo.pop()
        if ontology in seen:
            continue
        seen.add(ontology)
        todo += graph.values(ontology, OWL_IMPORTS)
        for declaration in graph.values(ontology, sh("declare")):
            prefix = graph.value(declaration, sh("prefix"))
            namespace = graph.value(declaration, sh("namespace"))
            if prefix is not None and namespace is not None:
                declared[str(prefix.value)] = str(namespace.value)
    return declared


def _components(graph: ShapesGraph) -> Iterable[Component]:
    for node in graph.subjects(sh("parameter")):
        if not isinstance(node, ox.NamedNode):
            continue
        parameters = []
        for parameter in graph.values(node, sh("parameter")):
            path = graph.value(parameter, sh("path"))
            optional = graph.value(parameter, sh("optional"))
            if not isinstance(path, ox.NamedNode):
                raise ShapesError(f"a parameter of the component {node} has no IRI as sh:path")
            parameters.append((path, is_true(optional)))
        validators = {
            name: validator
            for name in ("validator", "nodeValidator", "propertyValidator")
            for value in graph.values(node, sh(name))
            if (validator := _validator(graph, node, value)) is not None
        }
        if validators:
            yield Component(node, tuple(parameters), validators)


def _validator(graph: ShapesGraph, component: Node, node: Term) -> Validator | None:
    ask, select = graph.value(node, sh("ask")), graph.value(node, sh("select"))
    text = ask or select
    if not isinstance(text, ox.Literal):
        return None
    messages = messages_of(graph, node) or messages_of(graph, component)
    return Validator(text.value, ask is not None, prefixes_of(graph, node), messages)


def path_text(graph: ShapesGraph, node: Term) -> str:
    """Return the SHACL path at *node* (§2.3.1) as a SPARQL 1.1 property path.

    Raises
    ------
    ShapesError
        If it is not well-formed.
    """
    return _path(graph, node, ())[0]


def _path(graph: ShapesGraph, node: Term, above: tuple[Term, ...]) -> tuple[str, bool]:
    """Return the path at *node*, and whether it may have no step."""
    if isinstance(node, ox.NamedNode) and not graph.values(node, rdf("first")):
        return str(node), False
    if isinstance(node, ox.Literal) or node in above:
        raise ShapesError(f"{node} is no property path")
    inner = (*above, node)
    if graph.values(node, rdf("first")):
        steps = [_path(graph, step, inner) for step in graph.members(node)]
        if len(steps) < 2:
            raise ShapesError(f"the sequence path {node} has fewer than two steps")
        return f"({'/'.join(text for text, _ in steps)})", all(empty for _, empty in steps)
    alternatives = graph.value(node, sh("alternativePath"))
    if alternatives is not None:
        steps = [_path(graph, step, inner) for step in graph.members(alternatives)]
        return f"({'|'.join(text for text, _ in steps)})", any(empty for _, empty in steps)
    for name, form in _PATH_FORMS.items():
        value = graph.value(node, sh(name))
        if value is not None:
            text, is_empty = _path(graph, value, inner)
            return form.format(text), is_empty or name.startswith("zero")
    raise ShapesError(f"{node} is no property path")


_PATH_FORMS = {
    "inversePath": "^({})",
    "zeroOrMorePath": "({})*",
    "oneOrMorePath": "({})+",
    "zeroOrOnePath": "({})?",
}
