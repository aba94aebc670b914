"""Network views on a page: the surroundings of one thing, or a whole view, beside a table of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from heritagekg.dates import days_of
from heritagekg.errors import BadParameter, UnknownName
from heritagekg.network.views import View, network_views, open_view
from heritagekg.terms import expand
from heritagekg.web.explorer.values import Value, Values
from heritagekg.web.explorer.viewpoint import Viewpoint

if TYPE_CHECKING:
    from starlette.requests import Request

    from heritagekg.web.explorer.pages import Pages

# The most nodes that a picture, and ties that a table on the page, are good for.
_MOST_NODES, _MOST_TIES = 1_500, 400
_AROUND = "ego"


@dataclass(frozen=True, slots=True)
class Tie:
    """One edge as a row of the table."""

    source: Value
    kind: Value
    target: Value
    when: str
    certainty: str
    documents: tuple[Value, ...]


class Networks:
    """The pages of networks."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    async def page(self, request: Request) -> Response:
        """Answer `/network`: the views; `?view=NAME` one of them; `?thing=CURIE` what is around."""
        name = request.query_params.get("view", "")
        thing = request.query_params.get("thing", "").strip()
        depth = request.query_params.get("depth", "1")

        def make(viewpoint: Viewpoint) -> Response:
            if thing:
                return self._around(viewpoint, thing, depth)
            if name:
                return self._whole(viewpoint, name)
            views = [
                (view, query.summary)
                for view, query in network_views(self.pages.site.kg.queries).items()
                if view != _AROUND and _stands_alone(query.parameters)
            ]
            return self.pages.render("networks.html", viewpoint, views=views)

        return await self.pages.cached(request, make)

    def _around(self, viewpoint: Viewpoint, thing: str, depth: str) -> Response:
        iri = expand(thing)
        if not self.pages.names.kinds(iri):
            raise UnknownName(f"the graph says nothing of {thing!r}")
        if depth not in ("1", "2"):
            raise BadParameter(f"'depth' is {depth!r}; it takes 1 or 2")
        view = self._open(viewpoint, _AROUND, entity=iri, depth=int(depth))
        middle = Values(self.pages.names, viewpoint).thing(iri)
        return self._shown(viewpoint, view, middle=middle, focus=iri, depth=depth, summary="")

    def _whole(self, viewpoint: Viewpoint, name: str) -> Response:
        view = self._open(viewpoint, name)
        summary = self.pages.site.kg.queries[f"networks/{name}"].summary
        return self._shown(viewpoint, view, middle=None, focus="", depth="", summary=summary)

    def _open(self, viewpoint: Viewpoint, name: str, **options: Any) -> View:
        return open_view(
            self.pages.site.kg, name, at=viewpoint.at, certain=viewpoint.only_certain, **options
        )

    def _shown(self, viewpoint: Viewpoint, view: View, *, focus: str, **told: Any) -> Response:
        values = Values(self.pages.names, viewpoint)
        # A fact is a tie, never a node; one that another fact names would come as one.
        is_fact = self.pages.names.is_fact
        nodes = [node for node in view.nodes.to_pylist() if not is_fact(node["iri"])]
        iris = {node["code"]: node["iri"] for node in nodes}
        edges = [e for e in view.edges.to_pylist() if e["source"] in iris and e["target"] in iris]
        ties = [_tie(edge, iris, values) for edge in edges]
        kinds = {n["kind"]: values.vocabulary(n["kind"]).text for n in nodes if n["kind"]}
        drawn = {
            "nodes": [
                {
                    "id": node["iri"],
                    "label": values.thing(node["iri"]).text,
                    "kind": node["kind"] or "",
                    "href": viewpoint.page(node["iri"]),
                    **({"focus": True} if node["iri"] == focus else {}),
                }
                for node in nodes
            ],
            "edges": [_drawn(edge, iris, tie) for edge, tie in zip(edges, ties, strict=True)],
            "kinds": {kind: label[:1].upper() + label[1:] for kind, label in sorted(kinds.items())},
        }
        ties.sort(key=lambda tie: (tie.kind.text, tie.source.text, tie.target.text, tie.when))
        return self.pages.render(
            "network.html",
            viewpoint,
            drawn=drawn if len(nodes) <= _MOST_NODES else None,
            ties=ties[:_MOST_TIES],
            number=len(ties),
            nodes=len(nodes),
            view_name=view.name,
            **told,
        )


def _stands_alone(parameters: Any) -> bool:
    return all(p.optional or p.default is not None for p in parameters.values())


def _tie(edge: dict[str, Any], iris: dict[int, str], values: Values) -> Tie:
    # A tie that several documents state names them all.
    documents = (edge.get("document") or "").split()
    return Tie(
        values.thing(iris[edge["source"]]),
        values.vocabulary(edge["kind"]) if edge.get("kind") else Value(""),
        values.thing(iris[edge["target"]]),
        _when(edge, values.viewpoint),
        edge.get("certainty") or "",
        tuple(values.thing(expand(document)) for document in documents),
    )


def _when(edge: dict[str, Any], viewpoint: Viewpoint) -> str:
    """Return the days between which a tie possibly held, as a month or year where they are one."""
    begin, end = (day.isoformat() if (day := edge.get(key)) else "" for key in ("start", "end"))
    if begin and end:
        for length in (4, 7, 10):
            if days_of(begin[:length]) == (begin, end):
                return viewpoint.date(begin[:length])
    told = [viewpoint.date(day) if day else "" for day in (begin, end)]
    return f"{told[0]} – {told[1]}".strip() if any(told) else ""


def _drawn(edge: dict[str, Any], iris: dict[int, str], tie: Tie) -> dict[str, Any]:
    made: dict[str, Any] = {
        "source": iris[edge["source"]],
        "target": iris[edge["target"]],
        "label": tie.kind.text,
        "when": tie.when,
        "weight": edge.get("weight") or 1,
    }
    for name, key in (("from", "start"), ("until", "end")):
        if edge.get(key) is not None:
            made[name] = edge[key].isoformat()
    if tie.documents:
        made["sources"] = [{"label": one.text, "href": one.href} for one in tie.documents]
    return made
