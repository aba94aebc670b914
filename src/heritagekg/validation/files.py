"""The files that are judged: their texts and quads, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from heritagekg.dataset import syntax_fault
from heritagekg.diagnostics.model import Diagnostic
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.validation import faults
from heritagekg.workspace import WorkspaceFile, files_at, read_text

ENDINGS = (".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld")


class Files:
    """Texts and quads of the files that were read, and what was wrong with the others."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.quads: dict[str, list[ox.Quad]] = {}
        self.broken: list[Diagnostic] = []
        self.graphs: dict[str, str] = {}
        self.paths: dict[str, Path] = {}
        self.bases: dict[str, str | None] = {}

    def all_quads(self) -> Iterator[ox.Quad]:
        """Return the quads of every file."""
        return (quad for quads in self.quads.values() for quad in quads)

    def load(self, file: WorkspaceFile) -> None:
        """Read *file*; one that cannot be read becomes a finding."""
        try:
            text = read_text(file.path, file.name)
        except (FileSyntaxError, WorkspaceError) as error:
            self.broken.append(faults.unreadable(file.name, error))
            return
        self.texts[file.name] = text
        self.graphs[file.name] = file.graph
        self.paths[file.name] = file.path
        self.bases[file.name] = base_of(file)
        try:
            self.quads[file.name] = list(parsed(text, file))
        except SyntaxError as error:
            self.broken.append(faults.syntax(file.name, text, error))


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
