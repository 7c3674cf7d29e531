"""Back-tests of officers' tables: what is to be looked at, how far it came, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from waglan.customs.back_test import Compared, Past
from waglan.customs.sample import SAMPLED
from waglan.manifest.identity import BillKey
from waglan.store import Transaction

MANIFESTS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class BackTest:
    """A back-test, how far it has come, and what came of it so far."""

    number: int
    sha256: bytes
    since: datetime
    until: datetime
    asked_by: str
    asked_at: datetime
    manifests: int
    done: int
    ended_at: datetime | None
    found: Compared


async def count(tx: Transaction, *, since: datetime, until: datetime) -> int:
    """Count the manifests that a back-test of this period looks at."""
    row = await (
        await tx.execute(f"SELECT count(*) FROM ({_MANIFESTS}) m", _period(since, until))
    ).fetchone()
    return int(row[0]) if row else 0


# Each manifest by the version that stood at the end of the period, as far as it was judged.
_MANIFESTS = """
    SELECT m.manifest_id FROM manifest m JOIN judgement j USING (manifest_id)
    WHERE m.filed_with = current_org() AND m.filed_at >= %(since)s AND m.filed_at < %(until)s
      AND NOT EXISTS (
          SELECT 1 FROM manifest n WHERE (n.org, n.document, n.call, n.filed_with)
            = (m.org, m.document, m.call, m.filed_with)
            AND n.version > m.version AND n.filed_at < %(until)s)
"""


async def begin(
    tx: Transaction,
    authority: int,
    new: tuple[bytes, datetime, datetime],
    by: str,
    *,
    now: datetime,
) -> None:
    """Begin to back-test a table, (its hash, since, until); again changes nothing."""
    sha256, since, until = new
    row = await (
        await tx.execute(
            "INSERT INTO back_test (authority, table_sha256, since, until, asked_by, asked_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING back_test_id",
            [authority, sha256, since, until, by, now],
        )
    ).fetchone()
    if row is not None:
        await tx.execute(
            "INSERT INTO back_test_manifest (authority, back_test_id, manifest_id)"
            f" SELECT current_org(), %(number)s, m.manifest_id FROM ({_MANIFESTS}) m",
            _period(since, until) | {"number": row[0]},
        )


def _period(since: datetime, until: datetime) -> dict[str, object]:
    return {"since": since, "until": until}


async def unended(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (back-test, authority) of those that have not come to their end. For the engine."""
    rows = await tx.execute(
        "SELECT b.back_test_id, b.authority FROM back_test b WHERE NOT EXISTS ("
        " SELECT 1 FROM back_test_end e WHERE e.back_test_id = b.back_test_id)"
        " ORDER BY b.back_test_id LIMIT %s",
        [at_most],
    )
    return [(int(number), int(authority)) for number, authority in await rows.fetchall()]


async def next_manifest(tx: Transaction, number: int) -> int | None:
    """Return the next manifest that this back-test has not looked at; None at its end."""
    row = await (
        await tx.execute(
            """
            SELECT l.manifest_id FROM back_test_manifest l
            WHERE l.back_test_id = %s AND NOT EXISTS (
                SELECT 1 FROM back_test_result r
                WHERE (r.back_test_id, r.manifest_id) = (l.back_test_id, l.manifest_id))
            ORDER BY l.manifest_id LIMIT 1
            """,
            [number],
        )
    ).fetchone()
    return None if row is None else int(row[0])


