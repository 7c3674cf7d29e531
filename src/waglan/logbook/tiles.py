"""Where a tile stands on the web (C2SP tlog-tiles): `tile/1/x001/x234/067.p/5`."""

import re

from waglan.logbook.tree import TILE_WIDTH, TileId

LEVEL_MAX = 63

_PATH = re.compile(
    r"(?P<level>0|[1-9][0-9]?)/(?P<above>(?:x[0-9]{3}/){0,6})(?P<last>[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


def tile_path(tile: TileId, width: int = TILE_WIDTH) -> str:
    """Return the path below `tile/`; a tile that is not full names its width."""
    groups = [f"{tile.index % 1000:03}"]
    rest = tile.index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03}")
        rest //= 1000
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"{tile.level}/{'/'.join(reversed(groups))}{partial}"


def read_tile_path(path: str) -> tuple[TileId, int] | None:
    """Return the tile and its width, or None: each tile has one path and no other."""
    parts = _PATH.fullmatch(path)
    if parts is None:
        return None
    index = int(parts["above"].replace("x", "").replace("/", "") + parts["last"])
    tile = TileId(int(parts["level"]), index)
    width = int(parts["width"] or TILE_WIDTH)
    if tile.level > LEVEL_MAX or tile_path(tile, width) != path:
        return None
    return tile, width
