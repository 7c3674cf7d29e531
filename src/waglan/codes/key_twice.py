"""JSON whose objects name a key twice: readers keep the last of them without a word."""

import json
from collections import Counter
from typing import Final, TypeAlias

import msgspec

from waglan.codes.finding import Finding, Severity, Where

SHOWN_MAX: Final = 20
_KEY_CHARACTERS_MAX: Final = 100

# The keys and indexes that lead to a place in a document.
Way: TypeAlias = tuple[str | int, ...]


def keys_twice(data: bytes) -> list[Way]:
    """Return the way to each key that stands in one object again; the first of very many.

    What is no JSON has none: its reader says what is wrong with it.
    """
    return [] if _has_none(data) else _ways(data)


def key_twice(where: Where, way: Way) -> Finding:
    """Say that a key stands there twice, so that nobody can tell which of the two is meant."""
    key = str(way[-1])[:_KEY_CHARACTERS_MAX]
    return Finding("JSON-KEY-TWICE", Severity.ERROR, where, {"key": key})


def is_all_said(data: bytes, read: object) -> bool:
    """Whether what was read from JSON says all that stands there, so that no key stood twice.

    Written back, it may name no key that was not there. False is not certain.
    """
    # Each key has one colon, and texts without escapes are written as they came: what is written
    # back has less colons if a key was dropped, and only then.
    return b"\\" not in data and _encode(read).count(b":") == data.count(b":")


def _has_none(data: bytes) -> bool:
    try:
        return b"\\" not in data and is_all_said(data, _decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


_decode, _encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode


class _Again(dict[str, object]):
    """An object with the keys that were in it more than once."""

    again: list[str]


def _ways(data: bytes) -> list[Way]:
    found: list[_Again] = []

    def read(pairs: list[tuple[str, object]]) -> dict[str, object]:
        once = dict(pairs)
        if len(once) == len(pairs):
            return once
        counts = Counter(key for key, _ in pairs)
        told = _Again(once)
        told.again = [key for key, count in counts.items() if count > 1]
        found.append(told)
        return told

    try:
        whole = json.loads(data, object_pairs_hook=read)
    except (ValueError, RecursionError):
        return []
    return _led_to(whole) if found else []


def _led_to(whole: object) -> list[Way]:
    ways: list[Way] = []
    waiting: list[tuple[Way, object]] = [((), whole)]
    while waiting and len(ways) < SHOWN_MAX:  # not by recursion: it may be nested deeper
        way, one = waiting.pop()
        if isinstance(one, _Again):
            ways += [(*way, key) for key in one.again]
        if isinstance(one, dict):
            waiting += [((*way, key), part) for key, part in reversed(one.items())]
        elif isinstance(one, list):
            waiting += [((*way, n), part) for n, part in reversed([*enumerate(one)])]
    return ways[:SHOWN_MAX]
