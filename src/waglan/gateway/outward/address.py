"""Which addresses outside may be called: one narrow form of URL, and public addresses alone.

What a URL leads to is decided here and nowhere else. A form that two programs could read in two
ways (numbers as hosts, names of users, blanks, other scripts) is refused rather than understood.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from waglan.codes.finding import Finding, Severity, Where

URL_CHARACTERS_MAX: Final = 2_000
NAME_CHARACTERS_MAX: Final = 253
PORT_OF: Final = {"https": 443, "http": 80}
PORT_MAX: Final = 65_535
FREE_PORTS: Final = 1_024  # below it lie other protocols' ports, https's own aside
HERE: Final = Where("url")

Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[0-9a-zA-Z.-]{1,253})"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>/[!-~]*)?",
    re.ASCII,
)
_LABEL: Final = re.compile(r"[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?", re.ASCII)
_TOP: Final = re.compile(r"[a-z][0-9a-z-]*[0-9a-z]", re.ASCII)
_UNMEANT: Final = frozenset(
    '"#<>\\^`{|}'
)  # in a path: a fragment, or what clients read in two ways

# Beyond what `ipaddress` calls not global: blocks that are nobody's to offer a service in.
_NOT_PUBLIC: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16/32",  # a cloud's own services
            "2001::/23",  # protocols' own; Teredo is unwrapped before
            "2001:db8::/32",
            "3fff::/20",
        ),
    )
)
_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


class BadUrl(ValueError):
    """A URL that is not called; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        """Carry the finding; the URL itself may hold a secret and is not repeated."""
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called as far as its words go; where it leads is asked at each call."""

    scheme: str
    host: str  # a name in lower case, or an address without brackets
    port: int
    path: str  # with what is asked, as it was written
    is_allowed: bool = False  # the operator has opened this host and port

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT_OF[self.scheme] else f"{host}:{self.port}"

    @property
    def ip(self) -> Ip | None:
        """The address that the URL itself names; None if it names a host."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens beyond public addresses: single hosts with their ports."""

    https: frozenset[tuple[str, int]] = frozenset()
    http: frozenset[tuple[str, int]] = frozenset()

    def has(self, scheme: str, host: str, port: int) -> bool:
        """Whether this very host and port were opened for this scheme."""
        return (host, port) in (self.http if scheme == "http" else self.https)


NOTHING: Final = Allowed()


def read_allowed(text: str) -> Allowed:
    """Read `host:port` or `http://host:port`, several apart by commas; raise BadUrl.

    The first opens https alone; the second opens http without encryption, as tests need it.
    """
    https: set[tuple[str, int]] = set()
    http: set[tuple[str, int]] = set()
    for one in (part.strip() for part in text.split(",")):
        if not one:
            continue
        read = _URL.fullmatch(one if "://" in one else f"https://{one}")
        if read is None or read["path"] or read["port"] is None or int(read["port"]) > PORT_MAX:
            raise BadUrl(Finding("OUTWARD-ALLOW", Severity.ERROR, HERE, {"text": one[:100]}))
        place = read["host"].strip("[]").lower(), int(read["port"])
        (http if read["scheme"] == "http" else https).add(place)
    return Allowed(frozenset(https), frozenset(http))


def read_target(url: str, allowed: Allowed = NOTHING) -> Target:
    """Read the URL of a service outside; raise BadUrl unless it is of the one form that is called.

    That is https, a host by its full name or plain address, a port of https or above 1023, and a
    path: no user, no fragment, no blank, no number that stands for an address, ASCII alone.
    """
    read = _URL.fullmatch(url) if len(url) <= URL_CHARACTERS_MAX else None
    if read is None or not _UNMEANT.isdisjoint(read["path"] or ""):
        raise BadUrl(Finding("OUTWARD-URL", Severity.ERROR, HERE, {"most": URL_CHARACTERS_MAX}))
    scheme, host = read["scheme"], read["host"].lower()
    port, path = int(read["port"] or PORT_OF[scheme]), read["path"] or "/"
    bare = host.strip("[]")
    if allowed.has(scheme, bare, port):
        return Target(scheme, bare, port, path, is_allowed=True)
    if scheme != "https":
        raise BadUrl(Finding("OUTWARD-NOT-HTTPS", Severity.ERROR, HERE, {}))
    if port > PORT_MAX or (port < FREE_PORTS and port != PORT_OF[scheme]):
        raise BadUrl(Finding("OUTWARD-PORT", Severity.ERROR, HERE, {"port": port}))
    target = Target(scheme, _host(host), port, path)
    if target.ip is not None and not is_public(target.ip):
        raise BadUrl(Finding("OUTWARD-NOT-PUBLIC", Severity.ERROR, HERE, {}))
    return target


def _host(host: str) -> str:
    """Return a host as it is asked for; raise BadUrl for one that could mean another."""
    bare = host.strip("[]")
    try:
        if host.startswith("["):
            return str(ipaddress.IPv6Address(bare))
        return str(ipaddress.IPv4Address(bare))
    except ValueError:
        labels = bare.split(".")
        is_name = (
            not host.startswith("[")
            and len(labels) > 1
            and all(map(_LABEL.fullmatch, labels))
            # A host that ends in a number is an address to some and a name to others.
            and _TOP.fullmatch(labels[-1]) is not None
        )
        if not is_name:
            found = Finding("OUTWARD-HOST", Severity.ERROR, HERE, {"host": bare[:100]})
            raise BadUrl(found) from None
    return bare


def is_public(address: Ip) -> bool:
    """Whether anybody on the internet may offer a service at this address.

    An address of the old kind that is wrapped in a new one is looked at too, all of them.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return _is_open(address)
    if address.scope_id is not None:
        return False
    inner = tuple(_wrapped(address))
    if inner:
        return all(map(_is_open, inner))
    return address in _UNICAST and _is_open(address)


def all_public(addresses: Iterable[Ip]) -> bool:
    """Whether there is an address at all, and each of them is public."""
    found = tuple(addresses)
    return bool(found) and all(map(is_public, found))


def _is_open(address: Ip) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in block for block in _NOT_PUBLIC if block.version == address.version)


def _wrapped(address: ipaddress.IPv6Address) -> Iterable[ipaddress.IPv4Address]:
    """Yield the addresses of the old kind that this one stands for or is reached through."""
    number = int(address)
    last = ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    elif address in _NAT64 or ((number >> 32) & 0xFFFF_FFFF in _ISATAP and address in _UNICAST):
        yield last
