"""The answer of a checkpoint, and its signed pass: verified where there is no network.

A pass says that at one time the received log held nothing against a trip. It is for one checkpoint,
one lock and one plate, for some hours, and for one use; a hold beats it. Two gates that are both
without a network can't know that the other one has burnt it: the guard compares lock, plate and
seal.
"""

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.reason import Outcome
from waglan.elock.trip import State
from waglan.elock.verdict import Verdict
from waglan.logbook.key_set import KeySet, Signed, signature_findings
from waglan.logbook.signing import KID_BYTES, PrivateKey, Purpose

PREFIX: Final = "WAGLAN.P1."  # all of the QR code's alphanumeric set
TEXT_CHARACTERS_MAX: Final = 1_000
LASTS_MAX: Final = timedelta(hours=12)
JTI_BYTES: Final = 16
VERDICT_BYTES: Final = 32  # SHA-256 of the bundle that it was judged from
_SIGNATURE_BYTES: Final = 64
_FORM: Final = 1
_WHERE: Final = Where("pass")


class Answer(Enum):
    """What a checkpoint does with a truck."""

    PASS = "pass"
    INSPECT = "inspect"  # an officer looks, and lets it pass by an act of his own
    STOP = "stop"


_ON_ITS_WAY: Final = frozenset({State.SEALED, State.RETURNING})
_BY_OUTCOME: Final = {
    Outcome.GREEN: Answer.PASS,
    Outcome.AMBER: Answer.INSPECT,
    Outcome.UNPROVEN: Answer.INSPECT,
    Outcome.RED: Answer.STOP,
}


def answer(verdict: Verdict, state: State, *, is_held: bool) -> Answer:
    """Return what a checkpoint does with a trip that stands so; a hold beats any verdict."""
    if is_held or verdict.outcome is Outcome.RED or state is State.ALARMED:
        return Answer.STOP
    return _BY_OUTCOME[verdict.outcome] if state in _ON_ITS_WAY else Answer.INSPECT


class Pass(msgspec.Struct, frozen=True):
    """That one truck may pass one checkpoint, once, between two times."""

    authority: PartyId
    jti: bytes
    trip: str
    lock: str
    plate: str
    site: str
    seal: str
    as_of: datetime  # of the verdict
    verdict: bytes
    not_before: datetime
    expires: datetime


_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=1 << 33)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    form: int
    kid: bytes
    authority: _Text
    jti: bytes
    trip: _Text
    lock: _Text
    plate: _Text
    site: _Text
    seal: _Text
    as_of: _Seconds
    verdict: bytes
    not_before: _Seconds
    expires: _Seconds


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Wire).decode


def sign_pass(one: Pass, key: PrivateKey) -> str:
    """Return the text of a pass, times cut to the second; ValueError if it would last too long."""
    if key.purpose is not Purpose.PASS:
        raise ValueError("this key does not sign passes")
    if not one.not_before < one.expires <= one.not_before + LASTS_MAX:
        raise ValueError(f"a pass lasts for {LASTS_MAX} at most")
    payload = _encode(_wire(one, bytes.fromhex(key.public.kid)))
    return PREFIX + b32encode(payload + key.sign(payload)).decode().rstrip("=")


def read_pass(text: str) -> tuple[Pass, Signed] | Finding:
    """Read a text strictly, so that no two texts say the same; nothing of it is proven yet."""
    bare = text.strip()
    try:
        if not bare.startswith(PREFIX) or len(bare) > TEXT_CHARACTERS_MAX:
            raise ValueError("another form")
        spelled = bare.removeprefix(PREFIX)
        data = b32decode(spelled + "=" * (-len(spelled) % 8))
        if b32encode(data).decode().rstrip("=") != spelled:
            raise ValueError("another spelling")
        payload, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
        wire = _decode(payload)
        one = _pass(wire)
        if _encode(wire) != payload:
            raise ValueError("another spelling")
    except (NotBase32, msgspec.DecodeError, ValueError):
        return Finding("PASS-SHAPE", Severity.ERROR, _WHERE, {})
    return one, Signed(wire.kid.hex(), signature, payload, one.as_of)


