"""The explorer in Chromium, as visitors use it: no outside request, no error, nothing inaccessible.

Needs the variable HERITAGEKG_BROWSER; pages without scripts are in `test_explorer.py` too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect

import heritagekg

Visit: TypeAlias = Callable[..., AbstractContextManager[Page]]
AXE = Path(heritagekg.__file__).parent / "web/frontend/node_modules/axe-core/axe.min.js"
PAGES = [
    "/",
    "/queries",
    "/queries/museums/names?museum=museum:xa-loom",
    "/query",
    "/query?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+5",
    "/search?q=loom",
    "/search?q=nothing+like+it",
    "/page/museum/xa-loom",
    "/page/museum/xa-loom?at=2003-01-01",
    "/page/museum/hostile",
    "/page/committee/xa?lang=az",
    "/network",
    "/network?thing=committee:tex",
    "/map",
    "/coverage",
    "/check",
    "/ontology",
]
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}


def test_a_visitor_finds_who_held_which_post_and_takes_the_table_home(
    visit: Visit, tmp_path: Path
) -> None:
    with visit("/") as page:
        # Search as you type, by keyboard alone.
        box = page.get_by_role("combobox", name="Find a person")
        box.press_sequentially("tExTil")
        option = page.get_by_role("option", name="CTM Textiles")
        expect(option).to_be_visible()
        box.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        box.press("Enter")

        # The thing, and the same as of a day.
        expect(page.get_by_role("heading", level=1)).to_have_text("CTM Textiles")
        posts = page.get_by_role("region", name="Posts and who held them", exact=True)
        expect(posts.get_by_role("link", name="Eva Falk")).to_be_visible()
        page.get_by_label("As of").fill("2009-01-01")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(address_with("at=2009-01-01"))
        expect(
            page.get_by_role("region", name="Posts and who held them", exact=True)
        ).to_have_count(0)
        page.get_by_label("As of").fill("2010-12-01")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".verdict-possible, .verdict-certain").first).to_be_visible()

        # The network around it, at that day too.
        page.get_by_role("link", name="Network around it").click()
        expect(page).to_have_url(address_with("at=2010-12-01"))
        expect(page.locator(".network canvas").first).to_be_visible()
        expect(page.get_by_role("img", name="Network of")).to_be_visible()
        table = page.get_by_role("region", name="Table of the ties")
        expect(table.get_by_role("link", name="Eva Falk").first).to_be_visible()
        page.get_by_label("Find in the network").fill("eva falk")
        page.get_by_label("Find in the network").press("Enter")
        expect(page.locator(".network-detail")).to_contain_text("Eva Falk")
        page.keyboard.press("Escape")
        expect(page.locator(".network-detail")).to_be_hidden()
        page.screenshot(path=tmp_path / "network.png")

        # The editor: a question, its answer, completion.
        page.get_by_role("link", name="SPARQL", exact=True).click()
        expect(page.locator(".yasqe .CodeMirror")).to_be_visible()
        choice = page.get_by_label("Begin with a question:")
        choice.select_option("museums/names")
        expect(page.locator(".CodeMirror")).to_contain_text("hkg:NamePeriod")
        page.locator(".yasqe_queryButton").click()
        expect(page.locator(".yasr table").first).to_be_visible()
        page.screenshot(path=tmp_path / "editor.png")

        # A table to take home.
        page.goto("/queries/museums/names?museum=museum:xa-loom")
        with page.expect_response("**/queries/museums/names.csv*") as answer:
            page.evaluate(
                "address => fetch(address)",
                page.get_by_role("link", name="CSV").get_attribute("href"),
            )
        assert answer.value.headers["content-type"].startswith("text/csv")
        assert "museum:xa-loom" in answer.value.text() or "xa-loom" in answer.value.text()


def address_with(part: str) -> re.Pattern[str]:
    return re.compile(re.escape(part))


def test_completion_knows_the_terms_of_the_graph(visit: Visit) -> None:
    with visit("/query") as page:
        editor = page.locator(".CodeMirror").first
        expect(editor).to_be_visible()
        editor.click()
        page.evaluate(
            """() => { const cm = document.querySelector(".CodeMirror").CodeMirror;
            cm.setValue(`PREFIX hkg: <https://w3id.org/heritagekg/ontology#>
            SELECT * {
              ?t a hkg:Tenu
            }`);
            cm.setCursor({ line: 2, ch: 999 }); cm.focus(); }"""
        )
        page.keyboard.press("Control+Space")
        option = page.get_by_role("option", name="hkg:Tenure")
        expect(option).to_be_visible()
        page.keyboard.press("Enter")
        expect(editor).to_contain_text("?t a hkg:Tenure")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_are_accessible(visit: Visit, path: str, size: str) -> None:
    # Desktop by day, phone by night: each look is seen once.
    scheme = "light" if size == "desktop" else "dark"
    with visit(path, viewport=SIZES[size], color_scheme=scheme, bypass_csp=True) as page:
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        page.add_script_tag(path=AXE)
        found = page.evaluate(
            """async () => (await axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            })).violations.flatMap(({ id, nodes }) =>
                nodes.map((node) => [id, node.html, node.failureSummary].join(" ")))"""
        )
        assert found == []


@pytest.mark.parametrize(
    "path",
    [
        "/page/museum/hostile",
        "/page/museum/hostile?at=2005-01-01",
        "/network?thing=museum:hostile",
        "/map?thing=museum:hostile",
        "/search?q=zeta",
        "/query?query=SELECT+*+%7B+museum:hostile+%3Fp+%3Fo+%7D",
        "/page/person/eva-falk",
    ],
)
def test_code_in_names_never_runs(visit: Visit, path: str) -> None:
    with visit(path) as page:
        page.locator("#find").press_sequentially("zeta")
        expect(page.get_by_role("option").first).to_be_visible()
        page.wait_for_timeout(500)
        assert page.evaluate("typeof hacked") == "undefined"
        assert page.locator("img[onerror], svg[onload]").count() == 0
        assert "<script>" in page.locator("body").inner_text()


def test_without_scripts_all_but_the_pictures_is_there(visit: Visit) -> None:
    with visit("/", java_script_enabled=False) as page:
        page.get_by_role("searchbox").fill("loom")
        page.get_by_role("button", name="Find").click()
        page.locator(".results a").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.get_by_label("As of").fill("2003-01-01")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".verdict-certain").first).to_be_visible()
        page.get_by_role("link", name="Network around it").click()
        expect(page.get_by_role("region", name="Table of the ties")).to_be_visible()
        page.get_by_role("link", name="Map", exact=True).click()
        expect(page.get_by_role("region", name="The same as a list")).to_be_visible()
        page.get_by_role("link", name="SPARQL", exact=True).click()
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_role("heading", name="Answer")).to_be_visible()


def test_the_language_is_kept(visit: Visit) -> None:
    with visit("/") as page:
        page.get_by_role("link", name="Azərbaycanca").click()
        expect(page.locator("html")).to_have_attribute("lang", "az")
        page.goto("/page/committee/xa")
        expect(page.locator("html")).to_have_attribute("lang", "az")
    with visit("/", locale="az-AZ") as page:
        expect(page.locator("html")).to_have_attribute("lang", "az")


def test_the_first_page_is_light(visit: Visit) -> None:
    received = 0

    def count(response: object) -> None:
        nonlocal received
        sizes = response.request.sizes()  # type: ignore[attr-defined]
        received += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    with visit("about:blank") as page:
        page.on("requestfinished", lambda request: count(request.response()))
        page.goto("/")
        page.wait_for_load_state("networkidle")
    assert 5_000 < received <= 100_000
