"""Network views of the tiny graph, against answers worked out by hand."""

from __future__ import annotations

import networkx
import pytest

from heritagekg import KnowledgeGraph
from heritagekg.errors import BadParameter, UnknownName, WorkspaceError
from heritagekg.network.views import View, find_view, network_views, open_view
from heritagekg.queries import parse

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
}


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
    monkeypatch.setattr(graph, "queries", {"networks/own": query})
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
