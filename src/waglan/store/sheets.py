"""What a firm prepares and keeps for its filings: drafts, templates, addresses, letters.

Each is a row, a salt of its own, and steps that are only ever added; all that a step says is sealed
under the sheet's key. Who adds a step waits for whoever adds one to the same sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import TupleRow

from waglan.logbook.sealed import Vault
from waglan.store import Transaction

STEPS_MAX = 5_000  # of one sheet
SHEETS_MAX = 20_000  # of one firm and kind
LISTED_MAX = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as kept; `step` is the number of its last step."""

    sheet: UUID
    kind: str
    profile: str
    made_at: datetime
    step: int
    is_erased: bool


@dataclass(frozen=True, slots=True)
class NewStep:
    """One step to be added, and what it says; b"" says nothing."""

    n: int
    act: str
    done_by: str
    token: str
    done_at: datetime
    plain: bytes = b""
    message_id: int | None = None
    marks: Sequence[bytes] = ()  # keyed hashes that tell what it has in common with others


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A step as kept; `outcome` is what became of the message that it handed over."""

    n: int
    act: str
    done_by: str
    token: str
    done_at: datetime
    plain: bytes
    message: UUID | None
    outcome: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheets of a list are asked for, by what of them lies open; None leaves none out.

    `acts` are those done last; what became of a message that was handed over counts as one.
    """

    profile: str | None = None
    acts: Sequence[str] | None = None


async def lock(tx: Transaction, sheet: UUID) -> None:
    """Wait until nobody else adds a step to this sheet, and let nobody until the end."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('sheet' || %s::text, 0))", [sheet]
    )


async def make(tx: Transaction, org: int, new: Sheet, salt: bytes) -> None:
    """Keep a new sheet without any step."""
    await tx.execute(
        "INSERT INTO sheet (org, sheet, kind, profile, made_at) VALUES (%s, %s, %s, %s, %s)",
        [org, new.sheet, new.kind, new.profile, new.made_at],
    )
    await tx.execute(
        "INSERT INTO sheet_secret (org, sheet, key_salt) VALUES (%s, %s, %s)",
        [org, new.sheet, salt],
    )


async def add_step(tx: Transaction, vault: Vault, org: int, sheet: UUID, step: NewStep) -> None:
    """Add a step; its number must be the next one."""
    salt = await _salt(tx, sheet)
    if salt is None:
        raise LookupError("the sheet was erased")
    sealed = vault.seal(salt, step.plain, place=step.n) if step.plain else b""
    await tx.execute(
        "INSERT INTO sheet_step (org, sheet, n, act, done_by, token, done_at, message_id, sealed,"
        " marks) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            org,
            sheet,
            step.n,
            step.act,
            step.done_by,
            step.token,
            step.done_at,
            step.message_id,
            sealed,
            list(step.marks),
        ],
    )


DROPPED = "dropped"
_SHEET = """
    SELECT s.sheet, s.kind, s.profile, s.made_at, coalesce(t.n, 0), k.sheet IS NULL
    FROM sheet s LEFT JOIN sheet_secret k USING (org, sheet)
    LEFT JOIN LATERAL (SELECT * FROM sheet_step t WHERE t.org = s.org AND t.sheet = s.sheet
                       ORDER BY t.n DESC LIMIT 1) t ON true
    WHERE s.org = current_org()
"""
_OLDER = """
    (%(before)s::uuid IS NULL OR (s.made_at, s.sheet) <
        (SELECT b.made_at, b.sheet FROM sheet b
         WHERE b.org = current_org() AND b.sheet = %(before)s))
"""


async def one(tx: Transaction, sheet: UUID, kind: str) -> Sheet | None:
    """Return this organisation's sheet of that id and kind."""
    row = await (
        await tx.execute(_SHEET + " AND s.sheet = %s AND s.kind = %s", [sheet, kind])
    ).fetchone()
    return None if row is None else Sheet(*row)


_WANTED = """
    (%(profile)s::text IS NULL OR s.profile = %(profile)s)
    AND (%(acts)s::text[] IS NULL OR coalesce(
        (SELECT CASE o.state WHEN 'accepted' THEN 'accepted' ELSE 'refused' END
         FROM outcome o WHERE o.message_id = t.message_id), t.act) = ANY (%(acts)s))
"""


