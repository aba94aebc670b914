"""After any edit, what is found near it and kept of the rest is what a check of all finds."""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.validation import incremental, region
from heritagekg.validation.check import CheckReport, check_workspace
from heritagekg.validation.compile import Check, Dialect, compile_shapes
from heritagekg.validation.patterns import reach_of
from heritagekg.validation.run import Result
from heritagekg.validation.shapes import ShapesError, read_shapes
from heritagekg.validation.sparql import expanded
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
    "closed-and-back": """sh:targetClass e:Tenure ; sh:path e:of ; sh:node
        [ sh:closed true ; sh:ignoredProperties ( rdf:type e:in ) ; sh:property
        [ sh:path [ sh:inversePath e:in ] ; sh:minCount 1 ] ]""",
    "closed-to": """sh:targetClass e:Body ; sh:path [ sh:inversePath e:in ] ; sh:closed true ;
        sh:ignoredProperties ( rdf:type )""",
    "either": "sh:targetClass e:Body ; sh:path [ sh:alternativePath ( e:in e:by ) ] ; sh:class e:A",
    "back": "sh:targetClass e:Body ; sh:path [ sh:inversePath e:of ] ; sh:maxCount 1",
    "there": """sh:targetClass e:Person ; sh:path ( [ sh:inversePath e:by ] e:of ) ;
        sh:qualifiedValueShape [ sh:class e:Museum ] ; sh:qualifiedMaxCount 1""",
    "climb": "sh:targetClass e:Museum ; sh:path [ sh:zeroOrMorePath e:in ] ; sh:nodeKind sh:IRI",
    "perhaps": "sh:targetClass e:Museum ; sh:path [ sh:zeroOrOnePath e:in ] ; sh:class e:Museum",
    "objects": "sh:targetObjectsOf e:by ; sh:class e:Person",
    "node": "sh:targetNode e:a ; sh:path e:label ; sh:minCount 1",
    "itself": "sh:targetNode e:c ; sh:path [ sh:zeroOrMorePath e:in ] ; sh:class e:Body",
    "apart": """sh:targetNode e:never , e:odd , 2.50 , e:a ; sh:path ( [ sh:zeroOrOnePath e:in ]
        [ sh:zeroOrMorePath e:of ] ) ; sh:class e:Known ; sh:nodeKind sh:IRI ; sh:maxCount 0""",
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
    "before": "$this a e:Tenure . OPTIONAL { ?value e:rare ?n } ?value e:number ?n . "
    "$this e:of ?value",
    "not-yet": "$this e:in ?place BIND(EXISTS { ?value e:rare ?n } AS ?is) ?value e:in ?place "
    "FILTER(?is && ?value != $this)",
    "out-of-sight": "$this e:in ?place { ?value a e:Office FILTER NOT EXISTS "
    "{ ?place e:rare ?n } }",
    "whichever": "$this e:in ?place { $this e:of ?value } UNION { ?place e:in ?value } "
    "FILTER NOT EXISTS { ?value e:label ?any }",
    "from-here": "$this e:in* ?value FILTER NOT EXISTS { ?value e:label ?any }",
    "near-never": "?value ^e:in? $this FILTER NOT EXISTS { ?value a e:Body }",
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
    "to-and-fro": "$this ?p ?value . ?other e:by $this",
    "any": "$this e:of ?body . ?value ?p ?body FILTER(?value != $this)",
}
NAMED = {"e": "http://example.org/"}
TARGETS = "sh:targetClass e:Body , e:Person , e:Tenure"
NAMED_TARGETS = {"from-here": "sh:targetNode e:c", "near-never": "sh:targetNode e:never , 2.5"}
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
        for v in ("2", "2.5", "2.50")
    ),
    *(f"e:{n} e:odd e:bé ." for n in ("a", "bé", "s")),
    "e:odd a e:Known .",
    "e:t e:rare 9 .",
    "e:s e:of [ a e:Office ; e:in e:a ] .",
    "[ a e:Tenure ; e:of e:a ; e:by e:bé ] .",
    'e:a e:label " <http://example.org/bé> .", "e:of <http://example.org/a>" .',
]


