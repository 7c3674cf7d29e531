"""A detention notice: what customs wants of a bill, told to addressees who acknowledge and answer.

It has a number of its own, and lives from its serving until customs ends it. It says that papers
are asked for, or that a bill is detained or to be inspected; never which rule, row or sample
pointed at the bill.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId

# Letters and digits that nobody takes for one another, read out over the telephone.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_BYTES = 10


class DetentionKind(Enum):
    """What the notice is about."""

    DOCUMENTS = "documents"  # papers are asked for; nothing need stand still
    DETENTION = "detention"
    INSPECTION = "inspection"


KINDS: dict[CustomsStatus, DetentionKind] = {
    CustomsStatus.DOCUMENTS_ASKED: DetentionKind.DOCUMENTS,
    CustomsStatus.DETAINED: DetentionKind.DETENTION,
    CustomsStatus.INSPECT: DetentionKind.INSPECTION,
}


class Capacity(Enum):
    """As what somebody is told."""

    FILER = "filer"
    AGENT = "agent"  # the carrier's, as the manifest names him
    TERMINAL = "terminal"
    CONSIGNEE = "consignee"


class Reach(Enum):
    """Whether an addressee can be told here."""

    HERE = "here"
    ELSEWHERE = "elsewhere"  # the papers name one by a code that nobody here has
    UNNAMED = "unnamed"  # nobody said who it is


class Addressee(msgspec.Struct, frozen=True):
    """Whom a notice is for; without a party he must be told by other means."""

    capacity: Capacity
    reach: Reach
    party: PartyId | None = None
    is_named: bool = False  # by an officer, after the notice was served


class NoticeStep(Enum):
    """What is done about a notice: the first two by addressees, the others by customs."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    EXTEND = "extend"  # more time, or more is wanted
    RELEASE_PART = "release-part"
    RELEASE = "release"
    SEIZE = "seize"
    REPLACE = "replace"  # by a notice served after it


class NoticeState(Enum):
    """Where a notice stands; the last three are its end."""

    OPEN = "open"
    ANSWERED = "answered"  # an answer came, and customs has not said what comes next
    RELEASED = "released"
    SEIZED = "seized"
    REPLACED = "replaced"


class Unlawful(Exception):
    """The step is not lawful in this state of the notice."""


_S, _D = NoticeState, NoticeStep
# The whole life of a notice. A step missing here is refused: what has ended stays ended.
NEXT: dict[tuple[NoticeState, NoticeStep], NoticeState] = {
    (_S.OPEN, _D.ACKNOWLEDGE): _S.OPEN,
    (_S.OPEN, _D.ANSWER): _S.ANSWERED,
    (_S.OPEN, _D.EXTEND): _S.OPEN,
    (_S.OPEN, _D.RELEASE_PART): _S.OPEN,  # it goes on for the rest
    (_S.OPEN, _D.RELEASE): _S.RELEASED,
    (_S.OPEN, _D.SEIZE): _S.SEIZED,
    (_S.OPEN, _D.REPLACE): _S.REPLACED,
    (_S.ANSWERED, _D.ACKNOWLEDGE): _S.ANSWERED,
    (_S.ANSWERED, _D.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _D.EXTEND): _S.OPEN,  # what came was not enough
    (_S.ANSWERED, _D.RELEASE_PART): _S.ANSWERED,
    (_S.ANSWERED, _D.RELEASE): _S.RELEASED,
    (_S.ANSWERED, _D.SEIZE): _S.SEIZED,
    (_S.ANSWERED, _D.REPLACE): _S.REPLACED,
}

ENDED = frozenset(NoticeState) - {state for state, _ in NEXT}

