"""Statements read one at a time stand where they stand when all is read."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from heritagekg.turtle.reader import read
from heritagekg.turtle.statements import Statements

TEXT = (
    '''@prefix e: <http://e.org/a#> . # a comment. With stops.
PREFIX x: <http://x.org/>
e:one e:p 1.5 , 2. e:two e:q "a . b" ; e:r """long "quoted" . text

e:fake e:p 1 . """ .
  <http://e.org/a#three> e:p [ e:q e:one ] . e:one e:again 'it''s' .
'''.replace("'it''s'", "'it\\'s'")
    + """
x:one a e:Thing ; # e:two e:p 1 .
    e:p <http://e.org/with.dot> .
@prefix e: <http://f.org/> .
e:one e:p e:a.b , 1e3 .
e:one-more e:p true.
"""
)


def test_every_subject_is_found_where_it_stands() -> None:
    whole = read(TEXT).triples
    statements = Statements(TEXT, None)
    subjects = {t.subject for t in whole if isinstance(t.subject, ox.NamedNode)}
    assert len(subjects) == 6
    for subject in subjects:
        wanted = [t for t in whole if t.subject == subject]
        found = statements.about(subject)
        assert [t.predicate for t in found] == [t.predicate for t in wanted]
        spans = [(t.subject_span, t.predicate_span, t.object_span) for t in wanted]
        assert [(t.subject_span, t.predicate_span, t.object_span) for t in found] == spans


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends(ends: str) -> None:
    text = "@prefix e: <http://e/> .\n\ne:a e:p 1 .\ne:b\n\te:p 2 .\n".replace("\n", ends)
    (triple,) = Statements(text, None).about(ox.NamedNode("http://e/b"))
    assert (triple.object_span.line, triple.object_span.column) == (5, 6)


def test_relative_iris_and_what_is_not_there() -> None:
    statements = Statements("<#a> <#p> <#b> . <> <#p> 1 .", "http://e/d")
    assert len(statements.about(ox.NamedNode("http://e/d#a"))) == 1
    assert statements.about(ox.NamedNode("http://e/d#c")) == []


def test_a_subject_ends_where_an_iri_begins_or_ends() -> None:
    text = "@prefix e: <http://e/> .\ne:one<http://e/p>1 .\n<http://e/two>e:p 2 .\n"
    statements = Statements(text, None)
    for line, name in enumerate(("one", "two"), start=2):
        (triple,) = statements.about(ox.NamedNode(f"http://e/{name}"))
        assert triple.subject_span.line == line


def test_a_prefix_that_is_declared_anew() -> None:
    text = "@prefix e: <http://e/> .\ne:a e:p 1 .\n@prefix e: <http://f/> .\ne:a e:p 2 .\n"
    statements = Statements(text, None)
    for line, host in ((2, "e"), (4, "f")):
        (triple,) = statements.about(ox.NamedNode(f"http://{host}/a"))
        assert triple.subject_span.line == line


def test_a_prefix_for_the_beginning_of_a_name_and_dots() -> None:
    text = "@prefix m: <http://e/m-> .\nm:one m:p 1 .\n<a/..> m:p 2 .\n<> m:p 3 .\nm:o\\~ m:p 4 ."
    statements = Statements(text, "http://e/d")
    for line, iri in enumerate(
        ("http://e/m-one", "http://e/", "http://e/d", "http://e/m-o~"), start=2
    ):
        (triple,) = statements.about(ox.NamedNode(iri))
        assert triple.subject_span.line == line
