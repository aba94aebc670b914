"""A generated register of museums, the shapes it has to fit, and mistakes at known places."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PREFIXES = """@prefix c: <https://example.org/city/> .
@prefix k: <https://example.org/collection/> .
@prefix m: <https://example.org/museum/> .
@prefix p: <https://example.org/person/> .
@prefix r: <https://example.org/register#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CITIES = 200
_SPARQL = (
    "sh:sparql [ sh:prefixes r:prefixes ; "
    "sh:select '''SELECT DISTINCT $this ?value WHERE {{ {} }}''' ]"
)
_ONE = ("required", "sh:minCount 1"), ("repeated", "sh:maxCount 1")


def _text(least: int, most: int, pattern: str) -> tuple[tuple[str, str], ...]:
    return (
        ("no-text", "sh:datatype xsd:string"),
        ("short", f"sh:minLength {least}"),
        ("long", f"sh:maxLength {most}"),
        ("malformed", f'sh:pattern "{pattern}"'),
    )


def _number(kind: str, least: str, most: str) -> tuple[tuple[str, str], ...]:
    return (
        ("no-number", f"sh:datatype xsd:{kind}"),
        ("low", f"sh:minInclusive {least}"),
        ("high", f"sh:maxInclusive {most}"),
    )


def _thing(kind: str) -> tuple[tuple[str, str], ...]:
    return ("no-iri", "sh:nodeKind sh:IRI"), ("of-other-class", f"sh:class r:{kind}")


