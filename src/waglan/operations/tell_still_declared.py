"""A manifest ends, or leaves a bill out, that an older manifest of its filer still declares."""

from collections.abc import Mapping

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.logbook.event import Event
from waglan.manifest.identity import BillKey
from waglan.operations._filer import Filer
from waglan.store import Transaction, consignments, events


async def tell_still_declared(
    tx: Transaction, filer: Filer, bills: Mapping[BillKey, int], *, no_more_in: int
) -> None:
    """Tell which manifest declares each of these bills now; that one declared them until now.

    Of a bill that a newer one declares nothing is told: what that says was told last.
    """
    stand = await consignments.stand_in(tx, bills.values(), before=no_more_in) if bills else {}
    told = [(number, stand[bill]) for (_, number), bill in bills.items() if bill in stand]
    readers = frozenset({filer.party, filer.authority})
    found = [
        Event(
            EventCode.BILL_STILL_DECLARED,
            Key(KeyKind.BILL, number),
            filer.party,
            filer.at,
            filer.at,
            {
                "manifest": str(by.manifest),
                "version": by.version,
                "call": by.call,
                "no_more_in": str(filer.id),
            },
            (),
            readers,
        )
        for number, by in told
    ]
    await events.append(tx, found, consignments=[by.consignment for _, by in told])
