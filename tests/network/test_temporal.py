"""Networks over time: slices, changes and measures, worked out by hand on the tiny graph."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heritagekg import KnowledgeGraph
from heritagekg.errors import BadParameter
from heritagekg.network import temporal
from heritagekg.network.slices import Window, slice_edges
from heritagekg.network.tables import Edges
from heritagekg.network.views import Ties, View, open_ties


def names(view: View, word: str) -> list[tuple[str, str]]:
    ids = view.nodes["id"].to_pylist()
    return [
        (ids[edge["source"]], ids[edge["target"]])
        for edge in view.edges.to_pylist()
        if edge["change"] == word
    ]


def test_windows_are_the_years_that_ties_name(tiny: KnowledgeGraph) -> None:
    ties = open_ties(tiny, "tenure")
    found = temporal.windows(ties)
    # From Ada's first year as chair to the last source on Ben.
    assert [name for name, _ in found] == [str(year) for year in range(2004, 2012)]
    assert found[0][1] == Window(datetime.date(2004, 1, 1), datetime.date(2004, 12, 31))
    assert [name for name, _ in temporal.windows(ties, "decade")] == ["2000s", "2010s"]
    cut = temporal.windows(ties, since="2005-06", until="2006")
    assert cut[0][1] == Window(datetime.date(2005, 6, 1), datetime.date(2005, 12, 31))
    assert len(cut) == 2


def test_what_changed_between_two_days(tiny: KnowledgeGraph) -> None:
    ties = open_ties(tiny, "tenure")
    found = temporal.change(ties, "2006-01-10", "2010-05-07")
    # Ada is no longer chair; Ben and Eva are. Three others may have been in office on both days.
    assert (found.born, found.ended, found.kept) == (2, 1, 3)
    assert names(found.view, "ended") == [("person:ada-bell", "committee:xa")]
    assert names(found.view, "born") == [
        ("person:ben-cole", "committee:xa"),
        ("person:eva-falk", "committee:tex"),
    ]
    assert found.view.parameters == {"change": "2006-01-10/2010-05-07"}
    sure = temporal.change(ties, "2006-01-10", "2010-05-07", certain=True)
    assert (sure.born, sure.ended, sure.kept) == (2, 2, 0)


def test_what_changed_in_a_projection(tiny: KnowledgeGraph) -> None:
    ties = open_ties(tiny, "co-tenure")
    found = temporal.change(ties, "2006-01-10", "2010-05-07")
    # Committee and museum share Ada on the one day and Ben on the other: still tied.
    assert (found.born, found.ended, found.kept) == (0, 0, 1)
    assert found.view.edges["shared"].to_pylist() == ["person:ben-cole"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2010-05-07", "2010-05-07", "the second day is not later"),
        ("2010", "2011-01-01", "'at' is '2010'"),
        ("2010-02-30", "2011-01-01", "'at' is '2010-02-30'"),
    ],
)
def test_what_goes_wrong_with_a_change(
    tiny: KnowledgeGraph, before: str, after: str, words: str
) -> None:
    with pytest.raises(BadParameter, match=words):
        temporal.change(open_ties(tiny, "tenure"), before, after)


def test_evolution(tiny: KnowledgeGraph) -> None:
    ties = open_ties(tiny, "tenure")
    table = temporal.evolution(ties, temporal.windows(ties, since="2004", until="2010"))
    rows = {row.pop("slice"): row for row in table.to_pylist()}
    # Ben may always have been director, Cem treasurer: two edges more than what is dated.
    assert [row["edges"] for row in rows.values()] == [3, 3, 4, 4, 4, 4, 5]
    assert rows["2004"] == {
        "nodes": 5, "edges": 3, "components": 2, "born": None, "ended": None, "kept": None,
        "growth": None, "turnover": None, "persistence": None,
    }  # fmt: skip
    assert rows["2006"] == {
        "nodes": 5, "edges": 4, "components": 1, "born": 1, "ended": 0, "kept": 3,
        "growth": pytest.approx(1 / 3), "turnover": pytest.approx(1 / 7),
        "persistence": pytest.approx(3 / 4),
    }  # fmt: skip
    # In 2009 Ben follows Ada as chair: of eight edges in both years two are not in the other.
    assert (rows["2009"]["born"], rows["2009"]["ended"], rows["2009"]["kept"]) == (1, 1, 3)
    assert rows["2009"]["turnover"] == pytest.approx(2 / 8)
    assert rows["2009"]["persistence"] == pytest.approx(3 / 5)
    assert rows["2010"]["components"] == 2


def test_centrality_over_time(tiny: KnowledgeGraph) -> None:
    ties = open_ties(tiny, "tenure", country="country:xa")
    slices = temporal.windows(ties, since="2008", until="2010")
    table = temporal.centrality(ties, slices, "degree", top=2, certain=True)
    # Certain within a year: in 2008 Ada twice; in 2009 Ben; in 2010 Ben and Cem.
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("2008", "degree", "committee:xa", "CTM Xanadu", 1.0),
        ("2009", "degree", "committee:xa", "CTM Xanadu", 1.0),
        ("2010", "degree", "committee:xa", "CTM Xanadu", 2.0),
        ("2008", "degree", "person:ada-bell", "Ada Bell", 2.0),
        ("2009", "degree", "person:ada-bell", "Ada Bell", 0.0),
        ("2010", "degree", "person:ada-bell", "Ada Bell", 0.0),
    ]


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("communities", "'communities' gives no number that can be followed over time"),
        ("degre", "no measure 'degre'; did you mean 'degree'"),
    ],
)
def test_a_measure_that_cannot_be_followed(tiny: KnowledgeGraph, measure: str, words: str) -> None:
    ties = open_ties(tiny, "tenure")
    with pytest.raises(BadParameter, match=words):
        temporal.centrality(ties, temporal.windows(ties), measure)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "month"}, "no slices by 'month'; it takes year or decade"),
        ({"since": "0002"}, "slices are too many"),
        ({"since": "2010", "until": "2009"}, "ends before it begins"),
    ],
)
def test_what_goes_wrong_with_slices(
    tiny: KnowledgeGraph, options: dict[str, str], words: str
) -> None:
    with pytest.raises(BadParameter, match=words):
        temporal.windows(open_ties(tiny, "tenure"), **options)


def test_slices_of_ties_without_dates(tiny: KnowledgeGraph) -> None:
    with pytest.raises(BadParameter, match="no tie of this view names a date; give 'from'"):
        temporal.windows(open_ties(tiny, "hierarchy"))


days = st.dates(datetime.date(1946, 1, 1), datetime.date(2030, 12, 31))


@st.composite
def edge_tables(draw: st.DrawFn) -> pyarrow.Table:
    """Return an edge table of ties that end, if at all, no earlier than they begin."""
    rows = []
    for number in range(draw(st.integers(1, 12))):
        bounds = sorted(draw(st.lists(days, min_size=4, max_size=4)))
        first, sure, sure_end, last = bounds
        is_open = draw(st.sampled_from([(0, 0), (1, 0), (0, 1), (1, 1)]))
        rows.append(
            {
                "source": draw(st.integers(0, 4)),
                "target": draw(st.integers(5, 9)),
                "kind": draw(st.sampled_from(["role:chair", None])),
                "weight": 1.0,
                "start": None if is_open[0] else first,
                "end": None if is_open[1] else last,
                "certain_from": sure,
                "certain_until": sure_end,
                "certainty": "certain",
                "fact": f"tenure:t{number}",
                "document": "source:s",
            }
        )
    text, day = pyarrow.string(), pyarrow.date32()
    kinds = {"source": pyarrow.int32(), "target": pyarrow.int32(), "kind": text}
    kinds |= {"weight": pyarrow.float64()}
    kinds |= dict.fromkeys(("start", "end", "certain_from", "certain_until"), day)
    kinds |= dict.fromkeys(("certainty", "fact", "document"), text)
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(kinds))


@settings(deadline=None)
@given(edge_tables())
def test_slicing_then_merging_loses_nothing(edges: pyarrow.Table) -> None:
    iris = pyarrow.array([f"https://example.org/{code}" for code in range(10)])
    ties = replace(Ties.__new__(Ties), kg=None, query=None, edges=Edges(edges, iris), parameters={})
    slices = temporal.windows(ties)
    parts = [ties.sliced(asked) for _, asked in slices]
    merged = temporal.merge(parts)
    whole = slice_edges(edges, Window())
    order = [("fact", "ascending")]
    assert merged.sort_by(order).equals(whole.sort_by(order))
    # And what comes out of the slices one by one is what was born less what has ended.
    table = temporal.evolution(ties, slices)
    size = table["edges"][0].as_py()
    for row in table.to_pylist()[1:]:
        size += row["born"] - row["ended"]
        assert size == row["edges"]
