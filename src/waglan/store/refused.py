"""Why the database can't be used, as an exception that carries its finding."""

from waglan.codes.finding import Finding
from waglan.codes.render import render


class Refused(Exception):
    """Waglan must not go on with this database; the finding says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        """Carry the finding; the words are for logs, pages render it in the reader's language."""
        advice = render(finding, "en")
        super().__init__(f"{finding.code}: {advice.problem} {advice.remedy}")
        self.finding = finding
