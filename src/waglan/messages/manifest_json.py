"""A manifest as JSON: a form of our own, in the trade's words, described by its JSON Schema.

Masses are whole grams and volumes whole cubic centimetres, so that no number is ever rounded. What
is not known is left out; an unknown field is refused, because it is nearly always a misspelt one.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from waglan.codes.container import unparted
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key_twice import key_twice, keys_twice
from waglan.manifest import model
from waglan.manifest.model import Function, Level, PartyRole
from waglan.manifest.version import PREVIOUS
from waglan.messages.given import unblanked
from waglan.messages.nesting import too_deep
from waglan.messages.out_of_form import out_of_form
from waglan.messages.paper import Paper, PaperKind

FORM: Final = "waglan/paper/v1"
BILLS_MAX: Final = 20_000
UNITS_MAX: Final = 20_000
GOODS_MAX: Final = 999
LIST_MAX: Final = 100
FINDINGS_MAX: Final = 1_000
AMOUNT_MAX: Final = 10**15
# Where a blank is no missing code but a wrong word of the form, or judged as the text that it is.
AS_SENT: Final = frozenset(
    {"form", "kind", "function", "role", "arrival", "departure", "description"}
)

Code: TypeAlias = Annotated[str, Meta(max_length=80)]
Text: TypeAlias = Annotated[str, Meta(max_length=4_000)]
Amount: TypeAlias = Annotated[int, Meta(ge=0, le=AMOUNT_MAX)]
Codes: TypeAlias = Annotated[tuple[Code, ...], Meta(max_length=LIST_MAX)]
Time: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$",
        description="ISO 8601; without a zone it is Hong Kong time.",
    ),
]
Place: TypeAlias = Annotated[str, Meta(max_length=80, description="UN/LOCODE, or the name.")]


class PartyForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody named on a bill."""

    role: PartyRole
    name: Text = ""
    address: Text = ""
    code: Code | None = None


class ShareForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many packages of an item in one container."""

    container: Code
    packages: Amount | None = None


class ItemForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One goods item of a bill."""

    description: Text
    packages: Amount | None = None
    package_kind: Annotated[Code, Meta(description="UN/ECE recommendation 21.")] | None = None
    marks: Text = ""
    gross_mass_g: Amount | None = None
    volume_cm3: Amount | None = None
    containers: Annotated[tuple[ShareForm, ...], Meta(max_length=LIST_MAX)] = ()
    dangerous: Annotated[Codes, Meta(description="UN numbers of dangerous goods.")] = ()
    hs_codes: Codes = ()
    licences: Codes = ()


class BillForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One transport document: a master bill, or a house below the bill that `parent` names."""

    number: Code
    parent: Code | None = None
    place_of_loading: Place | None = None
    port_of_discharge: Place | None = None
    place_of_delivery: Place | None = None
    place_of_transhipment: Place | None = None
    transhipment: bool | None = None
    reefer: bool | None = None
    packages: Amount | None = None
    gross_mass_g: Amount | None = None
    volume_cm3: Amount | None = None
    houses: Amount | None = None
    licences: Codes = ()
    parties: Annotated[tuple[PartyForm, ...], Meta(max_length=LIST_MAX)] = ()
    goods: Annotated[tuple[ItemForm, ...], Meta(max_length=GOODS_MAX)] = ()


class UnitForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A container as the paper lists it."""

    number: Code
    size_type: Annotated[Code, Meta(description="ISO 6346, such as 22G1.")] | None = None
    full: bool | None = None
    gross_mass_g: Amount | None = None
    tare_g: Amount | None = None
    seals: Codes = ()
    set_point_mdegc: (
        Annotated[int, Meta(ge=-200_000, le=200_000, description="In 1/1000 °C.")] | None
    ) = None


class PaperForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A manifest, a list of houses, a shipping instruction or a booking, as JSON."""

    form: Annotated[str, Meta(pattern="^waglan/paper/v1$", description="Always waglan/paper/v1.")]
    document: Annotated[
        Code, Meta(min_length=1, description="Your own number of this paper; keep it to amend it.")
    ]
    recipient: Annotated[
        Code, Meta(min_length=1, description="Address of the authority or carrier: HKCED:ZZ.")
    ]
    kind: PaperKind = PaperKind.MANIFEST
    function: Function = Function.ORIGINAL
    amends: Annotated[Code, Meta(description="The version that it changes.")] | None = None
    reference: Code = ""
    booking: Code | None = None
    carrier: Code | None = None
    agent: Code | None = None
    vessel: Code | None = None
    imo: Code | None = None
    voyage: Code | None = None
    mode: Annotated[Code, Meta(description="1 sea, 2 rail, 3 road, 4 air.")] | None = None
    customs_office: Code | None = None
    port_of_call: Place | None = None
    arrival: Time | None = None
    departure: Time | None = None
    bills: Annotated[tuple[BillForm, ...], Meta(max_length=BILLS_MAX)] = ()
    equipment: Annotated[tuple[UnitForm, ...], Meta(max_length=UNITS_MAX)] = ()


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the form."""
    [described], components = msgspec.json.schema_components([PaperForm])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Waglan paper",
        **described,
        "$defs": {name: _at_defs(part) for name, part in components.items()},
    } | {"$ref": described["$ref"].replace("#/components/schemas", "#/$defs")}


def _at_defs(part: dict[str, Any]) -> dict[str, Any]:
    text = msgspec.json.encode(part).replace(b"#/components/schemas", b"#/$defs")
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded


def read_json(data: bytes) -> tuple[Paper | None, list[Finding]]:
    """Return what a JSON document says; each bill and box has a finding of its own if it has any.

    With an ERROR among the findings the paper is not to be filed.
    """
    try:
        data.decode()
        fields = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, [_syntax(error)]
    if ways := keys_twice(data):
        return None, [key_twice(Where("/".join(map(str, way))), way) for way in ways]
    bills, wrong = _each(fields.pop("bills", None), "bills", BillForm, BILLS_MAX)
    units, more = _each(fields.pop("equipment", None), "equipment", UnitForm, UNITS_MAX)
    wrong += more
    try:
        head = unblanked(msgspec.json.encode(fields), as_sent=AS_SENT)
        form = msgspec.json.decode(head, type=PaperForm)
    except (msgspec.DecodeError, RecursionError) as error:
        return None, [_fault("", error), *wrong][:FINDINGS_MAX]
    return _paper(form, bills, units), wrong[:FINDINGS_MAX]


def write_json(paper: Paper) -> bytes:
    """Return a paper as JSON; `read_json` gives it back."""
    head = paper.head
    amends = next((number for kind, number in head.references if kind == PREVIOUS), None)
    form = PaperForm(
        FORM,
        head.document,
        paper.recipient,
        paper.kind,
        head.function,
        amends,
        paper.reference,
        paper.booking,
        head.carrier,
        head.agent,
        head.vessel,
        head.imo,
        head.voyage,
        head.mode,
        head.customs_office,
        head.port_of_call,
        head.arrival,
        head.departure,
        tuple(map(_document, paper.bills)),
        tuple(map(_box, paper.equipment)),
    )
    return msgspec.json.format(msgspec.json.encode(form), indent=2)


_T = TypeVar("_T")


def _each(
    raw: msgspec.Raw | None, path: str, kind: type[_T], most: int
) -> tuple[list[_T], list[Finding]]:
    if raw is None:
        return [], []
    try:
        listed = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        return [], [_fault(path, error)]
    if len(listed) > most:
        count = len(listed)
        return [], [
            Finding("JSON-TOO-MANY", Severity.ERROR, Where(path), {"count": count, "max": most})
        ]
    decode: Callable[[bytes], _T] = msgspec.json.Decoder(kind).decode
    read: list[_T] = []
    found: list[Finding] = []
    for n, one in enumerate(listed):
        try:
            read.append(decode(unblanked(bytes(one), as_sent=AS_SENT)))
        except (msgspec.DecodeError, RecursionError) as error:
            found.append(_fault(f"{path}/{n}", error))
    return read, found


