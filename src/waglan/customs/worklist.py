"""What a bill waits for and for whom, by its status: the officers' worklist is made of it."""

from enum import Enum

from waglan.codes.customs_status import CustomsStatus


class Wait(Enum):
    """What is to be done next about a bill."""

    DECISION = "decision"  # nobody decided, or not since it was filed anew
    NOTICE = "notice"  # something is wanted of its filer, who was not told yet
    DOCUMENTS = "documents"
    DOCUMENTS_CAME = "documents-came"  # a notice was answered, and nothing said about it yet
    DETENTION = "detention"  # kept where it is, until an officer says what comes next
    EXAMINATION = "examination"
    CONCLUSION = "conclusion"  # examined, and nothing said about it yet
    REST = "rest"  # a part was cleared
    CONDITIONS = "conditions"
    WITHDRAWN = "withdrawn"  # by its filer while it was held: its goods may come under another


class Whom(Enum):
    """For whom it waits."""

    OFFICER = "officer"
    FILER = "filer"
    ORDER = "order"  # which serves the notice at its time, without an officer


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
    Wait.WITHDRAWN: Whom.OFFICER,
}

# What a withdrawn bill may still wait for: it was held, and nobody let it go.
KEPT_ON = (
    Wait.WITHDRAWN, Wait.DOCUMENTS_CAME, Wait.CONCLUSION, Wait.REST, Wait.NOTICE, Wait.CONDITIONS,
)  # fmt: skip

# Of these nothing more is wanted of an officer, unless the bill is filed anew and left to him.
_LIGHT = frozenset(
    {CustomsStatus.NOT_SELECTED, CustomsStatus.DOCUMENTS_ASKED}
    | {CustomsStatus.CLEARED, CustomsStatus.CONDITIONALLY_CLEARED}
)
_ASKED = frozenset({CustomsStatus.DOCUMENTS_ASKED, CustomsStatus.DETAINED})
_HELD = frozenset({*_ASKED, CustomsStatus.INSPECT})
_BY_STATUS: dict[CustomsStatus, Wait] = {
    CustomsStatus.DOCUMENTS_ASKED: Wait.DOCUMENTS,
    CustomsStatus.DETAINED: Wait.DETENTION,
    CustomsStatus.INSPECT: Wait.EXAMINATION,
    CustomsStatus.EXAMINED: Wait.CONCLUSION,
    CustomsStatus.PARTLY_CLEARED: Wait.REST,
    CustomsStatus.CONDITIONALLY_CLEARED: Wait.CONDITIONS,
}
_FILERS = frozenset(wait for wait, whom in FOR.items() if whom is Whom.FILER)


def waits(  # noqa: PLR0913 -- each is one thing that is known of the bill
    status: CustomsStatus | None,
    *,
    is_withdrawn: bool,
    is_wanted: bool,
    is_left: bool,
    is_told: bool,
    is_answered: bool = False,
) -> Wait | None:
    """Return what a bill waits for; None when nothing more is wanted of it.

    `is_wanted`: by an officer, a table or the sample, and not by open rules alone; `is_left`: it
    was filed anew and the order left it to an officer; `is_told`: the filer knows its status;
    `is_answered`: an answer came to its notice since an officer last spoke. A bill that its filer
    withdraws is not rid of what an officer has begun about it.
    """
    if is_withdrawn and not _is_kept(status, is_wanted=is_wanted):
        return None
    if status is None:
        return Wait.WITHDRAWN if is_withdrawn else Wait.DECISION
    if status in _LIGHT and is_left and not is_withdrawn:
        return Wait.DECISION
    if is_answered and status in _ASKED:
        return Wait.DOCUMENTS_CAME
    if is_withdrawn and status in _HELD:
        return Wait.WITHDRAWN
    wait = _BY_STATUS.get(status)
    # Whoever was told nothing can do nothing; what waits for an officer does so told or not.
    return Wait.NOTICE if wait in _FILERS and not is_told else wait


def _is_kept(status: CustomsStatus | None, *, is_wanted: bool) -> bool:
    """Whether something of a withdrawn bill is left to do: a question of open rules is over."""
    if status in (None, CustomsStatus.DOCUMENTS_ASKED):
        return is_wanted
    return status is not CustomsStatus.NOT_SELECTED
