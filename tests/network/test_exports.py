"""Every format read back by somebody else's reader: the same network, as far as the format goes."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import igraph
import networkx
import polars
import pyarrow
import pydot
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from ndex2.cx2 import RawCX2NetworkFactory

from heritagekg import KnowledgeGraph
from heritagekg.errors import ExportError
from heritagekg.network.export import html
from heritagekg.network.measures import MEASURES
from heritagekg.network.views import View, open_view
from heritagekg.network.writing import FORMATS, write

FRONTEND = Path(__file__).parents[2] / "src" / "heritagekg" / "web" / "frontend"
BROWSER = os.environ.get("HERITAGEKG_BROWSER")
AZERI = "Azərbaycan Milli Xalça Muzeyi: ƏŞĞÇÖÜIİ"
METADATA = {
    "title": "Who held «which» post?",
    "description": "A network\nof two lines.",
    "view": "made",
    "query": 'SELECT ?s { ?s ?p "</script> -- \\" }',
    "parameters": "{}",
    "version": "v1",
    "date": "2026-11-25",
    "license": "CC0-1.0 https://creativecommons.org/publicdomain/zero/1.0/",
    "citation": "heritagekg: network view made, data version v1.",
    "generator": "heritagekg 0",
}
# Nodes by name; edges as often as they are there, each by all that a format keeps of it.
Network = tuple[dict[str, str], "Counter[tuple[Any, ...]]"]

labels = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() == text and " " not in text) | st.sampled_from(
    [AZERI, 'The "Blue" Museum', "Muzey\\", "[x] <y> & 'z'", "]]>", "a;b,c", "№ 5"]
)
days = st.none() | st.dates(datetime.date(1946, 1, 1), datetime.date(2030, 12, 31))


@st.composite
def views(draw: st.DrawFn) -> View:
    """Return a view with parallel edges, open ends, and labels that are hard to write."""
    count = draw(st.integers(2, 6))
    text, day = pyarrow.string(), pyarrow.date32()
    named = [draw(labels) for _ in range(count)]
    nodes = pyarrow.table(
        {
            "code": pyarrow.array(range(count), pyarrow.int32()),
            "id": pyarrow.array([f"museum:m{code}" for code in range(count)], text),
            "iri": pyarrow.array([f"https://example.org/m{code}" for code in range(count)], text),
            "label": pyarrow.array(named, text),
            "labels": pyarrow.array([json.dumps({"az": label}) for label in named], text),
            "kind": pyarrow.array(
                [draw(st.sampled_from(["hkg:Museum", None])) for _ in named], text
            ),
            "country": pyarrow.array(["country:az", *[None] * (count - 1)], text),
            "degree": pyarrow.array(range(count), pyarrow.int64()),
        }
    )
    rows = []
    for number in range(draw(st.integers(1, 8))):
        start, end = draw(days), draw(days)
        if start and end and end < start:
            start, end = end, start
        rows.append(
            {
                "source": draw(st.integers(0, count - 1)),
                "target": draw(st.integers(0, count - 1)),
                "kind": draw(st.sampled_from(["role:chair", "role:director"])),
                "weight": float(draw(st.integers(1, 5))) / 2,
                "start": start,
                "end": end,
                "certain_from": None,
                "certain_until": None,
                "certainty": "possible",
                "fact": f"tenure:t{number}",
                "document": "source:s",
            }
        )
    kinds = {"source": pyarrow.int32(), "target": pyarrow.int32(), "kind": text}
    kinds |= {"weight": pyarrow.float64()}
    kinds |= dict.fromkeys(("start", "end", "certain_from", "certain_until"), day)
    kinds |= dict.fromkeys(("certainty", "fact", "document"), text)
    edges = pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(kinds))
    directed = draw(st.booleans())
    return View("made", METADATA["query"], {}, nodes, edges, directed, True, METADATA)


def expected(view: View) -> Network:
    """Return the network of *view*: undirected edges by their ends in order."""
    names = view.nodes["id"].to_pylist()
    found = Counter(
        _edge(view.directed, names[edge["source"]], names[edge["target"]], edge)
        for edge in view.edges.to_pylist()
    )
    return dict(zip(names, view.nodes["label"].to_pylist(), strict=True)), found


def _edge(directed: bool, source: str, target: str, values: Any) -> tuple[Any, ...]:
    ends = (source, target) if directed else tuple(sorted((source, target)))
    day = [str(values.get(name) or "") for name in ("start", "end")]
    return (*ends, values["kind"], float(values["weight"]), *day, values["fact"])


def _of_networkx(graph: Any, names: dict[str, str] | None = None) -> Network:
    nodes = {(names or {}).get(node, node): said["label"] for node, said in graph.nodes(data=True)}
    edges = Counter(
        _edge(graph.is_directed(), *((names or {}).get(n, n) for n in (one, two)), said)
        for one, two, said in graph.edges(data=True)
    )
    return nodes, edges


def read_graphml(path: Path, view: View) -> Network:
    by_igraph = igraph.Graph.Read_GraphML(str(path))
    assert by_igraph.vs["label"] == view.nodes["label"].to_pylist()
    assert by_igraph.is_directed() is view.directed
    assert sorted(by_igraph.es["fact"]) == sorted(view.edges["fact"].to_pylist())
    return _of_networkx(networkx.read_graphml(path, force_multigraph=True))


def read_gexf(path: Path, view: View) -> Network:
    space = {"g": "http://gexf.net/1.3"}
    root = etree.parse(path)
    names = {
        one.get("id"): one.get("title")
        for one in root.iterfind(".//g:attribute", space)
        if one.getparent().get("class") == "edge"
    }
    ids = view.nodes["id"].to_pylist()
    nodes = {ids[int(n.get("id"))]: n.get("label") for n in root.iterfind(".//g:node", space)}
    edges: Counter[tuple[Any, ...]] = Counter()
    for edge in root.iterfind(".//g:edge", space):
        said = {
            names[one.get("for")]: one.get("value")
            for one in edge.iterfind("g:attvalues/g:attvalue", space)
        }
        assert said.get("possible_from") == edge.get("start")
        assert said.get("possible_until") == edge.get("end")
        ends = (ids[int(edge.get(end))] for end in ("source", "target"))
        edges[_edge(view.directed, *ends, {**said, **edge.attrib})] += 1
    return nodes, edges


def read_json(path: Path, _: View) -> Network:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["graph"] == METADATA
    return _of_networkx(networkx.node_link_graph(document))


def read_csv(path: Path, view: View) -> Network:
    with path.with_name(f"{path.stem}.nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = {row["id"]: row["label"] for row in csv.DictReader(file)}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["type"] for row in rows} == {"Directed" if view.directed else "Undirected"}
    return nodes, Counter(_edge(view.directed, row["source"], row["target"], row) for row in rows)


def read_parquet(path: Path, view: View) -> Network:
    nodes = polars.read_parquet(path.with_name(f"{path.stem}.nodes.parquet"))
    edges = polars.read_parquet(path)
    assert edges["source"].dtype == polars.Int32 and edges["start"].dtype == polars.Date
    rows = edges.to_dicts()
    return dict(zip(nodes["id"], nodes["label"], strict=True)), Counter(
        _edge(view.directed, row["source_id"], row["target_id"], row) for row in rows
    )


def read_cx2(path: Path, view: View) -> Network:
    made = RawCX2NetworkFactory().get_cx2network(json.loads(path.read_text(encoding="utf-8")))
    assert made.get_network_attributes()["directed"] is view.directed
    assert made.get_network_attributes()["citation"] == METADATA["citation"]
    names = {code: node["v"]["represents"] for code, node in made.get_nodes().items()}
    edges = Counter(
        _edge(view.directed, names[edge["s"]], names[edge["t"]], edge["v"])
        for edge in made.get_edges().values()
    )
    return {names[code]: node["v"]["name"] for code, node in made.get_nodes().items()}, edges


def read_dot(path: Path, view: View) -> Network:
    (made,) = pydot.graph_from_dot_data(path.read_text(encoding="utf-8")) or []

    def plain(text: Any) -> str:
        inner = str(text)[1:-1] if str(text).startswith('"') else str(text)
        return re.sub(r"\\(.)", r"\1", inner)

    assert (made.get_type() == "digraph") is view.directed
    listed = [node for node in made.get_nodes() if node.get_name() != "graph"]
    nodes = {plain(node.get_name()): plain(node.get("label")) for node in listed}
    edges: Counter[tuple[Any, ...]] = Counter()
    for edge in made.get_edges():
        said = {name: plain(value) for name, value in edge.get_attributes().items()}
        ends = plain(edge.get_source()), plain(edge.get_destination())
        edges[_edge(view.directed, *ends, said)] += 1
    return nodes, edges


READERS: dict[str, Callable[[Path, View], Network]] = {
    ".graphml": read_graphml,
    ".gexf": read_gexf,
    ".json": read_json,
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".cx2": read_cx2,
    ".dot": read_dot,
}


# pydot still calls a name that pyparsing has given up.
@pytest.mark.filterwarnings("ignore:'setParseAction'")
@pytest.mark.parametrize("suffix", READERS)
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(view=views())
def test_what_is_read_is_what_was_written(suffix: str, view: View, tmp_path: Path) -> None:
    write(view, tmp_path / f"x{suffix}")
    assert READERS[suffix](tmp_path / f"x{suffix}", view) == expected(view)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(view=views())
def test_pajek_keeps_labels_and_weights(view: View, tmp_path: Path) -> None:
    path = tmp_path / "x.net"
    notes = write(view, path)
    assert "left out of nodes: id, iri, labels, kind, country, degree" in notes[0]
    read = networkx.read_pajek(path)
    by_igraph = igraph.Graph.Read_Pajek(str(path))
    assert read.is_directed() is by_igraph.is_directed() is view.directed
    assert len(read) == by_igraph.vcount() == view.nodes.num_rows
    ends = [view.edges[name].to_pylist() for name in ("source", "target", "weight")]
    order = list if view.directed else sorted
    wanted = Counter((*order((one, two)), weight) for one, two, weight in zip(*ends, strict=True))
    found = zip(by_igraph.get_edgelist(), by_igraph.es["weight"], strict=True)
    assert Counter((*order(pair), weight) for pair, weight in found) == wanted
    names = {said["id"]: name for name, said in read.nodes(data=True)}
    for code, label in enumerate(view.nodes["label"].to_pylist()):
        assert names[str(code + 1)].startswith(label.replace('"', "'").replace("\\", "/"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_export_says_where_it_is_from(
    tiny: KnowledgeGraph, suffix: str, tmp_path: Path
) -> None:
    view = open_view(tiny, "tenure", at="2010-05-07")
    path = tmp_path / f"x{suffix}"
    write(view, path)
    files = sorted(tmp_path.iterdir())
    content = b"".join(file.read_bytes() for file in files)
    if suffix == ".pdf":
        return _check_pdf(content, view)
    said = content.decode("utf-8", "replace")
    for name in ("version", "date", "citation"):
        assert view.metadata[name] in said, name
    assert "creativecommons.org/publicdomain/zero" in said
    # The query's first line, as far as a format lets it stand as it is.
    assert "Who held which post at which organisation" in said
    assert "hkg:heldBy ?source" in said


def _check_pdf(content: bytes, view: View) -> None:
    """A PDF keeps its description as UTF-16 or plain text in a dictionary of its own."""
    assert content.startswith(b"%PDF-")
    assert b"/Subject" in content and b"/Title" in content
    plain = content.decode("latin-1")
    assert (
        view.metadata["version"] in plain or view.metadata["version"].encode("utf-16-be") in content
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_codebook(tiny: KnowledgeGraph, suffix: str, tmp_path: Path) -> None:
    view = open_view(tiny, "tenure").measured("degree", "communities")
    write(view, tmp_path / f"x{suffix}")
    package = json.loads((tmp_path / f"x{suffix}.datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == tiny.version
    assert package["licenses"][0]["path"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert {"title": "Looms and Waters", "path": "https://herald.example/2008/looms"} in package[
        "sources"
    ]
    assert "Leiden" in package["measures"]["communities"]
    for resource in package["resources"]:
        file = tmp_path / resource["path"]
        columns = (
            polars.read_parquet(file).columns
            if suffix == ".parquet"
            else next(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
        )
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == columns
        unknown = [name for name in fields if fields[name]["description"].startswith("as the view")]
        assert unknown == []


GRAPHOLOGY = """
import fs from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(process.argv[3] + "/");
const { MultiDirectedGraph, MultiUndirectedGraph } = require("graphology");
const { parse } = require("graphology-gexf");
const Kind = process.argv[4] === "directed" ? MultiDirectedGraph : MultiUndirectedGraph;
const graph = parse(Kind, fs.readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(graph.export()));
"""


@pytest.mark.skipif(
    shutil.which("node") is None or not (FRONTEND / "node_modules" / "graphology-gexf").is_dir(),
    reason="needs node, and the npm packages that building this checkout fetches",
)
@pytest.mark.parametrize("name", ["tenure", "partnership"])
def test_gephi_lites_reader_reads_the_gexf(tiny: KnowledgeGraph, name: str, tmp_path: Path) -> None:
    view = open_view(tiny, name).measured("degree", "betweenness")
    write(view, tmp_path / "x.gexf")
    (tmp_path / "read.mjs").write_text(GRAPHOLOGY, encoding="utf-8")
    kind = "directed" if view.directed else "undirected"
    command = ["node", str(tmp_path / "read.mjs"), str(tmp_path / "x.gexf"), str(FRONTEND), kind]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert said.returncode == 0, said.stderr
    read = json.loads(said.stdout)
    ids = view.nodes["id"].to_pylist()
    by_id = {node["key"]: node["attributes"] for node in read["nodes"]}
    assert [by_id[str(code)]["curie"] for code in range(len(ids))] == ids
    assert [by_id[str(code)]["degree"] for code in range(len(ids))] == view.nodes[
        "degree"
    ].to_pylist()
    rows = view.edges.to_pylist()
    assert len(read["edges"]) == len(rows)
    for edge, row in zip(sorted(read["edges"], key=lambda e: int(e["key"])), rows, strict=True):
        assert (int(edge["source"]), int(edge["target"])) == (row["source"], row["target"])
        kept = edge["attributes"]
        assert kept["fact"] == row["fact"] and kept["document"] == row["document"]
        # Its own spells are dropped by that reader, which is why they are attributes as well.
        for column, title in (("start", "possible_from"), ("end", "possible_until")):
            assert kept.get(title) == (None if row[column] is None else str(row[column]))


def test_yed_finds_a_name_a_place_and_a_colour(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    view = open_view(tiny, "tenure")
    write(view, tmp_path / "x.graphml")
    root = ElementTree.parse(tmp_path / "x.graphml").getroot()
    space = {"y": "http://www.yworks.com/xml/graphml"}
    shapes = root.findall(".//y:ShapeNode", space)
    assert [shape.findtext("y:NodeLabel", None, space) for shape in shapes] == view.nodes[
        "label"
    ].to_pylist()
    colours = {shape.find("y:Fill", space).get("color") for shape in shapes}  # type: ignore[union-attr]
    assert len(colours) == len(set(view.nodes["kind"].to_pylist()))


def page(view: View, path: Path) -> dict[str, Any]:
    write(view, path)
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="view">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    network: dict[str, Any] = json.loads(found.group(1))
    return network


def test_page_has_the_network_with_times_and_sources(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    network = page(open_view(tiny, "tenure"), tmp_path / "x.html")
    assert len(network["nodes"]) == 7 and len(network["edges"]) == 6
    assert network["kinds"]["hkg:NationalCommittee"] == "national committee"
    assert network["edges"][0] == {
        "source": "person:ada-bell",
        "target": "committee:xa",
        "from": "2004-01-01",
        "until": "2008-06-30",
        "label": "chair",
        "when": "2004-01-01 to 2008-06-30 at most; certainly 2004-12-31 to 2008-06-01",
        "sources": [
            {"label": "Report of the Council 2010", "href": "https://council.example/report-2010"}
        ],
    }


def test_page_draws_a_dense_network_by_its_strongest_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_FEW", 0)
    ends = [(one, two) for one in range(10) for two in range(one)]
    nodes = pyarrow.table({"id": [f"museum:m{code}" for code in range(10)]})
    weights = [100.0 if one - two == 1 else float(one) for one, two in ends]
    edges = pyarrow.table(
        {
            "source": pyarrow.array([one for one, _ in ends], pyarrow.int32()),
            "target": pyarrow.array([two for _, two in ends], pyarrow.int32()),
            "weight": weights,
        }
    )
    weak = html._weak(View("made", "", {}, nodes, edges))
    # 45 edges for 10 nodes, of which 25 are drawn: the nine heaviest hold all together.
    assert len(weak) == 20
    assert all(weights[place] != 100 for place in weak)
    assert max(weights[place] for place in weak) <= min(
        weights[place] for place in range(45) if place not in weak
    )


def test_page_without_its_script_says_what_to_do(
    tiny: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "_BUILT", ("web", "static", "nowhere"))
    with pytest.raises(ExportError, match=r"is not built; .* hatch_build\.py"):
        write(open_view(tiny, "tenure"), tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(BROWSER is None, reason="HERITAGEKG_BROWSER names no Chromium")
def test_page_works_offline_in_a_browser(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    write(open_view(tiny, "tenure"), tmp_path / "x.html")
    asked: list[str] = []
    with sync_playwright() as driver:
        options = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        browser = driver.chromium.launch(executable_path=BROWSER, args=options)
        tab = browser.new_page()
        faults: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda fault: faults.append(str(fault)))
        tab.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        tab.goto((tmp_path / "x.html").as_uri())
        tab.get_by_role("searchbox").or_(tab.get_by_role("combobox")).fill("Ada Bell")
        tab.keyboard.press("Enter")
        told = tab.locator(".network-detail")
        told.get_by_text("chair").first.wait_for()
        assert told.get_by_role("link", name="Report of the Council 2010").get_attribute(
            "href"
        ) == ("https://council.example/report-2010")
        tab.get_by_label("museum", exact=False).first.uncheck()
        slider = tab.get_by_role("slider")
        assert slider.get_attribute("max") == "2010"
        slider.fill("2009")
        assert told.get_by_text("chair").count() == 0
        browser.close()
    assert asked == [(tmp_path / "x.html").as_uri()]
    assert faults == []


def test_pictures_name_nodes_and_explain_colours(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    from matplotlib import image

    view = open_view(tiny, "tenure", at="2010-05-07")
    for suffix in (".svg", ".png"):
        write(view, tmp_path / f"x{suffix}")
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    texts = " ".join(
        "".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")
    )
    for words in (
        "Ada Bell",
        "Loom Museum",
        "person (4)",
        "certain (2)",
        "possible (3)",
        "CC0-1.0",
    ):
        assert words in texts, words
    drawn = image.imread(tmp_path / "x.png")
    assert drawn.shape[:2] == (1600, 2000)
    # Drawn upon, in several colours.
    assert len({tuple(pixel) for pixel in drawn[::9, ::9].reshape(-1, drawn.shape[2])}) > 10


def test_pictures_without_matplotlib_name_the_extra(
    tiny: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ExportError, match=r"pip install 'heritagekg\[plot\]'"):
        write(open_view(tiny, "tenure"), tmp_path / "x.svg")
    assert list(tmp_path.iterdir()) == []


def test_what_a_format_cannot_carry_is_said(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    view = open_view(tiny, "partnership")
    said = {suffix: " ".join(write(view, tmp_path / f"x{suffix}")) for suffix in FORMATS}
    assert said[".gexf"] == said[".json"] == said[".parquet"] == ""
    assert "no edges without direction" in said[".cx2"]
    assert "no time" in said[".graphml"] and "no time" in said[".dot"]
    assert "x.csv.datapackage.json" not in said[".csv"] and "datapackage" in said[".csv"]


def test_the_documentation_tells_of_every_format_and_measure() -> None:
    page = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
    assert [suffix for suffix in FORMATS if f"`{suffix}`" not in page] == []
    assert [name for name in MEASURES if name not in page] == []
