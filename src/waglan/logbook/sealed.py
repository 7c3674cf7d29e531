"""Personal fields and raw messages, sealed under keys that one row's salt alone can make again.

A row's key is derived from the instance's secret and 16 random bytes in that row. Who deletes the
row destroys the key: neither the secret nor the sealed bytes in an old file can bring it back.
The secret lies outside the database (`waglan doctor` says where) and is never in a backup with it.
"""

import unicodedata
from dataclasses import dataclass, field
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES = 32
SALT_BYTES = 16


class Unreadable(ValueError):
    """The bytes were not sealed with this secret, salt and place, or were changed since."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The instance's secret; nothing sealed is readable without it."""

    secret: bytes = field(repr=False)

    # Each hash with the secret already in it, to be copied for what follows.
    _sealing: blake2b = field(init=False, repr=False, compare=False)
    _blinding: blake2b = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a secret of the wrong length."""
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"the vault's secret has {SECRET_BYTES} bytes")
        for name, person in (("_sealing", b"waglan-sealed/v1"), ("_blinding", b"waglan-blind/v1")):
            begun = blake2b(key=self.secret, person=person, digest_size=SECRET_BYTES)
            object.__setattr__(self, name, begun)

    @property
    def id(self) -> str:
        """Tells vaults apart, and says nothing of the secret."""
        return blake2b(key=self.secret, person=b"waglan-vaultid1", digest_size=8).hexdigest()

    def seal(self, salt: bytes, plain: bytes, *, place: int = 0) -> bytes:
        """Return `plain` sealed; one salt serves one row, `place` numbers the row's chunks."""
        return AESGCM(self._key(salt)).encrypt(place.to_bytes(12, "big"), plain, None)

    def open(self, salt: bytes, sealed: bytes, *, place: int = 0) -> bytes:
        """Return what was sealed; raise Unreadable if a single bit differs."""
        try:
            return AESGCM(self._key(salt)).decrypt(place.to_bytes(12, "big"), sealed, None)
        except InvalidTag:
            raise Unreadable("the sealed bytes do not open with this salt") from None

    def blind(self, name: str) -> bytes:
        """Return an index of a name that tells nothing without the secret; case and width fold."""
        folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        hashed = self._blinding.copy()
        hashed.update(folded.encode("utf-8", "replace"))
        return hashed.digest()

    def mark(self, data: bytes) -> bytes:
        """Return a hash by which the same bytes are known again, and guessed by nobody else."""
        return blake2b(data, key=self.secret, person=b"waglan-marked/v1", digest_size=32).digest()

    def _key(self, salt: bytes) -> bytes:
        if len(salt) != SALT_BYTES:
            raise ValueError(f"a salt has {SALT_BYTES} bytes")
        hashed = self._sealing.copy()
        hashed.update(salt)
        return hashed.digest()
