"""Network views of the tiny graph, against answers worked out by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import networkx
import pytest

import heritagekg
from heritagekg import KnowledgeGraph
from heritagekg.errors import BadParameter, UnknownName, WorkspaceError
from heritagekg.network import ego
from heritagekg.network.views import View, find_view, network_views, open_view
from heritagekg.queries import parse
from heritagekg.terms import compact

FOLDER = Path(__file__).parents[2] / "queries" / "networks"
# Every tenure of the tiny graph: person, organisation, role.
ADA_CHAIR = ("person:ada-bell", "committee:xa", "role:chair")
ADA_DIRECTOR = ("person:ada-bell", "museum:xa-loom", "role:director")
BEN_CHAIR = ("person:ben-cole", "committee:xa", "role:chair")
BEN_DIRECTOR = ("person:ben-cole", "museum:xa-loom", "role:director")
CEM_TREASURER = ("person:cem-dal", "committee:xa", "role:treasurer")
EVA_CHAIR = ("person:eva-falk", "committee:tex", "role:chair")
TENURES = [ADA_CHAIR, ADA_DIRECTOR, BEN_CHAIR, BEN_DIRECTOR, CEM_TREASURER, EVA_CHAIR]

LOOM_BETA = ("museum:xa-loom", "conference:2010-beta", "capacity:delegate")
ADA_ALPHA = ("person:ada-bell", "conference:2007-alpha", "capacity:delegate")
BEN_TALK = ("person:ben-cole", "event:2010-beta-touch-looms", "capacity:speaker")

# What the tiny graph lacks: a second parent body, and two at the same event.
MORE = """
@prefix affiliation: <https://w3id.org/heritagekg/id/affiliation/> .
@prefix capacity: <https://w3id.org/heritagekg/id/capacity/> .
@prefix conference: <https://w3id.org/heritagekg/id/conference/> .
@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix museum: <https://w3id.org/heritagekg/id/museum/> .
@prefix organization: <https://w3id.org/heritagekg/id/organization/> .
@prefix participation: <https://w3id.org/heritagekg/id/participation/> .
@prefix person: <https://w3id.org/heritagekg/id/person/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix source: <https://w3id.org/heritagekg/id/source/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

affiliation:museum-xa-loom-council
    a hkg:Affiliation ;
    hkg:organization museum:xa-loom ;
    hkg:parentBody organization:council ;
    hkg:validFrom "2001"^^xsd:gYear ;
    prov:wasDerivedFrom source:loom-website ;
.

participation:ada-bell-2010-beta
    a hkg:Participation ;
    hkg:capacity capacity:speaker ;
    hkg:event conference:2010-beta ;
    hkg:participant person:ada-bell ;
    prov:wasDerivedFrom source:council-2010 ;
