"""Files of provinces and rules as they are published: proposed, signed, in force from a time on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from waglan.codes.party import PartyId
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class NewEdition:
    """A file that is proposed; `open` is what anybody may read of it, `policy` its figures."""

    id: UUID
    concerned: tuple[int, ...]
    kind: str
    name: str
    sha256: bytes
    file: bytes
    open: bytes
    policy: bytes | None
    watch: bytes | None
    from_at: datetime
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """A file as it was proposed, with whom it concerns; `in_force_at` once all have signed."""

    number: int
    id: UUID
    concerned: tuple[int, ...]
    parties: tuple[PartyId, ...]
    kind: str
    name: str
    sha256: bytes
    from_at: datetime
    proposed_at: datetime
    in_force_at: datetime | None


@dataclass(frozen=True, slots=True)
class EditionDone:
    """What an officer did about an edition, as he signed it."""

    org: int
    party: PartyId
    officer: str
    act: str
    body: bytes
    signature: bytes
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class InForce:
    """An edition that trips are planned by since a time."""

    number: int
    kind: str
    name: str
    sha256: bytes
    policy_sha256: bytes | None
    from_at: datetime


async def hold(tx: Transaction, edition: UUID) -> None:
    """Let nobody else act on this edition before the transaction ends."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('edition ' || %s, 0))", [str(edition)]
    )


async def add(tx: Transaction, org: int, new: NewEdition) -> int:
    """Keep a proposal; return its number."""
    row = await (
        await tx.execute(
            "INSERT INTO edition (id, org, concerned, kind, name, sha256, file, open, policy,"
            " watch, from_at, proposed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING edition_id",
            [new.id, org, list(new.concerned), new.kind, new.name, new.sha256, new.file, new.open,
             new.policy, new.watch, new.from_at, new.proposed_at],
        )
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else 0


_EDITION = """
    SELECT e.edition_id, e.id, e.concerned,
           ARRAY(SELECT o.party FROM organisation o WHERE o.org = ANY (e.concerned) ORDER BY 1),
           e.kind, e.name, e.sha256, e.from_at, e.proposed_at, f.from_at
    FROM edition e LEFT JOIN edition_in_force f USING (edition_id)
"""


def _edition(row: Sequence[Any]) -> Edition:
    number, id_, concerned, parties, kind, name, sha256, *times = row
    return Edition(
        int(number), id_, tuple(concerned), tuple(map(PartyId, parties)), kind, name,
        bytes(sha256), *times,
    )  # fmt: skip


async def by_id(tx: Transaction, edition: UUID) -> Edition | None:
    """Return an edition, if it concerns whoever asks."""
    row = await (await tx.execute(_EDITION + " WHERE e.id = %s", [edition])).fetchone()
    return None if row is None else _edition(row)


async def page(tx: Transaction, *, after: UUID | None, at_most: int) -> list[Edition]:
    """Return the editions that concern whoever asks, newest first, from behind one of them."""
    rows = await tx.execute(
        _EDITION + " WHERE %(after)s::uuid IS NULL OR e.edition_id <"
        " (SELECT b.edition_id FROM edition b WHERE b.id = %(after)s)"
        " ORDER BY e.edition_id DESC LIMIT %(n)s",
        {"after": after, "n": at_most},
    )
    return [_edition(row) for row in await rows.fetchall()]


async def file_of(tx: Transaction, number: int) -> bytes:
    """Return an edition's file as it was handed in."""
    row = await (
        await tx.execute("SELECT file FROM edition WHERE edition_id = %s", [number])
    ).fetchone()
    return b"" if row is None else bytes(row[0])


async def acts(tx: Transaction, number: int) -> list[EditionDone]:
    """Return what was done about an edition, in order."""
    rows = await tx.execute(
        "SELECT a.org, o.party, a.officer, a.act, a.body, a.signature, a.acted_at"
        " FROM edition_act a JOIN organisation o USING (org) WHERE a.edition_id = %s"
        " ORDER BY a.edition_act_id",
        [number],
    )
    return [
        EditionDone(org, PartyId(party), officer, act, bytes(body), bytes(signature), at)
        for org, party, officer, act, body, signature, at in await rows.fetchall()
    ]


async def add_act(tx: Transaction, number: int, done: EditionDone, event_id: int) -> None:
    """Keep what an officer did."""
    await tx.execute(
        "INSERT INTO edition_act (edition_id, org, officer, act, body, signature, event_id,"
        " acted_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [number, done.org, done.officer, done.act, done.body, done.signature, event_id,
         done.acted_at],
    )  # fmt: skip


async def put_in_force(tx: Transaction, org: int, number: int, *, from_at: datetime) -> None:
    """Have trips planned by an edition from a time on; the database asks for its signatures."""
    await tx.execute(
        "INSERT INTO edition_in_force (edition_id, org, kind, name, sha256, open, policy_sha256,"
        " from_at) SELECT edition_id, %s, kind, name, sha256, open, sha256(policy), %s"
        " FROM edition WHERE edition_id = %s",
        [org, from_at, number],
    )


async def take_back(tx: Transaction, number: int) -> None:
    """Have an edition that is not in force yet never be so."""
    await tx.execute("DELETE FROM edition_in_force WHERE edition_id = %s", [number])


async def in_force(tx: Transaction, at: datetime) -> list[InForce]:
    """Return the edition of each name that trips were planned by at a time."""
    rows = await tx.execute(
        "SELECT DISTINCT ON (kind, name) edition_id, kind, name, sha256, policy_sha256, from_at"
        " FROM edition_in_force WHERE from_at <= %s"
        " ORDER BY kind, name, from_at DESC, edition_id DESC",
        [at],
    )
    return [
        InForce(int(number), kind, name, bytes(sha256), None if p is None else bytes(p), from_at)
        for number, kind, name, sha256, p, from_at in await rows.fetchall()
    ]


async def opened(tx: Transaction, number: int) -> bytes:
    """Return what anybody reads of an edition in force."""
    row = await (
        await tx.execute("SELECT open FROM edition_in_force WHERE edition_id = %s", [number])
    ).fetchone()
    return b"" if row is None else bytes(row[0])


async def watch_of(tx: Transaction, name: str, at: datetime) -> bytes | None:
    """Return the figures of alarms of the rules in force; to their authority and the engine."""
    row = await (
        await tx.execute(
            "SELECT e.watch FROM edition_in_force f JOIN edition e USING (edition_id)"
            " WHERE f.kind = 'jurisdiction' AND f.name = %s AND f.from_at <= %s"
            " ORDER BY f.from_at DESC, f.edition_id DESC LIMIT 1",
            [name, at],
        )
    ).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


async def adopt_policy(tx: Transaction, trip: int, number: int) -> None:
    """Have an edition's figures written down for a trip, unread."""
    await tx.execute("SELECT adopt_policy(%s, %s)", [trip, number])
