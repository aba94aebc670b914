"""What the graph says of one thing, as a catalogue card: facts in sections, with their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from heritagekg.dates import days_of
from heritagekg.errors import UnknownName
from heritagekg.terms import compact, expand
from heritagekg.web.explorer.names import DERIVED
from heritagekg.web.explorer.values import Value, Values
from heritagekg.web.explorer.viewpoint import OTHER, Bounds, Viewpoint, address

if TYPE_CHECKING:
    from heritagekg.engine.protocol import Engine, Term
    from heritagekg.web.explorer.names import Names


def N_(text: str) -> str:
    """Mark *text* for the message catalogues; it is translated where it is shown."""
    return text


# The most facts of one section that a card shows, and that a page of the section alone shows.
SHOWN, SHOWN_ALONE = 20, 200
# On a card with many long sections each shows fewer, so that the card stays one to read.
SHOWN_OF_MANY, MANY = 3, 120
# The most things that point at this one, and the most sources that are told in full.
POINTING, TOLD = 12, 400
# The most links to one thing that are looked at.
_LINKS = 20_000

_STATED = f'FILTER(!STRSTARTS(STR(?graph), "{DERIVED}"))'
_STATEMENTS = (
    f"SELECT ?predicate ?value WHERE {{ GRAPH ?graph {{ $thing ?predicate ?value }} {_STATED} }}"
)
# Whatever points at the thing; the class of each, and what else the graph infers, is in memory.
_INCOMING = "SELECT ?other ?predicate WHERE {{ ?other ?predicate $thing }} LIMIT {limit}"
_FACTS = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?fact ?predicate ?value
WHERE {
  VALUES ?fact { %s }
  ?fact ?predicate ?value .
  FILTER(?predicate NOT IN (%s))
}"""
_DOCUMENTS = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
SELECT ?document ?predicate ?value
WHERE {
  VALUES ?document { %s }
  ?document ?predicate ?value .
  FILTER(?predicate IN
    (dcterms:publisher, dcterms:issued, dcterms:bibliographicCitation, hkg:url, hkg:quotation))
}"""

_SOURCE = "prov:wasDerivedFrom"
_NOTE = "skos:editorialNote"
_TYPE = "rdf:type"
# Stated of facts themselves, though above others.
_STATED_TOO = {"prov:wasDerivedFrom", "skos:editorialNote"}
_BOUNDS = ("hkg:certainFrom", "hkg:certainUntil", "hkg:possibleFrom", "hkg:possibleUntil")
_SPAN = ("hkg:validFrom", "hkg:validUntil", "hkg:startDate", "hkg:endDate", "hkg:attestedIn")
# Facts that happen once; every other lasts.
HAPPENINGS = frozenset(
    f"hkg:{name}"
    for name in (
        *("Admission", "AttributedStatement", "Award", "Dating", "Decision", "Dissolution"),
        *("Founding", "Observation", "Opening", "Participation", "Registration", "Succession"),
    )
)
# What a section is called, by the class of its facts and their end that is this thing; in the
# order of the card. Classes of other workspaces come after these, by their labels.
TITLES = {
    ("hkg:NamePeriod", "hkg:subject"): N_("Names over time"),
    ("hkg:Founding", "hkg:organization"): N_("Foundation"),
    ("hkg:Admission", "hkg:organization"): N_("Admission"),
    ("hkg:Registration", "hkg:organization"): N_("Registration"),
    ("hkg:Opening", "hkg:organization"): N_("Openings"),
    ("hkg:Dissolution", "hkg:organization"): N_("Dissolution"),
    ("hkg:Succession", "hkg:successor"): N_("What came before it"),
    ("hkg:Succession", "hkg:predecessor"): N_("What followed it"),
    ("hkg:Dating", "hkg:event"): N_("Dates"),
    ("hkg:Tenure", "hkg:organization"): N_("Posts and who held them"),
    ("hkg:Tenure", "hkg:heldBy"): N_("Posts held"),
    ("hkg:Tenure", "hkg:role"): N_("Who held this post"),
    ("hkg:LegalStatus", "hkg:organization"): N_("Legal form"),
    ("hkg:Affiliation", "hkg:organization"): N_("Parent bodies"),
    ("hkg:Membership", "hkg:member"): N_("Memberships"),
    ("hkg:Location", "hkg:organization"): N_("Where it was"),
    ("hkg:Observation", "hkg:subject"): N_("Figures"),
    ("hkg:Participation", "hkg:participant"): N_("Took part in"),
    ("hkg:Participation", "hkg:event"): N_("Who took part"),
    ("hkg:Award", "hkg:recipient"): N_("Awards"),
    ("hkg:Partnership", "hkg:partner"): N_("Partnerships"),
    ("hkg:AttributedStatement", "hkg:subject"): N_("What is said of it"),
    ("hkg:AttributedStatement", "hkg:attributedTo"): N_("What it says"),
    ("hkg:Decision", "hkg:organization"): N_("Decisions"),
    ("hkg:Decision", "hkg:subject"): N_("Decisions about it"),
    ("hkg:Membership", "hkg:organization"): N_("Members"),
    ("hkg:Affiliation", "hkg:parentBody"): N_("Bodies under it"),
    ("hkg:Admission", "hkg:admittedBy"): N_("Bodies that it admitted"),
    ("hkg:Award", "hkg:awardedBy"): N_("Awards that it gave"),
    ("hkg:Location", "hkg:place"): N_("Who was here"),
    ("hkg:Decision", "hkg:decidedAt"): N_("What was decided there"),
    ("hkg:Tenure", "hkg:decidedAt"): N_("Who was elected or appointed there"),
    ("hkg:Award", "hkg:event"): N_("Awards given there"),
    ("hkg:Founding", "hkg:decidedAt"): N_("What was founded there"),
    ("hkg:Admission", "hkg:decidedAt"): N_("Who was admitted there"),
    ("hkg:Participation", "hkg:topic"): N_("Where it was the topic"),
    ("hkg:Partnership", "hkg:topic"): N_("Partnerships about it"),
    ("hkg:Partnership", "hkg:kind"): N_("Partnerships of this kind"),
    ("hkg:Participation", "hkg:capacity"): N_("Who took part in this capacity"),
    ("hkg:Participation", "hkg:eventKind"): N_("Who took part in events of this kind"),
    ("hkg:LegalStatus", "hkg:legalForm"): N_("Who had this legal form"),
    ("hkg:Observation", "hkg:measure"): N_("Figures of this measure"),
    ("hkg:Observation", "hkg:qualifier"): N_("Figures so qualified"),
    ("hkg:AttributedStatement", "hkg:kind"): N_("Statements of this kind"),
}
_ORDER = {key: number for number, key in enumerate(TITLES)}
# The columns of a section come in this order; others after them.
_COLUMNS = (
    *("hkg:heldBy", "hkg:participant", "hkg:member", "hkg:name", "hkg:measure", "hkg:value"),
    *("hkg:event", "hkg:eventKind", "hkg:organization", "hkg:parentBody", "hkg:partner"),
    *("hkg:quotation", "hkg:prize", "hkg:role", "hkg:capacity", "hkg:kind"),
)
# What is told beside the value, not in a column of its own.
_BESIDE = {"hkg:qualifier": "hkg:value"}
# Facts of this thing that contradict each other when they differ, by what they are one value of.
_DISPUTED = {
    ("hkg:Founding", "hkg:organization"): ("hkg:foundedIn",),
    ("hkg:Admission", "hkg:organization"): ("hkg:admittedIn",),
    ("hkg:Registration", "hkg:organization"): ("hkg:registeredIn",),
    ("hkg:Dissolution", "hkg:organization"): ("hkg:dissolvedIn",),
    ("hkg:Dating", "hkg:event"): ("hkg:startDate", "hkg:endDate"),
    ("hkg:Observation", "hkg:subject"): ("hkg:value",),
}
# What the card tells in places of its own.
_ELSEWHERE = frozenset(
    {
        *(_TYPE, _SOURCE, _NOTE, "skos:prefLabel", "skos:altLabel", "dcterms:title"),
        *("geo:lat", "geo:long", "skos:definition", "skos:scopeNote", "skos:example"),
        *("rdfs:label", *_BOUNDS),
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A document that facts were read in, with its number on the card."""

    number: int
    iri: str
    title: Value
    publisher: Value | None = None
    issued: str = ""
    citation: str = ""
    url: str = ""
    quotations: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as a line of a section.

    Attributes
    ----------
    iri, href
        The fact and its page.
    values
        What stands in each column.
    when
        Its time in words.
    bounds, verdict
        When it held, and whether it does at the day looked at.
    sources, notes
        Numbers of its sources; what the editors say.
    """

    iri: str
    href: str
    values: tuple[tuple[Value, ...], ...]
    when: str
    bounds: Bounds
    verdict: str
    sources: tuple[int, ...]
    notes: tuple[Value, ...]
    raw: dict[str, list[Term]] = field(compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class Section:
    """Facts of one class that have the thing as the same end."""

    kind: str
    part: str
    title: str
    columns: tuple[Value, ...]
    facts: tuple[Fact, ...]
    total: int
    lasts: bool
    has_times: bool

    @property
    def key(self) -> str:
        """What names the section in an address."""
        return _key(self.kind, self.part)

    @property
    def shown(self) -> tuple[Fact, ...]:
        """The facts that hold at the day looked at."""
        return tuple(fact for fact in self.facts if fact.verdict != OTHER)

    @property
    def others(self) -> tuple[Fact, ...]:
        """The facts of other times."""
        return tuple(fact for fact in self.facts if fact.verdict == OTHER)


class Version(NamedTuple):
    """What some sources say where others say otherwise."""

    value: str
    facts: tuple[Fact, ...]
    sources: tuple[int, ...]


class Disagreement(NamedTuple):
    """What sources give different values for, and each value with those that give it."""

    about: Value
    versions: tuple[Version, ...]


class Pointing(NamedTuple):
    """The things that name this one by one property."""

    predicate: Value
    things: tuple[Value, ...]
    total: int
    curie: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a page tells of one thing."""

    iri: str
    label: Value
    kinds: tuple[Value, ...]
    names: tuple[Value, ...]
    statements: tuple[tuple[Value, tuple[Value, ...]], ...]
    definitions: tuple[Value, ...]
    notes: tuple[Value, ...]
    sections: tuple[Section, ...]
    disagreements: tuple[Disagreement, ...]
    pointing: tuple[Pointing, ...]
    sources: tuple[Source, ...]
    own_sources: tuple[int, ...]
    position: tuple[str, str] | None
    classes: frozenset[str]

    @property
    def curie(self) -> str:
        """The CURIE of the thing."""
        return compact(self.iri)

    @property
    def facts(self) -> int:
        """The number of all facts of all sections."""
        return sum(section.total for section in self.sections)


