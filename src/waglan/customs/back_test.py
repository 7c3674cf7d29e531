"""A draft table beside what was decided: whom it would point at, and what is known of those bills.

What nobody examined is unknown, and stays so: a draft that points at bills nobody ever looked into
is neither good nor bad by it.
"""

from collections.abc import Iterable, Sequence

import msgspec

from waglan.customs.tables import Hit


class Past(msgspec.Struct, frozen=True):
    """What became of a bill: whether the table then pointed at it, and what was found since."""

    pointed_at: bool
    sampled: bool
    examined: bool = False
    hit: bool | None = None  # None: nobody examined it, or nobody can say
    erased: bool = False  # its parties are, so that the draft can't ask for them any more


class Counts(msgspec.Struct, frozen=True):
    """How many bills, and what is known of them."""

    bills: int = 0
    examined: int = 0
    hits: int = 0
    misses: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Count both."""
        return Counts(
            self.bills + other.bills,
            self.examined + other.examined,
            self.hits + other.hits,
            self.misses + other.misses,
        )


class Compared(msgspec.Struct, frozen=True):
    """How a draft's pointing differs from that of the past; the sample is the measure of both."""

    newly: Counts = Counts()
    no_more: Counts = Counts()
    still: Counts = Counts()
    neither: Counts = Counts()
    sampled: Counts = Counts()
    erased: int = 0

    def __add__(self, other: "Compared") -> "Compared":
        """Count both."""
        return Compared(
            self.newly + other.newly,
            self.no_more + other.no_more,
            self.still + other.still,
            self.neither + other.neither,
            self.sampled + other.sampled,
            self.erased + other.erased,
        )

    @property
    def past(self) -> Counts:
        """What the tables of the past pointed at."""
        return self.no_more + self.still

    @property
    def draft(self) -> Counts:
        """What the draft points at."""
        return self.newly + self.still


def compare(past: Sequence[Past], hits: Sequence[Hit]) -> Compared:
    """Compare bill by bill what was pointed at with what the draft points at."""
    pairs = list(zip(past, hits, strict=True))

    def counted(pointed_at: bool, points: bool) -> Counts:
        return _counts(
            one for one, hit in pairs if (one.pointed_at, bool(hit.rules)) == (pointed_at, points)
        )

    return Compared(
        counted(False, True),
        counted(True, False),
        counted(True, True),
        counted(False, False),
        _counts(one for one in past if one.sampled),
        sum([one.erased for one in past]),
    )


def _counts(bills: Iterable[Past]) -> Counts:
    known = list(bills)
    return Counts(
        len(known),
        sum([one.examined for one in known]),
        sum([one.hit is True for one in known]),
        sum([one.hit is False for one in known]),
    )
