"""Endpoints that organisations are told of their events at, as their owners keep them."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from waglan.logbook.sealed import SALT_BYTES, Vault
from waglan.logbook.webhook import Scheme
from waglan.store import Transaction

ENDPOINTS_MAX = 10  # of one organisation


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """An endpoint as its owner wants it; `after` is the log's number beyond which it is told."""

    id: UUID
    url: str = field(repr=False)
    host: str
    wanted: tuple[str, ...]
    description: str
    scheme: Scheme
    after: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint as it stands; `number` is the one inside the store."""

    number: int
    id: UUID
    url: str = field(repr=False)
    wanted: tuple[str, ...]
    description: str
    scheme: Scheme
    made_at: datetime
    after: int
    is_on: bool
    stopped: str | None
    failing_since: datetime | None
    rests_until: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event at one endpoint."""

    event_id: int
    seq: int
    code: str | None  # None: the organisation may not see it any more
    state: str
    tries: int
    first_at: datetime
    last_at: datetime
    next_at: datetime | None
    status: int | None
    failure: str | None


async def add(tx: Transaction, vault: Vault, org: int, new: NewWebhook, *, now: datetime) -> int:
    """Keep an endpoint and return its number inside the store; it is told from its cursor on."""
    salt = os.urandom(SALT_BYTES)
    added = await tx.execute(
        "INSERT INTO webhook (id, org, host, wanted, description, scheme, key_salt, sealed_url,"
        " made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING webhook_id",
        [
            new.id,
            org,
            new.host,
            list(new.wanted),
            new.description,
            new.scheme.value,
            salt,
            vault.seal(salt, new.url.encode()),
            now,
        ],
    )
    row = await added.fetchone()
    if row is None:
        raise LookupError("a webhook that was added just now is not there")
    number = int(row[0])
    await tx.execute(
        "INSERT INTO webhook_cursor (webhook_id, org, after_seq, turned_at)"
        " VALUES (%s, %s, %s, %s)",
        [number, org, new.after, now],
    )
    return number


async def has_room(tx: Transaction, org: int) -> bool:
    """Whether the organisation may have one more; nobody else adds one before the commit."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"webhooks {org}"])
    row = await (await tx.execute("SELECT count(*) FROM webhook")).fetchone()
    return row is None or int(row[0]) < ENDPOINTS_MAX


async def add_secret(
    tx: Transaction, vault: Vault, of: tuple[int, int], secret: str, *, others_until: datetime
) -> None:
    """Keep a newer secret of (organisation, endpoint); those before it count until then."""
    org, number = of
    salt = os.urandom(SALT_BYTES)
    await tx.execute(
        "UPDATE webhook_secret SET until_at = least(coalesce(until_at, %(until)s), %(until)s)"
        " WHERE webhook_id = %(number)s",
        {"until": others_until, "number": number},
    )
    await tx.execute(
        "INSERT INTO webhook_secret (webhook_id, org, key_salt, sealed) VALUES (%s, %s, %s, %s)",
        [number, org, salt, vault.seal(salt, secret.encode())],
    )


async def secrets(tx: Transaction, vault: Vault, number: int, *, at: datetime) -> list[str]:
    """Return the secrets that count, newest first."""
    rows = await tx.execute(
        "SELECT key_salt, sealed FROM webhook_secret WHERE webhook_id = %s"
        " AND coalesce(until_at, 'infinity') > %s ORDER BY secret_id DESC",
        [number, at],
    )
    return [vault.open(salt, sealed).decode() for salt, sealed in await rows.fetchall()]


_LISTED = """
    SELECT w.webhook_id, w.id, w.key_salt, w.sealed_url, w.wanted, w.description, w.scheme, w.made_at,
        c.after_seq, c.is_on, c.stopped, c.failing_since, c.rests_until,
        (SELECT count(*) FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id AND d.state = 'waiting'),
        (SELECT count(*) FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id AND d.state = 'dead')
    FROM webhook w JOIN webhook_cursor c USING (webhook_id)
    WHERE w.org = current_org() AND w.id = coalesce(%s, w.id) ORDER BY w.webhook_id
