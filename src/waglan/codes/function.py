"""What a message does to the paper that it names."""

from enum import Enum


class Function(Enum):
    """What a message does to the paper it names (UN/EDIFACT 1225 in brackets)."""

    ORIGINAL = "original"  # 9
    REPLACE = "replace"  # 5
    CHANGE = "change"  # 4
    CANCEL = "cancel"  # 1
    ADD = "add"  # 2
