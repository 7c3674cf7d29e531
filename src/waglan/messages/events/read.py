"""A batch of events, row by row: a wrong row spoils no other."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias, TypeVar

import msgspec

from waglan.cargo.event_row import EventRow
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key_twice import is_all_said, key_twice, keys_twice
from waglan.messages.events.dcsa import DcsaEvent, dcsa_row
from waglan.messages.events.odd_text import may_be_odd, with_odd_texts
from waglan.messages.events.plain import EventForm, plain_row
from waglan.messages.given import has_blank, unblanked
from waglan.messages.nesting import too_deep
from waglan.messages.out_of_form import out_of_form

ROWS_MAX: Final = 5_000  # of one batch
HEAD_BYTES: Final = 4 * 1024  # what `is_events` looks at
NDJSON: Final = "application/x-ndjson"
_MARK = b"\xef\xbb\xbf"
_REASON_CHARACTERS_MAX = 200
_BATCH = Where("batch")
_E = TypeVar("_E", DcsaEvent, EventForm)
# What a JSON reader raises on bytes that are no JSON, or not of the form.
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Read: TypeAlias = tuple[list[EventRow], list[Finding]]


_ABSENT = msgspec.Raw()


class _Which(msgspec.Struct, gc=False):
    """What only DCSA's form has."""

    eventID: msgspec.Raw = _ABSENT
    eventClassification: msgspec.Raw = _ABSENT


class _Wrapped(msgspec.Struct, gc=False):
    """DCSA's PostEventsRequest."""

    events: list[msgspec.Raw]


_which = msgspec.json.Decoder(_Which).decode
_dcsa = msgspec.json.Decoder(DcsaEvent).decode
_plain = msgspec.json.Decoder(EventForm).decode
_listed = msgspec.json.Decoder(list[msgspec.Raw]).decode
_wrapped = msgspec.json.Decoder(_Wrapped).decode
_dcsas = msgspec.json.Decoder(list[DcsaEvent]).decode
_plains = msgspec.json.Decoder(list[EventForm]).decode


def read_events(data: bytes) -> Read:
    """Return every row of a batch; findings mean that it can't be taken for a batch at all.

    A batch is a JSON array of events, DCSA's object with `events`, or a line of JSON for each
    event (NDJSON). Each row may be in DCSA's form or in the plain one.
    """
    data = data.removeprefix(_MARK)
    if alike := _alike(data):
        return alike, []
    ways = keys_twice(data)
    try:
        rows = _rows(data)
    except RecursionError:
        return [], [too_deep(_BATCH)]
    except _ERRORS as error:
        reason = str(error)[:_REASON_CHARACTERS_MAX]
        return [], [Finding("EVENT-BATCH-FORM", Severity.ERROR, _BATCH, {"reason": reason})]
    is_wrapped = _WRAPPED.match(data.lstrip())
    if of_all := [way for way in ways if len(way) == 1 and is_wrapped]:
        return [], [key_twice(_BATCH, way) for way in of_all]
    if not rows:
        return [], [Finding("EVENT-BATCH-EMPTY", Severity.ERROR, _BATCH, {})]
    if len(rows) > ROWS_MAX:
        count = len(rows)
        return [], [
            Finding("EVENT-ROWS-MAX", Severity.ERROR, _BATCH, {"count": count, "max": ROWS_MAX})
        ]
    # Controls are looked for in all rows at once; most batches have none.
    if _may_have_control(data):
        return [_uncontrolled(n, raw) for n, raw in enumerate(rows, start=1)], []
    if is_wrapped and not ways and (alike := _alike(b"[%b]" % b",".join(rows))):
        return alike, []
    return [_row(n, raw) for n, raw in enumerate(rows, start=1)], []


def is_events(head: bytes, name: str = "") -> bool:
    """Whether a file that begins so, or is called so, is a batch of events and no other paper."""
    bare = head.removeprefix(_MARK).lstrip()
    if bare.startswith(b"["):  # no paper is a list
        return True
    by_form = _WRAPPED.match(bare) or _LINES.search(bare) or b'"eventClassification"' in bare
    by_name = name.lower().endswith((".ndjson", ".jsonl"))
    return bare.startswith(b"{") and bool(by_form or by_name)


def _rows(data: bytes) -> list[bytes] | list[msgspec.Raw]:
    head = data.lstrip()
    if head.startswith(b"["):
        return _listed(data)
    if _WRAPPED.match(head):
        return _wrapped(data).events
    return [line for line in data.split(b"\n") if line.strip()]


