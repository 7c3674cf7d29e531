"""What names a licence or permit: its number, in whatever form an authority gives one."""

import re
import unicodedata

from waglan.customs.party_name import names_nobody

_DIGIT = re.compile("[1-9]")


def is_licence_number(text: str) -> bool:
    """Whether a text can be the number of a licence: it holds a digit that is no zero.

    `IMPORT LICENCE`, `0` and 許可證 are none in any script; more than that no form is asked for.
    """
    if not _DIGIT.search(text) and not any([unicodedata.digit(c, 0) for c in text]):
        return False
    return not names_nobody(text)
