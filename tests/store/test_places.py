"""The list of places that an operator loads, and what is looked up in it."""

from datetime import UTC, date, datetime

import pytest

from waglan.codes.finding import Finding
from waglan.codes.unlocode import packaged
from waglan.operations.load_places import Issue, load_places
from waglan.store import Transaction, places
from waglan.store.connect import pools, transaction
from waglan.store.dsn import Dsn
from waglan.store.places import PlaceList

NOW = datetime(2026, 11, 28, tzinfo=UTC)
FIRST = b"code,name\nCNYTN,Yantian Pt\nSEGOT,G\xc3\xb6teborg\n"
SECOND = b"code,name\nCNYTN,Yantian\nXXNEW,New Haven\n"


async def load(
    tx: Transaction, data: bytes, day: date | None = None, *, may_lack: bool = True
) -> tuple[PlaceList | None, list[Finding]]:
    return await load_places(tx, data, Issue("synthetic", day), now=NOW, may_lack=may_lack)


@pytest.mark.anyio
async def test_the_newest_list_holds_and_the_older_ones_are_kept(database: Dsn) -> None:
    async with pools(database, size_max=1) as opened:
        async with transaction(opened.app, None) as tx:
            assert await places.known(tx, ["CNYTN"]) is None
        for data, day in ((FIRST, date(2026, 1, 1)), (SECOND, date(2026, 7, 1))):
            async with transaction(opened.engine, None) as tx:
                loaded, findings = await load(tx, data, day)
            assert (loaded is not None, findings) == (True, [])
        async with transaction(opened.app, None) as tx:
            known = await places.known(tx, ["cn ytn", "GOTEBORG", "new haven"])
            held = await places.newest(tx)
            rows = await (await tx.execute("SELECT count(*) FROM place_list")).fetchone()
        assert known is not None
        assert known.is_whole
        assert known.as_of == date(2026, 7, 1)
        assert {code for code in known.by_code} == {"CNYTN", "XXNEW"}
        assert held is not None
        assert (held.rows, held.left_out, rows) == (2, 0, (2,))


@pytest.mark.anyio
async def test_the_same_file_again_changes_nothing_and_no_list_is_refused_whole(
    database: Dsn,
) -> None:
    async with pools(database, size_max=1) as opened:
        for data, code in (
            (FIRST, None),
            (FIRST, "PLACES-HELD"),
            (b"PK\x03\x04", "PLACES-NO-LIST"),
        ):
            async with transaction(opened.engine, None) as tx:
                _, findings = await load(tx, data)
            assert [finding.code for finding in findings][:1] == ([code] if code else [])
        async with transaction(opened.authority, None) as tx:
            held = await places.newest(tx)
    assert held is not None
    assert held.list_id == 1


@pytest.mark.anyio
async def test_a_list_of_many_rows_is_kept_whole(database: Dsn) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [f"Q{a}{b}{c}{d}" for a in "ABC" for b in letters for c in letters for d in "ABCDEFG"]
    data = "\n".join(["code,name", *(f"{code},Place {code}" for code in codes)]).encode()
    assert len(codes) > places.BATCH_ROWS
    async with pools(database, size_max=1) as opened, transaction(opened.engine, None) as tx:
        loaded, _ = await load(tx, data)
        known = await places.known(tx, [codes[0], f"PLACE {codes[-1]}"])
    assert loaded is not None
    assert loaded.rows == len(codes)
    assert known is not None
    assert set(known.by_code) == {codes[0], codes[-1]}
    assert packaged().at(codes[0]) is None


@pytest.mark.anyio
async def test_a_list_that_lacks_much_of_what_is_known_is_taken_only_if_it_is_meant(
    database: Dsn,
) -> None:
    known = [f"{code},{found[0].name}" for code, found in packaged().by_code.items()]
    more = [f"QA{a}{b}2,Place" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ"]

    def listed(rows: list[str]) -> bytes:
        return "\n".join(["code,name", *(row.replace('"', "") for row in rows)]).encode()

    async with pools(database, size_max=1) as opened:
        for rows, is_taken in (
            (more, False),  # nothing of the short list
            ([*known, *more], True),
            (known, len(known) * 100 >= (len(known) + len(more)) * 90),
            (known[: len(known) // 2] + more, False),
        ):
            async with transaction(opened.engine, None) as tx:
                loaded, findings = await load(tx, listed(rows), may_lack=False)
            assert (loaded is not None) == is_taken
            assert [f.code for f in findings] == ([] if is_taken else ["PLACES-LACKING"])
        async with transaction(opened.engine, None) as tx:
            loaded, findings = await load(tx, listed(more))
        assert (loaded is not None, findings) == (True, [])
