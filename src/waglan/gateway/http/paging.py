"""Lists page by page: `next` of one answer is the `before` of the next, null on the last."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from fastapi import Query

from waglan.codes.calendar import is_on_every_clock
from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import is_keepable
from waglan.gateway.http.problem import Problem, misunderstood
from waglan.store import Transaction, log

T = TypeVar("T")
Cursor = TypeVar("Cursor", bound=msgspec.Struct)

LISTED_MAX = 200
HASH = "^[0-9a-f]{64}$"  # of the last line, as a cursor
CURSOR_CHARACTERS_MAX = 1_000

Before = Annotated[UUID | None, Query(description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=LISTED_MAX)]
BEFORE_ALL = -1  # the log's numbers begin at 0
AfterSeq = Annotated[
    int, Query(ge=BEFORE_ALL, description="The `seq` of the last one you saw; -1 is before all.")
]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # in a cursor


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], T | None]:
    """Return a page of what was found with one more than it holds, and its last if more follow."""
    page = found[:limit]
    return page, page[-1] if len(found) > limit else None


async def must_be_within(tx: Transaction, after: int) -> None:
    """Refuse a cursor beyond the log: who waits there would never hear of what comes before it."""
    size = await log.size(tx)
    if after >= max(size, BEFORE_ALL + 1):
        beyond = Finding(
            "HTTP-CURSOR-BEYOND",
            Severity.ERROR,
            Where("query.after"),
            {"after": str(after), "last": size - 1},
        )
        raise Problem(409, beyond)


def spell_cursor(place: msgspec.Struct) -> str:
    """Return a place in a list as the cursor of the page after it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(text: str, kind: type[Cursor]) -> Cursor:
    """Return the place that a cursor tells; Problem 422 for one that no page gave."""
    try:
        told = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        place = msgspec.json.decode(told, type=kind)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise misunderstood(_UNREADABLE) from None
    if not all(map(_is_told, msgspec.structs.astuple(place))):
        raise misunderstood(_UNREADABLE)
    return place


def _is_told(value: object) -> bool:
    if isinstance(value, str):
        return is_keepable(value)
    return not isinstance(value, datetime) or is_on_every_clock(value)


_UNREADABLE = Finding("HTTP-CURSOR", Severity.ERROR, Where("query.after"), {})
