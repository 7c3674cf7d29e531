"""A bridge file: its bytes, what it is called, and what was found while it was made."""

from dataclasses import dataclass
from hashlib import sha256

import msgspec

from waglan.codes.finding import Finding, Severity

BYTES_MAX = 1 << 20  # of all files of one handing over


class BridgeFile(msgspec.Struct, frozen=True):
    """One file as it is handed in, byte for byte."""

    name: str
    media_type: str
    body: bytes

    @property
    def sha256(self) -> str:
        """What its bytes are known by."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class BridgeFiles:
    """The files, and what was found; with an ERROR among it there are none."""

    files: tuple[BridgeFile, ...]
    findings: tuple[Finding, ...]

    @property
    def is_refused(self) -> bool:
        """Whether something keeps the files from being handed in."""
        return any(one.severity is Severity.ERROR for one in self.findings)
