"""What the tests of devices share: bytes in pieces, and that none of them is lost."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random
from typing import Protocol

from waglan.codes.finding import Finding
from waglan.codes.render import render
from waglan.elock.device import Heard, Lapsed, Quarantined, Telegram

AT_S = 1_796_000_000


class Reader(Protocol):
    """What reads a connection."""

    @property
    def rest(self) -> bytes: ...

    def feed(self, data: bytes, at_s: int) -> list[Heard]: ...


def fed(stream: Reader, data: bytes, cuts: Sequence[int] = ()) -> list[Heard]:
    """Everything that is heard when the bytes come in pieces."""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    return [one for piece in pieces for one in stream.feed(piece, AT_S)]


def check_kept(data: bytes, heard: Iterable[Heard], rest: bytes) -> None:
    """Every byte is in one telegram, or in one quarantined piece, or in the rest; in order."""
    at = 0
    for one in heard:
        for finding in findings(one):
            assert render(finding, "en").problem
        if isinstance(one, Lapsed):
            continue
        assert one.span.begin == at
        assert one.raw == data[one.span.begin : one.span.end]
        assert one.raw
        at = one.span.end
    assert rest == data[at:]


def findings(one: Heard) -> tuple[Finding, ...]:
    return one.findings if isinstance(one, Telegram) else (one.finding,)


def telegrams(heard: Iterable[Heard]) -> list[Telegram]:
    return [one for one in heard if isinstance(one, Telegram)]


def codes(heard: Iterable[Heard]) -> list[str]:
    return [finding.code for one in heard for finding in findings(one)]


def quarantined(heard: Iterable[Heard]) -> list[Quarantined]:
    return [one for one in heard if isinstance(one, Quarantined)]


def mutated(random: Random, data: bytes, marks: bytes) -> bytes:
    """Some bytes changed, put in, taken out, doubled or cut off; marks more often than others."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(changed) + 1)
        byte = random.choice(marks) if random.random() < 0.4 else random.randrange(256)
        match random.randrange(6):
            case 0:
                changed[at : at + 1] = bytes((byte,))
            case 1:
                changed[at:at] = bytes((byte,))
            case 2:
                del changed[at : at + random.randint(1, 4)]
            case 3:
                changed[at:at] = changed[at : at + random.randint(1, 40)]
            case 4:
                del changed[at:]
            case _:
                changed[at:at] = bytes((byte,)) * random.randint(1, 3_000)
    return bytes(changed)
