"""An authority judges a trip by its whole log, anew each time it asks, under its own policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from waglan.elock.bundle import Bundled, trip_bundle
from waglan.elock.entry import Entry, Filled, Missing
from waglan.elock.kernel.reference import step
from waglan.elock.plan import Plan
from waglan.elock.policy import Policy
from waglan.elock.trip import ENDED, Act, State
from waglan.elock.trip_act import Acted, act_entries, read_trip_act
from waglan.elock.verdict import Measure, Verdict, judge
from waglan.logbook.sealed import Vault
from waglan.operations._hearing import Span, heard_of, misread_of
from waglan.operations.do_trip_act import state_of
from waglan.store import Transaction, frames, trips
from waglan.store.frames import KeptFrame
from waglan.store.trips import Kept, KeptAct, TripDevice

FRAMES_MAX: Final = 100_000  # of one device on one trip
# What one authority says of evidence counts for itself alone: the other one judges for itself.
_OWN: Final = frozenset({Act.CLEAR_ALARM, Act.EXPLAIN})
_plan = msgspec.json.Decoder(Plan).decode
_policy = msgspec.json.Decoder(Policy).decode


@dataclass(frozen=True, slots=True)
class Judged:
    """A trip as one authority's policy sees it, with all that it was judged by."""

    kept: Kept
    state: State
    verdict: Verdict
    bundle: bytes
    lock: str
    seal: str
    bundled: Bundled
    came: tuple[tuple[TripDevice, tuple[KeptFrame, ...]], ...]  # by device, all that was heard

    @property
    def sha256(self) -> bytes:
        """What a pass names: the hash of policy, plan, log and verdict."""
        return sha256(self.bundle).digest()


async def judge_trip(
    tx: Transaction, vault: Vault, org: int, trip: UUID, *, now: datetime
) -> Judged | None:
    """Judge a trip in the name of the authority that asks; None if it is on no such trip."""
    kept = await trips.by_id(tx, trip)
    return None if kept is None else await judge_kept(tx, vault, org, kept, now=now)


async def judge_kept(
    tx: Transaction, vault: Vault, org: int, kept: Kept, *, now: datetime
) -> Judged | None:
    """Judge a trip that was found."""
    written = await trips.own_policy(tx, kept.number)
    if written is None:
        return None
    policy, plan = _policy(written), _plan(kept.trip.plan)
    done = await trips.acts(tx, kept.number)
    came = await heard_for(tx, vault, kept, now=now)
    log = _log(org, done, came, now)
    lock = next((one.terminal for one, _ in reversed(came) if one.is_lock), "")
    state = state_of(done)
    as_of = done[-1].recorded_at if state in ENDED else now
    verdict = judge(Measure(policy, plan, step), log, as_of_s=int(as_of.timestamp()))
    bundled = Bundled(str(kept.trip.id), (written, kept.trip.plan), tuple(log), verdict)
    seal = verdict.seals[-1].number if verdict.seals else ""
    return Judged(kept, state, verdict, trip_bundle(bundled), lock, seal, bundled, came)


async def heard_for(
    tx: Transaction, vault: Vault, kept: Kept, *, now: datetime
) -> tuple[tuple[TripDevice, tuple[KeptFrame, ...]], ...]:
    """Return the devices of a trip, each with all that was heard of it during the trip."""
    found = list[tuple[TripDevice, tuple[KeptFrame, ...]]]()
    for device in await trips.heard(tx, kept.number):
        time = (device.from_at or now, device.until_at)
        came = await frames.of_time(tx, vault, device.device_id, time, at_most=FRAMES_MAX)
        found.append((device, tuple(came)))
    return tuple(found)


def _log(
    org: int,
    done: Sequence[KeptAct],
    came: Sequence[tuple[TripDevice, Sequence[KeptFrame]]],
    now: datetime,
) -> list[Entry]:
    log, span = list[Entry](), _span(done, now)
    for act in done:
        sheet = read_trip_act(act.body)
        if sheet is None:
            raise ValueError("an act that was kept can't be read")
        if sheet.act in _OWN and act.by_org != org:
            continue
        recorded_s = int(act.recorded_at.timestamp())
        log += act_entries(Acted(act.n, sheet, recorded_s, act.signature is not None))
    for device, heard in came:
        log += [*misread_of(device), *heard_of(device, heard, span)]
    return _explained(log)


def _explained(log: Sequence[Entry]) -> list[Entry]:
    """An officer explains holes by the entries that tell of them; what is judged names the hole."""
    names = {entry.ref: entry.what.name for entry in log if isinstance(entry.what, Missing)}
    return [
        msgspec.structs.replace(entry, what=Filled(names[entry.what.hole], entry.what.why))
        if isinstance(entry.what, Filled) and entry.what.hole in names
        else entry
        for entry in log
    ]


def _span(done: Sequence[KeptAct], now: datetime) -> Span:
    """Return from when a trip's devices count: since it was sealed, and as long as it lasts."""
    end_s = int(now.timestamp()) + (1 << 20)
    since_s = driven_s = until_s = end_s
    for act in done:
        sheet = read_trip_act(act.body)
        if sheet is None:
            continue
        at_s = int(sheet.at.timestamp())
        if sheet.act is Act.SEAL:
            since_s = at_s
        elif sheet.act in (Act.OPEN, Act.TRANSLOAD) and driven_s == end_s:
            driven_s = at_s
        elif sheet.act is Act.CLOSE:
            until_s = at_s
            driven_s = min(driven_s, at_s)
    return Span(since_s, driven_s, until_s)
