"""The instance's secrets as files that only their owner may read, made at first start.

They lie outside the database and are in no backup: one key for each purpose.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.customs.sample import Sample
from waglan.logbook.note import Algorithm, SignerKey, read_signer_key
from waglan.logbook.sealed import SECRET_BYTES, Vault

FOLDER_MODE = 0o700
FILE_MODE = 0o600
SAMPLE_PERMILLE = 10  # the project's own choice, no authority's: one bill in a hundred


class LooseKey(PermissionError):
    """A key file is open to others; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the instance signs and seals with."""

    vault: Vault = field(repr=False)
    checkpoint: SignerKey = field(repr=False)
    sample: Sample = field(repr=False)


def keys(folder: Path, origin: str) -> Keys:
    """Return the instance's keys, made now if this is the first start."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    vault = _file(folder / "vault.key", lambda: secrets.token_bytes(SECRET_BYTES))
    made = SignerKey(origin, Algorithm.NOTE, Ed25519PrivateKey.generate())
    signer = _file(folder / "checkpoint.key", lambda: made.secret_text.encode())
    sample = _file(folder / "sample.key", lambda: secrets.token_bytes(SECRET_BYTES))
    return Keys(Vault(vault), read_signer_key(signer.decode()), Sample(sample, SAMPLE_PERMILLE))


def _file(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        _write(path, make())
    if path.stat().st_mode & 0o077:
        raise LooseKey(f"{path} is open to others: chmod 600 it, and think of it as known to them")
    return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    """Create the file whole or not at all; of two first starts, the earlier one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
