"""The calls of an authority in PostgreSQL: which wait for its officers, and what its order does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from waglan.customs.worklist import CallWait
from waglan.store import Transaction
from waglan.store.serving import HELD, TIME_OF_CALL
from waglan.store.versions import STANDS

TOLD_BY_ORDER_MAX = 1_000  # calls; those beyond, the last to arrive, read as an officer's to tell


@dataclass(frozen=True, slots=True)
class CallRow:
    """Where one call stands; its bills are counted as they stood when the log was last read."""

    call: str
    vessel: str | None
    voyage: str | None
    arrives_at: datetime | None
    bills: int
    undecided: int
    unserved: int
    order_tells_at: datetime | None  # None: no order will, as things stand
    passed_over_at: datetime | None  # None: not since it was last told of
    arrivals_differ: bool  # by carriers' words, so that no order tells


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are looked for: by what waits for an officer (None: any call), passed over."""

    waits: frozenset[CallWait] | None = None
    is_passed_over: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A call's place in the list; the next page begins after it."""

    arrives_at: datetime | None
    call: str


async def page(
    tx: Transaction, wanted: Wanted, *, after: Place | None, at_most: int
) -> list[CallRow]:
    """Return the authority's next calls: the ship that comes first, then by the call's name."""
    asked: dict[str, Any] = {"at_most": at_most}
    terms, source, place = ["true"], _ALL, "c.comes_at"
    waits = wanted.waits
    if wanted.is_passed_over:
        terms.append("passed_over_at IS NOT NULL")
        waits = waits or frozenset(CallWait)
    if waits is not None:
        source, place = _AT_WORK, "k.comes_at"
        terms.append("(" + " OR ".join(_WAITS[wait] for wait in CallWait if wait in waits) + ")")
    beyond = "true"
    if after is not None:
        beyond = "(comes_at, call) > (%(comes_at)s::timestamptz, %(call)s)"
        asked["comes_at"] = "infinity" if after.arrives_at is None else after.arrives_at
        asked["call"] = after.call
    statement = sql.SQL(_PAGE).format(
        source=sql.SQL(source).format(beyond=sql.SQL(beyond)),
        place=sql.SQL(place),
        terms=sql.SQL(" AND ").join(map(sql.SQL, [*terms, beyond])),
    )
    rows = await tx.execute(statement, asked)
    return [CallRow(*row) for row in await rows.fetchall()]


async def order_tells(tx: Transaction) -> dict[str, datetime]:
    """Return when the order tells the authority's calls that have a notice to serve, if it does."""
    statement = sql.SQL(_PAGE).format(
        source=sql.SQL(_TO_TELL),
        place=sql.SQL("k.comes_at"),
        terms=sql.SQL("order_tells_at IS NOT NULL"),
    )
    rows = await tx.execute(statement, {"at_most": TOLD_BY_ORDER_MAX})
    found = [CallRow(*row) for row in await rows.fetchall()]
    return {row.call: row.order_tells_at for row in found if row.order_tells_at is not None}


