"""How far a constraint looks: what it reads of the focus node, of its values, of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.validation.reads import TYPE
from heritagekg.validation.shapes import (
    LIST_OF_SHAPES,
    SHAPE_PARAMETERS,
    Shape,
    Shapes,
    ShapesGraph,
    rdf,
    sh,
)

# At place k: the IRIs of the predicates that are read of nodes k steps away; None for any. `^IRI`
# stands for triples that are read from their object; they cannot be told beside any.
Levels: TypeAlias = "tuple[frozenset[str] | None, ...]"
_NOTHING: frozenset[str] = frozenset()
_OF_THE_FOCUS = ("equals", "disjoint", "lessThan", "lessThanOrEquals")


def together(*parts: Levels | None) -> Levels | None:
    """Return what is read where all of *parts* are; None where one of them looks elsewhere.

    Examples
    --------
    >>> one, other = (frozenset({"a"}),), (frozenset({"b"}), None)
    >>> [sorted(level or "*") for level in together(one, other)]
    [['a', 'b'], ['*']]
    >>> together((None,), (frozenset({"^a"}),)) is None
    True
    """
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    levels: list[frozenset[str] | None] = []
    for level in zip_longest(*known, fillvalue=_NOTHING):
        steps = _NOTHING.union(*(each for each in level if each is not None))
        if None in level and any(map(is_inverse, steps)):
            return None
        levels.append(None if None in level else steps)
    return tuple(levels)


def inverse(step: str) -> str:
    """Return *step* the other way round: `^IRI` of an IRI.

    Examples
    --------
    >>> inverse("e:by"), inverse("^e:by")
    ('^e:by', 'e:by')
    """
    return step[1:] if step.startswith("^") else f"^{step}"


def is_inverse(step: str) -> bool:
    """Return whether *step* leads from a triple's object to its subject."""
    return step.startswith("^")


def predicate_of(step: str) -> str:
    """Return the IRI of the predicate of *step*."""
    return step.removeprefix("^")


def of_target(name: str, term: Term) -> Levels | None:
    """Return what tells whether a node is a focus node of the target *name* with *term*."""
    match name:
        case "targetClass":
            return (frozenset({TYPE}),)
        case "targetSubjectsOf":
            return (frozenset({str(term.value)}),)
        case "targetNode":
            return ()
    return None


def of_constraint(shapes: Shapes, shape: Shape, parameter: str) -> Levels | None:
    """Return what the constraint of *shape* that has *parameter* reads.

    None where it does not look step by step: for a path that may have no step or any number of
    them, the inverse of a path that is more than a predicate, and SPARQL.

    Examples
    --------
    >>> from heritagekg.validation.shapes import read_shapes
    >>> text = '''@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
    ... e:s sh:path e:keeper ; sh:class e:Museum .'''
    >>> shapes = read_shapes(ox.parse(text, format=ox.RdfFormat.TURTLE))
    >>> (shape,) = shapes.by_node.values()
    >>> [sorted(level) for level in of_constraint(shapes, shape, "class")]
    [['http://e/keeper'], ['http://www.w3.org/1999/02/22-rdf-syntax-ns#type']]
    """
    path = _of_path(shapes.graph, shape.path_node)
    if path is None:
        return None
    read, ends = path
    terms = shape.parameters.get(parameter, ())
    of_focus: Levels = ()
    of_value: Levels | None = ()
    if parameter == "class":
        of_value = (frozenset({TYPE}),)
    elif parameter == "closed":
        of_value = (None,)
    elif parameter in _OF_THE_FOCUS:
        of_focus = (frozenset(str(term.value) for term in terms),)
    else:
        of_value = together(*(_of_conforming(shapes, s) for s in _inner(shapes, shape, parameter)))
    return together(read, of_focus, *(_further(of_value, steps) for steps in ends))


def _of_conforming(shapes: Shapes, shape: Shape) -> Levels | None:
    """Return what is read to tell whether a node conforms to *shape*."""
    if shape.deactivated:
        return ()
    if shape.sparql or shape.custom:
        return None
    return together(*(of_constraint(shapes, shape, name) for name in shape.parameters))


def _inner(shapes: Shapes, shape: Shape, parameter: str) -> Iterable[Shape]:
    """Return the shapes that the constraint with *parameter* asks its values to conform to."""
    terms = list(shape.parameters.get(parameter, ()))
    if parameter in LIST_OF_SHAPES:
        terms = [member for head in terms for member in shapes.graph.members(head)]
    elif parameter.startswith("qualified"):
        wanted = list(shape.parameters.get("qualifiedValueShape", ()))
        # Whether a value conforms to the shapes beside may matter, too.
        parents = shapes.graph.subjects(sh("property"), shape.node)
        beside = [p for parent in parents for p in shapes.graph.values(parent, sh("property"))]
        for node in beside:
            wanted += shapes.graph.values(node, sh("qualifiedValueShape"))
        terms = list(dict.fromkeys(wanted))
    elif parameter not in SHAPE_PARAMETERS:
        terms = []
    found = (None if isinstance(t, ox.Literal) else shapes.by_node.get(t) for t in terms)
    return [shape for shape in found if shape is not None]


def _further(levels: Levels | None, steps: int) -> Levels | None:
    return None if levels is None else (_NOTHING,) * steps + levels


def _of_path(graph: ShapesGraph, node: Term | None) -> tuple[Levels, frozenset[int]] | None:
    """Return what is read along a path, and after how many steps its values may be reached."""
    if node is None:
        return (), frozenset({0})
    if graph.values(node, rdf("first")):
        read: Levels | None = ()
        ends = frozenset({0})
        for step in graph.members(node):
            path = _of_path(graph, step)
            if path is None:
                return None
            read = together(read, *(_further(path[0], steps) for steps in ends))
            ends = frozenset(one + other for one in ends for other in path[1])
        return read or (), ends
    if isinstance(node, ox.NamedNode):
        return (frozenset({node.value}),), frozenset({1})
    back = graph.value(node, sh("inversePath"))
    if isinstance(back, ox.NamedNode):
        return (frozenset({inverse(back.value)}),), frozenset({1})
    alternatives = graph.value(node, sh("alternativePath"))
    if alternatives is None:
        return None
    paths = [_of_path(graph, each) for each in graph.members(alternatives)]
    known = [path for path in paths if path is not None]
    read = together(*(path[0] for path in known)) if len(known) == len(paths) else None
    return None if read is None else (read, frozenset().union(*(path[1] for path in known)))
