"""A made-up lock on a real socket: it sends its turns and waits for the answers it is owed."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from waglan.demo.lock import Dialect, Lock
from waglan.demo.speech import Do, Turn
from waglan.elock.device import Authentication, Reply, Telegram
from waglan.messages.devices.jtt808.stream import Stream

ANSWER_S_MAX: Final = 60
QUIET_S: Final = 1.0
READ_BYTES: Final = 65_536
Ports = Mapping[str, tuple[str, int]]  # where devices are heard, by protocol


class Unanswered(Exception):
    """The platform did not answer what it answers once a frame is kept."""


@dataclass(slots=True)
class Wire:
    """One device's lines, one after the other; `answered` counts what was kept."""

    lock: Lock
    at: tuple[str, int]
    answered: int = 0
    refused: int = 0
    _lines: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(
        default_factory=dict
    )
    _stream: Stream = field(default_factory=Stream)

    async def enters(self) -> None:
        """Register, if the protocol has that, and show the code that was given."""
        await self._calls(0)
        if self.lock.dialect is Dialect.JOINTECH:
            return
        self._sends(0, self.lock.registration())
        for said in (await self._heard(0)).said:
            if isinstance(said, Authentication):
                self.lock.code = said.code
        self._sends(0, self.lock.shows())
        await self._takes(0)

    async def plays(self, turns: Sequence[Turn], *, is_known: bool = True) -> None:
        """Send turns one after the other, as fast as they are answered.

        Who is not known is owed nothing: what is answered until all is quiet is counted.
        """
        for turn in turns:
            if turn.do is Do.CALLS:
                await self._calls(turn.line)
            elif turn.do is Do.LEAVES:
                self._lines.pop(turn.line)[1].close()
            else:
                self._sends(turn.line, turn.frame)
                if is_known:
                    await self._takes(turn.line)
        if not is_known:
            for line in self._lines:
                await self._drained(line)

    async def closes(self) -> None:
        """Hang up on all lines."""
        for _, writer in self._lines.values():
            writer.close()
        self._lines.clear()

    async def _calls(self, line: int) -> None:
        self._stream = Stream()
        self._lines[line] = await asyncio.open_connection(*self.at)

    def _sends(self, line: int, frame: bytes) -> None:
        self._lines[line][1].write(frame)

    async def _takes(self, line: int) -> None:
        """Wait for the answer to one frame."""
        if self.lock.dialect is Dialect.JOINTECH:
            await self._until(line, b")")
            self.answered += 1
            return
        self._counts(await self._heard(line))

    async def _until(self, line: int, mark: bytes) -> None:
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                await self._lines[line][0].readuntil(mark)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unanswered(self.lock.terminal) from error

    async def _heard(self, line: int) -> Telegram:
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                while data := await self._lines[line][0].read(READ_BYTES):
                    for one in self._stream.feed(data, 0):
                        if isinstance(one, Telegram):
                            return one
        except (TimeoutError, ConnectionError) as error:
            raise Unanswered(self.lock.terminal) from error
        raise Unanswered(self.lock.terminal)

    async def _drained(self, line: int) -> None:
        reader = self._lines[line][0]
        try:
            async with asyncio.timeout(QUIET_S):
                while data := await reader.read(READ_BYTES):
                    for one in self._stream.feed(data, 0):
                        if isinstance(one, Telegram):
                            self._counts(one)
        except (TimeoutError, ConnectionError):
            pass  # it is quiet

    def _counts(self, told: Telegram) -> None:
        for said in told.said:
            if isinstance(said, Reply):
                self.answered += said.result == 0
                self.refused += said.result != 0


@asynccontextmanager
async def wired(lock: Lock, ports: Ports) -> AsyncIterator[Wire]:
    """Play a lock inside the block."""
    wire = Wire(lock, ports[lock.dialect.protocol])
    try:
        yield wire
    finally:
        await wire.closes()
