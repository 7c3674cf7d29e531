"""How often a client may ask, and how much it may hand in: never a lock, always a wait that ends.

What is known stands in this process's memory alone, so that it costs no request a look at the
database: several interfaces side by side each count for themselves, and a restart forgets.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from waglan.parties.limit import NO_WAIT, Bucket, Tries, place_of

SECONDS_AT_ONCE = 10  # of requests that may come all at once
CLIENTS_MAX = 50_000  # remembered; whoever asked longest ago is forgotten first
COUNTED_BYTES = 16 << 10  # what is handed in counts as whole ones of these
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """Requests a second of a token, and of a network without one; what one may hand in a day."""

    client: int = 200
    network: int = 50
    intake_mib: int = 16 << 10


class Turns:
    """Everybody's requests, as this process counted them."""

    def __init__(self, limits: ClientLimits | None = None) -> None:
        """Begin with nobody known."""
        limits = limits or ClientLimits()
        self._clients: _Asked[bytes] = _Asked(limits.client)
        self._networks: _Asked[str] = _Asked(limits.network)
        pieces = (limits.intake_mib << 20) // COUNTED_BYTES
        self._intake = Bucket(pieces, timedelta(days=1) / pieces)
        self._handed_in: dict[int, Tries] = {}

    def wait(self, token: bytes | None, host: str, *, at: datetime) -> timedelta:
        """Count a request and return zero, or how long its client is to wait; then it counts not.

        A token counts for itself once it has held; until then it is any stranger's.
        """
        if token is not None and token in self._clients:
            return self._clients.one_more(token, at)
        return self._networks.one_more(place_of(host), at)

    def held(self, token: bytes, host: str, *, at: datetime) -> None:
        """Note that a token held: its first request is its own and no more its network's."""
        if token not in self._clients:
            self._clients.one_more(token, at)
            self._networks.one_less(place_of(host))

    def did_not_hold(self, token: bytes) -> None:
        """Forget a token that holds no more."""
        self._clients.forget(token)

    def hand_in(self, org: int, size: int, *, at: datetime) -> timedelta:
        """Count bytes that an organisation hands in and return zero; or how long it is to wait.

        A day's worth may come at once. What is counted once stays so, whatever becomes of it.
        """
        known = self._handed_in.get(org)
        wait = self._intake.wait(known, at=at)
        if wait == NO_WAIT:
            pieces = -(-size // COUNTED_BYTES)
            self._handed_in[org] = self._intake.taken(known, at=at, times=pieces)
        return wait


class _Asked(Generic[K]):
    def __init__(self, a_second: int) -> None:
        self._bucket = Bucket(a_second * SECONDS_AT_ONCE, timedelta(seconds=1) / a_second)
        self._known: OrderedDict[K, Tries] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._known

    def one_more(self, key: K, at: datetime) -> timedelta:
        known = self._known.get(key)
        wait = self._bucket.wait(known, at=at)
        if wait == NO_WAIT:
            self._known[key] = self._bucket.taken(known, at=at)
            self._known.move_to_end(key)
            if len(self._known) > CLIENTS_MAX:
                self._known.popitem(last=False)
        return wait

    def one_less(self, key: K) -> None:
        if key in self._known:
            self._known[key] = self._bucket.given_back(self._known[key])

    def forget(self, key: K) -> None:
        self._known.pop(key, None)
