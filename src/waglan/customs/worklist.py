"""What a bill waits for and for whom, by its status: the officers' worklist is made of it."""

from enum import Enum

from waglan.codes.customs_status import CustomsStatus


class Wait(Enum):
    """What is to be done next about a bill."""

    DECISION = "decision"  # nobody decided, or not since it was filed anew
    NOTICE = "notice"  # documents are asked for, and the filer was not told yet
    DOCUMENTS = "documents"
    DOCUMENTS_CAME = "documents-came"  # a notice was answered, and nothing said about it yet
    DETENTION = "detention"  # kept where it is, until an officer says what comes next
    EXAMINATION = "examination"
    CONCLUSION = "conclusion"  # examined, and nothing said about it yet
    REST = "rest"  # a part was cleared
    CONDITIONS = "conditions"


class Whom(Enum):
    """For whom it waits."""

    OFFICER = "officer"
    FILER = "filer"


class CallWait(Enum):
    """What an officer is to do next about a call."""

    DECISION = "decision"  # bills of it are left to him
    SERVING = "serving"  # something is decided, and no order will tell its filers


FOR: dict[Wait, Whom] = {
    Wait.DECISION: Whom.OFFICER,
    Wait.NOTICE: Whom.OFFICER,
    Wait.DOCUMENTS: Whom.FILER,
    Wait.DOCUMENTS_CAME: Whom.OFFICER,
    Wait.DETENTION: Whom.OFFICER,
    Wait.EXAMINATION: Whom.OFFICER,
    Wait.CONCLUSION: Whom.OFFICER,
    Wait.REST: Whom.OFFICER,
    Wait.CONDITIONS: Whom.FILER,
}

_LIGHT = frozenset({CustomsStatus.NOT_SELECTED, CustomsStatus.DOCUMENTS_ASKED})
_GRAVE: dict[CustomsStatus, Wait] = {
    CustomsStatus.DETAINED: Wait.DETENTION,
    CustomsStatus.INSPECT: Wait.EXAMINATION,
    CustomsStatus.EXAMINED: Wait.CONCLUSION,
    CustomsStatus.PARTLY_CLEARED: Wait.REST,
    CustomsStatus.CONDITIONALLY_CLEARED: Wait.CONDITIONS,
}


def waits(
    status: CustomsStatus | None,
    *,
    is_withdrawn: bool,
    is_left: bool,
    is_told: bool,
    is_answered: bool = False,
) -> Wait | None:
    """Return what a bill waits for; None when nothing more is wanted of it.

    `is_left`: it was filed anew and the order left it to an officer; `is_told`: the filer knows its
    status; `is_answered`: an answer came to its notice since an officer last spoke. A bill that its
    filer withdraws is not rid of what an officer has begun about it.
    """
    if status is None or status in _LIGHT:
        if is_withdrawn:
            return None
        if status is None or is_left:
            return Wait.DECISION
        if status is CustomsStatus.NOT_SELECTED:
            return None
        if is_answered:
            return Wait.DOCUMENTS_CAME
        return Wait.DOCUMENTS if is_told else Wait.NOTICE
    if is_answered and status is CustomsStatus.DETAINED:
        return Wait.DOCUMENTS_CAME
    return _GRAVE.get(status)
