"""What real files get wrong, and what is made of each: one test for each trap."""

import re
from hashlib import sha256

import pytest
from edifact_files import HEAD, HOUSE, MASTER, codes, interchange, message, one, part

from waglan.codes.finding import Severity
from waglan.codes.render import templates
from waglan.manifest.model import Level
from waglan.messages.edifact import Profile, peek, read
from waglan.messages.edifact.errors import SYNTAX_ERROR
from waglan.messages.edifact.profile import Bare, of_toml
from waglan.messages.envelope import Address, InterchangeEnd, Message

PLAIN = HEAD + "CNI+1'RFF+BM:1'"


def party(name: str, service: bytes = b"") -> str:
    """What becomes of a party's name."""
    return named(service + interchange(message(PLAIN + f"NAD+CN+++{name}'")))


def named(raw: bytes) -> str:
    [bill] = part(raw).bills
    return bill.parties[0].name


def end_of(raw: bytes) -> InterchangeEnd:
    *_, end = read([raw])
    assert isinstance(end, InterchangeEnd)
    return end


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("D?'ARCY", "D'ARCY"),
        ("A?+B", "A+B"),
        ("A?:B", "A:B"),
        ("WHY??", "WHY?"),
        ("IT???'S", "IT?'S"),
        ("A??:B", "A? B"),
        ("A?B", "AB"),
        ("A?:B:C?:D", "A:B C:D"),
    ],
)
def test_01_a_released_character_is_text_and_a_released_release_releases_nothing(
    sent: str, name: str
) -> None:
    assert party(sent) == name


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\n\r"])
def test_02_a_line_may_break_anywhere(line_end: str) -> None:
    raw = interchange(message(PLAIN + "NAD+CN+++ACME TRADING?'S'"), reference="REF")
    wrapped = line_end.encode().join(raw[at : at + 17] for at in range(9, len(raw), 17))
    assert named(raw[:9] + wrapped) == "ACME TRADING'S"
    broken = raw.replace(b"?'S", b"?" + line_end.encode() + b"'S")
    assert named(broken) == "ACME TRADING'S"


@pytest.mark.parametrize("service", [":+.? '", "|*,? ~", "!,.? ;", "<>.\\ [", '"+.? ]', "=/.^ \n"])
def test_03_unusual_service_characters_are_honoured(service: str) -> None:
    component, element, _, release, _, terminator = [*service]
    text = message(PLAIN + "NAD+CN+++AC?:ME?+?'??:LTD'")
    plain = f"UNB+UNOC:3+A:ZZ+B+261122:0900+1'{text}UNZ+1+1'"
    table = str.maketrans({":": component, "+": element, "?": release, "'": terminator})
    raw = b"UNA" + (service + plain.translate(table)).encode()
    first, end = one(raw)
    assert end.findings == ()
    # Of these only a line end can't be text, even where it is released.
    assert codes(first.findings) == (["EDIFACT-CONTROL-CHARACTER"] if terminator == "\n" else [])
    text_end = "\ufffd" if terminator == "\n" else terminator
    assert named(raw) == f"AC{component}ME{element}{text_end}{release} LTD"


def test_04_a_blank_release_character_releases_nothing() -> None:
    assert party("WHY? OK", b"UNA:+.  '") == "WHY? OK"


def test_05_the_separators_of_level_b_need_no_una() -> None:
    raw = interchange(message(PLAIN + "NAD+CN+++ACME:LTD'"), syntax="UNOB:1")
    first, end = one(raw.translate(bytes.maketrans(b":+'", b"\x1f\x1d\x1c")))
    assert first.findings == end.findings == ()
    assert first.part is not None
    assert first.part.bills[0].parties[0].name == "ACME LTD"


def test_06_a_byte_order_mark_is_stripped() -> None:
    assert one(b"\xef\xbb\xbfUNA:+.? '" + interchange(message(HEAD)))[1].findings == ()


