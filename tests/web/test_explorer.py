"""The pages for people: they work without scripts, and nothing in the data becomes markup."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import httpx
import pytest
from lxml import html

MARKUP = "<script>alert('x')</script><img src=x onerror=alert(1)>"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "/",
    "/queries",
    "/query",
    "/query?query=" + quote("SELECT * { ?s ?p ?o } ORDER BY ?s"),
    "/query?query=" + quote("SELECT ?s ?o { ?s rdfs:label|foaf:homepage|skos:editorialNote ?o }"),
    "/query?query=" + quote("CONSTRUCT { ?s ?p ?o } { ?s rdfs:label ?o ; ?p ?o }"),
    "/query?query=" + quote("DESCRIBE person:hostile"),
    "/query?query=" + quote(f"SELECT * {{ # {MARKUP}"),
    "/query?query=" + quote(f'SELECT ("{MARKUP}" AS ?x) (<x:{MARKUP}> AS ?y) {{}}'),
    '/query?query=</textarea><script>alert(1)</script>"',
    "/queries/committees/chairs",
    "/queries/committees/chairs?committee=" + quote(f'"><{MARKUP}'),
    "/queries/committees/chairs?nonsense=" + quote(MARKUP),
    "/queries/" + quote(MARKUP),
    "/page/person/hostile",
    "/page/person/hostile?at=2020-12-31",
    "/page/committee/az",
    "/page/committee/az?lang=az",
    "/page/committee/az?section=Tenure-organization",
    "/page/committee/az?section=" + quote(MARKUP),
    "/page/committee/az?at=" + quote(MARKUP),
    "/page/committee/az?x=" + quote(f'"><{MARKUP}'),
    "/page/source/news",
    "/page/person/" + quote(MARKUP, safe=""),
    "/id/person/hostile",
    "/ontology",
    "/ontology?lang=az",
    "/search?q=" + quote("<script>"),
    "/search?q=alert",
    "/search?q=" + quote(f'"><{MARKUP}'),
    "/search.json?q=alert",
    "/thing?name=" + quote(MARKUP),
    "/thing?name=" + quote("no such " + MARKUP),
    "/nowhere/" + quote(MARKUP),
]


@pytest.fixture(autouse=True)
def _without_cookies(client: httpx.Client) -> None:
    """Begin each test as a new visitor: the language that was chosen is kept in a cookie."""
    client.cookies.clear()


@pytest.mark.parametrize("page", PAGES)
def test_markup_in_data_and_requests_is_inert(client: httpx.Client, page: str) -> None:
    response = client.get(page, headers=BROWSER, follow_redirects=True)
    assert response.status_code < 500
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    # Only the editor's page lets elements have a style of their own.
    assert "unsafe" not in policy.removesuffix("; style-src-attr 'unsafe-inline'")
    assert policy.endswith("'unsafe-inline'") <= page.startswith("/query?") or page == "/query"
    if not response.headers["content-type"].startswith("text/html"):
        return
    document = html.fromstring(response.text)
    for script in document.xpath("//script"):
        # Code comes in files of this site; what stands in the page is data, and inert.
        if script.get("type") == "application/json":
            json.loads(script.text)
        else:
            assert script.get("src").startswith("/static/built/") and not script.text
    assert not document.xpath("//@*[starts-with(name(), 'on') or name() = 'style']")
    assert not document.xpath("//b")
    assert {i.get("src").partition("?")[0] for i in document.xpath("//img")} == {"/static/icon.svg"}
    for address in document.xpath("//a/@href"):
        assert re.match(r"/(?!/)|https?://|#(content|source-\d+|[A-Za-z]+)$", address), address


@pytest.mark.parametrize("page", PAGES[:5])
def test_pages_name_their_parts(client: httpx.Client, page: str) -> None:
    document = html.fromstring(client.get(page, headers=BROWSER).text)
    assert document.get("lang") == "en"
    assert len(document.xpath("//h1")) == 1
    for field in document.xpath("//input[@type!='hidden'] | //textarea | //select"):
        labels = document.xpath(f"//label[@for='{field.get('id')}']")
        assert labels or field.getparent().tag == "label"


def test_the_start_page_tells_what_there_is(client: httpx.Client) -> None:
    response = client.get("/", headers=BROWSER)
    document = html.fromstring(response.text)
    counts = [
        f"{entry.xpath('string(dt)')} {entry.xpath('string(dd)')}"
        for entry in document.xpath("//dl[@class='counts']/div")
    ]
    assert "people 2" in counts
    assert "v1" in document.xpath("string(//footer)")
    assert document.xpath("//a[@href='/queries/committees/chairs']")
    assert len(response.content) < 100_000


def test_every_named_query_has_a_page(client: httpx.Client) -> None:
    document = html.fromstring(client.get("/queries", headers=BROWSER).text)
    addresses = document.xpath("//li/a/@href")
    assert len(addresses) >= 15
    for address in addresses:
        assert client.get(address, headers=BROWSER).status_code in (200, 400, 404), address


def test_a_named_query_is_answered_with_labels_and_links(client: httpx.Client) -> None:
    page = client.get("/queries/committees/chairs", headers=BROWSER)
    document = html.fromstring(page.text)
    people = document.xpath("//td/a[starts-with(@href, '/page/person/')]")
    assert {(a.text, a.get("href")) for a in people} == {
        ("Shirin A.", "/page/person/a"),
        (MARKUP, "/page/person/hostile"),
    }
    assert document.xpath("//input[@name='committee']/@value") == ["committee:az"]
    [address] = document.xpath("//a[text()='CSV']/@href")
    file = client.get(address)
    assert file.headers["content-type"].startswith("text/csv")
    assert "committees-chairs.csv" in file.headers["content-disposition"]
    assert file.text.startswith("committee,person,")
    assert "Shirin A." in file.text


def test_parameters_take_labels(client: httpx.Client) -> None:
    params = {"committee": "icom azərbaycan"}
    page = client.get("/queries/committees/chairs", params=params, headers=BROWSER)
    assert "Shirin A." in page.text
    file = client.get("/queries/committees/chairs.json", params=params)
    assert len(file.json()["results"]["bindings"]) == 2


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/queries/committees/chairs?committee=nobody", 404, "nobody"),
        ("/queries/committees/chairs?x=1", 400, "no parameter &#39;x&#39;"),
        ("/queries/people/posts-on-date?at=yesterday", 400, "a day such as"),
        ("/queries/committees/chair", 404, "did you mean"),
        ("/queries/committees/chairs.pdf", 404, "chairs.pdf"),
        ("/queries/committees/chairs.ttl", 404, "csv"),
        ("/query?query=SELECT", 400, "line 1, column"),
        ("/query?query=CLEAR+ALL", 403, "update"),
        ("/page/person/nobody", 404, "person:nobody"),
        ("/page/committee/az?section=Nonsense", 404, "no section"),
        ("/page/committee/az?at=2022", 400, "a day such as 2022-08-25"),
        ("/search?q=a&at=x", 400, "a day such as 2022-08-25"),
        ("/nowhere", 404, "Not Found"),
    ],
)
def test_faults_are_told_on_the_page(
    client: httpx.Client, path: str, status: int, told: str
) -> None:
    page = client.get(path, headers=BROWSER)
    assert page.status_code == status
    assert told in page.text
    assert 'role="alert"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_programs_get_faults_in_plain_text(client: httpx.Client) -> None:
    response = client.get("/page/person/nobody")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/plain")


def test_a_page_shows_the_first_rows_and_leads_to_all(client: httpx.Client) -> None:
    params = {"query": "SELECT ?s { ?s <http://example.org/value> ?o }"}
    page = client.get("/query", params=params, headers=BROWSER)
    assert "The first 500 of more." in page.text
    document = html.fromstring(page.text)
    assert len(document.xpath("//tbody/tr")) == 500
    [address] = document.xpath("//a[text()='CSV']/@href")
    assert client.get(address).text.count("\n") == 2001


def test_ask_and_construct_have_their_own_look(client: httpx.Client) -> None:
    asked = client.get("/query", params={"query": "ASK {}"}, headers=BROWSER)
    assert html.fromstring(asked.text).xpath("string(//p[@class='verdict'])") == "Yes"
    params = {"query": "CONSTRUCT WHERE { person:a ?p ?o }"}
    made = client.get("/query", params=params, headers=BROWSER)
    document = html.fromstring(made.text)
    assert "person:a a hkg:Person" in document.xpath("string(//pre)")
    [address] = document.xpath("//a[text()='TTL']/@href")
    assert client.get(address).headers["content-type"].startswith("text/turtle")


def test_a_heavy_query_on_a_page_is_stopped(hurried: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    page = hurried.get("/query", params={"query": query}, headers=BROWSER)
    assert page.status_code == 504
    assert "was stopped" in page.text


def test_an_identifier_leads_to_the_page(client: httpx.Client) -> None:
    for path in ("/thing?name=person:a", "/search?q=person:a"):
        response = client.get(path, headers=BROWSER)
        assert response.status_code == 303
        assert response.headers["location"] == "/page/person/a"
    # With the day that is looked at.
    response = client.get("/id/person/a?at=2020-01-01", headers=BROWSER)
    assert response.headers["location"] == "/page/person/a?at=2020-01-01"
    old = client.get("/thing?name=Shirin", headers=BROWSER)
    assert old.headers["location"] == "/search?q=Shirin"


def test_static_files_are_the_package_s_own(client: httpx.Client) -> None:
    assert client.get("/static/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404
