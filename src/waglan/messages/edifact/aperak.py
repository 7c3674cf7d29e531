"""APERAK (D.96A): what the application could not use of a message whose syntax was right."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from waglan.messages.edifact.contrl import is_accepted
from waglan.messages.edifact.cusres import PREVIOUS_MESSAGE, Filing
from waglan.messages.edifact.finding_text import Wording, free_text, more, reference
from waglan.messages.edifact.write import Segment, write
from waglan.messages.envelope import Header, Interchange

ERRORS_MAX: Final = 9_999  # the directory allows 99,999; beyond this nobody reads them as EDIFACT
ACKNOWLEDGEMENT: Final = "312"  # 1001; from general knowledge, not verified
ERROR_MESSAGE: Final = "313"  # 1001; from general knowledge, not verified


def aperak(
    envelope: Interchange,
    filing: Filing,
    *,
    at: datetime,
    wording: Wording = Wording(),  # noqa: B008 (frozen)
) -> bytes:
    """Return the answer to one document: each finding with its words and the bill it is about.

    Where the filing does not say whether it is accepted, it is exactly if no finding is an ERROR.
    """
    header = Header("1", "APERAK", "D", "96A", "UN")
    return write(envelope, [(header, _body(envelope, filing, at, wording))])


def _body(
    envelope: Interchange, filing: Filing, at: datetime, wording: Wording
) -> Iterator[Segment]:
    accepted = is_accepted(filing.findings) if filing.is_accepted is None else filing.is_accepted
    name, answer = (ACKNOWLEDGEMENT, "AP") if accepted else (ERROR_MESSAGE, "RE")
    yield ("BGM", name, envelope.reference, "9", answer)
    yield ("DTM", ("137", at.strftime("%Y%m%d%H%M"), "203"))
    yield ("RFF", (PREVIOUS_MESSAGE, filing.document))
    said, left_out = more(filing.findings, ERRORS_MAX)
    for finding in (*said, *left_out):
        yield ("ERC", wording.error_code(finding))
        yield free_text(finding, wording, envelope)
        about = reference(finding.where, envelope)
        if about is not None:
            yield ("RFF", about)
