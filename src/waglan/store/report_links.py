"""Which consignments travel in a reported box, and who therefore sees what was told of it.

For the engine, one at a time, as everything that decides who sees what.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.manifest.call import Voyage
from waglan.parties.readers import View
from waglan.parties.report_readers import Seen
from waglan.store import Transaction, _binary, bulk
from waglan.store.versions import STANDS


async def unlinked(tx: Transaction, *, at_most: int) -> list[tuple[int, int]]:
    """Return (report, sender) of reports whose movements were not linked yet, oldest first."""
    rows = await tx.execute(
        "SELECT r.report_id, r.org FROM report r WHERE NOT EXISTS"
        " (SELECT 1 FROM report_linked l WHERE l.report_id = r.report_id)"
        " ORDER BY r.report_id LIMIT %s",
        [at_most],
    )
    return [(int(report), int(org)) for report, org in await rows.fetchall()]


async def add_linked(tx: Transaction, report_id: int, *, now: datetime) -> None:
    """Say that a report's movements are linked."""
    await tx.execute(
        "INSERT INTO report_linked (report_id, org, linked_at)"
        " SELECT report_id, org, %s FROM report WHERE report_id = %s ON CONFLICT DO NOTHING",
        [now, report_id],
    )


async def of_report(tx: Transaction, report_id: int) -> set[int]:
    """Return the movements of a report that others than its sender may have to do with, or had.

    Most boxes at a gate are in no manifest here: that much is asked before anything is fetched.
    """
    rows = await tx.execute(
        """
        SELECT m.movement_id FROM movement m JOIN report r USING (report_id)
        WHERE m.report_id = %s AND (
            EXISTS (SELECT 1 FROM bill_equipment e WHERE upper(e.container) = m.container)
            OR EXISTS (SELECT 1 FROM equipment e WHERE upper(e.number) = m.container)
            OR EXISTS (SELECT 1 FROM manifest f
                       WHERE upper(replace(f.voyage, ' ', '')) = upper(replace(m.voyage, ' ', '')))
            OR EXISTS (SELECT 1 FROM address a WHERE a.address = r.addressee)
            OR EXISTS (SELECT 1 FROM movement_link l WHERE l.movement_id = m.movement_id)
            OR EXISTS (SELECT 1 FROM movement_reader s WHERE s.movement_id = m.movement_id))
        """,
        [report_id],
    )
    return {int(number) for (number,) in await rows.fetchall()}


