"""After any edit, what is found near it and kept of the rest is what a check of all finds."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from pathlib import Path

import pytest

from heritagekg.validation import incremental, region
from heritagekg.validation.check import CheckReport, check_workspace
from heritagekg.validation.run import Result
from heritagekg.workspace import Workspace

PREFIXES = """@prefix e: <http://example.org/> .
@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
e:Museum rdfs:subClassOf e:Body . e:Office rdfs:subClassOf e:Body . e:Known a owl:Class .
e:Museum owl:disjointWith e:Person .
"""
DECLARED = " ".join(
    line[1:-2]
    for line in PREFIXES.splitlines()
    if line.startswith(("@prefix e", "@prefix o", "@prefix rdfs"))
)
# One shape a line: name, target, and what it asks.
SHAPES = {
    "class": "sh:targetClass e:Tenure ; sh:path e:of ; sh:class e:Body",
    "label": "sh:targetClass e:Body ; sh:path e:label ; sh:uniqueLang true ; sh:minCount 1",
    "most": "sh:targetClass e:Person ; sh:path e:label ; sh:maxCount 1",
    "number": "sh:targetClass e:Museum ; sh:path e:number ; sh:maxExclusive 3 ; sh:minLength 2",
    "type": "sh:targetClass e:Museum ; sh:path e:number ; sh:datatype xsd:decimal",
    "closed": """sh:targetClass e:Person ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
        sh:property [ sh:path e:label ]""",
    "two": "sh:targetClass e:Tenure ; sh:path e:by ; sh:node [ sh:path e:label ; sh:minCount 1 ]",
    "three": """sh:targetClass e:Tenure ; sh:path e:of ; sh:node
        [ sh:path e:in ; sh:node [ sh:path e:label ; sh:uniqueLang true ; sh:minCount 1 ] ]""",
    "not": "sh:targetClass e:Tenure ; sh:path e:by ; sh:not [ sh:class e:Museum ]",
    "or": """sh:targetSubjectsOf e:in ;
        sh:or ( [ sh:class e:Body ] [ sh:path e:label ; sh:minCount 1 ] )""",
    "equals": "sh:targetClass e:Museum ; sh:path e:number ; sh:equals e:count",
    "less": "sh:targetSubjectsOf e:number ; sh:path e:number ; sh:lessThan e:count",
    "along": "sh:targetClass e:Tenure ; sh:path ( e:of e:in ) ; sh:minCount 1 ; sh:class e:Body",
    "either": "sh:targetClass e:Body ; sh:path [ sh:alternativePath ( e:in e:by ) ] ; sh:class e:A",
    "back": "sh:targetClass e:Body ; sh:path [ sh:inversePath e:of ] ; sh:maxCount 1",
    "there": """sh:targetClass e:Person ; sh:path ( [ sh:inversePath e:by ] e:of ) ;
        sh:qualifiedValueShape [ sh:class e:Museum ] ; sh:qualifiedMaxCount 1""",
    "climb": "sh:targetClass e:Museum ; sh:path [ sh:zeroOrMorePath e:in ] ; sh:nodeKind sh:IRI",
    "perhaps": "sh:targetClass e:Museum ; sh:path [ sh:zeroOrOnePath e:in ] ; sh:class e:Museum",
    "objects": "sh:targetObjectsOf e:by ; sh:class e:Person",
    "node": "sh:targetNode e:a ; sh:path e:label ; sh:minCount 1",
    "itself": "sh:targetNode e:c ; sh:path [ sh:zeroOrMorePath e:in ] ; sh:class e:Body",
    "inner": """sh:targetClass e:Tenure ; sh:property
        [ sh:path e:of ; sh:property [ sh:path e:label ; sh:minCount 1 ] ]""",
    "value": "sh:targetClass e:Office ; sh:path e:in ; sh:hasValue e:bé",
}
SPARQL = {
    "known": "$this ?path ?value FILTER(STRSTARTS(STR(?path), 'http://example.org/o')) "
    "FILTER NOT EXISTS { ?path a e:Known }",
    "others": "$this e:of ?body ; e:by ?who . ?value e:of ?body ; e:by ?other "
    "FILTER(?who != ?other && STR($this) > STR(?value))",
    "one-more": "$this e:of ?body . ?other e:of ?body . FILTER NOT EXISTS "
    "{ ?other e:by ?who FILTER EXISTS { ?who e:label ?value } }",
    "optional": "$this e:of ?value OPTIONAL { ?value e:label ?label } FILTER(!BOUND(?label))",
    "before": "$this a e:Tenure . OPTIONAL { ?value e:count ?n } ?value e:number ?n . "
    "$this e:of ?value",
    "union": "$this e:by ?who { $this e:of ?value } UNION { ?value e:by ?who FILTER(EXISTS "
    "{ ?value a e:Museum }) }",
    "nested": "$this e:in ?place { ?value e:in ?place ; a e:Office FILTER NOT EXISTS "
    "{ ?value e:label ?any } }",
    "same-number": "$this e:number ?n . ?value e:number ?n FILTER(STR($this) > STR(?value))",
    "same-label": "$this e:label ?l . ?value e:label ?l FILTER(STR($this) > STR(?value))",
    "disjoint": "$this a ?one , ?value . ?one rdfs:subClassOf* ?a . ?value rdfs:subClassOf* ?b . "
    "?a owl:disjointWith ?b",
    "unbound": "$this a e:Tenure FILTER NOT EXISTS { ?any a e:Office }",
    "circle": "$this e:in ?value . ?value e:in* $this",
    "any": "$this e:of ?body . ?value ?p ?body FILTER(?value != $this)",
}
NAMES = ("a", "bé", "c")
STATEMENTS = [
    *(f"e:{n} a e:{kind} ." for n in NAMES for kind in ("Museum", "Office", "Person", "A")),
    *(f"e:{n} a e:Tenure ." for n in "stu"),
    *(f"e:{n} e:{p} e:{o} ." for n in "stu" for p in ("of", "by") for o in NAMES),
    *(f"e:{n} e:in e:{o} ." for n in NAMES for o in NAMES),
    *(f'e:{n} e:label "{label} .\\n"@{tag} .' for n in NAMES for label in "xy" for tag in ("en",)),
    *(
        f"e:{n} e:{p} {v} ."
        for n in NAMES[:2]
        for p in ("number", "count")
        for v in ("2", "2.50", "4")
    ),
    *(f"e:{n} e:odd e:bé ." for n in ("a", "bé", "s")),
    "e:odd a e:Known .",
    "e:s e:of [ a e:Office ; e:in e:a ] .",
    "[ a e:Tenure ; e:of e:a ; e:by e:bé ] .",
    'e:a e:label " <http://example.org/bé> .", "e:of <http://example.org/a>" .',
]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("HERITAGEKG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(incremental, "_TICK", 0)
    root = tmp_path / "w"
    (root / "ontology" / "shapes").mkdir(parents=True)
    prefixes = Workspace.shipped().root / "ontology" / "prefixes.ttl"
    (root / "ontology" / "prefixes.ttl").write_bytes(prefixes.read_bytes())
    (root / "ontology" / "things.ttl").write_text(PREFIXES + ONTOLOGY, encoding="utf-8")
    lines = [f"e:{name}-shape {asked} ." for name, asked in SHAPES.items()]
    for name, group in SPARQL.items():
        text = f"{DECLARED} SELECT $this ?value {{ {group} }}"
        targets = "sh:targetClass e:Body , e:Person , e:Tenure"
        lines.append(f'e:{name}-query {targets} ; sh:sparql [ sh:select """{text}""" ] .')
    shapes = root / "ontology" / "shapes" / "things.ttl"
    shapes.write_text(PREFIXES + "\n".join(lines), encoding="utf-8")
    (root / "data").mkdir()
    return Workspace(root)


def write(workspace: Workspace, name: str, statements: set[str]) -> None:
    path = workspace.root / "data" / f"{name}.ttl"
    path.write_text(PREFIXES + "\n".join(sorted(statements)), encoding="utf-8")


def said(report: CheckReport) -> Counter[tuple[str, ...]]:
    """Return every field of every result and finding, blank nodes without the names they got."""
    assert report.report is not None and not report.report.fallback
    fields = [astuple_of(result) for result in report.results]
    fields += [(d.code, str(d.place), d.message, d.severity) for d in report.diagnostics]
    return Counter(
        tuple("_:" if "_:" in str(field) else str(field) for field in each) for each in fields
    )


def astuple_of(result: Result) -> tuple[object, ...]:
    return tuple(getattr(result, field.name) for field in dataclasses.fields(result))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("many", [region.MANY, 2])
def test_random_edits(
    seed: int, many: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region, "MANY", many)
    chance = random.Random(seed)
    files: dict[str, set[str]] = {name: set() for name in ("one", "two", "three")}
    for name, statements in files.items():
        statements.update(chance.sample(STATEMENTS, 12))
        write(workspace, name, statements)
    check_workspace(workspace)
    found: set[str] = set()
    for step in range(25):
        name = chance.choice(list(files))
        for statement in chance.sample(STATEMENTS, chance.choice((1, 1, 1, 2, 5))):
            files[name] ^= {statement}
        write(workspace, name, files[name])
        near = check_workspace(workspace)
        with monkeypatch.context() as other:
            other.setenv("HERITAGEKG_CACHE", str(tmp_path / f"new{step}"))
            everything = check_workspace(workspace)
        one, other = said(near), said(everything)
        assert (one - other, other - one) == (Counter(), Counter()), (step, name)
        found |= {str(result.source_shape) for result in near.results}
    assert len(found) > len(SHAPES)
