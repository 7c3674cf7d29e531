"""How a device proves who it is, and what it is answered, in each protocol.

JT/T 808 registers, is given a code and shows it. Jointech has nothing of the kind: it is known by
its number alone, and the channel that stands beside each frame says what that is worth.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from waglan.elock.device import Authentication, Registration, Reply, Telegram
from waglan.gateway.devices.line import Line, Over
from waglan.messages.devices.jointech import stream as jointech
from waglan.messages.devices.jtt808.writing import (
    Registered,
    Result,
    answer,
    header_of,
    registration_answer,
)
from waglan.store.devices import Named

TRIES_MAX = 3  # codes that one connection may show


class Jtt808(Line):
    """A connection on the port of JT/T 808."""

    _serial = 0
    _tries = 0
    _registered: Telegram | None = None  # a registration that no code followed yet

    async def admit(self, telegram: Telegram) -> bool:
        """Register a device, or hold the code that it shows against the one it was given."""
        for said in telegram.said:
            if isinstance(said, Registration):
                await self._register(telegram)
                return True
            if isinstance(said, Authentication):
                await self._authenticate(telegram, said.code)
                return True
        return False

    def answers(self, telegrams: Sequence[Telegram]) -> bytes:
        """Return the platform's general reply to each frame but a reply."""
        return b"".join(
            self._reply(one, Result.DONE)
            for one in telegrams
            if not any(isinstance(said, Reply | Registration) for said in one.said)
        )

    async def _register(self, telegram: Telegram) -> None:
        await self.flush()
        if self.device is not None and telegram.device != self.terminal:
            raise Over  # one connection is one device's
        device, code = await self.named(telegram.device), None
        if device is None:
            result = Registered.NO_SUCH_TERMINAL
            self.put(telegram, "DEVICE-UNKNOWN")
            await self.flush()
        else:
            code = await self.door.register(device, telegram.device)
            result = Registered.TERMINAL_ALREADY if code is None else Registered.DONE
            self._registered = telegram
            if self.device is not None:
                self.door.left(self.device, self)
                self.device = None  # it shows its code again
        serial = self._count()
        await self.send(registration_answer(header_of(telegram), serial, result, code or ""))

    async def _authenticate(self, telegram: Telegram, code: str) -> None:
        await self.flush()
        device = await self.named(telegram.device)
        reason = "DEVICE-UNKNOWN" if device is None else "DEVICE-CODE"
        if self.device is not None and telegram.device != self.terminal:
            raise Over
        if device is None or not await self.door.proves(device, code):
            self._tries += 1
            self.put(telegram, reason)
            await self.flush()
            if device is not None:
                await self.alarm(telegram.device, reason)
            await self.send(self._reply(telegram, Result.FAILED))
            if self._tries >= TRIES_MAX:
                raise Over
            return
        await self._prove(device, telegram)

    async def _prove(self, device: Named, telegram: Telegram) -> None:
        """Begin a session behind a registration, else go on with the one before."""
        first = self._registered
        is_new = first is not None and first.device == telegram.device
        self._registered = None
        session = await self.door.session(
            device, self.connection, is_new=is_new, is_registered=True
        )
        self.prove(device, telegram.device, session)
        self._frames += [first, telegram] if first is not None and is_new else [telegram]
        await self.flush()

    def _reply(self, telegram: Telegram, result: Result) -> bytes:
        return answer(header_of(telegram), self._count(), result)

    def _count(self) -> int:
        self._serial = (self._serial + 1) % 0x10000
        return self._serial


class Jointech(Line):
    """A connection on the port of Jointech's locks."""

    async def admit(self, telegram: Telegram) -> bool:
        """Take the connection as the first known device's that names itself on it."""
        if self.device is None and telegram.device:
            device = await self.named(telegram.device)
            if device is None:
                self.put(telegram, "DEVICE-UNKNOWN")
                await self.flush()
                raise Over
            await self.flush()
            session = await self.door.session(
                device, self.connection, is_new=True, is_registered=False
            )
            self.prove(device, telegram.device, session)
        return False

    def answers(self, telegrams: Sequence[Telegram]) -> bytes:
        """Return what each frame asks for."""
        return b"".join(jointech.answer(one) or b"" for one in telegrams)


DIALECTS: Final[Mapping[str, type[Line]]] = {"jtt808": Jtt808, "jointech": Jointech}
