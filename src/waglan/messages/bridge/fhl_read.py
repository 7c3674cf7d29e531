"""FHL texts read: strictly in what they mean, tolerantly in how they are laid out.

What deviates and can still be understood is a note with its line; what can't be is an error, and
the house it stands in is left out. A line of a kind that is not known is kept as it came.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.bridge.fhl import (
    Consigned,
    CustomsNote,
    Fhl,
    FhlParty,
    awb_digit_ok,
    elements,
    rules,
)

BYTES_MAX = 1 << 20
LINES_MAX = 20_000
FINDINGS_MAX = 100
GRAMS_OF_A_POUND = Decimal("453.59237")
VERSIONS = ("2", "4", "5")
_PARTS = ("name", "address", "place", "country")
_LABELS = {"NAM", "ADR", "LOC"}  # of later versions; the order says the same

_START = re.compile(r"FHL/(\d{1,2})")
_TAGGED = re.compile(r"([A-Z]{3})(?:/(.*))?")
_MASTER = re.compile(r"(\d{3})-?(\d{8})([A-Z]{3})([A-Z]{3})/T(\d{1,4})([KL])([\d.]{1,9})")
_QUOTED_MASTER = re.compile(r"MBI/(\d{3})-?(\d{8})")
_QUOTED_HOUSE = re.compile(r"HBS/([^/]+)")
_MASS = re.compile(r"([KL])([\d.]{1,9})")


@dataclass(slots=True)
class _Segment:
    tag: str
    line: int
    texts: list[str] = field(default_factory=list)


class FhlReader:
    """Reads FHL texts and says what is wrong; `lists` are the houses that could be understood."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.lists: list[Fhl] = []
        self.findings: list[Finding] = []

    def read(self, data: bytes) -> None:
        """Read a whole file, of one message or several."""
        if len(data) > BYTES_MAX:
            self._found(
                Finding("FHL-FILE-SIZE", Severity.ERROR, _at(0), {"max_kib": BYTES_MAX >> 10})
            )
            return
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
        lines = re.split(r"\r\n|\n|\r", text)
        if len(lines) > LINES_MAX:
            self._found(Finding("FHL-FILE-LINES", Severity.ERROR, _at(0), {"max": LINES_MAX}))
            return
        segments = list(self._segments(lines))
        starts = [n for n, one in enumerate(segments) if one.tag == "FHL"]
        if not starts:
            self._found(Finding("FHL-NONE", Severity.ERROR, _at(0), {}))
        for n in starts:
            after = next((m for m in starts if m > n), len(segments))
            self._message(segments[n + 1 : after], segments[n].line)

    def _found(self, finding: Finding) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)

    def _segments(self, lines: Sequence[str]) -> Iterator[_Segment]:
        current: _Segment | None = None
        for number, raw in enumerate(lines, 1):
            line = raw.rstrip()
            if not line:
                continue
            if start := _START.fullmatch(line):
                if start[1] not in VERSIONS:
                    known = ", ".join(VERSIONS)
                    self._found(
                        Finding(
                            "FHL-VERSION",
                            Severity.WARNING,
                            _at(number),
                            {"text": start[1], "known": known},
                        )
                    )
                current = _Segment("FHL", number)
                yield current
            elif line.startswith("/") and current is not None:
                stripped = line.lstrip("/")
                if len(line) - len(stripped) > 1 and current.tag != "OCI":
                    self._found(Finding("FHL-SLASHES", Severity.NOTE, _at(number), {}))
                current.texts.append(line[1:] if current.tag == "OCI" else stripped)
            elif (tagged := _TAGGED.fullmatch(line)) and tagged[1] in _LABELS and current:
                current.texts.append(tagged[2] or "")
            elif tagged:
                current = _Segment(tagged[1], number, [] if tagged[2] is None else [tagged[2]])
                yield current
            else:
                self._found(Finding("FHL-LINE", Severity.ERROR, _at(number), {"text": line[:80]}))

    def _message(self, segments: Sequence[_Segment], line: int) -> None:
        """Read one message: what stands before the first house is of them all."""
        masters = [one for one in segments if one.tag == "MBI"]
        if len(masters) != 1:
            self._found(Finding("FHL-MISSING", Severity.ERROR, _at(line), {"element": "MBI"}))
            return
        starts = [n for n, one in enumerate(segments) if one.tag == "HBS"]
        if not starts:
            self._found(Finding("FHL-MISSING", Severity.ERROR, _at(line), {"element": "HBS"}))
            return
        told = _MASTER.fullmatch("/".join(masters[0].texts))
        if told is None:
            self._bad(masters[0], "MBI")
            return
        master = f"{told[1]}-{told[2]}"
        if not awb_digit_ok(master):
            self._found(
                Finding("FHL-AWB-DIGIT", Severity.NOTE, _at(masters[0].line), {"text": master})
            )
        mass_g = self._mass(told[6], told[7], masters[0])
        if mass_g is None:
            return
        head = Consigned(master, told[3], told[4], int(told[5]), mass_g)
        for n in starts:
            after = next((m for m in starts if m > n), len(segments))
            self._house(head, segments[n], segments[n + 1 : after])

    def _house(self, master: Consigned, first: _Segment, rest: Sequence[_Segment]) -> None:
        wrong = sum(one.severity is Severity.ERROR for one in self.findings)
        parts = first.texts[0].split("/") if first.texts else []
        parts += [""] * (6 - len(parts))
        number, airports, pieces, mass, slac, short = parts[:6]
        told = _MASS.fullmatch(mass)
        mass_g = self._mass(told[1], told[2], first) if told else None
        if len(parts) > 6 or told is None or not self._fit(first, airports, pieces, slac):
            self._bad(first, "HBS")
            return
        self._element("house", number, first)
        self._element("short_description", short, first)
        texts = {tag: self._one(rest, tag) for tag in ("TXT", "HTS", "OCI", "SHP", "CNE")}
        shipper, consignee = self._party(texts["SHP"], first), self._party(texts["CNE"], first)
        description, hs = (self._texts(texts[tag], of) for tag, of in _OF.items())
        notes = tuple(self._notes(texts["OCI"]))
        other = tuple(self._other(first, rest))
        is_wrong = sum(one.severity is Severity.ERROR for one in self.findings) > wrong
        if is_wrong or shipper is None or consignee is None or mass_g is None:
            return
        house = Consigned(number, airports[:3], airports[3:], int(pieces), mass_g)
        units = int(slac) if slac else None
        self.lists.append(
            Fhl(master, house, short, shipper, consignee, units, description, hs, notes, other)
        )

    def _fit(self, first: _Segment, airports: str, pieces: str, slac: str) -> bool:
        rule = elements()
        return (
            len(airports) == 6
            and all(rule["airport"].fits(one) for one in (airports[:3], airports[3:]))
            and rule["pieces"].fits(pieces)
            and (not slac or rule["slac"].fits(slac))
        )

    def _mass(self, unit: str, text: str, where: _Segment) -> int | None:
        if not elements()["mass"].fits(text):
            self._found(
                Finding(
                    "FHL-READ", Severity.ERROR, _at(where.line), {"element": "mass", "text": text}
                )
            )
            return None
        if unit == "K":
            return int(Decimal(text) * 1000)
        self._found(Finding("FHL-POUNDS", Severity.NOTE, _at(where.line), {"text": text}))
        return int((Decimal(text) * GRAMS_OF_A_POUND).to_integral_value())

    def _one(self, rest: Sequence[_Segment], tag: str) -> _Segment | None:
        """Return what stands under a tag; a tag that stands again goes on."""
        found = [one for one in rest if one.tag == tag]
        if not found:
            return None
        return _Segment(tag, found[0].line, [text for one in found for text in one.texts])

    def _party(self, told: _Segment | None, first: _Segment) -> FhlParty | None:
        if told is None or len(told.texts) < len(_PARTS):
            self._found(
                Finding(
                    "FHL-MISSING",
                    Severity.ERROR,
                    _at(told.line if told else first.line),
                    {"element": "SHP, CNE"},
                )
            )
            return None
        name, address, place, country = (text.split("/") for text in told.texts[: len(_PARTS)])
        found = FhlParty(
            name[0], address[0], place[0], country[0], _second(place), _second(country)
        )
        for part in _PARTS:
            self._element(part, getattr(found, part), told)
        for part in ("region", "postcode"):
            if getattr(found, part):
                self._element(part, getattr(found, part), told)
        left = ["/".join(one) for one in (name[1:], address[1:], place[2:], country[2:]) if one]
        for text in [*left, *told.texts[len(_PARTS) :]]:
            self._found(Finding("FHL-NOT-READ", Severity.NOTE, _at(told.line), {"text": text[:80]}))
        return found

    def _texts(self, told: _Segment | None, of: str) -> tuple[str, ...]:
        if told is None:
            return ()
        for text in told.texts:
            self._element(of, text, told)
        return tuple(told.texts)

    def _notes(self, told: _Segment | None) -> Iterator[CustomsNote]:
        for text in told.texts if told else ():
            parts = text.split("/")
            names = ("customs_country", "customs_party", "customs_kind", "customs_text")
            if len(parts) != len(names):
                self._found(
                    Finding(
                        "FHL-READ",
                        Severity.ERROR,
                        _at(told.line if told else 0),
                        {"element": "OCI", "text": text[:80]},
                    )
                )
                continue
            for name, part in zip(names, parts, strict=True):
                if (part or name == "customs_text") and told:
                    self._element(name, part, told)
            yield CustomsNote(*parts)

    def _other(self, first: _Segment, rest: Sequence[_Segment]) -> Iterator[str]:
        for text in first.texts[1:]:
            self._found(
                Finding("FHL-NOT-READ", Severity.NOTE, _at(first.line), {"text": text[:80]})
            )
        for one in rest:
            if one.tag in ("TXT", "HTS", "OCI", "SHP", "CNE", "MBI"):
                continue
            self._found(Finding("FHL-NOT-READ", Severity.NOTE, _at(one.line), {"text": one.tag}))
            yield from (
                f"{one.tag if n == 0 else ''}/{text}" for n, text in enumerate(one.texts or [""])
            )

    def _element(self, name: str, text: str, where: _Segment) -> None:
        if not elements()[name].fits(text):
            self._found(
                Finding(
                    "FHL-READ",
                    Severity.ERROR,
                    _at(where.line),
                    {"element": name, "text": text[:80]},
                )
            )

    def _bad(self, where: _Segment, tag: str) -> None:
        self._found(
            Finding(
                "FHL-READ",
                Severity.ERROR,
                _at(where.line),
                {"element": tag, "text": "/".join(where.texts)[:80]},
            )
        )


