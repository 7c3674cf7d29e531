"""Who decides, how far, and that nobody is let alone by nobody."""

import ast
import dataclasses
import hmac
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from clean_manifest import PARTIES, bill, goods, manifest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from waglan.codes.calendar import HONG_KONG
from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.party import PartyId
from waglan.codes.render import render
from waglan.customs.decision import Case, Decision, Notice, decide, notice
from waglan.customs.dry_run import dry_run
from waglan.customs.judge import judge
from waglan.customs.place import of_bill
from waglan.customs.policy import policy
from waglan.customs.rules import EVERY_RULE, RULES
from waglan.customs.sample import SECRET_BYTES_MIN, Sample
from waglan.customs.standing_order import (
    ANSWER_DAYS_MAX,
    BILLS_PER_CALL_MAX,
    BILLS_PER_DAY_MAX,
    DOCUMENT_CHARS_MAX,
    DOCUMENTS_MAX,
    SERVE_BEFORE_ARRIVAL_MINUTES_MAX,
    VALID_DAYS_MAX,
    BadOrder,
    Ground,
    SignedOrder,
    StandingOrder,
    dated,
    read_order,
    refusals,
    sign,
)
from waglan.customs.status import DECIDES, GRAVITY, NEXT, Act, Refused, after, gravest
from waglan.customs.tables import Hit, Stamp
from waglan.manifest.model import Party, PartyRole

SRC = Path(__file__).parents[2] / "src"
S = CustomsStatus
KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
FROM = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
NEVER = Sample(b"s" * 32, 0)
ORDER = StandingOrder(
    id="SO-1",
    officer="officer-7",
    authority=PartyId("hk-customs"),
    policy_version=policy().version,
    table_sha256="a" * 64,
    statuses=frozenset(GRAVITY),
    bills_per_call_max=100,
    not_selected_permille_max=1000,
    valid_from=FROM,
    valid_until=FROM + timedelta(days=60),
    serve_before_arrival_minutes=360,
)
GROUND = Ground(
    officers={"officer-7": KEY.public_key()},
    revoked=frozenset(),
    policy_version=policy().version,
    stamp=Stamp("a" * 64, "2.1.3"),
)
SIGNED = sign(ORDER, KEY)


def ordered(**told: Any) -> SignedOrder:
    return sign(dataclasses.replace(ORDER, **told), KEY)


def case(*hits: Hit, findings: tuple[Finding, ...] = ()) -> Case:
    bills = [bill(f"B{n}", segment=n + 10) for n in range(len(hits))]
    return Case(manifest(*bills), findings, hits)


def hit(status: CustomsStatus) -> Hit:
    return Hit(status, ("R1",), ("WEIGHT",))


def one(
    hit: Hit, *findings: Finding, signed: SignedOrder | None = SIGNED, sample: Sample = NEVER
) -> Decision:
    [decision] = decide(case(hit, findings=findings), signed, GROUND, sample, now=NOW)
    return decision


def hold(where: Where, severity: Severity = Severity.HOLD) -> Finding:
    return Finding("HK-60C-VOLUME", severity, where, {"bill": "B0"})


def codes(found: tuple[Finding, ...] | list[Finding]) -> list[str]:
    assert all(render(f, "en").remedy and render(f, "zh-Hant-HK").remedy for f in found)
    return [f.code for f in found]


def test_a_bill_that_nothing_points_at_is_let_alone_in_the_officers_name() -> None:
    decision = one(Hit())
    assert decision.status is S.NOT_SELECTED
    assert decision.basis is not None
    assert (decision.basis.order, decision.basis.officer) == ("SO-1", "officer-7")
    assert (decision.basis.table_sha256, decision.basis.engine_version) == ("a" * 64, "2.1.3")
    assert decision.basis.decided_at == NOW


def test_a_bill_that_lacks_a_particular_is_asked_for_documents() -> None:
    decision = one(Hit(), hold(of_bill(bill("B0", segment=10), "volume_cm3")))
    assert (decision.status, decision.rules) == (S.DOCUMENTS_ASKED, ("HK-60C-VOLUME",))


@pytest.mark.parametrize("severity", [Severity.NOTE, Severity.WARNING])
def test_a_note_or_a_warning_stops_no_bill(severity: Severity) -> None:
    found = hold(of_bill(bill("B0", segment=10)), severity)
    assert one(Hit(), found).status is S.NOT_SELECTED


