"""An officer gives more time to answer a detention notice, or asks again."""

from collections.abc import Sequence
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.detention import (
    ENDED,
    NoticeStep,
    due_of,
    state_of,
    version_of,
)
from waglan.customs.officer_act import Kind, SeenNotice, Sheet
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, detentions, events
from waglan.store.detentions import Detention, StepRow

_WHERE = Where("notice")


async def extend_notice(
    tx: Transaction, by: tuple[int, Principal], sheet: Sheet, *, now: datetime
) -> Finding | None:
    """Extend the notice as it was seen, and tell its addressees at once; or return why not.

    They know of the notice already, so that this tells them nothing of what customs looks for.
    """
    org, officer = by
    if sheet.notice is None or sheet.due is None:
        raise ValueError("an extension names its notice and the new day")
    found = await as_seen(tx, sheet.notice, sheet.act)
    if isinstance(found, Finding):
        return found
    notice, done = found
    number = notice.number
    told_to = (await detentions.addressees(tx, [notice.detention_id]))[notice.detention_id]
    term = due_of([said.due for _, said in told_to], [row.due for row in done])
    if term is not None and sheet.due <= term:
        return _no_later(number, term, sheet.due)
    body: dict[str, Value] = {"notice": number, "due": sheet.due.isoformat()}
    if sheet.instruction:
        body["instruction"] = sheet.instruction
    readers = frozenset(to.party for to, _ in told_to if to.party is not None)
    bill = Key(KeyKind.BILL, notice.bill)
    told = Event(EventCode.NOTICE_EXTENDED, bill, officer.org, now, now, body, (), readers)
    [event_id] = await events.append(tx, [told], consignments=[notice.consignment])
    row = StepRow(
        notice.detention_id,
        event_id,
        officer.org,
        NoticeStep.EXTEND,
        None,
        now,
        sheet.due,
        sheet.instruction,
    )
    await detentions.add_steps(tx, org, org, [row])
    return None


async def as_seen(
    tx: Transaction, seen: SeenNotice, act: Kind
) -> tuple[Detention, Sequence[StepRow]] | Finding:
    """Return a notice that stands as an officer saw it, held until the commit; or why it doesn't.

    What he does about it is lawful as long as it has not ended.
    """
    number, saw = seen.number, seen.version
    await detentions.alone_with(tx, [number])
    notice = await detentions.by_number(tx, number)
    if notice is None:
        return Finding("NOTICE-UNKNOWN", Severity.ERROR, _WHERE, {"notice": number})
    done = (await detentions.steps(tx, [notice.detention_id]))[notice.detention_id]
    taken = [row.step for row in done]
    state = state_of(taken)
    if state in ENDED:
        return unlawful(number, state.value, act)
    if version_of(taken) != saw:
        return moved_on(number, state.value, saw, version_of(taken))
    return notice, done


def _no_later(number: str, term: datetime, due: datetime) -> Finding:
    until, wanted = (day.isoformat(timespec="minutes") for day in (term, due))
    return Finding(
        "NOTICE-TERM",
        Severity.ERROR,
        Where("act/due"),
        {"notice": number, "term": until, "due": wanted},
    )


def moved_on(number: str, state: str, saw: int, version: int) -> Finding:
    """Return why a step is refused by whoever saw an earlier version of the notice."""
    return Finding(
        "NOTICE-MOVED-ON",
        Severity.ERROR,
        _WHERE,
        {"notice": number, "saw": saw, "version": version, "now": state},
    )


def unlawful(number: str, state: str, step: NoticeStep | Kind) -> Finding:
    """Return why a step is refused on a notice that stands so."""
    return Finding(
        "NOTICE-NOT-LAWFUL-NOW",
        Severity.ERROR,
        _WHERE,
        {"notice": number, "now": state, "step": step.value},
    )
