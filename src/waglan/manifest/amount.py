"""How much a bill declares: its own figure, else the sum of its goods, else nobody said."""

from waglan.manifest.model import Bill


def packages_of(bill: Bill) -> int | None:
    """Return the packages the bill declares; None when neither it nor all its goods say."""
    return bill.packages if bill.packages is not None else packages_of_goods(bill)


def mass_g_of(bill: Bill) -> int | None:
    """Return the gross mass the bill declares, in g; None when neither it nor all its goods say."""
    return bill.gross_mass_g if bill.gross_mass_g is not None else mass_g_of_goods(bill)


def packages_of_goods(bill: Bill) -> int | None:
    """Return the sum over the goods; None as soon as one item does not say, or there is none."""
    total = 0
    for item in bill.goods:
        if item.packages is None:
            return None
        total += item.packages
    return total if bill.goods else None


def mass_g_of_goods(bill: Bill) -> int | None:
    """Return the sum over the goods, in g; None as soon as one item does not say."""
    total = 0
    for item in bill.goods:
        if item.gross_mass_g is None:
            return None
        total += item.gross_mass_g
    return total if bill.goods else None


def volume_cm3_of(bill: Bill) -> int | None:
    """Return the volume the bill declares, in cm³; None when neither it nor all its goods say."""
    return bill.volume_cm3 if bill.volume_cm3 is not None else volume_cm3_of_goods(bill)


def volume_cm3_of_goods(bill: Bill) -> int | None:
    """Return the sum over the goods, in cm³; None as soon as one item does not say."""
    total = 0
    for item in bill.goods:
        if item.volume_cm3 is None:
            return None
        total += item.volume_cm3
    return total if bill.goods else None
