"""The log asks two real witnesses to cosign, and stops signing when one knows another history."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from witness_process import WitnessProcess, two_witnesses

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.gateway import cosigning
from waglan.gateway.cosigning import Cosigner
from waglan.gateway.keys import Keys, keys
from waglan.gateway.kit import wall_clock
from waglan.gateway.sequencer import Sequencer
from waglan.gateway.witness import WitnessAt
from waglan.logbook.checkpoint import Checkpoint, sign_checkpoint
from waglan.logbook.cosignature import cosigned_by
from waglan.logbook.event import Event
from waglan.logbook.leaf import leaf_hash
from waglan.logbook.note import BadNote, read_note
from waglan.logbook.tree import Frontier
from waglan.logbook.watched import read_witnesses
from waglan.logbook.witness import ask
from waglan.parties.role import Role
from waglan.store import events, log, parties, witnesses
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn

ORIGIN = "waglan.test/log"
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def log_keys(tmp_path: Path) -> Keys:
    return keys(tmp_path / "keys", ORIGIN)


@pytest.fixture
def two(tmp_path: Path, log_keys: Keys) -> Iterator[list[WitnessProcess]]:
    with two_witnesses(tmp_path, log_keys.checkpoint.verifier) as started:
        yield started


class Bench:
    """A sequencer and its cosigners, moved by hand."""

    def __init__(self, dsn: Dsn, log_keys: Keys, asked: list[WitnessProcess]) -> None:
        self.dsn, self.keys = dsn, log_keys
        self.at = [WitnessAt(one.url, one.key) for one in asked]

    async def __aenter__(self) -> "Bench":
        self._pools = pools(self.dsn, size_max=4)
        self.pools = await self._pools.__aenter__()
        self.http = httpx.AsyncClient()
        self.cosigners = [Cosigner(self.pools.engine, one, wall_clock) for one in self.at]
        self.sequencer = Sequencer(
            self.pools.engine,
            self.keys,
            wall_clock,
            lambda: all(one.has_asked for one in self.cosigners),
        )
        async with transaction(self.pools.engine, None) as tx:
            await log.open_log(tx, ORIGIN)
            if not await parties.directory(tx):
                name = PartyId("operator")
                await parties.register(tx, name, "Operator", [Role.OPERATOR], now=AT)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.sequencer.give_back()
        await self.http.aclose()
        await self._pools.__aexit__(None, None, None)

    async def tell(self, count: int) -> None:
        """Let something happen, and let it be numbered and signed."""
        async with transaction(self.pools.engine, 1) as tx:
            about = Key(KeyKind.PARTY, "operator")
            told = Event(EventCode.TOKEN_REVOKED, about, PartyId("operator"), AT, AT, {"n": 1})
            await events.append(tx, [told] * count)
        await self.tick()

    async def tick(self) -> None:
        self.sequencer.signed_at = None
        await self.sequencer.tick()

    async def ask(self) -> None:
        await asyncio.gather(*(one.round(self.http) for one in self.cosigners))

    async def signed(self) -> log.Signed:
        async with transaction(self.pools.engine, None) as tx:
            newest = await log.checkpoint(tx)
        assert newest is not None
        return newest

    async def halts(self) -> list[witnesses.Halt]:
        async with transaction(self.pools.app, None) as tx:
            return await witnesses.halts(tx)


def names(signed: log.Signed, asked: list[WitnessProcess]) -> set[str]:
    note = read_note(signed.note + b"".join(signed.cosignatures))
    return {one.key.name for one in cosigned_by(note, [witness.key for witness in asked])}


BOTH = {"customs.test/witness", "bank.test/witness"}


async def test_both_witnesses_cosign_what_the_log_signs(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess]
) -> None:
    async with Bench(database, log_keys, two) as bench:
        await bench.ask()  # nothing is signed yet
        for size in (3, 300, 301):
            await bench.tell(size - sum(one.cosigned or 0 for one in bench.cosigners[:1]))
            await bench.ask()
            signed = await bench.signed()
            assert (signed.size, names(signed, two)) == (size, BOTH)
    # A restart asks from where they stand, not from nothing.
    async with Bench(database, log_keys, two) as bench:
        await bench.ask()
        assert [one.knows for one in bench.cosigners] == [301, 301]
        await bench.tell(1)
        await bench.ask()
        assert names(await bench.signed(), two) == BOTH


async def test_a_witness_that_is_away_holds_up_neither_the_log_nor_the_other_witness(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess]
) -> None:
    two[1].kill()
    async with Bench(database, log_keys, two) as bench:
        await bench.ask()
        await bench.tell(2)
        await bench.ask()
        signed = await bench.signed()
        assert names(signed, two) == {"customs.test/witness"}
        await bench.tell(2)
        assert (await bench.signed()).size == 4
        assert await bench.halts() == []


async def test_a_log_rolled_back_signs_nothing_more_until_its_operator_has_looked(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess]
) -> None:
    witnessed_elsewhere(log_keys, two[0], 10)
    async with Bench(database, log_keys, two) as bench:
        await bench.ask()
        await bench.tell(4)
        await bench.ask()
        [halt] = await bench.halts()
        assert (halt.witness, halt.known, halt.ours) == (two[0].key.text, 10, 4)
        await bench.tell(20)
        assert (await bench.signed()).size == 4  # numbered, not signed
        async with transaction(bench.pools.engine, None) as tx:
            assert (await log.head(tx)).size == 24
            assert await witnesses.lift(tx) == 1
        await bench.tick()
        assert (await bench.signed()).size == 24
        # The witness still knows better: now the proof does not fit what it cosigned.
        bench.cosigners[0]._again_at = None
        await bench.ask()
        [halt] = await bench.halts()
        assert (halt.known, halt.ours) == (None, 24)


async def test_another_root_of_the_same_size_is_a_fork(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess]
) -> None:
    witnessed_elsewhere(log_keys, two[0], 4)
    async with Bench(database, log_keys, two) as bench:
        await bench.ask()
        await bench.tell(4)
        await bench.ask()
        await bench.ask()
        [halt] = await bench.halts()
        assert (halt.known, halt.ours) == (4, 4)


def witnessed_elsewhere(log_keys: Keys, witness: WitnessProcess, size: int) -> None:
    """Let the witness cosign a history that our database does not have."""
    edge, _ = Frontier().append(leaf_hash(b"%d" % n) for n in range(size))
    note = sign_checkpoint(Checkpoint(ORIGIN, size, edge.root), [log_keys.checkpoint])
    answer = httpx.post(f"{witness.url}/add-checkpoint", content=ask(0, [], note).encoded())
    assert answer.status_code == 200


async def test_nothing_new_is_signed_before_the_witnesses_were_asked(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess]
) -> None:
    async with Bench(database, log_keys, two) as bench:
        await bench.tell(3)
        async with transaction(bench.pools.engine, None) as tx:
            assert await log.checkpoint(tx) is None
        await bench.ask()
        await bench.tick()
        assert (await bench.signed()).size == 3


async def test_an_answer_that_breaks_us_does_not_end_the_asking(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Bench(database, log_keys, two) as bench:
        stop = asyncio.Event()
        rounds = 0

        async def fail(_client: httpx.AsyncClient) -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 2:
                stop.set()
            raise LookupError("a tile is not there")

        monkeypatch.setattr(bench.cosigners[0], "round", fail)
        await asyncio.wait_for(cosigning.run(bench.cosigners[0], stop, holds=lambda: True), 10)
        assert bench.cosigners[0].has_asked


@pytest.mark.parametrize("role", ["app", "authority"])
def test_only_the_engine_may_lift_a_halt(database: Dsn, role: str) -> None:
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(getattr(database, role)) as conn, refused:
        conn.execute("DELETE FROM log_halt")


def test_witnesses_are_read_from_one_setting(two: list[WitnessProcess]) -> None:
    text = f"{two[0].url} {two[0].key.text}, {two[1].url}/ {two[1].key.text}\n"
    assert read_witnesses(text) == tuple((one.url, one.key) for one in two)
    assert read_witnesses("") == ()


@pytest.mark.parametrize("text", ["http://a", "ftp://a key", "http://a b+c+d", ",x"])
def test_a_witness_that_cannot_be_asked_is_refused_at_once(text: str) -> None:
    with pytest.raises(BadNote):
        read_witnesses(text)


def test_one_key_under_two_names_is_not_two_witnesses(
    two: list[WitnessProcess], log_keys: Keys
) -> None:
    one = f"{two[0].url} {two[0].key.text}"
    with pytest.raises(BadNote, match="share one key"):
        read_witnesses(f"{one},{one}")
    with pytest.raises(BadNote, match="cosignatures"):
        read_witnesses(f"{two[0].url} {log_keys.checkpoint.verifier.text}")


async def test_old_rows_put_back_and_other_events_appended_are_refused_by_both_witnesses(
    database: Dsn, log_keys: Keys, two: list[WitnessProcess]
) -> None:
    async with Bench(database, log_keys, two) as bench:
        await bench.ask()
        await bench.tell(5)
        with psycopg.connect(database.admin or "") as conn:
            conn.execute("CREATE TABLE old_head AS SELECT * FROM log_head")
        await bench.tell(4)
        await bench.ask()
        assert names(await bench.signed(), two) == BOTH
    with psycopg.connect(database.admin or "") as conn:
        conn.execute("DELETE FROM log_cosignature WHERE size > 5")
        conn.execute("DELETE FROM log_checkpoint WHERE size > 5")
        conn.execute(
            "DELETE FROM event e USING log_leaf l WHERE l.event_id = e.event_id AND l.seq >= 5"
        )
        conn.execute("DELETE FROM feed WHERE seq >= 5")
        conn.execute("DELETE FROM log_leaf WHERE seq >= 5")
        conn.execute(
            "UPDATE log_head h SET (size, frontier) = (SELECT size, frontier FROM old_head)"
        )
    async with Bench(database, log_keys, two) as bench:
        await bench.tell(6)
        for _ in range(3):
            await bench.ask()
        assert (await bench.halts()) != []
        await bench.tell(1)
        assert names(await bench.signed(), two) == set()
