"""A customs status as a signed text that fits a QR code: what customs has told of a bill, and when.

It says what the notice says beside the bill's number and boxes, and nothing of why: it is made from
notices that were served, never from decisions. It is no release of cargo and opens no gate.
"""

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.customs.hold_list import HoldList, Row, newest
from waglan.logbook.key_set import KeySet, Signed, age_findings, signature_findings
from waglan.logbook.signing import KID_BYTES, PrivateKey, Purpose

# All its characters are of the QR code's alphanumeric set, which takes 5.5 bits for each.
PREFIX = "WAGLAN.S1."
TEXT_CHARACTERS_MAX = 2_000
BOXES_MAX = 4  # named; of a bill with more the boxes are counted, and each is asked for by itself
SIGNATURE_BYTES = 64
_FORM = 1
_WHERE = Where("status")

# The number that stands for each status in what is signed: never changed, never used again.
NUMBERS: dict[CustomsStatus, int] = {
    CustomsStatus.NOT_SELECTED: 1,
    CustomsStatus.DOCUMENTS_ASKED: 2,
    CustomsStatus.DETAINED: 3,
    CustomsStatus.INSPECT: 4,
    CustomsStatus.EXAMINED: 5,
    CustomsStatus.CONDITIONALLY_CLEARED: 6,
    CustomsStatus.PARTLY_CLEARED: 7,
    CustomsStatus.CLEARED: 8,
    CustomsStatus.SEIZED: 9,
}
_BY_NUMBER = {number: status for status, number in NUMBERS.items()}


class SignedStatus(msgspec.Struct, frozen=True):
    """What an authority has told of one bill, as of a time, by one notice in the log."""

    authority: PartyId
    status: CustomsStatus
    bill: str
    manifest: UUID
    version: int  # of the manifest that the notice speaks of
    call: str
    boxes: tuple[str, ...]  # those of the bill, or of them the one that was asked for
    boxes_of: int | None  # how many the bill has; None: who asked may not see its boxes
    told_at: datetime
    as_of: datetime
    seq: int  # the notice's number in the log


_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=1 << 33)]  # since 1970, until 2242


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    form: int
    kid: bytes
    authority: str
    status: int
    bill: str
    manifest: bytes
    version: int
    call: str
    boxes: tuple[str, ...]
    boxes_of: int | None
    told_at: _Seconds
    as_of: _Seconds
    seq: int


class Checked(msgspec.Struct, frozen=True):
    """What came of verifying a text; `status` is None unless it is proven."""

    findings: tuple[Finding, ...]
    status: SignedStatus | None = None


def sign_status(status: SignedStatus, key: PrivateKey) -> str:
    """Return the text; times are cut to the second."""
    if key.purpose is not Purpose.CUSTOMS_STATUS:
        raise ValueError("this key does not sign customs statuses")
    payload = _encode(_wire(status, bytes.fromhex(key.public.kid)))
    return PREFIX + b32encode(payload + key.sign(payload)).decode().rstrip("=")


def read_status(text: str) -> tuple[SignedStatus, Signed] | Finding:
    """Read a text strictly, so that no two texts say the same; nothing of it is proven yet."""
    bare = text.strip()
    try:
        if not bare.startswith(PREFIX) or len(bare) > TEXT_CHARACTERS_MAX:
            raise ValueError("another form")
        data = _unspelled(bare.removeprefix(PREFIX))
        payload, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
        wire = _decode(payload)
        status = _status(wire)
        if _encode(wire) != payload:
            raise ValueError("another spelling")
    except (NotBase32, msgspec.DecodeError, ValueError):
        return Finding("STATUS-SHAPE", Severity.ERROR, _WHERE, {})
    return status, Signed(wire.kid.hex(), signature, payload, status.as_of)


def check_status(
    text: str,
    keys: KeySet,
    lists: Iterable[HoldList] = (),
    *,
    at: datetime,
    age_max: timedelta | None = None,
) -> Checked:
    """Judge a text by the keys and the verified hold lists at hand; it needs no network."""
    read = read_status(text)
    if isinstance(read, Finding):
        return Checked((read,))
    status, signed = read
    found = signature_findings(keys, Purpose.CUSTOMS_STATUS, signed)
    if any(finding.severity is Severity.ERROR for finding in found):
        return Checked(tuple(found))
    found += age_findings(status.as_of, at=at, age_max=age_max)
    return Checked((*found, *_beside(status, list(newest(lists).values()))), status)


