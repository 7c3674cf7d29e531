"""One key for each purpose: what is signed as one thing can never be shown as another.

Checkpoints and cosignatures are signed as C2SP has it, in `note` and `cosignature`.
"""

from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC_KEY_BYTES = 32
KID_BYTES = 8


class Purpose(Enum):
    """What a key may sign; the value is signed in front of every message."""

    CUSTOMS_STATUS = "waglan/customs-status/v1"
    GATE_TOKEN = "waglan/gate-token/v1"
    PASS = "waglan/pass/v1"
    HOLD_LIST = "waglan/hold-list/v1"
    BUNDLE = "waglan/bundle/v1"
    TRIP_STATE = "waglan/trip-state/v1"
    WEBHOOK = "waglan/webhook/v1"
    KEY_SET = "waglan/key-set/v1"
    ERASURE_LIST = "waglan/erasure-list/v1"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key for one purpose alone."""

    purpose: Purpose
    public: bytes

    def __post_init__(self) -> None:
        """Refuse what is no key."""
        if len(self.public) != PUBLIC_KEY_BYTES:
            raise ValueError(f"a public key has {PUBLIC_KEY_BYTES} bytes, not {len(self.public)}")

    @property
    def kid(self) -> str:
        """The name that signatures carry; another purpose gives the same key another name."""
        return sha256(_message(self.purpose, self.public)).digest()[:KID_BYTES].hex()

    def verifies(self, signature: bytes, payload: bytes) -> bool:
        """Tell whether this key signed exactly this payload for exactly its purpose."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public)
            key.verify(signature, _message(self.purpose, payload))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key for one purpose alone; it is never shown."""

    purpose: Purpose
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return PublicKey(self.purpose, self.private.public_key().public_bytes_raw())

    def sign(self, payload: bytes) -> bytes:
        """Return the signature over the purpose and the payload."""
        return self.private.sign(_message(self.purpose, payload))


def _message(purpose: Purpose, payload: bytes) -> bytes:
    # No purpose holds a zero byte, so that no two pairs give one message.
    return purpose.value.encode() + b"\x00" + payload