_WAITS = {
    CallWait.DECISION: "undecided > 0",
    CallWait.SERVING: "unserved > 0 AND order_tells_at IS NULL",
}
_UNSERVED = "(served_at IS NULL AND decided_at IS NOT NULL OR served_at < decided_at)"
# Every call, read in order from the index; a call stands once, where its ship's arrival is.
_ALL = """
    SELECT comes_at, call FROM (
        SELECT DISTINCT coalesce(arrives_at, 'infinity'::timestamptz) AS comes_at, call
        FROM manifest WHERE filed_with = current_org()) every WHERE {beyond}
"""
# Calls of which something is undecided or not served: few, however many there were.
_AT_WORK = f"""
    SELECT NULL::timestamptz AS comes_at, call FROM (
        SELECT call FROM standing WHERE authority = current_org() AND waits = 'decision'
        UNION SELECT call FROM standing WHERE authority = current_org() AND {_UNSERVED}) few
"""
# Calls with a bill whose filer is to be told, before anybody else can do anything about it.
_TO_TELL = """
    SELECT NULL::timestamptz AS comes_at, call FROM (
        SELECT DISTINCT call FROM standing
        WHERE authority = current_org() AND waits = 'notice') few
"""
# No EXISTS asks what holds an order back: it would be worked out for all of history at once.
_PAGE = f"""
    SELECT call, vessel, voyage, arrives_at, bills, undecided, unserved, order_tells_at,
           passed_over_at, arrivals_differ
    FROM (
        SELECT c.call, k.vessel, k.voyage, k.arrives_at, k.bills, {{place}}, w.undecided,
               u.unserved, p.passed_over_at, t.arrivals_differ, CASE
                   WHEN NOT coalesce(k.is_pending, false) THEN NULL
                   WHEN t.tells_at IS NULL OR u.unserved = 0 THEN t.tells_at
                   WHEN (
                       SELECT 1 FROM manifest m LEFT JOIN judgement j USING (manifest_id)
                       WHERE (m.call, m.filed_with) = (c.call, current_org())
                         AND {STANDS}
                         AND {HELD} LIMIT 1) IS NULL THEN t.tells_at END AS order_tells_at
        FROM ({{source}}) c
        CROSS JOIN LATERAL (
            SELECT max(n.arrives_at) AS arrives_at,
                   coalesce(max(n.arrives_at), 'infinity'::timestamptz) AS comes_at,
                   coalesce(sum(n.bills) FILTER (WHERE n.function <> 'cancel'), 0) AS bills,
                   (array_agg(n.vessel ORDER BY n.manifest_id DESC)
                       FILTER (WHERE n.vessel IS NOT NULL))[1] AS vessel,
                   (array_agg(n.voyage ORDER BY n.manifest_id DESC)
                       FILTER (WHERE n.voyage IS NOT NULL))[1] AS voyage,
                   bool_or(n.is_pending AND j.serve_at IS NOT NULL) AS is_pending
            FROM (SELECT DISTINCT ON (org, document) *,
                         NOT EXISTS (SELECT 1 FROM serving s WHERE s.manifest_id = o.manifest_id)
                         AND NOT EXISTS (SELECT 1 FROM passed_over p
                                         WHERE p.manifest_id = o.manifest_id) AS is_pending
                  FROM manifest o WHERE (o.call, o.filed_with) = (c.call, current_org())
                  ORDER BY org, document, version DESC) n
            LEFT JOIN judgement j USING (manifest_id)) k
        CROSS JOIN LATERAL (
            SELECT t.* FROM (SELECT c.call, current_org() AS filed_with) o
            CROSS JOIN LATERAL ({TIME_OF_CALL}) t) t
        CROSS JOIN LATERAL (
            SELECT count(*) AS undecided FROM standing s
            WHERE (s.authority, s.call) = (current_org(), c.call) AND s.waits = 'decision') w
        CROSS JOIN LATERAL (
            SELECT count(*) AS unserved FROM standing s
            WHERE (s.authority, s.call) = (current_org(), c.call) AND {_UNSERVED}
              AND (NOT s.is_withdrawn OR (
                  SELECT d.act_id IS NOT NULL FROM decision d
                  WHERE d.consignment = s.consignment ORDER BY d.version DESC LIMIT 1))) u
        CROSS JOIN LATERAL (
            SELECT min(p.passed_at) AS passed_over_at
            FROM manifest o JOIN passed_over p USING (manifest_id)
            WHERE (o.call, o.filed_with) = (c.call, current_org()) AND NOT EXISTS (
                SELECT 1 FROM serving s JOIN manifest t USING (manifest_id)
                WHERE (t.call, t.filed_with) = (o.call, o.filed_with)
                  AND s.served_at >= p.passed_at)) p
        WHERE c.comes_at IS NULL OR c.comes_at = k.comes_at) found
    WHERE {{terms}} ORDER BY comes_at, call LIMIT %(at_most)s
"""
