"""Answers as W3C documents, written row by row, so that one cut at a limit is still well-formed.

The engine's own serialisers write until the last row or not at all. Here each row is written
alone and the document is closed behind whichever row came last. A document that was cut says so
where its format has a place for a note: a `truncated` member in JSON results, a comment in XML,
RDF/XML, Turtle, N-Triples, TriG and N-Quads. CSV, TSV and JSON-LD have none (`SILENT`); whoever
sends those has to say it beside the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from json.encoder import encode_basestring
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import escape

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.errors import QueryError
from heritagekg.terms import PREFIXES

Answer: TypeAlias = "ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples"
Solution: TypeAlias = "Sequence[Term | ox.Triple | None]"

SILENT = frozenset({"csv", "tsv", "jsonld"})
RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}

_CHUNK = 1 << 15
# What the end of a document and its note need at most.
_TAIL = 256
_XSD = "http://www.w3.org/2001/XMLSchema#"
_STRING = _XSD + "string"
_NUMBERS = {
    _XSD + "integer": re.compile(r"[+-]?\d+"),
    _XSD + "decimal": re.compile(r"[+-]?\d*\.\d+"),
    _XSD + "double": re.compile(r"[+-]?(?:\d+\.\d*|\.?\d+)[eE][+-]?\d+"),
    _XSD + "boolean": re.compile(r"true|false"),
}
# Characters that XML 1.0 cannot carry at all, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


class Outcome(NamedTuple):
    """What was written: how many rows, and the limit that cut them: rows, bytes or ""."""

    rows: int
    cut: str = ""

    def note(self) -> str:
        """Return the sentence that a cut document carries."""
        return f"truncated at the limit of {self.cut}: {self.rows} rows, there are more"


class Sink:
    """Collects pieces of bytes and hands them on in chunks; counts them."""

    __slots__ = ("_pieces", "_send", "_waiting", "size")

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._pieces: list[bytes] = []
        self._waiting = 0
        self.size = 0

    def write(self, piece: bytes) -> int:
        """Take *piece*; part of the face of a binary file that serialisers write to."""
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        self._waiting += len(piece)
        if self._waiting >= _CHUNK:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Hand on what was collected."""
        if self._pieces:
            self._send(b"".join(self._pieces))
        self._pieces.clear()
        self._waiting = 0


def write(
    answer: Answer,
    form: str,
    send: Callable[[bytes], None],
    *,
    max_rows: int | None = None,
    max_bytes: int | None = None,
) -> Outcome:
    r"""Write *answer* as *form* through *send*, at most *max_rows* rows and *max_bytes* bytes.

    Parameters
    ----------
    answer
        What `pyoxigraph.Store.query` returned; it is read to its end or to the limit.
    form
        A key of `RESULTS` for solutions and booleans, of `GRAPHS` for triples.
    send
        Takes the document in chunks of bytes.
    max_rows, max_bytes
        The limits; None for none. Triples count as rows.

    Raises
    ------
    QueryError
        If *form* is none for this kind of answer.

    Examples
    --------
    >>> store = ox.Store()
    >>> chunks = []
    >>> answer = store.query("SELECT ?n { VALUES ?n { 1 2 3 } }")
    >>> write(answer, "tsv", chunks.append, max_rows=2)
    Outcome(rows=2, cut='rows')
    >>> b"".join(chunks)
    b'?n\n1\n2\n'
    """
    sink = Sink(send)
    if isinstance(answer, ox.QueryTriples):
        if form not in GRAPHS:
            raise QueryError(f"triples cannot be written as {form!r}; take {', '.join(GRAPHS)}")
        outcome = _write_triples(answer, form, sink, max_rows, max_bytes)
    elif form not in RESULTS:
        raise QueryError(f"solutions cannot be written as {form!r}; take {', '.join(RESULTS)}")
    elif isinstance(answer, ox.QueryBoolean):
        sink.write(bytes(answer.serialize(format=RESULTS[form]) or b""))
        outcome = Outcome(1)
    else:
        outcome = _write_solutions(answer, form, sink, max_rows, max_bytes)
    sink.flush()
    return outcome


def _write_solutions(
    answer: ox.QuerySolutions, form: str, sink: Sink, max_rows: int | None, max_bytes: int | None
) -> Outcome:
    layout = _LAYOUTS[form]
    names = [variable.value for variable in answer.variables]
    sink.write(layout.head(names).encode())
    row, between, rows = layout.row(names), layout.between.encode(), 0
    room = None if max_bytes is None else max(max_bytes - _TAIL, 0)
    cut = ""
    for solution in answer:
        if rows == max_rows:
            cut = "rows"
            break
        written = row(solution).encode("utf-8", "replace")
        if room is not None and sink.size + len(written) > room:
            cut = "bytes"
            break
        sink.write(between + written if rows else written)
        rows += 1
    outcome = Outcome(rows, cut)
    sink.write(layout.tail(outcome).encode())
    return outcome


