"""How an event is shown, wherever it is: in lists, in the stream, and to webhooks."""

from datetime import datetime

from pydantic import BaseModel

from waglan.logbook.event import Event


class EventView(BaseModel):
    """One event; `seq` is its number in the log, null for the moment before it has one."""

    seq: int | None
    code: str
    about: dict[str, str]
    said_by: str
    happened_at: datetime
    recorded_at: datetime
    body: dict[str, object]


def event_view(seq: int | None, event: Event) -> EventView:
    """Return an event as all who may see it are shown it."""
    return EventView(
        seq=seq,
        code=event.code.value,
        about={"kind": event.about.kind.value, "key": event.about.text},
        said_by=event.said_by,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        body=dict(event.body),
    )
