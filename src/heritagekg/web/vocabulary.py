"""The ontology as a page to read: every term with its labels, definition, example and ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from heritagekg.terms import HKG, compact

if TYPE_CHECKING:
    from heritagekg.engine.protocol import Engine

ONTOLOGY = HKG.removesuffix("#")
SECTIONS = {
    "owl:Class": "Classes",
    "owl:ObjectProperty": "Properties between things",
    "owl:DatatypeProperty": "Properties with a value",
}
_TEXTS = ("rdfs:label", "skos:definition", "skos:example", "skos:scopeNote")
# What others build on a term, and what it stands below or beside.
_TIES = {
    "rdfs:subClassOf": "narrower than",
    "rdfs:subPropertyOf": "narrower than",
    "rdfs:domain": "said of",
    "rdfs:range": "its value is",
    "owl:disjointWith": "never the same as",
    "skos:exactMatch": "the same as",
    "skos:closeMatch": "nearly the same as",
    "skos:broadMatch": "narrower than",
    "skos:narrowMatch": "broader than",
    "skos:relatedMatch": "related to",
    "dcterms:isReplacedBy": "replaced by",
}
# The files of the ontology and its alignments, without what the build derives from them.
_STATED = f"""SELECT DISTINCT ?term ?property ?value
WHERE {{
  GRAPH ?file {{ ?term ?property ?value . }}
  FILTER(STRSTARTS(STR(?file), "{ONTOLOGY}/"))
  FILTER(STRSTARTS(STR(?term), "{HKG}"))
}}
ORDER BY ?term ?property ?value"""
_HEADER = f"SELECT ?property ?value WHERE {{ <{ONTOLOGY}> ?property ?value . }} ORDER BY ?value"


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property.

    Attributes
    ----------
    iri, kind
        Its IRI, and the CURIE of its OWL type.
    texts
        Property CURIE -> texts as (language, text), English first.
    ties
        (how it is tied, IRI of the other term), in the order of the words.
    is_deprecated
        Whether it should no longer be used.
    """

    iri: str
    kind: str
    texts: dict[str, list[tuple[str, str]]]
    ties: list[tuple[str, str]]
    is_deprecated: bool

    @property
    def name(self) -> str:
        """The part of the IRI behind the `#`, which is its anchor on the page."""
        return self.iri.rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ontology: its header as (property CURIE, text), and its terms by section."""

    header: dict[str, str]
    sections: dict[str, list[Term]]


def read_vocabulary(engine: Engine) -> Vocabulary:
    """Return the ontology that *engine* holds.

    Examples
    --------
    >>> from heritagekg.graph import open_graph
    >>> vocabulary = read_vocabulary(open_graph().engine)
    >>> vocabulary.sections["Classes"][0].texts["rdfs:label"][0]
    ('en', 'Acknowledgement')
    """
    said: dict[str, list[tuple[str, ox.NamedNode | ox.Literal]]] = {}
    for term, predicate, value in engine.select(_STATED).terms:
        if isinstance(term, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
            assert isinstance(value, ox.NamedNode | ox.Literal)
            said.setdefault(term.value, []).append((compact(predicate.value), value))
    sections: dict[str, list[Term]] = {title: [] for title in SECTIONS.values()}
    for iri, statements in said.items():
        term_read = _term(iri, statements)
        if term_read.kind in SECTIONS:
            sections[SECTIONS[term_read.kind]].append(term_read)
    header = {
        compact(str(predicate.value)): str(value.value)
        for predicate, value in engine.select(_HEADER).terms
        if predicate is not None and value is not None
    }
    return Vocabulary(header, sections)


def _term(iri: str, statements: list[tuple[str, ox.NamedNode | ox.Literal]]) -> Term:
    texts: dict[str, list[tuple[str, str]]] = {}
    ties, kind = [], ""
    for predicate, value in statements:
        if predicate == "rdf:type" and compact(value.value) in SECTIONS:
            kind = compact(value.value)
        elif predicate in _TEXTS and isinstance(value, ox.Literal):
            texts.setdefault(predicate, []).append((value.language or "", value.value))
        elif predicate in _TIES and isinstance(value, ox.NamedNode):
            ties.append((_TIES[predicate], value.value))
    for found in texts.values():
        found.sort(key=lambda pair: (pair[0] != "en", pair[0]))
    is_deprecated = any(predicate == "owl:deprecated" for predicate, _ in statements)
    order = list(dict.fromkeys(_TIES.values()))
    ties.sort(key=lambda tie: (order.index(tie[0]), not tie[1].startswith(HKG), compact(tie[1])))
    return Term(iri, kind, texts, ties, is_deprecated)
