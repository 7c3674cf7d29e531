"""HK-MAN-032: places are codes that the list of UN/LOCODE has, and names that agree with theirs.

Needed beside the file is a whole list, which the operator loads. A code that it lacks is only
noted: lists are issued twice a year, and a code may be newer or older than the one at hand.
"""

from collections.abc import Iterator
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.unlocode import Places, is_code
from waglan.customs.place import of_bill
from waglan.customs.rule import Beside, Kind
from waglan.manifest.model import Bill, Manifest

CODE = "HK-MAN-032"
KIND = Kind.PRACTICE
SOURCE = "UN/LOCODE (UN/ECE recommendation 16): https://unece.org/trade/uncefact/unlocode"
CHECKED_ON = date(2026, 11, 28)
IN_FORCE_FROM = date(2026, 11, 28)  # the day the rule joined the project

TEXT_CHARS_MAX = 60  # longer texts are no names of places


def lacks(manifest: Manifest, beside: Beside) -> Finding | None:
    """Return that no whole list is at hand."""
    if beside.places is None or not beside.places.is_whole:
        return Finding("DRY-RUN-NO-PLACES", Severity.NOTE, Where("manifest"), {"rule": CODE})
    return None


def check_beside(manifest: Manifest, beside: Beside) -> list[Finding]:
    """Note each place that the list does not know, once, at the first bill that names it."""
    if beside.places is None:
        return []
    told = {
        text: found
        for text in {text for text, _ in _named(manifest)}
        if (found := _fault(text, beside.places)) is not None
    }
    findings = []
    for text, where in _named(manifest):
        fault = told.pop(text, None)
        if fault is not None:
            findings.append(_finding(fault, text, where))
    return findings


def places_of(manifest: Manifest) -> list[str]:
    """Return what must be looked up: each place once, and names without their country."""
    texts = dict.fromkeys(text for text, _ in _named(manifest))
    return list(dict.fromkeys(one for text in texts for one in (text, _parted(text)[0])))


def _named(manifest: Manifest) -> Iterator[tuple[str, Where]]:
    port = manifest.head.port_of_call
    if port and len(port) <= TEXT_CHARS_MAX:
        yield port, Where("head/port_of_call")
    seen = set[str]()
    for bill in manifest.bills:
        for name, text in _of_bill(bill):
            if text and text not in seen and len(text) <= TEXT_CHARS_MAX:
                seen.add(text)
                yield text, of_bill(bill, name)


def _of_bill(bill: Bill) -> tuple[tuple[str, str | None], ...]:
    return (
        ("place_of_loading", bill.place_of_loading),
        ("port_of_discharge", bill.port_of_discharge),
        ("place_of_delivery", bill.place_of_delivery),
        ("place_of_transhipment", bill.place_of_transhipment),
    )


def _fault(text: str, places: Places) -> tuple[str, str] | None:
    """Return what is odd about a place, and what the list has instead; None: nothing is."""
    if is_code(text):
        place = places.at(text)
        if place is not None:
            return ("going", place.name) if place.is_going else None
        # Five letters may be a name as well: Busan, Genoa.
        return None if places.named(text) else ("unknown", "")
    name, country = _parted(text)
    found = places.named(name)
    if found and country and country not in {place.country for place in found}:
        return "country", ", ".join(sorted({place.code for place in found})[:3])
    return None


def _parted(text: str) -> tuple[str, str]:
    """Part `SHANGHAI, CN` into name and country; no country where none of two letters is told."""
    name, comma, country = text.rpartition(",")
    country = country.strip().upper()
    if comma and len(country) == 2 and country.isascii() and country.isalpha():
        return name.strip(), country
    return text, ""


def _finding(fault: tuple[str, str], text: str, where: Where) -> Finding:
    match fault:
        case "unknown", _:
            return Finding("HK-MAN-032-UNKNOWN", Severity.NOTE, where, {"place": text})
        case "going", name:
            return Finding("HK-MAN-032-GOING", Severity.NOTE, where, {"place": text, "name": name})
        case "country", codes:
            return Finding(
                "HK-MAN-032-COUNTRY", Severity.WARNING, where, {"place": text, "codes": codes}
            )
    raise ValueError(f"{fault[0]} is no fault of a place")
