"""Assemblies, manifests, bills and who may read them, in PostgreSQL."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from psycopg.rows import TupleRow

from waglan.codes.party import PartyId
from waglan.logbook.sealed import SALT_BYTES, Vault
from waglan.manifest.identity import BillKey, bill_key
from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Head,
    Level,
    Manifest,
    PartyRole,
)
from waglan.manifest.personal import Personal, is_whole, open_personal, seal_personal
from waglan.store import Transaction, _binary, bulk
from waglan.store.versions import IN_CHAIN, STANDS, Chain

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
CONSIGNMENTS_MAX = 1 << 20  # of one manifest: the places that one consignment block has

_replace = msgspec.structs.replace
_encode = msgspec.json.Encoder().encode
_head = msgspec.json.Decoder(Head).decode
_bill = msgspec.json.Decoder(Bill).decode
_equipment = msgspec.json.Decoder(Equipment).decode


@dataclass(frozen=True, slots=True)
class Filed:
    """A version of a manifest as kept."""

    manifest_id: int
    org: int
    id: UUID
    filed_with: int
    document: str
    call: str
    version: int
    function: Function
    reference: str
    message_id: int
    head: Head
    bills: int
    arrives_at: datetime | None
    filed_at: datetime


async def latest(tx: Transaction, chain: Chain) -> Filed | None:
    """Return the newest version of a manifest."""
    row = await (
        await tx.execute(_FILED + IN_CHAIN + " ORDER BY version DESC LIMIT 1", chain)
    ).fetchone()
    return None if row is None else _filed(row)


_FILED = """
    SELECT manifest_id, org, id, filed_with, document, call, version, function, reference,
           message_id, head, bills, arrives_at, filed_at
    FROM manifest