async def listed(
    tx: Transaction,
    kind: str,
    *,
    before: UUID | None = None,
    at_most: int = LISTED_MAX,
    wanted: Wanted | None = None,
) -> list[Sheet]:
    """Return this organisation's sheets of a kind, newest first, from below one of them on."""
    wanted = wanted or Wanted()
    acts = None if wanted.acts is None else list(wanted.acts)
    rows = await tx.execute(
        f"{_SHEET} AND s.kind = %(kind)s AND {_OLDER} AND {_WANTED}"
        " ORDER BY s.made_at DESC, s.sheet DESC LIMIT %(at_most)s",
        {
            "kind": kind,
            "before": before,
            "at_most": at_most,
            "profile": wanted.profile,
            "acts": acts,
        },
    )
    return [Sheet(*row) for row in await rows.fetchall()]


async def standing(
    tx: Transaction, kind: str, *, before: UUID | None = None, at_most: int = LISTED_MAX
) -> list[Sheet]:
    """Return those sheets of a kind, newest first, that were neither dropped nor erased."""
    rows = await tx.execute(
        f"{_SHEET} AND s.kind = %(kind)s AND {_OLDER}"
        " AND k.sheet IS NOT NULL AND t.act IS DISTINCT FROM %(dropped)s"
        " ORDER BY s.made_at DESC, s.sheet DESC LIMIT %(at_most)s",
        {"kind": kind, "before": before, "at_most": at_most, "dropped": DROPPED},
    )
    return [Sheet(*row) for row in await rows.fetchall()]


async def count(tx: Transaction, kind: str) -> int:
    """Count this organisation's sheets of a kind."""
    row = await (
        await tx.execute(
            "SELECT count(*) FROM sheet WHERE org = current_org() AND kind = %s", [kind]
        )
    ).fetchone()
    return int(row[0]) if row else 0


async def steps(tx: Transaction, vault: Vault, sheet: UUID) -> list[KeptStep]:
    """Return the steps of a sheet in their order, with what they say; erased ones say nothing."""
    return (await steps_of(tx, vault, [sheet]))[sheet]


async def steps_of(
    tx: Transaction, vault: Vault, ids: Sequence[UUID]
) -> dict[UUID, list[KeptStep]]:
    """Return the `steps` of each of these sheets."""
    rows = await tx.execute(
        """
        SELECT t.sheet, k.key_salt, t.n, t.act, t.done_by, t.token, t.done_at, t.sealed, m.id,
               o.state, o.finished_at
        FROM sheet_step t LEFT JOIN sheet_secret k USING (org, sheet)
        LEFT JOIN message m USING (message_id) LEFT JOIN outcome o ON o.message_id = t.message_id
        WHERE t.org = current_org() AND t.sheet = ANY (%s) ORDER BY t.sheet, t.n
        """,
        [list(ids)],
    )
    found: dict[UUID, list[KeptStep]] = {one: [] for one in ids}
    for sheet, salt, n, act, by, token, at, sealed, *handed_over in await rows.fetchall():
        plain = vault.open(bytes(salt), bytes(sealed), place=n) if salt and sealed else b""
        found[sheet].append(KeptStep(n, act, by, token, at, plain, *handed_over))
    return found


_LAST_STEP = """
    SELECT s.sheet, k.key_salt, t.n, t.act, t.done_by, t.token, t.done_at, t.sealed
    FROM sheet s JOIN sheet_secret k USING (org, sheet)
    CROSS JOIN LATERAL (SELECT * FROM sheet_step t WHERE t.org = s.org AND t.sheet = s.sheet
                        ORDER BY t.n DESC LIMIT 1) t
    WHERE s.org = current_org() AND s.kind = %(kind)s AND t.act <> %(dropped)s
"""
_NEWEST = " ORDER BY s.made_at DESC, s.sheet DESC LIMIT %(at_most)s"


async def last_steps(
    tx: Transaction, vault: Vault, kind: str, *, before: UUID | None, at_most: int
) -> list[tuple[UUID, KeptStep]]:
    """Return the last step of each sheet of a kind that stands, newest sheet first."""
    asked = {"kind": kind, "dropped": DROPPED, "before": before, "at_most": at_most}
    rows = await tx.execute(f"{_LAST_STEP} AND {_OLDER} {_NEWEST}", asked)
    return [_last(vault, row) for row in await rows.fetchall()]


