"""The random sample: bills that are looked at whatever the tables say.

Without it nobody can tell how much the tables miss. Which bills are in it follows from their number
and a secret: nobody outside can foresee it, nobody inside can choose it, filing again changes
nothing, and the same secret proves afterwards that it was so.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from waglan.manifest.model import Bill

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

SAMPLED = "sample"  # among the rows that point at a bill: the lot, and no row
SECRET_BYTES_MIN = 32
_PURPOSE = b"waglan/inspection-sample/v1\0"
_BLOCK_BYTES = 64  # of SHA-256


@dataclass(frozen=True, slots=True)
class Sample:
    """How many bills of a thousand are sampled, and the secret that says which."""

    secret: bytes = field(repr=False)
    permille: int
    # HMAC-SHA-256 (RFC 2104) begun: `hmac` itself takes twice as long for each bill of a ship.
    _inner: "Hash" = field(init=False, repr=False, compare=False)
    _outer: "Hash" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a secret that could be guessed and a share that is none."""
        if len(self.secret) < SECRET_BYTES_MIN:
            raise ValueError(f"the sample's secret has at least {SECRET_BYTES_MIN} bytes")
        if not 0 <= self.permille <= 1000:
            raise ValueError("a share is 0 to 1000 permille")
        key = self.secret if len(self.secret) <= _BLOCK_BYTES else sha256(self.secret).digest()
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        inner, outer = (sha256(bytes([byte ^ pad for byte in padded])) for pad in (0x36, 0x5C))
        inner.update(_PURPOSE)
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_outer", outer)

    def takes(self, bill: Bill) -> bool:
        """Return whether this bill is in the sample, in whatever manifest and order it comes."""
        name = f"{bill.parent or ''}\0{bill.number}".encode(errors="surrogatepass")
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(name)
        outer.update(inner.digest())
        # 64 bits over 1000 shares: the bias is below 10⁻¹⁶.
        return int.from_bytes(outer.digest()[:8]) % 1000 < self.permille