"""


def _filed(row: TupleRow) -> Filed:
    values = dict(zip(_COLUMNS, row, strict=True))
    values |= {"function": Function(values["function"]), "head": _head(values["head"])}
    return Filed(**values)


_COLUMNS = [column.name for column in fields(Filed)]


async def by_id(tx: Transaction, manifest: UUID) -> Filed | None:
    """Return the manifest of that id, if the reader may see it."""
    row = await (await tx.execute(_FILED + " WHERE id = %s", [manifest])).fetchone()
    return None if row is None else _filed(row)


async def by_number(tx: Transaction, manifest_id: int) -> Filed | None:
    """Return the manifest of that number inside the store, if the reader may see it."""
    row = await (await tx.execute(_FILED + " WHERE manifest_id = %s", [manifest_id])).fetchone()
    return None if row is None else _filed(row)


class Wanted(NamedTuple):
    """Which manifests are looked for; None is any."""

    document: str | None = None
    call: str | None = None


async def newest(
    tx: Transaction, wanted: Wanted, *, before: int | None, at_most: int
) -> list[Filed]:
    """Return the manifests that the reader may see, newest first, from a cursor downwards."""
    rows = await tx.execute(
        _FILED + " WHERE manifest_id < %s AND document = coalesce(%s, document)"
        " AND call = coalesce(%s, call) ORDER BY manifest_id DESC LIMIT %s",
        [before if before is not None else (1 << 62), *wanted, at_most],
    )
    return [_filed(row) for row in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class NewManifest:
    """What goes with a manifest when it is kept."""

    org: int
    id: UUID
    filed_with: int
    document: str
    call: str
    version: int
    function: Function
    reference: str
    assembly_id: int
    message_id: int
    arrives_at: datetime | None
    received_at: datetime
    filed_at: datetime


async def add(
    tx: Transaction,
    vault: Vault,
    new: NewManifest,
    manifest: Manifest,
    commitments: Sequence[Sequence[bytes]],
) -> tuple[int, dict[BillKey, int]]:
    """Keep a version of a manifest; return its number and its consignments' numbers by bill.

    `commitments` holds, bill by bill, the salts of the commitments in the bill's event.
    """
    manifest_id = await _add_head(tx, new, manifest)
    keys = [bill_key(bill) for bill in manifest.bills]
    consignments = await _consignments(tx, (new.org, new.filed_with), keys)
    inside = [consignments[key] for key in keys]
    kept = _Kept(new.org, manifest_id, manifest.bills, inside)
    await _add_bills(tx, vault, kept, commitments)
    boxes = manifest.equipment
    await bulk.insert_columns(
        tx,
        "equipment",
        (
            ("n", "int4"),
            ("manifest_id", "int8"),
            ("org", "int8"),
            ("number", "text"),
            ("particulars", "bytea"),
        ),
        [
            range(len(boxes)),
            [manifest_id] * len(boxes),
            [new.org] * len(boxes),
            [box.number for box in boxes],
            list(map(_encode, boxes)),
        ],
    )
    return manifest_id, consignments


@dataclass(frozen=True, slots=True)
class _Kept:
    """A manifest whose head is written and whose bills follow."""

    org: int
    manifest_id: int
    bills: Sequence[Bill]
    consignments: Sequence[int]  # bill by bill


async def _add_head(tx: Transaction, new: NewManifest, manifest: Manifest) -> int:
    head = manifest.head
    row = await (
        await tx.execute(
            """
            INSERT INTO manifest (org, id, filed_with, document, call, version, function,
                reference, assembly_id, message_id, vessel, imo, voyage, port_of_call, arrives_at,
                head, bills, received_at, filed_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            RETURNING manifest_id
            """,
            [
                new.org,
                new.id,
                new.filed_with,
                new.document,
                new.call,
                new.version,
                new.function.value,
                new.reference,
                new.assembly_id,
                new.message_id,
                head.vessel,
                head.imo,
                head.voyage,
                head.port_of_call,
                new.arrives_at,
                _encode(head),
                len(manifest.bills),
                new.received_at,
                new.filed_at,
            ],
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("PostgreSQL returned no row for an INSERT")
    return int(row[0])


async def _consignments(
    tx: Transaction, of: tuple[int, int], keys: Sequence[BillKey]
) -> dict[BillKey, int]:
    """Return the consignment of each bill of a filer with an authority, made now if it is new."""
    org, authority = of
    found = await tx.execute(
        "SELECT parent, number, consignment FROM consignment"
        " WHERE org = %s AND authority = %s AND number = ANY (%s::text[])",
        [org, authority, _binary.texts([number for _, number in keys])],
    )
    known: dict[BillKey, int] = {(p, n): c for p, n, c in await found.fetchall()}
    new = [key for key in dict.fromkeys(keys) if key not in known]
    if new:
        row = await (await tx.execute("SELECT nextval('consignment_block') << 20")).fetchone()
        first = int(row[0]) if row else 0
        made = {key: first + i for i, key in enumerate(new)}
        await bulk.insert_columns(
            tx,
            "consignment",
            _CONSIGNMENT,
            [list(made.values()), *([one] * len(new) for one in of), *zip(*new, strict=True)],
        )
        known |= made
    return known


_CONSIGNMENT = (
    ("consignment", "int8"),
    ("org", "int8"),
    ("authority", "int8"),
    ("parent", "text"),
    ("number", "text"),
)


async def _add_bills(
    tx: Transaction, vault: Vault, kept: _Kept, commitments: Sequence[Sequence[bytes]]
) -> None:
    of = kept.consignments
    beside = [[number] * len(of) for number in (kept.manifest_id, kept.org)]
    await bulk.insert_columns(tx, "bill", _BILL, [of, *beside, *_bill_cells(kept.bills)])
    sealed = _personal_cells(vault, kept.bills, commitments)
    await bulk.insert_columns(tx, "bill_personal", _PERSONAL, [of, *beside, *sealed])
    stowed = [_stowed(bill) for bill in kept.bills]
    inside = [
        consignment
        for consignment, boxes in zip(kept.consignments, stowed, strict=True)
        for _ in boxes
    ]
    await bulk.insert_columns(
        tx,
        "bill_equipment",
        (
            ("consignment", "int8"),
            ("manifest_id", "int8"),
            ("org", "int8"),
            ("container", "text"),
            ("packages", "int4"),
        ),
        [
            inside,
            [kept.manifest_id] * len(inside),
            [kept.org] * len(inside),
            [container for boxes in stowed for container in boxes],
            [packages for boxes in stowed for packages in boxes.values()],
        ],
    )


_OF = (("consignment", "int8"), ("manifest_id", "int8"), ("org", "int8"))
_BILL = (
    *_OF,
    ("number", "text"),
    ("parent", "text"),
    ("level", "text"),
    ("forwarder", "text"),
    ("particulars", "bytea"),
)
_FORWARDER = PartyRole.FORWARDER  # Python 3.11 is slow to find a member by its name
_PERSONAL = (*_OF, ("key_salt", "bytea"), ("sealed", "bytea"), ("blind", "bytea[]"))


def _bill_cells(bills: Sequence[Bill]) -> list[Sequence[bulk.Cell]]:
    level = {one: one.value for one in Level}
    return [
        [bill.number for bill in bills],
        [bill.parent for bill in bills],
        [level[bill.level] for bill in bills],
        [_forwarder(bill) for bill in bills],
        [_encode(_bare(bill)) for bill in bills],
    ]


def _personal_cells(
    vault: Vault, bills: Sequence[Bill], commitments: Sequence[Sequence[bytes]]
) -> list[Sequence[bulk.Cell]]:
    drawn = os.urandom(SALT_BYTES * len(bills))
    salts = [drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES)]
    # A ship carries for the same firms again and again: each name is blinded once.
    blind = {name: vault.blind(name) for name in {p.name for b in bills for p in b.parties}}
    return [
        salts,
        [
            seal_personal(vault, salt, _personal(bill, made))
            for bill, salt, made in zip(bills, salts, commitments, strict=True)
        ],
        [[blind[party.name] for party in bill.parties] for bill in bills],
    ]


def _personal(bill: Bill, commitments: Sequence[bytes]) -> Personal:
    marks = tuple([goods.marks for goods in bill.goods])
    return Personal(bill.parties, marks, tuple(commitments))


def _forwarder(bill: Bill) -> str | None:
    """The code of the one forwarder that the bill names: an organisation's, never a person's."""
    codes = {party.code for party in bill.parties if party.role is _FORWARDER}
    return codes.pop() if len(codes) == 1 else None


def _bare(bill: Bill) -> Bill:
    """The bill without what names people: parties and marks are sealed elsewhere."""
    goods = tuple([_replace(item, marks="") if item.marks else item for item in bill.goods])
    return _replace(bill, parties=(), goods=goods)


def _stowed(bill: Bill) -> dict[str, int | None]:
    if len(bill.goods) == 1 and len(bill.goods[0].stowed) == 1:  # as most bills are
        package = bill.goods[0].stowed[0]
        return {package.container: package.count}
    boxes: dict[str, int | None] = {}
    for goods in bill.goods:
        for package in goods.stowed:
            before = boxes.get(package.container)
            counts = [count for count in (before, package.count) if count is not None]
            boxes[package.container] = sum(counts) if counts else None
    return boxes


async def load(tx: Transaction, vault: Vault, filed: Filed) -> Manifest:
    """Return a manifest whole, as far as the reader may see it; erased persons are left out."""
    rows = await tx.execute(
        """
        SELECT b.particulars, p.key_salt, p.sealed
        FROM bill b LEFT JOIN bill_personal p USING (consignment, manifest_id)
        WHERE b.manifest_id = %s
        """,
        [filed.manifest_id],
    )
    bills = [_whole(vault, *row) for row in await rows.fetchall()]
    bills.sort(key=lambda bill: (bill.part, bill.segment or 0))
    boxes = await tx.execute(
        "SELECT particulars FROM equipment WHERE manifest_id = %s ORDER BY n", [filed.manifest_id]
    )
    equipment = tuple(_equipment(particulars) for (particulars,) in await boxes.fetchall())
    return Manifest(filed.head, tuple(bills), equipment, max((b.part for b in bills), default=1))


async def whole_bill(
    vault: Vault, particulars: bytes, salt: bytes | None, sealed: bytes | None
) -> Bill:
    """Return a bill with its parties and marks; without them where they are erased."""
    return _whole(vault, particulars, salt, sealed)


def _whole(vault: Vault, particulars: bytes, salt: bytes | None, sealed: bytes | None) -> Bill:
    bill = _bill(particulars)
    if salt is None or sealed is None:  # every bill has its sealed row until that is erased
        return _replace(bill, erased=True)
    personal = open_personal(vault, bytes(salt), bytes(sealed))
    goods = tuple(
        _replace(item, marks=marks) for item, marks in zip(bill.goods, personal.marks, strict=True)
    )
    erased = bill.erased or not is_whole(personal)
    return _replace(bill, parties=personal.parties, goods=goods, erased=erased)


async def let_read(
    tx: Transaction, manifest_id: int, views: Mapping[PartyId, str], *, until: datetime = FOREVER
) -> None:
    """Let organisations see every consignment of a manifest, each with its view."""
    await tx.execute(
        """
        INSERT INTO reader (org, consignment, view, until)
        SELECT o.org, b.consignment, v.view, %s
        FROM bill b, unnest(%s::text[], %s::text[]) AS v (party, view)
        JOIN organisation o ON o.party = v.party
        WHERE b.manifest_id = %s
        ON CONFLICT DO NOTHING
        """,
        [until, list(views), list(views.values()), manifest_id],
    )


async def consignments(tx: Transaction, manifest_id: int) -> dict[BillKey, int]:
    """Return the consignments of a manifest's bills, as far as they may be seen."""
    rows = await tx.execute(
        "SELECT coalesce(parent, ''), number, consignment FROM bill WHERE manifest_id = %s",
        [manifest_id],
    )
    return {(parent, number): consignment for parent, number, consignment in await rows.fetchall()}


async def bills_beyond(
    tx: Transaction, manifest_id: int, *, after: int | None, at_most: int
) -> list[int]:
    """Return the consignments of a manifest's bills that may be seen, beyond one, in order."""
    rows = await tx.execute(
        "SELECT consignment FROM bill WHERE manifest_id = %s AND consignment > %s"
        " ORDER BY consignment LIMIT %s",
        [manifest_id, -1 if after is None else after, at_most],
    )
    return [consignment for (consignment,) in await rows.fetchall()]


async def of_call(tx: Transaction, call: str, *, at_most: int) -> list[Filed]:
    """Return the manifests that stand for a call and that the reader may see whole."""
    rows = await tx.execute(
        f"{_FILED} m WHERE call = %s AND {STANDS} ORDER BY manifest_id LIMIT %s".encode(),
        [call, at_most],
    )
    return [_filed(row) for row in await rows.fetchall()]


async def was_filed(tx: Transaction, call: str) -> bool:
    """Whether any manifest of a call was ever filed, as far as the reader sees it whole."""
    rows = await tx.execute("SELECT 1 FROM manifest WHERE call = %s LIMIT 1", [call])
    return await rows.fetchone() is not None


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of a manifest, and by number the (loading, discharge) ports of their bills."""

    equipment: Sequence[Equipment]
    ports: Mapping[str, Sequence[tuple[str | None, str | None]]]


async def boxes(tx: Transaction, manifest_id: int) -> Boxes:
    """Return what a manifest says of its boxes, no goods and no party opened."""
    rows = await tx.execute(
        "SELECT particulars FROM equipment WHERE manifest_id = %s ORDER BY n", [manifest_id]
    )
    equipment = [_equipment(particulars) for (particulars,) in await rows.fetchall()]
    rows = await tx.execute(
        "SELECT e.container, b.particulars FROM bill_equipment e"
        " JOIN bill b USING (manifest_id, consignment) WHERE e.manifest_id = %s",
        [manifest_id],
    )
    ports: dict[str, list[tuple[str | None, str | None]]] = {}
    for container, particulars in await rows.fetchall():
        bill = _bill(particulars)
        ports.setdefault(container.upper(), []).append(
            (bill.place_of_loading, bill.port_of_discharge)
        )
    return Boxes(equipment, ports)
