"""The OpenAPI document says what the interface does, and the page made from it reads alone."""

from typing import Any

import httpx
import pytest

from waglan.gateway.http.app import describe
from waglan.gateway.http.bounded import FILES, STREAMED
from waglan.gateway.http.described import EVERY, parameters

DOCUMENT = describe().openapi()
CALLS = {
    f"{method.upper()} {path}": call
    for path, calls in DOCUMENT["paths"].items()
    for method, call in calls.items()
}
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /v1/keys",
    "GET /log/checkpoint",
    "GET /log/tile/{path}",
    "POST /v1/sign-in",
    "POST /v1/links/use",
    "POST /v1/password-resets",
}


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


def test_it_is_openapi_3_1_and_refers_only_to_what_it_holds() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    held = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references(DOCUMENT) <= held


def test_only_what_is_open_to_all_asks_for_no_token() -> None:
    assert DOCUMENT["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {name for name, call in CALLS.items() if not call["security"]} == OPEN


@pytest.mark.parametrize("name", CALLS)
def test_whatever_can_go_wrong_is_told_as_a_problem_document(name: str) -> None:
    answers = CALLS[name]["responses"]
    assert "default" in answers
    for status, answer in answers.items():
        if f"{name} {status}" != "GET /readyz 503" and status >= "400":
            assert list(answer["content"]) == ["application/problem+json"], f"{name} {status}"


@pytest.mark.parametrize("name", CALLS)
def test_every_answer_but_an_empty_one_says_what_it_holds(name: str) -> None:
    for status, answer in CALLS[name]["responses"].items():
        assert (status == "204") != bool(answer.get("content")), f"{name} {status}"


def test_every_call_that_takes_something_says_what() -> None:
    silent = {name for name, call in CALLS.items() if "requestBody" not in call}
    silent = {name for name in silent if name.startswith(("POST", "PUT", "PATCH"))}
    assert not silent, "a route that reads bytes says `openapi_extra=takes(…)`"


def test_generated_clients_know_every_call_by_a_name_of_its_own() -> None:
    names = [call["operationId"] for call in CALLS.values()]
    assert len(set(names)) == len(names)


async def test_the_page_shows_every_call_and_fetches_nothing_from_anywhere() -> None:
    transport = httpx.ASGITransport(describe())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/docs")
    assert answer.status_code == 200
    assert all(f"<code>{name.split()[1]}</code>" in answer.text for name in CALLS)
    assert "//" not in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


# What makes something and takes no key, and why none is needed.
WITHOUT_KEY = {
    "POST /v1/alarms/{alarm}/acts": "it names the steps that were seen: again it is told of",
    "POST /v1/editions": "the signed bytes are the key, like an act's",
    "POST /v1/editions/{edition}/acts": "the signed bytes are the key, like an act's",
    "POST /v1/customs/acts": "the signed bytes are the key: the same act again is the same act",
    "POST /v1/customs/officer-keys": "an officer has one key: the same again is told so",
    "POST /v1/customs/standing-orders": "the signed bytes are the key, like an act's",
    "POST /v1/password-resets": "a new link makes the earlier ones worth nothing",
    "POST /v1/sign-in": "one session more is nothing more than signing in again",
    "POST /v1/customs/tables/{sha256}/back-tests": "the same test again, and each is on record",
    "POST /v1/pass-uses": "a pass is used once: the same again is told so",
    "POST /v1/trips/{trip}/acts": "the signed bytes are the key, like an act's",
    "POST /v1/trips/{trip}/openings": "the signed ask is the key: it is answered with its one code",
    "POST /v1/trips/{trip}/steps": "it has an id of the client's: the same again is the same step",
    "POST /v1/customs/tables": "known by its hash: the same table again is the same table",
}


def test_every_call_that_makes_something_takes_a_key() -> None:
    making = {
        name
        for name, call in CALLS.items()
        if name.startswith("POST") and {"201", "202"} & call["responses"].keys()
    }
    keyed = {
        name
        for name, call in CALLS.items()
        if any(one["name"] == "idempotency-key" for one in call.get("parameters", ()))
    }
    assert making - keyed == set(WITHOUT_KEY)


def test_only_calls_that_take_files_read_their_bodies_themselves() -> None:
    media = {
        name.split()[1]: set(call["requestBody"]["content"])
        for name, call in CALLS.items()
        if "requestBody" in call
    }
    files = {path for path, types in media.items() if types != {"application/json"}}
    whole = {path for path in files if any(one.fullmatch(path) for one, _ in FILES)}
    assert len(whole) == len(FILES)
    assert files - whole | {"/v1/customs/tables"} == set(STREAMED)


def test_every_parameter_says_what_it_is_for_and_nothing_is_said_of_any_other() -> None:
    asked = {name: {p["name"] for p in call.get("parameters", ())} for name, call in CALLS.items()}
    silent = {
        (name, parameter["name"])
        for name, call in CALLS.items()
        for parameter in call.get("parameters", ())
        if not parameter.get("description")
    }
    assert not silent, "say it in gateway/http/parameters.toml"
    for call, told in parameters().items():
        known = set().union(*asked.values()) if call == EVERY else asked[call]
        assert told.keys() <= known, call
