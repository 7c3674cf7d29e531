"""Whatever is honestly filed, in one interchange or in many, its log stands; a change in it not."""

from dataclasses import dataclass, field
from random import Random

import httpx
import psycopg
import pytest
from command_line import CommandLine
from port import filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from tampering import tampering

AUTHORITIES = ("HONESTCUSTOMS", "HONESTOTHER")
SEEDS = range(8)
GOODS = ("COTTON T-SHIRTS", "WOODEN CHAIRS", "TABLE LAMPS", "WOODEN TOYS")
CODES = {"original": "9", "replace": "5", "change": "4", "add": "2", "cancel": "1"}


@pytest.fixture
def waglan(waglan: CommandLine, instance: Instance) -> CommandLine:
    return waglan.operates(instance).signs_in(instance.operator.headers["Authorization"])


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    for address in AUTHORITIES:
        instance.let_in(address.lower(), "customs", addresses=(f"{address}:ZZZ",))
    return instance.let_in("honest-line", "carrier", addresses=("HONESTLINE:ZZZ",))


@dataclass
class Document:
    """One manifest as its filer knows it."""

    number: str
    version: int = 0
    is_cancelled: bool = False
    bills: set[str] = field(default_factory=set)

    def message(self, random: Random, known: list[str]) -> tuple[str, set[str]]:
        """Return what is done to it next, and about which bills."""
        if not self.version:
            return "original", set(random.sample(known, random.randint(1, 3)))
        free = sorted(set(known) - self.bills)
        may = ["replace", "change", "cancel"] + ["add"] * bool(free)
        does = random.choice(may + ["change"] * 3)
        if does == "add":
            return does, set(random.sample(free, 1))
        if does == "replace":
            return does, set(random.sample(known, random.randint(1, 3)))
        if does == "change":
            return does, set(random.sample(sorted(self.bills), 1))
        return does, set()

    def became(self, does: str, bills: set[str]) -> None:
        self.version += 1
        self.is_cancelled = does == "cancel"
        self.bills = self.bills | bills if does in {"change", "add"} else bills


def interchange(customs: str, ref: str, messages: list[str]) -> bytes:
    text = manifest(Call("HONESTLINE", customs, ref), Paper("NONE")).decode()
    unb = text[: text.index("UNH+")]
    return f"{unb}{''.join(messages)}UNZ+{len(messages)}+{ref}'".encode()


def message(at: int, of: Document, does: str, bills: set[str], goods: str) -> str:
    papers = [Paper(number) for number in sorted(bills)]
    text = manifest(Call("HONESTLINE", "X", str(at)), *(papers or [Paper("NONE")])).decode()
    text = text[text.index("UNH+") : text.index("UNT+")].replace(GOODS[0], goods)
    if not papers:
        text = text[: text.index("EQD+")]
    named = f"RFF+ACW:{of.version}'" if of.version else ""
    dated = "DTM+137:202611220900:203'"
    text = text.replace(f"BGM+785+DOC-{at}+9'", f"BGM+785+{of.number}+{CODES[does]}'")
    text = text.replace(dated, dated + named)
    return f"{text}UNT+{text.count(chr(39)) + 1}+{at}'"


def files(line: httpx.Client, seed: int) -> None:
    """Have the line file random messages that are all in order."""
    random = Random(seed)
    known = [f"HB{seed}{n}" for n in range(4)]
    open_now: dict[tuple[str, int], Document] = {}
    for sent in range(3):
        customs = random.choice(AUTHORITIES)
        inside: list[str] = []
        for at in range(1, random.randint(2, 5)):
            key = customs, random.randint(0, 1)
            of = open_now.get(key)
            if of is None or of.is_cancelled:
                of = open_now[key] = Document(f"HD{seed}{sent}{at}")
            does, bills = of.message(random, known)
            inside.append(message(at, of, does, bills, random.choice(GOODS)))
            of.became(does, bills)
        shown = filed(line, interchange(customs, f"H{seed}{sent}", inside))
        assert shown["state"] == "accepted", shown["findings"]


def test_two_versions_of_a_bill_in_one_interchange_stand(
    waglan: CommandLine, instance: Instance, line: httpx.Client
) -> None:
    of = Document("HDTWO")
    first = message(1, of, "original", {"HBTWO"}, GOODS[0])
    of.became("original", {"HBTWO"})
    second = message(2, of, "change", {"HBTWO"}, GOODS[1])
    shown = filed(line, interchange(AUTHORITIES[0], "HTWO", [first, second]))
    assert shown["state"] == "accepted", shown["findings"]
    stands(waglan, instance)


ALL_SIGNED = "SELECT max(c.size) = (SELECT count(*) FROM event) FROM log_checkpoint c"


def stands(waglan: CommandLine, instance: Instance) -> None:
    """Hold all that was filed against the log, once it is numbered and signed."""
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        wait(lambda: (conn.execute(ALL_SIGNED).fetchone() or (None,))[0] or None)
    ran = waglan("log", "verify")
    assert (ran.status, ran.err) == (0, "")


