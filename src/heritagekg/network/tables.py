"""The two tables of a view: edges between integer codes, and the nodes that have these codes."""

from __future__ import annotations

import datetime
import io
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from heritagekg.dates import OPEN_END, OPEN_START
from heritagekg.engine.bindings import restrict, unordered
from heritagekg.engine.protocol import Bindings, Engine, Term
from heritagekg.errors import WorkspaceError
from heritagekg.terms import ENTITIES, PREFIXES, compact, expand

if TYPE_CHECKING:
    import pyarrow

    from heritagekg.engine.results import Table

# Variable of a view's query -> column of the edge table.
BOUNDS = {
    "possibleFrom": "start",
    "possibleUntil": "end",
    "certainFrom": "certain_from",
    "certainUntil": "certain_until",
}
_EDGE = ("source", "target", "kind", "weight", *BOUNDS, "fact", "document")
_NODE = ("node", "label", "kind", "country")
_OPEN = {OPEN_START, OPEN_END}
# So many things are asked about at once: no more than an endpoint takes in one query.
AT_ONCE = 1000
# An IRI in TSV that is a thing of the project, and a literal, with or without tag or datatype.
_ENTITY = f"^<{ENTITIES}([a-z-]+)/([^/>]+)>$"
_LITERAL = r'(?s)^"(.*)"(?:@([A-Za-z0-9-]+)|\^\^<[^>]*>)?$'
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", '\\"': '"', "\\\\": "\\"}
_DOCUMENTS = """SELECT ?node ?title ?url WHERE {
  { ?node dcterms:title|skos:prefLabel ?title . } UNION { ?node hkg:url ?url . }
} ORDER BY ?node ?title ?url"""
# What neither XML 1.0 (§2.2) nor JSON can hold as it is.
_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]"


class Edges(NamedTuple):
    """The edges in an answer, between places in *iris*; *left_out* rows tied no two things."""

    table: pyarrow.Table
    iris: pyarrow.Array
    left_out: int = 0


def read_edges(answer: Table) -> Edges:
    """Return the edges in the *answer* of a view's query, in its order.

    Rows that differ only in the document are one edge with all its documents; any other two are
    two edges, also between the same two things. A literal is no thing: rows with one as source or
    target are left out and counted.

    Returns
    -------
    Edges
        Its table has the columns source, target (int32, places in `iris`), kind (CURIE or text),
        weight (float64, 1 where the view has none), start, end, certain_from, certain_until
        (date32, null where open), certainty, fact (CURIE), document (CURIEs, joined by a space),
        and as text whatever else the query selects.

    Raises
    ------
    WorkspaceError
        If the query has no variables `source` and `target`, a weight is no finite number, or a
        bound is no day.
    """
    import pyarrow
    import pyarrow.compute as pc

    for name in ("source", "target"):
        if name not in answer.variables:
            raise WorkspaceError(f"the query of a network view selects ?{name}; this one does not")
    rows = _columns(answer)
    is_tie = pc.and_(*(pc.starts_with(rows[name], "<") for name in ("source", "target")))
    ties = rows.filter(pc.fill_null(is_tie, False))
    left_out = rows.num_rows - ties.num_rows
    ties = _with_all_documents(ties)
    iris, ends = _coded(ties["source"], ties["target"])
    count = ties.num_rows

    def column(name: str, convert: Callable[[str], Any], kind: Any, default: Any = None) -> Any:
        if name not in ties.column_names:
            return pyarrow.nulls(count, kind) if default is None else pyarrow.repeat(default, count)
        values = each_once(ties[name], convert, kind)
        return values if default is None else pc.fill_null(values, default)

    text, day = pyarrow.string(), pyarrow.date32()
    columns = dict(zip(("source", "target"), ends, strict=True))
    columns["kind"] = names_of(ties["kind"]) if "kind" in ties.column_names else None
    columns["weight"] = column("weight", _weight, pyarrow.float64(), 1.0)
    for name, title in BOUNDS.items():
        columns[title] = column(name, lambda term, name=name: _day(name, term), day)  # type: ignore[misc]
    columns["certainty"] = pyarrow.repeat("certain", count)
    for name in ("fact", "document", *(n for n in ties.column_names if n not in _EDGE)):
        columns[name] = names_of(ties[name]) if name in ties.column_names else None
    return Edges(
        pyarrow.table(
            {
                name: pyarrow.nulls(count, text) if values is None else values
                for name, values in columns.items()
            }
        ),
        iris,
        left_out,
    )


