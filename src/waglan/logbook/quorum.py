"""Which cosignatures make a checkpoint witnessed."""

from dataclasses import dataclass

from waglan.logbook.cosignature import Cosigned, cosigned_by
from waglan.logbook.note import Algorithm, Note, VerifierKey

WITNESSES_MAX = 16  # every verifier of signed notes reads that many signatures


class BadQuorum(ValueError):
    """This policy could never hold, or would count one witness twice."""


@dataclass(frozen=True, slots=True)
class Quorum:
    """The witnesses that a verifier believes in, and how many of them it takes.

    They must stand outside the control of the log's operator; only a person can know that.
    """

    needed: int
    witnesses: tuple[VerifierKey, ...]

    def __post_init__(self) -> None:
        """Refuse a policy that proves nothing."""
        if not 1 <= self.needed <= len(self.witnesses) <= WITNESSES_MAX:
            raise BadQuorum(f"it takes 1 to all of at most {WITNESSES_MAX} witnesses")
        if any(key.algorithm is not Algorithm.COSIGNATURE for key in self.witnesses):
            raise BadQuorum("a key of a witness is one for cosignatures")
        # The cosigned message has no name in it: two names on one key would sign as one.
        if len({key.public for key in self.witnesses}) != len(self.witnesses):
            raise BadQuorum("two witnesses share one key")

    def cosigned(self, note: Note) -> list[Cosigned]:
        """Return the verified cosignatures that count."""
        return cosigned_by(note, self.witnesses)

    def is_met_by(self, note: Note) -> bool:
        """Tell whether this checkpoint counts as witnessed."""
        return len(self.cosigned(note)) >= self.needed
