"""What proves that one log holds what a bundle shows, to whoever knows the log's key."""

import base64
import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from waglan.cli.alone.words import Said

Key = tuple[str, bytes, int, bytes]  # name, id, kind (1: of a log, 4: of a witness), public key
HASH = 32


class Wrong(ValueError):
    """What is not as it must be: the name of a sentence, and what it speaks of."""

    def __init__(self, name: str, **about: object) -> None:
        """Keep both."""
        super().__init__(name)
        self.name, self.about = name, about


def moment(text: str) -> datetime:
    """A time with its zone."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def canonical(value: object) -> bytes:
    """The one spelling of a value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def unbase64(text: str) -> bytes:
    """The bytes of a text that has exactly one spelling."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 with stray bits")
    return data


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a key signed exactly this."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def read_key(text: str) -> Key:
    """A key as operators exchange it: name+id+base64."""
    name, key_id, encoded = text.strip().split("+", 2)
    data = unbase64(encoded)
    found = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    if found.hex() != key_id or len(data) != 33 or data[0] not in (1, 4):
        raise ValueError(f"this is no key: {text}")
    return name, found, data[0], data[1:]


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962's hash over two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(data: bytes) -> bytes:
    """RFC 6962's hash of an entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def root_of(leaves: Mapping[int, bytes], size: int, beside: Sequence[bytes]) -> bytes:
    """The root over these leaves, and over the hashes of all that stands beside them."""
    indexes, left = sorted(leaves), list(reversed(beside))
    if not indexes or indexes[0] < 0 or indexes[-1] >= size:
        raise Wrong("proof_shape")
    if {len(one) for one in (*beside, *leaves.values())} != {HASH}:
        raise Wrong("proof_shape")

    def joined(low: int, high: int) -> bytes:
        at = bisect_left(indexes, low)
        if at == len(indexes) or indexes[at] >= high:
            if not left:
                raise Wrong("proof_shape")
            return left.pop()
        if high - low == 1:
            return leaves[low]
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        first = joined(low, middle)
        return node(first, joined(middle, high))

    root = joined(0, size)
    if left:
        raise Wrong("proof_shape")
    return root


class Checkpoint:
    """How long a log was, the root over all of it, who signed that, and who cosigned it."""

    def __init__(self, note: str, logs: Sequence[Key], witnesses: Sequence[Key]) -> None:
        """Take a note whose text one of the log's keys has signed."""
        text, _, lines = note.rpartition("\n\n")
        self.text = text + "\n"
        origin, size, root = self.text[:-1].split("\n")[:3]
        self.origin, self.size, self.root = origin, int(size), unbase64(root)
        if str(self.size) != size or not lines.endswith("\n"):
            raise Wrong("checkpoint_shape")
        self.lines = [read_line(line) for line in lines[:-1].split("\n")]
        self.by_log = [key for key in logs if key[2] == 1 and key[0] == origin and self.signs(key)]
        self.by_witness = [key for key in witnesses if key[2] == 4 and self.cosigns(key)]

    def signs(self, key: Key) -> bool:
        """Whether a log's key signed it; one false signature makes it worthless."""
        named = [data for name, data in self.lines if (name, data[:4]) == key[:2]]
        message = self.text.encode()
        return bool(named) and all(is_signed(key[3], data[4:], message) for data in named)

    def cosigns(self, key: Key) -> bool:
        """Whether a witness cosigned it."""
        return any(
            (name, data[:4]) == key[:2] and len(data) == 76 and is_signed(
                key[3], data[12:],
                f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n{self.text}".encode(),
            )
            for name, data in self.lines
        )  # fmt: skip


def read_line(line: str) -> tuple[str, bytes]:
    """The name and the bytes of a line of signature."""
    dash, name, data = line.split(" ")
    if dash != "\N{EM DASH}":
        raise Wrong("checkpoint_shape")
    return name, unbase64(data)


class Log:
    """The events that a bundle shows, each proven to stand in the log."""

    def __init__(self, bundle: Said, checkpoint: Checkpoint) -> None:
        """Prove all of them at once."""
        self.texts, self.erased = dict[int, Said](), dict[int, Said]()
        leaves = dict[int, bytes]()
        numbers = [event["seq"] for event in bundle["events"]]
        if numbers != sorted(set(numbers)):
            raise Wrong("events_order")
        for event in bundle["events"]:
            seq = event["seq"]
            if "text" in event:
                fields(event, "seq salt text")
                salted = unbase64(event["salt"]) + event["text"].encode()
                leaves[seq] = leaf(hashlib.sha256(salted).digest())
                self.texts[seq] = json.loads(event["text"])
                if canonical(self.texts[seq]) != event["text"].encode():
                    raise Wrong("event_spelling", seq=seq)
            else:
                fields(event, "seq leaf on under")
                leaves[seq] = unbase64(event["leaf"])
                self.erased[seq] = event
        beside = [unbase64(one) for one in bundle["beside"]]
        if root_of(leaves, checkpoint.size, beside) != checkpoint.root:
            raise Wrong("not_in_log")
        self.used = set[int]()

    def told(self, seq: int) -> Said | None:
        """What an event says; None where it is erased."""
        self.used.add(seq)
        if seq not in self.texts and seq not in self.erased:
            raise Wrong("no_event", seq=seq)
        return self.texts.get(seq)

    def all_used(self) -> None:
        """Every event that is shown must be there for something."""
        if idle := sorted({*self.texts, *self.erased} - self.used):
            raise Wrong("idle_event", seq=idle[0])


def fields(said: Said, names: str) -> None:
    """Have exactly these fields, and no others."""
    if set(said) != set(names.split()):
        raise Wrong("shape", found=", ".join(sorted(said)))


def kid_of(purpose: str, public: bytes) -> str:
    """The name that a signature carries: another purpose gives the same key another one."""
    return hashlib.sha256(purpose.encode() + b"\x00" + public).digest()[:8].hex()


def signer(log: Log, seq: int, at: str) -> Callable[[str, str, bytes], None]:
    """Return what checks a signature by the keys that the log publishes."""
    event = log.told(seq)
    if event is None or event["code"] != "log.key-set-published":
        raise Wrong("no_keys")
    known = {key["kid"]: key for key in event["body"]["keys"]}

    def check(purpose: str, line: str, payload: bytes) -> None:
        kid, _, signature = line.partition(" ")
        key = known.get(kid)
        if key is None or key["purpose"] != purpose:
            raise Wrong("key_unknown", kid=kid)
        public = unbase64(key["public"])
        if kid_of(purpose, public) != kid:
            raise Wrong("key_unknown", kid=kid)
        if key["end"] == "compromised":
            raise Wrong("key_compromised", kid=kid)
        if key["ended_at"] is not None and moment(at) > moment(key["ended_at"]):
            raise Wrong("key_ended", kid=kid)
        if not is_signed(public, unbase64(signature), purpose.encode() + b"\x00" + payload):
            raise Wrong("signature", kid=kid)

    return check
