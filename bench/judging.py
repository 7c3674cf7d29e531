"""How fast a manifest is judged, against a plain loop that only touches each bill.

Run with `.venv/bin/python bench/judging.py`. Ratios are what counts: they travel between machines.
"""

import gc
import time  # noqa: TID251
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

from waglan.codes.container import ContainerNo
from waglan.codes.data import read
from waglan.customs.decision import Case, decide
from waglan.customs.facts import Beyond, ManifestFacts
from waglan.customs.judge import judge
from waglan.customs.party_name import pair_key
from waglan.customs.rules import RULES
from waglan.customs.sample import Sample
from waglan.customs.standing_order import Ground
from waglan.customs.tables import read_table
from waglan.manifest.model import (
    Bill,
    Equipment,
    Goods,
    Head,
    Level,
    Manifest,
    Package,
    Party,
    PartyRole,
)

BILLS = 20_000
DAY = date(2026, 12, 24)
DESCRIPTIONS = (
    "PRINTED BOOKS FOR CHILDREN",
    "MEN'S WOVEN COTTON SHIRTS",
    "STAINLESS STEEL KITCHEN SINKS WITH DRAINERS",
    "POLYESTER CURTAINS, READY MADE",
    "STC 12 PALLETS OF PLASTIC STORAGE BOXES",
)


def main() -> None:
    """Print the time of the plain loop, of each rule and of all of them."""
    manifest = busy_manifest()
    gc.disable()
    floor_s = best_s(lambda: touch(manifest))
    print(f"{BILLS} bills; plain loop that touches each bill and item: {floor_s * 1e3:.1f} ms")
    for rule in RULES:
        report(f"rule {rule.CODE}", best_s(partial(rule.check, manifest)), floor_s)
    report("all rules", best_s(partial(judge, manifest, on=DAY)), floor_s)
    table, _ = read_table(read("demo/tables/risk.json").encode(), engine_version="bench")
    if table is None:
        raise SystemExit("the demo's table is refused")
    known = frozenset(pair_key(*[p.name for p in b.parties[:2]]) for b in manifest.bills[::2])
    beyond = Beyond(findings=judge(manifest, on=DAY), pairs=known)
    facts = ManifestFacts(manifest, beyond)
    report(f"table of {len(table.rules)} rules", best_s(partial(table.evaluate, facts)), floor_s)
    case = Case(manifest, beyond.findings, table.evaluate(facts))
    sample, ground = Sample(b"bench" * 8, 20), Ground({}, frozenset(), "bench", table.stamp)
    deciding = partial(decide, case, None, ground, sample, now=datetime(2026, 11, 24, tzinfo=UTC))
    report("decisions", best_s(deciding), floor_s)
    hits = sum(hit.status is not None for hit in case.hits)
    print(f"{hits} of {BILLS} bills were hit")


def report(what: str, cpu_s: float, floor_s: float) -> None:
    """Print one line: milliseconds, bills per second, ratio to the plain loop."""
    print(f"{what:24} {cpu_s * 1e3:8.1f} ms {BILLS / cpu_s:12,.0f} /s {cpu_s / floor_s:8.1f} x")


def best_s(work: Callable[[], object], rounds: int = 5) -> float:
    """Return the least CPU time of several rounds, which the neighbours disturb least."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def touch(manifest: Manifest) -> int:
    """Add up one figure of each bill and each goods item."""
    total = 0
    for bill in manifest.bills:
        total += bill.packages or 0
        for item in bill.goods:
            total += item.gross_mass_g or 0
    return total


def busy_manifest() -> Manifest:
    """Return a big call: masters with three houses each, two containers to a master."""
    bills, boxes = list[Bill](), list[Equipment]()
    for n in range(BILLS // 4):
        pair = tuple(box_number(n * 2 + k) for k in range(2))
        boxes += [Equipment(number, size_type="45G1", full=True, segment=n) for number in pair]
        master = f"HLCU{n:08d}"
        bills.append(one_bill(master, n, pair, houses=3))
        bills += [one_bill(f"H{n}-{k}", n + k, pair, parent=master) for k in range(3)]
    head = Head("BENCH", vessel="WAGLAN STAR", imo="9074729", voyage="612E", mode="1")
    return Manifest(head, tuple(bills), tuple(boxes))


def box_number(n: int) -> str:
    """Return a container number with its check digit."""
    bare = f"WAGU{n:06d}"
    return f"{bare}{ContainerNo(bare + '0').check_digit}"


def one_bill(
    number: str,
    n: int,
    boxes: tuple[str, ...],
    parent: str | None = None,
    houses: int | None = None,
) -> Bill:
    """Return a bill with two goods items that lack nothing."""
    share = 3 if parent is None else 1
    goods = tuple(
        Goods(
            number=k + 1,
            description=DESCRIPTIONS[(n + k) % len(DESCRIPTIONS)],
            packages=20 * share,
            package_kind="CT",
            marks=f"LOT {n}",
            gross_mass_g=4_000_000 * share,
            volume_cm3=9_000_000 * share,
            stowed=(Package(boxes[k % 2], 20),),
        )
        for k in range(2)
    )
    parties = (
        Party(PartyRole.CONSIGNOR, f"Exporter {n % 2500} Ltd", "8 Harbour Road, Shenzhen"),
        Party(PartyRole.CONSIGNEE, f"Importer {n % 1900} Ltd", "1 Queen's Road, Hong Kong"),
        Party(PartyRole.NOTIFY, f"Importer {n % 1900} Ltd", "1 Queen's Road, Hong Kong"),
    )
    return Bill(
        number=number,
        level=Level.MASTER if parent is None else Level.HOUSE,
        parent=parent,
        place_of_loading="CNYTN",
        port_of_discharge="HKHKG",
        transhipment=n % 3 != 0,
        packages=40 * share,
        gross_mass_g=8_000_000 * share,
        volume_cm3=18_000_000 * share,
        houses=houses,
        parties=parties,
        goods=goods,
        segment=n,
    )


if __name__ == "__main__":
    main()
