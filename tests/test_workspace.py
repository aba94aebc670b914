"""Where ontology, data and queries are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from heritagekg.errors import FileSyntaxError, WorkspaceError
from heritagekg.workspace import LARGEST, Workspace, decode_text, files_at, read_text, write_text


def names(workspace: Workspace, section: str) -> list[str]:
    return [file.name for file in workspace.files(section)]


def write(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_shipped_workspace_has_every_section() -> None:
    shipped = Workspace.shipped()
    for section in ("ontology", "alignments", "shapes", "data", "queries"):
        assert shipped.files(section), section


def test_graph_is_named_by_the_path(tmp_path: Path) -> None:
    write(tmp_path, "data/countries/ge.ttl")
    own = Workspace.at(tmp_path).own_files("data")
    assert [(f.name, f.graph) for f in own] == [
        ("data/countries/ge.ttl", "https://w3id.org/heritagekg/data/countries/ge")
    ]


def test_folder_without_ontology_extends_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, "data/icom.ttl")
    write(tmp_path, "queries/mine.rq")
    workspace = Workspace.at(tmp_path)
    shipped = Workspace.shipped()
    assert names(workspace, "ontology") == names(shipped, "ontology")
    assert names(workspace, "data") == names(shipped, "data")
    icom = next(file for file in workspace.files("data") if file.name == "data/icom.ttl")
    assert icom.path == tmp_path / "data" / "icom.ttl", "one's own file hides the shipped one"
    assert "queries/mine.rq" in names(workspace, "queries")


def test_folder_with_an_ontology_stands_alone(tmp_path: Path) -> None:
    write(tmp_path, "ontology/heritagekg.ttl")
    write(tmp_path, "data/a.ttl")
    assert names(Workspace.at(tmp_path), "data") == ["data/a.ttl"]


def test_hidden_files_and_looping_links_are_left(tmp_path: Path) -> None:
    write(tmp_path, "data/a.ttl")
    write(tmp_path, "data/.hidden.ttl")
    write(tmp_path, "data/.git/b.ttl")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data", target_is_directory=True)
    assert [f.name for f in Workspace.at(tmp_path).own_files("data")] == ["data/a.ttl"]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"no folder .*nowhere"):
        Workspace.at(tmp_path / "nowhere")


def test_empty_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is no workspace: it has no Turtle file"):
        Workspace.at(tmp_path)


def test_around_finds_the_enclosing_workspace(tmp_path: Path) -> None:
    write(tmp_path, "ontology/heritagekg.ttl")
    write(tmp_path, "data/deep/a.ttl")
    assert Workspace.around(tmp_path / "data" / "deep").root == tmp_path
    other = tmp_path / "elsewhere" / "data"
    assert Workspace.around(other).root == tmp_path


def test_around_a_folder_with_data_alone(tmp_path: Path) -> None:
    assert Workspace.around(tmp_path).root == Workspace.shipped().root
    write(tmp_path, "data/a.ttl")
    assert Workspace.around(tmp_path).root == tmp_path


def test_around_a_folder_within_data_alone(tmp_path: Path) -> None:
    write(tmp_path, "data/countries/a.ttl")
    (tmp_path / "queries").mkdir()
    for inside in ("data", "data/countries", "queries"):
        assert Workspace.around(tmp_path / inside).root == tmp_path
    (tmp_path / "notes").mkdir()
    assert Workspace.around(tmp_path / "notes").root == Workspace.shipped().root


def test_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.ttl", "before")

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(WorkspaceError, match=r"cannot write .*a\.ttl.*: Permission denied"):
        write_text(tmp_path / "a.ttl", "after")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.ttl", "before")]


def test_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "dump.ttl"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    assert path.stat().st_size > LARGEST
    with pytest.raises(WorkspaceError, match=r"'dump.ttl' has 200 MB, more than the 128 MB"):
        read_text(path, "dump.ttl")


def test_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, "a/b/c.ttl")
    (tmp_path / "a" / "b" / "loop").symlink_to(tmp_path / "a", target_is_directory=True)
    assert files_at([tmp_path], ".ttl") == [tmp_path / "a" / "b" / "c.ttl"]


def test_place_of_a_wrong_byte_counts_characters() -> None:
    with pytest.raises(FileSyntaxError, match=r"^a:2:3: byte 0xe9 is not UTF-8 but 'é' in"):
        decode_text("ə\n".encode() + b"\xc9\x99x\xe9", "a")
