"""What the size and type of a container says (ISO 6346): how long it is, and what it is made for.

The first character tells the length, the second height and width, the last two the kind. What has
not four characters tells nothing: the answer is None, never no.
"""

# Length code of ISO 6346: the nominal length in feet. Other lengths are rare and not told here.
_FEET = {"2": 20, "3": 30, "4": 40, "L": 45, "M": 48}
# Thermal: R mechanically refrigerated, H with removable equipment or insulated.
_THERMAL = frozenset("RH")
# Open on top or at the sides, so that cargo may stand out: open top, platform and flat rack.
_OPEN = frozenset("UP")
_TANKS_AND_BULK = frozenset("TKB")


def length_feet(size_type: str | None) -> int | None:
    """Return the nominal length in feet; None when the code tells none that we know."""
    return _FEET.get(size_type[0].upper()) if size_type and len(size_type) == 4 else None


def is_thermal(size_type: str | None) -> bool | None:
    """Whether the container is refrigerated or insulated; None when nobody said."""
    kind = _kind(size_type)
    return None if kind is None else kind in _THERMAL


def is_closed_box(size_type: str | None) -> bool | None:
    """Whether all of the cargo stands inside a box of walls, doors and roof; None: nobody said."""
    kind = _kind(size_type)
    return None if kind is None else kind not in _OPEN and kind not in _TANKS_AND_BULK


def _kind(size_type: str | None) -> str | None:
    if size_type is None or len(size_type) != 4:
        return None
    return size_type[2].upper()
