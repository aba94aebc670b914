"""Validation for programs: any data, any shapes, by path, text, graph or endpoint."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from heritagekg.dataset import syntax_fault
from heritagekg.engine.protocol import Engine
from heritagekg.errors import HeritageKGError, WorkspaceError
from heritagekg.validation.check import check_engine
from heritagekg.validation.files import files_of, read_file
from heritagekg.validation.reference import validate_with_pyshacl
from heritagekg.validation.run import Report, copy_of, validate_on, validate_quads
from heritagekg.validation.shapes import ShapesError, read_shapes
from heritagekg.workspace import decode_text

if TYPE_CHECKING:
    import rdflib

    from heritagekg.graph import KnowledgeGraph

Source: TypeAlias = (
    "str | bytes | os.PathLike[str] | IO[str] | IO[bytes] | rdflib.Graph | KnowledgeGraph "
    "| ox.Store | Iterable[ox.Quad | ox.Triple] | Iterable[str | os.PathLike[str]]"
)


def validate(
    data: Source, shapes: Source, ontology: Source | None = None, engine: str | None = None
) -> Report:
    """Return the SHACL validation report of *shapes* on *data*.

    Parameters
    ----------
    data, shapes
        The path of an RDF file or of a folder of them, or several paths; Turtle as text, bytes or
        an open file; an `rdflib.Graph`; quads or triples of pyoxigraph, or its `Store`; a
        `KnowledgeGraph`; or the URL of a SPARQL endpoint, where the data then stay.
    ontology
        In the same forms, the classes that the data are of.
    engine
        `compiled` (SPARQL made from the shapes; the default) or `pyshacl` (the reference).

    Returns
    -------
    Report
        With `.conforms`, `.results`, `.to_rdflib()` and `.to_turtle()`. Its `.fallback` says
        where pySHACL was asked because SPARQL cannot express a shape.

    Raises
    ------
    WorkspaceError, FileSyntaxError
        If a file is missing, unreadable or not RDF.
    ShapesError
        If the shapes are not well-formed SHACL.

    Examples
    --------
    >>> shapes = '''
    ... @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://example.org/> .
    ... e:Museum a sh:NodeShape ; sh:targetClass e:Museum ;
    ...     sh:property [ sh:path e:name ; sh:minCount 1 ] .'''
    >>> report = validate("@prefix e: <https://example.org/> . e:m a e:Museum .", shapes)
    >>> report.conforms, [result.focus_node.value for result in report.results]
    (False, ['https://example.org/m'])
    """
    chosen = engine or "compiled"
    check_engine(chosen)
    described = read_shapes(_quads(shapes, "shapes")())
    if not described.by_node:
        raise ShapesError("no SHACL shape in the shapes that were given")
    classes = _quads(ontology, "ontology") if ontology is not None else tuple
    asked = _engine(data)
    if asked is not None and chosen == "compiled":
        return validate_on(asked, described, classes())
    quads = _quads(data, "data")

    def everything() -> Iterable[ox.Quad]:
        yield from quads()
        yield from classes()

    if chosen == "pyshacl":
        return validate_with_pyshacl(everything(), described)
    return validate_quads(everything, described)


def _engine(source: Source) -> Engine | None:
    """Return the engine that answers about *source*, where it is one or has one."""
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        from heritagekg.engine.endpoint import Endpoint

        return Endpoint(source)
    found: Engine | None = getattr(source, "engine", None)
    return found


def _quads(source: Source, what: str) -> Callable[[], Iterable[ox.Quad]]:
    """Return what gives the quads of *source*, each time anew."""
    engine = _engine(source)
    if engine is not None:
        return lambda: copy_of(engine)
    if isinstance(source, io.IOBase):
        # Read once, for it may be a pipe.
        content: str | bytes = source.read()
        return lambda: _parsed(content, what)
    if isinstance(source, bytes) or (isinstance(source, str) and _is_text(source)):
        return lambda: _parsed(source, what)
    if isinstance(source, str | os.PathLike):
        return lambda: _of_files([Path(source)])
    if hasattr(source, "serialize") and hasattr(source, "namespace_manager"):
        # An rdflib graph; N-Triples keeps every term as it is.
        return lambda: ox.parse(source.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)
    given: list[Any] = list(source) if isinstance(source, Iterable) else []
    if given and all(isinstance(each, str | os.PathLike) for each in given):
        return lambda: _of_files(map(Path, given))
    if not isinstance(source, Iterable) or not all(
        isinstance(each, ox.Quad | ox.Triple) for each in given
    ):
        raise HeritageKGError(
            f"{what} cannot be {type(source).__name__} {str(source)[:60]!r}: give a path, Turtle "
            "text, an rdflib.Graph, quads of pyoxigraph, a KnowledgeGraph or an endpoint's URL"
        )
    return lambda: (ox.Quad(each.subject, each.predicate, each.object) for each in given)


def _is_text(source: str) -> bool:
    """Return whether *source* is Turtle and no path: by its lines, its beginning or its end."""
    if not source.strip() or "\n" in source or source.lstrip().startswith(("@prefix", "<", "[")):
        return True
    return " " in source and source.rstrip().endswith(".")


def _parsed(source: str | bytes, what: str) -> Iterable[ox.Quad]:
    if isinstance(source, bytes):
        text = decode_text(source, f"<{what}>")
    else:
        text = source.removeprefix("\ufeff")
    try:
        yield from ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    except SyntaxError as error:
        raise syntax_fault(f"<{what}>", error) from None


def _of_files(paths: Iterable[Path]) -> Iterable[ox.Quad]:
    files = files_of(paths)
    if not files:
        raise WorkspaceError("no file was given")
    for file in files:
        yield from read_file(file)
