"""What an officer said with an act, as his colleagues read it; a filer reads none of it here."""

from datetime import datetime

import msgspec
from pydantic import BaseModel

from waglan.customs.officer_act import Sheet, read_sheet


class PartView(BaseModel):
    """A part that was cleared; null is what was not said of it."""

    goods: int | None
    container: str | None
    packages: int | None


class SaidView(BaseModel):
    """What was said with an act; `outcome` is as it was signed, null where nothing was examined."""

    kind: str
    reason: str
    instruction: str
    documents: list[str]
    due: datetime | None
    conditions: list[str]
    parts: list[PartView]
    voucher: str
    outcome: dict[str, object] | None


def said_with(body: bytes | None) -> SaidView | None:
    """Return what these signed bytes say; None where there are none."""
    sheet = None if body is None else read_sheet(body)
    return None if sheet is None else _said(sheet)


def _said(sheet: Sheet) -> SaidView:
    return SaidView(
        kind=sheet.act.value,
        reason=sheet.reason,
        instruction=sheet.instruction,
        documents=list(sheet.documents),
        due=sheet.due,
        conditions=list(sheet.conditions),
        parts=[
            PartView(goods=part.goods, container=part.container, packages=part.packages)
            for part in sheet.parts
        ],
        voucher=sheet.voucher,
        outcome=None if sheet.outcome is None else msgspec.to_builtins(sheet.outcome),
    )
