"""A terminal and a trucker tell of boxes by the batch: one path, one log, one way a box stands."""

from functools import partial
from typing import Any

import httpx
import psycopg
import pytest
from event_batches import PATH, TIME, box_number, codes, dcsa, lines, plain, states, told
from port import filed, wait
from quay_papers import Sheet, Told, codeco
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.messages.events.read import ROWS_MAX

GATE_OUT = "equipment.gate-out"
DISCHARGED = "equipment.discharged"
WITHDRAWN = "equipment.report-withdrawn"
NUMBERS = iter(range(1_000, 900_000))


@pytest.fixture(scope="module")
def terminal(instance: Instance) -> httpx.Client:
    return instance.let_in("batch-terminal", "terminal", addresses=("BATCHTERM:ZZZ",))


@pytest.fixture(scope="module")
def trucker(instance: Instance) -> httpx.Client:
    return instance.let_in("batch-trucker", "trucker")


@pytest.fixture
def n() -> int:
    """A box of the test's own."""
    return next(NUMBERS)


def events_of(client: httpx.Client, n: int) -> list[dict[str, Any]]:
    found = client.get(f"/v1/track/{box_number(n)}").json().get("found", [])
    return [event for one in found for event in one["events"]]


def moves(client: httpx.Client, n: int) -> list[str]:
    codes = [event["code"] for event in events_of(client, n)]
    return [code for code in codes if code.startswith("equipment.")]


def moved(client: httpx.Client, n: int) -> list[str] | None:
    return moves(client, n) or None


def test_a_box_stands_the_same_whether_told_by_a_message_or_by_either_form_of_a_row(
    terminal: httpx.Client,
) -> None:
    message, row, dcsas = (next(NUMBERS) for _ in range(3))
    sheet = Sheet("BATCHTERM", "ELSEWHERE", "BATCH1", document="BATCH1")
    assert filed(terminal, codeco(sheet, [Told(box_number(message))]))["state"] == "accepted"
    at = events_of(terminal, message)[-1]["body"]["happened_as_sent"]
    same = {"at": at, "size_type": "22G1", "direction": "import", "full": True}
    ship = {"imo": "9811000", "vessel": "SYNTHETIC STAR", "voyage": "001E"}
    one = plain("same-1", row, place=None, **same, **ship)
    assert states(told(terminal, [one])) == ["taken"]
    assert states(told(terminal, {"events": [in_dcsa("same-2", dcsas, at)]})) == ["taken"]
    bodies = []
    for box in (message, row, dcsas):
        shown = terminal.get(f"/v1/track/{box_number(box)}").json()["found"][0]
        assert shown["moved"]["what"] == GATE_OUT
        assert shown["moved"]["said_by"] == "batch-terminal"
        assert shown["moved"]["happened_at"] == shown["events"][-1]["happened_at"]
        body = dict(shown["events"][-1]["body"])
        assert body.pop("kind") == ("CODECO" if box == message else "EVENTS")
        bodies.append({k: v for k, v in body.items() if k not in ("movement", "document")})
    assert bodies[0] == bodies[1] == bodies[2]


def in_dcsa(id_: str, box: int, at: str) -> dict[str, Any]:
    ship = {"vesselIMONumber": "9811000", "vesselName": "SYNTHETIC STAR"}
    voyage = {"carrierVoyageNumber": "001E"}
    call = {"vesselTransport": ship, "importVoyageNumberOrReference": voyage}
    given = {"equipmentReference": box_number(box), "emptyIndicatorCode": "LADEN"}
    given |= {"ISOEquipmentCode": "22G1", "movementType": "IMPORT"}
    return dcsa(
        id_,
        box,
        eventDateTime=at,
        eventLocation={},
        equipmentDetails=given,
        transportDetails={"transportCall": call},
    )


def test_a_wrong_row_spoils_no_right_one_and_is_told_where_and_how_to_put_right(
    trucker: httpx.Client, n: int
) -> None:
    rows = [
        plain(f"w{n}-1", n),
        plain(f"w{n}-2", n, at="yesterday"),
        plain(f"w{n}-3", n, bos="SYNU0000019"),
        dcsa(f"w{n}-4", n, what="CUSR"),
        plain(f"w{n}-5", n, code="discharged"),
    ]
    answer = told(trucker, rows)
    assert answer.status_code == 201
    assert states(answer) == ["taken", "refused", "refused", "refused", "refused"]
    assert codes(answer)[1:] == [
        ["EVENT-TIME"],
        ["EVENT-ROW-FORM"],
        ["EVENT-OF-CUSTOMS"],
        ["EVENT-ROLE"],
    ]
    shown = answer.json()
    assert (shown["state"], shown["taken"], shown["refused"]) == ("partly", 1, 4)
    [found] = shown["rows"][1]["findings"]
    assert (found["row"], found["place"]) == (2, "/at")
    assert found["words"]["en"]["remedy"]
    assert found["words"]["zh-Hant-HK"]["remedy"]
    assert moves(trucker, n) == [GATE_OUT]


