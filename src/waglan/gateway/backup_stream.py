"""What stands inside a backup: a head, each table's rows, and a manifest that all was written."""

import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, TypeVar

import msgspec

from waglan.gateway.sealed_file import Holder, Recipient, SealedWriter, Torn, opened
from waglan.store.dump import Part

T = TypeVar("T")
FORM = "waglan/backup/v1"
FRAME_BYTES_MAX = 1 << 30  # one row is at most that large in PostgreSQL
PACKED = 1  # zlib's level: what is sealed can't be packed, and the rest packs well at any level
_HEAD, _PART, _ROWS, _END, _MANIFEST = b"H", b"P", b"R", b"E", b"M"


class LogAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log as it was in the backup's snapshot."""

    origin: str
    size: int
    root: str
    key: str  # the line of the log's public key
    checkpoint: str | None  # the newest, as signed and cosigned


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup says of itself; it comes first."""

    form: str
    waglan: str
    postgresql: int
    taken_at: str
    schema: list[tuple[int, str, str]]  # number, name, hash
    months: list[str]
    log: LogAt
    vault_id: str  # tells vaults apart and says nothing of their secret
    vault: bytes | None  # the secret itself, only if it was asked for
    erasure_key: str  # the public key that lists of erasures are signed with


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part as it was written."""

    table: str
    kind: str
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds; it comes last, so a backup without it is no backup."""

    parts: list[Count]


class _PartSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    table: str
    kind: str
    columns: list[str]


class BackupWriter:
    """Writes a backup in order: head, parts, manifest."""

    def __init__(self, file: BinaryIO, to: Recipient, head: Head) -> None:
        """Begin with the head."""
        self._sealed = SealedWriter(file, to)
        self._packer = zlib.compressobj(PACKED)
        self._counts: list[Count] = []
        self._frame(_HEAD, msgspec.json.encode(head))

    def begin(self, part: Part) -> None:
        """Begin a part."""
        sheet = _PartSheet(part.table, part.kind, list(part.columns))
        self._frame(_PART, msgspec.json.encode(sheet))
        self._digest = sha256()

    def rows(self, data: bytes) -> None:
        """Add to the part."""
        if data:
            self._digest.update(data)
            self._frame(_ROWS, data)

    def end(self, part: Part, rows: int) -> None:
        """End the part."""
        self._frame(_END, b"")
        self._counts.append(Count(part.table, part.kind, rows, self._digest.hexdigest()))

    def close(self) -> Manifest:
        """Write the manifest and the end."""
        manifest = Manifest(self._counts)
        self._frame(_MANIFEST, msgspec.json.encode(manifest))
        self._sealed.write(self._packer.flush())
        self._sealed.close()
        return manifest

    def _frame(self, kind: bytes, data: bytes) -> None:
        head = kind + len(data).to_bytes(4, "big")
        self._sealed.write(self._packer.compress(head) + self._packer.compress(data))


class BackupReader:
    """Reads a backup in order; whatever it gave counts only once `manifest` was reached."""

    def __init__(self, file: BinaryIO, holder: Holder) -> None:
        """Read the head; raise Torn if it is no backup of this form."""
        self._bytes = _Unpacked(opened(file, holder))
        kind, data = self._frame()
        if kind != _HEAD:
            raise Torn("the file does not begin as a backup does")
        self.head = _read(data, Head)
        if self.head.form != FORM:
            raise Torn(f"the backup has the form {self.head.form}, this release reads {FORM}")
        self.manifest: Manifest | None = None
        self._counts: list[tuple[str, str, str]] = []

    def parts(self) -> Iterator[tuple[Part, Iterator[bytes]]]:
        """Yield each part with its rows, which must be read before the next; then the manifest."""
        while True:
            kind, data = self._frame()
            if kind == _MANIFEST:
                break
            if kind != _PART:
                raise Torn("the backup's parts are out of order")
            sheet = _read(data, _PartSheet)
            part = Part(sheet.table, tuple(sheet.columns), sheet.kind)
            yield part, self._rows(part)
        manifest = _read(data, Manifest)
        if [(c.table, c.kind, c.sha256) for c in manifest.parts] != self._counts:
            raise Torn("the backup does not hold what its manifest says")
        self._bytes.must_end()
        self.manifest = manifest

    def _rows(self, part: Part) -> Iterator[bytes]:
        digest = sha256()
        while True:
            kind, data = self._frame()
            if kind == _END:
                break
            if kind != _ROWS:
                raise Torn(f"the rows of {part.table} have no end")
            digest.update(data)
            yield data
        self._counts.append((part.table, part.kind, digest.hexdigest()))

    def _frame(self) -> tuple[bytes, bytes]:
        head = self._bytes.take(5)
        length = int.from_bytes(head[1:], "big")
        if length > FRAME_BYTES_MAX:
            raise Torn("a piece of the backup is larger than any can be")
        return head[:1], self._bytes.take(length)


class _Unpacked:
    """The unpacked content, taken in any lengths."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._unpacker = zlib.decompressobj()
        self._held = bytearray()

    def take(self, length: int) -> bytes:
        while len(self._held) < length:
            self._more()
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def must_end(self) -> None:
        for block in self._blocks:
            self._held += self._unpacker.decompress(block)
        if self._held or not self._unpacker.eof or self._unpacker.unused_data:
            raise Torn("something stands after the end of the backup")

    def _more(self) -> None:
        block = next(self._blocks, None)
        if block is None or self._unpacker.eof:
            raise Torn("the backup ends too early")
        try:
            self._held += self._unpacker.decompress(block)
        except zlib.error:
            raise Torn("the backup can't be unpacked") from None


def _read(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        raise Torn("a sheet of the backup is not of this form") from None
