"""An officer signs a proposed file, or withdraws it; the last signature puts it in force."""

from base64 import b64encode
from datetime import datetime
from typing import Final
from uuid import UUID

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.officer_act import is_signed
from waglan.elock.edition import (
    AGE_MAX,
    EditionAct,
    EditionStep,
    is_complete,
    read_edition_act,
)
from waglan.logbook.event import Event
from waglan.parties.role import Principal
from waglan.store import Transaction, editions, events, orders
from waglan.store.editions import Edition, EditionDone

_WHERE: Final = Where("act")
_CODES: Final = {
    EditionStep.PROPOSE: EventCode.EDITION_PROPOSED,
    EditionStep.SIGN: EventCode.EDITION_SIGNED,
    EditionStep.WITHDRAW: EventCode.EDITION_WITHDRAWN,
}


async def act_on_edition(
    tx: Transaction,
    by: tuple[int, Principal],
    edition: UUID,
    handed: tuple[bytes, bytes],
    *,
    now: datetime,
) -> list[Finding]:
    """Do an officer's act; without findings it is done, and again changes nothing.

    It is to name the very file and time that were proposed. Once in force it stays.
    """
    org, principal = by
    sheet = read_edition_act(handed[0])
    if sheet is None or sheet.edition != str(edition):
        return [Finding("EDITION-UNREADABLE", Severity.ERROR, _WHERE, {})]
    if wrong := await signer(tx, principal, sheet, handed):
        return [wrong]
    await editions.hold(tx, edition)
    kept = await editions.by_id(tx, edition)
    if kept is None:
        return [Finding("EDITION-ABSENT", Severity.ERROR, _WHERE, {"edition": sheet.edition})]
    done = await editions.acts(tx, kept.number)
    mine = [one for one in done if (one.org, one.officer) == (org, sheet.by)]
    if any((one.body, one.signature) == handed for one in mine):
        return []
    if wrong := _refused(sheet, kept, (done, mine), now):
        return [wrong]
    if abs(now - sheet.at) > AGE_MAX:
        at, minutes = sheet.at.isoformat(timespec="seconds"), AGE_MAX.seconds // 60
        return [Finding("EDITION-AGE", Severity.ERROR, _WHERE, {"at": at, "minutes": minutes})]
    body, signature = handed
    act = EditionDone(org, principal.org, sheet.by, sheet.act.value, body, signature, now)
    [event_id] = await events.append(tx, [await _event(tx, kept, (sheet, act), now)])
    await editions.add_act(tx, kept.number, act, event_id)
    if sheet.act is EditionStep.WITHDRAW:
        await editions.take_back(tx, kept.number)
        return []
    signed = [(one.org, one.officer) for one in [*done, act] if one.act != "withdraw"]
    if kept.in_force_at is None and is_complete(frozenset(kept.concerned), signed):
        await editions.put_in_force(tx, org, kept.number, from_at=max(kept.from_at, now))
    return []


async def signer(
    tx: Transaction, principal: Principal, sheet: EditionAct, handed: tuple[bytes, bytes]
) -> Finding | None:
    """Return why an act is not this officer's own, signed with a key of his that holds."""
    who = principal.accountable or principal.token
    if (sheet.by, sheet.party) != (who, principal.org):
        return Finding("EDITION-OF-ANOTHER", Severity.ERROR, _WHERE, {"officer": sheet.by})
    key = (await orders.officer_keys(tx)).get(who)
    if key is None or not is_signed(*handed, key):
        return Finding("EDITION-UNSIGNED", Severity.ERROR, _WHERE, {"officer": who})
    return None


def _refused(
    sheet: EditionAct,
    kept: Edition,
    acts: tuple[list[EditionDone], list[EditionDone]],
    now: datetime,
) -> Finding | None:
    done, mine = acts
    told = (sheet.kind.value, sheet.name, bytes.fromhex(sheet.sha256), sheet.from_at)
    if told != (kept.kind, kept.name, kept.sha256, kept.from_at):
        return Finding("EDITION-OTHER-FILE", Severity.ERROR, _WHERE, {"name": kept.name})
    if any(one.act == EditionStep.WITHDRAW.value for one in done):
        return Finding("EDITION-WITHDRAWN", Severity.ERROR, _WHERE, {"name": kept.name})
    if sheet.act is EditionStep.PROPOSE:
        is_second = bool(done)
        return (
            Finding("EDITION-ID-TAKEN", Severity.ERROR, _WHERE, {"edition": sheet.edition})
            if is_second
            else None
        )
    if sheet.act is EditionStep.WITHDRAW:
        if kept.in_force_at is not None and kept.in_force_at <= now:
            since = kept.in_force_at.isoformat(timespec="seconds")
            return Finding(
                "EDITION-IN-FORCE", Severity.ERROR, _WHERE, {"name": kept.name, "since": since}
            )
        return None
    if any(one.act != EditionStep.WITHDRAW.value for one in mine):
        return Finding("EDITION-SIGNED-ALREADY", Severity.ERROR, _WHERE, {"officer": sheet.by})
    return None


async def _event(
    tx: Transaction, kept: Edition, did: tuple[EditionAct, EditionDone], now: datetime
) -> Event:
    sheet, act = did
    key = (await orders.officer_keys(tx))[act.officer]
    return Event(
        _CODES[sheet.act],
        Key(KeyKind.PARTY, act.party),
        act.party,
        sheet.at,
        now,
        {
            "edition": str(kept.id),
            "kind": kept.kind,
            "name": kept.name,
            "sha256": kept.sha256.hex(),
            "from_at": kept.from_at.isoformat(),
            "by": act.officer,
            "body": act.body.decode(),
            "signature": b64encode(act.signature).decode(),
            "public_key": b64encode(key).decode(),
        },
        readers=frozenset(kept.parties),
    )
