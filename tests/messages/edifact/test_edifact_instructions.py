"""Bookings, shipping instructions and verified masses: read, written, and read back."""

import pytest
from edifact_files import blocks, codes, interchange, message, one, read_slowly, read_streaming
from edifact_parts import BILLS, BOXES, CODES, DAYS, HEADS, MASSES, WORDS, maybe, some
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from waglan.codes.finding import Severity
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Function, Level, Package, PartyRole
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList, WeighingMethod
from waglan.messages.edifact import Profile, read
from waglan.messages.edifact.iftmin_write import NAME, write_instruction
from waglan.messages.edifact.vermas_write import write_masses
from waglan.messages.envelope import Address, Interchange, InterchangeEnd, Message

TO_LINE = Interchange(
    Address("FWD", "ZZ"), Address("LINE", "ZZ"), "I1", "UNOY", prepared="261122:1200"
)
INSTRUCTION = (
    "BGM+340+SI-7+9'DTM+137:202611200900:203'CNT+7:20000:KGM'CNT+8:100'LOC+9+CNSHK'LOC+11+HKHKG'"
    "LOC+7+HKKWT'RFF+BN:BK-1'RFF+BM:HLCU1'RFF+FF:JOB-9'RFF+EX:LIC-1'"
    "TDT+20+012E+1++HLC:172:20+++9321483:146::HARBOUR STAR'LOC+8+HKTMN'DTM+133:202611240600:203'"
    "NAD+CA+HLC:172:20'NAD+CZ+++ACME:LTD+12 STREET+SHENZHEN++518000+CN'LOC+9+IGNORED'"
    "RFF+ABC:HIS OWN'NAD+CN+++WONG TAI?: SONS'"
    "GID+1+60:CT'TMP+2'PIA+5+610910:HS:112+X:SA'FTX+AAA+++COTTON T-SHIRTS'MEA+AAE+G+KGM:12000'"
    "MEA+AAE+AAW+MTQ:30'RFF+IP:LIC-2'PCI+28+MARK 1'SGP+CSQU3054383+60'MEA+AAE+G+KGM:1'"
    "DGS+IMD+3+1993'FTX+AAA+++NOT A DESCRIPTION'MEA+AAE+G+KGM:2'GID+2+40:CT'FTX+AAA+++TOYS'"
    "EQD+CN+CSQU 3054383+22G1:102:5+2++5'MEA+AAE+VGM+KGM:22000'SEL+S1+SH'TMP+2+-18:CEL'"
)
MASSES_OF_TWO = (
    "BGM+749+VGM-1+9'DTM+137:202611221200:203'EQD+CN+CSQU3054383'RFF+BN:BK-1'RFF+BM:HLCU1'SEL+S1'"
    "MEA+AAE+VGM+KGM:22000.5'MEA+AAE+T+KGM:2200'DTM+798:202611211800:203'DOC+SM1:VGM:306+SLIP 4'"
    "NAD+SPC+++ACME?: LTD'CTA+RP+:SAMPLE PERSON'EQD+CN+CSQU3054384'DOC+SM2:VGM:306'NAD+SPC'"
    "CTA+RP+:SAMPLE PERSON'NAD+AM'CTA+IC+:OTHER PERSON'"
)
IFTMIN = interchange(message(INSTRUCTION, kind="IFTMIN:D:99B:UN"))
VERMAS = interchange(message(MASSES_OF_TWO, kind="VERMAS:D:16A:UN:SMDG10"))
PLAIN_BILLS = BILLS.map(
    lambda bill: replace(
        bill,
        transhipment=None,
        parties=tuple(p for p in bill.parties if p.role is not PartyRole.CARRIER),
    )
)
INSTRUCTIONS = st.builds(
    Instruction,
    kind=st.sampled_from([InstructionKind.BOOKING, InstructionKind.SHIPPING_INSTRUCTION]),
    head=HEADS.map(lambda head: replace(head, customs_office=None, port_of_call=None)),
    bill=PLAIN_BILLS,
    equipment=some(BOXES),
    booking=maybe(CODES),
    issued_at=maybe(DAYS),
).map(
    lambda told: replace(
        told, head=replace(told.head, document_name=NAME[told.kind]), carrier=told.head.carrier
    )
)
MASS_LISTS = st.builds(
    VerifiedMassList,
    document=CODES,
    function=st.sampled_from(Function),
    masses=some(
        st.builds(
            VerifiedMass,
            container=CODES,
            gross_mass_g=maybe(MASSES.filter(bool)),
            method=maybe(st.sampled_from(WeighingMethod)),
            weighed_at=maybe(DAYS),
            responsible=maybe(WORDS),
            booking=maybe(CODES),
            bills=some(CODES),
            seals=some(CODES),
        )
    ),
    issued_at=maybe(DAYS),
)