def test_a_finding_stops_its_own_bill_and_not_another_of_the_same_number() -> None:
    mine, yours = bill("001", parent="A", segment=10), bill("001", parent="B", segment=20)
    both = Case(manifest(mine, yours), [hold(of_bill(mine))], [Hit(), Hit()])
    decided = decide(both, SIGNED, GROUND, NEVER, now=NOW)
    assert [d.status for d in decided] == [S.DOCUMENTS_ASKED, S.NOT_SELECTED]


def test_what_the_head_lacks_stops_every_bill_and_a_box_those_stowed_in_it() -> None:
    two = manifest(bill("A"), bill("B", segment=20, goods=(goods(stowed=()),)))
    head = Case(two, [hold(Where("head/voyage"))], [Hit(), Hit()])
    box = Case(two, [hold(Where("equipment/CSQU3054383"))], [Hit(), Hit()])
    asked, alone = S.DOCUMENTS_ASKED, S.NOT_SELECTED
    assert [d.status for d in decide(head, SIGNED, GROUND, NEVER, now=NOW)] == [asked, asked]
    assert [d.status for d in decide(box, SIGNED, GROUND, NEVER, now=NOW)] == [asked, alone]


@pytest.mark.parametrize("wanted", GRAVITY[1:])
@pytest.mark.parametrize("is_held", [False, True])
@pytest.mark.parametrize("permille", [0, 1000])
def test_the_gravest_wish_wins(wanted: CustomsStatus, is_held: bool, permille: int) -> None:
    found = [hold(of_bill(bill("B0", segment=10)))] if is_held else []
    decision = one(hit(wanted), *found, sample=Sample(b"s" * 32, permille))
    assert decision.status is (S.INSPECT if permille else wanted)
    assert decision.targeting.is_sampled is bool(permille)
    assert decision.targeting.rules == ("R1",)


REFUSED: list[tuple[str, SignedOrder | None, dict[str, Any], datetime]] = [
    ("ORDER-NONE", None, {}, NOW),
    ("ORDER-UNSIGNED", SignedOrder(ORDER, bytes(64)), {}, NOW),
    ("ORDER-UNSIGNED", sign(ORDER, OTHER_KEY), {}, NOW),
    ("ORDER-UNSIGNED", SIGNED, {"officers": {}}, NOW),
    ("ORDER-REVOKED", SIGNED, {"revoked": frozenset({"SO-1"})}, NOW),
    ("ORDER-EARLY", SIGNED, {}, FROM - timedelta(microseconds=1)),
    ("ORDER-EXPIRED", SIGNED, {}, ORDER.valid_until),
    ("ORDER-OTHER-TABLE", SIGNED, {"stamp": Stamp("b" * 64, "2.1.3")}, NOW),
    ("ORDER-TABLE-REFUSED", SIGNED, {"stamp": None}, NOW),
    ("ORDER-TABLE-SLOW", SIGNED, {"table_answered": False}, NOW),
    ("ORDER-TABLE-SLOW", SIGNED, {"table_answered": False, "stamp": None}, NOW),
    ("ORDER-OTHER-POLICY", SIGNED, {"policy_version": "another"}, NOW),
    ("ORDER-BILLS", ordered(bills_per_call_max=1), {}, NOW),
    ("ORDER-DAY", ordered(bills_per_day_max=1), {}, NOW),
    ("ORDER-DAY", ordered(bills_per_day_max=10), {"decided_today": 9}, NOW),
]


@pytest.mark.parametrize(("code", "signed", "changed", "now"), REFUSED)
def test_under_an_order_that_does_not_hold_nothing_is_decided_and_the_reason_is_said(
    code: str, signed: SignedOrder | None, changed: dict[str, Any], now: datetime
) -> None:
    ground = dataclasses.replace(GROUND, **changed)
    decided = decide(case(Hit(), hit(S.INSPECT)), signed, ground, NEVER, now=now)
    assert [codes(d.reasons) for d in decided] == [[code], [code]]
    assert {(d.status, d.basis) for d in decided} == {(None, None)}


