"""An operator loads a list of places; manifests filed from now on are compared with it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.unlocode import EXAMPLES_MAX, Place, decoded, packaged, read_list
from waglan.store import Transaction, places
from waglan.store.places import PlaceList

KEPT_PERCENT_MIN = 90  # of the places before: an issue gives up few codes and adds more


@dataclass(frozen=True, slots=True)
class Issue:
    """Where a list is from, and of which day; None: nobody said."""

    source: str
    as_of: date | None


async def load_places(
    tx: Transaction, data: bytes, issue: Issue, *, now: datetime, may_lack: bool = False
) -> tuple[PlaceList | None, list[Finding]]:
    """Keep a list, whole or not at all, and return it with what is wrong with its rows.

    The very same file again is the list that holds already. None: it is no such list, or, unless it
    `may_lack` them, has not most of the places of the one before, as one part of several would not.
    """
    digest = hashlib.sha256(data).digest()
    held = await places.newest(tx)
    if held is not None and held.sha256 == digest:
        return held, [Finding("PLACES-HELD", Severity.NOTE, Where("file"), {})]
    found, findings = read_list(decoded(data))
    if any(finding.severity is Severity.ERROR for finding in findings):
        return None, findings
    if not may_lack and (lacking := _lacking(found, held)):
        return None, [lacking, *findings[:EXAMPLES_MAX]]
    left_out = sum(finding.code == "PLACES-ROW" for finding in findings)
    new = PlaceList(0, issue.source, issue.as_of, digest, len(found), left_out, now)
    await places.add(tx, new, found)
    return new, findings


def _lacking(found: Sequence[Place], held: PlaceList | None) -> Finding | None:
    """Tell that a list lacks what the one before has, or the short one that comes along.

    Of each place that the list lacks, whoever files to it would be told so.
    """
    short, codes = packaged().by_code, {place.code for place in found}
    counts = [(len(short.keys() & codes), len(short))]
    if held is not None:
        counts.append((len(found), held.rows))
    for here, before in counts:
        if here * 100 < before * KEPT_PERCENT_MIN:
            return Finding(
                "PLACES-LACKING", Severity.ERROR, Where("file"), {"found": here, "before": before}
            )
    return None