def _beside(status: SignedStatus, lists: Sequence[HoldList]) -> Iterator[Finding]:
    """What hold lists say of the same bill and its boxes; the later notice of a bill counts.

    A hold beats any paper, of whatever call its list is: a box is one box, and a bill may stand on
    two calls. Filers may use one bill number: the notice's own number says which bill is meant.
    """
    rows = [next((row for row in held.rows if _is_of(status, row)), None) for held in lists]
    is_own = any(held.call == status.call for held in lists)
    for held, row in zip(lists, rows, strict=True):
        yield from _of_same(status, held, row, is_own=is_own)
    overtaken = {seq for held in lists for row in held.rows for seq in row.earlier}
    others = [
        (held, row)
        for held in lists
        for row in held.rows
        if row.is_held and row.seq not in overtaken and not _is_of(status, row)
    ]
    known = [row.boxes for row in rows if row is not None and row.boxes is not None]
    yield from _of_others(status, others, _boxes(status, known))


def _is_of(status: SignedStatus, row: Row) -> bool:
    return status.seq in (row.seq, *row.earlier)


def _boxes(status: SignedStatus, known: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The boxes that are meant: those named, or else those that lists have; None: nobody says."""
    if status.boxes or status.boxes_of == 0:
        return status.boxes
    return tuple(sorted({box for boxes in known for box in boxes})) if known else None


def _of_same(
    status: SignedStatus, held: HoldList, row: Row | None, *, is_own: bool
) -> Iterator[Finding]:
    if row is None and held.call != status.call:
        yield Finding(
            "STATUS-LIST-OF-ANOTHER-CALL",
            Severity.NOTE if is_own else Severity.WARNING,
            _WHERE,
            {
                "bill": status.bill,
                "call": status.call,
                "other": held.call,
                "number": held.number,
            },
        )
    elif row is None and held.as_of < status.as_of:
        yield Finding("STATUS-LIST-OLDER", Severity.NOTE, _WHERE, {"number": held.number})
    elif row is None:
        yield Finding(
            "STATUS-NOT-LISTED",
            Severity.NOTE,
            _WHERE,
            {"bill": status.bill, "number": held.number},
        )
    elif row.seq != status.seq:
        yield Finding(
            "STATUS-SUPERSEDED",
            Severity.ERROR,
            _WHERE,
            {
                "bill": status.bill,
                "status": status.status.value,
                "now": row.status.value,
                "told": row.told_at.isoformat(timespec="seconds"),
                "number": held.number,
            },
        )


def _of_others(
    status: SignedStatus,
    others: Sequence[tuple[HoldList, Row]],
    boxes: tuple[str, ...] | None,
) -> Iterator[Finding]:
    """Find what holds a box of this bill, or may be the bill that is meant."""
    is_whole = boxes is not None and len(boxes) >= (status.boxes_of or 0)
    for held, row in others:
        now, told = row.status.value, row.told_at.isoformat(timespec="seconds")
        shared = [box for box in boxes or () if row.names(box)]
        for box in shared:
            yield Finding(
                "STATUS-BOX-HELD",
                Severity.ERROR,
                _WHERE,
                {"box": box, "bill": row.bill, "now": now, "told": told, "number": held.number},
            )
        is_elsewhere = row.boxes is not None and is_whole
        if row.bill == status.bill and not shared and not is_elsewhere:
            yield Finding(
                "STATUS-NUMBER-HELD",
                Severity.ERROR,
                _WHERE,
                {"bill": row.bill, "now": now, "told": told, "number": held.number},
            )
    if others and boxes is None:
        yield Finding("STATUS-BOXES-UNKNOWN", Severity.WARNING, _WHERE, {"bill": status.bill})


def _wire(status: SignedStatus, kid: bytes) -> _Wire:
    return _Wire(
        _FORM,
        kid,
        status.authority,
        NUMBERS[status.status],
        status.bill,
        status.manifest.bytes,
        status.version,
        status.call,
        status.boxes,
        status.boxes_of,
        int(status.told_at.timestamp()),
        int(status.as_of.timestamp()),
        status.seq,
    )


def _status(wire: _Wire) -> SignedStatus:
    if wire.form != _FORM or len(wire.kid) != KID_BYTES or wire.status not in _BY_NUMBER:
        raise ValueError("another form")
    if len(wire.boxes) > BOXES_MAX:
        raise ValueError("more boxes than are named")
    return SignedStatus(
        PartyId(wire.authority),
        _BY_NUMBER[wire.status],
        wire.bill,
        UUID(bytes=wire.manifest),
        wire.version,
        wire.call,
        wire.boxes,
        wire.boxes_of,
        datetime.fromtimestamp(wire.told_at, UTC),
        datetime.fromtimestamp(wire.as_of, UTC),
        wire.seq,
    )


def _unspelled(text: str) -> bytes:
    data = b32decode(text + "=" * (-len(text) % 8))
    if b32encode(data).decode().rstrip("=") != text:
        raise ValueError("base32 with stray bits")
    return data


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Wire).decode