def test_an_order_holds_from_its_first_moment_to_its_last_and_for_its_last_bill() -> None:
    last = ORDER.valid_until - timedelta(microseconds=1)
    exact = ordered(bills_per_call_max=2)
    for now in (FROM, last):
        assert refusals(exact, GROUND, bills=2, now=now) == []
    assert codes(refusals(exact, GROUND, bills=3, now=last)) == ["ORDER-BILLS"]
    of_day, much = ordered(bills_per_day_max=10), dataclasses.replace(GROUND, decided_today=8)
    assert refusals(of_day, much, bills=2, now=last) == []
    assert codes(refusals(of_day, much, bills=3, now=last)) == ["ORDER-DAY"]


def test_all_that_speaks_against_an_order_is_said_at_once() -> None:
    ground = dataclasses.replace(GROUND, revoked=frozenset({"SO-1"}), stamp=None)
    assert codes(refusals(SIGNED, ground, bills=1, now=ORDER.valid_until)) == [
        "ORDER-REVOKED",
        "ORDER-EXPIRED",
        "ORDER-TABLE-REFUSED",
    ]


CHANGES: list[dict[str, Any]] = [
    {"id": "SO-2"},
    {"authority": PartyId("other")},
    {"policy_version": "p2"},
    {"table_sha256": "c" * 64},
    {"statuses": frozenset({S.NOT_SELECTED})},
    {"bills_per_call_max": 101},
    {"bills_per_day_max": 5},
    {"not_selected_permille_max": 999},
    {"valid_from": FROM + timedelta(microseconds=1)},
    {"valid_until": ORDER.valid_until + timedelta(microseconds=1)},
    {"serve_before_arrival_minutes": 361},
    {"documents": ("Invoice",), "answer_days": 3},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_no_word_of_an_order_can_be_changed_after_it_was_signed(change: dict[str, Any]) -> None:
    altered = SignedOrder(dataclasses.replace(ORDER, **change), SIGNED.signature)
    assert not altered.is_signed(GROUND.officers)
    assert SIGNED.is_signed(GROUND.officers)


def test_every_word_of_an_order_is_under_its_signature() -> None:
    tested = {name for change in CHANGES for name in change} | {"officer"}
    assert tested == {field.name for field in dataclasses.fields(StandingOrder)}
    other = dataclasses.replace(ORDER, officer="officer-8")
    keys = {"officer-7": KEY.public_key(), "officer-8": KEY.public_key()}
    assert not SignedOrder(other, SIGNED.signature).is_signed(keys)


def test_an_order_asks_by_a_day_that_its_notice_names_and_one_signed_before_asks_for_nothing() -> (
    None
):
    assert b'documents":' not in ORDER.order_bytes()
    assert dated(ORDER.asks_for, due=None, now=NOW) == ORDER.asks_for == b"{}"
    asks = dataclasses.replace(ORDER, documents=("Invoice",), answer_days=3).asks_for
    day = (NOW + timedelta(days=3)).isoformat()
    assert json.loads(dated(asks, due=None, now=NOW)) == {"documents": ["Invoice"], "due": day}
    assert json.loads(dated(asks, due=NOW, now=FROM))["due"] == NOW.isoformat()
    own = b'{"documents":["answer_days"],"due":"2026-12-01T00:00:00+00:00"}'
    assert dated(own, due=NOW, now=NOW) == own  # an officer's own words


def test_the_same_moment_in_another_zone_is_the_same_order() -> None:
    hong_kong = FROM.astimezone(HONG_KONG)
    assert dataclasses.replace(ORDER, valid_from=hong_kong).order_bytes() == ORDER.order_bytes()
    assert b"waglan/standing-order/v1" in ORDER.order_bytes()


@pytest.mark.parametrize(
    "told",
    [
        {"officer": ""},
        {"valid_from": FROM.replace(tzinfo=None), "valid_until": FROM.replace(tzinfo=None)},
        {"valid_until": FROM},
        {"valid_until": FROM + timedelta(days=VALID_DAYS_MAX, microseconds=1)},
        {"statuses": frozenset()},
        {"statuses": frozenset({S.SEIZED})},
        {"bills_per_call_max": 0},
        {"bills_per_call_max": BILLS_PER_CALL_MAX + 1},
        {"bills_per_day_max": 0},
        {"bills_per_day_max": BILLS_PER_DAY_MAX + 1},
        {"not_selected_permille_max": -1},
        {"not_selected_permille_max": 1001},
        {"serve_before_arrival_minutes": -1},
        {"serve_before_arrival_minutes": SERVE_BEFORE_ARRIVAL_MINUTES_MAX + 1},
        {"documents": ("Invoice",)},
        {"answer_days": 3},
        {"documents": ("Invoice",), "answer_days": 0},
        {"documents": ("Invoice",), "answer_days": ANSWER_DAYS_MAX + 1},
        {"documents": ("Invoice", "\u202e "), "answer_days": 3},
        {"documents": ("Inv\0ice",), "answer_days": 3},
        {"documents": ("x" * (DOCUMENT_CHARS_MAX + 1),), "answer_days": 3},
        {"documents": ("x",) * (DOCUMENTS_MAX + 1), "answer_days": 3},
    ],
)
def test_an_order_that_cannot_be_meant_is_none(told: dict[str, Any]) -> None:
    with pytest.raises(BadOrder):
        dataclasses.replace(ORDER, **told)


def test_an_order_may_go_to_each_of_its_limits() -> None:
    full = ordered(
        valid_until=FROM + timedelta(days=VALID_DAYS_MAX),
        bills_per_call_max=BILLS_PER_CALL_MAX,
        serve_before_arrival_minutes=SERVE_BEFORE_ARRIVAL_MINUTES_MAX,
        documents=("x" * DOCUMENT_CHARS_MAX,) * DOCUMENTS_MAX,
        answer_days=ANSWER_DAYS_MAX,
    )
    assert read_order(full.order.order_bytes()) == full.order
    assert refusals(full, GROUND, bills=BILLS_PER_CALL_MAX, now=NOW) == []


@pytest.mark.parametrize("wanted", GRAVITY)
def test_a_status_that_the_order_does_not_allow_is_left_to_an_officer(
    wanted: CustomsStatus,
) -> None:
    some = ordered(statuses=frozenset(GRAVITY) - {wanted})
    decision = one(Hit() if wanted is S.NOT_SELECTED else hit(wanted), signed=some)
    assert (decision.status, codes(decision.reasons)) == (None, ["ORDER-STATUS"])
    assert decision.targeting.wanted is wanted


def test_a_table_that_lets_too_many_alone_lets_nobody_alone() -> None:
    hits = [Hit(), Hit(), hit(S.INSPECT), hit(S.DETAINED)]
    half, less = ordered(not_selected_permille_max=500), ordered(not_selected_permille_max=499)
    let = [d.status for d in decide(case(*hits), half, GROUND, NEVER, now=NOW)]
    kept = decide(case(*hits), less, GROUND, NEVER, now=NOW)
    assert let == [S.NOT_SELECTED, S.NOT_SELECTED, S.INSPECT, S.DETAINED]
    assert [d.status for d in kept] == [None, None, S.INSPECT, S.DETAINED]
    assert codes(kept[0].reasons) == ["ORDER-SHARE"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"name": "陳大文貿易".encode("big5hkscs").decode("latin-1")}, "HK-MAN-015-NAME"),
        ({"address": "??? ????"}, "HK-MAN-015-NAME"),
        ({"name": "P\u0435ak Tiles"}, "HK-MAN-014-LOOKALIKE"),
        ({"name": "Peak \u202eseliT"}, "HK-MAN-014-TURNED"),
        ({"description": "李明出口".encode("gb18030").decode("latin-1")}, "HK-MAN-015-UNREADABLE"),
        ({"description": "\u0421IGARETTES"}, "HK-MAN-014-GOODS"),
    ],
)
@pytest.mark.parametrize("wanted", [Hit(), hit(S.INSPECT)])
def test_a_bill_whose_words_nobody_can_trust_is_left_to_an_officer_and_it_alone(
    told: dict[str, str], code: str, wanted: Hit
) -> None:
    of_party = {name: text for name, text in told.items() if name != "description"}
    description = told.get("description", "FLOOR TILES")
    party = msgspec.structs.replace(PARTIES[0], **of_party)
    mine = bill("B0", segment=10, goods=(goods(description=description),))
    mine = msgspec.structs.replace(mine, parties=(party, *PARTIES[1:]))
    both = manifest(mine, bill("B1", segment=20))
    found = judge(both, on=NOW.date() + timedelta(days=30))
    left, other = decide(Case(both, found, [wanted, Hit()]), SIGNED, GROUND, NEVER, now=NOW)
    assert (left.status, codes(left.reasons)) == (None, ["ORDER-TEXT"])
    assert left.reasons[0].params["found"] == code
    assert left.targeting.wanted is (wanted.status or S.NOT_SELECTED)
    assert other.status is S.NOT_SELECTED


