"""The platform's operator asks that somebody, or something, be erased."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import squashed
from waglan.logbook.sealed import Vault
from waglan.parties.role import Principal
from waglan.store import Transaction, erasure
from waglan.store.erasure import RequestRow


class Kind(Enum):
    """What an erasure is about."""

    NAME = "name"  # a person, by his name as it stands in papers
    MESSAGE = "message"  # one message with its answers, by its id
    SUBJECT = "subject"  # a person of an organisation, by his id
    EVENT = "event"  # one event whose own words name somebody, by its number in the log
    DEVICE = "device"  # a lock or telephone with all that it ever said, by its id
    TRIP = "trip"  # what was heard during a trip, and its plate, by its id
    RETENTION = "retention"  # all whose time is over, by its class in parties/retention.toml


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be erased, and under which rule; `target` may be a name and is never shown."""

    request: UUID
    kind: Kind
    target: str = field(repr=False)
    rule: str
    key_salt: bytes = field(repr=False)


async def request_erasure(
    tx: Transaction, vault: Vault, by: tuple[int, Principal], wish: Wish, *, now: datetime
) -> None:
    """Keep the request, sealed, for the engine, which alone may delete."""
    org, operator = by
    row = RequestRow(
        wish.request,
        org,
        operator.accountable or operator.token,
        wish.kind.value,
        wish.rule,
        now,
    )
    sealed = vault.seal(wish.key_salt, wish.target.encode())
    await erasure.ask(tx, row, wish.key_salt, sealed)


def refusal(kind: Kind, target: str) -> list[Finding]:
    """Return why nothing can be erased by these words; they are not repeated."""
    where = Where("erasure/target")
    letters = squashed(target)
    least = NAME_LETTERS_MIN if letters.isascii() else NAME_SIGNS_MIN
    if kind is Kind.NAME and len(letters) < least:
        return [Finding("ERASURE-NAME-SHORT", Severity.ERROR, where, {"letters": least})]
    if kind is not Kind.NAME and not _SHAPES[kind].fullmatch(target):
        return [Finding("ERASURE-TARGET", Severity.ERROR, where, {"kind": kind.value})]
    return []


# A shorter name would be found by chance in papers of people who have nothing to do with it.
NAME_LETTERS_MIN = 5
NAME_SIGNS_MIN = 2  # Chinese characters
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SHAPES = {
    Kind.MESSAGE: _UUID,
    Kind.SUBJECT: re.compile(r"sub_[0-9a-f]{32}", re.ASCII),
    Kind.DEVICE: _UUID,
    Kind.TRIP: _UUID,
    Kind.RETENTION: re.compile(r"raw-message|device-frame", re.ASCII),
    Kind.EVENT: re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII),
}
