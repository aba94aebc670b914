"""The canonical form says what the text said, keeps its comments, and is its own canonical form."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heritagekg.errors import FileSyntaxError
from heritagekg.terms import PREFIXES
from heritagekg.turtle.format import WIDTH, format_turtle
from heritagekg.turtle.reader import read

ROOT = Path(__file__).parents[2]
SUITES = os.environ.get("HERITAGEKG_SUITES")
TURTLE = Path(SUITES or "", "w3c-rdf-tests/rdf/rdf11/rdf-turtle")
FILES = sorted(TURTLE.rglob("*.ttl")) if SUITES else []
OURS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("data", "ontology", "tests/data")
    for path in (ROOT / folder).rglob("*.ttl")
)
# Where a text lies must not matter; two addresses tell a resolved IRI from a relative one.
BASES = ("https://w3c.github.io/rdf-tests/rdf-turtle/x.ttl", "file:///a.ttl")


def graph(text: str, base: str) -> set[str]:
    """Return the triples of *text* as the strict parser reads them, without blank node labels."""
    parsed = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base)
    dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in parsed)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def comments(text: str) -> Counter[str]:
    return Counter(c.text.rstrip() for c in read(text, BASES[0]).comments)


def assert_canonical(text: str) -> str:
    formatted = format_turtle(text)
    for base in BASES:
        assert graph(formatted, base) == graph(text, base)
    assert comments(formatted) == comments(text)
    assert format_turtle(formatted) == formatted
    assert "@base" not in formatted.split("\n\n", 1)[0]
    return formatted


@pytest.mark.skipif(not SUITES, reason="HERITAGEKG_SUITES names no folder of test suites")
def test_the_suite_is_there() -> None:
    assert len(FILES) > 250


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_w3c(path: Path) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return
    try:
        list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASES[0]))
    except SyntaxError:
        with pytest.raises(FileSyntaxError):
            format_turtle(text)
        return
    assert_canonical(text)


@pytest.mark.parametrize("name", OURS)
def test_our_own_files_are_in_form(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert format_turtle(text, path=name) == text, f"run `heritagekg format {name}`"


COMMENT = st.sampled_from(["", "", "", " # one\n", "\n# two\n", "\n\n#three <a> . \n", "\n#\n"])
IRIS = st.sampled_from(
    [
        *("<http://e/a>", "e:b", "e:", ":c", "e:x.y", "e:%20", r"e:a\-b", r"n:\,", "[]"),
        *("<r>", "<#f>", "<../u>", "<>", "</v>", "<//w/x>", "<?q>", "<./y:z>", "_:n", "_:m"),
        *("committee:az", "prov:x", "rdf:nil", "<http://www.w3.org/ns/prov#y>"),
        r"<http://e/\u00e9>",
    ]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9)
LITERALS = st.one_of(
    TEXT.map(lambda s: str(ox.Literal(s))),
    TEXT.map(lambda s: str(ox.Literal(s, language="en-GB"))),
    st.text(st.sampled_from('"\\\n\r\ta'), max_size=8).map(lambda s: str(ox.Literal(s))),
    st.sampled_from(
        [
            *('"a"^^e:t', "1", "-1.5", "1e3", ".5", "+2.E-1", "true", "'''q'q'''", '"""a"b"""'),
            *('"1"^^xsd:integer', '"x"^^xsd:integer', '"01"^^xsd:byte', '"1.0"^^xsd:decimal'),
        ]
    ),
)


def commented(*parts: str) -> st.SearchStrategy[str]:
    """Return the parts in order, with a comment or none behind each."""
    return st.tuples(*(COMMENT for _ in parts)).map(
        lambda found: "".join(p + c + " " for p, c in zip(parts, found, strict=True))
    )


def collection(members: list[str]) -> st.SearchStrategy[str]:
    return commented("(", *members, ")")


