"""Whatever a client asks, Waglan answers as its OpenAPI document says, and never with a fault.

`WAGLAN_ASK=200 .venv/bin/pytest tests/scenarios/test_any_request.py` asks longer.
"""

import os
import re
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from running_instance import Instance
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from test_tenancy_matrix import ASKS, World, fill, world

from waglan.gateway.http.app import describe
from waglan.gateway.http.described import examples

__all__ = ["world"]  # the fixture of the matrix: a port with something of everything in it

DOCUMENT = describe().openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
schemathesis.serializer.alias("application/toml", "application/octet-stream")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = ("get", "/stream")
CALLS = sorted(ASKS.keys() - {ENDLESS})
WITH_BODY = [
    (method, path) for method, path in CALLS if "requestBody" in DOCUMENT["paths"][path][method]
]
ASK_TIMES = int(os.environ.get("WAGLAN_ASK", "9"))


def tokens(instance: Instance, world: World) -> list[str]:
    clients = (world.line, world.customs, instance.operator)
    return [client.headers["authorization"] for client in clients]


def real(path: str, asked: tuple[str, str], world: World) -> dict[str, str]:
    """The path's parameters as they name things that are there, where there are any."""
    names = re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", path)
    there = fill(ASKS[asked].path, world.things).partition("?")[0]
    found = re.fullmatch(names, there)
    return found.groupdict() if found else {}


# The instance answers from a thread of this process, and what it draws is no strategy's doing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("asked", CALLS, ids=" ".join)
def test_every_answer_is_one_that_the_document_tells_of(
    instance: Instance, world: World, asked: tuple[str, str]
) -> None:
    method, path = asked
    there = real(path, asked, world)
    who = st.sampled_from(tokens(instance, world))

    @settings(
        max_examples=ASK_TIMES,
        derandomize="WAGLAN_ASK" not in os.environ,  # the same requests in every check
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(SCHEMA[path][method.upper()].as_strategy(), who, st.booleans())
    def ask(case: "schemathesis.Case[Any]", token: str, of_something_there: bool) -> None:
        if of_something_there and there:
            case.path_parameters = dict(there)
        answer = case.call(base_url=instance.address, headers={"Authorization": token})
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_every_body_has_an_example_that_is_understood(
    instance: Instance, world: World, method: str, path: str
) -> None:
    told = examples().get(f"{method.upper()} {path}")
    assert told, "give the call an example in gateway/http/examples.toml"
    there = real(path, (method, path), world)
    url = instance.address + path.format(**there)
    content = told["text"].lstrip("\n").encode() if "text" in told else None
    for token in tokens(instance, world):
        answer = world.nobody.request(
            method,
            url,
            json=told.get("json"),
            content=content,
            headers={"Authorization": token, "Prefer": "respond-async"},
        )
        assert answer.status_code < 500, answer.text
        assert "HTTP-FIELD" not in answer.text, answer.text


EDGES = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "9999-12-31",
)
FURTHEST = ("0001-01-02T00:00:00+00:00", "9999-12-31T00:00:00+00:00")


def is_time(schema: dict[str, Any]) -> bool:
    """Whether a schema, or one of those that it may be, is of a time or a day."""
    parts = [schema, *schema.get("anyOf", [])]
    return any(part.get("format") in ("date-time", "date") for part in parts)


def body_schema(method: str, path: str) -> dict[str, Any]:
    content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(DOCUMENT["components"]["schemas"][name] if name else schema)


ASKED_TIMES = [
    (method, path, "query", one["name"])
    for method, path in CALLS
    for one in DOCUMENT["paths"][path][method].get("parameters", ())
    if one["in"] == "query" and is_time(one["schema"])
] + [
    (method, path, "body", name)
    for method, path in WITH_BODY
    for name, schema in body_schema(method, path).get("properties", {}).items()
    if is_time(schema)
]


def test_times_are_asked_in_queries_and_in_bodies() -> None:
    assert {where for _, _, where, _ in ASKED_TIMES} == {"query", "body"}
    assert ("get", "/v1/events", "query", "since") in ASKED_TIMES
    assert ("post", "/v1/letters", "body", "until") in ASKED_TIMES


def saying(asked: tuple[str, str, str, str], at: object) -> dict[str, Any]:
    """Return a request that is understood but for the time in it: parameters and body."""
    method, path, where, name = asked
    told = examples().get(f"{method.upper()} {path}", {})
    wanted = dict(parse_qsl(ASKS[method, path].path.partition("?")[2]))
    wanted = {key: value for key, value in wanted.items() if "{" not in value}
    said: dict[str, Any] = {"params": wanted | ({name: str(at)} if where == "query" else {})}
    if "text" in told:
        said["content"] = told["text"].lstrip("\n").encode()
    elif method != "get":
        said["json"] = told.get("json", {}) | ({name: at} if where == "body" else {})
    return said


@pytest.mark.parametrize("asked", ASKED_TIMES, ids=" ".join)
def test_a_time_at_the_calendars_end_is_answered_for(
    instance: Instance, world: World, asked: tuple[str, str, str, str]
) -> None:
    method, path, _, _ = asked
    url = instance.address + path.format(**real(path, (method, path), world))
    for token in tokens(instance, world):
        answers = {}
        for at in (*EDGES, *FURTHEST):
            said = saying(asked, at)
            answers[at] = world.nobody.request(
                method, url, headers={"Authorization": token}, **said
            )
        for at, answer in answers.items():
            assert answer.status_code < 500, (at, answer.text)
        if answers[EDGES[1]].status_code == 422:  # where this client is let as far as that
            codes = [answers[at].text.count('"HTTP-TIME"') for at in EDGES[:4]]
            assert codes == [1] * 4, answers[EDGES[1]].text
            assert not any("HTTP-TIME" in answers[at].text for at in FURTHEST)


@pytest.mark.parametrize("asked", ASKED_TIMES, ids=" ".join)
def test_a_bare_number_is_no_time(
    instance: Instance, world: World, asked: tuple[str, str, str, str]
) -> None:
    """A year was taken as seconds since 1970, and everything of the years after came back."""
    method, path, where, _ = asked
    url = instance.address + path.format(**real(path, (method, path), world))

    def ask(at: object, token: str) -> httpx.Response:
        said = saying(asked, at)
        return world.nobody.request(method, url, headers={"Authorization": token}, **said)

    for token in tokens(instance, world):
        if ask(EDGES[1], token).status_code == 422:  # where this client is let as far as that
            for number in ("2026", "1764547200.5", "-1", *((2026,) if where == "body" else ())):
                refused = ask(number, token)
                assert refused.status_code == 422, (number, refused.text)
                assert refused.text.count("HTTP-FIELD") == 1, refused.text


def test_every_list_that_was_given_such_a_time_can_still_be_read(
    instance: Instance, world: World
) -> None:
    for path in sorted({path for method, path, _, _ in ASKED_TIMES if method == "post"}):
        if ("get", path) in ASKS:
            for token in tokens(instance, world):
                url = instance.address + path.format(**real(path, ("get", path), world))
                assert world.nobody.get(url, headers={"Authorization": token}).status_code < 500


def test_no_example_is_left_of_a_call_that_is_gone() -> None:
    assert {f"{method.upper()} {path}" for method, path in WITH_BODY} == examples().keys()
