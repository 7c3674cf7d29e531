"""Who ends what an officer may do."""

from datetime import datetime
from typing import Protocol

from waglan.codes.party import PartyId


class Ender(Protocol):
    """In which organisation's name it is ended, when, and by whom: a person, or an erasure."""

    @property
    def org(self) -> int:
        """The organisation's number in the store."""

    @property
    def party(self) -> PartyId:
        """The organisation in whose name it is done."""

    @property
    def subject(self) -> str:
        """The person who does it, or the erasure that does."""

    @property
    def at(self) -> datetime:
        """When."""
