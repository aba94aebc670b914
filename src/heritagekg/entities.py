"""Entities by name, and what the graph says about one of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pyoxigraph as ox

from heritagekg.engine.protocol import Engine, Term
from heritagekg.engine.results import python_value
from heritagekg.errors import AmbiguousName, UnknownName, did_you_mean
from heritagekg.terms import PREFIXES, compact, expand

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans("əıøłđßæœ", "eiolds" + "ao")

_LABELS = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?thing ?label
WHERE {
  { ?thing skos:prefLabel ?label }
  UNION { ?thing skos:altLabel ?label }
  UNION { ?period hkg:subject ?thing . ?period hkg:name ?label }
  %s
}
ORDER BY ?thing ?label"""
_SAME = "FILTER(LCASE(STR(?label)) = LCASE($text))"

_STATEMENTS = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?predicate ?value ?label
WHERE {
  $thing ?predicate ?value .
  OPTIONAL { ?value rdfs:label ?label FILTER(LANG(?label) IN ("en", "")) }
}
ORDER BY ?predicate ?value ?label"""

_FACTS = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?fact ?part ?predicate ?value ?label
WHERE {
  { SELECT ?fact ?part
    WHERE {
      ?fact ?part $thing .
      ?fact a hkg:Fact .
    }
    ORDER BY ?fact
    LIMIT 500 }
  ?fact ?predicate ?value .
  OPTIONAL { ?value rdfs:label ?label FILTER(LANG(?label) IN ("en", "")) }
}
ORDER BY ?fact ?part ?predicate ?value ?label"""

_ABOVE = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?below ?above
WHERE {
  { ?below rdfs:subClassOf+ ?above }
  UNION { ?below rdfs:subPropertyOf+ ?above }
}
ORDER BY ?below ?above"""


def fold(text: str) -> str:
    """Return *text* without case, accents and doubled spaces, for comparing names.

    Examples
    --------
    >>> fold("Şirin  Məlikova"), fold("İçərişəhər")
    ('sirin melikova', 'iceriseher')
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.translate(_LETTERS).split())


def locate(engine: Engine, name: str) -> ox.NamedNode:
    """Return the entity that *name* means: a CURIE, an IRI, or a label in any language.

    A label is compared exactly first, then without case, then without accents. Preferred labels,
    alternative labels and former names count alike.

    Raises
    ------
    UnknownName
        If nothing is called so; the message names what comes close.
    AmbiguousName
        If several entities are; their CURIEs and labels are listed.
    """
    prefix = name.partition(":")[0]
    if name.startswith("<") or "://" in name or (":" in name and prefix in PREFIXES):
        return _present(engine, _node(name), name)
    same = engine.select(_LABELS % _SAME, {"text": ox.Literal(name)}).terms
    exact = [pair for pair in same if pair[1] is not None and pair[1].value == name]
    return _only(exact or same, name) if same else _folded(engine, name)


