"""What a request may hold: text that the record can keep, and times that every clock can show."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from waglan.codes.calendar import is_on_every_clock

UNKEEPABLE = "unkeepable_text"
OFF_THE_CALENDAR = "off_the_calendar"
_DAY = re.compile(r"\s*\d{4}-\d{2}-\d{2}", re.ASCII)
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


def _with_its_day(given: object) -> object:
    if isinstance(given, int | float) or (isinstance(given, str) and not _DAY.match(given)):
        raise PydanticCustomError(
            "datetime_parsing", "Should be a day and a time, such as 2026-12-01T08:00:00+08:00"
        )
    return given


# Every time that a client gives: with its day and its zone, and a moment that any other zone can
# tell. A year or another bare number would be read as seconds since 1970.
AskedTime = Annotated[
    AwareDatetime, AfterValidator(_on_every_clock), BeforeValidator(_with_its_day)
]


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
