"""A person does one thing about many alarms that he saw, as of a mass event: each or why not."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.reason import Outcome
from waglan.elock.watch_act import WatchSheet
from waglan.operations.act_on_alarm import Handled, Unhandled, act_on_alarm
from waglan.parties.role import Principal
from waglan.store import Transaction, alarms


async def act_on_alarms(
    tx: Transaction,
    by: tuple[int, Principal],
    seen: Mapping[UUID, int],
    sheet: WatchSheet,
    *,
    now: datetime,
) -> list[Handled | Unhandled] | None:
    """Do it about each, in one transaction; `seen` are their versions. None: one is not his.

    Who has moved on meanwhile is told of, and stays as it is. RED is looked at one by one.
    """
    done = list[Handled | Unhandled]()
    for alarm in sorted(seen):  # in one order, so that two who do this at once wait for each other
        one = await alarms.by_id(tx, alarm, to_change=True)
        if one is None:
            return None
        if one.severity == Outcome.RED.value:
            where = Where(f"alarms/{alarm}")
            done.append(Unhandled(alarm, [Finding("ALARM-RED-ALONE", Severity.ERROR, where, {})]))
            continue
        handed = msgspec.structs.replace(sheet, version=seen[alarm])
        came = await act_on_alarm(tx, by, alarm, handed, now=now)
        if came is not None:
            done.append(came)
    return done
