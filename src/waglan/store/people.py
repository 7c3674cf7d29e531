"""Who of a firm's people administers it, what is in whose charge, and who has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from waglan.parties.firm_role import ADMINISTRATOR
from waglan.parties.role import Scope
from waglan.store import Transaction
from waglan.store.accounts import Holder

DRAFTS_MAX = 500  # handed over at once; whoever has more hands them on in several steps


async def alone(tx: Transaction, org: int) -> None:
    """Wait until nobody else changes this firm's people, and let nobody until the end."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('people' || %s::text, 0))", [org]
    )


async def is_administered(tx: Transaction, but: Holder, *, at: datetime) -> bool:
    """Whether somebody besides this person administers the firm, and can get in to do it.

    Who has no roles has what his tokens say.
    """
    found = await tx.execute(
        """
        SELECT 1 FROM person p LEFT JOIN LATERAL (
            SELECT r.roles FROM person_role r WHERE r.org = p.org AND r.subject = p.subject
            ORDER BY r.n DESC LIMIT 1) r ON true
        WHERE p.org = %(org)s AND p.subject <> %(subject)s
          AND coalesce(%(administrator)s = ANY (r.roles), true)
          AND (EXISTS (SELECT 1 FROM token t WHERE t.org = p.org AND t.subject = p.subject
                         AND %(scope)s = ANY (t.scopes) AND t.expires_at > %(at)s
                         AND NOT EXISTS (SELECT 1 FROM token_revocation v WHERE v.token = t.token))
               OR (r.roles IS NOT NULL AND EXISTS (
                   SELECT 1 FROM password w WHERE w.org = p.org AND w.subject = p.subject)))
        LIMIT 1
        """,
        {
            "org": but.org,
            "subject": but.subject,
            "administrator": ADMINISTRATOR,
            "scope": Scope.ADMIN.value,
            "at": at,
        },
    )
    return await found.fetchone() is not None


async def here(tx: Transaction, org: int, subject: str, blind: bytes) -> list[str]:
    """Return who of a firm's people is there with this id or name; subject ids.

    Who never had a role or a token is nobody's colleague: a name that once was written down only.
    """
    rows = await tx.execute(
        "SELECT p.subject FROM person p WHERE p.org = %(org)s"
        " AND (p.subject = %(subject)s OR p.blind = %(blind)s) AND NOT EXISTS ("
        "SELECT 1 FROM departure d WHERE d.org = p.org AND d.subject = p.subject) AND (EXISTS ("
        "SELECT 1 FROM person_role r WHERE r.org = p.org AND r.subject = p.subject) OR EXISTS ("
        "SELECT 1 FROM token t WHERE t.org = p.org AND t.subject = p.subject)) ORDER BY p.subject",
        {"org": org, "subject": subject, "blind": blind},
    )
    return [subject for (subject,) in await rows.fetchall()]


async def was_here(tx: Transaction, who: Holder) -> bool:
    """Whether the firm has or had such a person: one who was erased, too."""
    found = await tx.execute(
        "SELECT 1 FROM person WHERE org = %(org)s AND subject = %(subject)s"
        " UNION ALL SELECT 1 FROM person_role WHERE org = %(org)s AND subject = %(subject)s"
        " UNION ALL SELECT 1 FROM token WHERE org = %(org)s AND subject = %(subject)s"
        " UNION ALL SELECT 1 FROM credential WHERE org = %(org)s AND accountable = %(subject)s"
        " LIMIT 1",
        {"org": who.org, "subject": who.subject},
    )
    return await found.fetchone() is not None


async def accountable(tx: Transaction, org: int, credential: str) -> str | None:
    """Return who answers for a machine now (subject id); None if the firm has no such machine."""
    row = await (
        await tx.execute(
            "SELECT coalesce((SELECT a.accountable FROM answerable a WHERE a.org = c.org"
            " AND a.credential = c.credential ORDER BY a.n DESC LIMIT 1), c.accountable)"
            " FROM credential c WHERE c.org = %s AND c.credential = %s",
            [org, credential],
        )
    ).fetchone()
    return None if row is None else str(row[0])


