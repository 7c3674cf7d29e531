"""A backup's file: for one key's eyes, whole or refused."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.gateway.sealed_file import (
    BLOCK_BYTES,
    MAGIC,
    TAG_BYTES,
    BadKey,
    SealedWriter,
    Torn,
    new_holder,
    opened,
    put,
    read_holder,
    read_recipient,
    swept,
)

HOLDER = new_holder()
HEAD_BYTES = len(MAGIC) + 8 + 80
SIZES = (0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, 2 * BLOCK_BYTES + 1)


def sealed(plain: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, HOLDER.recipient)
    for at in range(0, len(plain), 100_000):
        writer.write(plain[at : at + 100_000])
    writer.close()
    return file.getvalue()


def read(data: bytes) -> bytes:
    return b"".join(opened(io.BytesIO(data), HOLDER))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_is_read_again_at_the_edge_of_every_block(size: int) -> None:
    plain = bytes(range(256)) * (size // 256 + 1)
    assert read(sealed(plain[:size])) == plain[:size]


PLAIN = b"SAMPLE CONSIGNEE " * 20_000
SEALED = sealed(PLAIN)
FIRST_BLOCK = slice(HEAD_BYTES, HEAD_BYTES + BLOCK_BYTES + TAG_BYTES)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_single_changed_byte_is_found(at: int, change: int) -> None:
    damaged = bytearray(SEALED)
    damaged[at] ^= change
    with pytest.raises(Torn):
        read(bytes(damaged))


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_cut_off_anywhere_is_refused(end: int) -> None:
    with pytest.raises(Torn):
        read(SEALED[:end])


def test_blocks_can_be_neither_dropped_nor_moved_nor_added() -> None:
    head, rest = SEALED[:HEAD_BYTES], SEALED[HEAD_BYTES:]
    first, last = SEALED[FIRST_BLOCK], SEALED[FIRST_BLOCK.stop :]
    for other in (head + first, head + last, head + last + first, head + first * 2 + last,
                  SEALED + b"x", SEALED + rest, head):  # fmt: skip
        with pytest.raises(Torn):
            read(other)


def test_nothing_of_the_content_can_be_read_without_the_key() -> None:
    assert b"SAMPLE" not in SEALED
    with pytest.raises(Torn, match="another key"):
        list(opened(io.BytesIO(SEALED), new_holder()))
    assert sealed(PLAIN) != SEALED


def test_keys_are_read_as_they_are_written_and_neither_passes_for_the_other() -> None:
    assert read_holder(HOLDER.text + "\n") == HOLDER
    assert read_recipient(HOLDER.recipient.text) == HOLDER.recipient
    assert HOLDER.text.split()[1] not in repr(HOLDER)
    for text in ("", HOLDER.recipient.text, HOLDER.text[:-4], HOLDER.text + "A", "x\0"):
        with pytest.raises(BadKey):
            read_holder(text)
    with pytest.raises(BadKey):
        read_recipient(HOLDER.text)


def test_a_file_appears_whole_or_not_at_all_and_replaces_none(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    (tmp_path / ".backup.part").write_bytes(b"of a run that was killed")
    with pytest.raises(TypeError), put(file) as out:
        out.writelines([b"half", None])  # type: ignore[list-item]
    assert list(tmp_path.iterdir()) == []
    with put(file) as out:
        out.write(b"whole")
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError), put(file):
        pass
    assert file.read_bytes() == b"whole"


def test_a_half_of_a_run_that_was_killed_goes_and_one_being_written_stays(tmp_path: Path) -> None:
    left, others = tmp_path / ".monday.backup.part", tmp_path / ".something.part"
    left.write_bytes(SEALED[:100])
    others.write_bytes(b"of another program")
    with put(tmp_path / "tuesday.backup") as out:
        out.write(SEALED)
        out.flush()
        with pytest.raises(FileExistsError, match=r"\.tuesday\.backup\.part"):
            put(tmp_path / "tuesday.backup").__enter__()
        assert swept(tmp_path) == [left]
    assert {file.name for file in tmp_path.iterdir()} == {"tuesday.backup", ".something.part"}
    assert (tmp_path / "tuesday.backup").read_bytes() == SEALED