def test_a_bill_that_says_more_than_a_table_reads_is_left_to_an_officer() -> None:
    long = bill("B0", segment=10, goods=(goods(description="TILES " * 1000),))
    left, other = decide(
        Case(manifest(long, bill("B1", segment=20)), (), [Hit(), Hit()]),
        SIGNED,
        GROUND,
        NEVER,
        now=NOW,
    )
    assert (left.status, codes(left.reasons)) == (None, ["ORDER-TEXT-LONG"])
    assert other.status is S.NOT_SELECTED


def test_plain_words_in_any_script_are_decided_of() -> None:
    names = ("3M Hong Kong", "7UP", "順發陶瓷", "CAFÉ MÜLLER", "\u041e\u041e\u041e", "\uff30 Tiles")
    parties = tuple(Party(PartyRole.CONSIGNOR, name, "1 Road") for name in names)
    plain = bill("B0", parties=parties, goods=(goods(description="CRÊPE, 20 µm, MEN\x92S"),))
    found = judge(manifest(plain), on=NOW.date() + timedelta(days=30))
    [decision] = decide(Case(manifest(plain), found, [Hit()]), SIGNED, GROUND, NEVER, now=NOW)
    assert decision.reasons == ()


def test_a_case_has_one_hit_for_each_bill() -> None:
    with pytest.raises(ValueError, match="one hit for each bill"):
        Case(manifest(), (), ())