def describe(
    engine: Engine, names: Names, iri: str, viewpoint: Viewpoint, *, only: str = "", start: int = 0
) -> Card:
    """Return the card of the thing *iri* as seen from *viewpoint*.

    Parameters
    ----------
    engine, names
        The graph, and what things are called.
    iri
        The thing.
    only
        The key of a section to show alone and longer; empty for all.
    start
        How many facts of that section to leave out before.

    Raises
    ------
    UnknownName
        If the graph says nothing of *iri*, or it has no such section.
    """
    try:
        thing = ox.NamedNode(iri)
    except ValueError:
        raise UnknownName(f"the graph says nothing of {iri!r}") from None
    return _Maker(engine, names, thing, viewpoint).card(only, start)


class _Maker:
    """Makes one card; numbers the sources as it meets them."""

    def __init__(
        self, engine: Engine, names: Names, thing: ox.NamedNode, viewpoint: Viewpoint
    ) -> None:
        self.engine, self.names, self.thing, self.viewpoint = engine, names, thing, viewpoint
        self.values = Values(names, viewpoint)
        self.numbers: dict[str, int] = {}
        self.quoted: dict[str, list[Value]] = defaultdict(list)

    def card(self, only: str, start: int) -> Card:
        said: dict[str, list[Term]] = defaultdict(list)
        for predicate, value in self.engine.select(_STATEMENTS, {"thing": self.thing}).terms:
            if predicate is not None and value is not None:
                said[compact(predicate.value)].append(value)
        facts, others = self._incoming()
        sections = self._sections(facts, only, start)
        pointing = self._pointing(others) if not only else ()
        if not said and not sections and not pointing:
            raise UnknownName(f"the graph says nothing of {compact(self.thing.value)!r}")
        own_sources = self._cited(said.get(_SOURCE, ()))
        label = self.names.label(self.thing.value, self.viewpoint.language)
        kinds = self.names.kinds(self.thing.value)
        return Card(
            iri=self.thing.value,
            label=Value(label.text, self.values.foreign(label.language)),
            kinds=tuple(self.values.vocabulary(kind) for kind in kinds),
            names=self._other_names(label.text),
            statements=self._statements(said),
            definitions=tuple(
                map(self.values.of, self._in_language(said.get("skos:definition", ())))
            ),
            notes=tuple(
                self.values.of(note)
                for predicate in ("skos:scopeNote", _NOTE)
                for note in self._in_language(said.get(predicate, ()))
            ),
            sections=sections,
            disagreements=self._disagreements(sections),
            pointing=pointing,
            sources=self._sources(),
            own_sources=own_sources,
            position=_position(said),
            classes=frozenset(kinds).union(*(self.names.above.get(kind, ()) for kind in kinds)),
        )

    def _other_names(self, label: str) -> tuple[Value, ...]:
        seen = {(label, "")}
        shown = []
        for name in self.names.of(self.thing.value):
            if name.rank < 2 and (name.text, "") not in seen:
                seen.add((name.text, ""))
                shown.append(Value(name.text, name.language))
        return tuple(shown)

    def _statements(
        self, said: dict[str, list[Term]]
    ) -> tuple[tuple[Value, tuple[Value, ...]], ...]:
        rows = []
        for predicate in sorted(set(said) - _ELSEWHERE):
            values = self._in_language(said[predicate])
            rows.append(
                (
                    self.values.vocabulary(predicate),
                    tuple(self.values.of(value) for value in values),
                )
            )
        return tuple(rows)

    def _in_language(self, terms: Iterable[Term]) -> list[Term]:
        """Return *terms*; of texts only those in the visitor's language, where there are any."""
        terms = sorted(terms, key=lambda term: term.value)
        tags = [term.language for term in terms if isinstance(term, ox.Literal) and term.language]
        if self.viewpoint.language not in tags:
            return terms
        wanted = (None, self.viewpoint.language)
        return [t for t in terms if not isinstance(t, ox.Literal) or t.language in wanted]

    def _incoming(self) -> tuple[dict[tuple[str, str], list[str]], dict[str, list[str]]]:
        """Return the facts that have the thing as an end, by class and end; others by property."""
        links: dict[str, set[str]] = defaultdict(set)
        query = _INCOMING.format(limit=_LINKS)
        for other, predicate in self.engine.select(query, {"thing": self.thing}).terms:
            if isinstance(other, ox.NamedNode) and predicate is not None:
                links[other.value].add(compact(predicate.value))
        facts: dict[tuple[str, str], list[str]] = defaultdict(list)
        others: dict[str, list[str]] = defaultdict(list)
        for iri, predicates in links.items():
            stated = predicates.difference(*(self.names.above.get(p, ()) for p in predicates))
            if self.names.is_fact(iri):
                for kind in self.names.kinds(iri):
                    for part in stated:
                        facts[kind, part].append(iri)
            else:
                for named_by in stated:
                    others[named_by].append(iri)
        return facts, others

    def _sections(
        self, found: dict[tuple[str, str], list[str]], only: str, start: int
    ) -> tuple[Section, ...]:
        keys = sorted(found, key=lambda key: (_ORDER.get(key, len(_ORDER)), key))
        if only:
            keys = [key for key in keys if _key(*key) == only]
            if not keys:
                curie = compact(self.thing.value)
                raise UnknownName(f"the page of {curie!r} has no section {only!r}")
        each = SHOWN if sum(min(len(found[key]), SHOWN) for key in keys) <= MANY else SHOWN_OF_MANY
        first, last = (start, start + SHOWN_ALONE) if only else (0, each)
        shown = {
            key: sorted(found[key], key=lambda fact: (self.names.began(fact), fact), reverse=True)[
                first:last
            ]
            for key in keys
        }
        said = self._said({fact for facts in shown.values() for fact in facts})
        return tuple(
            self._section(kind, part, {fact: said[fact] for fact in shown[kind, part]}, total)
            for kind, part in keys
            if (total := len(found[kind, part]))
        )

    def _said(self, facts: set[str]) -> dict[str, dict[str, list[Term]]]:
        """Return what each fact states, with its bounds in time, by property."""
        said: dict[str, dict[str, list[Term]]] = {fact: defaultdict(list) for fact in facts}
        if facts:
            listed = " ".join(f"<{fact}>" for fact in sorted(facts))
            query = _FACTS % (listed, ", ".join(self._implied))
            for fact, predicate, value in self.engine.select(query).terms:
                if fact is not None and predicate is not None and value is not None:
                    said[fact.value][compact(predicate.value)].append(value)
        return said

    @cached_property
    def _implied(self) -> list[str]:
        """The IRIs of the properties that facts have only since they have narrower ones."""
        above = {upper for uppers in self.names.above.values() for upper in uppers}
        return [f"<{expand(p)}>" for p in sorted(above | {_TYPE}) if p not in _STATED_TOO]

    def _section(
        self, kind: str, part: str, facts: dict[str, dict[str, list[Term]]], total: int
    ) -> Section:
        lasts = kind not in HAPPENINGS
        columns = self._columns(facts.values(), part, kind)
        made = [self._fact(iri, said, columns, lasts) for iri, said in facts.items()]
        made.sort(key=_when)
        return Section(
            kind,
            part,
            self._title(kind, part),
            tuple(self.values.vocabulary(column) for column in columns),
            tuple(made),
            total,
            lasts,
            any(fact.when for fact in made),
        )

    def _title(self, kind: str, part: str) -> str:
        if (kind, part) in TITLES:
            return TITLES[kind, part]
        name = self.values.vocabulary(kind).text
        return name if part == _SOURCE else f"{name} ({self.values.vocabulary(part).text})"

    def _columns(
        self, facts: Iterable[dict[str, list[Term]]], part: str, kind: str
    ) -> tuple[str, ...]:
        predicates = {predicate for said in facts for predicate in said}
        predicates -= {_TYPE, _SOURCE, _NOTE, *_BOUNDS, *_SPAN, *_BESIDE, "hkg:asOf"}
        # The other ends of a partnership are those of its partners that are not this thing.
        if kind != "hkg:Partnership":
            predicates.discard(part)
        dates = {predicate for predicate in predicates if predicate in _MILESTONES}
        order = {predicate: number for number, predicate in enumerate(_COLUMNS)}
        return tuple(sorted(predicates - dates, key=lambda p: (order.get(p, len(order)), p)))

    def _fact(
        self, iri: str, said: dict[str, list[Term]], columns: tuple[str, ...], lasts: bool
    ) -> Fact:
        sources = self._cited(said.get(_SOURCE, ()))
        for quotation in said.get("hkg:quotation", ()):
            for source in said.get(_SOURCE, ()):
                self.quoted[source.value].append(self.values.of(quotation))
        bounds = Bounds(*(said[name][0].value if name in said else "" for name in _BOUNDS))
        if not bounds.possible_from:
            bounds = Bounds()
        return Fact(
            iri,
            self.viewpoint.page(iri),
            tuple(self._column(said, column) for column in columns),
            self._qualified(said, self._time(said)),
            bounds,
            self.viewpoint.verdict(bounds, lasts=lasts),
            sources,
            tuple(self.values.of(note) for note in self._in_language(said.get(_NOTE, ()))),
            said,
        )

    def _column(self, said: dict[str, list[Term]], column: str) -> tuple[Value, ...]:
        terms = [term for term in said.get(column, ()) if term != self.thing]
        values = [self.values.of(term) for term in self._in_language(terms)]
        for beside, of in _BESIDE.items():
            if of == column and values:
                before = [self.values.of(term).text for term in said.get(beside, ())]
                text = " ".join([*before, values[0].text])
                values[0] = values[0]._replace(text=text)
        return tuple(values)

    def _qualified(self, said: dict[str, list[Term]], when: str) -> str:
        """Return *when* with how exact it is meant, where that is not said of a value."""
        if "hkg:value" in said or not when:
            return when
        words = [self.values.of(term).text for term in said.get("hkg:qualifier", ())]
        return " ".join([*words, when])

    def _time(self, said: dict[str, list[Term]]) -> str:
        """Return when a fact held, in words: its ends, else the moments that attest it."""

        def dates(*predicates: str) -> list[str]:
            terms = [term.value for predicate in predicates for term in said.get(predicate, ())]
            return [self.viewpoint.date(term) for term in sorted(set(terms))]

        begins, ends = (
            dates("hkg:validFrom", "hkg:startDate"),
            dates("hkg:validUntil", "hkg:endDate"),
        )
        if begins or ends:
            return f"{' / '.join(begins)} – {' / '.join(ends)}".strip()
        return ", ".join(dates(*_MILESTONES, "hkg:asOf", "hkg:attestedIn"))

    def _cited(self, documents: Sequence[Term]) -> tuple[int, ...]:
        iris = sorted(document.value for document in documents)
        return tuple(self.numbers.setdefault(iri, len(self.numbers) + 1) for iri in iris)

    def _sources(self) -> tuple[Source, ...]:
        told: dict[str, dict[str, Term]] = defaultdict(dict)
        listed = " ".join(f"<{iri}>" for iri in list(self.numbers)[:TOLD])
        if listed:
            for document, predicate, value in self.engine.select(_DOCUMENTS % listed).terms:
                if document is not None and predicate is not None and value is not None:
                    told[document.value].setdefault(compact(predicate.value), value)
        return tuple(self._source(iri, number, told[iri]) for iri, number in self.numbers.items())

    def _source(self, iri: str, number: int, said: dict[str, Term]) -> Source:
        publisher = said.get("dcterms:publisher")
        issued = said.get("dcterms:issued")
        citation = said.get("dcterms:bibliographicCitation")
        url = said.get("hkg:url")
        quotations = list(self.quoted.get(iri, ()))
        if "hkg:quotation" in said:
            quotations.append(self.values.of(said["hkg:quotation"]))
        return Source(
            number,
            iri,
            self.values.thing(iri),
            self.values.of(publisher) if publisher is not None else None,
            self.viewpoint.date(issued.value) if issued is not None else "",
            citation.value if citation is not None else "",
            address(url.value) if url is not None else "",
            tuple(dict.fromkeys(quotations)),
        )

    def _pointing(self, others: dict[str, list[str]]) -> tuple[Pointing, ...]:
        shown = []
        for named_by, things in others.items():
            first = sorted(things, key=lambda iri: (-self.names.facts(iri), iri))[:POINTING]
            values = tuple(self.values.thing(iri) for iri in first)
            shown.append(Pointing(self.values.vocabulary(named_by), values, len(things), named_by))
        return tuple(sorted(shown, key=lambda p: (p.curie == _SOURCE, p.curie)))

    def _disagreements(self, sections: tuple[Section, ...]) -> tuple[Disagreement, ...]:
        found = []
        for section in sections:
            for predicate in _DISPUTED.get((section.kind, section.part), ()):
                for about, facts in self._comparable(section, predicate).items():
                    versions = self._versions(facts, predicate)
                    if len(versions) > 1:
                        found.append(Disagreement(self._about(about, predicate), versions))
        return tuple(found)

    def _comparable(self, section: Section, predicate: str) -> dict[tuple[str, str], list[Fact]]:
        """Return the facts that speak of one matter: figures of one measure and year together."""
        groups: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in section.facts:
            if predicate not in fact.raw:
                continue
            measure = fact.raw.get("hkg:measure")
            year = [term.value[:4] for term in fact.raw.get("hkg:asOf", ())]
            if predicate == "hkg:value" and not (measure and year):
                continue
            key = (measure[0].value, year[0]) if measure and year else ("", "")
            groups[key].append(fact)
        return groups

    def _about(self, key: tuple[str, str], predicate: str) -> Value:
        measure, year = key
        if not measure:
            return self.values.vocabulary(predicate)
        name = self.names.label(measure, self.viewpoint.language)
        return Value(f"{name.text}, {year}", self.values.foreign(name.language))

    def _versions(self, facts: list[Fact], predicate: str) -> tuple[Version, ...]:
        """Return the values that *facts* give; a date less precise than another is none."""
        groups: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            qualifier = [term.value for term in fact.raw.get("hkg:qualifier", ())]
            for term in fact.raw[predicate]:
                groups[" ".join([*qualifier, term.value])].append(fact)
        if predicate != "hkg:value":
            values = {key.split()[-1]: key for key in groups}
            coarse = [v for v in values if any(o != v and o.startswith(v) for o in values)]
            if len(values) - len(coarse) < 2 and not _apart(list(values)):
                return ()
        elif len({key.split()[-1] for key in groups}) < 2:
            return ()
        versions = []
        for _, group in sorted(groups.items(), key=lambda item: item[0].split()[-1]):
            shown = self._column(group[0].raw, predicate)
            sources = sorted({number for fact in group for number in fact.sources})
            versions.append(Version(shown[0].text, tuple(group), tuple(sources)))
        return tuple(versions)


_MILESTONES = (
    *("hkg:foundedIn", "hkg:admittedIn", "hkg:registeredIn", "hkg:dissolvedIn"),
    *("hkg:awardedIn", "hkg:date", "hkg:decidedIn", "hkg:openedIn", "hkg:succeededIn"),
)


def _key(kind: str, part: str) -> str:
    return f"{kind.partition(':')[2]}-{part.partition(':')[2]}"


def _apart(dates: list[str]) -> bool:
    """Return whether two of *dates* exclude each other, whatever their precision."""
    days = sorted(days for date in dates if (days := days_of(date)))
    return any(later[0] > earlier[1] for earlier in days for later in days)


def _when(fact: Fact) -> tuple[str, str, str]:
    """Return the key by which facts are sorted: first those that began first."""
    begins = fact.bounds.possible_from
    known = min(fact.bounds.certain_from, fact.bounds.certain_until)
    return (begins if begins != "0001-01-01" else known, known, fact.iri)


def _position(said: dict[str, list[Term]]) -> tuple[str, str] | None:
    latitude, longitude = said.get("geo:lat"), said.get("geo:long")
    return (latitude[0].value, longitude[0].value) if latitude and longitude else None
