"""The command line as a user meets it: in a process of its own, with its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heritagekg import KnowledgeGraph

TINY_CHAIRS = ["query", "committees/founding", "-p", "committee=CTM Xanadu"]


def run(*arguments: str, folder: Path | None = None, **environment: str):
    """Run the command line and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "heritagekg", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture
def root(tiny: KnowledgeGraph) -> str:
    assert tiny.workspace is not None
    return str(tiny.workspace.root)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["query", "--help"], []])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import os, sys; real = os._exit\n"
        "def leave(code):\n"
        "    heavy = {'rdflib', 'networkx', 'pyshacl', 'pandas', 'pyarrow', 'starlette', 'rich'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
        "    sys.stderr.flush(); real(0)\n"
        "os._exit = leave\n"
        f"sys.argv = ['heritagekg', *{arguments!r}]\n"
        "from heritagekg.cli import main; main()"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert said.stderr.splitlines()[-1] == "[]"
    assert "Usage: heritagekg" in said.stdout + said.stderr


def test_version() -> None:
    assert run("--version").stdout.startswith("heritagekg 0.")


def test_query_as_csv_where_there_is_no_terminal(root: str) -> None:
    said = run("-C", root, *TINY_CHAIRS)
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[0].startswith("committee,")


def test_plain_and_full_way_give_the_same(root: str) -> None:
    """The plainest queries are answered without click; the same must come out."""
    for form in ("csv", "tsv", "json", "xml"):
        plain = run(*TINY_CHAIRS, "-f", form, folder=Path(root))
        full = run(*TINY_CHAIRS, "--format", form, folder=Path(root))
        assert plain.stdout == full.stdout and plain.returncode == full.returncode == 0
    wrong = ["query", "committees/founding", "-p", "commitee=x"]
    plain, full = run(*wrong, folder=Path(root)), run(*wrong, "--timeout", "9", folder=Path(root))
    assert plain.stderr == full.stderr and plain.returncode == full.returncode == 2


@pytest.mark.parametrize("form", ["table", "md", "csv", "tsv", "json", "xml"])
def test_table_formats(root: str, form: str) -> None:
    said = run("-C", root, "query", "-f", form, "-e", 'SELECT ?x { VALUES ?x { "Şirin | ə" } }')
    assert said.returncode == 0 and "Şirin" in said.stdout
    if form == "md":
        assert r"Şirin \| ə" in said.stdout


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_triple_formats(root: str, form: str) -> None:
    said = run("-C", root, "query", "-f", form, "-e", "CONSTRUCT WHERE { committee:xa a ?c }")
    assert said.returncode == 0 and "NationalCommittee" in said.stdout


def test_truth(root: str) -> None:
    assert run("-C", root, "query", "-e", "ASK { }").stdout == "true\n"
    said = run("-C", root, "query", "-f", "json", "-e", "ASK { <a:a> ?p ?o }")
    assert json.loads(said.stdout) == {"head": {}, "boolean": False}


def test_output_file_by_its_ending(root: str, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    said = run("-C", root, *TINY_CHAIRS, "-o", str(path))
    assert said.returncode == 0 and said.stdout == ""
    assert json.loads(path.read_text(encoding="utf-8"))["results"]["bindings"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["answer.json"]


def test_query_file_with_and_without_header(root: str, tmp_path: Path) -> None:
    plain, named = tmp_path / "plain.rq", tmp_path / "named.rq"
    plain.write_text("SELECT ?label { $thing skos:prefLabel ?label } ORDER BY ?label", "utf-8")
    named.write_text(
        "#+ summary: Labels\n#+ parameters:\n#+   thing: {kind: iri, default: committee:xa}\n"
        + plain.read_text(encoding="utf-8"),
        "utf-8",
    )
    by_curie = run("-C", root, "query", str(plain), "-p", "thing=committee:xa")
    assert by_curie.stdout.split() == ["label", "CTM", "Xanadou", "CTM", "Xanadu"]
    assert run("-C", root, "query", str(named)).stdout == by_curie.stdout


def test_queries_lists_and_searches(root: str) -> None:
    everything = run("-C", root, "queries").stdout
    assert "people/posts-on-date" in everything and "-p at=" in everything
    found = json.loads(run("-C", root, "queries", "founded", "-f", "json").stdout)
    assert "committees/founding" in [query["name"] for query in found]
    assert run("-C", root, "queries", "zzzz").stdout == "no named query fits\n"


def test_show_by_label_in_another_language(root: str) -> None:
    said = run("-C", root, "show", "ctm xanadou")
    assert said.returncode == 0 and said.stdout.startswith("CTM Xanadu  (committee:xa, ")


def test_commands_take_the_workspace_too(root: str) -> None:
    assert run("show", "-C", root, "committee:xa").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["quer"], "no command 'quer'; did you mean 'query'?"),
        (["query"], "give the name of a query, a .rq file, or -e TEXT"),
        (["query", "nothing/here"], "no query named 'nothing/here'"),
        (["query", "committees/foundin"], "did you mean 'committees/founding'"),
        (["query", "committees/founding", "-p", "committee"], "-p takes name=value"),
        (["query", "people/posts-on-date", "-p", "at=soon"], "it takes a date such as"),
        (["query", "no-such.rq"], "cannot read 'no-such.rq'"),
        (["query", "-e", "SELECT ?x { ?x"], "line 1, column 15"),
        (["query", "-e", "DROP ALL"], "is an update"),
        (["query", "-e", "ASK { }", "-o", "answer.docx"], "no format for 'answer.docx'"),
        (["query", "-e", "ASK { }", "-o", "no/such/folder.json"], "cannot write 'no/such/folder"),
        (["query", "-e", "SELECT ?x { }", "-f", "ttl"], "use CONSTRUCT"),
        (["query", "-e", "DESCRIBE <a:a>", "-f", "csv"], "use -f ttl"),
        (["show", "nobody at all"], "nothing here is called 'nobody at all'"),
        (["-C", "no/such/folder", "queries"], "no folder 'no/such/folder'"),
        (["-C", "http://127.0.0.1:9/sparql", "query", "-e", "ASK { }"], "no answer from http"),
    ],
)
def test_bad_input_is_one_clear_message(root: str, arguments: list[str], words: str) -> None:
    said = run(*arguments, folder=Path(root))
    assert words in said.stderr and said.stdout == ""
    assert "Traceback" not in said.stderr and said.returncode == 2


def test_empty_folder(tmp_path: Path) -> None:
    said = run("-C", str(tmp_path), "query", "-e", "ASK { }")
    assert said.returncode == 2 and "is no workspace" in said.stderr


def test_syntax_error_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.ttl").write_text("<a:s>\n <a:p> .", encoding="utf-8")
    said = run("-C", str(tmp_path), "query", "-e", "ASK { }")
    assert said.returncode == 2 and "error: data/a.ttl:2:8: " in said.stderr
    assert "Traceback" not in said.stderr


def test_unusable_cache(root: str, tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("", encoding="utf-8")
    said = run("-C", root, "query", "-e", "ASK { }", HERITAGEKG_CACHE=str(blocked))
    assert said.returncode == 2 and "set HERITAGEKG_CACHE to a folder" in said.stderr
    assert "Traceback" not in said.stderr


def test_reader_that_goes_away(root: str) -> None:
    command = f"{sys.executable} -m heritagekg query -e 'SELECT * {{ ?s ?p ?o }}' | head -n 1"
    said = subprocess.run(
        command, shell=True, capture_output=True, encoding="utf-8", timeout=60, cwd=root
    )
    assert said.stdout.strip() and said.stderr == ""