def test_07_junk_before_the_interchange_is_skipped_up_to_a_limit() -> None:
    raw = interchange(message(HEAD))
    [_, end] = read([b"x" * 200 + raw])
    assert codes(end.findings) == ["EDIFACT-JUNK"]
    assert end.findings[0].params["count"] == 200
    [end] = read([b"x" * 201 + raw])
    assert codes(end.findings) == ["EDIFACT-NOT-EDIFACT"]


def test_08_una_stands_only_at_the_start_of_an_interchange() -> None:
    body = PLAIN + "NAD+CN+++UNA LTD:UNAXXXXXXUNB'UNA+X'"
    assert party("UNA LTD") == "UNA LTD"
    first, end = one(interchange(message(body)))
    assert end.messages == 1
    assert first.part is not None
    assert first.part.bills[0].parties[0].name == "UNA LTD UNAXXXXXXUNB"


def test_08_each_interchange_has_its_own_una() -> None:
    first = b"UNA:+.? '" + interchange(message(PLAIN + "NAD+CN+++A B'"))
    other = b"UNA|*,? ~" + first[9:].translate(bytes.maketrans(b":+'", b"|*~"))
    ends = [x for x in read([first + b"\r\n" + other + first]) if isinstance(x, InterchangeEnd)]
    assert [end.findings for end in ends] == [(), (), ()]
    assert [end.interchange.number for end in ends if end.interchange] == [1, 2, 3]


@pytest.mark.parametrize("name", ['A\\B"C', "\\", '"', "A\\\\N", "[],{}"])
def test_09_backslashes_and_quotes_are_text(name: str) -> None:
    assert party(name) == name


def test_10_a_character_outside_the_level_is_kept_with_a_warning() -> None:
    raw = interchange(message(PLAIN + "NAD+CN+++A & B (50%) #1'"), syntax="UNOA:2")
    first, _ = one(raw)
    [finding] = first.findings
    assert (finding.code, finding.severity) == ("EDIFACT-LEVEL-CHARACTER", Severity.WARNING)
    assert finding.params["text"] == "#"
    assert named(raw) == "A & B (50%) #1"


def test_11_a_file_that_breaks_off_is_refused_with_the_place_and_still_answered() -> None:
    raw = interchange(message(PLAIN))
    cut = raw[: raw.index(b"EQD+CN") + 5]
    first, end = one(cut)
    assert (first.content, codes(first.findings)) == (None, ["EDIFACT-UNT-MISSING"])
    assert codes(end.findings) == ["EDIFACT-TRUNCATED", "EDIFACT-UNZ-MISSING"]
    assert end.findings[0].where.offset == raw.index(b"EQD+CN")
    assert end.size == len(cut)


def test_12_a_missing_unt_or_unz_is_an_error_each_in_its_place() -> None:
    raw = interchange(message(PLAIN), message(PLAIN, "M2"))
    first, second, end = read([raw.replace(f"UNT+{PLAIN.count(chr(39)) + 2}+M1'".encode(), b"")])
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.content, codes(first.findings)) == (None, ["EDIFACT-UNT-MISSING"])
    assert (second.findings, end.findings) == ((), ())
    _, end = one(interchange(message(PLAIN)).rpartition(b"UNZ")[0])
    assert codes(end.findings) == ["EDIFACT-UNZ-MISSING"]


def test_12_an_interchange_without_unz_ends_where_the_next_begins() -> None:
    raw = interchange(message(PLAIN)).rpartition(b"UNZ")[0]
    ends = [
        x for x in read([raw + b"\r\n", b"UNA:+.? '\r\n" + raw]) if isinstance(x, InterchangeEnd)
    ]
    assert [codes(end.findings) for end in ends] == [["EDIFACT-UNZ-MISSING"]] * 2


