"""The verdict on a workspace: its files one by one, then its graph against the shapes."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from heritagekg.diagnostics.model import SEVERITIES, Diagnostic, Place, is_selected
from heritagekg.diagnostics.rules import Rule
from heritagekg.engine.protocol import Engine
from heritagekg.errors import HeritageKGError, UnknownName, WorkspaceError
from heritagekg.terms import HKG, compact
from heritagekg.validation import faults
from heritagekg.validation.acknowledge import Acknowledgements, stale
from heritagekg.validation.blanks import numbered
from heritagekg.validation.files import ENDINGS, Files, base_of, files_of, read_file
from heritagekg.validation.incremental import (
    Memo,
    digest_of,
    is_unchanged,
    judge,
    kept_of,
    recall,
    remember,
)
from heritagekg.validation.run import Report, Result, complete, validate_on, validate_quads
from heritagekg.validation.shapes import Node, Shapes, ShapesError, read_shapes
from heritagekg.workspace import Workspace, WorkspaceFile, read_text

if TYPE_CHECKING:
    from heritagekg.validation.locate import Positions

ENGINES = ("compiled", "pyshacl")
PREFIXES_FILE = "ontology/prefixes.ttl"


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
    acknowledged
        The findings that the data accept, each with its reason.
    origins
        IRI of a shape -> file and line that define it.
    doubts
        What is odd about the shapes, so that they may ask for less than they seem to.
    """

    diagnostics: tuple[Diagnostic, ...]
    report: Report | None
    files: tuple[str, ...]
    texts: Mapping[str, str]
    acknowledged: Sequence[Diagnostic] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether there is no finding of severity error."""
        return not self.fails("error")

    def fails(self, severity: str) -> bool:
        """Return whether there is a finding of *severity* or a graver one."""
        grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(found.severity in grave for found in self.diagnostics)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules behind the findings, by code."""
        from heritagekg.validation.explain import rules_of

        return rules_of(self.report.shapes if self.report is not None else None, self.origins)

    def selected(self, select: Sequence[str], ignore: Sequence[str]) -> CheckReport:
        """Return the report with the codes that begin with one of *select*, less *ignore*.

        Of two that fit a code, the longer decides.

        Raises
        ------
        UnknownName
            If no rule has a code that begins so.
        """
        if not select and not ignore:
            return self
        known = {*self.rules, *(found.code for found in self.diagnostics)}
        for prefix in (*select, *ignore):
            if self.report is not None and not any(code.startswith(prefix) for code in known):
                raise UnknownName(
                    f"no code begins with {prefix!r}: `heritagekg explain` lists them"
                )

        def chosen(found: Diagnostic) -> bool:
            return is_selected(found.code, select, ignore)

        return replace(
            self,
            diagnostics=tuple(filter(chosen, self.diagnostics)),
            acknowledged=tuple(filter(chosen, self.acknowledged)),
        )

    def in_language(self, language: str) -> CheckReport:
        """Return the report with messages in *language*, where the shapes have them."""
        return replace(
            self,
            diagnostics=tuple(found.in_language(language) for found in self.diagnostics),
            acknowledged=tuple(found.in_language(language) for found in self.acknowledged),
        )

    def renamed(self, name: Callable[[str], str]) -> CheckReport:
        """Return the report with each file called what *name* gives for it, for another reader."""
        return replace(
            self,
            diagnostics=tuple(found.renamed(name) for found in self.diagnostics),
            acknowledged=tuple(found.renamed(name) for found in self.acknowledged),
            files=tuple(map(name, self.files)),
        )

    def to_turtle(self) -> str:
        """Return the findings as an `sh:ValidationReport` in Turtle (SHACL section 3.6).

        A finding about a file itself has the file's graph as focus node, and its rule as
        constraint component.
        """
        from heritagekg.validation.explain import validation_report

        shapes = self.report.shapes if self.report is not None else None
        return validation_report(self.diagnostics, shapes)

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
    check_engine(engine)
    everything, judged = _chosen(workspace, [Path(path) for path in paths])
    vocabulary = [f for f in workspace.files("ontology") if f.name != PREFIXES_FILE]
    is_own = all(base_of(file) is None for file in everything)
    memo = recall(workspace) if is_own else Memo("")
    loaded = _loaded(everything, vocabulary, memo)
    if loaded.broken:
        return _of_broken(loaded, judged, vocabulary)
    described = _Described(list(_workspace_shapes(workspace)))
    report = _judged(loaded, described, memo, engine)
    if is_own and engine == "compiled":
        remember(workspace, memo)
    if paths or workspace.base is not None:
        report = _of_part(report, loaded, judged)
    found, accepted = _found(report, loaded, described, judged)
    folders = [Path(path) for path in paths] or [workspace.root / "data"]
    found += _left_out(folders, ".ttl" if not paths else ENDINGS, workspace.root)
    return CheckReport(
        tuple(sorted(found, key=_order)),
        report,
        tuple(judged),
        loaded.texts,
        accepted,
        described.origins,
    )