async def last_steps_of(
    tx: Transaction, vault: Vault, kind: str, ids: Sequence[UUID]
) -> list[tuple[UUID, KeptStep]]:
    """Return the last step of each of these sheets that stands, newest sheet first."""
    asked = {"kind": kind, "dropped": DROPPED, "ids": list(ids), "at_most": len(ids)}
    rows = await tx.execute(f"{_LAST_STEP} AND s.sheet = ANY (%(ids)s) {_NEWEST}", asked)
    return [_last(vault, row) for row in await rows.fetchall()]


def _last(vault: Vault, row: TupleRow) -> tuple[UUID, KeptStep]:
    sheet, salt, n, act, by, token, at, sealed = row
    plain = vault.open(bytes(salt), bytes(sealed), place=n) if sealed else b""
    return sheet, KeptStep(n, act, by, token, at, plain, None, None, None)


async def marked(tx: Transaction, marks: Sequence[bytes]) -> dict[UUID, frozenset[bytes]]:
    """Return the sheets whose last step bears one of these marks, each with all of its own."""
    rows = await tx.execute(
        """
        SELECT t.sheet, t.marks FROM sheet_step t
        WHERE t.org = current_org() AND t.marks && %s::bytea[] AND NOT EXISTS
            (SELECT 1 FROM sheet_step l WHERE l.org = t.org AND l.sheet = t.sheet AND l.n > t.n)
        """,
        [list(marks)],
    )
    return {sheet: frozenset(map(bytes, own)) for sheet, own in await rows.fetchall()}


async def _salt(tx: Transaction, sheet: UUID) -> bytes | None:
    row = await (
        await tx.execute(
            "SELECT key_salt FROM sheet_secret WHERE org = current_org() AND sheet = %s", [sheet]
        )
    ).fetchone()
    return None if row is None else bytes(row[0])


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet as the engine walks over all of them, with all that it says."""

    org: int
    sheet: UUID
    plains: Sequence[bytes]


async def after(
    tx: Transaction, vault: Vault, last: tuple[int, UUID], *, at_most: int
) -> list[Found]:
    """Return the next sheets that can still be read, whoever's they are; for the engine."""
    rows = await tx.execute(
        """
        SELECT k.org, k.sheet, k.key_salt,
               array_agg(t.n ORDER BY t.n), array_agg(t.sealed ORDER BY t.n)
        FROM (SELECT * FROM sheet_secret WHERE (org, sheet) > (%s, %s)
              ORDER BY org, sheet LIMIT %s) k
        JOIN sheet_step t USING (org, sheet) GROUP BY 1, 2, 3 ORDER BY 1, 2
        """,
        [*last, at_most],
    )
    return [
        Found(
            org,
            sheet,
            [
                vault.open(bytes(salt), bytes(one), place=n)
                for n, one in zip(numbers, sealed, strict=True)
                if one
            ],
        )
        for org, sheet, salt, numbers, sealed in await rows.fetchall()
    ]


async def orgs_of(tx: Transaction, sheets: Sequence[UUID]) -> set[int]:
    """Return whose these sheets are; for the engine."""
    rows = await tx.execute("SELECT org FROM sheet WHERE sheet = ANY (%s)", [list(sheets)])
    return {int(org) for (org,) in await rows.fetchall()}


async def destroy(tx: Transaction, sheets: Sequence[UUID], *, until: datetime) -> int:
    """Destroy what sheets made up to a moment say; return how many went; for the engine."""
    ids = list(sheets)
    gone = await tx.execute(
        "DELETE FROM sheet_secret k USING sheet s WHERE s.org = k.org AND s.sheet = k.sheet"
        " AND s.sheet = ANY (%s) AND s.made_at <= %s",
        [ids, until],
    )
    await tx.execute(
        "UPDATE sheet_step t SET sealed = '', marks = '{}' WHERE t.sheet = ANY (%s) AND NOT EXISTS"
        " (SELECT 1 FROM sheet_secret k WHERE k.org = t.org AND k.sheet = t.sheet)",
        [ids],
    )
    return gone.rowcount
