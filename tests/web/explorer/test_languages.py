"""The catalogues have every text of the pages, whole and with the same places for values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import heritagekg
from heritagekg.web.explorer import languages

WEB = Path(heritagekg.__file__).parent / "web"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
CATALOGUES = sorted((WEB / "locale").glob("*/LC_MESSAGES/messages.po"))


@pytest.fixture(scope="module")
def texts() -> set[object]:
    methods = [("explorer/**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trimmed": "true"}}
    found = extract_from_dir(str(WEB), methods, options, KEYWORDS)
    return {tuple(text) if isinstance(text, tuple) else text for _, _, text, _, _ in found}


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def test_every_offered_language_has_a_catalogue() -> None:
    assert {path.parts[-3] for path in CATALOGUES} == set(languages.NAMES) - {languages.SOURCE}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_text_of_the_pages_is_translated(path: Path, texts: set[object]) -> None:
    assert len(texts) > 150
    known = {message.id for message in catalogue(path) if message.id and all_of(message.string)}
    assert sorted(map(str, texts - known)) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_translations_have_the_places_of_the_text(path: Path) -> None:
    for message in catalogue(path):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        for said in all_of(message.string):
            assert places(said) == places(texts[-1]), message.id


def all_of(said: str | tuple[str, ...]) -> tuple[str, ...]:
    strings = said if isinstance(said, tuple) else (said,)
    return strings if all(strings) else ()


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}|</?\w+>", text))


def test_dates_and_numbers_are_those_of_the_language() -> None:
    assert languages.date("2022-08-25", "az") == "25 avqust 2022"
    assert languages.date("2022-02-30", "en") == "2022-02-30"
    assert languages.number("not a number", "az") == "not a number"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("az", "az"), ("az-AZ,en;q=0.5", "az"), ("ru,en-GB;q=0.9,az;q=0.1", "en"), ("*", "en")],
)
def test_negotiation(accepted: str, language: str) -> None:
    assert languages.negotiate(accepted) == language
