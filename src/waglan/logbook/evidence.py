"""Evidence: one event with all it takes to prove, offline and for ever, that the log holds it."""

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.logbook.canonical import Value, canonical
from waglan.logbook.checkpoint import Checkpoint, read_checkpoint
from waglan.logbook.cosignature import Cosigned
from waglan.logbook.leaf import HASH_BYTES, SALT_BYTES, leaf_hash, leaf_of
from waglan.logbook.note import Note, VerifierKey, read_base64, read_note, signers_of
from waglan.logbook.quorum import BadQuorum, Quorum
from waglan.logbook.tree import PROOF_HASHES_MAX, verify_inclusion

FORM = "waglan/evidence/v1"
BUNDLE_BYTES_MAX = 1024 * 1024
LINKS_MAX = 2  # a shard's log, and the root log that holds the shard's checkpoint
UNDER_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """The event's canonical bytes, as `logbook.leaf.event_bytes` made them, and their salt."""

    event: bytes
    salt: bytes

    @property
    def leaf(self) -> bytes:
        """The leaf that the log must hold."""
        return leaf_of(self.salt, self.event)


@dataclass(frozen=True, slots=True)
class Erased:
    """What stood here is destroyed and nobody can show it; day and rule are the sender's word."""

    leaf: bytes
    on: date
    under: str


@dataclass(frozen=True, slots=True)
class Link:
    """The place of a leaf in one log: its index, the way up, and a checkpoint over it."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: Note


@dataclass(frozen=True, slots=True)
class Bundle:
    """One event and its links; each link after the first proves the checkpoint before it."""

    said: Kept | Erased
    links: tuple[Link, ...]

    def encoded(self) -> bytes:
        """Return the one spelling of this bundle: canonical JSON."""
        return canonical(
            {"form": FORM, **_said(self.said), "links": [_link(k) for k in self.links]}
        )


@dataclass(frozen=True, slots=True)
class Trust:
    """What a verifier has pinned beforehand: the keys of each log by origin, and the quorum.

    Without a quorum nothing is witnessed for him, whoever cosigned it.
    """

    logs: Mapping[str, Collection[VerifierKey]]
    quorum: Quorum | None

    def __post_init__(self) -> None:
        """Refuse a witness that is the log itself."""
        of_logs = {key.public for keys in self.logs.values() for key in keys}
        witnesses = self.quorum.witnesses if self.quorum else ()
        if any(witness.public in of_logs for witness in witnesses):
            raise BadQuorum("a log cannot be its own witness")


class Standing(Enum):
    """How much a bundle proves."""

    WITNESSED = "witnessed"  # others saw this very log: nobody was shown another one
    SIGNED = "signed"  # by the log alone, which could have shown others another one
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; `said` and `checkpoint` are None unless they are proven."""

    standing: Standing
    findings: tuple[Finding, ...]
    said: Kept | Erased | None = None
    checkpoint: Checkpoint | None = None
    cosigned: tuple[Cosigned, ...] = ()


def verify(data: bytes, trust: Trust) -> Verdict:
    """Judge a bundle by what was pinned beforehand; needs no network, no clock, no database."""
    bundle = read_bundle(data)
    if isinstance(bundle, Finding):
        return Verdict(Standing.UNPROVEN, (bundle,))
    leaf = bundle.said.leaf
    for number, link in enumerate(bundle.links):
        checkpoint = _proven(leaf, link, trust.logs, f"links/{number}")
        if isinstance(checkpoint, Finding):
            return Verdict(Standing.UNPROVEN, (checkpoint,))
        leaf = checkpoint_leaf(link.checkpoint.text)
    last = read_checkpoint(bundle.links[-1].checkpoint.text)
    note, quorum = bundle.links[-1].checkpoint, trust.quorum
    cosigned = tuple(quorum.cosigned(note)) if quorum else ()
    findings = (*_of_witnesses(quorum, len(cosigned)), *_of_erasure(bundle.said))
    is_witnessed = quorum is not None and len(cosigned) >= quorum.needed
    standing = Standing.WITNESSED if is_witnessed else Standing.SIGNED
    return Verdict(standing, findings, bundle.said, last, cosigned)


def checkpoint_leaf(text: str) -> bytes:
    """Return the leaf of a shard's checkpoint in the root log: RFC 6962's hash of its text."""
    return leaf_hash(text.encode())


def read_bundle(data: bytes) -> Bundle | Finding:
    """Read a bundle strictly, so that two readers never see two things in it."""
    if len(data) > BUNDLE_BYTES_MAX:
        return Finding(
            "LOG-BUNDLE-SIZE",
            Severity.ERROR,
            Where(""),
            {"bytes": len(data), "limit_bytes": BUNDLE_BYTES_MAX},
        )
    sheet = data.removesuffix(b"\n")  # editors and mail add one
    try:
        bundle = _bundle(_decode(sheet))
        if bundle.encoded() == sheet:
            return bundle
    except (msgspec.DecodeError, ValueError):
        pass
    return Finding("LOG-BUNDLE-SHAPE", Severity.ERROR, Where(""), {"form": FORM})


