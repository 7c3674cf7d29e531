"""What the day's table and standing order make of the day's papers."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import read
from waglan.customs.decision import Case, decide
from waglan.customs.facts import Beyond, ManifestFacts
from waglan.customs.judge import judge
from waglan.customs.policy import policy
from waglan.customs.sample import Sample
from waglan.customs.standing_order import Ground, sign
from waglan.customs.tables import read_table
from waglan.demo.call import make_call
from waglan.demo.officer import VALID_FOR, standing_order

MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()


def statuses(seed: int, now: datetime) -> Counter[CustomsStatus | None]:
    """Decide the whole call at a moment, under the order that was signed in the morning."""
    table, findings = read_table(read("demo/tables/risk.json").encode(), engine_version="test")
    assert table is not None
    assert findings == []
    order = standing_order("sub_1", table.stamp.table_sha256, MORNING, seed=seed)
    ground = Ground({"sub_1": KEY.public_key()}, frozenset(), policy().version, table.stamp)
    made = make_call(seed, MORNING)
    found = Counter[CustomsStatus | None]()
    for manifest in (made.masters, *made.houses.values(), made.by_hand[1]):
        wrong = judge(manifest, on=MORNING.date())
        hits = table.evaluate(ManifestFacts(manifest, Beyond(wrong, ())))
        case, sample = Case(manifest, wrong, hits), Sample(bytes(32), 2)
        decisions = decide(case, sign(order, KEY), ground, sample, now=now)
        found.update(decision.status for decision in decisions)
    return found


@pytest.mark.parametrize("seed", [0, 7])
def test_every_bill_is_decided_most_are_not_selected_and_each_status_occurs(seed: int) -> None:
    found = statuses(seed, MORNING)
    assert found[None] == 0
    assert found.total() == 4_601
    assert 0.90 < found[CustomsStatus.NOT_SELECTED] / found.total() < 0.99
    assert found[CustomsStatus.DOCUMENTS_ASKED] > 50
    assert found[CustomsStatus.DETAINED] > 0
    assert found[CustomsStatus.INSPECT] > 0


def test_the_order_outlasts_the_ships_arrival_and_not_the_week() -> None:
    assert statuses(7, MORNING + timedelta(hours=26))[None] == 0
    assert set(statuses(7, MORNING + VALID_FOR)) == {None}
