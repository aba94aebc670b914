"""Named queries: SPARQL files whose `#+` header says what they ask, with typed parameters."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from zlib import crc32

import pyoxigraph as ox

from heritagekg.engine.protocol import Bindings, Engine, Term
from heritagekg.engine.results import Quads, Table
from heritagekg.errors import BadParameter, UnknownName, WorkspaceError, did_you_mean
from heritagekg.terms import PREFIXES, expand
from heritagekg.workspace import Workspace, WorkspaceFile, cache_folder, read_text

_XSD = "http://www.w3.org/2001/XMLSchema#"
_HEADER = re.compile(r"\A(?:#\+[^\n]*(?:\n|\Z))+")
# Kind of a parameter -> the form its value must have, in words.
KINDS = {
    "iri": "an IRI, a CURIE such as committee:az, or a label",
    "date": "a date such as 2022-08-25",
    "year": "a year such as 2022",
    "integer": "a whole number such as 3",
    "decimal": "a number such as 2.5",
    "string": "a text",
    "language": "a language tag such as en",
}


class Parameter(NamedTuple):
    """A variable of a named query that is fixed when it runs."""

    name: str
    kind: str
    label: str
    default: str | None = None
    optional: bool = False


class NamedQuery(NamedTuple):
    """One question in one `.rq` file.

    Attributes
    ----------
    name
        The path below `queries/` without ending: `people/posts-on-date`.
    summary, description, columns, tags
        What the header says; *columns* maps each variable of the answer to its meaning.
    parameters
        By name, in the order of the header.
    text
        The SPARQL query, header included.
    extra
        Further header fields, such as `network` of a network view.
    """

    name: str
    summary: str
    text: str
    description: str = ""
    parameters: Mapping[str, Parameter] = MappingProxyType({})
    columns: Mapping[str, str] = MappingProxyType({})
    tags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = MappingProxyType({})

    @property
    def form(self) -> str:
        """The query form: select, ask, construct or describe."""
        from heritagekg.engine.bindings import inspect

        return inspect(self.text).form

    def bindings(
        self, values: Mapping[str, object], locate: Callable[[str], ox.NamedNode] | None = None
    ) -> dict[str, Term]:
        """Return the terms for *values*, with defaults for the parameters they leave out.

        Parameters
        ----------
        values
            Parameter name to Python value, text or RDF term. None leaves an optional one open.
        locate
            Finds the entity for a label; without it only IRIs and CURIEs are taken.

        Raises
        ------
        BadParameter
            For an unknown name, a value of the wrong kind, or a missing value.
        """
        for name in values:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise BadParameter(
                    f"query {self.name!r} has no parameter {name!r}"
                    f"{did_you_mean(name, self.parameters)}; it has: {known}"
                )
        bound: dict[str, Term] = {}
        for parameter in self.parameters.values():
            value = values.get(parameter.name, parameter.default)
            if value is None and not parameter.optional:
                raise BadParameter(
                    f"query {self.name!r} needs {parameter.name!r}: {KINDS[parameter.kind]}"
                )
            if value is not None:
                bound[parameter.name] = to_term(value, parameter, locate)
        return bound

    def run(
        self, engine: Engine, bindings: Bindings, *, timeout: float | None = None
    ) -> Table | Quads | bool:
        """Return the answer of *engine* with the parameters fixed to *bindings*."""
        match self.form:
            case "select":
                return engine.select(self.text, bindings, timeout=timeout)
            case "ask":
                return engine.ask(self.text, bindings, timeout=timeout)
        return engine.construct(self.text, bindings, timeout=timeout)


def parse(name: str, text: str) -> NamedQuery:
    r"""Return the named query that *text* is.

    Raises
    ------
    WorkspaceError
        If the header is missing, is no YAML, or lacks what it must say.

    Examples
    --------
    >>> query = parse("a/b", "#+ summary: What is?\nSELECT ?s WHERE { ?s ?p ?o }")
    >>> query.summary, query.form
    ('What is?', 'select')
    """
    header = _HEADER.match(text)
    if header is None:
        raise WorkspaceError(
            f"query {name!r} has no `#+` header; its first line is `#+ summary: …`"
        )
    fields = _kept_fields(name, header.group())
    if not isinstance(fields, dict) or not isinstance(fields.get("summary"), str):
        raise WorkspaceError(f"query {name!r}: its header says no `summary`")
    return _named_query(name, text, fields)


def _kept_fields(name: str, header: str) -> Any:
    """Return the fields of *header*, read once and kept as JSON: YAML costs 10 ms to import."""
    kept = cache_folder() / "headers" / f"{crc32(header.encode()):08x}.json"
    try:
        was, fields = json.loads(kept.read_bytes())
        if was == header:
            return fields
    except (OSError, ValueError, TypeError):
        pass
    fields = _fields(name, header)
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps([header, fields]), encoding="utf-8")
        beside.replace(kept)
    return fields


def _fields(name: str, header: str) -> Any:
    import yaml

    lines = [line[2:].removeprefix(" ") for line in header.splitlines()]
    try:
        # BaseLoader: a default such as 2022-08-25 stays the text that was written.
        return yaml.load("\n".join(lines), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise WorkspaceError(f"query {name!r}: its header is not YAML: {error}") from None


def without_header(name: str, text: str, values: Mapping[str, str]) -> NamedQuery:
    """Return plain SPARQL *text* as a query whose parameters are those that *values* fixes.

    The kind of each is what its value looks like: a date, a whole number, a CURIE or IRI, else
    a string.

    Examples
    --------
    >>> query = without_header("-e", "ASK { ?s ?p $x }", {"x": "committee:az"})
    >>> query.parameters["x"].kind
    'iri'
    """
    parameters = {key: Parameter(key, _kind_of(value), key) for key, value in values.items()}
    return NamedQuery(name, name, text, parameters=parameters)


def _kind_of(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "date"
    if re.fullmatch(r"[+-]?\d+", value):
        return "integer"
    is_iri = value.startswith("<") or "://" in value or value.partition(":")[0] in PREFIXES
    return "iri" if is_iri and " " not in value else "string"


def _named_query(name: str, text: str, fields: dict[str, Any]) -> NamedQuery:
    parameters = {}
    for parameter, given in (fields.pop("parameters", None) or {}).items():
        kind = given.get("kind", "string")
        if kind not in KINDS:
            raise WorkspaceError(
                f"query {name!r}: parameter {parameter!r} is of kind {kind!r}; "
                f"the kinds are {', '.join(KINDS)}"
            )
        optional = given.get("optional") == "true"
        label = given.get("label", parameter)
        parameters[parameter] = Parameter(parameter, kind, label, given.get("default"), optional)
    return NamedQuery(
        name,
        fields.pop("summary"),
        text,
        fields.pop("description", "") or "",
        parameters,
        fields.pop("columns", None) or {},
        tuple(fields.pop("tags", None) or ()),
        fields,
    )


def to_term(
    value: object, parameter: Parameter, locate: Callable[[str], ox.NamedNode] | None = None
) -> Term:
    """Return the RDF term for *value* of a parameter.

    Raises
    ------
    BadParameter
        If the value is not of the parameter's kind.

    Examples
    --------
    >>> to_term("2022-08-25", Parameter("at", "date", "the date asked about"))
    <Literal value=2022-08-25 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#date>>
    """
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    try:
        return _CONVERT[parameter.kind](text, locate)
    except ValueError:
        raise BadParameter(
            f"parameter {parameter.name!r} is {text!r}; it takes {KINDS[parameter.kind]}"
        ) from None


def _iri(text: str, locate: Callable[[str], ox.NamedNode] | None) -> Term:
    try:
        return ox.NamedNode(expand(text))
    except UnknownName:
        if locate is None:
            raise
        return locate(text)


def _date(text: str, _: object) -> Term:
    if len(text) != 10 or datetime.date.fromisoformat(text).isoformat() != text:
        raise ValueError(text)
    return _literal(text, "date")


def _literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(_XSD + datatype))


def _matching(pattern: str, datatype: str) -> Callable[[str, object], Term]:
    def convert(text: str, _: object) -> Term:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return _literal(text, datatype)

    return convert


_CONVERT: dict[str, Callable[[str, Any], Term]] = {
    "iri": _iri,
    "date": _date,
    "year": _matching(r"\d{4}", "gYear"),
    "integer": lambda text, _: _literal(str(int(text)), "integer"),
    "decimal": _matching(r"[+-]?(\d+(\.\d*)?|\.\d+)", "decimal"),
    "string": _matching(r"(?s).*", "string"),
    "language": _matching(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "string"),
}


class QueryCatalogue(Mapping[str, NamedQuery]):
    """The named queries of a workspace by name; a file is read when its query is asked for.

    Examples
    --------
    >>> catalogue = QueryCatalogue.of(Workspace.shipped())
    >>> catalogue["people/posts-on-dat"]
    Traceback (most recent call last):
    ...
    heritagekg.errors.UnknownName: no query named 'people/posts-on-dat'; did you mean \
'people/posts-on-date'?
    """

    def __init__(self, files: Iterable[WorkspaceFile]) -> None:
        self._files = {
            file.name.removeprefix("queries/").removesuffix(".rq"): file for file in files
        }
        self._read: dict[str, NamedQuery] = {}

    @classmethod
    def of(cls, workspace: Workspace) -> QueryCatalogue:
        """Return the catalogue of every `queries/**/*.rq` in *workspace*."""
        return cls(workspace.files("queries"))

    def __getitem__(self, name: str) -> NamedQuery:
        if name not in self._files:
            raise UnknownName(f"no query named {name!r}{did_you_mean(name, self._files)}")
        if name not in self._read:
            self._read[name] = read(self._files[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def read(file: WorkspaceFile) -> NamedQuery:
    """Return the named query in *file*.

    Raises
    ------
    WorkspaceError, FileSyntaxError
        If the file cannot be read, is not UTF-8, or has no proper header.
    """
    name = file.name.removeprefix("queries/").removesuffix(".rq")
    return parse(name, read_text(file.path, file.name))
