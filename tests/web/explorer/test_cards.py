"""The card of a thing on the tiny graph and on the shipped one: what it tells, and as of when."""

from __future__ import annotations

import datetime

import pytest

import heritagekg
from heritagekg.errors import UnknownName
from heritagekg.terms import expand
from heritagekg.web.explorer import cards, timeline
from heritagekg.web.explorer.names import Names
from heritagekg.web.explorer.viewpoint import Viewpoint


@pytest.fixture(scope="module")
def names(kg: heritagekg.KnowledgeGraph) -> Names:
    return Names(kg.engine)


def card_of(
    kg: heritagekg.KnowledgeGraph, names: Names, curie: str, viewpoint: Viewpoint | None = None
) -> cards.Card:
    return cards.describe(kg.engine, names, expand(curie), viewpoint or Viewpoint())


def section(card: cards.Card, key: str) -> cards.Section:
    return next(section for section in card.sections if section.key == key)


def test_names_over_time(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    card = card_of(kg, names, "museum:az-national-carpet")
    told = [
        (fact.values[0][0].text, fact.when) for fact in section(card, "NamePeriod-subject").facts
    ]
    assert told[0] == ("Azerbaijan State Museum of Carpet and Folk Applied Arts", "1967 – 1993")
    assert ("Azerbaijan National Carpet Museum", "15 July 2019 –") in told


def test_every_fact_has_its_sources(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    card = card_of(kg, names, "committee:az")
    numbers = {source.number for source in card.sources}
    assert numbers == set(range(1, len(numbers) + 1))
    for one in card.sections:
        for fact in one.facts:
            assert fact.sources and set(fact.sources) <= numbers
    azernews = next(s for s in card.sources if s.iri == expand("source:azernews-2022-08"))
    assert azernews.publisher is not None and azernews.publisher.text == "Azernews"
    assert azernews.issued == "August 2022"
    assert azernews.url.startswith("https://")
    assert any("Being a public organization" in q.text for q in azernews.quotations)


def test_disagreements_stand_side_by_side(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    museum = card_of(kg, names, "museum:az-national-carpet")
    founded = next(d for d in museum.disagreements if d.about.title == "hkg:foundedIn")
    assert [version.value for version in founded.versions] == ["13 March 1967", "1 June 1967"]
    assert all(version.sources for version in founded.versions)
    # June 1993 is only less precise than 8 June 1993.
    committee = card_of(kg, names, "committee:az")
    assert {d.about.title for d in committee.disagreements} == {"hkg:foundedIn"}


def test_facts_of_different_things_do_not_disagree(
    kg: heritagekg.KnowledgeGraph, names: Names
) -> None:
    # The article tells when ICOM was founded, and when ICOM Azerbaijan was.
    article = card_of(kg, names, "source:azernews-2022-08")
    assert section(article, "Founding-wasDerivedFrom").total >= 2
    assert article.disagreements == ()


@pytest.mark.parametrize(
    ("at", "certain", "held", "others"),
    [
        ("2016-06-01", False, {"Shirin Malikova": "possible"}, 2),
        ("2018-01-01", False, {"Shirin Malikova": "certain"}, 2),
        ("2016-06-01", True, {}, 3),
    ],
)
def test_the_day_decides_what_is_shown(
    kg: heritagekg.KnowledgeGraph,
    names: Names,
    at: str,
    certain: bool,
    held: dict[str, str],
    others: int,
) -> None:
    viewpoint = Viewpoint(at=at, only_certain=certain)
    card = card_of(kg, names, "museum:az-national-carpet", viewpoint)
    posts = section(card, "Tenure-organization")
    told = {fact.values[0][0].text: fact.verdict for fact in posts.shown}
    assert held.items() <= told.items()
    assert len(posts.facts) == len(posts.shown) + len(posts.others)
    assert all("at=" + at in fact.href for fact in posts.facts)


def test_what_happens_is_true_ever_after(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    later = card_of(kg, names, "committee:az", Viewpoint(at="2020-01-01"))
    assert [f.verdict for f in section(later, "Founding-organization").facts] == ["certain"] * 2
    before = card_of(kg, names, "committee:az", Viewpoint(at="1990-01-01"))
    assert section(before, "Founding-organization").shown == ()


def test_azerbaijani(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    card = card_of(kg, names, "committee:az", Viewpoint(language="az"))
    assert card.label.text == "İKOM Azərbaycan Milli Komitəsi"
    assert card.kinds[0].text == "Milli komitə"
    assert "8 iyun 1993" in {fact.when for fact in section(card, "Admission-organization").facts}


def test_a_section_alone(
    kg: heritagekg.KnowledgeGraph, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "SHOWN", 10)
    iri = expand("organization:icom")
    whole = cards.describe(kg.engine, names, iri, Viewpoint())
    figures = section(whole, "Observation-subject")
    assert figures.total > len(figures.facts) == cards.SHOWN
    alone = cards.describe(kg.engine, names, iri, Viewpoint(), only="Observation-subject")
    assert len(alone.sections) == 1
    assert len(alone.sections[0].facts) == figures.total
    rest = cards.describe(kg.engine, names, iri, Viewpoint(), only="Observation-subject", start=20)
    assert len(rest.sections[0].facts) == figures.total - 20
    with pytest.raises(UnknownName, match="no section 'Tenure-nonsense'"):
        cards.describe(kg.engine, names, iri, Viewpoint(), only="Tenure-nonsense")


def test_what_is_not_there(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    with pytest.raises(UnknownName, match="person:nobody"):
        card_of(kg, names, "person:nobody")


@pytest.mark.parametrize(
    "curie",
    [
        "hkg:Tenure",
        "role:chair",
        "source:azernews-2022-08",
        "country:az",
        "tenure:shirin-malikova-committee-az",
    ],
)
def test_every_kind_of_thing_has_a_card(
    kg: heritagekg.KnowledgeGraph, names: Names, curie: str
) -> None:
    card = card_of(kg, names, curie)
    assert card.label.text
    assert card.statements or card.sections or card.pointing


def test_the_timeline_lies_within_its_frame(kg: heritagekg.KnowledgeGraph, names: Names) -> None:
    card = card_of(kg, names, "museum:az-national-carpet")
    drawn = timeline.draw(card.sections, "2016-01-01", datetime.date(2026, 1, 1))
    assert drawn is not None and drawn.at is not None
    for bar in drawn.bars:
        for left, width in (bar.possible, bar.certain):
            assert 0 <= left <= 100 and 0 < width <= 100.6
        # What is certain is possible.
        assert bar.possible[0] <= bar.certain[0] + 0.01
        assert sum(bar.certain) <= sum(bar.possible) + 0.61
    first = next(b for b in drawn.bars if b.text.startswith("Azerbaijan State Museum of Carpet"))
    assert not first.opens and not first.ends_open
    assert timeline.draw((), None, datetime.date(2026, 1, 1)) is None
