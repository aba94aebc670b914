"""The named queries over REST: parameters, pages, formats, and the document that describes them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import jsonschema
import pyarrow.parquet
import pytest

from heritagekg import KnowledgeGraph

FIND = "/api/queries/conferences/list"


def test_the_list_of_queries(shipped: httpx.Client, kg: KnowledgeGraph) -> None:
    listed = shipped.get("/api/queries").json()["queries"]
    assert [query["name"] for query in listed] == sorted(kg.queries)
    query = next(query for query in listed if query["name"] == "committees/chairs")
    assert query["parameters"]["committee"]["kind"] == "iri"
    assert shipped.get(query["url"]).status_code == 200


def test_rows_are_json_of_the_types_that_json_has(shipped: httpx.Client) -> None:
    rows = shipped.get(FIND).json()["rows"]
    prague = next(row for row in rows if row["number"] == 26)
    assert prague["conference"] == "https://w3id.org/heritagekg/id/conference/2022-prague"
    assert prague["startDate"].startswith("2022-08-2")


def test_pages(shipped: httpx.Client) -> None:
    whole = shipped.get(FIND, params={"limit": 1000}).json()
    assert whole["next"] is None
    found: list[Any] = []
    address: str | None = f"{FIND}?limit=2"
    while address:
        response = shipped.get(address)
        page = response.json()
        assert len(page["rows"]) <= 2
        found += page["rows"]
        address = page["next"]
        assert (f'<{address}>; rel="next"' == response.headers["link"]) if address else True
    assert found == whole["rows"]
    assert shipped.get(FIND, params={"offset": 5000}).json()["rows"] == []


def test_csv_and_parquet_hold_the_same(shipped: httpx.Client) -> None:
    rows = shipped.get(FIND).json()["rows"]
    response = shipped.get(FIND, headers={"accept": "text/csv"})
    table = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["conferenceLabel"] for row in table] == [row["conferenceLabel"] for row in rows]
    response = shipped.get(FIND, params={"format": "parquet"})
    assert response.headers["content-type"] == "application/vnd.apache.parquet"
    frame = pyarrow.parquet.read_table(io.BytesIO(response.content))
    assert json.loads(json.dumps(frame.to_pylist(), default=str)) == rows


def test_parameters_take_labels_and_dates(shipped: httpx.Client) -> None:
    params = {"organization": "ICOM Azerbaijan", "at": "2022-08-25"}
    response = shipped.get("/api/queries/people/posts-on-date", params=params)
    assert response.json()["parameters"] == params
    assert "Shirin Malikova" in response.text
    known = {"if-none-match": response.headers["etag"]}
    again = shipped.get(str(response.request.url), headers=known)
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        (FIND + "?limit=-1", 400, "limit is '-1'; it takes a whole number from 0 to"),
        (FIND + "?limit=٣", 400, "limit is '٣'"),
        (FIND + "?offset=99999999999999999999", 400, "offset is"),
        (FIND + "?limit=1&limit=2", 400, "'limit' is given more than once"),
        (FIND + "?surprise=1", 400, "no parameter 'surprise'"),
        (FIND + "?format=png", 406, "json, csv, parquet"),
        ("/api/queries/conferences/lst", 404, "did you mean 'conferences/list'"),
        ("/api/queries/people/posts-on-date?at=2022-13-01", 400, "'2022-13-01'"),
        ("/api/queries/committees/chairs?committee=Nobody+at+all", 404, "Nobody at all"),
    ],
)
def test_what_goes_wrong(shipped: httpx.Client, path: str, status: int, told: str) -> None:
    response = shipped.get(path)
    assert response.status_code == status, response.text
    assert told in response.text


def test_the_description_fits_what_is_answered(shipped: httpx.Client) -> None:
    assert shipped.get("/api").headers["location"] == "/api/openapi.json"
    described = shipped.get("/api/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    schema = described["components"]["schemas"]["Rows"]
    jsonschema.Draft202012Validator.check_schema(schema)
    operation = described["paths"][FIND]["get"]
    example = operation["responses"]["200"]["content"]["application/json"]["example"]
    for told in (example, shipped.get(FIND).json()):
        jsonschema.validate(told, schema)
    assert example["rows"][0]["conference"].startswith("https://w3id.org/heritagekg/id/")
    at = described["paths"]["/api/queries/people/posts-on-date"]["get"]["parameters"]
    date = next(parameter for parameter in at if parameter["name"] == "at")
    assert date["schema"]["format"] == "date"


def test_no_query_has_a_parameter_of_paging(kg: KnowledgeGraph) -> None:
    for name in kg.queries:
        assert not {"limit", "offset", "format"} & set(kg.queries[name].parameters), name
