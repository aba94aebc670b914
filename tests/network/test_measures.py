"""Measures worked out by hand, and the same by either library."""

from __future__ import annotations

import json
from itertools import combinations

import networkx
import numpy
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heritagekg import KnowledgeGraph
from heritagekg.errors import BadParameter
from heritagekg.network import measures
from heritagekg.network.measures import MEASURES, measure
from heritagekg.network.views import View, open_view

ENGINES = ["igraph", "networkx"]
# The tenures of the tiny graph: person to organisation, so a path
# cem - committee:xa - ada - loom - ben - committee:xa, and eva - committee:tex apart.
TENURES = {
    #                   tex  xa  loom ada ben cem eva
    "degree":          [1,   3,   2,   2,  2,  1,  1],
    "in_degree":       [1,   3,   2,   0,  0,  0,  0],
    "out_degree":      [0,   0,   0,   2,  2,  1,  1],
    "strength":        [1,   3,   2,   2,  2,  1,  1],
    "component":       [1,   0,   0,   0,  0,  0,  1],
    "core":            [1,   2,   2,   2,  2,  1,  1],
}  # fmt: skip


def made(edges: list[tuple[int, int]], countries: list[str | None], directed: bool) -> View:
    """Return a view of nodes 0, 1, 2 … with the countries given."""
    count = len(countries)
    text = pyarrow.string()
    nodes = pyarrow.table(
        {
            "code": pyarrow.array(range(count), pyarrow.int32()),
            "id": pyarrow.array([f"museum:m{code}" for code in range(count)], text),
            "label": pyarrow.array([f"Museum {code}" for code in range(count)], text),
            "labels": pyarrow.array(["{}"] * count, text),
            "kind": pyarrow.array(["hkg:Museum"] * count, text),
            "country": pyarrow.array(countries, text),
        }
    )
    ends = {
        name: pyarrow.array([edge[place] for edge in edges], pyarrow.int32())
        for place, name in enumerate(("source", "target"))
    }
    weights = pyarrow.array([1.0] * len(edges), pyarrow.float64())
    return View("made", "", {}, nodes, pyarrow.table(ends | {"weight": weights}), directed)


def column(view: View, name: str) -> list[float]:
    return view.nodes[name].to_pylist()


@pytest.mark.parametrize("engine", ENGINES)
def test_by_hand(tiny: KnowledgeGraph, engine: str) -> None:
    view = open_view(tiny, "tenure")
    found = measure(view, ["degree", "strength", "components", "core"], engine=engine)
    assert {name: column(found.view, name) for name in TENURES} == TENURES
    assert found.summary["degree"] == "mean 1.71, highest 3 (CTM Xanadu)"
    assert found.summary["components"] == "2, the largest with 5 nodes (71%)"
    assert found.summary["core"] == "deepest 2, with 4 nodes"
    assert json.loads(found.view.metadata["measures"]) == found.summary
    assert "degree" not in view.nodes.column_names


@pytest.mark.parametrize("engine", ENGINES)
def test_betweenness_by_hand(tiny: KnowledgeGraph, engine: str) -> None:
    view = measure(open_view(tiny, "tenure"), ["betweenness"], engine=engine).view
    # All paths from Cem go through the committee (to Ada, Ben, the museum), half of those between
    # Ada and Ben too, the other half through the museum; those of committee and Cem to the museum
    # go through Ada and Ben, half each. Divided by the 15 pairs of six others.
    pairs = {"committee:xa": 3.5, "museum:xa-loom": 0.5, "person:ada-bell": 1, "person:ben-cole": 1}
    expected = [pairs.get(name, 0) / 15 for name in view.nodes["id"].to_pylist()]
    assert column(view, "betweenness") == pytest.approx(expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_pagerank_by_hand(engine: str) -> None:
    # Two nodes that only point at each other are alike, and a star's rim is.
    view = measure(made([(0, 1), (1, 0)], [None, None], True), ["pagerank"], engine=engine).view
    assert column(view, "pagerank") == pytest.approx([0.5, 0.5])
    star = made([(1, 0), (2, 0), (3, 0)], [None] * 4, False)
    found = column(measure(star, ["pagerank"], engine=engine).view, "pagerank")
    # r = 0.15/4 + 0.85 c/3 and c = 0.15/4 + 0.85 · 3r.
    hub = (0.15 / 4) * (1 + 0.85 * 3) / (1 - 0.85**2)
    assert found == pytest.approx([hub, *[(1 - hub) / 3] * 3])


TRIANGLES = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)]


@pytest.mark.parametrize("engine", ENGINES)
def test_communities_by_hand(engine: str) -> None:
    found = measure(made(TRIANGLES, [None] * 6, False), ["communities"], engine=engine)
    assert column(found.view, "community") == [0, 0, 0, 1, 1, 1]
    # Six of seven edges within, both sides with half of the ends: 6/7 - 1/4 - 1/4.
    how = {"igraph": "Leiden", "networkx": "Louvain"}[engine]
    assert found.summary["communities"] == f"2 by {how}, modularity {6 / 7 - 1 / 2:.3f}"


def test_assortativity_by_hand() -> None:
    countries = ["country:az"] * 3 + ["country:ge"] * 3
    found = measure(made(TRIANGLES, countries, False), ["assortativity"])
    # As many ends in either country: (6/7 - 1/2) / (1 - 1/2). Of the same kind are all.
    assert found.summary["assortativity"] == "kind undefined, country 0.714"
    partly = made(TRIANGLES, [*countries[:5], None], False)
    said = measure(partly, ["assortativity"]).summary["assortativity"]
    # Of 0-1, 1-2, 0-2, 3-4, 2-3: 7 ends in az, 3 in ge, 4 of 5 edges within.
    expected = (0.8 - 0.58) / (1 - 0.58)
    assert said.endswith(f"country {expected:.3f} (of the 71% of edges where both ends have one)")


