"""Notes, checkpoints and cosignatures against what others have signed."""

from base64 import b64decode
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.logbook.checkpoint import (
    EXTENSION_LINES_MAX,
    ORIGIN_BYTES_MAX,
    Checkpoint,
    open_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from waglan.logbook.cosignature import TIME_MAX_S, cosign, cosigned_by
from waglan.logbook.note import (
    KEY_NAME_BYTES_MAX,
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    Algorithm,
    BadNote,
    Note,
    Signature,
    SignerKey,
    VerifierKey,
    read_note,
    read_signatures,
    read_signer_key,
    read_verifier_key,
    sign_note,
    signers_of,
)

# Go's checksum database: its published key, and two states of it as its clients kept them.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_CHECKPOINTS = [
    (
        31_700_353,
        "go.sum database tree\n31700353\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n\n"
        "— sum.golang.org Az3grnmrIUEDFqHzAElIQCPNoRFRAAdFo47fooyWKMHb89k11GJh5zHIfNCOBmwn/C3YI8o"
        "W9/C8DJ87F61QqspBYwM=\n",
    ),
    (
        65_209_736,
        "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n"
        "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cV"
        "tYspg3dxXABkGZZKdsQ8=\n",
    ),
]
# The example in the documentation of Go's note package.
GO_EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_EXAMPLE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
)
# The example in C2SP tlog-cosignature.
C2SP_EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv"
    "2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
# A log of Certificate Transparency as Google's staging published it with the cosignatures of four
# witnesses, and the keys that the log and three of the witnesses publish.
COSIGNED = (
    "arche2025h1.staging.ct.transparency.dev\n1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
    "— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGRE"
    "PMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC"
    "3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2"
    "rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcx"
    "Z75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9s"
    "XTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJm"
    "IY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
)
COSIGNED_LOG = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
WITNESSES = [
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]


def signer(name: str, algorithm: Algorithm = Algorithm.NOTE, seed: int = 1) -> SignerKey:
    return SignerKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


LOG = signer("waglan.example/log")
ROOT = bytes(range(32))
CHECKPOINT = Checkpoint("waglan.example/log", 70_000, ROOT)
HASHES = st.binary(min_size=32, max_size=32)
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
CHECKPOINTS = st.builds(
    Checkpoint, LINES, st.integers(0, 2**63 - 1), HASHES, st.lists(LINES, max_size=3).map(tuple)
)


@pytest.mark.parametrize(("size", "note"), GO_CHECKPOINTS)
def test_we_verify_what_go_signed(size: int, note: str) -> None:
    key = read_verifier_key(GO_KEY)
    checkpoint = open_checkpoint(note.encode(), [key])
    assert checkpoint is not None
    assert (checkpoint.origin, checkpoint.size) == ("go.sum database tree", size)
    assert read_note(note.encode()).encoded() == note.encode()
    shorter = note.replace(str(size), str(size - 1))
    assert open_checkpoint(shorter.encode(), [key]) is None


def test_we_verify_the_example_that_go_documents() -> None:
    key = read_verifier_key(GO_EXAMPLE_KEY)
    assert key.text == GO_EXAMPLE_KEY
    assert signers_of(read_note(GO_EXAMPLE.encode()), [key]) == {key}
    assert not signers_of(read_note(GO_EXAMPLE.replace("then", "Then").encode()), [key])


def test_we_verify_what_the_public_witnesses_cosigned() -> None:
    note = read_note(COSIGNED.encode())
    witnesses = [read_verifier_key(text) for text in WITNESSES]
    log = read_verifier_key(COSIGNED_LOG)
    assert signers_of(note, [log, *witnesses]) == {log}
    assert {c.key for c in cosigned_by(note, [log, *witnesses])} == set(witnesses)
    assert {c.at_s for c in cosigned_by(note, witnesses)} == {0x6A122120}
    shorter = read_note(COSIGNED.replace("1432088532", "1432088531").encode())
    assert cosigned_by(shorter, witnesses) == []
    assert note.encoded() == COSIGNED.encode()


def test_the_example_of_a_cosigned_checkpoint_is_read_and_written_alike() -> None:
    note = read_note(C2SP_EXAMPLE.encode())
    assert note.encoded() == C2SP_EXAMPLE.encode()
    assert read_checkpoint(note.text).size == 20_852_163
    time_s = int.from_bytes(note.signatures[1].data[:8], "big")
    assert time_s == 1_679_315_147


@settings(deadline=None)
@given(CHECKPOINTS)
def test_a_checkpoint_is_read_as_it_was_signed(checkpoint: Checkpoint) -> None:
    encoded = sign_checkpoint(checkpoint, [LOG]).encoded()
    assert open_checkpoint(encoded, [LOG.verifier]) == checkpoint


