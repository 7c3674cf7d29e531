"""How often something may be tried: never a lock, always a wait that ends. Time is passed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

V4_PREFIX_BITS = 24
V6_PREFIX_BITS = 56
NO_WAIT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Tries:
    """What is known of somebody's tries; `until` is the moment from which one more is welcome.

    Of a bucket `until` is the moment at which it is full again.
    """

    count: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Delay:
    """After some free tries each failure doubles the wait, up to the longest; it is forgotten."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta

    def wait(self, tries: Tries | None, *, at: datetime) -> timedelta:
        """Return how long to wait before one more try; zero if it is welcome now."""
        return NO_WAIT if tries is None else _between(tries.until - at, self.longest)

    def failed(self, tries: Tries | None, *, at: datetime) -> Tries:
        """Return what is known after one more failure."""
        known = 0 if tries is None or at - tries.until >= self.forgotten_after else tries.count
        count = known + 1
        doublings = count - self.free
        if doublings < 1:
            return Tries(count, at)
        # Beyond 30 doublings any first delay of a second is longer than the longest.
        delay = min(self.longest, self.first * 2 ** min(doublings - 1, 30))
        return Tries(count, at + delay)


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many tries at once, and one more each so often."""

    times: int
    each: timedelta

    def wait(self, tries: Tries | None, *, at: datetime) -> timedelta:
        """Return how long to wait before one more try; zero if it is welcome now."""
        full_at = at if tries is None else max(tries.until, at)
        longest = self.each * self.times  # a clock that was set back makes no longer wait
        return _between(full_at + self.each - self.each * self.times - at, longest)

    def taken(self, tries: Tries | None, *, at: datetime, times: int = 1) -> Tries:
        """Return what is known after one more try, or so many together."""
        full_at = at if tries is None else min(max(tries.until, at), at + self.each * self.times)
        return Tries(0 if tries is None else tries.count, full_at + self.each * times)

    def given_back(self, tries: Tries) -> Tries:
        """Return what is known after a try turned out to be right: it counts for nothing."""
        return Tries(tries.count, tries.until - self.each)


def place_of(host: str) -> str:
    """Return the network that an address is in, as it is counted: a neighbour is no stranger."""
    try:
        address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    bits = V4_PREFIX_BITS if isinstance(address, IPv4Address) else V6_PREFIX_BITS
    return str(ip_network(f"{address}/{bits}", strict=False))


def _between(wait: timedelta, longest: timedelta) -> timedelta:
    return max(NO_WAIT, min(wait, longest))