def test_13_padding_at_the_tail_is_nothing_and_controls_inside_are_found_where_they_are() -> None:
    raw = interchange(message(PLAIN + "NAD+CN+++AC\0ME'"))
    first, end = one(raw + b"\r\n\t \x1a\r\n")
    assert end.findings == ()
    [finding] = first.findings
    assert (finding.code, finding.params["code"]) == ("EDIFACT-CONTROL-CHARACTER", "00")
    assert finding.where.offset == raw.index(b"NAD+CN+++")
    assert (finding.where.element, finding.where.segment) == (5, PLAIN.count("'") + 2)
    assert (finding.where.tag, finding.where.path) == ("NAD", "NAD")
    assert named(raw) == "AC\ufffdME"


@pytest.mark.parametrize(
    ("sent", "tag", "path", "element"),
    [
        (b"CNI+1'RFF+BM:\0", "RFF", "RFF", 2),
        (b"CNI+1'\0RFF+BM:", None, "segment", 1),
        (b"CNI+1\0'RFF+BM:\0", "CNI", "CNI", 2),
    ],
)
def test_13_a_nul_byte_is_found_in_its_segment(
    sent: bytes, tag: str | None, path: str, element: int
) -> None:
    raw = interchange(message(PLAIN)).replace(b"CNI+1'RFF+BM:", sent)
    found = [one for one in one(raw)[0].findings if one.code == "EDIFACT-CONTROL-CHARACTER"]
    where = found[0].where
    assert (where.tag, where.path, where.element) == (tag, path, element)
    assert where.offset == raw.rindex(b"'", 0, raw.index(b"\0")) + 1


@pytest.mark.parametrize("blank", [" ", "   ", "\u3000", "\u00a0", "\u200b", "\ufeff \u2060", "? "])
def test_13_a_blank_names_nothing_wherever_a_code_may_stand(blank: str) -> None:
    body = (
        f"BGM+85+{blank}+9'TDT+20+{blank}+1++{blank}:172+++{blank}:146::{blank}'LOC+60+{blank}'"
        f"EQD+CN+{blank}+{blank}'SEL+{blank}'CNI+1+X'RFF+BM:B1'RFF+MB:{blank}'RFF+IP:{blank}'"
        f"LOC+9+{blank}'NAD+CN+{blank}++{blank}+{blank}'GID+1'SGP+{blank}+1'DGS+IMD+3+{blank}'"
    )
    first, _ = one(interchange(message(body), syntax="UNOY:4"))
    made = part(interchange(message(body), syntax="UNOY:4"))
    head, [bill], equipment = made.head, made.bills, made.equipment
    assert (head.document, head.voyage, head.carrier, head.vessel) == ("", None, None, None)
    assert (head.port_of_call, head.imo, equipment) == (None, None, ())
    assert (bill.number, bill.level, bill.parent) == ("B1", Level.MASTER, None)
    assert (bill.licences, bill.place_of_loading) == (("",), None)  # a licence without its number
    [party], [item] = bill.parties, bill.goods
    assert (party.name, party.address, party.code) == ("", "", None)
    assert (item.stowed[0].container, item.dangerous) == ("", ())
    assert {"EDIFACT-DOCUMENT-MISSING", "EDIFACT-EQUIPMENT-NUMBER-MISSING"} <= {
        *codes(first.findings)
    }


def test_13_a_bill_numbered_by_a_blank_has_no_number() -> None:
    first, _ = one(interchange(message(HEAD + "CNI+1+ 'RFF+BM: 'RFF+BH:\u3000'"), syntax="UNOY:4"))
    assert "EDIFACT-BILL-NUMBER-MISSING" in codes(first.findings)


def test_14_empty_elements_and_components_at_the_end_are_accepted() -> None:
    assert one(interchange(message("BGM+85::+M+9+++'CNI+1+D::'")))[0].findings == ()


