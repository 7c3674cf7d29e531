"""On which addresses devices are heard, as the operator says it."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

PROTOCOLS: Final = ("jtt808", "jointech")
CHANNELS: Final = ("mtls", "private", "plain")
LOOPBACK: Final = "127.0.0.1"
_PORT: Final = re.compile(
    r"(?P<protocol>\w+) +(?:\[?(?P<host>[^\s\]]+)\]?:)?(?P<port>\d{1,5})(?: +(?P<channel>\w+))?"
)


class BadPort(ValueError):
    """What was said names no port that may be opened; the message says why."""


@dataclass(frozen=True, slots=True)
class PortOf:
    """On which address a protocol is heard, and over what kind of line devices reach it."""

    protocol: str
    host: str
    port: int
    channel: str


def read_ports(text: str) -> tuple[PortOf, ...]:
    """Read `protocol [host:]port [channel]`, several apart by commas; raise BadPort."""
    found = tuple(_port(one.strip()) for one in text.split(",") if one.strip())
    if len({one.protocol for one in found}) < len(found):
        raise BadPort("each protocol has one port")
    return found


def channel_of(host: str) -> str:
    """Return what a line to this address is worth unless told otherwise."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "private" if host == "localhost" else "plain"
    return "private" if address.is_private and not address.is_unspecified else "plain"


def _port(text: str) -> PortOf:
    read = _PORT.fullmatch(text)
    if read is None:
        raise BadPort("a port of devices is 'protocol [host:]port [mtls|private|plain]'")
    protocol, host, port = read["protocol"], read["host"] or LOOPBACK, int(read["port"])
    if protocol not in PROTOCOLS:
        raise BadPort(f"a protocol is one of {', '.join(PROTOCOLS)}")
    if port > 65_535:
        raise BadPort("a port is at most 65535")
    channel = read["channel"] or channel_of(host)
    if channel not in CHANNELS:
        raise BadPort(f"a channel is one of {', '.join(CHANNELS)}")
    if channel == "plain" and read["channel"] is None:
        raise BadPort(f"anybody may reach {host}: write 'plain' behind it if that is meant")
    return PortOf(protocol, host, port, channel)
