"""Alter a row, drop the tail, swap two, or rewrite the tiles as well: it is found, and where."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.render import render
from waglan.logbook.audit import audit
from waglan.logbook.checkpoint import Checkpoint
from waglan.logbook.leaf import leaf_of
from waglan.logbook.tree import Frontier, TileId

Row = tuple[bytes, bytes]
ROWS: list[Row] = [(bytes([n % 256]) * 16, f'{{"box":{n}}}'.encode()) for n in range(700)]


def leaves_of(rows: list[Row]) -> list[bytes]:
    return [leaf_of(salt, event) for salt, event in rows]


EDGE, TILES = Frontier().append(leaves_of(ROWS))
SHELF = {tile.id: tile.hashes for tile in TILES}
SIGNED = Checkpoint("waglan.example/log", EDGE.size, EDGE.root)


def found(rows: list[Row], shelf: dict[TileId, bytes] = SHELF) -> list[tuple[str, str]]:
    findings = list(audit(leaves_of(rows), shelf.__getitem__, SIGNED))
    assert all(render(f, "en").remedy and render(f, "zh-Hant-HK").remedy for f in findings)
    return [(f.code, f.where.path) for f in findings]


def test_what_was_signed_is_in_order_and_later_events_do_not_matter_yet() -> None:
    assert found(ROWS) == []
    assert found([*ROWS, (bytes(16), b"one more")]) == []


@settings(deadline=None)
@given(st.integers(0, 699), st.integers(0, 1), st.data())
def test_any_altered_byte_of_any_column_is_found_in_its_row(
    at: int, column: int, data: st.DataObject
) -> None:
    altered = list(ROWS[at])
    byte = data.draw(st.integers(0, len(altered[column]) - 1))
    changed = bytearray(altered[column])
    changed[byte] ^= data.draw(st.integers(1, 255))
    altered[column] = bytes(changed)
    rows = [*ROWS[:at], (altered[0], altered[1]), *ROWS[at + 1 :]]
    assert found(rows) == [("LOG-LEAF-DIFFERS", f"leaves/{at}")]


@settings(deadline=None)
@given(st.integers(0, 699))
def test_a_dropped_tail_is_counted(size: int) -> None:
    assert found(ROWS[:size]) == [("LOG-TAIL-MISSING", f"leaves/{size}")]


@settings(deadline=None)
@given(st.integers(0, 699), st.integers(0, 699))
def test_two_rows_that_changed_places_are_both_found(one: int, other: int) -> None:
    rows = list(ROWS)
    rows[one], rows[other] = rows[other], rows[one]
    assert found(rows) == [
        ("LOG-LEAF-DIFFERS", f"leaves/{at}") for at in sorted({one, other}) if one != other
    ]


@pytest.mark.parametrize(
    "change",
    [lambda r: r[::-1], lambda r: [*r[:-1], (bytes(16), b"forged")], lambda r: [r[1], *r[1:]]],
)
def test_rewriting_the_tiles_too_does_not_hide_it(
    change: Callable[[list[Row]], list[Row]],
) -> None:
    rows = change(ROWS)
    _, tiles = Frontier().append(leaves_of(rows))
    assert found(rows, {tile.id: tile.hashes for tile in tiles}) == [
        ("LOG-ROOT-DIFFERS", "checkpoint")
    ]


def test_a_lost_tile_is_a_difference_and_each_is_told() -> None:
    short = {**SHELF, TileId(0, 2): SHELF[TileId(0, 2)][:-32]}
    assert found(ROWS, short) == [("LOG-LEAF-DIFFERS", "leaves/699")]
    lost = {place: hashes for place, hashes in SHELF.items() if place != TileId(0, 1)}
    assert len(found(ROWS, lost)) == 256
    assert len(found([(os.urandom(16), event) for _, event in ROWS])) == len(ROWS)