def brackets(pair: tuple[list[str], list[str]]) -> st.SearchStrategy[str]:
    values, others = pair
    said = ["e:p", *[part for value in values for part in (value, ",")][:-1]]
    more = [part for value in others for part in (";", "a", value)]
    return commented("[", *said, *more, "]")


TERMS = st.recursive(
    st.one_of(IRIS, LITERALS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).flatmap(collection),
        st.tuples(st.lists(inner, min_size=1, max_size=2), st.lists(inner, max_size=2)).flatmap(
            brackets
        ),
    ),
    max_leaves=6,
)
PREDICATES = st.sampled_from(
    ["a", "e:p", "<p>", "prov:q", "rdf:first", "rdf:rest", "skos:prefLabel"]
)
SUBJECTS = st.one_of(IRIS, st.just("( 1 _:n )"), st.just("[ e:p _:m ]"))
STATEMENTS = st.tuples(SUBJECTS, PREDICATES, TERMS).flatmap(lambda said: commented(*said, "."))
DIRECTIVES = st.sampled_from(
    [
        *("@prefix e: <http://e/x> .", "PREFIX : <#>", "@prefix committee: <http://other/> ."),
        *("@prefix prov: <http://www.w3.org/ns/prov#> .", "@base <http://base/f/> ."),
        *("@prefix c: <https://w3id.org/heritagekg/id/committee/> .", "@prefix skos: <d/> ."),
        "BASE <sub/>",
    ]
).flatmap(commented)
HEAD = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in {
        **{name: PREFIXES[name] for name in ("committee", "prov", "rdf", "skos", "xsd")},
        **{"e": "http://e/", "": "x#", "n": "http://e/n,"},
    }.items()
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(STATEMENTS, STATEMENTS, STATEMENTS, DIRECTIVES), max_size=7))
def test_random_documents(parts: list[str]) -> None:
    assert_canonical(HEAD + "".join(parts))


@settings(deadline=None)
@given(st.permutations(["e:a e:p 2 .", "e:a e:p 1 ; a e:C .", "e:b a e:C .", "[] e:p ( 1 [] ) ."]))
def test_order_of_statements_does_not_matter(parts: list[str]) -> None:
    text = assert_canonical("@prefix e: <http://e/> .\n" + "\n".join(parts))
    assert text == (
        "@prefix e: <http://e/> .\n\n"
        "e:a\n    a e:C ;\n    e:p\n        1 ,\n        2 ;\n.\n\n"
        "e:b\n    a e:C ;\n.\n\n"
        "[]\n    e:p ( 1 [] ) ;\n.\n"
    )


def test_bands_labels_and_prefixes() -> None:
    text = """
    @prefix dct: <http://purl.org/dc/terms/> .
    @prefix x: <http://x/> .
    @prefix unused: <http://unused/> .
    <http://www.w3.org/ns/prov#a>
        <http://www.w3.org/ns/prov#b> x:source ; dct:source x:s ; x:fact 1 ; dct:title "T" ;
        <http://www.w3.org/2004/02/skos/core#prefLabel> "b"@fr, "a"@az, "z"@en, "plain" ; a x:T .
    x:file a <http://rdfs.org/ns/void#Dataset> .
    """
    assert (
        assert_canonical(text)
        == """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix x: <http://x/> .

x:file
    a void:Dataset ;
.

prov:a
    a x:T ;
    dcterms:title "T" ;
    skos:prefLabel
        "plain" ,
        "z"@en ,
        "a"@az ,
        "b"@fr ;
    x:fact 1 ;
    dcterms:source x:s ;
    prov:b x:source ;
.
"""
    )


def test_comments_stay_with_what_they_speak_of() -> None:
    text = """# licence
@prefix e: <http://e/> .
# of b
e:b e:p 2 # two
  , 1 ; # one
  # the end of b
. # after b
# of a
e:a # named a
  a e:C .

# last
"""
    assert (
        assert_canonical(text)
        == """# licence
@prefix e: <http://e/> .

# of a
e:a  # named a
    a e:C ;
.

# of b
e:b
    e:p
        1 ,  # one
        2 ;  # two
    # the end of b
    # after b
.

# last
"""
    )


