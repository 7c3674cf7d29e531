"""A file that only the holder of one key can read, and that is whole or is refused.

A fresh key for each file is sealed to the recipient (HPKE, RFC 9180: X25519, HKDF-SHA256,
ChaCha20-Poly1305); under it the content follows in blocks, each with its place and the last one
marked, so that no block can be dropped, moved or added.
"""

import errno
import fcntl
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

MAGIC = b"waglan-sealed/v1\n"
BLOCK_BYTES = 256 * 1024
TAG_BYTES = 16
KEY_BYTES = 32
KEY_ID_BYTES = 8
SEALED_KEY_BYTES = 32 + KEY_BYTES + TAG_BYTES  # HPKE's encapsulated key, then the file's key
PUBLIC = "waglan-backup-key/v1 "
SECRET = "waglan-backup-secret/v1 "

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class BadKey(ValueError):
    """The text is not a key of the kind wanted; the message never repeats it."""


class Torn(ValueError):
    """The file is not one of ours, was sealed to another key, or is not whole; it says which."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom files are sealed: the public half, which may lie anywhere."""

    public: bytes

    @property
    def key_id(self) -> bytes:
        """The bytes by which a file says whose it is."""
        return sha256(PUBLIC.encode() + self.public).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The one line that `waglan backup --to` takes."""
        return PUBLIC + b64encode(self.public).decode()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who can read them: the secret half, which belongs on another machine."""

    secret: bytes = field(repr=False)

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        private = X25519PrivateKey.from_private_bytes(self.secret)
        return Recipient(private.public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The one line of the file that only its owner may read."""
        return SECRET + b64encode(self.secret).decode()


def new_holder() -> Holder:
    """Return a new pair of keys."""
    return Holder(X25519PrivateKey.generate().private_bytes_raw())


def read_recipient(text: str) -> Recipient:
    """Read the line of a public key."""
    return Recipient(_key_bytes(text, PUBLIC))


def read_holder(text: str) -> Holder:
    """Read the line of a secret key."""
    return Holder(_key_bytes(text, SECRET))


def _key_bytes(text: str, kind: str) -> bytes:
    try:
        data = b64decode(text.strip().removeprefix(kind.strip()).strip(), validate=True)
    except ValueError:
        data = b""
    if not text.startswith(kind) or len(data) != KEY_BYTES:
        raise BadKey(f"a key of this kind is one line that begins with: {kind.strip()}")
    return data


class SealedWriter:
    """Seals what is written, block by block; `close` marks the end."""

    def __init__(self, file: BinaryIO, to: Recipient) -> None:
        """Begin the file with the key that it is sealed under."""
        self._file = file
        self._held = bytearray()
        self._place = 0
        key = secrets.token_bytes(KEY_BYTES)
        self._cipher = ChaCha20Poly1305(key)
        public = X25519PublicKey.from_public_bytes(to.public)
        head = MAGIC + to.key_id
        file.write(head + _SUITE.encrypt(key, public, info=head))

    def write(self, data: bytes) -> None:
        """Add to the content."""
        self._held += data
        # The last block is known only at the end, so one full block is always held back.
        while len(self._held) > BLOCK_BYTES:
            self._seal(bytes(self._held[:BLOCK_BYTES]), is_last=False)
            del self._held[:BLOCK_BYTES]

    def close(self) -> None:
        """Seal what is left as the last block."""
        self._seal(bytes(self._held), is_last=True)
        self._held.clear()

    def _seal(self, block: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._place, is_last=is_last), block, None))
        self._place += 1


def opened(file: BinaryIO, holder: Holder) -> Iterator[bytes]:
    """Yield the content in order; raise Torn at the first block that is not as it was written.

    What was yielded before counts only if the end is reached.
    """
    head = file.read(len(MAGIC) + KEY_ID_BYTES)
    if not head.startswith(MAGIC) or len(head) != len(MAGIC) + KEY_ID_BYTES:
        raise Torn("this is no sealed file of Waglan")
    if head[len(MAGIC) :] != holder.recipient.key_id:
        raise Torn("the file was sealed to another key")
    private = X25519PrivateKey.from_private_bytes(holder.secret)
    try:
        key = _SUITE.decrypt(file.read(SEALED_KEY_BYTES), private, info=head)
    except (InvalidTag, ValueError):
        raise Torn("the beginning of the file was changed") from None
    cipher, place = ChaCha20Poly1305(key), 0
    block = file.read(BLOCK_BYTES + TAG_BYTES)
    while True:
        following = file.read(BLOCK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(place, is_last=not following), block, None)
        except (InvalidTag, ValueError):
            raise Torn(f"the file is not whole, or was changed, in block {place}") from None
        if not following:
            return
        block, place = following, place + 1


def _nonce(place: int, *, is_last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([is_last])


@contextmanager
def put(path: Path, *, replaces: bool = False) -> Iterator[BinaryIO]:
    """Write a file for its owner's eyes that appears whole, when the block ends, or not at all.

    Nothing is written over unless the caller has looked at what is there. Two never write one file.
    """
    if path.exists() and not replaces:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    draft = path.with_name(f".{path.name}.part")
    descriptor = _drafted(draft)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def swept(folder: Path) -> list[Path]:
    """Remove what runs that were killed left half of their sealed files here; return which."""
    found = []
    for draft in folder.glob(".*.part"):
        if draft.is_symlink() or not draft.is_file() or not os.access(draft, os.R_OK):
            continue
        with draft.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC and _is_left(file.fileno()):
                draft.unlink(missing_ok=True)
                found.append(draft)
    return found


def _drafted(draft: Path) -> int:
    """Begin a draft that is locked while it is written; one that nobody writes gives way."""
    while True:
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            _give_way(draft)
            continue
        with suppress(OSError):  # some networks' file systems lock nothing
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)  # somebody swept it before it was locked


def _give_way(draft: Path) -> None:
    try:
        descriptor = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        if not _is_left(descriptor):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(draft))
        draft.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _is_left(descriptor: int) -> bool:
    """Whether nobody writes this draft any more: its writer's lock went with him."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
