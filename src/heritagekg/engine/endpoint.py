"""The endpoint engine: any SPARQL 1.1 endpoint by its URL, through SPARQLWrapper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyoxigraph as ox

from heritagekg.engine.bindings import bind, guard
from heritagekg.engine.protocol import Bindings
from heritagekg.engine.results import Quads, Table
from heritagekg.errors import QueryError, QuerySyntaxError, QueryTimeout
from heritagekg.terms import PREFIXES

_TABLES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
}


class Endpoint:
    """An `Engine` that sends each query to a SPARQL 1.1 endpoint.

    Queries are sent by POST, with the prefixes they use and do not declare. The endpoint's
    default graph should hold everything, as it does here.

    Parameters
    ----------
    url
        Address of the query service.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def select(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> Table:
        """Return the solutions of a SELECT query."""
        answer, form = self._ask(query, bindings, timeout, "json")
        return Table(lambda: ox.parse_query_results(answer, format=_table_format(form)))

    def ask(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> bool:
        """Return the answer of an ASK query."""
        answer, form = self._ask(query, bindings, timeout, "json")
        return bool(ox.parse_query_results(answer, format=_table_format(form)))

    def construct(
        self, query: str, bindings: Bindings | None = None, *, timeout: float | None = None
    ) -> Quads:
        """Return the triples of a CONSTRUCT or DESCRIBE query."""
        answer, form = self._ask(query, bindings, timeout, "n3")
        syntax = ox.RdfFormat.from_media_type(form) or ox.RdfFormat.TURTLE
        parsed = ox.parse(answer, format=syntax, base_iri=self.url)
        return Quads([ox.Triple(quad.subject, quad.predicate, quad.object) for quad in parsed])

    def _ask(
        self, query: str, bindings: Bindings | None, timeout: float | None, wanted: str
    ) -> tuple[bytes, str]:
        """Return the body of the endpoint's answer and its media type."""
        seen = guard(query, None)
        text = bind(query, bindings or {})
        declared = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in seen.undeclared)
        return self._send(lambda wrapper: _request(wrapper, declared + text, timeout, wanted))

    def _send(self, request: Callable[[Any], Any]) -> tuple[bytes, str]:
        import urllib.error

        from SPARQLWrapper import SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        try:
            response = request(SPARQLWrapper(self.url))
            return response.read(), response.headers.get_content_type()
        except QueryBadFormed as error:
            raise QuerySyntaxError(f"{self.url} refused the query: {_said(error)}") from None
        except TimeoutError:
            raise QueryTimeout(f"no answer from {self.url} in time") from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise QueryTimeout(f"no answer from {self.url} in time") from None
            raise QueryError(f"no answer from {self.url}: {error.reason}") from None
        except (SPARQLWrapperException, OSError, ValueError) as error:
            raise QueryError(f"{self.url} did not answer the query: {_said(error)}") from None


def _request(wrapper: Any, text: str, timeout: float | None, wanted: str) -> Any:
    wrapper.setQuery(text)
    wrapper.setMethod("POST")
    wrapper.setReturnFormat(wanted)
    if timeout is not None:
        # SPARQLWrapper takes whole seconds.
        wrapper.setTimeout(max(1, round(timeout)))
    return wrapper.query().response


def _said(error: Exception) -> str:
    """Return the endpoint's own words, without SPARQLWrapper's bytes literal around them."""
    body = error.args[-1] if error.args else error
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return " ".join(text.split())[:500]


def _table_format(media_type: str) -> ox.QueryResultsFormat:
    if media_type not in _TABLES:
        raise QueryError(f"the endpoint answered with {media_type!r}, not SPARQL results")
    return _TABLES[media_type]