# Class -> property -> (what is wrong, what asks for it): a property shape each.
PROPERTIES: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "Museum": {
        "code": (*_ONE, *_text(9, 9, "^MU-[0-9]{6}$")),
        "name": (
            ("required", "sh:minCount 1"),
            ("too-many", "sh:maxCount 3"),
            ("language-repeated", "sh:uniqueLang true"),
            ("language-other", 'sh:languageIn ( "en" "fr" "az" )'),
            ("blank", "sh:minLength 2"),
        ),
        "status": (*_ONE, ("unknown", "sh:in ( r:open r:closed r:planned )")),
        "founded": (*_ONE, ("no-year", "sh:datatype xsd:gYear")),
        "opened": (*_ONE, ("no-date", "sh:datatype xsd:date"), ("late", "sh:lessThan r:renewed")),
        "renewed": (*_ONE, ("no-date", "sh:datatype xsd:date")),
        "lat": (*_ONE, *_number("decimal", "-90", "90")),
        "long": (*_ONE, *_number("decimal", "-180", "180")),
        "city": (*_ONE, *_thing("City")),
        "phone": (
            ("repeated", "sh:maxCount 1"),
            ("malformed", 'sh:pattern "^[+][0-9 ]+$"'),
            ("long", "sh:maxLength 20"),
        ),
        "website": (
            *_ONE,
            ("no-iri", "sh:nodeKind sh:IRI"),
            ("plain", 'sh:pattern "^HTTPS:" ; sh:flags "i"'),
        ),
        "visitors": (
            *_ONE,
            ("no-number", "sh:datatype xsd:integer"),
            ("negative", "sh:minExclusive -1"),
            ("improbable", "sh:maxExclusive 20000000"),
        ),
        "staff": (
            *_ONE,
            *_number("integer", "0", "5000"),
            ("more-than-visitors", "sh:lessThanOrEquals r:visitors"),
        ),
        "director": (*_ONE, *_thing("Person"), ("shared", "sh:disjoint r:deputy")),
        "collection": (
            ("required", "sh:minCount 1"),
            *_thing("Collection"),
            ("empty", "sh:node r:Filled"),
            ("none-shown", "sh:qualifiedValueShape r:Shown ; sh:qualifiedMinCount 1"),
            ("many-shown", "sh:qualifiedValueShape r:Shown ; sh:qualifiedMaxCount 2"),
        ),
        "self": (*_ONE, ("other", "sh:equals r:same")),
        "kind": (
            ("too-many", "sh:maxCount 2"),
            ("unlisted", "sh:hasValue r:listed"),
            ("unknown", "sh:or ( [ sh:hasValue r:art ] [ sh:in ( r:history r:listed ) ] )"),
        ),
    },
    "Collection": {
        "title": (*_ONE, *_text(3, 60, "^[A-Z]")),
        "objects": (*_ONE, *_number("integer", "0", "100000000")),
        "ofMuseum": (*_ONE, *_thing("Museum")),
        "shown": (*_ONE, ("no-boolean", "sh:datatype xsd:boolean")),
    },
    "Person": {
        "name": (*_ONE, *_text(3, 80, "^[^0-9]+ [0-9]+$")),
        "role": (*_ONE, ("unknown", "sh:in ( r:head r:curator )")),
    },
}
# Shapes of their own: name -> target and what asks.
OTHERS = {
    "museum-is-a-judge": "sh:targetClass r:Museum ; sh:not [ sh:class r:Judge ]",
    "museum-half-placed": "sh:targetClass r:Museum ; sh:xone ( r:Placed r:Moving )",
    "museum-uncoded": "sh:targetClass r:Museum ; sh:and ( r:Coded [ sh:nodeKind sh:IRI ] )",
    "collection-shared": "sh:targetObjectsOf r:collection ; sh:property r:pointed-at-twice",
    "person-open": "sh:targetClass r:Person ; sh:closed true ; "
    "sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> r:name r:role )",
    "city-nameless": "sh:targetSubjectsOf r:city ; sh:property r:city-without-label",
    "opened-before-founded": "sh:targetClass r:Museum ; "
    + _SPARQL.format("$this r:founded ?year ; r:opened ?value . FILTER(STR(?value) < STR(?year))"),
    "code-of-two": "sh:targetClass r:Museum ; "
    + _SPARQL.format("$this r:code ?value . ?other r:code ?value . FILTER($this != ?other)"),
    "collection-unrequited": "sh:targetClass r:Museum ; "
    + _SPARQL.format("$this r:collection ?value . FILTER NOT EXISTS { ?value r:ofMuseum $this }"),
}
_HELPERS = """
r:prefixes sh:declare [ sh:prefix "r" ; sh:namespace "https://example.org/register#"^^xsd:anyURI ] .
r:Filled a sh:NodeShape ; sh:property [ sh:path r:objects ; sh:minExclusive 0 ] .
r:Shown a sh:NodeShape ; sh:property [ sh:path r:shown ; sh:hasValue true ] .
r:Placed a sh:NodeShape ; sh:property [ sh:path r:city ; sh:minCount 1 ] .
r:Moving a sh:NodeShape ; sh:property [ sh:path r:vehicle ; sh:minCount 1 ] .
r:Coded a sh:NodeShape ; sh:property [ sh:path r:code ; sh:minCount 1 ] .
r:pointed-at-twice sh:path [ sh:inversePath r:collection ] ; sh:maxCount 1 .
r:city-without-label sh:path ( r:city rdfs:label ) ; sh:minCount 1 .
"""


def shapes() -> str:
    """Return the shapes as Turtle: each constraint a shape of its own, `r:PROPERTY-FAULT`."""
    lines = [PREFIXES]
    for kind, properties in PROPERTIES.items():
        names = []
        for path, asked in properties.items():
            for fault, constraint in asked:
                name = f"r:{kind.lower()}-{path}-{fault}"
                names.append(name)
                lines.append(f"{name} a sh:PropertyShape ; sh:path r:{path} ; {constraint} .")
        listed = " , ".join(names)
        lines.append(
            f"r:{kind}Shape a sh:NodeShape ; sh:targetClass r:{kind} ; sh:property {listed} ."
        )
    lines += [f"r:{name} a sh:NodeShape ; {asked} ." for name, asked in OTHERS.items()]
    return "\n".join(lines) + _HELPERS


