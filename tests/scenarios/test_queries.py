"""A query says what its call knows, or is refused: no filter is passed over in silence."""

from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Query, Request, Response
from port import filed
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.gateway.http.app import describe
from waglan.gateway.http.problem import Problem
from waglan.gateway.http.queried import known_alone

OPEN = ("/healthz", "/readyz", "/metrics", "/log/")


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("query-customs", "customs", addresses=("QUERYCUSTOMS:ZZZ",))
    return instance.let_in("query-line", "carrier", addresses=("QUERYLINE:ZZZ",))


def lists() -> Iterator[str]:
    for path, calls in describe().openapi()["paths"].items():
        if "get" in calls and "{" not in path and not path.startswith(OPEN):
            yield path


@pytest.mark.parametrize("path", sorted(lists()))
def test_no_list_takes_a_parameter_that_it_does_not_know(line: httpx.Client, path: str) -> None:
    answer = line.get(path, params={"nonsense": "1"})
    assert answer.status_code == 422, path
    [finding] = answer.json()["findings"]
    assert (finding["code"], finding["where"]["path"]) == ("HTTP-QUERY", "query.nonsense")


def test_each_parameter_that_the_interface_describes_is_known(line: httpx.Client) -> None:
    for path, calls in describe().openapi()["paths"].items():
        if path not in lists() or path == "/stream":  # which never ends
            continue
        for one in calls["get"].get("parameters", ()):
            if one["in"] == "query":
                answer = line.get(path, params={one["name"]: "1"}, timeout=60)
                assert "HTTP-QUERY" not in answer.text, (path, one["name"])


def test_no_parameter_that_the_interface_describes_is_taken_twice(line: httpx.Client) -> None:
    asked = set()
    for path, calls in describe().openapi()["paths"].items():
        for method, call in calls.items():
            for one in call.get("parameters", ()):
                if one["in"] != "query" or one["schema"].get("type") == "array":
                    continue
                asked.add(path)
                # Both values alike: it is the repeating that is refused, not what is said.
                at = path.replace("{", "").replace("}", "") + f"?{one['name']}=1&{one['name']}=1"
                answer = line.request(method, at, timeout=60)
                assert answer.status_code == 422, (method, at, answer.text)
                assert answer.headers["content-type"].startswith("application/problem+json")
                found = {(f["code"], f["where"]["path"]) for f in answer.json()["findings"]}
                assert ("HTTP-QUERY-TWICE", f"query.{one['name']}") in found, (at, found)
    assert {"/v1/access-log", "/v1/events", "/stream", "/v1/deadlines"} <= asked
    told = line.get("/v1/access-log?party=a&party=b&limit=1&limit=2").json()["findings"]
    assert [one["params"] for one in told] == [
        {"name": "party", "times": 2}, {"name": "limit", "times": 2},
    ]  # fmt: skip
    assert "limit stands 2 times" in told[1]["problem"]


async def test_a_parameter_that_is_a_list_comes_as_often_as_it_has_values() -> None:
    app = FastAPI(dependencies=[Depends(known_alone)])

    @app.get("/")
    async def several(
        code: Annotated[list[str] | None, Query()] = None, limit: int = 1
    ) -> list[str]:
        return [*(code or ()), str(limit)]

    @app.exception_handler(Problem)
    async def refused(_: Request, problem: Problem) -> Response:
        return Response(" ".join(one.code for one in problem.findings), problem.status)

    calling = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=calling, base_url="http://here") as client:
        assert (await client.get("/?code=a&code=b&limit=2")).json() == ["a", "b", "2"]
        twice = await client.get("/?code=a&code=b&limit=2&limit=2")
        assert (twice.status_code, twice.text) == (422, "HTTP-QUERY-TWICE")


def test_it_is_told_what_there_is(line: httpx.Client, instance: Instance) -> None:
    told = line.get("/v1/manifests", params={"limits": 5, "calls": "x"}).json()["findings"]
    assert [one["where"]["path"] for one in told] == ["query.limits", "query.calls"]
    assert "before, call, document, limit" in str(told[0])
    assert httpx.get(f"{instance.address}/healthz?at=1").status_code == 200


def test_manifests_are_found_by_document_and_by_call(line: httpx.Client) -> None:
    for n, voyage in enumerate(("001E", "002E", "002E")):
        call = Call("QUERYLINE", "QUERYCUSTOMS", f"Q{n}")
        paper = manifest(call, Paper(f"SYNQUERY{n}")).replace(b"001E", voyage.encode())
        shown = filed(line, paper)
        assert shown["state"] == "accepted", shown["findings"]
    every = line.get("/v1/manifests").json()["manifests"]
    assert len(every) == 3
    for name in ("document", "call"):
        for value in {one[name] for one in every}:
            found = line.get("/v1/manifests", params={name: value}).json()["manifests"]
            assert found == [one for one in every if one[name] == value]
    assert line.get("/v1/manifests", params={"call": "9811000/009E"}).json()["manifests"] == []
    assert len({one["call"] for one in every}) == 2
