"""Any data, any shapes: as paths, text, graphs or an endpoint; the same report from each."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

import heritagekg
from heritagekg.engine.embedded import Embedded
from heritagekg.errors import FileSyntaxError, HeritageKGError, WorkspaceError
from heritagekg.validation.check import check_endpoint, check_files
from heritagekg.validation.shapes import ShapesError

PREFIXES = """@prefix e: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = (
    PREFIXES
    + """
e:louvre a e:ArtMuseum ;
    e:lat 48.860 ;
    e:name "Louvre"@fr ;
    e:opened "1793"^^xsd:gYear .

e:nowhere a e:Museum ;
    e:lat 91.50 ;
    e:room [ e:floor "first" ] , [ e:floor 2 ] .
"""
)
SHAPES = (
    PREFIXES
    + """
e:Named a sh:NodeShape ;
    sh:targetClass e:Museum ;
    sh:property e:name-missing , e:lat-range ,
        [ sh:path e:room ; sh:property [ sh:path e:floor ; sh:datatype xsd:integer ] ] .
e:name-missing sh:path e:name ; sh:minCount 1 ;
    sh:message "museum has no name"@en , "musée sans nom"@fr .
e:lat-range sh:path e:lat ; sh:maxInclusive 90 ; sh:severity sh:Warning ;
    sh:pattern "^[0-9]+[.][0-9]{3}$" .
"""
)
ONTOLOGY = PREFIXES + "e:ArtMuseum rdfs:subClassOf e:Museum ."


def said(report: heritagekg.KnowledgeGraph) -> list[tuple[str, ...]]:
    return sorted(
        (
            result.component.rpartition("#")[2].removesuffix("ConstraintComponent"),
            "_:" if isinstance(result.focus_node, ox.BlankNode) else result.focus_node.value,
            str(result.value),
        )
        for result in report.results
    )


WANTED = [
    ("Datatype", "_:", '"first"'),
    (
        "MaxInclusive",
        "https://example.org/nowhere",
        f'"91.50"^^<{"http://www.w3.org/2001/XMLSchema#"}decimal>',
    ),
    ("MinCount", "https://example.org/nowhere", "None"),
    (
        "Pattern",
        "https://example.org/nowhere",
        f'"91.50"^^<{"http://www.w3.org/2001/XMLSchema#"}decimal>',
    ),
]


def test_text_bytes_paths_and_graphs_say_the_same(tmp_path: Path) -> None:
    import rdflib

    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(DATA, encoding="utf-8")
    shapes.write_text(SHAPES, encoding="utf-8")
    assert said(heritagekg.validate(DATA, SHAPES)) == WANTED
    assert said(heritagekg.validate(DATA.encode(), SHAPES.encode())) == WANTED
    assert said(heritagekg.validate(data, str(shapes))) == WANTED
    assert said(heritagekg.validate([data], [shapes])) == WANTED
    quads = list(ox.parse(DATA, format=ox.RdfFormat.TURTLE))
    assert said(heritagekg.validate(quads, SHAPES)) == WANTED
    described = rdflib.Graph().parse(data=SHAPES, format="turtle")
    assert said(heritagekg.validate(quads, described)) == WANTED
    assert said(heritagekg.validate(DATA, SHAPES, engine="pyshacl")) == WANTED


def test_a_graph_of_rdflib_is_taken_as_it_is() -> None:
    import rdflib

    # rdflib normalizes 91.50 when it parses; the report speaks of what the graph holds.
    graph = rdflib.Graph().parse(data=DATA, format="turtle")
    found = said(heritagekg.validate(graph, SHAPES))
    assert [each[:2] for each in found] == [each[:2] for each in WANTED]


def test_an_opened_graph_is_asked(tmp_path: Path) -> None:
    data = tmp_path / "data.ttl"
    data.write_text(DATA, encoding="utf-8")
    found = said(heritagekg.validate(heritagekg.open(str(data)), SHAPES))
    assert [each[:2] for each in found] == [each[:2] for each in WANTED]


