"""KnowledgeGraph: one door to queries, entities, verdicts and networks."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from heritagekg.engine.embedded import Embedded
from heritagekg.engine.protocol import Bindings, Engine, Term
from heritagekg.engine.results import Quads, Table
from heritagekg.errors import BadParameter, WorkspaceError
from heritagekg.queries import NamedQuery, QueryCatalogue
from heritagekg.workspace import Workspace

if TYPE_CHECKING:
    import networkx
    import rdflib

    from heritagekg.coverage import Coverage
    from heritagekg.entities import Entity
    from heritagekg.network.views import View
    from heritagekg.validation.check import CheckReport

_XSD = "http://www.w3.org/2001/XMLSchema#"


class KnowledgeGraph:
    """A graph that answers SPARQL, named queries, checks and network views.

    Made by `heritagekg.open`; every method asks its `engine`.

    Attributes
    ----------
    engine
        The `Engine` that answers.
    workspace
        The files behind it, or None where single files or an endpoint were opened.
    queries
        The named queries, by name.
    """

    def __init__(self, engine: Engine, workspace: Workspace | None, version: str) -> None:
        self.engine = engine
        self.workspace = workspace
        self.version = version
        self.queries = QueryCatalogue.of(workspace or Workspace.shipped())

    def query(
        self, text: str, *, timeout: float | None = None, **bindings: object
    ) -> Table | Quads | bool:
        """Return the answer to a SPARQL 1.1 query: a table, a truth value or triples.

        Parameters
        ----------
        text
            SELECT, ASK, CONSTRUCT or DESCRIBE. The prefixes of heritagekg need no declaration.
        timeout
            Seconds after which the query is stopped; None waits for it.
        **bindings
            Values for variables of the query: RDF terms, or Python numbers, booleans, dates and
            strings, which become literals. An IRI is given as `pyoxigraph.NamedNode`.

        Raises
        ------
        QuerySyntaxError
            If the text is no SPARQL query; the message names line and column.
        QueryRefused
            For updates, SERVICE, and FROM with a graph that is not here.
        QueryTimeout
            If the answer took longer than *timeout*.
        BadParameter
            If the query has no such variable.

        Examples
        --------
        >>> kg = open_graph()
        >>> table = kg.query('SELECT ?n { conference:2022-prague hkg:number ?n }')
        >>> [row.n for row in table]
        [26]
        """
        from heritagekg.engine.bindings import inspect

        terms = {name: _literal(name, value) for name, value in bindings.items()}
        form = inspect(text).form
        if form == "select":
            return self.engine.select(text, terms, timeout=timeout)
        if form == "ask":
            return self.engine.ask(text, terms, timeout=timeout)
        return self.engine.construct(text, terms, timeout=timeout)

    def run(
        self, query: str | NamedQuery, *, timeout: float | None = None, **parameters: object
    ) -> Table | Quads | bool:
        """Return the answer of a named query.

        Parameters
        ----------
        query
            The path of its file below `queries/`, without ending; or the query itself.
        timeout
            Seconds after which the query is stopped; None waits for it.
        **parameters
            Values for its parameters; each is bound as a term of the declared kind. An entity
            may be given by CURIE, IRI or label.

        Raises
        ------
        UnknownName, AmbiguousName
            If no query, or not exactly one entity, has the given name.
        BadParameter
            If a parameter is unknown, missing, or of the wrong kind.
        """
        named = self.queries[query] if isinstance(query, str) else query
        return named.run(self.engine, named.bindings(parameters, self.locate), timeout=timeout)

    def locate(self, name: str) -> ox.NamedNode:
        """Return the IRI of the one thing that *name* means: a CURIE, an IRI or a label.

        Raises
        ------
        UnknownName, AmbiguousName
            If nothing, or more than one thing, is called so.
        """
        from heritagekg.entities import locate

        return locate(self.engine, name)

    def show(self, thing: str) -> Entity:
        """Return what the graph says of *thing*, given by CURIE, IRI or label in any language.

        Examples
        --------
        >>> kg = open_graph()
        >>> kg.show("Şirin Məlikova").name
        'person:shirin-malikova'
        """
        from heritagekg.entities import describe

        return describe(self.engine, self.locate(thing))

    def graph(self) -> rdflib.Graph:
        """Return every triple, derived ones too, as a new `rdflib.Graph`."""
        return self.engine.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }").to_rdflib()

    def check(self, *, engine: str = "compiled") -> CheckReport:
        """Return the verdict on the workspace's files: their syntax, layout and SHACL shapes.

        Parameters
        ----------
        engine
            `compiled` (SPARQL made from the shapes) or `pyshacl` (the reference).

        Raises
        ------
        WorkspaceError
            If the graph was not opened from a workspace.
        """
        from heritagekg.validation.check import check_workspace

        if self.workspace is None:
            raise WorkspaceError("only a workspace can be checked; open its folder")
        return check_workspace(self.workspace, engine=engine)

    def view(self, name: str, /, **parameters: Any) -> View:
        """Return a network view as two tables, from which come graphs, matrices and files.

        Parameters
        ----------
        name
            The name of a file below `queries/networks/`, without ending: `tenure`.
        **parameters
            As `heritagekg.network.views.open_view` takes them: a time, limits, and values for the
            parameters that the view itself declares.

        Examples
        --------
        >>> view = open_graph().view("participation", at="2022-08-25")
        >>> view.directed, view.nodes.num_rows > 10
        (True, True)
        """
        from heritagekg.network.views import open_view

        return open_view(self, name, **parameters)

    def coverage(self) -> Coverage:
        """Return what sources claim beside what the graph holds, by region, language and gap.

        Examples
        --------
        >>> kg = open_graph()
        >>> sorted({row.kind for row in kg.coverage().languages})
        ['museums', 'national committees']
        """
        from heritagekg.coverage import cover

        return cover(self.engine, self.queries)

    def network(self, view: str, /, **parameters: Any) -> networkx.Graph[Any]:
        """Return a network view as a networkx graph with typed, attributed nodes and edges.

        Parameters
        ----------
        view
            The name of a file below `queries/networks/`, without ending: `tenure`.
        **parameters
            The time to show: `at="2022-08-25"`, or `since="2010"` and `until="2019"`; with
            `certain=True` only what certainly held then. And values for the parameters that the
            view itself declares.

        Raises
        ------
        UnknownName, BadParameter
            If there is no such view or parameter.
        """
        return self.view(view, **parameters).to_networkx()

    @cached_property
    def statistics(self) -> dict[str, int]:
        """The number of triples, and of the things of each class of the ontology, by CURIE."""
        from heritagekg.terms import HKG, compact

        counted = self.engine.select(
            "SELECT ?kind (COUNT(?thing) AS ?things) WHERE { ?thing a ?kind "
            f'FILTER(STRSTARTS(STR(?kind), "{HKG}")) }} GROUP BY ?kind ORDER BY ?kind'
        )
        triples = self.engine.select("SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }")
        return {"triples": triples[0].triples} | {compact(row.kind): row.things for row in counted}


def open_graph(*sources: str | os.PathLike[str]) -> KnowledgeGraph:
    """Return the knowledge graph in *sources*.

    Parameters
    ----------
    *sources
        Nothing for the graph that comes with heritagekg; one folder for a workspace; the URL of a
        SPARQL endpoint; or RDF files of any syntax that pyoxigraph reads (.ttl .nt .nq .trig .rdf
        .jsonld), taken as they are.

    Raises
    ------
    WorkspaceError, FileSyntaxError
        If a folder or file is missing, unreadable, or not RDF.

    Examples
    --------
    >>> open_graph("no/such/folder")
    Traceback (most recent call last):
    ...
    heritagekg.errors.WorkspaceError: no file or folder 'no/such/folder'
    """
    if sources and str(sources[0]).startswith(("http://", "https://")):
        return open_endpoint(*map(str, sources))
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.exists():
            raise WorkspaceError(f"no file or folder {str(path)!r}")
    if not paths:
        return open_workspace(Workspace.shipped())
    if any(path.is_dir() for path in paths):
        if len(paths) > 1:
            raise WorkspaceError("one folder at a time is a workspace; or give files alone")
        return open_workspace(Workspace.at(paths[0]))
    return _open_files(paths)


def open_workspace(
    workspace: Workspace, progress: Callable[[str], None] | None = None
) -> KnowledgeGraph:
    """Return the graph of *workspace* from its stored build, made first where files changed.

    *progress* is called with the name of each file that has to be read.
    """
    from heritagekg.engine.cache import open_stored

    engine = open_stored(workspace, progress)
    assert engine.path is not None
    return KnowledgeGraph(engine, workspace, engine.path.parent.name)


def open_endpoint(url: str, *more: str) -> KnowledgeGraph:
    """Return the graph that the SPARQL endpoint at *url* serves, asked with the shipped queries."""
    from heritagekg.engine.endpoint import Endpoint

    if more:
        raise WorkspaceError(f"one endpoint at a time; {url!r} was followed by {more[0]!r}")
    return KnowledgeGraph(Endpoint(url), None, url)


def _open_files(paths: list[Path]) -> KnowledgeGraph:
    from hashlib import sha256

    from heritagekg.dataset import syntax_fault

    store = ox.Store()
    digest = sha256()
    for path in paths:
        form = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
        if form is None:
            raise WorkspaceError(
                f"{str(path)!r} has no ending of an RDF file (.ttl .nt .nq .trig .rdf .jsonld)"
            )
        try:
            content = path.read_bytes()
            own = ox.NamedNode(path.resolve().as_uri())
            quads = list(
                ox.parse(content, format=form, base_iri=own.value, rename_blank_nodes=True)
            )
        except SyntaxError as error:
            raise syntax_fault(str(path), error) from None
        except OSError as error:
            raise WorkspaceError(f"cannot read {str(path)!r}: {error.strerror}") from None
        digest.update(content)
        for quad in quads:
            graph = own if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return KnowledgeGraph(Embedded(store), None, digest.hexdigest()[:20])


def _literal(name: str, value: object) -> Term:
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value
    if hasattr(value, "n3"):
        return _from_rdflib(name, value)
    if isinstance(value, bool | int | float | str):
        return ox.Literal(value)
    import datetime

    if isinstance(value, datetime.datetime):
        return ox.Literal(value.isoformat(), datatype=ox.NamedNode(_XSD + "dateTime"))
    if isinstance(value, datetime.date):
        return ox.Literal(value.isoformat(), datatype=ox.NamedNode(_XSD + "date"))
    raise BadParameter(
        f"${name} is {value!r}; it takes an RDF term of pyoxigraph, a number, a date or a string"
    )


def _from_rdflib(name: str, value: Any) -> Term:
    """Return an rdflib term, which is also a `str`, as the term it is."""
    import rdflib

    if isinstance(value, rdflib.URIRef):
        return ox.NamedNode(str(value))
    if isinstance(value, rdflib.Literal):
        if value.language:
            return ox.Literal(str(value), language=value.language)
        return ox.Literal(str(value), datatype=ox.NamedNode(str(value.datatype or _XSD + "string")))
    raise BadParameter(f"${name} is {value!r}; no query can name a blank node")


__all__ = ["Bindings", "KnowledgeGraph", "open_graph", "open_workspace"]
