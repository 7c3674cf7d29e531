"""The values of enumerations' members, thousands at a time."""

from collections.abc import Iterable
from enum import Enum
from operator import attrgetter

# Python 3.11 asks a member for its `value` by a function of its own.
_value = attrgetter("_value_")


def values(members: Iterable[Enum]) -> list[str]:
    """Return the value of each member; all are of enumerations of texts."""
    return list(map(_value, members))
