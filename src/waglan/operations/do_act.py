"""An officer hands in an act that he signed: it is checked, done and written down, or refused."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from waglan.codes.event import EventCode
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key import Key, KeyKind
from waglan.customs.cleared_part import Cleared, read_told, told_with, unknown_found, wrong_parts
from waglan.customs.officer_act import (
    ACTS,
    Kind,
    Sheet,
    Target,
    faults,
    is_signed,
    read_sheet,
)
from waglan.customs.outcome import results
from waglan.customs.status import Refused, after
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.operations.extend_notice import extend_notice
from waglan.operations.filed_since import filed_since
from waglan.operations.name_addressee import name_addressee
from waglan.operations.publish_table import publish_table
from waglan.operations.revoke_standing_order import revoke_standing_order
from waglan.operations.serve_notices import serve_notices
from waglan.operations.step_draft import By
from waglan.parties.role import Principal
from waglan.store import Transaction, acts, customs, events, orders, serving
from waglan.store.acts import ActRow, ExaminationRow
from waglan.store.customs import DecisionRow, Standing

_WHERE = Where("act")
_ABOUT_A_NOTICE = {Kind.EXTEND_NOTICE: extend_notice, Kind.NAME_ADDRESSEE: name_addressee}
_NOTHING = Cleared()
_LATE = {"NOTICE-UNKNOWN", "NOTICE-NOT-LAWFUL-NOW", "NOTICE-MOVED-ON"}


class Row(msgspec.Struct, frozen=True):
    """What became of one bill of an act; status and versions are as it stands now."""

    filer: str
    number: str
    parent: str
    status: str | None
    version: int
    findings: tuple[Finding, ...] = ()
    filed_version: int | None = None  # None: no such bill, or an act from before this was kept


class Done(msgspec.Struct, frozen=True):
    """What came of an act."""

    act: str
    rows: tuple[Row, ...] = ()
    notices: int | None = None  # of an act that serves
    findings: tuple[Finding, ...] = ()  # of the act as a whole; it was done all the same


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done; `is_late` says that what the officer saw is no longer so."""

    findings: Sequence[Finding]
    is_late: bool = False


async def do_act(
    tx: Transaction,
    vault: Vault,
    by: tuple[int, Principal],
    signed: tuple[bytes, bytes],
    *,
    now: datetime,
) -> Done | Refusal:
    """Do what the signed-in officer signed, and keep it with its event; again changes nothing.

    Of several bills those are done that still stand as he saw them; the others say why not.
    `signed` are the act's bytes and the signature.
    """
    org, officer = by
    body, signature = signed
    sheet = read_sheet(body)
    if sheet is None:
        return Refusal([Finding("ACT-UNREADABLE", Severity.ERROR, _WHERE, {})])
    who = officer.accountable or officer.token
    key = (await orders.officer_keys(tx)).get(who)
    wrong = _whose(sheet, (who, officer), key, signed)
    if wrong is not None:
        is_ended = wrong.code == "ACT-NO-KEY" and await orders.has_ended_key(tx, who)
        ended = Finding("ACT-KEY-ENDED", Severity.ERROR, _WHERE, {"officer": who})
        return Refusal([ended if is_ended else wrong])
    await acts.alone_with(tx, sheet.id)
    known = await acts.act(tx, sheet.id)
    if known is not None:
        if (known.body, known.signature) == signed:
            return _answer(known.answer)
        taken = Finding("ACT-ID-TAKEN", Severity.ERROR, _WHERE, {"act": sheet.id})
        return Refusal([taken], is_late=True)
    found = faults(sheet, now=now)
    if found:
        return Refusal(found)
    told = Event(
        EventCode.OFFICER_ACT,
        Key(KeyKind.PARTY, officer.org),
        officer.org,
        now,
        now,
        {
            "act": sheet.id,
            "kind": sheet.act.value,
            "by": who,
            "body": body.decode(),
            "signature": b64encode(signature).decode(),
            "public_key": b64encode(key or b"").decode(),
        },
    )
    done = await _done(tx, vault, by, sheet, now)
    if isinstance(done, Refusal):
        return done
    [event_id] = await events.append(tx, [told])
    row = ActRow(sheet.id, body, signature, who, event_id, msgspec.json.encode(done), now)
    await acts.add_act(tx, org, row)
    return done