def test_15_a_count_may_have_leading_zeros() -> None:
    raw = interchange(message(PLAIN))
    count = PLAIN.count("'") + 2
    first, end = one(raw.replace(f"UNT+{count}".encode(), f"UNT+000{count}".encode()))
    assert first.findings == end.findings == ()


@pytest.mark.parametrize("stated", ["1", "313", "", "X", "-5", "5.0", "9" * 40, "\u0665"])
def test_16_a_wrong_count_names_both_numbers_and_a_profile_may_accept_it(stated: str) -> None:
    count = PLAIN.count("'") + 2
    raw = interchange(message(PLAIN)).replace(f"UNT+{count}".encode(), f"UNT+{stated}".encode())
    first, _ = one(raw)
    finding = next(f for f in first.findings if f.code == "EDIFACT-UNT-COUNT")
    assert finding.params == {"stated": stated[:35], "counted": count}
    assert (finding.where.segment, finding.where.tag, finding.where.element) == (count, "UNT", 2)
    assert SYNTAX_ERROR[finding.code] == 29
    lenient = of_toml('[severity]\nEDIFACT-UNT-COUNT = "note"')
    [accepted, _] = read([raw], lenient)
    assert isinstance(accepted, Message)
    assert accepted.part is not None
    assert Severity.ERROR not in {f.severity for f in accepted.findings}


def test_17_trailers_must_repeat_the_references_of_their_headers() -> None:
    raw = interchange(message(PLAIN), reference="R1")
    count = PLAIN.count("'") + 2
    first, _ = one(raw.replace(f"UNT+{count}+M1".encode(), f"UNT+{count}+M9".encode()))
    assert codes(first.findings) == ["EDIFACT-UNT-REFERENCE"]
    _, end = one(raw.replace(b"UNZ+1+R1", b"UNZ+1+R9"))
    assert [dict(f.params) for f in end.findings] == [{"stated": "R9", "expected": "R1"}]
    _, end = one(raw.replace(b"UNZ+1+R1", b"UNZ+2+R1"))
    assert [dict(f.params) for f in end.findings] == [{"stated": "2", "counted": 1}]


def grouped(unz: int, une: int = 2, reference: str = "G1") -> bytes:
    group = message(HEAD) + message(HEAD, "M2") + f"UNE+{une}+{reference}'"
    other = "UNG+CUSCAR+A+B+261122:0900+G2+UN'" + message(HEAD, "M3") + "UNE+1+G2'"
    unb = "UNB+UNOC:3+A+B+261122:0900+1'UNG+CUSCAR+A+B+261122:0900+G1+UN'"
    return f"{unb}{group}{other}UNZ+{unz}+1'".encode()


def test_18_unz_counts_groups_where_there_are_any_and_une_counts_messages() -> None:
    *messages, end = read([grouped(2)])
    assert ([m.findings for m in messages], end.findings) == ([(), (), ()], ())
    assert codes(end_of(grouped(3)).findings) == ["EDIFACT-UNZ-COUNT"]
    assert codes(end_of(grouped(2, 3)).findings) == ["EDIFACT-UNE-COUNT"]
    assert codes(end_of(grouped(2, 2, "X")).findings) == ["EDIFACT-UNE-REFERENCE"]
    assert codes(end_of(grouped(2).replace(b"UNE+1+G2'", b"")).findings) == ["EDIFACT-UNE-MISSING"]
    mixed = grouped(2).replace(b"UNG+CUSCAR+A+B+261122:0900+G2+UN'", b"").replace(b"UNE+1+G2'", b"")
    assert codes(end_of(mixed).findings) == ["EDIFACT-GROUPS-MIXED", "EDIFACT-UNZ-COUNT"]


