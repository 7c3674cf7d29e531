"""What is shown of a message's findings."""

from collections.abc import Sequence

from waglan.codes.finding import Finding, Severity, Where

FINDINGS_MAX = 1_000  # of one message; an answer to a part of it may say more


def shown(found: Sequence[Finding]) -> list[Finding]:
    """Return what is shown of a message's findings, the gravest if it is too much; it says so."""
    if len(found) <= FINDINGS_MAX + 1:  # one more takes no more room than to say that it is there
        return [*found]
    order = [*Severity]
    by_weight = sorted(range(len(found)), key=lambda n: -order.index(found[n].severity))
    kept = [found[n] for n in sorted(by_weight[:FINDINGS_MAX])]
    left = len(found) - len(kept)
    return [
        *kept,
        Finding("MESSAGE-FINDINGS-MORE", Severity.NOTE, Where("message"), {"count": left}),
    ]
