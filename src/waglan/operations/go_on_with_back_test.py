"""A draft table is run on past manifests, one after another; it decides nothing."""

from datetime import datetime
from typing import cast

import msgspec

from waglan.codes.calendar import HONG_KONG
from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.customs.back_test import Compared, compare
from waglan.customs.facts import Beyond, ManifestFacts
from waglan.customs.judge import judge
from waglan.customs.tables import ENGINE, Table, read_table
from waglan.logbook.canonical import Value
from waglan.logbook.event import Event
from waglan.logbook.sealed import Vault
from waglan.manifest.identity import bill_key
from waglan.store import Transaction, back_tests, events, manifests, orders
from waglan.store.back_tests import BackTest


async def go_on_with_back_test(
    tx: Transaction, desk: tuple[int, PartyId, Vault], number: int, *, now: datetime
) -> None:
    """Look at the next manifest of a back-test; after the last one say in the log what came of it.

    A manifest is judged by the open rules of the day when it was filed, and by the outcomes that
    were known when the back-test was asked for: whoever runs it again finds the same.
    """
    org, authority, vault = desk
    test = await back_tests.by_number(tx, number)
    if test is None:
        raise LookupError(f"back-test {number} is not this authority's")
    manifest_id = await back_tests.next_manifest(tx, number)
    if manifest_id is None:
        [event] = await events.append(tx, [_ended(test, authority, now)])
        await back_tests.end(tx, org, number, event, now=now)
        return
    kept = await orders.imported(tx, test.sha256)
    table = None if kept is None else read_table(kept.model, engine_version=ENGINE)[0]
    if table is None:
        raise LookupError(f"table {test.sha256.hex()} was imported and can't be read")
    found = await _compared(tx, vault, table, (manifest_id, test.asked_at))
    await back_tests.add_result(tx, org, number, manifest_id, found)


async def _compared(
    tx: Transaction, vault: Vault, table: Table, what: tuple[int, datetime]
) -> Compared:
    manifest_id, asked_at = what
    filed = await manifests.by_number(tx, manifest_id)
    if filed is None:
        raise LookupError(f"manifest {manifest_id} is not filed with this authority")
    manifest = await manifests.load(tx, vault, filed)
    findings = judge(manifest, on=filed.filed_at.astimezone(HONG_KONG).date())
    hits = table.evaluate(ManifestFacts(manifest, Beyond(findings)))
    past = await back_tests.past(tx, manifest_id, before=asked_at)
    return compare([past[bill_key(bill)] for bill in manifest.bills], hits)


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
            "found": cast(Value, msgspec.to_builtins(test.found)),
        },
    )
