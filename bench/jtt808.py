"""How many frames of JT/T 808 a second are read, beside a plain decoder of our own that is frozen.

Run it with `.venv/bin/python bench/jtt808.py [frames]`; only the ratios travel between machines.
Both are given the same bytes in the same pieces. Ours keeps each frame's bytes, place and hash, and
says why what is broken is so; the plain one does none of that.
"""

import sys
from collections.abc import Callable
from random import Random
from time import process_time  # noqa: TID251 -- it measures

from jtt808_peer import PlainDecoder

from waglan.elock.device import Fix, Item, Ping, Telegram
from waglan.messages.devices.jtt808 import writing
from waglan.messages.devices.jtt808.frame import Header
from waglan.messages.devices.jtt808.stream import Stream

FRAMES = 40_000
ROUNDS = 5
PIECE_BYTES = 4_096  # what a socket gives at once
TARGET = 2.0
AT_S = 1_796_000_000


def main() -> None:
    """Print a line for each kind of frame, and the ratio of both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES
    random = Random(808)
    for name, frames in (
        ("positions with items", positions(random, count)),
        ("batches of 10", batches(random, count // 10)),
        ("one in 30 broken", damaged(random, positions(random, count))),
    ):
        data = b"".join(frames)
        pieces = [data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]
        check(pieces)
        ours_s, plain_s = in_turns(lambda: ours(pieces), lambda: plain(pieces))  # noqa: B023
        print(
            f"{name:22} {len(frames) / ours_s:10,.0f} frames/s, plain "
            f"{len(frames) / plain_s:10,.0f}: {plain_s / ours_s:5.2f} times (target {TARGET})"
        )


def ours(pieces: list[bytes]) -> int:
    """Read all, and count the frames."""
    stream = Stream()
    return sum(isinstance(one, Telegram) for piece in pieces for one in stream.feed(piece, AT_S))


def plain(pieces: list[bytes]) -> int:
    """Read all, and count the frames."""
    decoder = PlainDecoder()
    return sum(len(decoder.feed(piece)) for piece in pieces)


def check(pieces: list[bytes]) -> None:
    """Refuse to measure two that do not read the same."""
    if ours(pieces) != plain(pieces):
        raise SystemExit("the two decoders do not find the same frames")


def in_turns(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Return the least processor time of each, in seconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for act, took in zip((one, other), times, strict=True):
            began = process_time()
            act()
            took.append(process_time() - began)
    return min(times[0]), min(times[1])


def ping(random: Random) -> Ping:
    """One position of a lorry on the road, made up."""
    return Ping(
        AT_S + random.randrange(86_400),
        225_030_000 + random.randrange(300_000) * 10,
        1_139_450_000 + random.randrange(300_000) * 10,
        Fix.GNSS,
        random.randrange(200),
        None,
        random.randrange(900) * 100,
        random.randrange(360) * 100,
        alarm_bits=random.choice([0, 0, 0, 1, 2]),
        status_bits=0x000C0003,
        items=(
            Item(0x01, random.randbytes(4)),
            Item(0x30, random.randbytes(1)),
            Item(0x31, random.randbytes(1)),
            Item(0x2B, random.randbytes(4)),
            Item(0xE1, random.randbytes(6)),
        ),
    )


def positions(random: Random, count: int) -> list[bytes]:
    """Positions of a thousand devices, made up."""
    return [
        writing.location(Header(0x0200, f"0139{n % 1000:08}", n % 0x10000), ping(random))
        for n in range(count)
    ]


def batches(random: Random, count: int) -> list[bytes]:
    """Ten positions in each message."""
    return [
        writing.batch(
            Header(0x0704, "013912345678", n % 0x10000),
            [ping(random) for _ in range(10)],
            is_backfill=True,
        )
        for n in range(count)
    ]


def damaged(random: Random, frames: list[bytes]) -> list[bytes]:
    """The same with a byte changed in every thirtieth, as in traffic that was looked at."""
    return [
        frame if n % 30 else frame[:20] + bytes((frame[20] ^ 1 or 3,)) + frame[21:]
        for n, frame in enumerate(frames)
    ]


if __name__ == "__main__":
    main()