def _proven(
    leaf: bytes, link: Link, logs: Mapping[str, Collection[VerifierKey]], path: str
) -> Checkpoint | Finding:
    checkpoint = read_checkpoint(link.checkpoint.text)
    keys = logs.get(checkpoint.origin, ())
    if not keys:
        return Finding(
            "LOG-ORIGIN-UNKNOWN",
            Severity.ERROR,
            Where(f"{path}/checkpoint"),
            {"origin": checkpoint.origin},
        )
    if not signers_of(link.checkpoint, keys):
        return Finding(
            "LOG-SIGNATURE",
            Severity.ERROR,
            Where(f"{path}/checkpoint"),
            {"origin": checkpoint.origin},
        )
    if not verify_inclusion(leaf, link.index, checkpoint.size, link.proof, checkpoint.root):
        return Finding(
            "LOG-PROOF",
            Severity.ERROR,
            Where(f"{path}/proof"),
            {"index": link.index, "origin": checkpoint.origin, "size": checkpoint.size},
        )
    return checkpoint


def _of_witnesses(quorum: Quorum | None, cosigned: int) -> Iterator[Finding]:
    where = Where("links/checkpoint")
    if quorum is None:
        yield Finding("LOG-NO-WITNESS", Severity.NOTE, where, {})
    elif cosigned < quorum.needed:
        yield Finding(
            "LOG-UNWITNESSED",
            Severity.WARNING,
            where,
            {"found": cosigned, "needed": quorum.needed},
        )


def _of_erasure(said: Kept | Erased) -> Iterator[Finding]:
    if isinstance(said, Erased):
        yield Finding(
            "LOG-ERASED",
            Severity.NOTE,
            Where("erased"),
            {"on": said.on.isoformat(), "under": said.under},
        )


class _KeptSheet(msgspec.Struct, forbid_unknown_fields=True):
    salt: str
    text: str


class _ErasedSheet(msgspec.Struct, forbid_unknown_fields=True):
    leaf: str
    on: date
    under: str


class _LinkSheet(msgspec.Struct, forbid_unknown_fields=True):
    checkpoint: str
    index: int
    proof: list[str]


class _Sheet(msgspec.Struct, forbid_unknown_fields=True):
    form: str
    links: list[_LinkSheet]
    event: _KeptSheet | None = None
    erased: _ErasedSheet | None = None


_decode = msgspec.json.Decoder(_Sheet).decode


def _bundle(sheet: _Sheet) -> Bundle:
    if not 1 <= len(sheet.links) <= LINKS_MAX:
        raise ValueError(f"a bundle has 1 to {LINKS_MAX} links")
    if sheet.event and not sheet.erased:
        said: Kept | Erased = Kept(
            sheet.event.text.encode(), _exactly(SALT_BYTES, sheet.event.salt)
        )
    elif sheet.erased and len(sheet.erased.under) <= UNDER_CHARS_MAX:
        leaf = _exactly(HASH_BYTES, sheet.erased.leaf)
        said = Erased(leaf, sheet.erased.on, sheet.erased.under)
    else:
        raise ValueError("an event is kept or erased")
    return Bundle(said, tuple(_read_link(link) for link in sheet.links))


def _read_link(sheet: _LinkSheet) -> Link:
    if len(sheet.proof) > PROOF_HASHES_MAX:
        raise ValueError(f"a proof has at most {PROOF_HASHES_MAX} hashes")
    note = read_note(sheet.checkpoint.encode())
    read_checkpoint(note.text)
    return Link(sheet.index, tuple(_exactly(HASH_BYTES, node) for node in sheet.proof), note)


def _exactly(size: int, text: str) -> bytes:
    data = read_base64(text)
    if len(data) != size:
        raise ValueError(f"{len(data)} bytes, not {size}")
    return data


def _said(said: Kept | Erased) -> dict[str, Value]:
    if isinstance(said, Kept):
        return {"event": {"salt": _base64(said.salt), "text": said.event.decode()}}
    erased: dict[str, Value] = {
        "leaf": _base64(said.leaf),
        "on": said.on.isoformat(),
        "under": said.under,
    }
    return {"erased": erased}


def _link(link: Link) -> Value:
    return {
        "checkpoint": link.checkpoint.encoded().decode(),
        "index": link.index,
        "proof": _hashes(link.proof),
    }


def _hashes(hashes: Sequence[bytes]) -> list[Value]:
    return [_base64(node) for node in hashes]


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
