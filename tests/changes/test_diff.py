"""What `heritagekg diff` tells of a workspace under git."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from heritagekg.changes.compare import State, compare
from heritagekg.changes.patch import patch
from heritagekg.changes.words import lines, markdown, text
from heritagekg.errors import FileSyntaxError, RevisionError
from heritagekg.terms import PREFIXES
from heritagekg.workspace import Workspace

HEAD = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in PREFIXES)
PEOPLE = """
committee:xb a hkg:NationalCommittee ; skos:prefLabel "ICOM Elsewhere"@en .
role:chair a skos:Concept ; skos:prefLabel "chair"@en .
person:ada a hkg:Person ; skos:prefLabel "Ada Old"@en .
tenure:ada-xb a hkg:Tenure ; hkg:heldBy person:ada ; hkg:role role:chair ;
    hkg:organization committee:xb ; hkg:validFrom "2016"^^xsd:gYear .
"""
NEXT = """
person:bob a hkg:Person ; skos:prefLabel "Bob New"@en .
tenure:bob-xb a hkg:Tenure ; hkg:heldBy person:bob ; hkg:role role:chair ;
    hkg:organization committee:xb ; hkg:validFrom "2025-11"^^xsd:gYearMonth .
"""
ENDED = PEOPLE.replace(
    '"2016"^^xsd:gYear', '"2016"^^xsd:gYear ; hkg:validUntil "2025-11"^^xsd:gYearMonth'
)


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, timeout=60)


def write(root: Path, name: str, said: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + said, encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace in a folder of a repository, with one commit."""
    git(tmp_path, "init", "-q")
    root = tmp_path / "kept here"
    write(root, "data/xb.ttl", PEOPLE)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    return Workspace(root)


def told(workspace: Workspace, old: str = "HEAD", new: str | None = None) -> str:
    comparison = compare(workspace, old, new)
    return text(lines(comparison, State({})), comparison.moved)


def test_nothing_changed(workspace: Workspace) -> None:
    # Another form of the same facts is no change.
    write(workspace.root, "data/xb.ttl", "# noted\n" + PEOPLE.replace(" ;", "\n ;"))
    assert told(workspace) == ""
    assert patch(compare(workspace, "HEAD")) == ""


def test_succession_is_one_sentence(workspace: Workspace) -> None:
    write(workspace.root, "data/xb.ttl", ENDED + NEXT)
    assert told(workspace) == (
        "Person\n"
        "  + Bob New (person:bob)\n"
        "\n"
        "Tenure\n"
        "  ~ chair of ICOM Elsewhere: Ada Old until 2025-11, Bob New since\n"
    ).replace("Person", "hkg:Person").replace("Tenure", "hkg:Tenure")


def test_ontology_beneath_names_the_classes(workspace: Workspace) -> None:
    write(workspace.root, "data/xb.ttl", PEOPLE + NEXT)
    beneath = State(
        {"o": frozenset({(ox.NamedNode(PREFIXES["hkg"] + "Tenure"),
                          ox.NamedNode(PREFIXES["rdfs"] + "label"),
                          ox.Literal("Term of office", language="en"))})}
    )  # fmt: skip
    found = lines(compare(workspace, "HEAD"), beneath)
    assert ("Term of office", "added", "chair of ICOM Elsewhere: Bob New since 2025-11") in found


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("", NEXT, "  + chair of ICOM Elsewhere: Bob New since 2025-11\n"),
        (NEXT, "", "  - chair of ICOM Elsewhere: Bob New since 2025-11\n"),
        (NEXT, NEXT.replace("2025-11", "2025-10"), "Bob New since 2025-10, not 2025-11\n"),
        (
            'museum:a a hkg:Museum ; skos:prefLabel "A"@en , "Ə"@az .',
            'museum:a a hkg:Museum ; skos:prefLabel "B"@en , "Ə"@az ; hkg:aim "x y"@en .',
            "  ~ B (museum:a): aim (en) “x y”; name (en) “B”, not “A”\n",
        ),
        ('<https://w3id.org/heritagekg/data/x> a void:Dataset ; dcterms:modified "2024" .',
         '<https://w3id.org/heritagekg/data/x> a void:Dataset ; dcterms:modified "2025" .', ""),
        (
            "person:ada hkg:aim [ hkg:name 1 ] .",
            "person:ada hkg:aim [ hkg:name 2 ] .",
            "  ~ what is said of 2 unnamed nodes (in brackets)\n",
        ),
        (
            '<http://e/x> <http://e/p> "q" .',
            '<http://e/x> <http://e/p> "r" .',
            "  ~ http://e/x: http://e/p r, not q\n",
        ),
    ],
)  # fmt: skip
def test_sentences(workspace: Workspace, old: str, new: str, sentence: str) -> None:
    write(workspace.root, "data/more.ttl", old)
    git(workspace.root, "add", "-A")
    git(workspace.root, "commit", "-qm", "two")
    write(workspace.root, "data/more.ttl", new)
    said = told(workspace)
    assert sentence in said if sentence else said == ""


def test_moving_is_no_change(workspace: Workspace) -> None:
    write(workspace.root, "data/xb.ttl", "")
    write(workspace.root, "data/xb/all.ttl", PEOPLE)
    assert told(workspace) == (
        "files\n  ~ 4 things moved from data/xb.ttl to data/xb/all.ttl, unchanged\n"
    )


