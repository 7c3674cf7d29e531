"""What a request may hold: text that the record can keep, and times that every clock can show."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, model_validator
from pydantic_core import PydanticCustomError

from waglan.codes.calendar import is_on_every_clock

UNKEEPABLE = "unkeepable_text"
OFF_THE_CALENDAR = "off_the_calendar"
_NUL_OR_HALF_A_PAIR = re.compile("[\0\ud800-\udfff]")


class Asked(BaseModel):
    """The body of a request; text with a NUL or half a character in it is refused."""

    @model_validator(mode="before")
    @classmethod
    def _kept(cls, given: object) -> object:
        if not all(map(is_keepable, _texts(given))):
            raise PydanticCustomError(UNKEEPABLE, "text that can't be kept")
        return given


def _on_every_clock(at: datetime) -> datetime:
    if not is_on_every_clock(at):
        raise PydanticCustomError(OFF_THE_CALENDAR, "a moment at the calendar's end")
    return at


# Every time that a client gives: with its zone, and a moment that any other zone can tell.
AskedTime = Annotated[AwareDatetime, AfterValidator(_on_every_clock)]


def is_keepable(text: str) -> bool:
    """Whether PostgreSQL keeps this text: no NUL, and no half of a surrogate pair."""
    return _NUL_OR_HALF_A_PAIR.search(text) is None


def _texts(given: object) -> Iterator[str]:
    waiting = [given]  # not by recursion: what was sent may be nested deeper than Python calls
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
