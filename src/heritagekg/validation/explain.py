"""The rules that shapes state, and the findings as the report that SHACL defines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic
from heritagekg.diagnostics.rules import RULES, Rule
from heritagekg.terms import PREFIXES, compact, expand
from heritagekg.turtle.format import format_turtle
from heritagekg.validation.components import rules_of_components
from heritagekg.validation.run import Report, Result
from heritagekg.validation.shapes import SH, Shape, Shapes, rdf, sh
from heritagekg.workspace import GRAPHS

SEVERITY_OF = {SH + "Violation": "error", SH + "Warning": "warning", SH + "Info": "info"}
_CONFORMS = sh("conforms")
_SEVERITY_TERMS = {word: ox.NamedNode(iri) for iri, word in SEVERITY_OF.items()}


def rules_of(shapes: Shapes | None, origins: Mapping[str, str]) -> dict[str, Rule]:
    """Return every rule by its code: about files, of *shapes*, and of SHACL's own components.

    Parameters
    ----------
    shapes
        The shapes, if any.
    origins
        IRI of a shape -> name of the file that defines it.
    """
    rules = {rule.code: rule for rule in RULES.values()}
    for shape in shapes.by_node.values() if shapes is not None else ():
        if shape.code is not None and isinstance(shape.node, ox.NamedNode):
            rules[shape.code] = _rule(shape, shape.node, origins)
    return dict(sorted(rules.items())) | rules_of_components()


def _rule(shape: Shape, node: ox.NamedNode, origins: Mapping[str, str]) -> Rule:
    wrong, right = examples(shape.example or "")
    messages = {message.language: message.value for message in shape.messages}
    return Rule(
        code=shape.code or "",
        name=compact(node.value).partition(":")[2],
        severity=SEVERITY_OF.get(shape.severity.value, "error"),
        message=messages.get("en") or next(iter(messages.values()), ""),
        reason=shape.reason or "",
        wrong=wrong,
        right=right,
        origin=f"`{compact(node.value)}`, {origins.get(node.value, 'the shapes graph')}",
    )


def examples(text: str) -> tuple[str, str]:
    r"""Return the wrong and the right example that a shape gives in one text.

    Examples
    --------
    >>> examples("# wrong\na b .\n# right\na c .")
    ('a b .', 'a c .')
    """
    wrong, _, right = text.partition("# right\n")
    return wrong.removeprefix("# wrong\n").rstrip("\n"), right.rstrip("\n")


def validation_report(found: Sequence[Diagnostic], shapes: Shapes | None) -> str:
    """Return *found* as an `sh:ValidationReport` in Turtle (SHACL section 3.6).

    A finding that is no result of SHACL has its file's graph as focus node and its rule as
    constraint component.
    """
    results = tuple(one.result for one in found if isinstance(one.result, Result))
    quads = []
    node: ox.NamedNode | ox.BlankNode = ox.BlankNode("report")
    if shapes is not None:
        text = Report(results, shapes).to_turtle()
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=False))
        node = next(
            quad.subject
            for quad in quads
            if quad.object == sh("ValidationReport") and not isinstance(quad.subject, ox.Triple)
        )
    said = [ox.Triple(q.subject, q.predicate, q.object) for q in quads if q.predicate != _CONFORMS]
    said.append(ox.Triple(node, rdf("type"), sh("ValidationReport")))
    said.append(ox.Triple(node, _CONFORMS, ox.Literal(not found)))
    for number, one in enumerate(found):
        if not isinstance(one.result, Result):
            said += _result_of_file(node, ox.BlankNode(f"file{number}"), one)
    written = ox.serialize(dict.fromkeys(said), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    return format_turtle(bytes(written or b"").decode())


def _result_of_file(
    report: ox.NamedNode | ox.BlankNode, node: ox.BlankNode, one: Diagnostic
) -> Iterable[ox.Triple]:
    rule = next(rule for rule in RULES.values() if rule.code == one.code)
    graph = GRAPHS + one.place.file.removesuffix(".ttl") if one.place is not None else GRAPHS
    focus_node = ox.NamedNode(expand(one.focus_node)) if one.focus_node else ox.NamedNode(graph)
    said: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (rdf("type"), sh("ValidationResult")),
        (sh("focusNode"), focus_node),
        (sh("resultMessage"), ox.Literal(one.message, language="en")),
        (sh("resultSeverity"), _SEVERITY_TERMS[one.severity]),
        (sh("sourceConstraintComponent"), ox.NamedNode(f"{PREFIXES['hks']}{rule.name}")),
    ]
    yield ox.Triple(report, sh("result"), node)
    yield from (ox.Triple(node, predicate, term) for predicate, term in said)