@settings(deadline=None)
@given(CHECKPOINTS, st.data())
def test_any_altered_byte_is_found(checkpoint: Checkpoint, data: st.DataObject) -> None:
    encoded = bytearray(sign_checkpoint(checkpoint, [LOG]).encoded())
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    with suppress(BadNote):
        assert open_checkpoint(bytes(encoded), [LOG.verifier]) is None


def test_a_key_counts_by_name_and_bytes_both() -> None:
    note = sign_note("one log only\n", [LOG])
    namesake = signer("waglan.example/log", seed=2)
    other_name = signer("waglan.example/other")
    assert signers_of(note, [namesake.verifier, other_name.verifier]) == frozenset()
    assert signers_of(note, [namesake.verifier, LOG.verifier]) == {LOG.verifier}


def test_a_false_signature_of_a_known_key_spoils_the_note() -> None:
    other = signer("waglan.example/new-log", seed=2)
    note = sign_note("rotated\n", [LOG, other])
    keys = [LOG.verifier, other.verifier]
    assert signers_of(note, keys) == set(keys)
    false = Signature(LOG.name, LOG.verifier.id, bytes(64))
    assert signers_of(Note(note.text, (false, note.signatures[1])), keys) == frozenset()


def test_a_key_for_one_purpose_serves_no_other() -> None:
    witness = signer("witness.example", Algorithm.COSIGNATURE)
    as_log = signer("witness.example", Algorithm.NOTE)
    assert witness.verifier.id != as_log.verifier.id
    note = Note(CHECKPOINT.text, (cosign(CHECKPOINT.text, witness, 1),))
    assert not signers_of(note, [witness.verifier, as_log.verifier])
    with pytest.raises(ValueError, match="does not sign notes"):
        sign_note("x\n", [witness])
    with pytest.raises(ValueError, match="does not cosign"):
        cosign(CHECKPOINT.text, LOG, 1)


@settings(deadline=None)
@given(st.integers(0, TIME_MAX_S))
def test_a_cosignature_states_its_time(at_s: int) -> None:
    witness = signer("customs.example/witness", Algorithm.COSIGNATURE)
    line = cosign(CHECKPOINT.text, witness, at_s)
    [cosigned] = cosigned_by(Note(CHECKPOINT.text, (line,)), [witness.verifier])
    assert (cosigned.key, cosigned.at_s) == (witness.verifier, at_s)
    later = Signature(line.name, line.key_id, (at_s ^ 1).to_bytes(8, "big") + line.data[8:])
    assert cosigned_by(Note(CHECKPOINT.text, (later,)), [witness.verifier]) == []


def test_a_broken_cosignature_takes_nothing_from_the_others() -> None:
    customs = signer("customs.example/witness", Algorithm.COSIGNATURE)
    bank = signer("bank.example/witness", Algorithm.COSIGNATURE, seed=2)
    keys = [customs.verifier, bank.verifier]
    lines = [cosign(CHECKPOINT.text, customs, at_s) for at_s in (5, 7, 6)]
    broken = Signature(bank.name, bank.verifier.id, bytes(72))
    found = cosigned_by(Note(CHECKPOINT.text, (*lines, broken)), keys)
    assert [(c.key, c.at_s) for c in found] == [(customs.verifier, 7)]
    short = Signature(customs.name, customs.verifier.id, lines[0].data[:-1])
    assert cosigned_by(Note(CHECKPOINT.text, (short,)), keys) == []


@pytest.mark.parametrize("at_s", [-1, TIME_MAX_S + 1])
def test_a_time_out_of_range_is_not_cosigned(at_s: int) -> None:
    witness = signer("witness.example", Algorithm.COSIGNATURE)
    with pytest.raises(ValueError, match="the time"):
        cosign(CHECKPOINT.text, witness, at_s)


def test_a_private_key_is_read_back_and_never_shown() -> None:
    assert read_signer_key(LOG.secret_text).verifier == LOG.verifier
    assert LOG.secret_text not in repr(LOG)
    assert LOG.secret_text.split("+")[-1] not in repr(LOG)
    with pytest.raises(BadNote) as refused:
        read_signer_key(LOG.secret_text.replace("waglan", "Waglan"))
    assert LOG.secret_text.split("+")[-1] not in str(refused.value)
    with pytest.raises(BadNote):
        read_signer_key(LOG.verifier.text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sum.golang.org",
        GO_KEY.replace("033de0ae", "033de0af"),
        GO_KEY.replace("033de0ae", "033DE0AE"),
        GO_KEY.replace("sum.", "sun."),
        GO_KEY + "\n",
        GO_KEY[:-4],
        GO_KEY.replace("+Ac", "+Bc"),
        GO_KEY.replace("sum.", "sum golang"),
    ],
)
def test_a_key_with_a_slip_in_it_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        read_verifier_key(text)


