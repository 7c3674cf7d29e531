"""What of a bill names people, as it is packed before it is sealed."""

import msgspec

from waglan.logbook.sealed import Vault
from waglan.manifest.model import Party


class Personal(msgspec.Struct, frozen=True, gc=False):
    """What of a bill names people: its parties, and its marks by goods item.

    `salts` are those of the commitments in the bill's event, one a party, then one for the marks.
    """

    parties: tuple[Party, ...]
    marks: tuple[str, ...]
    salts: tuple[bytes, ...] = ()


def open_personal(vault: Vault, salt: bytes, sealed: bytes) -> Personal:
    """Return what of a bill names people."""
    return _personal(vault.open(salt, sealed))


def is_whole(personal: Personal) -> bool:
    """Whether nothing of it was erased: with what goes, its commitment's salt goes."""
    return len(personal.salts) in (0, len(personal.parties) + 1)


def seal_personal(vault: Vault, salt: bytes, personal: Personal) -> bytes:
    """Return what of a bill names people, sealed under a salt of its own."""
    return vault.seal(salt, _pack(personal))


_personal = msgspec.msgpack.Decoder(Personal).decode
_pack = msgspec.msgpack.Encoder().encode
