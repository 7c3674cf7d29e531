"""What is destroyed and what was: requests, the rows they take away, and the list of them all.

Deleting a row destroys the salt its key is made of; the leaf of every event stays in the log.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where, encode
from waglan.store import Transaction, bulk
from waglan.store.accounts import Holder

# Held by whoever reads a message and files what it says, taken alone by an erasure: what is on its
# way in would else be written after the erasure has looked.
_LOCK = 0x657261736572
SCAN_BATCH = 200


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An erasure that an operator asked for; what it is about stands sealed beside it."""

    request: UUID
    org: int
    asked_by: str
    kind: str
    rule: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """An erasure that was carried out, and how much of what it took."""

    erasure: UUID
    org: int
    kind: str
    rule: str
    erased_at: datetime
    bills: int
    messages: int
    persons: int
    events: int
    still_named: Sequence[int]  # events, by their numbers, whose text holds the name
    sheets: int = 0  # drafts, templates, addresses, letters


async def ask(tx: Transaction, row: RequestRow, key_salt: bytes, sealed: bytes) -> None:
    """Keep a request; the engine carries it out."""
    await tx.execute(
        "INSERT INTO erasure_request (request, org, asked_by, kind, rule, asked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [row.request, row.org, row.asked_by, row.kind, row.rule, row.asked_at],
    )
    await tx.execute(
        "INSERT INTO erasure_wish (request, key_salt, sealed) VALUES (%s, %s, %s)",
        [row.request, key_salt, sealed],
    )


async def is_asked(tx: Transaction, request: UUID) -> bool:
    """Tell whether the organisation asked for this erasure."""
    found = await tx.execute("SELECT 1 FROM erasure_request WHERE request = %s", [request])
    return await found.fetchone() is not None


async def waiting(tx: Transaction) -> tuple[RequestRow, bytes, bytes] | None:
    """Return the oldest request that waits, with the salt and the sealed words of what it wants."""
    row = await (
        await tx.execute(
            "SELECT request, org, asked_by, kind, rule, asked_at, key_salt, sealed"
            " FROM erasure_request JOIN erasure_wish USING (request) ORDER BY asked_at, request"
            " LIMIT 1"
        )
    ).fetchone()
    return None if row is None else (RequestRow(*row[:6]), bytes(row[6]), bytes(row[7]))


async def take(tx: Transaction, request: UUID) -> bool:
    """Take a request away to carry it out; False if another worker has done so."""
    done = await tx.execute("DELETE FROM erasure_wish WHERE request = %s", [request])
    return bool(done.rowcount)


async def keep_out(tx: Transaction) -> None:
    """Let no erasure look before this transaction ends, which files what a message says."""
    await tx.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK], prepare=True)