def _alike(data: bytes) -> list[EventRow]:
    """Return the rows of a list that are all of one form and without fault; else nothing."""
    if _may_have_control(data) or has_blank(data):
        return []
    with suppress(*_ERRORS):
        plain = _plains(data)
        if len(plain) <= ROWS_MAX and (is_all_said(data, plain) or not keys_twice(data)):
            return _told(plain, plain_row, is_plain=not may_be_odd(data))
    with suppress(*_ERRORS):
        dcsa = _dcsas(data)
        if len(dcsa) <= ROWS_MAX and not keys_twice(data):
            return _told(dcsa, dcsa_row, is_plain=not may_be_odd(data))
    return []


def _told(
    events: list[_E], read: Callable[[int, _E], EventRow], *, is_plain: bool
) -> list[EventRow]:
    if is_plain:
        return [read(n, told) for n, told in enumerate(events, start=1)]
    return [with_odd_texts(read(n, told), told) for n, told in enumerate(events, start=1)]


def _row(n: int, raw: bytes | msgspec.Raw) -> EventRow:
    if ways := keys_twice(bytes(raw)):
        again = [key_twice(Where("/" + "/".join(map(str, way)), line=n), way) for way in ways]
        return EventRow(n, _id_of(raw), findings=tuple(again))
    sent = bytes(raw)
    try:
        raw = unblanked(sent, as_sent=_AS_SENT)
        which = _which(raw)
        if which.eventID is not _ABSENT or which.eventClassification is not _ABSENT:
            return _one(dcsa_row(n, _dcsa(raw)), sent, _dcsa)
        return _one(plain_row(n, _plain(raw)), sent, _plain)
    except _ERRORS as error:
        return EventRow(n, _id_of(raw), findings=(_fault(n, error),))


def _one(row: EventRow, sent: bytes, decode: Callable[[bytes], DcsaEvent | EventForm]) -> EventRow:
    """Return a row with what is odd in it; what shows nothing stands in the bytes as sent alone."""
    if not may_be_odd(sent):
        return row
    with suppress(*_ERRORS):  # a blank where no text belongs is read without it, and told by none
        return with_odd_texts(row, decode(sent))
    return row


def _uncontrolled(n: int, raw: bytes | msgspec.Raw) -> EventRow:
    if _CONTROL.search(bytes(raw)):
        where = Where("", line=n)
        found = Finding("PAPER-CONTROL-CHARACTER", Severity.ERROR, where, {})
        return EventRow(n, _id_of(raw), findings=(found,))
    return _row(n, raw)


def _may_have_control(data: bytes) -> bool:
    return b"\\" in data and b"\\u00" in data  # one sign is found far quicker than four


# As JSON escapes them; an even number of backslashes before is text.
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\u00[01]")
# Where a blank is a wrong word of the form, and told as that.
_AS_SENT = frozenset({"id", "eventID", "code", "at", "updated_at", "direction"})
_LINES = re.compile(rb"\}[ \t\r]*\n\s*\{")  # no single document has one object after another
_WRAPPED = re.compile(rb'\{\s*"events"\s*:')


class _Named(msgspec.Struct, gc=False):
    eventID: str | None = None
    id: str | None = None


_name: Callable[[bytes | msgspec.Raw], _Named] = msgspec.json.Decoder(_Named).decode


def _id_of(raw: bytes | msgspec.Raw) -> str:
    """Return a wrong row's id, if it has a readable one: its sender knows it by that."""
    try:
        named = _name(raw)
    except _ERRORS:
        return ""
    return (named.eventID or named.id or "")[:_REASON_CHARACTERS_MAX]


def _fault(n: int, error: Exception) -> Finding:
    """Say where the form was not kept to; the reason is the reader's own, in English."""
    if isinstance(error, RecursionError):
        return too_deep(Where("", line=n))
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        reason = text[:_REASON_CHARACTERS_MAX]
        where = Where("", line=n)
        return Finding("EVENT-ROW-SYNTAX", Severity.ERROR, where, {"reason": reason})
    steps, said = out_of_form(error)
    pointer = "".join(f"/{step}" for step in steps)
    reason = said[:_REASON_CHARACTERS_MAX]
    return Finding("EVENT-ROW-FORM", Severity.ERROR, Where(pointer, line=n), {"reason": reason})
