"""As what a model's places lie: as they are sent, or as if they were GCJ-02, by a whole drive.

Each fix is held against the corridor twice, and the squares of both distances are weighed. Where
the road runs along the shift nothing is told apart. Whole numbers all but the transform itself.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from waglan.codes.position import Position
from waglan.elock.datum import Datum, to_wgs84
from waglan.elock.kernel.reference import nearest
from waglan.elock.plan import Plan
from waglan.elock.province import Territory

DETECTION_VERSION: Final = 1
CAP_MM: Final = 300_000  # an outlier speaks for neither
SIGMA_MM: Final = 25_000
DECIDED_MILLI: Final = 12_000  # of the logarithm of the ratio
FIXES_MAX: Final = 200


class Learned(msgspec.Struct, frozen=True, gc=False):
    """What a drive says: a ratio above zero is for GCJ-02; `fixes` were looked at."""

    datum: Datum
    ratio_milli: int
    fixes: int

    @property
    def is_decided(self) -> bool:
        """Whether the ratio is beyond doubt."""
        return self.datum is not Datum.UNKNOWN


def learned(plan: Plan, between: tuple[int, int], sent: Iterable[Position]) -> Learned:
    """Weigh places as they were sent, until they decide; only those between two mm of the way."""
    ratio, count = 0, 0
    for at in sent:
        raw, meant = (
            nearest(plan.route, None, one, width_mm=plan.buffer_mm) for one in (at, to_wgs84(at))
        )
        nearer = min(raw, meant)
        if not between[0] <= nearer.progress_mm <= between[1]:
            continue
        ratio += weighed(raw.distance_mm, meant.distance_mm)
        count += 1
        if abs(ratio) > DECIDED_MILLI:
            return Learned(Datum.GCJ_02 if ratio > 0 else Datum.WGS_84, ratio, count)
        if count == FIXES_MAX:
            break
    return Learned(Datum.UNKNOWN, ratio, count)


def weighed(raw_mm: int, meant_mm: int) -> int:
    """Return in thousandths how much more likely one place is as GCJ-02 than as WGS-84."""
    squares = min(raw_mm, CAP_MM) ** 2 - min(meant_mm, CAP_MM) ** 2
    return squares * 1000 // (2 * SIGMA_MM * SIGMA_MM)


def mainland(
    plan: Plan, origin: str, territories: Mapping[str, Territory]
) -> tuple[int, int] | None:
    """Return from where to where the way lies in the mainland; elsewhere nothing is shifted."""
    places = [(origin, 0), *[(mark.site, mark.at_mm) for mark in plan.marks]]
    there = [at for site, at in places if territories.get(site) is Territory.MAINLAND]
    return (min(there), max(there)) if len(there) > 1 else None
