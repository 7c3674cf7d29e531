"""What was told of boxes, in PostgreSQL: reports, their movements, and how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from uuid import UUID

import msgspec

from waglan.cargo.correction import Standing
from waglan.cargo.movement import Movement, MovementReport
from waglan.cargo.stowage import Stowage
from waglan.codes.event import EventCode
from waglan.codes.party import PartyId
from waglan.manifest.call import Voyage
from waglan.store import Transaction, bulk

MOVEMENTS_MAX = 1 << 20  # of one report: the places that one movement block has
PLAN = "BAPLIE"

_encode = msgspec.json.Encoder(order="deterministic").encode
_movement = msgspec.json.Decoder(Movement).decode


@dataclass(frozen=True, slots=True)
class NewReport:
    """What goes with a report when it is kept."""

    org: int
    addressee: str
    message_id: int
    message: UUID
    place: int
    kind: str
    sha256: bytes
    told_at: datetime
    first: int  # the number of its first movement; the others follow


class Row(msgspec.Struct, frozen=True, gc=False):
    """One movement to be kept; `withdraws` is the one that it takes back."""

    movement: Movement
    happened_at: datetime | None
    voyage: Voyage
    withdraws: int | None = None
    document: str | None = None  # None: that of the report
    written: bytes | None = None  # what `written` gave of the movement, if it was asked


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A movement that is to be taken back, as it was told."""

    number: int
    movement: Movement
    voyage: Voyage


async def written(movements: Sequence[Movement | None]) -> list[bytes]:
    """Return each movement as it is kept."""
    return list(map(_encode, movements))


async def is_known(tx: Transaction, kind: str, document: str, sha256: bytes) -> bool:
    """Whether this organisation told this very message before, in whatever interchange."""
    row = await (
        await tx.execute(
            "SELECT 1 FROM report WHERE org = current_org() AND kind = %s AND document = %s"
            " AND sha256 = %s LIMIT 1",
            [kind, document, sha256],
        )
    ).fetchone()
    return row is not None


async def standing(tx: Transaction, kind: str, document: str) -> list[Standing]:
    """Return the movements of this organisation's document that nobody took back."""
    rows = await tx.execute(
        """
        SELECT m.movement_id, m.container, m.code, m.particulars
        FROM report r JOIN movement m USING (report_id)
        WHERE r.org = current_org() AND r.kind = %s AND r.document = %s AND m.withdraws IS NULL
          AND NOT EXISTS (SELECT 1 FROM movement w WHERE w.withdraws = m.movement_id)
        ORDER BY m.movement_id
        """,
        [kind, document],
    )
    return [
        Standing(number, (container, EventCode(code), _movement(particulars).status))
        for number, container, code, particulars in await rows.fetchall()
    ]


async def of_numbers(tx: Transaction, numbers: Sequence[int]) -> list[Withdrawn]:
    """Return movements as they were told, by their numbers."""
    rows = await tx.execute(
        "SELECT movement_id, particulars, voyage, imo, vessel, port FROM movement"
        " WHERE movement_id = ANY (%s) ORDER BY movement_id",
        [list(numbers)],
    )
    return [
        Withdrawn(number, _movement(particulars), Voyage(*call))
        for number, particulars, *call in await rows.fetchall()
    ]


async def first_number(tx: Transaction) -> int:
    """Return the first of a million numbers of movements that no other transaction has."""
    asked = await tx.execute("SELECT nextval('movement_block') << 20", prepare=True)
    row = await asked.fetchone()
    return int(row[0]) if row else 0