def test_ontology_says_what_is_a_museum() -> None:
    report = heritagekg.validate(DATA.replace('"Louvre"@fr', "1"), SHAPES, ONTOLOGY)
    assert report.conforms is False
    missing = DATA.replace('e:name "Louvre"@fr ;', "")
    with_classes = heritagekg.validate(missing, SHAPES, ontology=ONTOLOGY)
    assert ("MinCount", "https://example.org/louvre", "None") in said(with_classes)
    assert ("MinCount", "https://example.org/louvre", "None") not in said(
        heritagekg.validate(missing, SHAPES)
    )


def test_ontology_beside_an_engine() -> None:
    store = ox.Store()
    missing = DATA.replace('e:name "Louvre"@fr ;', "")
    store.load(missing.encode(), format=ox.RdfFormat.TURTLE)
    classes = PREFIXES + "".join(f"e:Kind{n} rdfs:subClassOf e:Museum . " for n in range(20))
    graph = heritagekg.KnowledgeGraph(Embedded(store), None, "")
    found = heritagekg.validate(graph, SHAPES, ONTOLOGY + classes.rpartition("#> .")[2])
    assert ("MinCount", "https://example.org/louvre", "None") in said(found)


def test_report_is_standard() -> None:
    report = heritagekg.validate(DATA, SHAPES)
    graph = report.to_rdflib()
    messages = {
        str(row[0].language)
        for row in graph.query("SELECT ?m { ?r <http://www.w3.org/ns/shacl#resultMessage> ?m }")
    }
    assert messages == {"en", "fr"}
    assert "sh:conforms false" in report.to_turtle()
    assert heritagekg.validate(ONTOLOGY, SHAPES).conforms


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"no file or folder 'nowhere\.ttl'"):
        heritagekg.validate("nowhere.ttl", SHAPES)
    with pytest.raises(FileSyntaxError, match="<data>:1:"):
        heritagekg.validate("<a:a> <a:b> .\n", SHAPES)
    with pytest.raises(ShapesError, match="no SHACL shape"):
        heritagekg.validate(DATA, DATA)
    with pytest.raises(HeritageKGError, match="no engine 'x'; there are compiled and pyshacl"):
        heritagekg.validate(DATA, SHAPES, engine="x")
    with pytest.raises(HeritageKGError, match="data cannot be int '5'"):
        heritagekg.validate(5, SHAPES)  # type: ignore[arg-type]
    with pytest.raises(ShapesError, match="has sh:minCount but no sh:path"):
        heritagekg.validate(DATA, PREFIXES + "e:s sh:targetClass e:C ; sh:minCount 1 .\n")
    with pytest.raises(ShapesError, match="has 2 values of sh:datatype"):
        heritagekg.validate(
            DATA, PREFIXES + "e:s sh:targetClass e:C ; sh:datatype xsd:date , xsd:int .\n"
        )


def test_recursive_shapes_go_to_the_reference_engine() -> None:
    shapes = (
        SHAPES
        + "e:Loop sh:targetClass e:Museum ; sh:property [ sh:path e:part ; sh:node e:Loop ] .\n"
    )
    report = heritagekg.validate(DATA, shapes)
    assert report.fallback == "the shape <https://example.org/Loop> refers to itself"
    assert said(report) == WANTED


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_command_line_on_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    data, shapes = tmp_path / "in" / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(DATA, encoding="utf-8")
    shapes.write_text(SHAPES, encoding="utf-8")
    told = run("check", str(data.parent), "--shapes", str(shapes), "--format", "json")
    assert told.returncode == 1, told.stderr
    lines = DATA.splitlines()
    found = json.loads(told.stdout)
    at = {each["component"]: lines[each["line"] - 1][each["column"] - 1 :] for each in found}
    assert at["sh:DatatypeConstraintComponent"].startswith('"first"')
    assert at["sh:MaxInclusiveConstraintComponent"].startswith("91.50")
    assert at["sh:MinCountConstraintComponent"].startswith("e:nowhere")
    assert {each["file"] for each in found} == {str(data)}
    told = run("check", str(data), "--shapes", str(tmp_path / "none.ttl"))
    assert told.returncode == 2 and "no file or folder" in told.stderr
    shapes.write_text(PREFIXES, encoding="utf-8")
    told = run("check", str(data), "--shapes", str(shapes))
    assert told.returncode == 2 and "no SHACL shape" in told.stderr
    assert run("check", str(data), "--ontology", str(shapes)).returncode == 2


