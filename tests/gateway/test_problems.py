"""What can't be answered as asked is a problem document that teaches, in the reader's language."""

import json
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
from waglan.gateway.http.bounded import DEPTH_MAX, JSON_BYTES_MAX, depth
from waglan.gateway.http.problem import language
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
    assert set(reasons("zh-Hant-HK")) - {"other", "log_name"} <= set(KINDS)


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


@pytest.mark.parametrize("path", ["/v1/drafts", "/nowhere", "/named"])
async def test_a_body_that_is_too_large_or_too_deep_is_refused_before_it_is_read(path: str) -> None:
    json = {"Content-Type": "application/json"}

    def text(size: int) -> bytes:
        return b'{"name": "' + b"x" * (size - 12) + b'"}'

    over = await ask("POST", path, content=text(JSON_BYTES_MAX + 1), headers=json)
    assert (over.status_code, over.json()["code"]) == (413, "too-large")
    [found] = over.json()["findings"]
    assert (found["code"], found["params"]) == (
        "HTTP-BODY-TOO-LARGE",
        {"bytes_max": JSON_BYTES_MAX},
    )
    most = await ask("POST", path, content=text(JSON_BYTES_MAX), headers=json)
    assert most.status_code != 413
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        for depth_, refused in ((DEPTH_MAX, False), (DEPTH_MAX + 1, True), (90_000, True)):
            deep = opening * depth_ + b"1" + closing * depth_
            answer = await ask("POST", path, content=deep, headers=json)
            codes = [one["code"] for one in answer.json()["findings"]]
            assert (codes == ["HTTP-TOO-DEEP"]) is refused, depth_


async def test_a_key_twice_in_a_body_is_refused_by_its_place_in_the_readers_language() -> None:
    for path, body, place in (
        ("/named", b'{"name": "a", "others": [], "name": "b"}', "body.name"),
        ("/v1/drafts", b'{"profile": "p", "fields": {"a/b": 1, "a/b": 2}}', "body.fields.a/b"),
    ):
        for lang, words in (("en", "more than once"), ("zh-HK", "多於一次")):
            headers = {"Content-Type": "application/json", "Accept-Language": lang}
            answer = await ask("POST", path, content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")
            [found] = answer.json()["findings"]
            assert (found["code"], found["where"]["path"]) == ("JSON-KEY-TWICE", place)
            assert words in found["problem"]


@given(st.recursive(st.text() | st.integers(), lambda part: st.lists(part, max_size=3)
       | st.dictionaries(st.text(), part, max_size=3), max_leaves=20))  # fmt: skip
def test_depth_counts_brackets_and_none_that_is_written_in_a_text(value: object) -> None:
    def really(one: object) -> int:
        if isinstance(one, dict):
            return 1 + max(map(really, one.values()), default=0)
        return 1 + max(map(really, one), default=0) if isinstance(one, list) else 0

    assert depth(json.dumps(value).encode()) == really(value)
    assert depth(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")) == really(value)


def test_an_unfinished_text_takes_no_longer_than_its_length() -> None:
    assert depth(b'"' + b'\\"' * JSON_BYTES_MAX) == 0  # quadratic, it would never end


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        (None, "en"),
        ("zh-HK", "zh-Hant-HK"),
        ("fr, zh-Hant;q=0.8, en;q=0.5", "zh-Hant-HK"),
        ("en;q=0.1, zh-HK", "zh-Hant-HK"),
        ("zh-HK;q=0, en", "en"),
        ("en, zh-HK", "en"),
        ("zh-HK;q=0", "en"),
        ("zh;q=nan, ;q=, en;q=1e9", "en"),
    ],
)
def test_who_names_languages_is_answered_in_the_one_he_likes_best(
    accept: str | None, lang: str
) -> None:
    assert language(accept) == lang
