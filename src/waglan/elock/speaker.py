"""Who speaks as a device: its sessions one after the other, or two at a time, and what they miss.

A session runs from an accepted registration to the next; a protocol without one has a session for
each connection. Serials are counted within it, and say nothing across its end. Within a session a
device may come by one connection after the other: two that go on side by side are two devices.
"""

from typing import Final, NamedTuple

import msgspec

from waglan.elock.entry import Filled, Heard, Identity, Missing
from waglan.elock.session import Session, Step

INTERLEAVED_S: Final = 60  # two live lines of one device for longer are two devices
LEFT_MAX: Final = 1_024  # sessions and connections that were left, and are known again


class Spoken(msgspec.Struct, frozen=True, gc=False):
    """One frame of a device as it came; `payload` is the SHA-256 of what it says."""

    session: str
    serial: int | None  # None: its protocol counts nothing
    payload: bytes
    recorded_s: int
    at_s: int | None = None  # by the device's clock; None: it tells no time, as a heartbeat
    connection: str = ""  # by which it came; "" where a session has one alone


class Taken(NamedTuple):
    """Whether a frame is new, or a repeat that is acknowledged again and no more; and its notes."""

    is_repeat: bool
    notes: tuple[Heard | Missing | Filled, ...] = ()


class _Line(NamedTuple):
    session: str
    connection: str


class Speaker:
    """One device as it is heard; `take` is called in the order in which its frames came."""

    __slots__ = ("_holes", "_interleaved_s", "_is_double", "_left", "_line", "_name", "_range")

    def __init__(self, name: str, range_: int) -> None:
        """Begin before the first frame; the range of its serials is 65,536 or 256."""
        self._name, self._range = name, range_
        self._line = _Line("", "")
        self._left = dict[_Line | str, None]()  # sessions and lines, in the order of leaving
        self._holes = Session(range_)
        self._interleaved_s: int | None = None
        self._is_double = False

    def take(self, frame: Spoken) -> Taken:
        """Take the next frame; one of a session that was left is told, and counted no more."""
        if frame.session in self._left:
            return Taken(False, self._lingers(frame))
        notes = list[Heard | Missing | Filled]()
        line = _Line(frame.session, frame.connection)
        if line in self._left:
            notes += self._lingers(frame)
        elif line != self._line:
            if self._line.session not in ("", frame.session):
                notes.append(Heard(Identity.EPOCH, self._name, None, frame.serial))
            self._follow(line)
        if frame.serial is None:
            return Taken(False, tuple(notes))
        was = self._missing()
        step = self._holes.take(frame.serial, frame.at_s, frame.payload, frame.recorded_s)
        if step is Step.REPEAT:
            return Taken(True, tuple(notes))
        if step in _IDENTITY:
            notes.append(Heard(_IDENTITY[step], self._name, None, frame.serial))
        now = self._missing()
        notes += [Filled(name) for name in was if name not in now]
        notes += [hole for name, hole in now.items() if name not in was]
        return Taken(False, tuple(notes))

    def _follow(self, line: _Line) -> None:
        """Take a line that was not there before in the place of the one that was."""
        if self._line.session != line.session:
            self._holes = Session(self._range)
            self._left[self._line.session] = None
        self._left[self._line] = None
        while len(self._left) > LEFT_MAX:
            del self._left[next(iter(self._left))]
        self._line = line
        self._interleaved_s, self._is_double = None, False

    def _missing(self) -> dict[str, Missing]:
        holes = [
            Missing(
                self._name, self._line.session, hole.first, hole.last, hole.after_s, hole.before_s
            )
            for hole in self._holes.holes
        ]
        return {hole.name: hole for hole in holes}

    def _lingers(self, frame: Spoken) -> tuple[Heard, ...]:
        """Say once that a line goes on that another one took the place of a minute ago."""
        if self._interleaved_s is None:
            self._interleaved_s = frame.recorded_s
        if self._is_double or frame.recorded_s - self._interleaved_s <= INTERLEAVED_S:
            return ()
        self._is_double = True
        return (Heard(Identity.CLONE, self._name, None, frame.serial),)


_IDENTITY: Final = {Step.CLONE: Identity.CLONE, Step.BACKWARD: Identity.REGRESSION}
