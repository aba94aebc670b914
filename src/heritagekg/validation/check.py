"""The verdict on a workspace: its files one by one, then its graph against the shapes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from heritagekg.dataset import syntax_fault
from heritagekg.diagnostics.model import Diagnostic, Place
from heritagekg.diagnostics.rules import RULES
from heritagekg.errors import FileSyntaxError, HeritageKGError, WorkspaceError
from heritagekg.spans import Span
from heritagekg.terms import compact
from heritagekg.validation.locate import Positions, diagnose
from heritagekg.validation.reference import validate_with_pyshacl
from heritagekg.validation.run import Report, Result, validate_quads
from heritagekg.validation.shapes import Shapes, rdf, read_shapes
from heritagekg.workspace import Workspace, WorkspaceFile, read_text

ENGINES = ("compiled", "pyshacl")
_DATASET = ox.NamedNode("http://rdfs.org/ns/void#Dataset")
PREFIXES_FILE = "ontology/prefixes.ttl"
_CONFLICTS = ("<<<<<<< ", ">>>>>>> ")


@dataclass(frozen=True)
class CheckReport:
    """The verdict on files.

    Attributes
    ----------
    diagnostics
        Every finding, sorted by file, line, column and code.
    report
        The SHACL report behind them; None where a file did not parse, for without it the others
        cannot be judged.
    files
        The names of the files that were checked.
    texts
        Their texts by name, for excerpts.
    """

    diagnostics: tuple[Diagnostic, ...]
    report: Report | None
    files: tuple[str, ...]
    texts: dict[str, str]

    @property
    def conforms(self) -> bool:
        """Whether there is no finding of severity error."""
        return not any(found.severity == "error" for found in self.diagnostics)

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of SHACL validation."""
        return self.report.results if self.report is not None else ()


def check_workspace(
    workspace: Workspace,
    paths: Sequence[str | os.PathLike[str]] = (),
    *,
    engine: str = "compiled",
) -> CheckReport:
    """Return the verdict on the workspace's own files.

    Parameters
    ----------
    workspace
        Its shapes and ontology judge, its data are judged.
    paths
        Files and folders to judge instead: of the workspace, or any other Turtle file, which is
        then judged together with the workspace's data.
    engine
        `compiled` or `pyshacl`.

    Raises
    ------
    WorkspaceError
        If there is nothing to check, or a path does not exist.
    """
    if engine not in ENGINES:
        raise HeritageKGError(f"no engine {engine!r}; there are {' and '.join(ENGINES)}")
    everything, judged = _chosen(workspace, [Path(path) for path in paths])
    loaded = _Files()
    for file in everything:
        loaded.load(file)
    if loaded.broken:
        return CheckReport(
            tuple(sorted(loaded.broken, key=_order)), None, tuple(judged), loaded.texts
        )
    vocabulary = [f for f in workspace.files("ontology") if f.name != PREFIXES_FILE]
    for file in vocabulary:
        loaded.load(file)
    if loaded.broken:
        raise WorkspaceError(f"the ontology cannot be read: {loaded.broken[0].place}")
    shapes, origins = _shapes(workspace)
    report = _validated(loaded, shapes, engine)
    if paths or workspace.base is not None:
        report = _of_part(report, loaded, judged)
    where = Positions(loaded.texts, loaded.quads)
    found = [diagnose(result, shapes, origins, where) for result in report.results]
    found += _file_findings(loaded, judged, where)
    return CheckReport(tuple(sorted(found, key=_order)), report, tuple(judged), loaded.texts)


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    return diagnostic.order


def _chosen(workspace: Workspace, paths: list[Path]) -> tuple[list[WorkspaceFile], dict[str, None]]:
    """Return the data files to load, and the names of those to judge."""
    files = list(workspace.files("data"))
    if not paths:
        judged = dict.fromkeys(file.name for file in workspace.own_files("data"))
        if not judged:
            raise WorkspaceError(
                f"nothing to check: no Turtle file in {str(workspace.root / 'data')!r}"
            )
        return files, judged
    at = {file.path.resolve(): file for file in files}
    judged = {}
    for path in paths:
        if not path.exists():
            raise WorkspaceError(f"no file or folder {str(path)!r}")
        within = [path, *sorted(path.rglob("*.ttl"))] if path.is_dir() else [path]
        for inner in within:
            if inner.is_dir():
                continue
            file = at.get(inner.resolve())
            if file is None:
                file = WorkspaceFile(inner, str(inner), inner.resolve().as_uri())
                files.append(file)
                at[inner.resolve()] = file
            judged[file.name] = None
    if not judged:
        raise WorkspaceError(f"nothing to check: no Turtle file in {str(paths[0])!r}")
    return files, judged


