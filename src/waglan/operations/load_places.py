"""An operator loads a list of places; manifests filed from now on are compared with it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.unlocode import decoded, read_list
from waglan.store import Transaction, places
from waglan.store.places import PlaceList


@dataclass(frozen=True, slots=True)
class Issue:
    """Where a list is from, and of which day; None: nobody said."""

    source: str
    as_of: date | None


async def load_places(
    tx: Transaction, data: bytes, issue: Issue, *, now: datetime
) -> tuple[PlaceList | None, list[Finding]]:
    """Keep a list, whole or not at all, and return it with what is wrong with its rows.

    The very same file again is the list that holds already. None: it is no such list.
    """
    digest = hashlib.sha256(data).digest()
    held = await places.newest(tx)
    if held is not None and held.sha256 == digest:
        return held, [Finding("PLACES-HELD", Severity.NOTE, Where("file"), {})]
    found, findings = read_list(decoded(data))
    if any(finding.severity is Severity.ERROR for finding in findings):
        return None, findings
    left_out = sum(finding.code == "PLACES-ROW" for finding in findings)
    new = PlaceList(0, issue.source, issue.as_of, digest, len(found), left_out, now)
    await places.add(tx, new, found)
    return new, findings
