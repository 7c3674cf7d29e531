"""What a command line tells as NAME=VALUE."""

from collections.abc import Sequence
from typing import Any

import typer

from waglan.manifest.draft_field import NUMBERS, ValueKind, kind_of

ABOUT = ("title", "letter", "desk")
FACT, ADDRESS = "fact:", "address:"
_FLAGS = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}


def pairs(told: Sequence[str]) -> dict[str, str]:
    """Return what was told by name; a value may hold further `=`."""
    found = {}
    for one in told:
        name, is_told, value = one.partition("=")
        if not (name and is_told):
            raise typer.BadParameter(f"NAME=VALUE: {one!r}")
        found[name] = value
    return found


def numbers(told: Sequence[str]) -> dict[str, int]:
    """Return numbers by name."""
    found = pairs(told)
    for value in found.values():
        if not value.isdecimal():
            raise typer.BadParameter(f"FIELD=N: {value!r}")
    return {name: int(value) for name, value in found.items()}


def content(told: Sequence[str], bills: Sequence[str], *, chinese: bool) -> dict[str, Any]:
    """Return what a draft is given, as the interface takes it.

    A value that its field can't hold is left as text: the instance says what is wrong with it.
    """
    fields: dict[str, object] = {}
    addresses: dict[str, str] = {}
    facts: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, text in pairs(told).items():
        if name in ABOUT:
            found[name] = text
        elif name.startswith(FACT):
            facts[name.removeprefix(FACT)] = text
        elif text.startswith(ADDRESS):
            addresses[name] = text.removeprefix(ADDRESS)
        else:
            fields[name] = _value(name, text.strip())
    found |= {"fields": fields, "addresses": addresses, "keys": list(bills), "chinese": chinese}
    return found | ({"facts": facts} if facts else {})


def _value(field: str, text: str) -> object:
    kind = kind_of(field)
    if not text:
        return None
    if kind is None:
        return text
    if kind.holds is ValueKind.FLAG:
        return _FLAGS.get(text.lower(), text)
    if kind.holds is ValueKind.CODES:
        return [one.strip() for one in text.split(",")]
    digits = text.removeprefix("-")
    if kind.holds in NUMBERS and digits.isascii() and digits.isdecimal() and len(digits) <= 18:
        return int(text)
    return text
