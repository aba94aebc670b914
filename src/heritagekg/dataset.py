"""Workspace files as quads, one named graph a file, and what the build derives from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import pyoxigraph as ox

from heritagekg.dates import OPEN_END, OPEN_START, days_of, time_bounds
from heritagekg.errors import FileSyntaxError
from heritagekg.terms import HKG
from heritagekg.workspace import GRAPHS, WorkspaceFile, read_text

# What is derived from a file stands in a graph of its own beside the file's.
DERIVED = GRAPHS + "derived/"

_A = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_LABEL = ox.NamedNode(_RDFS + "label")
_SUB_CLASS = ox.NamedNode(_RDFS + "subClassOf")
_SUB_PROPERTY = ox.NamedNode(_RDFS + "subPropertyOf")
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_LABELS = {ox.NamedNode(_SKOS + "prefLabel"), ox.NamedNode("http://purl.org/dc/terms/title")}
_XSD = "http://www.w3.org/2001/XMLSchema#"
_XSD_DATE = ox.NamedNode(_XSD + "date")


Node: TypeAlias = ox.NamedNode | ox.BlankNode


def _hkg(name: str) -> ox.NamedNode:
    return ox.NamedNode(HKG + name)


_BEGINS = {_hkg("validFrom"), _hkg("startDate")}
_ENDS = {_hkg("validUntil"), _hkg("endDate")}
_ORGANIZATION = _hkg("organization")
# Dates that a fact states of its organization: `?organization hkg:foundedIn ?date` finds them.
_MILESTONES = {_hkg(name) for name in ("foundedIn", "admittedIn", "registeredIn", "dissolvedIn")}
_MOMENTS = _MILESTONES | {
    _hkg(name)
    for name in ("asOf", "attestedIn", "awardedIn", "date", "decidedIn", "openedIn", "succeededIn")
}
_BOUNDS = tuple(
    _hkg(name) for name in ("certainFrom", "certainUntil", "possibleFrom", "possibleUntil")
)

# What a node without dates of its own takes from others, asked in this order: an event takes its
# whole's time, a participation its event's; any other fact may have held on any day.
INHERITED_TIME = tuple(
    f"PREFIX hkg: <{HKG}>\n" + text
    for text in (
        f"""CONSTRUCT {{ ?event ?bound ?day }}
WHERE {{
  ?event a hkg:Event .
  ?event hkg:partOf ?whole .
  VALUES ?bound {{ {" ".join(map(str, _BOUNDS))} }}
  ?whole ?bound ?day .
  MINUS {{ ?event hkg:possibleFrom ?own . }}
}}""",
        f"""CONSTRUCT {{ ?fact ?bound ?day }}
