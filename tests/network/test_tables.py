"""Tables of nodes and edges, at a size where a slow question shows."""

from __future__ import annotations

import json
import time

import pyarrow
import pyoxigraph as ox

from heritagekg.engine.embedded import Embedded
from heritagekg.network.tables import read_nodes
from heritagekg.terms import expand
from heritagekg.workspace import Workspace


def test_describing_many_things_does_not_go_through_the_whole_graph() -> None:
    museums = [ox.NamedNode(expand(f"museum:m{number}")) for number in range(20_000)]
    stated = {
        ox.NamedNode(expand("rdf:type")): ox.NamedNode(expand("hkg:Museum")),
        ox.NamedNode(expand("hkg:country")): ox.NamedNode(expand("country:xa")),
        ox.NamedNode(expand("skos:prefLabel")): ox.Literal("Muzey", language="az"),
    }
    store = ox.Store()
    store.bulk_extend(
        ox.Quad(museum, name, value) for museum in museums for name, value in stated.items()
    )
    asked = pyarrow.array(sorted(museum.value for museum in museums[:2000]))
    query = Workspace.shipped().root.joinpath("queries/networks/nodes.rq").read_text("utf-8")
    started = time.process_time()
    nodes = read_nodes(Embedded(store), query, asked)
    # 0.1 s; through the whole graph for each thing, several seconds.
    assert time.process_time() - started < 1
    assert nodes["iri"].to_pylist() == asked.to_pylist()
    kept = nodes.select(["label", "labels", "kind", "country"]).to_pylist()
    assert kept == 2000 * [
        {
            "label": "Muzey",
            "labels": '{"az": "Muzey"}',
            "kind": "hkg:Museum",
            "country": "country:xa",
        }
    ]


def test_a_node_is_called_in_english_among_many_in_other_languages() -> None:
    names = {"ar": "الف", "de": "Haus", "en": "House", "es": "Casa", "fr": "Maison", "zh": "屋"}
    iris = [expand(f"museum:m{number}") for number in range(3000)]
    label = ox.NamedNode(expand("skos:prefLabel"))
    store = ox.Store()
    store.bulk_extend(
        ox.Quad(ox.NamedNode(iri), label, ox.Literal(f"{text} {number}", language=language))
        for number, iri in enumerate(iris)
        for language, text in names.items()
        # Of every third nobody tells the English name.
        if number % 3 or language != "en"
    )
    query = Workspace.shipped().root.joinpath("queries/networks/nodes.rq").read_text("utf-8")
    nodes = read_nodes(Embedded(store), query, pyarrow.array(sorted(iris)))
    for node in nodes.to_pylist():
        number = int(node["id"].removeprefix("museum:m"))
        assert node["label"] == (f"House {number}" if number % 3 else f"الف {number}")
        said = {language: f"{text} {number}" for language, text in names.items()}
        assert json.loads(node["labels"]) == {
            k: v for k, v in said.items() if number % 3 or k != "en"
        }
