"""A CSV file as a sheet: which characters, which separator, and what no cell may be.

Excel saves CSV in the code page of its Windows: UTF-8 with or without a mark, Big5 in Hong Kong and
Taiwan, GB18030 on the mainland. What it was taken for is always said, unless it was UTF-8.
"""

import csv
import io
from collections.abc import Sequence
from itertools import islice
from typing import Final

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.messages.sheet.cell import (
    COLUMNS_MAX,
    ROWS_MAX,
    Cell,
    Kind,
    Row,
    Sheet,
    bounded,
    limits,
    shown,
)
from waglan.messages.sheet.columns import key_of

SEPARATORS: Final = (",", ";", "\t", "|")
CODE_PAGES: Final = ("big5hkscs", "gb18030", "cp1252")
LAST_RESORT: Final = "iso8859-1"
HEADINGS_BYTES: Final = 64 * 1024  # what is looked at to tell a code page
CELL_CHARACTERS_READ_MAX: Final = 1 << 20
UTF_16: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
UTF_8_MARK: Final = b"\xef\xbb\xbf"
# The wide ones are what a Chinese or Japanese keyboard gives; a spreadsheet may take them alike.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def read_csv(data: bytes, charset: str | None = None) -> Sheet:
    """Return the rows of a CSV file; `charset` is the partner's, for bytes that are not UTF-8."""
    text, separator, found = opened(data, charset)
    if "\0" in text:
        where = Where("file", line=text[: text.index("\0")].count("\n") + 1)
        return Sheet([], (*found, Finding("SHEET-NUL", Severity.ERROR, where, {})))
    rows, faults = _rows(text, separator)
    return Sheet(rows, (*found, *faults))


def opened(data: bytes, charset: str | None = None) -> tuple[str, str, list[Finding]]:
    """Return a CSV file's text, what parts its cells, and what its bytes were taken for."""
    text, found = _decoded(data, charset)
    separator, text = _separator(text)
    return text, separator, found


def is_sure(taken_for: Sequence[Finding]) -> bool:
    """Whether the text that was `opened` is more than a guess, and whole."""
    return all(one.severity is Severity.NOTE for one in taken_for)


def unescaped(text: str) -> str:
    """Return text without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in DANGEROUS else text


def escaped(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `unescaped` gives it back."""
    return (
        f"'{text}"
        if text.startswith((*DANGEROUS, "'")) and unescaped(f"'{text}") == text
        else (text)
    )


def _decoded(data: bytes, charset: str | None) -> tuple[str, list[Finding]]:
    if data.startswith(UTF_8_MARK):
        return data[3:].decode("utf-8", "replace"), _broken(data[3:], "utf-8")
    for mark, codec in UTF_16:
        if data.startswith(mark):
            return data[2:].decode(codec, "replace"), _broken(data[2:], codec)
    try:
        return data.decode(), []
    except UnicodeDecodeError:
        codec = _code_page(data, charset)
    is_guess = codec in {"cp1252", LAST_RESORT}
    severity = Severity.WARNING if is_guess else Severity.NOTE
    return data.decode(codec), [
        Finding("SHEET-CHARSET", severity, Where("file"), {"charset": codec})
    ]


def _broken(data: bytes, codec: str) -> list[Finding]:
    try:
        data.decode(codec)
    except UnicodeDecodeError as error:
        where = Where("file", offset=error.start)
        return [Finding("SHEET-CHARSET-BROKEN", Severity.ERROR, where, {"charset": codec})]
    return []


def _code_page(data: bytes, charset: str | None) -> str:
    """Return the code page whose headings are ours; else the partner's; else the likeliest."""
    able = [codec for codec in CODE_PAGES if _can(data, codec)]
    if charset is not None and _can(data, charset):
        able.insert(0, charset)
    if not able:
        return LAST_RESORT
    # max keeps the first of equals, and the partner's own stands first.
    return max(able, key=lambda codec: (_known(data, codec), _common(data, codec)))


def _can(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _known(data: bytes, codec: str) -> int:
    first = data[:HEADINGS_BYTES].decode(codec, "ignore")
    separator, text = _separator(first)
    row = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    return sum(key_of(heading) is not None for heading in row)


def _common(data: bytes, codec: str) -> int:
    """Count, per mille of the wide characters, those that the code page has in its first level."""
    text = data[:HEADINGS_BYTES].decode(codec, "ignore")
    wide = [char for char in text if ord(char) > 0x2E80]
    if not wide:
        return 0
    first = {"big5hkscs": (0xA4, 0xC6), "gb18030": (0xB0, 0xD7)}.get(codec, (1, 0))
    lead = [char.encode(codec, "ignore")[:1] for char in wide]
    return 1000 * sum(first[0] <= byte[0] <= first[1] for byte in lead if byte) // len(wide)


def _separator(text: str) -> tuple[str, str]:
    head, _, rest = text.partition("\n")
    if head.lower().startswith("sep=") and len(head.rstrip("\r")) == 5:
        return head[4], rest
    counts = {mark: outside_quotes(head).count(mark) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: counts[mark]), text


def outside_quotes(line: str) -> str:
    """Return a line without the texts in quotation marks."""
    return "".join(line.split('"')[::2])


def _rows(text: str, separator: str) -> tuple[list[Row], list[Finding]]:
    # A cell may hold line ends; Python's own limit on cells is wider than ours.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    found: list[Finding] = []
    try:
        for number, cells in enumerate(islice(reader, ROWS_MAX + 2), start=1):
            if len(cells) > COLUMNS_MAX and any(map(str.strip, cells[COLUMNS_MAX:])):
                return [], limits(0, len(cells))
            row, faults = bounded([_cell(cell) for cell in cells[:COLUMNS_MAX]], number)
            rows.append(row)
            found += faults
    except csv.Error as error:
        where = Where(f"rows/{len(rows) + 1}", line=len(rows) + 1)
        reason = shown(str(error))
        return [], [Finding("SHEET-CSV", Severity.ERROR, where, {"reason": reason})]
    while rows and not any(rows[-1]):
        rows.pop()
    too_many = limits(len(rows), 0)
    return ([], too_many) if too_many else (rows, found)


def _cell(text: str) -> Cell | None:
    bare = text.strip(" ")
    if is_blank(bare):
        return None
    if bare.startswith("="):
        return Cell(shown(bare), Kind.FORMULA)
    return Cell(unescaped(bare))
