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
from waglan.messages.sheet.scan import UNPACKED_BYTES_MAX
from waglan.messages.sheet.xlsx import OLD_WORKBOOK

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAG = re.compile(r"<[^>]{0,1000}>")
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, RuntimeError)


def hidden(form: Form, data: bytes) -> Iterator[str]:
    """Yield the texts of a paper that its bytes, read as text, do not show; never raise."""
    wide = next(((mark, codec) for mark, codec in UTF_16 if data.startswith(mark)), None)
    text = data[len(wide[0]) :].decode(wide[1], "ignore") if wide else ""
    if form is Form.JSON:
        text = text or data.decode("utf-8", "ignore")
        units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        yield units.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    elif form is Form.XLSX:
        if data.startswith(OLD_WORKBOOK):
            # Its texts are in UTF-16, and begin at any byte.
            yield from (data[at:].decode("utf-16-le", "ignore") for at in (0, 1))
        else:
            yield from _unpacked(data)
    elif form is Form.CSV and wide:
        yield text


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
