"""Answers: tables of solutions and sets of triples, as Python values, frames or files."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from heritagekg.engine.protocol import Term
from heritagekg.errors import ExportError

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas
    import polars
    import pyarrow
    import rdflib

Value: TypeAlias = "str | int | float | Decimal | bool | datetime.date | datetime.datetime | None"

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = {
    _XSD + name
    for name in (
        *("integer", "int", "long", "short", "byte", "unsignedInt", "unsignedLong"),
        *("unsignedShort", "unsignedByte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger"),
    )
}
TABLE_FORMATS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def python_value(term: Term | None) -> Value:
    """Return *term* as a Python value.

    IRIs, blank nodes, strings and dates of coarser precision (`xsd:gYear`, `xsd:gYearMonth`) come
    as `str`; numbers, booleans, `xsd:date` and `xsd:dateTime` as their Python types; a literal
    whose lexical form does not fit its datatype as `str`; an unbound variable as None.

    Examples
    --------
    >>> python_value(ox.Literal("1946", datatype=ox.NamedNode(_XSD + "gYear")))
    '1946'
    >>> python_value(ox.Literal("2022-08-20", datatype=ox.NamedNode(_XSD + "date")))
    datetime.date(2022, 8, 20)
    """
    if term is None:
        return None
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    if isinstance(term, ox.NamedNode) or term.language is not None:
        return str(term.value)
    try:
        return _literal_value(term.value, term.datatype.value)
    except (ValueError, ArithmeticError):
        return str(term.value)


def _literal_value(lexical: str, datatype: str) -> Value:
    if datatype in _INTEGERS:
        return int(lexical)
    match datatype.removeprefix(_XSD):
        case "decimal":
            from decimal import Decimal

            return Decimal(lexical)
        case "double" | "float":
            return float(lexical.replace("INF", "inf"))
        case "boolean":
            return {"true": True, "1": True, "false": False, "0": False}.get(lexical, lexical)
        case "date":
            return datetime.date.fromisoformat(lexical)
        case "dateTime":
            return datetime.datetime.fromisoformat(lexical)
    return lexical


class Row(tuple[Value, ...]):
    """One solution as Python values, by position, by variable name, or by attribute."""

    variables: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        """Return the value at a position, a slice, or of the variable named *key*."""
        if isinstance(key, str):
            try:
                key = self.variables.index(key)
            except ValueError:
                raise KeyError(f"no variable {key!r}; there are {self.variables}") from None
        return super().__getitem__(key)

    def __getattr__(self, name: str) -> Any:
        if name in self.variables:
            return super().__getitem__(self.variables.index(name))
        raise AttributeError(f"no variable {name!r}; there are {self.variables}")

    def _asdict(self) -> dict[str, Value]:
        return dict(zip(self.variables, self, strict=True))


class Table:
    r"""The solutions of a SELECT query, in order.

    Iterating gives `Row` after `Row` of Python values (`python_value`); `terms` keeps the RDF
    terms. *answer* asks the engine; it is called again when an answer that was read already is
    wanted in another form.

    Examples
    --------
    >>> store = ox.Store()
    >>> table = Table(lambda: store.query('SELECT ?a (2 AS ?b) { VALUES ?a { "x" "y" } }'))
    >>> [(row.a, row["b"]) for row in table]
    [('x', 2), ('y', 2)]
    >>> table.to_csv()
    'a,b\r\nx,2\r\ny,2\r\n'
    """

    def __init__(self, answer: Callable[[], object]) -> None:
        self._answer = answer
        self._unread: ox.QuerySolutions | None = self._asked()
        self.variables: tuple[str, ...] = tuple(
            variable.value for variable in self._unread.variables
        )

    def _take(self) -> ox.QuerySolutions:
        solutions, self._unread = self._unread or self._asked(), None
        return solutions

    def _asked(self) -> ox.QuerySolutions:
        answer = self._answer()
        assert isinstance(answer, ox.QuerySolutions)
        return answer

    @cached_property
    def terms(self) -> list[tuple[Term | None, ...]]:
        """The solutions as tuples of RDF terms (None where a variable is unbound)."""
        return [tuple(solution) for solution in self._take()]

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[Row]:
        kind = type("Row", (Row,), {"variables": self.variables})
        return (kind(map(python_value, terms)) for terms in self.terms)

    def __getitem__(self, index: int) -> Row:
        kind = type("Row", (Row,), {"variables": self.variables})
        row: Row = kind(map(python_value, self.terms[index]))
        return row

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(self.variables)}>"

    def serialize(self, form: str) -> bytes:
        """Return the W3C SPARQL results document in *form*: csv, tsv, json or xml."""
        if form not in TABLE_FORMATS:
            raise ExportError(f"no table format {form!r}; there are {', '.join(TABLE_FORMATS)}")
        return bytes(self._take().serialize(format=TABLE_FORMATS[form]) or b"")

    def to_csv(self) -> str:
        """Return the solutions as SPARQL 1.1 CSV: plain values, CRLF line ends."""
        return self.serialize("csv").decode()

    def to_arrow(self) -> pyarrow.Table:
        """Return a `pyarrow.Table`, each column typed by its values (mixed ones as strings)."""
        import pyarrow

        columns = zip(*(map(python_value, terms) for terms in self.terms), strict=True)
        values = [list(column) for column in columns] or [[] for _ in self.variables]
        return pyarrow.table(
            [pyarrow.array(_one_type(column)) for column in values], names=list(self.variables)
        )

    def to_pandas(self) -> pandas.DataFrame:
        """Return a `pandas.DataFrame` (extra `heritagekg[pandas]`), typed like `to_arrow`."""
        frame: pandas.DataFrame = _with_extra("pandas", lambda: self.to_arrow().to_pandas())
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Return a `polars.DataFrame` (extra `heritagekg[polars]`), typed like `to_arrow`."""

        def convert() -> Any:
            import polars

            return polars.from_arrow(self.to_arrow())

        frame: polars.DataFrame = _with_extra("polars", convert)
        return frame

    def _repr_html_(self) -> str:
        from html import escape

        def cells(tag: str, values: tuple[object, ...]) -> str:
            texts = ("" if value is None else escape(str(value)) for value in values)
            return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"

        shown = "".join(cells("td", row) for row, _ in zip(self, range(100), strict=False))
        more = f"<p>{len(self)} rows, the first 100 shown</p>" if len(self) > 100 else ""
        head = cells("th", self.variables)
        return f"<table><thead>{head}</thead><tbody>{shown}</tbody></table>{more}"