async def credentials_of(tx: Transaction, who: Holder) -> list[str]:
    """Return the machines that a person answers for."""
    rows = await tx.execute(
        "SELECT c.credential FROM credential c WHERE c.org = %s AND coalesce((SELECT"
        " a.accountable FROM answerable a WHERE a.org = c.org AND a.credential = c.credential"
        " ORDER BY a.n DESC LIMIT 1), c.accountable) = %s ORDER BY c.credential",
        [who.org, who.subject],
    )
    return [credential for (credential,) in await rows.fetchall()]


async def answers_for(
    tx: Transaction, who: Holder, credentials: Sequence[str], *, by: str, now: datetime
) -> None:
    """Have a person answer for these machines from now on."""
    await tx.execute(
        "INSERT INTO answerable (org, credential, n, accountable, set_by, set_at)"
        " SELECT %s, c, coalesce((SELECT max(a.n) FROM answerable a WHERE a.org = %s"
        " AND a.credential = c), 0) + 1, %s, %s, %s FROM unnest(%s::text[]) c",
        [who.org, who.org, who.subject, by, now, list(credentials)],
    )


async def drafts_of(tx: Transaction, who: Holder) -> list[UUID]:
    """Return the open drafts in a person's charge: those that he changed last, or was handed.

    What was handed over to a desk here waits for nobody in the firm.
    """
    rows = await tx.execute(
        """
        SELECT s.sheet FROM sheet s
        JOIN LATERAL (SELECT p.act, p.message_id FROM sheet_step p WHERE p.org = s.org
            AND p.sheet = s.sheet ORDER BY p.n DESC LIMIT 1) last ON true
        JOIN LATERAL (SELECT p.done_by FROM sheet_step p WHERE p.org = s.org
            AND p.sheet = s.sheet AND p.act = 'changed' ORDER BY p.n DESC LIMIT 1) changed ON true
        WHERE s.org = %(org)s AND s.kind = 'draft'
          AND last.act <> ALL ('{accepted,dropped,let-stand}') AND last.message_id IS NULL
          AND (changed.done_by = %(subject)s OR changed.done_by IN (
              WITH RECURSIVE before AS (
                  SELECT d.subject FROM departure d
                  WHERE d.org = %(org)s AND d.successor = %(subject)s
                  UNION SELECT d.subject FROM departure d JOIN before b ON d.successor = b.subject
                  WHERE d.org = %(org)s)
              SELECT subject FROM before))
        ORDER BY s.made_at, s.sheet LIMIT %(at_most)s
        """,
        {"org": who.org, "subject": who.subject, "at_most": DRAFTS_MAX},
    )
    return [sheet for (sheet,) in await rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Departure:
    """That a person left, and what he handed over to whom."""

    subject: str
    successor: str | None
    credentials: tuple[str, ...]
    drafts: tuple[UUID, ...]
    left_at: datetime


async def add_departure(tx: Transaction, org: int, new: Departure, *, by: str) -> None:
    """Keep that a person left; his links are worth nothing from now on."""
    await tx.execute(
        "INSERT INTO departure (org, subject, successor, credentials, drafts, let_go_by, left_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            org,
            new.subject,
            new.successor,
            list(new.credentials),
            list(new.drafts),
            by,
            new.left_at,
        ],
    )
    await tx.execute(
        "INSERT INTO link_use (link, org, used_at) SELECT link, org, %s FROM one_time_link"
        " WHERE org = %s AND subject = %s ON CONFLICT DO NOTHING",
        [new.left_at, org, new.subject],
    )


async def departure(tx: Transaction, who: Holder) -> Departure | None:
    """Return how a person left; None while he is here."""
    row = await (
        await tx.execute(
            "SELECT subject, successor, credentials, drafts, left_at FROM departure"
            " WHERE org = %s AND subject = %s",
            [who.org, who.subject],
        )
    ).fetchone()
    if row is None:
        return None
    subject, successor, credentials, drafts, left_at = row
    return Departure(subject, successor, tuple(credentials), tuple(drafts), left_at)


async def successors(tx: Transaction, org: int) -> dict[str, str]:
    """Return who took over from whom in a firm, by who left."""
    rows = await tx.execute(
        "SELECT subject, successor FROM departure WHERE org = %s AND successor IS NOT NULL", [org]
    )
    return dict(await rows.fetchall())
