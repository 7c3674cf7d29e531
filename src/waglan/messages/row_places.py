"""Where in a sheet that was sent a finding stands, as far as those need it who know no sheet."""

from typing import Protocol

from waglan.codes.finding import Where


class RowPlaces(Protocol):
    """The rows in which what a paper says was told."""

    def place(self, where: Where) -> Where:
        """Return the row of what a finding is about, with its column if it is one field."""
        ...