def _one_type(column: list[Any]) -> list[Any]:
    from decimal import Decimal

    kinds = {type(value) for value in column if value is not None}
    if kinds <= {int, float, Decimal} and len(kinds) > 1:
        return [None if value is None else float(value) for value in column]
    if len(kinds) > 1:
        return [None if value is None else str(value) for value in column]
    return column


def _with_extra(name: str, convert: Callable[[], Any]) -> Any:
    try:
        return convert()
    except ModuleNotFoundError:
        raise ExportError(
            f"{name} is not installed; add it with: pip install 'heritagekg[{name}]'"
        ) from None


class Quads:
    r"""The triples of a CONSTRUCT or DESCRIBE query, each once, as a sequence.

    Examples
    --------
    >>> a = ox.NamedNode("http://example.org/a")
    >>> Quads([ox.Triple(a, a, ox.Literal("b"))]).serialize("nt")
    b'<http://example.org/a> <http://example.org/a> "b" .\n'
    """

    def __init__(self, triples: list[ox.Triple]) -> None:
        self.triples = list(dict.fromkeys(triples))

    def __len__(self) -> int:
        return len(self.triples)

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(self.triples)

    def __repr__(self) -> str:
        return f"<Quads: {len(self)} triples>"

    def serialize(self, form: str) -> bytes:
        """Return the triples as *form*: ttl, nt, rdf or jsonld."""
        from heritagekg.terms import PREFIXES

        if form not in GRAPH_FORMATS:
            raise ExportError(f"no graph format {form!r}; there are {', '.join(GRAPH_FORMATS)}")
        written = ox.serialize(self.triples, format=GRAPH_FORMATS[form], prefixes=PREFIXES)
        return bytes(written or b"")

    def to_rdflib(self) -> rdflib.Graph:
        """Return a new `rdflib.Graph` with these triples."""
        import rdflib

        return rdflib.Graph().parse(data=self.serialize("nt"), format="nt")
