"""A witness's memory: a folder that only its owner reads, and that is on disk before it answers.

key           the private key, one line
lock          held by the one process that works here
trusted       the logs that ever were trusted, so that a lost memory is noticed
logs/         for each log: its keys, and the longest tree that was cosigned
split-views/  requests that prove a log has signed two trees of one size
"""

import fcntl
import os
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import msgspec

from waglan.logbook.checkpoint import ORIGIN_BYTES_MAX, read_size
from waglan.logbook.note import (
    Algorithm,
    BadNote,
    SignerKey,
    VerifierKey,
    read_base64,
    read_signer_key,
    read_verifier_key,
)
from waglan.logbook.tree import HASH_BYTES
from waglan.logbook.witness import Seen

LOGS_MAX = 1000
KEYS_PER_LOG_MAX = 8
SPLIT_VIEWS_MAX = 1000

# A witness that forgot could be shown a second history, and would cosign it.
_RETIRE = "retire this witness: make a new one with a new key, and tell whoever pinned the old key"


class BadFolder(RuntimeError):
    """The folder cannot serve as a witness's memory; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a witness knows of one log."""

    origin: str
    keys: tuple[VerifierKey, ...]
    seen: Seen


class WitnessFolder:
    """The folder of one witness, held by this process alone until it is closed."""

    def __init__(self, path: Path) -> None:
        """Take the folder; raise BadFolder if another process has it or if memory is lost."""
        self.path = path
        if not (path / "key").is_file():
            raise BadFolder(f"{path} holds no witness; make one with: waglan witness init")
        self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _hold(self._lock, path)
            self.signer = read_signer_key((path / "key").read_text(encoding="utf-8").strip())
            self._check_memory()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the folder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let another process take the folder."""
        os.close(self._lock)

    def trust(self, origin: str, key: VerifierKey) -> Memory:
        """Cosign this log from now on; a further key of a known log keeps what was seen."""
        if key.algorithm is not Algorithm.NOTE:
            raise BadFolder("this is a witness's key; a log's key is of another kind")
        if not 1 <= len(origin.encode()) <= ORIGIN_BYTES_MAX or "\n" in origin:
            raise BadFolder(f"an origin is one line of 1 to {ORIGIN_BYTES_MAX} bytes")
        known = self.recall(origin)
        keys = dict.fromkeys([*(known.keys if known else ()), key])
        if len(keys) > KEYS_PER_LOG_MAX or len(self._trusted() | {origin}) > LOGS_MAX:
            raise BadFolder(f"at most {LOGS_MAX} logs, and {KEYS_PER_LOG_MAX} keys for each")
        memory = Memory(origin, tuple(keys), known.seen if known else Seen())
        self.remember(memory)
        self._write_trusted(self._trusted() | {origin})
        return memory

    def origins(self) -> list[str]:
        """Return the trusted logs."""
        return sorted(self._trusted())

    def recall(self, origin: str) -> Memory | None:
        """Return what is known of a log, or None if nobody trusted it."""
        file = self._file_of(origin)
        try:
            kept = _decode(file.read_bytes())
            keys = tuple(read_verifier_key(text) for text in kept.keys)
            seen = Seen(read_size(str(kept.size)), read_base64(kept.root))
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, BadNote) as error:
            raise BadFolder(f"{file} is damaged ({error}); {_RETIRE}") from None
        if kept.origin != origin or len(seen.root) != HASH_BYTES or not keys:
            raise BadFolder(f"{file} is damaged; {_RETIRE}")
        return Memory(origin, keys, seen)

    def remember(self, memory: Memory) -> None:
        """Put it on disk; when this returns, a loss of power does not take it away."""
        kept = _Kept(
            memory.origin,
            [key.text for key in memory.keys],
            memory.seen.size,
            b64encode(memory.seen.root).decode(),
        )
        write_durably(self._file_of(memory.origin), msgspec.json.encode(kept))

    def keep_split_view(self, origin: str, size: int, request: bytes) -> None:
        """Keep the first request that shows a second tree of this size: it is proof of fraud."""
        folder = self.path / "split-views"
        file = folder / f"{_short(origin)}-{size}.txt"
        if not file.exists() and sum(1 for _ in folder.iterdir()) < SPLIT_VIEWS_MAX:
            write_durably(file, request)

    def _check_memory(self) -> None:
        for origin in self._trusted():
            if self.recall(origin) is None:
                raise BadFolder(f"what was cosigned for {origin} is lost; {_RETIRE}")

    def _trusted(self) -> set[str]:
        try:
            # Not splitlines: an origin may hold what Unicode takes for the end of a line.
            lines = (self.path / "trusted").read_bytes().decode().split("\n")
        except FileNotFoundError:
            raise BadFolder(f"{self.path}/trusted is lost; {_RETIRE}") from None
        return {line for line in lines if line}

    def _write_trusted(self, origins: set[str]) -> None:
        lines = "".join(f"{origin}\n" for origin in sorted(origins))
        write_durably(self.path / "trusted", lines.encode())

    def _file_of(self, origin: str) -> Path:
        return self.path / "logs" / f"{_short(origin)}.json"


def make_witness(path: Path, signer: SignerKey) -> None:
    """Make the folder of a new witness; refuses one that is there already."""
    if (path / "key").exists():
        raise BadFolder(f"{path} holds a witness already")
    for folder in (path, path / "logs", path / "split-views"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path / "trusted", b"")
    write_durably(path / "key", f"{signer.secret_text}\n".encode())


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file as a whole, for its owner's eyes only, and return once it is on the disk."""
    part = path.with_name(f"{path.name}.part")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(file, "wb", closefd=False) as stream:
            stream.write(data)
        os.fsync(file)
    finally:
        os.close(file)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)  # else the name may still be the old one after a loss of power
    finally:
        os.close(folder)


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    origin: str
    keys: list[str]
    size: int
    root: str


_decode = msgspec.json.Decoder(_Kept).decode


def _hold(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadFolder(f"another process works in {path}; stop it first") from None


def _short(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()[:32]
