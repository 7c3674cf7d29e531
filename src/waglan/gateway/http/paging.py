"""Lists page by page: `next` of one answer is the `before` of the next, null on the last."""

from collections.abc import Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query

T = TypeVar("T")

LISTED_MAX = 200
HASH = "^[0-9a-f]{64}$"  # of the last line, as a cursor

Before = Annotated[UUID | None, Query(description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=LISTED_MAX)]


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], T | None]:
    """Return a page of what was found with one more than it holds, and its last if more follow."""
    page = found[:limit]
    return page, page[-1] if len(found) > limit else None
