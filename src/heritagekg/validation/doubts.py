"""What shapes ask for in vain: by properties that SHACL does not have, or shapes that nobody wrote.

SHACL lets them pass, and so the data seem to conform.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox

from heritagekg.errors import did_you_mean
from heritagekg.terms import compact
from heritagekg.validation.shapes import PARAMETERS, SH, SHAPE_PARAMETERS, TARGETS, Shapes, sh

_WORD = re.compile(r"\w+")
# The properties of the vocabulary that are read, or that say nothing of what conforms.
_TERMS = {
    *PARAMETERS,
    *TARGETS,
    *_WORD.findall(
        """path severity message deactivated sparql select ask prefixes declare prefix namespace
        parameter optional validator nodeValidator propertyValidator labelTemplate inversePath
        alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath name description order group
        defaultValue conforms result detail focusNode resultPath value resultMessage resultSeverity
        sourceShape sourceConstraint sourceConstraintComponent shapesGraph suggestedShapesGraph
        shapesGraphWellFormed"""
    ),
}
# Those of what SHACL added later, or of its features beside Core and SPARQL.
_NOT_JUDGED = _WORD.findall(
    """target rule js expression values entailment condition construct reifierShape
    reificationRequired memberShape minListLength maxListLength uniqueMembers singleLine subsetOf
    someValue rootClass targetWhere nodeByExpression uniqueValuesFor"""
)
# What a rule, a script or an expression says within itself needs no word of its own.
_WITHIN = _WORD.findall(
    """object subject predicate jsFunctionName jsLibrary jsLibraryURL update returnType
    resultAnnotation annotationProperty annotationValue annotationVarName filterShape nodes
    intersection union count distinct exists if then else orderBy desc groupConcat limit offset max
    min sum"""
)


def doubts(shapes: Shapes) -> Iterator[str]:
    r"""Yield what is odd about *shapes*, in words.

    Examples
    --------
    >>> from heritagekg.validation.shapes import read_shapes
    >>> text = '''@prefix sh: <http://www.w3.org/ns/shacl#> .
    ... <e:s> a sh:NodeShape ; sh:property [ sh:path <e:p> ; sh:minCuont 1 ] , <e:none> .'''
    >>> print(*doubts(read_shapes(ox.parse(text, format=ox.RdfFormat.TURTLE))), sep="\n")
    sh:minCuont is no property of SHACL; did you mean 'sh:minCount'?
    <e:none> is an sh:property, but nothing is said of it
    """
    predicates = {quad.predicate.value for quad in shapes.graph.quads}
    used = {iri.removeprefix(SH) for iri in predicates if iri.startswith(SH)}
    for name in sorted(used.difference(_TERMS, _WITHIN)):
        if name in _NOT_JUDGED:
            yield f"sh:{name} is not judged: only SHACL Core and SHACL-SPARQL are"
        else:
            meant = did_you_mean(f"sh:{name}", [f"sh:{term}" for term in _TERMS])
            yield f"sh:{name} is no property of SHACL{meant or ', and asks for nothing'}"
    described = {quad.subject for quad in shapes.graph.quads}
    for parameter in SHAPE_PARAMETERS:
        for subject in shapes.graph.subjects(sh(parameter)):
            for node in shapes.graph.values(subject, sh(parameter)):
                if isinstance(node, ox.NamedNode) and node not in described:
                    name = compact(node.value)
                    shown = str(node) if name == node.value else name
                    yield f"{shown} is an sh:{parameter}, but nothing is said of it"
