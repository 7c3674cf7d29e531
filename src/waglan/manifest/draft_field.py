"""The fields that a draft may have, what each holds, and how two values of it are compared.

A field is named by its place: `head/vessel`, `bills/SYN1/goods/1/description`. The whole list is
data (`manifest/draft_fields.toml`); what is not in it is refused.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TypeAlias

from waglan.codes.calendar import HONG_KONG
from waglan.codes.chinese import match_key, simplified
from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank, squashed
from waglan.manifest.call import YEARS
from waglan.manifest.model import Level

FIELDS = "manifest/draft_fields.toml"
KEY_CHARACTERS_MAX = 60
PATH_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 4_000
NAME_CHARACTERS_MAX = 350
CODE_CHARACTERS_MAX = 70
CODES_MAX = 99
AMOUNT_MAX = 10**14  # in the smallest unit: a hundred thousand tonnes in g and more
DEGREES_MAX = 200_000  # in 1/1000 °C, below and above zero

Scalar: TypeAlias = str | int | bool | tuple[str, ...]
Compared: TypeAlias = str | int | bool | tuple[str, ...]


class ValueKind(Enum):
    """What a field holds."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    BILL = "bill"  # its number, as its papers write it
    CODES = "codes"
    PLACE = "place"
    LEVEL = "level"
    FLAG = "flag"
    TIME = "time"
    DATE = "date"
    COUNT = "count"
    MASS = "mass"
    VOLUME = "volume"
    AMOUNT = "amount"  # of money, in 1/100
    TEMPERATURE = "temperature"  # in 1/1000 °C


NUMBERS = frozenset(
    {
        ValueKind.COUNT,
        ValueKind.MASS,
        ValueKind.VOLUME,
        ValueKind.AMOUNT,
        ValueKind.TEMPERATURE,
    }
)
_LENGTHS = {
    ValueKind.TEXT: TEXT_CHARACTERS_MAX,
    ValueKind.NAME: NAME_CHARACTERS_MAX,
    ValueKind.CODE: CODE_CHARACTERS_MAX,
    ValueKind.BILL: CODE_CHARACTERS_MAX,
    ValueKind.PLACE: CODE_CHARACTERS_MAX,
    ValueKind.TIME: 40,
    ValueKind.DATE: 10,
    ValueKind.LEVEL: 10,
}
_KEY = re.compile(r"[^\s/*]+")


@dataclass(frozen=True, slots=True)
class FieldKind:
    """One line of the list: the place with `*` for keys, the group, what it holds."""

    pattern: str
    group: str
    holds: ValueKind


def kind_of(path: str) -> FieldKind | None:
    """Return what field stands at a place; None if a draft has none there."""
    if len(path) > PATH_CHARACTERS_MAX:
        return None
    found = _known().get(pattern_of(path))
    if found is None:
        return None
    keys = [
        step
        for step, place in zip(path.split("/"), found.pattern.split("/"), strict=True)
        if place == "*"
    ]
    return found if all(is_key(key) for key in keys) else None


def pattern_of(path: str) -> str:
    """Return a place with `*` for its keys."""
    steps = path.split("/")
    if steps[0] in ("bills", "boxes") and len(steps) > 1:
        steps[1] = "*"
    if steps[0] == "bills" and len(steps) > 4 and steps[2] == "goods":
        steps[3] = "*"
        if len(steps) > 5 and steps[4] == "stowed":
            steps[5] = "*"
    return "/".join(steps)


def is_key(text: str) -> bool:
    """Whether text can name a bill, a goods item or a container in a draft's places."""
    return 0 < len(text) <= KEY_CHARACTERS_MAX and text.isprintable() and bool(_KEY.fullmatch(text))


def key_for(text: str) -> str:
    """Return the key of a bill or container by its number: blanks, signs and case don't count."""
    return squashed(text).upper()[:KEY_CHARACTERS_MAX]


def patterns() -> frozenset[str]:
    """Return the places of every field, with `*` for keys."""
    return frozenset(_known())


