"""How much speaks for looking at a bill first: the sum of what fired, as whole numbers.

The random sample has no weight: it is no suspicion.
"""

import tomllib
from collections.abc import Collection, Mapping
from functools import cache

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import read
from waglan.customs.sample import SAMPLED

SCORE_MAX = 9_999


class Weights(msgspec.Struct, frozen=True):
    """What weighs how much where a row says nothing itself."""

    version: str
    row: dict[CustomsStatus, int]
    rule: dict[str, int]


@cache
def weights() -> Weights:
    """Return the packaged weights; a figure missing from the file stops the start."""
    return msgspec.convert(tomllib.loads(read("customs/score.toml")), Weights)


def score(rows: Collection[str], weighs: Mapping[str, int], rules: Collection[str]) -> int:
    """Return a bill's score from the rows and the open rules that fired for it."""
    fired = sum(weighs.get(row, 0) for row in rows) + weights().rule["each"] * len(rules)
    return min(fired, SCORE_MAX)


def standing_score(now: int, status: CustomsStatus, kept: Collection[str], *, by_hand: bool) -> int:
    """Return the score of a bill whose status stands though its filer amended it.

    `kept` are the rows that fired before and do not now. What a row or an officer wanted keeps at
    least the rank that its status gives: a filer does not get out of sight by writing it anew.
    """
    is_wanted = by_hand or any(row != SAMPLED for row in kept)
    return max(now, weights().row.get(status, 0)) if is_wanted else now