def constraints() -> int:
    """Return how many constraints the shapes hold."""
    return (
        sum(
            part.count("sh:") - part.count("sh:IRI") - part.count("sh:flags") > 0
            for properties in PROPERTIES.values()
            for asked in properties.values()
            for _, part in asked
        )
        + len(OTHERS)
        + 7
    )


@dataclass
class Entry:
    """A thing of the register: a predicate and its object a line, below the subject."""

    subject: str
    lines: list[tuple[str, str]]
    marked: int = 0

    def set(self, predicate: str, value: str, old: str | None = None) -> None:
        """Let the value of *predicate* (which is *old*) be *value*, and mark its line."""
        at = self.at(predicate, old)
        self.lines[at] = (predicate, value)
        self.marked = at + 1

    def add(self, predicate: str, value: str) -> None:
        """Add a line, and mark it."""
        self.lines.append((predicate, value))
        self.marked = len(self.lines)

    def drop(self, predicate: str) -> None:
        """Take the value of *predicate* out, and mark the subject, which misses it."""
        del self.lines[self.at(predicate)]
        self.marked = 0

    def at(self, predicate: str, value: str | None = None) -> int:
        """Return the number of the line with *predicate* (and *value*)."""
        return next(
            n for n, (p, v) in enumerate(self.lines) if p == predicate and value in (None, v)
        )

    def text(self) -> str:
        """Return the entry as Turtle."""
        body = " ;\n".join(f"    {predicate} {value}" for predicate, value in self.lines)
        return f"{self.subject}\n{body} .\n"


@dataclass(frozen=True)
class Wanted:
    """A result that a mistake must give: its shape, its focus node and its line."""

    shape: str
    focus_node: str
    component: str
    line: int


@dataclass(frozen=True)
class Mistake:
    """What goes wrong in one of a museum's three entries, and what has to be found.

    Attributes
    ----------
    entry
        `MUSEUM`, `COLLECTION` or `DIRECTOR`.
    make
        Changes the entry and marks the line that is mistaken.
    found
        (shape, component) at the marked line; (shape, component, predicate) at that of the museum
        where the museum is what is judged, the subject's where the predicate is empty.
    """

    entry: int
    make: Callable[[Entry], None]
    found: tuple[tuple[str, ...], ...]


MUSEUM, COLLECTION, DIRECTOR = range(3)


def _set(predicate: str, value: str, old: str | None = None) -> Callable[[Entry], None]:
    return lambda entry: entry.set(predicate, value, old)


def _add(predicate: str, value: str) -> Callable[[Entry], None]:
    return lambda entry: entry.add(predicate, value)


def _drop(predicate: str) -> Callable[[Entry], None]:
    return lambda entry: entry.drop(predicate)


def _museum(make: Callable[[Entry], None], *found: tuple[str, ...]) -> Mistake:
    return Mistake(MUSEUM, make, found)


def _deputy(entry: Entry) -> None:
    entry.add("r:deputy", entry.lines[entry.at("r:director")][1])


def _misspelt(entry: Entry) -> None:
    entry.set("r:code", entry.lines[entry.at("r:code")][1].replace("-", "_"))


