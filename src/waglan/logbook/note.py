"""Signed notes (C2SP signed-note): text that anyone can check with a key of one line."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_BYTES_MAX = 128 * 1024  # 16 of the largest post-quantum signatures, which others may add
SIGNATURES_MAX = 32
KEY_NAME_BYTES_MAX = 255
KEY_ID_BYTES = 4
PUBLIC_KEY_BYTES = 32

_DASH = "\N{EM DASH} "
_PRIVATE = "PRIVATE+KEY+"


class BadNote(ValueError):
    """The text is not a note, a signature line or a key; the message says where it goes wrong."""


class Algorithm(IntEnum):
    """What a key may sign; the number is part of its id, so that no key serves two purposes."""

    NOTE = 0x01  # Ed25519 over the text of a note
    COSIGNATURE = 0x04  # Ed25519 over a checkpoint and the time: logbook.cosignature


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name of its owner; together they are what a verifier pins."""

    name: str
    algorithm: Algorithm
    public: bytes

    def __post_init__(self) -> None:
        """Refuse what could not be written as one line."""
        check_name(self.name)
        if len(self.public) != PUBLIC_KEY_BYTES:
            raise BadNote(f"a public key has {PUBLIC_KEY_BYTES} bytes, not {len(self.public)}")

    @property
    def id(self) -> bytes:
        """The four bytes that signature lines carry; they find a key and prove nothing."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The one line that operators exchange: name+id+key."""
        key = b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key made the signature over exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key with the name of its owner. Its text is a secret and is never shown."""

    name: str
    algorithm: Algorithm
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.algorithm, self.private.public_key().public_bytes_raw())

    @property
    def secret_text(self) -> str:
        """The one line kept in a file that only the owner may read."""
        key = b64encode(bytes([self.algorithm]) + self.private.private_bytes_raw()).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{key}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and the bytes; verified by nobody yet."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures; trust it only after `signers_of`."""

    text: str
    signatures: tuple[Signature, ...]

    def encoded(self) -> bytes:
        """Return the note as it is sent and kept."""
        return f"{self.text}\n{''.join(s.line for s in self.signatures)}".encode()


def read_note(data: bytes) -> Note:
    """Read a note strictly; raise BadNote for anything that two readers could take differently."""
    if len(data) > NOTE_BYTES_MAX:
        raise BadNote(f"longer than {NOTE_BYTES_MAX} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise BadNote("not UTF-8") from None
    check_text(whole)
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines:
        raise BadNote("no signature after the last empty line")
    return Note(text + "\n", read_signatures(lines))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, each with its newline."""
    if not lines.endswith("\n"):
        raise BadNote("the last line has no newline")
    parts = lines[:-1].split("\n")
    if len(parts) > SIGNATURES_MAX:
        raise BadNote(f"more than {SIGNATURES_MAX} signatures")
    return tuple(_read_signature(part) for part in parts)


def check_text(text: str) -> None:
    """Raise BadNote unless the text ends in a newline and holds no other control character."""
    if not text.endswith("\n"):
        raise BadNote("the last line has no newline")
    if any(char < " " and char != "\n" for char in text):
        raise BadNote("a control character")


def sign_note(text: str, signers: Sequence[SignerKey]) -> Note:
    """Sign the text with each key of algorithm NOTE."""
    check_text(text)
    if any(signer.algorithm is not Algorithm.NOTE for signer in signers):
        raise ValueError("this key does not sign notes")
    message = text.encode()
    return Note(
        text,
        tuple(Signature(s.name, s.verifier.id, s.private.sign(message)) for s in signers),
    )


def signers_of(note: Note, keys: Iterable[VerifierKey]) -> frozenset[VerifierKey]:
    """Return which of these keys of algorithm NOTE signed; empty: trust nothing in it.

    One false signature under a known key makes the whole note worthless, so nobody is returned.
    """
    message = note.text.encode()
    found: set[VerifierKey] = set()
    for key, signature in claims(note, keys, Algorithm.NOTE):
        if not key.verifies(signature.data, message):
            return frozenset()
        found.add(key)
    return frozenset(found)


def claims(
    note: Note, keys: Iterable[VerifierKey], algorithm: Algorithm
) -> list[tuple[VerifierKey, Signature]]:
    """Return each signature that names one of these keys, unverified; unknown ones are ignored."""
    known = {(key.name, key.id): key for key in keys if key.algorithm is algorithm}
    named = [(known.get((s.name, s.key_id)), s) for s in note.signatures]
    return [(key, signature) for key, signature in named if key is not None]


def read_verifier_key(text: str) -> VerifierKey:
    """Read a line such as `waglan.example/log+1234abcd+AQ…`; raise BadNote if anything is off."""
    name, key_id, algorithm, public = _read_key(text)
    key = VerifierKey(name, algorithm, public)
    if key.id.hex() != key_id:
        raise BadNote("the key's id does not fit its name and bytes; copy the line again")
    return key


def read_signer_key(text: str) -> SignerKey:
    """Read the line of `SignerKey.secret_text`; the error never repeats it."""
    if not text.startswith(_PRIVATE):
        raise BadNote("not a private key")
    name, key_id, algorithm, seed = _read_key(text.removeprefix(_PRIVATE))
    if len(seed) != PUBLIC_KEY_BYTES:
        raise BadNote(f"a private key has {PUBLIC_KEY_BYTES} bytes, not {len(seed)}")
    key = SignerKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(seed))
    if key.verifier.id.hex() != key_id:
        raise BadNote("the key's id does not fit its name and bytes")
    return key


def read_base64(text: str) -> bytes:
    """Read standard base64 that has exactly one spelling."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadNote("not base64") from None
    if b64encode(data).decode() != text:
        raise BadNote("base64 with stray bits")
    return data


def _read_signature(line: str) -> Signature:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank:
        raise BadNote("a signature line is: em dash, name, base64")
    check_name(name)
    data = read_base64(encoded)
    if len(data) <= KEY_ID_BYTES:
        raise BadNote("a signature of no bytes")
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _read_key(text: str) -> tuple[str, str, Algorithm, bytes]:
    # The base64 may hold a plus, so the name and the id are cut off from the left.
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise BadNote("a key is: name+id+base64")
    data = read_base64(parts[2])
    if not data or data[0] not in {a.value for a in Algorithm}:
        raise BadNote("a kind of key that is not known here")
    return parts[0], parts[1], Algorithm(data[0]), data[1:]


def check_name(name: str) -> None:
    """Raise BadNote unless this can be the name of a key, and so of a log."""
    if not name or len(name.encode()) > KEY_NAME_BYTES_MAX:
        raise BadNote(f"a key's name has 1 to {KEY_NAME_BYTES_MAX} bytes")
    if any(char.isspace() or char == "+" or char < " " for char in name):
        raise BadNote("a key's name holds neither blanks nor '+'")
