"""The life of a trip under one lock: which act leads where; whatever is missing is refused.

A verdict is of the log, a state is of the acts: RED does not open a lock, and an open lock is not
RED where an order said so.
"""

from enum import Enum
from typing import Final


class State(Enum):
    """Where a trip stands."""

    PLANNED = "planned"
    ARMED = "armed"  # lock, vehicle and corridor are checked and written down
    SEALED = "sealed"
    ALARMED = "alarmed"  # evidence that an officer has to look at
    UNSEALED = "unsealed"  # under way, opened by order: for an inspection, or because it was cut
    RETURNING = "returning"  # called off, and on its way back under seal
    OPENED = "opened"  # at its end
    HANDED_OVER = "handed over"  # at an exit by road: another seal and party took over
    ON_BOARD = "on board"  # at an exit by sea
    TRANSLOADED = "transloaded"  # the cargo goes on with another vehicle, as another leg
    CLOSED = "closed"
    CANCELLED = "cancelled"  # before it was sealed


class Act(Enum):
    """What somebody does about a trip."""

    ARM = "arm"
    DISARM = "disarm"
    CANCEL = "cancel"
    SEAL = "seal"
    PASS = "pass"  # a checkpoint's officer lets it go on
    ALARM = "alarm"
    CLEAR_ALARM = "clear alarm"
    INSPECT = "inspect"  # open by order, look, and write down what was found
    CUT = "cut"  # by order: the lock can't be opened otherwise
    RESEAL = "reseal"
    REPLACE_LOCK = "replace lock"
    TRANSLOAD = "transload"
    ABORT = "abort"
    OPEN = "open"
    HAND_OVER = "hand over"  # to the party and seal that go on from an exit
    GATE_IN = "gate in"  # at the port of an exit
    LOAD = "load on board"
    CLOSE = "close"
    ALLOW = "allow opening"  # by a person, at a place, within a time
    LIST = "list openings"  # before a network goes: their uses are told later
    EXPLAIN = "explain"  # why frames are missing


class Refused(Exception):
    """The act is not lawful in this state; the message says which acts are."""


_S, _A = State, Act
_AFTER: Final = (_S.OPENED, _S.HANDED_OVER, _S.ON_BOARD, _S.TRANSLOADED)  # its drive

NEXT: Final[dict[tuple[State, Act], State]] = {
    (_S.PLANNED, _A.ARM): _S.ARMED,
    (_S.PLANNED, _A.CANCEL): _S.CANCELLED,
    (_S.ARMED, _A.DISARM): _S.PLANNED,
    (_S.ARMED, _A.CANCEL): _S.CANCELLED,
    (_S.ARMED, _A.SEAL): _S.SEALED,
    (_S.SEALED, _A.PASS): _S.SEALED,
    (_S.SEALED, _A.ALARM): _S.ALARMED,
    (_S.SEALED, _A.INSPECT): _S.UNSEALED,
    (_S.SEALED, _A.CUT): _S.UNSEALED,
    (_S.SEALED, _A.REPLACE_LOCK): _S.SEALED,
    (_S.SEALED, _A.TRANSLOAD): _S.TRANSLOADED,
    (_S.SEALED, _A.ABORT): _S.RETURNING,
    (_S.SEALED, _A.OPEN): _S.OPENED,
    (_S.ALARMED, _A.ALARM): _S.ALARMED,
    (_S.ALARMED, _A.CLEAR_ALARM): _S.SEALED,
    (_S.ALARMED, _A.INSPECT): _S.UNSEALED,
    (_S.ALARMED, _A.CUT): _S.UNSEALED,
    (_S.ALARMED, _A.REPLACE_LOCK): _S.ALARMED,
    (_S.ALARMED, _A.TRANSLOAD): _S.TRANSLOADED,
    (_S.ALARMED, _A.ABORT): _S.RETURNING,
    (_S.UNSEALED, _A.ALARM): _S.UNSEALED,  # it stands beside: nothing is under seal
    (_S.UNSEALED, _A.RESEAL): _S.SEALED,
    (_S.UNSEALED, _A.TRANSLOAD): _S.TRANSLOADED,
    (_S.UNSEALED, _A.ABORT): _S.OPENED,
    (_S.RETURNING, _A.PASS): _S.RETURNING,
    (_S.RETURNING, _A.ALARM): _S.RETURNING,
    (_S.RETURNING, _A.REPLACE_LOCK): _S.RETURNING,
    (_S.RETURNING, _A.INSPECT): _S.UNSEALED,
    (_S.RETURNING, _A.OPEN): _S.OPENED,
    (_S.OPENED, _A.CLOSE): _S.CLOSED,
    (_S.OPENED, _A.HAND_OVER): _S.HANDED_OVER,
    (_S.HANDED_OVER, _A.CLOSE): _S.CLOSED,
    (_S.SEALED, _A.GATE_IN): _S.SEALED,
    (_S.OPENED, _A.GATE_IN): _S.OPENED,
    (_S.SEALED, _A.LOAD): _S.ON_BOARD,
    (_S.OPENED, _A.LOAD): _S.ON_BOARD,
    (_S.ON_BOARD, _A.CLOSE): _S.CLOSED,
    (_S.TRANSLOADED, _A.CLOSE): _S.CLOSED,
    # An officer's word may come when the trip has gone on: it leads nowhere else.
    **{
        (state, act): state
        for state in (_S.SEALED, _S.ALARMED, _S.UNSEALED, _S.RETURNING, *_AFTER)
        for act in (_A.ALLOW, _A.LIST, _A.EXPLAIN)
    },
    **{(state, _A.CLEAR_ALARM): state for state in (_S.SEALED, _S.UNSEALED, _S.RETURNING, *_AFTER)},
}

# Nothing leads out of them.
ENDED: Final = frozenset(State) - {state for state, _ in NEXT}


def after(state: State | None, act: Act) -> State:
    """Return where an act leads; raise Refused if it is not lawful there. None: nothing planned."""
    if state is None or (found := NEXT.get((state, act))) is None:
        lawful = sorted(one.value for at, one in NEXT if at is state)
        where = state.value if state else "not planned"
        raise Refused(f"a trip that is {where} takes {', '.join(lawful) or 'nothing'}")
    return found
