"""From SHACL results to diagnostics: the file and token that a curator has to touch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic, Place
from heritagekg.engine.protocol import Term
from heritagekg.spans import Span
from heritagekg.terms import PREFIXES, compact
from heritagekg.turtle.reader import TYPE, Triple, read
from heritagekg.turtle.tokens import is_local_name
from heritagekg.validation.advise import advise
from heritagekg.validation.blanks import Said, paired
from heritagekg.validation.components import statement
from heritagekg.validation.explain import SEVERITY_OF
from heritagekg.validation.files import Files
from heritagekg.validation.kept import name_of
from heritagekg.validation.related import of_repeated_language, related, said_of
from heritagekg.validation.run import Result
from heritagekg.validation.shapes import SH, Node, Shape, Shapes, rdf
from heritagekg.validation.suggest import Spelling
from heritagekg.workspace import GRAPHS

# The endings of files with positions; a pipe has none, and is taken for Turtle.
_WITH_POSITIONS = (".ttl", ".nt", "")
# Components that speak of values that are not there: the subject is what must be touched.
_MISSING = {"MinCount", "HasValue", "QualifiedMinCount"}
_PROPERTIES = {
    ox.NamedNode(PREFIXES["rdf"] + "Property"),
    *(
        ox.NamedNode(f"{PREFIXES['owl']}{kind}Property")
        for kind in ("Object", "Datatype", "Annotation")
    ),
}
_ENDS = re.compile(r"\r\n|\n|\r")


def _has_positions(name: str) -> bool:
    return os.path.splitext(name)[1] in _WITH_POSITIONS


class Positions:
    """Where things stand in the files; a file is read for positions when it is asked about.

    Parameters
    ----------
    files
        The files that were judged.
    """

    def __init__(self, files: Files) -> None:
        self._loaded = files
        self._lines: dict[str, list[str]] = {}
        self._declared: dict[str, list[tuple[str, str]]] = {}
        self._read: dict[str, dict[Term, list[Triple]]] = {}
        self._in_parts: dict[str, bool] = {}

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """The files that describe each thing."""
        found: dict[str, list[str]] = {}
        for name in self._loaded.quads:
            for subject in self._loaded.subjects(name):
                found.setdefault(subject, []).append(name)
        return found

    def _describing(self, term: Term) -> list[str]:
        """Return the files that may describe *term*."""
        if len(self._loaded.quads) == 1:
            return list(self._loaded.quads)
        return self._files.get(name_of(term), [])

    @cached_property
    def _objects(self) -> dict[Term, str]:
        """The first file that mentions each thing."""
        found: dict[Term, str] = {}
        for name, said in self._loaded.quads.items():
            for quad in said:
                if not isinstance(quad.object, ox.Triple):
                    found.setdefault(quad.object, name)
        return found

    @cached_property
    def things(self) -> Spelling:
        """All things that are described."""
        return Spelling(name for name in self._files if not name.startswith("_:"))

    @cached_property
    def properties(self) -> Spelling:
        """The properties that a vocabulary among the files defines."""
        return Spelling(
            quad.subject.value
            for name, graph in self._loaded.graphs.items()
            # The data of a workspace define none, and need not be read for it.
            if not graph.startswith(f"{GRAPHS}data/")
            if self._loaded.may_define(name)
            for quad in self._loaded.quads[name]
            if quad.object in _PROPERTIES and isinstance(quad.subject, ox.NamedNode)
        )

    def name(self, term: Term, file: str | None) -> str:
        """Return *term* as *file* would write it: by the usual prefixes, or its own."""
        if not isinstance(term, ox.NamedNode):
            return str(term)
        name = compact(term.value)
        if name != term.value or file is None or not _has_positions(file):
            return name
        for prefix, namespace in self._prefixes(file):
            if term.value.startswith(namespace) and is_local_name(term.value[len(namespace) :]):
                return f"{prefix}:{term.value[len(namespace) :]}"
        return name

    def _prefixes(self, file: str) -> list[tuple[str, str]]:
        if file not in self._declared:
            declared = {d.name: d.iri for d in self._loaded.statements(file).declarations()}
            longest_first = sorted(declared.items(), key=lambda pair: -len(pair[1]))
            self._declared[file] = longest_first
        return self._declared[file]

    def line(self, name: str, number: int) -> str:
        """Return a line of the file *name*."""
        if name not in self._lines:
            self._lines[name] = _ENDS.split(self._loaded.texts[name])
        return self._lines[name][number - 1] if number <= len(self._lines[name]) else ""

    def triples(self, name: str, subject: Term) -> list[Triple]:
        """Return the triples of *subject* in the file *name*, in the order of the text."""
        is_whole = name in self._read
        if isinstance(subject, ox.NamedNode) and not is_whole and self._is_read_in_parts(name):
            found = self._loaded.statements(name).about(subject)
            if found or self._loaded.is_long(name):
                return found
        if name not in self._read:
            by_subject: dict[Term, list[Triple]] = {}
            for triple in self._triples(name):
                by_subject.setdefault(triple.subject, []).append(triple)
            self._read[name] = by_subject
        return self._read[name].get(subject, [])

    def _is_read_in_parts(self, name: str) -> bool:
        if name not in self._in_parts:
            self._in_parts[name] = _has_positions(name) and self._loaded.is_read_in_parts(name)
        return self._in_parts[name]

    def _triples(self, name: str) -> Iterator[Triple]:
        """Return the triples of the file *name*, with the blank nodes that the results speak of."""
        if not _has_positions(name):
            return
        said = read(self._loaded.texts[name], self._loaded.bases[name], path=name).triples
        judged = self._loaded.quads[name]
        same = paired([(t.subject, t.predicate, t.object) for t in said], _plain(judged))
        for triple in said:
            subject, value = same.get(triple.subject), same.get(triple.object)
            if subject is None and value is None:
                yield triple
            else:
                assert not isinstance(subject, ox.Literal)
                yield replace(
                    triple, subject=subject or triple.subject, object=value or triple.object
                )

    def definitions(self, subject: Term) -> list[tuple[str, Span]]:
        """Return (file, span of the subject) for each file that gives *subject* a type."""
        return [
            (name, typing.subject_span)
            for name in self._describing(subject)
            if (typing := self._typing(name, subject)) is not None
        ]

    def _typing(self, name: str, subject: Term) -> Triple | None:
        said = self.triples(name, subject)
        return next((t for t in said if t.predicate == rdf("type")), None)

    def predicate(self, focus_node: Term, predicate: Term, value: Term | None) -> Place | None:
        """Return the place of the predicate of a triple."""
        for name in self._describing(focus_node):
            for triple in self.triples(name, focus_node):
                if triple.predicate == predicate and value in (None, triple.object):
                    return Place(name, triple.predicate_span)
        return None

    def said(self, focus_node: Term) -> list[tuple[str, Triple]]:
        """Return each triple of *focus_node* with the file that says it, in order."""
        return [
            (name, triple)
            for name in self._describing(focus_node)
            for triple in self.triples(name, focus_node)
        ]

    def pointing(
        self, focus_node: Term, predicates: frozenset[Term]
    ) -> Iterator[tuple[str, Triple]]:
        """Yield each triple that points at *focus_node* with one of *predicates*, and its file."""
        for name, said in self._loaded.quads.items():
            subjects = dict.fromkeys(
                quad.subject
                for quad in said
                if quad.object == focus_node and quad.predicate in predicates
            )
            for subject in subjects:
                assert not isinstance(subject, ox.Triple)
                for triple in self.triples(name, subject):
                    if triple.object == focus_node and triple.predicate in predicates:
                        yield name, triple

    def find(
        self, focus_node: Term, predicates: frozenset[Term], value: Term | None
    ) -> Place | None:
        """Return the place of the triple, else of its predicate, else of its subject.

        Where values are too many or too alike, no single one is wrong: the last is pointed at.
        """
        best: tuple[int, str, Span] | None = None
        for name in self._describing(focus_node):
            for triple in self.triples(name, focus_node):
                rank, span = _rated(triple, predicates, value)
                if best is None or rank < best[0] or (value is None and rank == best[0]):
                    best = rank, name, span
        return Place(*best[1:]) if best is not None else self._elsewhere(focus_node)

    def _elsewhere(self, term: Term) -> Place | None:
        """Return where *term* is mentioned, or the file alone where it has no positions."""
        mention = self._mention(term)
        if mention is not None:
            return mention
        names = self._describing(term) or ([self._objects[term]] if term in self._objects else [])
        return next((Place(name) for name in names), None)

    def _mention(self, term: Term) -> Place | None:
        """Return the place where *term* stands as an object: it is described nowhere."""
        name = self._objects.get(term)
        if name is None:
            return None
        for triple in self._triples(name):
            if triple.object == term:
                return Place(name, triple.object_span)
        return None


def _plain(quads: Iterable[ox.Quad]) -> list[Said]:
    return [
        (quad.subject, quad.predicate, quad.object)
        for quad in quads
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple)
    ]


def _rated(triple: Triple, predicates: frozenset[Term], value: Term | None) -> tuple[int, Span]:
    """Return how well *triple* fits (0 best), and the span to point at."""
    fits = triple.predicate in predicates
    if value is not None and triple.object == value:
        return (0 if fits or not predicates else 3), triple.object_span
    if fits:
        # A store may write a number its own way: 4.0 as 4.
        is_like = value is None or isinstance(value, ox.Literal)
        return (1 if is_like else 2), triple.object_span
    return (4 if triple.predicate == TYPE else 5), triple.subject_span


def _predicates(shapes: Shapes, path: Term | None) -> frozenset[Term]:
    """Return the predicates that occur in a property path."""
    if path is None or isinstance(path, ox.Literal):
        return frozenset()
    if isinstance(path, ox.NamedNode):
        return frozenset({path})
    below = [quad.object for quad in shapes.graph.quads if quad.subject == path]
    terms = [term for term in below if not isinstance(term, ox.Triple)]
    return frozenset().union(*(_predicates(shapes, term) for term in terms))


def diagnose(
    result: Result, shapes: Shapes, origins: Mapping[str, str], where: Positions
) -> Diagnostic:
    """Return the diagnostic for one result.

    Parameters
    ----------
    result, shapes
        The result, and the shapes it comes from.
    origins
        IRI of a shape -> name of the shapes file that defines it.
    where
        The positions of the data.
    """
    shape = shapes.by_node.get(result.source_shape)
    kind = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
    predicates = _predicates(shapes, result.path)
    if kind == "Equals" and shape is not None:
        # A value that one of the two lacks stands at the other.
        predicates |= frozenset(shape.parameters["equals"])
    place = _closed(result, shape, shapes, where) if kind == "Closed" else None
    place = place or _place(result, kind, predicates, where)
    file = place.file if place is not None else None
    owner = owner_of(result.source_shape, shapes)
    name = where.name(owner, file) if owner is not None else ""
    origin = origins.get(owner.value) if owner is not None else None
    is_missing = kind in _MISSING
    is_given = is_missing and bool(said_of(result.focus_node, predicates, where))
    # Of a qualified count, the value that fits may look quite unlike the others.
    has_others = is_given and kind != "QualifiedMinCount"
    help_, edit = advise(
        result,
        shape,
        refused=_refused(result, kind, shape, shapes),
        is_missing=is_missing,
        has_others=has_others,
        place=place,
        where=where,
    )
    return Diagnostic(
        code=result.rule,
        severity=SEVERITY_OF.get(result.severity.value, "error"),
        message=_message(result)
        or statement(kind, shape, shapes, lambda term: where.name(term, file)),
        place=place,
        label=f"no `{where.name(result.path, file)}` in this statement"
        if is_missing and isinstance(result.path, ox.NamedNode) and not is_given
        else "",
        help=help_,
        notes=_notes(shape, name, origin),
        related=tuple(related(result, shape, kind, predicates, place, where)),
        edit=edit,
        translations={m.language.lower(): m.value for m in result.messages if m.language},
        focus_node=_shown(result.focus_node),
        path=result_path(result, shape),
        value=_shown(result.value),
        component=compact(result.component),
        source_shape=compact(owner.value) if owner is not None else None,
        result=result,
    )


def _place(
    result: Result, kind: str, predicates: frozenset[Term], where: Positions
) -> Place | None:
    if kind == "HasValue":
        said = said_of(result.focus_node, predicates, where)
        if said:
            return Place(said[-1][0], said[-1][1].object_span)
    if kind in _MISSING or (result.path is None and result.value == result.focus_node):
        return where.find(result.focus_node, frozenset(), None)
    if kind == "UniqueLang":
        said = of_repeated_language(said_of(result.focus_node, predicates, where))
        if said:
            return Place(said[-1][0], said[-1][1].object_span)
    if isinstance(result.path, ox.NamedNode) and where.properties.is_unknown(result.path.value):
        return where.predicate(result.focus_node, result.path, result.value)
    return where.find(result.focus_node, predicates, result.value)


def _closed(result: Result, shape: Shape | None, shapes: Shapes, where: Positions) -> Place | None:
    """Return the place of a property that is one too many: of the focus node, or of its values."""
    if not isinstance(result.path, ox.NamedNode):
        return None
    nodes: list[Term] = [result.focus_node]
    if shape is not None and shape.path_node is not None:
        said = said_of(result.focus_node, _predicates(shapes, shape.path_node), where)
        nodes = [triple.object for _, triple in said]
    places = (where.predicate(node, result.path, result.value) for node in nodes)
    return next(filter(None, places), None)


def _refused(
    result: Result, kind: str, shape: Shape | None, shapes: Shapes
) -> tuple[Term | None, Sequence[Term]]:
    """Return the term that is none of those that the shape lists, and these."""
    if shape is not None and kind == "Closed":
        return result.path, shapes.allowed(shape)
    if shape is not None and kind == "In":
        listed = shape.first("in")
        return result.value, shapes.graph.members(listed) if listed is not None else ()
    return None, ()


def owner_of(node: Node, shapes: Shapes) -> ox.NamedNode | None:
    """Return *node*, or the shape with a name that it is a part of."""
    seen: set[Node] = set()
    while isinstance(node, ox.BlankNode) and node not in seen:
        seen.add(node)
        node = next(
            (
                quad.subject
                for quad in shapes.graph.quads
                if quad.object == node and not isinstance(quad.subject, ox.Triple)
            ),
            node,
        )
    return node if isinstance(node, ox.NamedNode) else None


def result_path(result: Result, shape: Shape | None) -> str | None:
    """Return the path of *result*, one of several predicates as SPARQL writes it."""
    if isinstance(result.path, ox.BlankNode):
        return shape.path if shape is not None else None
    return _shown(result.path)


def _message(result: Result) -> str:
    english = [m for m in result.messages if m.language in (None, "en")] or list(result.messages)
    return english[0].value if english else ""


def _notes(shape: Shape | None, name: str, origin: str | None) -> tuple[str, ...]:
    notes = []
    if name:
        notes.append(f"required by `{name}`" + (f", {origin}" if origin else ""))
    if shape is not None and shape.reason:
        notes.append(shape.reason)
    if shape is not None and shape.code:
        notes.append(f"`heritagekg explain {shape.code}` shows wrong and right")
    return tuple(notes)


def _shown(term: Term | None) -> str | None:
    if term is None:
        return None
    return compact(term.value) if isinstance(term, ox.NamedNode) else str(term)