def test_relative_iris_and_other_syntaxes(tmp_path: Path) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(SHAPES, encoding="utf-8")
    data.write_text(PREFIXES + "<#m> a e:Museum .", encoding="utf-8")
    told = run("check", str(data), "--shapes", str(shapes), "--format", "concise")
    assert told.returncode == 1 and told.stdout.startswith(f"{data}:5:1: error[MinCount] museum")
    other = tmp_path / "data.nt"
    other.write_text(
        f"<{data.as_uri()}#m> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        "<https://example.org/Museum> .",
        encoding="utf-8",
    )
    told = run("check", str(other), "--shapes", str(shapes), "--format", "concise")
    assert told.returncode == 1 and told.stdout.startswith(f"{other}:1:1: error[MinCount]")
    plain = tmp_path / "data.jsonld"
    plain.write_text('{"@id": "https://example.org/m", "@type": "https://example.org/Museum"}')
    told = run("check", str(plain), "--shapes", str(shapes), "--format", "concise")
    assert told.returncode == 1 and told.stdout.startswith(f"{plain}: error[MinCount]")


def test_an_endpoint_is_judged_where_it_is(tmp_path: Path) -> None:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(SHAPES, encoding="utf-8")
    report = check_endpoint(Embedded(store), [shapes])
    assert len(report.diagnostics) == len(WANTED) and not report.conforms


COUNTED = (
    PREFIXES
    + """
e:ArtMuseum rdfs:subClassOf e:Museum .
e:none a e:Museum .
e:one a e:Museum , e:ArtMuseum ; e:p 1.0 .
e:two a e:ArtMuseum ; e:p 1.0 , 1.00 .
e:three a e:Museum ; e:p 3.0 , 3 , "3" .
[] a e:Museum ; e:p e:one , e:two .
e:other e:p 1.0 , 1.00 , 1.000 , 2 ; e:q 1 .
"""
)


@pytest.mark.parametrize("sparql", ["", "$this e:p ?value . FILTER(?value > 2)"])
@pytest.mark.parametrize("target", ["sh:targetClass e:Museum", "sh:targetSubjectsOf e:p"])
def test_values_are_counted_as_written(target: str, sparql: str) -> None:
    shapes = (
        PREFIXES
        + f"e:S a sh:NodeShape ; {target} ; sh:property "
        + " , ".join(
            f"[ sh:path e:p ; sh:{name} {number} ; sh:pattern '[.]|^https:' ]"
            for name, number in [
                *(("minCount", n) for n in range(4)),
                *(("maxCount", n) for n in (0, 1, 2)),
            ]
        )
    )
    if sparql:
        shapes += (
            ' ; sh:sparql [ sh:prefixes e:p ; sh:select "'
            f'SELECT $this ?value WHERE {{ {sparql} }}" ] . '
            'e:p sh:declare [ sh:prefix "e" ; sh:namespace "https://example.org/"^^xsd:anyURI ]'
        )
    found = heritagekg.validate(COUNTED, shapes + " .")
    reference = heritagekg.validate(COUNTED, shapes + " .", engine="pyshacl")
    # What the query sees are values, of which 1.0 and 1.00 are one; what is counted are terms.
    core = [each for each in said(found) if each[0] != "SPARQL"]
    assert len(core) > 20 and core == [each for each in said(reference) if each[0] != "SPARQL"]


def test_a_query_that_finds_its_focus_nodes_speaks_of_the_targets_alone() -> None:
    shapes = (
        PREFIXES
        + """
e:S a sh:NodeShape ; sh:targetClass e:Museum ; sh:sparql [ sh:prefixes e:p ;
    sh:select "SELECT $this ?value WHERE { $this e:p ?value OPTIONAL { $this e:q ?q } }" ] .
e:p sh:declare [ sh:prefix "e" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
"""
    )
    found = heritagekg.validate(COUNTED, shapes)
    reference = heritagekg.validate(COUNTED, shapes, engine="pyshacl")
    nodes = {each[1] for each in said(found)}
    assert len(nodes) == 4 and nodes == {each[1] for each in said(reference)}