class Things:
    """A workspace of a few files, judged by these shapes."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, shapes: Iterable[str]) -> None:
        monkeypatch.setattr(incremental, "_TICK", 0)
        self._cache, self._monkeypatch = root / "cache", monkeypatch
        self.workspace = Workspace(root)
        (root / "ontology" / "shapes").mkdir(parents=True)
        (root / "data").mkdir()
        prefixes = Workspace.shipped().root / "ontology" / "prefixes.ttl"
        (root / "ontology" / "prefixes.ttl").write_bytes(prefixes.read_bytes())
        self._write("ontology/things", [ONTOLOGY])
        self.ask(shapes)

    def _write(self, name: str, statements: Iterable[str]) -> None:
        path = self.workspace.root / f"{name}.ttl"
        path.write_text(PREFIXES + "\n".join(statements), encoding="utf-8")

    def ask(self, shapes: Iterable[str]) -> None:
        self._write("ontology/shapes/things", shapes)

    def write(self, name: str, statements: Iterable[str]) -> None:
        self._write(f"data/{name}", sorted(statements))

    def judge(self) -> CheckReport:
        """Return what a check finds that remembers; it is what one finds that does not."""
        self._monkeypatch.setenv("HERITAGEKG_CACHE", str(self._cache))
        near = check_workspace(self.workspace)
        self._monkeypatch.setenv("HERITAGEKG_CACHE", str(self._cache / "new"))
        shutil.rmtree(self._cache / "new", ignore_errors=True)
        one, other = said(near), said(check_workspace(self.workspace))
        assert (one - other, other - one) == (Counter(), Counter())
        return near


def written(name: str) -> str:
    if name in SHAPES:
        return f"e:{name}-shape {SHAPES[name]} ."
    return asking(name, SPARQL[name], NAMED_TARGETS.get(name, TARGETS))


def asking(name: str, group: str, targets: str = TARGETS) -> str:
    text = f"{DECLARED} SELECT DISTINCT $this ?value {{ {group} }}"
    return f'e:{name}-query {targets} ; sh:sparql [ sh:select """{text}""" ] .'


def said(report: CheckReport) -> Counter[tuple[str, ...]]:
    """Return every field of every result and finding, blank nodes without the names they got."""
    assert report.report is not None and not report.report.fallback
    fields = [[getattr(r, f.name) for f in dataclasses.fields(r)] for r in report.results]
    fields += [[d.code, d.place, d.message, d.severity] for d in report.diagnostics]
    return Counter(tuple("_:" if "_:" in str(f) else str(f) for f in each) for each in fields)


# Each of them has its check, and every check with it, run as a whole after every edit.
ON_ALL = {"any", "closed-and-back", "closed-to", "to-and-fro"}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("many", "without"),
    [(region.MANY, ON_ALL), (2, ON_ALL), (region.MANY, set())],
    ids=["near", "whole", "all"],
)
def test_random_edits(
    seed: int, many: int, without: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region, "MANY", many)
    names = [name for name in (*SHAPES, *SPARQL) if name not in without]
    things = Things(tmp_path, monkeypatch, map(written, names))
    found = edited(things, random.Random(seed), STATEMENTS, 20)
    assert len({result.source_shape for result in found}) > 15


def test_random_shapes_come_and_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*SHAPES, *SPARQL]
    things = Things(tmp_path, monkeypatch, map(written, names))
    chance = random.Random(5)
    data = set(chance.sample(STATEMENTS, 25))
    for _ in range(12):
        things.write("one", data)
        assert things.judge().results
        data ^= set(chance.sample(STATEMENTS, 2))
        things.ask(map(written, chance.sample(names, chance.randrange(5, len(names)))))


def edited(
    things: Things, chance: random.Random, statements: list[str], times: int
) -> list[Result]:
    """Edit files at random, a few times, and return all that was found."""
    files = {name: set(chance.sample(statements, 12)) for name in ("one", "two", "three")}
    for name, said in files.items():
        things.write(name, said)
    found = list(things.judge().results)
    for _ in range(times):
        name = chance.choice(list(files))
        files[name] ^= set(chance.sample(statements, chance.choice((1, 1, 1, 2, 5))))
        things.write(name, files[name])
        found += things.judge().results
    return found


@pytest.mark.parametrize(
    ("shape", "data", "edit"),
    [
        # The plain values are the same, in another spelling.
        (
            "same-number",
            "e:a a e:Museum . e:bé a e:Museum ; e:number 2.5 . e:c e:number 2.50 .",
            "e:a e:number 2.50 .",
        ),
        # A path without a step leads from the node of a target to itself, whatever is said of it.
        ("itself", "e:c a e:A .", "e:a e:in e:a ."),
        # Where BIND stands, ?value is anything.
        ("not-yet", "e:a a e:Museum ; e:in e:c . e:bé e:in e:c .", "e:t e:rare 9 ."),
        # Any predicate of a node, and one that leads to it.
        ("to-and-fro", "e:a a e:Museum . e:s a e:Tenure .", "e:s e:by e:a ."),
        (
            "closed-and-back",
            "e:s a e:Tenure ; e:of e:a , e:bé . e:bé e:in e:c .",
            "e:c e:in e:a .",
        ),
        ("closed-to", "e:a a e:Museum . e:s e:in e:a .", "e:s e:odd e:bé ."),
        ("near-never", "e:never a e:Known .", "e:a e:in e:c ."),
        ("apart", "e:never a e:Known .", "e:a e:in e:c ."),
        ("from-here", "e:c a e:A .", 'e:a e:label "x"@en .'),
    ],
)
def test_an_edit_elsewhere(
    shape: str, data: str, edit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = Things(tmp_path, monkeypatch, [written(shape)])
    things.write("one", [data])
    things.judge()
    things.write("two", [edit])
    assert things.judge().results


class Shapes:
    """Writes shapes and SPARQL groups at random."""

    def __init__(self, seed: int, *, may_stay: bool = False) -> None:
        self.chance = random.Random(seed)
        self.may_stay = may_stay

    def one_of(self, words: str) -> str:
        return self.chance.choice(words.split())

    def path(self, depth: int = 2) -> str:
        one = self.one_of("e:in e:of e:by e:label e:number e:count rdf:type")
        if depth == 0:
            return one
        steps = f"( {self.path(depth - 1)} {self.path(depth - 1)} )"
        ways = (f"[ sh:inversePath {one} ]", steps, f"[ sh:alternativePath {steps} ]")
        if self.may_stay:
            ways += (f"[ sh:zeroOrOnePath {steps} ]", f"[ sh:zeroOrMorePath {one} ]")
        return self.chance.choice((one, one, one, *ways))

    def parameter(self, depth: int, *, has_path: bool) -> str:
        choices = [
            f"sh:class {self.one_of('e:Museum e:Office e:Person e:A e:Body')}",
            f"sh:nodeKind {self.one_of('sh:IRI sh:Literal sh:BlankNodeOrIRI')}",
            f"sh:equals {self.one_of('e:count e:in e:by')}",
            f"sh:disjoint {self.one_of('e:count e:in e:of')}",
            f"sh:hasValue {self.one_of('e:a e:c 2.50')}",
            f"sh:closed true ; sh:ignoredProperties ( rdf:type {self.one_of('e:in e:label')} )",
        ]
        if has_path:
            number = self.one_of("1 2")
            choices += [f"sh:minCount {number}", f"sh:maxCount {number}", "sh:uniqueLang true"]
            choices.append(f"sh:lessThan {self.one_of('e:count e:number')}")
        if depth:
            one, other = self.shape(depth - 1), self.shape(depth - 1)
            choices += [f"sh:node {one}", f"sh:not {one}", f"sh:or ( {one} {other} )"]
            choices += [
                f"sh:xone ( {one} {other} )",
                f"sh:property [ sh:path e:in ; sh:node {one} ]",
            ]
            if has_path:
                choices.append(f"sh:qualifiedValueShape {one} ; sh:qualifiedMaxCount 1")
        return self.chance.choice(choices)

    def shape(self, depth: int) -> str:
        return f"[ {self.asked(depth)} ]"

    def asked(self, depth: int) -> str:
        has_path = self.chance.random() < 0.7
        path = f"sh:path {self.path()} ; " if has_path else ""
        return path + self.parameter(depth, has_path=has_path)

    def targeted(self) -> str:
        kinds = "e:Museum e:Office e:Person e:A e:Body e:Tenure"
        some = f"sh:targetSubjectsOf {self.one_of('e:in e:of e:number')}"
        named = f"sh:targetNode {self.one_of('e:a e:c e:s e:never 2.50')}"
        target = self.chance.choice((f"sh:targetClass {self.one_of(kinds)}",) * 3 + (some, named))
        return f"{target} ; {self.asked(2)}"

    def triple(self, subject: str = "") -> str:
        verb = self.one_of("e:in e:of e:by e:label a e:rare e:in|e:of ^e:in e:in* e:of/e:in ?p")
        variables = "$this ?x ?y ?z ?value"
        end = self.one_of(f"{variables} {variables} e:a e:bé e:Museum")
        return f"{subject or self.one_of(variables)} {verb} {end} ."

    def group(self, depth: int) -> str:
        parts = [self.triple("$this")] if depth == 2 or self.chance.random() < 0.6 else []
        for _ in range(self.chance.randint(1, 3)):
            triple = self.triple()
            if depth == 0 or self.chance.random() < 0.4:
                parts.append(triple)
                continue
            inner, other = f"{{ {self.group(depth - 1)} }}", f"{{ {self.group(depth - 1)} }}"
            bound = f"?b{self.chance.randrange(10**6)}"
            choices = [f"OPTIONAL {inner}", f"FILTER NOT EXISTS {inner}", f"FILTER EXISTS {inner}"]
            choices += [f"{inner} UNION {other}", inner, f"BIND(EXISTS {inner} AS {bound})"]
            parts.append(self.chance.choice(choices))
        return " ".join(parts)


def checks_of(shape: str) -> tuple[Check, ...]:
    """Return the checks of *shape*; none where it is not well-formed."""
    try:
        shapes = read_shapes(ox.parse(PREFIXES + shape, format=ox.RdfFormat.TURTLE))
        compiled = compile_shapes(shapes, Dialect({}, frozenset(), True))
    except ShapesError:
        return ()
    return () if compiled.refused else compiled.checks


def looks_around(shape: str) -> bool:
    """Return whether it is known how far the checks of *shape* look."""
    checks = checks_of(shape)
    return bool(checks) and all(check.levels is not None for check in checks)


@pytest.mark.parametrize("seed", range(3))
def test_random_shapes(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = Shapes(seed)
    found = [f"e:s{number}-shape {shapes.targeted()} ." for number in range(60)]
    things = Things(tmp_path, monkeypatch, filter(looks_around, found))
    assert edited(things, shapes.chance, STATEMENTS, 12)


@pytest.mark.parametrize("seed", range(3))
def test_random_paths_that_may_have_no_step(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = Shapes(seed, may_stay=True)
    found = [f"e:s{number}-shape {shapes.targeted()} ." for number in range(60)]
    staying = [shape for shape in found if "sh:zeroOr" in shape and checks_of(shape)]
    # What reads any predicate has all run as a whole.
    things = Things(tmp_path, monkeypatch, [s for s in staying if "sh:closed" not in s])
    assert edited(things, shapes.chance, STATEMENTS, 12)


@pytest.mark.parametrize("seed", range(3))
def test_random_queries(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = Shapes(seed)
    groups = [shapes.group(2) for _ in range(60)]
    known = [
        group for group in groups if reach_of(expanded(f"SELECT $this {{ {group} }}", NAMED, None))
    ]
    assert len(known) > 20
    some = ("sh:targetNode e:c , e:never", TARGETS, TARGETS)
    queries = [asking(f"q{n}", group, some[n % len(some)]) for n, group in enumerate(known)]
    # Where $this has to be put in, a blank node cannot be.
    named = [statement for statement in STATEMENTS if "[" not in statement]
    things = Things(tmp_path, monkeypatch, queries)
    assert edited(things, shapes.chance, named, 12)
