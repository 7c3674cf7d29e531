"""What a witness says to a log (C2SP tlog-witness), and what a log makes of its answer."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from waglan.logbook.checkpoint import Checkpoint, read_checkpoint, read_size
from waglan.logbook.cosignature import Cosigned, cosigned_by
from waglan.logbook.note import (
    NOTE_BYTES_MAX,
    BadNote,
    Note,
    VerifierKey,
    read_base64,
    read_note,
    read_signatures,
    signers_of,
)
from waglan.logbook.tree import EMPTY_ROOT, HASH_BYTES, PROOF_HASHES_MAX, verify_consistency

REQUEST_BYTES_MAX = NOTE_BYTES_MAX + 4 * 1024  # a note, and 63 hashes in base64
ANSWER_BYTES_MAX = 64 * 1024
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Seen:
    """The longest tree of one log that a witness has cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Request:
    """A log asks for a cosignature; nothing in it is verified yet."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    def encoded(self) -> bytes:
        """Return the request as it is posted."""
        hashes = "".join(f"{b64encode(node).decode()}\n" for node in self.proof)
        return f"old {self.old_size}\n{hashes}\n".encode() + self.note.encoded()


class Why(Enum):
    """Why a witness does not cosign."""

    NOT_A_REQUEST = "not-a-request"
    SMALLER_THAN_OLD = "checkpoint-smaller-than-old-size"
    UNKNOWN_ORIGIN = "unknown-origin"
    NOT_SIGNED = "no-signature-of-a-trusted-key"
    OTHER_SIZE = "old-size-is-not-the-last-cosigned"
    OTHER_ROOT = "another-root-at-this-size"
    NOT_CONSISTENT = "proof-does-not-verify"


_STATUS = {
    Why.NOT_A_REQUEST: 400,
    Why.SMALLER_THAN_OLD: 400,
    Why.UNKNOWN_ORIGIN: 404,
    Why.NOT_SIGNED: 403,
    Why.OTHER_SIZE: 409,
    Why.OTHER_ROOT: 409,
    Why.NOT_CONSISTENT: 422,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """No cosignature, and why; `known` is what the witness holds, if the log may ask again."""

    why: Why
    known: int | None = None

    @property
    def status(self) -> int:
        """The HTTP status that the specification has for it."""
        return _STATUS[self.why]

    @property
    def content_type(self) -> str:
        """The media type of `text`."""
        return "text/plain" if self.known is None else SIZE_TYPE

    @property
    def text(self) -> str:
        """The body of the answer."""
        return f"{self.why.value if self.known is None else self.known}\n"

    @property
    def is_a_split_view(self) -> bool:
        """Tell whether the log has signed two trees of one size: keep the request as evidence."""
        return self.why is Why.OTHER_ROOT


def ask(old_size: int, proof: Sequence[bytes], note: Note) -> Request:
    """Return the request for a cosignature on a signed checkpoint."""
    return Request(old_size, tuple(proof), note, read_checkpoint(note.text))


def read_request(body: bytes) -> Request | Refusal:
    """Read what was posted; a refusal if it is not a request at all."""
    if len(body) > REQUEST_BYTES_MAX:
        return Refusal(Why.NOT_A_REQUEST)
    head, blank, rest = body.partition(b"\n\n")
    try:
        old, *hashes = head.decode("ascii").split("\n")
        if not blank or not old.startswith("old ") or len(hashes) > PROOF_HASHES_MAX:
            return Refusal(Why.NOT_A_REQUEST)
        proof = [read_base64(text) for text in hashes]
        request = ask(read_size(old.removeprefix("old ")), proof, read_note(rest))
    except (BadNote, UnicodeDecodeError):
        return Refusal(Why.NOT_A_REQUEST)
    if any(len(node) != HASH_BYTES for node in proof):
        return Refusal(Why.NOT_A_REQUEST)
    return request


def judge(request: Request, log_keys: Collection[VerifierKey], seen: Seen) -> Seen | Refusal:
    """Decide on a request: what to keep before cosigning, or a refusal.

    `log_keys` are those trusted for the origin, none if it is unknown. Between reading `seen` and
    keeping the answer nothing else may be judged for this origin.
    """
    checkpoint = request.checkpoint
    if not log_keys:
        return Refusal(Why.UNKNOWN_ORIGIN)
    if not signers_of(request.note, log_keys):
        return Refusal(Why.NOT_SIGNED)
    if request.old_size > checkpoint.size:
        return Refusal(Why.SMALLER_THAN_OLD)
    if request.old_size != seen.size:
        return Refusal(Why.OTHER_SIZE, seen.size)
    if checkpoint.size == seen.size and checkpoint.root != seen.root:
        return Refusal(Why.OTHER_ROOT, seen.size)
    if not verify_consistency(
        seen.size, seen.root, checkpoint.size, checkpoint.root, request.proof
    ):
        return Refusal(Why.NOT_CONSISTENT)
    return Seen(checkpoint.size, checkpoint.root)


@dataclass(frozen=True, slots=True)
class Known:
    """The witness has cosigned up to here: prove consistency from this size and ask again."""

    size: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The witness gave no cosignature that verifies."""

    status: int


Answer: TypeAlias = Cosigned | Known | Refused


def read_answer(
    status: int, content_type: str, body: bytes, note: Note, key: VerifierKey
) -> Answer:
    """Read a witness's answer; what it says counts only if its pinned key verifies."""
    if len(body) > ANSWER_BYTES_MAX:
        return Refused(status)
    try:
        text = body.decode()
        if status == 409 and content_type.partition(";")[0].strip() == SIZE_TYPE:
            return Known(read_size(text.removesuffix("\n")))
        if status != 200:
            return Refused(status)
        signatures = read_signatures(text)
    except (BadNote, UnicodeDecodeError):
        return Refused(status)
    cosigned = cosigned_by(Note(note.text, signatures), [key])
    return cosigned[0] if cosigned else Refused(status)


def with_cosignatures(note: Note, cosigned: Collection[Cosigned]) -> Note:
    """Return the note with these cosignatures, each witness's former one replaced."""
    replaced = {(c.key.name, c.key.id) for c in cosigned}
    kept = [s for s in note.signatures if (s.name, s.key_id) not in replaced]
    return Note(note.text, (*kept, *(c.signature for c in cosigned)))
