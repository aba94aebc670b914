"""A view in other libraries: the same network in each of them."""

from __future__ import annotations

import dataclasses
import datetime
import sys

import networkx
import pytest

from heritagekg import KnowledgeGraph
from heritagekg.errors import ExportError
from heritagekg.network.attributes import of_edges, of_nodes
from heritagekg.network.views import open_view

# Nodes by code: committee:tex, committee:xa, museum:xa-loom, ada-bell, ben-cole, cem-dal, eva-falk.
TENURES = {(3, 1), (3, 2), (4, 1), (4, 2), (5, 1), (6, 0)}


def test_matrix_of_a_directed_view(tiny: KnowledgeGraph) -> None:
    matrix = open_view(tiny, "tenure").to_csr()
    assert matrix.shape == (7, 7)
    assert set(zip(*(axis.tolist() for axis in matrix.nonzero()), strict=True)) == TENURES
    assert matrix.sum() == 6


def test_matrix_without_directions_is_symmetric(tiny: KnowledgeGraph) -> None:
    # The committee and the museum share Ada and Ben.
    assert open_view(tiny, "co-tenure").to_csr().toarray().tolist() == [[0, 2], [2, 0]]


def test_parallel_edges_add_up_in_the_matrix(tiny: KnowledgeGraph) -> None:
    # As chair Ben is known from two documents, as director and as speaker from one each.
    view = open_view(tiny, "citation", thing="Ben Cole")
    report = view.nodes["id"].to_pylist().index("source:council-2010")
    assert view.to_csr()[0, report] == 2


def test_igraph_has_the_same_edges_and_attributes(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "tenure")
    made = view.to_igraph()
    assert made.is_directed()
    assert set(made.get_edgelist()) == TENURES
    assert made.vs["name"] == view.nodes["id"].to_pylist()
    assert made.es.select(fact="tenure:ada-bell-committee-xa")["end"] == ["2008-06-30"]
    assert made["version"] == tiny.version


def test_without_igraph_the_extra_is_named(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(ExportError, match=r"pip install 'heritagekg\[igraph\]'"):
        open_view(tiny, "tenure").to_igraph()


def test_arrays_for_learning(tiny: KnowledgeGraph) -> None:
    arrays = open_view(tiny, "tenure").to_pyg()
    assert set(map(tuple, arrays["edge_index"].T.tolist())) == TENURES
    assert arrays["num_nodes"] == 7
    chairs = arrays["edge_type"] == arrays["edge_types"].index("role:chair")
    assert chairs.tolist() == [True, False, True, False, False, True]
    kinds = [arrays["node_types"][place] for place in arrays["node_type"]]
    assert kinds[1:3] == ["hkg:NationalCommittee", "hkg:Museum"]
    days = [datetime.date.fromordinal(int(day)) for day in arrays["edge_time"][:, 0]]
    assert days == [datetime.date(2004, 1, 1), datetime.date(2008, 6, 30)]
    assert arrays["edge_time"][1, 1] == -1


def test_arrays_without_directions_go_both_ways(tiny: KnowledgeGraph) -> None:
    arrays = open_view(tiny, "co-tenure").to_pyg()
    assert arrays["edge_index"].tolist() == [[0, 1], [1, 0]]
    assert arrays["edge_weight"].tolist() == [2, 2]


@pytest.mark.parametrize("name", ["tenure", "co-tenure", "citation", "membership", "hierarchy"])
@pytest.mark.parametrize("multi", [True, False])
def test_networkx_holds_what_its_own_methods_would_have_made(
    name: str, multi: bool, tiny: KnowledgeGraph
) -> None:
    view = open_view(tiny, name, **({"thing": "Ben Cole"} if name == "citation" else {}))
    view = dataclasses.replace(view, multi=multi)
    kinds = {
        (True, True): networkx.MultiDiGraph,
        (True, False): networkx.DiGraph,
        (False, True): networkx.MultiGraph,
        (False, False): networkx.Graph,
    }
    wanted = kinds[view.directed, multi](**view.metadata)
    names = view.nodes["id"].to_pylist()
    for node, attributes in zip(names, of_nodes(view.nodes.drop_columns(["id"])), strict=True):
        wanted.add_node(node, **{key: v for key, v in attributes.items() if key != "code"})
    for edge in of_edges(view.edges):
        ends = names[edge.pop("source")], names[edge.pop("target")]
        key = {"key": edge.get("fact")} if multi and edge.get("fact") else {}
        if key and wanted.has_edge(*ends, **key):
            key = {}
        wanted.add_edge(*ends, **key, **edge)
    made = view.to_networkx()
    assert type(made) is type(wanted)
    assert networkx.utils.graphs_equal(made, wanted) and made.size() == wanted.size() > 0
    for graph in (made, wanted):
        graph.add_edge(names[0], "new", weight=2.0)
        graph.remove_node(names[-1])
        graph.add_edge(names[-1], names[0])
    assert networkx.utils.graphs_equal(made, wanted)
    if view.directed:
        assert dict(made.pred) == dict(wanted.pred)
