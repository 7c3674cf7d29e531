"""Masses, volumes, temperatures, counts and times as EDIFACT writes them, exactly, in integers."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

AMOUNT_MAX = 10**15  # in g, cm³ or pieces: a thousand million tonnes is no cargo

# UN/ECE recommendation 20, by how many of our smallest unit each is.
GRAMS: Mapping[str, int | Decimal] = {"KGM": 1000, "TNE": 10**6, "LBR": Decimal("453.59237")}
CUBIC_CENTIMETRES: Mapping[str, int | Decimal] = {"MTQ": 10**6}

TOTALS = {  # 6069
    "7": "gross_mass_g",
    "8": "packages",
    "10": "bills",
    "11": "packages",
    "15": "volume_cm3",
    "16": "containers",
}

_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?|-?[.,][0-9]+")
_DIGITS_MAX = 30

_FORMATS = {
    "102": re.compile("(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    "201": re.compile(
        "(?P<short>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
    ),
    "203": re.compile(
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
    ),
    "204": re.compile(
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
        "(?P<second>[0-9]{2})"
    ),
    "303": re.compile(
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
        "(?P<zone>.{3})"
    ),
}
# Only zones that mean one thing: CST is China's and Chicago's.
_ZONES = {"UTC": timedelta(), "GMT": timedelta(), "HKT": timedelta(hours=8)}
_HOURS = re.compile("[+-](?:0[0-9]|1[0-4])")


def grams(measure: str) -> int | None:
    """Return the mass that `KGM:21000` gives, in g; None where unit or number is not understood."""
    unit, _, number = measure.partition(":")
    # Nearly every mass is whole kilograms.
    if unit == "KGM" and len(number) <= 12 and number.isdecimal() and number.isascii():
        return int(number) * 1000
    return _scaled(number, GRAMS.get(unit))


def cubic_centimetres(measure: str) -> int | None:
    """Return the volume that `MTQ:12.5` gives, in cm³; None where it is not understood."""
    unit, _, number = measure.partition(":")
    return _scaled(number, CUBIC_CENTIMETRES.get(unit))


def total(control: str) -> tuple[str, int | None]:
    """Return what `7:21000:KGM` counts and how much; nothing where we don't count that.

    Masses are in g, volumes in cm³; without a unit in kg and m³.
    """
    qualifier, _, rest = control.partition(":")
    number, _, unit = rest.partition(":")
    name = TOTALS.get(qualifier, "")
    if name == "gross_mass_g":
        # Nearly every mass is whole kilograms.
        if unit == "KGM" and len(number) <= 12 and number.isdecimal() and number.isascii():
            return name, int(number) * 1000
        return name, _scaled(number, GRAMS.get(unit or "KGM"))
    if name == "volume_cm3":
        return name, _scaled(number, CUBIC_CENTIMETRES.get(unit or "MTQ"))
    return name, count(number) if name else None


# Counts of packages are few: most are remembered.
@lru_cache(maxsize=4096)
def count(text: str) -> int | None:
    """Return a whole number of things; None where it is none or absurd."""
    if text.isdecimal() and text.isascii() and len(text) <= _DIGITS_MAX:
        number = int(text)
        return number if number <= AMOUNT_MAX else None
    return None


def _scaled(text: str, factor: int | Decimal | None) -> int | None:
    if factor is None or len(text) > _DIGITS_MAX:
        return None
    if type(factor) is int and text.isascii():
        if text.isdecimal():
            amount = int(text) * factor
            return amount if amount <= AMOUNT_MAX else None
        # Most of the others are such as 12.345, and come out whole.
        whole, _, part = text.partition(".")
        scale = 10 ** len(part)
        if whole.isdecimal() and part.isdecimal() and factor % scale == 0:
            amount = int(whole + part) * (factor // scale)
            return amount if amount <= AMOUNT_MAX else None
    return _rounded(text, factor)


def _rounded(text: str, factor: int | Decimal) -> int | None:
    # Half is rounded up. Either `.` or `,` is a decimal mark and never parts thousands.
    if not _NUMBER.fullmatch(text):
        return None
    amount = Decimal(text.replace(",", ".")) * factor
    if not 0 <= amount <= AMOUNT_MAX:
        return None
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def millidegrees(text: str, unit: str) -> int | None:
    """Return a temperature in 1/1000 °C; None where number or unit is not understood."""
    if len(text) > _DIGITS_MAX or not _NUMBER.fullmatch(text) or unit not in {"CEL", "FAH"}:
        return None
    degrees = Decimal(text.replace(",", "."))
    if unit == "FAH":
        degrees = (degrees - 32) * 5 / 9
    if abs(degrees) > 1000:
        return None
    return int((degrees * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def iso_8601(text: str, form: str) -> str | None:
    """Return a date or time as ISO 8601; None where format (2379), zone or value is odd.

    It has a zone only where the sender wrote one. A year of two digits is of this century.
    """
    shape = _FORMATS.get(form)
    found = shape.fullmatch(text) if shape else None
    if found is None:
        return None
    parts = found.groupdict(default="")
    year = int(parts.get("year") or "20" + parts["short"])
    month, day, hour, minute, second = (
        int(parts.get(name) or 0) for name in ("month", "day", "hour", "minute", "second")
    )
    try:
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  (the sender names no zone)
    except ValueError:
        return None
    if form == "102":
        return moment.date().isoformat()
    if form == "303":
        zone = _zone(parts["zone"])
        return moment.replace(tzinfo=zone).isoformat(timespec="minutes") if zone else None
    return moment.isoformat(timespec="seconds" if form == "204" else "minutes")


def _zone(text: str) -> timezone | None:
    if text in _ZONES:
        return timezone(_ZONES[text])
    return timezone(timedelta(hours=int(text))) if _HOURS.fullmatch(text) else None
