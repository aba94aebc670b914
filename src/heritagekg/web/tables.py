"""SPARQL JSON results as tables for a page: labels in place of IRIs, and links that are safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from heritagekg.terms import ENTITIES, HKG, compact

_LABEL = "Label"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMERIC = {_XSD + name for name in ("integer", "decimal", "double", "float")}
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
# The most IRIs whose labels are asked for at once.
_MOST_LABELS = 400

LABELS = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label
WHERE {
  VALUES ?thing { %s }
  ?thing rdfs:label ?label .
  FILTER(LANG(?label) IN ("en", ""))
}
ORDER BY ?thing ?label"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell of a table shows.

    Attributes
    ----------
    text, title
        What is read, and what is read on pointing at it.
    href, is_external
        Where it leads, if anywhere, and whether that is another site.
    language
        The language tag of the text.
    kind
        `iri`, `number`, `date` or `text`, for its look.
    """

    text: str
    title: str = ""
    href: str = ""
    is_external: bool = False
    language: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Column names with their meanings, and rows of cells."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]


def link(iri: str) -> tuple[str, bool]:
    """Return where a page may lead for *iri*, and whether that is another site; "" for nowhere.

    Only the web's own schemes become links, so that no `javascript:` in the data does.

    Examples
    --------
    >>> link("https://w3id.org/heritagekg/id/committee/az")
    ('/id/committee/az', False)
    >>> link("javascript:alert(1)")
    ('', False)
    """
    if iri.startswith(ENTITIES):
        kind, slash, name = iri.removeprefix(ENTITIES).partition("/")
        if slash and name and "/" not in name:
            return f"/id/{quote(kind, safe='')}/{quote(name, safe='')}", False
    if iri.startswith(HKG):
        return "/ontology#" + quote(iri.removeprefix(HKG), safe=""), False
    if iri.startswith(("http://", "https://")):
        return iri, True
    return "", False


def iri_cell(iri: str, label: str = "") -> Cell:
    """Return the cell for an IRI; it shows *label* where there is one, else the CURIE."""
    href, is_external = link(iri)
    return Cell(label or compact(iri), compact(iri), href, is_external, kind="iri")


def unlabelled(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the IRIs in *results* whose labels the page should ask for."""
    names = results["head"]["vars"]
    columns = [name for name in names if name + _LABEL not in names]
    found = dict.fromkeys(
        solution[name]["value"]
        for solution in results["results"]["bindings"]
        for name in columns
        if solution.get(name, {}).get("type") == "uri"
    )
    # What could not stand between < and > in a query is no IRI that a label was written for.
    proper = (iri for iri in found if not any(c in '<>"{}|^`\\' or c <= " " for c in iri))
    return tuple(proper)[:_MOST_LABELS]


def labels_query(iris: Iterable[str]) -> str:
    """Return the query for the English labels of *iris*."""
    return LABELS % " ".join(f"<{iri}>" for iri in iris)


def labels_in(results: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that the answer to `labels_query` gives, by IRI; the first of each."""
    labels: dict[str, str] = {}
    for solution in results["results"]["bindings"]:
        labels.setdefault(solution["thing"]["value"], solution["label"]["value"])
    return labels


def show(
    results: Mapping[str, Any], labels: Mapping[str, str], meanings: Mapping[str, str]
) -> ShownTable:
    """Return *results* as a table for a page.

    A column `person` beside a column `personLabel` takes its text from that one, which is then
    left out.

    Parameters
    ----------
    results
        SPARQL JSON results.
    labels
        Labels by IRI.
    meanings
        What each column means, by variable.
    """
    names = results["head"]["vars"]
    merged = {name + _LABEL for name in names} & set(names)
    shown = [name for name in names if name not in merged]
    rows = tuple(
        tuple(_cell(solution.get(name), solution.get(name + _LABEL), labels) for name in shown)
        for solution in results["results"]["bindings"]
    )
    return ShownTable(tuple((name, meanings.get(name, "")) for name in shown), rows)


def _cell(
    term: Mapping[str, Any] | None, own_label: Mapping[str, Any] | None, labels: Mapping[str, str]
) -> Cell:
    if term is None:
        return Cell("")
    value = term["value"]
    match term["type"]:
        case "uri":
            label = own_label["value"] if own_label else labels.get(value, "")
            return iri_cell(value, label)
        case "bnode":
            return Cell(f"_:{value}", "a node without a name", kind="iri")
        case "triple":
            return Cell(str(value), kind="iri")
    datatype = term.get("datatype", "")
    kind = "number" if datatype in _NUMERIC else "text"
    if _DATE.fullmatch(value):
        kind = "date"
    if datatype == _XSD + "anyURI" and value.startswith(("http://", "https://")):
        return Cell(value, "", value, is_external=True)
    return Cell(value, compact(datatype), language=term.get("xml:lang", ""), kind=kind)