def test_19_a_message_without_envelope_is_taken_only_where_it_is_agreed_whose_it_is() -> None:
    raw = (message(HEAD) + message(HEAD, "M2")).encode()
    first, second, end = read([raw])
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert isinstance(end, InterchangeEnd)
    assert (first.interchange, codes(first.findings)) == (None, ["EDIFACT-BARE-MESSAGE"])
    assert (end.interchange, end.messages, end.findings) == (None, 2, ())
    agreed = Profile(bare=Bare(Address("LINE"), Address("CUSTOMS")))
    first, *_ = read([b"UNA:+.? '" + raw], agreed)
    assert isinstance(first, Message)
    assert first.findings == ()
    assert first.part is not None
    assert first.part.key.sender == "LINE"


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("UNOC+A+B+261122:0900", ["EDIFACT-SYNTAX-VERSION"]),
        ("UNOC:4+A+B+20261122:0900", ["EDIFACT-SYNTAX-VERSION"]),
        ("UNOC:2+A+B+20261122:0900", ["EDIFACT-UNB-DATE"]),
        ("IATB:1+A+B+261122:0900", ["EDIFACT-SYNTAX-ID"]),
        ("UNOC:3++B+261122:0900", ["EDIFACT-UNB-ELEMENT-MISSING"]),
    ],
)
def test_20_odd_syntax_versions_and_dates_are_read_by_content(sent: str, found: list[str]) -> None:
    first, end = one(f"UNB+{sent}+1'{message(HEAD)}UNZ+1+1'".encode())
    assert first.findings == ()
    assert codes(end.findings) == found


def test_21_point_and_comma_are_decimal_marks_and_never_part_thousands() -> None:
    body = HEAD + "".join(
        f"CNI+{n}'RFF+BM:{n}'CNT+7:{mass}:KGM'"
        for n, mass in enumerate(["1.5", "1,5", ".5", "1,234.5", "1e3", "1.", "00012"])
    )
    first, _ = one(interchange(message(body)))
    assert first.part is not None
    masses = [bill.gross_mass_g for bill in first.part.bills]
    assert masses == [1500, 1500, 500, None, None, None, 12_000]
    assert codes(first.findings) == ["EDIFACT-NUMBER"] * 3


def test_22_a_missing_or_overlong_qualifier_and_a_missing_value_are_found_in_their_place() -> None:
    body = "BGM+85+M+9'RFF+:X'DTM+137::201'RFF+042'LOC++HKHKG'NAD+ABCDE+X'TDT+20'"
    first, _ = one(interchange(message(body)))
    assert [(f.code, f.where.segment, f.where.tag) for f in first.findings] == [
        ("EDIFACT-QUALIFIER-MISSING", 3, "RFF"),
        ("EDIFACT-VALUE-MISSING", 4, "DTM"),
        ("EDIFACT-VALUE-MISSING", 5, "RFF"),
        ("EDIFACT-QUALIFIER-MISSING", 6, "LOC"),
        ("EDIFACT-QUALIFIER-LENGTH", 7, "NAD"),
    ]
    assert first.part is not None
    assert first.part.head.references == (("", "X"), ("042", ""))


@pytest.mark.parametrize("segment", ["RFF+1+BM:123'", "DTM:1:1+137:20261122:102'"])
def test_23_explicit_nesting_is_recognised_and_refused(segment: str) -> None:
    first, _ = one(interchange(message("BGM+85+M+9'" + segment)))
    assert (first.content, codes(first.findings)) == (None, ["EDIFACT-NESTING"])


