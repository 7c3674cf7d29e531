"""An organisation's systems are told of its events: over real sockets, signed, until it is told."""

import base64
import hashlib
import hmac
import json
import multiprocessing
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from command_line import CommandLine
from running_instance import Instance, answering_as, configured

from waglan.gateway.outward.address import Allowed
from waglan.logbook.webhook import signature
from waglan.store.dsn import Dsn

FIRM = "sample-hooked"
OTHER = "sample-unhooked"


@dataclass
class Receiver:
    """A receiver on loopback, of which a test says how it answers."""

    server: ThreadingHTTPServer
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[str], tuple[int, dict[str, str]]] = lambda path: (204, {})
    pause: float = 0.0

    def url(self, path: str = "/in") -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def events(self, code: str = "", path: str = "/in") -> list[dict[str, Any]]:
        said = [json.loads(body) for head, body in list(self.came) if head[":path"] == path]
        return [one for one in said if one["type"].startswith(code)]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            head = {name.lower(): value for name, value in self.headers.items()}
            found.came.append((head | {":path": self.path}, body))
            time.sleep(found.pause)
            status, headers = found.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def instance(module_database: Dsn, instance_home: Path, receiver: Receiver) -> Iterator[Instance]:
    """An instance that may call the receiver."""
    config = configured(module_database, instance_home)
    opened = Allowed(http=frozenset({("127.0.0.1", receiver.server.server_port)}))
    with answering_as(replace(config, outward=opened)) as up:
        yield up


@pytest.fixture(scope="module")
def firm(instance: Instance) -> httpx.Client:
    return instance.let_in(FIRM, "forwarder")


@pytest.fixture(autouse=True)
def _fresh(receiver: Receiver, firm: httpx.Client) -> Iterator[None]:
    """Each test has a receiver that takes all, and leaves no endpoint behind."""
    receiver.answer, receiver.pause = (lambda path: (204, {})), 0.0
    receiver.came.clear()
    yield
    for one in firm.get("/v1/webhooks").json():
        firm.delete(f"/v1/webhooks/{one['id']}")


def add(firm: httpx.Client, url: str, *wanted: str, **more: object) -> dict[str, Any]:
    new = {"url": url, "wanted": wanted or ["*"]} | more
    answer = firm.post("/v1/webhooks", json=new)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def send_test(firm: httpx.Client, made: dict[str, Any], times: int = 1) -> None:
    answer = firm.post(f"/v1/webhooks/{made['id']}/test", json={"times": times})
    assert answer.status_code == 204, answer.text


def switch(firm: httpx.Client, made: dict[str, Any], *, is_on: bool) -> None:
    answer = firm.put(f"/v1/webhooks/{made['id']}/state", json={"is_on": is_on})
    assert answer.status_code == 204, answer.text


def listed(firm: httpx.Client, made: dict[str, Any]) -> dict[str, Any]:
    found = [one for one in firm.get("/v1/webhooks").json() if one["id"] == made["id"]]
    assert len(found) == 1
    one: dict[str, Any] = found[0]
    return one


