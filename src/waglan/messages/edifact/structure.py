"""Whether a message keeps to its directory: order, what must be there, how often it may repeat."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.tree import (
    Group,
    Place,
    Table,
    first_of,
    mandatory_elements,
    table_for,
)
from waglan.messages.envelope import Header

FINDINGS_MAX: Final = 1_000  # of one message; beyond them the table is probably not the sender's
NO_WAIVERS: Final[Mapping[str, int]] = {}
# What CONTRL (0085) calls each of these: 13 missing, 15 not supported in this position,
# 35 too many repetitions of a segment, 36 of a group.
SYNTAX_ERROR: Final = {
    "EDIFACT-STRUCTURE-UNEXPECTED-SEGMENT": 15,
    "EDIFACT-STRUCTURE-UNKNOWN-SEGMENT": 15,
    "EDIFACT-STRUCTURE-MISSING-SEGMENT": 13,
    "EDIFACT-STRUCTURE-MISSING-GROUP": 13,
    "EDIFACT-STRUCTURE-MISSING-ELEMENT": 13,
    "EDIFACT-STRUCTURE-SEGMENT-REPEATS": 35,
    "EDIFACT-STRUCTURE-GROUP-REPEATS": 36,
}


def check_structure(
    header: Header,
    segments: Sequence[Sequence[str]],
    *,
    waivers: Mapping[str, int] = NO_WAIVERS,
    interchange: str | None = None,
) -> list[Finding]:
    """Judge a message by the directory its UNH names, in linear time.

    Each segment is its tag and its elements, components unsplit, with or without UNH and UNT. A
    waiver says how often a partner may repeat a group or place of the table (`SG2`, `SG2/LOC`) or
    a tag. A table not verified against the UN text warns and never refuses; repeats only warn.
    """
    tags = [segment[0] for segment in segments]
    findings = heapq.merge(
        _walked(header, tags, waivers, interchange),
        _elements(header, segments, interchange),
        key=lambda finding: finding.where.segment or 0,
    )
    return _limited(findings, interchange, header)


def check_tags(
    header: Header,
    tags: Sequence[str],
    *,
    waivers: Mapping[str, int] = NO_WAIVERS,
    interchange: str | None = None,
) -> list[Finding]:
    """Judge order, presence and repeats by the tags alone; the rest as `check_structure`."""
    return _limited(_walked(header, tags, waivers, interchange), interchange, header)


def _walked(
    header: Header, tags: Sequence[str], waivers: Mapping[str, int], interchange: str | None
) -> Iterator[Finding]:
    table = table_for(header.type, header.release)
    if table is None:
        return iter([_no_table(header, interchange)])
    walk = _Walk(table, waivers, interchange, header.reference)
    return walk.findings(tags, first=1 if tags and tags[0] == "UNH" else 2)


class _Walk:
    """One message against one table."""

    def __init__(
        self, table: Table, waivers: Mapping[str, int], interchange: str | None, message: str
    ) -> None:
        self._table = table
        self._waivers = waivers
        self._interchange = interchange
        self._message = message
        self._severity = Severity.ERROR if table.is_verified else Severity.WARNING

    def findings(self, tags: Sequence[str], first: int) -> Iterator[Finding]:
        """Walk once over the tags; the loop is kept flat because every segment passes it."""
        place = self._table.start
        moves = place.moves
        counts = [0] * self._table.groups
        run = 1
        position = first - 1
        for position, tag in enumerate(tags, start=first):
            move = moves.get(tag)
            if move is None:
                if position > 1 or tag != "UNH":
                    yield self._unexpected(tag, position, place)
                continue
            if move.missing:
                yield from self._missing(move.missing, position)
            if move.place is None:
                return
            group = move.group
            if group is None and move.place is place:
                run += 1
                if run > place.repeats_max and run == 1 + self._most(place, place.tag):
                    yield self._repeats(place, position)
                continue
            if group is not None:
                count = counts[group.number] + 1 if move.is_repeat else 1
                counts[group.number] = count
                if count > group.repeats_max and count == 1 + self._most(group, group.name):
                    yield self._group_repeats(group, position)
            place, run = move.place, 1
            moves = place.moves
        yield from self._missing(moves["UNT"].missing, position + 1)

    def _where(self, position: int, tag: str) -> Where:
        return Where(
            f"segments/{position}",
            interchange=self._interchange,
            message=self._message,
            segment=position,
            tag=tag,
        )

    def _unexpected(self, tag: str, position: int, place: Place) -> Finding:
        where = self._where(position, tag)
        if tag not in self._table.tags:
            return Finding(
                "EDIFACT-STRUCTURE-UNKNOWN-SEGMENT",
                self._severity,
                where,
                {"tag": tag, "message": self._table.message, "from": self._table.first},
            )
        return Finding(
            "EDIFACT-STRUCTURE-UNEXPECTED-SEGMENT",
            self._severity,
            where,
            {"tag": tag, "after": place.name},
        )

    def _missing(self, items: Iterable[Group | Place], position: int) -> Iterator[Finding]:
        for item in items:
            if isinstance(item, Group):
                yield Finding(
                    "EDIFACT-STRUCTURE-MISSING-GROUP",
                    self._severity,
                    self._where(position, first_of(item).tag),
                    {"group": item.name},
                )
            else:
                yield Finding(
                    "EDIFACT-STRUCTURE-MISSING-SEGMENT",
                    self._severity,
                    self._where(position, item.tag),
                    {"place": item.name},
                )

    def _repeats(self, place: Place, position: int) -> Finding:
        return Finding(
            "EDIFACT-STRUCTURE-SEGMENT-REPEATS",
            Severity.WARNING,  # big ships do exceed the maxima
            self._where(position, place.tag),
            {"place": place.name, "max": self._most(place, place.tag)},
        )

    def _group_repeats(self, group: Group, position: int) -> Finding:
        return Finding(
            "EDIFACT-STRUCTURE-GROUP-REPEATS",
            Severity.WARNING,
            self._where(position, first_of(group).tag),
            {"group": group.name, "max": self._most(group, group.name)},
        )

    def _most(self, item: Group | Place, tag: str) -> int:
        allowed = max(self._waivers.get(item.name, 0), self._waivers.get(tag, 0))
        return max(item.repeats_max, allowed)


def _elements(
    header: Header, segments: Sequence[Sequence[str]], interchange: str | None
) -> Iterator[Finding]:
    needed = mandatory_elements()
    first = 1 if segments and segments[0][0] == "UNH" else 2
    for position, segment in enumerate(segments, start=first):
        elements = needed.get(segment[0])
        if elements is None:
            continue
        for element in elements:
            if element >= len(segment) or not segment[element]:
                where = Where(
                    f"segments/{position}",
                    interchange=interchange,
                    message=header.reference,
                    segment=position,
                    tag=segment[0],
                    element=element + 1,  # CONTRL counts the tag as 1
                )
                yield Finding(
                    "EDIFACT-STRUCTURE-MISSING-ELEMENT",
                    Severity.WARNING,  # the list of such elements is not verified
                    where,
                    {"tag": segment[0], "element": element},
                )


def _limited(findings: Iterator[Finding], interchange: str | None, header: Header) -> list[Finding]:
    kept = list(islice(findings, FINDINGS_MAX))
    count = sum(1 for _ in findings)
    if count:
        where = Where("segments", interchange=interchange, message=header.reference)
        kept.append(
            Finding("EDIFACT-STRUCTURE-TOO-MANY-FINDINGS", Severity.NOTE, where, {"count": count})
        )
    return kept


def _no_table(header: Header, interchange: str | None) -> Finding:
    return Finding(
        "EDIFACT-STRUCTURE-NO-TABLE",
        Severity.NOTE,
        Where("header", interchange=interchange, message=header.reference, segment=1, tag="UNH"),
        {"type": header.type, "directory": header.directory or "-"},
    )