def test_24_small_letters_and_blanks_in_a_tag_are_found_and_read_on() -> None:
    raw = interchange(message(PLAIN + "nad+CN+++ACME'  LOC+9+CNSHA'"))
    first, _ = one(raw)
    assert codes(first.findings) == ["EDIFACT-TAG-FORM"] * 2
    assert first.part is not None
    assert first.part.bills[0].place_of_loading == "CNSHA"
    assert first.part.bills[0].parties[0].name == "ACME"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", ["FILE-EMPTY"]),
        (b"\r\n \x1a", ["FILE-EMPTY"]),
        (b"\r\n \0\x1a", ["EDIFACT-NUL", "FILE-EMPTY"]),
        (b"\0hello", ["EDIFACT-NUL", "EDIFACT-NOT-EDIFACT"]),
        (b"UNA:+.? '", ["EDIFACT-UNB-MISSING"]),
        (b"UNA:+", ["EDIFACT-NOT-EDIFACT"]),
        (b"UNB", ["EDIFACT-NOT-EDIFACT"]),
        (b"UNB+", ["EDIFACT-TRUNCATED", "EDIFACT-UNB-MISSING"]),
        (b"UNAAAAAAAUNB+X", ["EDIFACT-UNA-INVALID", "EDIFACT-TRUNCATED", "EDIFACT-UNB-MISSING"]),
        (b"UNB+UNOC:3+A+B+261122:0900+1'", ["EDIFACT-UNZ-MISSING", "EDIFACT-INTERCHANGE-EMPTY"]),
        (b"hello", ["EDIFACT-NOT-EDIFACT"]),
        ("UNB+UNOC:3".encode("utf-16"), ["EDIFACT-WIDE"]),
        ("UNA:+.? '".encode("utf-16-le"), ["EDIFACT-WIDE"]),
        (b"hello\0UNB", ["EDIFACT-NOT-EDIFACT"]),
    ],
)
def test_25_whatever_is_sent_is_answered(raw: bytes, found: list[str]) -> None:
    [end] = read([raw])
    assert isinstance(end, InterchangeEnd)
    assert codes(end.findings) == found


def test_26_a_wrong_check_digit_is_noted_and_blanks_in_the_number_do_not() -> None:
    body = "BGM+85+M+9'EQD+CN+CSQU3054384'EQD+CN+csqu 305438 3'EQD+CN+SHIPPERS OWN'EQD+BL+ANY1'"
    first, _ = one(interchange(message(body)))
    assert [(f.code, f.severity, f.where.segment) for f in first.findings] == [
        ("CONTAINER-CHECK-DIGIT", Severity.NOTE, 3),
        ("CONTAINER-SHAPE", Severity.WARNING, 5),
    ]
    assert first.part is not None
    assert [box.number for box in first.part.equipment][1] == "CSQU3054383"


def test_27_a_message_reference_used_twice_is_a_duplicate() -> None:
    first, second, _ = read([interchange(message(PLAIN), message(PLAIN))])
    assert (codes(first.findings), codes(second.findings)) == ([], ["EDIFACT-MESSAGE-DUPLICATE"])
    assert SYNTAX_ERROR["EDIFACT-MESSAGE-DUPLICATE"] == 26


def test_28_repeats_over_the_maximum_are_found_on_demand_and_may_be_waived() -> None:
    body = "BGM+85+M+9'" + "DTM+137:20261122:102'" * 10 + "TDT+20+V'CNI+1'RFF+BM:1'"
    raw = interchange(message(body))
    assert one(raw)[0].findings == ()
    first, _ = read([raw], validate=True)
    assert codes(first.findings) == ["EDIFACT-STRUCTURE-SEGMENT-REPEATS"]
    first, _ = read([raw], of_toml("[waivers]\nDTM = 10"), validate=True)
    assert first.findings == ()


# Charsets

CHINESE = "香港貿易發展局\\有限公司|台灣~許功蓋"


