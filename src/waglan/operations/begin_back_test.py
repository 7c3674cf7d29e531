"""An officer begins to run a table on past manifests; a worker goes on with it."""

from datetime import datetime

from waglan.codes.finding import Finding, Severity, Where
from waglan.parties.role import Principal
from waglan.store import Transaction, back_tests, orders
from waglan.store.back_tests import MANIFESTS_MAX, BackTest


async def begin_back_test(
    tx: Transaction,
    by: tuple[int, Principal],
    sha256: bytes,
    period: tuple[datetime, datetime],
    *,
    now: datetime,
) -> BackTest | Finding | None:
    """Begin to run a table on the manifests filed in a period; None: there is no such table.

    The same table and period again is the same back-test.
    """
    (org, officer), (since, until) = by, period
    if await orders.imported(tx, sha256) is None:
        return None
    count = await back_tests.count(tx, since=since, until=until)
    if count > MANIFESTS_MAX:
        return Finding(
            "BACK-TEST-TOO-MANY",
            Severity.ERROR,
            Where("body.since"),
            {"manifests": count, "max": MANIFESTS_MAX},
        )
    who = officer.accountable or officer.token
    await back_tests.begin(tx, org, (sha256, since, until), who, now=now)
    return await back_tests.of_period(tx, sha256, since, until)
