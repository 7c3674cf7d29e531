"""The key set: which keys the platform signs statements with, for what, since when, until when.

It is published as an event of the log, whole each time. Whoever pins the log's key proves the set
by its bundle, offline, and believes a signature by a key that stands in it.
"""

from base64 import b64encode
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import Enum

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.canonical import Value
from waglan.logbook.note import BadNote, read_base64
from waglan.logbook.signing import PublicKey, Purpose

KEYS_MAX = 1_000
_KEY = Where("key")
_AGE = Where("as_of")


class End(Enum):
    """Why a key signs no more."""

    REPLACED = "replaced"  # in good order: what it signed before holds
    COMPROMISED = "compromised"  # others may have it: nobody can tell what it signed when


class PublishedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One public key; `ended_at` and `end` are None while it signs."""

    kid: str
    purpose: Purpose
    public: str  # base64
    since: datetime
    ended_at: datetime | None
    end: End | None

    @property
    def key(self) -> PublicKey:
        """What verifies."""
        return PublicKey(self.purpose, read_base64(self.public))


class KeySet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All keys that were ever published, oldest first."""

    keys: tuple[PublishedKey, ...]

    def body(self) -> dict[str, Value]:
        """Return the body of the event that publishes this set."""
        return {"keys": [msgspec.to_builtins(key) for key in self.keys]}

    def named(self, kid: str) -> PublishedKey | None:
        """Return the key of that id."""
        return next((key for key in self.keys if key.kid == kid), None)


def renewed(
    old: KeySet | None,
    signing: Iterable[PublicKey],
    compromised: Collection[str],
    *,
    now: datetime,
) -> KeySet:
    """Return the set in which these keys sign and every other one has ended.

    It equals the old one where nothing has changed. That a key is compromised may become known
    after it was replaced; that it ended is never taken back.
    """
    live = {key.kid: key for key in signing}
    kept = tuple(_now(key, live, compromised, now) for key in (old.keys if old else ()))
    known = {key.kid for key in kept}
    new = tuple(
        PublishedKey(kid, key.purpose, b64encode(key.public).decode(), now, None, None)
        for kid, key in live.items()
        if kid not in known
    )
    return KeySet(kept + new)


def _now(
    key: PublishedKey, live: Collection[str], compromised: Collection[str], now: datetime
) -> PublishedKey:
    end = key.end
    if key.kid in compromised:
        end = End.COMPROMISED
    elif key.kid not in live and end is None:
        end = End.REPLACED
    ended_at = key.ended_at if end is None else key.ended_at or now
    return msgspec.structs.replace(key, end=end, ended_at=ended_at)


def read_key_set(event: bytes) -> KeySet | None:
    """Return the set that an event of the log publishes; None if it publishes none.

    Give the bytes of a proven event alone.
    """
    try:
        said = _decode(event)
        if said.code != EventCode.KEY_SET_PUBLISHED.value or len(said.body.keys) > KEYS_MAX:
            return None
        sound = all(key.kid == key.key.kid for key in said.body.keys)
    except (msgspec.DecodeError, BadNote, ValueError):
        return None
    return said.body if sound else None


class Signed(msgspec.Struct, frozen=True):
    """What was signed, by which key as it says, and when it says that it was."""

    kid: str
    signature: bytes
    payload: bytes
    as_of: datetime


def signature_findings(keys: KeySet, purpose: Purpose, signed: Signed) -> list[Finding]:
    """Return what speaks against a signature; with an error in it, believe nothing that it says."""
    known, kid = keys.named(signed.kid), signed.kid
    if known is None or known.purpose is not purpose:
        return [Finding("VERIFY-KEY-UNKNOWN", Severity.ERROR, _KEY, {"kid": kid})]
    if not known.key.verifies(signed.signature, signed.payload):
        return [Finding("VERIFY-SIGNATURE", Severity.ERROR, _KEY, {"kid": kid})]
    if known.ended_at is None:
        return []
    ended, as_of = _time(known.ended_at), _time(signed.as_of)
    if known.end is End.COMPROMISED:
        return [
            Finding("VERIFY-KEY-COMPROMISED", Severity.ERROR, _KEY, {"kid": kid, "ended": ended})
        ]
    if signed.as_of > known.ended_at:
        return [
            Finding(
                "VERIFY-KEY-ENDED",
                Severity.ERROR,
                _KEY,
                {"kid": kid, "ended": ended, "as_of": as_of},
            )
        ]
    return [Finding("VERIFY-KEY-REPLACED", Severity.NOTE, _KEY, {"kid": kid, "ended": ended})]


def age_findings(as_of: datetime, *, at: datetime, age_max: timedelta | None) -> list[Finding]:
    """Return what speaks against the age of what was signed; how old is too old the verifier says.

    What was signed in the verifier's future is refused: his clock is wrong, or the signer's was.
    """
    if as_of > at:
        return [
            Finding("VERIFY-AHEAD", Severity.ERROR, _AGE, {"as_of": _time(as_of), "at": _time(at)})
        ]
    if age_max is None or at - as_of <= age_max:
        return []
    minutes, limit = (int(span / timedelta(minutes=1)) for span in (at - as_of, age_max))
    return [
        Finding(
            "VERIFY-STALE",
            Severity.ERROR,
            _AGE,
            {"as_of": _time(as_of), "minutes": minutes, "limit": limit},
        )
    ]


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


class _Event(msgspec.Struct):
    code: str
    body: KeySet


_decode = msgspec.json.Decoder(_Event).decode
