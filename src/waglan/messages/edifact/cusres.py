"""CUSRES (D.95B): a filing accepted or refused, and what customs wants of each bill.

D.95B has no indicator below a reference, so each status is a message of its own whose indicator
holds for every reference in it. A customs status is no release of cargo and is never called one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity
from waglan.messages.edifact.finding_text import Wording, free_text, item, more
from waglan.messages.edifact.write import Segment, write
from waglan.messages.envelope import Header, Interchange

REFERENCES_PER_MESSAGE_MAX: Final = 9_999  # SG5; the first names the manifest
TEXTS_MAX: Final = 5  # FTX at the head
POINTS_MAX: Final = 50  # SG1
ERRORS_PER_POINT_MAX: Final = 50  # ERC
RESPONSE: Final = "962"  # 1001: customs document response; from general knowledge, not verified
ERROR_RESPONSE: Final = "963"  # 1001: customs error response; from general knowledge, not verified
PREVIOUS_MESSAGE: Final = "ACW"  # 1153
# 7365 has no codes that say exactly this, so the list is Waglan's own: 3055 ZZZ, mutually agreed.
CODE_LIST: Final = "WGS"  # 1131
AGREED: Final = "ZZZ"  # 3055
GIS: Final = {
    CustomsStatus.NOT_SELECTED: "NSL",
    CustomsStatus.DOCUMENTS_ASKED: "DOC",
    CustomsStatus.DETAINED: "DET",
    CustomsStatus.INSPECT: "INS",
    CustomsStatus.EXAMINED: "EXA",
    CustomsStatus.CONDITIONALLY_CLEARED: "CCL",
    CustomsStatus.PARTLY_CLEARED: "PCL",
    CustomsStatus.CLEARED: "CLR",
    CustomsStatus.SEIZED: "SZD",
}
_ORDER: Final = {status: position for position, status in enumerate(CustomsStatus)}


class BillStatus(msgspec.Struct, frozen=True, gc=False):
    """What customs wants of one bill, as its filer may be told."""

    number: str
    status: CustomsStatus
    qualifier: str = "BM"  # 1153: BM a master, BH a house


class Filing(msgspec.Struct, frozen=True):
    """What became of one filed document: None means that nothing is said of acceptance."""

    document: str  # BGM 1004 of what was filed
    is_accepted: bool | None = None
    findings: tuple[Finding, ...] = ()


def cusres(
    envelope: Interchange,
    filing: Filing,
    statuses: Iterable[BillStatus] = (),
    *,
    at: datetime,
    wording: Wording = Wording(),  # noqa: B008 (frozen)
) -> bytes:
    """Return one interchange: the filing's own answer first, then a message for each status.

    Give only what the filer may see: nothing is held back here. A filing of which nothing is to
    be said and without statuses has no answer, and asking for one is refused.
    """
    bodies: list[Iterable[Segment]] = []
    if filing.is_accepted is not None:
        bodies.append(_outcome(envelope, filing, at, wording))
    bodies.extend(_statuses(filing.document, statuses, at))
    if not bodies:
        raise ValueError("a CUSRES says something: an outcome, or a status of a bill")
    return write(
        envelope,
        [
            (Header(str(number), "CUSRES", "D", "95B", "UN"), body)
            for number, body in enumerate(bodies, start=1)
        ],
    )


def _outcome(
    envelope: Interchange, filing: Filing, at: datetime, wording: Wording
) -> Iterator[Segment]:
    name, answer = (RESPONSE, "AP") if filing.is_accepted else (ERROR_RESPONSE, "RE")
    yield ("BGM", name, filing.document, "9", answer)
    yield _prepared(at)
    said, left_out = more(filing.findings, TEXTS_MAX)
    for finding in (*said, *left_out):
        yield free_text(finding, wording, envelope)
    yield from _points(envelope, filing.findings, wording)
    yield ("RFF", (PREVIOUS_MESSAGE, filing.document))


def _points(
    envelope: Interchange, findings: Sequence[Finding], wording: Wording
) -> Iterator[Segment]:
    worst_first = sorted(findings, key=lambda f: f.severity is not Severity.ERROR)
    points: dict[tuple[str, str, int | None], list[Finding]] = {}
    for finding in worst_first:
        where = finding.where
        point = (where.path, where.tag or "", where.segment)
        if point in points:
            points[point].append(finding)
        elif len(points) < POINTS_MAX:
            points[point] = [finding]
    for (_, tag, segment), here in points.items():
        place = item(here[0].where, envelope)
        yield ("ERP", ("", place), (tag, "" if segment is None else str(segment)))
        for finding in here[:ERRORS_PER_POINT_MAX]:
            yield ("ERC", wording.error_code(finding))


def _statuses(
    document: str, statuses: Iterable[BillStatus], at: datetime
) -> Iterator[list[Segment]]:
    in_order = sorted(statuses, key=lambda bill: _ORDER[bill.status])
    for status, group in groupby(in_order, key=lambda bill: bill.status):
        references: list[Segment] = [("RFF", (bill.qualifier, bill.number)) for bill in group]
        size = REFERENCES_PER_MESSAGE_MAX - 1
        for start in range(0, len(references), size):
            yield [
                ("BGM", RESPONSE, document, "9"),
                _prepared(at),
                ("GIS", (GIS[status], CODE_LIST, AGREED)),
                ("RFF", (PREVIOUS_MESSAGE, document)),
                *references[start : start + size],
            ]


def _prepared(at: datetime) -> Segment:
    return ("DTM", ("137", at.strftime("%Y%m%d%H%M"), "203"))