async def past(tx: Transaction, manifest_id: int, *, before: datetime) -> Mapping[BillKey, Past]:
    """Return what pointed at each bill when it was judged, and what was found before a time."""
    rows = await tx.execute(
        """
        SELECT coalesce(b.parent, ''), b.number,
               coalesce(d.targeting, a.targeting, '{}'), x.consignment IS NOT NULL, x.is_hit,
               p.consignment IS NULL
        FROM bill b LEFT JOIN judgement j USING (manifest_id)
        LEFT JOIN decision d ON (d.consignment, d.manifest_id, d.decided_at)
                              = (b.consignment, b.manifest_id, j.judged_at)
        LEFT JOIN assessment a ON (a.consignment, a.manifest_id, a.assessed_at)
                                = (b.consignment, b.manifest_id, j.judged_at)
        LEFT JOIN bill_personal p ON (p.consignment, p.manifest_id)
                                   = (b.consignment, b.manifest_id)
        LEFT JOIN LATERAL (
            SELECT e.consignment, bool_or(e.is_hit) AS is_hit FROM examination e
            WHERE e.consignment = b.consignment AND e.examined_at < %s
            GROUP BY e.consignment) x ON true
        WHERE b.manifest_id = %s
        """,
        [before, manifest_id],
    )
    return {
        (parent, number): Past(
            any(row != SAMPLED for row in targeting),
            SAMPLED in targeting,
            examined=examined,
            hit=is_hit,
            erased=erased,
        )
        for parent, number, targeting, examined, is_hit, erased in await rows.fetchall()
    }


async def add_result(
    tx: Transaction, authority: int, number: int, manifest_id: int, found: Compared
) -> None:
    """Keep what a back-test found of one manifest."""
    await tx.execute(
        "INSERT INTO back_test_result (authority, back_test_id, manifest_id, found)"
        " VALUES (%s, %s, %s, %s)",
        [authority, number, manifest_id, msgspec.json.encode(found)],
    )


async def end(tx: Transaction, authority: int, number: int, event: int, *, now: datetime) -> None:
    """Say that a back-test has come to its end."""
    await tx.execute(
        "INSERT INTO back_test_end (authority, back_test_id, event_id, ended_at)"
        " VALUES (%s, %s, %s, %s)",
        [authority, number, event, now],
    )


_TESTS = """
    SELECT b.back_test_id, b.table_sha256, b.since, b.until, b.asked_by, b.asked_at,
           (SELECT count(*) FROM back_test_manifest l WHERE l.back_test_id = b.back_test_id),
           ARRAY(SELECT r.found FROM back_test_result r WHERE r.back_test_id = b.back_test_id),
           e.ended_at
    FROM back_test b LEFT JOIN back_test_end e USING (back_test_id)
    WHERE b.authority = current_org() AND
"""


async def by_number(tx: Transaction, number: int) -> BackTest | None:
    """Return the authority's back-test of that number."""
    found = await _found(tx, _TESTS + " b.back_test_id = %s", [number])
    return found[0] if found else None


async def of_table(
    tx: Transaction, sha256: bytes, *, before: int | None, at_most: int
) -> list[BackTest]:
    """Return the back-tests of a table, newest first, from below one of them on."""
    query = (
        _TESTS + " b.table_sha256 = %s AND b.back_test_id < coalesce(%s, b.back_test_id + 1)"
        " ORDER BY b.back_test_id DESC LIMIT %s"
    )
    return await _found(tx, query, [sha256, before, at_most])


async def of_period(
    tx: Transaction, sha256: bytes, since: datetime, until: datetime
) -> BackTest | None:
    """Return the back-test of a table over this very period."""
    query = _TESTS + " (b.table_sha256, b.since, b.until) = (%s, %s, %s)"
    found = await _found(tx, query, [sha256, since, until])
    return found[0] if found else None


async def _found(tx: Transaction, query: str, asked: list[object]) -> list[BackTest]:
    rows = await tx.execute(query, asked)
    return [
        BackTest(
            number,
            bytes(sha256),
            since,
            until,
            by,
            at,
            manifests,
            len(results),
            ended_at,
            sum(map(_compared, results), Compared()),
        )
        for number, sha256, since, until, by, at, manifests, results, ended_at
        in await rows.fetchall()
    ]  # fmt: skip


_compared = msgspec.json.Decoder(Compared).decode
