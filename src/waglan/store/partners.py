"""How each partner's files are read and answered: profiles by version, the newest holds."""

from dataclasses import dataclass
from datetime import datetime

from waglan.messages.edifact.profile import Profile, of_json, to_json
from waglan.store import Transaction


@dataclass(frozen=True, slots=True)
class Agreed:
    """A profile that holds for a partner; version 0 is the default, which nobody has set."""

    version: int
    profile: Profile
    set_at: datetime | None


async def agreed(tx: Transaction, org: int, *, at: datetime | None = None) -> Agreed:
    """Return what holds for an organisation's files, or held then, as far as a reader may see."""
    row = await (
        await tx.execute(
            "SELECT version, profile, set_at FROM partner_profile WHERE org = %s"
            " AND set_at <= coalesce(%s, 'infinity'::timestamptz) ORDER BY version DESC LIMIT 1",
            [org, at],
        )
    ).fetchone()
    if row is None:
        return Agreed(0, Profile(), None)
    return Agreed(int(row[0]), of_json(bytes(row[1])), row[2])


async def add(tx: Transaction, org: int, version: int, profile: Profile, *, now: datetime) -> None:
    """Keep a profile as the next version; a version that is there already is refused."""
    await tx.execute(
        "INSERT INTO partner_profile (org, version, profile, set_at) VALUES (%s, %s, %s, %s)",
        [org, version, to_json(profile), now],
    )
