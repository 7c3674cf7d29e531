"""What a status code means, where it is agreed of what list a partner's codes are.

The lists are data in `cargo/statuses/`, each with its source. What a code is not listed for stays
unknown: nobody guesses it from its words. No meaning is a customs status, or a release of cargo.
"""

import tomllib
from collections.abc import Mapping
from functools import cache

from msgspec.structs import replace

from waglan.cargo.movement import MovementReport
from waglan.codes.data import load
from waglan.codes.event import EventCode

LISTS = "cargo/statuses"


@cache
def meanings(name: str) -> Mapping[str, str]:
    """Return our own word for each code of a list."""
    codes: dict[str, str] = tomllib.loads(load(LISTS)[name])["codes"]
    return codes


def meant(report: MovementReport, name: str) -> MovementReport:
    """Return a report with what its status codes mean by a list, as far as the list says."""
    known = meanings(name)
    movements = tuple(
        replace(one, status_meaning=known.get((one.status or "").strip()))
        if one.code is EventCode.EQUIPMENT_STATUS
        else one
        for one in report.movements
    )
    return replace(report, movements=movements)
