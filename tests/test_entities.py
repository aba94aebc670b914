"""Entities by name, and cards of what is said of them, on the tiny graph."""

from __future__ import annotations

import pytest

from heritagekg import KnowledgeGraph
from heritagekg.entities import describe, fold
from heritagekg.errors import AmbiguousName, UnknownName


@pytest.mark.parametrize(
    "name",
    [
        "committee:xa",
        "<https://w3id.org/heritagekg/id/committee/xa>",
        "https://w3id.org/heritagekg/id/committee/xa",
        "CTM Xanadu",
        "ctm xanadu",
        "CTM Xanadou",
        "CTM  XÄNADU",
    ],
)
def test_names_that_mean_the_committee(tiny: KnowledgeGraph, name: str) -> None:
    assert tiny.locate(name).value == "https://w3id.org/heritagekg/id/committee/xa"


def test_former_name_finds_the_museum(tiny: KnowledgeGraph) -> None:
    names = {
        row.name
        for row in tiny.query("SELECT ?name { ?p hkg:subject museum:xa-loom ; hkg:name ?name }")
    }
    assert len(names) > 1
    assert {tiny.locate(name).value.rpartition("/")[2] for name in names} == {"xa-loom"}


def test_unknown_names_say_what_comes_close(tiny: KnowledgeGraph) -> None:
    with pytest.raises(UnknownName, match=r"'CTM Xanado'; did you mean 'CTM Xanado?u'"):
        tiny.locate("CTM Xanado")
    with pytest.raises(UnknownName, match="'committee:xb'; did you mean 'committee:xa'"):
        tiny.locate("committee:xb")
    with pytest.raises(UnknownName, match="nothing here is called 'zzz'; a CURIE such as"):
        tiny.locate("zzz")


def test_label_of_several_things_lists_them(tiny: KnowledgeGraph) -> None:
    shared = [
        row.label
        for row in tiny.query(
            "SELECT ?label { ?a skos:prefLabel|skos:altLabel ?label . "
            "?b skos:prefLabel|skos:altLabel ?label FILTER(?a != ?b) } ORDER BY ?label LIMIT 1"
        )
    ]
    assert shared, "the ontology names a measure and a kind alike"
    with pytest.raises(AmbiguousName, match=r"names \d+ things: ") as caught:
        tiny.locate(shared[0])
    assert len(caught.value.candidates) > 1


def test_card_of_a_committee(tiny: KnowledgeGraph) -> None:
    entity = tiny.show("CTM Xanadu")
    assert (entity.label, entity.name) == ("CTM Xanadu", "committee:xa")
    assert entity.kinds == ("hkg:NationalCommittee",)
    said = {(s.predicate, str(s)) for s in entity.statements}
    assert ("hkg:country", "Xanadu (country:xa)") in said
    assert ("skos:prefLabel", "CTM Xanadou @fr") in said
    facts = {fact.name: fact for fact in entity.facts}
    assert facts["admission:committee-xa"].kind == "hkg:Admission"
    assert facts["admission:committee-xa"].part == "hkg:organization"
    card = str(entity)
    assert card.startswith("CTM Xanadu  (committee:xa, hkg:NationalCommittee)\n")
    assert "\nhkg:Founding founding:committee-xa-herald (as hkg:organization)\n" in card
    assert "possibleFrom" not in card and "rdfs:label" not in card


def test_thing_that_is_only_pointed_at(tiny: KnowledgeGraph) -> None:
    nobody = tiny.query("SELECT ?x { VALUES ?x { <http://nowhere.example/> } }").terms[0][0]
    with pytest.raises(UnknownName, match=r"says nothing of 'http://nowhere.example/'"):
        describe(tiny.engine, nobody)


def test_folding_joins_spellings() -> None:
    assert fold("Məlikova ŞİRİN") == fold("melikova sirin")
    assert fold("Łódź") == "lodz" and fold("Großmuseum") == "grossmuseum"
