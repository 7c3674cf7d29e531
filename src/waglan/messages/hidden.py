"""Texts that stand in a paper's bytes in another writing: packed, escaped, in UTF-16.

Whoever looks for a name in what was sent must see through these, or an erasure leaves it there.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape

from waglan.messages.form import Form
from waglan.messages.sheet.csv_file import UTF_16
from waglan.messages.sheet.xlsx import UNPACKED_BYTES_MAX

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAG = re.compile(r"<[^>]{0,1000}>")
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, RuntimeError)


def hidden(form: Form, data: bytes) -> Iterator[str]:
    """Yield the texts of a paper that its bytes, read as text, do not show; never raise."""
    if form is Form.JSON:
        units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), data.decode("utf-8", "ignore"))
        yield units.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    elif form is Form.CSV:
        for mark, codec in UTF_16:
            if data.startswith(mark):
                yield data[len(mark) :].decode(codec, "ignore")
    elif form is Form.XLSX:
        yield from _unpacked(data)


def _unpacked(data: bytes) -> Iterator[str]:
    left = UNPACKED_BYTES_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    raw = member.read(left)
                left -= len(raw)
                # Excel may cut a text at every change of letters, with tags between the pieces.
                yield unescape(_TAG.sub("", raw.decode("utf-8", "ignore")))
                if left <= 0:
                    return
    except _BROKEN:
        return
