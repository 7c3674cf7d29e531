"""What webhooks are signed with and when they are tried again, after Standard Webhooks 1.0.0.

Source: the specification at github.com/standard-webhooks/standard-webhooks, `spec/`, looked at on
2026-12-01. A body is signed with its id and the time of the attempt, either under a secret that
both sides hold (`v1`, HMAC-SHA256) or under a key whose public half the receiver holds (`v1a`,
Ed25519).
"""

import base64
import hmac
from collections.abc import Sequence
from enum import Enum
from hashlib import sha256
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from waglan.codes.event import EventCode

SECRET_BYTES: Final = 32
WANTED_MAX: Final = 50
ALL: Final = "*"
MESSAGE_ID_DIGITS: Final = 32

# Waits after the first, second … try that failed: ten tries over three days and four hours.
WAITS_SECONDS: Final = (
    5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400
)  # fmt: skip
TRIES_MAX: Final = len(WAITS_SECONDS) + 1
JITTER: Final = 0.2  # of a wait, added at random, so that what failed together comes apart
RESTS_SECONDS: Final = (5, 15, 60, 300, 900, 1_800, 3_600)  # of an endpoint, by failures in a row
ASKED_WAIT_SECONDS_MAX: Final = 86_400  # of a receiver's own Retry-After
FAILING_DAYS_MAX: Final = 3  # after which an endpoint that never succeeded is stopped


class Scheme(Enum):
    """How an endpoint's bodies are signed."""

    HMAC = "v1"
    ED25519 = "v1a"


_PREFIX: Final = {Scheme.HMAC: "whsec_", Scheme.ED25519: "whsk_"}
_PUBLIC: Final = "whpk_"


def new_secret(scheme: Scheme, random: bytes) -> str:
    """Return 32 random bytes as a secret of a scheme, as it is kept."""
    if len(random) != SECRET_BYTES:
        raise ValueError(f"a secret has {SECRET_BYTES} bytes")
    return _PREFIX[scheme] + base64.b64encode(random).decode("ascii")


def shown(secret: str) -> str:
    """Return what a receiver verifies with: the secret itself, or the public half of a key."""
    scheme, key = _read(secret)
    if scheme is Scheme.HMAC:
        return secret
    public = Ed25519PrivateKey.from_private_bytes(key).public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _PUBLIC + base64.b64encode(raw).decode("ascii")


def signature(secrets: Sequence[str], message_id: str, at_s: int, body: bytes) -> str:
    """Return the header's text: a signature under each secret, apart by blanks."""
    signed = f"{message_id}.{at_s}.".encode("ascii") + body
    return " ".join(_signature(secret, signed) for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    scheme, key = _read(secret)
    if scheme is Scheme.HMAC:
        made = hmac.digest(key, signed, sha256)
    else:
        made = Ed25519PrivateKey.from_private_bytes(key).sign(signed)
    return f"{scheme.value},{base64.b64encode(made).decode('ascii')}"


def _read(secret: str) -> tuple[Scheme, bytes]:
    for scheme, prefix in _PREFIX.items():
        if secret.startswith(prefix):
            return scheme, base64.b64decode(secret.removeprefix(prefix), validate=True)
    raise ValueError("a webhook's secret begins with whsec_ or whsk_")


def message_id(webhook: UUID, salt: bytes, canonical: bytes) -> str:
    """Return what an event is called at an endpoint, the same at each try and at a replay.

    It is made of the event and not of its number: a log that was restored gives numbers again.
    """
    made = sha256(b"waglan/webhook-id/v1" + webhook.bytes + salt + canonical)
    return f"msg_{made.hexdigest()[:MESSAGE_ID_DIGITS]}"


def is_known(pattern: str) -> bool:
    """Whether a pattern names something that can happen: a code, a beginning of codes, or all."""
    return pattern == ALL or any(wants((pattern,), code.value) for code in EventCode)


def wants(patterns: Sequence[str], code: str) -> bool:
    """Whether an event of this code is wanted; a pattern that ends with a dot is a beginning."""
    return any(
        one in (ALL, code) or (one.endswith(".") and code.startswith(one)) for one in patterns
    )


def wait_seconds(tries: int, chance: float, asked: int = 0) -> float | None:
    """Return how long to wait after so many tries of one event; None: that was the last.

    `chance` is a random number from 0 to 1; `asked` is what the receiver asked to wait.
    """
    if tries >= TRIES_MAX:
        return None
    return max(WAITS_SECONDS[tries - 1] * (1 + JITTER * chance), _within(asked))


def rest_seconds(failures: int, chance: float, asked: int = 0) -> float:
    """Return how long an endpoint is left alone after so many failures in a row."""
    rest = RESTS_SECONDS[min(failures, len(RESTS_SECONDS)) - 1]
    return max(rest * (1 + JITTER * chance), _within(asked))


def _within(asked: int) -> int:
    return min(max(asked, 0), ASKED_WAIT_SECONDS_MAX)
