"""What is agreed with a partner: severities, code pages, waivers, parts, and what never may be."""

import pytest
from edifact_files import HEAD, HOUSE, MASTER, interchange, message
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.codes.render import templates
from waglan.customs.rule import Kind
from waglan.customs.rules import RULES
from waglan.manifest.assembly import join
from waglan.messages.edifact import Profile, read
from waglan.messages.edifact.grouped import by_document
from waglan.messages.edifact.profile import (
    ADJUSTABLE,
    AnswerLevel,
    of_json,
    of_toml,
    packaged,
    refusals,
    to_json,
)
from waglan.messages.envelope import Interchange, Message

PROFILES = st.builds(
    Profile,
    severity=st.dictionaries(st.sampled_from(sorted(ADJUSTABLE)), st.sampled_from(Severity)),
    charset=st.none() | st.sampled_from(["gb18030", "big5hkscs", "cp1252"]),
    fallbacks=st.just(()) | st.just(("big5hkscs", "cp1251")),
    structure=st.booleans(),
    waivers=st.dictionaries(st.sampled_from(["SG2", "NAD", "SG2/LOC"]), st.integers(1, 99_999)),
    duplicates=st.sampled_from(["refuse", "accept"]),
    parts_by_document=st.booleans(),
    answers=st.just(("CONTRL",)) | st.just(()),
    outgoing=st.none() | st.just(AnswerLevel("UNOC", "gb18030")),
)


@given(PROFILES)
def test_a_profile_is_kept_as_it_was_agreed(made: Profile) -> None:
    assert of_json(to_json(made)) == made


def test_every_packaged_profile_may_be_agreed_and_the_default_trusts_nothing() -> None:
    assert {"default", "mainland", "hong-kong-big5", "operational"} <= packaged().keys()
    assert [refusals(profile) for profile in packaged().values()] == [[]] * len(packaged())
    assert packaged()["default"] == Profile()


def test_the_same_fault_is_a_note_a_warning_or_an_error_as_agreed() -> None:
    raw = interchange(message(HEAD + MASTER).replace("UNT+", "UNT+9"))
    for level in (Severity.NOTE, Severity.WARNING, Severity.ERROR):
        first, *_ = read([raw], Profile(severity={"EDIFACT-UNT-COUNT": level}))
        assert {f.code: f.severity for f in first.findings}["EDIFACT-UNT-COUNT"] is level


def test_law_and_whatever_keeps_the_record_whole_can_be_agreed_with_nobody() -> None:
    law = {rule.CODE for rule in RULES if rule.KIND is Kind.LAW}
    assert law
    assert not ADJUSTABLE & {rule.CODE for rule in RULES if rule.KIND is Kind.LAW}
    assert set(templates("en")) >= ADJUSTABLE
    for code in (*law, "PARTY-SENDER-NOT-YOURS", "EDIFACT-CONTROL-CHARACTER", "NOTHING"):
        [found] = refusals(Profile(severity={code: Severity.NOTE}))
        assert (found.code, found.params) == ("PROFILE-CODE-FIXED", {"code": code})
    [found] = refusals(Profile(severity={"CONTAINER-SHAPE": Severity.HOLD}))
    assert found.code == "PROFILE-HOLD"


@pytest.mark.parametrize("place", ["", "SG", "sg2", "SG2/", "NADX", "SG2/LOC/X", "SG2 ", "1"])
def test_a_waiver_names_a_place_that_messages_have(place: str) -> None:
    assert [f.code for f in refusals(Profile(waivers={place: 5}))] == ["PROFILE-WAIVER"]
    assert refusals(Profile(waivers={"SG2": 1, "SG2/LOC": 10_000_000})) == []
    for most in (0, 10_000_001):
        assert [f.code for f in refusals(Profile(waivers={"SG2": most}))] == ["PROFILE-WAIVER"]


@pytest.mark.parametrize(
    "text", ["severity = 1", "unknown = 1", 'charset = "ebcdic"', 'answers = ["FAX"]', "x ="]
)
def test_a_profile_out_of_form_is_no_profile(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        of_toml(text)


def test_code_pages_are_tried_in_the_order_agreed() -> None:
    name = "香港貿易發展局"
    raw = interchange(message(HEAD + MASTER.replace("ACME", name)))
    for profile, codec in (
        (Profile(charset="gb18030"), "gb18030"),
        (Profile(charset="big5hkscs"), "big5hkscs"),
        (Profile(fallbacks=("gb18030",)), "gb18030"),
        (Profile(charset="big5hkscs", fallbacks=("gb18030",)), "big5hkscs"),
    ):
        first, *_ = read([raw.decode().encode(codec)], profile)
        assert isinstance(first, Message)
        assert first.part is not None
        assert first.part.bills[0].parties[0].name.startswith(name)
    # Byte 0xFF begins no character of Big5, so the next one agreed is tried.
    rare = raw.decode().encode("gb18030").replace(b"SHANGHAI", "\U00020bb7".encode("gb18030"))
    first, *_ = read([rare], Profile(charset="big5hkscs", fallbacks=("gb18030",)))
    assert isinstance(first, Message)
    assert first.part is not None
    assert "\U00020bb7" in first.part.bills[0].parties[0].address


def test_answers_go_out_in_the_characters_agreed() -> None:
    received = Interchange(*(read_one().interchange.sender,) * 2, "R", "UNOA")  # type: ignore[union-attr]
    assert Profile().answered(received) is received
    level = Profile(outgoing=AnswerLevel("UNOC", "gb18030")).answered(received)
    assert (level.syntax_id, level.charset) == ("UNOC", "gb18030")
    assert Profile(outgoing=AnswerLevel("UNOY")).answered(received).syntax_id == "UNOY"


def read_one() -> Message:
    first, *_ = read([interchange(message(HEAD))])
    assert isinstance(first, Message)
    return first


def sent(*bodies: str) -> list[Message]:
    items = read([interchange(*(message(body, f"M{n}") for n, body in enumerate(bodies, 1)))])
    return [item for item in items if isinstance(item, Message)]


def test_messages_with_one_document_number_are_parts_where_that_is_agreed() -> None:
    other = HEAD.replace("MAN-7", "MAN-8")
    grouped = by_document(sent(HEAD + MASTER, other + HOUSE, HEAD + HOUSE))
    parts = [one.part for one in grouped if one.part]
    assert [(p.head.document, p.number, p.is_final) for p in parts] == [
        ("MAN-7", 1, False),
        ("MAN-8", 1, True),
        ("MAN-7", 2, True),
    ]
    assert parts[0].key == parts[2].key != parts[1].key
    whole, found = join([parts[2], parts[0]])
    assert [bill.number for bill in whole.bills] == ["HLCU1", "H-9"]
    assert {bill.part for bill in whole.bills} == {1, 2}
    assert all(finding.severity is not Severity.ERROR for finding in found)


def test_a_message_that_names_its_manifest_itself_keeps_to_that() -> None:
    text = message(HEAD, "M1", more="+REF9+1:C") + message(HEAD + MASTER, "M2", more="+REF9+2:F")
    messages = [m for m in read([interchange(text)]) if isinstance(m, Message)]
    assert by_document(messages) == messages
