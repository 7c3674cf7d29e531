"""What an officer signed, as it comes in: the very bytes and the signature, both in base64."""

import base64
import binascii

from pydantic import Field

from waglan.codes.finding import Finding, Severity, Where
from waglan.gateway.http.asked import Asked
from waglan.gateway.http.problem import misunderstood

BASE64_CHARACTERS_MAX = 1 << 19


class Signed(Asked):
    """The very bytes that were signed, and the signature over them, base64."""

    body: str = Field(max_length=BASE64_CHARACTERS_MAX)
    signature: str = Field(max_length=100)

    @property
    def body_bytes(self) -> bytes:
        """The bytes that were signed."""
        return unspelled(self.body)

    @property
    def signature_bytes(self) -> bytes:
        """The signature over them."""
        return unspelled(self.signature)


def unspelled(text: str) -> bytes:
    """Return the bytes that base64 text spells; raise Problem 422 for any other text."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        fault = Finding("HTTP-BASE64", Severity.ERROR, Where("body"), {})
        raise misunderstood(fault) from None