def test_brokerage_by_hand() -> None:
    # 2 is tied to 0, 1 (of its own country, tied to each other), 3 (abroad) and 4 (a third one).
    edges = [(2, 0), (2, 1), (2, 3), (2, 4), (0, 1)]
    view = made(
        edges, ["country:az", "country:az", "country:az", "country:ge", "country:tr"], False
    )
    found = measure(view, ["brokerage"])
    assert column(found.view, "gatekeeper") == [0, 0, 4, 0, 0]
    assert column(found.view, "liaison") == [0, 0, 1, 0, 0]
    assert column(found.view, "coordinator") == [0] * 5
    assert column(found.view, "brokerage") == [0, 0, 5, 0, 0]
    assert found.summary["brokerage"] == "5 pairs of two countries, highest 5 (Museum 2)"
    # An itinerant broker ties two of one country that is not its own.
    other = measure(
        made([(0, 1), (1, 2)], ["country:az", "country:ge", "country:az"], False), ["brokerage"]
    )
    assert column(other.view, "itinerant") == [0, 1, 0]


graphs = st.integers(2, 9).flatmap(
    lambda count: st.tuples(
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), min_size=1, max_size=25
        ),
        st.lists(
            st.sampled_from(["country:az", "country:ge", None]), min_size=count, max_size=count
        ),
        st.booleans(),
    )
)


@settings(deadline=None)
@given(graphs)
def test_both_libraries_agree(drawn: tuple[list[tuple[int, int]], list[str | None], bool]) -> None:
    view = made(*drawn)
    names = [name for name in MEASURES if name != "communities"]
    ours, theirs = (measure(view, names, engine=engine).view.nodes for engine in ENGINES)
    assert ours.column_names == theirs.column_names
    for name in ours.column_names[6:]:
        assert numpy.allclose(ours[name].to_numpy(), theirs[name].to_numpy(), atol=1e-7), name


@settings(deadline=None)
@given(graphs)
def test_assortativity_and_brokerage_are_what_networkx_and_loops_say(
    drawn: tuple[list[tuple[int, int]], list[str | None], bool],
) -> None:
    edges, countries, _ = drawn
    graph = networkx.Graph(edge for edge in edges if edge[0] != edge[1])
    known = graph.subgraph([n for n in graph if countries[n] is not None])
    networkx.set_node_attributes(graph, dict(enumerate(countries)), "country")
    plain = measures._plain(made(*drawn), False)
    value, _ = measures.assortativity(plain, "country")
    kinds = {countries[node] for edge in known.edges for node in edge}
    if len(kinds) > 1:
        assert value == pytest.approx(
            networkx.attribute_assortativity_coefficient(known, "country")
        )
    else:
        assert value is None
    expected = [0] * len(countries)
    for node in graph:
        for one, two in combinations(graph[node], 2):
            pair = countries[one], countries[two]
            if None not in pair and pair[0] != pair[1] and not graph.has_edge(one, two):
                expected[node] += 1
    assert column(measure(made(*drawn), ["brokerage"]).view, "brokerage") == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_betweenness_of_a_large_network_is_estimated(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "MOST_STEPS", 0)
    monkeypatch.setattr(measures, "PIVOTS", 40)
    graph = networkx.barbell_graph(30, 5)
    view = made(list(graph.edges), [None] * len(graph), False)
    found = measure(view, ["betweenness"], engine=engine)
    assert found.summary["betweenness"].startswith("estimated from 40 nodes, highest 0.")
    exact = networkx.betweenness_centrality(graph)
    estimated = column(found.view, "betweenness")
    assert estimated == pytest.approx([exact[node] for node in graph], abs=0.1)


def test_both_estimates_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "MOST_STEPS", 0)
    monkeypatch.setattr(measures, "PIVOTS", 10)
    graph = networkx.barbell_graph(8, 5)
    view = made(list(graph.edges), [None] * len(graph), False)
    ours, theirs = (
        column(measure(view, ["betweenness"], engine=e).view, "betweenness") for e in ENGINES
    )
    assert ours == pytest.approx(theirs)


def test_without_igraph_networkx_measures(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "Louvain" in measure(open_view(tiny, "tenure"), ["communities"]).summary["communities"]
    with pytest.raises(BadParameter, match=r"pip install 'heritagekg\[igraph\]'"):
        measure(open_view(tiny, "tenure"), ["core"], engine="igraph")


@pytest.mark.parametrize(
    ("names", "engine", "words"),
    [
        (["degre"], None, "no measure 'degre'; did you mean 'degree'"),
        (["centrality"], None, "there are degree, strength, components,"),
        (["degree"], "gephi", "'engine' is 'gephi'; it takes igraph or networkx"),
    ],
)
def test_what_goes_wrong(
    tiny: KnowledgeGraph, names: list[str], engine: str | None, words: str
) -> None:
    with pytest.raises(BadParameter, match=words):
        measure(open_view(tiny, "tenure"), names, engine=engine)


def test_brokerage_too_large_is_refused(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "MOST_PATHS", 4)
    with pytest.raises(BadParameter, match="look at 6 two-step paths, more than 4"):
        measure(open_view(tiny, "tenure"), ["brokerage"])