def _left_out(
    folders: Iterable[Path], ending: str | tuple[str, ...], root: Path | None = None
) -> list[Diagnostic]:
    """Return a finding for each link and pipe in *folders* that is not judged.

    In a workspace they are named from its *root*.
    """
    found: list[Diagnostic] = []
    for folder in folders:
        name = str(folder)
        if root is not None and folder.resolve().is_relative_to(root):
            name = folder.resolve().relative_to(root).as_posix()
        if folder.is_dir():
            found += faults.left_out(folder, name, ending)
    return found


def _found(
    report: Report, loaded: Files, described: _Described, judged: dict[str, None]
) -> tuple[list[Diagnostic], Sequence[Diagnostic]]:
    """Return the findings, and those that the data acknowledge."""
    said = Acknowledgements(_acknowledging(loaded))
    where = _Located(loaded, described)
    standing: list[Diagnostic] = []
    accepted: list[tuple[Result | Diagnostic, str]] = []
    twice = [where.twice(subject) for subject in _defined_twice(loaded, judged)]
    alone = [found for name in sorted(judged) for found in loaded.kept[name].findings]
    everything: list[Result | Diagnostic] = [*report.results, *twice, *alone]
    for found in everything:
        reason = said.reason(*_named(found))
        if reason is None:
            standing.append(where.diagnostic(found))
        else:
            accepted.append((found, reason))
    standing += [where.stale(node, named) for node, named in said.stale(judged)]
    return standing, _Accepted(accepted, where)


def _named(found: Result | Diagnostic) -> tuple[str | None, str]:
    """Return the focus node and the code by which the data may acknowledge *found*."""
    if isinstance(found, Diagnostic):
        return found.focus_node, found.code
    node = found.focus_node
    return compact(node.value) if isinstance(node, ox.NamedNode) else None, found.rule


class _Located:
    """Places of findings; what they bring along, a workspace without findings can do without."""

    def __init__(self, loaded: Files, described: _Described) -> None:
        self._loaded, self._described = loaded, described

    @cached_property
    def positions(self) -> Positions:
        from heritagekg.validation.locate import Positions

        return Positions(self._loaded)

    def diagnostic(self, found: Result | Diagnostic) -> Diagnostic:
        """Return *found* with its place."""
        if isinstance(found, Diagnostic):
            return found
        from heritagekg.validation.locate import diagnose

        shapes, origins = self._described.shapes, self._described.origins
        return diagnose(found, shapes, origins, self.positions)

    def twice(self, subject: ox.NamedNode) -> Diagnostic:
        """Return the finding that several files give *subject* a type."""
        places = [Place(name, span) for name, span in self.positions.definitions(subject)]
        return faults.defined_twice(subject, places)

    def stale(self, node: Node, named: str) -> Diagnostic:
        """Return the finding that an acknowledgement fits none."""
        return stale(node, named, self.positions)


class _Accepted(Sequence[Diagnostic]):
    """Findings that are acknowledged, sorted; they are counted always, but located when shown."""

    def __init__(self, found: list[tuple[Result | Diagnostic, str]], where: _Located) -> None:
        self._found, self._where = found, where

    @cached_property
    def _diagnostics(self) -> list[Diagnostic]:
        located = (
            replace(self._where.diagnostic(found), acknowledged=reason)
            for found, reason in self._found
        )
        return sorted(located, key=_order)

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, index: Any) -> Any:
        return self._diagnostics[index]


def _loaded(everything: list[WorkspaceFile], vocabulary: list[WorkspaceFile], memo: Memo) -> Files:
    """Return the files, of which only those are read that *memo* does not know as they are."""
    loaded = Files()
    for file in (*everything, *vocabulary):
        if is_unchanged(file, memo):
            loaded.recall(file, memo.files[file.name])
        elif loaded.load(file):
            loaded.kept[file.name] = kept_of(file, loaded)
    return loaded


def _of_broken(
    loaded: Files, judged: Iterable[str], vocabulary: Iterable[WorkspaceFile]
) -> CheckReport:
    """Return the verdict where a file does not parse: without it the others cannot be judged."""
    own = {file.name for file in vocabulary}
    for broken in loaded.broken:
        if broken.place is not None and broken.place.file in own:
            raise WorkspaceError(f"the ontology cannot be read: {broken.place}")
    return CheckReport(tuple(sorted(loaded.broken, key=_order)), None, tuple(judged), loaded.texts)