def until(done: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def sql(up: Instance, statement: str, *values: object) -> list[tuple[Any, ...]]:
    assert up.dsn.admin is not None
    with psycopg.connect(up.dsn.admin, autocommit=True) as conn:
        found = conn.execute(statement.encode(), values)
        return found.fetchall() if found.description else []


def soon(up: Instance, made: dict[str, Any]) -> None:
    """Let what waits at an endpoint be tried now, as if its wait were over."""
    of = "(SELECT webhook_id FROM webhook WHERE id = %s)"
    sql(up, f"UPDATE webhook_cursor SET rests_until = NULL WHERE webhook_id = {of}", made["id"])
    sql(up, "UPDATE webhook_delivery SET next_at = now() WHERE state = 'waiting'"
        f" AND webhook_id = {of}", made["id"])  # fmt: skip


def test_events_come_in_the_logs_order_as_the_list_shows_them_and_signed(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url(), "webhook.", after=-1)
    send_test(firm, made, 3)
    until(lambda: len(receiver.events("webhook.")) >= 4)
    shown = firm.get("/v1/events?after=-1&limit=500").json()["events"]
    wanted = [one for one in shown if one["code"].startswith("webhook.")]
    came = [one["data"] for one in receiver.events()]
    assert came == wanted
    names = set()
    for head, body in receiver.came:
        name, at_s = head["webhook-id"], int(head["webhook-timestamp"])
        assert head["webhook-signature"] == signature([made["secret"]], name, at_s, body)
        assert abs(time.time() - at_s) < 60
        names.add(name)
    assert len(names) == len(receiver.came)
    until(lambda: listed(firm, made)["after"] >= wanted[-1]["seq"])
    assert firm.delete(f"/v1/webhooks/{made['id']}").status_code == 204
    assert firm.get("/v1/webhooks").json() == []
    assert sql(instance, "SELECT count(*) FROM webhook_secret") == [(0,)]


def test_nothing_of_another_organisation_is_sent(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url())
    instance.let_in(OTHER, "forwarder")
    send_test(firm, made)
    until(lambda: receiver.events("webhook.tested"))
    assert {one["data"]["said_by"] for one in receiver.events()} == {FIRM}
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_an_event_that_fails_is_set_aside_and_comes_again_under_its_name(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    receiver.answer = lambda path: (500, {})
    made = add(firm, receiver.url(), "webhook.tested")
    send_test(firm, made)
    until(lambda: listed(firm, made)["waiting"] == 1)
    stands = listed(firm, made)
    assert stands["failing_since"]
    assert stands["rests_until"]
    first = receiver.came[0][0]["webhook-id"]
    [aside] = firm.get(f"/v1/webhooks/{made['id']}/deliveries?state=waiting").json()
    assert (aside["status"], aside["tries"], aside["code"]) == (500, 1, "webhook.tested")
    receiver.answer = lambda path: (200, {})
    soon(instance, made)
    until(lambda: listed(firm, made)["waiting"] == 0)
    assert [head["webhook-id"] for head, _ in receiver.came] == [first, first]
    [done] = firm.get(f"/v1/webhooks/{made['id']}/deliveries").json()
    assert (done["state"], done["tries"]) == ("delivered", 2)
    assert listed(firm, made)["failing_since"] is None
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_after_the_last_try_it_is_a_dead_letter_which_its_owner_has_sent_again(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    receiver.answer = lambda path: (503, {"retry-after": "1"})
    made = add(firm, receiver.url(), "webhook.tested")
    send_test(firm, made)
    until(lambda: listed(firm, made)["waiting"] == 1)
    sql(instance, "UPDATE webhook_delivery SET tries = 9")
    soon(instance, made)
    until(lambda: listed(firm, made)["dead"] == 1)
    receiver.answer = lambda path: (200, {})
    soon(instance, made)
    time.sleep(0.6)
    assert len(receiver.came) == 2, "a dead letter is tried no more by itself"
    again = firm.post(f"/v1/webhooks/{made['id']}/replay", json={"after": None})
    assert again.json() == {"dead": 1}
    until(lambda: listed(firm, made)["dead"] == 0 and len(receiver.came) == 3)
    assert len({head["webhook-id"] for head, _ in receiver.came}) == 1
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_all_beyond_a_number_is_told_again_under_the_same_names(
    firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url(), "webhook.tested")
    before = listed(firm, made)["after"]
    for _ in range(2):
        send_test(firm, made)
    until(lambda: len(receiver.came) == 2)
    again = firm.post(f"/v1/webhooks/{made['id']}/replay", json={"after": before})
    assert again.status_code == 200, again.text
    until(lambda: len(receiver.came) == 4)
    names = [head["webhook-id"] for head, _ in receiver.came]
    assert names[:2] == names[2:]
    beyond = firm.post(f"/v1/webhooks/{made['id']}/replay", json={"after": 1 << 40})
    assert beyond.status_code == 409
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_a_receiver_that_is_gone_stops_its_endpoint_and_the_log_says_why(
    firm: httpx.Client, receiver: Receiver
) -> None:
    receiver.answer = lambda path: (410, {})
    made = add(firm, receiver.url(), "webhook.tested")
    send_test(firm, made)
    until(lambda: not listed(firm, made)["is_on"])
    assert listed(firm, made)["stopped"] == "gone"

    def told() -> list[dict[str, Any]]:
        asked = "/v1/events?after=-1&limit=500&code=webhook.stopped"
        events = firm.get(asked).json()["events"]
        return [one for one in events if one["body"]["webhook"] == made["id"]]

    until(told)
    assert [one["body"]["why"] for one in told()] == ["gone"]
    receiver.answer = lambda path: (200, {})
    switch(firm, made, is_on=True)
    until(lambda: len(receiver.came) == 2)
    switch(firm, made, is_on=False)
    assert listed(firm, made)["stopped"] == "owner"
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_an_endpoint_that_fails_for_three_days_is_stopped(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    receiver.answer = lambda path: (500, {})
    made = add(firm, receiver.url(), "webhook.tested")
    send_test(firm, made)
    until(lambda: listed(firm, made)["waiting"] == 1)
    sql(instance, "UPDATE webhook_cursor SET failing_since = now() - interval '73 hours'")
    soon(instance, made)
    until(lambda: listed(firm, made)["stopped"] == "failing")
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_a_slow_and_a_failing_receiver_hold_up_no_other_one(
    firm: httpx.Client, receiver: Receiver
) -> None:
    def answer(path: str) -> tuple[int, dict[str, str]]:
        if path == "/slow":
            time.sleep(3)
        return (500 if path == "/bad" else 200), {}

    receiver.answer = answer
    slow, bad, good = (
        add(firm, receiver.url(path), "webhook.tested") for path in ("/slow", "/bad", "/good")
    )
    for made in (slow, bad):
        send_test(firm, made)
    until(lambda: receiver.events(path="/slow"))
    began = time.monotonic()
    send_test(firm, good)
    until(lambda: receiver.events(path="/good"))
    assert time.monotonic() - began < 2.5
    for made in (slow, bad, good):
        firm.delete(f"/v1/webhooks/{made['id']}")


def test_for_a_day_after_a_rotation_both_secrets_sign_and_none_of_a_leaked_one(
    firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url("/rotated"), "webhook.tested")
    newer = firm.post(f"/v1/webhooks/{made['id']}/secret", json={}).json()["secret"]
    assert newer != made["secret"]
    send_test(firm, made)
    until(lambda: len(receiver.events(path="/rotated")) == 1)
    head, body = next(one for one in receiver.came if one[0][":path"] == "/rotated")
    name, at_s = head["webhook-id"], int(head["webhook-timestamp"])
    both = signature([newer, made["secret"]], name, at_s, body)
    assert head["webhook-signature"] == both
    newest = firm.post(f"/v1/webhooks/{made['id']}/secret", json={"others_hours": 0}).json()
    send_test(firm, made)
    until(lambda: len(receiver.events(path="/rotated")) == 2)
    head, body = [one for one in receiver.came if one[0][":path"] == "/rotated"][1]
    name, at_s = head["webhook-id"], int(head["webhook-timestamp"])
    assert head["webhook-signature"] == signature([newest["secret"]], name, at_s, body)
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_an_event_that_its_owner_may_not_see_any_more_is_not_sent(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    receiver.answer = lambda path: (500, {})
    made = add(firm, receiver.url(), "webhook.tested")
    send_test(firm, made)
    until(lambda: listed(firm, made)["waiting"] == 1)
    [aside] = firm.get(f"/v1/webhooks/{made['id']}/deliveries").json()
    sql(instance, "UPDATE feed SET until = now() WHERE seq = %s", aside["seq"])
    soon(instance, made)
    until(lambda: listed(firm, made)["waiting"] == 0)
    assert len(receiver.came) == 1
    [gone] = firm.get(f"/v1/webhooks/{made['id']}/deliveries").json()
    assert gone["state"] == "withdrawn"
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_what_is_no_url_or_no_event_or_one_endpoint_too_many_is_refused_with_the_reason(
    firm: httpx.Client, receiver: Receiver
) -> None:
    def refused(url: str, *wanted: str) -> tuple[int, str]:
        answer = firm.post("/v1/webhooks", json={"url": url, "wanted": wanted})
        return answer.status_code, answer.json()["code"].upper()

    assert refused("https://10.0.0.1/", "*") == (422, "OUTWARD-NOT-PUBLIC")
    assert refused("http://hooks.example.com/", "*") == (422, "OUTWARD-NOT-HTTPS")
    assert refused("https://localhost/", "*") == (422, "OUTWARD-HOST")
    assert refused("https://hooks.example.com:25/", "*") == (422, "OUTWARD-PORT")
    assert refused("https://u:p@hooks.example.com/", "*") == (422, "OUTWARD-URL")
    assert refused(receiver.url(), "customs") == (422, "WEBHOOK-EVENT")
    made = [add(firm, receiver.url(), "webhook.removed") for _ in range(10)]
    assert refused(receiver.url(), "*") == (409, "WEBHOOK-ENOUGH")
    for one in made:
        firm.delete(f"/v1/webhooks/{one['id']}")


def test_a_request_that_comes_again_makes_one_endpoint_and_shows_no_secret(
    firm: httpx.Client, receiver: Receiver
) -> None:
    new = {"url": receiver.url(), "wanted": ["webhook.removed"], "scheme": "v1a"}
    headers = {"Idempotency-Key": "hook-1"}
    one, two = (firm.post("/v1/webhooks", json=new, headers=headers) for _ in range(2))
    assert (one.status_code, two.status_code) == (201, 200)
    assert one.json()["id"] == two.json()["id"]
    assert one.json()["secret"].startswith("whpk_")
    assert two.json()["secret"] is None
    firm.delete(f"/v1/webhooks/{one.json()['id']}")


def test_neither_secret_nor_address_stands_in_the_database_unsealed(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url("/in?token=CANARY7731"), "webhook.tested")
    send_test(firm, made)
    until(lambda: receiver.came)
    key = made["secret"].removeprefix("whsec_")
    tables = sql(instance, "SELECT relname FROM pg_class WHERE relnamespace ="
                 " 'public'::regnamespace AND relkind IN ('r', 'p')")  # fmt: skip
    needles = [b"CANARY7731", key.encode(), base64.b64decode(key)]
    for (table,) in tables:
        for (row,) in sql(instance, f"SELECT t::text FROM {table} t"):
            plain = row.encode()
            hexed = [needle.hex().encode() for needle in needles]
            assert not any(needle in plain for needle in [*needles[:2], *hexed]), table
    assert hmac.new(base64.b64decode(key), b"x", hashlib.sha256).digest()
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_the_guides_receiver_takes_what_is_signed_once_and_nothing_else(
    instance: Instance, firm: httpx.Client, receiver: Receiver, tmp_path: Path
) -> None:
    """What an integrator copies out of the guide is run as it stands there."""
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "webhooks.md").read_text()
    program = tmp_path / "receiver.py"
    program.write_text(guide.split("```python\n")[1].split("```")[0])
    made = add(firm, receiver.url(), "webhook.tested")
    send_test(firm, made)
    until(lambda: receiver.came)
    head, body = receiver.came[0]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {"WEBHOOK_SECRET": made["secret"], "PORT": str(port)}
    process = subprocess.Popen([sys.executable, program], env=env, stdout=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}/"

    def send(content: bytes, **other: str) -> int:
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        headers = {name: head[name] for name in names} | other
        return httpx.post(url, content=content, headers=headers).status_code

    try:
        until(lambda: _answers(url))
        assert send(body) == 204
        assert send(body) == 204
        assert send(body + b" ") == 401
        assert send(body, **{"webhook-id": "msg_0"}) == 401
        assert send(body, **{"webhook-signature": "v1,AAAA"}) == 401
        late = str(int(head["webhook-timestamp"]) - 600)
        old = signature([made["secret"]], head["webhook-id"], int(late), body)
        assert send(body, **{"webhook-timestamp": late, "webhook-signature": old}) == 401
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=20)
    assert said.decode().split() == ["webhook.tested"]
    firm.delete(f"/v1/webhooks/{made['id']}")
    del instance


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 501
    except httpx.TransportError:
        return False


def test_a_sender_that_is_killed_in_a_call_is_followed_by_one_that_sends_again_under_the_same_id(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url(), "webhook.tested")
    receiver.pause = 2.0
    send_test(firm, made)
    until(lambda: receiver.came)
    [process] = [one for one in multiprocessing.active_children() if one.name == "tell"]
    process.kill()
    receiver.pause = 0.0
    for _ in range(2):
        send_test(firm, made)
    until(lambda: len(receiver.came) >= 4, 60)
    names = [head["webhook-id"] for head, _ in receiver.came]
    assert names[0] == names[1], "what may not have arrived was not sent again"
    assert len(set(names)) == 3
    until(lambda: len(firm.get(f"/v1/webhooks/{made['id']}/deliveries").json()) == 3)
    done = firm.get(f"/v1/webhooks/{made['id']}/deliveries").json()
    assert {one["state"] for one in done} == {"delivered"}
    assert sql(instance, "SELECT count(*) FROM webhook_delivery WHERE state = 'waiting'") == [(0,)]
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_a_sender_that_lost_its_role_in_a_call_writes_nothing_of_it(
    instance: Instance, firm: httpx.Client, receiver: Receiver
) -> None:
    made = add(firm, receiver.url("/fenced"), "webhook.tested")
    receiver.pause = 1.5
    send_test(firm, made)
    until(lambda: receiver.events(path="/fenced"))
    sql(instance, "UPDATE lease SET holder = 'another', epoch = epoch + 1,"
        " expires_at = now() + interval '4 seconds' WHERE name = 'webhooks'")  # fmt: skip
    receiver.pause = 0.0
    time.sleep(2.5)
    path = f"/v1/webhooks/{made['id']}/deliveries"
    assert firm.get(path).json() == [], "it was written down in another's name"
    until(lambda: firm.get(path).json())
    names = [head["webhook-id"] for head, _ in receiver.came if head[":path"] == "/fenced"]
    assert len(names) >= 2
    assert len(set(names)) == 1
    [done] = firm.get(path).json()
    assert (done["state"], done["tries"]) == ("delivered", 1)
    firm.delete(f"/v1/webhooks/{made['id']}")


def test_the_commands_add_list_try_rotate_replay_and_remove_a_webhook(
    instance: Instance, receiver: Receiver, waglan: CommandLine
) -> None:
    waglan.operates(instance)

    def run(*arguments: str) -> str:
        ran = waglan("webhook", *arguments)
        assert ran.status == 0, ran.err
        return ran.out

    one, secret = run("add", receiver.url("/cli"), "webhook.tested", "party.").split()
    assert secret.startswith("whsec_")
    assert f"{one}  {receiver.url('/cli')}  webhook.tested party." in run("list")
    run("test", one)
    until(lambda: receiver.events(path="/cli"))
    until(lambda: "delivered" in run("deliveries", one))
    assert "webhook.tested" in run("deliveries", one, "--state", "delivered")
    assert run("deliveries", one, "--state", "dead") == ""
    assert run("rotate", one, "--hours", "0").startswith("whsec_")
    assert run("replay", one) == "Dead letters that are tried anew: 0\n"
    run("stop", one)
    assert "stopped by you" in run("list")
    run("resume", one)
    assert "  on, waiting 0, dead letters 0" in run("list")
    assert "Webhooks: 1 on" in waglan("doctor").out
    run("remove", one)
    assert run("list") == ""
    refused = waglan("webhook", "add", "https://127.0.0.1/", "*")
    assert refused.status != 0
    assert "OUTWARD-NOT-PUBLIC" in refused.err
    assert waglan("webhook", "stop", one).status != 0
