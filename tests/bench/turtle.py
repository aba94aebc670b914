"""Turtle: CPU time of the reader with positions and of the formatter against the strict parser."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from heritagekg.turtle.format import format_turtle
from heritagekg.turtle.reader import read
from heritagekg.workspace import Workspace

WANTED = 23_000


def text_of(triples: int) -> str:
    """Return shipped data as one text of about so many triples."""
    prefixes: dict[str, None] = {}
    parts: list[str] = []
    number = 0
    for file in Workspace.shipped().files("data"):
        text = Path(file.path).read_text(encoding="utf-8")
        head, _, body = text.partition("\n\n")
        prefixes.update(dict.fromkeys(head.splitlines()))
        parts.append(body)
        number += len(list(ox.parse(text, format=ox.RdfFormat.TURTLE)))
        if number >= triples:
            break
    return "\n".join([*prefixes, "", "\n\n".join(parts)])


def cpu_seconds(call: Callable[[], object], rounds: int = 5) -> float:
    """Return the median CPU time of *call*."""
    taken = []
    for _ in range(rounds):
        before = time.process_time()
        call()
        taken.append(time.process_time() - before)
    return statistics.median(taken)


def main() -> None:
    """Print the figures."""
    text = text_of(WANTED)
    triples = len(read(text).triples)
    print(f"{triples} triples, {len(text) / 1e6:.1f} MB")
    base = cpu_seconds(lambda: list(ox.parse(text, format=ox.RdfFormat.TURTLE)))
    calls: dict[str, Callable[[], object]] = {
        "read with positions": lambda: read(text),
        "format": lambda: format_turtle(text),
    }
    print(f"{'strict parser to Python quads':40} {base * 1000:6.0f} ms")
    for name, call in calls.items():
        taken = cpu_seconds(call)
        print(f"{name:40} {taken * 1000:6.0f} ms  {taken / base:.1f} x")


if __name__ == "__main__":
    main()
