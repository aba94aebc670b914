"""The constraint components of SHACL in words: what a result of each says, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeGuard

import pyoxigraph as ox

from heritagekg.diagnostics.rules import Rule
from heritagekg.engine.protocol import Term
from heritagekg.validation.shapes import Shape, Shapes


class Component(NamedTuple):
    """A constraint component: what its result says, and what the constraint asks for.

    `{name}` in the statement stands for the value of the shape's parameter *name*.
    """

    statement: str
    meaning: str
    section: str


COMPONENTS = {
    "Class": Component("value is no {class}", "each value is an instance of the class", "4.1.1"),
    "Datatype": Component(
        "value is not of datatype {datatype}", "each value is a literal of the datatype", "4.1.2"
    ),
    "NodeKind": Component(
        "value is not of kind {nodeKind}", "each value is an IRI, blank node or literal", "4.1.3"
    ),
    "MinCount": Component(
        "fewer than {minCount} values", "there are so many values or more", "4.2.1"
    ),
    "MaxCount": Component(
        "more than {maxCount} values", "there are so many values or fewer", "4.2.2"
    ),
    "MinExclusive": Component(
        "value is not greater than {minExclusive}", "each value is greater", "4.3.1"
    ),
    "MinInclusive": Component(
        "value is less than {minInclusive}", "each value is equal or greater", "4.3.2"
    ),
    "MaxExclusive": Component(
        "value is not less than {maxExclusive}", "each value is less", "4.3.3"
    ),
    "MaxInclusive": Component(
        "value is greater than {maxInclusive}", "each value is equal or less", "4.3.4"
    ),
    "MinLength": Component(
        "value is shorter than {minLength} characters", "each value is as long or longer", "4.4.1"
    ),
    "MaxLength": Component(
        "value is longer than {maxLength} characters", "each value is as long or shorter", "4.4.2"
    ),
    "Pattern": Component(
        "value does not match {pattern}", "each value matches the regular expression", "4.4.3"
    ),
    "LanguageIn": Component(
        "value is in none of the languages {languageIn}",
        "each value has one of the language tags",
        "4.4.4",
    ),
    "UniqueLang": Component(
        "two values are in one language", "no two values have the same language tag", "4.4.5"
    ),
    "Equals": Component(
        "values differ from those of {equals}", "both properties have the same values", "4.5.1"
    ),
    "Disjoint": Component(
        "value is one of {disjoint} too", "the two properties share no value", "4.5.2"
    ),
    "LessThan": Component(
        "value is not less than that of {lessThan}",
        "each value is less than each of the other property",
        "4.5.3",
    ),
    "LessThanOrEquals": Component(
        "value is greater than that of {lessThanOrEquals}",
        "no value is greater than one of the other property",
        "4.5.4",
    ),
    "Not": Component("value conforms to {not}", "no value conforms to the shape", "4.6.1"),
    "And": Component(
        "value does not conform to all of {and}", "each value conforms to all the shapes", "4.6.2"
    ),
    "Or": Component(
        "value conforms to none of {or}", "each value conforms to one of the shapes", "4.6.3"
    ),
    "Xone": Component(
        "value does not conform to exactly one of {xone}",
        "each value conforms to one of the shapes and to no other",
        "4.6.4",
    ),
    "Node": Component(
        "value does not conform to {node}", "each value conforms to the shape", "4.7.1"
    ),
    "QualifiedMinCount": Component(
        "fewer than {qualifiedMinCount} values conform to {qualifiedValueShape}",
        "so many values or more conform to the shape",
        "4.7.3",
    ),
    "QualifiedMaxCount": Component(
        "more than {qualifiedMaxCount} values conform to {qualifiedValueShape}",
        "so many values or fewer conform to the shape",
        "4.7.3",
    ),
    "Closed": Component(
        "property is none of those that the shape allows",
        "nothing is said but with the properties that the shape names",
        "4.8.1",
    ),
    "HasValue": Component("value {hasValue} is missing", "the value is among those given", "4.8.2"),
    "In": Component("value is none of {in}", "each value is one of the list", "4.8.3"),
    "SPARQL": Component(
        "a constraint in SPARQL finds a fault", "the query of the shape finds nothing", "5"
    ),
}
# Component -> what a shape asks of each e:Museum, what violates it, and what conforms.
EXAMPLES = {
    "Class": (
        "sh:property [ sh:path e:director ; sh:class e:Person ]",
        "e:loom a e:Museum ; e:director e:council . e:council a e:Council .",
        "e:loom a e:Museum ; e:director e:ada . e:ada a e:Person .",
    ),
    "Datatype": (
        "sh:property [ sh:path e:opened ; sh:datatype xsd:gYear ]",
        'e:loom a e:Museum ; e:opened "in 1967" .',
        'e:loom a e:Museum ; e:opened "1967"^^xsd:gYear .',
    ),
    "NodeKind": (
        "sh:property [ sh:path e:homepage ; sh:nodeKind sh:IRI ]",
        'e:loom a e:Museum ; e:homepage "https://example.org/" .',
        "e:loom a e:Museum ; e:homepage <https://example.org/> .",
    ),
    "MinCount": (
        "sh:property [ sh:path e:name ; sh:minCount 1 ]",
        "e:loom a e:Museum .",
        'e:loom a e:Museum ; e:name "Loom" .',
    ),
    "MaxCount": (
        "sh:property [ sh:path e:country ; sh:maxCount 1 ]",
        "e:loom a e:Museum ; e:country e:az , e:ge .",
        "e:loom a e:Museum ; e:country e:az .",
    ),
    "MinExclusive": (
        "sh:property [ sh:path e:rooms ; sh:minExclusive 0 ]",
        "e:loom a e:Museum ; e:rooms 0 .",
        "e:loom a e:Museum ; e:rooms 1 .",
    ),
    "MinInclusive": (
        "sh:property [ sh:path e:latitude ; sh:minInclusive -90 ]",
        "e:loom a e:Museum ; e:latitude -90.5 .",
        "e:loom a e:Museum ; e:latitude -90 .",
    ),
    "MaxExclusive": (
        'sh:property [ sh:path e:opened ; sh:maxExclusive "2030-01-01"^^xsd:date ]',
        'e:loom a e:Museum ; e:opened "2030-01-01"^^xsd:date .',
        'e:loom a e:Museum ; e:opened "2029-12-31"^^xsd:date .',
    ),
    "MaxInclusive": (
        "sh:property [ sh:path e:latitude ; sh:maxInclusive 90 ]",
        "e:loom a e:Museum ; e:latitude 90.5 .",
        "e:loom a e:Museum ; e:latitude 90 .",
    ),
    "MinLength": (
        "sh:property [ sh:path e:code ; sh:minLength 3 ]",
        'e:loom a e:Museum ; e:code "L1" .',
        'e:loom a e:Museum ; e:code "L01" .',
    ),
    "MaxLength": (
        "sh:property [ sh:path e:code ; sh:maxLength 3 ]",
        'e:loom a e:Museum ; e:code "L001" .',
        'e:loom a e:Museum ; e:code "L01" .',
    ),
    "Pattern": (
        'sh:property [ sh:path e:code ; sh:pattern "^L[0-9]+$" ]',
        'e:loom a e:Museum ; e:code "loom" .',
        'e:loom a e:Museum ; e:code "L01" .',
    ),
    "LanguageIn": (
        'sh:property [ sh:path e:name ; sh:languageIn ( "az" "en" ) ]',
        'e:loom a e:Museum ; e:name "Webstuhl"@de .',
        'e:loom a e:Museum ; e:name "Loom"@en .',
    ),
    "UniqueLang": (
        "sh:property [ sh:path e:name ; sh:uniqueLang true ]",
        'e:loom a e:Museum ; e:name "Loom"@en , "The Loom"@en .',
        'e:loom a e:Museum ; e:name "Loom"@en , "Dəzgah"@az .',
    ),
    "Equals": (
        "sh:property [ sh:path e:keeper ; sh:equals e:owner ]",
        "e:loom a e:Museum ; e:keeper e:ada ; e:owner e:ben .",
        "e:loom a e:Museum ; e:keeper e:ada ; e:owner e:ada .",
    ),
    "Disjoint": (
        "sh:property [ sh:path e:otherName ; sh:disjoint e:name ]",
        'e:loom a e:Museum ; e:name "Loom" ; e:otherName "Loom" .',
        'e:loom a e:Museum ; e:name "Loom" ; e:otherName "Weavers\' House" .',
    ),
    "LessThan": (
        "sh:property [ sh:path e:opened ; sh:lessThan e:closed ]",
        "e:loom a e:Museum ; e:opened 1967 ; e:closed 1967 .",
        "e:loom a e:Museum ; e:opened 1967 ; e:closed 1999 .",
    ),
    "LessThanOrEquals": (
        "sh:property [ sh:path e:opened ; sh:lessThanOrEquals e:closed ]",
        "e:loom a e:Museum ; e:opened 1999 ; e:closed 1967 .",
        "e:loom a e:Museum ; e:opened 1967 ; e:closed 1967 .",
    ),
    "Not": (
        "sh:not [ sh:property [ sh:path e:closed ; sh:minCount 1 ] ]",
        "e:loom a e:Museum ; e:closed 1999 .",
        "e:loom a e:Museum .",
    ),
    "And": (
        "sh:and ( [ sh:path e:name ; sh:minCount 1 ] [ sh:path e:code ; sh:minCount 1 ] )",
        'e:loom a e:Museum ; e:name "Loom" .',
        'e:loom a e:Museum ; e:name "Loom" ; e:code "L01" .',
    ),
    "Or": (
        "sh:or ( [ sh:path e:name ; sh:minCount 1 ] [ sh:path e:code ; sh:minCount 1 ] )",
        "e:loom a e:Museum .",
        'e:loom a e:Museum ; e:code "L01" .',
    ),
    "Xone": (
        "sh:xone ( [ sh:path e:name ; sh:minCount 1 ] [ sh:path e:code ; sh:minCount 1 ] )",
        'e:loom a e:Museum ; e:name "Loom" ; e:code "L01" .',
        'e:loom a e:Museum ; e:code "L01" .',
    ),
    "Node": (
        "sh:property [ sh:path e:place ; "
        "sh:node [ sh:property [ sh:path e:country ; sh:minCount 1 ] ] ]",
        "e:loom a e:Museum ; e:place e:baku .",
        "e:loom a e:Museum ; e:place e:baku . e:baku e:country e:az .",
    ),
    "QualifiedMinCount": (
        "sh:property [ sh:path e:name ; sh:qualifiedMinCount 1 ; "
        'sh:qualifiedValueShape [ sh:languageIn ( "en" ) ] ]',
        'e:loom a e:Museum ; e:name "Dəzgah"@az .',
        'e:loom a e:Museum ; e:name "Dəzgah"@az , "Loom"@en .',
    ),
    "QualifiedMaxCount": (
        "sh:property [ sh:path e:name ; sh:qualifiedMaxCount 1 ; "
        'sh:qualifiedValueShape [ sh:languageIn ( "en" ) ] ]',
        'e:loom a e:Museum ; e:name "Loom"@en , "The Loom"@en .',
        'e:loom a e:Museum ; e:name "Dəzgah"@az , "Loom"@en .',
    ),
    "Closed": (
        "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path e:name ]",
        'e:loom a e:Museum ; e:naem "Loom" .',
        'e:loom a e:Museum ; e:name "Loom" .',
    ),
    "HasValue": (
        "sh:property [ sh:path e:country ; sh:hasValue e:az ]",
        "e:loom a e:Museum ; e:country e:ge .",
        "e:loom a e:Museum ; e:country e:ge , e:az .",
    ),
    "In": (
        'sh:property [ sh:path e:entry ; sh:in ( "free" "paid" ) ]',
        'e:loom a e:Museum ; e:entry "gratis" .',
        'e:loom a e:Museum ; e:entry "free" .',
    ),
    "SPARQL": (
        "sh:sparql [ sh:prefixes e: ; sh:select "
        '"SELECT $this { $this e:opened ?one ; e:closed ?other FILTER(?one > ?other) }" ]',
        "e:loom a e:Museum ; e:opened 1999 ; e:closed 1967 .",
        "e:loom a e:Museum ; e:opened 1967 ; e:closed 1999 .",
    ),
}
_MOST = 5


def statement(kind: str, shape: Shape | None, shapes: Shapes, name: Callable[[Term], str]) -> str:
    """Return what a result of the component *kind* says, for a shape without a message.

    *name* gives the words for a term.
    """
    component = COMPONENTS.get(kind)
    if component is None:
        return f"constraint {kind} is violated"
    text = component.statement
    while "{" in text:
        parameter = text.partition("{")[2].partition("}")[0]
        values = shape.parameters.get(parameter, ()) if shape is not None else ()
        text = text.replace("{" + parameter + "}", _words(values, shapes, name), 1)
    if not text.endswith(" values") or shape is None:
        return text
    # How many there are says little without the property that they are of.
    one = {"fewer than 1 values": "no value", "more than 1 values": "more than 1 value"}
    text = one.get(text, text)
    return f"{text} of {name(shape.path_node)}" if _is_property(shape.path_node) else text


def _is_property(path: Term | None) -> TypeGuard[ox.NamedNode]:
    return isinstance(path, ox.NamedNode)


def _words(values: tuple[Term, ...], shapes: Shapes, name: Callable[[Term], str]) -> str:
    terms: list[Term] = []
    for value in values:
        terms += shapes.graph.members(value) if _is_list(value, shapes) else [value]
    words = [_word(term, name) for term in terms]
    more = f" and {len(words) - _MOST} more" if len(words) > _MOST else ""
    return ", ".join(dict.fromkeys(words[:_MOST])) + more


def _word(term: Term, name: Callable[[Term], str]) -> str:
    if isinstance(term, ox.BlankNode):
        return "a nested shape"
    if isinstance(term, ox.Literal) and not term.language:
        is_text = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
        return f"“{term.value}”" if is_text else term.value
    return name(term)


def _is_list(value: Term, shapes: Shapes) -> bool:
    first = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
    return bool(shapes.graph.values(value, first))


def rules_of_components() -> dict[str, Rule]:
    """Return a rule for each component: what a finding says whose shape has no code."""
    return {
        kind: Rule(
            code=kind,
            name=f"sh:{kind}ConstraintComponent",
            severity="error",
            message=" ".join(component.statement.replace("{", "sh:").replace("}", "").split()),
            reason=f"The shape asks that {component.meaning} (SHACL, section {component.section}).",
            wrong=f"# a shape asks: {asked}\n{wrong}",
            right=right,
        )
        for kind, component in COMPONENTS.items()
        for asked, wrong, right in (EXAMPLES[kind],)
    }