# What a status that is served does to the notice that stands on the bill.
BY_STATUS: dict[CustomsStatus, NoticeStep] = {
    CustomsStatus.NOT_SELECTED: NoticeStep.RELEASE,
    CustomsStatus.CLEARED: NoticeStep.RELEASE,
    CustomsStatus.CONDITIONALLY_CLEARED: NoticeStep.RELEASE,
    CustomsStatus.PARTLY_CLEARED: NoticeStep.RELEASE_PART,
    CustomsStatus.SEIZED: NoticeStep.SEIZE,
    CustomsStatus.DOCUMENTS_ASKED: NoticeStep.REPLACE,
    CustomsStatus.DETAINED: NoticeStep.REPLACE,
    CustomsStatus.INSPECT: NoticeStep.REPLACE,
}


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one addressee is told; a terminal nothing of the papers that others are asked for."""

    boxes: tuple[str, ...] = ()
    instruction: str = ""
    documents: tuple[str, ...] = ()
    due: datetime | None = None


def after(state: NoticeState, step: NoticeStep) -> NoticeState:
    """Return the state that follows; raise Unlawful where the step is not lawful."""
    try:
        return NEXT[state, step]
    except KeyError:
        raise Unlawful(f"a notice that is {state.value} allows no '{step.value}'") from None


def state_of(steps: Iterable[NoticeStep]) -> NoticeState:
    """Return where a notice stands after these steps, each of which was lawful in its turn."""
    state = NoticeState.OPEN
    for step in steps:
        state = after(state, step)
    return state


def version_of(steps: Iterable[NoticeStep]) -> int:
    """Count what an officer must have seen before he acts: all but acknowledgements."""
    return sum(step is not NoticeStep.ACKNOWLEDGE for step in steps)


def is_overdue(state: NoticeState, due: datetime | None, *, at: datetime) -> bool:
    """Tell whether an answer is late; where no day was named, none can be."""
    return state is NoticeState.OPEN and due is not None and at > due


def due_of(
    named: Iterable[datetime | None], extended: Iterable[datetime | None]
) -> datetime | None:
    """Return the day by which an answer is due: the newest that customs extended it to.

    Where it was never extended, the one that the notice named; None: no day was named.
    """
    later = [due for due in extended if due is not None]
    return later[-1] if later else next((due for due in named if due is not None), None)


class Named(msgspec.Struct, frozen=True):
    """Who the papers and the quay say has to do with a bill, by codes as they were sent."""

    filer: PartyId
    agent: str | None = None
    consignees: tuple[str | None, ...] = ()  # None: named without a code
    terminals: tuple[PartyId, ...] = ()


def addressees(
    kind: DetentionKind, named: Named, coded: Mapping[str, PartyId]
) -> tuple[Addressee, ...]:
    """Return whom a notice is for, those with it who can't be told here.

    `coded` says whose codes these are. A terminal is told what must stand still, not what is asked.
    """
    found = [Addressee(Capacity.FILER, Reach.HERE, named.filer)]
    if named.agent and coded.get(named.agent) != named.filer:
        found.append(_coded(Capacity.AGENT, named.agent, coded))
    if kind is not DetentionKind.DOCUMENTS:
        terminals = [Addressee(Capacity.TERMINAL, Reach.HERE, one) for one in named.terminals]
        found += terminals or [Addressee(Capacity.TERMINAL, Reach.UNNAMED)]
    consignees = [_coded(Capacity.CONSIGNEE, code, coded) for code in named.consignees]
    found += consignees or [Addressee(Capacity.CONSIGNEE, Reach.UNNAMED)]
    return tuple(dict.fromkeys(found))


def _coded(capacity: Capacity, code: str | None, coded: Mapping[str, PartyId]) -> Addressee:
    party = coded.get(code or "")
    return Addressee(capacity, Reach.ELSEWHERE if party is None else Reach.HERE, party)


def missing(found: Iterable[Addressee]) -> frozenset[Capacity]:
    """Return the capacities in which somebody could not be told here when the notice was served."""
    return frozenset(one.capacity for one in found if one.reach is not Reach.HERE)


def is_made_good(one: Addressee, found: Iterable[Addressee]) -> bool:
    """Tell whether a line says that somebody is missing whom an officer has named since."""
    return one.reach is not Reach.HERE and any(
        other.is_named and other.capacity is one.capacity for other in found
    )


def told_to(capacity: Capacity, said: Mapping[str, Any], boxes: Iterable[str]) -> Told:
    """Return what an addressee is told of all that the notice says to the bill's filer."""
    told = Told(tuple(boxes), str(said.get("instruction", "")))
    if capacity is Capacity.TERMINAL or "documents" not in said:
        return told
    due = datetime.fromisoformat(str(said["due"])) if "due" in said else None
    return msgspec.structs.replace(told, documents=tuple(map(str, said["documents"])), due=due)


def notice_number(random: bytes) -> str:
    """Return a notice's number out of random bytes.

    Numbers that count would tell each addressee how many notices others were served.
    """
    if len(random) != NUMBER_BYTES:
        raise ValueError(f"a number is made of {NUMBER_BYTES} random bytes")
    signs = "".join(_SIGNS[byte & 31] for byte in random)
    return f"DN-{signs[:5]}-{signs[5:]}"