async def of_consignments(tx: Transaction, consignments: Collection[int]) -> set[int]:
    """Return the movements that are linked with these consignments by now."""
    rows = await tx.execute(
        "SELECT DISTINCT movement_id FROM movement_link WHERE consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    return {int(number) for (number,) in await rows.fetchall()}


async def of_manifest(tx: Transaction, manifest_id: int) -> set[int]:
    """Return movements that a manifest may concern: of its voyage, or naming one of its bills."""
    rows = await tx.execute(
        """
        SELECT m.movement_id FROM manifest f JOIN movement m
            ON upper(replace(m.voyage, ' ', '')) = upper(replace(f.voyage, ' ', ''))
        WHERE f.manifest_id = %(manifest)s
        UNION SELECT p.movement_id FROM movement_paper p
        WHERE p.bills && ARRAY(SELECT number FROM bill WHERE manifest_id = %(manifest)s)
        """,
        {"manifest": manifest_id},
    )
    return {int(number) for (number,) in await rows.fetchall()}


async def every(tx: Transaction, *, after: int, at_most: int) -> list[int]:
    """Return the next movements beyond a cursor."""
    rows = await tx.execute(
        "SELECT movement_id FROM movement WHERE movement_id > %s ORDER BY movement_id LIMIT %s",
        [after, at_most],
    )
    return [int(number) for (number,) in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Moved:
    """What of a movement tells where it belongs."""

    number: int
    sender: int
    addressee: int | None
    container: str
    voyage: Voyage
    bills: frozenset[str]


async def moved(tx: Transaction, movements: Collection[int]) -> list[Moved]:
    """Return these movements; a withdrawal belongs where that belongs which it takes back."""
    rows = await tx.execute(
        """
        SELECT m.movement_id, m.org, a.org, m.container, m.voyage, m.imo, m.vessel, m.port,
               coalesce(p.bills, '{}')
        FROM movement m JOIN report r USING (report_id)
        LEFT JOIN address a ON a.address = r.addressee
        LEFT JOIN movement_paper p ON p.movement_id = coalesce(m.withdraws, m.movement_id)
        WHERE m.movement_id = ANY (%s::int8[])
        """,
        [_binary.numbers(movements)],
    )
    return [
        Moved(number, sender, addressee, container, Voyage(*call), frozenset(bills))
        for number, sender, addressee, container, *call, bills in await rows.fetchall()
    ]


@dataclass(frozen=True, slots=True)
class Carried:
    """That a manifest as it stands has a box, with or without a bill in it."""

    container: str
    filer: int
    authority: int
    voyage: Voyage
    consignment: int | None  # None: the box is listed, and this row names no bill in it
    number: str = ""


async def carried(tx: Transaction, containers: Collection[str]) -> dict[str, list[Carried]]:
    """Return what stands declared of these boxes, by box."""
    rows = await tx.execute(
        f"""
        WITH box AS (
            SELECT upper(e.container) AS container, e.manifest_id, e.consignment, b.number
            FROM bill_equipment e JOIN bill b USING (manifest_id, consignment)
            WHERE upper(e.container) = ANY (%(boxes)s)
            UNION ALL SELECT upper(e.number), e.manifest_id, NULL, ''
            FROM equipment e WHERE upper(e.number) = ANY (%(boxes)s))
        SELECT x.container, m.org, m.filed_with, m.voyage, m.imo, m.vessel, m.port_of_call,
               x.consignment, x.number
        FROM box x JOIN manifest m USING (manifest_id)
        WHERE {STANDS}
        """.encode(),
        {"boxes": sorted(containers)},
    )
    found: dict[str, list[Carried]] = {}
    for container, org, authority, voyage, imo, vessel, port, *rest in await rows.fetchall():
        call = Voyage(voyage, imo, vessel, port)
        found.setdefault(container, []).append(Carried(container, org, authority, call, *rest))
    return found


async def authorities(
    tx: Transaction, voyages: Collection[str]
) -> dict[str, list[tuple[int, Voyage]]]:
    """Return with whom manifests of these voyages were ever filed, by voyage without blanks."""
    rows = await tx.execute(
        """
        SELECT DISTINCT upper(replace(voyage, ' ', '')), filed_with, voyage, imo, vessel,
               port_of_call
        FROM manifest WHERE upper(replace(voyage, ' ', '')) = ANY (%s)
        """,
        [sorted(voyages)],
    )
    found: dict[str, list[tuple[int, Voyage]]] = {}
    for bare, authority, *call in await rows.fetchall():
        found.setdefault(bare, []).append((authority, Voyage(*call)))
    return found


async def sights(tx: Transaction, consignments: Collection[int]) -> dict[int, list[Seen]]:
    """Return who sees these consignments, by consignment."""
    rows = await tx.execute(
        "SELECT consignment, org, view, until FROM reader WHERE consignment = ANY (%s::int8[])",
        [_binary.numbers(consignments)],
    )
    found: dict[int, list[Seen]] = {}
    for consignment, org, view, until in await rows.fetchall():
        found.setdefault(consignment, []).append(Seen(org, View[view.upper()], until))
    return found


@dataclass(frozen=True, slots=True)
class Sight:
    """That an organisation sees a movement."""

    org: int
    movement: int
    until: datetime


async def seen_now(tx: Transaction, movements: Collection[int]) -> set[Sight]:
    """Return who sees these movements as it is written."""
    rows = await tx.execute(
        "SELECT org, movement_id, until FROM movement_reader WHERE movement_id = ANY (%s::int8[])",
        [_binary.numbers(movements)],
    )
    return {Sight(*row) for row in await rows.fetchall()}


async def put_links(
    tx: Transaction, movements: Collection[int], links: Iterable[tuple[int, int, str]]
) -> None:
    """Write which bills travel in these movements' boxes, in place of what was written before."""
    await tx.execute(
        "DELETE FROM movement_link WHERE movement_id = ANY (%s::int8[])",
        [_binary.numbers(movements)],
    )
    await bulk.insert(
        tx,
        "movement_link",
        (("movement_id", "int8"), ("consignment", "int8"), ("number", "text")),
        sorted(set(links)),
    )


async def change(tx: Transaction, gone: Iterable[Sight], new: Iterable[Sight]) -> None:
    """Take sight of movements away and give it, with their events, all in this transaction."""
    gone, new = list(gone), list(new)
    if not (gone or new):
        return
    # The sequencer waits: what it has numbered is shown below, what it has not it shows itself.
    await tx.execute("SELECT 1 FROM log_head FOR UPDATE")
    pairs = {"orgs": [one.org for one in gone], "movements": [one.movement for one in gone]}
    await tx.execute(
        """
        DELETE FROM movement_reader r USING unnest(%(orgs)s::int8[], %(movements)s::int8[])
            AS g (org, movement_id) WHERE (r.org, r.movement_id) = (g.org, g.movement_id)
        """,
        pairs,
    )
    for take in _TAKE:
        await tx.execute(take, pairs)
    await bulk.insert(
        tx,
        "movement_reader",
        (("org", "int8"), ("movement_id", "int8"), ("until", "timestamptz")),
        [(one.org, one.movement, one.until) for one in new],
    )
    given: Mapping[str, Sequence[int]] = {
        "orgs": [one.org for one in new],
        "movements": [one.movement for one in new],
    }
    for give in _GIVE:
        await tx.execute(give, given)


_TAKE = (
    """
    DELETE FROM feed f USING unnest(%(orgs)s::int8[], %(movements)s::int8[])
        AS g (org, movement_id), movement m
    WHERE m.movement_id = g.movement_id AND f.org = g.org AND f.event_id = m.event_id
    """,
    """
    DELETE FROM audience a USING unnest(%(orgs)s::int8[], %(movements)s::int8[])
        AS g (org, movement_id), movement m
    WHERE m.movement_id = g.movement_id AND a.org = g.org AND a.event_id = m.event_id
    """,
)
_SIGHTS = """
    FROM unnest(%(orgs)s::int8[], %(movements)s::int8[]) AS g (org, movement_id)
    JOIN movement m ON m.movement_id = g.movement_id
    JOIN movement_reader r ON r.org = g.org AND r.movement_id = g.movement_id
"""
_GIVE = (
    "INSERT INTO audience (org, event_id, month, until)"
    " SELECT g.org, m.event_id, m.month, nullif(r.until, '9999-12-31T00:00:00Z')"
    + _SIGHTS
    + " WHERE m.event_id IS NOT NULL ON CONFLICT DO NOTHING",
    "INSERT INTO feed (org, seq, event_id, month, until)"
    " SELECT g.org, l.seq, m.event_id, m.month, nullif(r.until, '9999-12-31T00:00:00Z')"
    + _SIGHTS
    + " JOIN log_leaf l ON l.event_id = m.event_id ON CONFLICT DO NOTHING",
)
