"""The prefixes of heritagekg, and the way between CURIEs and IRIs."""

from __future__ import annotations

from functools import lru_cache

from heritagekg.errors import UnknownName, did_you_mean

# [[[cog
# import re
# from pathlib import Path
#
# declared = Path("ontology/prefixes.ttl").read_text(encoding="utf-8")
# names = re.findall(r'sh:prefix "([^"]*)"', declared)
# namespaces = re.findall(r'sh:namespace "([^"]*)"', declared)
# assert len(names) == len(namespaces), "one sh:namespace to each sh:prefix"
# cog.outl("PREFIXES: dict[str, str] = {")
# for name, namespace in sorted(zip(names, namespaces)):
#     cog.outl(f'    "{name}": "{namespace}",')
# cog.outl("}")
# ]]]
PREFIXES: dict[str, str] = {
    "acknowledgement": "https://w3id.org/heritagekg/id/acknowledgement/",
    "admission": "https://w3id.org/heritagekg/id/admission/",
    "affiliation": "https://w3id.org/heritagekg/id/affiliation/",
    "alliance": "https://w3id.org/heritagekg/id/alliance/",
    "award": "https://w3id.org/heritagekg/id/award/",
    "campaign": "https://w3id.org/heritagekg/id/campaign/",
    "capacity": "https://w3id.org/heritagekg/id/capacity/",
    "committee": "https://w3id.org/heritagekg/id/committee/",
    "conference": "https://w3id.org/heritagekg/id/conference/",
    "country": "https://w3id.org/heritagekg/id/country/",
    "crm": "http://www.cidoc-crm.org/cidoc-crm/",
    "dating": "https://w3id.org/heritagekg/id/dating/",
    "dcterms": "http://purl.org/dc/terms/",
    "decision": "https://w3id.org/heritagekg/id/decision/",
    "dissolution": "https://w3id.org/heritagekg/id/dissolution/",
    "document": "https://w3id.org/heritagekg/id/document/",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "event": "https://w3id.org/heritagekg/id/event/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "founding": "https://w3id.org/heritagekg/id/founding/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "hkg": "https://w3id.org/heritagekg/ontology#",
    "hks": "https://w3id.org/heritagekg/shapes#",
    "kind": "https://w3id.org/heritagekg/id/kind/",
    "legal-status": "https://w3id.org/heritagekg/id/legal-status/",
    "location": "https://w3id.org/heritagekg/id/location/",
    "measure": "https://w3id.org/heritagekg/id/measure/",
    "membership": "https://w3id.org/heritagekg/id/membership/",
    "museum": "https://w3id.org/heritagekg/id/museum/",
    "name": "https://w3id.org/heritagekg/id/name/",
    "observation": "https://w3id.org/heritagekg/id/observation/",
    "opening": "https://w3id.org/heritagekg/id/opening/",
    "org": "http://www.w3.org/ns/org#",
    "organization": "https://w3id.org/heritagekg/id/organization/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "participation": "https://w3id.org/heritagekg/id/participation/",
    "partnership": "https://w3id.org/heritagekg/id/partnership/",
    "person": "https://w3id.org/heritagekg/id/person/",
    "place": "https://w3id.org/heritagekg/id/place/",
    "project": "https://w3id.org/heritagekg/id/project/",
    "prov": "http://www.w3.org/ns/prov#",
    "qualifier": "https://w3id.org/heritagekg/id/qualifier/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "registration": "https://w3id.org/heritagekg/id/registration/",
    "role": "https://w3id.org/heritagekg/id/role/",
    "schema": "https://schema.org/",
    "scheme": "https://w3id.org/heritagekg/id/scheme/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "source": "https://w3id.org/heritagekg/id/source/",
    "statement": "https://w3id.org/heritagekg/id/statement/",
    "succession": "https://w3id.org/heritagekg/id/succession/",
    "tenure": "https://w3id.org/heritagekg/id/tenure/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# [[[end]]]

HKG = PREFIXES["hkg"]
ENTITIES = "https://w3id.org/heritagekg/id/"


def expand(curie: str) -> str:
    """Return the IRI that *curie* stands for; an absolute IRI (also in `<>`) is returned as it is.

    Raises
    ------
    UnknownName
        If *curie* has no colon, or its prefix is not among `PREFIXES`.

    Examples
    --------
    >>> expand("committee:az")
    'https://w3id.org/heritagekg/id/committee/az'
    >>> expand("https://example.org/x")
    'https://example.org/x'
    """
    if curie.startswith("<") and curie.endswith(">"):
        curie = curie[1:-1]
    prefix, colon, name = curie.partition(":")
    if colon and (name.startswith("//") or prefix in ("urn", "file", "mailto")):
        return curie
    if not colon or prefix not in PREFIXES:
        what = f"prefix {prefix!r} in {curie!r}" if colon else f"CURIE {curie!r}"
        raise UnknownName(
            f"no known {what}{did_you_mean(prefix, PREFIXES)}; "
            "write an IRI or a CURIE such as committee:az"
        )
    return PREFIXES[prefix] + name


@lru_cache(maxsize=1 << 14)
def compact(iri: str) -> str:
    """Return the CURIE for *iri*, or *iri* itself where no prefix gives one.

    Examples
    --------
    >>> compact("https://w3id.org/heritagekg/id/committee/az")
    'committee:az'
    >>> compact("https://example.org/x")
    'https://example.org/x'
    """
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _NAMES.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix is not None and cut < len(iri) else iri


_NAMES = {namespace: prefix for prefix, namespace in PREFIXES.items()}