def _node(name: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(expand(name))
    except ValueError as error:
        raise UnknownName(f"{name!r} is no IRI: {error}") from None


def _present(engine: Engine, thing: ox.NamedNode, name: str) -> ox.NamedNode:
    if not engine.ask("ASK { { $thing ?p ?o } UNION { ?s ?q $thing } }", {"thing": thing}):
        kind = thing.value.rpartition("/")[0] + "/"
        alike = engine.select(
            "SELECT DISTINCT ?s { ?s ?p ?o FILTER(STRSTARTS(STR(?s), $kind)) }",
            {"kind": ox.Literal(kind)},
        )
        known = [compact(str(row[0])) for row in alike]
        raise UnknownName(f"nothing here is {name!r}{did_you_mean(compact(thing.value), known)}")
    return thing


def _only(found: list[tuple[Term | None, ...]], name: str) -> ox.NamedNode:
    labels: dict[ox.NamedNode, str] = {}
    for thing, label in found:
        if isinstance(thing, ox.NamedNode) and label is not None:
            labels.setdefault(thing, str(python_value(label)))
    if len(labels) == 1:
        return next(iter(labels))
    candidates = tuple(
        (compact(thing.value), label)
        for thing, label in sorted(labels.items(), key=lambda item: item[0].value)
    )
    listed = ", ".join(f"{curie} ({label})" for curie, label in candidates)
    raise AmbiguousName(f"{name!r} names {len(candidates)} things: {listed}", candidates)


def _folded(engine: Engine, name: str) -> ox.NamedNode:
    labels = engine.select(_LABELS % "").terms
    wanted = fold(name)
    found = [pair for pair in labels if pair[1] is not None and fold(pair[1].value) == wanted]
    if found:
        return _only(found, name)
    known = sorted({pair[1].value for pair in labels if pair[1] is not None})
    raise UnknownName(
        f"nothing here is called {name!r}{did_you_mean(name, known)}; "
        "a CURIE such as committee:az names a thing for certain"
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is said: the predicate's CURIE, the value, and the English label of that."""

    predicate: str
    value: Term
    label: str | None

    def __str__(self) -> str:
        if isinstance(self.value, ox.NamedNode):
            name = compact(self.value.value)
            return f"{self.label} ({name})" if self.label else name
        if isinstance(self.value, ox.Literal) and self.value.language:
            return f"{self.value.value} @{self.value.language}"
        return str(self.value.value)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that has the entity as one of its ends.

    Attributes
    ----------
    name, kind
        CURIE of the fact and of its class.
    part
        CURIE of the property by which the fact points at the entity.
    statements
        What else the fact says, without its class.
    """

    name: str
    kind: str
    part: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """What the graph says of one thing; `str()` of it is a card to read.

    Attributes
    ----------
    iri, label
        The thing, and its English preferred label or title (its CURIE where it has none).
    kinds
        CURIEs of its most specific classes.
    statements
        What is said of it.
    facts
        The tenures, memberships, names, observations … that have it as an end, at most 500.
    """

    iri: str
    label: str
    kinds: tuple[str, ...]
    statements: tuple[Statement, ...]
    facts: tuple[Fact, ...]

    @property
    def name(self) -> str:
        """The CURIE of the entity."""
        return compact(self.iri)

    def __str__(self) -> str:
        lines = [f"{self.label}  ({self.name}, {', '.join(self.kinds) or 'no class'})"]
        lines += _card(self.statements)
        for fact in self.facts:
            lines += ["", f"{fact.kind} {fact.name} (as {fact.part})", *_card(fact.statements)]
        return "\n".join(lines)


def _card(statements: tuple[Statement, ...]) -> list[str]:
    width = max((len(statement.predicate) for statement in statements), default=0)
    return [f"  {statement.predicate:<{width}}  {statement}" for statement in statements]


# The build says these for queries; a card shows what the files say.
_TYPE = "rdf:type"
# What a thing is called comes first, where that was read last.
_BANDS = {"skos": 0, "prov": 2}
_HIDDEN = {
    _TYPE,
    "rdfs:label",
    "hkg:certainFrom",
    "hkg:certainUntil",
    "hkg:possibleFrom",
    "hkg:possibleUntil",
}


def describe(engine: Engine, thing: ox.NamedNode) -> Entity:
    """Return what the graph says of *thing*.

    Raises
    ------
    UnknownName
        If the graph says nothing of it.
    """
    above = _above(engine)
    said = _stated(_grouped(engine, _STATEMENTS, thing, 0).get((), []), above)
    facts = _grouped(engine, _FACTS, thing, 2)
    if not said and not facts:
        raise UnknownName(f"the graph says nothing of {compact(thing.value)!r}")
    cards = [
        Fact(fact, " ".join(_kinds(statements, above)), part, _visible(statements, above))
        for (fact, part), statements in facts.items()
        if not any(part in above.get(other, ()) for name, other in facts if name == fact)
    ]
    return Entity(
        thing.value,
        _label(said) or compact(thing.value),
        _kinds(said, above),
        _visible(said, above),
        tuple(sorted(cards, key=lambda fact: (fact.kind, fact.name, fact.part))),
    )


def _grouped(
    engine: Engine, query: str, thing: ox.NamedNode, keys: int
) -> dict[tuple[str, ...], list[Statement]]:
    """Return the statements of *query* by the CURIEs in its first *keys* columns."""
    groups: dict[tuple[str, ...], list[Statement]] = {}
    for row in engine.select(query, {"thing": thing}).terms:
        *key, predicate, value, label = row
        assert predicate is not None and value is not None
        group = groups.setdefault(tuple(_name(term) for term in key), [])
        statement = Statement(_name(predicate), value, label.value if label else None)
        if not group or (group[-1].predicate, group[-1].value) != (statement.predicate, value):
            group.append(statement)
    return groups


def _name(term: Term | None) -> str:
    return compact(term.value) if isinstance(term, ox.NamedNode) else str(term)


def _above(engine: Engine) -> dict[str, set[str]]:
    """Return the classes and properties above each, by CURIE."""
    above: dict[str, set[str]] = {}
    for lower, upper in engine.select(_ABOVE).terms:
        above.setdefault(_name(lower), set()).add(_name(upper))
    return above


def _kinds(statements: list[Statement], above: dict[str, set[str]]) -> tuple[str, ...]:
    """Return the classes that are said, without those above another one of them."""
    classes = {_name(s.value) for s in statements if s.predicate == _TYPE}
    implied = {upper for lower in classes for upper in above.get(lower, ())}
    return tuple(sorted(classes - implied))


def _stated(statements: list[Statement], above: dict[str, set[str]]) -> list[Statement]:
    """Return the statements without those that follow from one of a narrower property."""
    implied = {(upper, s.value) for s in statements for upper in above.get(s.predicate, ())}
    return [s for s in statements if (s.predicate, s.value) not in implied]


def _visible(statements: list[Statement], above: dict[str, set[str]]) -> tuple[Statement, ...]:
    shown = [s for s in _stated(statements, above) if s.predicate not in _HIDDEN]
    return tuple(sorted(shown, key=_band))


def _band(statement: Statement) -> tuple[int, bool]:
    prefix = statement.predicate.partition(":")[0]
    return _BANDS.get(prefix, 1), statement.predicate != "skos:prefLabel"


def _label(statements: list[Statement]) -> str | None:
    labels = [s.value for s in statements if s.predicate in ("skos:prefLabel", "dcterms:title")]
    labels += [s.value for s in statements if s.predicate == "rdfs:label"]
    english = [v for v in labels if isinstance(v, ox.Literal) and v.language in ("en", None)]
    return next((value.value for value in english + labels if isinstance(value, ox.Literal)), None)
