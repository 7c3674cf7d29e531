"""HK-MAN-048: coded fields hold the letters and digits of codes, and nothing that passes for them.

Places and carriers may be told by name, in any script, and are then left alone. A place whose
letters nobody knows plain ones for can't be looked for, so an officer decides of its bill.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from waglan.codes.chinese import disguises
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.coded import (
    can_be_read,
    carrier_code,
    country_of,
    is_plain,
    place_code,
    plain_code,
    shown,
)
from waglan.customs.place import of_bill
from waglan.customs.rule import Kind
from waglan.manifest.model import Bill, Equipment, Head, Manifest

CODE = "HK-MAN-048"
KIND = Kind.PRACTICE
SOURCE = (
    "UN/LOCODE (UN/ECE recommendation 16, https://unece.org/trade/uncefact/unlocode), ISO 6346 "
    "and UN/EDIFACT's code lists write codes in Latin capitals and digits; what passes for them "
    "is known after Unicode Technical Standard 39, https://www.unicode.org/reports/tr39/"
)
CHECKED_ON = date(2026, 11, 30)
IN_FORCE_FROM = date(2026, 11, 30)  # the day the rule joined the project


def check(manifest: Manifest) -> list[Finding]:
    """Ask about places, codes of the head and equipment whose letters are no code's."""
    found = [*_of_head(manifest.head), *_of_equipment(manifest.equipment)]
    odd = {text for text in _places(manifest.bills) if text and _is_odd_place(text)}
    if odd:
        for bill in manifest.bills:
            found += _of_bill(bill, odd)
    return found


def _places(bills: Sequence[Bill]) -> set[str | None]:
    """Return each place once: a ship calls at few ports, and carries for thousands of bills."""
    told: set[str | None] = {bill.place_of_loading for bill in bills}
    told.update([bill.port_of_discharge for bill in bills])
    told.update([bill.place_of_delivery for bill in bills])
    told.update([bill.place_of_transhipment for bill in bills])
    return told


def _is_odd_place(text: str) -> bool:
    if is_plain(text):
        # A code once the signs are out, CN-SHA, and not as lists write it: CNSHA or CN SHA.
        code, plain = place_code(text), " ".join(text.upper().split())
        return country_of(code) != "" and plain not in (code, f"{code[:2]} {code[2:]}")
    return country_of(place_code(text)) != "" or _is_odd_name(text)


def _is_odd_name(text: str) -> bool:
    # Beside a plain letter a word of look-alikes alone shows too.
    return not is_plain(text) and (bool(disguises(f"A {text}")) or not can_be_read(text))


def _is_odd_code(text: str) -> bool:
    return not is_plain(text)


def _of_bill(bill: Bill, odd: set[str]) -> Iterator[Finding]:
    for name, text in (
        ("place_of_loading", bill.place_of_loading),
        ("port_of_discharge", bill.port_of_discharge),
        ("place_of_delivery", bill.place_of_delivery),
        ("place_of_transhipment", bill.place_of_transhipment),
    ):
        if text not in odd or text is None:
            continue
        where, number, told = of_bill(bill, name), bill.number, shown(text)
        if can_be_read(text):
            yield Finding(
                "HK-MAN-048-PLACE",
                Severity.WARNING,
                where,
                {"bill": number, "text": told, "plain": _short(place_code(text))},
            )
        else:
            yield Finding(
                "HK-MAN-048-UNREAD", Severity.WARNING, where, {"bill": number, "text": told}
            )


_Odd = Callable[[str], bool]
_Plain = Callable[[str], str]


def _of_head(head: Head) -> Iterator[Finding]:
    asked: tuple[tuple[str, str | None, _Odd, _Plain], ...] = (
        ("carrier", head.carrier, _is_odd_name, carrier_code),
        ("port_of_call", head.port_of_call, _is_odd_place, place_code),
        ("voyage", head.voyage, _is_odd_code, plain_code),
        ("imo", head.imo, _is_odd_code, plain_code),
        ("mode", head.mode, _is_odd_code, plain_code),
    )
    for name, text, is_odd, plain in asked:
        if text and is_odd(text):
            yield Finding(
                "HK-MAN-048-HEAD",
                Severity.WARNING,
                Where(f"head/{name}"),
                {"text": shown(text), "plain": _short(plain(text))},
            )


def _of_equipment(equipment: Sequence[Equipment]) -> Iterator[Finding]:
    # Of containers the rule CONTAINER asks about the number.
    told = {box.kind for box in equipment} | {box.size_type or "" for box in equipment}
    told.update([box.number for box in equipment if box.kind != "CN"])
    if is_plain("".join(told)):
        return
    for box in equipment:
        fields = [("kind", box.kind), ("size_type", box.size_type or "")]
        if box.kind != "CN":
            fields.append(("number", box.number))
        for name, text in fields:
            if not is_plain(text):
                yield Finding(
                    "HK-MAN-048-BOX",
                    Severity.WARNING,
                    Where(f"equipment/{box.number}/{name}", segment=box.segment),
                    {"box": shown(box.number), "text": shown(text), "plain": plain_code(text)},
                )


def _short(text: str) -> str:
    return text[:60]
