"""A plain endpoint for events: FastAPI, pydantic, SQLAlchemy's ORM. Run by bench/batches.py.

`/same` writes the rows that Waglan writes for an event into the same tables; `/one` one row each.
"""

import hashlib
import json
import os
import sys
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4  # noqa: TID251

import psycopg
import uvicorn
from fastapi import FastAPI, Header
from pydantic import BaseModel
from sqlalchemy import ARRAY, BigInteger, Date, LargeBinary, String, Uuid, create_engine, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

DSN = os.environ["BENCH_DSN"]
engine = create_engine("postgresql+psycopg://", creator=partial(psycopg.connect, DSN), pool_size=8)
app = FastAPI()
TIME = TIMESTAMP(timezone=True)


class EventIn(BaseModel):
    """One event, as its sender has it."""

    id: str
    code: str
    box: str
    at: datetime
    place: str | None = None
    terminal: str | None = None
    mode: str | None = None
    size_type: str | None = None
    full: bool | None = None
    direction: str | None = None
    gross_mass_g: int | None = None
    seals: list[str] = []


class Base(DeclarativeBase):
    """The tables."""


class OneRow(Base):
    """Everything in one row."""

    __tablename__ = "plain_event"
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[str] = mapped_column(String, unique=True)
    code: Mapped[str]
    box: Mapped[str] = mapped_column(String, index=True)
    at: Mapped[datetime] = mapped_column(TIME)
    place: Mapped[str | None]
    terminal: Mapped[str | None]
    mode: Mapped[str | None]
    size_type: Mapped[str | None]
    full: Mapped[bool | None]
    direction: Mapped[str | None]
    gross_mass_g: Mapped[int | None] = mapped_column(BigInteger)
    seals: Mapped[list[str]] = mapped_column(ARRAY(String))


class Message(Base):
    """What was sent."""

    __tablename__ = "message"
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    org: Mapped[int] = mapped_column(BigInteger)
    id: Mapped[UUID] = mapped_column(Uuid)
    source: Mapped[str]
    token: Mapped[str]
    sha256: Mapped[bytes]
    size: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(TIME)


class Report(Base):
    """A batch."""

    __tablename__ = "report"
    report_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    org: Mapped[int] = mapped_column(BigInteger)
    addressee: Mapped[str]
    message_id: Mapped[int] = mapped_column(BigInteger)
    place: Mapped[int]
    kind: Mapped[str]
    document: Mapped[str]
    function: Mapped[str]
    sha256: Mapped[bytes]
    head: Mapped[bytes]
    boxes: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(TIME)


class Movement(Base):
    """What happened to a box."""

    __tablename__ = "movement"
    movement_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    report_id: Mapped[int] = mapped_column(BigInteger)
    org: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str]
    document: Mapped[str]
    container: Mapped[str]
    code: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(TIME)
    told_at: Mapped[datetime] = mapped_column(TIME)
    event_id: Mapped[int] = mapped_column(BigInteger)
    month: Mapped[datetime] = mapped_column(Date)
    particulars: Mapped[bytes] = mapped_column(LargeBinary)


class Event(Base):
    """The event in the log."""

    __tablename__ = "event"
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[datetime] = mapped_column(Date, primary_key=True)
    org: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str]
    about_kind: Mapped[str]
    about: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(TIME)
    recorded_at: Mapped[datetime] = mapped_column(TIME)
    salt: Mapped[bytes]
    canonical: Mapped[bytes]


class Audience(Base):
    """Who may see it."""

    __tablename__ = "audience"
    org: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[datetime] = mapped_column(Date)


class KeyEvent(Base):
    """What finds it."""

    __tablename__ = "key_event"
    kind: Mapped[str] = mapped_column(String, primary_key=True)
    key: Mapped[str] = mapped_column(String, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    month: Mapped[datetime] = mapped_column(Date)


class EventId(Base):
    """The id that it was told under."""

    __tablename__ = "event_id"
    org: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[str] = mapped_column(String, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[bytes]
    movement_id: Mapped[int] = mapped_column(BigInteger)


@app.post("/one", status_code=201)
def one(rows: list[EventIn], idempotency_key: str = Header()) -> dict[str, int]:
    """Keep each event as one row."""
    with Session(engine) as session:
        session.add_all(
            [OneRow(**{**row.model_dump(), "id": f"{idempotency_key}{row.id}"}) for row in rows]
        )
        session.commit()
    return {"taken": len(rows)}


@app.post("/same", status_code=201)
def same(rows: list[EventIn], idempotency_key: str = Header()) -> dict[str, int]:
    """Keep each event as Waglan does: movement, event, audience, two keys and its id."""
    now = datetime.now(UTC)  # noqa: TID251
    month = now.date().replace(day=1)
    with Session(engine) as session:
        org, first, start = session.execute(
            text(
                "SELECT min(org), nextval('event_block') << 20, nextval('movement_block') << 20"
                " FROM organisation"
            )
        ).one()
        message = Message(org=org, id=uuid4(), source="http", token=idempotency_key,
                          sha256=bytes(32), size=1, received_at=now)  # fmt: skip
        session.add(message)
        session.flush()
        report = Report(org=org, addressee="", message_id=message.message_id, place=1,
                        kind="EVENTS", document="", function="original", sha256=bytes(32),
                        head=b"{}",
                        boxes=len(rows), told_at=now)  # fmt: skip
        session.add(report)
        session.flush()
        for i, row in enumerate(rows):
            said = row.model_dump(mode="json")
            canonical = json.dumps(said, sort_keys=True).encode()
            code, number, event = f"equipment.{row.code}", start + i, first + i
            session.add_all(
                [
                    Movement(movement_id=number, report_id=report.report_id, org=org,
                             message=message.id, kind="EVENTS", document=row.id,
                             container=row.box, code=code, happened_at=row.at, told_at=now,
                             event_id=event, month=month, particulars=canonical),
                    Event(event_id=event, month=month, org=org, code=code, about_kind="container",
                          about=row.box, happened_at=row.at, recorded_at=now,
                          salt=os.urandom(16), canonical=canonical),
                    Audience(org=org, event_id=event, month=month),
                    KeyEvent(kind="container", key=row.box, event_id=event, month=month),
                    KeyEvent(kind="message", key=str(message.id), event_id=event, month=month),
                    EventId(org=org, id=f"{idempotency_key}{row.id}", version=1,
                            sha256=hashlib.sha256(canonical).digest(), movement_id=number),
                ]
            )  # fmt: skip
        session.commit()
    return {"taken": len(rows)}


if __name__ == "__main__":
    OneRow.__table__.create(engine, checkfirst=True)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
