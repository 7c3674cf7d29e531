"""The hold list of a call: what customs has told of each bill that its reader sees, signed.

A terminal keeps it beside its gate and asks it without a network. It answers in three ways: held,
not held, or not in this list; the last is no answer to whether something is held. It is made from
notices that were served, so that it tells of no decision before its time.
"""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.customs.likeness import bare_box
from waglan.logbook.key_set import KeySet, Signed, age_findings, signature_findings
from waglan.logbook.note import BadNote, read_base64
from waglan.logbook.signing import PrivateKey, Purpose

FORM = "waglan/hold-list/v1"
LIST_BYTES_MAX = 64 << 20
_WHERE = Where("list")

# The statuses in which customs still wants something of the cargo before it moves on: the project's
# own reading of the words. A box cleared on conditions is not held; its notice says the conditions.
HELD = frozenset(
    {
        CustomsStatus.DOCUMENTS_ASKED,
        CustomsStatus.DETAINED,
        CustomsStatus.INSPECT,
        CustomsStatus.EXAMINED,
        CustomsStatus.PARTLY_CLEARED,
        CustomsStatus.SEIZED,
    }
)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was told last of one bill, by which notice, and the notices before it."""

    bill: str
    authority: PartyId
    status: CustomsStatus
    version: int | None  # of the manifest that the notice speaks of; None: not for its reader
    told_at: datetime
    seq: int  # the notice's number in the log
    earlier: tuple[int, ...]
    boxes: tuple[str, ...] | None  # None: who asked may not see its boxes

    @property
    def is_held(self) -> bool:
        """Whether customs still wants something of it."""
        return self.status in HELD

    def names(self, box: str) -> bool:
        """Whether the bill is known to have goods in this box."""
        return bare_box(box) in map(bare_box, self.boxes or ())


class HoldList(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"reader": "for"}):
    """All that a reader may be told of one call at one time."""

    form: str
    call: str
    reader: PartyId  # whom it was made for: others see other bills
    number: int  # how many events the log counted: of two lists the greater one is newer
    as_of: datetime
    next_update: (
        datetime | None
    )  # when its reader means to fetch the next one; None: he did not say
    rows: tuple[Row, ...]


class Answer(Enum):
    """What a list says of a bill or a box; the third is no 'no'."""

    HELD = "held"
    NOT_HELD = "not-held"
    NOT_LISTED = "not-listed"


class CheckedList(msgspec.Struct, frozen=True):
    """What came of verifying a list; `held` is None unless it is proven."""

    findings: tuple[Finding, ...]
    held: HoldList | None = None


def sign_holds(held: HoldList, key: PrivateKey) -> bytes:
    """Return the list as one line, and the key's id with the signature as the next."""
    if key.purpose is not Purpose.HOLD_LIST:
        raise ValueError("this key does not sign hold lists")
    line = _encode(held)
    return line + b"\n" + f"{key.public.kid} {b64encode(key.sign(line)).decode()}\n".encode()


def is_hold_list(data: bytes) -> bool:
    """Whether this looks like a hold list rather than another file."""
    return data.startswith(b'{"as_of":')


def check_holds(
    data: bytes, keys: KeySet, *, at: datetime, age_max: timedelta | None = None
) -> CheckedList:
    """Judge a list by the keys at hand; it needs no network."""
    read = _read(data)
    if read is None:
        return CheckedList((Finding("HOLDS-SHAPE", Severity.ERROR, _WHERE, {}),))
    held, signed = read
    found = signature_findings(keys, Purpose.HOLD_LIST, signed)
    if any(finding.severity is Severity.ERROR for finding in found):
        return CheckedList(tuple(found))
    found += age_findings(held.as_of, at=at, age_max=age_max)
    if held.next_update is not None and at > held.next_update:
        due = held.next_update.isoformat(timespec="seconds")
        found.append(Finding("HOLDS-OVERDUE", Severity.WARNING, _WHERE, {"due": due}))
    return CheckedList(tuple(found), held)


def ask(held: HoldList, about: str) -> tuple[Answer, tuple[Row, ...]]:
    """Return what the list says of a bill or a container, and the rows that say so.

    A box is held while any bill in it is; that bills of others are in it the list may not know.
    """
    rows = tuple(row for row in held.rows if row.bill == about or row.names(about))
    if not rows:
        return Answer.NOT_LISTED, ()
    holding = tuple(row for row in rows if row.is_held)
    return (Answer.HELD, holding) if holding else (Answer.NOT_HELD, rows)


def newest(lists: Iterable[HoldList]) -> dict[tuple[str, PartyId], HoldList]:
    """Return the newest list of each call and reader."""
    found: dict[tuple[str, PartyId], HoldList] = {}
    for one in sorted(lists, key=lambda held: (held.number, held.as_of)):
        found[one.call, one.reader] = one
    return found


def _read(data: bytes) -> tuple[HoldList, Signed] | None:
    if len(data) > LIST_BYTES_MAX:
        return None
    line, _, last = data.removesuffix(b"\n").partition(b"\n")
    try:
        kid, _, signature = last.decode("ascii").partition(" ")
        held = _decode(line)
        if held.form != FORM or _encode(held) != line:
            return None
        return held, Signed(kid, read_base64(signature), line, held.as_of)
    except (msgspec.DecodeError, BadNote, UnicodeDecodeError):
        return None


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(HoldList).decode
