"""A partner answers what another sent him: the log tells the two of them, and nobody else."""

from collections.abc import Iterator

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.messages.edifact.answers import PartnerAnswer
from waglan.messages.envelope import Message
from waglan.operations.take_part import Means, Sender
from waglan.store import Transaction, documents, events

REFERENCE_CHARACTERS_MAX = 200  # of what an event can be found by


async def take_answer(
    tx: Transaction, sender: Sender, sent: tuple[Message, PartnerAnswer | None], means: Means
) -> list[Finding]:
    """Tell whom it is addressed to that his partner took what he sent, or refused it.

    It is matched with what he sent when he looks, by him alone: whoever answers learns nothing of
    what there is, but that he answers what he himself was not sent. An
    answer to nobody who sends papers here, as to the customs desk, tells nothing.
    """
    message, said = sent
    envelope = message.interchange
    if envelope is None:
        return []
    address = envelope.recipient.text
    addressee = await documents.addressee_at(tx, address)
    if addressee is None:
        return []
    where = Where("answers", interchange=envelope.reference[:35])
    if said is None or not _is_for(said, address, sender):
        return [
            Finding("ANSWER-UNLINKED", Severity.WARNING, where, {"recipient": address[:80]}),
        ]
    told = Event(
        EventCode.MESSAGE_ANSWERED,
        Key(KeyKind.MESSAGE, said.about),
        sender.party,
        means.now,
        means.now,
        {
            "kind": said.kind,
            "verdict": said.verdict,
            "number": said.number,
            "codes": [*said.codes],
            "to": address,
            "from": said.interchange_to,
        },
        (),
        frozenset({sender.party, addressee[1]}),
    )
    await events.append(tx, [told])
    return [*await _unknown(tx, said, address, where), *_unclear(said, where)]


async def _unknown(
    tx: Transaction, said: PartnerAnswer, address: str, where: Where
) -> list[Finding]:
    """Tell who answers a paper that he himself can't see as one that was sent to him."""
    if said.kind != "APERAK" or await documents.is_addressed(tx, said.about, address):
        return []
    return [
        Finding(
            "ANSWER-UNKNOWN",
            Severity.WARNING,
            where,
            {"document": said.about[:35], "recipient": address[:80]},
        )
    ]


def _unclear(said: PartnerAnswer, where: Where) -> Iterator[Finding]:
    """Find what leaves whoever sent the paper to guess."""
    if said.kind != "APERAK":
        return
    if said.verdict == "unknown":
        yield Finding("ANSWER-UNDECIDED", Severity.WARNING, where, {"document": said.about[:35]})
    elif said.verdict == "refused" and not said.codes:
        yield Finding("ANSWER-NO-REASON", Severity.WARNING, where, {"document": said.about[:35]})


def _is_for(said: PartnerAnswer, address: str, sender: Sender) -> bool:
    """Whether it says what it answers: of an interchange, one from him to the sender."""
    if not 0 < len(said.about) <= REFERENCE_CHARACTERS_MAX:
        return False
    if said.kind == "APERAK":
        return True
    return said.interchange_from == address and said.interchange_to in sender.addresses
