"""JT/T 808: messages that are too long for one frame, put together within limits.

A fragment belongs to a device, a kind of message, and the serial that its first one has. What is
held is bounded in bytes and in time; a message whose rest does not come is told to have lapsed.
"""

from typing import Final, TypeAlias

import msgspec

from waglan.elock.device import Lapsed
from waglan.messages.devices import broken
from waglan.messages.devices.jtt808.frame import Header

FRAGMENTS_MAX: Final = 256  # of one message
HELD_BYTES_MAX: Final = 64 * 1024  # of one connection
HELD_MESSAGES_MAX: Final = 4
WAIT_S: Final = 60

_Key: TypeAlias = tuple[str, int, int]


class _Message(msgspec.Struct):
    """What came of one message; by index."""

    total: int
    since_s: int
    parts: dict[int, bytes]

    @property
    def size(self) -> int:
        """Bytes that are held."""
        return sum(map(len, self.parts.values()))


class Fragments:
    """The messages of one connection that are not whole yet."""

    __slots__ = ("_messages",)

    def __init__(self) -> None:
        """Begin with none."""
        self._messages = dict[_Key, _Message]()

    def fits(self, header: Header) -> bool:
        """Whether a fragment says of itself what can be."""
        return 1 <= (header.index or 0) <= (header.total or 0) <= FRAGMENTS_MAX

    def take(self, header: Header, body: bytes, at_s: int) -> tuple[bytes | None, list[Lapsed]]:
        """Keep a fragment that fits; return the whole body with the last one, and what lapsed."""
        total, index, gone = header.total or 0, header.index or 0, list[Lapsed]()
        key = (header.terminal, header.message, (header.serial - index + 1) % 0x10000)
        message = self._messages.get(key)
        if message is not None and message.total != total:
            gone.append(self._drop(key))
            message = None
        if message is None:
            message = self._messages[key] = _Message(total, at_s, {})
        message.parts[index] = body
        if len(message.parts) == total:
            del self._messages[key]
            return b"".join([message.parts[n] for n in range(1, total + 1)]), gone
        while len(self._messages) > HELD_MESSAGES_MAX or self.held > HELD_BYTES_MAX:
            gone.append(self._drop(next(iter(self._messages))))  # the oldest
        return None, gone

    @property
    def held(self) -> int:
        """Bytes that wait for others."""
        return sum(message.size for message in self._messages.values())

    def lapsed(self, at_s: int) -> list[Lapsed]:
        """Drop the messages whose rest is too long in coming, and return which they were."""
        late = [key for key, one in self._messages.items() if at_s - one.since_s > WAIT_S]
        return [self._drop(key) for key in late]

    def _drop(self, key: _Key) -> Lapsed:
        message = self._messages.pop(key)
        device, kind, first = key
        said = broken.lapsed(device, len(message.parts), message.total)
        return Lapsed(device, kind, first, said)
