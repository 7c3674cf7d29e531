"""A line between a truck and the platform on which frames are lost, doubled, late or out of order.

What a lock was not answered to it sends again; so what tells of an alarm is late, and not lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

import msgspec

from waglan.demo.lock import Sign
from waglan.demo.speech import Do, Turn

LATE_S_MAX: Final = 600


@dataclass(frozen=True, slots=True)
class Roughness:
    """How often each thing befalls a frame, in permille."""

    lost: int = 0
    doubled: int = 0
    late: int = 0


SMOOTH: Final = Roughness()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrives, in that order, and the frames that never do."""

    turns: list[Turn]
    lost: list[Turn]


def over(turns: Sequence[Turn], rough: Roughness, dice: Random) -> Arrived:
    """Send turns over a rough line.

    The first and last frame of a line arrive, and so does an alarm: what is missing there no count
    can tell, and a lock goes on until it is answered.
    """
    arrived, lost = list[Turn](), list[Turn]()
    safe, ends = _safe(turns), _ends(turns)
    for n, turn in enumerate(turns):
        if turn.do is not Do.SAYS or n in safe:
            arrived.append(turn)
            continue
        chance = dice.randrange(1_000)
        if chance < rough.lost:
            if turn.sign is Sign.CLOSED:
                lost.append(turn)
                continue
            arrived.append(_later(turn, ends, dice))
        elif chance < rough.lost + rough.doubled:
            arrived += [turn, _later(turn, ends, dice)]
        elif chance < rough.lost + rough.doubled + rough.late:
            arrived.append(_later(turn, ends, dice))
        else:
            arrived.append(turn)
    came = {(turn.line, turn.frame) for turn in arrived}
    return Arrived(
        sorted(arrived, key=lambda turn: turn.at_s),
        [turn for turn in lost if (turn.line, turn.frame) not in came],
    )


def _safe(turns: Sequence[Turn]) -> set[int]:
    """Return which turns are the first or last frames of their lines."""
    first, last = dict[int, int](), dict[int, int]()
    for n, turn in enumerate(turns):
        if turn.do is Do.SAYS:
            first.setdefault(turn.line, n)
            last[turn.line] = n
    opening = {n + k for n in first.values() for k in range(3)}  # registration, code, first word
    return opening | set(last.values())


def _ends(turns: Sequence[Turn]) -> dict[int, int]:
    """Return when each line was left for the next one."""
    calls = [turn for turn in turns if turn.do is Do.CALLS]
    return {one.line: other.at_s - 1 for one, other in pairwise(calls)}


def _later(turn: Turn, ends: Mapping[int, int], dice: Random) -> Turn:
    at_s = turn.at_s + dice.randint(1, LATE_S_MAX)
    return msgspec.structs.replace(turn, at_s=max(turn.at_s, min(at_s, ends.get(turn.line, at_s))))
