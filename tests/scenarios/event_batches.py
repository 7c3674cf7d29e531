"""Batches of events as terminals' and truckers' programs send them."""

import json
from collections.abc import Iterable
from typing import Any

import httpx

from waglan.codes.container import ContainerNo

PATH = "/v1/equipment-events"
TIME = "2026-11-03T09:30:00+08:00"


def box_number(n: int) -> str:
    """A container number with its check digit."""
    bare = f"SYNU{n:06}"
    return f"{bare}{ContainerNo(bare + '0').check_digit}"


def plain(id_: str, n: int = 1, **more: Any) -> dict[str, Any]:
    """A truck takes a box out of a gate."""
    row = {"id": id_, "code": "gate-out", "box": box_number(n), "at": TIME, "place": "HKHKG"}
    return {name: value for name, value in (row | more).items() if value is not None}


def dcsa(id_: str, n: int = 1, what: str = "GTOT", **more: Any) -> dict[str, Any]:
    """The same in DCSA's Track & Trace 3.0."""
    row = {
        "eventID": id_,
        "eventDateTime": TIME,
        "eventClassification": {
            "eventTypeCode": "EQUIPMENT",
            "eventClassifierCode": "ACT",
            "equipmentEventTypeCode": what,
        },
        "eventLocation": {"UNLocationCode": "HKHKG"},
        "equipmentDetails": {"equipmentReference": box_number(n)},
    }
    return row | more


def lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """NDJSON."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def told(client: httpx.Client, rows: Any, *, key: str = "", path: str = PATH) -> httpx.Response:
    """Send a batch."""
    headers = {"Idempotency-Key": key} if key else {}
    if isinstance(rows, bytes):
        return client.post(path, content=rows, headers=headers)
    return client.post(path, json=rows, headers=headers)


def states(answer: httpx.Response) -> list[str]:
    """What became of each row."""
    assert answer.status_code in (200, 201), answer.text
    return [row["state"] for row in answer.json()["rows"]]


def codes(answer: httpx.Response) -> list[list[str]]:
    """What was found in each row."""
    return [[f["code"] for f in row.get("findings", [])] for row in answer.json()["rows"]]
