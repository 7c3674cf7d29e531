"""The random sample: bills that are looked at whatever the tables say.

Without it nobody can tell how much the tables miss. Which bills are in it follows from their number
and a secret: nobody outside can foresee it, nobody inside can choose it, filing again changes
nothing, and the same secret proves afterwards that it was so.
"""

import hmac
from dataclasses import dataclass, field

from waglan.manifest.model import Bill

SAMPLED = "sample"  # among the rows that point at a bill: the lot, and no row
SECRET_BYTES_MIN = 32
_PURPOSE = b"waglan/inspection-sample/v1\0"


@dataclass(frozen=True, slots=True)
class Sample:
    """How many bills of a thousand are sampled, and the secret that says which."""

    secret: bytes = field(repr=False)
    permille: int
    _begun: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a secret that could be guessed and a share that is none."""
        if len(self.secret) < SECRET_BYTES_MIN:
            raise ValueError(f"the sample's secret has at least {SECRET_BYTES_MIN} bytes")
        if not 0 <= self.permille <= 1000:
            raise ValueError("a share is 0 to 1000 permille")
        object.__setattr__(self, "_begun", hmac.new(self.secret, _PURPOSE, "sha256"))

    def takes(self, bill: Bill) -> bool:
        """Return whether this bill is in the sample, in whatever manifest and order it comes."""
        name = f"{bill.parent or ''}\0{bill.number}".encode(errors="surrogatepass")
        code = self._begun.copy()
        code.update(name)
        # 64 bits over 1000 shares: the bias is below 10⁻¹⁶.
        return int.from_bytes(code.digest()[:8]) % 1000 < self.permille
