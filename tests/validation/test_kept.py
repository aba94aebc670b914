"""What is kept of a file tells all that its quads tell."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from heritagekg.validation.kept import EVERYTHING, Kept, keep
from heritagekg.validation.reads import TYPE
from heritagekg.validation.spelling import is_kept

XSD = "http://www.w3.org/2001/XMLSchema#"
DATATYPES = [XSD + name for name in ("integer", "decimal", "byte", "gYear", "string", "anyURI")]
TEXTS = st.sampled_from(["5", "05", "4.0", "1990", '"', '"5', 'a "5"', "\\", "5\n", "\r", "> .\n"])
LITERALS = st.builds(
    lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(kind)),
    TEXTS,
    st.sampled_from(DATATYPES),
) | st.builds(lambda text: ox.Literal(text, language="en"), TEXTS)
NODES = st.sampled_from([ox.NamedNode("e:a"), ox.NamedNode("e:b"), ox.BlankNode("c")])
PREDICATES = st.sampled_from([ox.NamedNode("e:p"), ox.NamedNode("e:q"), ox.NamedNode(TYPE)])
QUADS = st.lists(st.builds(ox.Quad, NODES, PREDICATES, LITERALS | NODES), max_size=8)


def kept(quads: list[ox.Quad]) -> Kept:
    return keep(quads, (0, 0), ())


@given(QUADS)
def test_kept_triples_are_those_of_the_quads(quads: list[ox.Quad]) -> None:
    found = kept(quads)
    assert set(found.quads()) == set(quads)
    assert found.respelled == {
        quad.predicate.value
        for quad in quads
        if not is_kept(quad.object)  # type: ignore[arg-type]
    }
    names = [str(quad.subject).strip("<>") for quad in quads]
    assert found.subjects == tuple(dict.fromkeys(names))
    typed = [quad for quad in quads if quad.predicate.value == TYPE]
    assert set(found.typed) == {str(quad.subject).strip("<>") for quad in typed}


@given(QUADS, QUADS)
def test_sums_change_when_triples_do(one: list[ox.Quad], other: list[ox.Quad]) -> None:
    assert (kept(one).sums == kept(other).sums) == (set(one) == set(other))
    assert kept(one).sums == kept(one[::-1]).sums
    changed = {quad.predicate.value for quad in set(one) ^ set(other)}
    sums = kept(one).sums, kept(other).sums
    for name in changed | {EVERYTHING} if changed else ():
        assert sums[0].get(name, 0) != sums[1].get(name, 0)
    for name in {"e:p", "e:q", TYPE} - changed:
        assert sums[0].get(name, 0) == sums[1].get(name, 0)
