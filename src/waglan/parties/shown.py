"""How much of a consignment one must see to be shown an event of it.

An event's words can't be cut to a view, so each code needs the view that holds all its words. A
code that stands not here is shown to nobody but those it was written for: targeting never is.
"""

from collections.abc import Mapping

from waglan.codes.event import EventCode
from waglan.parties.readers import View

SHOWN: Mapping[EventCode, View] = {
    EventCode.BILL_DECLARED: View.FULL,  # it tells goods and places
    EventCode.BILL_STILL_DECLARED: View.FULL,  # it tells which of those counts
    EventCode.NOTICE_SERVED: View.STATUS,
}
