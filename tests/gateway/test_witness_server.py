"""A witness over real sockets, killed without warning, never cosigns two views of one log."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from witness_process import WitnessProcess, command

from waglan.gateway import witness as web
from waglan.gateway.witness import (
    Outcome,
    Unreachable,
    Witness,
    WitnessAt,
    gather_cosignatures,
    witness_app,
)
from waglan.gateway.witness_folder import BadFolder, Memory, WitnessFolder, make_witness
from waglan.logbook.checkpoint import Checkpoint, sign_checkpoint
from waglan.logbook.cosignature import Cosigned, cosign
from waglan.logbook.leaf import leaf_hash
from waglan.logbook.note import Algorithm, Note, Signature, SignerKey
from waglan.logbook.quorum import Quorum
from waglan.logbook.tree import Frontier, consistency_proof
from waglan.logbook.witness import (
    ANSWER_BYTES_MAX,
    REQUEST_BYTES_MAX,
    SIZE_TYPE,
    Known,
    Refusal,
    Refused,
    Request,
    Seen,
    Why,
    ask,
)

ORIGIN = "waglan.example/log"
AT = datetime(2026, 8, 1, tzinfo=UTC)


def key(name: str, algorithm: Algorithm, seed: int) -> SignerKey:
    return SignerKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


LOG = key(ORIGIN, Algorithm.NOTE, 1)
CUSTOMS = key("customs.example/witness", Algorithm.COSIGNATURE, 2)


class Log:
    """What a log says when its entries are these."""

    def __init__(self, size: int, view: str = "true") -> None:
        self.edge, tiles = Frontier().append(leaf_hash(f"{view} {n}".encode()) for n in range(size))
        self._tiles = {tile.id: tile.hashes for tile in tiles}
        self.note = sign_checkpoint(Checkpoint(ORIGIN, size, self.edge.root), [LOG])

    def ask(self, old_size: int) -> Request:
        return ask(old_size, self.proof(old_size), self.note)

    def proof(self, old_size: int) -> list[bytes]:
        return consistency_proof(old_size, self.edge.size, self._tiles.__getitem__)

    async def prove(self, old_size: int) -> Sequence[bytes]:
        return self.proof(old_size)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_witness(tmp_path / "witness", CUSTOMS)
    with WitnessFolder(tmp_path / "witness") as witness:
        witness.trust(ORIGIN, LOG.verifier)
    return tmp_path / "witness"


def post(url: str, request: Request) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=request.encoded(), timeout=10)


def test_a_witness_that_was_killed_remembers_what_it_cosigned(folder: Path) -> None:
    with WitnessProcess(folder) as witness:
        first = post(witness.url, Log(3).ask(0))
        assert first.status_code == 200
        assert first.text.startswith(f"— {CUSTOMS.name} ")
    with WitnessProcess(folder) as witness:
        other = post(witness.url, Log(3, "false").ask(3))
        assert (other.status_code, other.text, other.headers["Content-Type"]) == (
            409,
            "3\n",
            SIZE_TYPE,
        )
        assert post(witness.url, Log(5, "false").ask(3)).status_code == 422
        assert post(witness.url, Log(5).ask(0)).text == "3\n"
        assert post(witness.url, Log(5).ask(3)).status_code == 200
        health = httpx.get(f"{witness.url}/healthz").json()
        assert health == {"key": CUSTOMS.verifier.text, "logs": 1}
    [kept] = (folder / "split-views").iterdir()
    assert kept.read_bytes() == Log(3, "false").ask(3).encoded()


# The kill falls somewhere between the arrival of a request and the end of its answer.
@pytest.mark.parametrize("killed_after_ms", [0, 1, 2, 4, 8, 64])
def test_wherever_the_kill_falls_one_view_alone_is_cosigned(
    folder: Path, killed_after_ms: int
) -> None:
    views = [Log(3, "true"), Log(3, "false")]
    cosigned = set()
    with WitnessProcess(folder) as witness, suppress(httpx.TransportError):
        killer = threading.Timer(killed_after_ms / 1000, witness.kill)
        killer.start()
        try:
            for view in views:
                if post(witness.url, view.ask(0)).status_code == 200:
                    cosigned.add(view.edge.root)
        finally:
            killer.join()
    with WitnessProcess(folder) as witness:
        for view in reversed(views):
            asked = [post(witness.url, view.ask(old)).status_code for old in (0, 3)]
            if 200 in asked:
                cosigned.add(view.edge.root)
    assert len(cosigned) == 1


class SlowFolder(WitnessFolder):
    """Between what it recalls and what it is told next, everybody else has had a turn."""

    def recall(self, origin: str) -> Memory | None:
        memory = super().recall(origin)
        threading.Event().wait(0.005)
        return memory


def answers_of(witness: Witness, logs: Sequence[Log], old_size: int) -> list[Signature | Refusal]:
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda log: witness.answer(log.ask(old_size).encoded()), logs))


def test_of_two_views_at_the_same_moment_one_is_cosigned(folder: Path) -> None:
    with SlowFolder(folder) as held:
        witness = Witness(held, lambda: AT)
        logs = [Log(3, view) for view in ("true", "false") * 8]
        answers = answers_of(witness, logs, 0)
        cosigned = {
            log.edge.root
            for log, answer in zip(logs, answers, strict=True)
            if isinstance(answer, Signature)
        }
        assert len(cosigned) == 1
        assert {a.why for a in answers if isinstance(a, Refusal)} == {Why.OTHER_SIZE}
        memory = held.recall(ORIGIN)
        assert memory is not None
        assert memory.seen.root in cosigned


def test_nothing_is_cosigned_that_is_not_on_the_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(file: int) -> None:
        order.append("fsync")
        real_fsync(file)

    def replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return real_replace(self, target)

    def clock() -> datetime:
        order.append("sign")
        return AT

    def fail(_file: int) -> None:
        raise OSError("the disk is full")

    with WitnessFolder(folder) as held:
        witness = Witness(held, clock)
        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "replace", replace)
        for old_size in (0, 3):  # the second time nothing is new, and it is written all the same
            order.clear()
            assert isinstance(witness.answer(Log(3).ask(old_size).encoded()), Signature)
            assert order == ["fsync", "rename", "fsync", "sign"]
        monkeypatch.setattr(os, "fsync", fail)
        order.clear()
        with pytest.raises(OSError, match="disk is full"):
            witness.answer(Log(4).ask(3).encoded())
        assert "sign" not in order


def test_only_its_owner_reads_a_witness(folder: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {p.stat().st_mode & 0o777 for p in [folder, *folder.glob("*/")] if p.is_dir()} == {0o700}


def test_a_witness_that_lost_its_memory_does_not_start(folder: Path) -> None:
    [memory] = (folder / "logs").iterdir()
    kept = memory.read_bytes()
    memory.write_bytes(kept[:-9])
    with pytest.raises(BadFolder, match="damaged"):
        WitnessFolder(folder)
    memory.unlink()
    with pytest.raises(BadFolder, match="retire this witness"):
        WitnessFolder(folder)
    memory.write_bytes(kept)
    WitnessFolder(folder).close()
    (folder / "trusted").unlink()
    with pytest.raises(BadFolder, match="trusted is lost"):
        WitnessFolder(folder)


def test_one_process_alone_works_in_a_folder(folder: Path) -> None:
    with WitnessFolder(folder):
        assert "stop it first" in command("run", str(folder)).stderr
        refused = command("trust", str(folder), LOG.verifier.text)
        assert (refused.returncode, "stop it first" in refused.stderr) == (2, True)
    again = command("trust", str(folder), LOG.verifier.text)
    assert again.stdout == f"{ORIGIN}: 1 key(s), cosigned up to 0\n"


def test_a_witness_is_made_once(tmp_path: Path) -> None:
    made = command("init", str(tmp_path / "new"), "--name", "bank.example/witness")
    assert made.stdout.startswith("bank.example/witness+")
    again = command("init", str(tmp_path / "new"), "--name", "bank.example/witness")
    assert (again.returncode, "holds a witness already" in again.stderr) == (2, True)
    assert "init" in command("run", str(tmp_path / "nowhere")).stderr


def test_a_further_key_of_a_log_keeps_what_was_seen(folder: Path) -> None:
    with WitnessFolder(folder) as held:
        Witness(held, lambda: AT).answer(Log(3).ask(0).encoded())
        memory = held.trust(ORIGIN, key("waglan.example/log-2027", Algorithm.NOTE, 5).verifier)
        assert (len(memory.keys), memory.seen.size) == (2, 3)
        assert held.trust("odd\u2028origin", LOG.verifier).origin in held.origins()
        assert len(held.origins()) == 2
        with pytest.raises(BadFolder, match="another kind"):
            held.trust(ORIGIN, CUSTOMS.verifier)
        with pytest.raises(BadFolder, match="one line"):
            held.trust("two\nlines", LOG.verifier)
        for seed in range(10, 16):
            held.trust(ORIGIN, key("waglan.example/log", Algorithm.NOTE, seed).verifier)
        with pytest.raises(BadFolder, match="8 keys"):
            held.trust(ORIGIN, key("waglan.example/log", Algorithm.NOTE, 16).verifier)


def in_process(folder: Path, body: bytes | AsyncIterator[bytes]) -> httpx.Response:
    async def send() -> httpx.Response:
        with WitnessFolder(folder) as held:
            transport = httpx.ASGITransport(app=witness_app(Witness(held, lambda: AT)))
            async with httpx.AsyncClient(transport=transport, base_url="http://w") as client:
                return await client.post("/add-checkpoint", content=body)

    return asyncio.run(send())


def test_a_request_has_a_limit_in_bytes_and_in_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_process(folder, b"x" * REQUEST_BYTES_MAX).status_code == 400
    assert in_process(folder, b"x" * (REQUEST_BYTES_MAX + 1)).status_code == 413
    monkeypatch.setattr(web, "BODY_WITHIN_S", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"old 0\n"
        await asyncio.sleep(1)

    assert in_process(folder, slow()).status_code == 408


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Log(3).ask(0), 200),
        (ask(0, [], sign_checkpoint(Checkpoint("other.example", 1, bytes(32)), [LOG])), 404),
        (ask(0, [], Note(Log(3).note.text, (cosign(Log(3).note.text, CUSTOMS, 1),))), 403),
        (ask(4, [], Log(3).note), 400),
    ],
)
def test_each_answer_has_the_status_of_the_specification(
    folder: Path, request_: Request, status: int
) -> None:
    assert in_process(folder, request_.encoded()).status_code == status


def gather(
    log: Log, witnesses: Sequence[WitnessAt], old_size: int, client: httpx.AsyncClient
) -> tuple[Note, list[Outcome]]:
    async def run() -> tuple[Note, list[Outcome]]:
        async with client:
            note, outcomes = await gather_cosignatures(
                client, witnesses, log.note, log.prove, old_size=old_size
            )
            return note, list(outcomes.values())

    return asyncio.run(run())


def test_a_log_gathers_what_witnesses_cosign_and_says_who_did_not(folder: Path) -> None:
    pinned_wrong = key("bank.example/witness", Algorithm.COSIGNATURE, 4).verifier
    with WitnessProcess(folder) as running:
        witnesses = [
            WitnessAt(running.url, CUSTOMS.verifier),
            WitnessAt(running.url, pinned_wrong),
            WitnessAt("http://127.0.0.1:9", key("x", Algorithm.COSIGNATURE, 5).verifier),
        ]
        post(running.url, Log(3).ask(0))
        note, outcomes = gather(Log(5), witnesses, 0, httpx.AsyncClient())
        customs, wrong, dead = outcomes
        assert isinstance(customs, Cosigned)
        assert (wrong, dead) == (Refused(200), Unreachable("ConnectError"))
        assert Quorum(1, (CUSTOMS.verifier,)).is_met_by(note)
        assert note.signatures[0] == Log(5).note.signatures[0]
        # A log restored from an old backup learns that it is behind, and must not go on.
        _, [behind] = gather(Log(4), witnesses[:1], 4, httpx.AsyncClient())
        assert behind == Known(5)


def scripted(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


AT_CUSTOMS = [WitnessAt("http://customs.example", CUSTOMS.verifier)]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(200, content=b"x" * (ANSWER_BYTES_MAX + 1)), Refused(200)),
        (httpx.Response(302, headers={"Location": "http://127.0.0.1/"}), Refused(302)),
        (httpx.Response(409, headers={"Content-Type": SIZE_TYPE}, content=b"1\n"), Known(1)),
        (httpx.Response(409, headers={"Content-Type": SIZE_TYPE}, content=b"9\n"), Known(9)),
    ],
)
def test_a_witness_that_answers_nonsense_is_not_asked_for_ever(
    answer: httpx.Response, outcome: Outcome
) -> None:
    asked = []

    def say(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    _, [found] = gather(Log(5), AT_CUSTOMS, 0, scripted(say))
    assert found == outcome
    assert len(asked) <= web.TRIES_MAX


def test_a_witness_that_never_answers_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "ANSWER_WITHIN_S", 0.05)

    async def silent(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        raise AssertionError

    client = httpx.AsyncClient(transport=httpx.MockTransport(silent))
    note, [outcome] = gather(Log(5), AT_CUSTOMS, 0, client)
    assert isinstance(outcome, Unreachable)
    assert note == Log(5).note


def test_an_empty_memory_is_an_empty_tree(folder: Path) -> None:
    with WitnessFolder(folder) as held:
        memory = held.recall(ORIGIN)
        assert memory is not None
        assert memory.seen == Seen()
        assert held.recall("other.example") is None


@pytest.mark.parametrize("origin", ["odd\u2028origin", "go.sum database tree", "../../key"])
def test_any_origin_is_remembered(folder: Path, origin: str) -> None:
    with WitnessFolder(folder) as held:
        held.trust(origin, LOG.verifier)
    with WitnessFolder(folder) as held:
        assert sorted([ORIGIN, origin]) == held.origins()
    assert {path.name for path in folder.iterdir()} == {
        "key",
        "lock",
        "logs",
        "split-views",
        "trusted",
    }
