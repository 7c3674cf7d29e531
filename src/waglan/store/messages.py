"""Raw messages, receipts, outcomes and answers; all that quotes a sender is sealed."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from waglan.logbook.sealed import SALT_BYTES, Vault
from waglan.store import Transaction

CHUNK_BYTES = 1 << 20
# Answers and findings are sealed under the message's salt, in places that no chunk can reach.
_FINDINGS_PLACE = 1 << 40
_ANSWER_PLACE = 1 << 41


@dataclass(frozen=True, slots=True)
class Kept:
    """A message whose raw bytes and receipt are committed."""

    message_id: int
    org: int
    id: UUID
    source: str
    token: str
    sha256: bytes
    size: int
    content_type: str
    received_at: datetime
    clash: bool = False  # another message came under this reference before


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message; `findings` are canonical JSON."""

    state: str
    findings: bytes
    finished_at: datetime
    faults: int = 0  # pieces that could not be worked off by our own fault


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that the sender may fetch."""

    n: int
    kind: str
    size: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer to be kept; `cause` is the event it tells of, None for the message itself."""

    kind: str
    plain: bytes
    cause: int | None
    made_at: datetime


async def new_salt() -> bytes:
    """Return a fresh salt for one message."""
    return os.urandom(SALT_BYTES)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of a message that is still arriving."""

    org: int
    message: UUID
    n: int
    salt: bytes
    plain: bytes


async def keep_chunk(tx: Transaction, vault: Vault, chunk: Chunk, *, now: datetime) -> None:
    """Keep one chunk of a message, sealed."""
    sealed = vault.seal(chunk.salt, chunk.plain, place=chunk.n)
    await tx.execute(
        "INSERT INTO message_chunk (org, id, n, sealed, kept_at) VALUES (%s, %s, %s, %s, %s)",
        [chunk.org, chunk.message, chunk.n, sealed, now],
        prepare=True,
    )


async def receipt(tx: Transaction, source: str, key: str) -> tuple[bytes, UUID] | None:
    """Return the hash and the id of the message that this organisation sent under this key."""
    row = await (
        await tx.execute(
            "SELECT r.sha256, m.id FROM receipt r JOIN message m USING (message_id)"
            " WHERE r.org = current_org() AND r.source = %s AND r.key = %s",
            [source, key],
        )
    ).fetchone()
    return None if row is None else (bytes(row[0]), row[1])


async def keep(tx: Transaction, message: Kept, salt: bytes, key: str) -> int | None:
    """Keep a message with its receipt; None if another has the receipt's key already.

    The caller's commit is what an acknowledgement means.
    """
    row = await (
        await tx.execute(
            """
            WITH kept AS (
                INSERT INTO message (org, id, source, token, sha256, size, content_type,
                                     received_at, clash)
                VALUES (%(org)s, %(id)s, %(source)s, %(token)s, %(sha256)s, %(size)s,
                        %(content_type)s, %(received_at)s, %(clash)s)
                RETURNING message_id),
            secret AS (
                INSERT INTO message_secret (message_id, org, key_salt)
                SELECT message_id, %(org)s, %(salt)s FROM kept),
            taken AS (
                INSERT INTO receipt (org, source, key, sha256, message_id)
                SELECT %(org)s, %(source)s, %(key)s, %(sha256)s, message_id FROM kept
                ON CONFLICT DO NOTHING RETURNING message_id)
            SELECT message_id FROM taken
            """,
            {
                "org": message.org,
                "id": message.id,
                "source": message.source,
                "token": message.token,
                "sha256": message.sha256,
                "size": message.size,
                "content_type": message.content_type,
                "received_at": message.received_at,
                "clash": message.clash,
                "salt": salt,
                "key": key,
            },
            prepare=True,
        )
    ).fetchone()
    return None if row is None else int(row[0])


async def claim_reference(
    tx: Transaction, message: Kept, key: str, sha256: bytes
) -> tuple[bytes, UUID]:
    """Take an interchange's reference for its bytes, if nobody has it.

    Return the hash of the bytes that it stands for, and the message that brought them first.
    """
    await tx.execute(
        "INSERT INTO receipt (org, source, key, sha256, message_id)"
        " VALUES (%s, 'interchange', %s, %s, %s) ON CONFLICT DO NOTHING",
        [message.org, key, sha256, message.message_id],
    )
    known = await receipt(tx, "interchange", key)
    return known or (b"", message.id)


_KEPT = """
    SELECT message_id, org, id, source, token, sha256, size, content_type, received_at, clash
    FROM message
"""


async def by_id(tx: Transaction, message: UUID) -> Kept | None:
    """Return this organisation's message of that id."""
    row = await (
        await tx.execute(_KEPT + " WHERE org = current_org() AND id = %s", [message])
    ).fetchone()
    return None if row is None else Kept(*row)


