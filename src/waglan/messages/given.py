"""JSON without texts that show nothing: a code of blanks names nothing, as if none were given."""

import re
from collections.abc import Collection
from typing import Final

import msgspec

from waglan.codes.plain import is_blank

# A text without a sign that shows, but for those that begin with Han characters or Hangul: those
# are many, and show. What is found here is looked at again.
_PERHAPS: Final = re.compile(
    rb'"(?: |\\u(?:[012][0-9A-Fa-f]|3[01]|[DFdf][0-9A-Fa-f])[0-9A-Fa-f]{2}|\\[bfnrt]'
    rb'|[\xc2-\xe3\xef-\xf4][\x80-\xbf]+)+"'
)


def unblanked(raw: bytes, *, as_sent: Collection[str] = ()) -> bytes:
    """Return a JSON document without the fields and listed texts that show nothing.

    Fields named in `as_sent` stay as they are; numbers and names of fields are kept.
    """
    if not has_blank(raw):
        return raw
    return msgspec.json.encode(_given(msgspec.json.decode(raw), as_sent))


def has_blank(raw: bytes) -> bool:
    """Whether a text in this JSON may show nothing: False is certain."""
    # Such a text begins with a blank, an escape or a sign beyond ASCII. Most documents have none,
    # and to look for these takes a third of what the pattern does.
    if raw.isascii() and b"\\" not in raw and b'" ' not in raw:
        return False
    return _PERHAPS.search(raw) is not None


def _given(one: object, as_sent: Collection[str]) -> object:
    if isinstance(one, list):
        return [_given(part, as_sent) for part in one if not _is_blank(part)]
    if isinstance(one, dict):
        return {
            name: _given(part, as_sent)
            for name, part in one.items()
            if name in as_sent or not _is_blank(part)
        }
    return one


def _is_blank(one: object) -> bool:
    return isinstance(one, str) and one != "" and is_blank(one)