WHOLE = sign_note("text\n", [LOG]).encoded()
SIGNED = WHOLE.decode().removeprefix("text\n\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\xff" + WHOLE,
        WHOLE[:-1],
        WHOLE + b"\n",
        WHOLE.replace(b"text", b"te\rxt"),
        WHOLE.replace(b"text", b"te\x00xt"),
        WHOLE.replace("—".encode(), b"-"),
        WHOLE.replace(b"waglan.example", b"waglan+example"),
        WHOLE.replace(b"waglan.example", "waglan\u3000example".encode()),
        WHOLE.replace(b"\n\n", b"\n"),
        "text\n\n— waglan.example/log AAAAAA==\n".encode(),
        "text\n\n— waglan.example/log AAAAAAB=\n".encode(),
        "text\n\n— waglan.example/log A-AAAAAA\n".encode(),
        "text\n\n—  AAAAAAAA\n".encode(),
        "text\n\n— waglan.example/log  AAAAAAAA\n".encode(),
        "text\n\n— waglan.example/log 櫃AAAAAA\n".encode(),
    ],
)
def test_what_two_readers_could_take_differently_is_no_note(data: bytes) -> None:
    with pytest.raises(BadNote):
        read_note(data)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda b: WHOLE[:40] + b))
def test_bytes_are_a_note_or_are_refused(data: bytes) -> None:
    try:
        note = read_note(data)
    except BadNote:
        return
    assert note.encoded() == data


def test_signatures_and_bytes_have_a_limit() -> None:
    assert len(read_signatures(SIGNED * SIGNATURES_MAX)) == SIGNATURES_MAX
    with pytest.raises(BadNote, match="more than"):
        read_signatures(SIGNED * (SIGNATURES_MAX + 1))
    padding = b"x" * (NOTE_BYTES_MAX - len(WHOLE))
    assert len(read_note(padding + WHOLE).encoded()) == NOTE_BYTES_MAX
    with pytest.raises(BadNote, match="longer than"):
        read_note(b"x" + padding + WHOLE)


def test_a_name_has_a_limit() -> None:
    assert VerifierKey("n" * KEY_NAME_BYTES_MAX, Algorithm.NOTE, bytes(32)).text
    for name in ["", "n" * (KEY_NAME_BYTES_MAX + 1)]:
        with pytest.raises(BadNote, match="1 to 255"):
            VerifierKey(name, Algorithm.NOTE, bytes(32))
    with pytest.raises(BadNote, match="public key"):
        VerifierKey("n", Algorithm.NOTE, bytes(31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        f"origin\n01\n{'A' * 43}=\n",
        f"origin\n-1\n{'A' * 43}=\n",
        f"origin\n+1\n{'A' * 43}=\n",
        f"origin\n\u0661\n{'A' * 43}=\n",
        f"origin\n{2**63}\n{'A' * 43}=\n",
        f"origin\n1\n{'A' * 42}B=\n",
        f"origin\n1\n{'A' * 40}\n",
        f"\n1\n{'A' * 43}=\n",
        f"origin\n1\n{'A' * 43}=\n\n",
        f"origin\n1\n{'A' * 43}=",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        read_checkpoint(text)


def test_the_largest_log_and_the_empty_one_have_a_checkpoint() -> None:
    for size in (0, 2**63 - 1):
        assert read_checkpoint(Checkpoint("origin", size, ROOT).text).size == size
    with pytest.raises(BadNote):
        Checkpoint("origin", 2**63, ROOT)


def test_origin_and_extensions_have_a_limit() -> None:
    most = ("x",) * EXTENSION_LINES_MAX
    assert Checkpoint("o" * ORIGIN_BYTES_MAX, 1, ROOT, most).text
    with pytest.raises(BadNote, match="1 to 255"):
        Checkpoint("o" * (ORIGIN_BYTES_MAX + 1), 1, ROOT)
    with pytest.raises(BadNote, match="extension"):
        Checkpoint("o", 1, ROOT, (*most, "x"))
    with pytest.raises(BadNote, match="broken line"):
        Checkpoint("o", 1, ROOT, ("two\nlines",))


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80))
def test_no_bytes_of_a_key_or_a_signature_are_an_error(public: bytes, signature: bytes) -> None:
    assert not VerifierKey("n", Algorithm.NOTE, public).verifies(signature, b"a message")


def test_a_key_id_is_computed_as_the_specification_says() -> None:
    key = read_verifier_key(GO_KEY)
    assert key.id == b64decode("Az3grg==")
