"""In which form something was handed in, told by its first bytes, and what reads each."""

import re
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.manifest_json import read_json
from waglan.messages.paper import Paper
from waglan.messages.sheet.cell import Sheet
from waglan.messages.sheet.columns import key_of
from waglan.messages.sheet.csv_file import SEPARATORS, UTF_16, outside_quotes, read_csv
from waglan.messages.sheet.rows import paper_of
from waglan.messages.sheet.xlsx import OLD_WORKBOOK

HEAD_BYTES: Final = 4 * 1024  # what is looked at
_JUNK_BYTES_MAX: Final = 200
_MARK = b"\xef\xbb\xbf"
_ZIP = b"PK\x03\x04"
_PARTED_MIN = 5  # separators in the one line of a table that has no second one
_OPENING = re.compile(rb"(?i:UNA.{6}\s*)?(?i:UNB|UNH)[^A-Za-z0-9]", re.DOTALL)
_MEDIA: Final = (
    ("json", "JSON"),
    ("csv", "CSV"),
    ("spreadsheetml", "XLSX"),
    ("edifact", "EDIFACT"),
)
_NAMES: Final = {"json": "JSON", "csv": "CSV", "tsv": "CSV", "xlsx": "XLSX", "edi": "EDIFACT"}


class Form(Enum):
    """The forms that are read."""

    EDIFACT = "EDIFACT"
    JSON = "JSON"
    CSV = "CSV"
    XLSX = "XLSX"


def form_of(head: bytes, content_type: str = "", name: str = "") -> Form:
    """Return the form of what begins so; what it is called counts only where bytes don't tell.

    What is nothing else is taken for EDIFACT, whose reader says what is wrong with it.
    """
    head = head[:HEAD_BYTES]
    if head.startswith((_ZIP, OLD_WORKBOOK)):
        return Form.XLSX
    for mark, codec in UTF_16:
        if head.startswith(mark):
            wide = head.removeprefix(mark).decode(codec, "ignore").encode("latin-1", "replace")
            if wide.lstrip()[:1] in (b"{", b"["):
                return Form.JSON
            return Form.EDIFACT if _OPENING.match(wide.lstrip()) else Form.CSV
    bare = head.removeprefix(_MARK).lstrip()
    if _OPENING.match(bare):
        return Form.EDIFACT
    if bare[:1] in (b"{", b"["):
        return Form.JSON
    if _has_headings(bare):
        return Form.CSV
    if _OPENING.search(bare[: _JUNK_BYTES_MAX + 20]):
        return Form.EDIFACT
    if not bare:
        return Form.EDIFACT
    called = _called(content_type, name)
    return called or (Form.CSV if _is_parted(bare) else Form.EDIFACT)


def _is_parted(head: bytes) -> bool:
    """Whether the first lines are parted alike by some separator, as those of a table are."""
    lines = [line for line in head.decode("latin-1").splitlines() if line.strip()][:2]
    if "\0" in lines[0] or "'" in lines[0][-2:]:
        return False
    for mark in SEPARATORS:
        counts = [outside_quotes(line).count(mark) for line in lines]
        if counts[0] >= (2 if counts[1:] == counts[:1] else _PARTED_MIN):
            return True
    return False


def _has_headings(head: bytes) -> bool:
    """Whether the first line names a column of ours, in whatever code page: some are English."""
    line = head.partition(b"\n")[0].decode("latin-1")
    for codec in ("utf-8", "big5hkscs", "gb18030"):
        text = line.encode("latin-1").decode(codec, "ignore")
        if any(key_of(part.strip(' "\r')) for part in re.split(r"[,;\t|]", text)):
            return True
    return line.lower().startswith("sep=")


def _called(content_type: str, name: str) -> Form | None:
    media = content_type.partition(";")[0].lower()
    for part, form in _MEDIA:
        if part in media:
            return Form(form)
    known = _NAMES.get(name.rpartition(".")[2].lower())
    return Form(known) if known else None


ReadXlsx: TypeAlias = Callable[[bytes], Sheet]
# What was read of a sheet or a JSON document, and all that is wrong with it.
PaperRead: TypeAlias = tuple[Paper | None, list[Finding]]


def read_paper(form: Form, data: bytes, charset: str | None, read_xlsx: ReadXlsx) -> PaperRead:
    """Return what a sheet or a JSON document says; whoever calls says where workbooks are read."""
    if form is Form.JSON:
        if codec := next((codec for mark, codec in UTF_16 if data.startswith(mark)), ""):
            where, charset = Where("document"), codec[:6]
            return None, [Finding("JSON-CHARSET", Severity.ERROR, where, {"charset": charset})]
        return read_json(data.removeprefix(_MARK))
    return paper_of(read_csv(data, charset) if form is Form.CSV else read_xlsx(data))