def read_nodes(
    engine: Engine, query: str, iris: pyarrow.Array, bindings: Bindings | None = None
) -> pyarrow.Table:
    """Return the node table of *iris*, each at the place that is its code, asked by *query*.

    Parameters
    ----------
    engine
        What is asked.
    query
        A query for ?node, ?label, ?kind (its classes) and ?country, in any mixture of rows;
        it is asked about a thousand nodes at a time. What else it selects becomes text columns.
    iris
        The IRIs of the nodes.
    bindings
        What the query's parameters are fixed to.

    Returns
    -------
    pyarrow.Table
        code (int32), id (CURIE), iri, label (English, else in the first language there is, else
        the CURIE), labels (JSON: language to label), kind (CURIE of its most special class; null:
        unknown), country (CURIE; null: none stated).
    """
    import pyarrow
    import pyarrow.compute as pc

    rows = _asked(engine, query, iris, bindings)
    names = names_of(pc.binary_join_element_wise("<", iris, ">", ""))
    label, labels = _labels(rows, len(iris))
    columns = {
        "code": pyarrow.array(range(len(iris)), pyarrow.int32()),
        "id": names,
        "iri": iris,
        "label": pc.coalesce(label, names),
        "labels": labels,
        "kind": _kinds(rows, len(iris), superclasses(engine)),
        "country": _first(rows, "country", len(iris)),
    }
    for name in rows.column_names:
        if name not in (*_NODE, "place"):
            columns[name] = _first(rows, name, len(iris))
    return pyarrow.table(columns)


def _asked(
    engine: Engine, query: str, iris: pyarrow.Array, bindings: Bindings | None
) -> pyarrow.Table:
    """Return the answers about *iris*, with the place of each node among them."""
    import pyarrow
    import pyarrow.compute as pc

    answers = []
    for start in range(0, max(len(iris), 1), AT_ONCE):
        asked = [ox.NamedNode(iri) for iri in iris.slice(start, AT_ONCE).to_pylist()]
        # The order is that of *iris*, so none is asked for, which takes half of the time.
        text = restrict(unordered(query), "node", asked)
        answers.append(_columns(engine.select(text, bindings)))
    rows = pyarrow.concat_tables(answers)
    # Each node is in several rows, and looked for once.
    coded = pc.dictionary_encode(rows["node"].combine_chunks())
    named = pc.index_in(coded.dictionary, pc.binary_join_element_wise("<", iris, ">", ""))
    places = named.take(coded.indices)
    rows = rows.append_column("place", places)
    return rows.filter(pc.is_valid(places)) if places.null_count else rows