def test_two_revisions_need_no_checkout(workspace: Workspace) -> None:
    write(workspace.root, "data/xb.ttl", ENDED)
    git(workspace.root, "commit", "-qam", "two")
    write(workspace.root, "data/xb.ttl", "broken")
    assert "Ada Old until 2025-11" in told(workspace, "HEAD~1", "HEAD")
    assert "Ada Old no longer until 2025-11" in told(workspace, "HEAD", "HEAD~1")
    with pytest.raises(FileSyntaxError, match=r"^data/xb.ttl:\d+:\d+: "):
        compare(workspace, "HEAD")


def test_patch_makes_the_new_from_the_old(workspace: Workspace) -> None:
    before = compare(workspace, "HEAD").quads
    assert before() == ([], [])
    write(workspace.root, "data/xb.ttl", ENDED + NEXT + "person:ada hkg:aim [ hkg:name ( 1 ) ] .")
    comparison = compare(workspace, "HEAD")
    rows = patch(comparison).splitlines()
    assert (rows[0], rows[-1]) == ("TX .", "TC .")
    graph = ox.NamedNode("https://w3id.org/heritagekg/data/xb")
    store = {ox.Quad(*triple, graph) for triple in comparison.old.files["data/xb.ttl"]}
    for row in rows[1:-1]:
        (quad,) = ox.parse(row[2:], format=ox.RdfFormat.N_QUADS)
        assert quad.graph_name == graph
        (store.remove if row[0] == "D" else store.add)(quad)
    assert store == {ox.Quad(*triple, graph) for triple in comparison.new.files["data/xb.ttl"]}


def test_markdown_is_escaped() -> None:
    from heritagekg.changes.words import Line

    said = markdown([Line("Museum", "added", "A *b* <c>\nd")], {("a.ttl", "b.ttl"): 1})
    assert "- added: A \\*b\\* \\<c> d\n" in said
    assert "- changed: 1 thing moved from a.ttl to b.ttl, unchanged\n" in said


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", "diff", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_command_line(workspace: Workspace) -> None:
    said = run(workspace.root, "HEAD")
    assert (said.returncode, said.stdout) == (0, "")
    assert said.stderr == "nothing changed in the facts\n"
    write(workspace.root, "data/xb.ttl", ENDED + NEXT)
    said = run(workspace.root, "HEAD", "--format", "markdown")
    # Roles and classes are named by the workspace that this one extends.
    assert said.returncode == 0 and "### Tenure\n\n- changed: chair of ICOM Else" in said.stdout
    said = run(workspace.root, "nowhere")
    assert said.returncode == 2 and "git knows no revision 'nowhere'" in said.stderr
    assert "Traceback" not in said.stderr


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    write(tmp_path / "w", "data/a.ttl", PEOPLE)
    with pytest.raises(RevisionError, match="not a git repository"):
        compare(Workspace(tmp_path / "w"), "HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match="git is not installed"):
        compare(Workspace(tmp_path / "w"), "HEAD")


def test_the_last_file_is_deleted(workspace: Workspace) -> None:
    for path in (workspace.root / "data").iterdir():
        path.unlink()
    said = run(workspace.root, "HEAD")
    assert said.returncode == 0 and "  - Ada Old (person:ada)\n" in said.stdout
    said = run(workspace.root.parent, "-C", str(workspace.root), "HEAD")
    assert "  - Ada Old (person:ada)\n" in said.stdout


def test_no_file_at_either_revision(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "none", "--allow-empty")
    said = run(tmp_path, "HEAD")
    assert said.returncode == 2 and said.stderr.startswith("error: nothing to compare: no Turtle")


def test_ends_of_a_range(workspace: Workspace) -> None:
    root = workspace.root
    git(root, "branch", "old")
    git(root, "checkout", "-qb", "new")
    write(root, "data/more.ttl", NEXT)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "two")
    bob = "  + Bob New (person:bob)\n"
    for asked in ("old..new", "old..", "old...new", "old..."):
        assert bob in run(root, asked).stdout
    git(root, "checkout", "-q", "old")
    write(root, "data/third.ttl", "person:eve a hkg:Person ; skos:prefLabel 'Eve'@en .")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "three")
    assert "Eve" in run(root, "new..old").stdout and "Bob" in run(root, "new..old").stdout
    # What the other branch did meanwhile is no part of it.
    assert "Eve" in run(root, "new...old").stdout and "Bob" not in run(root, "new...old").stdout
    git(root, "checkout", "-q", "--orphan", "alone")
    git(root, "commit", "-qm", "four")
    said = run(root, "old...alone")
    assert said.returncode == 2 and "no commit that 'old...alone' have in common" in said.stderr


def test_shallow_clone_says_how_to_get_the_rest(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace.root, "data/more.ttl", NEXT)
    git(workspace.root, "add", "-A")
    git(workspace.root, "commit", "-qm", "two")
    git(tmp_path, "clone", "-q", "--depth", "1", tmp_path.as_uri(), "shallow")
    said = run(tmp_path / "shallow" / "kept here", "HEAD~1")
    assert said.returncode == 2 and said.stderr.endswith("`git fetch --unshallow` gets them\n")


def test_patch_of_a_file_whose_name_is_no_iri(workspace: Workspace) -> None:
    write(workspace.root, "data/new file.ttl", NEXT)
    assert "<https://w3id.org/heritagekg/data/new%20file>" in patch(compare(workspace, "HEAD"))
