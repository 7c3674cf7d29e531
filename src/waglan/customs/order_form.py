"""What is wrong with a standing order as it was written down, field by field, for who signs it."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, islice

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.customs.standing_order import (
    ANSWER_DAYS_MAX,
    BILLS_PER_CALL_MAX,
    BILLS_PER_DAY_MAX,
    DOCUMENT_CHARS_MAX,
    DOCUMENTS_MAX,
    PURPOSE,
    SERVE_BEFORE_ARRIVAL_MINUTES_MAX,
    VALID_DAYS_MAX,
    Limits,
    StandingOrder,
    read_order,
)
from waglan.customs.status import GRAVITY

NAME_MAX = 64
FINDINGS_MAX = 50
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{NAME_MAX - 1}}}", re.ASCII)
_FIELD_CHARACTERS_MAX = 64
_NUMBERS = {
    "bills_per_call_max": (1, BILLS_PER_CALL_MAX),
    "bills_per_day_max": (1, BILLS_PER_DAY_MAX),
    "not_selected_permille_max": (0, 1_000),
    "serve_before_arrival_minutes": (0, SERVE_BEFORE_ARRIVAL_MINUTES_MAX),
    "answer_days": (1, ANSWER_DAYS_MAX),
}
# How each of the others is written, and what it looks like.
_TEXTS = {
    "purpose": (re.escape(PURPOSE), PURPOSE),
    "officer": (r"[^\0]+", "sub_0123456789abcdef0123456789abcdef"),
    "authority": (r"[^\0]+", "hk-customs"),
    "policy_version": (r"[^\0]+", "waglan-customs-2026-11-28"),
    "table_sha256": (r"[0-9a-f]{64}", "0123456789abcdef" * 4),
}
_TIMES = ("valid_from", "valid_until")
_TIME = "2026-12-01T00:00:00.000000+00:00"

_OPTIONAL = frozenset({"bills_per_day_max", "documents", "answer_days"})
_FIELDS = ("id", "statuses", "documents", *_NUMBERS, *_TEXTS, *_TIMES)
LIMITS = Limits.__struct_fields__
_YEAR_MIN, _YEAR_MAX = 1970, 9000  # far from where a calendar ends in another zone


def as_signed(body: bytes) -> StandingOrder | list[Finding]:
    """Return the order that these bytes are the one spelling of, or all that is wrong with them."""
    told = _told(body)
    if told is None:
        return [Finding("ORDER-UNREADABLE", Severity.ERROR, _at(""), {})]
    found = [*islice(chain(_lacking(told), unfit(told, _FIELDS)), FINDINGS_MAX)]
    if found:
        return found
    order = read_order(body)
    if order is None or order.order_bytes() != body:
        return [Finding("ORDER-UNREADABLE", Severity.ERROR, _at(""), {})]
    return order


def unfit(told: Mapping[str, object], known: tuple[str, ...] = LIMITS) -> Iterator[Finding]:
    """Say of each field that is there what it may be, where it is not; and which nobody knows."""
    for field, value in told.items():
        if field not in known:
            name = field[:_FIELD_CHARACTERS_MAX]
            yield Finding(
                "ORDER-FIELD-UNKNOWN",
                Severity.ERROR,
                _at(name),
                {"field": name, "known": ", ".join(known)},
            )
        elif field == "id":
            yield from unfit_name(value)
        elif field == "statuses":
            yield from _statuses(value)
        elif field == "documents":
            yield from _documents(value)
        elif field in _NUMBERS:
            yield from _number(field, value)
        elif field in _TEXTS:
            yield from _text(field, value)
        elif _time(value) is None:
            yield Finding(
                "ORDER-FIELD", Severity.ERROR, _at(field), {"field": field, "example": _TIME}
            )
    yield from _together(told)


def _together(told: Mapping[str, object]) -> Iterator[Finding]:
    if bool(told.get("documents")) != (told.get("answer_days") is not None):
        yield _unasked()
    if set(_TIMES) <= set(told):
        yield from _span(*(_time(told[field]) for field in _TIMES))


def unfit_name(name: object) -> Iterator[Finding]:
    """Say how an order may be called, where this is no such name: it is part of addresses."""
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield Finding("ORDER-NAME", Severity.ERROR, _at("id"), {"max": NAME_MAX})


def unfit_days(days: int) -> Iterator[Finding]:
    """Say for how many days an order may be valid, where it can't be for so many."""
    if not 1 <= days <= VALID_DAYS_MAX:
        yield Finding("ORDER-DAYS", Severity.ERROR, _at("valid_until"), {"max": VALID_DAYS_MAX})


def _told(body: bytes) -> dict[str, object] | None:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _lacking(told: Mapping[str, object]) -> Iterator[Finding]:
    for field in _FIELDS:
        if field in told or field in _OPTIONAL:
            continue
        if field == "id":
            yield from unfit_name(None)
        elif field == "statuses":
            yield from _statuses(None)
        elif field in _NUMBERS:
            yield from _number(field, "")
        else:
            example = _TEXTS[field][1] if field in _TEXTS else _TIME
            yield Finding(
                "ORDER-FIELD", Severity.ERROR, _at(field), {"field": field, "example": example}
            )


def _statuses(value: object) -> Iterator[Finding]:
    known = [status.value for status in GRAVITY]
    is_list = isinstance(value, list) and value and all(one in known for one in value)
    if not is_list:
        yield Finding(
            "ORDER-STATUS-LIST", Severity.ERROR, _at("statuses"), {"known": ", ".join(known)}
        )


def _documents(value: object) -> Iterator[Finding]:
    is_list = isinstance(value, list) and len(value) <= DOCUMENTS_MAX
    if not (is_list and all(map(_is_document, value if isinstance(value, list) else ()))):
        yield _unasked()


def _is_document(one: object) -> bool:
    return (
        isinstance(one, str)
        and len(one) <= DOCUMENT_CHARS_MAX
        and "\0" not in one
        and not is_blank(one)
    )


def _unasked() -> Finding:
    return Finding(
        "ORDER-DOCUMENTS",
        Severity.ERROR,
        _at("documents"),
        {"max": DOCUMENTS_MAX, "characters": DOCUMENT_CHARS_MAX, "days": ANSWER_DAYS_MAX},
    )


def _number(field: str, value: object) -> Iterator[Finding]:
    least, most = _NUMBERS[field]
    if value is None and field in _OPTIONAL:
        return
    if not (type(value) is int and least <= value <= most):
        yield Finding(
            "ORDER-NUMBER", Severity.ERROR, _at(field), {"field": field, "min": least, "max": most}
        )


def _text(field: str, value: object) -> Iterator[Finding]:
    form, example = _TEXTS[field]
    if not (isinstance(value, str) and re.fullmatch(form, value)):
        yield Finding(
            "ORDER-FIELD", Severity.ERROR, _at(field), {"field": field, "example": example}
        )


def _time(value: object) -> datetime | None:
    try:
        at = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    if at.tzinfo is None or not _YEAR_MIN <= at.year <= _YEAR_MAX:
        return None
    return at.astimezone(UTC)


def _span(begins: datetime | None, ends: datetime | None) -> Iterator[Finding]:
    if begins is None or ends is None:
        return
    if not timedelta(0) < ends - begins <= timedelta(days=VALID_DAYS_MAX):
        yield Finding("ORDER-DAYS", Severity.ERROR, _at("valid_until"), {"max": VALID_DAYS_MAX})


def _at(field: str) -> Where:
    return Where(f"order/{field}".rstrip("/"))
