"""A tile has one path."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.logbook.tiles import LEVEL_MAX, read_tile_path, tile_path
from waglan.logbook.tree import TileId


# The example in C2SP tlog-tiles.
def test_the_path_is_that_of_the_specification() -> None:
    assert tile_path(TileId(0, 1_234_067)) == "0/x001/x234/067"
    assert tile_path(TileId(1, 5), 17) == "1/005.p/17"


@settings(deadline=None)
@given(st.integers(0, LEVEL_MAX), st.integers(0, 2**63 // 256), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level: int, index: int, width: int) -> None:
    tile = TileId(level, index)
    assert read_tile_path(tile_path(tile, width)) == (tile, width)


@settings(deadline=None)
@given(st.text("0123x/.p", max_size=24))
def test_no_tile_has_two_paths(path: str) -> None:
    place = read_tile_path(path)
    assert place is None or tile_path(*place) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0/1",
        "0/0001",
        "00/001",
        "64/001",
        "-1/001",
        "0/x000/001",
        "0/x001/x002",
        "0/001.p/0",
        "0/001.p/256",
        "0/001.p/01",
        "0/001.p/",
        "0/001/",
        "0/../001",
        "0/\u0661\u0662\u0663",
        "entries/001",
        "0/" + "x001/" * 7 + "001",
    ],
)
def test_anything_else_is_no_tile(path: str) -> None:
    assert read_tile_path(path) is None