def test_filers_of_a_call_are_all_told_at_one_moment_before_arrival() -> None:
    assert ORDER.serve_at(NOW) == NOW - timedelta(hours=6)


def test_a_notice_holds_nothing_that_points_at_a_bill() -> None:
    found = hold(of_bill(bill("B0", segment=10)))
    told = notice(one(hit(S.INSPECT), found, sample=Sample(b"s" * 32, 1000)))
    assert told == Notice("B0", S.INSPECT, ("HK-60C-VOLUME",))
    assert {field.name for field in dataclasses.fields(Notice)} == {"bill", "status", "rules"}
    assert notice(one(Hit(), signed=None)) is None


def hits() -> st.SearchStrategy[Hit]:
    return st.just(Hit()) | st.sampled_from(GRAVITY[1:]).map(hit)


def orders() -> st.SearchStrategy[SignedOrder | None]:
    told = st.fixed_dictionaries(
        {
            "statuses": st.frozensets(st.sampled_from(GRAVITY), min_size=1),
            "bills_per_call_max": st.integers(1, 6),
            "not_selected_permille_max": st.integers(0, 1000),
            "table_sha256": st.sampled_from(["a" * 64, "b" * 64]),
            "policy_version": st.sampled_from([policy().version, "another"]),
            "valid_from": st.sampled_from([FROM, NOW + timedelta(days=1)]),
        }
    )
    signers = st.sampled_from([KEY, OTHER_KEY])
    signed = st.builds(lambda t, key: sign(dataclasses.replace(ORDER, **t), key), told, signers)
    return st.none() | signed


@settings(max_examples=150)
@given(st.lists(hits(), min_size=1, max_size=6), orders(), st.integers(0, 1000), st.booleans())
def test_nobody_is_let_alone_without_a_signed_valid_order_that_allows_it(
    hits: list[Hit], signed: SignedOrder | None, permille: int, is_held: bool
) -> None:
    found = (hold(of_bill(bill("B0", segment=10))),) if is_held else ()
    sample, told = Sample(b"s" * 32, permille), case(*hits, findings=found)
    decided = decide(told, signed, GROUND, sample, now=NOW)
    assert decided == decide(told, signed, GROUND, sample, now=NOW)
    refused = refusals(signed, GROUND, bills=len(hits), now=NOW)
    for decision, wished in zip(decided, hits, strict=True):
        assert (decision.status is None) == bool(decision.reasons) == (decision.basis is None)
        if decision.status is None:
            continue
        assert signed is not None
        assert not refused
        assert signed.order.statuses >= {decision.status}
        if decision.status is S.NOT_SELECTED:
            assert wished.status is None
            assert not decision.targeting.is_sampled
            assert decision.rules == ()


