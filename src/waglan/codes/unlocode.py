"""Places by UN/LOCODE and by name: a short list comes along, the whole one an operator loads.

A code that a list lacks is unknown, which is not the same as false: lists are issued twice a year
and carriers use codes before and after. A code may stand twice, under two names.
"""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import msgspec

from waglan.codes.chinese import match_key
from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where

ROWS_MAX = 400_000  # the whole list has some 116,000
FIELD_CHARS_MAX = 300
FINDINGS_MAX = 200  # of the rows; what is more is counted
EXAMPLES_MAX = 3  # of rows that can not be meant, where that is why nothing is taken
BAD_PERMILLE_MAX = 20  # more bad rows than this, and the file is no such list

_CODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_FUNCTIONS = re.compile(r"[0-7B-]{0,8}")
_WORD = re.compile(r"[^\W_]+")
_KINDS = {"pt", "port", "apt", "airport"}  # how the list tells ports and airports of one town apart
_OURS = {"code", "name"}  # the columns that a list with headings must have
# The columns of UNECE's own files, which have no headings.
_UNECE = ("change", "country", "location", "name", "plain", "subdivision", "status", "functions")


class Place(msgspec.Struct, frozen=True, gc=False):
    """One row of a list: a place as it is named there. `functions` as UNECE writes them."""

    code: str
    name: str
    subdivision: str = ""
    functions: str = ""  # 1 port, 2 rail, 3 road, 4 airport, 5 post, 6 multimodal, B border
    status: str = ""
    is_going: bool = False  # marked X: to be removed in the next issue

    @property
    def country(self) -> str:
        """The country's two letters (ISO 3166-1)."""
        return self.code[:2]

    @property
    def is_port(self) -> bool:
        """Whether ships call there."""
        return "1" in self.functions


@dataclass(frozen=True, slots=True)
class Places:
    """Places to look up. Only a whole list can tell that a code is not in it."""

    by_code: Mapping[str, Sequence[Place]]
    by_name: Mapping[str, Sequence[Place]]
    source: str
    as_of: date | None
    is_whole: bool

    @classmethod
    def of(
        cls, places: Iterable[Place], source: str, *, as_of: date | None, is_whole: bool
    ) -> "Places":
        """Return the places, ready to be looked up."""
        by_code, by_name = dict[str, list[Place]](), dict[str, list[Place]]()
        for place in places:
            by_code.setdefault(place.code, []).append(place)
            by_name.setdefault(name_key(place.name), []).append(place)
        return cls(by_code, by_name, source, as_of, is_whole)

    def at(self, code: str) -> Place | None:
        """Return the place of a code, in any case and with any blanks; None: unknown."""
        found = self.by_code.get("".join(code.split()).upper())
        return found[0] if found else None

    def named(self, name: str) -> Sequence[Place]:
        """Return all places of a name, whatever its case, width and accents."""
        return self.by_name.get(name_key(name), ())


def is_code(text: str) -> bool:
    """Whether the text has the shape of a code; the shape proves no place."""
    return _CODE.fullmatch("".join(text.split()).upper()) is not None


def name_key(name: str) -> str:
    """Return what names are compared by: letters and digits, without accents, Pt and Apt."""
    words = _WORD.findall(name if name.isascii() else _without_accents(name))
    while len(words) > 1 and words[-1].casefold() in _KINDS:
        words.pop()
    return match_key("".join(words))


def _without_accents(name: str) -> str:
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name))
    return "".join(char for char in bare if unicodedata.category(char) != "Mn")


@cache
def packaged() -> Places:
    """Return the short list that comes along: our corridors and trade lanes."""
    places, _ = read_list(read("codes/places/places.csv"))
    about = tomllib.loads(read("codes/places/source.toml"))
    return Places.of(places, about["source"], as_of=about["as_of"], is_whole=False)


def decoded(data: bytes) -> str:
    """Return the text of a list's file: UTF-8, or the code page that UNECE's files came in."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_list(text: str) -> tuple[list[Place], list[Finding]]:
    """Return the places of a list, ours with headings or UNECE's without, and what is wrong.

    A row that can't be meant is left out and told; with an ERROR among the findings nothing of the
    file is to be believed: that stands first, and a few rows show what is meant.
    """
    rows = csv.reader(text.splitlines())
    try:
        first = next(rows, [])
        heads = [head.strip().lower() for head in first]
        is_ours = set(heads) >= _OURS
        names = heads if is_ours else list(_UNECE)
        rest = rows if is_ours else _again(first, rows)
        return _places(dict(zip(names, row, strict=False)) for row in rest)
    except csv.Error:
        return [], [Finding("PLACES-UNREADABLE", Severity.ERROR, Where("file"), {})]


def _again(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rows


def _places(rows: Iterable[Mapping[str, str]]) -> tuple[list[Place], list[Finding]]:
    places, findings = list[Place](), list[Finding]()
    bad = total = 0
    for line, row in enumerate(rows, start=1):
        if not any(row.values()) or _is_no_place(row):
            continue
        total += 1
        if total > ROWS_MAX:
            told = Finding("PLACES-MANY", Severity.ERROR, Where("file"), {"rows_max": ROWS_MAX})
            return [], [told]
        place = _place(row)
        if place is not None:
            places.append(place)
            continue
        bad += 1
        if bad <= FINDINGS_MAX:
            shown = " ".join(row.values())[:60]
            findings.append(
                Finding("PLACES-ROW", Severity.WARNING, Where("rows", line=line), {"row": shown})
            )
    if not places or bad * 1000 > total * BAD_PERMILLE_MAX:
        told = Finding("PLACES-NO-LIST", Severity.ERROR, Where("file"), {"bad": bad, "rows": total})
        return [], [told, *findings[:EXAMPLES_MAX]]
    return places, findings


def _is_no_place(row: Mapping[str, str]) -> bool:
    # UNECE's files name each country in a row of its own, and old names in rows marked =.
    return "location" in row and (not row["location"].strip() or row.get("change") == "=")


def _place(row: Mapping[str, str]) -> Place | None:
    cells = {name: value.strip() for name, value in row.items()}
    code = cells.get("code") or cells.get("country", "") + cells.get("location", "")
    name, functions = cells.get("name", ""), cells.get("functions", "")
    if not _CODE.fullmatch(code) or not name or not name_key(name):
        return None
    if not _FUNCTIONS.fullmatch(functions) or any(len(v) > FIELD_CHARS_MAX for v in cells.values()):
        return None
    if not name.isprintable():
        return None
    return Place(
        code,
        name,
        cells.get("subdivision", ""),
        functions,
        cells.get("status", ""),
        cells.get("change", "").upper() == "X",
    )
