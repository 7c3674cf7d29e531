"""A process dies at each named place; the client asks again; nothing is lost, nothing is twice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from crashing import POINTS
from dying import Dying, dying
from quay import Quay, all_numbered, log_findings, open_quay, paper, persist, wait

from waglan.store.dsn import Dsn


@dataclass(frozen=True)
class Input:
    """Papers handed in together as one message, and how many bills they declare."""

    bills: tuple[int, ...]
    foreign: bool = False

    def papers(self, ref: str) -> list[tuple[str, int]]:
        return [(f"{ref}{place}", bills) for place, bills in enumerate(self.bills)]

    def sent(self, ref: str) -> bytes:
        sender = "RIVAL1" if self.foreign else "CARRIER1"
        return b"".join(paper(own, bills, sender) for own, bills in self.papers(ref))


INPUTS = {
    "one bill": Input((1,)),
    "forty bills": Input((40,)),
    "two manifests": Input((1, 2)),
    "another's paper": Input((1,), foreign=True),
    "a tile of bills": Input((256,)),  # so many events fill a tile for certain
}


def meets(point: str, name: str) -> bool:
    """Whether the input gets as far as the point, or the point is worth the input's time."""
    if "making" in point:
        return False  # nothing is made by handing in: see below
    if name == "a tile of bills":
        return "tile" in point
    if name == "another's paper":
        return any(act in point for act in ("chunk", "receipt", "work-off", "HTTP"))
    return "tile" not in point


CASES = [(point, name) for point in POINTS for name in INPUTS if meets(point, name)]


@dataclass
class Harbour:
    """The quay of an instance that dies on demand, and what its inputs lead to without a death."""

    quay: Quay
    dying: Dying
    calm: dict[str, tuple[Counter[str], object]] = field(default_factory=dict)
    cases: int = 0

    def live_through(self, what: Input, point: str | None = None) -> tuple[Counter[str], object]:
        """File, be decided, be served, be answered; return the rows that came, and the answers."""
        self.cases += 1
        ref = f"X{self.cases:04}"
        before = self.quay.rows()
        if point:
            self.dying.arm(point)
        shown = self.quay.file(what.sent(ref))
        if not what.foreign:
            assert shown["state"] == "accepted", shown["findings"]
            for own, bills in what.papers(ref):
                self.quay.decided(own, bills)
        count = 1 if what.foreign else 3 * len(what.bills)
        answers = self.quay.answers(shown["id"], count)
        wait(lambda: all_numbered(self.quay.dsn))
        if point:
            wait(self.dying.died)
            wait(lambda: all_numbered(self.quay.dsn))
        codes = sorted(finding["code"] for finding in shown["findings"])
        told = [(kind, said.replace(ref.encode(), b"REF")) for kind, said in answers]
        return self.quay.rows() - before, (shown["state"], codes, told)


@pytest.fixture(scope="module")
def harbour(module_database: Dsn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with dying(module_database, tmp_path_factory.mktemp("crashing")) as up:
        yield Harbour(open_quay(up.client, up.operator, module_database, up.folder), up)


@pytest.mark.parametrize(("point", "name"), CASES)
def test_a_death_here_loses_nothing_and_counts_nothing_twice(
    harbour: Harbour, point: str, name: str
) -> None:
    what = INPUTS[name]
    if name not in harbour.calm:
        harbour.calm[name] = harbour.live_through(what)
    assert harbour.live_through(what, point) == harbour.calm[name]


@pytest.mark.parametrize("point", [point for point in POINTS if "making" in point])
def test_a_death_while_something_is_made_makes_it_once(harbour: Harbour, point: str) -> None:
    carrier, name = harbour.quay.carrier, f"SAMPLE {point}"[:80]
    harbour.dying.arm(point)
    headers = {"Idempotency-Key": point}
    answer = persist(lambda: carrier.post("/v1/addresses", json={"name": name}, headers=headers))
    wait(harbour.dying.died)
    assert answer.status_code == (200 if "after" in point else 201)
    listed = harbour.quay.get(f"/v1/addresses?containing={name}")
    assert [one["id"] for one in listed["addresses"]] == [answer.json()["id"]]


def test_everything_acknowledged_is_kept_to_the_byte_and_the_log_verifies(
    harbour: Harbour,
) -> None:
    entries = harbour.quay.ledger.entries()
    assert entries
    for message, sent in entries.items():
        assert harbour.quay.carrier.get(f"/v1/messages/{message}/raw").content == sent
        assert harbour.quay.get(f"/v1/messages/{message}")["state"] != "waiting"
    assert log_findings(harbour.quay.dsn) == []
