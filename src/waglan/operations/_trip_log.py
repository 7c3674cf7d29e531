"""What is in a trip's log for one authority, beside what its devices said."""

from collections.abc import Sequence
from typing import Final

import msgspec

from waglan.elock.entry import Entry, Filled, Missing
from waglan.elock.trip import Act
from waglan.elock.trip_act import Acted, TripAct, act_entries, read_trip_act
from waglan.operations._hearing import Span
from waglan.store.trips import KeptAct

NEVER_S: Final = 1 << 60  # later than anything is dated
# What one authority says of evidence counts for itself alone: the other one judges for itself.
_OWN: Final = frozenset({Act.CLEAR_ALARM, Act.EXPLAIN})


class UnreadableAct(ValueError):
    """An act that was kept can't be read any more."""


def acts_log(done: Sequence[KeptAct], org: int) -> list[Entry]:
    """Return what of a trip's acts is in its log for an authority."""
    log = list[Entry]()
    for act in done:
        sheet = sheet_of(act)
        if sheet.act in _OWN and act.by_org != org:
            continue
        recorded_s = int(act.recorded_at.timestamp())
        log += act_entries(Acted(act.n, sheet, recorded_s, act.signature is not None))
    return log


def sheet_of(act: KeptAct) -> TripAct:
    """Return what an act says."""
    sheet = read_trip_act(act.body)
    if sheet is None:
        raise UnreadableAct
    return sheet


def span_of(done: Sequence[KeptAct]) -> Span:
    """Return from when a trip's devices count: since it was sealed, and as long as it lasts."""
    since_s = driven_s = until_s = NEVER_S
    for act in done:
        sheet = sheet_of(act)
        at_s = int(sheet.at.timestamp())
        if sheet.act is Act.SEAL:
            since_s = at_s
        elif sheet.act in (Act.OPEN, Act.TRANSLOAD, Act.GATE_IN, Act.LOAD) and driven_s == NEVER_S:
            driven_s = at_s
        elif sheet.act is Act.CLOSE:
            until_s = at_s
            driven_s = min(driven_s, at_s)
    return Span(since_s, driven_s, until_s)


def explained(log: Sequence[Entry]) -> list[Entry]:
    """An officer explains holes by the entries that tell of them; what is judged names the hole."""
    names = {entry.ref: entry.what.name for entry in log if isinstance(entry.what, Missing)}
    return [
        msgspec.structs.replace(entry, what=Filled(names[entry.what.hole], entry.what.why))
        if isinstance(entry.what, Filled) and entry.what.hole in names
        else entry
        for entry in log
    ]
