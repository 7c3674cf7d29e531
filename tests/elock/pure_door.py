"""What the door makes of a lock's turns, without a socket: sessions, repeats, proofs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from waglan.codes.party import PartyId
from waglan.demo.lock import Dialect
from waglan.demo.speech import Do, Turn
from waglan.demo.truck_days import Day
from waglan.elock.device import Authentication, Ping, Registration, Telegram
from waglan.elock.entry import Entry, Seal
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.track import Fix
from waglan.elock.verdict import Measure, Verdict, judge
from waglan.messages.devices import owntracks
from waglan.messages.devices.protocol import PAYLOADS, STREAMS, Reading
from waglan.operations._hearing import Span, heard_of
from waglan.store.frames import KeptFrame
from waglan.store.trips import TripDevice

CODE = "c" * 32
POLICY = Policy(PartyId("sample-customs"), "test-1", gap_grace_s=60)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
AFTER_S = 120  # from the last of it until it is judged


@dataclass
class PureDoor:
    """One device's frames as the door keeps them; `aside` counts what it sets aside."""

    dialect: Dialect
    kept: list[KeptFrame] = field(default_factory=list)
    aside: int = 0
    _same: set[tuple[object, ...]] = field(default_factory=set)
    _streams: dict[int, Reading] = field(default_factory=dict)
    _proved: dict[int, int] = field(default_factory=dict)  # line: session
    _asked: set[int] = field(default_factory=set)  # lines that registered
    _session: int = 1

    def hears(self, turns: Sequence[Turn]) -> None:
        for turn in sorted(turns, key=lambda one: one.at_s):
            if turn.do is Do.SAYS:
                stream = self._streams.setdefault(turn.line, STREAMS[self.dialect.protocol]())
                for one in stream.feed(turn.frame, turn.at_s):
                    assert isinstance(one, Telegram), one
                    self._takes(turn, one)

    def _takes(self, turn: Turn, telegram: Telegram) -> None:
        if self.dialect is Dialect.JOINTECH:
            if turn.line not in self._proved:
                self._session += 1
                self._proved[turn.line] = self._session
        elif any(isinstance(said, Registration) for said in telegram.said):
            self._asked.add(turn.line)
            self._proved.pop(turn.line, None)
        elif any(isinstance(said, Authentication) and said.code == CODE for said in telegram.said):
            self._session += turn.line in self._asked
            self._asked.discard(turn.line)
            self._proved[turn.line] = self._session
        if turn.line in self._proved or turn.line in self._asked:
            self._keeps(turn, telegram)
        else:
            self.aside += 1

    def _keeps(self, turn: Turn, telegram: Telegram) -> None:
        at_s = next((t for t in (getattr(one, "at_s", None) for one in telegram.said) if t), None)
        session = self._proved.get(turn.line, self._session + 1)
        is_within = self.dialect is not Dialect.JOINTECH or at_s is None
        payload = sha256(PAYLOADS[self.dialect.protocol](telegram)).digest()
        same = (session if is_within else 0, telegram.serial, at_s, payload)
        if same in self._same:
            return
        self._same.add(same)
        self.kept.append(
            KeptFrame(
                len(self.kept) + 1, UUID(int=session), telegram.serial, at_s,
                UUID(int=turn.line), "private", datetime.fromtimestamp(turn.at_s, UTC),
                telegram.raw,
            )
        )  # fmt: skip


def device(day: Day, *, is_lock: bool = True) -> TripDevice:
    dialect = day.lock.dialect
    told = (dialect.protocol, dialect.model) if is_lock else ("owntracks", "telephone")
    return TripDevice(
        1 + is_lock, UUID(int=1), day.lock.terminal, *told, dialect.serials, None, UUID(int=2), 1,
        None, SINCE, is_lock,
    )  # fmt: skip


def log_of(day: Day, door: PureDoor, until_s: int) -> list[Entry]:
    """The trip's log by what was kept until then: the seal, the lock, and the telephone."""
    start_s = day.fixes[0].at_s - 60
    span = Span(start_s, until_s + 86_400, until_s + 86_400)
    kept = [one for one in door.kept if one.recorded_at.timestamp() <= until_s]
    log = [Entry("act-1", start_s, start_s, 1, Seal(day.lock.terminal, "SEAL-1"))]
    log += heard_of(device(day), kept, span)
    return log + heard_of(device(day, is_lock=False), telephone(day.beside, until_s), span)


def telephone(fixes: Sequence[Fix], until_s: int) -> list[KeptFrame]:
    return [
        KeptFrame(
            10_000 + n, UUID(int=9), None, fix.at_s, UUID(int=9), "private",
            datetime.fromtimestamp(fix.recorded_s, UTC),
            owntracks.write(Ping(fix.at_s, fix.lat_e7, fix.lon_e7), "owntracks/synthetic/driver"),
        )
        for n, fix in enumerate(fixes)
        if fix.recorded_s <= until_s
    ]  # fmt: skip


def verdict(day: Day, plan: Plan, door: PureDoor, *, at_s: int | None = None) -> Verdict:
    """What comes of it: two minutes after the last frame, or as of a time before."""
    last_s = int(door.kept[-1].recorded_at.timestamp()) + AFTER_S
    as_of_s = last_s if at_s is None else at_s
    return judge(Measure(POLICY, plan, step), log_of(day, door, as_of_s), as_of_s=as_of_s)
