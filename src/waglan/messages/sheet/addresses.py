"""A CSV sheet of addresses, in whatever a spreadsheet saves it: read as manifests are.

What would only be a guess is refused: an address book outlives the paper that a guess is seen in.
"""

from msgspec.structs import replace

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.address_book import SHEET_BYTES_MAX, Sheet, read_sheet
from waglan.messages.sheet.csv_file import is_sure, opened


def read_addresses(body: bytes) -> Sheet:
    """Return what a sheet of addresses holds, row by row, and what it was taken for."""
    if len(body) > SHEET_BYTES_MAX:
        limit = SHEET_BYTES_MAX >> 20
        where = Where("sheet")
        return Sheet(
            (), (Finding("ADDRESS-SHEET-SIZE", Severity.ERROR, where, {"limit_mib": limit}),)
        )
    text, separator, found = opened(body)
    if not is_sure(found):
        where = Where("sheet", offset=_torn_at(body))
        return Sheet((), (Finding("ADDRESS-SHEET-TEXT", Severity.ERROR, where, {}),))
    sheet = read_sheet(text, separator)
    taken_for = [replace(one, where=Where("sheet")) for one in found]
    return Sheet(sheet.entries, (*taken_for, *sheet.findings))


def _torn_at(body: bytes) -> int:
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return error.start
    return 0