async def by_number(tx: Transaction, message_id: int) -> Kept | None:
    """Return the message of that number inside the store, if the reader may see it."""
    row = await (await tx.execute(_KEPT + " WHERE message_id = %s", [message_id])).fetchone()
    return None if row is None else Kept(*row)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as a list shows it; without `state` and `finished_at` it waits to be worked off."""

    id: UUID
    sha256: bytes
    size: int
    content_type: str
    received_at: datetime
    state: str | None
    finished_at: datetime | None
    answers: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages a list is of: in a state ("waiting" is one), and received since a time."""

    state: str | None = None
    since: datetime | None = None


async def newest(
    tx: Transaction, wanted: Wanted, *, before: UUID | None, at_most: int
) -> list[Sent]:
    """Return this organisation's messages, newest first, from one of them downwards."""
    rows = await tx.execute(
        """
        SELECT m.id, m.sha256, m.size, m.content_type, m.received_at, o.state, o.finished_at,
               (SELECT count(*) FROM answer a WHERE a.message_id = m.message_id)
        FROM message m LEFT JOIN outcome o USING (message_id)
        WHERE m.org = current_org()
          AND (%(before)s::uuid IS NULL OR m.message_id < (
            SELECT message_id FROM message WHERE org = current_org() AND id = %(before)s))
          AND (%(state)s::text IS NULL OR coalesce(o.state, 'waiting') = %(state)s)
          AND (%(since)s::timestamptz IS NULL OR m.received_at >= %(since)s)
        ORDER BY m.message_id DESC LIMIT %(at_most)s
        """,
        {"before": before, "state": wanted.state, "since": wanted.since, "at_most": at_most},
    )
    return [Sent(*row) for row in await rows.fetchall()]


async def salt_of(tx: Transaction, message_id: int) -> bytes | None:
    """Return the message's salt; None once it is erased."""
    row = await (
        await tx.execute("SELECT key_salt FROM message_secret WHERE message_id = %s", [message_id])
    ).fetchone()
    return None if row is None else bytes(row[0])


async def blocks(
    tx: Transaction, vault: Vault, message: Kept, *, at_most: int | None = None
) -> AsyncIterator[bytes]:
    """Yield the message's raw bytes in order, or its first blocks; nothing once it is erased."""
    salt = await salt_of(tx, message.message_id)
    if salt is None:
        return
    count = -(-message.size // CHUNK_BYTES)
    for n in range(count if at_most is None else min(count, at_most)):
        row = await (
            await tx.execute(
                "SELECT sealed FROM message_chunk WHERE org = %s AND id = %s AND n = %s",
                [message.org, message.id, n],
                binary=True,  # as text it would be twice as long
            )
        ).fetchone()
        if row is None:
            raise LookupError(f"chunk {n} of message {message.id} is gone")
        yield vault.open(salt, bytes(row[0]), place=n)


async def waiting(
    tx: Transaction, *, at_most: int, now: datetime, tries_max: int
) -> list[tuple[int, int]]:
    """Return (message, organisation) of messages that wait, fairly: each sender's oldest first.

    Of those the long ones come last, so that nobody waits for what another's takes to read. Of a
    sender's, each comes after all before it. One that failed is missing until its next try, and
    with it what its sender sent later, unless so many tries of it failed.
    """
    rows = await tx.execute(
        """
        SELECT message_id, org FROM (
            SELECT message_id, org, size, turn FROM (
                SELECT m.message_id, m.org, m.size, t.until > %(now)s AS rests,
                       row_number() OVER sent AS turn,
                       bool_or(t.until > %(now)s AND t.tries < %(tries_max)s) OVER sent AS is_held
                FROM message m LEFT JOIN (
                    SELECT message_id, max(n) AS tries, max(until) AS until
                    FROM message_try GROUP BY message_id
                ) t USING (message_id)
                WHERE NOT EXISTS (SELECT 1 FROM outcome o WHERE o.message_id = m.message_id)
                WINDOW sent AS (PARTITION BY m.org ORDER BY m.message_id)
            ) waiting
            WHERE rests IS NOT TRUE AND is_held IS NOT TRUE
            ORDER BY turn, message_id LIMIT %(at_most)s
        ) found ORDER BY turn, size > %(long)s, message_id
        """,
        {"at_most": at_most, "now": now, "tries_max": tries_max, "long": CHUNK_BYTES},
    )
    return [(int(message), int(org)) for message, org in await rows.fetchall()]


async def waiting_long(tx: Transaction, longer_than: timedelta) -> tuple[int, datetime | None]:
    """Return how many messages wait longer than that, and since when the oldest does."""
    row = await (
        await tx.execute(
            """
            SELECT count(*), min(m.received_at) FROM message m
            WHERE m.received_at < now() - %s
              AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.message_id = m.message_id)
            """,
            [longer_than],
        )
    ).fetchone()
    return (0, None) if row is None else (int(row[0]), row[1])


async def given_up(tx: Transaction, since: timedelta) -> tuple[int, datetime | None]:
    """Return how many messages ended with faults of our own, no longer ago, and when the last."""
    row = await (
        await tx.execute(
            "SELECT count(*), max(finished_at) FROM outcome"
            " WHERE faults > 0 AND finished_at > now() - %s",
            [since],
        )
    ).fetchone()
    return (0, None) if row is None else (int(row[0]), row[1])


async def finish(tx: Transaction, vault: Vault, message: Kept, outcome: Outcome) -> None:
    """Say what became of a message; it is then worked off."""
    salt = await salt_of(tx, message.message_id)
    if salt is None:
        raise LookupError("the message was erased while it was worked off")
    await _finish(tx, vault, message, salt, outcome)


async def finish_at_once(
    tx: Transaction, vault: Vault, message: Kept, salt: bytes, said: tuple[NewAnswer, Outcome]
) -> None:
    """Answer a message in the transaction that kept it, and say what became of it."""
    new, outcome = said
    await _add_answer(tx, message, new, (1, vault.seal(salt, new.plain, place=_ANSWER_PLACE + 1)))
    await _finish(tx, vault, message, salt, outcome)


async def _finish(
    tx: Transaction, vault: Vault, message: Kept, salt: bytes, outcome: Outcome
) -> None:
    await tx.execute(
        "INSERT INTO outcome (message_id, org, state, findings, finished_at, faults)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [
            message.message_id,
            message.org,
            outcome.state,
            vault.seal(salt, outcome.findings, place=_FINDINGS_PLACE),
            outcome.finished_at,
            outcome.faults,
        ],
        prepare=True,
    )


