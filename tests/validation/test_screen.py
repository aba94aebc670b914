"""What is screened on columns is judged as by queries over everything, also of odd values."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heritagekg.validation.columns import Columns
from heritagekg.validation.compile import Dialect, compile_shapes
from heritagekg.validation.reads import SUBCLASS_OF, read_plainly
from heritagekg.validation.run import Memory, Result, subclasses, validate_quads
from heritagekg.validation.screen import FOCUS_TESTS, VALUE_TESTS, Screen, Unscreened, expression
from heritagekg.validation.shapes import RDFS, Shapes, read_shapes

PREFIXES = """
@prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NODES = ("e:a", "e:b", "e:c", "_:d", "_:f")
LITERALS = (
    *("1", "5", "05", "+5", "-0", "5.0", "5.00", "0.1", "1e1", "5e0", "true", "false"),
    *('"5"^^xsd:int', '"300"^^xsd:byte', '"five"^^xsd:integer', '"INF"^^xsd:double'),
    *("12345678901234567890", "5.00000000000000000001", "4.99999999999999999999"),
    *('"2024-02-29"^^xsd:date', '"2023-02-29"^^xsd:date', '"2024-03-01Z"^^xsd:date'),
    *('"2024-02-29T10:00:00"^^xsd:dateTime', '"1900"^^xsd:gYear', '"190"^^xsd:gYear'),
    *('"-1900"^^xsd:gYear', '"1900Z"^^xsd:gYear', '"nan"^^xsd:decimal', '" 5"^^xsd:integer'),
    *('""', '"M-1"', '"m-1"', '"M-1\\n"', '"Şirin"', '"\\u017F"', '"\\u212A"', '"٣"', '"a b"'),
    *('"M-1"@en', '"M-1"@EN', '"M-1"@en-GB', '"other"@en', '"ad"@az', '"x"^^e:own'),
)
SIMPLE = (
    *("sh:class e:Museum", "sh:class e:Thing", "sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal"),
    *("sh:nodeKind sh:BlankNode", "sh:nodeKind sh:BlankNodeOrIRI"),
    *("sh:datatype xsd:integer", "sh:datatype xsd:byte", "sh:datatype xsd:date"),
    *("sh:datatype xsd:string", "sh:datatype xsd:decimal", "sh:datatype xsd:gYear"),
    *("sh:minInclusive 5", "sh:minExclusive 5.0", "sh:maxInclusive 5", "sh:maxExclusive 5"),
    *('sh:minInclusive "2024-02-29"^^xsd:date', 'sh:maxExclusive "1950"^^xsd:gYear'),
    *("sh:minInclusive 5e0", 'sh:minInclusive "2024-02-29T10:00:00"^^xsd:dateTime'),
    *("sh:minLength 2", "sh:maxLength 3", 'sh:pattern "^M-[0-9]$"', 'sh:pattern "^[a-zA-Z]"'),
    *('sh:pattern "^m" ; sh:flags "i"', 'sh:pattern "k" ; sh:flags "i"', 'sh:pattern "\\\\d"'),
    *('sh:pattern "^\\\\w+$"', 'sh:pattern "\\\\p{L}"', 'sh:pattern "."', 'sh:pattern "^[^5]*$"'),
    *('sh:languageIn ( "en" "az" )', 'sh:in ( e:a "M-1" 5 "M-1"@en )', "sh:in ( )"),
)
OF_VALUES = (
    *("sh:minCount 1", "sh:minCount 2", "sh:maxCount 0", "sh:maxCount 1", "sh:maxCount 2"),
    *("sh:uniqueLang true", "sh:equals e:q", "sh:disjoint e:q", "sh:lessThan e:q"),
    *("sh:lessThanOrEquals e:q", "sh:hasValue e:a", "sh:hasValue 5", 'sh:hasValue "M-1"@en'),
)
PATHS = (
    *("e:p", "e:q", "( e:p e:q )", "[ sh:inversePath e:p ]", "[ sh:zeroOrOnePath e:p ]"),
    "( [ sh:zeroOrOnePath e:p ] [ sh:zeroOrMorePath e:q ] )",
    "[ sh:alternativePath ( e:q [ sh:inversePath [ sh:zeroOrMorePath e:p ] ] ) ]",
)
TARGETS = (
    *("sh:targetClass e:Museum", "sh:targetClass e:Thing", "sh:targetSubjectsOf e:p"),
    *("sh:targetObjectsOf e:p", "sh:targetNode e:a , e:absent", "sh:targetNode 5"),
    *("sh:targetNode 5.0 , 'M-1'@en", "sh:targetNode e:absent ; sh:targetClass e:Museum"),
)


