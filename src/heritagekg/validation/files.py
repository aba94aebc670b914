"""The files that are judged: their texts and quads, or what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from heritagekg.dataset import syntax_fault
from heritagekg.diagnostics.model import Diagnostic
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.validation import faults
from heritagekg.validation.kept import Kept, name_of
from heritagekg.workspace import WorkspaceFile, files_at, printable, read_content, read_text

if TYPE_CHECKING:
    from heritagekg.turtle.statements import Statements

T = TypeVar("T")
# A text longer than this is not kept as quads, and always read for positions in parts.
LONG = 200_000
_TURTLE = (".ttl", ".nt")
# What makes blank nodes, whose names two readings do not share.
_BLANK = ("[", "(", "_:")
# The first of the marks that git leaves.
_CONFLICT = "<<<<<<< "
ENDINGS = (".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld")


class Lazy(Mapping[str, T]):
    """A mapping whose values are made when they are first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, T] = {}
        self._makers: dict[str, Callable[[], T]] = {}

    def put(self, name: str, make: Callable[[], T]) -> None:
        """Let *make* give the value of *name*."""
        self._made.pop(name, None)
        self._makers[name] = make

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class Files:
    """Texts and quads of the files that were read, and what was wrong with the others.

    Attributes
    ----------
    texts, quads
        Name -> text, and what it says; of a file that is kept they are read when asked for.
    broken
        A finding for each file that could not be read.
    graphs, bases
        Name -> named graph, and the IRI against which others are resolved.
    kept
        Name -> what is known of a file without reading it.
    """

    def __init__(self) -> None:
        self.texts: Lazy[str] = Lazy()
        self.quads: Lazy[list[ox.Quad]] = Lazy()
        self.broken: list[Diagnostic] = []
        self.graphs: dict[str, str] = {}
        self.bases: dict[str, str | None] = {}
        self.kept: dict[str, Kept] = {}
        self._statements: dict[str, Statements] = {}
        self._passing: dict[str, Callable[[], Iterator[ox.Quad]]] = {}

    def all_quads(self) -> Iterator[ox.Quad]:
        """Return the quads of every file; those that are not kept pass by one at a time.

        Raises
        ------
        SyntaxError
            If a file that was not parsed before does not parse.
        """
        for name in self.quads:
            passing = self._passing.get(name)
            yield from passing() if passing is not None else self.quads[name]

    def load(self, file: WorkspaceFile, *, whole: bool = True) -> bool:
        """Read *file* and return True; one that cannot be read becomes a finding.

        Unless it is wanted *whole*, a long text without blank nodes is not parsed yet.
        """
        try:
            text = read_text(file.path, file.name)
        except FileSyntaxError as error:
            content = read_content(file.path, file.name)
            if b"\0" not in content:
                self.texts.put(file.name, lambda: content.decode("utf-8", "replace"))
            self.broken.append(faults.unreadable(file.name, error))
            return False
        except WorkspaceError as error:
            self.broken.append(faults.unreadable(file.name, error))
            return False
        self._name(file)
        self.texts.put(file.name, lambda: text)
        if _CONFLICT in text and (found := faults.conflict(file.name, text)) is not None:
            self.broken.append(found)
            return False
        if (
            not whole
            and len(text) > LONG
            and file.path.suffix in _TURTLE
            and not any(mark in text for mark in _BLANK)
        ):
            self._passing[file.name] = lambda: parsed(text, file)
            self.quads.put(file.name, lambda: list(parsed(text, file)))
            return True
        try:
            quads = list(parsed(text, file))
        except SyntaxError as error:
            self.broken.append(faults.syntax(file.name, text, error))
            return False
        self.quads.put(file.name, lambda: quads)
        return True

    def recall(self, file: WorkspaceFile, kept: Kept) -> None:
        """Take *file* as it was *kept*."""
        self._name(file)
        self.kept[file.name] = kept
        self.texts.put(file.name, lambda: read_text(file.path, file.name))
        self.quads.put(file.name, lambda: list(kept.quads()))

    def statements(self, name: str) -> Statements:
        """Return the statements of the Turtle file *name*, to be read one at a time."""
        from heritagekg.turtle.statements import Statements

        if name not in self._statements:
            self._statements[name] = Statements(self.texts[name], self.bases[name], name)
        return self._statements[name]

    def _name(self, file: WorkspaceFile) -> None:
        self.graphs[file.name] = file.graph
        self.bases[file.name] = base_of(file)

    def subjects(self, name: str) -> Iterable[str]:
        """Return what the file *name* describes, by the names of `Kept.subjects`."""
        if name in self.kept:
            return self.kept[name].subjects
        if name in self._passing:
            return self.statements(name).subjects()
        subjects = dict.fromkeys(quad.subject for quad in self.quads[name])
        return [name_of(term) for term in subjects if not isinstance(term, ox.Triple)]

    def is_long(self, name: str) -> bool:
        """Return whether the text of the file *name* should not be read as a whole."""
        return len(self.texts[name]) > LONG

    def is_read_in_parts(self, name: str) -> bool:
        """Return whether the file *name* is read for positions a statement at a time.

        Unless it is long, one with blank nodes is not: they have the names of another reading.
        """
        if name in self._passing or self.is_long(name):
            return True
        if name in self.kept:
            return not any(b"_:" in said for said in self.kept[name].triples.values())
        ends = (term for quad in self.quads[name] for term in (quad.subject, quad.object))
        return not any(isinstance(term, ox.BlankNode) for term in ends)

    def may_define(self, name: str) -> bool:
        """Return whether the file *name* may say that something is a property."""
        return name not in self._passing or "Property" in self.texts[name]

    def using(self, predicate: str) -> Iterator[str]:
        """Return the names of the files that may use *predicate*."""
        for name in self.quads:
            if name not in self.kept or predicate in self.kept[name].sums:
                yield name


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
    return [
        WorkspaceFile(str(path), printable(str(path)), Path(os.path.realpath(path)).as_uri())
        for path in found
    ]


def base_of(file: WorkspaceFile) -> str | None:
    """Return the IRI against which those of *file* are resolved; in a workspace all are full."""
    return file.graph if file.graph.startswith("file:") else None


def _refuse_other(path: Path) -> None:
    if path.suffix and ox.RdfFormat.from_extension(path.suffix.removeprefix(".")) is None:
        raise WorkspaceError(f"{str(path)!r} has no ending of an RDF file ({' '.join(ENDINGS)})")