@settings(max_examples=60)
@given(st.permutations(range(5)), st.integers(0, 1000))
def test_the_order_of_the_bills_changes_no_decision(places: list[int], permille: int) -> None:
    bills = [bill(f"B{n}", segment=n) for n in range(5)]
    wished = [Hit(), hit(S.INSPECT), Hit(), hit(S.DETAINED), Hit()]
    sample = Sample(b"s" * 32, permille)
    straight = Case(manifest(*bills), (), wished)
    mixed = Case(manifest(*[bills[n] for n in places]), (), [wished[n] for n in places])
    decided = decide(straight, SIGNED, GROUND, sample, now=NOW)
    assert decide(mixed, SIGNED, GROUND, sample, now=NOW) == [decided[n] for n in places]


def test_the_sample_takes_its_share_and_another_secret_takes_others() -> None:
    bills = [bill(f"B{n}") for n in range(20_000)]
    taken = {b.number for b in bills if Sample(b"s" * 32, 20).takes(b)}
    others = {b.number for b in bills if Sample(b"t" * 32, 20).takes(b)}
    assert 320 < len(taken) < 480  # 400 expected; four standard deviations are 79
    assert len(taken & others) < 30
    assert {b.number for b in bills if Sample(b"s" * 32, 40).takes(b)} > taken
    assert not any(NEVER.takes(b) for b in bills[:100])
    assert all(Sample(b"s" * 32, 1000).takes(b) for b in bills[:100])


@given(st.binary(min_size=32, max_size=200), st.text(max_size=40), st.none() | st.text(max_size=40))
def test_the_lot_is_the_hmac_of_a_bills_number(
    secret: bytes, number: str, parent: str | None
) -> None:
    """Whoever is shown the secret afterwards can draw the lots again with any tool."""
    said = b"waglan/inspection-sample/v1\0" + f"{parent or ''}\0{number}".encode()
    lot = int.from_bytes(hmac.digest(secret, said, "sha256")[:8]) % 1000
    for permille in (lot, lot + 1):
        taken = Sample(secret, permille).takes(bill(number, parent=parent))
        assert taken == (permille > lot)


def test_houses_of_one_number_under_two_masters_are_sampled_each_for_itself() -> None:
    sample = Sample(b"s" * 32, 500)
    alike = [
        sample.takes(bill("001", parent=f"A{n}")) == sample.takes(bill("001", parent=f"B{n}"))
        for n in range(100)
    ]
    assert 20 < sum(alike) < 80


def test_filing_again_in_other_words_does_not_leave_the_sample() -> None:
    sample = Sample(b"s" * 32, 500)
    for n in range(100):
        first, again = bill(f"B{n}"), bill(f"B{n}", segment=99, packages=1, goods=())
        assert sample.takes(first) == sample.takes(again)


def test_a_sample_has_a_secret_that_cannot_be_guessed_and_does_not_show_it() -> None:
    with pytest.raises(ValueError, match="secret"):
        Sample(b"s" * (SECRET_BYTES_MIN - 1), 20)
    with pytest.raises(ValueError, match="permille"):
        Sample(b"s" * SECRET_BYTES_MIN, 1001)
    assert "sss" not in repr(Sample(b"s" * SECRET_BYTES_MIN, 1000))


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("status", [None, *CustomsStatus])
def test_an_act_is_lawful_only_where_the_table_has_it(
    status: CustomsStatus | None, act: Act
) -> None:
    if (status, act) in NEXT:
        assert after(status, act) is NEXT[status, act]
    else:
        with pytest.raises(Refused, match=act.value):
            after(status, act)


def test_every_status_can_be_reached_and_every_act_be_done() -> None:
    assert set(NEXT.values()) == set(CustomsStatus)
    assert {act for _, act in NEXT} == set(Act)


def test_nothing_is_cleared_by_a_machine_and_nothing_uninspected_is_cleared_once_selected() -> None:
    assert {act for act in DECIDES.values()}.isdisjoint({Act.CLEAR, Act.CLEAR_CONDITIONALLY})
    assert {NEXT[None, DECIDES[status]] for status in GRAVITY} == set(GRAVITY)
    assert (S.INSPECT, Act.CLEAR) not in NEXT
    assert (S.NOT_SELECTED, Act.CLEAR) not in NEXT


