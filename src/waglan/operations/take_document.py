"""A paper that declares nothing is kept for its sender, and for the firm it is addressed to."""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec

from waglan.codes.chinese import Disguise, disguises, spelt_out
from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event
from waglan.logbook.leaf import SALT_BYTES, commit
from waglan.logbook.sealed import Vault
from waglan.manifest import lengths
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Bill
from waglan.manifest.verified_mass import VerifiedMassList
from waglan.messages.envelope import Message
from waglan.operations.take_part import Means, Sender
from waglan.store import Transaction, documents, events, messages
from waglan.store.documents import VERIFIED_MASS, Content, KeyName, NewDocument, Sealed


async def take_document(
    tx: Transaction, vault: Vault, sender: Sender, sent: tuple[Message, int], means: Means
) -> list[Finding]:
    """Keep an instruction, a list of houses or verified masses, with an event of its coming.

    The log learns of it no more than a commitment; what it says is sealed, and read by its sender
    and its addressee alone.
    """
    message, place = sent
    content = message.content
    if not isinstance(content, Instruction | VerifiedMassList) or message.interchange is None:
        raise ValueError("only a document that was read can be taken")
    too_long = lengths.check_document(content)
    if too_long:
        return too_long
    address = message.interchange.recipient.text
    addressee = await documents.addressee_at(tx, address)
    salt = os.urandom(SALT_BYTES)
    new = NewDocument(
        org=sender.message.org,
        id=means.new_id(),
        message_id=sender.message.message_id,
        place=place,
        kind=_kind(content),
        number=_number(content),
        function=_function(content),
        addressee=None if addressee is None else addressee[0],
        received_at=sender.message.received_at,
        key_salt=await messages.new_salt(),
        keys=_keys(content),
    )
    await documents.add(tx, vault, new, _sealed(salt, content))
    readers = {sender.party} if addressee is None else {sender.party, addressee[1]}
    told = _received(sender, new, readers, commit(salt, _sha256(content)), means)
    await events.append(tx, [told])
    disguised = list(_disguised(message, content))
    return disguised if addressee is not None else [_nobody(message, address), *disguised]


def _kind(content: Content) -> str:
    return content.kind.value if isinstance(content, Instruction) else VERIFIED_MASS


def _number(content: Content) -> str:
    return content.number if isinstance(content, Instruction) else content.document


def _function(content: Content) -> str:
    return content.function.value


def _sealed(salt: bytes, content: Content) -> Sealed:
    if isinstance(content, Instruction):
        return Sealed(salt, instruction=content)
    return Sealed(salt, masses=content)


def _keys(content: Content) -> dict[KeyName, Iterable[str]]:
    if isinstance(content, VerifiedMassList):
        return {
            "booking": [mass.booking for mass in content.masses if mass.booking],
            "bill": [bill for mass in content.masses for bill in mass.bills],
            "container": [mass.container for mass in content.masses],
            "party": [mass.responsible for mass in content.masses if mass.responsible],
        }
    bills: list[Bill] = [content.bill, *content.houses]
    boxes = [box.number for box in content.equipment]
    boxes += [share.container for bill in bills for item in bill.goods for share in item.stowed]
    return {
        "booking": [content.booking] if content.booking else [],
        "bill": [bill.number for bill in bills],
        "container": boxes,
        "party": [party.name for bill in bills for party in bill.parties],
    }


def _sha256(content: Content) -> str:
    """The hash of all that it says, as JSON with sorted names."""
    return sha256(_encode(content)).hexdigest()


_encode = msgspec.json.Encoder(order="sorted").encode


def _received(
    sender: Sender, new: NewDocument, readers: set[PartyId], commitment: bytes, means: Means
) -> Event:
    return Event(
        EventCode.DOCUMENT_RECEIVED,
        Key(KeyKind.MESSAGE, str(sender.message.id)),
        sender.party,
        means.now,
        means.now,
        {"document": str(new.id), "kind": new.kind, "commitment": commitment.hex()},
        (),
        frozenset(readers),
    )


def _disguised(message: Message, content: Content) -> Iterator[Finding]:
    """Tell of each name once whose letters are not what they look like."""
    reference = message.interchange.reference if message.interchange else None
    for name, path in _names(content).items():
        if disguises(name) - {Disguise.WIDTH}:
            where = Where(path, interchange=reference)
            yield Finding("DOCUMENT-LOOK-ALIKE", Severity.WARNING, where, {"name": spelt_out(name)})
    for number, path in _numbers(content).items():
        # Beside a plain letter a number all of look-alikes shows too.
        if disguises(f"A {number}"):
            where, told = Where(path, interchange=reference), spelt_out(number)
            yield Finding("DOCUMENT-NUMBER", Severity.WARNING, where, {"number": told})


def _numbers(content: Content) -> dict[str, str]:
    """Return where each number that papers are found and compared by stands first."""
    if isinstance(content, VerifiedMassList):
        named = [
            (number, f"masses/{mass.container}/{name}")
            for mass in content.masses
            for name, numbers in (("booking", [mass.booking or ""]), ("bills", mass.bills))
            for number in numbers
        ]
    else:
        named = [(content.booking or "", "booking")]
        for bill in (content.bill, *content.houses):
            at = f"bills/{bill.number or content.number}"
            named += [(bill.number, f"{at}/number"), (bill.parent or "", f"{at}/parent")]
    return dict(reversed(named))


def _names(content: Content) -> dict[str, str]:
    """Return where each name stands first; a bill that has no number yet is that of the paper."""
    if isinstance(content, VerifiedMassList):
        named = [
            (mass.responsible or "", f"masses/{mass.container}/responsible")
            for mass in content.masses
        ]
    else:
        named = [
            (party.name, f"bills/{bill.number or content.number}/parties/{party.role.value}/name")
            for bill in (content.bill, *content.houses)
            for party in bill.parties
        ]
        named.append((content.head.vessel or "", "head/vessel"))
    return dict(reversed(named))


def _nobody(message: Message, address: str) -> Finding:
    reference = message.interchange.reference if message.interchange else None
    where = Where("interchange/recipient", interchange=reference)
    return Finding("DOCUMENT-ADDRESSEE", Severity.WARNING, where, {"recipient": address})
