"""What a bill says otherwise than an earlier version of it, particular by particular."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import msgspec

from waglan.customs.again import BillVersion
from waglan.manifest.model import Package

Value: TypeAlias = "str | int | bool | tuple[str, ...] | None"

# What names the bill itself, what is told part by part below, and where in a message it stood.
_BESIDE = frozenset({"number", "parent", "parties", "goods", "segment", "part", "erased"})


@dataclass(frozen=True, slots=True)
class ParticularChange:
    """One particular that says something else; None where nobody said, or is not there at all."""

    field: str  # its path in the bill, as `goods/1/dangerous`
    before: Value
    after: Value


def changes(before: BillVersion, after: BillVersion) -> list[ParticularChange]:
    """Return what two versions of a bill say otherwise, in the order of the later one.

    Parties and marks of which some were erased can't be compared, and are left out.
    """
    was, now = dict(_particulars(before)), dict(_particulars(after))
    if not are_names_whole(before, after):
        was, now = _unnamed(was), _unnamed(now)
    fields = dict.fromkeys([*now, *was])
    return [
        ParticularChange(field, was.get(field), now.get(field))
        for field in fields
        if was.get(field) != now.get(field)
    ]


def are_names_whole(*versions: BillVersion) -> bool:
    """Whether no name and no mark was erased of any of these versions."""
    return not any(one.bill.erased for one in versions)


def _unnamed(told: dict[str, Value]) -> dict[str, Value]:
    return {
        field: value
        for field, value in told.items()
        if not field.startswith("parties/") and not field.endswith("/marks")
    }


def _particulars(said: BillVersion) -> Iterator[tuple[str, Value]]:
    bill = said.bill
    yield from _fields("", bill, _BESIDE)
    yield from _each("parties", [(one.role.value, one) for one in bill.parties], "role")
    yield from _each("goods", [(str(one.number), one) for one in bill.goods], "number")
    boxes = sorted([(one.number, one) for one in said.boxes], key=lambda one: one[0])
    yield from _each("boxes", boxes, "number")


def _each(
    what: str, named: Sequence[tuple[str, msgspec.Struct]], name: str
) -> Iterator[tuple[str, Value]]:
    """Yield the particulars of several; of one name the second is `name#2`."""
    times: dict[str, int] = {}
    for own, one in named:
        times[own] = times.get(own, 0) + 1
        called = own if times[own] == 1 else f"{own}#{times[own]}"
        yield from _fields(f"{what}/{called}/", one, _BESIDE | {name})


def _fields(path: str, told: msgspec.Struct, beside: frozenset[str]) -> Iterator[tuple[str, Value]]:
    for name in told.__struct_fields__:
        if name not in beside:
            yield f"{path}{name}", _value(getattr(told, name))


def _value(told: object) -> Value:
    """Return a particular as it is shown; an empty text or list is nothing said."""
    if isinstance(told, tuple):
        return tuple([_package(one) if isinstance(one, Package) else str(one) for one in told])
    if isinstance(told, Enum):
        return str(told.value)
    if told is None or isinstance(told, str | int):
        return told
    raise TypeError(f"{told!r} is no particular of a bill")


def _package(one: Package) -> str:
    return one.container if one.count is None else f"{one.container}: {one.count}"
