"""In which of the messages that were sent a finding stands."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from waglan.codes.finding import Finding
from waglan.manifest.model import Manifest
from waglan.messages.envelope import Message
from waglan.messages.row_places import RowPlaces

REFERENCE_MAX_CHARACTERS = 35
_COUNTED = {"bills", "equipment"}  # what knows its segment


def in_message(finding: Finding, message: Message) -> Finding:
    """Return a finding with the interchange and the message it is about, unless it names them."""
    if finding.where.interchange is not None or finding.where.message is not None:
        return finding
    envelope = message.interchange
    if envelope is not None and not envelope.syntax_id:
        return finding  # a paper has neither
    where = replace(
        finding.where,
        interchange=envelope.reference[:REFERENCE_MAX_CHARACTERS] if envelope else None,
        message=message.header.reference[:REFERENCE_MAX_CHARACTERS] or None,
    )
    return replace(finding, where=where)


def in_sheet(finding: Finding, told_at: RowPlaces | None) -> Finding:
    """Return a finding with the row of the sheet that it is about, if it came as one."""
    if told_at is None:
        return finding
    return replace(finding, where=told_at.place(finding.where))


def in_parts(
    findings: Sequence[Finding], sent: Manifest, parts: Mapping[int, Message]
) -> list[Finding]:
    """Return findings of a manifest, each in the part that it is about; the last one for the whole.

    A bill that an amendment leaves as it was stands in none of them: its segment is left out.
    """
    if not findings:
        return []
    at = {finding.where.segment for finding in findings}
    bills = [bill for bill in sent.bills if bill.segment in at]
    boxes = [box for box in sent.equipment if box.segment in at]
    came = {("bills", bill.segment, bill.number): bill.part for bill in bills}
    came |= {("equipment", box.segment, box.number): box.part for box in boxes}
    segments = {(kind, segment) for kind, segment, _ in came}
    last = parts[max(parts)]
    placed = []
    for finding in findings:
        kind, _, rest = finding.where.path.partition("/")
        number, segment = rest.partition("/")[0], finding.where.segment
        if kind == "parts" and number.isdecimal():
            message = parts.get(int(number), last)
        else:
            number = number.replace("~1", "/").replace("~0", "~")
            message = parts.get(came.get((kind, segment, number), 0), last)
        if segment is not None and (kind, segment) not in segments and kind in _COUNTED:
            finding = replace(finding, where=replace(finding.where, segment=None))
        else:
            finding = in_sheet(finding, message.told_at)
        placed.append(in_message(finding, message))
    return placed
