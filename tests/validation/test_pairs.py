"""The shapes that compare pairs find what their plain definitions find, pair by pair."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import permutations, product

import pyoxigraph as ox
import pytest

from heritagekg.terms import PREFIXES
from heritagekg.validation.compile import Check, Dialect, compile_shapes
from heritagekg.validation.files import read_file
from heritagekg.validation.run import Memory
from heritagekg.validation.shapes import read_shapes
from heritagekg.workspace import Workspace

# Predicate -> values of a node.
Said = dict[str, set[str]]
Found = set[tuple[str, ...]]

DATES = (
    *("1947", "1948", "1948-05", "1948-05-18", "1950", "1951", "1955-01", "1958", "1960"),
    *("1985", "1989", "1990", "1990-12-31", "1999", "2000-01", "2024", "0999", "12024", "-0044"),
    *("-0100", "2016Z", "19"),
)
LABELS = ("Science Museum", "SCIENCE museum", "Музей", "музей", "Other")


@cache
def _checks() -> tuple[Check, ...]:
    files = (*Workspace.shipped().files("shapes"), *Workspace.shipped().files("ontology"))
    shapes = read_shapes(quad for file in files for quad in read_file(file))
    return compile_shapes(shapes, Dialect({}, is_exact=True)).checks


def _some(chance: random.Random, values: tuple[str, ...], most: int = 1) -> set[str]:
    return set(chance.sample(values, chance.randint(0, most)))


def _tenures(chance: random.Random) -> Iterator[tuple[str, Said]]:
    # Few different dates make repetitions, and few ends what is left open.
    dates = tuple(chance.sample(DATES, 6))
    for number in range(14):
        said = {
            "a": {"hkg:Tenure"} if chance.random() < 0.9 else {"hkg:Membership"},
            "hkg:role": set(chance.choices(("role:chair", "role:president", "role:director"))),
            "hkg:organization": set(chance.choices(("committee:az", "committee:fr"))),
            "hkg:heldBy": set(chance.choices(("person:a", "person:b", "person:c", "person:d"))),
            "prov:wasDerivedFrom": {"source:a"},
        }
        for predicate, most in ("hkg:validFrom", 2), ("hkg:validUntil", 1), ("hkg:attestedIn", 1):
            said[predicate] = {f'"{date}"' for date in _some(chance, dates, most)}
        yield f"tenure:t{number}", said


def _museums(chance: random.Random) -> Iterator[tuple[str, Said]]:
    places = ("place:a", "place:b", "place:c")
    for number in range(12):
        kind = "hkg:Museum" if chance.random() < 0.9 else "hkg:Organization"
        yield (
            f"museum:m{number}",
            {
                "a": {kind},
                "hkg:country": _some(chance, ("country:az", "country:fr"), 2),
                "hkg:locatedIn": _some(chance, places, 2),
                "skos:prefLabel": {f'"{each}"@en' for each in _some(chance, LABELS, 2)},
                "skos:altLabel": {f'"{each}"' for each in _some(chance, LABELS)},
            },
        )
        yield (
            f"location:l{number}",
            {
                "a": {"hkg:Location"},
                "hkg:organization": {f"museum:m{chance.randrange(12)}"},
                "hkg:place": _some(chance, places, 2),
                "hkg:streetAddress": {f'"{each}"' for each in _some(chance, ("One", "Two"), 2)},
            },
        )


def _is_apart(one: set[str], other: set[str]) -> bool:
    return any(here != there for here, there in product(one, other))


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _named_twice(things: dict[str, Said]) -> Found:
    found = set()
    museums = [name for name, said in things.items() if said["a"] == {"hkg:Museum"}]
    for this, other in permutations(museums, 2):
        mine, its = things[this], things[other]
        if _iri(this) < _iri(other) or not mine["hkg:country"] & its["hkg:country"]:
            continue
        if _is_apart(mine["hkg:locatedIn"], its["hkg:locatedIn"]):
            continue
        called = {
            label.split('"')[1].lower() for label in its["skos:prefLabel"] | its["skos:altLabel"]
        }
        for path in ("skos:prefLabel", "skos:altLabel"):
            for value in mine[path]:
                if value.split('"')[1].lower() in called:
                    found.add((this, path, value))
    return found


def _at_one_address(things: dict[str, Said]) -> Found:
    found = set()
    locations = [name for name in things if name.startswith("location:")]
    for this, other in permutations(locations, 2):
        mine, its = things[this], things[other]
        (museum,), (neighbour,) = mine["hkg:organization"], its["hkg:organization"]
        kinds = things[museum]["a"] | things[neighbour]["a"]
        if _iri(museum) < _iri(neighbour) or museum == neighbour or kinds != {"hkg:Museum"}:
            continue
        if not _is_apart(mine["hkg:place"], its["hkg:place"]):
            shared = mine["hkg:streetAddress"] & its["hkg:streetAddress"]
            found |= {(this, "hkg:streetAddress", value) for value in shared}
    return found


def _is_before(one: str, other: str) -> bool:
    """Return whether a date is before another, at the coarser of the two precisions."""
    one, other = one[1:-1], other[1:-1]
    shorter = min(len(one), len(other))
    return one[:shorter] < other[:shorter]


def _rivals(things: dict[str, Said]) -> Iterator[tuple[str, str]]:
    """Yield pairs of tenures of one post, of a chair or president, of different persons."""
    for this, other in permutations(things, 2):
        mine, its = things[this], things[other]
        is_same = all(mine[each] == its[each] for each in ("hkg:organization", "hkg:role"))
        is_chair = mine["hkg:role"] <= {"role:chair", "role:president"}
        is_judged = mine["a"] == {"hkg:Tenure"}
        if is_same and is_chair and is_judged and mine["hkg:heldBy"] != its["hkg:heldBy"]:
            yield this, other


def _terms(said: Said) -> list[tuple[str, str]]:
    from_, until = (said[each] | said["hkg:attestedIn"] for each in _BOUNDS)
    return list(product(from_, until))


_BOUNDS = ("hkg:validFrom", "hkg:validUntil")


def _overlapping(things: dict[str, Said]) -> Found:
    return {
        (this, "", other)
        for this, other in _rivals(things)
        if _iri(this) > _iri(other)
        for (start, until), (begin, end) in product(_terms(things[this]), _terms(things[other]))
        if _is_before(start, end) and _is_before(begin, until)
    }


def _left_open(things: dict[str, Said]) -> Found:
    ended = defaultdict(set)
    for said in things.values():
        if said["hkg:validUntil"]:
            (person,), (body,), (role,) = (
                said[each] for each in ("hkg:heldBy", "hkg:organization", "hkg:role")
            )
            ended[person].add((body, role))
    found = set()
    for this, other in _rivals(things):
        mine = things[this]
        (person,), (body,), (role,) = (
            mine[each] for each in ("hkg:heldBy", "hkg:organization", "hkg:role")
        )
        later = product(mine["hkg:validFrom"], things[other]["hkg:validFrom"])
        if (body, role) not in ended[person] and any(_is_before(*pair) for pair in later):
            found.add((this, "", other))
    return found


def _repeated(things: dict[str, Said]) -> Found:
    found = set()
    for this, other in permutations(things, 2):
        mine, its = things[this], things[other]
        keys = ("hkg:heldBy", "hkg:organization", "hkg:role", "prov:wasDerivedFrom")
        is_same = mine["a"] == {"hkg:Tenure"} and all(mine[each] == its[each] for each in keys)
        moments = (*_BOUNDS, "hkg:attestedIn")
        if is_same and _iri(this) > _iri(other) and any(mine[m] & its[m] for m in moments):
            found.add((this, "", other))
    return found


Maker = Callable[[random.Random], Iterator[tuple[str, Said]]]


def _turtle(things: dict[str, Said]) -> str:
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()]
    for name, said in things.items():
        lines += [f"{name} {p} {value} ." for p, values in said.items() for value in values]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("code", "make", "define"),
    [
        ("HK165", _museums, _named_twice),
        ("HK166", _museums, _at_one_address),
        ("HK295", _tenures, _overlapping),
        ("HK296", _tenures, _left_open),
        ("HK297", _tenures, _repeated),
    ],
)
def test_pairs_are_found_as_defined(
    code: str, make: Maker, define: Callable[[dict[str, Said]], Found]
) -> None:
    number = 0
    for seed in range(200):
        things = dict(make(random.Random(seed)))
        wanted = {
            (f"<{_iri(this)}>", f"<{_iri(path)}>" if path else "None", _term(value))
            for this, path, value in define(things)
        }
        assert _results(code, _turtle(things)) == wanted, seed
        number += len(wanted)
    assert number > 100


def _results(code: str, data: str) -> Found:
    memory = Memory.of_quads(ox.parse(data, format=ox.RdfFormat.TURTLE), None)
    checks = [
        check
        for check in _checks()
        if {constraint.code for constraint in check.constraints} == {code}
    ]
    return {
        (str(result.focus_node), str(result.path), str(result.value))
        for found in memory.results(checks)
        for result in found
    }


def _term(value: str) -> str:
    return value if value.startswith('"') else f"<{_iri(value)}>"
