"""What can't be answered as asked is a problem document that teaches, in the reader's language."""

import re
from typing import get_args

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import ProgramLimitExceeded
from pydantic import Field
from pydantic_core.core_schema import ErrorType

from waglan.gateway.http.app import describe
from waglan.gateway.http.asked import Asked, is_keepable
from waglan.gateway.reason import explained, reasons
from waglan.gateway.tiles import log_routes
from waglan.store import NoDatabase


class Named(Asked):
    """A body with a name in it."""

    name: str
    others: list[str] = Field(default=[])


async def ask(method: str, path: str, **how: object) -> httpx.Response:
    app = describe()

    async def nothing(*_: object) -> None:
        return None

    app.router.routes.extend(log_routes(nothing, nothing))

    @app.get("/beyond-a-limit")
    async def beyond_a_limit() -> None:
        raise ProgramLimitExceeded("an index row is too large")

    @app.get("/without-database")
    async def lost() -> None:
        raise NoDatabase("server at secret.example refused")

    @app.post("/named")
    async def named(one: Named) -> str:
        return one.name

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.request(method, path, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "no-route"),
        ("GET", "/log/tile/x", 404, "no-route"),
        ("GET", "/log/checkpoint", 404, "no-route"),
        ("PUT", "/v1/messages", 405, "method"),
        ("HEAD", "/healthz", 405, "method"),
        ("DELETE", "/log/checkpoint", 405, "method"),
        ("GET", "/without-database", 503, "no-database"),
        ("GET", "/beyond-a-limit", 500, "our-fault"),
        ("POST", "/named", 422, "bad-request"),
    ],
)
async def test_every_problem_has_a_code_and_a_remedy_in_both_languages(
    method: str, path: str, status: int, code: str
) -> None:
    answers = [
        await ask(method, path, headers={"Accept-Language": lang}) for lang in ("en", "zh-HK")
    ]
    for answer in answers:
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret.example" not in answer.text
    if method == "HEAD":
        return
    english, chinese = (answer.json() for answer in answers)
    assert english["code"] == chinese["code"] == code
    assert english["title"] != chinese["title"]
    for one, other in zip(english["findings"], chinese["findings"], strict=True):
        assert one["code"] == other["code"]
        assert one["where"] == other["where"]
        assert one["remedy"] != other["remedy"]


async def test_a_wrong_method_is_told_the_right_ones() -> None:
    assert (await ask("PUT", "/v1/messages")).headers["allow"] == "POST"


async def test_a_lost_database_asks_to_come_again() -> None:
    assert int((await ask("GET", "/without-database")).headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body"),
        (b"{", "body.1"),
        (b"[]", "body"),
        (b"{}", "body.name"),
        (b'{"name": 1}', "body.name"),
        (b'{"name": "a\\u0000"}', "body"),
        (b'{"name": "a", "others": ["\\ud800"]}', "body"),
        (b"[" * 900 + b"]" * 900, "body"),
    ],
)
async def test_what_is_wrong_with_a_body_is_said_at_its_place(body: bytes, where: str) -> None:
    answer = await ask("POST", "/named", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [finding["where"]["path"] for finding in answer.json()["findings"]] == [where]


async def test_a_body_nested_deeper_than_anybody_reads_is_no_fault_of_ours() -> None:
    body = b"[" * 200_000 + b"]" * 200_000
    answer = await ask("POST", "/named", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "bad-request"


@given(st.text(st.characters(codec=None)))
def test_text_is_keepable_unless_it_holds_a_nul_or_half_a_pair(text: str) -> None:
    try:
        kept = b"\0" not in text.encode()
    except UnicodeEncodeError:
        kept = False
    assert is_keepable(text) == kept


KINDS = get_args(ErrorType)
CONTEXT = ("min_length", "max_length", "pattern", "gt", "ge", "lt", "le", "expected")


@pytest.mark.parametrize("kind", KINDS)
def test_no_reason_in_a_chinese_answer_is_english(kind: str) -> None:
    fault = {"type": kind, "msg": "Value error, it is so", "ctx": dict.fromkeys(CONTEXT, "7 or 8")}
    assert explained(fault, "en") == "it is so"
    told = re.sub(r"JSON|UUID|true|false", "", explained(fault, "zh-Hant-HK"))
    assert not told.isascii()
    assert not re.search(r"[a-z]", told.replace("7 or 8", ""))


def test_every_chinese_reason_is_of_a_fault_that_there_is() -> None:
    assert set(reasons("zh-Hant-HK")) - {"other"} <= set(KINDS)


async def test_a_fault_in_a_body_is_explained_in_the_readers_language() -> None:
    for body, words in (
        ({}, "必須提供"),
        ({"name": 7}, "須為文字"),
        ({"name": "x", "others": 1}, "清單"),
    ):
        answer = await ask("POST", "/named", json=body, headers={"Accept-Language": "zh-HK"})
        [finding] = answer.json()["findings"]
        assert finding["code"] == "HTTP-FIELD"
        assert words in finding["params"]["reason"]
        assert finding["params"]["reason"] in finding["problem"]
