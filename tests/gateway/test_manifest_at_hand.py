"""What a worker keeps in memory from filing to judging is what the store would have given it."""

import hashlib
from pathlib import Path

import psycopg
import pytest
from running_instance import ORIGIN

from waglan.codes.calendar import HONG_KONG
from waglan.codes.party import PartyId
from waglan.customs.judge import judge
from waglan.gateway import workers
from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit
from waglan.gateway.workers import Worker
from waglan.operations.receive_message import receive_message
from waglan.store import customs, manifests, messages
from waglan.store.connect import glance, pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.messages import Chunk, Kept

LINE, CUSTOMS = 1, 2
PARTS = 3
ORGANISATIONS = """
    insert into organisation (party, name, roles, registered_at) values
        ('synthetic-line', 'Synthetic line', '{carrier}', now()),
        ('synthetic-customs', 'Synthetic customs', '{customs}', now());
    insert into address (address, org, registered_at) values
        ('LINE:ZZ', 1, now()), ('CUSTOMS:ZZ', 2, now());
"""
HEAD = (
    "BGM+785+{ref}+9'DTM+137:202611220900:203'NAD+CA+SYNL:172:20'TDT+20+001E+1++SYNL:172:20+++"
    "9811000:146::SYNTHETIC STAR'LOC+60+HKHKG:139:6'DTM+132:202612231200:203'"
    "EQD+CN+CSQU3054383+22G1:102:5++3+5'"
)
BILL = (
    "CNI+{n}+B{n}'RFF+BM:B{n}'CNT+7:12{n}:KGM'CNT+8:10'LOC+9+CNSHA:139:6'LOC+11+HKHKG:139:6'"
    "GIS+23'NAD+CZ+++SAMPLE TRADING {n} LTD+1 SAMPLE ROAD+SHANGHAI+++CN'"
    "NAD+CN+++SAMPLE IMPORTS {n} LTD+2 SAMPLE STREET+HONG KONG+++HK'GID+1+10:CT'"
    "FTX+AAA+++GENERAL CARGO'MEA+AAE+G+KGM:120'MEA+AAE+AAW+MTQ:1'SGP+CSQU3054383+10'"
    "PCI+24+SAMPLE MARKS {n}'"
)


def paper(ref: str) -> bytes:
    """One interchange whose three messages make one manifest."""
    text = f"UNA:+.? 'UNB+UNOC:3+LINE:ZZ+CUSTOMS:ZZ+261122:0900+{ref}'"
    for part in range(1, PARTS + 1):
        body = HEAD.format(ref=ref) + BILL.format(n=2 * part) + BILL.format(n=2 * part + 1)
        final = ":F" if part == PARTS else ""
        text += f"UNH+{part}+CUSCAR:D:95B:UN+{ref}+{part}{final}'{body}"
        text += f"UNT+{body.count(chr(39)) + 2}+{part}'"
    return f"{text}UNZ+{PARTS}+{ref}'".encode()


async def hand_in(kit: Kit, data: bytes) -> None:
    message, salt, now = kit.new_id(), await messages.new_salt(), kit.clock()
    digest = hashlib.sha256(data).digest()
    kept = Kept(0, LINE, message, "http", "tok_" + "0" * 32, digest, len(data), "", now)
    async with transaction(kit.pools.app, LINE) as tx:
        chunk = Chunk(LINE, message, 0, salt, data)
        await messages.keep_chunk(tx, kit.keys.vault, chunk, now=now)
        await receive_message(tx, PartyId("synthetic-line"), kept, salt, f"key:{message}")


async def test_the_manifest_at_hand_is_the_one_in_the_store(database: Dsn, home: Path) -> None:
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        worker = Worker(kit)
        await hand_in(kit, paper("R1"))
        async with glance(kit.pools.engine) as look:
            await worker._messages(look)
        [(number, at_hand)] = worker.at_hand.items()
        async with transaction(kit.pools.authority, CUSTOMS) as tx:
            filed = await manifests.by_number(tx, number)
            assert filed is not None
            assert at_hand.manifest == await manifests.load(tx, kit.keys.vault, filed)
            assert at_hand.consignments == await manifests.consignments(tx, number)
        on = filed.filed_at.astimezone(HONG_KONG).date()
        assert at_hand.findings
        assert list(at_hand.findings) == judge(at_hand.manifest, on=on)


@pytest.mark.parametrize(("most", "kept"), [(6, 1), (5, 0)])
async def test_no_more_bills_are_at_hand_than_the_limit_and_the_rest_is_judged_all_the_same(
    database: Dsn, home: Path, monkeypatch: pytest.MonkeyPatch, most: int, kept: int
) -> None:
    monkeypatch.setattr(workers, "AT_HAND_BILLS_MAX", most)
    with psycopg.connect(database.admin or "") as conn:
        conn.execute(ORGANISATIONS)
    async with pools(database, size_max=2) as opened:
        kit = Kit(opened, keys(home / "keys", ORIGIN), 1 << 20)
        worker = Worker(kit)
        await hand_in(kit, paper("R2"))
        async with glance(kit.pools.engine) as look:
            await worker._messages(look)
            assert len(worker.at_hand) == kept
            assert await worker._judgements(look) == 1
        assert worker.at_hand == {}
        async with transaction(kit.pools.engine, None) as tx:
            assert await customs.unjudged(tx, at_most=1) == []
