"""What an officer signs: one spelling, one signature, and nothing that he can't mean."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from clean_manifest import bill, goods
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.customs.again import Standing, stands
from waglan.customs.cleared_part import Cleared, read_told, together, told_with, wrong_parts
from waglan.customs.detention import Capacity
from waglan.customs.officer_act import (
    ACTS,
    AGE_MAX,
    BILLS_MAX,
    DUE_MAX,
    LIST_MAX,
    MAY,
    NEEDS,
    ClearedPart,
    Kind,
    SeenNotice,
    Sheet,
    Target,
    faults,
    is_signed,
    read_sheet,
    sign_act,
)
from waglan.customs.officer_proof import officer_signed
from waglan.customs.outcome import Found, Outcome, Scan, results
from waglan.customs.status import DECIDES, GRAVITY, NEXT, Act
from waglan.logbook.canonical import canonical
from waglan.manifest.model import Package

KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
BILL = Target("synthetic-line", "SYNB1", 3)
S = CustomsStatus
FULL: dict[str, Any] = {
    "bills": (BILL,),
    "reason": "a second look",
    "documents": ("invoice",),
    "due": NOW + timedelta(days=2),
    "instruction": "Keep it closed.",
    "outcome": Outcome("as-declared"),
    "conditions": ("Keep it in bond.",),
    "parts": (ClearedPart(goods=1),),
    "call": "9811000/001E",
    "notice": SeenNotice("DN-00000-00000", 0),
    "order": "order-1",
    "table": "a" * 64,
    "voucher": "RV-1",
    "party": PartyId("some-terminal"),
    "capacity": Capacity.TERMINAL,
}


UNSAID = {"due", "outcome", "table", "notice", "party", "capacity"}  # by None, the others by empty


def sheet(kind: Kind, **said: Any) -> Sheet:
    given = {name: FULL[name] for name in NEEDS[kind]} | said
    return Sheet(
        "waglan/officer-act/v1", "act-1", "sub_1", PartyId("hk-customs"), kind, NOW, **given
    )


def wrong(one: Sheet, now: datetime = NOW) -> list[tuple[str, object]]:
    found = faults(one, now=now)
    for finding in found:
        assert all(render(finding, lang).remedy for lang in ("en", "zh-Hant-HK"))
    return [(f.code, f.params.get("field")) for f in found]


@pytest.mark.parametrize("kind", Kind)
def test_an_act_that_says_what_it_must_can_be_meant_and_is_read_back(kind: Kind) -> None:
    one = sheet(kind)
    assert wrong(one) == []
    assert read_sheet(one.act_bytes()) == one
    whole = sheet(kind, **{name: FULL[name] for name in MAY.get(kind, ())})
    assert wrong(whole) == []


@pytest.mark.parametrize("kind", Kind)
def test_an_act_says_all_that_it_needs_and_nothing_of_another(kind: Kind) -> None:
    for name in NEEDS[kind]:
        blank = None if name in UNSAID else type(FULL[name])()
        assert ("ACT-LACKS", name) in wrong(sheet(kind, **{name: blank}))
    for name in FULL.keys() - NEEDS[kind] - MAY.get(kind, frozenset()):
        assert ("ACT-SAYS-TOO-MUCH", name) in wrong(sheet(kind, **{name: FULL[name]}))


def test_every_act_on_a_bill_is_an_act_of_the_law_of_a_status() -> None:
    assert set(ACTS.values()) == set(Act) - {Act.SERVE}
    others = {Kind.SERVE, Kind.EXTEND_NOTICE, Kind.NAME_ADDRESSEE, Kind.REVOKE_ORDER}
    others.add(Kind.PUBLISH_TABLE)
    assert set(Kind) - set(ACTS) == others
    assert {kind for kind in Kind if "bills" in NEEDS[kind]} == set(ACTS)


@pytest.mark.parametrize("step", [-1, 1])
def test_an_act_is_taken_for_a_quarter_of_an_hour_and_not_a_second_more(step: int) -> None:
    second = timedelta(seconds=1)
    assert wrong(sheet(Kind.LIFT), NOW + step * AGE_MAX) == []
    assert wrong(sheet(Kind.LIFT), NOW + step * (AGE_MAX + second)) == [("ACT-STALE", None)]


def test_documents_are_due_after_the_act_and_within_its_limit() -> None:
    second = timedelta(seconds=1)
    for due, good in ((NOW, False), (NOW + AGE_MAX + second, True), (NOW + DUE_MAX, True),
                      (NOW + DUE_MAX + second, False)):  # fmt: skip
        assert (wrong(sheet(Kind.ASK_DOCUMENTS, due=due)) == []) is good
    assert wrong(sheet(Kind.DETAIN, documents=("invoice",))) == [("ACT-LACKS", "due")]


def test_an_unknown_result_a_bill_named_twice_and_a_part_of_nothing_are_refused() -> None:
    assert wrong(sheet(Kind.EXAMINE, outcome=Outcome("fine"))) == [("ACT-RESULT", None)]
    assert wrong(sheet(Kind.LIFT, bills=(BILL, BILL))) == [("ACT-BILL-TWICE", None)]
    assert wrong(sheet(Kind.CLEAR_PARTLY, parts=(ClearedPart(packages=1),))) == [
        ("ACT-PART-OF-NOTHING", None)
    ]
    assert None in results().values()  # a box that nobody presented bears nothing out


def test_a_limit_holds_at_it_and_not_one_past_it() -> None:
    many = tuple(Target("line", f"B{n}", 0) for n in range(BILLS_MAX + 1))
    assert read_sheet(sheet(Kind.LIFT, bills=many[:-1]).act_bytes()) is not None
    assert read_sheet(sheet(Kind.LIFT, bills=many).act_bytes()) is None
    asked = tuple(f"paper {n}" for n in range(LIST_MAX + 1))
    assert read_sheet(sheet(Kind.ASK_DOCUMENTS, documents=asked[:-1]).act_bytes()) is not None
    assert read_sheet(sheet(Kind.ASK_DOCUMENTS, documents=asked).act_bytes()) is None


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_is_another_act_that_nobody_signed(at: int, byte: int) -> None:
    one = sheet(Kind.DETAIN)
    body = bytearray(one.act_bytes())
    body[at % len(body)] = byte
    changed = bytes(body) != one.act_bytes()
    assert is_signed(bytes(body), sign_act(one, KEY), PUBLIC) is not changed
    again = read_sheet(bytes(body))
    assert again is None or again.act_bytes() == bytes(body)


@given(st.binary(max_size=200))
def test_bytes_at_random_are_no_act_and_break_nothing(body: bytes) -> None:
    assert read_sheet(body) is None


def test_an_act_has_one_spelling_and_no_zero_character() -> None:
    nul = sheet(Kind.LIFT, reason="a\0b").act_bytes()
    assert read_sheet(nul) is None
    body = sheet(Kind.LIFT).act_bytes()
    assert read_sheet(body + b" ") is None
    assert read_sheet(body.replace(b'"act"', b' "act"')) is None
    assert read_sheet(body.replace(b"officer-act", b"officer-acd")) is None
    assert read_sheet(body.replace(b"+00:00", b"").replace(b"00Z", b"00")) is None  # without a zone


def test_the_filer_is_told_what_he_must_do_and_never_why() -> None:
    for kind in ACTS:
        told = sheet(kind).told
        assert b"second look" not in told
        assert b"sub_1" not in told
    assert b"Keep it closed." in sheet(Kind.DETAIN).told
    assert b"as-declared" not in sheet(Kind.EXAMINE).told


def test_a_proof_of_an_act_tells_who_signed_it_and_a_false_one_does_not() -> None:
    one = sheet(Kind.LIFT)
    said = {
        "by": "sub_1",
        "body": one.act_bytes().decode(),
        "signature": b64encode(sign_act(one, KEY)).decode(),
        "public_key": b64encode(PUBLIC).decode(),
    }
    event = canonical({"code": "customs.act-signed", "body": {**said}})
    found = officer_signed(event)
    assert found is not None
    assert (found.officer, found.is_signed) == ("sub_1", True)
    for name in ("body", "signature", "public_key"):
        spoiled = {**said, name: said[name].swapcase()}
        false = officer_signed(canonical({"code": "customs.act-signed", "body": {**spoiled}}))
        assert false is not None
        assert not false.is_signed, name
    assert officer_signed(canonical({"code": "bill.declared", "body": {}})) is None


def test_a_part_must_be_on_the_bill() -> None:
    one = bill(goods=(goods(1), goods(2, stowed=(Package("TCLU1234560", 5),), packages=5)))
    for part, is_there in (
        (ClearedPart(goods=1), True),
        (ClearedPart(goods=3), False),
        (ClearedPart(container="TCLU1234560"), True),
        (ClearedPart(container="ZZZU0000000"), False),
        (ClearedPart(goods=1, container="TCLU1234560"), False),
        (ClearedPart(goods=2, container="TCLU1234560", packages=5), True),
        (ClearedPart(goods=2, packages=6), False),
    ):
        assert (list(wrong_parts(one, [part])) == []) is is_there, part


def test_what_was_cleared_before_is_gone_wherever_it_may_have_come_from() -> None:
    a, b = "TCLU1234560", "CSQU3054383"
    two = goods(1, stowed=(Package(a, 5), Package(b, 5)), packages=10)
    one = bill(goods=(two, goods(2, stowed=(Package(b, 4),), packages=4)))
    three, all_a = ClearedPart(container=a, packages=3), ClearedPart(container=a)
    cases: tuple[tuple[tuple[ClearedPart, ...], ClearedPart, int | None], ...] = (
        ((), three, None),
        ((three,), ClearedPart(container=a, packages=2), None),
        ((three,), three, 2),
        ((three,), all_a, None),  # the rest of it
        ((all_a,), all_a, None),
        ((all_a,), ClearedPart(goods=1, container=a, packages=1), 0),
        ((all_a,), ClearedPart(goods=1, packages=5), None),
        ((all_a,), ClearedPart(goods=1, packages=6), 5),
        ((all_a, ClearedPart(goods=1, packages=3)), ClearedPart(goods=1, packages=3), 2),
        ((ClearedPart(goods=1, packages=5), all_a), ClearedPart(goods=1, packages=5), None),
        ((ClearedPart(goods=1, packages=8),), three, 2),
        ((ClearedPart(container=b, packages=9),), ClearedPart(goods=2, packages=1), 0),
        ((ClearedPart(container=b, packages=9),), ClearedPart(goods=1, packages=5), None),
        ((ClearedPart(container=b, packages=7),), ClearedPart(goods=1, packages=8), 7),
    )
    for before, part, left in cases:
        found = list(wrong_parts(one, [part], before))
        assert [f.code for f in found] == ([] if left is None else ["ACT-PART-GONE"]), part
        assert left is None or found[0].params["left"] == left, (before, part)
    assert [f.code for f in wrong_parts(one, [three, three])] == ["ACT-PART-GONE"]
    uncounted = bill(goods=(goods(1, stowed=(Package(a),), packages=None),))
    assert list(wrong_parts(uncounted, [three], [three])) == []


def test_parts_that_are_cleared_one_after_another_add_up() -> None:
    three, whole = ClearedPart(container="A", packages=3), ClearedPart(container="A")
    one = ClearedPart(goods=1, container="A")
    assert together([three], [three]) == (ClearedPart(container="A", packages=6),)
    assert together([three, one], [whole, three]) == (whole,)
    assert together([one], [ClearedPart(goods=1, packages=2)])[0] == one
    first = sheet(Kind.CLEAR_PARTLY, parts=(three,), voucher="RV-1")
    told = told_with(first, Cleared())
    second = sheet(Kind.CLEAR_PARTLY, parts=(ClearedPart(goods=2),), voucher="RV-2")
    both = told_with(second, read_told([told]))
    all_told = {"container": "A", "packages": 3}, {"goods": 2}
    assert msgspec.json.decode(both) == {
        "parts": [*all_told], "so_far": True, "voucher": "RV-2", "vouchers": ["RV-1", "RV-2"],
    }  # fmt: skip
    assert read_told([told, both]) == read_told([both])
    before_so_far = [first.told, second.told]  # as each act was told alone
    assert read_told(before_so_far) == read_told([both])


def test_no_more_parts_of_a_bill_are_cleared_than_a_notice_names() -> None:
    many = bill(goods=tuple(goods(n, packages=9) for n in range(1, 502)))
    cleared = [ClearedPart(goods=n, packages=1) for n in range(1, 501)]
    assert list(wrong_parts(many, [ClearedPart(goods=500)], cleared)) == []
    [found] = wrong_parts(many, [ClearedPart(goods=501)], cleared)
    assert (found.code, found.params["parts"], found.params["max"]) == ("ACT-PARTS-MANY", 501, 500)


def test_an_outcome_keeps_whole_numbers_and_hashes_alone() -> None:
    good = Outcome("as-declared", (Found(1, packages=3),), scan=Scan("S1", "a" * 64))
    one = sheet(Kind.EXAMINE, outcome=good)
    assert read_sheet(one.act_bytes()) == one
    for bad in ({"goods": 1, "packages": 1.5}, {"goods": 0}, {"goods": 1, "packages": -1}):
        told = msgspec.to_builtins(one)
        told["outcome"]["found"] = [bad]
        assert read_sheet(msgspec.json.encode(told, order="sorted")) is None


STATUSES = st.sampled_from(CustomsStatus)


@given(STATUSES, st.booleans(), st.booleans(), st.sampled_from(GRAVITY))
def test_whoever_files_anew_gets_rid_of_nothing_but_answered_questions(
    status: CustomsStatus, is_officers: bool, is_targeted: bool, wanted: CustomsStatus
) -> None:
    before = Standing(status, is_officers, is_targeted)
    after = stands(before, wanted)
    if after is status:
        return
    openly = status is S.DOCUMENTS_ASKED and not is_officers and not is_targeted
    graver = status in GRAVITY and GRAVITY.index(after) > GRAVITY.index(status)
    assert openly or (graver and NEXT[status, DECIDES[after]] is after)
    assert after is wanted


def test_a_bill_that_nobody_decided_becomes_what_the_order_wants() -> None:
    assert [stands(None, wanted) for wanted in GRAVITY] == list(GRAVITY)


def test_an_act_from_before_filed_versions_is_read_as_it_was_signed() -> None:
    body = (
        b'{"act":"select","at":"2026-11-28T08:00:00Z","authority":"hk-customs",'
        b'"bills":[{"filer":"synthetic-line","number":"SYNB1","version":3}],"id":"act-1",'
        b'"officer":"sub_1","purpose":"waglan/officer-act/v1","reason":"a second look"}'
    )
    old = read_sheet(body)
    assert old is not None
    assert old.act_bytes() == body
    assert is_signed(body, sign_act(old, KEY), PUBLIC)
    assert (old.bills[0].filed_version, old.bills[0].saw_filed) == (None, 1)


@pytest.mark.parametrize("filed", [1, 2, (1 << 53) - 1])
def test_a_filed_version_is_signed_as_it_was_named(filed: int) -> None:
    named = sheet(Kind.SELECT, bills=(msgspec.structs.replace(BILL, filed_version=filed),))
    assert f'"filed_version":{filed},'.encode() in named.act_bytes()
    assert read_sheet(named.act_bytes()) == named


@pytest.mark.parametrize("filed", [0, -1, 1 << 53])
def test_a_filed_version_that_cannot_be_is_refused(filed: int) -> None:
    named = sheet(Kind.SELECT, bills=(msgspec.structs.replace(BILL, filed_version=filed),))
    assert read_sheet(named.act_bytes()) is None


UNSEEN = ("\u202e", " \u200b\u3000", "\u3164", "  ")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_text_that_shows_nothing_counts_as_not_given(unseen: str) -> None:
    for kind, name in ((Kind.DETAIN, "instruction"), (Kind.CLEAR, "reason")):
        assert ("ACT-LACKS", name) in [
            (code, field) for code, field in lacks(sheet(kind, **{name: unseen}))
        ]
    blank = sheet(Kind.SELECT, instruction=unseen)
    assert faults(blank, now=NOW) == []
    assert b"instruction" not in blank.told
    assert b"voucher" not in sheet(Kind.CLEAR, voucher=unseen).told
    for kind, name in ((Kind.ASK_DOCUMENTS, "documents"), (Kind.CLEAR_CONDITIONALLY, "conditions")):
        assert lacks(sheet(kind, **{name: ("invoice", unseen)})) == [("ACT-LACKS", name)]
    optional = sheet(Kind.DETAIN, documents=(unseen,), due=NOW + timedelta(days=2))
    assert lacks(optional) == [("ACT-LACKS", "documents")]


def lacks(one: Sheet) -> list[tuple[str, object]]:
    return [(found.code, found.params.get("field")) for found in faults(one, now=NOW)]


@pytest.mark.parametrize("kind", [Kind.ASK_DOCUMENTS, Kind.EXTEND_NOTICE])
def test_documents_are_not_due_before_the_act_must_be_handed_in(kind: Kind) -> None:
    soon = sheet(kind, due=NOW + AGE_MAX)
    assert [code for code, _ in wrong(soon)] == ["ACT-DUE-SOON"]
    assert wrong(sheet(kind, due=NOW + AGE_MAX + timedelta(seconds=1))) == []


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_act_at_the_calendars_end_is_none(at: str) -> None:
    there = datetime.fromisoformat(at)
    for one in (
        msgspec.structs.replace(sheet(Kind.SERVE), at=there),
        sheet(Kind.ASK_DOCUMENTS, due=there),
    ):
        assert read_sheet(one.act_bytes()) is None