def test_all_or_nothing_leaves_the_right_rows_and_says_so(trucker: httpx.Client, n: int) -> None:
    rows = [plain(f"a{n}-1", n), plain(f"a{n}-2", n, at="never")]
    answer = told(trucker, rows, path=f"{PATH}?whole=true")
    assert states(answer) == ["left", "refused"]
    assert answer.json()["state"] == "refused"
    assert moves(trucker, n) == []
    rows[1] = plain(f"a{n}-2", n)
    assert states(told(trucker, rows, path=f"{PATH}?whole=true")) == ["taken", "taken"]
    assert moves(trucker, n) == [GATE_OUT, GATE_OUT]


def test_what_comes_again_is_known_and_counts_once(trucker: httpx.Client, n: int) -> None:
    rows = [plain(f"k{n}-{i}", n) for i in range(3)]
    first = told(trucker, rows, key=f"key-{n}")
    again = told(trucker, rows, key=f"key-{n}")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["waglan-replayed"] == "true"
    assert again.content == first.content
    # The same rows in another batch, with one more, and in the other form.
    assert states(told(trucker, lines([*rows, plain(f"k{n}-9", n)]))) == ["known"] * 3 + ["taken"]
    assert states(told(trucker, [dcsa(f"k{n}-0", n)])) == ["known"]
    assert len(moves(trucker, n)) == 4
    other = told(trucker, rows[:1], key=f"key-{n}")
    assert other.status_code == 409
    assert other.json()["findings"][0]["code"] == "HTTP-KEY-USED"


def test_an_id_is_its_senders_own(terminal: httpx.Client, trucker: httpx.Client, n: int) -> None:
    assert states(told(trucker, [plain(f"o{n}", n)])) == ["taken"]
    assert states(told(terminal, [plain(f"o{n}", n, full=True)])) == ["taken"]
    assert moves(trucker, n) == [GATE_OUT]


def places(answer: httpx.Response) -> list[list[str]]:
    return [[one["place"] for one in row.get("findings", ())] for row in answer.json()["rows"]]


def test_one_id_twice_in_a_batch_is_taken_once(trucker: httpx.Client, n: int) -> None:
    answer = told(trucker, [plain(f"t{n}", n), plain(f"t{n}", n, full=True)])
    assert states(answer) == ["taken", "refused"]
    assert codes(answer)[1] == ["EVENT-ID-TWICE"]
    assert places(answer)[1] == ["/id"]
    wrong_first = told(trucker, [plain(f"u{n}", n, at="never"), plain(f"u{n}", n)])
    assert states(wrong_first) == ["refused", "taken"]


def test_every_finding_of_a_right_row_has_a_place(
    trucker: httpx.Client, terminal: httpx.Client, n: int
) -> None:
    rows = [plain(f"p{n}", n), plain(f"q{n}", n, code="discharged"), plain(f"x{n}", n)]
    rows[2] |= {"place": "СNSHA", "seals": ["\u200b"]}  # noqa: RUF001 -- the C is Cyrillic
    first = told(trucker, rows)
    assert states(first) == ["taken", "refused", "taken"]
    assert places(first) == [[], ["/code"], ["/place", "/seals/0"]]
    assert codes(first)[2] == ["EVENT-TEXT-ODD", "EVENT-TEXT-BLANK"]
    again = told(trucker, [plain(f"p{n}", n, full=True), {"id": f"z{n}", "retracted": True}])
    assert codes(again) == [["EVENT-ID-TAKEN"], ["EVENT-NOTHING-TO-RETRACT"]]
    assert places(again) == [["/id"], ["/id"]]


def test_a_later_version_takes_the_place_of_what_stands_and_an_earlier_one_does_not(
    trucker: httpx.Client, n: int
) -> None:
    early, late = "2026-11-03T10:00:00+08:00", "2026-11-03T11:00:00+08:00"
    assert states(told(trucker, [plain(f"v{n}", n, updated_at=early)])) == ["taken"]
    unsaid = told(trucker, [plain(f"v{n}", n, full=False)])
    assert codes(unsaid) == [["EVENT-ID-TAKEN"]]
    assert states(told(trucker, [plain(f"v{n}", n, full=True, updated_at=late)])) == ["taken"]
    # Sent again, an older version is known; another one that is not newer is not.
    assert states(told(trucker, [plain(f"v{n}", n, updated_at=early)])) == ["known"]
    other = plain(f"v{n}", n, full=False, updated_at=early)
    assert codes(told(trucker, [other])) == [["EVENT-ID-TAKEN"]]
    assert sorted(moves(trucker, n)) == [GATE_OUT, GATE_OUT, WITHDRAWN]
    shown = trucker.get(f"/v1/track/{box_number(n)}").json()["found"][0]
    assert shown["moved"]["what"] == GATE_OUT
    assert shown["particulars"]["full"] is True