def _labels(rows: pyarrow.Table, count: int) -> tuple[Any, Any]:
    """Return each node's label in English or else the first language, and all as JSON."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    said = rows.select(["place", "label"]).filter(pc.is_valid(rows["label"]))
    parts = pc.extract_regex(said["label"], r'(?s)^"(?P<text>.*)"(?:@(?P<language>[A-Za-z0-9-]+))?')
    text = pc.replace_substring_regex(pc.struct_field(parts, "text"), _CONTROL, "")
    language = pc.struct_field(parts, "language")
    rank = pc.if_else(
        pc.equal(language, "en"), "", pc.if_else(pc.equal(language, ""), "~", language)
    )
    table = pyarrow.table(
        {"place": said["place"], "rank": rank, "language": language, "text": text}
    ).sort_by([("place", "ascending"), ("rank", "ascending"), ("text", "ascending")])
    # One label a language, as the shapes ask; of two the first is taken. (Not by `group_by`,
    # which keeps no order within a group of many.)
    places = table["place"].to_numpy()
    ranks = table["rank"].combine_chunks()
    is_again = np.zeros(len(places), bool)
    is_again[1:] = (places[1:] == places[:-1]) & pc.equal(ranks[1:], ranks[:-1]).to_numpy(
        zero_copy_only=False
    )
    table = table.filter(pyarrow.array(~is_again))
    offsets = np.searchsorted(table["place"].to_numpy(), np.arange(count + 1))
    # The escapes of a text in TSV are those of JSON.
    pair = pc.binary_join_element_wise('"', table["language"], '": "', table["text"], '"', "")
    lists = pyarrow.ListArray.from_arrays(
        pyarrow.array(offsets.astype(np.int32)), pair.combine_chunks()
    )
    joined = pc.binary_join_element_wise("{", pc.binary_join(lists, ", "), "}", "")
    has_label = np.diff(offsets) > 0
    first = pyarrow.array(np.where(has_label, offsets[:-1], 0), mask=~has_label)
    return unescaped(table["text"]).take(first), joined


def _kinds(rows: pyarrow.Table, count: int, above: Mapping[str, set[str]]) -> Any:
    """Return for each node the CURIE of the class that has most classes above it."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    said = rows.select(["place", "kind"]).filter(pc.is_valid(rows["kind"]))
    coded = pc.dictionary_encode(said["kind"].combine_chunks())
    classes = [text.strip("<>") for text in coded.dictionary.to_pylist()]
    # The classes of other vocabularies say less than the project's own.
    order = sorted(
        range(len(classes)),
        key=lambda code: (
            not classes[code].startswith(PREFIXES["hkg"]),
            -len({one for one in above.get(classes[code], ()) if one.startswith(PREFIXES["hkg"])}),
            classes[code],
        ),
    )
    ranks = np.empty(len(classes), np.int64)
    ranks[order] = np.arange(len(classes))
    best = np.full(count, len(classes), np.int64)
    if len(classes):
        np.minimum.at(best, said["place"].to_numpy(), ranks[coded.indices.to_numpy()])
    names = pyarrow.array([*(compact(classes[code]) for code in order), None], pyarrow.string())
    return names.take(pyarrow.array(best))


def _first(rows: pyarrow.Table, name: str, count: int) -> Any:
    """Return each node's value in the column *name*, the first by name where there are several."""
    import pyarrow
    import pyarrow.compute as pc

    if name not in rows.column_names:
        return pyarrow.nulls(count, pyarrow.string())
    said = rows.select(["place", name]).filter(pc.is_valid(rows[name]))
    grouped = said.group_by("place").aggregate([(name, "min")])
    places = grouped["place"].combine_chunks()
    at = pc.index_in(pyarrow.array(range(count), pyarrow.int32()), places)
    return names_of(grouped[f"{name}_min"]).take(at)


def read_documents(engine: Engine, edges: pyarrow.Table) -> dict[str, tuple[str, str]]:
    """Return the title and the web address (or "") of each document that *edges* name, by CURIE."""
    import pyarrow
    import pyarrow.compute as pc

    said = pc.unique(pc.drop_null(edges["document"].combine_chunks()))
    names = pc.unique(pc.list_flatten(pc.split_pattern(said, " ")))
    documents = [name for name in names.to_pylist() if name]
    iris = pyarrow.array([expand(name) for name in documents], pyarrow.string())
    rows = _asked(engine, _DOCUMENTS, iris, None)
    columns = [unescaped(_first(rows, name, len(iris))).to_pylist() for name in ("title", "url")]
    return {
        name: (title or name, url or "")
        for name, title, url in zip(documents, *columns, strict=True)
    }


