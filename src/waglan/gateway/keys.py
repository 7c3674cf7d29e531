"""The instance's secrets as files that only their owner may read, made at first start alone.

They lie outside the database and are in no backup: one key for each purpose.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.sample import Sample
from waglan.logbook.note import Algorithm, SignerKey, VerifierKey, read_signer_key
from waglan.logbook.sealed import SECRET_BYTES, Vault
from waglan.logbook.signing import PrivateKey, PublicKey, Purpose
from waglan.store.refused import Refused

T = TypeVar("T")

HERE = Where("settings/home")
FOLDER_MODE = 0o700
FILE_MODE = 0o600
VAULT = "vault.key"
CHECKPOINT = "checkpoint.key"
SAMPLE = "sample.key"
NEEDED = (VAULT, CHECKPOINT, SAMPLE)  # without them nothing goes on in a database that is in use
STATEMENTS = {
    Purpose.CUSTOMS_STATUS: "status.key",
    Purpose.HOLD_LIST: "holds.key",
    Purpose.PASS: "pass.key",
    Purpose.BUNDLE: "bundle.key",
    Purpose.TRIP_STATE: "state.key",
}
RETIRED, COMPROMISED = "retired", "compromised"
SAMPLE_PERMILLE = 10  # the project's own choice, no authority's: one bill in a hundred


class LooseKey(PermissionError):
    """A key file is open to others."""

    def __init__(self, path: Path) -> None:
        """Tell of this file."""
        super().__init__(f"{path} is open to others")
        self.path = path


@dataclass(frozen=True, slots=True)
class Keys:
    """What the instance signs and seals with."""

    vault: Vault = field(repr=False)
    checkpoint: SignerKey = field(repr=False)
    sample: Sample = field(repr=False)
    folder: Path

    def signer(self, purpose: Purpose) -> PrivateKey:
        """Return the key that signs for this purpose now: it may be renewed while we run."""
        return _signer(self.folder, purpose)

    @property
    def signing(self) -> tuple[PublicKey, ...]:
        """The public halves of the keys that sign statements now."""
        return tuple(self.signer(purpose).public for purpose in STATEMENTS)

    @property
    def compromised(self) -> frozenset[str]:
        """The ids of the keys that were put aside because others may have them."""
        found = (path.name.split("-")[1] for path in self.folder.glob(f"{COMPROMISED}-*.key"))
        return frozenset(found)


def keys(folder: Path, origin: str) -> Keys:
    """Return the instance's keys, made now where one is missing.

    Over a database in which something is kept ask `known_keys` for them, which makes none.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _file(folder / VAULT, lambda: secrets.token_bytes(SECRET_BYTES))
    made = SignerKey(origin, Algorithm.NOTE, Ed25519PrivateKey.generate())
    _file(folder / CHECKPOINT, lambda: made.secret_text.encode())
    _file(folder / SAMPLE, lambda: secrets.token_bytes(SECRET_BYTES))
    for purpose in STATEMENTS:
        _signer(folder, purpose)
    return kept_keys(folder)


def kept_keys(folder: Path) -> Keys:
    """Return the keys that lie here and make none; refuse a folder that lacks one that is needed.

    Keys for statements that are gone are renewed as they are asked for, which the log tells of.
    """
    missing = next((name for name in NEEDED if not (folder / name).is_file()), None)
    if missing is not None:
        raise Refused(key_gone(folder / missing))
    sample = _read(folder / SAMPLE, lambda data: Sample(data, SAMPLE_PERMILLE))
    signer = _read(folder / CHECKPOINT, lambda data: read_signer_key(data.decode("ascii")))
    return Keys(_read(folder / VAULT, Vault), signer, sample, folder)


def vault_of(folder: Path) -> Vault | None:
    """Return the vault that lies here; None if none does. Nothing is made."""
    path = folder / VAULT
    return _read(path, Vault) if path.exists() else None


def keep_vault(folder: Path, secret: bytes) -> Vault:
    """Keep the secret that a backup brought along; one that lies here already is not replaced."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _file(folder / VAULT, lambda: secret)
    return _read(folder / VAULT, Vault)


def renew_checkpoint_key(folder: Path, origin: str) -> tuple[VerifierKey, Path | None]:
    """Have a new key for a log of this name; return it, and where the one before was put.

    What the old key has signed verifies for ever; it signs nothing any more.
    """
    path, aside = folder / CHECKPOINT, None
    if path.exists():
        old = _read(path, lambda data: read_signer_key(data.decode("ascii")))
        aside = folder / f"{RETIRED}-{old.verifier.id.hex()}-{CHECKPOINT}"
        path.rename(aside)
    return keys(folder, origin).checkpoint.verifier, aside


def renew_statement_keys(folder: Path, *, is_compromised: bool) -> None:
    """Put the keys that sign statements aside and have new ones; the old ones sign nothing more."""
    why = COMPROMISED if is_compromised else RETIRED
    for purpose, name in STATEMENTS.items():
        old = _signer(folder, purpose)
        (folder / name).rename(folder / f"{why}-{old.public.kid}-{name}")
        _signer(folder, purpose)


def _signer(folder: Path, purpose: Purpose) -> PrivateKey:
    path = folder / STATEMENTS[purpose]
    _file(path, lambda: secrets.token_bytes(SECRET_BYTES))
    return PrivateKey(purpose, _read(path, Ed25519PrivateKey.from_private_bytes))


def erasure_list_key(folder: Path) -> PrivateKey:
    """Return the key that lists of erasures are signed with, made now if it is the first list."""
    path = folder / "erasures.key"
    _file(path, lambda: secrets.token_bytes(SECRET_BYTES))
    return PrivateKey(Purpose.ERASURE_LIST, _read(path, Ed25519PrivateKey.from_private_bytes))


def key_gone(path: Path) -> Finding:
    """Say that a key is missing without which a database that is in use does not go on."""
    if path.exists():
        return no_file(path)
    return Finding("CLI-KEY-GONE", Severity.ERROR, HERE, {"path": str(path)})


def no_file(path: Path) -> Finding:
    """Say that something else lies where a key file belongs."""
    return Finding("CLI-KEY-NO-FILE", Severity.ERROR, HERE, {"path": str(path)})


def _file(path: Path, make: Callable[[], bytes]) -> None:
    if not path.exists():
        _write(path, make())


def _read(path: Path, read: Callable[[bytes], T]) -> T:
    if path.exists() and not path.is_file():
        raise Refused(no_file(path))
    if path.stat().st_mode & 0o077:
        raise LooseKey(path)
    try:
        return read(path.read_bytes())
    except ValueError:  # its words may repeat the secret
        found = Finding("CLI-KEY-BROKEN", Severity.ERROR, HERE, {"path": str(path)})
        raise Refused(found) from None


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
