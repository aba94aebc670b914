"""The W3C SHACL test suite, core and SHACL-SPARQL, by its manifests, with the compiled engine."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.validation.run import validate_quads
from heritagekg.validation.shapes import ShapesError, ShapesGraph, path_text, read_shapes, sh

SUITES = os.environ.get("HERITAGEKG_SUITES")
TESTS = Path(SUITES or "", "w3c-shacl-tests/data-shapes-test-suite/tests")
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"


def parse(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()))


def cases(path: Path) -> list[tuple[Path, ox.NamedNode]]:
    """Return (file, test) for every test that the manifest at *path* includes."""
    graph = ShapesGraph(parse(path))
    found = []
    for manifest in graph.subjects(ox.NamedNode(MF + "entries")):
        for head in graph.values(manifest, ox.NamedNode(MF + "entries")):
            found += [(path, entry) for entry in graph.members(head)]
    for manifest in graph.subjects(ox.NamedNode(MF + "include")):
        for included in graph.values(manifest, ox.NamedNode(MF + "include")):
            below = Path(str(included.value).removeprefix("file://"))
            found += cases(below) if below.is_file() else []
    return found


CASES = cases(TESTS / "manifest.ttl") if SUITES else []
NAMES = [f"{path.parent.parent.name}/{path.parent.name}/{path.stem}" for path, _ in CASES]

# Tests that the reference engine answers, because SPARQL cannot; counted, so that none joins them.
FALLBACK: dict[str, str] = {}


def file_of(term: ox.NamedNode) -> Path:
    return Path(term.value.removeprefix("file://"))


def results_in(graph: ShapesGraph, report: ox.NamedNode | ox.BlankNode) -> Counter[tuple[str, ...]]:
    """Return the results of an expected report as the texts that must be the same."""
    found: Counter[tuple[str, ...]] = Counter()
    for node in graph.values(report, sh("result")):
        path = graph.value(node, sh("resultPath"))
        parts = [graph.value(node, sh("focusNode")), graph.value(node, sh("value"))]
        parts += [graph.value(node, sh("resultSeverity"))]
        parts += [graph.value(node, sh("sourceConstraintComponent"))]
        source = graph.value(node, sh("sourceShape"))
        named = source if isinstance(source, ox.NamedNode) else None
        where = path_text(graph, path) if path else ""
        found[(*map(text, [*parts, named]), where)] += 1
    return found


def text(term: object) -> str:
    return "_:" if isinstance(term, ox.BlankNode) else str(term)


@pytest.mark.skipif(not SUITES, reason="HERITAGEKG_SUITES names no folder of test suites")
def test_the_suite_is_there() -> None:
    assert len(CASES) > 115


@pytest.mark.parametrize(
    ("path", "entry"),
    [pytest.param(path, entry, id=name) for (path, entry), name in zip(CASES, NAMES, strict=True)],
)
def test_compiled_engine(path: Path, entry: ox.NamedNode, request: pytest.FixtureRequest) -> None:
    graph = ShapesGraph(parse(path))
    action = graph.value(entry, ox.NamedNode(MF + "action"))
    expected = graph.value(entry, ox.NamedNode(MF + "result"))
    data_file = graph.value(action, ox.NamedNode(SHT + "dataGraph"))
    shapes_file = graph.value(action, ox.NamedNode(SHT + "shapesGraph"))
    data = parse(file_of(data_file))
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in data)
    shape_quads = data if shapes_file == data_file else parse(file_of(shapes_file))
    if expected == ox.NamedNode(SHT + "Failure"):
        with pytest.raises(ShapesError):
            validate_quads(lambda: data, read_shapes(shape_quads))
        return
    report = validate_quads(lambda: data, read_shapes(shape_quads))
    assert report.fallback == FALLBACK.get(request.node.callspec.id, "")
    wanted = results_in(graph, expected)
    found: Counter[tuple[str, ...]] = Counter()
    for result in report.results:
        source = result.source_shape if isinstance(result.source_shape, ox.NamedNode) else None
        parts = [result.focus_node, result.value, result.severity, ox.NamedNode(result.component)]
        where = path_text(report.shapes.graph, result.path) if result.path else ""
        found[(*map(text, [*parts, source]), where)] += 1
    assert found == wanted
    assert report.conforms == (graph.value(expected, sh("conforms")).value == "true")
