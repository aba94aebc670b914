"""The two tables of a view: edges between integer codes, and the nodes that have these codes."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from heritagekg.dates import OPEN_END, OPEN_START
from heritagekg.engine.protocol import Engine, Term
from heritagekg.errors import WorkspaceError
from heritagekg.terms import PREFIXES, compact

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.engine.results import Table

# Variable of a view's query -> column of the edge table.
_BOUNDS = {
    "possibleFrom": "start",
    "possibleUntil": "end",
    "certainFrom": "certain_from",
    "certainUntil": "certain_until",
}
_KEYS = ("source", "target", "kind", "weight", "fact", *_BOUNDS)
_OPEN = {OPEN_START, OPEN_END}
# So many things are asked about at once: no more than an endpoint takes in one query.
_AT_ONCE = 1000
_TYPE, _COUNTRY = PREFIXES["rdf"] + "type", PREFIXES["hkg"] + "country"
# A thing is called by the first of these that it has.
_LABELS = (PREFIXES["skos"] + "prefLabel", PREFIXES["dcterms"] + "title")

_Key: TypeAlias = "tuple[Term | None, ...]"


class Ties(NamedTuple):
    """The ties in an answer, each with its documents; *left_out* rows tied no two things."""

    documents: dict[_Key, dict[str, None]]
    left_out: int


class Thing(NamedTuple):
    """What the graph says of a node: its labels by language, its class, its country."""

    labels: dict[str, str]
    kind: str | None
    country: str | None


def read_ties(answer: Table) -> Ties:
    """Return the ties in the *answer* of a view's query.

    Rows that differ only in the document are one tie with all its documents; any other two are
    two ties, also between the same two things. A literal is no thing: rows with one as source or
    target are left out and counted.

    Raises
    ------
    WorkspaceError
        If the query has no variables `source` and `target`.
    """
    place = {name: index for index, name in enumerate(answer.variables)}
    for name in ("source", "target"):
        if name not in place:
            raise WorkspaceError(f"the query of a network view selects ?{name}; this one does not")
    columns = [place.get(name) for name in _KEYS]
    document = place.get("document")
    ties = Ties({}, 0)
    left_out = 0
    for row in answer.terms:
        key = tuple(None if column is None else row[column] for column in columns)
        if not (isinstance(key[0], ox.NamedNode) and isinstance(key[1], ox.NamedNode)):
            left_out += 1
            continue
        documents = ties.documents.setdefault(key, {})
        if document is not None and (stated := row[document]) is not None:
            documents[name_of(stated)] = None
    return ties._replace(left_out=left_out)


def edge_table(ties: Iterable[tuple[_Key, Iterable[str]]], codes: Mapping[str, int]) -> Any:
    """Return the edge table of *ties*, each node by its code.

    Returns
    -------
    pyarrow.Table
        source, target (int32 codes), kind (CURIE or text), weight (float64, 1 where the view has
        none), start, end, certain_from, certain_until (date32, null where open), certainty
        (`certain` or `possible`), fact (CURIE), document (CURIEs, joined by a space).

    Raises
    ------
    WorkspaceError
        If a weight is no finite number, or a bound no day.
    """
    import pyarrow

    rows = [
        {
            "source": codes[_value(source)],
            "target": codes[_value(target)],
            "kind": _name(kind),
            "weight": _weight(weight),
            **{
                column: _day(name, day)
                for (name, column), day in zip(_BOUNDS.items(), bounds, strict=True)
            },
            "certainty": "certain",
            "fact": _name(fact),
            "document": " ".join(documents),
        }
        for (source, target, kind, weight, fact, *bounds), documents in ties
    ]
    text, day = pyarrow.string(), pyarrow.date32()
    fields = {"source": pyarrow.int32(), "target": pyarrow.int32(), "kind": text}
    fields |= {"weight": pyarrow.float64()} | dict.fromkeys(_BOUNDS.values(), day)
    fields |= dict.fromkeys(("certainty", "fact", "document"), text)
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))


def renumbered(edges: pyarrow.Table, used: Sequence[int]) -> pyarrow.Table:
    """Return *edges* with the codes of the nodes *used* replaced by their places there."""
    import pyarrow

    places = {code: place for place, code in enumerate(used)}
    for index, name in enumerate(("source", "target")):
        column = pyarrow.array([places[code] for code in edges[name].to_pylist()], pyarrow.int32())
        edges = edges.set_column(index, edges.schema.field(name), column)
    return edges


def node_table(iris: Sequence[str], things: Mapping[str, Thing]) -> pyarrow.Table:
    """Return the node table: the thing with the IRI at each place of *iris* has that code.

    Returns
    -------
    pyarrow.Table
        code (int32), id (CURIE), iri, label (English, else in the first language there is, else
        the CURIE), labels (JSON: language to label), kind (CURIE of its class; null: unknown),
        country (CURIE; null: none stated).
    """
    import pyarrow

    rows = []
    for code, iri in enumerate(iris):
        labels, kind, country = things[iri]
        label = labels.get("en") or next(iter(labels.values()), None)
        rows.append(
            {
                "code": code,
                "id": compact(iri),
                "iri": iri,
                "label": label or compact(iri),
                "labels": json.dumps(labels, ensure_ascii=False),
                "kind": kind,
                "country": country,
            }
        )
    fields = {"code": pyarrow.int32()}
    fields |= dict.fromkeys(("id", "iri", "label", "labels", "kind", "country"), pyarrow.string())
    return pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields))


def describe(engine: Engine, iris: Sequence[str]) -> dict[str, Thing]:
    """Return what the graph says of each of *iris*: labels, most special class, country."""
    stated: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    asked = ", ".join(f"<{name}>" for name in (_TYPE, _COUNTRY, *_LABELS))
    for start in range(0, len(iris), _AT_ONCE):
        things = " ".join(str(ox.NamedNode(iri)) for iri in iris[start : start + _AT_ONCE])
        # A second VALUES for the properties makes pyoxigraph 200 times slower.
        answer = engine.select(
            f"SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} "
            f"?thing ?property ?value . FILTER(?property IN ({asked})) }}"
        )
        for thing, name, value in answer.terms:
            assert value is not None
            stated[_value(thing)][_value(name)].append(value)
    above = _superclasses(engine)
    return {iri: _thing(stated[iri], above) for iri in iris}


def _superclasses(engine: Engine) -> dict[str, set[str]]:
    """Return every class of the ontology with all classes above it."""
    above: dict[str, set[str]] = defaultdict(set)
    answer = engine.select(
        "SELECT ?class ?super WHERE { ?class rdfs:subClassOf+ ?super . FILTER(ISIRI(?super)) }"
    )
    for row in answer:
        above[row["class"]].add(row["super"])
    return above


def _thing(stated: Mapping[str, list[Term]], above: Mapping[str, set[str]]) -> Thing:
    classes = {_value(term) for term in stated.get(_TYPE, ())}
    general = {name for one in classes for name in above.get(one, ()) if name != one}
    # The classes of other vocabularies say less than the project's own.
    special = sorted(classes - general, key=lambda iri: (not iri.startswith(PREFIXES["hkg"]), iri))
    countries = sorted(name_of(term) for term in stated.get(_COUNTRY, ()))
    labels: dict[str, str] = {}
    for name in _LABELS:
        for term in sorted(stated.get(name, ()), key=str):
            if isinstance(term, ox.Literal):
                labels.setdefault(term.language or "", term.value)
    return Thing(
        dict(sorted(labels.items(), key=lambda pair: (pair[0] != "en", pair[0]))),
        compact(special[0]) if special else None,
        countries[0] if countries else None,
    )


def name_of(term: Term) -> str:
    """Return the CURIE of an IRI, or the text of a literal."""
    return compact(term.value) if isinstance(term, ox.NamedNode) else str(term.value)


def _value(term: Term | None) -> str:
    assert term is not None
    return str(term.value)


def _name(term: Term | None) -> str | None:
    return None if term is None else name_of(term)


def _day(name: str, term: Term | None) -> datetime.date | None:
    if term is None or term.value in _OPEN:
        return None
    try:
        return datetime.date.fromisoformat(_value(term)[:10])
    except ValueError:
        raise WorkspaceError(
            f"the query of a network view gives {_value(term)!r} as ?{name}; "
            "it takes a day such as 2022-08-25"
        ) from None


def _weight(term: Term | None) -> float:
    if term is None:
        return 1.0
    with suppress(ValueError):
        # Neither JSON nor GEXF has a word for infinity or for what is no number.
        if isfinite(weight := float(_value(term))):
            return weight
    raise WorkspaceError(
        f"the query of a network view gives {_value(term)!r} as ?weight; "
        "it takes a number such as 2.5"
    )
