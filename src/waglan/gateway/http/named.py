"""Whom a bill names, as the interface shows it."""

from pydantic import BaseModel

from waglan.store.named import Named


class PartyView(BaseModel):
    """A party as its bill names it."""

    role: str
    name: str
    address: str
    code: str | None


class MarksView(BaseModel):
    """What the packages of a goods item bear."""

    goods: int
    marks: str


class NamedView(BaseModel):
    """Whom a bill names, by its filer's newest version.

    `erased` says that names or marks of it were erased: what is left stands here.
    """

    filer: str
    parent: str  # the bill above it, empty for none
    parties: list[PartyView]
    marks: list[MarksView]
    erased: bool


def named_view(one: Named) -> NamedView:
    """Return whom a bill names, as the interface shows it."""
    return NamedView(
        filer=one.filer,
        parent=one.parent,
        parties=[
            PartyView(
                role=party.role.value, name=party.name, address=party.address, code=party.code
            )
            for party in one.parties
        ],
        marks=[MarksView(goods=goods, marks=marks) for goods, marks in one.marks],
        erased=one.is_erased,
    )