.
"""

OTHERS = {
    "affiliation": [("museum:xa-loom", "organization:herald", "hkg:Affiliation")],
    "conference-hosts": [
        ("conference:2007-alpha", "country:xa", "hkg:Country"),
        ("conference:2007-alpha", "place:alpha", "hkg:City"),
        ("conference:2010-beta", "country:xa", "hkg:Country"),
        ("conference:2010-beta", "place:beta", "hkg:City"),
    ],
    "hierarchy": [
        ("committee:tex", "organization:council", "hkg:partOf"),
        ("committee:xa", "organization:council", "hkg:partOf"),
        ("event:2010-beta-touch-looms", "conference:2010-beta", "hkg:partOf"),
    ],
    "membership": [
        ("committee:xa", "organization:council", "hkg:Membership"),
        ("person:ada-bell", "committee:tex", "hkg:Membership"),
    ],
    "partnership": [("committee:tex", "museum:xa-loom", "kind:memorandum-of-understanding")],
    "succession": [("person:ada-bell", "person:ben-cole", "role:chair")],
}


@pytest.fixture(scope="module")
def richer(tiny: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    """Return the tiny graph with MORE."""
    assert tiny.workspace is not None
    root = tmp_path_factory.mktemp("richer") / "w"
    shutil.copytree(tiny.workspace.root, root)
    (root / "data" / "more.ttl").write_text(MORE, encoding="utf-8")
    return heritagekg.open(root)


def ties(view: View) -> list[tuple[str, str, str]]:
    names = view.nodes["id"].to_pylist()
    return [
        (names[edge["source"]], names[edge["target"]], edge["kind"])
        for edge in view.edges.to_pylist()
    ]


def test_tenure(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "tenure")
    assert ties(view) == TENURES
    assert view.nodes.num_rows == 7
    assert view.nodes["code"].to_pylist() == list(range(7))
    assert view.summary == "tenure: 7 nodes, 6 edges, 2 components"


def test_participation(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "participation")
    assert ties(view) == [LOOM_BETA, ADA_ALPHA, BEN_TALK]
    # The workshops that no source names are no event, so the museum's part in them is no edge.
    assert view.nodes.num_rows == 6


@pytest.mark.parametrize("name", OTHERS)
def test_other_views(tiny: KnowledgeGraph, name: str) -> None:
    assert ties(open_view(tiny, name)) == OTHERS[name]


def test_an_edge_keeps_its_time_its_fact_and_all_its_documents(tiny: KnowledgeGraph) -> None:
    made = tiny.network("tenure")
    assert made.edges["person:ben-cole", "committee:xa", "tenure:ben-cole-committee-xa"] == {
        "kind": "role:chair",
        "weight": 1.0,
        "start": "2009-02-01",
        "certain_from": "2009-02-01",
        "certain_until": "2011-03-15",
        "certainty": "certain",
        "fact": "tenure:ben-cole-committee-xa",
        "document": "source:council-2010 source:herald-2011",
    }


def test_a_node_has_its_most_special_class_and_its_labels(tiny: KnowledgeGraph) -> None:
    made = tiny.network("tenure")
    assert isinstance(made, networkx.MultiDiGraph)
    assert made.nodes["museum:xa-loom"] == {
        "iri": "https://w3id.org/heritagekg/id/museum/xa-loom",
        "label": "Loom Museum",
        "label_en": "Loom Museum",
        "label_fr": "Musée du métier à tisser",
        "kind": "hkg:Museum",
        "country": "country:xa",
    }


def test_partnerships_have_no_direction(tiny: KnowledgeGraph) -> None:
    made = tiny.network("partnership")
    assert type(made) is networkx.MultiGraph
    assert made.has_edge("museum:xa-loom", "committee:tex")


def test_citation(tiny: KnowledgeGraph) -> None:
    # Ben Cole is spoken of as chair in two documents, as director and as speaker in one each.
    view = open_view(tiny, "citation", thing="Ben Cole")
    assert ties(view) == [
        ("person:ben-cole", "source:council-2010", "hkg:heldBy"),
        ("person:ben-cole", "source:council-2010", "hkg:participant"),
        ("person:ben-cole", "source:herald-2011", "hkg:heldBy"),
        ("person:ben-cole", "source:loom-website", "hkg:heldBy"),
    ]
    assert view.to_networkx().nodes["source:herald-2011"]["label"] == "A Council Grows"


@pytest.mark.parametrize("name", ["tenure", "participation", "citation", *OTHERS])
def test_facts_and_literals_are_no_nodes(tiny: KnowledgeGraph, name: str) -> None:
    made = tiny.network(name)
    for _, attributes in made.nodes(data=True):
        assert attributes["iri"].startswith("https://w3id.org/heritagekg/id/")
        assert attributes["kind"].startswith("hkg:")
    facts = {fact for _, _, fact in made.edges(data="fact")}
    assert not facts & set(made)
    for _, _, attributes in made.edges(data=True):
        assert None not in attributes.values()


# Ada's chair ends in June 2008; that of Ben begins on 1 February 2009; nobody knows when Ben was
# director or Cem treasurer, so both may have been at any time.
ALWAYS = [BEN_DIRECTOR, CEM_TREASURER]


@pytest.mark.parametrize(
    ("at", "possible", "certain"),
    [
        ("2003-12-31", ALWAYS, []),
        ("2004-06-01", [ADA_CHAIR, *ALWAYS], []),
        ("2006-01-10", [ADA_CHAIR, ADA_DIRECTOR, *ALWAYS], [ADA_CHAIR, ADA_DIRECTOR]),
        ("2008-06-15", [ADA_CHAIR, ADA_DIRECTOR, *ALWAYS], []),
        ("2008-07-01", [ADA_DIRECTOR, *ALWAYS], []),
        ("2009-02-01", [ADA_DIRECTOR, BEN_CHAIR, *ALWAYS], [BEN_CHAIR]),
        ("2010-05-07", [ADA_DIRECTOR, BEN_CHAIR, *ALWAYS, EVA_CHAIR], [BEN_CHAIR, EVA_CHAIR]),
        ("2011-03-16", [ADA_DIRECTOR, BEN_CHAIR, *ALWAYS, EVA_CHAIR], []),
    ],
)
def test_tenure_on_a_day(
    tiny: KnowledgeGraph,
    at: str,
    possible: list[tuple[str, str, str]],
    certain: list[tuple[str, str, str]],
) -> None:
    view = open_view(tiny, "tenure", at=at)
    assert ties(view) == possible
    said = view.edges["certainty"].to_pylist()
    assert [tie for tie, word in zip(possible, said, strict=True) if word == "certain"] == certain
    assert ties(open_view(tiny, "tenure", at=at, certain=True)) == certain


@pytest.mark.parametrize(
    ("since", "until", "possible", "certain"),
    [
        # One source attests the treasurer in May 2010: certain for the month, not for its days.
        ("2010-05", "2010-05", [ADA_DIRECTOR, BEN_CHAIR, *ALWAYS, EVA_CHAIR],
         [BEN_CHAIR, CEM_TREASURER, EVA_CHAIR]),
        (None, "2004", [ADA_CHAIR, *ALWAYS], [ADA_CHAIR]),
        ("2011-03-15", None, [ADA_DIRECTOR, BEN_CHAIR, *ALWAYS, EVA_CHAIR], [BEN_CHAIR]),
    ],
)  # fmt: skip
def test_tenure_in_a_span(
    tiny: KnowledgeGraph,
    since: str | None,
    until: str | None,
    possible: list[tuple[str, str, str]],
    certain: list[tuple[str, str, str]],
) -> None:
    assert ties(open_view(tiny, "tenure", since=since, until=until)) == possible
    assert ties(open_view(tiny, "tenure", since=since, until=until, certain=True)) == certain


def test_participation_has_the_time_of_its_event(tiny: KnowledgeGraph) -> None:
    assert ties(open_view(tiny, "participation", at="2007-06-04", certain=True)) == [ADA_ALPHA]
    assert ties(open_view(tiny, "participation", at="2010-05-31")) == [LOOM_BETA, BEN_TALK]
    assert ties(open_view(tiny, "participation", at="2010-05-31", certain=True)) == []
    assert ties(open_view(tiny, "participation", since="2010", until="2010", certain=True)) == [
        LOOM_BETA,
        BEN_TALK,
    ]


def test_succession_has_the_time_of_the_change(tiny: KnowledgeGraph) -> None:
    (edge,) = open_view(tiny, "succession").edges.to_pylist()
    # Ada was chair at least until 1 June 2008, Ben on 1 February 2009.
    assert [str(edge[name]) for name in ("start", "end")] == ["2008-06-01", "2009-02-01"]
    assert edge["through"] == "committee:xa"
    assert edge["earlier"] == "tenure:ada-bell-committee-xa"
    assert edge["document"] == "source:council-2010 source:herald-2011"
    assert open_view(tiny, "succession", at="2008-12-24").edges.num_rows == 1
    assert open_view(tiny, "succession", at="2008-12-24", certain=True).edges.num_rows == 0
    assert open_view(tiny, "succession", since="2008", until="2009", certain=True).edges.num_rows
    assert open_view(tiny, "succession", at="2009-02-02").edges.num_rows == 0
    # Nobody knows when Ben was director, so nobody knows whom he followed.
    assert open_view(tiny, "succession", kind="role:director").edges.num_rows == 0
    assert open_view(tiny, "succession", body="committee:tex").edges.num_rows == 0


def test_transfers(richer: KnowledgeGraph) -> None:
    view = open_view(richer, "transfers")
    assert ties(view) == [("organization:herald", "organization:council", "hkg:Affiliation")]
    (edge,) = view.edges.to_pylist()
    assert edge["through"] == "museum:xa-loom"
    assert edge["fact"] == "affiliation:museum-xa-loom-council"
    assert edge["earlier"] == "affiliation:museum-xa-loom-herald"
    assert [str(edge[name]) for name in ("start", "end")] == ["2001-01-01", "2001-12-31"]
    assert open_view(richer, "transfers", country="country:xa").edges.num_rows == 1


def test_co_participation(richer: KnowledgeGraph) -> None:
    view = open_view(richer, "co-participation")
    names = view.nodes["id"].to_pylist()
    (edge,) = view.edges.to_pylist()
    assert [names[edge[end]] for end in ("source", "target")] == [
        "museum:xa-loom", "person:ada-bell"
    ]  # fmt: skip
    assert (edge["weight"], edge["shared"]) == (1.0, "conference:2010-beta")
    assert open_view(richer, "co-participation", kind="capacity:speaker").edges.num_rows == 0


def test_parameters_of_views(tiny: KnowledgeGraph) -> None:
    assert ties(open_view(tiny, "tenure", kind="role:treasurer")) == [CEM_TREASURER]
    assert ties(open_view(tiny, "participation", kind="capacity:speaker")) == [BEN_TALK]
    assert ties(open_view(tiny, "membership", body="committee:tex")) == OTHERS["membership"][1:]
    assert ties(open_view(tiny, "partnership", kind="kind:memorandum-of-understanding"))
    assert ties(open_view(tiny, "partnership", country="country:xa")) == OTHERS["partnership"]
    assert open_view(tiny, "partnership", kind="kind:workshop").edges.num_rows == 0


TEX = [
    ("committee:tex", "museum:xa-loom", "hkg:Partnership"),
    ("committee:tex", "organization:council", "hkg:partOf"),
    ("museum:xa-loom", "committee:tex", "hkg:Award"),
    ("person:ada-bell", "committee:tex", "hkg:Membership"),
    # Not of the committee, but between two of those it is tied to.
    ("person:ada-bell", "museum:xa-loom", "hkg:Tenure"),
    ("person:eva-falk", "committee:tex", "hkg:Tenure"),
]


def test_ego_network(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "ego", entity="TEX")
    assert ties(view) == TEX
    assert view.parameters == {"entity": "committee:tex", "depth": "1"}
    # Before partnership and award nothing tied the museum to the committee.
    assert ties(open_view(tiny, "ego", entity="committee:tex", at="2006-01-10")) == [
        TEX[1],
        TEX[3],
    ]


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("entity", ["committee:tex", "place:alpha", "person:cem-dal"])
def test_ego_network_is_that_of_networkx(tiny: KnowledgeGraph, entity: str, depth: int) -> None:
    whole = networkx.MultiGraph()
    for row in tiny.query(tiny.queries["networks/ego"].text):
        whole.add_edge(compact(row["source"]), compact(row["target"]), (row["kind"], row["fact"]))
    expected = networkx.ego_graph(whole, entity, radius=depth)
    view = open_view(tiny, "ego", entity=entity, depth=depth)
    assert set(view.nodes["id"].to_pylist()) == set(expected)
    assert view.edges.num_rows == expected.number_of_edges()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "needs 'entity', the thing in the middle"),
        ({"entity": "committee:tex", "depth": 0}, "'depth' is 0; it takes a whole number from 1"),
        ({"entity": "committee:tex", "depth": "two"}, "'depth' is 'two'"),
    ],
)
def test_what_goes_wrong_with_an_ego_network(
    tiny: KnowledgeGraph, options: dict[str, object], words: str
) -> None:
    with pytest.raises(BadParameter, match=words):
        open_view(tiny, "ego", **options)


def test_an_ego_network_too_large_is_refused(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = tiny.queries["networks/ego"]
    bound = {"entity": tiny.locate("committee:tex")}
    with pytest.raises(BadParameter, match="committee:tex reaches 5 things within 1 ties, more"):
        ego.read_edges(tiny.engine, query, bound, 2, most_nodes=4)


def test_options_of_other_kinds_of_network(tiny: KnowledgeGraph) -> None:
    with pytest.raises(BadParameter, match="'depth' is for ego networks"):
        open_view(tiny, "tenure", depth=2)
    with pytest.raises(BadParameter, match="'weight' is for projections"):
        open_view(tiny, "tenure", weight="newman")
    view = open_view(tiny, "co-tenure", weight="cosine")
    assert view.parameters == {"weight": "cosine"}
    assert view.edges["weight"].to_pylist() == [pytest.approx(2 / 6**0.5)]


@pytest.mark.parametrize("name", sorted(FOLDER.glob("*.rq")), ids=lambda p: p.stem)
def test_every_view_is_sparql_that_any_engine_runs(richer: KnowledgeGraph, name: Path) -> None:
    text = richer.queries[f"networks/{name.stem}"].text
    graph = richer.graph()
    found = {
        tuple(None if term is None else str(term) for term in row) for row in graph.query(text)
    }
    expected = {
        tuple(None if term is None else term.value for term in row)
        for row in richer.query(text).terms
    }
    assert found == expected and found


def test_components(tiny: KnowledgeGraph) -> None:
    # Loom Museum and Beta; Ada and Alpha; Ben and his talk.
    view = open_view(tiny, "participation")
    assert view.components == 3
    assert networkx.number_weakly_connected_components(view.to_networkx()) == 3
    assert open_view(tiny, "participation", until="1946").components == 0


def test_a_slice_has_only_the_nodes_of_its_edges(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "participation", at="2007-06-04")
    assert view.nodes["id"].to_pylist() == ["conference:2007-alpha", "person:ada-bell"]
    assert view.nodes["code"].to_pylist() == [0, 1]
    assert view.edges["source"].to_pylist() == [1]


def test_parameters_are_named_by_label_and_kept(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "tenure", country="Xanadou", at="2010-05-07")
    assert ties(view) == [ADA_DIRECTOR, BEN_CHAIR, *ALWAYS]
    assert view.parameters == {"at": "2010-05-07", "country": "country:xa"}
    assert view.metadata["parameters"] == '{"at": "2010-05-07", "country": "country:xa"}'
    assert view.metadata["query"] == tiny.queries["networks/tenure"].text
    assert view.metadata["version"] == tiny.version
    assert "CC0-1.0" in view.metadata["license"]


def test_frames(tiny: KnowledgeGraph) -> None:
    view = open_view(tiny, "tenure")
    assert [len(frame) for frame in view.to_pandas()] == [7, 6]
    assert [len(frame) for frame in view.to_polars()] == [7, 6]


def test_every_view_is_listed_and_found(tiny: KnowledgeGraph) -> None:
    listed = network_views(tiny.queries)
    assert {"tenure", "participation", *OTHERS} <= set(listed)
    for name in listed:
        assert find_view(tiny.queries, name) is find_view(tiny.queries, f"networks/{name}")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"view": "tenures"},
            UnknownName,
            "no network view named 'tenures'; did you mean 'tenure'",
        ),
        ({"view": "zebra"}, UnknownName, "there are: affiliation, "),
        ({"at": "2022-02-30"}, BadParameter, "'at' is '2022-02-30'; it takes a date such as"),
        ({"at": "2022"}, BadParameter, "from 2022 until 2022"),
        ({"since": "soon"}, BadParameter, "'from' is 'soon'"),
        ({"since": "2010", "until": "2009"}, BadParameter, "ends before it begins"),
        ({"at": "2010-05-07", "until": "2011"}, BadParameter, "give one"),
        ({"colour": "red"}, BadParameter, "no parameter 'colour'"),
        ({"country": "Atlantis"}, UnknownName, "Atlantis"),
    ],
)
def test_what_goes_wrong(
    tiny: KnowledgeGraph, arguments: dict[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        tiny.network(arguments.pop("view", "tenure"), **arguments)


def asked(
    graph: KnowledgeGraph, text: str, monkeypatch: pytest.MonkeyPatch, network: str = "kind: edges"
) -> View:
    header = f"#+ summary: Own\n#+ network: {{{network}}}\n"
    query = parse("networks/own", header + text)
    nodes = graph.queries["networks/nodes"]
    monkeypatch.setattr(graph, "queries", {"networks/own": query, "networks/nodes": nodes})
    return open_view(graph, "own")


def test_literals_are_left_out_and_counted(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "SELECT ?source ?target { ?source a hkg:Museum ; skos:prefLabel|hkg:kind ?target }"
    view = asked(tiny, text, monkeypatch)
    assert view.left_out == 2
    assert (
        view.summary == "own: 2 nodes, 1 edge, 1 component, 2 answers without two things left out"
    )
    assert view.edges.to_pylist()[0]["fact"] is None


def test_a_weight_is_kept(tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "SELECT ?source ?target (3 AS ?weight) { ?source hkg:heldBy ?target }"
    assert set(asked(tiny, text, monkeypatch).edges["weight"].to_pylist()) == {3.0}


def test_parallel_edges_of_one_fact_are_kept(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "SELECT ?source ?target ?kind ?fact { ?fact hkg:heldBy ?source ; hkg:organization ?target "
        'VALUES ?kind { "one" "two" } }'
    )
    assert asked(tiny, text, monkeypatch).to_networkx().number_of_edges() == 12


def test_a_query_without_target_is_no_view(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkspaceError, match=r"selects \?target"):
        asked(tiny, "SELECT ?source { ?source a hkg:Museum }", monkeypatch)
    with pytest.raises(WorkspaceError, match="no SELECT"):
        asked(tiny, "ASK { ?source a hkg:Museum }", monkeypatch)
    monkeypatch.setattr(tiny, "queries", {"networks/own": parse("own", "#+ summary: Own\nASK { }")})
    with pytest.raises(WorkspaceError, match="its header says no"):
        open_view(tiny, "own")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("weight", "'heavy'", r"gives 'heavy' as \?weight; it takes a number"),
        ("weight", "'NaN'^^xsd:double", "gives 'NaN'"),
        ("weight", "'INF'^^xsd:double", "gives 'INF'"),
        ("possibleFrom", "'2008'^^xsd:gYear", r"gives '2008' as \?possibleFrom; it takes a day"),
        ("certainUntil", "museum:xa-loom", r"as \?certainUntil; it takes a day"),
    ],
)
def test_a_query_with_values_of_the_wrong_kind_is_no_view(
    tiny: KnowledgeGraph, column: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"SELECT ?source ?target ({value} AS ?{column}) {{ ?source hkg:heldBy ?target }}"
    with pytest.raises(WorkspaceError, match=words):
        asked(tiny, text, monkeypatch)


TWICE = (
    "SELECT ?source ?target { VALUES (?source ?target) "
    "{ (museum:xa-loom committee:xa) (committee:xa museum:xa-loom) } }"
)


def test_two_ties_where_the_header_says_one(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = asked(tiny, TWICE, monkeypatch, "kind: edges, multi: false")
    assert type(single.to_networkx()) is networkx.DiGraph
    with pytest.raises(WorkspaceError, match="ties committee:xa and museum:xa-loom more than once"):
        asked(tiny, TWICE, monkeypatch, "kind: edges, directed: false, multi: false")


def test_a_header_that_says_neither_true_nor_false(
    tiny: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkspaceError, match="`directed: yes`; it takes true or false"):
        asked(tiny, TWICE, monkeypatch, "kind: edges, directed: yes")
