"""Print the CPU seconds of whole validations of a generated register, beside other engines.

Each engine runs in a process of its own (start, load, validate, report) on the same files: the
register of `register.py`, in which one museum in a thousand has a mistake, and its shapes. The
other engines are installed into environments of their own below `.venv/bench`.

    python tests/bench/shacl.py [--museums 1000 10000 100000] [--engines heritagekg shacl-rust ...]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import register

# What takes a quarter of an hour and more beyond so many museums is not asked to.
MOST = dict.fromkeys(("pyshacl", "pyshacl-turbo", "shacl"), 10_000)
HOME = Path(__file__).resolve().parents[2] / ".venv" / "bench"
# Engine -> (package, program); each prints its report, and on the other stream how much it found.
PROGRAMS = {
    "pyshacl": (
        "",
        "import pyshacl\n"
        "_, graph, text = pyshacl.validate(data, shacl_graph=shapes, inference='none')\n"
        "print(text); print(text.count('Constraint Violation in'), 'results', file=sys.stderr)",
    ),
    "pyshacl-turbo": (
        "pyshacl-turbo",
        "import pyshacl_turbo\n"
        "_, graph, text = pyshacl_turbo.validate(data, shacl_graph=shapes, inference='none')\n"
        "print(text); print(text.count('Constraint Violation in'), 'results', file=sys.stderr)",
    ),
    "shacl": (
        "shacl",
        "import shacl\n"
        "report = shacl.validate(data, shapes)\n"
        "for found in report.results: print(found)\n"
        "print(len(report.results), 'results', file=sys.stderr)",
    ),
    "shacl-rust": (
        "shacl-rust",
        "import shacl_rust\n"
        "report = shacl_rust.validate_file(data, shapes)\n"
        "for found in report['results']: print(found)\n"
        "print(len(report['results']), 'results', file=sys.stderr)",
    ),
}


def environment(package: str) -> Path:
    """Return the Python of an environment that holds *package* alone."""
    if not package:
        return Path(sys.executable)
    python = HOME / package / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", HOME / package], check=True)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        subprocess.run(install, check=True)
    return python


def command(engine: str, data: Path, shapes: Path) -> list[str]:
    """Return the command that validates *data* with *engine*."""
    if engine == "heritagekg":
        words = ["-m", "heritagekg", "check", str(data), "--shapes", str(shapes)]
        return [sys.executable, *words, "--format", "concise"]
    package, program = PROGRAMS[engine]
    start = f"import sys; data, shapes = {str(data)!r}, {str(shapes)!r}\n"
    return [str(environment(package)), "-c", start + program]


def measure(words: list[str], log: Path) -> tuple[float, int, str]:
    """Return CPU seconds, peak memory in MB, and what the process said at its end."""
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=output)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = said[-1][:70] if said else ""
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, last


def main() -> None:
    """Print a line for each engine and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--museums", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--engines", nargs="+", default=["heritagekg", *PROGRAMS])
    chosen = parser.parse_args()
    print(f"{register.constraints()} constraints, CPU seconds of the whole process")
    with tempfile.TemporaryDirectory() as folder:
        shapes = Path(folder, "shapes.ttl")
        shapes.write_text(register.shapes(), encoding="utf-8")
        for museums in chosen.museums:
            data = Path(folder, f"register-{museums}.ttl")
            text, wanted = register.register(museums, every=1000)
            data.write_text(text, encoding="utf-8")
            print(f"\n{museums:,} museums, {len(wanted)} mistakes")
            ours = None
            for engine in chosen.engines:
                if museums > MOST.get(engine, museums):
                    continue
                seconds, memory, said = measure(command(engine, data, shapes), Path(folder, "log"))
                ours = seconds if engine == "heritagekg" else ours
                ratio = f"{seconds / ours:6.1f} x" if ours else ""
                print(
                    f"  {engine:14} {seconds:8.2f} s {ratio:>9} {memory:6} MB  {said}", flush=True
                )


if __name__ == "__main__":
    main()
