"""Chromium on the tiny graph: every page of a test is watched for outside requests and errors."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette

import heritagekg
from heritagekg.web.app import create_app

# What WebGL in software says of itself; it is no fault of the page.
_DRIVER = ("GPU stall due to ReadPixels", "GL Driver Message")
_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
]


# A museum on the map, with names that are code in HTML, in attributes and in scripts.
_HOSTILE = """@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix hkg: <https://w3id.org/heritagekg/ontology#> .
@prefix museum: <https://w3id.org/heritagekg/id/museum/> .
@prefix place: <https://w3id.org/heritagekg/id/place/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix source: <https://w3id.org/heritagekg/id/source/> .
@prefix tenure: <https://w3id.org/heritagekg/id/tenure/> .
@prefix person: <https://w3id.org/heritagekg/id/person/> .
@prefix role: <https://w3id.org/heritagekg/id/role/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .

museum:hostile a hkg:Museum ;
    skos:prefLabel "Zeta <img src=x onerror=hacked=1><script>hacked=1</script>"@en ;
    skos:altLabel "Zeta \\"><svg onload=hacked=1>"@en , "</script><script>hacked=1</script>"@en ;
    foaf:homepage <javascript:hacked=1> ;
    geo:lat 40.4 ; geo:long 49.8 ;
    hkg:locatedIn place:beta ;
    prov:wasDerivedFrom source:council-2010 .

tenure:hostile a hkg:Tenure ;
    hkg:organization museum:hostile ; hkg:heldBy person:eva-falk ; hkg:role role:director ;
    hkg:validFrom "2004-05"^^<http://www.w3.org/2001/XMLSchema#gYearMonth> ;
    skos:editorialNote "'><img src=x onerror=hacked=1>"@en ;
    prov:wasDerivedFrom source:council-2010 .
"""


@pytest.fixture(scope="session")
def site(
    tiny: heritagekg.KnowledgeGraph,
    serve: Callable[[Starlette], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Return the address of an application over the tiny graph and a hostile museum."""
    assert tiny.workspace is not None
    root = tmp_path_factory.mktemp("site") / "workspace"
    shutil.copytree(tiny.workspace.root, root)
    (root / "data" / "hostile.ttl").write_text(_HOSTILE, encoding="utf-8")
    with serve(create_app(heritagekg.open(root), workers=1, timeout=30)) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium; the variable HERITAGEKG_BROWSER names it."""
    path = os.environ.get("HERITAGEKG_BROWSER")
    if not path:
        pytest.skip("HERITAGEKG_BROWSER names no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(
    browser: Browser, site: str, tmp_path: Path
) -> Callable[..., AbstractContextManager[Page]]:
    """Return a function that opens a page of the site and watches it until it is left."""

    @contextmanager
    def visit(path: str = "/", **options: Any) -> Iterator[Page]:
        faults: list[str] = []

        def watch(request: Any) -> None:
            if not request.url.startswith((site + "/", "data:", "blob:")):
                faults.append(f"request to {request.url}")

        context = browser.new_context(
            **{"locale": "en-GB", "accept_downloads": True, "base_url": site} | options
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("request", watch)
        page.on("requestfailed", lambda r: _note_failure(r, faults))
        page.on("pageerror", lambda error: faults.append(f"error {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{message.type} {message.text}")
                if message.type in ("error", "warning")
                and not any(words in message.text for words in _DRIVER)
                else None
            ),
        )
        try:
            page.goto(path)
            yield page
            page.screenshot(path=tmp_path / "page.png", full_page=True)
            assert faults == []
        finally:
            context.close()

    return visit


def _note_failure(request: Any, faults: list[str]) -> None:
    # Suggestions that are typed over are called back, and a download is no page.
    if request.failure != "net::ERR_ABORTED":
        faults.append(f"{request.failure} {request.url}")
