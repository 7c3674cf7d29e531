"""The list of erasures, signed, apart from the backups: what a restored one must lose again."""

from base64 import b64encode
from datetime import datetime

import msgspec

from waglan.logbook.note import BadNote, read_base64
from waglan.logbook.signing import PrivateKey, PublicKey, Purpose

FORM = "waglan/erasures/v1"
LIST_BYTES_MAX = 256 << 20


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One erasure: no name, only blind indexes and ids."""

    erasure: str
    kind: str
    rule: str
    erased_at: datetime
    targets: list[tuple[str, str]]


class ErasureList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All erasures up to a moment."""

    form: str
    origin: str
    at: datetime
    entries: list[Entry]


class BadList(ValueError):
    """The file is no list of erasures that the key has signed; the message says why."""


def sign_list(content: ErasureList, key: PrivateKey) -> bytes:
    """Return the list as one line, and the signature over it as the next."""
    if key.purpose is not Purpose.ERASURE_LIST:
        raise ValueError("this key does not sign lists of erasures")
    line = _encode(content)
    return line + b"\n" + b64encode(key.sign(line)) + b"\n"


def read_list(data: bytes, key: PublicKey) -> ErasureList:
    """Return the list if this key signed it; raise BadList for anything else."""
    if len(data) > LIST_BYTES_MAX:
        raise BadList("it is too large")
    line, _, signature = data.removesuffix(b"\n").partition(b"\n")
    try:
        signed = key.purpose is Purpose.ERASURE_LIST and key.verifies(
            read_base64(signature.decode()), line
        )
    except (BadNote, UnicodeDecodeError):
        signed = False
    if not signed:
        raise BadList("the instance's key did not sign it")
    try:
        content = _decode(line)
    except msgspec.DecodeError:
        raise BadList("it has another form") from None
    if content.form != FORM:
        raise BadList("it has another form")
    return content


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(ErasureList).decode
