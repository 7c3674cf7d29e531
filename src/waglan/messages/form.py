"""In which form something was handed in, told by its first bytes, and what reads each."""

import re
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

from waglan.codes.finding import Finding
from waglan.messages.manifest_json import read_json
from waglan.messages.paper import Paper
from waglan.messages.sheet.cell import Sheet
from waglan.messages.sheet.columns import key_of
from waglan.messages.sheet.csv_file import UTF_16, read_csv
from waglan.messages.sheet.rows import paper_of

HEAD_BYTES: Final = 4 * 1024  # what is looked at
_JUNK_BYTES_MAX: Final = 200
_MARK = b"\xef\xbb\xbf"
_ZIP = b"PK\x03\x04"
_OPENING = re.compile(rb"(?i:UNA.{6}\s*)?(?i:UNB|UNH)[^A-Za-z0-9]", re.DOTALL)
_MEDIA: Final = (
    ("json", "JSON"),
    ("csv", "CSV"),
    ("spreadsheetml", "XLSX"),
)
_NAMES: Final = {"json": "JSON", "csv": "CSV", "tsv": "CSV", "xlsx": "XLSX"}


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
    if head.startswith(_ZIP):
        return Form.XLSX
    for mark, codec in UTF_16:
        if head.startswith(mark):
            wide = head.removeprefix(mark).decode(codec, "ignore").encode("latin-1", "replace")
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
    return _called(content_type, name) if bare else Form.EDIFACT


def _has_headings(head: bytes) -> bool:
    """Whether the first line names a column of ours, in whatever code page: some are English."""
    line = head.partition(b"\n")[0].decode("latin-1")
    for codec in ("utf-8", "big5hkscs", "gb18030"):
        text = line.encode("latin-1").decode(codec, "ignore")
        if any(key_of(part.strip(' "\r')) for part in re.split(r"[,;\t|]", text)):
            return True
    return line.lower().startswith("sep=")


def _called(content_type: str, name: str) -> Form:
    media = content_type.partition(";")[0].lower()
    for part, form in _MEDIA:
        if part in media:
            return Form(form)
    return Form(_NAMES.get(name.rpartition(".")[2].lower(), "EDIFACT"))


ReadXlsx: TypeAlias = Callable[[bytes], Sheet]


def read_paper(
    form: Form, data: bytes, charset: str | None, read_xlsx: ReadXlsx
) -> tuple[Paper | None, list[Finding]]:
    """Return what a sheet or a JSON document says; whoever calls says where workbooks are read."""
    if form is Form.JSON:
        return read_json(data.removeprefix(_MARK))
    return paper_of(read_csv(data, charset) if form is Form.CSV else read_xlsx(data))
