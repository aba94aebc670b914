"""A generated register with mistakes of every kind at known places: all are found, nothing else."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

import heritagekg
from heritagekg.engine.embedded import Embedded
from heritagekg.validation.check import CheckReport, check_files
from heritagekg.validation.constraints import FOCUS_TESTS, GROUP_TESTS, VALUE_TESTS
from heritagekg.validation.run import Report

EVERY = 2


@pytest.fixture(scope="module")
def register() -> ModuleType:
    path = Path(__file__).parents[1] / "bench" / "register.py"
    spec = importlib.util.spec_from_file_location("register", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["register"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(register: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a register in which each mistake comes once, and the shapes."""
    folder = tmp_path_factory.mktemp("register")
    text, _ = register.register(EVERY * len(register.MISTAKES), every=EVERY)
    (folder / "data.ttl").write_text(text, encoding="utf-8")
    (folder / "shapes.ttl").write_text(register.shapes(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def checked(written: Path) -> CheckReport:
    return check_files([written / "data.ttl"], [written / "shapes.ttl"])


def names(report: Report) -> Counter[tuple[str, ...]]:
    return Counter(result.key for result in report.results)


def test_every_kind_of_constraint_is_in_it(register: ModuleType) -> None:
    kinds = {found[1] for mistake in register.MISTAKES for found in mistake.found}
    known = {name[0].upper() + name[1:] for name in (*VALUE_TESTS, *FOCUS_TESTS, *GROUP_TESTS)}
    # Against more than the mistakes of a register: the suite of the W3C has these.
    assert known - kinds <= {"QualifiedMaxCount"}
    assert "SPARQL" in kinds and register.constraints() >= 110


def test_all_mistakes_are_found_and_nothing_else_at_their_lines(
    register: ModuleType, checked: CheckReport
) -> None:
    _, wanted = register.register(EVERY * len(register.MISTAKES), every=EVERY)
    found = Counter()
    for diagnostic in checked.diagnostics:
        assert diagnostic.result is not None and diagnostic.place is not None
        assert diagnostic.place.span is not None
        kind, _, name = diagnostic.result.focus_node.value.rpartition("/")
        found[
            "r:" + diagnostic.result.source_shape.value.rpartition("#")[2],
            f"{kind.rpartition('/')[2][0].replace('c', 'k')}:{name}",
            diagnostic.result.component.rpartition("#")[2].removesuffix("ConstraintComponent"),
            diagnostic.place.span.line,
        ] += 1
    assert len(wanted) > len(register.MISTAKES)
    assert found == Counter((w.shape, w.focus_node, w.component, w.line) for w in wanted)


def test_a_register_without_mistakes_is_clean(register: ModuleType) -> None:
    text, wanted = register.register(40)
    assert wanted == [] and heritagekg.validate(text, register.shapes()).conforms


# What pySHACL 0.40.1 does not find though the specification asks for it: shape -> why.
NAMED = {
    "museum-founded-no-year": "185 is in no lexical space of xsd:gYear (SHACL 4.1.2)",
    "museum-opened-late": "what cannot be compared, as 1900-02-29, violates lessThan (4.5.3)",
    "museum-staff-more-than-visitors": "what cannot be compared violates lessThanOrEquals (4.5.4)",
}


@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_pyshacl_says_the_same(written: Path, checked: CheckReport) -> None:
    reference = heritagekg.validate(written / "data.ttl", written / "shapes.ttl", engine="pyshacl")
    assert checked.report is not None
    ours, theirs = names(checked.report), names(reference)
    assert sorted((theirs - ours).elements()) == []
    missed = [key[4].strip("<>").rpartition("#")[2] for key in (ours - theirs).elements()]
    assert sorted(missed) == sorted(NAMED)


def test_years_are_compared() -> None:
    """pySHACL 0.40.1 finds 1899 above 1900, for rdflib cannot compare xsd:gYear (SHACL 4.5)."""
    prefixes = "@prefix e: <https://e.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . "
    year = "^^<http://www.w3.org/2001/XMLSchema#gYear>"
    latest = f'sh:property [ sh:path e:y ; sh:maxInclusive "1900"{year} ] .'
    shapes = prefixes + f"e:S sh:targetSubjectsOf e:y ; {latest}"
    text = prefixes + f'e:a e:y "1899"{year} . e:b e:y "1901"{year} .'
    found = heritagekg.validate(text, shapes).results
    assert [result.focus_node.value for result in found] == ["https://e.org/b"]
    theirs = heritagekg.validate(text, shapes, engine="pyshacl").results
    assert [result.focus_node.value for result in theirs] != ["https://e.org/b"]


def test_an_engine_says_the_same(written: Path, checked: CheckReport) -> None:
    import pyoxigraph as ox

    store = ox.Store()
    store.load(path=str(written / "data.ttl"), format=ox.RdfFormat.TURTLE)
    graph = heritagekg.KnowledgeGraph(Embedded(store), None, "")
    asked = heritagekg.validate(graph, written / "shapes.ttl")
    assert checked.report is not None
    differ = names(asked)
    differ.subtract(names(checked.report))
    # A store that keeps values takes an xsd:int for an integer and 90.10 for 90.1.
    assert {key[2] for key, number in differ.items() if number} <= {
        f'"{text}"^^<http://www.w3.org/2001/XMLSchema#{kind}>'
        for text, kind in (
            *(("70000", "int"), ("-90.50", "decimal"), ("-90.5", "decimal")),
            *(("90.10", "decimal"), ("90.1", "decimal")),
        )
    }