_LATE = ("museum-opened-late", "LessThan", "r:opened")
# Mistakes of every kind of constraint.
MISTAKES = (
    _museum(_drop("r:status"), ("museum-status-required", "MinCount")),
    _museum(_add("r:phone", '"+994 12 1"'), ("museum-phone-repeated", "MaxCount")),
    _museum(_set("r:visitors", "70000.5"), ("museum-visitors-no-number", "Datatype")),
    _museum(_set("r:visitors", '"70000"^^xsd:int'), ("museum-visitors-no-number", "Datatype")),
    _museum(
        _set("r:visitors", '"many"^^xsd:integer'),
        ("museum-visitors-no-number", "Datatype"),
        ("museum-visitors-negative", "MinExclusive"),
        ("museum-visitors-improbable", "MaxExclusive"),
        ("museum-staff-more-than-visitors", "LessThanOrEquals", "r:staff"),
    ),
    _museum(_set("r:website", '"https://example.org/"'), ("museum-website-no-iri", "NodeKind")),
    _museum(
        _set("r:city", "c:none"),
        ("museum-city-of-other-class", "Class"),
        ("city-without-label", "MinCount", ""),
    ),
    _museum(_set("r:status", "r:burnt"), ("museum-status-unknown", "In")),
    _museum(_set("r:lat", "-90.50"), ("museum-lat-low", "MinInclusive")),
    _museum(_set("r:lat", "90.10"), ("museum-lat-high", "MaxInclusive")),
    _museum(_set("r:visitors", "20000000"), ("museum-visitors-improbable", "MaxExclusive")),
    _museum(
        _set("r:visitors", "-5"),
        ("museum-visitors-negative", "MinExclusive"),
        ("museum-staff-more-than-visitors", "LessThanOrEquals", "r:staff"),
    ),
    _museum(_set("r:phone", '"call us"'), ("museum-phone-malformed", "Pattern")),
    _museum(_set("r:phone", '"+994 12 000 000 000 000 000"'), ("museum-phone-long", "MaxLength")),
    _museum(_set("r:website", "<ftp://example.org/>"), ("museum-website-plain", "Pattern")),
    _museum(_add("r:name", '"M"@az'), ("museum-name-blank", "MinLength")),
    _museum(_add("r:name", '"Museo"@es'), ("museum-name-language-other", "LanguageIn")),
    _museum(_add("r:name", '"The other"@en'), ("museum-name-language-repeated", "UniqueLang")),
    _museum(_set("r:renewed", '"1899-01-01"^^xsd:date'), _LATE),
    _museum(_set("r:staff", "4999"), ("museum-staff-more-than-visitors", "LessThanOrEquals")),
    _museum(_set("r:founded", '"1850-01-01"^^xsd:date'), ("museum-founded-no-year", "Datatype")),
    _museum(_set("r:founded", '"185"^^xsd:gYear'), ("museum-founded-no-year", "Datatype")),
    _museum(
        _set("r:opened", '"1900-02-29"^^xsd:date'), ("museum-opened-no-date", "Datatype"), _LATE
    ),
    _museum(_set("r:kind", "r:history", "r:listed"), ("museum-kind-unlisted", "HasValue")),
    _museum(_set("r:kind", "r:cabinet", "r:art"), ("museum-kind-unknown", "Or")),
    _museum(_add("a", "r:Judge"), ("museum-is-a-judge", "Not", "")),
    _museum(_add("r:vehicle", '"a bus"'), ("museum-half-placed", "Xone", "")),
    _museum(_misspelt, ("museum-code-malformed", "Pattern")),
    _museum(_drop("r:code"), ("museum-code-required", "MinCount"), ("museum-uncoded", "And")),
    _museum(
        _set("r:same", "m:first"),
        ("museum-self-other", "Equals", "r:self"),
        ("museum-self-other", "Equals", "r:same"),
    ),
    _museum(_deputy, ("museum-director-shared", "Disjoint", "r:director")),
    _museum(
        _set("r:founded", '"1901"^^xsd:gYear'), ("opened-before-founded", "SPARQL", "r:opened")
    ),
    _museum(_set("r:code", '"MU-999999"'), ("code-of-two", "SPARQL")),
    Mistake(COLLECTION, _set("r:title", '"No"'), (("collection-title-short", "MinLength"),)),
    Mistake(COLLECTION, _drop("r:objects"), (("collection-objects-required", "MinCount"),)),
    Mistake(
        COLLECTION, _set("r:objects", "0"), (("museum-collection-empty", "Node", "r:collection"),)
    ),
    Mistake(
        COLLECTION,
        _set("r:shown", "false"),
        (("museum-collection-none-shown", "QualifiedMinCount", ""),),
    ),
    Mistake(
        COLLECTION,
        _set("r:ofMuseum", "m:first"),
        (
            ("collection-unrequited", "SPARQL", "r:collection"),
            ("collection-ofMuseum-of-other-class", "Class"),
        ),
    ),
    Mistake(DIRECTOR, _set("r:role", "r:king"), (("person-role-unknown", "In"),)),
    Mistake(DIRECTOR, _add("r:age", "61"), (("person-open", "Closed"),)),
)


