"""How a file of the ground becomes one that trips are planned by: proposed, signed, from a time on.

Each act is canonical JSON that an officer signs with his own key. The signatures are over the
file's hash and over the time, so that neither can be exchanged afterwards.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Final, Literal

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.elock.ground import GroundKind
from waglan.elock.jurisdiction import Jurisdiction, JurisdictionUse
from waglan.elock.province import Territory

PURPOSE: Final = "waglan/edition-act/v1"
ACT_BYTES_MAX: Final = 16 << 10
EDITION_BYTES_MAX: Final = 6 << 20  # a file in base64, with its act
AHEAD_MAX: Final = timedelta(days=731)
AGE_MAX: Final = timedelta(minutes=15)  # of a signature that is handed in
SIGNERS_MIN: Final = 2  # nobody publishes alone, be it one authority's or two
_WHERE: Final = Where("act")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class EditionStep(Enum):
    """What an officer does about a file."""

    PROPOSE = "propose"
    SIGN = "sign"
    WITHDRAW = "withdraw"


class EditionAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one officer does about one edition; worth nothing until he has signed it."""

    purpose: Literal["waglan/edition-act/v1"]
    edition: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    act: EditionStep
    kind: GroundKind
    name: Name
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    from_at: datetime
    by: Name
    party: PartyId
    at: datetime
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""

    def act_bytes(self) -> bytes:
        """Return the bytes that are signed; the purpose keeps them from other uses."""
        return _encode(self)


def read_edition_act(body: bytes) -> EditionAct | None:
    """Return the act that these bytes are the one spelling of; None for anything else."""
    if len(body) > ACT_BYTES_MAX or rb"\u0000" in body:
        return None
    try:
        sheet = _decode(body)
        is_zoned = sheet.at.tzinfo is not None and sheet.from_at.tzinfo is not None
        return sheet if is_zoned and sheet.act_bytes() == body else None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def proposal_faults(sheet: EditionAct, *, now: datetime) -> list[Finding]:
    """Return why a proposal can't be meant as it stands: the past is never published."""
    if now <= sheet.from_at <= now + AHEAD_MAX:
        return []
    at, days = sheet.from_at.isoformat(timespec="seconds"), AHEAD_MAX.days
    return [Finding("EDITION-TIME", Severity.ERROR, _WHERE, {"at": at, "days": days})]


def authorities_of(
    territories: Iterable[Territory], rules: Iterable[Jurisdiction], here: frozenset[PartyId]
) -> dict[Territory, frozenset[PartyId]]:
    """Return who signs for each territory: its live authorities that are here, else those shown."""
    known = [one for one in rules if one.policy.authority in here]
    found = dict[Territory, frozenset[PartyId]]()
    for territory in territories:
        of_it = [one for one in known if one.territory is territory]
        live = [one for one in of_it if one.use is JurisdictionUse.LIVE]
        found[territory] = frozenset(one.policy.authority for one in live or of_it)
    return found


def is_complete(concerned: frozenset[int], signed: Sequence[tuple[int, str]]) -> bool:
    """Whether an officer of each authority signed, and two persons in all."""
    return concerned <= {org for org, _ in signed} and len(set(signed)) >= SIGNERS_MIN


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(EditionAct).decode
