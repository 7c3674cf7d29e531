"""A file in any form, as what it holds: EDIFACT block by block, all else at once."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from waglan.cargo.event_row import EventRow, told_once
from waglan.codes.finding import Finding
from waglan.messages.envelope import Message
from waglan.messages.events.read import is_events, read_events
from waglan.messages.form import HEAD_BYTES, Form, form_of, read_paper
from waglan.messages.paper import Paper, Sent, message_of

SENDER = "you"  # nobody has signed in


@dataclass(frozen=True, slots=True)
class Handed:
    """A file's form, and its bytes from the first on."""

    form: Form
    blocks: Iterator[bytes]
    is_batch: bool = False  # of events: rows that stand alone


def handed(blocks: Iterable[bytes], name: str) -> Handed:
    """Return the form of a file, told by its first bytes and else by its name."""
    rest, head = iter(blocks), b""
    for block in rest:
        head += block
        if len(head) >= HEAD_BYTES:
            break
    form = form_of(head, name=name)
    is_batch = form is Form.JSON and is_events(head[:HEAD_BYTES], name)
    return Handed(form, chain([head] if head else [], rest), is_batch)


def rows_in(sent: Handed) -> tuple[list[EventRow], list[Finding]]:
    """Return the rows of a batch of events, and what is wrong with them or with the batch."""
    rows, found = read_events(b"".join(sent.blocks))
    wrong = told_once(rows, [row.findings if row.is_wrong else () for row in rows])
    return rows, [
        *found,
        *(f for row, why in zip(rows, wrong, strict=True) for f in why or row.findings),
    ]


def paper_in(sent: Handed) -> tuple[Paper | None, Message | None, list[Finding]]:
    """Return the paper of a file that is no EDIFACT, the message it makes, and all its findings."""
    from waglan.gateway.sandbox import read_xlsx

    data = b"".join(sent.blocks)
    paper, found = read_paper(sent.form, data, None, read_xlsx)
    if paper is None:
        return None, None, found
    who = Sent(SENDER, hashlib.sha256(data).digest(), sent.form.value)
    message = message_of(paper, who, tuple(found))
    return paper, message, [*message.findings]
