"""What the day came to: every figure is taken from the server's answers, none from the script."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waglan.codes.customs_status import CustomsStatus
from waglan.demo.answers import CallSeen, FindingSeen, ListedSeen
from waglan.demo.client import Handed
from waglan.demo.hand import ByHand
from waglan.demo.notice import Answered
from waglan.demo.proof import Proof, Stated


@dataclass(frozen=True, slots=True)
class Told:
    """How often one finding came back, and its words at the first time."""

    finding: FindingSeen
    times: int


@dataclass(frozen=True, slots=True)
class Filed:
    """How the server took the files."""

    accepted: int
    partly: int
    refused: int
    replayed: int


@dataclass(frozen=True, slots=True)
class Ashore:
    """What came of the ship at the quay."""

    call: str
    listed: ListedSeen
    bill: str  # that an officer had inspected
    result: str  # of its examination
    stated: Stated


@dataclass(frozen=True, slots=True)
class Desks:
    """What people did at their desks."""

    saved: tuple[FindingSeen, ...]  # found by a check, before the file was sent
    by_hand: ByHand
    answered: Answered  # the notice on the bill that the officer detained
    ashore: Ashore


@dataclass(frozen=True, slots=True)
class Results:
    """The closing figures, and the keys of things worth looking at next."""

    call: str
    arrives_at: datetime | None
    bills: int
    by_status: tuple[tuple[str, int], ...]  # in the order of the statuses
    decided_before_arrival: int
    undecided: int
    served: int
    filed: Filed
    findings: tuple[Told, ...]  # the most frequent first
    answers: tuple[tuple[str, int], ...]
    seconds_to_decision: tuple[float, float] | None  # p50, p95; None: nothing was decided
    proof: Proof
    bill: str  # a master
    detained: str  # the bill that the officer detained
    box: str
    desks: Desks


@dataclass(frozen=True, slots=True)
class Examples:
    """Bills and a box that a reader may look up after the day."""

    bill: str
    detained: str
    box: str


def results(
    name: str,
    seen: CallSeen,
    handed: Sequence[Handed],
    fetched: tuple[Counter[str], Proof],
    more: tuple[Examples, Desks],
) -> Results:
    """Put the answers together."""
    answers, proof = fetched
    examples, desks = more
    return Results(
        call=name,
        arrives_at=seen.arrives_at,
        bills=seen.bills,
        by_status=_ordered(seen.by_status),
        decided_before_arrival=seen.decided_before_arrival,
        undecided=seen.undecided,
        served=seen.served,
        filed=_filed(handed),
        findings=_told(handed),
        answers=tuple(sorted(answers.items())),
        seconds_to_decision=_pair(seen.seconds_to_decision),
        proof=proof,
        bill=examples.bill,
        detained=examples.detained,
        box=examples.box,
        desks=desks,
    )


def _pair(seconds: tuple[float, ...]) -> tuple[float, float] | None:
    if not seconds:
        return None
    p50, p95 = seconds  # any other number of figures is not what we show it as
    return p50, p95


def _ordered(by_status: dict[str, int]) -> tuple[tuple[str, int], ...]:
    known = [status.value for status in CustomsStatus]
    names = [*known, *sorted(by_status.keys() - set(known))]
    return tuple((name, by_status[name]) for name in names if by_status.get(name))


def _filed(handed: Sequence[Handed]) -> Filed:
    states = Counter(one.message.state for one in handed if not one.replayed)
    replayed = sum(one.replayed for one in handed)
    return Filed(states["accepted"], states["partly"], states["refused"], replayed)


def _told(handed: Sequence[Handed]) -> tuple[Told, ...]:
    first: dict[str, FindingSeen] = {}
    times = Counter[str]()
    for one in handed:
        if one.replayed:  # the old answer again
            continue
        for finding in one.message.findings:
            first.setdefault(finding.code, finding)
            times[finding.code] += 1
    return tuple(Told(first[code], count) for code, count in times.most_common())
