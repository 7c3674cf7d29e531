"""Codes and names in a row that are not what they look like, or show nothing: taken, and told."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec
from msgspec.structs import replace

from waglan.cargo.event_row import EventRow
from waglan.codes.chinese import Disguise, disguises, plainly, spelt_out
from waglan.codes.finding import Finding, Severity
from waglan.codes.plain import is_blank

ODD_MAX: Final = 10  # of one row
_SHOWN_CHARACTERS_MAX: Final = 70
# What is told of already where it is wrong, what is the sender's own alone, and free text.
_PASSED_OVER: Final = frozenset(
    {"id", "eventID", "code", "at", "updated_at", "direction", "damage", "status_text", "box"}
    | {"equipmentReference", "eventDateTime", "eventUpdatedDateTime"}
)


def may_be_odd(data: bytes) -> bool:
    """Whether a text in this JSON may be other than plain: False is certain."""
    return not data.isascii() or b"\\u" in data


def with_odd_texts(row: EventRow, told: msgspec.Struct) -> EventRow:
    """Return a row with findings of its odd texts; `told` is the row as it was sent."""
    if row.movement is None:
        return row
    odd = tuple(islice(_odd(row, msgspec.to_builtins(told), ""), ODD_MAX))
    return replace(row, findings=(*row.findings, *odd)) if odd else row


def _odd(row: EventRow, one: object, path: str) -> Iterator[Finding]:
    if isinstance(one, dict):
        for name, part in one.items():
            if name not in _PASSED_OVER:
                yield from _odd(row, part, f"{path}/{name}")
    elif isinstance(one, list | tuple):
        for n, part in enumerate(one):
            yield from _odd(row, part, f"{path}/{n}")
    elif isinstance(one, str) and (found := disguises(one)):
        plain = plainly(one).upper()
        text = spelt_out(one)[:_SHOWN_CHARACTERS_MAX]
        where = row.where(path)
        if is_blank(one):
            yield Finding("EVENT-TEXT-BLANK", Severity.WARNING, where, {"text": text})
        elif found != {Disguise.WIDTH} or plain.isascii():
            # Chinese may be written with figures of its own width.
            shown = plain[:_SHOWN_CHARACTERS_MAX]
            yield Finding("EVENT-TEXT-ODD", Severity.WARNING, where, {"text": text, "plain": shown})