def test_brackets_break_where_they_are_too_long() -> None:
    members = " ".join(f"e:a-rather-long-name-{number}" for number in range(8))
    text = assert_canonical(
        f"@prefix e: <http://e/> . e:a e:p [ e:q ({members}) ], [ e:q (1 2) ] ."
    )
    assert "        [\n            e:q (\n                e:a-" in text
    assert "            ) ;\n        ] ,\n        [ e:q ( 1 2 ) ] ;\n.\n" in text
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_long_strings_keep_their_lines() -> None:
    text = assert_canonical(r'<http://a> <http://b> "x\n\"\"\"y\\\"" .')
    assert text == '<http://a>\n    <http://b> """x\n\\"""y\\\\\\"""" ;\n.\n'


def test_a_deep_chain_gets_labels() -> None:
    text = "<http://a> <http://b> " + "[ <http://b> " * 600 + "1" + "]" * 600 + " ."
    formatted = format_turtle(text)
    assert "_:b1" in formatted and max(map(len, re.findall("^ *", formatted, re.M))) <= 60
    assert format_turtle(formatted) == formatted
    assert len(list(ox.parse(formatted, format=ox.RdfFormat.TURTLE))) == 601


@pytest.mark.parametrize(
    "text",
    [
        "_:a <http://p> _:a .",
        "_:a <http://p> _:b . _:b <http://p> _:a .",
        "_:a <http://p> [ <http://p> [ <http://q> _:a ] ] .",
        "<s> <p> _:a . _:a <http://p> _:b . _:b <http://p> _:c . _:c <http://q> _:b .",
        "_:a <http://p> _:b , _:c . _:b <http://q> _:a . _:d <http://p> _:d ; <http://q> _:e .",
        "_:a <http://p> ( 1 _:a ) . _:b <http://p> ( _:b ) , ( [] ) .",
    ],
)
def test_rings_of_blank_nodes_are_written(text: str) -> None:
    assert "_:" in assert_canonical(text)


RDF = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"


@pytest.mark.parametrize(
    "text",
    [
        # Each is a list of RDF that round brackets cannot say.
        "<http://s> <http://p> _:a . _:a rdf:first 1 , 2 ; rdf:rest () .",
        "<http://s> <http://p> _:a . _:a rdf:first 1 ; rdf:rest () , <http://x> .",
        "<http://s> <http://p> _:a . _:a rdf:first 1 ; rdf:rest () ; <http://q> 2 .",
        "<http://s> <http://p> _:a . _:a rdf:first 1 ; rdf:rest _:b . _:b rdf:rest () .",
        "<http://s> <http://p> _:a . _:a rdf:first 1 ; rdf:rest <http://x> .",
        "<s> <http://p> _:a . _:a rdf:first 1 ; rdf:rest [ rdf:first 2 ; rdf:rest ()\n# c\n] .",
        "<http://s> <http://p> _:a . _:a rdf:first 1 ; rdf:rest # c\n() .",
        "<http://s> <http://p> _:a . # c\n_:a rdf:first 1 ; rdf:rest () .",
        "( 1 ) <http://p> 2 . () <http://p> 3 . rdf:nil <http://p> rdf:nil .",
        "@prefix # the first\n e: # the second\n <http://e/> . e:a e:b e:c .",
    ],
)
def test_lists_that_are_no_collections_stay_what_they_are(text: str) -> None:
    assert_canonical(RDF + text)


def test_nothing_is_made_of_nothing() -> None:
    assert format_turtle("\n\n") == ""
    assert format_turtle("@prefix e: <http://e/> . # c\n\n\n# d") == "# c\n\n# d\n"


def test_what_does_not_parse_is_refused() -> None:
    with pytest.raises(FileSyntaxError, match=r"^f\.ttl:1:5: "):
        format_turtle("<a> .", path="f.ttl")