def told(raw: bytes) -> Instruction:
    content = one(raw)[0].content
    assert isinstance(content, Instruction)
    return content


def masses(raw: bytes) -> VerifiedMassList:
    content = one(raw)[0].content
    assert isinstance(content, VerifiedMassList)
    return content


def test_a_shipping_instruction_says_what_the_bill_shall_say() -> None:
    first, end = one(IFTMIN)
    assert (codes(first.findings), codes(end.findings)) == ([], [])
    said = told(IFTMIN)
    assert (said.kind, said.number, said.function) == (
        InstructionKind.SHIPPING_INSTRUCTION,
        "SI-7",
        Function.ORIGINAL,
    )
    assert (said.booking, said.carrier, said.issued_at) == ("BK-1", "HLC", "2026-11-20T09:00")
    assert (said.head.vessel, said.head.imo, said.head.voyage) == (
        "HARBOUR STAR",
        "9321483",
        "012E",
    )
    assert (said.head.departure, said.head.references) == ("2026-11-24T06:00", (("FF", "JOB-9"),))
    bill = said.bill
    assert (bill.number, bill.gross_mass_g, bill.packages) == ("HLCU1", 20_000_000, 100)
    assert (bill.place_of_loading, bill.port_of_discharge, bill.place_of_delivery) == (
        "CNSHK",
        "HKHKG",
        "HKKWT",
    )
    assert (bill.licences, bill.reefer) == (("LIC-1",), True)
    assert [(p.role, p.name) for p in bill.parties] == [
        (PartyRole.CONSIGNOR, "ACME LTD"),
        (PartyRole.CONSIGNEE, "WONG TAI: SONS"),
    ]


def test_measures_and_texts_below_a_share_or_a_danger_are_not_the_items_own() -> None:
    first, second = told(IFTMIN).bill.goods
    assert (first.description, first.gross_mass_g) == ("COTTON T-SHIRTS", 12_000_000)
    assert (first.hs_codes, first.licences, first.dangerous) == (("610910",), ("LIC-2",), ("1993",))
    assert (first.stowed, first.marks) == ((Package("CSQU3054383", 60),), "MARK 1")
    assert (second.description, second.packages, second.gross_mass_g) == ("TOYS", 40, None)


def test_the_boxes_of_an_instruction_have_mass_seal_and_temperature() -> None:
    [box] = told(IFTMIN).equipment
    assert (box.number, box.size_type, box.full) == ("CSQU3054383", "22G1", True)
    assert (box.gross_mass_g, box.seals, box.set_point_mdegc) == (22_000_000, ("S1",), -18_000)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("335", InstructionKind.BOOKING),
        ("340", InstructionKind.SHIPPING_INSTRUCTION),
        ("610", InstructionKind.SHIPPING_INSTRUCTION),
    ],
)
def test_a_booking_is_told_from_an_instruction_by_its_documents_name(
    name: str, kind: InstructionKind
) -> None:
    assert told(IFTMIN.replace(b"BGM+340", f"BGM+{name}".encode())).kind is kind


def test_what_nobody_said_stays_unknown() -> None:
    bare = told(interchange(message("BGM+340+SI-8+9'", kind="IFTMIN:D:99B:UN")))
    assert bare.bill == Bill("", Level.MASTER)
    assert (bare.booking, bare.carrier, bare.issued_at, bare.equipment) == (None, None, None, ())


def test_a_verified_mass_says_how_when_and_who_answers_for_it() -> None:
    said = masses(VERMAS)
    assert (said.document, said.function, said.issued_at) == (
        "VGM-1",
        Function.ORIGINAL,
        "2026-11-22T12:00",
    )
    first, second = said.masses
    assert first == VerifiedMass(
        "CSQU3054383", 22_000_500, WeighingMethod.WEIGHED, "2026-11-21T18:00", "ACME: LTD",
        "BK-1", ("HLCU1",), ("S1",), "SLIP 4", 4,
    )  # fmt: skip
    assert (second.gross_mass_g, second.method, second.responsible) == (
        None,
        WeighingMethod.CALCULATED,
        "SAMPLE PERSON",
    )


