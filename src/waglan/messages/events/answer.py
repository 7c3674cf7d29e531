"""What is answered to a batch of events: each row's fate, with findings in both languages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from waglan.cargo.event_row import EventFate, RowState
from waglan.codes.finding import Finding
from waglan.messages.result import Told, in_words

EVENTS_FORM: Final = "waglan/events-result/v1"
ACCEPTED, PARTLY, REFUSED = "accepted", "partly", "refused"


class RowAnswer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What became of one row."""

    row: int
    id: str
    state: RowState
    findings: tuple[Told, ...] = ()


class EventsAnswer(msgspec.Struct, frozen=True):
    """What became of a batch; `batch` names the message under which its bytes are kept."""

    form: str
    batch: UUID
    state: str
    taken: int
    known: int
    refused: int
    left: int
    findings: tuple[Told, ...]  # of the batch itself
    rows: tuple[EventFate | RowAnswer, ...]  # written alike where there is nothing to find


def events_answer(
    batch: UUID, fates: Sequence[EventFate], findings: Iterable[Finding] = ()
) -> bytes:
    """Return the answer to a batch."""
    count = Counter([fate.state for fate in fates])
    return _encode(
        EventsAnswer(
            EVENTS_FORM,
            batch,
            state_of(fates),
            count[RowState.TAKEN],
            count[RowState.KNOWN],
            count[RowState.REFUSED],
            count[RowState.LEFT],
            tuple(map(in_words, findings)),
            tuple([_row(fate) if fate.findings else fate for fate in fates]),
        )
    )


def state_of(fates: Iterable[EventFate]) -> str:
    """Return how a batch was taken as a whole."""
    states = {fate.state for fate in fates}
    if not states & {RowState.TAKEN, RowState.KNOWN}:
        return REFUSED
    return PARTLY if RowState.REFUSED in states else ACCEPTED


def _row(fate: EventFate) -> RowAnswer:
    return RowAnswer(fate.row, fate.id, fate.state, tuple(map(in_words, fate.findings)))


_encode = msgspec.json.Encoder().encode
