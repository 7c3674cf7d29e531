"""What a later report does to an earlier one of its sender: nothing is changed, only taken back.

A movement that was told stays told; a correction withdraws it and may tell it anew. So whoever saw
the first one sees that it was withdrawn, by whom and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from waglan.cargo.movement import Movement
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.function import Function

SHOWN_MAX_CHARACTERS = 35

Same: TypeAlias = "tuple[str, EventCode, str | None]"


@dataclass(frozen=True, slots=True)
class Standing:
    """A movement of an earlier report that nobody took back, by its number in the store."""

    number: int
    same: Same


@dataclass(frozen=True, slots=True)
class Correction:
    """What becomes of a report: what it takes back and what it tells; an ERROR takes neither."""

    withdrawn: tuple[int, ...] = ()
    told: tuple[Movement, ...] = ()
    findings: tuple[Finding, ...] = ()


def same_of(movement: Movement) -> Same:
    """Return what makes two reports speak of one movement: the box and what happened to it."""
    return (movement.box.number.upper(), movement.code, movement.status)


def correct(
    function: Function, document: str, stands: Sequence[Standing], told: Sequence[Movement]
) -> Correction:
    """Return what a report does, given what stands of the document that it is about."""
    match function:
        case Function.ORIGINAL:
            return _original(document, stands, told)
        case Function.ADD:
            return Correction(told=tuple(told))
        case Function.REPLACE:
            return _replace(document, stands, told)
        case Function.CHANGE:
            return _change(stands, told)
        case Function.CANCEL:
            return _cancel(document, stands, told)


def _original(document: str, stands: Sequence[Standing], told: Sequence[Movement]) -> Correction:
    if not stands or not document:
        return Correction(told=tuple(told))
    found = Finding(
        "QUAY-DOCUMENT-TAKEN",
        Severity.ERROR,
        Where("report/document", tag="BGM", element=3),
        {"document": document[:SHOWN_MAX_CHARACTERS]},
    )
    return Correction(findings=(found,))


def _replace(document: str, stands: Sequence[Standing], told: Sequence[Movement]) -> Correction:
    withdrawn = tuple(one.number for one in stands)
    if withdrawn:
        return Correction(withdrawn, tuple(told))
    found = Finding(
        "QUAY-NOTHING-TO-REPLACE",
        Severity.NOTE,
        Where("report/function", tag="BGM", element=4),
        {"document": document[:SHOWN_MAX_CHARACTERS]},
    )
    return Correction(told=tuple(told), findings=(found,))


def _change(stands: Sequence[Standing], told: Sequence[Movement]) -> Correction:
    wanted = {same_of(movement) for movement in told}
    known = {one.same for one in stands}
    findings = tuple(
        Finding(
            "QUAY-CHANGES-UNTOLD",
            Severity.WARNING,
            Where(f"boxes/{movement.box.number}", segment=movement.segment, tag="EQD"),
            {"box": movement.box.number[:SHOWN_MAX_CHARACTERS]},
        )
        for movement in told
        if same_of(movement) not in known
    )
    withdrawn = tuple(one.number for one in stands if one.same in wanted)
    return Correction(withdrawn, tuple(told), findings)


def _cancel(document: str, stands: Sequence[Standing], told: Sequence[Movement]) -> Correction:
    """Take back the whole document, or the boxes that the message names."""
    named = {movement.box.number.upper() for movement in told}
    withdrawn = tuple(one.number for one in stands if not named or one.same[0] in named)
    if withdrawn:
        return Correction(withdrawn)
    found = Finding(
        "QUAY-NOTHING-TO-CANCEL",
        Severity.ERROR,
        Where("report/function", tag="BGM", element=4),
        {"document": document[:SHOWN_MAX_CHARACTERS]},
    )
    return Correction(findings=(found,))
