"""An addressee says that he has the notice: who answers for it, and when, stands in the log."""

from collections.abc import Sequence
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding
from waglan.codes.key import Key, KeyKind
from waglan.customs.detention import NoticeStep, Unlawful, after, state_of, version_of
from waglan.logbook.event import Event
from waglan.operations.extend_notice import moved_on, unlawful
from waglan.parties.role import Principal
from waglan.store import Transaction, detentions, events
from waglan.store.detentions import Detention, StepRow


async def acknowledge_notice(
    tx: Transaction, by: tuple[int, Principal], number: str, saw: int, *, now: datetime
) -> Finding | None:
    """Write down that the addressee has read the notice as it stands; again changes nothing.

    `saw` is the version that he read; what customs says later is acknowledged anew. Raise
    LookupError where no such notice is for him.
    """
    org, who = by
    await detentions.alone_with(tx, [number])
    notice = await detentions.by_number(tx, number)
    if notice is None:
        raise LookupError(number)
    done = (await detentions.steps(tx, [notice.detention_id]))[notice.detention_id]
    taken = [row.step for row in done]
    state = state_of(taken)
    try:
        after(state, NoticeStep.ACKNOWLEDGE)
    except Unlawful:
        return unlawful(number, state.value, NoticeStep.ACKNOWLEDGE)
    if version_of(taken) != saw:
        return moved_on(number, state.value, saw, version_of(taken))
    since = [row for row in done if row.event_id > _last_word(notice, done)]
    if any((row.party, row.step) == (who.org, NoticeStep.ACKNOWLEDGE) for row in since):
        return None
    person = who.accountable or who.token
    told = Event(
        EventCode.NOTICE_ACKNOWLEDGED,
        Key(KeyKind.BILL, notice.bill),
        who.org,
        now,
        now,
        {"notice": number, "by": person},
        (),
        frozenset({notice.authority}),
    )
    [event_id] = await events.append(tx, [told], consignments=[notice.consignment])
    row = StepRow(notice.detention_id, event_id, who.org, NoticeStep.ACKNOWLEDGE, person, now)
    await detentions.add_steps(tx, notice.org, org, [row])
    return None


def _last_word(notice: Detention, done: Sequence[StepRow]) -> int:
    """The event of what customs said last."""
    said = [row.event_id for row in done if row.party == notice.authority]
    return max(said, default=notice.detention_id)
