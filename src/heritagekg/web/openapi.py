"""The REST interface described by itself: OpenAPI 3.1, with an operation for each query."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from heritagekg.engine.bindings import bind
from heritagekg.engine.results import Table
from heritagekg.errors import HeritageKGError

if TYPE_CHECKING:
    from heritagekg.queries import NamedQuery, Parameter
    from heritagekg.web.site import Site

_SCHEMAS: dict[str, dict[str, Any]] = {
    "iri": {"type": "string", "minLength": 1},
    "date": {"type": "string", "format": "date"},
    "year": {"type": "string", "pattern": "^[0-9]{4}$"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "string": {"type": "string"},
    "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
}
_HINTS = {"iri": "an IRI, a CURIE such as committee:az, or a label"}
_REFUSALS = {
    "304": "The client has this answer already (If-None-Match).",
    "400": "A parameter is unknown, missing, given twice, or of the wrong kind.",
    "404": "There is no such query, or nothing is called so.",
    "300": "A label names several things; the message lists them.",
    "406": "None of the accepted media types can be written.",
    "503": "All workers are busy; Retry-After says when to come back.",
    "504": "The query took longer than the limit.",
}
_FAULT = {"text/plain": {"schema": {"type": "string"}}}
_ROWS = {
    "type": "object",
    "required": ["query", "parameters", "offset", "limit", "next", "rows"],
    "properties": {
        "query": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
        "offset": {"type": "integer", "minimum": 0},
        "limit": {"type": "integer", "minimum": 0},
        "next": {"type": ["string", "null"], "format": "uri"},
        "rows": {"type": "array", "items": {"type": "object"}},
    },
}


async def describe_api(site: Site, base: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of *site* at the URL *base*.

    Every query has an operation whose parameters carry its defaults as examples, and whose answer
    is exemplified by the first row that the graph gives to those.
    """
    rows = {name: await _first_row(site, site.kg.queries[name]) for name in site.kg.queries}
    queries = [site.kg.queries[name] for name in sorted(site.kg.queries)]
    tags = sorted({query.name.partition("/")[0] for query in queries})
    paths = {
        f"/api/queries/{query.name}": {"get": _operation(site, query, rows[query.name])}
        for query in queries
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "heritagekg",
            "summary": "Questions to the knowledge graph of the museum world",
            "version": version("heritagekg"),
            "license": {
                "name": "CC0-1.0 (facts)",
                "url": "https://creativecommons.org/publicdomain/zero/1.0/",
            },
        },
        "servers": [{"url": base}],
        "tags": [{"name": tag} for tag in tags],
        "paths": {
            "/api/queries": {"get": _LISTING},
            "/sparql": {"get": _SPARQL},
            **paths,
        },
        "components": {"schemas": {"Rows": _ROWS}},
    }


def _operation(site: Site, query: NamedQuery, rows: list[dict[str, Any]]) -> dict[str, Any]:
    example = {
        "query": query.name,
        "parameters": {},
        "offset": 0,
        "limit": 100,
        "next": None,
        "rows": rows,
    }
    is_table = query.form == "select"
    schema = {"$ref": "#/components/schemas/Rows"} if is_table else {"type": "object"}
    shown: dict[str, Any] = {"schema": schema} | ({"example": example} if is_table else {})
    content = {"application/json": shown} | (_FILES if is_table else {})
    if query.form in ("construct", "describe"):
        content = {"text/turtle": {"schema": {"type": "string"}}}
    columns = "".join(f"\n- `{name}`: {text}" for name, text in query.columns.items())
    return {
        "operationId": query.name.replace("/", "-"),
        "summary": query.summary,
        "description": f"{query.description}\n\nColumns:\n{columns}".strip(),
        "tags": [query.name.partition("/")[0]],
        "parameters": [
            *map(_parameter, query.parameters.values()),
            *_paging(site.limits.max_rows),
            _format(["json", "csv", "parquet"] if is_table else ["json"]),
        ],
        "responses": {"200": {"description": "A page of rows.", "content": content}}
        | {code: {"description": why, "content": _FAULT} for code, why in _REFUSALS.items()},
    }


async def _first_row(site: Site, query: NamedQuery) -> list[dict[str, Any]]:
    """Return the first row of *query* alone, or nothing where it needs a parameter."""
    if query.form != "select":
        return []
    try:
        text = bind(query.text, query.bindings({}, site.kg.locate))
        content, _ = await site.fetch(text, "tsv", "", max_rows=1)
    except HeritageKGError:
        return []
    table = Table(lambda: ox.parse_query_results(content, format=ox.QueryResultsFormat.TSV))
    rows: list[dict[str, Any]] = json.loads(
        json.dumps([row._asdict() for row in table], default=str)
    )
    return rows


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": ": ".join(filter(None, [parameter.label, _HINTS.get(parameter.kind)])),
        "required": parameter.default is None and not parameter.optional,
        "schema": dict(_SCHEMAS[parameter.kind]),
    }
    if parameter.default is not None:
        default: Any = parameter.default
        if parameter.kind in ("integer", "decimal"):
            default = json.loads(parameter.default)
        told["schema"]["default"] = default
        told["example"] = default
    return told


def _paging(most: int) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 0, "maximum": min(most, 999_999_999)}
    return [
        {
            "name": "limit",
            "in": "query",
            "description": "the most rows of a page",
            "schema": number | {"default": 100},
        },
        {
            "name": "offset",
            "in": "query",
            "description": "how many rows to pass over",
            "schema": number | {"default": 0},
        },
    ]


def _format(forms: list[str]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "description": "the format, in place of an Accept header",
        "schema": {"type": "string", "enum": forms},
    }


_FILES = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
}
_LISTING = {
    "operationId": "queries",
    "summary": "Which questions can be asked",
    "responses": {
        "200": {
            "description": "Name, question, parameters and columns of every query.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["queries"],
                        "properties": {"queries": {"type": "array", "items": {"type": "object"}}},
                    }
                }
            },
        }
    },
}
_SPARQL = {
    "operationId": "sparql",
    "summary": "Ask any SPARQL 1.1 query",
    "parameters": [
        {
            "name": "query",
            "in": "query",
            "required": True,
            "schema": {"type": "string"},
            "example": "SELECT ?committee { ?committee a hkg:NationalCommittee } LIMIT 5",
        }
    ],
    "responses": {
        "200": {
            "description": "The answer, as the SPARQL 1.1 Protocol has it.",
            "content": {"application/sparql-results+json": {"schema": {"type": "object"}}},
        },
        "400": {"description": "The text is no SPARQL query.", "content": _FAULT},
        "403": {"description": "An update, SERVICE, or a graph from elsewhere.", "content": _FAULT},
    },
}
