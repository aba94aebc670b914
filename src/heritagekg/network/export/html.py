"""One HTML file that works offline: the network drawn by sigma, with search, filters and sources."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from heritagekg.errors import ExportError
from heritagekg.network import attributes
from heritagekg.network.layout import positions
from heritagekg.network.words import kind_in_words, time_in_words
from heritagekg.terms import expand

if TYPE_CHECKING:
    from heritagekg.network.views import View

# Built from `web/frontend` when the package is made.
_BUILT = ("web", "static", "built")
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="{generator}">
<meta name="dcterms.license" content="{license}">
<meta name="dcterms.date" content="{date}">
<title>{title}</title>
<style>
{style}
html {{ color-scheme: light dark; }}
body {{ margin: 0; font: 16px/1.45 system-ui, sans-serif; background: #fbf9f6; color: #211d1a; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #171412; color: #ece6de; }} a {{ color: #9cc3e6; }} }}
header, footer {{ padding: .8rem 1rem; max-width: 75rem; }}
h1 {{ font-size: 1.25rem; margin: 0 0 .2rem; }}
p {{ margin: .2rem 0; }}
main {{ padding: 0 1rem; }}
main > div {{ height: min(78vh, 60rem); }}
pre {{ overflow: auto; padding: .8rem; border: 1px solid #8884; border-radius: 6px; font-size: .85rem; }}
footer {{ font-size: .9rem; }}
</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p>{description}</p>
<p>{size}</p>
</header>
<main>
<div data-network="view"></div>
<noscript><p>The picture needs JavaScript; the ties are in this file as JSON.</p></noscript>
</main>
<footer>
<p><strong>How to cite</strong>: {citation}</p>
<p>Data version {version}, exported on {date} by {generator}. Licence: <a href="{license_url}">{license_name}</a>.</p>
<details><summary>The query</summary><pre>{query}</pre></details>
<details><summary>Licences of the scripts in this file</summary><pre>{licences}</pre></details>
</footer>
<script type="application/json" id="view">{network}</script>
<script type="application/json" id="metadata">{metadata}</script>
<script>{script}</script>
</body>
</html>
"""


def render(view: View) -> bytes:
    """Return *view* as a page that asks for nothing outside of itself.

    Nodes stand where Python has put them (`heritagekg.network.layout`); the page finds them by
    name, shows and hides kinds, goes through the years, and names the sources of each tie.
    """
    said = view.metadata
    name, _, url = said["license"].partition(" ")
    texts = {key: escape(said[key]) for key in ("title", "description", "citation", "version")}
    texts |= {key: escape(said[key]) for key in ("date", "generator", "query", "license")}
    size = f"{view.nodes.num_rows:,} nodes, {view.edges.num_rows:,} edges"
    page = _PAGE.format(
        **texts,
        license_name=escape(name),
        license_url=escape(url),
        size=f"{size}. Point at a node to see what it is tied to; choose it for its sources.",
        style=_built("network.css"),
        # Inside a script element only its own end tag would end it.
        script=_built("network.js").replace("</script", "<\\/script"),
        licences=escape(_built("LICENSES.txt")),
        network=_json(_network(view)),
        metadata=_json(dict(said)),
    )
    return page.encode()


def _built(name: str) -> str:
    found = resources.files("heritagekg").joinpath(*_BUILT, name)
    if not found.is_file():
        raise ExportError(
            f"the script of network pages ({'/'.join(_BUILT)}/{name}) is not built; "
            "install heritagekg with pip, or run `python hatch_build.py` in a checkout"
        )
    return found.read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """Return *value* as JSON that no HTML parser takes for an end tag or a comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _network(view: View) -> dict[str, Any]:
    """Return the network as the page's script takes it."""
    names = view.nodes["id"].to_pylist()
    kinds = [kind or "" for kind in view.nodes["kind"].to_pylist()]
    nodes = [
        {
            "id": name, "label": label, "kind": kind, "href": iri,
            "x": round(float(x), 4), "y": round(float(y), 4),
        }
        for name, label, kind, iri, (x, y) in zip(
            names, attributes.of_column(view.nodes["label"]), kinds,
            view.nodes["iri"].to_pylist(), positions(view), strict=True,
        )
    ]  # fmt: skip
    edges = [_edge(edge, names, view) for edge in attributes.of_edges(view.edges)]
    ranked = [kind for kind, _ in Counter(kinds).most_common()]
    drawn: dict[str, Any] = {"nodes": nodes, "edges": edges}
    drawn["kinds"] = {kind: kind_in_words(kind) for kind in ranked}
    if "at" in view.parameters:
        drawn["at"] = view.parameters["at"]
    return drawn


def _edge(edge: dict[str, Any], names: list[str], view: View) -> dict[str, Any]:
    made: dict[str, Any] = {"source": names[edge["source"]], "target": names[edge["target"]]}
    for key, name in (("from", "start"), ("until", "end")):
        if name in edge:
            made[key] = edge[name]
    words = [kind_in_words(edge["kind"])] if "kind" in edge else []
    words += [f"share {edge['shared'].replace(' ', ', ')}"] if "shared" in edge else []
    words += [edge["change"]] if "change" in edge else []
    words += [f"{edge['certainty']}"] if edge["certainty"] != "certain" else []
    if words:
        made["label"] = "; ".join(words)
    if when := time_in_words(edge):
        made["when"] = when
    if edge["weight"] != 1:
        made["weight"] = edge["weight"]
    sources = [_source(name, view) for name in edge.get("document", "").split()]
    if sources:
        made["sources"] = sources
    return made


def _source(name: str, view: View) -> dict[str, str]:
    title, url = view.documents.get(name, (name, ""))
    return {"label": title, "href": url or expand(name)}


def left_out(view: View) -> list[str]:
    """Return what the page does not show: the labels in other languages, and certain bounds."""
    del view
    return ["the page shows names in one language each; write .graphml or .json for all of them"]