@pytest.mark.parametrize(
    ("inner", "violate"),
    [
        # Its one value has a type, which a shape that is closed and allows nothing does not.
        ("sh:node [ sh:closed true ]", True),
        ("sh:not [ sh:closed true ]", False),
        ("sh:node [ sh:property [ sh:path e:near ; sh:equals e:room ] ]", True),
        ("sh:not [ sh:property [ sh:path e:near ; sh:equals e:room ] ]", False),
    ],
)
def test_a_value_that_points_at_itself_is_judged_like_others(inner: str, violate: bool) -> None:
    data = PREFIXES + "e:hall a e:Museum ; e:room e:hall ; e:near e:louvre ."
    shape = f"e:Own sh:targetClass e:Museum ; sh:property [ sh:path e:room ; {inner} ] ."
    for engine in ("compiled", "pyshacl"):
        assert heritagekg.validate(data, PREFIXES + shape, engine=engine).conforms is not violate


# Paths that may have no step, so that each node is a value node of its own (SPARQL 1.1, §9.3).
WITHOUT_A_STEP = (
    "[ sh:zeroOrMorePath e:in ]",
    "[ sh:zeroOrOnePath e:in ]",
    "[ sh:inversePath [ sh:zeroOrMorePath e:in ] ]",
    "[ sh:oneOrMorePath [ sh:zeroOrOnePath e:in ] ]",
    "[ sh:alternativePath ( e:name [ sh:zeroOrMorePath e:in ] ) ]",
    "( [ sh:zeroOrOnePath e:in ] [ sh:zeroOrMorePath e:name ] )",
)
PLACES = PREFIXES + 'e:room e:in e:hall ; e:name "Room"@en . e:hall e:in e:house ; a e:Museum .'


def said_by_each_engine(shapes: str) -> list[tuple[str, ...]]:
    """Return what is said of `PLACES`: the same of the text, in a store, and by pySHACL."""
    found = said(heritagekg.validate(PLACES, PREFIXES + shapes))
    store = ox.Store()
    store.load(PLACES.encode(), format=ox.RdfFormat.TURTLE)
    graph = heritagekg.KnowledgeGraph(Embedded(store), None, "")
    assert said(heritagekg.validate(graph, PREFIXES + shapes)) == found
    assert said(heritagekg.validate(PLACES, PREFIXES + shapes, engine="pyshacl")) == found
    return found


@pytest.mark.parametrize("path", WITHOUT_A_STEP)
@pytest.mark.parametrize("node", ["e:nowhere", '"nowhere"', '"nowhere"@en', "4.5", "e:in"])
def test_a_target_in_no_triple_is_its_own_value_by_a_path_without_a_step(
    path: str, node: str
) -> None:
    each = "sh:class e:Museum ; sh:maxCount 0 ; sh:minCount 2 ; sh:equals e:name"
    shapes = f"e:S sh:targetNode {node} ; sh:path {path} ; {each} ; sh:hasValue {node} ."
    found = said_by_each_engine(shapes)
    (focus_node,) = {each[1] for each in found}
    term = ox.parse(f"{PREFIXES} e:a e:b {node} .", format=ox.RdfFormat.TURTLE)
    value = str(next(iter(term)).object)
    wrong = {"Class": value, "Equals": value, "MaxCount": "None", "MinCount": "None"}
    assert found == [(component, focus_node, wrong[component]) for component in wrong]


@pytest.mark.parametrize("path", WITHOUT_A_STEP)
@pytest.mark.parametrize(
    "constraint",
    [
        *("sh:maxCount 1", "sh:minCount 2", "sh:minCount 5", "sh:maxCount 0", "sh:uniqueLang true"),
        *("sh:equals e:in", "sh:disjoint e:in", "sh:hasValue e:house", 'sh:hasValue "lost"'),
        *("sh:node [ sh:class e:Museum ]", "sh:not [ sh:class e:Museum ]"),
        "sh:qualifiedValueShape [ sh:class e:Museum ] ; sh:qualifiedMinCount 1",
        "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 0",
    ],
)
def test_targets_by_name_in_and_out_of_the_data(path: str, constraint: str) -> None:
    targets = 'sh:targetNode e:nowhere , e:room , "lost" , "Room"@en ; sh:targetClass e:Museum'
    direct = f"e:S {targets} ; sh:path {path} ; {constraint} . "
    # Also of the values of a value, and as a condition.
    below = f"e:T {targets} ; sh:path {path} ; sh:property [ sh:path {path} ; {constraint} ] . "
    inside = f"e:U {targets} ; sh:not [ sh:property [ sh:path {path} ; {constraint} ] ] ."
    assert said_by_each_engine(direct + below + inside)


