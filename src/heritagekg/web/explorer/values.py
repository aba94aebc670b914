"""RDF terms as a page shows them: things by name, dates in words, links that are safe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox
from markupsafe import Markup, escape

from heritagekg.terms import PREFIXES, compact, expand
from heritagekg.web.explorer.viewpoint import address

if TYPE_CHECKING:
    from heritagekg.engine.protocol import Term
    from heritagekg.web.explorer.names import Names
    from heritagekg.web.explorer.viewpoint import Viewpoint

_XSD = PREFIXES["xsd"]
_DATES = {_XSD + name for name in ("date", "gYearMonth", "gYear")}
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "double", "float")}
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_LABEL = "Label"


class Value(NamedTuple):
    """One value as a page shows it.

    Attributes
    ----------
    text, language
        What is read, and its language where that is not the page's.
    href, is_external
        Where it leads, if anywhere, and whether that is another site.
    title
        What is read on pointing at it.
    kind
        `iri`, `number`, `date` or `text`, for its look.
    """

    text: str
    language: str = ""
    href: str = ""
    is_external: bool = False
    title: str = ""
    kind: str = "text"

    def __html__(self) -> str:
        """Return the value as HTML; nothing in it is markup but what stands here."""
        language = f' lang="{escape(self.language)}" dir="auto"' if self.language else ""
        if not self.href:
            return f"<span{language}>{escape(self.text)}</span>" if language else escape(self.text)
        away = ' rel="noreferrer" class="away"' if self.is_external else ""
        title = f' title="{escape(self.title)}"' if self.title not in ("", self.text) else ""
        return f'<a href="{escape(self.href)}"{away}{title}{language}>{escape(self.text)}</a>'

    @property
    def tagged(self) -> Markup:
        """The value as HTML, with the tag of its language where that is not the page's."""
        tag = f' <small class="tag">{escape(self.language)}</small>' if self.language else ""
        return Markup(self.__html__() + tag)

    @property
    def name(self) -> Markup:
        """The value as HTML without its link, but with what is read on pointing at it."""
        language = f' lang="{escape(self.language)}"' if self.language else ""
        title = f' title="{escape(self.title)}"' if self.title else ""
        return Markup(f"<span{language}{title}>{escape(self.text)}</span>")


class ShownTable(NamedTuple):
    """Column names with their meanings, and rows of values."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Value, ...], ...]


class Values:
    """How terms are shown from one viewpoint."""

    def __init__(self, names: Names, viewpoint: Viewpoint) -> None:
        self.names, self.viewpoint = names, viewpoint
        self._things: dict[str, Value] = {}
        self._terms: dict[str, Value] = {}

    def foreign(self, language: str) -> str:
        """Return *language* where it is not that of the page, else "": what a page marks."""
        return "" if language == self.viewpoint.language else language

    def vocabulary(self, curie: str) -> Value:
        """Return the name of a class or property in the visitor's language, without a link."""
        if curie not in self._terms:
            self._terms[curie] = self._vocabulary(curie)
        return self._terms[curie]

    def _vocabulary(self, curie: str) -> Value:
        known = ":" in curie and curie.partition(":")[0] in PREFIXES
        iri = expand(curie) if known else curie
        name = self.names.label(iri, self.viewpoint.language)
        if name.text == curie:
            return Value(_spaced(curie.partition(":")[2] or curie), self.foreign("en"), title=curie)
        return Value(name.text, self.foreign(name.language), title=curie)

    def thing(self, iri: str) -> Value:
        """Return the value that names the thing *iri* and leads to its page, or its address."""
        if iri not in self._things:
            name = self.names.label(iri, self.viewpoint.language)
            href = self.viewpoint.page(iri) or address(iri)
            away = not href.startswith("/") and bool(href)
            self._things[iri] = Value(
                name.text, self.foreign(name.language), href, away, compact(iri), "iri"
            )
        return self._things[iri]

    def of(self, term: Term) -> Value:
        """Return the value for an RDF term."""
        if isinstance(term, ox.NamedNode):
            return self.thing(term.value)
        if isinstance(term, ox.BlankNode):
            return Value(f"_:{term.value}", kind="iri")
        return self._literal(term.value, term.datatype.value, term.language or "")

    def _literal(self, text: str, datatype: str, language: str) -> Value:
        if datatype == _XSD + "anyURI":
            href = address(text)
            return Value(text, "", href, bool(href))
        if datatype in _DATES:
            return Value(self.viewpoint.date(text), title=text, kind="date")
        if datatype in _NUMBERS:
            return Value(self.viewpoint.number(text), title=text, kind="number")
        return Value(text, self.foreign(language))

    def table(self, results: Mapping[str, Any], meanings: Mapping[str, str]) -> ShownTable:
        """Return SPARQL JSON results as a table for a page.

        A column `person` beside a column `personLabel` takes its text from that one, which is then
        left out. Dates and numbers are shown as they were answered, for a table is read by column.
        """
        names = results["head"]["vars"]
        merged = {name + _LABEL for name in names} & set(names)
        shown = [name for name in names if name not in merged]
        rows = tuple(
            tuple(self._cell(row.get(name), row.get(name + _LABEL)) for name in shown)
            for row in results["results"]["bindings"]
        )
        return ShownTable(tuple((name, meanings.get(name, "")) for name in shown), rows)

    def _cell(self, term: Mapping[str, Any] | None, label: Mapping[str, Any] | None) -> Value:
        if term is None:
            return Value("")
        text = term["value"]
        match term["type"]:
            case "uri":
                value = self.thing(text)
                if label and label.get("xml:lang", "") == self.viewpoint.language:
                    return value._replace(text=label["value"], language="")
                return value
            case "bnode":
                return Value(f"_:{text}", kind="iri")
            case "triple":
                return Value(str(text), kind="iri")
        datatype = term.get("datatype", "")
        if datatype == _XSD + "anyURI":
            return self._literal(text, datatype, "")
        kind = "number" if datatype in _NUMBERS else "date" if _DATE.fullmatch(text) else "text"
        return Value(
            text, self.foreign(term.get("xml:lang", "")), title=compact(datatype), kind=kind
        )


def _spaced(local: str) -> str:
    """Return `wasDerivedFrom` as `was derived from`."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in local).strip()