async def add(
    tx: Transaction,
    new: NewReport,
    report: MovementReport | Stowage,
    rows: Sequence[Row],
    told: Sequence[int] | None,
) -> None:
    """Keep a report with its movements; `told` are their events' numbers."""
    bare = (
        msgspec.structs.replace(report, movements=())
        if isinstance(report, MovementReport)
        else msgspec.structs.replace(report, slots=())
    )
    row = await (
        await tx.execute(
            "INSERT INTO report (org, addressee, message_id, place, kind, document, function,"
            " sha256, head, boxes, told_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING report_id",
            [
                new.org,
                new.addressee,
                new.message_id,
                new.place,
                new.kind,
                report.document,
                report.function.value,
                new.sha256,
                _encode(bare),
                len(rows),
                new.told_at,
            ],
            prepare=True,
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("PostgreSQL returned no row for an INSERT")
    await bulk.insert_columns(
        tx, "movement", _MOVEMENT, _columns(new, report.document, int(row[0]), rows, told)
    )
    await bulk.insert(
        tx,
        "movement_paper",
        _PAPER,
        [
            (number, new.org, list(one.bills), one.booking, list(one.box.dangerous))
            for number, one in enumerate([row.movement for row in rows], start=new.first)
            if one.bills or one.booking or one.box.dangerous
        ],
    )


_PAPER = (
    ("movement_id", "int8"),
    ("org", "int8"),
    ("bills", "text[]"),
    ("booking", "text"),
    ("dangerous", "text[]"),
)
_MOVEMENT = (
    ("movement_id", "int8"),
    ("report_id", "int8"),
    ("org", "int8"),
    ("message", "uuid"),
    ("kind", "text"),
    ("document", "text"),
    ("container", "text"),
    ("code", "text"),
    ("happened_at", "timestamptz"),
    ("told_at", "timestamptz"),
    ("withdraws", "int8"),
    ("event_id", "int8"),
    ("month", "date"),
    ("voyage", "text"),
    ("imo", "text"),
    ("vessel", "text"),
    ("port", "text"),
    ("particulars", "bytea"),
)


def _columns(
    new: NewReport,
    document: str,
    report_id: int,
    rows: Sequence[Row],
    told: Sequence[int] | None,
) -> list[Sequence[bulk.Cell]]:
    count, moved = len(rows), [row.movement for row in rows]
    month = None if told is None else new.told_at.astimezone(UTC).date().replace(day=1)
    return [
        range(new.first, new.first + count),
        [report_id] * count,
        [new.org] * count,
        [new.message] * count,
        [new.kind] * count,
        [document if row.document is None else row.document for row in rows],
        [one.box.number.upper() for one in moved],
        [*map(_code, moved)],
        [row.happened_at for row in rows],
        [new.told_at] * count,
        [row.withdraws for row in rows],
        [None] * count if told is None else told,
        [month] * count,
        *([call(row.voyage) for row in rows] for call in _OF_CALL),
        [_particulars(row) for row in rows],
    ]


# Python 3.11 asks a member for its `value` by a function of its own.
_code = attrgetter("code._value_")
_OF_CALL = [attrgetter(name) for name in ("voyage", "imo", "vessel", "port")]


def _particulars(one: Row) -> bytes:
    # In a shared box bills, booking and goods are others' business: they are kept apart. Free words
    # might name somebody: they stand in the event alone, which can be erased.
    movement = bare = one.movement
    if movement.box.dangerous:
        box = msgspec.structs.replace(movement.box, dangerous=())
        bare = msgspec.structs.replace(movement, box=box)
    if movement.bills or movement.booking or movement.damage or movement.status_text:
        bare = msgspec.structs.replace(bare, bills=(), booking=None, damage=(), status_text=None)
    return one.written if bare is movement and one.written is not None else _encode(bare)


@dataclass(frozen=True, slots=True)
class Told:
    """A movement that stands, as whoever may see it is told of it."""

    number: int
    said_by: PartyId
    message: UUID
    kind: str
    document: str
    happened_at: datetime | None
    told_at: datetime
    voyage: Voyage
    movement: Movement


async def of_voyage(tx: Transaction, voyage: str, *, at_most: int) -> list[Told]:
    """Return what stands of a voyage and may be seen, in the order of the quay.

    Ships may share the number of a voyage: the caller looks whose it is.
    """
    rows = await tx.execute(
        """
        SELECT m.movement_id, o.party, m.message, m.kind, m.document, m.happened_at, m.told_at,
               m.voyage, m.imo, m.vessel, m.port, m.particulars
        FROM movement m JOIN organisation o ON o.org = m.org
        WHERE upper(replace(m.voyage, ' ', '')) = upper(replace(%s, ' ', ''))
          AND m.withdraws IS NULL
          AND NOT EXISTS (SELECT 1 FROM movement w WHERE w.withdraws = m.movement_id)
        ORDER BY coalesce(m.happened_at, m.told_at), m.told_at, m.movement_id LIMIT %s
        """,
        [voyage, at_most],
    )
    return [
        Told(number, PartyId(party), message, kind, document, happened_at, told_at,
             Voyage(*call), _movement(particulars))
        for number, party, message, kind, document, happened_at, told_at, *call, particulars
        in await rows.fetchall()
    ]  # fmt: skip


async def first_discharges(
    tx: Transaction, voyage: str, *, since: datetime, at_most: int
) -> list[tuple[datetime, PartyId, Voyage]]:
    """Return the first discharge in Hong Kong of each ship on a voyage, of those that may be seen.

    Told are the time, who said so, and the ship as he names her.
    """
    rows = await tx.execute(
        """
        SELECT DISTINCT ON (m.imo, m.vessel, m.port)
               m.happened_at, o.party, m.voyage, m.imo, m.vessel, m.port
        FROM movement m JOIN organisation o ON o.org = m.org
        WHERE upper(replace(m.voyage, ' ', '')) = upper(replace(%s, ' ', ''))
          AND m.code = %s AND m.happened_at >= %s AND upper(m.port) ~ '^HK[A-Z]{3}$'
          AND m.withdraws IS NULL
          AND NOT EXISTS (SELECT 1 FROM movement w WHERE w.withdraws = m.movement_id)
        ORDER BY m.imo, m.vessel, m.port, m.happened_at LIMIT %s
        """,
        [voyage, EventCode.EQUIPMENT_DISCHARGED.value, since, at_most],
    )
    return [(at, PartyId(party), Voyage(*call)) for at, party, *call in await rows.fetchall()]


async def of_container(tx: Transaction, container: str, *, at_most: int) -> list[Told]:
    """Return what stands of a box and may be seen, newest first."""
    rows = await tx.execute(
        """
        SELECT m.movement_id, o.party, m.message, m.kind, m.document, m.happened_at, m.told_at,
               m.voyage, m.imo, m.vessel, m.port, m.particulars
        FROM movement m JOIN organisation o ON o.org = m.org
        WHERE m.container = %s AND m.withdraws IS NULL
          AND NOT EXISTS (SELECT 1 FROM movement w WHERE w.withdraws = m.movement_id)
        ORDER BY m.told_at DESC, m.movement_id DESC LIMIT %s
        """,
        [container, at_most],
    )
    return [
        Told(number, PartyId(party), message, kind, document, happened_at, told_at,
             Voyage(*call), _movement(particulars))
        for number, party, message, kind, document, happened_at, told_at, *call, particulars
        in await rows.fetchall()
    ]  # fmt: skip


async def boxes_of_bill(tx: Transaction, number: str, *, at_most: int) -> list[str]:
    """Return the boxes of a bill of which anything was told, for whoever sees this bill and it."""
    rows = await tx.execute(
        "SELECT m.container FROM movement_link l JOIN movement m USING (movement_id)"
        " WHERE l.number = %s AND m.event_id IS NOT NULL"
        " GROUP BY m.container ORDER BY max(m.movement_id) DESC LIMIT %s",
        [number, at_most],
    )
    return [container for (container,) in await rows.fetchall()]
