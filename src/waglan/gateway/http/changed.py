"""What a bill says otherwise than when it was decided of, as the interface shows it to officers."""

from pydantic import BaseModel

from waglan.operations.changed_since import ChangedSince

CHANGES_MAX = 200


class ChangeView(BaseModel):
    """One particular, as it was and as it is; null where nobody said, or it was not there."""

    field: str
    before: str | int | bool | list[str] | None
    after: str | int | bool | list[str] | None


class ChangedView(BaseModel):
    """What changed since the filed version that an officer decided of last, or else an order.

    Of many changes the first are here, and how many more there are. Names and marks are not
    compared where some of them were erased.
    """

    since_filed_version: int
    changes: list[ChangeView]
    more_changes: int
    names_compared: bool


def changed_view(since: ChangedSince | None) -> ChangedView | None:
    """Return what changed, as the interface shows it."""
    if since is None:
        return None
    return ChangedView(
        since_filed_version=since.filed_version,
        changes=[
            ChangeView(field=one.field, before=_shown(one.before), after=_shown(one.after))
            for one in since.changes[:CHANGES_MAX]
        ],
        more_changes=max(len(since.changes) - CHANGES_MAX, 0),
        names_compared=since.are_names_compared,
    )


def _shown(value: str | int | bool | tuple[str, ...] | None) -> str | int | bool | list[str] | None:
    return [*value] if isinstance(value, tuple) else value