async def be_alone(tx: Transaction) -> None:
    """Wait until nobody files what a message says, and let nobody until this transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


@dataclass(frozen=True, slots=True)
class Raw:
    """A message with the salt that opens it, as the engine walks over all of them."""

    message_id: int
    org: int
    id: UUID


async def messages_after(tx: Transaction, message_id: int) -> list[Raw]:
    """Return the next messages that can still be read, whoever sent them."""
    rows = await tx.execute(
        "SELECT m.message_id, m.org, m.id FROM message m JOIN message_secret USING (message_id)"
        " WHERE m.message_id > %s ORDER BY m.message_id LIMIT %s",
        [message_id, SCAN_BATCH],
    )
    return [Raw(*row) for row in await rows.fetchall()]


async def messages_of(tx: Transaction, blind: bytes, *, until: datetime) -> set[UUID]:
    """Return the messages that made the manifests and documents which name somebody."""
    rows = await tx.execute(
        """
        SELECT m.id FROM bill_personal p JOIN manifest f USING (manifest_id)
        JOIN assembly_part a USING (assembly_id) JOIN message m ON m.message_id = a.message_id
        WHERE p.blind @> ARRAY[%(blind)s]::bytea[] AND f.filed_at <= %(until)s
        UNION SELECT m.id FROM document_key k JOIN document d USING (document_id)
              JOIN message m USING (message_id)
              WHERE k.kind = 'party' AND k.key = %(hex)s AND d.received_at <= %(until)s
        """,
        {"blind": blind, "hex": blind.hex(), "until": until},
    )
    return {id_ for (id_,) in await rows.fetchall()}


async def messages_before(tx: Transaction, day: datetime) -> set[UUID]:
    """Return the messages received before a moment that can still be read."""
    rows = await tx.execute(
        "SELECT m.id FROM message m JOIN message_secret USING (message_id)"
        " WHERE m.received_at < %s",
        [day],
    )
    return {id_ for (id_,) in await rows.fetchall()}


async def orgs_of(tx: Transaction, messages: Sequence[UUID], blinds: Sequence[bytes]) -> set[int]:
    """Return the organisations whose papers an erasure takes: filers, and whom they filed with."""
    rows = await tx.execute(
        """
        SELECT org FROM message WHERE id = ANY (%(messages)s)
        UNION SELECT d.addressee FROM document d JOIN message m USING (message_id)
              WHERE m.id = ANY (%(messages)s) AND d.addressee IS NOT NULL
        UNION SELECT f.org FROM bill_personal p JOIN manifest f USING (manifest_id)
              WHERE p.blind && %(blinds)s::bytea[]
        UNION SELECT f.filed_with FROM bill_personal p JOIN manifest f USING (manifest_id)
              WHERE p.blind && %(blinds)s::bytea[]
        """,
        {"messages": list(messages), "blinds": list(blinds)},
    )
    return {int(org) for (org,) in await rows.fetchall()}


async def destroy_messages(tx: Transaction, messages: Sequence[UUID], *, now: datetime) -> int:
    """Destroy the bytes of messages, their answers and what was found; return how many went."""
    ids = list(messages)
    gone = await tx.execute(
        "DELETE FROM message_secret s USING message m"
        " WHERE m.message_id = s.message_id AND m.id = ANY (%s) RETURNING m.message_id",
        [ids],
    )
    taken = [number for (number,) in await gone.fetchall()]
    await tx.execute(
        "DELETE FROM message_chunk c USING message m"
        " WHERE c.org = m.org AND c.id = m.id AND m.id = ANY (%s)",
        [ids],
    )
    await tx.execute(
        "DELETE FROM document d USING message m"
        " WHERE m.message_id = d.message_id AND m.id = ANY (%s)",
        [ids],
    )
    await tx.execute(
        "DELETE FROM answer a USING message m"
        " WHERE m.message_id = a.message_id AND m.id = ANY (%s)",
        [ids],
    )
    # Of what still waited no more can be read: it is refused, but for what its steps have accepted.
    await tx.execute(
        """
        INSERT INTO outcome (message_id, org, state, findings, finished_at)
        SELECT m.message_id, m.org,
               CASE WHEN EXISTS (SELECT 1 FROM message_step s WHERE s.message_id = m.message_id
                                 AND s.accepted > 0) THEN 'partly' ELSE 'refused' END, %s, %s
        FROM message m WHERE m.message_id = ANY (%s)
        ON CONFLICT (message_id) DO UPDATE SET findings = ''
        """,
        [encode([_UNFINISHED]), now, taken],
    )
    return len(taken)


# Kept in plain words: what would seal it is destroyed, and it names nobody.
_UNFINISHED = Finding("MESSAGE-ERASED", Severity.ERROR, Where("message"), {})


@dataclass(frozen=True, slots=True)
class Personal:
    """The sealed row of one bill of one manifest."""

    manifest_id: int
    consignment: int
    org: int
    key_salt: bytes
    sealed: bytes
    blind: tuple[bytes, ...]


async def bills_of(tx: Transaction, blind: bytes, *, until: datetime) -> AsyncIterator[Personal]:
    """Yield the sealed rows that name somebody, of manifests filed up to a moment."""
    rows = await tx.execute(
        "SELECT p.manifest_id, p.consignment, p.org, p.key_salt, p.sealed, p.blind"
        " FROM bill_personal p JOIN manifest f USING (manifest_id)"
        " WHERE p.blind @> ARRAY[%s]::bytea[] AND f.filed_at <= %s",
        [blind, until],
    )
    for manifest_id, consignment, org, salt, sealed, blinds in await rows.fetchall():
        yield Personal(
            manifest_id, consignment, org, bytes(salt), bytes(sealed), tuple(map(bytes, blinds))
        )


async def replace_bill(tx: Transaction, old: Personal, new: Personal | None) -> None:
    """Delete a sealed row, and keep what of it belongs to others under a salt of its own."""
    await tx.execute(
        "DELETE FROM bill_personal WHERE consignment = %s AND manifest_id = %s",
        [old.consignment, old.manifest_id],
    )
    if new is not None:
        await tx.execute(
            "INSERT INTO bill_personal (manifest_id, consignment, org, key_salt, sealed, blind)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [new.manifest_id, new.consignment, new.org, new.key_salt, new.sealed, list(new.blind)],
        )


async def persons_of(
    tx: Transaction, *, blind: bytes | None, subject: str | None, until: datetime
) -> list[Holder]:
    """Return who has this name or id, by firm: a name is also looked for among login names."""
    found = await tx.execute(
        "SELECT DISTINCT p.org, p.subject FROM person p LEFT JOIN login l ON l.subject = p.subject"
        " WHERE (p.blind = %(blind)s OR l.blind = %(blind)s OR p.subject = %(subject)s)"
        " AND p.registered_at <= %(until)s ORDER BY p.org, p.subject",
        {"blind": blind, "subject": subject, "until": until},
    )
    return [Holder(*row) for row in await found.fetchall()]


async def destroy_persons(tx: Transaction, subjects: Sequence[str]) -> None:
    """Destroy who these persons are and how they sign in; their office has ended before."""
    await tx.execute(
        "DELETE FROM link_use u USING one_time_link k"
        " WHERE k.link = u.link AND k.subject = ANY (%s)",
        [list(subjects)],
    )
    for forget in _FORGET:
        await tx.execute(forget, [list(subjects)])


_FORGET = (
    "DELETE FROM one_time_link WHERE subject = ANY (%s)",
    "DELETE FROM password WHERE subject = ANY (%s)",
    "DELETE FROM login WHERE subject = ANY (%s)",
    "DELETE FROM person WHERE subject = ANY (%s)",
)


async def add(tx: Transaction, done: Done, targets: Sequence[tuple[str, str]]) -> None:
    """Enter an erasure in the list, with all that a restored backup must lose again."""
    await tx.execute(
        "INSERT INTO erasure (erasure, org, kind, rule, erased_at, bills, messages, persons,"
        " events, still_named, sheets)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [
            done.erasure,
            done.org,
            done.kind,
            done.rule,
            done.erased_at,
            done.bills,
            done.messages,
            done.persons,
            done.events,
            list(done.still_named),
            done.sheets,
        ],
    )
    await bulk.insert(
        tx,
        "erased",
        (("kind", "text"), ("target", "text"), ("erasure", "uuid")),
        [(kind, target, done.erasure) for kind, target in targets],
        or_ignore=True,
    )


async def done(tx: Transaction, erasure: UUID) -> Done | None:
    """Return what an erasure took; None while it waits, or if it is somebody else's."""
    row = await (await tx.execute(_DONE + " WHERE erasure = %s", [erasure])).fetchone()
    return None if row is None else Done(*row)


_DONE = """
    SELECT erasure, org, kind, rule, erased_at, bills, messages, persons, events, still_named,
           sheets
    FROM erasure
"""


async def every(tx: Transaction) -> list[tuple[Done, list[tuple[str, str]]]]:
    """Return all erasures with their targets, oldest first."""
    rows = await tx.execute(_DONE + " ORDER BY erased_at, erasure")
    found = [Done(*row) for row in await rows.fetchall()]
    pairs = await tx.execute("SELECT erasure, kind, target FROM erased ORDER BY kind, target")
    targets: dict[UUID, list[tuple[str, str]]] = {}
    for erasure, kind, target in await pairs.fetchall():
        targets.setdefault(erasure, []).append((kind, target))
    return [(one, targets.get(one.erasure, [])) for one in found]
