"""The reader with positions says what pyoxigraph says, and where."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heritagekg.errors import FileSyntaxError
from heritagekg.turtle.reader import read
from heritagekg.turtle.statements import Statements

SUITES = os.environ.get("HERITAGEKG_SUITES")
TURTLE = Path(SUITES or "", "w3c-rdf-tests/rdf/rdf11/rdf-turtle")
FILES = sorted(TURTLE.rglob("*.ttl")) if SUITES else []
ALGORITHM = ox.CanonicalizationAlgorithm.UNSTABLE


def canonical(triples: object) -> set[str]:
    """Return *triples* as text that does not depend on blank node labels."""
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)  # type: ignore[attr-defined]
    dataset.canonicalize(ALGORITHM)
    return {str(quad) for quad in dataset}


def assert_same(text: str, base: str | None = None) -> None:
    expected = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base)
    whole = read(text, base).triples
    assert canonical(whole) == canonical(expected)
    # A statement at a time, the same is said at the same places.
    statements = Statements(text, base)
    for subject in {t.subject for t in whole if isinstance(t.subject, ox.NamedNode)}:
        assert statements.about(subject) == [t for t in whole if t.subject == subject]


@pytest.mark.skipif(not SUITES, reason="HERITAGEKG_SUITES names no folder of test suites")
def test_the_suite_is_there() -> None:
    assert len(FILES) > 250


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_w3c(path: Path) -> None:
    base = f"https://w3c.github.io/rdf-tests/rdf/rdf11/rdf-turtle/{path.name}"
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return
    try:
        list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base))
    except SyntaxError:
        with pytest.raises(FileSyntaxError):
            read(text, base)
        return
    assert_same(text, base)


iris = st.sampled_from(
    ["<http://e/a>", "e:b", "e:", ":c", "e:x.y", "e:%20", r"e:a\-b", "<r>", "_:n"]
)
strings = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9)
literals = st.one_of(
    strings.map(lambda s: ox.Literal(s)).map(str),
    strings.map(lambda s: str(ox.Literal(s, language="en-GB"))),
    st.sampled_from(
        ['"a"^^e:t', "1", "-1.5", "1e3", ".5", "+2.E-1", "true", "'''q'q'''", '"""a"b"""']
    ),
)
terms = st.recursive(
    st.one_of(iris, literals),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: f"( {' '.join(members)} )"),
        st.lists(inner, min_size=1, max_size=3).map(lambda vs: f"[ e:p {' , '.join(vs)} ; ]"),
    ),
    max_leaves=6,
)
statements = st.tuples(iris, st.sampled_from(["a", "e:p", "<p>"]), terms).map(
    lambda parts: f"{parts[0]} {parts[1]} {parts[2]} .  # comment <a> .\n"
)


@settings(deadline=None)
@given(st.lists(statements, max_size=6))
def test_random_documents(parts: list[str]) -> None:
    assert_same("@prefix e: <http://e/> .\nPREFIX : <x#>\n" + "".join(parts), "http://base/f/")


def test_spans() -> None:
    text = '@prefix e: <http://e/> .\r\ne:a\te:p "x"@en ,\n  [ e:q ( 1 "ə🏛" ) ] .\n'
    triples = read(text).triples
    lines = text.replace("\r\n", "\n").split("\n")
    found = {}
    for triple in triples:
        span = triple.object_span
        assert span.line == span.end_line
        found[str(triple.object)] = lines[span.line - 1][span.column - 1 : span.end_column - 1]
    assert found['"x"@en'] == '"x"@en'
    assert found['"ə🏛"'] == '"ə🏛"'
    subject = triples[0].subject_span
    assert (subject.line, subject.column, subject.end_column) == (2, 1, 4)


def test_long_string_spans_lines() -> None:
    span = read('<a:a> <a:b> """x\ny"""@en .').triples[0].object_span
    assert (span.line, span.column, span.end_line, span.end_column) == (1, 13, 2, 8)


def test_mistakes_have_a_place() -> None:
    with pytest.raises(FileSyntaxError, match=r"^f.ttl:2:1: "):
        read("<a:a> <a:b> 1 .\n}", path="f.ttl")
    with pytest.raises(FileSyntaxError, match=r"is no Turtle 1.1"):
        read("<a:a> <a:b> 1 {| <a:c> 2 |} .")


def test_what_is_no_character_has_a_place() -> None:
    with pytest.raises(FileSyntaxError, match=r"^<text>:2:4: half a surrogate pair, '.ud800'"):
        read("<a:a>\n<b:\ud800> 1 .")


@pytest.mark.parametrize("text", ["@version '1.2' .", "VERSION '1.2'", "<a:a> <a:b> 'x'@en--ltr ."])
def test_what_later_versions_add_is_refused(text: str) -> None:
    with pytest.raises(FileSyntaxError):
        read(text)


def test_declarations_keep_their_order() -> None:
    declared = read("@prefix a: <http://x/> .\nPREFIX a: <http://y/>\n").declarations
    assert [(d.name, d.iri, d.span.line, d.span.column) for d in declared] == [
        ("a", "http://x/", 1, 9),
        ("a", "http://y/", 2, 8),
    ]