def property_of(path: str, body: str) -> str:
    return f"[ sh:path {path} ; {body} ]"


@st.composite
def constraints(draw: st.DrawFn, depth: int = 2) -> str:
    """Return a constraint of a property shape."""
    kind = draw(st.sampled_from("sssffnlqp")) if depth else draw(st.sampled_from("ssf"))
    if kind == "s":
        return draw(st.sampled_from(SIMPLE))
    if kind == "f":
        return draw(st.sampled_from(OF_VALUES))
    inner = [draw(node_shapes(depth - 1)) for _ in range(draw(st.integers(1, 2)))]
    if kind == "n":
        return f"{draw(st.sampled_from(('sh:node', 'sh:not')))} {inner[0]}"
    if kind == "l":
        return f"{draw(st.sampled_from(('sh:and', 'sh:or', 'sh:xone')))} ( {' '.join(inner)} )"
    if kind == "p":
        return f"sh:property {draw(property_shapes(depth - 1))}"
    count = draw(st.sampled_from(("sh:qualifiedMinCount 1", "sh:qualifiedMaxCount 1")))
    return f"sh:qualifiedValueShape {inner[0]} ; {count}"


@st.composite
def property_shapes(draw: st.DrawFn, depth: int = 2) -> str:
    return property_of(draw(st.sampled_from(PATHS)), draw(constraints(depth)))


@st.composite
def node_shapes(draw: st.DrawFn, depth: int = 1) -> str:
    body = draw(
        st.sampled_from((*SIMPLE, "sh:hasValue e:a", "sh:closed true", "sh:disjoint e:p"))
        | property_shapes(depth).map(lambda shape: f"sh:property {shape}")
    )
    return f"[ {body} ]"


@st.composite
def shapes_texts(draw: st.DrawFn) -> str:
    written = [PREFIXES]
    for number in range(draw(st.integers(1, 3))):
        properties = draw(st.lists(property_shapes(), min_size=1, max_size=3))
        more = draw(st.sampled_from(("", "sh:closed true ;", "sh:nodeKind sh:IRI ;")))
        target = draw(st.sampled_from(TARGETS))
        written.append(
            f"e:s{number} a sh:NodeShape ; {target} ; {more} sh:property {' , '.join(properties)} ."
        )
    if draw(st.booleans()):
        select = "SELECT $this ?value { $this <http://e/p> ?value FILTER(STR(?value) = '5') }"
        written.append(f'e:own sh:targetClass e:Museum ; sh:sparql [ sh:select "{select}" ] .')
    return "\n".join(written)


@st.composite
def data_texts(draw: st.DrawFn) -> str:
    nodes = st.sampled_from(NODES)
    written = [PREFIXES, "e:Hall rdfs:subClassOf e:Museum . e:Museum rdfs:subClassOf e:Thing ."]
    for node, kind in draw(st.lists(st.tuples(nodes, st.sampled_from("MHT")), max_size=5)):
        written.append(f"{node} a e:{dict(M='Museum', H='Hall', T='Thing')[kind]} .")
    values = nodes | st.sampled_from(LITERALS)
    triples = st.tuples(nodes, st.sampled_from(("e:p", "e:q", "e:r")), values)
    written += [" ".join((*triple, ".")) for triple in draw(st.lists(triples, max_size=10))]
    return "\n".join(written)


def quads_of(text: str) -> list[ox.Quad]:
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE))


def by_queries(quads: list[ox.Quad], shapes: Shapes) -> list[Result]:
    """Return the results of every check on all the data."""
    plain = read_plainly(shapes)
    below = subclasses((q.subject, q.object) for q in quads if q.predicate.value == SUBCLASS_OF)
    checks = compile_shapes(shapes, Dialect(below, Columns(quads).respelled(plain), True)).checks
    memory = Memory.of_quads(quads, shapes, plain)
    return [result for found in memory.results(checks) for result in found]