def test_what_was_told_can_be_taken_back_once(trucker: httpx.Client, n: int) -> None:
    gone = {"id": f"r{n}", "retracted": True}
    assert codes(told(trucker, [gone])) == [["EVENT-NOTHING-TO-RETRACT"]]
    assert states(told(trucker, [plain(f"r{n}", n)])) == ["taken"]
    assert states(told(trucker, [{"eventID": f"r{n}", "isRetracted": True}])) == ["taken"]
    assert moves(trucker, n)[-1] == WITHDRAWN
    assert states(told(trucker, [gone])) == ["known"]
    assert states(told(trucker, [plain(f"r{n}", n)])) == ["known"]
    anew = [plain(f"r{n}", n, full=False)]
    assert codes(told(trucker, anew)) == [["EVENT-ID-RETRACTED"]]
    assert trucker.get(f"/v1/track/{box_number(n)}").json()["found"][0]["moved"] is None


def test_nobody_tells_in_anothers_name(terminal: httpx.Client, n: int) -> None:
    def by(code: str) -> dict[str, Any]:
        return {"eventRouting": {"originatingParty": {"partyCode": code}}}

    rows = [dcsa(f"p{n}-{code}", n, **by(code)) for code in ("BATCHTERM", "batch-terminal", "MSK")]
    answer = told(terminal, rows)
    assert states(answer) == ["taken", "taken", "refused"]
    assert codes(answer)[2] == ["PARTY-SENDER-NOT-YOURS"]


def test_who_has_to_do_with_the_box_sees_the_event_and_its_bill_does_too(
    instance: Instance, terminal: httpx.Client, n: int
) -> None:
    line = instance.let_in("batch-line", "carrier", addresses=("BATCHLINE:ZZZ",))
    customs = instance.let_in("batch-customs", "customs", addresses=("BATCHCUSTOMS:ZZZ",))
    paper = manifest(
        Call("BATCHLINE", "BATCHCUSTOMS", "BATCHM1"), Paper("SYNBATCH1", box=box_number(n))
    )
    assert filed(line, paper)["state"] == "accepted"
    row = plain(
        f"s{n}", n, code="discharged", imo="9811000", vessel="SYNTHETIC STAR", voyage="001E"
    )
    assert states(told(terminal, [row])) == ["taken"]
    for client in (line, customs):
        assert wait(partial(moved, client, n)) == [DISCHARGED]
    found = line.get("/v1/track/SYNBATCH1").json()["found"]
    assert DISCHARGED in [event["code"] for one in found for event in one["events"]]


@pytest.mark.parametrize("blank", ["", " ", "\u200b"])
def test_a_number_that_names_no_bill_shows_a_box_to_nobody(
    instance: Instance, terminal: httpx.Client, n: int, blank: str
) -> None:
    """Whoever listed a box on some other call has nothing to do with what becomes of it now."""
    line = instance.let_in(f"listed-{n}", "carrier", addresses=(f"LISTED{n}:ZZZ",))
    instance.let_in(f"listed-customs-{n}", "customs", addresses=(f"LISTEDTO{n}:ZZZ",))
    paper = manifest(
        Call(f"LISTED{n}", f"LISTEDTO{n}", f"LIST{n}"), Paper(f"SYNLISTED{n}", box=box_number(n))
    )
    assert filed(line, paper)["state"] == "accepted"
    then = [plain(f"n{n}", n, bills=[blank]), plain(f"o{n}", n, bills=[f"SYNLISTED{n}"])]
    assert states(told(terminal, then)) == ["taken", "taken"]
    assert wait(partial(moved, line, n)) == [GATE_OUT]
    [seen] = [one for one in events_of(line, n) if one["code"] == GATE_OUT]
    assert seen["body"]["document"] == f"o{n}"


def test_by_what_a_box_went_is_told_as_that(terminal: httpx.Client, n: int) -> None:
    row = plain(f"m{n}", n, code="status", mode="1", status="33", status_text="Inspected")
    assert states(told(terminal, [row])) == ["taken"]
    body = events_of(terminal, n)[-1]["body"]
    assert (body["mode"], body["status"], body["status_list"]) == ("1", "33", None)


