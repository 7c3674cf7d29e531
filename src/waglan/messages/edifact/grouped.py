"""Messages of one interchange that are one manifest because their documents have one number.

Some senders give neither an access reference (0068) nor numbers of parts. Where it is agreed with
them, their messages are numbered in the order they came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from waglan.messages.envelope import InterchangeEnd, Message


def by_document(messages: Sequence[Message]) -> list[Message]:
    """Return the messages, those with one document number as parts of one manifest.

    A message that says itself of which manifest it is a part keeps that.
    """
    documents: dict[str, list[int]] = {}
    for n, message in enumerate(messages):
        part = message.part
        if part is not None and not message.header.access_reference and part.head.document:
            documents.setdefault(part.head.document, []).append(n)
    grouped = [*messages]
    for document, places in documents.items():
        if len(places) > 1:
            for number, n in enumerate(places, start=1):
                grouped[n] = _part(messages[n], document, number, len(places))
    return grouped


def _part(message: Message, document: str, number: int, count: int) -> Message:
    part = message.part
    if part is None:
        raise ValueError("only a part of a manifest can be grouped")
    # A document that comes again in another interchange is another version, not a further part.
    reference = f"{message.interchange.reference if message.interchange else ''}/{document}"
    key = msgspec.structs.replace(part.key, access_reference=reference)
    is_final = number == count
    numbered = msgspec.structs.replace(
        part,
        key=key,
        number=number,
        is_final=is_final,
        bills=tuple(msgspec.structs.replace(bill, part=number) for bill in part.bills),
        equipment=tuple(msgspec.structs.replace(box, part=number) for box in part.equipment),
    )
    header = msgspec.structs.replace(
        message.header, access_reference=reference, sequence=number, first_last="F" * is_final
    )
    return replace(message, header=header, content=numbered)


def interchanges(
    read_items: Iterable[Message | InterchangeEnd],
) -> list[tuple[InterchangeEnd, list[Message]]]:
    """Return each interchange with its messages, in the order of what was sent."""
    found: list[tuple[InterchangeEnd, list[Message]]] = []
    inside: list[Message] = []
    for item in read_items:
        if isinstance(item, Message):
            inside.append(item)
        else:
            found.append((item, inside))
            inside = []
    return found