async def outcome(tx: Transaction, vault: Vault, message_id: int) -> Outcome | None:
    """Return what became of a message; None while it waits.

    Of a message that was erased, nothing is left but why it came to no end.
    """
    row = await (
        await tx.execute(
            "SELECT state, findings, finished_at FROM outcome WHERE message_id = %s", [message_id]
        )
    ).fetchone()
    if row is None:
        return None
    salt = await salt_of(tx, message_id)
    kept = bytes(row[1])
    findings = kept or b"[]"
    if salt is not None:
        findings = vault.open(salt, kept, place=_FINDINGS_PLACE)
    return Outcome(row[0], findings, row[2])


async def add_answer(tx: Transaction, vault: Vault, message: Kept, new: NewAnswer) -> bool:
    """Keep an answer for the sender to fetch; False if its cause was answered before."""
    salt = await salt_of(tx, message.message_id)
    if salt is None:
        return False
    # Two of one message's are numbered one after the other, whoever makes them.
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('answer ' || %s::text, 0))",
        [message.message_id],
    )
    row = await (
        await tx.execute(
            "SELECT coalesce(max(n), 0) + 1 FROM answer WHERE message_id = %s", [message.message_id]
        )
    ).fetchone()
    n = int(row[0]) if row else 1
    sealed = vault.seal(salt, new.plain, place=_ANSWER_PLACE + n)
    done = await _add_answer(tx, message, new, (n, sealed))
    return bool(done.rowcount)


async def _add_answer(
    tx: Transaction, message: Kept, new: NewAnswer, made: tuple[int, bytes]
) -> AsyncCursor[TupleRow]:
    n, sealed = made
    return await tx.execute(
        "INSERT INTO answer (message_id, n, org, kind, cause, sealed, size, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (message_id, kind, cause) DO NOTHING",
        [
            message.message_id,
            n,
            message.org,
            new.kind,
            new.cause,
            sealed,
            len(new.plain),
            new.made_at,
        ],
        prepare=True,
    )


async def answers(
    tx: Transaction, message_id: int, *, after: int = 0, at_most: int | None = None
) -> list[Answer]:
    """Return the answers to a message, in the order they were made, beyond one of them."""
    rows = await tx.execute(
        "SELECT n, kind, size, made_at FROM answer WHERE message_id = %s AND n > %s"
        " ORDER BY n LIMIT %s",
        [message_id, after, at_most],
    )
    return [Answer(*row) for row in await rows.fetchall()]


async def answer(
    tx: Transaction, vault: Vault, message_id: int, n: int
) -> tuple[str, bytes] | None:
    """Return the kind and the bytes of one answer; None if there is none, or it was erased."""
    row = await (
        await tx.execute(
            "SELECT kind, sealed FROM answer WHERE message_id = %s AND n = %s", [message_id, n]
        )
    ).fetchone()
    salt = await salt_of(tx, message_id)
    if row is None or salt is None:
        return None
    return row[0], vault.open(salt, bytes(row[1]), place=_ANSWER_PLACE + n)
