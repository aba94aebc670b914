"""Linked data: every thing, every file and the ontology by their own addresses.

A thing is not a document: its address answers 303 with the address of a page for people or of data
for programs (Cool URIs for the Semantic Web, §4.2). A file and the ontology are documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from heritagekg.engine.bindings import bind
from heritagekg.engine.capped import GRAPHS as FORMATS
from heritagekg.errors import UnknownName
from heritagekg.terms import ENTITIES, PREFIXES
from heritagekg.web import jsonld
from heritagekg.web.caching import entity_tag, headers_of, unchanged
from heritagekg.web.catalogue import DATASET, DUMPS, distributions
from heritagekg.web.negotiation import GRAPH_TYPES, choose, prefers_html
from heritagekg.web.protocol import client_of
from heritagekg.web.served import dump
from heritagekg.workspace import GRAPHS

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.web.explorer.things import Things
    from heritagekg.web.site import Site

ONTOLOGY = GRAPHS + "ontology"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
# Formats of one graph: TriG and N-Quads would say nothing more.
SINGLE = {form: GRAPH_TYPES[form] for form in ("ttl", "jsonld", "nt", "rdf")}

# What the thing says, what the facts say that have it as an end, and what all of these are called.
THING = """PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { ?s ?p ?o }
WHERE {
  { $thing ?p ?o . BIND($thing AS ?s) }
  UNION { ?s ?end $thing . ?s a hkg:Fact . ?s ?p ?o }
  UNION { $thing ?link ?s . ?s rdfs:label ?o . BIND(rdfs:label AS ?p) }
  UNION { ?fact ?end $thing . ?fact a hkg:Fact . ?fact ?link ?s . ?s rdfs:label ?o .
          BIND(rdfs:label AS ?p) }
}"""
# Everything with a name of its own; facts are on the pages of their ends.
_NAMED = f"""PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?thing
WHERE {{
  ?thing skos:prefLabel ?label .
  FILTER(STRSTARTS(STR(?thing), "{ENTITIES}"))
}}
ORDER BY ?thing"""
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH $graph { ?s ?p ?o } }"
VOCABULARY = f"""CONSTRUCT {{ ?s ?p ?o }}
WHERE {{
  VALUES ?graph {{ <{ONTOLOGY}/heritagekg> <{ONTOLOGY}/concepts> <{ONTOLOGY}/prefixes> }}
  GRAPH ?graph {{ ?s ?p ?o }}
}}"""


class Resources:
    """The addresses of things, files and the ontology."""

    def __init__(self, site: Site, things: Things) -> None:
        self.site, self.things = site, things

    def routes(self) -> list[Route]:
        """Return the routes of linked data."""
        return [
            Route("/id/{kind}/{name}", self.thing, name="thing"),
            Route("/page/{kind}/{name}", self.things.page, name="page"),
            Route("/data/{path:path}", self.file, name="data"),
            Route("/ontology", self.ontology, name="ontology"),
            Route("/ontology.{ending}", self.ontology, name="ontology-file"),
            Route("/.well-known/void", self.dataset),
            Route("/dataset", self.dataset, name="dataset"),
            Route("/dumps/heritagekg.{ending}", self.dump, name="dump"),
            Route("/sitemap.xml", self.sitemap),
            Route("/robots.txt", self.robots),
        ]

    async def thing(self, request: Request) -> Response:
        """Answer `/id/KIND/NAME` with 303, and `/id/KIND/NAME.ENDING` with the data."""
        kind, name = request.path_params["kind"], request.path_params["name"]
        stem, dot, ending = name.rpartition(".")
        if dot and ending in SINGLE:
            return await self._described(request, ENTITIES + f"{kind}/{stem}", ending)
        await self._present(request, ENTITIES + f"{kind}/{name}")
        accept = request.headers.get("accept", "")
        path = f"{quote(kind, safe='')}/{quote(name, safe='')}"
        if prefers_html(accept):
            target = f"/page/{path}" + (f"?{request.url.query}" if request.url.query else "")
        else:
            choice = choose(accept, SINGLE, request.query_params.get("format", ""))
            if choice is None:
                raise HTTPException(406, f"a thing is described as HTML, {_types()}")
            target = f"/id/{path}.{choice.form}"
        headers = {"Vary": "Accept", "Cache-Control": "public, no-cache"}
        return RedirectResponse(target, 303, headers=headers)

    async def _present(self, request: Request, iri: str) -> None:
        """Raise where the graph says nothing of *iri*."""
        query = bind("ASK { { $thing ?p ?o } UNION { ?s ?q $thing } }", {"thing": node_of(iri)})
        answer, _ = await self.site.solutions(query, client_of(request))
        if not answer["boolean"]:
            # Says it better, with what comes close.
            await run_in_threadpool(self.site.kg.locate, iri)

    async def _described(self, request: Request, iri: str, form: str) -> Response:
        thing = node_of(iri)
        query = bind(THING, {"thing": thing})
        document = ox.NamedNode(str(request.url.replace(query="", fragment="")))
        return await self._answer(request, query, form, about_document(document, thing), iri)

    async def file(self, request: Request) -> Response:
        """Answer `/data/PATH`: what the file of the workspace says, as any graph format."""
        path = request.path_params["path"]
        stem, dot, ending = path.rpartition(".")
        form = ending if dot and ending in SINGLE else ""
        graph = GRAPHS + "data/" + (stem if form else path)
        if graph not in self.site.graphs:
            raise UnknownName(f"no file of the graph is called {path!r}")
        return await self._answer(request, bind(GRAPH, {"graph": ox.NamedNode(graph)}), form)

    async def ontology(self, request: Request) -> Response:
        """Answer `/ontology`: its documentation for people, its triples for programs."""
        ending = request.path_params.get("ending", "")
        if ending not in ("", *SINGLE):
            raise HTTPException(404, f"the ontology comes as {', '.join(SINGLE)}, not {ending!r}")
        if not ending and prefers_html(request.headers.get("accept", "")):
            return await self.things.ontology(request)
        return await self._answer(request, VOCABULARY, ending)

    async def dataset(self, request: Request) -> Response:
        """Answer `/dataset` and `/.well-known/void`: the description of the data set."""
        site = str(request.base_url).rstrip("/")
        query = bind(GRAPH, {"graph": DATASET})
        return await self._answer(request, query, "", list(distributions(site)))

    async def dump(self, request: Request) -> Response:
        """Answer `/dumps/heritagekg.ENDING`: every named graph in one file."""
        ending = request.path_params["ending"]
        if ending not in DUMPS:
            raise HTTPException(404, f"dumps end in {', '.join(DUMPS)}, not in {ending!r}")
        version = self.site.kg.version
        title = f"heritagekg, data version {version}, licence {LICENCE}"
        path = await run_in_threadpool(dump, self.site.served, ending, title)
        tag = entity_tag(self.site.edition, path.name)
        if known := unchanged(request, tag):
            return known
        headers = headers_of(tag) | {"Link": f'<{LICENCE}>; rel="license"'}
        saved = f"heritagekg-{version}.{ending}"
        return FileResponse(path, media_type=DUMPS[ending][0], filename=saved, headers=headers)

    async def sitemap(self, request: Request) -> Response:
        """Answer `/sitemap.xml`: the addresses of everything that has a page."""
        answer, _ = await self.site.solutions(_NAMED, client_of(request), max_rows=49_000)
        site = escape(str(request.base_url).rstrip("/"))
        found = [row["thing"]["value"] for row in answer["results"]["bindings"]]
        listed = "".join(
            f"<url><loc>{site}/page/{escape(iri.removeprefix(ENTITIES))}</loc></url>\n"
            for iri in found
        )
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return Response(
            f'{head}<urlset xmlns="{space}">\n<url><loc>{site}/</loc></url>\n{listed}</urlset>\n',
            media_type="application/xml",
        )

    async def robots(self, request: Request) -> Response:
        """Answer `/robots.txt`: everything may be read but what is computed for each request."""
        site = str(request.base_url).rstrip("/")
        return PlainTextResponse(
            f"User-agent: *\nDisallow: /sparql\nDisallow: /query\nSitemap: {site}/sitemap.xml\n"
        )

    async def _answer(
        self,
        request: Request,
        query: str,
        form: str,
        more: Sequence[ox.Triple] = (),
        thing: str = "",
    ) -> Response:
        """Return the triples of *query*, and *more*, in the asked format."""
        wanted = form or request.query_params.get("format", "")
        choice = choose("" if form else request.headers.get("accept", ""), SINGLE, wanted)
        if choice is None:
            raise HTTPException(406, f"this is described as {_types()}")
        tag = entity_tag(self.site.edition, str(request.url), choice)
        if known := unchanged(request, tag):
            return known
        content, outcome = await self.site.fetch(query, "nt", client_of(request))
        if outcome.cut:
            raise HTTPException(413, f"the description is too long: {outcome.note()}")
        if thing and not content:
            raise UnknownName(f"the graph says nothing of {thing!r}")

        def written() -> bytes:
            triples = [
                ox.Triple(quad.subject, quad.predicate, quad.object)
                for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES)
            ]
            return serialized([*triples, *more], choice.form)

        return Response(
            await run_in_threadpool(written), media_type=choice.media_type, headers=headers_of(tag)
        )


def serialized(triples: list[ox.Triple], form: str) -> bytes:
    """Return *triples*, each once, as the graph format *form*."""
    once = list(dict.fromkeys(triples))
    if form == "jsonld":
        return jsonld.write(once)
    once.sort(key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object)))
    return bytes(ox.serialize(once, format=FORMATS[form], prefixes=PREFIXES) or b"")


def about_document(document: ox.NamedNode, thing: ox.NamedNode) -> list[ox.Triple]:
    """Return what the document at the address *document* says of itself."""
    foaf, dcterms = PREFIXES["foaf"], PREFIXES["dcterms"]
    return [
        ox.Triple(document, ox.NamedNode(foaf + "primaryTopic"), thing),
        ox.Triple(document, ox.NamedNode(dcterms + "license"), ox.NamedNode(LICENCE)),
        ox.Triple(document, ox.NamedNode(dcterms + "isPartOf"), ox.NamedNode(GRAPHS + "dataset")),
    ]


def node_of(iri: str) -> ox.NamedNode:
    """Return *iri* as a term.

    Raises
    ------
    UnknownName
        If it could not stand between < and > in a query.
    """
    try:
        # The parser takes a space and some brackets that SPARQL does not.
        if any(c in '<>"{}|^`\\' or c <= " " for c in iri):
            raise ValueError(iri)
        return ox.NamedNode(iri)
    except ValueError:
        raise UnknownName(f"the graph says nothing of {iri!r}") from None


def _types() -> str:
    return ", ".join(media_types[0] for media_types in SINGLE.values())
