"""The reference engine on a part of the graph: pySHACL needs minutes for all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pyoxigraph as ox
import pytest

from heritagekg.validation.check import CheckReport
from heritagekg.validation.files import read_file
from heritagekg.validation.reference import validate_with_pyshacl
from heritagekg.validation.run import Result
from heritagekg.workspace import Workspace

SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
Reference = Callable[..., list[Result]]


@pytest.fixture(scope="session")
def vocabulary() -> list[ox.Quad]:
    files = Workspace.shipped().files("ontology")
    return [
        quad for file in files if file.name != "ontology/prefixes.ttl" for quad in read_file(file)
    ]


@pytest.fixture(scope="session")
def reference(vocabulary: list[ox.Quad]) -> Reference:
    """Return pySHACL's results on what *judged* speaks of, as far as *judged* reaches.

    Of everything else only what is said of the things it points at is looked at, and of the
    things these point at, and of all things that our engine found at fault; whatever else points
    back from elsewhere would be missed, and show as a difference.
    """

    def results(
        judged: Iterable[ox.Quad], report: CheckReport, around: Sequence[ox.Quad] = ()
    ) -> list[Result]:
        assert report.report is not None
        seen = list(judged)
        spoken = {term for quad in seen for term in (quad.subject, quad.object)}
        reached = list(seen)
        about: dict[object, list[ox.Quad]] = {}
        for quad in (*vocabulary, *around):
            about.setdefault(quad.subject, []).append(quad)
        # Where two things are at fault together, the other one has to be in sight.
        values = {result.value for result in report.results}
        at_fault = {result.focus_node for result in report.results}
        at_fault |= {quad.subject for quad in around if quad.object in values}
        known = spoken | at_fault | {quad.predicate for quad in seen}
        todo = list(known)
        while todo:
            for quad in about.get(todo.pop(), ()):
                reached.append(quad)
                for term in (quad.predicate, quad.object):
                    if term not in known:
                        known.add(term)
                        todo.append(term)
        reached += [quad for quad in vocabulary if quad.predicate == SUBCLASS]
        found = validate_with_pyshacl(reached, report.report.shapes).results
        return [result for result in found if result.focus_node in spoken]

    return results