def _judged(loaded: Files, described: _Described, memo: Memo, engine: str) -> Report:
    if engine == "pyshacl":
        from heritagekg.validation.reference import validate_with_pyshacl

        return validate_with_pyshacl(loaded.all_quads(), described.shapes)
    results = judge(memo, loaded.kept, described.read, described.key, loaded.all_quads)
    return complete(results, memo.refused, described.read, loaded.all_quads)


def _acknowledging(loaded: Files) -> dict[str, list[ox.Quad]]:
    """Return what those files say that may acknowledge findings."""
    return {name: loaded.quads[name] for name in loaded.using(HKG + "acknowledges")}


class _Described:
    """Shapes in files, read when they are asked for."""

    def __init__(self, files: list[WorkspaceFile]) -> None:
        self._files = files

    @property
    def key(self) -> str:
        """What tells these files from others, and from themselves when they change."""
        return digest_of(self._files)

    @cached_property
    def _read(self) -> tuple[Shapes, Mapping[str, str]]:
        return _read_shapes(self._files)

    def read(self) -> Shapes:
        """Return the shapes."""
        return self._read[0]

    @property
    def shapes(self) -> Shapes:
        """The shapes."""
        return self._read[0]

    @property
    def origins(self) -> Mapping[str, str]:
        """IRI of a shape -> file and line that define it."""
        return _Origins(lambda: self._read[1])


class _Origins(Mapping[str, str]):
    """IRI of a shape -> file and line that define it, which are looked for when asked for."""

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read

    def __getitem__(self, iri: str) -> str:
        return self._read()[iri]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


class _Defined(Mapping[str, str]):
    """IRI -> file and line that define it; the text of a file is read when one is asked for."""

    def __init__(self, files: Mapping[str, WorkspaceFile]) -> None:
        self._files = files
        self._texts: dict[str, tuple[str, dict[str, int]]] = {}
        self._found: dict[str, str] = {}

    def __getitem__(self, iri: str) -> str:
        if iri not in self._found:
            self._found[iri] = self._find(iri)
        return self._found[iri]

    def _find(self, iri: str) -> str:
        file = self._files[iri]
        if file.name not in self._texts:
            text = read_text(file.path, file.name)
            lines = {line: number for number, line in enumerate(text.split("\n"), start=1)}
            self._texts[file.name] = text, lines
        text, lines = self._texts[file.name]
        # In canonical form, a subject has a line to itself.
        line = lines.get(compact(iri)) or lines.get(f"<{iri}>") or _line_of(iri, text)
        return f"{file.name}:{line}" if line else file.name

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def rules_of_workspace(workspace: Workspace) -> dict[str, Rule]:
    """Return every rule that judges *workspace*, by code."""
    from heritagekg.validation.explain import rules_of

    return rules_of(*_read_shapes(list(_workspace_shapes(workspace))))


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    return diagnostic.order


def _chosen(workspace: Workspace, paths: list[Path]) -> tuple[list[WorkspaceFile], dict[str, None]]:
    """Return the data files to load, and the names of those to judge."""
    files = list(workspace.files("data"))
    if not paths:
        own = files if workspace.base is None else workspace.own_files("data")
        judged = dict.fromkeys(file.name for file in own)
        if not judged:
            raise WorkspaceError(
                f"nothing to check: no Turtle file in {str(workspace.root / 'data')!r}"
            )
        return files, judged
    at = {os.path.realpath(file.location): file for file in files}
    judged = {}
    for given in files_of(paths):
        file = at.setdefault(os.path.realpath(given.location), given)
        if file is given:
            files.append(file)
        judged[file.name] = None
    return files, judged


def check_files(
    paths: Sequence[str | os.PathLike[str]],
    shapes: Sequence[str | os.PathLike[str]],
    *,
    ontology: Sequence[str | os.PathLike[str]] = (),
    engine: str = "compiled",
) -> CheckReport:
    """Return the verdict of *shapes* on RDF files that belong to no workspace.

    Parameters
    ----------
    paths
        RDF files, and folders of them.
    shapes
        Files and folders that hold the shapes.
    ontology
        Files and folders with the classes that the data are of; they are judged with the data.
    engine
        `compiled` or `pyshacl`.

    Raises
    ------
    WorkspaceError
        If there is nothing to check, or a path does not exist.
    FileSyntaxError, ShapesError
        If the shapes or the ontology cannot be read.
    """
    check_engine(engine)
    judged = files_of(map(Path, paths))
    if not judged:
        raise WorkspaceError("nothing to check: no file is named")
    loaded = Files()
    for file in judged:
        loaded.load(file, whole=False)
    names = tuple(file.name for file in judged)
    if loaded.broken:
        return CheckReport(tuple(sorted(loaded.broken, key=_order)), None, names, loaded.texts)
    for file in files_of(map(Path, ontology)):
        loaded.load(file)
        for broken in loaded.broken:
            raise WorkspaceError(f"the ontology cannot be read: {broken.place}: {broken.message}")
    described, origins = _read_shapes(files_of(map(Path, shapes)))
    try:
        report = _validated(loaded, described, engine)
    except SyntaxError:
        loaded = Files()
        for file in judged:
            loaded.load(file)
        return CheckReport(tuple(sorted(loaded.broken, key=_order)), None, names, loaded.texts)
    from heritagekg.validation.doubts import doubts
    from heritagekg.validation.locate import Positions, diagnose

    where = Positions(loaded)
    found = [diagnose(result, described, origins, where) for result in report.results]
    found += _left_out(map(Path, paths), ENDINGS)
    ordered = tuple(sorted(found, key=_order))
    odd = tuple(sorted(doubts(described)))
    if not report.has_focus_nodes:
        odd += ("no shape has a target in these data: nothing was judged",)
    return CheckReport(ordered, report, names, loaded.texts, origins=origins, doubts=odd)