def _whose(
    sheet: Sheet,
    by: tuple[str, Principal],
    key: bytes | None,
    signed: tuple[bytes, bytes],
) -> Finding | None:
    who, officer = by
    if (sheet.officer, sheet.authority) != (who, officer.org):
        return Finding("ACT-OF-ANOTHER", Severity.ERROR, _WHERE, {"act": sheet.id})
    if key is None:
        return Finding("ACT-NO-KEY", Severity.ERROR, _WHERE, {"officer": who})
    if not is_signed(*signed, key):
        return Finding("ACT-UNSIGNED", Severity.ERROR, _WHERE, {"act": sheet.id})
    return None


async def _done(
    tx: Transaction, vault: Vault, by: tuple[int, Principal], sheet: Sheet, now: datetime
) -> Done | Refusal:
    if sheet.act is Kind.SERVE:
        return await _served(tx, vault, by, sheet, now)
    if sheet.act in _ABOUT_A_NOTICE:
        why = await _ABOUT_A_NOTICE[sheet.act](tx, by, sheet, now=now)
        return Done(sheet.id) if why is None else Refusal([why], is_late=why.code in _LATE)
    if sheet.act is Kind.REVOKE_ORDER:
        order = sheet.order or ""
        if await revoke_standing_order(tx, By(*by, now), order):
            return Done(sheet.id)
        return Refusal([Finding("ACT-NO-SUCH-ORDER", Severity.ERROR, _WHERE, {"order": order})])
    if sheet.act is Kind.PUBLISH_TABLE:
        found = await publish_table(tx, by, sheet, now=now)
        return Refusal(found) if found else Done(sheet.id)
    return await _decided(tx, vault, by, sheet, now)


async def _served(
    tx: Transaction, vault: Vault, by: tuple[int, Principal], sheet: Sheet, now: datetime
) -> Done | Refusal:
    """Serve a call, and say what of it is left: who is told nothing may guess why."""
    (org, officer), call = by, sheet.call or ""
    if not await serving.is_filed(tx, call):
        return Refusal(
            [Finding("ACT-NO-SUCH-CALL", Severity.ERROR, Where("act.call"), {"call": call})]
        )
    count = await serve_notices(tx, vault, (org, officer.org), call, now=now)
    left = await serving.undecided(tx, call)
    if not left:
        return Done(sheet.id, notices=count)
    some = Finding(
        "ACT-SERVED-UNDECIDED",
        Severity.WARNING,
        Where("act.call"),
        {"call": call, "undecided": left},
    )
    return Done(sheet.id, notices=count, findings=(some,))


async def _decided(
    tx: Transaction, vault: Vault, by: tuple[int, Principal], sheet: Sheet, now: datetime
) -> Done | Refusal:
    org, officer = by
    ids = await acts.named(tx, [_name(target) for target in sheet.bills])
    standings = await customs.standings_of(tx, ids.values())
    found = {_name(t): standings[i] for t in sheet.bills if (i := ids.get(_name(t))) in standings}
    late = await _moved_on(tx, vault, sheet, found)
    before = await _cleared_before(tx, sheet, found)
    parts = await _wrong_parts(tx, sheet, found, before)
    rows = [_row(sheet, t, found.get(_name(t)), (late, parts)) for t in sheet.bills]
    good = [(found[_name(t)], row) for t, row in zip(sheet.bills, rows, strict=True)
            if not row.findings]  # fmt: skip
    if not good:
        findings = [finding for row in rows for finding in row.findings]
        is_late = any(f.code in ("CUSTOMS-MOVED-ON", "CUSTOMS-NOT-LAWFUL-NOW") for f in findings)
        return Refusal(findings, is_late=is_late)
    told = [_event(sheet, officer, one, now) for one in good]
    numbers = await events.append(tx, told, consignments=[s.consignment for s, _ in good])
    decided = [
        _decision(sheet, (s, event), row, before.get(s.consignment, _NOTHING), now)
        for (s, row), event in zip(good, numbers, strict=True)
    ]
    await customs.add_decisions(tx, org, decided)
    await acts.add_examinations(tx, org, _examinations(sheet, decided))
    return Done(sheet.id, tuple(rows))


def _name(target: Target) -> acts.Named:
    return target.filer, target.parent, target.number


def _row(
    sheet: Sheet,
    target: Target,
    stands: Standing | None,
    found: tuple[Mapping[acts.Named, Finding], Mapping[acts.Named, tuple[Finding, ...]]],
) -> Row:
    where, (late, parts) = _where(target), found
    if stands is None:
        absent = Finding("ACT-NO-SUCH-BILL", Severity.ERROR, where, {"bill": target.number})
        return Row(target.filer, target.number, target.parent, None, 0, (absent,))
    now = None if stands.status is None else stands.status.value
    here, filed = (target.filer, target.number, target.parent), stands.filed_version
    if moved_on := late.get(_name(target)):
        return Row(*here, now, stands.version, (moved_on,), filed)
    try:
        status = after(stands.status, ACTS[sheet.act])
    except Refused:
        unlawful = Finding(
            "CUSTOMS-NOT-LAWFUL-NOW",
            Severity.ERROR,
            where,
            {"bill": target.number, "now": now or "-", "wanted": sheet.act.value},
        )
        return Row(*here, now, stands.version, (unlawful,), filed)
    wrong = parts.get(_name(target), ())
    if wrong:
        return Row(*here, now, stands.version, wrong, filed)
    return Row(*here, status.value, stands.version + 1, (), filed)