"""  # noqa: E501


async def listed(tx: Transaction, vault: Vault, one: UUID | None = None) -> list[Webhook]:
    """Return the organisation's endpoints, or the one of this id, in the order they were made."""
    rows = await tx.execute(_LISTED, [one])
    return [
        Webhook(
            number,
            id_,
            vault.open(salt, sealed).decode(),
            tuple(wanted),
            description,
            Scheme(scheme),
            *rest,
        )
        for number, id_, salt, sealed, wanted, description, scheme, *rest in await rows.fetchall()
    ]


async def remove(tx: Transaction, number: int) -> None:
    """Forget an endpoint with its secrets, its cursor, and what became of its deliveries."""
    # The cursor first: who is about to write down a delivery holds it.
    for table in ("webhook_cursor", "webhook_delivery", "webhook_secret", "webhook"):
        await tx.execute(_REMOVE[table], [number])


_REMOVE = {
    table: f"DELETE FROM {table} WHERE webhook_id = %s".encode()
    for table in ("webhook_cursor", "webhook_delivery", "webhook_secret", "webhook")
}


async def stop(tx: Transaction, number: int) -> bool:
    """Tell an endpoint nothing more, as its owner wants; False if it was stopped before."""
    done = await tx.execute(
        "UPDATE webhook_cursor SET is_on = false, stopped = 'owner'"
        " WHERE webhook_id = %s AND is_on",
        [number],
    )
    return done.rowcount > 0


async def resume(tx: Transaction, number: int, *, now: datetime) -> bool:
    """Tell an endpoint again from where it was stopped, and what waits at once."""
    done = await tx.execute(
        "UPDATE webhook_cursor SET is_on = true, stopped = NULL, is_told = true, failures = 0,"
        " failing_since = NULL, rests_until = NULL WHERE webhook_id = %s AND NOT is_on",
        [number],
    )
    await tx.execute(
        "UPDATE webhook_delivery SET next_at = %s WHERE webhook_id = %s AND state = 'waiting'",
        [now, number],
    )
    return done.rowcount > 0


async def revive(tx: Transaction, number: int, *, now: datetime) -> int:
    """Try the dead letters of an endpoint anew; return how many there are."""
    done = await tx.execute(
        "UPDATE webhook_delivery SET state = 'waiting', tries = 0, next_at = %s"
        " WHERE webhook_id = %s AND state = 'dead'",
        [now, number],
    )
    return done.rowcount


async def rewind(tx: Transaction, number: int, after: int) -> None:
    """Tell an endpoint again whatever has a number beyond this one."""
    await tx.execute(
        "UPDATE webhook_cursor SET after_seq = %s WHERE webhook_id = %s", [after, number]
    )


async def deliveries(
    tx: Transaction, number: int, state: str | None, *, before: int | None, at_most: int
) -> list[Delivery]:
    """Return what became of events at an endpoint, the newest in the log first."""
    rows = await tx.execute(
        "SELECT d.event_id, d.seq, e.code, d.state, d.tries, d.first_at, d.last_at, d.next_at,"
        " d.status, d.failure FROM webhook_delivery d"
        " LEFT JOIN event e ON e.event_id = d.event_id AND e.month = d.month"
        " WHERE d.webhook_id = %(number)s AND d.state = coalesce(%(state)s, d.state)"
        " AND (%(before)s::int8 IS NULL OR d.seq < %(before)s)"
        " ORDER BY d.seq DESC LIMIT %(at_most)s",
        {"number": number, "state": state, "before": before, "at_most": at_most},
    )
    return [Delivery(*row) for row in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Health:
    """How webhooks stand in all."""

    on: int
    resting: int
    stopped: int
    waiting: int
    dead: int


async def health(tx: Transaction, *, now: datetime) -> Health:
    """Count endpoints and deliveries, as the engine."""
    row = await (
        await tx.execute(
            "SELECT count(*) FILTER (WHERE is_on),"
            " count(*) FILTER (WHERE is_on AND rests_until > %s),"
            " count(*) FILTER (WHERE NOT is_on) FROM webhook_cursor",
            [now],
        )
    ).fetchone()
    kept = await (
        await tx.execute(
            "SELECT count(*) FILTER (WHERE state = 'waiting'),"
            " count(*) FILTER (WHERE state = 'dead') FROM webhook_delivery"
        )
    ).fetchone()
    return Health(*map(int, (*(row or (0, 0, 0)), *(kept or (0, 0)))))
