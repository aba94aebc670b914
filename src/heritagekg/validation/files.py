"""The files that are judged: their texts and quads, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from heritagekg.dataset import syntax_fault
from heritagekg.diagnostics.model import Diagnostic, Place
from heritagekg.diagnostics.rules import RULES
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.spans import Span
from heritagekg.workspace import WorkspaceFile, files_at, read_text

ENDINGS = (".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld")
_CONFLICTS = ("<<<<<<< ", ">>>>>>> ")


class Files:
    """Texts and quads of the files that were read, and what was wrong with the others."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.quads: dict[str, list[ox.Quad]] = {}
        self.broken: list[Diagnostic] = []
        self.graphs: dict[str, str] = {}
        self.bases: dict[str, str | None] = {}

    def all_quads(self) -> Iterator[ox.Quad]:
        """Return the quads of every file."""
        return (quad for quads in self.quads.values() for quad in quads)

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
        self.bases[file.name] = base_of(file)
        try:
            self.quads[file.name] = list(parsed(text, file))
        except SyntaxError as error:
            self.broken.append(_syntax(file.name, text, syntax_fault(file.name, error)))


def parsed(text: str, file: WorkspaceFile) -> Iterator[ox.Quad]:
    """Return the quads that *text* of *file* holds, of all its graphs, as the default graph's.

    Raises
    ------
    SyntaxError
        As the parser words it.
    """
    syntax = syntax_of(file.path)
    quads = ox.parse(text, format=syntax, base_iri=base_of(file), rename_blank_nodes=True)
    if syntax in (ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML):
        return quads
    return (ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)


def read_file(file: WorkspaceFile) -> Iterator[ox.Quad]:
    """Return the quads of *file*, of all its graphs, as the default graph's.

    Raises
    ------
    WorkspaceError, FileSyntaxError
        If it cannot be read.
    """
    text = read_text(file.path, file.name)
    try:
        yield from parsed(text, file)
    except SyntaxError as error:
        raise syntax_fault(file.name, error) from None


def syntax_of(path: Path) -> ox.RdfFormat:
    """Return the syntax that the ending of *path* names, or Turtle."""
    return ox.RdfFormat.from_extension(path.suffix.removeprefix(".")) or ox.RdfFormat.TURTLE


def files_of(paths: Iterable[Path]) -> list[WorkspaceFile]:
    """Return the files among *paths*, and the RDF files in the folders among them.

    Raises
    ------
    WorkspaceError
        If a path does not exist, a folder holds no RDF file, or a file is no RDF by its ending.
    """
    found = files_at(paths, ENDINGS)
    for path in found:
        _refuse_other(path)
    return [WorkspaceFile(path, str(path), path.resolve().as_uri()) for path in found]


def base_of(file: WorkspaceFile) -> str | None:
    """Return the IRI against which those of *file* are resolved; in a workspace all are full."""
    return file.graph if file.graph.startswith("file:") else None


def _refuse_other(path: Path) -> None:
    if path.suffix and ox.RdfFormat.from_extension(path.suffix.removeprefix(".")) is None:
        raise WorkspaceError(f"{str(path)!r} has no ending of an RDF file ({' '.join(ENDINGS)})")


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
