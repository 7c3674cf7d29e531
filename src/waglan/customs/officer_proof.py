"""Whose signature an event of the customs desk bears, checked from its proof alone."""

from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from waglan.codes.event import EventCode
from waglan.customs.officer_act import is_signed

SIGNED = frozenset({EventCode.OFFICER_ACT.value, EventCode.STANDING_ORDER_SIGNED.value})
# An officer signs what he does about a trip; its haulier does not.
_OF_TRIPS = "trip."


@dataclass(frozen=True, slots=True)
class OfficerSigned:
    """What the event says of its signature, and whether that is so.

    That the key is this officer's is said by the event of its registration, by its SHA-256.
    """

    officer: str
    key_sha256: str
    is_signed: bool


def officer_signed(event: bytes) -> OfficerSigned | None:
    """Return who signed what this event holds; None for an event that no officer signs."""
    try:
        said = _decode(event)
    except msgspec.DecodeError:
        return None
    body = said.body
    is_his = said.code.startswith(_OF_TRIPS) and bool(body.signature)
    if said.code not in SIGNED and not is_his:
        return None
    try:
        key, signature = b64decode(body.public_key), b64decode(body.signature)
    except ValueError:
        return OfficerSigned(body.by, "", is_signed=False)
    good = is_signed(body.body.encode(), signature, key)
    return OfficerSigned(body.by, sha256(key).hexdigest(), good)


class _Body(msgspec.Struct):
    by: str = ""
    body: str = ""
    signature: str = ""
    public_key: str = ""


class _Event(msgspec.Struct):
    code: str
    body: _Body


_decode = msgspec.json.Decoder(_Event).decode
