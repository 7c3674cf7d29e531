"""The log for all to read (C2SP tlog-tiles): its checkpoint and its hashes, never its words."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waglan.logbook.tiles import read_tile_path
from waglan.logbook.tree import HASH_BYTES, TileId

CHECKPOINT_AGE_S = 1  # at most one checkpoint is signed in a second
TILE_AGE_S = 365 * 24 * 60 * 60

GetCheckpoint: TypeAlias = Callable[[], Awaitable[bytes | None]]
# The newest hashes of a tile, which may be more than were asked for; None if there are none.
FetchTile: TypeAlias = Callable[[TileId], Awaitable[bytes | None]]


def log_routes(checkpoint: GetCheckpoint, tile: FetchTile) -> list[Route]:
    """Return the routes that serve /log/checkpoint and /log/tile/…; they ask for no credential."""

    async def serve_checkpoint(_request: Request) -> Response:
        note = await checkpoint()
        if note is None:
            raise HTTPException(404)
        return Response(
            note,
            media_type="text/plain; charset=utf-8",
            headers={"Cache-Control": f"public, max-age={CHECKPOINT_AGE_S}"},
        )

    async def serve_tile(request: Request) -> Response:
        place = read_tile_path(request.path_params["path"])
        hashes = await tile(place[0]) if place else None
        if not place or not hashes or len(hashes) < place[1] * HASH_BYTES:
            raise HTTPException(404)
        return Response(
            hashes[: place[1] * HASH_BYTES],
            media_type="application/octet-stream",
            headers={"Cache-Control": f"public, max-age={TILE_AGE_S}, immutable"},
        )

    return [
        Route("/log/checkpoint", serve_checkpoint, methods=["GET"]),
        Route("/log/tile/{path:path}", serve_tile, methods=["GET"]),
    ]
