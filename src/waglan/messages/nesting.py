"""JSON that is nested deeper than anything that is read here."""

from waglan.codes.finding import Finding, Severity, Where


def too_deep(where: Where) -> Finding:
    """Say that lists and objects stand in one another without end: no paper of ours has so many."""
    return Finding("JSON-TOO-DEEP", Severity.ERROR, where, {})
