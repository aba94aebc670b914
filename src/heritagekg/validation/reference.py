"""pySHACL as the reference engine: the same results, found the slow and well-known way."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.validation.run import Report, Result
from heritagekg.validation.shapes import CLASSES, TARGETS, Node, Shapes, ShapesError, rdf, sh


def validate_with_pyshacl(
    quads: Iterable[ox.Quad], shapes: Shapes, *, only: Container[Node] | None = None
) -> Report:
    """Return pySHACL's report of *shapes* on the data in *quads*, without any inference.

    *only* are the shapes whose targets are judged; None stands for all.

    Raises
    ------
    ShapesError
        If pySHACL cannot use the shapes.
    """
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure

    with _quietly():
        data, described = _rdflib(quads), _rdflib(_targeted(shapes, only))
    try:
        with _quietly():
            _, report, _ = pyshacl.validate(
                data, shacl_graph=described, advanced=False, inference="none", meta_shacl=False
            )
    except (ReportableRuntimeError, ShapeLoadError, re.error) as error:
        raise ShapesError(f"pySHACL cannot use the shapes: {error.args[0]}") from None
    if isinstance(report, ValidationFailure):
        raise ShapesError(f"pySHACL could not validate: {report.message}")
    read = ox.parse(report.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)
    return Report(tuple(sorted(_results(list(read), shapes), key=lambda r: r.key)), shapes)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep rdflib and pySHACL from writing about literals and shapes that they find odd.

    What follows from these stands in the report.
    """
    loggers = [logging.getLogger(name) for name in ("rdflib.term", "pyshacl")]
    were = [logger.disabled for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.disabled = True
        try:
            yield
        finally:
            for logger, was in zip(loggers, were, strict=True):
                logger.disabled = was


def _targeted(shapes: Shapes, only: Container[Node] | None) -> Iterable[ox.Quad | ox.Triple]:
    """Return the triples of *shapes*, less the targets of those that are not among *only*."""
    if only is None:
        yield from shapes.graph.quads
        return
    targets = {sh(name) for name in TARGETS}
    for quad in shapes.graph.quads:
        is_target = quad.predicate in targets or (
            quad.predicate == rdf("type") and quad.object in CLASSES
        )
        if not is_target or quad.subject in only:
            yield quad


def _rdflib(quads: Iterable[ox.Quad | ox.Triple]) -> Any:
    import rdflib

    triples = dict.fromkeys(ox.Triple(q.subject, q.predicate, q.object) for q in quads)
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    # rdflib's own blank node labels would hide which shape a result speaks of.
    return rdflib.Graph().parse(data=text, format="nt", bnode_context=_KeepLabels())


class _KeepLabels(dict[str, Any]):
    """Gives each blank node label the blank node of that label."""

    def __missing__(self, label: str) -> Any:
        import rdflib

        self[label] = rdflib.BNode(label)
        return self[label]

    def get(self, label: str, default: Any = None) -> Any:
        return self[label]


def _results(report: list[ox.Quad], shapes: Shapes) -> Iterable[Result]:
    said: dict[Node, dict[ox.NamedNode, list[Term]]] = {}
    for quad in report:
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
            said.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(quad.object)
    for node in next((about[sh("result")] for about in said.values() if sh("result") in about), []):
        if not isinstance(node, ox.Literal):
            yield _result(said[node], shapes)


def _result(about: dict[ox.NamedNode, list[Term]], shapes: Shapes) -> Result:
    def one(name: str) -> Term | None:
        return about.get(sh(name), [None])[0]

    source, severity, component = (
        one("sourceShape"),
        one("resultSeverity"),
        one("sourceConstraintComponent"),
    )
    focus_node = one("focusNode")
    assert source is not None and not isinstance(source, ox.Literal) and focus_node is not None
    assert isinstance(severity, ox.NamedNode) and component is not None
    shape = shapes.by_node.get(source)
    # pySHACL makes up a message where a shape has none.
    messages = tuple(m for m in about.get(sh("resultMessage"), []) if isinstance(m, ox.Literal))
    return Result(
        focus_node,
        one("resultPath"),
        one("value"),
        str(component.value),
        source,
        severity,
        messages if shape is not None and shape.messages else (),
        shape.code if shape is not None else None,
    )
