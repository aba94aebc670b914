"""Load and abuse of a served graph on loopback, bounded in time: what holds, in figures.

Run by hand: `python tests/bench/load.py [SECONDS]`. Four parts: many clients with mixed queries;
the worst queries of some clients beside the shortest of another; workers that are killed under
load; the memory of the server over many requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

MIXED = [
    "ASK {}",
    "SELECT ?p ?o { committee:az ?p ?o }",
    "SELECT ?person ?role { ?t hkg:heldBy ?person ; hkg:role ?role } LIMIT 50",
    "SELECT ?kind (COUNT(*) AS ?n) { ?x a ?kind } GROUP BY ?kind",
    "SELECT ?museum ?label { ?museum a hkg:Museum ; rdfs:label ?label } LIMIT 500",
    "CONSTRUCT WHERE { ?s hkg:partOf ?o }",
    "DESCRIBE conference:2022-prague",
    'SELECT ?x { ?x rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "museum")) } LIMIT 20',
]
WORST = [
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "CONSTRUCT { ?a ?b ?f . ?d ?e ?c } WHERE { ?a ?b ?c . ?d ?e ?f }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<x:y>)* ?b . ?b (!<x:y>)* ?c }",
    "SELECT (COUNT(*) AS ?n) { ?a (<x:a>|!<x:a>)+ ?b }",
    'SELECT * { ?a ?b ?c FILTER(REGEX(STR(?c), "(((a+)+)+)+$")) ?d ?e ?f }',
    "SELECT ?a { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a ?d",
    "SELECT (GROUP_CONCAT(?c) AS ?all) { ?a ?b ?c . ?d ?e ?f }",
    "SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f FILTER(?c != ?f) }",
    "SELECT * { ?a ?b ?c MINUS { ?d ?e ?f . ?g ?h ?i FILTER(?f = ?i) } }",
]


@contextlib.contextmanager
def served(*options: str) -> Iterator[tuple[str, int]]:
    """Serve the shipped graph from a process of its own; give its address and process id."""
    command = [sys.executable, "-m", "heritagekg", "serve", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+?(?=/ )", process.stdout.readline())
        assert found, "the server says where it listens"
        yield found[0], process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def ask(client: httpx.AsyncClient, query: str) -> object:
    return client.get("/sparql", params={"query": query}, headers={"accept": "*/*"})


async def busy(
    address: str, clients: int, seconds: float, queries: list[str]
) -> tuple[Counter[object], list[float]]:
    """Return what *clients* got in *seconds*: statuses or faults, and how long each answer took."""
    got: Counter[object] = Counter()
    taken: list[float] = []
    ends = time.monotonic() + seconds

    async def one(number: int) -> None:
        choose = random.Random(number)
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            while time.monotonic() < ends:
                began = time.perf_counter()
                try:
                    response = await ask(client, choose.choice(queries))  # type: ignore[misc]
                    got[response.status_code] += 1
                except httpx.HTTPError as error:
                    got[type(error).__name__] += 1
                taken.append(time.perf_counter() - began)

    await asyncio.gather(*(one(number) for number in range(clients)))
    return got, taken


def told(taken: list[float]) -> str:
    ordered = sorted(taken)
    at = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return f"median {statistics.median(ordered) * 1000:.0f} ms, 95 % within {at * 1000:.0f} ms"


async def many_clients(address: str, seconds: float) -> None:
    got, taken = await busy(address, 32, seconds, MIXED)
    print(f"32 clients, mixed queries, {seconds:.0f} s: {dict(got)}, {told(taken)}")


async def short_beside_worst(address: str, seconds: float) -> None:
    worst = asyncio.ensure_future(busy(address, 8, seconds, WORST))
    await asyncio.sleep(1)
    got, taken = await busy(address, 1, seconds - 2, ["ASK {}"])
    print(f"a ninth client's ASK {{}} beside 8 with the worst queries: {dict(got)}, {told(taken)}")
    print(f"  those 8: {dict((await worst)[0])}")


def workers_of(server: int) -> list[int]:
    """Return the process ids of the workers, which several threads of the server have started."""
    tasks = Path(f"/proc/{server}/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text().split()]


async def killed_workers(address: str, server: int, seconds: float) -> None:
    ends = time.monotonic() + seconds - 2
    load = asyncio.ensure_future(busy(address, 8, seconds, MIXED))
    kills = 0
    while time.monotonic() < ends:
        await asyncio.sleep(0.5)
        for worker in workers_of(server)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
                kills += 1
    got, taken = await load
    print(f"8 clients while {kills} workers are killed: {dict(got)}, {told(taken)}")


def megabytes(server: int) -> float:
    status = Path(f"/proc/{server}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


async def memory(address: str, server: int, requests: int) -> None:
    sizes = []
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for number in range(requests):
            await ask(client, MIXED[number % len(MIXED)])  # type: ignore[misc]
            if number % (requests // 5) == requests // 5 - 1:
                sizes.append(megabytes(server) + sum(map(megabytes, workers_of(server))))
    shown = ", ".join(f"{size:.0f}" for size in sizes)
    print(f"MB of server and workers over {requests} requests, by fifths: {shown}")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with served("--timeout", "5") as (address, server):
        asyncio.run(many_clients(address, seconds))
        asyncio.run(short_beside_worst(address, seconds / 2))
        asyncio.run(killed_workers(address, server, seconds / 3))
        asyncio.run(memory(address, server, 10_000 if seconds >= 60 else 1000))


if __name__ == "__main__":
    main()
