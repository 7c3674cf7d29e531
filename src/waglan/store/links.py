"""What the engine knows of how bills hang together, and who sees them by a link or a grant."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.parties.readers import Grant, View
from waglan.parties.relations import LEVELS_MAX, Declared
from waglan.parties.shown import SHOWN
from waglan.store import Transaction, _binary, bulk
from waglan.store.versions import STANDS

FOREVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
LOCK = "waglan.readers"


async def alone(tx: Transaction) -> None:
    """Wait until no other transaction works out readers, and keep others waiting until the end."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK], prepare=True)


async def unlinked(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (manifest, filer) of manifests whose bills were not linked yet, oldest first."""
    rows = await tx.execute(
        "SELECT m.manifest_id, m.org FROM manifest m WHERE NOT EXISTS"
        " (SELECT 1 FROM linked l WHERE l.manifest_id = m.manifest_id)"
        " ORDER BY m.manifest_id LIMIT %s",
        [at_most],
    )
    return [(int(manifest), int(org)) for manifest, org in await rows.fetchall()]


async def add_linked(tx: Transaction, manifest_id: int, *, now: datetime) -> None:
    """Say that a manifest's bills are linked."""
    await tx.execute(
        "INSERT INTO linked (manifest_id, org, linked_at)"
        " SELECT manifest_id, org, %s FROM manifest WHERE manifest_id = %s ON CONFLICT DO NOTHING",
        [now, manifest_id],
    )


async def touched(tx: Transaction, manifest_id: int) -> set[int]:
    """Return the consignments whose readers this version may change: its own and all below them.

    Those of the version before are among them, since a bill may have gone or have moved.
    """
    rows = await tx.execute(
        """
        WITH RECURSIVE versions AS (
            SELECT v.manifest_id, v.filed_with FROM manifest m
            JOIN manifest v USING (org, document, call, filed_with)
            WHERE m.manifest_id = %(manifest)s AND v.version BETWEEN m.version - 1 AND m.version),
        found (consignment, number, level) AS (
            SELECT b.consignment, b.number, 0 FROM bill b JOIN versions USING (manifest_id)
            UNION
            SELECT b.consignment, b.number, f.level + 1
            FROM found f JOIN bill b ON b.parent = f.number
            JOIN manifest m ON m.manifest_id = b.manifest_id
            WHERE m.filed_with IN (SELECT filed_with FROM versions) AND f.level < %(levels)s)
        SELECT DISTINCT consignment FROM found
        """,
        {"manifest": manifest_id, "levels": LEVELS_MAX},
    )
    return {int(consignment) for (consignment,) in await rows.fetchall()}


_NEWEST = f"""
    SELECT DISTINCT ON (b.consignment) b.consignment, b.manifest_id, b.number, b.parent, b.level,
           b.forwarder
    FROM bill b JOIN manifest m USING (manifest_id)
    WHERE {STANDS}
"""
_ORDER = " ORDER BY b.consignment, b.manifest_id DESC"


# Bills of one manifest that name nothing above them are one row where the same is said of them.
_ALIKE = f"""
    WITH newest AS ({_NEWEST} AND b.consignment = ANY (%(asked)s::int8[]){_ORDER}),
    kinds AS (SELECT *, CASE WHEN parent IS NOT NULL OR consignment = ANY (%(each)s::int8[])
                       THEN consignment END AS apart FROM newest)
    SELECT min(consignment), manifest_id, (array_agg(number ORDER BY consignment))[1], parent,
           level, forwarder, array_agg(consignment)
    FROM kinds GROUP BY manifest_id, parent, level, forwarder, apart
"""


async def declared(
    tx: Transaction, consignments: Collection[int], *, each: Collection[int] = ()
) -> list[Declared]:
    """Return these bills as they stand declared, and all that may stand above them.

    Those that name nothing above them come together where the same is said of them, but for `each`.
    """
    asked = {"asked": _binary.numbers(consignments), "each": _binary.numbers(each)}
    rows = await tx.execute(_ALIKE.encode(), asked)
    found = {row[0]: _Row(*row) for row in await rows.fetchall()}
    above: set[str] = set()
    for _ in range(LEVELS_MAX):
        wanted = {row.parent for row in found.values() if row.parent is not None} - above
        if not wanted:
            break
        above |= wanted
        rows = await tx.execute(_NEWEST + " AND b.number = ANY (%s)" + _ORDER, [sorted(wanted)])
        found = {row[0]: _Row(*row) for row in await rows.fetchall()} | found
    return await _named(tx, list(found.values()))


class _Row(msgspec.Struct, frozen=True):
    consignment: int
    manifest_id: int
    number: str
    parent: str | None
    level: str
    forwarder: str | None
    alike: Sequence[int] = ()


async def _named(tx: Transaction, bills: Sequence[_Row]) -> list[Declared]:
    manifests = {bill.manifest_id for bill in bills}
    heads = await tx.execute(
        """
        SELECT m.manifest_id, f.party, a.party, convert_from(m.head, 'UTF8')::jsonb ->> 'carrier'
        FROM manifest m JOIN organisation f ON f.org = m.org
        JOIN organisation a ON a.org = m.filed_with WHERE m.manifest_id = ANY (%s)
        """,
        [list(manifests)],
    )
    said = {manifest: (filer, customs, code) for manifest, filer, customs, code in
            await heads.fetchall()}  # fmt: skip
    codes = {code for _, _, code in said.values()} | {bill.forwarder for bill in bills}
    parties = await _parties(tx, {code for code in codes if code})
    boxes = await _boxes(tx, bills)
    since = await _since(tx, _claimed(bills, {m: filer for m, (filer, *_) in said.items()}))
    return [
        Declared(
            bill.consignment,
            Key(KeyKind.BILL, bill.number),
            bill.parent,
            bill.level == "house",
            PartyId(said[bill.manifest_id][0]),
            PartyId(said[bill.manifest_id][1]),
            carrier=parties.get(said[bill.manifest_id][2] or ""),
            forwarder=parties.get(bill.forwarder or ""),
            boxes=boxes.get(bill.consignment, frozenset()),
            since=since.get(bill.consignment, 0),
            alike=bill.alike,
        )
        for bill in bills
    ]


def _claimed(bills: Sequence[_Row], filers: Mapping[int, str]) -> list[int]:
    """Return the bills whose number several filers declare."""
    by_number: dict[str, set[str]] = {}
    for bill in bills:
        by_number.setdefault(bill.number, set()).add(filers[bill.manifest_id])
    return [bill.consignment for bill in bills if len(by_number[bill.number]) > 1]


async def _since(tx: Transaction, consignments: Collection[int]) -> dict[int, int]:
    """Return the manifest since which each of these stands declared without a break."""
    if not consignments:
        return {}
    rows = await tx.execute(
        """
        SELECT b.consignment, min(m.manifest_id)
        FROM bill b JOIN manifest m USING (manifest_id)
        WHERE b.consignment = ANY (%s::int8[]) AND m.function <> 'cancel' AND NOT EXISTS (
            SELECT 1 FROM manifest l WHERE (l.org, l.document, l.call, l.filed_with)
                = (m.org, m.document, m.call, m.filed_with) AND l.version > m.version
              AND (l.function = 'cancel' OR NOT EXISTS (
                SELECT 1 FROM bill o
                WHERE (o.manifest_id, o.consignment) = (l.manifest_id, b.consignment))))
        GROUP BY b.consignment
        """,
        [_binary.numbers(consignments)],
    )
    return {int(consignment): int(manifest) for consignment, manifest in await rows.fetchall()}


async def _parties(tx: Transaction, codes: Collection[str]) -> dict[str, PartyId]:
    """Whose codes these are; one that two share, under two qualifiers, is nobody's."""
    rows = await tx.execute(
        "SELECT split_part(a.address, ':', 1), min(o.party) FROM address a JOIN organisation o"
        " USING (org) WHERE split_part(a.address, ':', 1) = ANY (%s)"
        " GROUP BY 1 HAVING count(DISTINCT o.org) = 1",
        [sorted(codes)],
    )
    return {code: PartyId(party) for code, party in await rows.fetchall()}


async def _boxes(tx: Transaction, bills: Sequence[_Row]) -> dict[int, frozenset[str]]:
    """The boxes of the bills that stand in a tree; those of others tell nothing here."""
    parents = {bill.parent for bill in bills if bill.parent}
    inside = [bill for bill in bills if bill.parent or bill.number in parents]
    rows = await tx.execute(
        "SELECT e.consignment, array_agg(e.container) FROM bill_equipment e"
        " JOIN unnest(%s::int8[], %s::int8[]) AS b (manifest_id, consignment)"
        " USING (manifest_id, consignment) GROUP BY e.consignment",
        [[bill.manifest_id for bill in inside], [bill.consignment for bill in inside]],
    )
    return {consignment: frozenset(boxes) for consignment, boxes in await rows.fetchall()}


async def grants(tx: Transaction, consignments: Collection[int]) -> dict[int, list[Grant]]:
    """Return the grants on these consignments that nobody revoked."""
    rows = await tx.execute(
        """
        SELECT g.consignment, g.grant_id, giver.party, receiver.party, c.number, g.view, g.until
        FROM consignment_grant g JOIN organisation giver ON giver.org = g.org
        JOIN organisation receiver ON receiver.org = g.receiver
        JOIN consignment c ON c.consignment = g.consignment
        WHERE g.consignment = ANY (%s::int8[]) AND NOT EXISTS (
            SELECT 1 FROM grant_revocation r WHERE r.grant_id = g.grant_id AND r.org = g.org)
        """,
        [_binary.numbers(consignments)],
    )
    found: dict[int, list[Grant]] = {}
    for consignment, id_, giver, receiver, number, view, until in await rows.fetchall():
        bill = Key(KeyKind.BILL, number)
        grant = Grant(str(id_), PartyId(giver), PartyId(receiver), bill, View[view.upper()], until)
        found.setdefault(consignment, []).append(grant)
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """That an organisation sees a consignment that it neither filed nor was filed with."""

    consignment: int
    org: int
    view: View
    until: datetime


async def shown(tx: Transaction, consignments: Collection[int]) -> set[Shown]:
    """Return who sees these consignments by a link or a grant."""
    rows = await tx.execute(
        "SELECT consignment, org, view, until FROM reader"
        " WHERE is_shown AND consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    return {Shown(c, org, View[view.upper()], until) for c, org, view, until in
            await rows.fetchall()}  # fmt: skip


async def change(tx: Transaction, gone: Iterable[Shown], new: Iterable[Shown]) -> None:
    """Take sight away and give it, with every event that it shows, all in this transaction."""
    gone, new = list(gone), list(new)
    pairs = sorted({(one.org, one.consignment) for one in (*gone, *new)})
    if not pairs:
        return
    await tx.execute(
        """
        DELETE FROM reader r USING unnest(%s::int8[], %s::int8[], %s::text[])
            AS g (org, consignment, view)
        WHERE r.is_shown AND (r.org, r.consignment, r.view) = (g.org, g.consignment, g.view)
        """,
        [[s.org for s in gone], [s.consignment for s in gone], [_name(s.view) for s in gone]],
    )
    await bulk.insert(
        tx,
        "reader",
        (("org", "int8"), ("consignment", "int8"), ("view", "text"), ("until", "timestamptz"),
         ("is_shown", "bool")),
        [(s.org, s.consignment, _name(s.view), s.until, True) for s in new],
        or_ignore=True,
    )  # fmt: skip
    await _fit_events(tx, pairs)


def _name(view: View) -> str:
    return view.name.lower()


# The view names that hold what a code tells, one pair of (code, view) for each.
_CODES: Mapping[EventCode, Sequence[View]] = {
    code: [view for view in View if view >= needed] for code, needed in SHOWN.items()
}
CODES_AND_VIEWS = (
    [code.value for code, views in _CODES.items() for _ in views],
    [_name(view) for views in _CODES.values() for view in views],
)


CODES = [code.value for code in SHOWN]


async def _fit_events(tx: Transaction, pairs: Sequence[tuple[int, int]]) -> None:
    # The sequencer waits: what it has numbered is seen below, what it has not it shows itself.
    await tx.execute("SELECT 1 FROM log_head FOR UPDATE")
    await _find_events(tx, pairs)
    for table in ("feed", "audience"):
        await tx.execute(
            f"DELETE FROM {table} t USING seen s"
            " WHERE t.org = s.org AND t.event_id = s.event_id".encode()
        )
    codes, views = CODES_AND_VIEWS
    await tx.execute(_SHOW, {"codes": codes, "views": views})
    await tx.execute(
        "INSERT INTO feed (org, seq, event_id, month, until)"
        " SELECT a.org, l.seq, a.event_id, a.month, a.until FROM seen s"
        " JOIN audience a ON a.org = s.org AND a.event_id = s.event_id"
        " JOIN log_leaf l ON l.event_id = s.event_id ON CONFLICT DO NOTHING"
    )
    await tx.execute("DROP TABLE pair, located, seen")


async def _find_events(tx: Transaction, pairs: Sequence[tuple[int, int]]) -> None:
    """Have in `seen` what of others each organisation might be shown of each consignment.

    Step by step, each counted before the next: planned as one statement over tables that have just
    grown, three thousand houses took forty seconds instead of one.
    """
    await tx.execute(
        """
        CREATE TEMPORARY TABLE pair ON COMMIT DROP AS
        SELECT * FROM unnest(%s::int8[], %s::int8[]) AS p (org, consignment)
        """,
        [_binary.numbers(org for org, _ in pairs), _binary.numbers(bill for _, bill in pairs)],
    )
    await tx.execute("ANALYZE pair")
    await tx.execute(
        """
        CREATE TEMPORARY TABLE located ON COMMIT DROP AS
        SELECT DISTINCT k.event_id, k.month FROM key_event k
        WHERE k.kind = 'bill' AND k.key IN (
            SELECT number FROM consignment JOIN pair USING (consignment))
        """
    )
    await tx.execute("ANALYZE located")
    await tx.execute(
        """
        CREATE TEMPORARY TABLE seen (
            org int8, consignment int8, event_id int8, month date, code text) ON COMMIT DROP
        """
    )
    await tx.execute(
        """
        INSERT INTO seen SELECT p.org, p.consignment, e.event_id, e.month, e.code
        FROM located l JOIN event e ON e.month = l.month AND e.event_id = l.event_id
        JOIN pair p ON p.consignment = e.consignment AND p.org <> e.org
        WHERE e.code = ANY (%s)
        """,
        [CODES],
    )
    await tx.execute("ANALYZE seen")


# Of several readings of one organisation that show an event, the longest counts.
_SHOW = """
    INSERT INTO audience (org, event_id, month, until)
    SELECT r.org, s.event_id, s.month, nullif(max(r.until), '9999-12-31T00:00:00Z')
    FROM seen s JOIN reader r ON r.org = s.org AND r.consignment = s.consignment AND r.is_shown
    JOIN unnest(%(codes)s::text[], %(views)s::text[]) AS v (code, view)
        ON v.code = s.code AND v.view = r.view
    GROUP BY r.org, s.event_id, s.month ON CONFLICT DO NOTHING
"""


async def show_new(tx: Transaction, since: str, horizon: str) -> None:
    """Show the events of these transactions to whoever sees their consignment by now.

    For the sequencer, which holds the log's head: whoever is linked later finds them numbered.
    """
    codes, views = CODES_AND_VIEWS
    await tx.execute(
        """
        WITH seen AS (
            SELECT r.org, e.consignment, e.event_id, e.month, e.code FROM event e
            JOIN reader r ON r.is_shown AND r.consignment = e.consignment AND r.org <> e.org
            WHERE e.tx >= %(since)s::xid8 AND e.tx < %(horizon)s::xid8 AND e.code = ANY (%(codes)s))
        """
        + _SHOW,
        {"since": since, "horizon": horizon, "codes": codes, "views": views},
    )


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A grant, or its revocation, that is committed and not carried out yet."""

    grant_id: UUID
    org: int
    consignment: int
    is_revoked: bool


async def unsettled(tx: Transaction, *, at_most: int) -> list[Unsettled]:
    """Return grants and revocations that wait, revocations first."""
    rows = await tx.execute(
        """
        SELECT g.grant_id, g.org, g.consignment, w.is_revoked
        FROM consignment_grant g JOIN (
            SELECT grant_id, true AS is_revoked FROM grant_revocation
            UNION ALL SELECT grant_id, false FROM consignment_grant) w USING (grant_id)
        WHERE NOT EXISTS (SELECT 1 FROM grant_settled s
                          WHERE s.grant_id = g.grant_id AND s.is_revoked = w.is_revoked)
        ORDER BY w.is_revoked DESC, g.given_at LIMIT %s
        """,
        [at_most],
    )
    return [Unsettled(*row) for row in await rows.fetchall()]


async def add_settled(tx: Transaction, done: Unsettled, *, now: datetime) -> None:
    """Say that a grant, or its revocation, is carried out."""
    await tx.execute(
        "INSERT INTO grant_settled (grant_id, is_revoked, org, settled_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [done.grant_id, done.is_revoked, done.org, now],
    )
