"""The engine that answers officers' tables, behind three questions.

Whoever asks chooses where it runs: beside the caller (`DIRECT`), or in a process that is ended when
it takes too long. It never raises but `NoAnswer`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import msgspec
import zen

from waglan.codes.customs_status import CustomsStatus
from waglan.customs.facts import EXAMPLES

DECISIONS_HELD_MAX: Final = 1_000  # models that are kept ready; beyond them all are made anew
UNREADABLE, NO_TYPE, GOOD = "unreadable", "type", ""

Cell: TypeAlias = "tuple[str, str]"  # (fact, its test), or ("", condition)


class HitRow(msgspec.Struct, frozen=True, gc=False):
    """A row that fired for a bill."""

    rule: str
    status: CustomsStatus
    note: str


class Hits(msgspec.Struct, frozen=True, gc=False):
    """The rows that fired, bill by bill."""

    hits: list[list[HitRow]]


class NoAnswer(Exception):
    """The engine gave none: it took too long, or it failed."""


class Engine(Protocol):
    """Whatever answers a table's cells and models."""

    def __hash__(self) -> int:
        """Return what tells one from another."""
        ...

    def allow(self, seconds: float) -> None:
        """Give all questions from now on so much time together, where time is bounded at all."""
        ...

    def tried(self, cells: Sequence[Cell]) -> Sequence[str]:
        """Say of each cell whether it is `GOOD`: `UNREADABLE`, or of `NO_TYPE` that is asked."""
        ...

    def may_hold(self, cells: Sequence[Cell], values: Mapping[str, object]) -> Sequence[bool]:
        """Say of each cell whether its row may fire where facts have these values."""
        ...

    def decided(self, model: str, bills: bytes) -> Hits:
        """Run a model on `{"bills": […]}`."""
        ...


@dataclass(slots=True, eq=False)
class OwnEngine:
    """The engine beside its caller, who waits as long as it takes."""

    _made: dict[str, zen.ZenDecision] = field(default_factory=dict)

    def allow(self, seconds: float) -> None:
        """Do nothing: here nobody can end what takes long."""

    def tried(self, cells: Sequence[Cell]) -> Sequence[str]:
        """As `Engine` says."""
        return [_tried(cell) for cell in cells]

    def may_hold(self, cells: Sequence[Cell], values: Mapping[str, object]) -> Sequence[bool]:
        """As `Engine` says."""
        return [_may_hold(cell, values) for cell in cells]

    def decided(self, model: str, bills: bytes) -> Hits:
        """As `Engine` says."""
        try:
            decision = self._made.get(model)
            if decision is None:
                if len(self._made) >= DECISIONS_HELD_MAX:
                    self._made.clear()
                decision = self._made[model] = zen.ZenEngine().create_decision(model)
            answer = decision.evaluate(bills)
        except Exception as error:  # the engine raises nothing narrower
            raise NoAnswer(str(error)[:200]) from None
        return msgspec.convert(answer["result"], Hits)


DIRECT: Final = OwnEngine()


def _tried(cell: Cell) -> str:
    fact, test = cell
    try:
        if fact:
            zen.compile_unary_expression(test)
        else:
            zen.compile_expression(test)
    except Exception:  # the engine raises nothing narrower
        return UNREADABLE
    return GOOD if all([_answers(cell, facts) for facts in EXAMPLES]) else NO_TYPE


def _answers(cell: Cell, facts: Mapping[str, object]) -> bool:
    try:
        return isinstance(_evaluated(cell, facts), bool)
    except Exception:  # the engine raises nothing narrower
        return False


def _may_hold(cell: Cell, values: Mapping[str, object]) -> bool:
    try:
        answer = _evaluated(cell, values)
    except Exception:  # the engine raises nothing narrower, and is then asked about the whole row
        return None not in values.values()  # but what nobody said fires no row
    return bool(answer) if cell[0] else answer is not False


def _evaluated(cell: Cell, values: Mapping[str, object]) -> object:
    fact, test = cell
    if fact:
        return zen.evaluate_unary_expression(test, {**values, "$": values[fact]})
    return zen.evaluate_expression(test, {**values})
