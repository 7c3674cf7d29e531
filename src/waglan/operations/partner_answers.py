"""Somebody asks what his partners answered to a message of his."""

from dataclasses import dataclass
from datetime import datetime

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import read_event
from waglan.logbook.sealed import Vault
from waglan.messages.edifact import peek
from waglan.store import Transaction, documents, events, messages
from waglan.store.messages import Kept

EVENTS_MAX = 100  # of one number


@dataclass(frozen=True, slots=True)
class Answered:
    """What a partner said of a message, or of a paper in it, and his event's number in the log."""

    seq: int | None
    kind: str
    verdict: str  # accepted, partly, refused, received, unknown
    about: str
    said_by: PartyId
    number: str
    codes: tuple[str, ...]
    told_at: datetime


async def partner_answers(tx: Transaction, vault: Vault, message: Kept) -> list[Answered]:
    """Return the answers to a message by those whom it, or a paper in it, was addressed to.

    They are found by the numbers that the message itself bears, so nobody sees an answer to what
    is not his; an answer by anybody else than the addressee is left out. Of a file with several
    interchanges the first is asked for; its papers all are. They come in the log's order.
    """
    wanted = {("APERAK", *paper) for paper in await documents.addressed(tx, message.message_id)}
    head = [block async for block in messages.blocks(tx, vault, message, at_most=1)]
    envelope = peek(head[0]) if head else None
    if envelope is not None:
        addressee = await documents.addressee_at(tx, envelope.recipient.text)
        if addressee is not None:
            wanted |= {(kind, envelope.reference, addressee[1]) for kind in ("APERAK", "CONTRL")}
    found: list[Answered] = []
    for about in sorted({about for _, about, _ in wanted}):
        key = Key(KeyKind.MESSAGE, about)
        for told in await events.about(tx, key, at_most=EVENTS_MAX):
            event = read_event(told.canonical)
            if _is_wanted(event, message) and _of(event) in wanted:
                found.append(_answered(told.seq, event))
    # What has no number in the log yet comes last, as it will when it has one.
    return sorted(found, key=lambda one: (one.seq is None, one.seq or 0, one.told_at))


def _is_wanted(event: Event, message: Kept) -> bool:
    is_answer = event.code is EventCode.MESSAGE_ANSWERED
    return is_answer and event.recorded_at >= message.received_at


def _of(event: Event) -> tuple[str, str, PartyId]:
    return str(event.body["kind"]), event.about.text, event.said_by


def _answered(seq: int | None, event: Event) -> Answered:
    said, codes = event.body, event.body["codes"]
    return Answered(
        seq,
        str(said["kind"]),
        str(said["verdict"]),
        event.about.text,
        event.said_by,
        str(said["number"]),
        tuple(map(str, codes)) if isinstance(codes, list) else (),
        event.recorded_at,
    )
