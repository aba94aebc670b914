"""Finding things by any of their names, however they are typed."""

from __future__ import annotations

import pytest

import heritagekg
from heritagekg.web.explorer.names import Names, sound


@pytest.fixture(scope="module")
def names(kg: heritagekg.KnowledgeGraph) -> Names:
    return Names(kg.engine)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Şirin Məlikova", "person:shirin-malikova"),
        ("sirin melikova", "person:shirin-malikova"),
        ("ШИРИН МЕЛИК", "person:shirin-malikova"),
        ("Shirin Malikva", "person:shirin-malikova"),
        ("Malikova Shirin", "person:shirin-malikova"),
        ("xalça", "museum:az-national-carpet"),
        ("халча", "museum:az-national-carpet"),
        ("carpet mus", "museum:az-national-carpet"),
        ("icom azerb", "committee:az"),
        ("İKOM Azərbaycan", "committee:az"),
        ("bakı", "place:baku"),
        ("baku", "place:baku"),
        ("prague", "place:prague"),
        ("საქართველო", "country:ge"),
        ("CIDOC", "committee:cidoc"),
    ],
)
def test_the_thing_that_is_meant_comes_first(names: Names, typed: str, first: str) -> None:
    found = names.search(typed, "en")
    assert found
    assert found[0].iri == heritagekg_iri(first)


def heritagekg_iri(curie: str) -> str:
    from heritagekg.terms import expand

    return expand(curie)


@pytest.mark.parametrize("typed", ["", "   ", "!?;", "qqqqzzzz", "\u0301", "ъ", "zq" * 2000])
def test_what_names_nothing_finds_nothing(names: Names, typed: str) -> None:
    assert names.search(typed, "en") == []


def test_each_thing_comes_once_and_in_the_visitors_language(names: Names) -> None:
    found = names.search("azerbaijan", "az", limit=50)
    assert len({one.iri for one in found}) == len(found)
    labels = {one.iri: one.label.text for one in found}
    assert labels[heritagekg_iri("committee:az")] == "İKOM Azərbaycan Milli Komitəsi"


def test_facts_are_not_found_but_their_names_are(names: Names) -> None:
    # A former name of the museum, written on a fact of its own.
    found = names.search("Latif Karimov", "en")
    assert heritagekg_iri("museum:az-national-carpet") in {one.iri for one in found}
    assert not any("/id/name/" in one.iri for one in found)


def test_a_thing_without_a_name_is_called_by_its_curie(names: Names) -> None:
    assert names.label("https://w3id.org/heritagekg/id/person/nobody", "en").text == "person:nobody"


def test_other_scripts_stay_as_they_are() -> None:
    for text in ("საქართველო", "المتحف", "東京"):
        assert sound(text) == text
    # Armenian has capitals.
    assert sound("Հայաստան") == sound("ՀԱՅԱՍՏԱՆ")
