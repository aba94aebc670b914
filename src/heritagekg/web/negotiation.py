"""Which format an answer comes in: the Accept header against what can be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Media types by format, the first being the one that is sent to those who accept anything.
RESULT_TYPES: dict[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}
GRAPH_TYPES: dict[str, tuple[str, ...]] = {
    "ttl": ("text/turtle", "application/x-turtle"),
    "nt": ("application/n-triples",),
    "rdf": ("application/rdf+xml", "application/xml"),
    "jsonld": ("application/ld+json", "application/json"),
    "trig": ("application/trig",),
    "nq": ("application/n-quads",),
}
# Values of a `format` parameter, as common clients send it, where they are not the format's name.
_ALIASES = {
    "turtle": "ttl",
    "n3": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
    "rdfxml": "rdf",
    "rdf+xml": "rdf",
    "json-ld": "jsonld",
}


class Choice(NamedTuple):
    """A format and the media type it is sent as."""

    form: str
    media_type: str


def choose(accept: str, offered: Mapping[str, tuple[str, ...]], wanted: str = "") -> Choice | None:
    """Return the format to answer in; None if nothing offered is accepted (RFC 9110, §12.5.1).

    Parameters
    ----------
    accept
        The Accept header; empty for anything.
    offered
        Media types by format, in the order of the server's preference.
    wanted
        The value of a `format` parameter, which goes before the header if it is known.

    Examples
    --------
    >>> choose("text/csv;q=0.5, application/json;q=0.9", RESULT_TYPES)
    Choice(form='json', media_type='application/json')
    >>> choose("image/png", RESULT_TYPES) is None
    True
    """
    if choice := _named(wanted, offered):
        return choice
    ranges = list(_ranges(accept or "*/*"))
    best, chosen = 0.0, None
    for form, media_types in offered.items():
        for media_type in media_types:
            quality = _quality(media_type, ranges)
            if quality > best:
                best, chosen = quality, Choice(form, media_type)
    return chosen


def prefers_html(accept: str) -> bool:
    """Return whether *accept* is a browser's: it names HTML at least as high as anything else.

    Examples
    --------
    >>> prefers_html("text/html,application/xml;q=0.9,*/*;q=0.8"), prefers_html("*/*")
    (True, False)
    """
    ranges = dict(_ranges(accept))
    html = ranges.get("text/html", 0.0)
    return html > 0 and html >= max(ranges.values())


def _named(wanted: str, offered: Mapping[str, tuple[str, ...]]) -> Choice | None:
    name = _ALIASES.get(wanted.lower(), wanted.lower())
    if name == "xml" and "rdf" in offered:
        name = "rdf"
    if name == "json" and "jsonld" in offered:
        name = "jsonld"
    for form, media_types in offered.items():
        if name == form or name in media_types:
            return Choice(form, media_types[0])
    return None


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        if "/" in media_range:
            yield media_range, quality


def _quality(media_type: str, ranges: Iterable[tuple[str, float]]) -> float:
    """Return the quality that the most specific range gives to *media_type*."""
    best, quality = 0, 0.0
    whole = media_type.partition("/")[0] + "/*"
    for media_range, given in ranges:
        precision = {media_type: 3, whole: 2, "*/*": 1}.get(media_range, 0)
        if precision > best or (precision == best and precision and given > quality):
            best, quality = precision, given
    return quality
