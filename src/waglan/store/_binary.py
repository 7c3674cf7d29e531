"""Columns as PostgreSQL's binary arrays: the driver's own writing takes five times as long."""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import add
from typing import NamedTuple, TypeAlias, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

Column = Sequence[object]
_Bytes: TypeAlias = "Sequence[bytes | None]"
S = TypeVar("S")

_NULL = b"\xff\xff\xff\xff"
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEAD = struct.Struct(">iiiii")
_NOT_A_CELL = (AttributeError, TypeError, struct.error)  # so a NULL is told that none expects


class Array:
    """A parameter: all cells of a column."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        """Hold the array's bytes."""
        self.data = data


def array(type_: str, column: Column) -> Array:
    """Return a column as one parameter; None is NULL. A cell that its type can't hold raises.

    Lists go as texts, which the statement turns into its column's type.
    """
    if type_.endswith("[]"):
        lists = cast("Sequence[Column | None]", column)
        if type_ == "bytea[]":
            type_, column = "text", _lists_of_bytes(cast("Sequence[_Bytes | None]", lists))
        else:
            type_, column = "text", [None if of is None else _listed(of) for of in lists]
    kind, some = _TYPES[type_], False
    try:
        cells = kind.cells(column, some)
    except _NOT_A_CELL:  # to look for a NULL in every column takes as long as to write most
        if None not in column:
            raise
        some = True
        cells = kind.cells(column, some)
    head = _HEAD.pack(1, some, kind.oid, len(column), 1)
    return kind.array(b"".join([head, *cells]))


def numbers(of: Iterable[int]) -> Array:
    """Return whole numbers as a parameter, an array of int8."""
    return array("int8", list(of))


def texts(of: Iterable[str]) -> str:
    """Return texts as PostgreSQL writes an array; the driver takes ten times as long."""
    written = list(of)
    if not written:
        return "{}"
    together = "".join(written)
    for sign in ("\\", '"'):  # the sign that quotes comes first
        if sign in together:
            written = [text.replace(sign, f"\\{sign}") for text in written]
    return '{"' + '","'.join(written) + '"}'


# Each writes a column's cells; one that may hold NULL is told so, and raises if it is not told.
Cells: TypeAlias = "Callable[[Column, bool], list[bytes]]"


def _number(form: str) -> Cells:
    packer = struct.Struct(f">i{form}")
    pack, size = packer.pack, struct.calcsize(f">{form}")

    def cells(values: Column, some: bool) -> list[bytes]:
        if some:
            return [_NULL if value is None else pack(size, value) for value in values]
        sized: list[object] = [size] * (2 * len(values))
        sized[1::2] = values
        return [struct.pack(">" + f"i{form}" * len(values), *sized)]  # all in one call

    return cells


_length = struct.Struct(">i").pack
# What stands before a short cell, and before a short text while all are of one byte a character.
_HEADS = [_length(n) for n in range(4096)]
_TEXT_HEADS = [head.decode() for head in _HEADS[:128]]
_small, _middle, _big = _number("h"), _number("i"), _number("q")


def _yes_no(values: Column, some: bool) -> list[bytes]:
    return _sized([None if v is None else b"\1" if v is True else b"\0" for v in values], some)


def _bytes(values: Column, some: bool) -> list[bytes]:
    return _sized(cast("Sequence[bytes | None]", values), some)


def _text(values: Column, some: bool) -> list[bytes]:
    if some:
        return _sized([None if v is None else str.encode(cast("str", v)) for v in values], some)
    texts = cast("Sequence[str]", values)
    lengths = list(map(len, texts))
    if max(lengths, default=0) < len(_TEXT_HEADS):
        together = "".join(_headed(_TEXT_HEADS, lengths, texts))
        if together.isascii():
            return [together.encode()]  # all in one call, as for numbers
    return _sized(list(map(str.encode, texts)), some)


def _uuid(values: Column, some: bool) -> list[bytes]:
    return _sized([None if value is None else cast("UUID", value).bytes for value in values], some)


def _sized(values: Sequence[bytes | None], some: bool) -> list[bytes]:
    if some:
        return [_NULL if value is None else _length(len(value)) + value for value in values]
    whole = cast("Sequence[bytes]", values)
    lengths = list(map(len, whole))
    if max(lengths, default=0) < len(_HEADS):
        return _headed(_HEADS, lengths, whole)
    return list(map(add, map(_length, lengths), whole))


def _headed(heads: Sequence[S], lengths: Sequence[int], cells: Sequence[S]) -> list[S]:
    both = [*cells, *cells]
    both[::2] = map(heads.__getitem__, lengths)
    both[1::2] = cells
    return both


def _day(values: Column, some: bool) -> list[bytes]:
    days = cast("Sequence[date | None]", values)
    return _middle([None if day is None else day.toordinal() - _FIRST_DAY for day in days], some)


def _moment(values: Column, some: bool) -> list[bytes]:
    times = cast("Sequence[datetime | None]", values)
    moments = [None if at is None else (at - _FIRST_MOMENT) // _MICROSECOND for at in times]
    return _big(moments, some)


def _listed(items: Column) -> str:
    """Return a list as PostgreSQL writes an array."""
    if not items:  # as what fires for most bills
        return "{}"
    if None not in items:
        return texts(map(str, items))
    return "{" + ",".join("NULL" if item is None else _quoted(str(item)) for item in items) + "}"


def _lists_of_bytes(lists: Sequence["_Bytes | None"]) -> list[str | None]:
    """Return lists as PostgreSQL writes arrays; what stands in many of them is written once."""
    inside = {item for of in lists if of for item in of}
    texts = {item: "NULL" if item is None else f'"\\\\x{item.hex()}"' for item in inside}
    return [
        None if of is None else "{" + ",".join([texts[item] for item in of]) + "}" for of in lists
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Type(NamedTuple):
    oid: int
    array: type[Array]
    cells: Cells


def _type(oid: int, array_oid: int, cells: Cells) -> _Type:
    """Tell the driver of a type's arrays; the numbers of built-in types never change."""

    class Written(Array):
        __slots__ = ()

    class Dumped(Dumper):
        format, oid = Format.BINARY, array_oid

        def dump(self, obj: Array) -> bytes:
            return obj.data

    psycopg.adapters.register_dumper(Written, Dumped)
    return _Type(oid, Written, cells)


_TYPES = {
    "bool": _type(16, 1000, _yes_no),
    "bytea": _type(17, 1001, _bytes),
    "int2": _type(21, 1005, _small),
    "int4": _type(23, 1007, _middle),
    "int8": _type(20, 1016, _big),
    "text": _type(25, 1009, _text),
    "date": _type(1082, 1182, _day),
    "timestamptz": _type(1184, 1185, _moment),
    "uuid": _type(2950, 2951, _uuid),
}