@pytest.mark.parametrize(
    ("syntax", "codec", "agreed", "found"),
    [
        ("UNOY:3", "utf-8", None, []),
        ("UNOC:3", "utf-8", None, ["EDIFACT-CHARSET"]),
        ("UNOB:3", "gb18030", "gb18030", ["EDIFACT-CHARSET"]),
        ("UNOC:3", "big5hkscs", "big5hkscs", ["EDIFACT-CHARSET"]),
    ],
)
@pytest.mark.parametrize("service", [":+.? '", "|*.? ~"])
def test_chinese_text_is_read_by_label_content_and_agreement(
    syntax: str, codec: str, agreed: str | None, found: list[str], service: str
) -> None:
    table = str.maketrans(":+'", service[:2] + service[-1])
    text = interchange(message(PLAIN + "NAD+CN+++@'"), syntax=syntax).decode().translate(table)
    chinese = CHINESE if service[0] == ":" else CHINESE.replace("|", "").replace("~", "")
    raw = f"UNA{service}{text.replace('@', chinese)}".encode(codec)
    profile = of_toml(f'charset = "{agreed}"' if agreed else "")
    first, end = read([raw], profile)
    assert isinstance(first, Message)
    assert first.part is not None
    assert first.part.bills[0].parties[0].name == chinese
    assert first.interchange is not None
    assert first.interchange.charset == codec
    assert codes(first.findings + end.findings) == found


def test_latin_1_is_what_unoc_promises_and_a_guess_elsewhere() -> None:
    text = message(PLAIN + "NAD+CN+++CAFÉ'")
    first, _ = one(interchange(text).decode().encode("latin-1"))
    assert first.findings == ()
    first, _ = one(interchange(text, syntax="UNOY:4").decode().encode("latin-1"))
    assert codes(first.findings) == ["EDIFACT-CHARSET-GUESSED"]
    assert first.part is not None
    assert first.part.bills[0].parties[0].name == "CAFÉ"


@pytest.mark.parametrize(
    ("codec", "name"), [("iso2022_jp_2", "日本橋商事+東京"), ("iso2022_kr", "서울무역")]
)
def test_shifted_text_is_decoded_before_it_is_cut(codec: str, name: str) -> None:
    sent = name.replace("+", "?+")
    raw = interchange(message(PLAIN + f"NAD+CN+++{sent}'"), syntax="UNOX:3").decode().encode(codec)
    first, _ = one(raw)
    assert first.findings == ()
    assert first.part is not None
    assert first.part.bills[0].parties[0].name == name


# The rest


def test_an_envelope_is_known_from_the_first_bytes() -> None:
    raw = b"UNA:+.? '\r\n" + interchange(message(HEAD))
    said = peek(raw[:80])
    assert said is not None
    assert (said.sender, said.reference) == (Address("FORWARDER", "ZZ", "ROUTE"), "R1")
    assert said == end_of(raw).interchange
    assert peek(raw[:30]) is None
    assert peek(b"") is peek(b"hello") is peek(message(HEAD).encode()) is None


def test_a_segment_outside_any_message_and_one_without_tag_are_found() -> None:
    raw = interchange(message(PLAIN + "'")).replace(b"UNZ", b"FTX+AAA'FTX+AAA'UNZ")
    first, end = one(raw)
    assert codes(end.findings) == ["EDIFACT-OUTSIDE"]
    assert codes(first.findings) == ["EDIFACT-SEGMENT-EMPTY"]
    first, _ = one(interchange(message(PLAIN + "N*D+X'")))
    assert codes(first.findings) == ["EDIFACT-TAG"]


def test_a_message_is_hashed_from_its_first_byte_to_its_terminator() -> None:
    text = message(HEAD + MASTER + HOUSE).encode()
    raw = b"UNA:+.? '\r\n" + interchange(text.decode()) + b"\r\n"
    first, end = one(raw)
    assert first.sha256 == sha256(text).digest()
    assert first.part is not None
    assert first.part.sha256 == first.sha256
    assert end.sha256 == sha256(raw[:-2]).digest()
    assert end.size == len(raw) - 2


def test_a_profile_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown field"):
        of_toml("charsets = 1")


def test_every_finding_of_the_reader_has_a_number_that_contrl_can_carry() -> None:
    own = {code for code in templates("en") if re.match("EDIFACT-(?!STRUCTURE|WRITE)", code)}
    assert own - SYNTAX_ERROR.keys() == set()
    assert set(SYNTAX_ERROR) - set(templates("en")) == set()
