"""What the log holds of a device's frame: a hash that tells nothing without its device's salt."""

from hashlib import blake2b
from typing import Final

_PERSON: Final = b"waglan-frame/v1"


def frame_leaf(salt: bytes, frame_id: int, sha256: bytes) -> bytes:
    """Return what stands for a frame in its batch."""
    return opened_leaf(frame_opening(salt, frame_id), sha256)


def frame_opening(salt: bytes, frame_id: int) -> bytes:
    """Return what proves one frame's leaf to whoever has its hash; of the salt it tells nothing."""
    name = frame_id.to_bytes(8, "big")
    return blake2b(name, key=salt, person=_PERSON, digest_size=32).digest()


def opened_leaf(opening: bytes, sha256: bytes) -> bytes:
    """Return the leaf of a frame by its opening and its hash."""
    return blake2b(sha256, key=opening, person=_PERSON, digest_size=32).digest()
