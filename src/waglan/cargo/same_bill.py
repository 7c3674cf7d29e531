"""Bills may bear one number: which of them an event speaks of that names its number alone."""

from collections.abc import Sequence

from waglan.codes.event import EventCode
from waglan.logbook.event import Event


def is_of(event: Event, bill: Sequence[Event]) -> bool:
    """Whether what a filer tells of a number is said of this bill, by what else was told of it.

    That it is declared no more is told by the version of a manifest that leaves it out; `before` in
    its body is the version that had it. Who was not told of any declaration knows the filer only by
    what he was granted.
    """
    declared = [one for one in bill if one.code is EventCode.BILL_DECLARED]
    if not declared:
        return any(one.said_by == event.said_by for one in bill)
    versions = {one.body.get("manifest") for one in declared if one.said_by == event.said_by}
    is_in_it = event.body.get("manifest") in versions
    if event.code is not EventCode.BILL_WITHDRAWN:
        return is_in_it
    before = event.body.get("before")
    return not is_in_it and (before in versions if before else bool(versions))