OF_BILLS = """WHERE manifest_id = (SELECT manifest_id FROM bill GROUP BY manifest_id
    HAVING count(*) = 1 ORDER BY md5(manifest_id::text || {n}) LIMIT 1)"""
CHANGES = {
    "its mass": """UPDATE bill SET particulars = convert_to(
        replace(convert_from(particulars, 'UTF8'), '120000', '120001'), 'UTF8')
        WHERE (consignment, manifest_id) = (
            SELECT consignment, manifest_id FROM bill ORDER BY md5(number || manifest_id || {n})
            LIMIT 1)""",
    "its level": """UPDATE bill SET level = level || 'x' WHERE (consignment, manifest_id) = (
        SELECT consignment, manifest_id FROM bill ORDER BY md5(manifest_id::text || {n})
        LIMIT 1)""",
    "its version": f"UPDATE manifest SET version = version + 1000 {OF_BILLS}",
    "its call": f"UPDATE manifest SET call = call || 'x' {OF_BILLS}",
    "its function": f"UPDATE manifest SET function = 'x' {OF_BILLS}",
    "its hash": """UPDATE log_leaf
        SET leaf_hash = set_byte(leaf_hash, 9, get_byte(leaf_hash, 9) # 1)
        WHERE seq = (SELECT seq FROM log_leaf ORDER BY md5(seq::text || {n}) LIMIT 1)""",
    "its words": """UPDATE event SET canonical = set_byte(canonical, length(canonical) / 2,
        get_byte(canonical, length(canonical) / 2) # 1)
        WHERE event_id = (SELECT event_id FROM log_leaf ORDER BY md5(seq::text || {n}) LIMIT 1)""",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_random_honest_papers_stand_and_one_changed_byte_does_not(
    waglan: CommandLine, instance: Instance, line: httpx.Client, seed: int
) -> None:
    files(line, seed)
    stands(waglan, instance)
    for change in CHANGES.values():
        with tampering(instance, change.split()[1]) as conn:
            conn.execute("SET session_replication_role = replica")  # what points at it stays
            assert conn.execute(change.format(n=seed).encode()).rowcount == 1
            ran = waglan("log", "verify")
        told = [said for said in ran.err.splitlines() if "LOG-" in said]
        assert ran.status == 1, ran.out
        assert len(told) <= 2, ran.err  # where it is, and nothing else
        stands(waglan, instance)


def test_a_number_that_is_gone_leaves_all_others_in_their_places(
    waglan: CommandLine, instance: Instance, line: httpx.Client
) -> None:
    with tampering(instance, "log_leaf") as conn:
        conn.execute("SET session_replication_role = replica")
        assert conn.execute("DELETE FROM log_leaf WHERE seq = 3").rowcount == 1
        ran = waglan("log", "verify")
    assert ran.status == 1
    assert ran.err.count("LOG-LEAF-DIFFERS") == 1, ran.err
    stands(waglan, instance)


EDGE = """UPDATE log_head SET frontier = set_byte(frontier, {at}, get_byte(frontier, {at}) # 1)
    RETURNING frontier"""


@pytest.mark.parametrize("at", ["0", "1", "2", "length(frontier) - 1"])
def test_a_changed_byte_of_the_trees_edge_is_told_and_stops_nothing(
    waglan: CommandLine, instance: Instance, line: httpx.Client, at: str
) -> None:
    stands(waglan, instance)
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        assert conn.execute(EDGE.format(at=at).encode()).rowcount == 1
        ran = waglan("log", "verify")
        assert (ran.status, "LOG-EDGE-DIFFERS" in ran.err) == (1, True), ran.err
        assert "LOG-EDGE-DIFFERS" in waglan("doctor").out
        assert ("LOG-EDGE-DIFFERS" in ready_says(instance)) == at.isdigit()
        instance.let_in(f"edge-{at.split('(')[0]}", "carrier")
    stands(waglan, instance)
    assert "LOG-EDGE-DIFFERS" not in ready_says(instance)


def test_an_edge_that_cannot_be_worked_out_stops_numbering_and_no_acknowledgement(
    waglan: CommandLine, instance: Instance, line: httpx.Client
) -> None:
    stands(waglan, instance)
    with tampering(instance, "log_head", "log_leaf") as conn:
        conn.execute(EDGE.format(at="0").encode())
        last = "seq = (SELECT max(seq) FROM log_leaf)"
        conn.execute(f"DELETE FROM log_leaf WHERE {last}".encode())
        assert ready_says(instance, 503) == ["LOG-EDGE-DIFFERS"]
        ran = waglan("log", "verify")
        assert (ran.status, "LOG-EDGE-DIFFERS" in ran.err) == (1, True), ran.err
        of = Document("HDTORN")
        text = message(1, of, "original", {"HBTORN"}, GOODS[0])
        shown = filed(line, interchange(AUTHORITIES[0], "HTORN", [text]))
        assert shown["state"] == "accepted", shown["findings"]
    stands(waglan, instance)


def ready_says(instance: Instance, status: int = 200) -> list[str]:
    ready = instance.operator.get("/readyz")
    assert ready.status_code == status, ready.text
    return [one["code"] for one in ready.json()["findings"]]
