"""Tables of nodes and edges, at a size where a slow question shows."""

from __future__ import annotations

import time

import pyoxigraph as ox

from heritagekg.engine.embedded import Embedded
from heritagekg.network.tables import describe
from heritagekg.terms import expand


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
    asked = [museum.value for museum in museums[:2000]]
    started = time.process_time()
    things = describe(Embedded(store), asked)
    # 0.1 s; through the whole graph for each thing, several seconds.
    assert time.process_time() - started < 1
    assert list(things) == asked
    assert set(map(str, things.values())) == {
        "Thing(labels={'az': 'Muzey'}, kind='hkg:Museum', country='country:xa')"
    }