def test_a_target_in_no_triple_has_no_value_where_a_step_is_needed() -> None:
    path = "( [ sh:zeroOrMorePath e:in ] e:name )"
    shapes = f"e:S sh:targetNode e:nowhere ; sh:path {path} ; sh:minCount 1 ; sh:maxCount 0 ."
    assert said_by_each_engine(shapes) == [("MinCount", "https://example.org/nowhere", "None")]


CLOSED = """e:a a e:P ;
    e:knows e:b ,
        [ a e:X ; e:name "K" ] .
e:b e:name "B" ;
    e:knows e:a .
"""


def test_a_closed_property_shape_closes_its_values(tmp_path: Path) -> None:
    shapes = PREFIXES + (
        "e:S sh:targetClass e:P ; sh:property [ sh:path e:knows ; sh:closed true ; "
        "sh:property [ sh:path e:name ] ] ."
    )
    report = heritagekg.validate(PREFIXES + CLOSED, shapes)
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    found = [(r.focus_node.value, str(r.path)) for r in report.results]
    assert found == [
        ("https://example.org/a", kind),
        ("https://example.org/a", "<https://example.org/knows>"),
    ]
    reference = heritagekg.validate(PREFIXES + CLOSED, shapes, engine="pyshacl")
    assert [r.key for r in report.results] == [r.key for r in reference.results]
    # The caret stands under the property that is one too many.
    (tmp_path / "d.ttl").write_text(PREFIXES + CLOSED, encoding="utf-8")
    (tmp_path / "s.ttl").write_text(shapes, encoding="utf-8")
    lines = PREFIXES.count("\n")
    checked = check_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"])
    spans = [d.place.span[:2] for d in checked.diagnostics if d.place and d.place.span]
    assert spans == [(lines + 3, 11), (lines + 5, 5)]


@pytest.mark.parametrize(
    "group",
    [
        *("$this $PATH ?value", "$this e:in* ?value", "?value (e:in|e:name)? $this"),
        "$this e:in* ?value OPTIONAL { ?value a ?kind } FILTER(!BOUND(?kind))",
        "{ $this e:in* ?value } UNION { ?value e:name $this }",
        "?value e:in* $this FILTER NOT EXISTS { $this e:in ?any }",
    ],
)
@pytest.mark.parametrize("is_inside", [False, True])
def test_a_path_without_a_step_in_a_query_finds_a_target_in_no_triple(
    group: str, is_inside: bool
) -> None:
    declared = 'e:p sh:declare [ sh:prefix "e" ; sh:namespace "https://example.org/"^^xsd:anyURI ]'
    asked = (
        f'sh:sparql [ sh:prefixes e:p ; sh:select "SELECT DISTINCT $this ?value {{ {group} }}" ]'
    )
    path = "sh:path [ sh:zeroOrMorePath e:in ]"
    targets = 'sh:targetNode e:nowhere , "nowhere" , e:hall'
    body = f"sh:node [ sh:property [ {path} ; {asked} ] ]" if is_inside else f"{path} ; {asked}"
    # What the engine needs to find the nodes is seen by no other query, whatever that reads.
    other = (
        "SELECT $this ?value { ?value ?any $this FILTER(!isIRI($this) || !EXISTS { $this ?p ?o }) }"
    )
    every = f'e:T {targets} ; sh:closed true ; sh:sparql [ sh:select "{other}" ] .'
    shapes = f"{PREFIXES} {declared} . e:S {targets} ; {body} . {every}"
    found = said(heritagekg.validate(PLACES, shapes))
    assert found == said(heritagekg.validate(PLACES, shapes, engine="pyshacl"))
    assert {each[1] for each in found} >= {"https://example.org/nowhere", "nowhere"}