_OF = {"TXT": "description", "HTS": "hs"}


def _at(line: int) -> Where:
    return Where("fhl", line=line or None)


def _second(parts: Sequence[str]) -> str:
    return parts[1] if len(parts) > 1 else ""


def read_fhl(data: bytes) -> tuple[tuple[Fhl, ...], tuple[Finding, ...]]:
    """Return the houses of a file of FHL texts, and what is wrong with it or deviates."""
    reader = FhlReader()
    reader.read(data)
    size = rules().message_characters_max
    if reader.lists and len(data) > size * len(reader.lists):
        reader.findings.append(
            Finding("FHL-TOO-BIG", Severity.WARNING, Where("fhl"), {"size": len(data), "max": size})
        )
    return tuple(reader.lists), tuple(reader.findings)


def reply_says(data: bytes) -> bool | None:
    """Whether a reply takes an FHL (FMA) or refuses it (FNA); None: it is neither.

    The kind of message in its first line is all that is read for it.
    """
    first = next((line.strip() for line in data[:1024].splitlines() if line.strip()), b"")
    return {b"FMA": True, b"FNA": False}.get(first)


def reply_quotes(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """Return the air waybills and the houses of the message that a reply quotes; none: it does not.

    Only the numbers are read: what else a quoted line holds is as it was sent, right or wrong.
    """
    lines = [line.strip() for line in data[:BYTES_MAX].decode("ascii", "replace").splitlines()]
    masters = (_QUOTED_MASTER.match(line) for line in lines)
    houses = (_QUOTED_HOUSE.match(line) for line in lines)
    return (
        frozenset(f"{told[1]}-{told[2]}" for told in masters if told),
        frozenset(told[1] for told in houses if told),
    )