async def _moved_on(
    tx: Transaction, vault: Vault, sheet: Sheet, found: Mapping[acts.Named, Standing]
) -> dict[acts.Named, Finding]:
    """Say of which bills something was decided, or something else filed, that he had not seen."""
    targets = {_name(t): t for t in sheet.bills if _name(t) in found}
    older = {
        found[name].consignment: target.saw_filed
        for name, target in targets.items()
        if target.saw_filed < found[name].filed_version
    }
    changed = await filed_since(tx, vault, older)
    said = {}
    for name, target in targets.items():
        stands = found[name]
        what = ["decided"] if stands.version != target.version else []
        if stands.consignment in changed:
            what.append("filed")
        elif target.saw_filed > stands.filed_version:
            what.append("not-filed")
        if what:
            said[name] = _late(target, stands, "-".join(what))
    return said


def _late(target: Target, stands: Standing, changed: str) -> Finding:
    return Finding(
        "CUSTOMS-MOVED-ON",
        Severity.ERROR,
        _where(target),
        {
            "bill": target.number,
            "saw": target.version,
            "version": stands.version,
            "now": stands.status.value if stands.status else "-",
            "by": stands.decided_by or "-",
            "saw_filed": target.saw_filed,
            "filed": stands.filed_version,
            "changed": changed,
        },
    )


def _where(target: Target) -> Where:
    return Where(f"bills/{target.number}/customs")


async def _cleared_before(
    tx: Transaction, sheet: Sheet, found: Mapping[acts.Named, Standing]
) -> Mapping[int, Cleared]:
    """Return what was cleared of each bill before, of which the act clears one more part."""
    if not sheet.parts:
        return {}
    told = await acts.cleared_in_part(tx, [s.consignment for s in found.values()])
    return {one: read_told(said) for one, said in told.items()}


async def _wrong_parts(
    tx: Transaction,
    sheet: Sheet,
    found: Mapping[acts.Named, Standing],
    before: Mapping[int, Cleared],
) -> dict[acts.Named, tuple[Finding, ...]]:
    """Say of each bill what of it the act clears or counts that it does not have."""
    counted = sheet.outcome.found if sheet.outcome else ()
    if not (sheet.parts or counted):
        return {}
    bills = await acts.bills(tx, {s.consignment: s.manifest_id for s in found.values()})
    return {
        name: (
            *wrong_parts(bill, sheet.parts, before.get(s.consignment, _NOTHING).parts),
            *unknown_found(bill, counted),
        )
        for name, s in found.items()
        for bill in (bills[s.consignment],)
    }


def _event(sheet: Sheet, officer: Principal, one: tuple[Standing, Row], now: datetime) -> Event:
    stands, row = one
    return Event(
        EventCode.CUSTOMS_STATUS,
        Key(KeyKind.BILL, row.number),
        officer.org,
        now,
        now,
        {
            "status": row.status,
            "manifest": str(stands.manifest),
            "act": sheet.id,
            "by": sheet.officer,
            "version": row.version,
            "filed_version": row.filed_version,
            "fired": [],
        },
    )


def _decision(
    sheet: Sheet, where: tuple[Standing, int], row: Row, before: Cleared, now: datetime
) -> DecisionRow:
    stands, event_id = where
    status = after(stands.status, ACTS[sheet.act])
    return DecisionRow(
        stands.consignment,
        event_id,
        stands.manifest_id,
        status,
        fired=(),
        targeting=(),
        order_id=None,
        decided_by=sheet.officer,
        decided_at=now,
        version=row.version,
        act_id=sheet.id,
        told=told_with(sheet, before),
    )


def _examinations(sheet: Sheet, decided: Sequence[DecisionRow]) -> list[ExaminationRow]:
    if sheet.outcome is None:
        return []
    result = sheet.outcome.result
    return [
        ExaminationRow(
            row.consignment,
            row.event_id,
            row.manifest_id,
            sheet.id,
            result,
            results()[result],
            row.decided_at,
        )
        for row in decided
    ]


_answer = msgspec.json.Decoder(Done).decode
