"""The exceptions of heritagekg: each quotes what was wrong and says what would be right."""

from __future__ import annotations

from collections.abc import Iterable


class HeritageKGError(Exception):
    """The base of every error that heritagekg raises on purpose."""


class WorkspaceError(HeritageKGError):
    """A folder or file cannot be read as a workspace or as RDF data."""


class FileSyntaxError(HeritageKGError):
    """A file breaks the syntax of its format; *line* and *column* count from 1."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.path, self.line, self.column, self.message = path, line, column, message


class RevisionError(HeritageKGError):
    """Git cannot give the files of a revision."""


class QueryError(HeritageKGError):
    """A query cannot be answered as it was asked."""


class QuerySyntaxError(QueryError):
    """A query is not SPARQL 1.1; the message carries line and column."""


class QueryRefused(QueryError):
    """A query asks for what an engine never does: updates, SERVICE, a graph it does not hold."""


class QueryTimeout(QueryError):
    """A query ran past its time limit and was stopped."""


class UnknownName(HeritageKGError):
    """No query, view, entity, parameter or format has the name that was given."""


class AmbiguousName(HeritageKGError):
    """A label names several entities; *candidates* are their CURIEs with labels."""

    def __init__(self, message: str, candidates: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class BadParameter(HeritageKGError):
    """A parameter's value is not of the type that the query declares."""


class ExportError(HeritageKGError):
    """A network or table cannot be written as asked."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"` for the known name closest to *name*, or an empty string.

    Examples
    --------
    >>> did_you_mean("comittees/chairs", ["committees/chairs", "museums/names"])
    "; did you mean 'committees/chairs'?"
    >>> did_you_mean("zebra", ["committees/chairs"])
    ''
    """
    # Imported here: most commands find what they are asked for.
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
