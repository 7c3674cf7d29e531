"""A witness never cosigns two views of one log."""

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.logbook.checkpoint import Checkpoint, sign_checkpoint
from waglan.logbook.cosignature import Cosigned, cosign
from waglan.logbook.leaf import leaf_hash
from waglan.logbook.note import Algorithm, Note, Signature, SignerKey, sign_note
from waglan.logbook.quorum import WITNESSES_MAX, BadQuorum, Quorum
from waglan.logbook.tree import (
    EMPTY_ROOT,
    PROOF_HASHES_MAX,
    Frontier,
    TileId,
    consistency_proof,
)
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
    judge,
    read_answer,
    read_request,
    with_cosignatures,
)

ORIGIN = "waglan.example/log"


def key(name: str, algorithm: Algorithm, seed: int) -> SignerKey:
    return SignerKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


LOG = key(ORIGIN, Algorithm.NOTE, 1)
CUSTOMS = key("customs.example/witness", Algorithm.COSIGNATURE, 2)
BANK = key("bank.example/witness", Algorithm.COSIGNATURE, 3)
TRUSTED = (LOG.verifier,)


class Log:
    """A log, or a forger's copy of one."""

    def __init__(self, entries: Sequence[str], signer: SignerKey = LOG) -> None:
        self.signer = signer
        self.edge, tiles = Frontier().append(leaf_hash(e.encode()) for e in entries)
        self.tiles: dict[TileId, bytes] = {tile.id: tile.hashes for tile in tiles}
        self.entries = list(entries)

    def note(self) -> Note:
        return sign_checkpoint(Checkpoint(ORIGIN, self.edge.size, self.edge.root), [self.signer])

    def ask(self, old_size: int) -> Request:
        proof = consistency_proof(old_size, self.edge.size, self.tiles.__getitem__)
        return ask(old_size, proof, self.note())

    @property
    def seen(self) -> Seen:
        return Seen(self.edge.size, self.edge.root)


ENTRIES = [f"box {n}" for n in range(600)]


@settings(deadline=None)
@given(st.integers(0, 600), st.integers(0, 600))
def test_a_log_that_only_grew_is_cosigned(one: int, other: int) -> None:
    old, new = (Log(ENTRIES[:size]) for size in sorted([one, other]))
    request = read_request(new.ask(old.edge.size).encoded())
    assert request == new.ask(old.edge.size)
    assert judge(request, TRUSTED, old.seen) == new.seen


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(0, 300), st.data())
def test_a_log_that_changed_its_past_is_refused(old: int, more: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, old - 1))
    past, forged = Log(ENTRIES[:old]), list(ENTRIES[: old + more])
    change = data.draw(st.sampled_from(["alter", "swap", "drop"]))
    if change == "alter":
        forged[at] = "another box"
    elif change == "swap":
        forged[at] = ENTRIES[-1]
    else:
        del forged[at]
        forged.append("one more")
    request = Log(forged).ask(old)
    refusal = judge(request, TRUSTED, past.seen)
    assert isinstance(refusal, Refusal)
    assert refusal.why is (Why.OTHER_ROOT if more == 0 else Why.NOT_CONSISTENT)
    assert refusal.is_a_split_view == (more == 0)


def refusal(request: Request | Refusal, seen: Seen, trusted: bool = True) -> Refusal:
    if isinstance(request, Refusal):
        return request
    answer = judge(request, TRUSTED if trusted else (), seen)
    assert isinstance(answer, Refusal)
    return answer


THREE, FIVE = Log(ENTRIES[:3]), Log(ENTRIES[:5])


def test_a_backup_that_lost_its_tail_is_told_how_far_the_witness_is() -> None:
    answer = refusal(THREE.ask(3), FIVE.seen)
    assert (answer.why, answer.status, answer.text) == (Why.OTHER_SIZE, 409, "5\n")
    assert answer.content_type == SIZE_TYPE


def test_a_smaller_tree_is_refused_even_with_the_right_old_size() -> None:
    answer = refusal(ask(5, [], THREE.note()), FIVE.seen)
    assert (answer.why, answer.status, answer.content_type) == (
        Why.SMALLER_THAN_OLD,
        400,
        "text/plain",
    )


def test_a_log_that_nobody_trusted_is_unknown() -> None:
    assert refusal(THREE.ask(0), Seen(), trusted=False).status == 404


def test_a_checkpoint_of_another_key_is_forbidden() -> None:
    forger = Log(ENTRIES[:3], key(ORIGIN, Algorithm.NOTE, 9))
    assert refusal(forger.ask(0), Seen()).status == 403
    # Asking for the size is free of charge only for the log itself.
    assert refusal(forger.ask(3), FIVE.seen).status == 403


def test_a_proof_that_does_not_verify_is_unprocessable() -> None:
    request = FIVE.ask(3)
    broken = ask(3, request.proof[::-1], request.note)
    assert refusal(broken, THREE.seen).status == 422
    assert refusal(ask(3, [], request.note), THREE.seen).status == 422
    assert refusal(ask(0, request.proof, request.note), Seen()).status == 422


def test_an_empty_log_has_one_root_only() -> None:
    assert judge(Log([]).ask(0), TRUSTED, Seen()) == Seen(0, EMPTY_ROOT)
    false = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), [LOG])
    assert refusal(ask(0, [], false), Seen()).status == 409


def test_the_same_checkpoint_may_be_cosigned_again() -> None:
    assert judge(FIVE.ask(5), TRUSTED, FIVE.seen) == FIVE.seen


