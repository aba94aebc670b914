"""`heritagekg serve` as a process of its own: what it prints, how it ends, what stops it early."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

TURTLE = """@prefix committee: <https://w3id.org/heritagekg/id/committee/> .
@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

committee:xx
    a hkg:NationalCommittee ;
    skos:prefLabel "ICOM Xanadu"@en ;
.
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "data" / "countries").mkdir(parents=True)
    (tmp_path / "data" / "countries" / "xx.ttl").write_text(TURTLE, encoding="utf-8")
    return tmp_path


def command(workspace: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "heritagekg", "-C", str(workspace), "serve", *options]


@pytest.fixture
def server(workspace: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command(workspace, "--port", "0", "--workers", "1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_serve_tells_where_it_listens_and_ends_cleanly(server: subprocess.Popen[str]) -> None:
    assert server.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
    assert found
    greeting = "".join(server.stdout.readline() for _ in range(5))
    assert "curl -s" in greeting
    query = "SELECT ?label { committee:xx skos:prefLabel ?label }"
    answer = httpx.get(f"{found[0]}/sparql", params={"query": query, "format": "csv"}, timeout=30)
    assert answer.text == "label\r\nICOM Xanadu\r\n"
    assert "ICOM Xanadu" in httpx.get(f"{found[0]}/page/committee/xx", timeout=30).text
    if sys.platform == "win32":
        return
    server.send_signal(signal.SIGINT)
    assert server.wait(20) == 0
    assert server.stdout.read().strip() == "stopped"
    assert server.stderr is not None
    assert server.stderr.read() == ""


def test_a_port_in_use_is_one_clear_message(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            command(workspace, "--port", port), capture_output=True, text=True, timeout=60
        )
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}: address already in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""


@pytest.mark.parametrize("host", ["nowhere.invalid", "300.1.1.1"])
def test_a_host_of_no_machine_is_one_clear_message(workspace: Path, host: str) -> None:
    ended = subprocess.run(
        command(workspace, "--host", host), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert f"cannot listen on {host}:8000" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_endpoint_is_not_served_again() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "heritagekg", "-C", "http://127.0.0.1:9/", "serve", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "only a workspace can be served" in ended.stderr
