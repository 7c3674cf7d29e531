"""The state of a trip as it was last judged, signed for one authority; old states grow older.

It is what an answer falls back on where nobody can judge anew, and it names neither plate nor
person. How old it is, is always shown. GREEN that is old lets nobody pass.
"""

from base64 import b64encode
from datetime import datetime
from typing import Any, Final

import msgspec

from waglan.codes.party import PartyId
from waglan.elock.bundle import verdict_value
from waglan.elock.gate_pass import Answer
from waglan.elock.reason import Outcome
from waglan.elock.trip import State
from waglan.elock.verdict import Verdict
from waglan.logbook.canonical import canonical
from waglan.logbook.signing import PrivateKey, Purpose

FORM: Final = "waglan/trip-state/v1"


class TripState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a trip stood, and what one authority's policy made of it, as of a time."""

    form: str
    authority: PartyId
    trip: str
    state: State
    verdict: dict[str, Any]  # as the bundle writes it
    judged_sha256: str  # of the bundle that it was judged from
    as_of: datetime

    @property
    def outcome(self) -> Outcome:
        """What it came to."""
        return Outcome[self.verdict["outcome"]]

    @property
    def seal(self) -> str:
        """The number of the newest seal; empty if there was none."""
        seals = self.verdict["seals"]
        return str(seals[-1]["number"]) if seals else ""

    def is_like(self, other: "TripState") -> bool:
        """Whether nothing but the time is another."""
        return (self.state, self.outcome, self.verdict["reasons"]) == (
            other.state, other.outcome, other.verdict["reasons"]
        )  # fmt: skip


def state_of_trip(
    authority: PartyId, trip: str, judged: tuple[State, Verdict, bytes], *, as_of: datetime
) -> TripState:
    """Return the state of a trip that was judged; with it the hash of what it was judged from."""
    state, verdict, digest = judged
    value: Any = verdict_value(verdict)
    return TripState(FORM, authority, trip, state, value, digest.hex(), as_of)


def sign_state(said: TripState, key: PrivateKey) -> tuple[bytes, str]:
    """Return a state's canonical bytes, and the key's id with the signature."""
    if key.purpose is not Purpose.TRIP_STATE:
        raise ValueError("this key does not sign states of trips")
    line = canonical(msgspec.to_builtins(said))
    return line, f"{key.public.kid} {b64encode(key.sign(line)).decode()}"


def read_state(said: bytes) -> TripState | None:
    """Return the state that these bytes are the one spelling of; None for anything else."""
    try:
        found = _decode(said)
        is_ours = found.form == FORM and canonical(msgspec.to_builtins(found)) == said
        return found if is_ours and found.outcome is not None else None
    except (msgspec.MsgspecError, KeyError, ValueError):
        return None


def fallen_back(last: TripState | None, state: State, *, is_held: bool) -> Answer:
    """Return what a checkpoint does where nobody can judge anew: to look is the best it may say."""
    if is_held or state is State.ALARMED:
        return Answer.STOP
    is_red = last is not None and last.outcome is Outcome.RED
    return Answer.STOP if is_red else Answer.INSPECT


_decode = msgspec.json.Decoder(TripState).decode