def test_the_events_are_in_the_log_with_their_proofs_and_the_bytes_are_kept(
    trucker: httpx.Client, n: int
) -> None:
    answer = told(trucker, lines([plain(f"l{n}", n)]))
    batch = answer.json()["batch"]
    seq = wait(lambda: events_of(trucker, n)[0]["seq"])
    assert wait(lambda: trucker.get(f"/v1/evidence/{seq}").status_code == 200 or None)
    message = trucker.get(f"/v1/messages/{batch}").json()
    assert message["state"] == "accepted"
    assert trucker.get(f"/v1/messages/{batch}/raw").content == lines([plain(f"l{n}", n)])
    [result] = message["answers"]
    assert trucker.get(result["href"]).content == answer.content


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "EVENT-BATCH-EMPTY"),
        (b"[]", "EVENT-BATCH-EMPTY"),
        (b"[{]", "EVENT-BATCH-FORM"),
        (b'{"events": 1}', "EVENT-BATCH-FORM"),
        (b"[" * 100_000, "JSON-TOO-DEEP"),
        (b"[" + b",".join([b"1"] * (ROWS_MAX + 1)) + b"]", "EVENT-ROWS-MAX"),
    ],
    ids=["nothing", "no rows", "no JSON", "no list", "deep", "too many"],
)
def test_what_is_no_batch_is_refused_with_a_finding(
    trucker: httpx.Client, body: bytes, code: str
) -> None:
    answer = told(trucker, body)
    assert answer.status_code == 201
    assert answer.json()["state"] == "refused"
    assert [found["code"] for found in answer.json()["findings"]] == [code]


def test_a_batch_of_the_largest_size_is_taken_and_one_larger_is_not(
    instance: Instance, trucker: httpx.Client, n: int
) -> None:
    rows = [plain(f"m{n}-{i}", n + i % 90) for i in range(ROWS_MAX)]
    assert set(states(told(trucker, lines(rows)))) == {"taken"}
    assert told(trucker, b" " * ((8 << 20) + 1)).status_code == 413
    with psycopg.connect(instance.dsn.admin or "") as conn:
        counted = conn.execute(
            "select (select count(*) from event_id where id like %(like)s),"
            " (select count(*) from movement where document like %(like)s),"
            " (select count(*) from event e join movement m using (event_id)"
            "  where m.document like %(like)s)",
            {"like": f"m{n}-%"},
        ).fetchone()
    assert counted == (ROWS_MAX, ROWS_MAX, ROWS_MAX)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"eventID": "x", "eventClassification": {"eventTypeCode": "SHIPMENT"}}, "EVENT-CODE"),
        (dcsa("x") | {"eventClassification": {"eventTypeCode": "EQUIPMENT"}}, "EVENT-CODE"),
        (dcsa("x", equipmentDetails={}), "EVENT-FIELD-MISSING"),
        ({"id": "x", "code": "gate-in", "at": TIME}, "EVENT-FIELD-MISSING"),
        (plain("x", at="2026-11-03T09:30:00+08:00:30"), "EVENT-TIME"),
        (plain("x", at="0001-01-01T00:00:00+08:00"), "EVENT-TIME"),
        (plain("x", box="  "), "EVENT-FIELD-MISSING"),
        (plain("x", box="SYN\0"), "PAPER-CONTROL-CHARACTER"),
        (plain(""), "EVENT-ROW-FORM"),
        (plain("x", gross_mass_g=1.5), "EVENT-ROW-FORM"),
        ([], "EVENT-ROW-FORM"),
        (7, "EVENT-ROW-FORM"),
    ],
)
def test_every_wrong_row_has_its_finding(trucker: httpx.Client, what: Any, code: str) -> None:
    answer = told(trucker, [what])
    assert states(answer) == ["refused"]
    assert code in codes(answer)[0]


def test_only_what_has_happened_is_told(trucker: httpx.Client, n: int) -> None:
    planned = dcsa(f"e{n}", n)
    planned["eventClassification"]["eventClassifierCode"] = "EST"
    assert codes(told(trucker, [planned])) == [["EVENT-NOT-ACTUAL"]]
    n += 800_000  # a box of its own
    early = told(trucker, [plain(f"e{n}", n, at="2099-01-01T00:00:00+08:00")])
    assert states(early) == ["taken"]
    assert (codes(early), places(early)) == ([["QUAY-TIME-AHEAD"]], [["/at"]])
    old = told(trucker, [plain(f"old{n}", n, at="1900-01-01T00:00:00+08:00")])
    assert (states(old), codes(old)) == (["taken"], [["QUAY-TIME-OLD"]])
    far = told(trucker, [dcsa(f"far{n}", n + 100_000, eventDateTime="2099-01-01T00:00:00Z")])
    assert (codes(far), places(far)) == ([["QUAY-TIME-AHEAD"]], [["/eventDateTime"]])
    now = plain(f"now{n}", n)
    assert codes(told(trucker, [now])) == [[]]
    shown = trucker.get(f"/v1/track/{box_number(n)}").json()["found"][0]
    assert shown["moved"]["happened_at"] == shown["events"][1]["happened_at"]
    assert [event["happened_at"][:4] for event in shown["events"]] == ["1900", "2026", "2099"]
