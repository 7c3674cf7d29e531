"""The day's files: what is written is what is meant, and it reads back the same."""

from datetime import UTC, datetime
from functools import cache

import pytest
from msgspec.structs import replace

from waglan.codes.finding import Severity
from waglan.customs.judge import judge
from waglan.customs.rules import RULES
from waglan.demo.call import Call, make_call
from waglan.demo.filing import MASTER_PARTS, File, Filings, filings
from waglan.demo.mistakes import Slip
from waglan.demo.organisations import LINE, organisations
from waglan.manifest.assembly import join
from waglan.manifest.model import Bill, Manifest, Part
from waglan.manifest.tree import tangled
from waglan.messages.edifact import read
from waglan.messages.envelope import InterchangeEnd, Message

KNOWN = {"HK-MAN-012", "HK-60C-CONSIGNEE", "HK-MAN-020", "CONTAINER-CHECK-DIGIT"}
MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


@cache
def call() -> Call:
    return make_call(7, MORNING)


@cache
def files() -> Filings:
    return filings(call(), MORNING)


def part_of(file: File) -> Part:
    """The one part of a file that reads with no finding but the planted check digits."""
    message, end = read([file.body])
    assert isinstance(message, Message)
    assert isinstance(end, InterchangeEnd)
    codes = {finding.code for finding in (*message.findings, *end.findings)}
    assert codes <= {"CONTAINER-CHECK-DIGIT"}
    assert message.part is not None
    return message.part


def as_written(manifest: Manifest) -> Manifest:
    """The manifest without the places in a message, which only a reader knows."""
    return Manifest(
        manifest.head,
        tuple(replace(bill, segment=None, part=1) for bill in manifest.bills),
        tuple(replace(box, segment=None, part=1) for box in manifest.equipment),
    )


def is_refused(file: File) -> bool:
    findings = [finding for item in read([file.body]) for finding in item.findings]
    return any(finding.severity is Severity.ERROR for finding in findings)


def test_the_masters_come_in_three_parts_that_join_to_what_the_line_meant() -> None:
    parts = [part_of(file) for file in files().masters]
    assert [(part.number, part.is_final) for part in parts] == [(1, False), (2, False), (3, True)]
    assert len({part.key for part in parts}) == 1
    assert all(part.bills and part.equipment for part in parts)
    whole, findings = join(parts[::-1])
    assert findings == []
    assert whole.parts == MASTER_PARTS
    assert as_written(whole) == as_written(call().masters)


def test_every_forwarders_last_file_reads_back_as_what_he_meant() -> None:
    for sent in files().houses:
        whole, findings = join([part_of(sent[-1])])
        party = sent[-1].party
        assert findings == []
        bills = call().houses[party].bills
        if party == call().slips.twice[0]:
            assert as_written(join([part_of(sent[0])])[0]).bills == bills
            bills = bills[:-1]  # the one that was told twice stands at the end
        assert as_written(whole) == as_written(replace(call().houses[party], bills=bills))


def test_an_amendment_reads_back_and_names_the_version_it_changes() -> None:
    [file] = files().amendments
    whole, _ = join([part_of(file)])
    assert as_written(whole) == as_written(call().slips.changing[1])
    assert ("ACW", "1") in whole.head.references


def test_two_files_are_refused_as_they_are_sent_first_and_both_are_sent_again() -> None:
    twice = {sent[0].party: sent for sent in files().houses if len(sent) > 1}
    checking = files().checking
    assert set(twice) == {call().slips.wrong_count, call().slips.truncated, checking}
    del twice[checking]  # his file reads well: a bill told twice is for the judge
    for first, second in twice.values():
        assert is_refused(first)
        assert not is_refused(second)
        assert first.key != second.key


def test_the_wrong_count_is_all_that_is_wrong_with_the_miscounted_file() -> None:
    [sent] = [s for s in files().houses if s[0].party == call().slips.wrong_count]
    [message, _] = read([sent[0].body])
    codes = {finding.code for finding in message.findings}
    assert codes - {"CONTAINER-CHECK-DIGIT"} == {"EDIFACT-UNT-COUNT"}


def test_each_file_has_a_key_of_its_own_and_is_sent_from_its_partys_address() -> None:
    everything = [
        *files().masters,
        *(file for sent in files().houses for file in sent),
        *files().amendments,
    ]
    assert len({file.key for file in everything}) == len(everything)
    address = {who.party: who.address for who in organisations()}
    for file in everything:
        if is_refused(file):
            continue
        [message, _] = read([file.body])
        assert isinstance(message, Message)
        assert message.interchange is not None
        assert message.interchange.sender == address[file.party]
        assert 0 < len(message.interchange.reference) <= 14


def test_the_same_call_gives_the_same_bytes() -> None:
    assert filings(make_call(7, MORNING), MORNING) == files()


@pytest.mark.parametrize("seed", [0, 7, 2026, 31337])
def test_the_rules_find_the_planted_mistakes_and_nothing_else(seed: int) -> None:
    made = make_call(seed, MORNING)
    found: dict[str, set[str]] = {}
    for manifest in (made.masters, *made.houses.values(), made.by_hand[1]):
        for finding in judge(manifest, on=MORNING.date()):
            number = finding.where.path.split("/")[1]
            found.setdefault(finding.code, set()).add(number)
    planted = {slip: {m.about for m in made.planted if m.slip is slip} for slip in Slip}
    assert found.pop("HK-MAN-012") == planted[Slip.VAGUE_GOODS]
    assert found.pop("HK-60C-CONSIGNEE") == planted[Slip.NO_CONSIGNEE]
    assert found.pop("HK-MAN-020") == planted[Slip.BILL_TWICE]
    assert found.pop("CONTAINER-CHECK-DIGIT") == planted[Slip.WRONG_CHECK_DIGIT]
    assert found == {}
    newest = max(rule.IN_FORCE_FROM for rule in RULES)
    for manifest in (made.masters, *made.houses.values(), made.by_hand[1]):
        later = {finding.code for finding in judge(manifest, on=newest)}
        # What is put down in pounds may be more than a container carries.
        assert later - KNOWN <= {"HK-MAN-025-MASS"}


def test_the_tree_of_all_bills_falls_short_only_where_it_was_planted() -> None:
    made = call()
    bills: dict[str, Bill] = {bill.number: bill for bill in made.masters.bills}
    for manifest in (*made.houses.values(), made.by_hand[1]):
        bills |= {bill.number: bill for bill in manifest.bills}
    assert tangled(bills.values()) == []
    assert {bill.parent for bill in bills.values() if bill.parent} <= bills.keys()
    whole = Manifest(made.masters.head, tuple(bills.values()), made.masters.equipment)
    found = judge(whole, on=MORNING.date())
    off = {f.where.path.split("/")[1] for f in found if f.code.startswith("HK-MAN-021")}
    wrong = {m.about for m in made.planted if m.slip is Slip.HOUSES_DO_NOT_ADD_UP}
    assert off == {bills[number].parent for number in wrong}


def test_the_line_files_masters_and_nobody_else_does() -> None:
    assert {file.party for file in files().masters} == {LINE.party}
    assert LINE.party not in {sent[0].party for sent in files().houses}
