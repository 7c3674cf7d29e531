"""The customs status of a bill: what customs wants of it, never a release of cargo."""

from enum import Enum


class CustomsStatus(Enum):
    """Where a bill stands with customs; a release of cargo needs three other consents too."""

    __hash__ = object.__hash__  # as in `codes.event`

    NOT_SELECTED = "not-selected"
    DOCUMENTS_ASKED = "documents-asked"
    DETAINED = "detained"
    INSPECT = "inspect"
    EXAMINED = "examined"
    CONDITIONALLY_CLEARED = "conditionally-cleared"
    PARTLY_CLEARED = "partly-cleared"
    CLEARED = "cleared"
    SEIZED = "seized"


STATUSES = {one.value: one for one in CustomsStatus}  # Python is slow to find one of thousands
