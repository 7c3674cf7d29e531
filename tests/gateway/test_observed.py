"""Requests leave an id, a line and figures; what was looked up and who sent it stay out of them."""

import io
import json
import logging
import multiprocessing
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from running_instance import ORIGIN, Instance

from waglan.codes.finding import Severity
from waglan.gateway.http.app import describe
from waglan.gateway.http.health import LAG_MAX, keeps_up
from waglan.gateway.instance import Config, sequence, work
from waglan.gateway.logs import configure
from waglan.store.dsn import Dsn

SECRET = "MR CANARY 12345"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where a process logs to, while the test runs."""
    written = io.StringIO()
    configured = structlog.get_config()
    before = logging.getLogger().handlers[:], logging.getLogger().level
    configure("interface", written)
    yield written
    structlog.configure(**configured)
    logging.captureWarnings(False)
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def line_of(out: io.StringIO, answer: httpx.Response) -> dict[str, Any]:
    """The request's line, which is written when the client has its answer already."""
    wanted = answer.headers["Waglan-Request"]
    for _ in range(100):
        found = [line for line in lines(out) if line.get("request") == wanted]
        if found:
            return found[0]
        threading.Event().wait(0.05)
    raise AssertionError("no line was written")


def test_a_request_is_one_line_without_what_was_looked_up(
    instance: Instance, out: io.StringIO
) -> None:
    answer = instance.operator.get("/v1/track/" + SECRET)
    assert answer.status_code == 404
    line = line_of(out, answer)
    assert (
        line.items()
        >= {
            "method": "GET",
            "route": "/v1/track/{key:path}",
            "status": 404,
            "party": "operator",
            "process": "interface",
            "level": "info",
        }.items()
    )
    assert line["ms"] > 0
    assert "CANARY" not in out.getvalue()
    assert "wgl_" not in out.getvalue()


def test_a_line_names_the_message_that_was_handed_in(instance: Instance, out: io.StringIO) -> None:
    carrier = instance.let_in("noted-line", "carrier")
    answer = carrier.post("/v1/messages", content=SECRET.encode())
    line = line_of(out, answer)
    assert (line["message"], line["party"]) == (answer.json()["id"], "noted-line")
    assert "CANARY" not in out.getvalue()


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/checks", "/v1/equipment-events", "/v1/grants"]
)
def test_a_client_that_hangs_up_in_mid_upload_is_a_line_and_no_fault(
    instance: Instance, out: io.StringIO, path: str
) -> None:
    url, party = httpx.URL(instance.address), path.replace("/", "-")[4:]
    sender = instance.let_in(f"hanging-{party}", "carrier", "terminal").headers["Authorization"]
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: application/json\r\n"
        f"Authorization: {sender}\r\nContent-Length: 9000\r\n"
    )
    line_of(out, instance.operator.get("/v1/whoami"))  # and those of letting him in were before it
    out.truncate(out.seek(0))
    with socket.create_connection((url.host, url.port or 80)) as line:
        line.sendall(f"{head}\r\n{SECRET}".encode())
    for _ in range(100):
        if lines(out):
            break
        threading.Event().wait(0.05)
    line_of(out, instance.operator.get("/v1/whoami"))  # by now a traceback would be there too
    told = [(line["level"], line["status"]) for line in lines(out)]
    assert told == [("info", 0), ("info", 200)]