def check_endpoint(
    engine: Engine,
    shapes: Sequence[str | os.PathLike[str]] = (),
    *,
    ontology: Sequence[str | os.PathLike[str]] = (),
) -> CheckReport:
    """Return the verdict on the data that *engine* answers about; they stand in no file.

    Parameters
    ----------
    engine
        A SPARQL endpoint, or any other engine.
    shapes
        Files and folders that hold the shapes; nothing for those that come with heritagekg.
    ontology
        Files and folders with the classes that the data are of.

    Raises
    ------
    ShapesError, FileSyntaxError, WorkspaceError
        If the shapes or the ontology cannot be read.
    """
    files = files_of(map(Path, shapes)) or list(_workspace_shapes(Workspace.shipped()))
    described, origins = _read_shapes(files)
    loaded = Files()
    for file in files_of(map(Path, ontology)):
        loaded.load(file)
    report = validate_on(engine, described, loaded.all_quads())
    from heritagekg.validation.locate import Positions, diagnose

    where = Positions(Files())
    found = [diagnose(result, described, origins, where) for result in report.results]
    return CheckReport(tuple(sorted(found, key=_order)), report, (), {}, origins=origins)


def _workspace_shapes(workspace: Workspace) -> Iterator[WorkspaceFile]:
    yield from workspace.files("shapes")
    yield from (file for file in workspace.files("ontology") if file.name == PREFIXES_FILE)


def _read_shapes(files: list[WorkspaceFile]) -> tuple[Shapes, Mapping[str, str]]:
    """Return the shapes in *files*, and the file and line that define each, by its IRI."""
    quads: list[ox.Quad] = []
    defining: dict[str, WorkspaceFile] = {}
    for number, file in enumerate(files):
        # Results that are remembered name the shapes of another reading.
        said = list(numbered(read_file(file), f"shapes{number}x"))
        quads += said
        for quad in said:
            if isinstance(quad.subject, ox.NamedNode):
                defining.setdefault(quad.subject.value, file)
    shapes = read_shapes(quads)
    if not shapes.by_node:
        raise ShapesError(f"no SHACL shape in {', '.join(sorted({f.name for f in files}))}")
    return shapes, _Defined(defining)


def _line_of(iri: str, text: str) -> int | None:
    """Return the first line that begins with the last part of *iri*."""
    local = re.escape(iri[max(iri.rfind("/"), iri.rfind("#")) + 1 :])
    found = re.search(rf"^\S*[:/#]{local}>?(?=\s)", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _validated(loaded: Files, shapes: Shapes, engine: str) -> Report:
    if engine == "pyshacl":
        from heritagekg.validation.reference import validate_with_pyshacl

        return validate_with_pyshacl(loaded.all_quads(), shapes)
    return validate_quads(loaded.all_quads, shapes)


def check_engine(engine: str) -> None:
    """Raise `HeritageKGError` where *engine* is none."""
    if engine not in ENGINES:
        raise HeritageKGError(f"no engine {engine!r}; there are {' and '.join(ENGINES)}")


def _of_part(report: Report, loaded: Files, judged: Iterable[str]) -> Report:
    """Return the results whose focus node one of the judged files speaks of."""
    spoken = {
        term
        for name in judged
        for quad in loaded.quads[name]
        for term in (quad.subject, quad.object)
    }
    kept = tuple(result for result in report.results if result.focus_node in spoken)
    return Report(kept, report.shapes, report.fallback)


def _defined_twice(loaded: Files, judged: Iterable[str]) -> list[ox.NamedNode]:
    """Return the things that a judged file and another one give a type."""
    times = Counter(name for kept in loaded.kept.values() for name in kept.typed)
    often = {name for name, number in times.items() if number > 1 and not name.startswith("_:")}
    if not often:
        return []
    found = (name for file in judged for name in loaded.kept[file].typed if name in often)
    return [ox.NamedNode(name) for name in dict.fromkeys(found)]
