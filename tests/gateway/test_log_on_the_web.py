"""Anyone can check the log from its tiles."""

import asyncio

import httpx
from starlette.applications import Starlette

from waglan.gateway.tiles import log_routes
from waglan.logbook.leaf import leaf_hash
from waglan.logbook.tiles import tile_path
from waglan.logbook.tree import Frontier, TileId, inclusion_proof, tiles_for_inclusion, width_in

LEAVES = [leaf_hash(str(n).encode()) for n in range(700)]
EDGE, TILES = Frontier().append(LEAVES)
SHELF = {tile.id: tile.hashes for tile in TILES}


async def note() -> bytes:
    return b"a note"


async def no_note() -> None:
    return None


async def tile(place: TileId) -> bytes | None:
    return SHELF.get(place)


def get(*paths: str, log_is_empty: bool = False) -> list[httpx.Response]:
    app = Starlette(routes=log_routes(no_note if log_is_empty else note, tile))

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://log") as client:
            return [await client.get(f"/log/{path}") for path in paths]

    return asyncio.run(ask())


def test_a_proof_can_be_made_of_what_the_web_serves() -> None:
    places = sorted(tiles_for_inclusion(300, 700))
    answers = get(*(f"tile/{tile_path(place, width_in(place, 700))}" for place in places))
    served = {place: answer.content for place, answer in zip(places, answers, strict=True)}
    assert inclusion_proof(300, 700, served.__getitem__) == inclusion_proof(
        300, 700, SHELF.__getitem__
    )
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/octet-stream"}
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)


def test_an_older_partial_tile_is_the_beginning_of_the_newer_one() -> None:
    [older, full] = get("tile/0/001.p/5", "tile/0/001")
    assert older.content == b"".join(LEAVES[256:261])
    assert full.content == b"".join(LEAVES[256:512])


def test_what_is_not_there_is_not_found() -> None:
    # Not full yet, wider than it is, not there, no tile at all, and entries, never served.
    absent = ["0/002", "0/002.p/189", "0/003.p/1", "1/001.p/1", "x", "entries/000"]
    assert {answer.status_code for answer in get(*(f"tile/{p}" for p in absent))} == {404}


def test_the_checkpoint_is_served_and_soon_forgotten() -> None:
    [answer] = get("checkpoint")
    assert (answer.content, answer.headers["Cache-Control"]) == (b"a note", "public, max-age=1")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    [answer] = get("checkpoint", log_is_empty=True)
    assert answer.status_code == 404