def test_who_is_let_alone_may_still_be_asked_detained_or_inspected_until_the_gate() -> None:
    for status in GRAVITY[1:]:
        assert after(S.NOT_SELECTED, DECIDES[status]) is status


def test_serving_a_notice_changes_no_status_and_nothing_is_served_before_it_is_decided() -> None:
    served = {status for status, act in NEXT if act is Act.SERVE}
    assert served == set(CustomsStatus)
    assert all(after(status, Act.SERVE) is status for status in served)


@given(st.lists(st.sampled_from(GRAVITY)))
def test_the_gravest_is_the_same_in_any_order(wanted: list[CustomsStatus]) -> None:
    assert gravest(wanted) is gravest(sorted(wanted, key=lambda status: status.value))
    assert (gravest(wanted) is None) == (not wanted)


def test_a_dry_run_says_what_it_found_and_what_it_did_not_look_at() -> None:
    vague = manifest(bill(goods=(goods(description="PARTS"),)))
    day = max(rule.IN_FORCE_FROM for rule in EVERY_RULE)
    run = dry_run(vague, on=day)
    assert list(run.findings) == judge(vague, on=day)
    assert run.rules_run == tuple(rule.CODE for rule in RULES)
    assert codes(run.not_run) == [
        "DRY-RUN-NO-PLACES",
        "DRY-RUN-NO-FILING-TIME",
        "DRY-RUN-NO-OWN-FILINGS",
        "DRY-RUN-NO-OWN-FILINGS",
        "DRY-RUN-NO-TARGETING",
        "DRY-RUN-NO-OTHER-FILINGS",
        "DRY-RUN-NO-LICENCES",
    ]


def test_a_dry_run_names_the_rules_of_a_later_day() -> None:
    run = dry_run(manifest(), on=date(1990, 1, 1))
    assert run.rules_run == ("HK-60C",)
    assert codes(run.not_run).count("DRY-RUN-NOT-IN-FORCE") == len(EVERY_RULE) - 1


def modules_reached(start: str) -> set[str]:
    """Every module of the customs package that a module imports, straight or through others."""
    reached, ahead = set[str](), [start]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            path = SRC.joinpath(*name.split(".")).with_suffix(".py")
            path = path if path.exists() else path.with_suffix("") / "__init__.py"
            tree = ast.parse(path.read_text(encoding="utf-8"))
            froms = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
            names = [f"{n.module}.{alias.name}" for n in froms for alias in n.names]
            names += [n.module or "" for n in froms]
            ahead += [n for n in names if n.startswith("waglan.customs") and is_module(n)]
    return reached


def is_module(name: str) -> bool:
    path = SRC.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_no_way_leads_from_a_dry_run_to_a_table_a_sample_or_a_decision() -> None:
    secret = {"tables", "table_file", "table_cell", "facts", "sample", "decision", "standing_order"}
    reached = modules_reached("waglan.customs.dry_run")
    assert reached >= {"waglan.customs.judge", "waglan.customs.rules.vague_description"}
    assert reached.isdisjoint({f"waglan.customs.{name}" for name in secret})
    assert modules_reached("waglan.customs.decision") >= {"waglan.customs.tables"}


@given(st.lists(hits(), min_size=2, max_size=2))
def test_a_dry_run_is_the_same_whatever_the_table_wants(wished: list[Hit]) -> None:
    vague = manifest(bill("A", goods=(goods(description="PARTS"),)), bill("B", segment=20))
    before = dry_run(vague, on=NOW.date())
    decide(Case(vague, before.findings, wished), SIGNED, GROUND, NEVER, now=NOW)
    assert dry_run(vague, on=NOW.date()) == before


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-30T23:59:59-14:00"])
def test_an_order_at_the_calendars_end_is_none(edge: str) -> None:
    since = datetime.fromisoformat(edge)
    until = since + timedelta(days=1)
    with pytest.raises(BadOrder, match="every clock"):
        dataclasses.replace(ORDER, valid_from=since, valid_until=until)
    told = ORDER.order_bytes().decode()
    for old, new in ((ORDER.valid_from, since), (ORDER.valid_until, until)):
        spelled = old.astimezone(UTC).isoformat(timespec="microseconds")
        assert spelled in told
        told = told.replace(spelled, new.isoformat())
    assert read_order(told.encode()) is None
