"""Projections of bipartite networks: weights worked out by hand, and against plain sets."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heritagekg import KnowledgeGraph
from heritagekg.errors import BadParameter, WorkspaceError
from heritagekg.network.project import pairs_of, project
from heritagekg.network.views import View, open_view
from heritagekg.queries import parse

LOOM = ("committee:xa", "museum:xa-loom")
# Ada and Ben were of both, so was Cem of the committee alone: degrees 3 and 2 there, 2 for each.
TENURE_WEIGHTS = {"count": 2.0, "newman": 1 / (2 - 1) + 1 / (2 - 1), "cosine": 2 / sqrt(3 * 2)}
# Committee and museum tie Ada and Ben; the committee, with three people, ties Cem to both.
PEOPLE_WEIGHTS = {
    "count": [2.0, 1.0, 1.0],
    "newman": [1 / 2 + 1, 1 / 2, 1 / 2],
    "cosine": [2 / sqrt(2 * 2), 1 / sqrt(2 * 1), 1 / sqrt(2 * 1)],
}
PEOPLE = [
    ("person:ada-bell", "person:ben-cole"),
    ("person:ada-bell", "person:cem-dal"),
    ("person:ben-cole", "person:cem-dal"),
]


def ends(view: View) -> list[tuple[str, str]]:
    names = view.nodes["id"].to_pylist()
    return [(names[edge["source"]], names[edge["target"]]) for edge in view.edges.to_pylist()]


def incidence(pairs: list[tuple[int, int]]) -> pyarrow.Table:
    """Return edges between museums (even codes) and events (odd codes)."""
    texts = {
        "certainty": ["certain"] * len(pairs),
        "fact": [f"participation:p{number}" for number in range(len(pairs))],
        "document": ["source:s"] * len(pairs),
    }
    codes = {
        "source": pyarrow.array([2 * kept for kept, _ in pairs], pyarrow.int32()),
        "target": pyarrow.array([2 * event + 1 for _, event in pairs], pyarrow.int32()),
    }
    fields = {name: pyarrow.array(values, pyarrow.string()) for name, values in texts.items()}
    return pyarrow.table(codes | {"weight": pyarrow.repeat(1.0, len(pairs))} | fields)


def test_organisations_that_share_people(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "co-tenure")
    assert (view.directed, view.multi) == (False, False)
    assert ends(view) == [LOOM]
    edge = view.edges.to_pylist()[0]
    assert edge["weight"] == 2
    assert edge["shared"] == "person:ada-bell person:ben-cole"
    assert edge["fact"].split() == [
        "tenure:ada-bell-committee-xa",
        "tenure:ada-bell-museum-xa-loom",
        "tenure:ben-cole-committee-xa",
        "tenure:ben-cole-museum-xa-loom",
    ]
    # Each document once, although the council's says both chairs.
    assert sorted(edge["document"].split()) == [
        "source:council-2010",
        "source:herald-2008",
        "source:herald-2011",
        "source:loom-website",
    ]


@pytest.mark.parametrize(
    ("at", "weight", "certainty"),
    [
        ("2006-01-10", 1, "certain"),  # Ada is both, for certain.
        ("2008-06-15", 1, "possible"),  # Her time as chair ends in this month.
        ("2010-05-07", 1, "possible"),  # Ben is chair for certain, and director at some time.
    ],
)
def test_organisations_that_share_people_on_a_day(
    tiny: KnowledgeGraph, at: str, weight: float, certainty: str
) -> None:
    view = open_view(tiny, "co-tenure", at=at)
    assert ends(view) == [LOOM]
    assert view.edges["weight"].to_pylist() == [weight]
    assert view.edges["certainty"].to_pylist() == [certainty]
    assert open_view(tiny, "co-tenure", at=at, certain=True).edges.num_rows == (
        1 if certainty == "certain" else 0
    )


def test_nobody_took_part_in_the_same_event(tiny: KnowledgeGraph) -> None:
    assert open_view(tiny, "co-participation").nodes.num_rows == 0


@pytest.mark.parametrize("weight", TENURE_WEIGHTS)
def test_weights(tiny: KnowledgeGraph, weight: str) -> None:
    view = open_view(tiny, "tenure")
    names = view.nodes["id"].to_pylist()
    organisations = project(view.edges, names, "target", weight).to_pylist()
    assert [edge["weight"] for edge in organisations] == [pytest.approx(TENURE_WEIGHTS[weight])]
    people = project(view.edges, names, "source", weight).to_pylist()
    assert [(names[edge["source"]], names[edge["target"]]) for edge in people] == PEOPLE
    assert [edge["weight"] for edge in people] == pytest.approx(PEOPLE_WEIGHTS[weight])


def test_parallel_edges_count_once() -> None:
    edges = incidence([(0, 0), (0, 0), (1, 0)])
    names = ["museum:a", "event:e", "museum:b"]
    assert pairs_of(edges, "source") == 1
    (edge,) = project(edges, names, "source").to_pylist()
    assert edge["weight"] == 1
    assert edge["fact"] == "participation:p0 participation:p1 participation:p2"


def test_edges_without_fact_or_document(tiny: KnowledgeGraph) -> None:
    edges = incidence([(0, 0), (1, 0)])
    place = edges.schema.get_field_index("fact")
    edges = edges.set_column(place, "fact", pyarrow.nulls(2, pyarrow.string()))
    (edge,) = project(edges, ["museum:a", "event:e", "museum:b"], "source").to_pylist()
    assert (edge["fact"], edge["document"]) == ("", "source:s")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=25))
def test_projection_is_what_sets_say(pairs: list[tuple[int, int]]) -> None:
    edges = incidence(pairs)
    events: dict[int, set[int]] = {}
    for kept, event in pairs:
        events.setdefault(2 * kept, set()).add(2 * event + 1)
    names = [f"x:{code}" for code in range(14)]
    expected = {
        (first, second): sorted(events[first] & events[second])
        for first, second in combinations(sorted(events), 2)
        if events[first] & events[second]
    }
    found = {
        (edge["source"], edge["target"]): sorted(int(name[2:]) for name in edge["shared"].split())
        for edge in project(edges, names, "source").to_pylist()
    }
    assert found == expected
    assert sum(map(len, expected.values())) == pairs_of(edges, "source")


def test_a_projection_too_large_is_refused_before_any_work() -> None:
    edges = incidence([(museum, 0) for museum in range(100)])
    with pytest.raises(BadParameter, match="look at 4,950 pairs of nodes, more than 4,949"):
        project(edges, [], "source", most_pairs=4949)


@pytest.mark.parametrize(
    ("keep", "weight", "words"),
    [("both", "count", "'both'; it takes source or"), ("source", "sum", "'sum'; it takes count,")],
)
def test_what_goes_wrong(keep: str, weight: str, words: str) -> None:
    with pytest.raises(BadParameter, match=words):
        project(incidence([]), [], keep, weight)


@pytest.mark.parametrize("said", ["", ", keep: both", ", keep: source, weight: sum"])
def test_a_header_that_does_not_say_what_is_kept(
    tiny: KnowledgeGraph, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = f"#+ summary: Own\n#+ network: {{kind: bipartite{said}}}\n"
    query = parse("networks/own", header + "SELECT ?source ?target { ?source ?p ?target }")
    monkeypatch.setattr(tiny, "queries", {"networks/own": query})
    with pytest.raises(WorkspaceError, match="does not say what is kept"):
        open_view(tiny, "own")