def read_value(path: str, raw: object) -> tuple[Scalar | None, list[Finding]]:
    """Return a value as somebody gave it for a field, or what is wrong with it.

    None is a value too: that it stays empty. What holds two lines of text keeps them.
    """
    kind = kind_of(path)
    where = Where(f"fields/{path[:PATH_CHARACTERS_MAX]}")
    if kind is None:
        return None, [Finding("DRAFT-FIELD-UNKNOWN", Severity.ERROR, where, {"field": path[:100]})]
    if raw is None:
        return None, []
    value = _read(kind.holds, raw)
    if value is None and (hidden := _unclean(raw)):
        return None, [
            Finding(
                "DRAFT-VALUE-HIDDEN",
                Severity.ERROR,
                where,
                {"field": path, "characters": ", ".join(f"U+{ord(char):04X}" for char in hidden)},
            )
        ]
    if value is None:
        return None, [
            Finding(
                "DRAFT-VALUE",
                Severity.ERROR,
                where,
                {"field": path, "kind": kind.holds.value, "max": _max(kind.holds)},
            )
        ]
    return value, []


def compared(kind: ValueKind, value: Scalar) -> Compared:
    """Return what two values are compared by: case, blanks, signs, width and 繁/简 fold.

    A letter that only looks like another is another: whose name it is nobody guesses. In a bill's
    number all of that counts, as in a manifest: `HX/1` and `HX1` are two bills.
    """
    if isinstance(value, tuple):
        return tuple(sorted({simplified(squashed(one)) for one in value}))
    if isinstance(value, int):
        return value
    if kind in (ValueKind.TIME, ValueKind.DATE):
        return _moment(value)
    if kind is ValueKind.BILL:
        return " ".join(value.split())
    return simplified(squashed(value))


def look_alike(one: Scalar | None, other: Scalar | None) -> bool:
    """Whether two texts that say different things look the same to who reads them."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    is_same = simplified(squashed(one)) == simplified(squashed(other))
    return not is_same and match_key(one) == match_key(other)


def _read(kind: ValueKind, raw: object) -> Scalar | None:
    if kind is ValueKind.FLAG:
        return raw if isinstance(raw, bool) else None
    if kind in NUMBERS:
        return _number(kind, raw)
    if kind is ValueKind.CODES:
        return _codes(raw)
    if not isinstance(raw, str):
        return None
    text = raw.strip() if kind is ValueKind.TEXT else " ".join(raw.split())
    if is_blank(text) or len(text) > _LENGTHS[kind] or not _is_clean(text):
        return None
    if kind is ValueKind.LEVEL:
        return text if text in {level.value for level in Level} else None
    if kind in (ValueKind.TIME, ValueKind.DATE):
        return text if _is_moment(kind, text) else None
    return text


def _number(kind: ValueKind, raw: object) -> int | None:
    if not isinstance(raw, int) or isinstance(raw, bool):
        return None
    if kind is ValueKind.TEMPERATURE:
        return raw if -DEGREES_MAX <= raw <= DEGREES_MAX else None
    return raw if 0 <= raw <= AMOUNT_MAX else None


def _codes(raw: object) -> tuple[str, ...] | None:
    if not isinstance(raw, list | tuple) or not 0 < len(raw) <= CODES_MAX:
        return None
    found = [_read(ValueKind.CODE, one) for one in raw]
    if not all(isinstance(one, str) for one in found):
        return None
    return tuple(str(one) for one in found)


def _unclean(raw: object) -> list[str]:
    """Return what of a text shows nothing, or steers, each once, the first ten."""
    texts = raw if isinstance(raw, list | tuple) else [raw]
    found = [
        char
        for text in texts
        if isinstance(text, str)
        for char in text.strip()
        if not _is_clean(char) and not char.isspace()
    ]
    return [*dict.fromkeys(found)][:10]


def _is_clean(text: str) -> bool:
    """Whether text holds nothing that steers a terminal or has no place in a record."""
    return all(char.isprintable() or char in "\n\t" for char in text)


def _is_moment(kind: ValueKind, text: str) -> bool:
    try:
        day = date if kind is ValueKind.DATE else datetime
        return day.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def _moment(text: str) -> str:
    """Return a time in one zone; a time without one is told in Hong Kong's."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=HONG_KONG)).astimezone(HONG_KONG).isoformat()
    except (ValueError, OverflowError):
        return squashed(text)


def _max(kind: ValueKind) -> int:
    if kind is ValueKind.CODES:
        return CODES_MAX
    if kind is ValueKind.TEMPERATURE:
        return DEGREES_MAX
    return AMOUNT_MAX if kind in NUMBERS else _LENGTHS.get(kind, 1)


@cache
def _known() -> Mapping[str, FieldKind]:
    found = {
        pattern: FieldKind(pattern, group, ValueKind(holds))
        for group, lines in tomllib.loads(read(FIELDS)).items()
        for pattern, holds in lines.items()
    }
    for pattern in found:
        if pattern_of(pattern) != pattern:
            raise ValueError(f"{FIELDS}: {pattern} is no place of a draft")
    return found
