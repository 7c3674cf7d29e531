"""An officer decides on one bill by hand, with his reason."""

from datetime import datetime

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.status import NEXT
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, customs, events
from waglan.store.customs import DecisionRow


async def decide_bill(
    tx: Transaction,
    by: tuple[int, Principal],
    number: str,
    wanted: tuple[CustomsStatus, str],
    *,
    now: datetime,
) -> list[Finding] | None:
    """Decide on a bill; an empty list means done, None that the authority has no such bill.

    `wanted` is the status and the officer's reason. Where several filers gave one number to their
    bills, each is decided. The filer learns nothing until a notice is served.
    """
    (org, officer), (status, reason) = by, wanted
    standings = await customs.bill_standing(tx, number)
    if not standings:
        return None
    findings = [f for s in standings for f in _unlawful(number, s.status, status)]
    if findings:
        return findings
    who = officer.accountable or officer.token
    told = [
        Event(
            EventCode.CUSTOMS_STATUS,
            Key(KeyKind.BILL, number),
            officer.org,
            now,
            now,
            {"status": status.value, "by": who, "reason": reason, "fired": []},
        )
        for _ in standings
    ]
    numbers = await events.append(tx, told, consignments=[s.consignment for s in standings])
    rows = [
        DecisionRow(s.consignment, event, s.manifest_id, status, (), (), None, who, now)
        for s, event in zip(standings, numbers, strict=True)
    ]
    await customs.add_decisions(tx, org, rows)
    return []


def _unlawful(number: str, now: CustomsStatus | None, wanted: CustomsStatus) -> list[Finding]:
    if any(before is now and after is wanted for (before, _), after in NEXT.items()):
        return []
    return [
        Finding(
            "CUSTOMS-NOT-LAWFUL-NOW",
            Severity.ERROR,
            Where(f"bills/{number}/customs"),
            {"bill": number, "now": now.value if now else "-", "wanted": wanted.value},
        )
    ]
