"""House lists as FHL texts, one for each house: nothing is cut, and nothing is changed unsaid."""

import unicodedata
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft_values import DraftValues, Values
from waglan.messages.bridge.fhl import (
    Consigned,
    CustomsNote,
    Fhl,
    FhlParty,
    awb_digit_ok,
    elements,
    rules,
)
from waglan.messages.bridge.file import BridgeFile, BridgeFiles

END = "\r\n"
MEDIA_TYPE = "text/plain; charset=us-ascii"
HOUSES_MAX = 200
NOTE_PARTS = 4  # country / party / kind / text


def fhl_files(values: Values) -> BridgeFiles:
    """Return one FHL for each house of a draft; with an ERROR among the findings, none."""
    sheet, writer = DraftValues(values), _Writer()
    keys = sheet.keys("bills")
    if len(keys) > HOUSES_MAX:
        writer.found(
            Finding(
                "FHL-HOUSES",
                Severity.ERROR,
                Where("fields/bills"),
                {"max": HOUSES_MAX, "count": len(keys)},
            )
        )
        return BridgeFiles((), tuple(writer.findings))
    master = writer.master(sheet)
    lists = [writer.house(sheet, key, master) for key in keys]
    writer.compare(lists)
    for one, key in zip(lists, keys, strict=True):
        size, most = len(fhl_text(one)), rules().message_characters_max
        if size > most:
            where = Where(f"fields/bills/{key}")
            writer.found(Finding("FHL-TOO-BIG", Severity.ERROR, where, {"size": size, "max": most}))
    found = BridgeFiles((), tuple(writer.findings))
    if found.is_refused:
        return found
    files = tuple(
        BridgeFile(
            f"fhl-{one.master.number}-{one.house.number}.txt",
            MEDIA_TYPE,
            fhl_text(one).encode("ascii"),
        )
        for one in lists
    )
    return BridgeFiles(files, found.findings)


def fhl_text(one: Fhl) -> str:
    """Return a house list as text; every element must fit already."""
    master, house = one.master, one.house
    slac = "" if one.slac is None else one.slac
    lines = [
        f"FHL/{rules().version}",
        f"MBI/{master.number}{master.origin}{master.destination}"
        f"/T{master.pieces}K{kilograms(master.mass_g)}",
        f"HBS/{house.number}/{house.origin}{house.destination}/{house.pieces}"
        f"/K{kilograms(house.mass_g)}/{slac}/{one.short_description}",
        *_continued("TXT", one.description),
        *_continued("HTS", one.hs),
        *_continued("OCI", [f"{n.country}/{n.party}/{n.kind}/{n.text}" for n in one.customs_notes]),
        *_party("SHP", one.shipper),
        *_party("CNE", one.consignee),
        *one.other,
    ]
    return END.join(lines) + END


def kilograms(mass_g: int) -> str:
    """Return a mass as it is written, exactly; it may be longer than the element."""
    text = f"{Decimal(mass_g) / 1000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _continued(tag: str, texts: tuple[str, ...] | list[str]) -> list[str]:
    return [f"{tag if n == 0 else ''}/{text}" for n, text in enumerate(texts)]


def _party(tag: str, who: FhlParty) -> list[str]:
    region = f"/{who.region}" if who.region else ""
    postcode = f"/{who.postcode}" if who.postcode else ""
    return [
        f"{tag}/{who.name}",
        f"/{who.address}",
        f"/{who.place}{region}",
        f"/{who.country}{postcode}",
    ]


