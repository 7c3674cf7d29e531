"""What a person of a control room does about an alarm, and why it can't be done.

RED is never muted, and closed only when it has ended by a signed clearance, or the trip is over: so
nothing that is RED under way leaves the list.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.reason import WEIGHT, Outcome
from waglan.elock.watch import (
    OF_PERSONS,
    FoundOut,
    Watch,
    WatchAct,
    Watched,
    WatchRefused,
    WatchState,
    watch_after,
)

WORDS_MAX: Final = 500
ENTRIES_MAX: Final = 50
PAPERS_MAX: Final = 20
_WHERE: Final = Where("act")


class WatchSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An act as it was asked for; `version` is how many steps of the alarm were seen.

    `entries` are of the trip's log, `papers` hashes of what was looked at beside it.
    """

    id: str
    act: WatchAct
    version: int
    words: str = ""
    assignee: str | None = None
    until: datetime | None = None
    found_out: FoundOut | None = None
    entries: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


NEEDS: Final[dict[WatchAct, tuple[str, ...]]] = {
    WatchAct.ACKNOWLEDGE: (),
    WatchAct.ASSIGN: ("assignee",),
    WatchAct.MUTE: ("until", "words"),
    WatchAct.UNMUTE: (),
    WatchAct.CLOSE: ("found_out", "words"),
}


def watch_faults(
    figures: Watch, one: Watched, sheet: WatchSheet, *, now: datetime, is_over: bool
) -> list[Finding]:
    """Return what keeps an act from being done; `is_over` says that the trip is."""
    act, state = sheet.act.value, one.state.value
    if sheet.act not in OF_PERSONS:
        return [Finding("ALARM-NOT-LAWFUL", Severity.ERROR, _WHERE, {"act": act, "state": state})]
    found = [
        Finding(
            "ALARM-ACT-NEEDS", Severity.ERROR, Where(f"act/{name}"), {"act": act, "field": name}
        )
        for name in NEEDS[sheet.act]
        if not getattr(sheet, name)
    ]
    is_red = WEIGHT[one.reason] is Outcome.RED
    if is_red and sheet.act is WatchAct.MUTE:
        found.append(Finding("ALARM-RED-MUTED", Severity.ERROR, _WHERE, {}))
    elif sheet.act is WatchAct.MUTE and sheet.until is not None:
        most = timedelta(seconds=figures.mute_max_s)
        if not now < sheet.until <= now + most:
            minutes = figures.mute_max_s // 60
            where = Where("act/until")
            found.append(Finding("ALARM-MUTE-UNTIL", Severity.ERROR, where, {"minutes": minutes}))
    if is_red and sheet.act is WatchAct.CLOSE and one.state is not WatchState.ENDED and not is_over:
        found.append(Finding("ALARM-RED-STANDS", Severity.ERROR, _WHERE, {}))
    try:
        watch_after(one.state, sheet.act)
    except WatchRefused:
        found.append(
            Finding("ALARM-NOT-LAWFUL", Severity.ERROR, _WHERE, {"act": act, "state": state})
        )
    return found