def _entries(number: int, chance: random.Random) -> list[Entry]:
    """Return the entries of a museum without mistakes: 24 triples."""
    museum, collection, person = f"m:{number}", f"k:{number}", f"p:{number}"
    founded = chance.randrange(1750, 1900)
    return [
        Entry(
            museum,
            [
                ("a", chance.choice(("r:Museum", "r:ArtMuseum", "r:Museum"))),
                ("r:code", f'"MU-{number:06}"'),
                ("r:name", f'"Museum {number}"@en'),
                ("r:name", f'"Mus\u00e9e {number}"@fr'),
                ("r:status", "r:open"),
                ("r:founded", f'"{founded}"^^xsd:gYear'),
                ("r:opened", '"1900-05-18"^^xsd:date'),
                ("r:renewed", f'"{chance.randrange(1950, 2024)}-01-01"^^xsd:date'),
                ("r:lat", f"{chance.uniform(-90, 90):.4f}"),
                ("r:long", f"{chance.uniform(-180, 180):.4f}"),
                ("r:city", f"c:{number % CITIES}"),
                ("r:phone", '"+994 12 000"'),
                ("r:website", f"<https://example.org/{number}>"),
                ("r:visitors", str(chance.randrange(200, 4000))),
                ("r:staff", str(chance.randrange(1, 200))),
                ("r:director", person),
                ("r:collection", collection),
                ("r:self", museum),
                ("r:same", museum),
                ("r:kind", "r:art"),
                ("r:kind", "r:listed"),
            ],
        ),
        Entry(
            collection,
            [
                ("a", "r:Collection"),
                ("r:title", f'"Collection {number}"'),
                ("r:objects", str(chance.randrange(1, 90000))),
                ("r:ofMuseum", museum),
                ("r:shown", "true"),
            ],
        ),
        Entry(
            person, [("a", "r:Person"), ("r:name", f'"Director {number}"'), ("r:role", "r:head")]
        ),
    ]


def register(museums: int, *, every: int = 0, seed: int = 1) -> tuple[str, list[Wanted]]:
    """Return a register as Turtle, and what has to be found in it.

    Parameters
    ----------
    museums
        How many museums; each has a collection and a director.
    every
        One museum in so many has a mistake, of each kind in turn; 0: none has.
    seed
        Of the chance by which the register is made.
    """
    chance = random.Random(seed)
    header = (
        PREFIXES
        + "r:ArtMuseum rdfs:subClassOf r:Museum .\n"
        + "".join(f'c:{n} a r:City ; rdfs:label "City {n}" .\n' for n in range(CITIES))
    )
    header += 'm:first a r:Hall ; r:code "MU-999999" .\n'
    parts, wanted = [header], []
    line = header.count("\n") + 1
    for number in range(1, museums + 1):
        entries = _entries(number, chance)
        mistake = None
        if every and number > 1 and number % every == 0:
            mistake = MISTAKES[number // every % len(MISTAKES)]
            mistake.make(entries[mistake.entry])
        starts = []
        for entry in entries:
            starts.append(line)
            parts.append(entry.text())
            line += len(entry.lines) + 1
        if mistake is not None:
            wanted += _wanted(mistake, entries, starts)
    return "".join(parts), wanted


def _wanted(mistake: Mistake, entries: list[Entry], starts: list[int]) -> Iterator[Wanted]:
    for shape, component, *where in mistake.found:
        entry = entries[MUSEUM if where else mistake.entry]
        below = entry.marked
        if where:
            below = entry.at(where[0]) + 1 if where[0] else 0
        start = starts[MUSEUM if where else mistake.entry]
        yield Wanted(f"r:{shape}", entry.subject, component, start + below)
