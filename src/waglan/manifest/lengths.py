"""How long a text may be: what is longer than any directory allows is no number, name or code.

The longest that D.95B to D.24A have for each, and several texts of a repeated segment together.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from waglan.cargo.movement import Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.instruction import Instruction
from waglan.manifest.model import Bill, Equipment, Goods, Head, Part, PartKey
from waglan.manifest.verified_mass import VerifiedMassList

NUMBER: Final = 70  # 1004, 1154: documents, bills, licences, references
CODE: Final = 35  # 3225, 8028, 8053, 8260, 9308 …
NAME: Final = 350  # 3036 five times
ADDRESS: Final = 700  # 3042 four times, with city, postcode and country
TEXT: Final = 25_000  # 4440 five times in nine FTX
FINDINGS_MAX: Final = 100  # of one part: beyond them it is noise

_NUMBERS: Final = frozenset({"document", "vessel", "customs_office", "port_of_call"})
_NAMES: Final = frozenset({"carrier", "agent"})

_Text: TypeAlias = "tuple[str, str | None, int]"  # its path, itself, how long it may be


def check(part: Part) -> list[Finding]:
    """Return the texts of a part that are longer than they may be, the first hundred."""
    wrong = _too_long(_of_head(part), None)
    for bill in part.bills:
        if not _is_short(bill):
            wrong += _too_long(_of_bill(bill), bill.segment)
        if len(wrong) >= FINDINGS_MAX:
            break
    for box in part.equipment:
        if len(box.number) > CODE or len(box.kind) > CODE or len(box.size_type or "") > CODE:
            wrong += _too_long(_of_box(box), box.segment)
        if len(wrong) >= FINDINGS_MAX:
            break
    return wrong[:FINDINGS_MAX]


def check_document(told: Instruction | VerifiedMassList) -> list[Finding]:
    """Return the texts of a paper before the manifest that are longer than they may be."""
    if isinstance(told, VerifiedMassList):
        return _too_long(_of_masses(told), None)[:FINDINGS_MAX]
    key = PartKey("", "", "", told.booking or "")
    bills = (told.bill, *told.houses)
    return check(Part(key, 1, True, b"", told.head, bills, told.equipment))


def check_report(told: MovementReport | Stowage) -> list[Finding]:
    """Return the texts of what was told of boxes that are longer than they may be."""
    call = told.conveyance
    head: list[_Text] = [
        ("report/document", told.document, NUMBER),
        *((f"report/{name}", getattr(call, name), NUMBER) for name in call.__struct_fields__),
        *(("report/reference", number, NUMBER) for _, number in told.references),
    ]
    wrong = _too_long(head, None)
    items = told.movements if isinstance(told, MovementReport) else told.slots
    for item in items:
        wrong += _too_long(_of_told(item), item.segment)
        if len(wrong) >= FINDINGS_MAX:
            break
    return wrong[:FINDINGS_MAX]


def _of_told(item: Movement | Slot) -> Iterable[_Text]:
    box = item.box
    path = f"boxes/{box.number[:CODE]}"
    codes = (box.number, box.kind, box.size_type, box.direction, box.operator, item.slot)
    yield from ((f"{path}/code", text, CODE) for text in codes)
    ports = (box.port_of_loading, box.port_of_discharge, box.place_of_delivery)
    yield from ((f"{path}/place", text, NUMBER) for text in ports)
    yield from ((f"{path}/seal", text, CODE) for text in box.seals)
    yield from ((f"{path}/dangerous", text, CODE) for text in box.dangerous)
    if isinstance(item, Movement):
        numbers = (item.place, item.terminal, item.booking, item.status, item.happened_at)
        yield from ((f"{path}/number", text, NUMBER) for text in (*numbers, *item.bills))
        yield f"{path}/mode", item.mode, CODE
        yield f"{path}/status_list", item.status_list, NUMBER
        yield f"{path}/status_text", item.status_text, NAME
        yield from ((f"{path}/damage", text, NAME) for text in item.damage)


def _of_masses(told: VerifiedMassList) -> Iterable[_Text]:
    yield "head/document", told.document, NUMBER
    for mass in told.masses:
        path = f"equipment/{mass.container[:CODE]}"
        yield f"{path}/number", mass.container, CODE
        yield f"{path}/booking", mass.booking, NUMBER
        yield f"{path}/responsible", mass.responsible, NAME
        yield from ((f"{path}/bill", bill, NUMBER) for bill in mass.bills)


def _is_short(bill: Bill) -> bool:
    """Whether no text of a bill is too long, as of most: the paths are made up for others alone."""
    if (
        len(bill.number) > NUMBER
        or len(bill.parent or "") > NUMBER
        or len(bill.place_of_loading or "") > NUMBER
        or len(bill.port_of_discharge or "") > NUMBER
        or len(bill.place_of_delivery or "") > NUMBER
        or len(bill.place_of_transhipment or "") > NUMBER
    ):
        return False
    for party in bill.parties:
        if len(party.name) > NAME or len(party.address) > ADDRESS or len(party.code or "") > NUMBER:
            return False
    for item in bill.goods:
        if len(item.description) > TEXT or len(item.marks) > TEXT:
            return False
        for package in item.stowed:
            if len(package.container) > CODE:
                return False
    return True


def _too_long(texts: Iterable[_Text], segment: int | None) -> list[Finding]:
    return [
        Finding(
            "MANIFEST-TEXT-LONG",
            Severity.ERROR,
            Where(path, segment=segment),
            {"field": path.rpartition("/")[2], "count": len(text), "max": most},
        )
        for path, text, most in texts
        if text is not None and len(text) > most
    ]


def _of_head(part: Part) -> list[_Text]:
    head = part.head
    fields = [name for name in Head.__struct_fields__ if name not in {"function", "references"}]
    return [
        ("parts/access_reference", part.key.access_reference, NUMBER),
        *((f"head/{name}", getattr(head, name), _most(name)) for name in fields),
        *(("head/reference", number, NUMBER) for _, number in head.references),
    ]


def _most(name: str) -> int:
    if name in _NAMES:
        return NAME
    return NUMBER if name in _NUMBERS else CODE


def _of_bill(bill: Bill) -> list[_Text]:
    path = f"bills/{bill.number[:CODE]}"
    return [
        (f"{path}/number", bill.number, NUMBER),
        (f"{path}/parent", bill.parent, NUMBER),
        (f"{path}/place_of_loading", bill.place_of_loading, NUMBER),
        (f"{path}/port_of_discharge", bill.port_of_discharge, NUMBER),
        (f"{path}/place_of_delivery", bill.place_of_delivery, NUMBER),
        (f"{path}/place_of_transhipment", bill.place_of_transhipment, NUMBER),
        *((f"{path}/party/name", party.name, NAME) for party in bill.parties),
        *((f"{path}/party/address", party.address, ADDRESS) for party in bill.parties),
        *((f"{path}/party/code", party.code, NUMBER) for party in bill.parties),
        *(text for item in bill.goods for text in _of_goods(f"{path}/goods/{item.number}", item)),
    ]


def _of_goods(path: str, goods: Goods) -> list[_Text]:
    return [
        (f"{path}/description", goods.description, TEXT),
        (f"{path}/marks", goods.marks, TEXT),
        *((f"{path}/container", package.container, CODE) for package in goods.stowed),
    ]


def _of_box(box: Equipment) -> list[_Text]:
    path = f"equipment/{box.number[:CODE]}"
    return [
        (f"{path}/number", box.number, CODE),
        (f"{path}/kind", box.kind, CODE),
        (f"{path}/size_type", box.size_type, CODE),
    ]
