"""A draft table is run on past manifests, one after another; it decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.back_test import Compared, compare
from waglan.customs.judge import judge
from waglan.customs.table_engine import DIRECT, Engine
from waglan.customs.tables import ENGINE, ask_table
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.manifest.identity import bill_key
from waglan.store import Transaction, back_tests, events, manifests, orders
from waglan.store.back_tests import BackTest


@dataclass(frozen=True, slots=True)
class BackTestDesk:
    """Whose desk it is, what opens the sealed fields, and what the table is asked of."""

    org: int
    authority: PartyId
    vault: Vault
    engine: Engine = DIRECT


async def go_on_with_back_test(
    tx: Transaction, desk: BackTestDesk, number: int, *, now: datetime
) -> None:
    """Look at the next manifest of a back-test; after the last one say in the log what came of it.

    It ends before where the table takes too long over a manifest, or may not be used any more.

    A manifest is judged by the open rules of the day when it was filed, and by the outcomes that
    were known when the back-test was asked for: whoever runs it again finds the same.
    """
    org = desk.org
    test = await back_tests.by_number(tx, number)
    if test is None:
        raise LookupError(f"back-test {number} is not this authority's")
    manifest_id = await back_tests.next_manifest(tx, number)
    found = None
    if manifest_id is not None:
        kept = await orders.imported(tx, test.sha256)
        if kept is None:
            raise LookupError(f"table {test.sha256.hex()} was not imported by this authority")
        found = await _compared(tx, desk, kept.model, (manifest_id, test.asked_at))
    if manifest_id is None or found is None:
        [event] = await events.append(tx, [_ended(test, desk.authority, now)])
        await back_tests.end(tx, org, number, event, now=now)
        return
    await back_tests.add_result(tx, org, number, manifest_id, found)


async def _compared(
    tx: Transaction, desk: BackTestDesk, model: bytes, what: tuple[int, datetime]
) -> Compared | None:
    """Return what the table answers of a manifest; None where it gives no answer."""
    (manifest_id, asked_at), vault = what, desk.vault
    filed = await manifests.by_number(tx, manifest_id)
    if filed is None:
        raise LookupError(f"manifest {manifest_id} is not filed with this authority")
    manifest = await manifests.load(tx, vault, filed)
    findings = judge(manifest, on=filed.filed_at.astimezone(HONG_KONG).date())
    asked = ask_table(desk.engine, model, manifest, findings)
    if asked.table is None or not asked.has_answered:
        return None
    past = await back_tests.past(tx, manifest_id, before=asked_at)
    return compare([past[bill_key(bill)] for bill in manifest.bills], asked.hits)


def _ended(test: BackTest, authority: PartyId, now: datetime) -> Event:
    return Event(
        EventCode.TABLE_BACK_TESTED,
        Key(KeyKind.PARTY, authority),
        authority,
        now,
        now,
        {
            "table": test.sha256.hex(),
            "by": test.asked_by,
            "since": test.since.isoformat(),
            "until": test.until.isoformat(),
            "asked_at": test.asked_at.isoformat(),
            "engine": ENGINE,
            "manifests": test.manifests,
            "done": test.done,
            "found": cast(Value, msgspec.to_builtins(test.found)),
        },
    )
