"""SPARQL text as tokens: bind variables to terms, and see what a query would do before it runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from heritagekg.engine.protocol import Bindings, Term
from heritagekg.errors import BadParameter, QueryRefused, QuerySyntaxError, did_you_mean
from heritagekg.terms import PREFIXES

# The terminals of SPARQL 1.1 (§19.8) as far as they matter here; longest match first, as there.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+|\#[^\r\n]*)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>'''(?:(?:''|')?(?:[^'\\]|\\.))*''' | \"{3}(?:(?:""|")?(?:[^"\\]|\\.))*\"{3}
        | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*")
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<blank>_:[\w.\-]*)
    | (?P<name>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:(?:[\w:%\-]|\\.)(?:[\w:%.\-]|\\.)*)?)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# The shape of every SERVICE call, wherever it stands. Engines need no space around keywords
# (`trueSERVICE:x{`), so no tokenizer sees for certain what they will take for one.
# Looked for at every place, also inside of another one.
_SERVICE = r"""(?=service (?>(?:\s|\#[^\r\n]*+[\r\n])*) (?:silent)? (?>(?:\s|\#[^\r\n]*+[\r\n])*)
    (?P<target> <[^<>]*+> | [?$]\w++ | [^\s{:]*+:[^\s{]*+ ) (?>(?:\s|\#[^\r\n]*+[\r\n])*) \{)"""
_MOST_SERVICES = 20
_FORMS = ("select", "ask", "construct", "describe")
_UPDATES = {"insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with"}
# Where a SELECT clause ends, and where the solution modifiers that may name a variable begin.
_AFTER_SELECT = {"where", "from"}
_MODIFIERS = {"group", "order", "having", "limit", "offset", "values"}


class Token(NamedTuple):
    """A piece of a query: its kind (a group of the token pattern), text and offset."""

    kind: str
    text: str
    offset: int


def tokens(query: str) -> Iterator[Token]:
    """Return the tokens of *query* one after another, white space and comments included.

    Examples
    --------
    >>> [token.kind for token in tokens('ASK { ?a ex:b "SERVICE" }') if token.kind != "space"]
    ['word', 'other', 'variable', 'name', 'string', 'other']
    """
    for match in _TOKEN.finditer(query):
        yield Token(str(match.lastgroup), match.group(), match.start())


class Query(NamedTuple):
    """What the text of a query says it is: its form, its dataset clauses, the prefixes it needs."""

    form: str
    graphs: tuple[str, ...]
    undeclared: tuple[str, ...]


@lru_cache(maxsize=64)
def inspect(query: str) -> Query:
    """Return the form of *query*, the graphs its FROM clauses name, and the prefixes it needs.

    Raises
    ------
    QueryRefused
        If the text is a SPARQL update.
    QuerySyntaxError
        If it is neither a query nor an update.
    """
    found = [token for token in tokens(query) if token.kind != "space"]
    declared: dict[str, str] = {}
    used: set[str] = set()
    form = base = ""
    graphs: list[str] = []
    for index, token in enumerate(found):
        word = token.text.lower() if token.kind == "word" else ""
        if word == "prefix" and not form and index + 2 < len(found):
            declared[found[index + 1].text[:-1]] = _resolved(base, found[index + 2].text[1:-1])
        elif word == "base" and not form and index + 1 < len(found):
            base = _resolved(base, found[index + 1].text[1:-1])
        elif token.kind == "name":
            used.add(token.text.partition(":")[0])
        elif not form and word in _FORMS:
            form = word
        elif not form and word in _UPDATES:
            raise QueryRefused(
                f"{token.text.upper()} is an update; this graph answers queries only "
                "(SELECT, ASK, CONSTRUCT, DESCRIBE)"
            )
        elif word == "from":
            graphs.append(_resolved(base, _graph_named(found[index + 1 : index + 3], declared)))
    if not form:
        raise QuerySyntaxError("no SELECT, ASK, CONSTRUCT or DESCRIBE in the query")
    undeclared = tuple(sorted(name for name in used - set(declared) if name in PREFIXES))
    return Query(form, tuple(graphs), undeclared)


def _resolved(base: str, iri: str) -> str:
    if not base:
        return iri
    from urllib.parse import urljoin

    return urljoin(base, iri)


def _graph_named(following: list[Token], declared: dict[str, str]) -> str:
    """Return the IRI after FROM or FROM NAMED, also where it is written as a CURIE."""
    named = bool(following) and following[0].text.lower() == "named"
    token = following[-1] if named else (following or [Token("", "", 0)])[0]
    if token.kind == "name":
        prefix, _, name = token.text.partition(":")
        return declared.get(prefix, PREFIXES.get(prefix, prefix + ":")) + name
    if token.kind != "iri":
        raise QuerySyntaxError("no graph after FROM")
    return token.text[1:-1]


def guard(query: str, graphs: Collection[str] | None, services: Collection[str] = ()) -> Query:
    """Return `inspect(query)` where it only reads this dataset; refuse everything else.

    Parameters
    ----------
    query
        SPARQL text.
    graphs
        The IRIs that FROM may name; None leaves that to the store.
    services
        The endpoints that SERVICE may call, written as `SERVICE <IRI>`.

    Raises
    ------
    QueryRefused
        For an update, another SERVICE call, or FROM with a graph that is not among *graphs*.

    Examples
    --------
    >>> guard("ASK { ?s ?p 'SERVICE' }", set()).form
    'ask'
    >>> guard("ASK { SERVICE <https://example.org/> { } }", set())
    Traceback (most recent call last):
    ...
    heritagekg.errors.QueryRefused: SERVICE is not allowed: this graph calls no other endpoint
    """
    seen = inspect(query)
    if calls_out(query, services):
        raise QueryRefused(no_service(services))
    for graph in seen.graphs if graphs is not None else ():
        if graph not in (graphs or ()):
            raise QueryRefused(
                f"FROM <{graph}> is not allowed: no such graph here, and none is fetched"
                f"{did_you_mean(graph, graphs or ())}"
            )
    return seen


def calls_out(query: str, services: Collection[str] = ()) -> bool:
    """Return whether *query* may call an endpoint that is none of *services*; in doubt, it may.

    Text that looks like a call counts as one, also inside of a string or a comment.

    Examples
    --------
    >>> calls_out("ASK { ?s ?p trueSERVICE:x{} }"), calls_out("ASK { ?s hkg:service ?x }")
    (True, False)
    >>> calls_out("ASK { SERVICE <https://example.org/> { } }", {"https://example.org/"})
    False
    """
    # Each place is looked at by itself; very many of them would take long and mean nothing good.
    times = query.lower().count("service")
    if times > _MOST_SERVICES:
        return True
    found = re.finditer(_SERVICE, query, re.VERBOSE | re.IGNORECASE) if times else ()
    known = {f"<{service}>" for service in services}
    return any(call["target"] not in known for call in found)


def no_service(services: Collection[str]) -> str:
    """Return the sentence that refuses a SERVICE call beyond *services*."""
    if not services:
        return "SERVICE is not allowed: this graph calls no other endpoint"
    named = ", ".join(f"SERVICE <{service}>" for service in sorted(services))
    return f"SERVICE is not allowed but as {named}"


def bind(query: str, bindings: Bindings) -> str:
    r"""Return *query* with every variable of *bindings* replaced by its term.

    The replacement works on tokens, so nothing inside strings, comments and IRIs changes and no
    term can become part of the query's syntax. In a SELECT clause `$name` becomes
    `(term AS ?name)`, so that the answer says what was asked; in GROUP BY and ORDER BY it is
    put in brackets.

    Raises
    ------
    BadParameter
        If the query has no such variable, assigns it itself (`AS ?name`), or the term is a blank
        node, which no query can name.

    Examples
    --------
    >>> term = ox.Literal('a" } #')
    >>> bind('SELECT $x WHERE { ?s ?p $x } # $x', {"x": term})
    'SELECT ("a\\" } #" AS ?x) WHERE { ?s ?p "a\\" } #" } # $x'
    """
    if not bindings:
        return query
    found = list(tokens(query))
    _check(found, bindings)
    return "".join(_bound(found, bindings))


def restrict(query: str, name: str, terms: Iterable[Term]) -> str:
    """Return *query* with its variable *name* held to *terms*, by a VALUES that comes first.

    Raises
    ------
    BadParameter
        If the query has no such variable.
    QuerySyntaxError
        If it has no pattern in braces.

    Examples
    --------
    >>> restrict("SELECT ?a WHERE { ?a ?p ?o }", "a", [ox.NamedNode("http://example.org/x")])
    'SELECT ?a WHERE { VALUES ?a { <http://example.org/x> } ?a ?p ?o }'
    """
    found = list(tokens(query))
    _check(found, {name: ox.Literal("")})
    for token in found:
        if token.text == "{":
            after = token.offset + 1
            held = " ".join(map(str, terms))
            return f"{query[:after]} VALUES ?{name} {{ {held} }}{query[after:]}"
    raise QuerySyntaxError("the query has no pattern in braces")


def unordered(query: str) -> str:
    """Return *query* without its ORDER BY; as it is where a part of the answer is all it wants.

    Examples
    --------
    >>> unordered("SELECT ?a WHERE { ?a ?p ?o } ORDER BY ?a")
    'SELECT ?a WHERE { ?a ?p ?o } '
    >>> unordered("SELECT ?a WHERE { ?a ?p ?o } ORDER BY ?a LIMIT 5")
    'SELECT ?a WHERE { ?a ?p ?o } ORDER BY ?a LIMIT 5'
    """
    after: dict[str, int] = {}
    for token in tokens(query):
        if token.text == "}":
            after = {}
        elif token.kind == "word":
            after.setdefault(token.text.lower(), token.offset)
    return query[: after["order"]] if after.keys() & _MODIFIERS == {"order"} else query


def _check(found: list[Token], bindings: Bindings) -> None:
    variables = {token.text[1:] for token in found if token.kind == "variable"}
    for name, term in bindings.items():
        if name not in variables:
            raise BadParameter(f"the query has no variable ${name}{did_you_mean(name, variables)}")
        if isinstance(term, ox.BlankNode):
            raise BadParameter(f"${name} cannot be the blank node {term}: no query can name it")


def _bound(found: list[Token], bindings: Bindings) -> Iterator[str]:
    place = _Place()
    previous = ""
    asked = _asked_whether_bound(found, bindings)
    for token in found:
        place.enter(token)
        name = token.text[1:]
        if token.offset in asked:
            # BOUND takes a variable only; of one that is fixed the answer is known.
            yield "true" if token.kind == "variable" else ""
        elif token.kind == "variable" and name in bindings:
            if previous == "as":
                raise BadParameter(f"${name} cannot be bound: the query assigns it itself")
            yield _in_place(bindings[name], name, place)
        else:
            yield token.text
        if token.kind != "space":
            previous = token.text.lower()


def _asked_whether_bound(found: list[Token], bindings: Bindings) -> set[int]:
    """Return the offsets of BOUND, and of its variable, where that is one of *bindings*."""
    plain = [token for token in found if token.kind != "space"]
    return {
        offset
        for word, bracket, variable in zip(plain, plain[1:], plain[2:], strict=False)
        if word.text.lower() == "bound" and bracket.text == "(" and variable.text[1:] in bindings
        for offset in (word.offset, variable.offset)
    }


class _Place:
    """Where in a query a token stands: its clause, and how deep in that clause's brackets."""

    def __init__(self) -> None:
        self.clause = ""
        self.depth = 0
        self._outer: list[tuple[str, int]] = []

    @property
    def inner(self) -> bool:
        """Whether this is inside braces, so that a SELECT here is a subquery's."""
        return bool(self._outer)

    def enter(self, token: Token) -> None:
        word = token.text.lower() if token.kind == "word" else ""
        if word == "select" or (self.clause == "select" and word in _AFTER_SELECT):
            self.clause, self.depth = word, 0
        elif word in _MODIFIERS:
            self.clause = word
        elif token.text == "{":
            self._outer.append((self.clause, self.depth))
            self.clause, self.depth = "", 0
        elif token.text == "}":
            self.clause, self.depth = self._outer.pop() if self._outer else ("", 0)
            if self.clause == "select":
                self.clause = ""
        elif token.text in ("(", ")"):
            self.depth += 1 if token.text == "(" else -1


def _in_place(term: Term, name: str, place: _Place) -> str:
    if place.clause == "select" and place.depth == 0:
        # A subquery's column of that name would stand in the way of the outer one.
        return f"({term} AS ?{'bound_' if place.inner else ''}{name})"
    return f"({term})" if place.clause in ("group", "order") and place.depth == 0 else str(term)