def superclasses(engine: Engine) -> dict[str, set[str]]:
    """Return every class of the ontology with all classes above it."""
    above: dict[str, set[str]] = defaultdict(set)
    answer = engine.select(
        "SELECT ?class ?super WHERE { ?class rdfs:subClassOf+ ?super . FILTER(ISIRI(?super)) }"
    )
    for row in answer:
        above[row["class"]].add(row["super"])
    return above


def used(edges: Edges) -> Edges:
    """Return *edges* with only those nodes that they tie, numbered anew in the same order."""
    import numpy as np
    import pyarrow

    table = edges.table
    ends = [table[name].to_numpy() for name in ("source", "target")]
    kept, places = np.unique(np.concatenate(ends), return_inverse=True)
    for index, (name, codes) in enumerate(
        zip(("source", "target"), np.split(places.astype(np.int32), 2), strict=True)
    ):
        table = table.set_column(index, name, pyarrow.array(codes))
    return Edges(table, edges.iris.take(pyarrow.array(kept)), edges.left_out)


def _columns(answer: Table) -> pyarrow.Table:
    """Return the *answer* as columns of terms in SPARQL's TSV syntax; null where unbound."""
    import pyarrow
    from pyarrow import csv

    names = list(answer.variables)
    table = csv.read_csv(
        io.BytesIO(answer.serialize("tsv")),
        read_options=csv.ReadOptions(column_names=names, skip_rows=1, block_size=1 << 24),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pyarrow.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
    return table


def _with_all_documents(ties: pyarrow.Table) -> pyarrow.Table:
    """Return *ties* with one row for those that differ in their document alone."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    if "document" not in ties.column_names or not ties.num_rows:
        return ties
    keys = [name for name in ties.column_names if name != "document"]
    numbered = pyarrow.table(
        {name: pc.fill_null(ties[name], "") for name in keys}
        | {"row": pyarrow.array(np.arange(ties.num_rows))}
    )
    grouped = numbered.group_by(keys, use_threads=False).aggregate([("row", "min")])
    if grouped.num_rows == ties.num_rows:
        return ties
    numbered = numbered.append_column("document", names_of(ties["document"]))
    lists = numbered.group_by(keys, use_threads=False).aggregate(
        [("row", "min"), ("document", "list")]
    )
    lists = lists.sort_by("row_min")
    documents = [
        " ".join(dict.fromkeys(name for name in found if name is not None)) or None
        for found in lists["document_list"].to_pylist()
    ]
    kept = ties.take(lists["row_min"])
    place = kept.column_names.index("document")
    return kept.set_column(place, "document", pyarrow.array(documents, pyarrow.string()))


def _coded(*columns: pyarrow.ChunkedArray) -> tuple[pyarrow.Array, list[pyarrow.Array]]:
    """Return the sorted IRIs in *columns*, and the columns as places among these."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    chunks = [chunk for column in columns for chunk in column.chunks]
    coded = pc.dictionary_encode(pyarrow.chunked_array(chunks, pyarrow.string())).combine_chunks()
    if isinstance(coded, pyarrow.ChunkedArray):
        coded = coded.chunk(0)
    order = pc.sort_indices(coded.dictionary).to_numpy()
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order), dtype=np.int32)
    places = ranks[coded.indices.to_numpy()]
    iris = pc.utf8_slice_codeunits(coded.dictionary.take(pyarrow.array(order)), 1, -1)
    return iris, [pyarrow.array(part) for part in np.split(places, len(columns))]


def names_of(column: Any) -> Any:
    """Return the terms of a column as names: CURIEs for IRIs, else the text of the literal."""
    import pyarrow
    import pyarrow.compute as pc

    column = column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
    named = pc.replace_substring_regex(column, _ENTITY, r"\1:\2")
    other = pc.fill_null(pc.match_substring_regex(named, '^[<"]'), False)
    if not pc.any(other).as_py():
        return named
    rest = each_once(named.filter(other), _name, pyarrow.string())
    return pc.replace_with_mask(named, other, rest)


