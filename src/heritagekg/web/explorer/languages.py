"""The languages of the interface: message catalogues, negotiation, dates and numbers."""

from __future__ import annotations

import gettext
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from heritagekg.dates import days_of

if TYPE_CHECKING:
    from starlette.requests import Request

# The texts in templates and code are English; a catalogue below locale/ adds a language.
SOURCE = "en"
COOKIE = "lang"
# Each language by its own name.
NAMES = {"en": "English", "az": "Azərbaycanca"}


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of *language*; those it lacks come in English."""
    with as_file(files("heritagekg.web") / "locale") as folder:
        return gettext.translation("messages", folder, [language], fallback=True)


def choose(request: Request) -> str:
    """Return the language for *request*: of its `lang` parameter, its cookie, its browser."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in NAMES:
            return wanted
    return negotiate(request.headers.get("accept-language", ""))


def negotiate(accepted: str) -> str:
    """Return the language for an Accept-Language header (RFC 9110, §12.5.4).

    Examples
    --------
    >>> negotiate("ru, az-Latn;q=0.9, en;q=0.8"), negotiate(""), negotiate("en;q=0.5,az;q=x")
    ('az', 'en', 'en')
    """
    best, chosen = 0.0, SOURCE
    for part in accepted.split(","):
        tag, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        language = tag.strip().lower().partition("-")[0]
        if language in NAMES and quality > best:
            best, chosen = quality, language
    return chosen


@lru_cache(maxsize=8192)
def date(value: str, language: str) -> str:
    """Return a date of RDF in words, as precise as it is; *value* itself if it is no date.

    Examples
    --------
    >>> date("2022-08-25", "en"), date("2022-08", "az"), date("1946", "en"), date("soon", "en")
    ('25 August 2022', 'avqust 2022', '1946', 'soon')
    """
    days = days_of(value)
    if days is None or len(value) == 4:
        return value
    import datetime

    from babel.dates import format_date

    form = "d MMMM y" if len(value) == 10 else "LLLL y"
    return str(format_date(datetime.date.fromisoformat(days[0]), form, locale=language))


@lru_cache(maxsize=8192)
def number(value: str | int, language: str) -> str:
    """Return a number with its digits grouped as *language* does.

    Examples
    --------
    >>> number(49000, "en"), number("49000.5", "az")
    ('49,000', '49.000,5')
    """
    from decimal import Decimal, InvalidOperation

    from babel.numbers import format_decimal

    try:
        return str(format_decimal(Decimal(value), locale=language))
    except (InvalidOperation, ValueError):
        return str(value)
