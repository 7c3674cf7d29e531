"""Where a finding stands in a manifest, so that a bill's findings can be found again."""

from waglan.codes.finding import Where
from waglan.manifest.model import Bill

# What tells one bill of a manifest from another: its number, and the segment where it began,
# because two forwarders may both have a house 001.
BillPlace = tuple[str, int | None]


def of_bill(bill: Bill, below: str = "") -> Where:
    """Return the place `bills/<number>/<below>`; a slash in the number is written as `~1`."""
    path = f"bills/{_escaped(bill.number)}"
    return Where(f"{path}/{below}" if below else path, segment=bill.segment)


def bill_place(bill: Bill) -> BillPlace:
    """Return what `read_bill_place` gives back for every place inside this bill."""
    return bill.number, bill.segment


def read_bill_place(where: Where) -> BillPlace | None:
    """Return which bill a place is in; None for the head, the equipment and all else."""
    top, _, rest = where.path.partition("/")
    if top != "bills":
        return None
    return rest.partition("/")[0].replace("~1", "/").replace("~0", "~"), where.segment


def _escaped(number: str) -> str:
    # RFC 6901 has the same trouble with slashes, and this is its way out.
    return number.replace("~", "~0").replace("/", "~1")
