"""How long what names people is kept: dated data, each class with its own period."""

import tomllib
from datetime import date, timedelta
from functools import cache

import msgspec

from waglan.codes.data import read


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One period for one kind of thing, in force from a day on."""

    name: str
    what: str
    in_force_from: date
    days: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"classes": "class"}):
    source: str
    checked_on: date
    classes: list[Period]


def in_force(name: str, *, on: date) -> Period | None:
    """Return the period that counts for this kind of thing on that day; None if there is none."""
    known = [c for c in _classes() if c.name == name and c.in_force_from <= on]
    return max(known, key=lambda one: one.in_force_from, default=None)


def kept_from(period: Period, *, on: date) -> date:
    """Return the first day whose things are still kept; what came before it is due."""
    return on - timedelta(days=period.days)


@cache
def _classes() -> tuple[Period, ...]:
    file = msgspec.convert(tomllib.loads(read("parties/retention.toml")), _File)
    if any(one.days < 1 for one in file.classes) or not file.source.strip():
        raise ValueError("parties/retention.toml: a period has at least one day, and a source")
    return tuple(file.classes)
