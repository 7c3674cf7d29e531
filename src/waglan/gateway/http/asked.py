"""What a request's body may hold: text that the record can keep."""

import re
from collections.abc import Iterator

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

UNKEEPABLE = "unkeepable_text"
_NUL_OR_HALF_A_PAIR = re.compile("[\0\ud800-\udfff]")


class Asked(BaseModel):
    """The body of a request; text with a NUL or half a character in it is refused."""

    @model_validator(mode="before")
    @classmethod
    def _kept(cls, given: object) -> object:
        if not all(map(is_keepable, _texts(given))):
            raise PydanticCustomError(UNKEEPABLE, "text that can't be kept")
        return given


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
