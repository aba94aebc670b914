"""Generated museums: as many as are asked for, each with a director and its parts in events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pyoxigraph as ox

from heritagekg.dataset import Schema, derive, read_quads
from heritagekg.terms import PREFIXES
from heritagekg.workspace import Workspace

EVENTS_PER_MUSEUM = 5
MUSEUMS_PER_EVENT = 100
# A stands for the museum, B for the event of one of its participations.
MUSEUM = """
museum:AAAA a hkg:Museum ; skos:prefLabel "Museum AAAA"@en , "Muzey № AAAA"@az ;
  hkg:country country:CC ; hkg:locatedIn place:CC ; prov:wasDerivedFrom source:register .
person:AAAA a hkg:Person ; skos:prefLabel "Director AAAA"@en ; prov:wasDerivedFrom source:register .
tenure:AAAA a hkg:Tenure ; hkg:heldBy person:AAAA ; hkg:organization museum:AAAA ;
  hkg:role role:director ; hkg:validFrom "YYYY"^^xsd:gYear ; hkg:attestedIn "2024-05-18"^^xsd:date ;
  prov:wasDerivedFrom source:register .
"""
PARTICIPATION = """
participation:AAAA-BBBB a hkg:Participation ; hkg:participant museum:AAAA ;
  hkg:event event:BBBB ; hkg:capacity capacity:delegate ; hkg:attestedIn "YYYY"^^xsd:gYear ;
  prov:wasDerivedFrom source:register .
"""
REST = """
source:register a hkg:Document ; dcterms:title "Register of generated museums"@en .
"""
EVENT = """
event:BBBB a hkg:Meeting ; skos:prefLabel "Meeting BBBB"@en ; prov:wasDerivedFrom source:register .
"""
COUNTRY = """
country:CC a hkg:Country ; skos:prefLabel "Country CC"@en ; prov:wasDerivedFrom source:register .
place:CC a hkg:City ; skos:prefLabel "City CC"@en ; hkg:locatedIn country:CC ;
  prov:wasDerivedFrom source:register .
"""
COUNTRIES = [f"x{chr(97 + number)}" for number in range(26)]


def generated(museums: int) -> ox.Store:
    """Return a store with *museums* museums and all that the build would derive for them."""
    store = ox.Store()
    shipped = Workspace.shipped()
    quads = [quad for file in shipped.files("ontology") for quad in read_quads(file)]
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    pieces = _pieces(museums, Schema(quads))
    while batch := "".join(islice(pieces, 5000)):
        store.bulk_load(batch.encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def _pieces(museums: int, schema: Schema) -> Iterator[str]:
    """Return N-Triples: each kind of statement is derived once a year, then filled in as text."""
    years = [str(year) for year in range(1990, 2020)]
    museum, participation = (
        [_ntriples(text.replace("YYYY", year), schema) for year in years]
        for text in (MUSEUM, PARTICIPATION)
    )
    event, country = _ntriples(EVENT, schema), _ntriples(COUNTRY, schema)
    yield _ntriples(REST, schema)
    for name in COUNTRIES:
        yield country.replace("CC", name)
    events = max(museums * EVENTS_PER_MUSEUM // MUSEUMS_PER_EVENT, EVENTS_PER_MUSEUM)
    for number in range(events):
        yield event.replace("BBBB", str(number))
    for number in range(museums):
        year = number % len(years)
        yield museum[year].replace("AAAA", str(number)).replace("CC", COUNTRIES[number % 26])
        for turn in range(EVENTS_PER_MUSEUM):
            # Each turn goes through the museums in other steps, so that groups differ.
            other = (number * (2 * turn + 1) + turn * 7919) % museums
            chosen = str((other // MUSEUMS_PER_EVENT + turn * events // EVENTS_PER_MUSEUM) % events)
            said = participation[year].replace("AAAA", str(number))
            yield said.replace("BBBB", chosen)


def _ntriples(turtle: str, schema: Schema) -> str:
    declared = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    quads = list(ox.parse(declared + turtle, format=ox.RdfFormat.TURTLE))
    stated = {ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads}
    written = ox.serialize(stated | derive(quads, schema), format=ox.RdfFormat.N_TRIPLES)
    assert written is not None
    return written.decode()