WHERE {{
  ?fact hkg:event ?event .
  VALUES ?bound {{ {" ".join(map(str, _BOUNDS))} }}
  ?event ?bound ?day .
  MINUS {{ ?fact hkg:possibleFrom ?own . }}
}}""",
        f"""CONSTRUCT {{
  ?fact hkg:certainFrom "{OPEN_END}"^^<{_XSD}date> ; hkg:certainUntil "{OPEN_START}"^^<{_XSD}date> ;
    hkg:possibleFrom "{OPEN_START}"^^<{_XSD}date> ; hkg:possibleUntil "{OPEN_END}"^^<{_XSD}date> .
}}
WHERE {{
  ?fact a hkg:Fact .
  MINUS {{ ?fact hkg:possibleFrom ?own . }}
}}""",
    )
)


def read_quads(file: WorkspaceFile) -> list[ox.Quad]:
    """Return the quads of a Turtle file in the file's named graph.

    Blank nodes get labels that carry the graph, so that those of two files never meet.

    Raises
    ------
    FileSyntaxError
        If the file is not Turtle 1.1 in UTF-8.
    WorkspaceError
        If it cannot be read.
    """
    text = read_text(file.path, file.name)
    graph = ox.NamedNode(file.graph)
    try:
        return [
            ox.Quad(quad.subject, quad.predicate, quad.object, graph)
            for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        ]
    except SyntaxError as error:
        raise syntax_fault(file.name, error) from None


def syntax_fault(name: str, error: SyntaxError) -> FileSyntaxError:
    """Return *error* of the strict parser as one that names the file, line and column."""
    message = error.msg.split(": ", 1)[-1]
    return FileSyntaxError(name, error.lineno or 1, error.offset or 1, message)


class Schema:
    """What ontology and alignments say of superclasses and superproperties, closed transitively."""

    __slots__ = ("_classes", "_properties")

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        classes: dict[ox.NamedNode, set[ox.NamedNode]] = {}
        properties: dict[ox.NamedNode, set[ox.NamedNode]] = {}
        for quad in quads:
            lower, upper = quad.subject, quad.object
            if not isinstance(lower, ox.NamedNode) or not isinstance(upper, ox.NamedNode):
                continue
            if quad.predicate == _SUB_CLASS:
                classes.setdefault(lower, set()).add(upper)
            elif quad.predicate == _SUB_PROPERTY:
                properties.setdefault(lower, set()).add(upper)
        self._classes = _closure(classes)
        self._properties = _closure(properties)

    def superclasses(self, term: ox.NamedNode) -> set[ox.NamedNode]:
        """Return every class above *term*, without *term* itself."""
        return self._classes.get(term, set())

    def superproperties(self, term: ox.NamedNode) -> set[ox.NamedNode]:
        """Return every property above *term*, without *term* itself."""
        return self._properties.get(term, set())


def _closure(edges: dict[ox.NamedNode, set[ox.NamedNode]]) -> dict[ox.NamedNode, set[ox.NamedNode]]:
    closed: dict[ox.NamedNode, set[ox.NamedNode]] = {}
    for start in edges:
        seen: set[ox.NamedNode] = set()
        todo = list(edges[start])
        while todo:
            term = todo.pop()
            if term not in seen and term != start:
                seen.add(term)
                todo += edges.get(term, ())
        closed[start] = seen
    return closed


def derive(quads: Iterable[ox.Quad], schema: Schema) -> set[ox.Triple]:
    """Return what follows from the quads of one file, less what they say themselves.

    Superclasses and superproperties by *schema*, `rdfs:label` from SKOS labels and titles, the
    dates of foundings and admissions on their organization, and the four time bounds
    (`time_bounds`) of every node with dates.
    """
    stated = {ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads}
    derived: set[ox.Triple] = set()
    dates: dict[Node, list[tuple[ox.NamedNode, str]]] = {}
    organizations = {
        triple.subject: triple.object
        for triple in stated
        if triple.predicate == _ORGANIZATION and isinstance(triple.object, ox.NamedNode)
    }
    for triple in stated:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if isinstance(subject, ox.Triple):
            continue
        if predicate == _A and isinstance(value, ox.NamedNode):
            derived.update(ox.Triple(subject, _A, above) for above in schema.superclasses(value))
            continue
        for above in schema.superproperties(predicate):
            derived.add(ox.Triple(subject, above, value))
        if predicate in _LABELS:
            derived.add(ox.Triple(subject, _LABEL, value))
        if isinstance(value, ox.Literal) and (
            predicate in _MOMENTS or predicate in _BEGINS or predicate in _ENDS
        ):
            dates.setdefault(subject, []).append((predicate, value.value))
        if predicate in _MILESTONES and subject in organizations:
            derived.add(ox.Triple(organizations[subject], predicate, value))
    for subject, stated_dates in dates.items():
        derived.update(_bound_triples(subject, stated_dates))
    return derived - stated


def _bound_triples(subject: Node, dates: list[tuple[ox.NamedNode, str]]) -> Iterable[ox.Triple]:
    begins = [days for p, value in dates if p in _BEGINS and (days := days_of(value))]
    ends = [days for p, value in dates if p in _ENDS and (days := days_of(value))]
    moments = [days for p, value in dates if p in _MOMENTS and (days := days_of(value))]
    point = all(p not in _BEGINS and p not in _ENDS and p != _hkg("attestedIn") for p, _ in dates)
    if begins or ends or moments:
        bounds = time_bounds(begins, ends, moments, point=point)
        for predicate, day in zip(_BOUNDS, bounds, strict=True):
            yield ox.Triple(subject, predicate, ox.Literal(day, datatype=_XSD_DATE))
