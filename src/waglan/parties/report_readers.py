"""Who may see what a terminal or carrier tells of a box."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from waglan.parties.readers import View


@dataclass(frozen=True, slots=True)
class Seen:
    """That an organisation, by its number in the store, sees one of the consignments in the box."""

    org: int
    view: View
    until: datetime


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who else has to do with a movement than the readers of what is in the box."""

    sender: int
    addressee: int | None = None  # whom the sender himself addressed it to
    listed_by: Collection[int] = ()  # who filed a manifest of that call that lists the box
    authorities: Collection[int] = ()  # with whom a manifest of that call was ever filed


def movement_readers(
    seen: Iterable[Seen], concerned: Concerned, *, as_of: datetime, forever: datetime
) -> dict[int, datetime]:
    """Return who may see a movement besides its sender, and until when.

    `seen` are the sights of the consignments that travel in that box on that call. A sight of the
    status alone shows no box. Who filed for the call but did not list the box sees nothing of it:
    other lines' boxes are no business of his.
    """
    found: dict[int, datetime] = {}
    for one in seen:
        if one.view >= View.EQUIPMENT and one.until > as_of:
            found[one.org] = max(found.get(one.org, one.until), one.until)
    own = {concerned.addressee} - {None}
    for org in {*own, *concerned.listed_by, *concerned.authorities}:
        if org is not None:
            found[org] = forever
    found.pop(concerned.sender, None)
    return found