class _Writer:
    """Makes house lists of a draft's values, and says what does not fit or is written otherwise."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def found(self, finding: Finding) -> None:
        """Keep one finding."""
        self.findings.append(finding)

    def house(self, sheet: DraftValues, key: str, master: Consigned) -> Fhl:
        """Return one house; what does not fit is told and stands as it is."""
        at = f"bills/{key}"
        items = sheet.keys(f"{at}/goods")
        said = [
            self.text(
                "short_description",
                sheet.text(f"{at}/goods/{item}/description"),
                f"{at}/goods/{item}/description",
                is_cut=True,
            )
            for item in items
        ]
        return Fhl(
            master=master,
            house=self.consigned(
                sheet, at, self.number(sheet.text(f"{at}/number"), f"{at}/number")
            ),
            slac=self.slac(sheet.get(f"{at}/slac", int), f"{at}/slac"),
            short_description=self.cut(said[0] if said else "", f"{at}/goods"),
            description=self.lines(said, f"{at}/goods"),
            hs=self.hs(sheet, at, items),
            customs_notes=tuple(
                self.note(told, f"{at}/customs_notes")
                for told in sheet.codes(f"{at}/customs_notes")
            ),
            shipper=self.party(sheet, f"{at}/consignor"),
            consignee=self.party(sheet, f"{at}/consignee"),
        )

    def party(self, sheet: DraftValues, at: str) -> FhlParty:
        """Return who is named at a place."""
        name, address, place, country = (
            self.text(part, sheet.text(f"{at}/{part}"), f"{at}/{part}")
            for part in ("name", "address", "place", "country")
        )
        region, postcode = (
            self.text(part, sheet.text(f"{at}/{part}"), f"{at}/{part}", is_needed=False)
            for part in ("region", "postcode")
        )
        return FhlParty(name, address, place, country, region, postcode)

    def consigned(self, sheet: DraftValues, at: str, number: str) -> Consigned:
        """Return what a waybill says of its goods."""
        origin, destination = (
            self.text("airport", sheet.text(f"{at}/{end}"), f"{at}/{end}")
            for end in ("origin", "destination")
        )
        pieces = self.count("pieces", sheet.get(f"{at}/packages", int), f"{at}/packages")
        mass_g = self.mass(sheet.get(f"{at}/gross_mass_g", int), f"{at}/gross_mass_g")
        return Consigned(number, origin, destination, pieces, mass_g)

    def master(self, sheet: DraftValues) -> Consigned:
        """Return the air waybill, its number in its one form; a wrong check digit is a note."""
        told = sheet.text("head/master") or ""
        digits = "".join(char for char in told if char not in " -")
        text = f"{digits[:3]}-{digits[3:]}"
        if not elements()["master"].fits(text):
            self.found(
                Finding("FHL-AWB", Severity.ERROR, Where("fields/head/master"), {"text": told})
            )
        elif not awb_digit_ok(text):
            self.found(
                Finding("FHL-AWB-DIGIT", Severity.NOTE, Where("fields/head/master"), {"text": text})
            )
        return self.consigned(sheet, "head", text)

    def number(self, told: str | None, path: str) -> str:
        """Return a house's number: signs and blanks have no place in it."""
        text = "".join(char for char in (told or "").upper() if char not in " -./")
        return self.checked("house", told or "", text, path)

    def text(
        self,
        name: str,
        told: str | None,
        path: str,
        *,
        is_needed: bool = True,
        is_cut: bool = False,
    ) -> str:
        """Return a text as it is written, and say so if that is not as it was told."""
        if not told:
            if is_needed:
                self.found(
                    Finding(
                        "FHL-NOTHING", Severity.ERROR, Where(f"fields/{path}"), {"element": name}
                    )
                )
            return ""
        text = latin(told)
        return self.checked(name, told, text, path, is_cut=is_cut)

    def checked(self, name: str, told: str, text: str, path: str, *, is_cut: bool = False) -> str:
        """Return the text, with findings for what does not fit or is written otherwise."""
        rule = elements()[name]
        where = f"fields/{path}"
        strange = strange_in(text)
        if strange:
            self.found(
                Finding(
                    "FHL-CHARACTERS",
                    Severity.ERROR,
                    Where(where),
                    {"text": told[:200], "characters": strange},
                )
            )
        elif len(text) > rule.max and not is_cut:
            self.found(
                Finding(
                    "FHL-TOO-LONG",
                    Severity.ERROR,
                    Where(where),
                    {"text": text, "length": len(text), "max": rule.max},
                )
            )
        elif not rule.fits(text[: rule.max].rstrip() if is_cut else text):
            self.found(
                Finding(
                    "FHL-ELEMENT",
                    Severity.ERROR,
                    Where(where),
                    {"text": text[:200], "element": name},
                )
            )
        elif text != " ".join(told.split()):
            is_case = text == " ".join(told.upper().split())
            severity = Severity.NOTE if is_case else Severity.WARNING
            self.found(
                Finding(
                    "FHL-WRITTEN", severity, Where(where), {"told": told[:200], "written": text}
                )
            )
        return text

    def cut(self, text: str, path: str) -> str:
        """Return as much of the description as the house's own line has room for."""
        short = text[: elements()["short_description"].max].rstrip()
        if short != text:
            self.found(
                Finding("FHL-SHORT", Severity.NOTE, Where(f"fields/{path}"), {"written": short})
            )
        return short

    def lines(self, said: list[str], path: str) -> tuple[str, ...]:
        """Return the descriptions in lines of their length, each item on a line of its own."""
        rule = elements()["description"]
        found = [line for text in said for line in wrapped(text, rule.max)]
        if len(found) > rule.lines:
            self.found(
                Finding(
                    "FHL-LINES",
                    Severity.ERROR,
                    Where(f"fields/{path}"),
                    {"count": len(found), "max": rule.lines},
                )
            )
        return tuple(found)

    def hs(self, sheet: DraftValues, at: str, items: tuple[str, ...]) -> tuple[str, ...]:
        """Return the commodity codes of all goods, each once."""
        rule = elements()["hs"]
        found: dict[str, None] = {}
        for item in items:
            path = f"{at}/goods/{item}/hs_codes"
            for told in sheet.codes(path):
                text = "".join(char for char in told if char not in " .")
                if not rule.fits(text):
                    self.found(
                        Finding(
                            "FHL-ELEMENT",
                            Severity.ERROR,
                            Where(f"fields/{path}"),
                            {"text": told, "element": "hs"},
                        )
                    )
                found[text] = None
        if len(found) > rule.lines:
            self.found(
                Finding(
                    "FHL-LINES",
                    Severity.ERROR,
                    Where(f"fields/{at}/goods"),
                    {"count": len(found), "max": rule.lines},
                )
            )
        return tuple(found)

    def note(self, told: str, path: str) -> CustomsNote:
        """Return a note told as country/party/kind/text; any part but the text may be empty."""
        parts = told.upper().split("/", NOTE_PARTS - 1)
        country, party, kind, text = (
            latin(one) if one else "" for one in [*parts, "", "", ""][:NOTE_PARTS]
        )
        names = ("customs_country", "customs_party", "customs_kind", "customs_text")
        pairs = zip(names, (country, party, kind, text), strict=True)
        is_wrong = not text or any(part and not elements()[name].fits(part) for name, part in pairs)
        if len(parts) != NOTE_PARTS or is_wrong:
            self.found(
                Finding("FHL-CUSTOMS-NOTE", Severity.ERROR, Where(f"fields/{path}"), {"text": told})
            )
        return CustomsNote(country, party, kind, text)

    def count(self, name: str, told: int | None, path: str) -> int:
        """Return a count that is at least one."""
        count = told or 0
        if count < 1 or not elements()[name].fits(str(count)):
            most = elements()[name].max
            self.found(
                Finding(
                    "FHL-COUNT",
                    Severity.ERROR,
                    Where(f"fields/{path}"),
                    {"count": count, "max": most},
                )
            )
        return count

    def slac(self, told: int | None, path: str) -> int | None:
        """Return the shipper's load and count, if anybody said."""
        return None if told is None else self.count("slac", told, path)

    def mass(self, told: int | None, path: str) -> int:
        """Return a mass that can be written; it is told if it had to be rounded."""
        mass_g, most = told or 0, elements()["mass"].max
        rounded = Decimal(mass_g) / 1000
        for places in (3, 2, 1, 0):
            text = kilograms(int(rounded * 1000))
            if len(text) <= most:
                break
            rounded = rounded.quantize(Decimal(1).scaleb(-places + 1), ROUND_HALF_EVEN)
        written_g = int(rounded * 1000)
        if written_g < 1 or not elements()["mass"].fits(kilograms(written_g)):
            self.found(
                Finding(
                    "FHL-MASS",
                    Severity.ERROR,
                    Where(f"fields/{path}"),
                    {"mass_g": mass_g, "max": most},
                )
            )
        elif written_g != mass_g:
            told_kg, text = kilograms(mass_g), kilograms(written_g)
            self.found(
                Finding(
                    "FHL-WRITTEN",
                    Severity.WARNING,
                    Where(f"fields/{path}"),
                    {"told": told_kg, "written": text},
                )
            )
        return written_g

    def compare(self, lists: list[Fhl]) -> None:
        """Say if a house is there twice, or the houses don't make up their master."""
        seen: set[str] = set()
        for one in lists:
            if one.house.number in seen:
                self.found(
                    Finding(
                        "FHL-HOUSE-TWICE",
                        Severity.ERROR,
                        Where("fields/bills"),
                        {"house": one.house.number},
                    )
                )
            seen.add(one.house.number)
        if not lists:
            return
        master = lists[0].master
        pieces, mass_g = sum(o.house.pieces for o in lists), sum(o.house.mass_g for o in lists)
        if (pieces, mass_g) != (master.pieces, master.mass_g):
            self.found(
                Finding(
                    "FHL-TOTALS",
                    Severity.WARNING,
                    Where("fields/head"),
                    {
                        "pieces": pieces,
                        "master_pieces": master.pieces,
                        "kg": kilograms(mass_g),
                        "master_kg": kilograms(master.mass_g),
                    },
                )
            )


def latin(told: str) -> str:
    """Return a text in the characters of an FHL as far as that goes; the rest stays as it is."""
    plain = unicodedata.normalize("NFKD", told)
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join("".join(_signs(kept)).upper().split())


def strange_in(text: str) -> str:
    """Return the characters of a text that an FHL has no place for, each once."""
    allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-"
    return "".join(dict.fromkeys(char for char in text if char not in allowed))[:40]


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most a width, broken between words where that can be."""
    lines, line = [], ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if len(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        line = word
    return [*lines, line] if line else lines


def _signs(text: str) -> Iterator[str]:
    known = rules().written_as
    for char in text:
        yield known.get(char, char)
