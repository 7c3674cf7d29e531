"""What a witness saw last of a log, asked for by whoever restores a backup of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from waglan.gateway.witness import Unanswered, Witness, WitnessAt, newest_cosigned, witness_app
from waglan.gateway.witness_folder import Memory, WitnessFolder, make_witness
from waglan.logbook.checkpoint import Checkpoint
from waglan.logbook.cosignature import cosign
from waglan.logbook.note import Algorithm, Note, SignerKey
from waglan.logbook.witness import ANSWER_BYTES_MAX, Seen

ORIGIN = "waglan.example/log with a blank"
AT = datetime(2026, 8, 1, tzinfo=UTC)
SEEN = Seen(1234, bytes(range(32)))


def key(name: str, algorithm: Algorithm, seed: int) -> SignerKey:
    return SignerKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


LOG = key("waglan.example/log", Algorithm.NOTE, 1)
CUSTOMS = key("customs.example/witness", Algorithm.COSIGNATURE, 2)
STRANGER = key("customs.example/witness", Algorithm.COSIGNATURE, 3)


async def asked(folder: Path, origin: str, pinned: SignerKey = CUSTOMS) -> Checkpoint | None:
    with WitnessFolder(folder) as held:
        transport = httpx.ASGITransport(witness_app(Witness(held, lambda: AT)))
        async with httpx.AsyncClient(transport=transport) as client:
            at = WitnessAt("http://witness", pinned.verifier)
            return await newest_cosigned(client, at, origin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_witness(tmp_path / "w", CUSTOMS)
    with WitnessFolder(tmp_path / "w") as held:
        held.trust(ORIGIN, LOG.verifier)
        held.remember(Memory(ORIGIN, (LOG.verifier,), SEEN))
        held.trust("waglan.example/young", LOG.verifier)
    return tmp_path / "w"


async def test_it_says_the_longest_tree_it_saw_under_its_own_signature(folder: Path) -> None:
    assert await asked(folder, ORIGIN) == Checkpoint(ORIGIN, SEEN.size, SEEN.root)


async def test_of_a_log_that_it_never_cosigned_it_knows_nothing(folder: Path) -> None:
    assert await asked(folder, "waglan.example/young") is None
    assert await asked(folder, "waglan.example/other") is None


async def test_an_answer_of_another_key_is_none_at_all(folder: Path) -> None:
    with pytest.raises(Unanswered, match="not cosigned"):
        await asked(folder, ORIGIN, STRANGER)


def note(origin: str) -> bytes:
    text = Checkpoint(origin, 5, bytes(32)).text
    return Note(text, (cosign(text, CUSTOMS, 1),)).encoded()


@pytest.mark.parametrize(
    "answer",
    [
        lambda _request: httpx.Response(200, content=b"no note"),
        lambda _request: httpx.Response(200, content=note("waglan.example/another")),
        lambda _request: httpx.Response(200, content=b"x" * (ANSWER_BYTES_MAX + 1)),
        lambda _request: httpx.Response(500, content=b""),
        lambda _request: httpx.Response(302, headers={"Location": "http://elsewhere/"}),
    ],
)
async def test_nonsense_is_not_taken_for_knowing_nothing(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(Unanswered):
            await newest_cosigned(client, WitnessAt("http://w", CUSTOMS.verifier), ORIGIN)


async def test_a_witness_that_does_not_answer_is_said_to(folder: Path) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as client:
        with pytest.raises(Unanswered, match="ConnectError"):
            await newest_cosigned(client, WitnessAt("http://w", CUSTOMS.verifier), ORIGIN)
