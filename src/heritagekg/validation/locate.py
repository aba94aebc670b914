"""From SHACL results to diagnostics: the file and token that a curator has to touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic, Place
from heritagekg.engine.protocol import Term
from heritagekg.spans import Span
from heritagekg.terms import compact
from heritagekg.turtle.reader import Triple, read
from heritagekg.validation.blanks import Said, paired
from heritagekg.validation.files import Files
from heritagekg.validation.run import Result
from heritagekg.validation.shapes import SH, Shape, Shapes, rdf

_SEVERITIES = {SH + "Violation": "error", SH + "Warning": "warning", SH + "Info": "info"}
_WITH_POSITIONS = (".ttl", ".nt")
# Components that speak of values that are not there: the subject is what must be touched.
_MISSING = {"MinCount", "HasValue", "QualifiedMinCount"}


class Positions:
    """Where things stand in the files; a file is read for positions when it is asked about.

    Parameters
    ----------
    files
        The files that were judged.
    """

    def __init__(self, files: Files) -> None:
        self._loaded = files
        self._files: dict[Term, dict[str, None]] = {}
        self._objects: dict[Term, str] = {}
        for name, said in files.quads.items():
            for quad in said:
                if not isinstance(quad.subject, ox.Triple):
                    self._files.setdefault(quad.subject, {})[name] = None
                if not isinstance(quad.object, ox.Triple):
                    self._objects.setdefault(quad.object, name)
        self._read: dict[str, dict[Term, list[Triple]]] = {}

    @cached_property
    def known(self) -> list[str]:
        """The names of all things that are described."""
        return sorted(compact(term.value) for term in self._files if isinstance(term, ox.NamedNode))

    def triples(self, name: str, subject: Term) -> list[Triple]:
        """Return the triples of *subject* in the file *name*, in the order of the text."""
        if name not in self._read:
            by_subject: dict[Term, list[Triple]] = {}
            for triple in self._triples(name):
                by_subject.setdefault(triple.subject, []).append(triple)
            self._read[name] = by_subject
        return self._read[name].get(subject, [])

    def _triples(self, name: str) -> Iterator[Triple]:
        """Return the triples of the file *name*, with the blank nodes that the results speak of."""
        if not name.endswith(_WITH_POSITIONS):
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
            for name in self._files.get(subject, ())
            if (typing := self._typing(name, subject)) is not None
        ]

    def _typing(self, name: str, subject: Term) -> Triple | None:
        said = self.triples(name, subject)
        return next((t for t in said if t.predicate == rdf("type")), None)

    def find(
        self, focus_node: Term, predicates: frozenset[Term], value: Term | None
    ) -> Place | None:
        """Return the place of the triple, else of its predicate, else of its subject.

        Where values are too many or too alike, no single one is wrong: the last is pointed at.
        """
        best: tuple[int, Place] | None = None
        for name in self._files.get(focus_node, ()):
            for triple in self.triples(name, focus_node):
                rated = _rated(name, triple, predicates, value)
                if best is None or rated[0] < best[0] or (value is None and rated[0] == best[0]):
                    best = rated
        return best[1] if best is not None else self._elsewhere(focus_node)

    def _elsewhere(self, term: Term) -> Place | None:
        """Return where *term* is mentioned, or the file alone where it has no positions."""
        mention = self._mention(term)
        if mention is not None:
            return mention
        names = self._files.get(term) or ([self._objects[term]] if term in self._objects else [])
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


def _rated(
    name: str, triple: Triple, predicates: frozenset[Term], value: Term | None
) -> tuple[int, Place]:
    """Return how well *triple* fits (0 best), and the place it gives."""
    fits = triple.predicate in predicates
    if value is not None and triple.object == value and (fits or not predicates):
        return 0, Place(name, triple.object_span)
    if fits:
        # A store may write a number its own way: 4.0 as 4.
        is_like = value is None or isinstance(value, ox.Literal)
        return (1 if is_like else 2), Place(name, triple.object_span)
    if value is not None and triple.object == value:
        return 3, Place(name, triple.object_span)
    return (4 if triple.predicate == rdf("type") else 5), Place(name, triple.subject_span)


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
    is_missing = kind in _MISSING
    place = where.find(
        result.focus_node,
        frozenset() if is_missing else _predicates(shapes, result.path),
        None if is_missing else result.value,
    )
    name = compact(str(getattr(result.source_shape, "value", "")))
    return Diagnostic(
        code=result.code or kind,
        severity=_SEVERITIES.get(result.severity.value, "error"),
        message=_message(result, shape, kind),
        place=place,
        label=_label(result, kind),
        help=_help(result, where),
        notes=_notes(result, shape, name, origins),
        focus_node=_shown(result.focus_node),
        path=_shown(result.path),
        value=_shown(result.value),
        component=compact(result.component),
        source_shape=name or None,
    )


def _message(result: Result, shape: Shape | None, kind: str) -> str:
    english = [m for m in result.messages if m.language in (None, "en")] or list(result.messages)
    if english:
        return english[0].value
    return f"{_shown(result.focus_node)} violates {kind}"


def _label(result: Result, kind: str) -> str:
    if kind in _MISSING and isinstance(result.path, ox.NamedNode):
        return f"no `{compact(result.path.value)}` in this statement"
    return ""


def _help(result: Result, where: Positions) -> str:
    value = result.value if isinstance(result.value, ox.NamedNode) else None
    for term in (value, result.path):
        if isinstance(term, ox.NamedNode):
            close = get_close_matches(compact(term.value), where.known, n=1, cutoff=0.85)
            if close and close[0] != compact(term.value) and term == value:
                return f"did you mean `{close[0]}`?"
    return ""


def _notes(
    result: Result, shape: Shape | None, name: str, origins: Mapping[str, str]
) -> tuple[str, ...]:
    notes = []
    if name:
        origin = origins.get(str(getattr(result.source_shape, "value", "")))
        notes.append(f"required by `{name}`" + (f", {origin}" if origin else ""))
    if shape is not None and shape.reason:
        notes.append(shape.reason)
    return tuple(notes)


def _shown(term: Term | None) -> str | None:
    if term is None:
        return None
    return compact(term.value) if isinstance(term, ox.NamedNode) else str(term)