def _fault(path: str, error: Exception) -> Finding:
    """Say where the form was not kept to; the reason is the reader's own, in English."""
    if isinstance(error, RecursionError):
        return too_deep(Where(path or "document"))
    steps, said = out_of_form(error)
    where = "/".join([*([path] if path else []), *steps]) or "document"
    reason = said[:200]
    return Finding("JSON-FORM", Severity.ERROR, Where(where), {"reason": reason})


def _syntax(error: Exception) -> Finding:
    if isinstance(error, msgspec.ValidationError | RecursionError):
        return _fault("", error)
    reason = str(error)[:200]
    return Finding("JSON-SYNTAX", Severity.ERROR, Where("document"), {"reason": reason})


def _paper(form: PaperForm, bills: list[BillForm], units: list[UnitForm]) -> Paper:
    references = () if form.amends is None else ((PREVIOUS, form.amends),)
    head = model.Head(
        form.document,
        function=form.function,
        carrier=form.carrier,
        agent=form.agent,
        vessel=form.vessel,
        imo=form.imo,
        voyage=form.voyage,
        mode=form.mode,
        customs_office=form.customs_office,
        port_of_call=form.port_of_call,
        arrival=form.arrival,
        departure=form.departure,
        references=references,
    )
    return Paper(
        form.kind,
        form.recipient,
        head,
        tuple(map(_bill, bills)),
        tuple(map(_equipment, units)),
        form.booking,
        form.reference,
    )


def _bill(told: BillForm) -> model.Bill:
    return model.Bill(
        told.number,
        Level.HOUSE if told.parent else Level.MASTER,
        told.parent or None,
        told.place_of_loading,
        told.port_of_discharge,
        told.place_of_delivery,
        told.place_of_transhipment,
        told.transhipment,
        told.reefer,
        told.packages,
        told.gross_mass_g,
        told.volume_cm3,
        told.licences,
        told.houses,
        tuple(model.Party(p.role, p.name, p.address, p.code) for p in told.parties),
        tuple(_goods(n, item) for n, item in enumerate(told.goods, start=1)),
    )


def _goods(number: int, item: ItemForm) -> model.Goods:
    return model.Goods(
        number,
        item.description,
        item.packages,
        item.package_kind,
        item.marks,
        item.gross_mass_g,
        item.volume_cm3,
        tuple(model.Package(unparted(s.container), s.packages) for s in item.containers),
        item.dangerous,
        item.hs_codes,
        item.licences,
    )


def _equipment(unit: UnitForm) -> model.Equipment:
    return model.Equipment(
        unparted(unit.number),
        size_type=unit.size_type,
        full=unit.full,
        gross_mass_g=unit.gross_mass_g,
        tare_g=unit.tare_g,
        seals=unit.seals,
        set_point_mdegc=unit.set_point_mdegc,
    )


def _document(bill: model.Bill) -> BillForm:
    return BillForm(
        bill.number,
        bill.parent,
        bill.place_of_loading,
        bill.port_of_discharge,
        bill.place_of_delivery,
        bill.place_of_transhipment,
        bill.transhipment,
        bill.reefer,
        bill.packages,
        bill.gross_mass_g,
        bill.volume_cm3,
        bill.houses,
        bill.licences,
        tuple(PartyForm(p.role, p.name, p.address, p.code) for p in bill.parties),
        tuple(_item(goods) for goods in bill.goods),
    )


def _item(goods: model.Goods) -> ItemForm:
    return ItemForm(
        goods.description,
        goods.packages,
        goods.package_kind,
        goods.marks,
        goods.gross_mass_g,
        goods.volume_cm3,
        tuple(ShareForm(share.container, share.count) for share in goods.stowed),
        goods.dangerous,
        goods.hs_codes,
        goods.licences,
    )


def _box(box: model.Equipment) -> UnitForm:
    return UnitForm(
        box.number,
        box.size_type,
        box.full,
        box.gross_mass_g,
        box.tare_g,
        box.seals,
        box.set_point_mdegc,
    )
