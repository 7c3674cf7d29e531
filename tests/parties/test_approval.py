"""Who approves a filing, and for whom a firm may file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.chinese import simplified, spelt_out
from waglan.codes.finding import Severity
from waglan.codes.party import PartyId
from waglan.codes.plain import squashed
from waglan.parties.approval import Approver, approval_refusal, is_approver
from waglan.parties.authorisation import WARN, Letter, client_findings, letter_findings
from waglan.parties.role import ClientKind, Principal, Role, Scope

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
LETTER = Letter("L", frozenset({"hk-tdec"}), NOW, NOW + 60 * DAY)


def principal(subject: str | None = "me", client: ClientKind = ClientKind.PERSON) -> Principal:
    roles, scopes = frozenset({Role.FORWARDER}), frozenset({Scope.FILE})
    return Principal(PartyId("firm"), roles, client, scopes, "t", subject)


def refused(
    who: Principal, prepared: set[str], *named: Approver, self_approve: bool = False
) -> str | None:
    why = approval_refusal(who, prepared, named, self_approve=self_approve, at=NOW)
    return None if why is None else why.code


def test_who_prepared_does_not_approve_unless_the_firm_is_set_so() -> None:
    assert refused(principal(), {"other"}) is None
    assert refused(principal(), {"other", "me"}) == "APPROVAL-OWN-WORK"
    assert refused(principal(), {"me"}, self_approve=True) is None


def test_a_machine_approves_only_where_the_firm_approves_its_own_work() -> None:
    machine = principal("answerable", ClientKind.MACHINE)
    assert refused(machine, {"other"}) == "APPROVAL-PERSON-NEEDED"
    assert refused(machine, {"answerable"}, self_approve=True) is None
    assert refused(principal(None, ClientKind.AI), set(), self_approve=True) == "APPROVAL-NOBODY"


def test_from_the_first_approver_named_nobody_else_approves() -> None:
    boss = Approver("1", "boss", NOW)
    assert refused(principal(), {"other"}, boss) == "APPROVAL-NOT-AN-APPROVER"
    assert refused(principal("boss"), {"other"}, boss) is None
    ended = Approver("1", "boss", NOW - DAY, ended_at=NOW)
    assert refused(principal("boss"), {"other"}, boss, ended) is None
    # When all are ended everybody may again; when one has only run out, nobody may.
    assert refused(principal(), {"other"}, ended) is None
    over = Approver("1", "boss", NOW - DAY, NOW)
    assert refused(principal(), {"other"}, over) == "APPROVAL-NOT-AN-APPROVER"


def test_who_stands_in_approves_until_the_day_and_only_while_the_other_might() -> None:
    boss = Approver("1", "boss", NOW - DAY)
    cover = Approver("2", "me", NOW - DAY, NOW + DAY, cover_for="boss")
    assert is_approver("me", [boss, cover], at=NOW)
    assert not is_approver("me", [boss, cover], at=NOW + DAY)
    assert is_approver("me", [boss, cover], at=NOW + DAY - TICK)
    gone = Approver("1", "boss", NOW - DAY, NOW)
    other = Approver("3", "third", NOW - DAY)
    assert not is_approver("me", [gone, other, cover], at=NOW)


@given(st.booleans(), st.sets(st.sampled_from("abc")), st.sampled_from("abc"))
def test_four_eyes_are_four_whatever_the_order(
    self_approve: bool, prepared: set[str], who: str
) -> None:
    answer = refused(principal(who), prepared, self_approve=self_approve)
    assert (answer is None) == (self_approve or who not in prepared)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW - TICK, "LETTER-NOT-YET"),
        (NOW, None),
        (NOW + 60 * DAY - WARN - TICK, None),
        (NOW + 60 * DAY - WARN, "LETTER-EXPIRES-SOON"),
        (NOW + 60 * DAY - TICK, "LETTER-EXPIRES-SOON"),
        (NOW + 60 * DAY, "LETTER-EXPIRED"),
    ],
)
def test_a_letter_counts_from_its_first_to_its_last_moment(at: datetime, code: str | None) -> None:
    found = letter_findings(LETTER, "hk-tdec", at=at)
    assert [one.code for one in found] == ([code] if code else [])
    is_refused = any(one.severity is Severity.ERROR for one in found)
    assert is_refused == (code not in (None, "LETTER-EXPIRES-SOON"))


def test_a_letter_covers_only_what_it_names_and_ends_when_it_is_taken_back() -> None:
    [other] = letter_findings(LETTER, "hk-road-aci", at=NOW)
    assert (other.code, other.params["covers"]) == ("LETTER-OTHER-PROFILE", "hk-tdec")
    ended = Letter("L", LETTER.profiles, LETTER.since, LETTER.until, ended_at=NOW + DAY)
    assert letter_findings(ended, "hk-tdec", at=NOW + DAY - TICK) == []
    [back] = letter_findings(ended, "hk-tdec", at=NOW + DAY)
    assert back.code == "LETTER-TAKEN-BACK"
    [none] = letter_findings(None, "hk-tdec", at=NOW)
    assert none.code == "LETTER-NONE"


names = st.text(max_size=12)


@given(st.lists(names, max_size=3), st.lists(st.dictionaries(names, names, max_size=3), max_size=3))
def test_each_bill_names_the_letters_client_or_is_told_whom_it_names(
    client: list[str], named: list[dict[str, str]]
) -> None:
    known = {simplified(squashed(one)) for one in client} - {""}
    others = [
        one for one in named if one and not known & {simplified(squashed(n)) for n in one.values()}
    ]
    found = client_findings(replace(LETTER, client_names=tuple(client)), named)
    shown = [spelt_out(" / ".join(n.values())) for n in others]
    assert [one.params["named"] for one in found] == shown
    assert {one.code for one in found} <= {"LETTER-OTHER-CLIENT"}


def test_a_client_is_known_in_either_script_however_it_is_spaced() -> None:
    letter = replace(LETTER, client_names=("SAMPLE CLIENT LTD", "順發陶瓷有限公司"))
    for name in ("Sample Client, Ltd.", "顺发陶瓷有限公司"):
        assert client_findings(letter, [{"bills/1/consignee/name": name}]) == []


@pytest.mark.parametrize("called", ["EXLN", "exln", " EX LN "])
def test_a_code_is_the_clients_whatever_its_case_and_blanks(called: str) -> None:
    assert replace(LETTER, client_names=(), client_code="EXLN").is_of(called)


LOOKS_LIKE_EXLN = ["\u0415XLN", "EX\u200bLN", "\uff25XLN", "EXL\u039d", "EX-LN"]


@pytest.mark.parametrize("other", LOOKS_LIKE_EXLN)
def test_a_code_that_only_looks_like_the_clients_is_not_his(other: str) -> None:
    assert not replace(LETTER, client_names=(), client_code=other).is_of("EXLN")
    assert not replace(LETTER, client_names=(), client_code="EXLN").is_of(other)
    assert not replace(LETTER, client_names=(), client_code="S\u212aLN").is_of("SKLN")


@given(st.text(max_size=8), st.text(max_size=8))
def test_one_code_stands_for_another_only_if_they_differ_in_case_and_blanks(
    one: str, other: str
) -> None:
    if replace(LETTER, client_names=(), client_code=one).is_of(other):
        assert "".join(one.split()).casefold() == "".join(other.split()).casefold() != ""


def test_a_name_with_a_look_alike_letter_is_another_clients() -> None:
    letter = replace(LETTER, client_names=("S\u0410MPLE LINE LTD",))
    assert not letter.is_of("SAMPLE LINE LTD")


@pytest.mark.parametrize("called", ["\u0415XLN", "EX\u200bLN", "S\u0410MPLE LINE LTD"])
def test_a_paper_that_calls_him_by_look_alike_letters_is_covered_by_no_letter(called: str) -> None:
    assert not replace(LETTER, client_names=(called,), client_code=called).is_of(called)
