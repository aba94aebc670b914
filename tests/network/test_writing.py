"""Network files: read back by others' readers, valid by schema, whole or not there at all."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import replace
from pathlib import Path

import networkx
import pyarrow
import pytest
from lxml import etree

from heritagekg import KnowledgeGraph
from heritagekg.errors import ExportError
from heritagekg.network.views import View, open_view
from heritagekg.network.writing import FORMATS, write

NAMES = {"g": "http://gexf.net/1.3"}
SUITES = os.environ.get("HERITAGEKG_SUITES")
AZERI = "Azərbaycan Milli Xalça Muzeyi: ƏŞĞÇÖÜIİ"


@pytest.fixture(scope="module")
def view(tiny: KnowledgeGraph) -> View:
    """Return the tenures, the Loom Museum with a name in Azerbaijani that XML cannot hold as is."""
    view = open_view(tiny, "tenure")
    labels = [
        json.dumps({"en": "Loom Museum", "az": AZERI + " <&> \x0b"}) if name == "museum:xa-loom"
        else text
        for name, text in zip(
            view.nodes["id"].to_pylist(), view.nodes["labels"].to_pylist(), strict=True
        )
    ]  # fmt: skip
    place = view.nodes.schema.get_field_index("labels")
    return replace(view, nodes=view.nodes.set_column(place, "labels", pyarrow.array(labels)))


def gexf(view: View, folder: Path) -> etree._Element:
    write(view, folder / "x.gexf")
    return etree.parse(folder / "x.gexf").getroot()


def values(root: etree._Element, element: etree._Element, kind: str) -> dict[str, str]:
    titles = {
        one.get("id"): one.get("title")
        for one in root.iterfind(f".//g:attributes[@class='{kind}']/g:attribute", NAMES)
    }
    return {
        titles[value.get("for")]: value.get("value")
        for value in element.iterfind("g:attvalues/g:attvalue", NAMES)
    }


@pytest.mark.skipif(SUITES is None, reason="HERITAGEKG_SUITES names no folder with gexf-schemas")
@pytest.mark.parametrize("name", ["tenure", "participation", "partnership", "co-tenure"])
def test_gexf_is_valid(tiny: KnowledgeGraph, name: str, tmp_path: Path) -> None:
    schema = etree.XMLSchema(file=str(Path(str(SUITES), "gexf-schemas/specs/1.3/gexf.xsd")))
    root = gexf(open_view(tiny, name), tmp_path)
    assert schema.validate(root), schema.error_log


def test_gexf_has_numeric_ids_and_the_time_of_each_edge(view: View, tmp_path: Path) -> None:
    root = gexf(view, tmp_path)
    nodes = root.findall(".//g:node", NAMES)
    edges = root.findall(".//g:edge", NAMES)
    assert [node.get("id") for node in nodes] == [str(code) for code in range(7)]
    assert [edge.get("id") for edge in edges] == [str(number) for number in range(6)]
    ada, director, _, ben, cem, _ = edges
    assert dict(ada.attrib) == {
        "id": "0",
        "source": "3",
        "target": "1",
        "weight": "1.0",
        "kind": "role:chair",
        "label": "role:chair",
        "start": "2004-01-01",
        "end": "2008-06-30",
    }
    assert director.get("start") == "2006-01-10" and director.get("end") is None
    assert {"start", "end"} & (set(ben.attrib) | set(cem.attrib)) == set()
    assert values(root, ada, "edge") == {
        "kind": "role:chair",
        "possible_from": "2004-01-01",
        "possible_until": "2008-06-30",
        "certain_from": "2004-12-31",
        "certain_until": "2008-06-01",
        "certainty": "certain",
        "fact": "tenure:ada-bell-committee-xa",
        "document": "source:council-2010",
    }


def test_gexf_gives_no_time_that_ends_before_it_begins(view: View, tmp_path: Path) -> None:
    ends = [datetime.date(2003, 12, 31), *view.edges["end"].to_pylist()[1:]]
    place = view.edges.schema.get_field_index("end")
    wrong = view.edges.set_column(place, "end", pyarrow.array(ends, pyarrow.date32()))
    root = gexf(replace(view, edges=wrong), tmp_path)
    ada = root.find(".//g:edge", NAMES)
    assert {"start", "end"} & set(ada.attrib) == set()
    assert values(root, ada, "edge")["possible_until"] == "2003-12-31"


def test_gexf_keeps_labels_and_says_what_it_is(view: View, tmp_path: Path) -> None:
    root = gexf(view, tmp_path)
    loom = values(root, root.findall(".//g:node", NAMES)[2], "node")
    assert loom["curie"] == "museum:xa-loom"
    assert loom["label_az"] == AZERI + " <&> "
    said = root.findtext("g:meta/g:description", namespaces=NAMES)
    for name in ("version", "parameters", "date", "license", "citation", "query"):
        assert view.metadata[name].strip() in said
    day = root.find("g:meta", NAMES).get("lastmodifieddate")
    assert datetime.date.fromisoformat(day) == datetime.date.fromisoformat(view.metadata["date"])


def test_gexf_says_what_has_no_time(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    root = gexf(open_view(tiny, "co-tenure"), tmp_path)
    said = root.findtext("g:meta/g:description", namespaces=NAMES)
    assert (
        "Neither edges nor nodes have a time" in said
        and "certain_from" not in said.split("query:")[0]
    )
    (edge,) = root.findall(".//g:edge", NAMES)
    assert values(root, edge, "edge")["shared"] == "person:ada-bell person:ben-cole"
    assert "start" not in edge.attrib and edge.get("weight") == "2.0"


def test_networkx_reads_the_gexf(view: View, tmp_path: Path) -> None:
    write(view, tmp_path / "x.gexf")
    read = networkx.read_gexf(tmp_path / "x.gexf")
    assert (len(read), read.number_of_edges()) == (7, 6)
    assert read.edges["3", "1"]["start"] == "2004-01-01"


def test_graphml_comes_back_as_it_was(view: View, tmp_path: Path) -> None:
    write(view, tmp_path / "x.graphml")
    read = networkx.read_graphml(tmp_path / "x.graphml", force_multigraph=True)
    made = view.to_networkx()
    # From the elements for yEd networkx takes a place and a shape.
    drawn = {"x", "y", "shape_type"}
    assert {
        name: {key: value for key, value in said.items() if key not in drawn}
        for name, said in read.nodes(data=True)
    } == dict(made.nodes(data=True))
    assert read.nodes["museum:xa-loom"]["label_az"] == AZERI + " <&> "
    by_fact = {values["fact"]: values for _, _, values in made.edges(data=True)}
    for _, _, values in read.edges(data=True):
        assert {key: value for key, value in values.items() if key != "id"} == by_fact.pop(
            values["fact"]
        )
    assert not by_fact
    assert {key: read.graph[key] for key in view.metadata} == dict(view.metadata)


def test_graphml_ids_are_unique(tiny: KnowledgeGraph, tmp_path: Path) -> None:
    write(open_view(tiny, "partnership"), tmp_path / "x.graphml")
    found = [element.get("id") for element in etree.parse(tmp_path / "x.graphml").iter()]
    ids = [one for one in found if one is not None]
    assert len(ids) == len(set(ids))


def test_json_is_read_by_networkx(view: View, tmp_path: Path) -> None:
    write(view, tmp_path / "x.json")
    document = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    read = networkx.node_link_graph(document)
    assert isinstance(read, networkx.MultiDiGraph)
    assert set(read) == set(view.nodes["id"].to_pylist())
    assert read.nodes["museum:xa-loom"]["labels"]["az"].startswith(AZERI)
    assert {fact for _, _, fact in read.edges(data="fact")} == set(view.edges["fact"].to_pylist())
    assert read.graph == dict(view.metadata)
    assert "null" not in (tmp_path / "x.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_empty_network_is_not_written(tiny: KnowledgeGraph, suffix: str, tmp_path: Path) -> None:
    empty = open_view(tiny, "participation", at="1946-11-16")
    with pytest.raises(ExportError, match=r"'participation' is empty for at=1946-11-16"):
        write(empty, tmp_path / f"x{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_unknown_ending(view: View, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"endings are \.gexf, \.graphml, \.cx2"):
        write(view, tmp_path / "x.xlsx")


def test_unwritable_path(view: View, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"cannot write '.*x.gexf': No such file"):
        write(view, tmp_path / "no" / "x.gexf")
    (tmp_path / "x.json").mkdir()
    with pytest.raises(ExportError, match="cannot write"):
        write(view, tmp_path / "x.json")
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


def test_a_failed_write_leaves_the_file_that_was_there(
    view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "x.gexf"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ExportError, match="No space left"):
        write(view, path)
    assert path.read_text(encoding="utf-8") == "before"
    assert len(list(tmp_path.iterdir())) == 1
