"""The law of a customs status: which act leads where, and which status is the graver.

A status is what customs wants of a bill. It is never a release of cargo, and "not selected" is no
guarantee: until the gate an officer may still ask, detain or inspect.
"""

from collections.abc import Iterable
from enum import Enum

from waglan.codes.customs_status import CustomsStatus


class Act(Enum):
    """What customs, or a filer towards customs, does about a bill."""

    PASS_OVER = "pass over"  # decide that nothing is wanted
    ASK_DOCUMENTS = "ask for documents"
    DETAIN = "detain"
    SELECT = "select for inspection"
    SERVE = "serve notice"  # from here on the filer may know
    EXAMINE = "examine"
    CLEAR = "clear"
    CLEAR_CONDITIONALLY = "clear conditionally"
    CLEAR_PARTLY = "clear in part"
    SEIZE = "seize"
    LIFT = "lift"  # take back what was asked, or end a seizure


class Refused(Exception):
    """The act is not lawful in this status."""


_NONE = CustomsStatus.NOT_SELECTED
_ASKED = CustomsStatus.DOCUMENTS_ASKED
_DETAINED = CustomsStatus.DETAINED
_INSPECT = CustomsStatus.INSPECT
_EXAMINED = CustomsStatus.EXAMINED
_CONDITIONALLY = CustomsStatus.CONDITIONALLY_CLEARED
_PARTLY = CustomsStatus.PARTLY_CLEARED
_CLEARED = CustomsStatus.CLEARED
_SEIZED = CustomsStatus.SEIZED

# The whole life of a status; None is a bill that nobody has decided yet. An act missing here is
# refused.
NEXT: dict[tuple[CustomsStatus | None, Act], CustomsStatus] = {
    (None, Act.PASS_OVER): _NONE,
    (None, Act.ASK_DOCUMENTS): _ASKED,
    (None, Act.DETAIN): _DETAINED,
    (None, Act.SELECT): _INSPECT,
    (_NONE, Act.PASS_OVER): _NONE,  # once more, of a bill that was filed anew
    (_NONE, Act.SERVE): _NONE,
    (_NONE, Act.ASK_DOCUMENTS): _ASKED,
    (_NONE, Act.DETAIN): _DETAINED,
    (_NONE, Act.SELECT): _INSPECT,
    (_ASKED, Act.SERVE): _ASKED,
    (_ASKED, Act.CLEAR): _CLEARED,
    (_ASKED, Act.LIFT): _NONE,
    (_ASKED, Act.DETAIN): _DETAINED,
    (_ASKED, Act.SELECT): _INSPECT,
    (_DETAINED, Act.SERVE): _DETAINED,
    (_DETAINED, Act.SELECT): _INSPECT,
    (_DETAINED, Act.EXAMINE): _EXAMINED,
    (_DETAINED, Act.CLEAR): _CLEARED,
    (_DETAINED, Act.CLEAR_CONDITIONALLY): _CONDITIONALLY,
    (_DETAINED, Act.CLEAR_PARTLY): _PARTLY,
    (_DETAINED, Act.SEIZE): _SEIZED,
    (_DETAINED, Act.LIFT): _NONE,
    (_INSPECT, Act.SERVE): _INSPECT,
    (_INSPECT, Act.EXAMINE): _EXAMINED,
    (_INSPECT, Act.SEIZE): _SEIZED,
    (_INSPECT, Act.LIFT): _NONE,
    (_EXAMINED, Act.SERVE): _EXAMINED,
    (_EXAMINED, Act.CLEAR): _CLEARED,
    (_EXAMINED, Act.CLEAR_CONDITIONALLY): _CONDITIONALLY,
    (_EXAMINED, Act.CLEAR_PARTLY): _PARTLY,
    (_EXAMINED, Act.DETAIN): _DETAINED,
    (_EXAMINED, Act.SEIZE): _SEIZED,
    (_PARTLY, Act.SERVE): _PARTLY,
    (_PARTLY, Act.CLEAR_PARTLY): _PARTLY,  # one more part
    (_PARTLY, Act.CLEAR): _CLEARED,
    (_PARTLY, Act.CLEAR_CONDITIONALLY): _CONDITIONALLY,
    (_PARTLY, Act.DETAIN): _DETAINED,
    (_PARTLY, Act.SELECT): _INSPECT,
    (_PARTLY, Act.SEIZE): _SEIZED,
    (_CONDITIONALLY, Act.SERVE): _CONDITIONALLY,
    (_CONDITIONALLY, Act.CLEAR): _CLEARED,
    (_CONDITIONALLY, Act.CLEAR_CONDITIONALLY): _CONDITIONALLY,  # of a bill that was filed anew
    (_CONDITIONALLY, Act.DETAIN): _DETAINED,
    (_CONDITIONALLY, Act.SELECT): _INSPECT,
    (_CONDITIONALLY, Act.SEIZE): _SEIZED,
    (_CLEARED, Act.SERVE): _CLEARED,
    (_CLEARED, Act.CLEAR): _CLEARED,  # once more, of a bill that was filed anew
    (_CLEARED, Act.DETAIN): _DETAINED,  # new word may come until the gate
    (_SEIZED, Act.SERVE): _SEIZED,
    (_SEIZED, Act.LIFT): _DETAINED,  # what is given back is still to be cleared
}

# From what leaves a bill alone to what opens its box: the graver wins wherever two are wanted.
GRAVITY: tuple[CustomsStatus, ...] = (_NONE, _ASKED, _DETAINED, _INSPECT)

# What an officer concludes of the goods that he has before him, and of no others.
CONCLUDED = frozenset({_EXAMINED, _CONDITIONALLY, _PARTLY, _CLEARED})

# The act by which a decision brings about each of them.
DECIDES: dict[CustomsStatus, Act] = {
    _NONE: Act.PASS_OVER,
    _ASKED: Act.ASK_DOCUMENTS,
    _DETAINED: Act.DETAIN,
    _INSPECT: Act.SELECT,
}


def after(status: CustomsStatus | None, act: Act) -> CustomsStatus:
    """Return the status that follows; raise Refused where the act is not lawful."""
    try:
        return NEXT[status, act]
    except KeyError:
        now = "undecided" if status is None else status.value
        raise Refused(f"customs cannot {act.value} a bill that is {now}") from None


def gravest(wanted: Iterable[CustomsStatus]) -> CustomsStatus | None:
    """Return the gravest of what is wanted; None where nothing is."""
    return max(wanted, key=GRAVITY.index, default=None)
