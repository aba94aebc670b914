"""What is wrong with files themselves: their encoding, syntax, form, header and definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from heritagekg import workspace
from heritagekg.diagnostics.model import Diagnostic, Edit, Place, Related
from heritagekg.diagnostics.rules import RULES
from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.spans import Places, Span
from heritagekg.terms import PREFIXES, compact
from heritagekg.turtle.tokens import tokens
from heritagekg.validation.shapes import rdf
from heritagekg.validation.suggest import nearest

_DATASET = ox.NamedNode(PREFIXES["void"] + "Dataset")
_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} ).*", re.MULTILINE)
_ENDS = re.compile(r"\r\n|\n|\r")
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
    "LoadDocumentCallback": "an @context at an address is not fetched; put it into the file itself",
}

_QUOTES = ('"', "'")
_CURLY_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u201b"
# How a text begins that is something else -> what it is.
_OTHER_LANGUAGES = {
    "<!doctype html": "this is a web page, not the data behind it",
    "<html": "this is a web page, not the data behind it",
    "<?xml": "this looks like RDF/XML, which is not Turtle",
    "<rdf:rdf": "this looks like RDF/XML, which is not Turtle",
    "{": "this looks like JSON, which is not Turtle",
    "version https://git-lfs": "this stands for a file that Git LFS keeps: `git lfs pull` gets it",
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
    found = conflict(name, text, error.lineno)
    if found is not None:
        return found
    message = error.msg.split(": ", 1)[-1]
    line, column = error.lineno or 1, error.offset or 1
    end = (error.end_lineno or line, error.end_offset or column)
    if end <= (line, column):
        end = (line, column + 1)
    place = Place(name, Span(line, column, *end))
    if undeclared := _UNDECLARED.search(message):
        return _undeclared(undeclared[1], text, place)
    written = _ENDS.split(text)[line - 1 : line]
    letter = written[0][column - 1 : column] if written else ""
    help_ = (
        _other_language(text)
        or _odd_letter(letter)
        or ("the text that begins here is never closed" if letter in _QUOTES else "")
        or next((said for part, said in _HELP.items() if part in message), "")
    )
    if letter and not letter.isprintable():
        message = message.replace(letter, _code_point(letter))
    said = RULES["syntax-error"].message if name.endswith(".ttl") else "file does not parse"
    return finding("syntax-error", place, f"{said}: {message}", help=help_)


def conflict(name: str, text: str, line: int | None = None) -> Diagnostic | None:
    """Return the finding for the marks of a merge conflict: all three, or one in *line*.

    They may stand in a text between quotes, where the parser takes them for a part of it.
    """
    marks = list(_CONFLICT.finditer(text))
    if not marks:
        return None
    span = Places(text).span
    found: list[re.Match[str]] = []
    for mark in marks:
        if len(found) < 3 and mark[0][0] == "<=>"[len(found)]:
            found.append(mark)
    if len(found) < 3:
        found = [mark for mark in marks if span(mark.start(), mark.end()).line == line]
    if not found:
        return None
    first, *others = [Place(name, span(mark.start(), mark.end())) for mark in found]
    words = ("the other version begins here", "and ends here")
    related = tuple(map(Related, others, words))
    marks_ = "the three marks" if others else "the mark"
    help_ = f"keep what is right of the two versions and take {marks_} out"
    return finding("merge-conflict", first, help=help_, related=related)


def _other_language(text: str) -> str:
    """Return what a text is that begins like one of another language."""
    start = text[:200].lstrip().lower()
    return next((said for begin, said in _OTHER_LANGUAGES.items() if start.startswith(begin)), "")


def _odd_letter(letter: str) -> str:
    """Return what to write instead of a letter that word processors make."""
    if letter and letter in _CURLY_QUOTES:
        return 'texts stand between straight quotes: `"`'
    if not letter or (letter.isprintable() and (letter.isascii() or letter.isalnum())):
        return ""
    import unicodedata

    name = unicodedata.name(letter, "a control character").lower()
    return f"{_code_point(letter)} is {name}; take it out, or write it between quotes"


def _code_point(letter: str) -> str:
    return f"U+{ord(letter):04X}"


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


def left_out(folder: Path, name: str, ending: str | tuple[str, ...]) -> Iterable[Diagnostic]:
    """Yield a finding for each link to a folder in *folder*, called *name*, and each pipe."""
    for path, kind in workspace.left_out(folder, ending):
        place = Place(workspace.printable(f"{name}/{path.relative_to(folder).as_posix()}"))
        if kind == "link":
            yield finding("folder-link-ignored", place, help="put the files themselves there")
        else:
            yield finding("file-unreadable", place, help="put a file there, or take it away")


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
    renamed = _header_of_another(quads, text)
    if renamed is not None:
        at, other = renamed
        span = Places(text).span(at, at + len(other))
        yield finding(
            "header-missing",
            Place(name, span),
            f"header is about another file, {other}",
            help="name this file in it",
            edit=Edit(name, span, f"<{graph}>"),
            focus_node=compact(graph),
        )
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


def _header_of_another(quads: Iterable[ox.Quad], text: str) -> tuple[int, str] | None:
    """Return where the one header of *text* begins and what it names: the file before a move."""
    about = [quad.subject for quad in quads if quad.object == _DATASET]
    named = [str(node) for node in about if str(node).startswith(f"<{workspace.GRAPHS}data/")]
    if len(about) != 1 or not named:
        return None
    at = text.find(named[0])
    return (at, named[0]) if at >= 0 else None
