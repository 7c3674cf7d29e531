"""Cosignatures (C2SP tlog-cosignature, cosignature/v1): a witness saw this log only grow."""

from collections.abc import Iterable
from dataclasses import dataclass

from waglan.logbook.note import Algorithm, Note, Signature, SignerKey, VerifierKey, claims

TIME_MAX_S = 2**63 - 1
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A verified cosignature: at this time, this was the longest tree the witness had seen."""

    key: VerifierKey
    at_s: int  # seconds since 1970 in UTC, by the witness's clock
    signature: Signature


def cosign(checkpoint_text: str, signer: SignerKey, at_s: int) -> Signature:
    """Sign what a witness states; the caller has checked consistency and kept the new state."""
    if signer.algorithm is not Algorithm.COSIGNATURE:
        raise ValueError("this key does not cosign checkpoints")
    if not 0 <= at_s <= TIME_MAX_S:
        raise ValueError("the time is 0 to 2**63 - 1 seconds")
    signed = signer.private.sign(_message(checkpoint_text, at_s))
    return Signature(signer.name, signer.verifier.id, at_s.to_bytes(_TIME_BYTES, "big") + signed)


def cosigned_by(note: Note, keys: Iterable[VerifierKey]) -> list[Cosigned]:
    """Return the verified cosignatures of these witnesses, the latest of each.

    What does not verify is left out: a broken cosignature takes nothing from the others.
    """
    latest: dict[VerifierKey, Cosigned] = {}
    for key, signature in claims(note, keys, Algorithm.COSIGNATURE):
        at_s = _time_of(note.text, key, signature)
        if at_s is not None and (key not in latest or latest[key].at_s < at_s):
            latest[key] = Cosigned(key, at_s, signature)
    return list(latest.values())


def _time_of(text: str, key: VerifierKey, signature: Signature) -> int | None:
    at_s = int.from_bytes(signature.data[:_TIME_BYTES], "big")
    if len(signature.data) != _TIME_BYTES + _SIGNATURE_BYTES or at_s > TIME_MAX_S:
        return None
    return at_s if key.verifies(signature.data[_TIME_BYTES:], _message(text, at_s)) else None


def _message(checkpoint_text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{checkpoint_text}".encode()
