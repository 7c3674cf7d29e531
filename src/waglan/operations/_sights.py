"""What of an answer is another's, so that he can be told of it."""

from collections.abc import Iterable, Iterator

from waglan.codes.event import EventCode
from waglan.codes.key import KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.parties.look import Basis
from waglan.store import moves
from waglan.store.detentions import Detention
from waglan.store.documents import Document
from waglan.store.looks import Sight
from waglan.store.notices import Served
from waglan.store.told import Told

# What the quay and the planners tell; other events of no bill were written to their readers.
REPORTS = frozenset(
    {
        EventCode.EQUIPMENT_DISCHARGED,
        EventCode.EQUIPMENT_LOADED,
        EventCode.EQUIPMENT_GATE_IN,
        EventCode.EQUIPMENT_GATE_OUT,
        EventCode.EQUIPMENT_STATUS,
        EventCode.EQUIPMENT_STOWED,
        EventCode.EQUIPMENT_WITHDRAWN,
    }
)


def sights(told: Iterable[tuple[int | None, Event]]) -> Iterator[Sight]:
    """Yield what events show of bills and of reports, each with the consignment it tells of."""
    for consignment, event in told:
        kind, key = event.about.kind.value, event.about.text
        if event.code in REPORTS:
            number = event.body.get("movement")
            movement = number if isinstance(number, int) else None
            yield Sight(kind, key, event.said_by, consignment, movement=movement)
        elif consignment is not None:
            yield Sight(kind, key, event.said_by, consignment, Basis.ADDRESSED)


def notices_seen(served: Iterable[Served]) -> Iterator[Sight]:
    """Yield what notices show of the bills that they were served of."""
    for one in served:
        yield notice_seen(one.number, one.authority, one.consignment)


def detentions_seen(served: Iterable[Detention]) -> Iterator[Sight]:
    """Yield what detention notices show of the bills that they are about."""
    for one in served:
        yield notice_seen(one.bill, one.authority, one.consignment)


def notice_seen(bill: str, authority: PartyId, consignment: int) -> Sight:
    """Return what a notice shows of the bill that it was served of."""
    return Sight(KeyKind.BILL.value, bill, authority, consignment, Basis.ADDRESSED)


def papers_seen(papers: Iterable[Document]) -> Iterator[Sight]:
    """Yield what papers show of their senders."""
    for one in papers:
        yield Sight("paper", str(one.id), one.sender, basis=Basis.ADDRESSED)


def box_seen(told: moves.Told) -> Sight:
    """Return what a report shows of the firm that made it."""
    box = told.movement.box.number.upper()
    return Sight(KeyKind.CONTAINER.value, box, told.said_by, movement=told.number)


def bill_seen(told: Told) -> Sight:
    """Return what a filing shows of a bill."""
    return Sight(KeyKind.BILL.value, told.bill.number, told.filer, told.consignment)


def is_as_logged(one: Served) -> bool:
    """Whether nothing speaks against the table: what is signed must be what the log tells."""
    return one.in_log in (None, one.status.value)