NOTE = THREE.note().encoded()
HASH = b"A" * 43 + b"=\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        NOTE,
        b"old 00\n\n" + NOTE,
        b"old -1\n\n" + NOTE,
        b"old 0 \n\n" + NOTE,
        b"Old 0\n\n" + NOTE,
        b"old 0\r\n\r\n" + NOTE,
        b"old 0\n" + NOTE,
        b"old 0\nAAAA\n\n" + NOTE,
        b"old 0\nnot base64\n\n" + NOTE,
        b"old 0\n\xff\n\n" + NOTE,
        b"old 0\n\n" + sign_note("no checkpoint\n", [LOG]).encoded(),
        b"old 0\n" + HASH * (PROOF_HASHES_MAX + 1) + b"\n" + NOTE,
        b"old 0\n\n" + b"x" * REQUEST_BYTES_MAX,
    ],
)
def test_what_is_not_a_request_is_refused(body: bytes) -> None:
    answer = read_request(body)
    assert isinstance(answer, Refusal)
    assert (answer.why, answer.status) == (Why.NOT_A_REQUEST, 400)


def test_a_proof_may_have_sixty_three_hashes() -> None:
    longest = read_request(b"old 0\n" + HASH * PROOF_HASHES_MAX + b"\n" + NOTE)
    assert isinstance(longest, Request)
    assert len(longest.proof) == PROOF_HASHES_MAX


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_bytes_are_a_request_or_are_refused(noise: bytes, at: int) -> None:
    body = THREE.ask(0).encoded()
    request = read_request(body[:at] + noise + body[at + len(noise) :])
    if isinstance(request, Request):
        assert read_request(request.encoded()) == request


def test_a_log_counts_only_the_key_it_pinned() -> None:
    note = FIVE.note()
    lines = "".join(cosign(note.text, witness, 7).line for witness in (BANK, CUSTOMS)).encode()
    answer = read_answer(200, "text/plain", lines, note, CUSTOMS.verifier)
    assert isinstance(answer, Cosigned)
    assert (answer.key, answer.at_s) == (CUSTOMS.verifier, 7)
    other = cosign(THREE.note().text, CUSTOMS, 7).line.encode()
    assert read_answer(200, "text/plain", other, note, CUSTOMS.verifier) == Refused(200)


@pytest.mark.parametrize(
    ("status", "kind", "body", "answer"),
    [
        (409, SIZE_TYPE, b"5\n", Known(5)),
        (409, SIZE_TYPE + "; charset=utf-8", b"5\n", Known(5)),
        (409, "text/plain", b"5\n", Refused(409)),
        (409, SIZE_TYPE, b"05\n", Refused(409)),
        (403, "text/plain", b"no\n", Refused(403)),
        (200, "text/plain", b"", Refused(200)),
        (200, "text/plain", b"\xff\n", Refused(200)),
        (200, "text/plain", b"x" * (ANSWER_BYTES_MAX + 1), Refused(200)),
    ],
)
def test_any_other_answer_is_no_cosignature(
    status: int, kind: str, body: bytes, answer: Known | Refused
) -> None:
    assert read_answer(status, kind, body, FIVE.note(), CUSTOMS.verifier) == answer


def test_a_checkpoint_is_witnessed_by_as_many_as_the_policy_asks_for() -> None:
    both = Quorum(2, (CUSTOMS.verifier, BANK.verifier))
    one = Quorum(1, both.witnesses)
    note = FIVE.note()
    assert not one.is_met_by(note)
    for at_s in (7, 8):
        line = cosign(note.text, CUSTOMS, at_s)
        note = with_cosignatures(note, [Cosigned(CUSTOMS.verifier, at_s, line)])
    assert len(note.signatures) == 2
    assert one.is_met_by(note)
    assert not both.is_met_by(note)
    line = cosign(note.text, BANK, 9)
    note = with_cosignatures(note, [Cosigned(BANK.verifier, 9, line)])
    assert both.is_met_by(note)
    assert [c.at_s for c in both.cosigned(note)] == [8, 9]


def test_one_witness_does_not_count_twice() -> None:
    note = FIVE.note()
    lines = tuple(cosign(note.text, CUSTOMS, at_s) for at_s in (7, 8))
    twice = Note(note.text, (*note.signatures, *lines))
    assert not Quorum(2, (CUSTOMS.verifier, BANK.verifier)).is_met_by(twice)
    alias = key("alias.example", Algorithm.COSIGNATURE, 2)
    with pytest.raises(BadQuorum, match="share one key"):
        Quorum(2, (CUSTOMS.verifier, alias.verifier))


def test_a_policy_that_proves_nothing_is_refused() -> None:
    many = tuple(
        key("witness.example", Algorithm.COSIGNATURE, seed).verifier
        for seed in range(1, WITNESSES_MAX + 2)
    )
    assert Quorum(WITNESSES_MAX, many[:-1])
    for needed, witnesses in [(0, many[:1]), (2, many[:1]), (1, ()), (1, many)]:
        with pytest.raises(BadQuorum, match="it takes"):
            Quorum(needed, witnesses)
    with pytest.raises(BadQuorum, match="cosignatures"):
        Quorum(1, TRUSTED)


def test_a_signature_of_the_log_is_no_cosignature() -> None:
    note = FIVE.note()
    posing = Signature(CUSTOMS.name, CUSTOMS.verifier.id, bytes(8) + note.signatures[0].data)
    assert not Quorum(1, (CUSTOMS.verifier,)).is_met_by(Note(note.text, (posing,)))