@given(data_texts(), shapes_texts())
@settings(max_examples=300, deadline=None)
def test_screened_results_are_those_of_queries_over_everything(data: str, text: str) -> None:
    quads, shapes = quads_of(data), read_shapes(quads_of(text))
    found = validate_quads(lambda: quads, shapes)
    assert sorted(map(repr, found.results)) == sorted(map(repr, by_queries(quads, shapes)))


@pytest.mark.parametrize("constraint", (*SIMPLE, *OF_VALUES))
def test_each_constraint_on_each_value(constraint: str) -> None:
    values = (*NODES, *LITERALS)
    data = "".join(
        f"e:m{number} a e:Museum ; e:p {value} ; e:q {other} .\n"
        for number, (value, other) in enumerate(zip(values, values[1:] + values[:1], strict=True))
    )
    quads = quads_of(PREFIXES + data)
    shape = f"e:s sh:targetClass e:Museum ; sh:property {property_of('e:p', constraint)} ."
    shapes = read_shapes(quads_of(PREFIXES + shape))
    found = validate_quads(lambda: quads, shapes)
    assert sorted(map(repr, found.results)) == sorted(map(repr, by_queries(quads, shapes)))


def test_all_that_looks_forward_is_screened() -> None:
    """Nothing of what is said here goes to a query over everything."""
    known = [c for c in (*SIMPLE, *OF_VALUES) if "{L}" not in c and "5e0" not in c]
    known = [c for c in known if "dateTime" not in c]
    properties = " , ".join(property_of("e:p", constraint) for constraint in known)
    shape = f"e:s sh:targetClass e:Museum ; sh:property {properties} ."
    shapes = read_shapes(quads_of(PREFIXES + shape))
    columns = Columns(quads_of(PREFIXES + 'e:a a e:Museum ; e:p "M-1" .'))
    screen = Screen(columns, shapes, subclasses([]) or {})
    checks = compile_shapes(shapes).checks
    assert [check for check in checks if screen.suspects(check) is None] == []
    names = {name for shape in shapes.by_node.values() for name in shape.parameters}
    assert names <= {*VALUE_TESTS, *FOCUS_TESTS, "flags"}


def test_a_clean_register_needs_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    data = quads_of(PREFIXES + f"e:a a e:Museum ; e:p 'M-1' ; <{RDFS}label> 'A' .")
    shape = "e:s sh:targetClass e:Museum ; sh:property [ sh:path e:p ; sh:pattern '^M' ] ."
    shapes = read_shapes(quads_of(PREFIXES + shape))
    monkeypatch.setattr(Memory, "of_quads", None)
    assert validate_quads(lambda: data, shapes).conforms


@pytest.mark.parametrize(
    "text",
    [
        *("\\p{L}", "(?=a)", "(?!a)", "a++", "a{1}{2}", "[[a]]", "[a&&b]", "[", "\\bA", "(?i)a"),
        *("^(a+)+$", "(a|a)*b", "(?:a|b)*?"),
    ],
)
def test_an_expression_that_engines_read_differently_or_long_is_left_to_the_query(
    text: str,
) -> None:
    with pytest.raises(Unscreened):
        expression(text, "")


@pytest.mark.parametrize("text", ["^MU-[0-9]{6}$", "^[+][0-9 ]+$", "^(?:a|b)?$", "^[^\\s-]+\\.$"])
def test_a_common_expression_is_not(text: str) -> None:
    assert expression(text, "").found.__self__ == re.compile(text)


def test_a_long_text_is_left_to_the_query_where_each_letter_may_be_tried_anew() -> None:
    wanted = expression("^.*a.*b.*c.*$", "")
    assert wanted.suits("a b c") and not wanted.suits("a" * 1000)
    assert expression("^M-[0-9]$", "").suits("a" * 1000)


def test_what_leads_back_to_a_value_is_no_suspicion() -> None:
    shape = (
        "e:s sh:targetClass e:Museum ; sh:property [ sh:path e:p ; sh:qualifiedMinCount 1 ; "
        "sh:qualifiedValueShape [ sh:property [ sh:path [ sh:inversePath e:p ] ; sh:class e:A ] ] ]"
    )
    shapes = read_shapes(quads_of(f"{PREFIXES} {shape} ."))
    quads = quads_of(PREFIXES + "e:a a e:Museum . e:b a e:Museum , e:A ; e:p e:c .")
    (found,) = validate_quads(lambda: quads, shapes).results
    assert str(found.focus_node) == "<http://e/a>"
