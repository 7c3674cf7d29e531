"""When a ship is said to come or leave, by a manifest and by the versions of it before."""

from datetime import datetime

from waglan.codes.calendar import HONG_KONG
from waglan.customs.rule import Beside
from waglan.manifest.call import time_of
from waglan.manifest.model import Head


def anchor_of(head: Head) -> tuple[str, datetime] | None:
    """Return the arrival, else the departure, that a head gives and that can be read."""
    for name, text in (("arrival", head.arrival), ("departure", head.departure)):
        at = time_of(text, zone=HONG_KONG)
        if at is not None:
            return name, at
    return None


def passed(beside: Beside, filed_at: datetime) -> list[tuple[str, datetime]]:
    """Return the arrivals and departures that were over when the version after took their place."""
    found, end = list[tuple[str, datetime]](), filed_at
    for version in reversed(beside.declared or ()):
        anchor = anchor_of(version.head)
        if anchor and anchor[1] <= end:
            found.append(anchor)
        end = version.filed_at
    return found
