"""Lists for spreadsheets: the same rows as in JSON, and no cell that a spreadsheet would run."""

import csv
import io
from typing import Any

import httpx
import pytest
from running_instance import Instance

CSV = {"Accept": "text/csv"}
NASTY = (
    '=HYPERLINK("http://127.0.0.1/?"&A1)',
    "+852 SHIP",
    "-1+1",
    "@SUM(A1)",
    "\tTAB",
    "\uff1dcmd()",
    "海星貿易有限公司",
    'SAYS "HELLO", TWICE',
)


@pytest.fixture(scope="module")
def http(instance: Instance) -> httpx.Client:
    http = instance.let_in("csv-forwarder", "forwarder")
    for n, name in enumerate(NASTY):
        entry = {"name": name, "address": f"{n} QUAY ROAD"}
        answer = http.post("/v1/addresses", json=entry)
        assert answer.status_code == 201, answer.text
    return http


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.content.startswith(b"\xef\xbb\xbf")  # Excel needs it to see UTF-8
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_no_cell_is_a_formula_and_each_name_is_there(http: httpx.Client) -> None:
    rows = table(http.get("/v1/addresses", headers=CSV))
    told = [row["name"] for row in rows]
    assert len(told) == len(NASTY)
    assert all(name[:1] not in "=+-@\t\r\uff1d" for name in told)
    listed: list[dict[str, Any]] = http.get("/v1/addresses").json()["addresses"]
    assert [name.removeprefix("'") for name in told] == [one["name"] for one in listed]
    assert "海星貿易有限公司" in told


def test_the_link_leads_through_the_whole_list(http: httpx.Client) -> None:
    found, path = list[str](), "/v1/addresses?limit=3&containing="
    for _ in range(len(NASTY)):
        answer = http.get(path, headers=CSV)
        found += [row["address"] for row in table(answer)]
        if "next" not in answer.links:
            break
        path = answer.links["next"]["url"]
    assert sorted(found) == sorted(f"{n} QUAY ROAD" for n in range(len(NASTY)))
    assert len(found) == len(set(found))


def test_a_machine_gets_the_cells_as_they_are(http: httpx.Client) -> None:
    found, path = list[str](), "/v1/addresses?limit=3&raw=1"
    while path:
        answer = http.get(path, headers=CSV)
        found += [row["name"] for row in table(answer)]
        path = answer.links.get("next", {}).get("url", "")
    listed = http.get("/v1/addresses").json()["addresses"]
    assert sorted(found) == sorted(one["name"] for one in listed)
    for refused in ("/v1/addresses?raw=0", "/v1/addresses?raw=yes"):
        assert http.get(refused, headers=CSV).status_code == 422
    assert http.get("/v1/addresses?raw=1").status_code == 422  # JSON has no other form


def test_an_empty_list_still_names_its_columns(http: httpx.Client) -> None:
    answer = http.get("/v1/letters", headers=CSV)
    assert table(answer) == []
    assert "client" in answer.content.decode("utf-8-sig").splitlines()[0].split(",")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/csv;q=0.5, application/json", "text/csv;q=0"]
)
def test_who_likes_json_better_gets_it(http: httpx.Client, accept: str) -> None:
    answer = http.get("/v1/addresses", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json"


def test_what_is_no_list_and_what_is_refused_is_told_as_ever(http: httpx.Client) -> None:
    assert http.get("/v1/whoami", headers=CSV).json()["party"]
    refused = http.get("/v1/customs/worklist", headers=CSV)
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    unread = http.get("/v1/addresses?limit=0", headers=CSV)
    assert unread.status_code == 422
    assert unread.headers["content-type"] == "application/problem+json"