def each_once(column: Any, convert: Callable[[str], Any], kind: pyarrow.DataType) -> Any:
    """Return *column* with *convert* put to each different value of it once."""
    import pyarrow
    import pyarrow.compute as pc

    column = column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
    coded = pc.dictionary_encode(column)
    values = [None if term is None else convert(term) for term in coded.dictionary.to_pylist()]
    return pyarrow.array(values, kind).take(coded.indices)


def unescaped(column: Any) -> Any:
    """Return texts in TSV without its escapes."""
    import pyarrow
    import pyarrow.compute as pc

    column = column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
    escaped = pc.fill_null(pc.match_substring(column, "\\"), False)
    if not pc.any(escaped).as_py():
        return column
    rest = pyarrow.array([_unescape(text) for text in column.filter(escaped).to_pylist()])
    return pc.replace_with_mask(column, escaped, rest)


def _unescape(text: str) -> str:
    return re.sub(r'\\[tnr"\\]', lambda match: _ESCAPES[match.group()], text)


def name_of(term: Term) -> str:
    """Return the CURIE of an IRI, or the text of a literal."""
    return compact(term.value) if isinstance(term, ox.NamedNode) else str(term.value)


def _name(term: str) -> str:
    return compact(term[1:-1]) if term.startswith("<") else lexical(term)


def lexical(term: str) -> str:
    """Return the text of a literal, or the IRI without its brackets, in TSV syntax.

    Examples
    --------
    >>> lexical('"2.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'), lexical("3")
    ('2.50', '3')
    """
    found = re.fullmatch(_LITERAL, term)
    return _unescape(found.group(1)) if found else term.strip("<>")


def _day(name: str, term: str) -> datetime.date | None:
    said = lexical(term)
    if said in _OPEN:
        return None
    try:
        return datetime.date.fromisoformat(said[:10])
    except ValueError:
        raise WorkspaceError(
            f"the query of a network view gives {said!r} as ?{name}; "
            "it takes a day such as 2022-08-25"
        ) from None


def _weight(term: str) -> float:
    said = lexical(term)
    with suppress(ValueError):
        # Neither JSON nor GEXF has a word for infinity or for what is no number.
        if isfinite(weight := float(said)):
            return weight
    raise WorkspaceError(
        f"the query of a network view gives {said!r} as ?weight; it takes a number such as 2.5"
    )


def with_names(nodes: pyarrow.Table, edges: pyarrow.Table) -> pyarrow.Table:
    """Return *edges* with the CURIEs of their ends in place of the codes."""
    names = nodes["id"].combine_chunks()
    for place, end in enumerate(("source", "target")):
        edges = edges.set_column(place, end, names.take(edges[end].combine_chunks()))
    return edges


def cleaned(table: pyarrow.Table) -> pyarrow.Table:
    """Return *table* without the control characters in its texts that no text file should hold."""
    import pyarrow
    import pyarrow.compute as pc

    for place, field in enumerate(table.schema):
        if pyarrow.types.is_string(field.type):
            column = pc.replace_substring_regex(table[field.name], _CONTROL, "")
            table = table.set_column(place, field, column)
    return table


def as_csv(table: pyarrow.Table) -> bytes:
    """Return *table* as RFC 4180 CSV in UTF-8, nulls as nothing."""
    from pyarrow import csv

    written = io.BytesIO()
    csv.write_csv(table, written, csv.WriteOptions(quoting_style="needed"))
    return written.getvalue()


def as_parquet(table: pyarrow.Table, metadata: Mapping[str, str]) -> bytes:
    """Return *table* as Parquet with *metadata* in its key-value metadata."""
    from pyarrow import parquet

    written = io.BytesIO()
    kept = {**(table.schema.metadata or {}), **metadata}
    parquet.write_table(table.replace_schema_metadata(kept), written, compression="zstd")
    return written.getvalue()