@pytest.mark.parametrize("main", [sequence, work])
def test_a_process_without_a_database_ends_with_one_line_that_machines_read(
    main: Callable[[Config], None],
    module_database: Dsn,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    nowhere = f"host={tmp_path} dbname=gone"
    gone = replace(module_database, app=nowhere, authority=nowhere, engine=nowhere)
    config = Config(gone, tmp_path, ORIGIN, "127.0.0.1", 0, message_bytes_max=1)
    process = multiprocessing.get_context("spawn").Process(target=main, args=(config,))
    process.start()
    process.join(60)
    assert process.exitcode == 1
    [line] = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert (line["event"], line["finding"]) == ("the process ends", "STORE-UNREACHABLE")


def test_health_is_not_logged_while_it_is_well(instance: Instance, out: io.StringIO) -> None:
    assert instance.operator.get("/healthz").text == "alive\n"
    assert instance.operator.get("/metrics").is_success
    line_of(out, instance.operator.get("/v1/whoami"))
    assert [line["route"] for line in lines(out)] == ["/v1/whoami"]


def test_an_exception_is_logged_by_kind_and_place_without_its_words(out: io.StringIO) -> None:
    try:
        raise LookupError(SECRET)
    except LookupError:
        structlog.get_logger().exception("a piece failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    for line in lines(out):
        assert line["fault"] == "LookupError"
        assert re.fullmatch(r"test_observed.py:[0-9]+ test_an_exception\w+", line["at"][-1])
        assert line["level"] == "error"
    assert SECRET not in out.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_lines_are_for_people() -> None:
    screen = Terminal()
    configured = structlog.get_config()
    configure("interface", screen)
    structlog.get_logger().info("hello")
    structlog.configure(**configured)
    assert "hello" in screen.getvalue()
    assert not screen.getvalue().startswith("{")


async def test_our_own_fault_is_a_problem_that_names_the_request_and_nothing_else() -> None:
    app = describe()

    @app.get("/broken")
    async def broken() -> None:
        raise LookupError(SECRET)

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/broken", headers={"Accept-Language": "zh-HK"})
    assert (answer.status_code, answer.json()["code"]) == (500, "our-fault")
    assert answer.headers["waglan-request"] in answer.json()["detail"]
    assert SECRET not in answer.text


def figures(instance: Instance) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(instance.operator.get("/metrics").text)
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_figures_tell_of_requests_work_log_and_connections(instance: Instance) -> None:
    instance.let_in("counted-line", "carrier").post("/v1/messages", content=b"nothing")
    for _ in range(50):  # the worker keeps its figures when its round is over
        seen = figures(instance)
        if ("waglan_work", "message,done") in seen and seen["waglan_log_size", ""]:
            break
        threading.Event().wait(0.1)
    assert seen["waglan_requests_total", "POST,/v1/messages,201"] >= 1
    assert seen["waglan_messages", "refused"] >= 1
    assert seen["waglan_work", "message,done"] >= 1
    assert seen["waglan_log_size", ""] >= 1
    assert 0 <= seen["waglan_log_lag_seconds", ""] < 60
    assert seen["waglan_pool_connections", "free"] >= 0
    assert seen["waglan_log_halted", ""] == 0
    instance.operator.get("/v1/track/" + SECRET)
    instance.operator.request("BREW", "/nowhere/" + SECRET)
    assert not any("CANARY" in label or "BREW" in label for _, label in figures(instance))


@pytest.mark.parametrize(
    ("lag", "codes"),
    [
        (None, ["HTTP-LOG-NOT-BEGUN"]),
        (timedelta(0), []),
        (LAG_MAX, []),
        (LAG_MAX + timedelta(microseconds=1), ["HTTP-LOG-LAGS"]),
    ],
)
def test_no_instance_is_ready_before_its_sequencer_has_looked_or_while_it_lags(
    lag: timedelta | None, codes: list[str]
) -> None:
    assert [found.code for found in keeps_up(lag)] == codes
    assert all(found.severity is Severity.ERROR for found in keeps_up(lag))


def test_a_witnesss_alarm_makes_the_instance_unready(instance: Instance) -> None:
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute("INSERT INTO log_halt VALUES ('waglan.test/log', 'w.test+1+x', 9, 4, now())")
        try:
            answer = instance.operator.get("/readyz")
            assert figures(instance)["waglan_log_halted", ""] == 1
        finally:
            conn.execute("DELETE FROM log_halt")
    assert answer.status_code == 503
    assert "LOG-HALTED" in {finding["code"] for finding in answer.json()["findings"]}
