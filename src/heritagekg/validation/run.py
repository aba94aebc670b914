"""Run compiled shapes on an engine: the results as SHACL defines them, in a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.engine.protocol import Engine, Term
from heritagekg.validation.compile import Check, NotCompiled, compile_shapes
from heritagekg.validation.shapes import Node, Shape, Shapes, rdf, sh

if TYPE_CHECKING:
    import rdflib


@dataclass(frozen=True, slots=True)
class Result:
    """One `sh:ValidationResult` (SHACL §3.6.2)."""

    focus_node: Term
    path: Term | None
    value: Term | None
    component: str
    source_shape: Node
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]
    code: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two engines' results the same one, as text; messages are left out."""
        path = self.path if isinstance(self.path, ox.NamedNode) else None
        shape = self.source_shape if isinstance(self.source_shape, ox.NamedNode) else None
        parts = (self.focus_node, path, self.value, self.component, shape, self.severity)
        return tuple(str(part) for part in parts)


@dataclass(frozen=True)
class Report:
    """A validation report: whether the data conform, and the results that say why not.

    Attributes
    ----------
    fallback
        Why the reference engine was asked instead of the compiled one; empty where it was not.
    """

    results: tuple[Result, ...]
    shapes: Shapes
    fallback: str = ""

    @property
    def conforms(self) -> bool:
        """Whether there is no result at all (SHACL §3.6.1.1)."""
        return not self.results

    def to_turtle(self) -> str:
        """Return the report as an `sh:ValidationReport` in Turtle."""
        from heritagekg.terms import PREFIXES

        quads = [ox.Triple(*triple) for triple in self._triples()]
        written = ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
        return bytes(written or b"").decode()

    def to_rdflib(self) -> rdflib.Graph:
        """Return the report as an `sh:ValidationReport` in a new `rdflib.Graph`."""
        import rdflib

        return rdflib.Graph().parse(data=self.to_turtle(), format="turtle")

    def _triples(self) -> Iterable[tuple[Node, ox.NamedNode, Term]]:
        report = ox.BlankNode("report")
        yield report, rdf("type"), sh("ValidationReport")
        yield report, sh("conforms"), ox.Literal(self.conforms)
        for number, result in enumerate(self.results):
            node = ox.BlankNode(f"result{number}")
            yield report, sh("result"), node
            yield node, rdf("type"), sh("ValidationResult")
            yield node, sh("focusNode"), result.focus_node
            yield node, sh("resultSeverity"), result.severity
            yield node, sh("sourceConstraintComponent"), ox.NamedNode(result.component)
            yield node, sh("sourceShape"), result.source_shape
            if result.value is not None:
                yield node, sh("value"), result.value
            if result.path is not None:
                yield node, sh("resultPath"), result.path
                yield from self._described(result.path)
            for message in result.messages:
                yield node, sh("resultMessage"), message

    def _described(self, node: Term) -> Iterable[tuple[Node, ox.NamedNode, Term]]:
        """Return the triples of a path that is more than one predicate."""
        if not isinstance(node, ox.BlankNode):
            return
        for quad in self.shapes.graph.quads:
            if quad.subject == node:
                value = quad.object
                assert not isinstance(value, ox.Triple)
                yield node, quad.predicate, value
                yield from self._described(value)


def validate_on(engine: Engine, shapes: Shapes) -> Report:
    """Return the report of *shapes* on the data of *engine*.

    Raises
    ------
    NotCompiled
        If a shape cannot be expressed in SPARQL.
    ShapesError
        If the shapes are not well-formed.
    """
    results = [result for check in compile_shapes(shapes) for result in _results(engine, check)]
    return Report(tuple(sorted(results, key=lambda result: result.key)), shapes)


def _results(engine: Engine, check: Check) -> Iterable[Result]:
    if check.focus_query is None:
        yield from (_result(check, solution) for solution in _solutions(engine, check.query, {}))
        return
    for (focus_node,) in engine.select(check.focus_query).terms:
        if focus_node is None or isinstance(focus_node, ox.BlankNode):
            raise NotCompiled(f"a focus node of {check.shape.node} cannot be named in a query")
        for solution in _solutions(engine, check.query, {"this": focus_node}):
            solution.pop("bound_this", None)
            yield _result(check, solution | {"this": focus_node})


def _solutions(engine: Engine, query: str, bindings: dict[str, Term]) -> list[dict[str, Term]]:
    table = engine.select(query, bindings)
    return [
        {name: term for name, term in zip(table.variables, terms, strict=True) if term is not None}
        for terms in table.terms
    ]


def _result(check: Check, solution: Mapping[str, Term]) -> Result:
    shape = check.shape
    path = solution.get("path") if shape.path is None or "path" in solution else None
    value = solution.get("value")
    if value is None and check.constraint is not None and shape.path is None:
        value = solution["this"]
    return Result(
        focus_node=solution["this"],
        path=path if path is not None else shape.path_node,
        value=value,
        component=check.component,
        source_shape=shape.node,
        severity=shape.severity,
        messages=_messages(check, shape, solution),
        code=shape.code,
    )


def _messages(check: Check, shape: Shape, solution: Mapping[str, Term]) -> tuple[ox.Literal, ...]:
    given = solution.get("message")
    if isinstance(given, ox.Literal):
        return (given,)
    return tuple(_filled(message, solution) for message in check.messages or shape.messages)


def _filled(message: ox.Literal, solution: Mapping[str, Term]) -> ox.Literal:
    """Return *message* with `{?name}` and `{$name}` replaced by what the solution binds."""
    text = message.value
    if "{" not in text:
        return message
    for name, term in solution.items():
        for mark in ("?", "$"):
            text = text.replace("{" + mark + name + "}", str(term.value))
    return ox.Literal(text, language=message.language) if message.language else ox.Literal(text)
