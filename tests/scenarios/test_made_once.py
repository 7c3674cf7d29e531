"""A request that makes something and comes again under its key makes nothing, and is answered."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest
from port import wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_drafts import Firm, codes, made, ok, settled
from test_filing_desk import DAY, NOW, SHA

KEY = "Idempotency-Key"
Asking = Callable[[Firm], tuple[httpx.Client, dict[str, Any]]]


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    found = settled(instance, "mo")
    call = Call("LINEMO", "CUSTOMSMO", "ONCE1")
    found.line.post("/v1/messages", content=manifest(call, Paper("SYNONCE"))).raise_for_status()
    wait(lambda: found.line.get("/v1/track/SYNONCE").json().get("found"))
    return found


def ask(
    http: httpx.Client, path: str, body: Mapping[str, Any], key: str | None = None
) -> httpx.Response:
    return http.post(path, json=body, headers={} if key is None else {KEY: key})


LETTER = {
    "client": "SAMPLE CLIENT LTD", "profiles": ["hk-tdec"], "since": NOW.isoformat(),
    "until": (NOW + DAY).isoformat(), "document_sha256": SHA,
}  # fmt: skip
# How each thing is made: by whom, with what, and another body under the same key.
MAKING: dict[str, tuple[Asking, dict[str, Any]]] = {
    "/v1/drafts": (
        lambda f: (f.preparer, {"profile": "hk-house-data", "title": "one"}),
        {"title": "two"},
    ),
    "/v1/draft-templates": (
        lambda f: (f.preparer, {"draft": made(f, f.number("T"))["id"], "title": "one"}),
        {"title": "two"},
    ),
    "/v1/addresses": (
        lambda f: (f.preparer, {"name": "SAMPLE ONCE LTD"}),
        {"name": "SAMPLE TWO LTD"},
    ),
    "/v1/letters": (lambda f: (f.preparer, LETTER), {"client": "SAMPLE OTHER LTD"}),
    "/v1/approvers": (
        lambda f: (f.preparer, {"person": f.approver_id, "since": NOW.isoformat()}),
        {"since": (NOW + DAY).isoformat()},
    ),
    "/v1/covers": (
        lambda f: (f.approver, {"person": f.preparer_id, "until": (NOW + 9 * DAY).isoformat()}),
        {"until": (NOW + DAY).isoformat()},
    ),
    "/v1/grants": (
        lambda f: (
            f.line,
            {"bill": "SYNONCE", "receiver": "firm-mo", "view": "status", "days": 1},
        ),
        {"days": 2},
    ),
    "/v1/credentials": (
        lambda f: (f.preparer, {"label": "one", "accountable_name": "Sample Person of firm-mo"}),
        {"label": "two"},
    ),
    "/v1/tokens": (
        lambda f: (f.preparer, {"client": "ai", "scopes": ["read"], "days": 1}),
        {"days": 2},
    ),
    "/v1/persons": (
        lambda f: (f.preparer, {"name": "Sample Person", "scopes": ["read"], "days": 1}),
        {"name": "Sample Other"},
    ),
    "/v1/organisations": (
        lambda f: (
            f.instance.operator,
            {"party": "once-mo", "name": "Synthetic", "roles": ["bank"], "person": "Sample"},
        ),
        {"name": "Synthetic Two"},
    ),
    "/v1/erasures": (
        lambda f: (
            f.instance.operator,
            {"kind": "name", "target": "Nobody Named So", "rule": "a test"},
        ),
        {"rule": "another test"},
    ),
}
NAMES = ("id", "token", "credential")


def rows(firm: Firm) -> int:
    """How many things were made so far, whatever they are."""
    tables = ("sheet", "sheet_step", "approver", "consignment_grant", "credential", "token",
              "person", "organisation", "erasure_request")  # fmt: skip
    with psycopg.connect(firm.instance.dsn.admin or "") as conn:
        counts = [conn.execute(f"SELECT count(*) FROM {table}".encode()) for table in tables]
        return sum(int((one.fetchone() or (0,))[0]) for one in counts)


@pytest.mark.parametrize("path", MAKING)
def test_the_same_again_under_its_key_is_what_was_made_and_anything_else_is_refused(
    firm: Firm, path: str
) -> None:
    asking, change = MAKING[path]
    http, body = asking(firm)
    key = f"key of {path}"
    first = ask(http, path, body, key)
    assert first.status_code in (201, 202), first.text
    before = rows(firm)
    again = ask(http, path, body, key)
    assert (again.status_code, again.headers["Waglan-Replayed"]) == (200, "true"), again.text
    [name] = [name for name in NAMES if name in first.json()]
    assert again.json()[name] == first.json()[name]
    if "secret" in first.json():
        assert first.json()["secret"]
        assert again.json()["secret"] is None
    other = ask(http, path, body | change, key)
    assert (other.status_code, codes(other)) == (409, ["HTTP-KEY-USED"])
    assert rows(firm) == before


def test_two_at_once_make_one_and_each_is_told_of_it(firm: Firm) -> None:
    body = {"profile": "hk-house-data", "title": "at once"}
    for round_ in range(5):
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(
                    lambda _: ask(firm.preparer, "/v1/drafts", body, f"at-once-{round_}"),  # noqa: B023
                    range(4),
                )
            )
        assert sorted(one.status_code for one in answers) == [200, 200, 200, 201]
        assert len({one.json()["id"] for one in answers}) == 1


def test_a_key_says_nothing_to_another_firm_nor_without_the_right_to_make_it(firm: Firm) -> None:
    body = {"name": "SAMPLE OTHERS LTD"}
    mine = ask(firm.preparer, "/v1/addresses", body, "shared").json()
    theirs = ask(firm.line, "/v1/addresses", body, "shared")
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine["id"]
    # An authority's requests run under a role of their own.
    token = {"client": "ai", "scopes": ["read"], "days": 1}
    statuses = [ask(firm.customs, "/v1/tokens", token, "shared").status_code for _ in range(2)]
    assert statuses == [201, 200]
    wish = {"client": "ai", "scopes": ["read", "file"], "days": 1}
    assistant = firm.instance.client(ok(firm.preparer.post("/v1/tokens", json=wish), 201)["secret"])
    refused = ask(assistant, "/v1/addresses", body, "shared")
    assert (refused.status_code, codes(refused)) == (403, ["PARTY-AI-REFUSED"])
    assert mine["id"] not in refused.text


def test_what_was_taken_away_since_is_not_made_anew(firm: Firm) -> None:
    body = {"name": "SAMPLE GONE LTD"}
    gone = ask(firm.preparer, "/v1/addresses", body, "gone").json()["id"]
    assert firm.preparer.delete(f"/v1/addresses/{gone}").status_code == 204
    before = rows(firm)
    assert ask(firm.preparer, "/v1/addresses", body, "gone").status_code == 404
    assert rows(firm) == before


def test_a_refused_request_takes_no_key_and_a_mended_one_may_use_it(firm: Firm) -> None:
    wrong = ask(firm.preparer, "/v1/drafts", {"profile": "hk-nothing"}, "mended")
    assert wrong.status_code in (404, 422)
    nameless = ask(firm.preparer, "/v1/addresses", {"address": "nowhere"}, "mended")
    assert codes(nameless) == ["ADDRESS-NAMELESS"]
    assert ask(firm.preparer, "/v1/addresses", {"name": "SAMPLE MENDED"}, "mended").is_success
    # The key stands for one request, at one address.
    elsewhere = ask(firm.preparer, "/v1/drafts", {"profile": "hk-house-data"}, "mended")
    assert (elsewhere.status_code, codes(elsewhere)) == (409, ["HTTP-KEY-USED"])
    for key in ("", "k" * 201):
        assert codes(ask(firm.preparer, "/v1/addresses", {"name": "SAMPLE"}, key)) == ["HTTP-FIELD"]


def test_a_sheet_of_addresses_that_comes_again_adds_none(firm: Firm) -> None:
    sheet = b"name\nSAMPLE SHEET ONE\nSAMPLE SHEET TWO\n"

    def send() -> httpx.Response:
        return firm.preparer.post("/v1/addresses/import", content=sheet, headers={KEY: "sheet"})

    first, again = send(), send()
    assert again.headers["Waglan-Replayed"] == "true"
    assert again.json() == first.json()
    assert len(first.json()["kept"]) == 2


def test_a_receipt_holds_nothing_of_what_was_asked(firm: Firm) -> None:
    name = "SAMPLE VERY PRIVATE LTD"
    kept = ask(firm.preparer, "/v1/addresses", {"name": name}, "private-key-name").json()
    with psycopg.connect(firm.instance.dsn.admin or "") as conn:
        found = conn.execute("SELECT made::text FROM made").fetchall()
    text = "\n".join(row for (row,) in found)
    assert kept["id"] in text
    for word in (name, "private-key-name"):
        assert word not in text
        assert word.encode().hex() not in text