def _write_triples(
    answer: ox.QueryTriples, form: str, sink: Sink, max_rows: int | None, max_bytes: int | None
) -> Outcome:
    cut, rows = "", 0

    def counted() -> Iterator[ox.Triple]:
        nonlocal cut, rows
        # The serialiser holds some kilobytes back, so its output is estimated as well as counted.
        estimate = 0
        for triple in answer:
            if rows == max_rows:
                cut = "rows"
                return
            if max_bytes is not None:
                estimate += len(str(triple).encode()) + 4
                if max(estimate, sink.size) > max_bytes - _TAIL:
                    cut = "bytes"
                    return
            rows += 1
            yield triple

    ox.serialize(counted(), sink, GRAPHS[form], prefixes=PREFIXES)  # type: ignore[arg-type]
    outcome = Outcome(rows, cut)
    if cut and form == "rdf":
        sink.write(f"\n<!-- {outcome.note()} -->\n".encode())
    elif cut and form not in SILENT:
        sink.write(f"# {outcome.note()}\n".encode())
    return outcome


class _Layout(NamedTuple):
    """How a results format opens, writes a row, separates rows and closes."""

    head: Callable[[list[str]], str]
    row: Callable[[list[str]], Callable[[Solution], str]]
    between: str
    tail: Callable[[Outcome], str]


def _json_term(term: Term | ox.Triple) -> str:
    if isinstance(term, ox.NamedNode):
        return '{"type":"uri","value":' + encode_basestring(term.value) + "}"
    if isinstance(term, ox.BlankNode):
        return '{"type":"bnode","value":' + encode_basestring(term.value) + "}"
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        inner = ",".join(f'"{name}":{_json_term(part)}' for name, part in parts)
        return '{"type":"triple","value":{' + inner + "}}"
    text = '{"type":"literal","value":' + encode_basestring(term.value)
    if term.language:
        text += ',"xml:lang":' + encode_basestring(term.language)
        return text + (f',"its:dir":"{term.direction}"}}' if term.direction else "}")
    datatype = term.datatype.value
    return text + ("}" if datatype == _STRING else f',"datatype":{encode_basestring(datatype)}}}')


def _json_row(names: list[str]) -> Callable[[Solution], str]:
    keys = [encode_basestring(name) + ":" for name in names]

    def row(solution: Solution) -> str:
        pairs = zip(keys, solution, strict=True)
        return "{" + ",".join([k + _json_term(term) for k, term in pairs if term is not None]) + "}"

    return row


def _json_head(names: list[str]) -> str:
    return f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":[\n'


def _json_tail(outcome: Outcome) -> str:
    note = {"by": outcome.cut, "rows": outcome.rows, "note": outcome.note()}
    return "\n]}" + (f',"truncated":{json.dumps(note)}' if outcome.cut else "") + "}\n"


def _xml_text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _xml_attribute(text: str) -> str:
    return '"' + escape(_NOT_XML.sub("\ufffd", text), _ATTRIBUTE) + '"'


def _xml_term(term: Term | ox.Triple) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        inner = "".join(f"<{name}>{_xml_term(part)}</{name}>" for name, part in parts)
        return f"<triple>{inner}</triple>"
    attributes = ""
    if term.language:
        attributes = f" xml:lang={_xml_attribute(term.language)}"
        if term.direction:
            its = "http://www.w3.org/2005/11/its"
            attributes += f' xmlns:its="{its}" its:version="2.0" its:dir="{term.direction}"'
    elif term.datatype.value != _STRING:
        attributes = f" datatype={_xml_attribute(term.datatype.value)}"
    return f"<literal{attributes}>{_xml_text(term.value)}</literal>"


def _xml_row(names: list[str]) -> Callable[[Solution], str]:
    opened = [f"<binding name={_xml_attribute(name)}>" for name in names]

    def row(solution: Solution) -> str:
        pairs = zip(opened, solution, strict=True)
        cells = [f"{o}{_xml_term(term)}</binding>" for o, term in pairs if term is not None]
        return "<result>" + "".join(cells) + "</result>"

    return row


def _xml_head(names: list[str]) -> str:
    variables = "".join(f"<variable name={_xml_attribute(name)}/>" for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
        f"<head>{variables}</head><results>\n"
    )


def _xml_tail(outcome: Outcome) -> str:
    note = f"<!-- {outcome.note()} -->\n" if outcome.cut else ""
    return "\n</results></sparql>\n" + note


def _csv_row(names: list[str]) -> Callable[[Solution], str]:
    def cell(term: Term | ox.Triple | None) -> str:
        if term is None:
            return ""
        text = term.value if isinstance(term, ox.NamedNode | ox.Literal) else _turtle(term)
        if any(mark in text for mark in '",\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return str(text)

    return lambda solution: ",".join([cell(term) for term in solution]) + "\r\n"


def _turtle(term: Term | ox.Triple) -> str:
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def _tsv_term(term: Term | ox.Triple | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.Literal) and not term.language:
        number = _NUMBERS.get(term.datatype.value)
        if number and number.fullmatch(term.value):
            return term.value
    # The N-Triples form escapes line ends but may leave a tab as it is.
    return _turtle(term).replace("\t", "\\t")


def _tsv_row(names: list[str]) -> Callable[[Solution], str]:
    return lambda solution: "\t".join([_tsv_term(term) for term in solution]) + "\n"


_LAYOUTS = {
    "json": _Layout(_json_head, _json_row, ",\n", _json_tail),
    "xml": _Layout(_xml_head, _xml_row, "\n", _xml_tail),
    "csv": _Layout(lambda names: ",".join(names) + "\r\n", _csv_row, "", lambda outcome: ""),
    "tsv": _Layout(
        lambda names: "\t".join("?" + name for name in names) + "\n", _tsv_row, "", lambda _: ""
    ),
}
