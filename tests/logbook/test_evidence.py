"""Evidence holds offline, and any altered byte is found."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.event import EventCode
from waglan.codes.finding import Severity
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.logbook.checkpoint import Checkpoint, sign_checkpoint
from waglan.logbook.cosignature import Cosigned, cosign
from waglan.logbook.event import Event
from waglan.logbook.evidence import (
    BUNDLE_BYTES_MAX,
    Bundle,
    Erased,
    Kept,
    Link,
    Standing,
    Trust,
    checkpoint_leaf,
    read_bundle,
    verify,
)
from waglan.logbook.leaf import event_bytes, leaf_hash
from waglan.logbook.note import Algorithm, SignerKey
from waglan.logbook.quorum import BadQuorum, Quorum
from waglan.logbook.tree import Frontier, inclusion_proof
from waglan.logbook.witness import with_cosignatures


def key(name: str, algorithm: Algorithm, seed: int) -> SignerKey:
    return SignerKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


ROOT_LOG = key("waglan.example/log", Algorithm.NOTE, 1)
SHARD = key("waglan.example/locks/7", Algorithm.NOTE, 2)
CUSTOMS = key("customs.example/witness", Algorithm.COSIGNATURE, 3)
BANK = key("bank.example/witness", Algorithm.COSIGNATURE, 4)
TRUST = Trust(
    {log.name: [log.verifier] for log in (ROOT_LOG, SHARD)},
    Quorum(1, (CUSTOMS.verifier, BANK.verifier)),
)
EVENT = event_bytes(
    Event(
        EventCode.CUSTOMS_STATUS,
        Key(KeyKind.BILL, "HLCU123"),
        PartyId("hk-customs"),
        datetime(2026, 8, 1, 9, 30, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 8, 1, 1, 45, tzinfo=UTC),
        {"status": "not-selected"},
    )
)
KEPT = Kept(EVENT, bytes(range(16)))
ERASED = Erased(KEPT.leaf, date(2033, 8, 1), "retention of trails, 7 years")
SIZE, INDEX = 300, 217


def link(leaf: bytes, log: SignerKey, witness: SignerKey | None, index: int = INDEX) -> Link:
    leaves = [leaf_hash(str(n).encode()) for n in range(SIZE)]
    leaves[index] = leaf
    edge, tiles = Frontier().append(leaves)
    shelf = {tile.id: tile.hashes for tile in tiles}
    note = sign_checkpoint(Checkpoint(log.name, SIZE, edge.root), [log])
    if witness:
        line = cosign(note.text, witness, 1_785_000_000)
        note = with_cosignatures(note, [Cosigned(witness.verifier, 1_785_000_000, line)])
    return Link(index, tuple(inclusion_proof(index, SIZE, shelf.__getitem__)), note)


@cache
def bundle(said: Kept | Erased = KEPT, witness: SignerKey | None = CUSTOMS) -> Bundle:
    return Bundle(said, (link(said.leaf, ROOT_LOG, witness),))


@cache
def shard_bundle() -> Bundle:
    first = link(KEPT.leaf, SHARD, None)
    return Bundle(KEPT, (first, link(checkpoint_leaf(first.checkpoint.text), ROOT_LOG, BANK, 3)))


def test_an_event_under_a_witnessed_checkpoint_is_proven() -> None:
    verdict = verify(bundle().encoded(), TRUST)
    assert (verdict.standing, verdict.findings) == (Standing.WITNESSED, ())
    assert verdict.said == KEPT
    assert verdict.checkpoint is not None
    assert (verdict.checkpoint.origin, verdict.checkpoint.size) == (ROOT_LOG.name, SIZE)
    assert [(c.key.name, c.at_s) for c in verdict.cosigned] == [(CUSTOMS.name, 1_785_000_000)]


def test_a_locks_report_is_proven_through_its_shard() -> None:
    verdict = verify(shard_bundle().encoded(), TRUST)
    assert (verdict.standing, verdict.findings) == (Standing.WITNESSED, ())
    assert verdict.checkpoint is not None
    assert verdict.checkpoint.origin == ROOT_LOG.name
    swapped = Bundle(KEPT, shard_bundle().links[::-1])
    assert codes(swapped.encoded()) == ["LOG-PROOF"]


def test_without_a_witness_the_log_stands_alone_and_that_is_said() -> None:
    for alone in (None, key("stranger.example", Algorithm.COSIGNATURE, 9)):
        verdict = verify(bundle(witness=alone).encoded(), TRUST)
        [finding] = verdict.findings
        assert verdict.standing is Standing.SIGNED
        assert (finding.code, finding.severity) == ("LOG-UNWITNESSED", Severity.WARNING)
        assert finding.params == {"found": 0, "needed": 1}


def test_a_verifier_who_asked_for_no_witness_is_told_what_was_not_checked() -> None:
    trust = Trust(TRUST.logs, None)
    verdict = verify(bundle().encoded(), trust)
    [finding] = verdict.findings
    assert verdict.standing is Standing.SIGNED
    assert (finding.code, finding.severity) == ("LOG-NO-WITNESS", Severity.NOTE)
    assert verdict.cosigned == ()


def test_an_erased_event_still_has_its_place_and_says_when_and_under_what() -> None:
    data = bundle(ERASED).encoded()
    verdict = verify(data, TRUST)
    [finding] = verdict.findings
    assert (verdict.standing, verdict.said) == (Standing.WITNESSED, ERASED)
    assert (finding.code, finding.severity) == ("LOG-ERASED", Severity.NOTE)
    assert "2033-08-01" in render(finding, "en").problem
    assert "retention of trails" in render(finding, "zh-Hant-HK").problem
    assert b"not-selected" not in data


def codes(data: bytes, trust: Trust = TRUST) -> list[str]:
    verdict = verify(data, trust)
    assert (verdict.standing, verdict.said) == (Standing.UNPROVEN, None)
    assert all(render(finding, "en").remedy for finding in verdict.findings)
    return [finding.code for finding in verdict.findings]


def test_a_log_that_we_hold_no_key_of_proves_nothing() -> None:
    assert codes(bundle().encoded(), Trust({}, TRUST.quorum)) == ["LOG-ORIGIN-UNKNOWN"]


def test_a_key_of_one_log_does_not_speak_for_another() -> None:
    posing = key(ROOT_LOG.name, Algorithm.NOTE, 2)
    false = Bundle(KEPT, (link(KEPT.leaf, posing, CUSTOMS),))
    assert codes(false.encoded()) == ["LOG-SIGNATURE"]
    crossed = Trust({ROOT_LOG.name: [SHARD.verifier]}, TRUST.quorum)
    assert codes(bundle().encoded(), crossed) == ["LOG-SIGNATURE"]


@pytest.mark.parametrize("index", [INDEX - 1, INDEX + 1, SIZE, -1, 2**53 - 1])
def test_an_event_in_another_place_is_not_proven(index: int) -> None:
    [right] = bundle().links
    moved = Bundle(KEPT, (Link(index, right.proof, right.checkpoint),))
    assert codes(moved.encoded()) == ["LOG-PROOF"]


def test_another_event_or_another_salt_is_not_proven() -> None:
    altered = EVENT.replace(b"not-selected", b"detained")
    for said in (Kept(altered, KEPT.salt), Kept(EVENT, bytes(16)), Kept(b"", KEPT.salt)):
        assert codes(Bundle(said, bundle().links).encoded()) == ["LOG-PROOF"]


BUNDLES = [bundle(), bundle(ERASED), shard_bundle()]


# The day and rule of an erasure are the sender's word, and only what is proven is compared.
@settings(deadline=None, max_examples=200)
@given(st.sampled_from(BUNDLES), st.integers(0, 10**6), st.integers(1, 255))
def test_any_altered_byte_is_found(whole: Bundle, at: int, flip: int) -> None:
    data = bytearray(whole.encoded())
    data[at % len(data)] ^= flip
    verdict = verify(bytes(data), TRUST)
    if verdict.standing is Standing.UNPROVEN:
        assert verdict.said is None
        return
    assert verdict.said is not None
    assert verdict.said.leaf == whole.said.leaf
    if isinstance(whole.said, Kept):
        assert verdict.said == whole.said


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_bundle_are_refused(noise: bytes) -> None:
    assert codes(noise) == ["LOG-BUNDLE-SHAPE"]


def sheet() -> dict[str, object]:
    loaded = json.loads(bundle().encoded())
    assert isinstance(loaded, dict)
    return loaded


def spelled(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"form": "waglan/evidence/v2"},
        {"links": []},
        {"links": [json.loads(bundle().encoded())["links"][0]] * 3},
        {"event": None},
        {"event": {"salt": "AAAA", "text": ""}},
        {"event": {"salt": "not base64", "text": ""}},
        {"erased": {"leaf": "A" * 43 + "=", "on": "2033-08-01", "under": "rule"}},
        {"event": None, "erased": {"leaf": "A" * 43 + "=", "on": "1 August", "under": "rule"}},
        {"links": [{"checkpoint": "no note", "index": 0, "proof": []}]},
        {"extra": 1},
    ],
    ids=str,
)
def test_what_is_not_the_form_is_refused(change: dict[str, object]) -> None:
    assert spelled(sheet()) == bundle().encoded()
    changed = {k: v for k, v in (sheet() | change).items() if v is not None}
    assert codes(spelled(changed)) == ["LOG-BUNDLE-SHAPE"]


def test_a_proof_and_a_rule_have_a_limit() -> None:
    [right] = bundle().links
    assert isinstance(read_bundle(_with(KEPT, (bytes(32),) * 63, right)), Bundle)
    assert codes(_with(KEPT, (bytes(32),) * 64, right)) == ["LOG-BUNDLE-SHAPE"]
    longest = Erased(KEPT.leaf, date(2033, 8, 1), "r" * 200)
    assert isinstance(read_bundle(_with(longest, right.proof, right)), Bundle)
    longer = Erased(KEPT.leaf, date(2033, 8, 1), "r" * 201)
    assert codes(_with(longer, right.proof, right)) == ["LOG-BUNDLE-SHAPE"]


def _with(said: Kept | Erased, proof: tuple[bytes, ...], right: Link) -> bytes:
    return Bundle(said, (Link(INDEX, proof, right.checkpoint),)).encoded()


def test_one_spelling_only_but_for_a_last_newline() -> None:
    data = bundle().encoded()
    assert verify(data + b"\n", TRUST).standing is Standing.WITNESSED
    assert codes(data + b"\n\n") == ["LOG-BUNDLE-SHAPE"]
    assert codes(json.dumps(sheet(), indent=1).encode()) == ["LOG-BUNDLE-SHAPE"]


def test_a_bundle_has_a_limit() -> None:
    assert codes(b"x" * BUNDLE_BYTES_MAX) == ["LOG-BUNDLE-SHAPE"]
    assert codes(b"x" * (BUNDLE_BYTES_MAX + 1)) == ["LOG-BUNDLE-SIZE"]


def test_a_log_is_not_its_own_witness() -> None:
    own = key("customs.example/witness", Algorithm.COSIGNATURE, 1)
    with pytest.raises(BadQuorum, match="own witness"):
        Trust(TRUST.logs, Quorum(1, (own.verifier,)))
