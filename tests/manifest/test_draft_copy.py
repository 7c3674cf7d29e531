"""What of a draft serves for the next one, and under which bills."""

from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Finding
from waglan.manifest.draft import Change, bills_in, draft_of, for_the_next
from waglan.manifest.filing_profile import profiles
from waglan.manifest.filing_state import Life
from waglan.manifest.prefill import Claim, Source, SourceKind

TYPED = Source(SourceKind.TYPED, "typed", "person")
COPIED = Source(SourceKind.COPIED, "draft", "firm")


def copied(last: int, *named: str) -> tuple[list[str], list[Finding]]:
    """The bills of a copy of a draft with so many, for the bills named, and what is wrong."""
    claims = [Claim(f"bills/OLD{n}/consignee/name", f"SAMPLE {n}", TYPED) for n in range(last)]
    claims.append(Claim("head/vessel", "SAMPLE STAR", TYPED))
    change = Change(tuple(claims))
    draft = draft_of(profiles()["hk-house-data"], {1: change}, Life(n=1, changes=(1,)))
    again, wrong = for_the_next(draft, COPIED, named)
    assert wrong or len(again) == len(claims)
    return bills_in(claim.path for claim in again), wrong


@given(st.integers(0, 4), st.lists(st.sampled_from(["NEW1", "NEW2", "1", "2", "3"]), unique=True))
def test_each_copied_bill_has_one_place_that_was_named_or_its_number(
    last: int, named: list[str]
) -> None:
    bills, wrong = copied(last, *named)
    numbers = [str(n) for n in range(1, last + 1)]
    if set(named) <= set(numbers) or set(numbers) <= set(named):
        assert (bills, wrong) == (numbers, [])
    elif len(named) == last:
        assert (bills, wrong) == (named, [])
    else:
        assert [one.code for one in wrong] == ["DRAFT-COPY-BILLS"]
        assert bills == []
