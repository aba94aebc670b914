"""What is wrong with files themselves: their encoding, syntax, form, header and definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from heritagekg.diagnostics.model import Diagnostic, Edit, Place, Related
from heritagekg.diagnostics.rules import RULES
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.spans import Places, Span
from heritagekg.terms import PREFIXES, compact
from heritagekg.turtle.tokens import tokens
from heritagekg.validation.shapes import rdf
from heritagekg.validation.suggest import nearest
from heritagekg.workspace import Workspace, folder_links

_DATASET = ox.NamedNode(PREFIXES["void"] + "Dataset")
_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} ).*", re.MULTILINE)
_UNDECLARED = re.compile("The prefix ([^ ]*): has not been declared")
_DECLARATION = re.compile(
    r"^[ \t]*(?:@prefix|PREFIX)[ \t]+([^ \t:]*):", re.MULTILINE | re.IGNORECASE
)
# What the parser says -> what to write.
_HELP = {
    "A dot is expected": "end the statement before it with `.`, or go on with `;`",
    "Unexpected end": "the text stops within a statement; is its end missing?",
    "is not a valid RDF object": "a value is missing here, or a mark is one too many",
    "is not a valid predicate": "a property is missing here, or a mark is one too many",
    "is not a valid RDF subject": "a statement begins with an IRI or a CURIE",
}


def finding(
    name: str,
    place: Place | None,
    message: str = "",
    *,
    help: str = "",
    related: tuple[Related, ...] = (),
    edit: Edit | None = None,
    focus_node: str | None = None,
) -> Diagnostic:
    """Return a finding of the rule *name*; its own message says less than *message* may."""
    rule = RULES[name]
    return Diagnostic(
        rule.code,
        rule.severity,
        message or rule.message,
        place,
        help=help,
        notes=(rule.reason,),
        related=related,
        edit=edit,
        focus_node=focus_node,
    )


def unreadable(name: str, error: WorkspaceError | FileSyntaxError) -> Diagnostic:
    """Return the finding for a file that is not there, too large, or not UTF-8."""
    if isinstance(error, FileSyntaxError):
        span = Span(error.line, error.column, error.line, error.column + 1)
        message, _, help_ = error.message.partition("; ")
        return finding("encoding-other-than-utf-8", Place(name, span), message, help=help_)
    return finding("file-unreadable", Place(name), str(error))


def syntax(name: str, text: str, error: SyntaxError) -> Diagnostic:
    """Return the finding for a text that the strict parser refused with *error*."""
    marks = list(_CONFLICT.finditer(text))
    if marks and marks[0][0].startswith("<"):
        span = Places(text).span
        first, *others = [Place(name, span(mark.start(), mark.end())) for mark in marks[:3]]
        words = ("the other version begins here", "and ends here")
        related = tuple(map(Related, others, words))
        help_ = "keep what is right of the two versions and take the three marks out"
        return finding("merge-conflict", first, help=help_, related=related)
    message = error.msg.split(": ", 1)[-1]
    line, column = error.lineno or 1, error.offset or 1
    end = (error.end_lineno or line, error.end_offset or column)
    if end <= (line, column):
        end = (line, column + 1)
    place = Place(name, Span(line, column, *end))
    if undeclared := _UNDECLARED.search(message):
        return _undeclared(undeclared[1], text, place)
    help_ = next((said for part, said in _HELP.items() if part in message), "")
    said = RULES["syntax-error"].message if name.endswith(".ttl") else "file does not parse"
    return finding("syntax-error", place, f"{said}: {message}", help=help_)


def _undeclared(prefix: str, text: str, place: Place) -> Diagnostic:
    assert place.span is not None
    declared = [match[1] for match in _DECLARATION.finditer(text)]
    message = f"prefix `{prefix}:` is not declared"
    line, column, *_ = place.span
    place = Place(place.file, Span(line, column, line, column + len(prefix) + 1))
    if prefix in PREFIXES:
        after = [m for m in _DECLARATION.finditer(text) if m[1] < prefix]
        at = Places(text).span(after[-1].start(), after[-1].start()).line + 1 if after else 1
        written = f"@prefix {prefix}: <{PREFIXES[prefix]}> ."
        edit = Edit(place.file, Span(at, 1, at, 1), written + "\n")
        return finding("prefix-undeclared", place, message, help="declare it", edit=edit)
    meant = nearest(prefix, declared) or nearest(prefix, PREFIXES)
    if meant is None:
        help_ = f"begin the file with `@prefix {prefix}: <…> .` and the namespace it stands for"
        return finding("prefix-undeclared", place, message, help=help_)
    assert place.span is not None
    edit = Edit(place.file, place.span, f"{meant}:")
    return finding("prefix-undeclared", place, message, help=f"did you mean `{meant}:`?", edit=edit)


def form(name: str, path: Path, text: str) -> Iterable[Diagnostic]:
    """Yield what is odd about the letters of a file: a byte order mark, line ends, tabs."""
    with path.open("rb") as file:
        has_mark = file.read(3) == b"\xef\xbb\xbf"
    rewrite = "`heritagekg format` rewrites the file"
    if has_mark:
        yield finding("byte-order-mark", Place(name, Span(1, 1, 1, 2)), help=rewrite)
    if "\r" in text:
        yield finding("carriage-returns", Place(name, _first("\r", text)), help=rewrite)
    if "\t" in text:
        at = _between_tokens("\t", text)
        if at is not None:
            span = Places(text).span(at, at + 1)
            yield finding("tabs", Place(name, span), help=rewrite)


def _first(letter: str, text: str) -> Span:
    """Return the span of the line that holds *letter* first."""
    at = text.index(letter)
    line = Places(text).span(at, at)
    return Span(line.line, 1, line.line, max(2, line.column))


def _between_tokens(letter: str, text: str) -> int | None:
    """Return the offset of the first *letter* that is part of no token."""
    end = 0
    for _, token, start in tokens(text):
        at = text.find(letter, end, start)
        if at >= 0:
            return at
        end = start + len(token)
    return None


def links(workspace: Workspace) -> Iterable[Diagnostic]:
    """Yield a finding for each link to a folder under `data/`."""
    for name in folder_links(workspace, "data"):
        help_ = "put the files themselves there"
        yield finding("folder-link-ignored", Place(name), help=help_)


def defined_twice(subject: ox.NamedNode, places: list[Place]) -> Diagnostic:
    """Return the finding for an entity that the files at *places* define."""
    first, *others = places
    return finding(
        "entity-defined-twice",
        first,
        f"{compact(subject.value)} is defined in {len(places)} files",
        help="keep the type and labels in one file; the others only point at it",
        related=tuple(Related(place, "it is defined here too") for place in others),
        focus_node=compact(subject.value),
    )


def header(name: str, graph: str, quads: Iterable[ox.Quad], text: str) -> Iterable[Diagnostic]:
    """Yield a finding where a data file does not describe itself."""
    described = ox.NamedNode(graph)
    if any(
        quad.subject == described and quad.predicate == rdf("type") and quad.object == _DATASET
        for quad in quads
    ):
        return
    line = 1 + max(
        (Places(text).span(m.start(), m.start()).line for m in _DECLARATION.finditer(text)),
        default=0,
    )
    statement = ("" if line == 1 else "\n") + (
        f'<{graph}>\n    a void:Dataset ;\n    dcterms:title "{Path(name).stem}"@en ;\n'
        f"    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;\n.\n"
    )
    yield finding(
        "header-missing",
        Place(name, Span(1, 1, 1, 2)),
        help=f"begin with the statement on <{graph}>",
        edit=Edit(name, Span(line, 1, line, 1), statement, is_example=True),
        focus_node=compact(graph),
    )