def test_a_verified_mass_of_zero_is_none_and_is_told() -> None:
    zero = VERMAS.replace(b"KGM:22000.5", b"KGM:0")
    assert zero != VERMAS
    first, _ = one(zero)
    assert "EDIFACT-VERIFIED-MASS-ZERO" in codes(first.findings)
    assert masses(zero).masses[0].gross_mass_g is None


def test_a_container_without_a_verified_mass_is_asked_about_and_others_are_kept() -> None:
    first, _ = one(VERMAS)
    assert codes(first.findings) == ["CONTAINER-CHECK-DIGIT", "EDIFACT-VERIFIED-MASS-MISSING"]
    assert [finding.severity for finding in first.findings] == [Severity.NOTE, Severity.WARNING]


def test_masses_without_a_document_or_a_container_number_are_refused() -> None:
    first, _ = one(interchange(message("BGM+749++9'EQD+CN'", kind="VERMAS:D:16A:UN")))
    assert codes(first.findings) == ["EDIFACT-EQUIPMENT-NUMBER-MISSING", "EDIFACT-DOCUMENT-MISSING"]


def test_a_directory_that_is_not_read_is_said_so() -> None:
    for kind in ("IFTMIN:D:93A:UN", "VERMAS:D:95B:UN"):
        first, _ = one(interchange(message("BGM+1+2+9'", kind=kind)))
        assert (first.content, codes(first.findings)) == (None, ["EDIFACT-DIRECTORY-NOT-READ"])


def no_places(content: Instruction) -> Instruction:
    return replace(
        content,
        equipment=tuple(replace(box, segment=None) for box in content.equipment),
    )


def as_sent(made: Instruction) -> Instruction:
    """Without goods nothing says that the cargo is cooled."""
    cooled = made.bill.reefer if made.bill.goods else None
    return replace(made, bill=replace(made.bill, reefer=cooled))


@given(INSTRUCTIONS, st.sampled_from(["95B", "99B", "00B", "16A"]))
def test_an_instruction_comes_back_as_it_was_written(made: Instruction, directory: str) -> None:
    *events, end = read([write_instruction(made, TO_LINE, directory)], validate=True)
    [sent] = events
    assert isinstance(sent, Message)
    assert isinstance(end, InterchangeEnd)
    assert {f.code for f in sent.findings} <= {"CONTAINER-SHAPE", "CONTAINER-CHECK-DIGIT"}
    assert isinstance(sent.content, Instruction)
    assert no_places(sent.content) == as_sent(made)


@given(MASS_LISTS)
def test_masses_come_back_as_they_were_written(made: VerifiedMassList) -> None:
    first, _ = one(write_masses(made, TO_LINE))
    assert isinstance(first.content, VerifiedMassList)
    plain = tuple(replace(mass, segment=None) for mass in first.content.masses)
    assert replace(first.content, masses=plain) == made


def test_a_house_list_has_no_single_instruction() -> None:
    with pytest.raises(ValueError, match="house list"):
        write_instruction(replace(told(IFTMIN), kind=InstructionKind.HOUSE_LIST), TO_LINE)


SNIPPETS = [b"'", b"+", b":", b"?", b"GID+9'", b"EQD+CN'", b"DOC+SM3'", b"\xe9",
            b"BGM+335+X+4'", b"UNT+1+M1'", b"SGP+X'", b"TDT+20'",
            b"DTM+137'", b"PIA+5+:HS'", b"CTA'", b"?:"]  # fmt: skip


@given(
    st.sampled_from([IFTMIN, VERMAS, IFTMIN.replace(b"UNOC", b"UNOY") + VERMAS]),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(SNIPPETS), st.integers(0, 40)), max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_damaged_instructions_read_the_same_by_every_path(
    raw: bytes, edits: list[tuple[float, bytes, int]]
) -> None:
    for place, put_in, taken_out in edits:
        at = int(place * len(raw))
        raw = raw[:at] + put_in + raw[at + taken_out :]
    whole = list(read([raw]))
    assert read_slowly([raw], Profile()) == whole
    assert list(read(blocks(raw, 7))) == whole
    assert read_streaming(blocks(raw, 7), Profile()) == whole