class _Files:
    """Texts and quads of the files that were read, and what was wrong with the others."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.quads: dict[str, list[ox.Quad]] = {}
        self.broken: list[Diagnostic] = []
        self.graphs: dict[str, str] = {}

    def load(self, file: WorkspaceFile) -> None:
        """Read *file*; one that cannot be read becomes a finding."""
        try:
            text = read_text(file.path, file.name)
        except FileSyntaxError as error:
            self.broken.append(_at("syntax-error", error.message, error))
            return
        except WorkspaceError as error:
            rule = RULES["file-unreadable"]
            self.broken.append(Diagnostic(rule.code, rule.severity, str(error), Place(file.name)))
            return
        self.texts[file.name] = text
        self.graphs[file.name] = file.graph
        try:
            parsed = ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=False)
            self.quads[file.name] = list(parsed)
        except SyntaxError as error:
            self.broken.append(_syntax(file.name, text, syntax_fault(file.name, error)))


def _syntax(name: str, text: str, error: FileSyntaxError) -> Diagnostic:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(_CONFLICTS):
            rule = RULES["merge-conflict"]
            place = Place(name, Span(number, 1, number, len(line) + 1))
            return Diagnostic(rule.code, rule.severity, rule.message, place, notes=(rule.reason,))
    return _at("syntax-error", error.message, error)


def _at(rule_name: str, said: str, error: FileSyntaxError) -> Diagnostic:
    rule = RULES[rule_name]
    span = Span(error.line, error.column, error.line, error.column + 1)
    return Diagnostic(rule.code, rule.severity, f"{rule.message}: {said}", Place(error.path, span))


def _shapes(workspace: Workspace) -> tuple[Shapes, dict[str, str]]:
    """Return the shapes of the workspace, and the file that defines each by its IRI."""
    origins: dict[str, str] = {}
    quads: list[ox.Quad] = []
    for file in (*workspace.files("shapes"), *workspace.files("ontology")):
        if not file.name.startswith("ontology/shapes/") and file.name != PREFIXES_FILE:
            continue
        said = _shape_quads(file)
        quads += said
        for quad in said:
            if quad.predicate == rdf("type") and isinstance(quad.subject, ox.NamedNode):
                origins[quad.subject.value] = file.name
    return read_shapes(quads), origins


def _validated(loaded: _Files, shapes: Shapes, engine: str) -> Report:
    def quads() -> Iterable[ox.Quad]:
        return (quad for said in loaded.quads.values() for quad in said)

    if engine == "pyshacl":
        return validate_with_pyshacl(quads(), shapes)
    return validate_quads(quads, shapes)


def _of_part(report: Report, loaded: _Files, judged: Iterable[str]) -> Report:
    """Return the results whose focus node one of the judged files speaks of."""
    spoken = {
        term
        for name in judged
        for quad in loaded.quads[name]
        for term in (quad.subject, quad.object)
    }
    kept = tuple(result for result in report.results if result.focus_node in spoken)
    return Report(kept, report.shapes, report.fallback)


def _shape_quads(file: WorkspaceFile) -> list[ox.Quad]:
    text = read_text(file.path, file.name)
    try:
        return list(ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        raise syntax_fault(file.name, error) from None


def _file_findings(loaded: _Files, judged: Iterable[str], where: Positions) -> Iterable[Diagnostic]:
    """Return what the layout of the files themselves has wrong."""
    typed: dict[ox.NamedNode, dict[str, None]] = {}
    for name, quads in loaded.quads.items():
        for quad in quads:
            if quad.predicate == rdf("type") and isinstance(quad.subject, ox.NamedNode):
                typed.setdefault(quad.subject, {})[name] = None
    judged = set(judged)
    for subject, names in typed.items():
        if len(names) > 1 and judged & set(names):
            yield _defined_twice(subject, where)
    for name in sorted(judged):
        if name.startswith("data/") and not _has_header(loaded, name):
            rule = RULES["header-missing"]
            help_ = f"begin with `<{loaded.graphs[name]}> a void:Dataset ;`"
            yield Diagnostic(
                rule.code,
                rule.severity,
                rule.message,
                Place(name, Span(1, 1, 1, 2)),
                help=help_,
                notes=(rule.reason,),
            )


def _defined_twice(subject: ox.NamedNode, where: Positions) -> Diagnostic:
    rule = RULES["entity-defined-twice"]
    first, *others = [Place(name, span) for name, span in where.definitions(subject)]
    notes = tuple(f"defined at {place} too" for place in others)
    message = f"{compact(subject.value)} is defined in {len(others) + 1} files"
    return Diagnostic(
        rule.code,
        rule.severity,
        message,
        first,
        help="keep the type and labels in one file; the others only point at it",
        notes=(*notes, rule.reason),
        focus_node=compact(subject.value),
        related=tuple(others),
    )


def _has_header(loaded: _Files, name: str) -> bool:
    header = ox.NamedNode(loaded.graphs[name])
    return any(
        quad.subject == header and quad.predicate == rdf("type") and quad.object == _DATASET
        for quad in loaded.quads[name]
    )
