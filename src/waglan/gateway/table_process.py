"""Officers' tables are asked in a process of their own, which ends itself when it takes too long.

A condition is bounded before it is taken (`customs/table_work.py`); this bound rests on nothing
that was thought of beforehand. The kernel ends the process at its alarm, wherever it is; whoever
asked gets `NoAnswer`, and the next question starts another process.
"""

import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import IO, Final, TypeAlias, TypeVar

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.table_engine import Cell, Hits, NoAnswer
from waglan.customs.tables import check_table
from waglan.gateway.sandbox import started

MODELS_HELD_MAX: Final = 500  # by one process, before another takes its place
CHECK_SECONDS_MAX: Final = 10.0  # for a table that comes in
SECONDS_MAX: Final = 10.0  # for what nobody gave a time
MESSAGE_BYTES_MAX: Final = 1 << 30
_SIZE: Final = struct.Struct(">Q")

T = TypeVar("T")


class Try(msgspec.Struct, frozen=True, tag=True):
    """As `Engine.tried` asks."""

    seconds: float
    cells: list[Cell]


class MayHold(msgspec.Struct, frozen=True, tag=True):
    """As `Engine.may_hold` asks."""

    seconds: float
    cells: list[Cell]
    values: dict[str, int | str | bool | list[str] | None]


class Decide(msgspec.Struct, frozen=True, tag=True):
    """As `Engine.decided` asks; the model is sent once, and then known by its number."""

    seconds: float
    number: int
    model: str | None
    bills: bytes


Question: TypeAlias = "Try | MayHold | Decide"


class Answer(msgspec.Struct, frozen=True):
    """What the engine said to one question; all empty: it failed."""

    tried: list[str] | None = None
    may_hold: list[bool] | None = None
    decided: Hits | None = None


encode: Final = msgspec.msgpack.Encoder().encode
decode_question: Final[Callable[[bytes], Question]] = msgspec.msgpack.Decoder(
    Try | MayHold | Decide
).decode
_decode_answer: Final[Callable[[bytes], Answer]] = msgspec.msgpack.Decoder(Answer).decode


@dataclass(slots=True, eq=False)
class TableProcess:
    """An engine of tables in a process of its own; of one caller at a time."""

    _process: "subprocess.Popen[bytes] | None" = None
    _models: dict[str, int] = field(default_factory=dict)
    _until: float | None = None

    def allow(self, seconds: float) -> None:
        """As `Engine` says."""
        self._until = monotonic() + seconds

    def tried(self, cells: Sequence[Cell]) -> Sequence[str]:
        """As `Engine` says."""
        told = self._answer(Try(self._left(), [*cells])).tried
        return _told(told)

    def may_hold(self, cells: Sequence[Cell], values: Mapping[str, object]) -> Sequence[bool]:
        """As `Engine` says."""
        asked = msgspec.convert(
            {"seconds": self._left(), "cells": cells, "values": values}, MayHold
        )
        return _told(self._answer(asked).may_hold)

    def decided(self, model: str, bills: bytes) -> Hits:
        """As `Engine` says."""
        if model not in self._models and len(self._models) >= MODELS_HELD_MAX:
            self.end()
        number = self._models.get(model)
        asked = Decide(
            self._left(),
            len(self._models) if number is None else number,
            model if number is None else None,
            bills,
        )
        answer = self._answer(asked)
        self._models.setdefault(model, asked.number)
        return _told(answer.decided)

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        self._models.clear()
        if process is None:
            return
        process.kill()
        with suppress(OSError), process:  # what was not written yet has nobody to read it
            process.wait()

    def _left(self) -> float:
        left = SECONDS_MAX if self._until is None else self._until - monotonic()
        if left <= 0:
            raise NoAnswer("no time is left")
        return left

    def _answer(self, question: Question) -> Answer:
        if self._process is None:
            self._process = started("tables")
        try:
            return _decode_answer(_exchange(self._process, encode(question)))
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self.end()
            raise NoAnswer(str(error)[:200]) from None


def checked_apart(content: bytes) -> tuple[int, list[Finding]]:
    """Return how many rows a table has, and what forbids it, tried out in a process of its own."""
    engine = TableProcess()
    try:
        engine.allow(CHECK_SECONDS_MAX)
        return check_table(content, engine)
    except NoAnswer:
        most = int(CHECK_SECONDS_MAX)
        return 0, [Finding("TABLE-SLOW", Severity.ERROR, Where("table"), {"seconds": most})]
    finally:
        engine.end()


def _told(told: "T | None") -> "T":
    if told is None:
        raise NoAnswer("the engine failed")
    return told


def _exchange(process: "subprocess.Popen[bytes]", question: bytes) -> bytes:
    asks, answers = process.stdin, process.stdout
    if asks is None or answers is None:
        raise EOFError("the process has no pipes")
    asks.write(sent(question))
    asks.flush()
    return received(answers)


def received(pipe: IO[bytes]) -> bytes:
    """Return the next message of a pipe; raise EOFError at its end."""
    head = pipe.read(_SIZE.size)
    size = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else MESSAGE_BYTES_MAX + 1
    body = pipe.read(size) if size <= MESSAGE_BYTES_MAX else b""
    if len(body) < size:
        raise EOFError("the process ended")
    return body


def sent(message: bytes) -> bytes:
    """Return a message as it goes through a pipe."""
    return _SIZE.pack(len(message)) + message
