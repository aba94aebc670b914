"""Start-up: CPU time of short commands against importing pyoxigraph alone, and what they load."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

HEAVY = ("rdflib", "networkx", "pyshacl", "pandas", "pyarrow", "lxml", "starlette", "rich")
PROGRAM = str(Path(sys.executable).with_name("heritagekg"))
QUERY = ["query", "people/posts-on-date"]


def cpu_seconds(command: list[str], rounds: int = 31) -> float:
    """Return the median CPU time (user and system) of *command*."""
    taken = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(
            after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
        )
    return statistics.median(taken)


def loaded(arguments: list[str]) -> list[str]:
    """Return the heavy packages that a command imports."""
    code = (
        "import atexit, os, sys; os._exit = lambda code: sys.exit(code);"
        f"sys.argv = ['heritagekg', *{arguments!r}];"
        f"atexit.register(lambda: print(*(m for m in {HEAVY!r} if m in sys.modules), "
        "file=sys.stderr));"
        "from heritagekg.cli import main; main()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return answer.stderr.split()


def main() -> None:
    """Print the figures."""
    subprocess.run([PROGRAM, *QUERY], check=True, stdout=subprocess.DEVNULL)
    base = cpu_seconds([sys.executable, "-c", "import pyoxigraph"])
    print(f"{'import pyoxigraph':40} {base * 1000:6.1f} ms")
    for arguments in (["--help"], QUERY):
        taken = cpu_seconds([PROGRAM, *arguments])
        name = "heritagekg " + " ".join(arguments)
        heavy = ", ".join(loaded(arguments)) or "none"
        ratio = f"{taken * 1000:6.1f} ms  {taken / base:.2f} x"
        print(f"{name:40} {ratio}  heavy packages loaded: {heavy}")


if __name__ == "__main__":
    main()
