"""JT/T 808: what the standard's own items behind a position say, by name and in whole numbers.

Numbers above 50 are each maker's own and stay as they were sent; a model's table names those that
matter. The names and sizes are those in makers' manuals; the standard's own text was not at hand.
"""

from collections.abc import Mapping
from struct import Struct
from typing import Final

from waglan.elock.device import Item

# By number: how the bytes are cut, and what each part is.
_ITEMS: Final[Mapping[int, tuple[Struct, tuple[str, ...]]]] = {
    0x01: (Struct(">I"), ("odometer_hm",)),  # hundreds of metres
    0x02: (Struct(">H"), ("fuel_dl",)),
    0x03: (Struct(">H"), ("recorder_speed_hm_h",)),
    0x04: (Struct(">H"), ("alarm_event",)),
    0x11: (Struct(">BI"), ("overspeed_place_kind", "overspeed_place")),
    0x12: (Struct(">BIB"), ("crossed_kind", "crossed", "crossed_outwards")),
    0x13: (Struct(">IHB"), ("road", "road_s", "road_too_long")),
    0x25: (Struct(">I"), ("vehicle_signals",)),
    0x2A: (Struct(">H"), ("io_status",)),
    0x2B: (Struct(">HH"), ("analogue_1", "analogue_0")),
    0x30: (Struct(">B"), ("signal",)),
    0x31: (Struct(">B"), ("satellites",)),
}


def named(item: Item) -> dict[str, int]:
    """Return what an item says, by name; nothing for a maker's own, or one of another size."""
    form, names = _ITEMS.get(item.number, (None, ()))
    if form is None or form.size != len(item.value):
        return {}
    return dict(zip(names, form.unpack(item.value), strict=True))
