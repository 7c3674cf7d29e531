"""What a cell says, as its column means it: counts, masses, times, yes and no, lists.

A comma may be a decimal mark and may part thousands: where both are possible nothing is guessed,
and so it is with days before months. A number that Excel has made of a code is taken, and asked
about.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import is_blank
from waglan.messages.sheet.cell import Cell, Kind, shown
from waglan.messages.sheet.columns import Column, Value

AMOUNT_MAX: Final = 10**15  # in g, cm³ or pieces
LIST_MAX: Final = 100
DIGITS_SURE_MAX: Final = 15  # of a number in a spreadsheet; it makes others of those beyond
G_PER_KG: Final = 1_000
CM3_PER_M3: Final = 1_000_000
MILLIDEGREES_PER_DEGREE: Final = 1_000
MILLIDEGREES_MAX: Final = 200_000
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_COMMA_DECIMAL = re.compile(r"[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]{3}")
_POINT_LAST = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}")
_COMMA_LAST = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_EITHER = re.compile(r"[0-9]{1,3},[0-9]{3}")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{2,3}")  # as a spreadsheet shows a long one
_DAY = re.compile(
    r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})"
    r"|(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<y2>[0-9]{4})"
)
_HOUR = re.compile(r"(?P<h>[0-9]{1,2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2}))?")
_ZONE = re.compile(r"Z|[+-][0-9]{2}:?[0-9]{2}")
YES: Final = frozenset({"yes", "y", "true", "1", "是", "有"})
NO: Final = frozenset({"no", "n", "false", "0", "否", "無", "无"})
_PARTED = re.compile("[;\N{FULLWIDTH SEMICOLON}\n]")

Read: TypeAlias = "str | int | bool | tuple[str, ...] | None"


def value_of(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    """Return what a cell says, or None with a finding that says why it could not be taken."""
    if cell.kind is Kind.FORMULA:
        return None, [Finding("SHEET-FORMULA", Severity.ERROR, where, {})]
    if cell.kind is Kind.FAULT:
        return None, [_wrong(cell, where)]
    return _READERS[column.value](cell, column, where)


def _text(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    text = shown(cell.text)
    if cell.kind is Kind.NUMBER:
        if sum(map(str.isdigit, cell.text)) > DIGITS_SURE_MAX:
            return None, [Finding("SHEET-NUMBER-LOST", Severity.ERROR, where, {"text": text})]
        return cell.text, [Finding("SHEET-NUMBER-AS-TEXT", Severity.WARNING, where, {"text": text})]
    if cell.kind is Kind.TIME:
        return None, [Finding("SHEET-DATE-AS-TEXT", Severity.ERROR, where, {"text": text})]
    if cell.kind is Kind.TRUTH:
        return None, [_wrong(cell, where)]
    if _ROUNDED.fullmatch(cell.text.strip()):
        return None, [Finding("SHEET-NUMBER-LOST", Severity.ERROR, where, {"text": text})]
    return cell.text.strip(), []


def _choice(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    wanted = cell.text.strip().casefold().replace(" ", "-")
    if wanted in column.choices:
        return wanted, []
    return None, [
        Finding(
            "SHEET-CHOICE",
            Severity.ERROR,
            where,
            {"text": shown(cell.text), "choices": ", ".join(column.choices)},
        )
    ]


def _count(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    return _scaled(cell, 1, where)


def _kg(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    return _scaled(cell, G_PER_KG, where)


def _m3(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    return _scaled(cell, CM3_PER_M3, where)


def _celsius(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    text = cell.text.strip().replace("\N{MINUS SIGN}", "-")
    bare = Cell(text.removeprefix("-").removeprefix("+"), cell.kind)
    degrees, found = _scaled(bare, MILLIDEGREES_PER_DEGREE, where)
    if not isinstance(degrees, int):
        return None, found
    if degrees > MILLIDEGREES_MAX:
        return None, [_wrong(cell, where)]
    return (-degrees if text.startswith("-") else degrees), found


def _scaled(cell: Cell, factor: int, where: Where) -> tuple[Read, list[Finding]]:
    """Return a number in our smallest unit, exactly; half of one is rounded up."""
    text = "".join(cell.text.split()).replace("\N{NO-BREAK SPACE}", "")
    if cell.kind is Kind.TEXT and _EITHER.fullmatch(text) and not text.startswith("0"):
        return None, [
            Finding("SHEET-NUMBER-UNCLEAR", Severity.ERROR, where, {"text": shown(cell.text)})
        ]
    plain = _plain(text) if len(text) <= 40 else None
    if cell.kind not in (Kind.TEXT, Kind.NUMBER) or plain is None:
        return None, [_wrong(cell, where)]
    amount = Decimal(plain) * factor
    whole = int(amount.to_integral_value(rounding="ROUND_HALF_UP"))
    if whole > AMOUNT_MAX or (factor == 1 and whole != amount):
        return None, [_wrong(cell, where)]
    return whole, []


def _plain(text: str) -> str | None:
    if _PLAIN.fullmatch(text) and text.isascii():
        return text
    if _COMMA_DECIMAL.fullmatch(text) or _COMMA_LAST.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _POINT_LAST.fullmatch(text):
        return text.replace(",", "")
    return None


def _time(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    if cell.kind is Kind.NUMBER:
        return None, [_wrong(cell, where)]
    day, _, rest = cell.text.strip().replace("T", " ").partition(" ")
    found = _DAY.fullmatch(day)
    if not found:
        return None, [_wrong(cell, where)]
    if found["y"]:
        year, month, number = found["y"], int(found["m"]), int(found["d"])
    else:
        year, number, month = found["y2"], int(found["a"]), int(found["b"])
        if number <= 12 and month <= 12 and number != month:
            return None, [
                Finding("SHEET-DAY-UNCLEAR", Severity.ERROR, where, {"text": shown(cell.text)})
            ]
        if month > 12:
            number, month = month, number
    hour = _clock(rest)
    if hour is None or not (1 <= month <= 12 and 1 <= number <= _days(int(year), month)):
        return None, [_wrong(cell, where)]
    return f"{year}-{month:02}-{number:02}{hour}", []


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _clock(text: str) -> str | None:
    """Return `T06:00`, with its zone as sent; nothing for a day alone, None if it is no time."""
    bare = text.strip()
    if not bare:
        return ""
    zone = _ZONE.search(bare)
    clock = bare[: zone.start()].strip() if zone else bare
    found = _HOUR.fullmatch(clock)
    if not found or int(found["h"]) > 23 or int(found["mi"]) > 59 or int(found["s"] or 0) > 59:
        return None
    if zone and zone.end() != len(bare):
        return None
    seconds = f":{found['s']}" if found["s"] and found["s"] != "00" else ""
    sign = "" if zone is None else zone[0]
    if len(sign) == 5:
        sign = f"{sign[:3]}:{sign[3:]}"
    return f"T{int(found['h']):02}:{found['mi']}{seconds}{sign}"


def _truth(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    said = cell.text.strip().casefold()
    if said in YES or said in NO:
        return said in YES, []
    return None, [Finding("SHEET-YES-OR-NO", Severity.ERROR, where, {"text": shown(cell.text)})]


def _list(cell: Cell, column: Column, where: Where) -> tuple[Read, list[Finding]]:
    text, found = _text(cell, column, where)
    if text is None:
        return None, found
    items = tuple(bare for part in _PARTED.split(str(text)) if not is_blank(bare := part.strip()))
    if len(items) > LIST_MAX:
        return None, [_wrong(cell, where)]
    return items, found


def _wrong(cell: Cell, where: Where) -> Finding:
    return Finding("SHEET-VALUE", Severity.ERROR, where, {"text": shown(cell.text)})


_READERS: dict[Value, Callable[[Cell, Column, Where], tuple[Read, list[Finding]]]] = {
    "text": _text,
    "choice": _choice,
    "count": _count,
    "kg": _kg,
    "m3": _m3,
    "celsius": _celsius,
    "time": _time,
    "truth": _truth,
    "list": _list,
}