def refused(constraints: str) -> str:
    """Return how shapes with these *constraints* are refused."""
    with pytest.raises(ShapesError) as refusal:
        heritagekg.validate(DATA, PREFIXES + f"e:S sh:targetClass e:Museum ; {constraints} .")
    return str(refusal.value)


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        (
            "sh:property [ sh:path e:name ; sh:minCount 'one' ]",
            '"one" of the property shape on <https://example.org/name> in <https://example.org/S> '
            "is no count; write a whole number such as 1",
        ),
        (
            "sh:property [ sh:minCount 1 ]",
            "a part of <https://example.org/S> is an sh:property but has no sh:path",
        ),
        (
            "sh:property [ sh:class e:Room ]",
            "a part of <https://example.org/S> is an sh:property but has no sh:path",
        ),
        (
            "sh:property [ sh:path e:name ; sh:pattern '(' ]",
            "the sh:pattern '(' of the property shape on <https://example.org/name> in "
            "<https://example.org/S> is no regular expression: ",
        ),
        (
            "sh:sparql [ sh:select 'SELECT ?x { ?x ?y ?z }' ]",
            "a SPARQL constraint does not select $this (in <https://example.org/S>)",
        ),
        (
            "sh:sparql [ sh:select 'SELECT $this { $this ?y }' ]",
            "a SPARQL constraint is no query: line 1, column ",
        ),
        (
            "sh:sparql [ sh:select 'SELECT $this { $this none:of ?y }' ]",
            "the prefix none: of a SPARQL text is not declared; sh:prefixes names a node that "
            "declares it by sh:declare",
        ),
    ],
)
def test_shapes_that_are_wrong_are_told_by_their_names(constraints: str, words: str) -> None:
    assert refused(constraints).startswith(words)


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [("^(?!x)", "a", "xa"), (r"^(a|b)\\1$", "bb", "ab"), (r"^(?<=)a(?=b)", "ab", "aa")],
)
def test_regular_expressions_that_sparql_cannot_match(pattern: str, right: str, wrong: str) -> None:
    shapes = PREFIXES + (
        f"e:S sh:targetClass e:M ; sh:property [ sh:path e:n ; sh:pattern '{pattern}' ] ."
    )
    for value, conforms in ((right, True), (wrong, False)):
        report = heritagekg.validate(PREFIXES + f"e:a a e:M ; e:n '{value}' .", shapes)
        assert report.conforms is conforms
        assert report.fallback.startswith("SPARQL cannot match the regular expression ")


def test_the_reference_engine_writes_nothing_besides(tmp_path: Path) -> None:
    data = 'e:a a e:M ; e:n "x"^^xsd:integer , "none"^^xsd:boolean ; e:of e:a .'
    shapes = "e:S sh:targetClass e:M ; sh:property [ sh:path e:n ; sh:minLength 1 ] , "
    (tmp_path / "d.ttl").write_text(PREFIXES + data, encoding="utf-8")
    (tmp_path / "s.ttl").write_text(
        PREFIXES + shapes + "[ sh:path e:of ; sh:node e:S ] .", encoding="utf-8"
    )
    for engine in ("pyshacl", "compiled"):
        said = subprocess.run(
            [
                *(sys.executable, "-m", "heritagekg", "check", "d.ttl", "--shapes", "s.ttl"),
                *("--engine", engine),
            ],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            timeout=60,
        )
        assert said.stdout == "" and said.stderr.startswith("all is well in 1 file")
        assert len(said.stderr.splitlines()) == 1


def test_open_files_and_marks_and_nothing_at_all() -> None:
    assert said(heritagekg.validate(io.StringIO(DATA), io.BytesIO(SHAPES.encode()))) == WANTED
    assert said(heritagekg.validate("\ufeff" + DATA, b"\xef\xbb\xbf" + SHAPES.encode())) == WANTED
    assert heritagekg.validate("", SHAPES).conforms
    with pytest.raises(FileSyntaxError, match="file is UTF-16; save it as UTF-8"):
        heritagekg.validate(DATA.encode("utf-16"), SHAPES)
    with pytest.raises(FileSyntaxError, match="<data>:1:1: Unexpected end"):
        heritagekg.validate("<a", SHAPES)


def test_report_declares_only_the_prefixes_that_it_uses() -> None:
    text = heritagekg.validate(DATA, SHAPES).to_turtle()
    declared = [line.split()[1] for line in text.splitlines() if line.startswith("@prefix")]
    assert set(declared) <= {"rdf:", "sh:", "xsd:"}
    assert "Shapes" not in repr(heritagekg.validate(DATA, SHAPES))