class Gate(msgspec.Struct, frozen=True):
    """What a checkpoint has before it, without asking anybody."""

    site: str
    lock: str  # as the guard reads them from lock and truck
    plate: str
    burnt: Collection[bytes] = ()  # passes that were used here
    held: Collection[str] = ()  # locks and plates of the newest hold list
    newest_signed: datetime | None = None  # the newest time in anything that it verified


class CheckedPass(msgspec.Struct, frozen=True):
    """What came of verifying a pass; `allowed` is None unless the truck may pass by it."""

    findings: tuple[Finding, ...]
    allowed: Pass | None = None


def check_pass(text: str, keys: KeySet, gate: Gate, *, at: datetime) -> CheckedPass:
    """Judge a pass by what is at hand; it needs no network. Whoever allows it burns its `jti`."""
    read = read_pass(text)
    if isinstance(read, Finding):
        return CheckedPass((read,))
    one, signed = read
    found = signature_findings(keys, Purpose.PASS, signed)
    if not any(finding.severity is Severity.ERROR for finding in found):
        found += _against(one, gate, at)
    if any(finding.severity is Severity.ERROR for finding in found):
        return CheckedPass(tuple(found))
    return CheckedPass(tuple(found), one)


def _against(one: Pass, gate: Gate, at: datetime) -> list[Finding]:
    found = list[Finding]()
    if gate.newest_signed is not None and at < gate.newest_signed:
        found.append(Finding("PASS-CLOCK", Severity.ERROR, _WHERE, {
            "at": _time(at), "signed": _time(gate.newest_signed)}))  # fmt: skip
    if at < one.not_before:
        found.append(Finding("PASS-EARLY", Severity.ERROR, _WHERE, {
            "from": _time(one.not_before)}))  # fmt: skip
    if at >= one.expires:
        found.append(Finding("PASS-EXPIRED", Severity.ERROR, _WHERE, {
            "until": _time(one.expires)}))  # fmt: skip
    if one.jti in gate.burnt:
        found.append(Finding("PASS-BURNT", Severity.ERROR, _WHERE, {"trip": one.trip}))
    if gate.site != one.site:
        found.append(Finding("PASS-ELSEWHERE", Severity.ERROR, _WHERE, {
            "site": one.site, "here": gate.site}))  # fmt: skip
    if gate.lock != one.lock or gate.plate != one.plate:
        found.append(Finding("PASS-OTHER-TRUCK", Severity.ERROR, _WHERE, {
            "lock": one.lock, "plate": one.plate}))  # fmt: skip
    if {one.lock, one.plate} & set(gate.held):
        found.append(Finding("PASS-HELD", Severity.ERROR, _WHERE, {"trip": one.trip}))
    return found


def _wire(one: Pass, kid: bytes) -> _Wire:
    times = (one.as_of, one.not_before, one.expires)
    as_of, not_before, expires = (int(time.timestamp()) for time in times)
    return _Wire(_FORM, kid, one.authority, one.jti, one.trip, one.lock, one.plate, one.site,
                 one.seal, as_of, one.verdict, not_before, expires)  # fmt: skip


def _pass(wire: _Wire) -> Pass:
    lengths = (len(wire.kid), len(wire.jti), len(wire.verdict))
    if wire.form != _FORM or lengths != (KID_BYTES, JTI_BYTES, VERDICT_BYTES):
        raise ValueError("another form")
    if not 0 < wire.expires - wire.not_before <= LASTS_MAX // timedelta(seconds=1):
        raise ValueError("it lasts too long, or not at all")
    times = (wire.as_of, wire.not_before, wire.expires)
    as_of, not_before, expires = (datetime.fromtimestamp(time, UTC) for time in times)
    return Pass(PartyId(wire.authority), wire.jti, wire.trip, wire.lock, wire.plate, wire.site,
                wire.seal, as_of, wire.verdict, not_before, expires)  # fmt: skip


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
