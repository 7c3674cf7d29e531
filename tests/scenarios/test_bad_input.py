"""Whatever is sent: a clear answer with code, place and remedy; nothing half-written; still up."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from port import manifest, wait
from running_instance import ORIGIN, Instance, answering

from waglan.gateway.keys import keys
from waglan.gateway.kit import Kit, wall_clock
from waglan.gateway.turns import ClientLimits
from waglan.gateway.workers import LEFT_AFTER, Worker
from waglan.store.connect import pools


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("bad-customs", "customs", addresses=("HKCUSTOMS:ZZZ",))
    return instance.let_in("bad-line", "carrier", addresses=("CARRIER1:ZZZ",))


def hand_in(client: httpx.Client, body: bytes, **headers: str) -> dict[str, Any]:
    answer = client.post("/v1/messages", content=body, headers={"Prefer": "wait=30"} | headers)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def codes(shown: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in shown["findings"]}


def contrl(client: httpx.Client, shown: dict[str, Any]) -> str:
    [href] = [a["href"] for a in shown["answers"] if a["kind"] == "CONTRL"]
    return client.get(href).text


PAPER = manifest("X", "DOC-X")
BAD = {
    "truncated": (PAPER[:-60], "EDIFACT-TRUNCATED", True),
    "no UNZ": (PAPER[: PAPER.rindex(b"UNZ")], "EDIFACT-UNZ-MISSING", True),
    "wrong count of segments": (
        PAPER.replace(b"UNT+24", b"UNT+99"),
        "EDIFACT-UNT-COUNT",
        True,
    ),
    "wrong count of messages": (PAPER.replace(b"UNZ+1", b"UNZ+7"), "EDIFACT-UNZ-COUNT", True),
    "NUL inside": (PAPER.replace(b"COTTON", b"COT\x00TON"), "EDIFACT-CONTROL-CHARACTER", True),
    "NUL before": (bytes(5_000) + PAPER, "EDIFACT-NUL", True),
    "NUL behind": (PAPER + bytes(50), "EDIFACT-NUL", True),
    "wrong charset": (
        PAPER.replace(b"UNOC", b"UNOY").replace(b"COTTON", b"\xff\xfe\x81"),
        "EDIFACT-CHARSET-GUESSED",
        True,
    ),
    "unknown directory": (PAPER.replace(b"D:95B", b"D:55Q"), "EDIFACT-DIRECTORY-NOT-READ", True),
    "unknown type": (PAPER.replace(b"CUSCAR", b"QUATSH"), "EDIFACT-TYPE-NOT-READ", True),
    "nothing at all": (b"", "FILE-EMPTY", False),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "EDIFACT-NOT-EDIFACT", False),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_answered_with_its_code_place_and_remedy(
    line: httpx.Client, name: str
) -> None:
    body, code, is_addressed = BAD[name]
    # A reference of its own, as each interchange should have.
    reference = f"B{list(BAD).index(name)}".encode()
    shown = hand_in(
        line, body.replace(b"+X'", b"+" + reference + b"'").replace(b"DOC-X", reference)
    )
    found = {f["code"]: f for f in shown["findings"]}
    assert code in found, found.keys()
    assert found[code]["problem"]
    assert found[code]["remedy"]
    assert shown["state"] == "refused" or found[code]["severity"] in ("note", "warning")
    if name == "unknown type":  # its sender believes that he has filed
        assert (shown["state"], found[code]["severity"]) == ("refused", "error")
        assert "+4+17" in contrl(line, shown)
    assert ("CONTRL" in [a["kind"] for a in shown["answers"]]) is is_addressed


def test_the_words_come_in_the_readers_language(line: httpx.Client) -> None:
    body = manifest("ZH", "DOC-ZH").replace(b"UNT+24", b"UNT+99")
    shown = hand_in(line, body, **{"Accept-Language": "zh-Hant-HK"})
    assert any("\u4e00" <= c <= "\u9fff" for c in shown["findings"][0]["problem"])


@pytest.mark.parametrize("path", ["/v1/track", "/v1/track?key=SYNB0001", "/v1/track/"])
def test_who_tracks_no_number_is_told_where_it_belongs(line: httpx.Client, path: str) -> None:
    answer = line.get(path)
    assert answer.status_code == 422
    [told] = answer.json()["findings"]
    assert told["code"] == "HTTP-TRACK-KEY"
    assert "/v1/track/SYNB0001" in told["remedy"]


def test_a_sender_who_is_not_who_he_says_declares_nothing(
    instance: Instance, line: httpx.Client
) -> None:
    rival = instance.let_in("bad-rival", "carrier", addresses=("BADRIVAL:ZZZ",))
    shown = hand_in(rival, manifest("S1", "DOC-S").replace(b"SYNB0001", b"SYNB-STOLEN"))
    assert (shown["state"], codes(shown)) == ("refused", {"PARTY-SENDER-NOT-YOURS"})
    assert "+4+23+UNB+" in contrl(rival, shown)  # 0085: unknown sender
    for client in (rival, line):
        assert client.get("/v1/track/SYNB-STOLEN").status_code == 404


def test_the_same_bytes_again_get_the_old_answer_and_count_once(line: httpx.Client) -> None:
    body = manifest("AGAIN", "DOC-AGAIN").replace(b"SYNB0001", b"SYNB-AGAIN")
    first = hand_in(line, body)
    again = line.post("/v1/messages", content=body)
    assert (again.status_code, again.headers["Waglan-Replayed"]) == (200, "true")
    assert again.json() == first
    events = line.get("/v1/track/SYNB-AGAIN").json()["found"][0]["events"]
    assert [event["code"] for event in events] == ["bill.declared"]


def test_two_manifests_under_one_reference_are_not_both_taken(line: httpx.Client) -> None:
    hand_in(line, manifest("TWICE", "DOC-T1"))
    other = line.post("/v1/messages", content=manifest("TWICE", "DOC-T2"))
    assert other.status_code == 409
    problem = other.json()
    assert problem["findings"][0]["code"] == "MESSAGE-REFERENCE-TAKEN"
    kept = problem["detail"].split()[-1]
    refused = wait(lambda: settled(line, kept))
    assert refused["state"] == "refused"
    assert "+26" in contrl(line, refused)
    assert line.get("/v1/track/DOC-T2?kind=manifest").status_code == 404


def test_a_reference_is_taken_whatever_key_the_client_names(line: httpx.Client) -> None:
    papers = [manifest("OWNKEY", f"DOC-K{n}").replace(b"SYNB0001", b"SYNB-K%d" % n) for n in (1, 2)]
    first, other = (
        hand_in(line, paper, **{"Idempotency-Key": f"own-{n}"}) for n, paper in enumerate(papers)
    )
    assert (first["state"], other["state"]) == ("accepted", "refused")
    assert codes(other) == {"MESSAGE-REFERENCE-TAKEN"}
    assert "+26" in contrl(line, other)


def test_an_interchange_that_came_before_counts_once_in_whatever_file(line: httpx.Client) -> None:
    papers = [
        manifest(f"ONCE-{n}", f"DOC-O{n}").replace(b"SYNB0001", b"SYNB-O%d" % n) for n in range(4)
    ]
    first = hand_in(line, papers[0] + papers[1])
    for again in (papers[1], papers[2] + papers[1] + papers[2]):
        shown = hand_in(line, again)
        found = [f for f in shown["findings"] if f["code"] == "MESSAGE-INTERCHANGE-AGAIN"]
        assert (shown["state"], bool(found)) == ("accepted", True), shown["findings"]
        assert found[0]["params"] == {"reference": "ONCE-1", "message": first["id"]}
        assert codes(shown) <= {"MESSAGE-INTERCHANGE-AGAIN", "HK-MAN-040-NONE"}
    assert found[1]["params"] == {"reference": "ONCE-2", "message": shown["id"]}
    for n in range(3):
        events = line.get(f"/v1/track/SYNB-O{n}").json()["found"][0]["events"]
        assert [event["code"] for event in events] == ["bill.declared"]


def test_a_file_whose_first_reference_is_taken_says_rightly_which_one_that_is(
    line: httpx.Client,
) -> None:
    taken, other, free = (
        manifest(reference, f"DOC-{reference}") for reference in ("FREE-1", "FREE-1", "FREE-2")
    )
    hand_in(line, taken)
    answer = line.post("/v1/messages", content=other.replace(b"COTTON", b"SILKEN") + free)
    assert answer.status_code == 409
    kept = answer.json()["detail"].split()[-1]
    shown = wait(lambda: settled(line, kept))
    told = {(f["code"], f["params"]["reference"]) for f in shown["findings"]}
    assert told == {("MESSAGE-REFERENCE-TAKEN", "FREE-1"), ("MESSAGE-FILE-NOT-TAKEN", "FREE-2")}
    assert hand_in(line, free)["state"] == "accepted"  # in a file of its own


def test_a_reference_is_taken_wherever_in_a_file_it_stands(line: httpx.Client) -> None:
    hand_in(line, manifest("IN-FILE", "DOC-I1").replace(b"SYNB0001", b"SYNB-I1"))
    second = manifest("IN-FILE", "DOC-I3").replace(b"SYNB0001", b"SYNB-I3")
    shown = hand_in(line, manifest("IN-FILE-2", "DOC-I2").replace(b"SYNB0001", b"SYNB-I2") + second)
    assert (shown["state"], "MESSAGE-REFERENCE-TAKEN" in codes(shown)) == ("partly", True)
    assert line.get("/v1/track/SYNB-I2").status_code == 200
    assert line.get("/v1/track/SYNB-I3").status_code == 404
    third = manifest("IN-FILE-2", "DOC-I4").replace(b"SYNB0001", b"SYNB-I4")
    twice = hand_in(line, third.replace(b"IN-FILE-2", b"IN-FILE-4") + third)
    assert twice["state"] == "partly"


def test_what_was_refused_may_come_again_under_its_reference_put_right(line: httpx.Client) -> None:
    right = manifest("RIGHT", "DOC-RIGHT").replace(b"SYNB0001", b"SYNB-RIGHT")
    for n, paper in enumerate((right.replace(b"UNZ+1", b"UNZ+3"), right)):
        shown = hand_in(line, paper, **{"Idempotency-Key": f"right-{n}"})
    assert shown["state"] == "accepted"


LONG = "".join(f"{n * 7919 % 65_521:04X}" for n in range(5_000)).encode()  # nothing packs it
TOO_LONG = {
    "document": (b"BGM+785+{doc}", b"BGM+785+" + LONG),
    "bill": (b"SYNB0001", LONG),
    "container": (b"CSQU3054383", LONG),
    "voyage": (b"TDT+20+001E", b"TDT+20+" + LONG),
    "vessel": (b"SYNTHETIC STAR", LONG),
    "place": (b"CNSHA", LONG),
    "access reference": (b"CUSCAR:D:95B:UN'", b"CUSCAR:D:95B:UN+" + LONG + b"+1:F'"),
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_text_longer_than_any_index_takes_is_refused_and_holds_nobody_up(
    line: httpx.Client, name: str
) -> None:
    blank, long = TOO_LONG[name]
    ref = f"LONG-{name}".replace(" ", "-")
    paper = manifest(ref, "{doc}").replace(blank, long).replace(b"{doc}", ref.encode())
    shown = hand_in(line, paper)
    assert (shown["state"], "MANIFEST-TEXT-LONG" in codes(shown)) == ("refused", True)


@pytest.mark.parametrize("blank", [b"CARRIER1", b"{ref}"])
def test_an_envelope_longer_than_any_index_takes_is_answered(
    line: httpx.Client, blank: bytes
) -> None:
    paper = manifest("{ref}", "DOC-ENVELOPE").replace(blank, LONG).replace(b"{ref}", b"ENVELOPE")
    assert hand_in(line, paper)["state"] == "refused"


# Each more than PostgreSQL's int4, alone or together, or than 64 bits.
LARGE = {
    "in one box": (b"SGP+SYNU0000004+3000000000'", "EDIFACT-NUMBER"),
    "together": (b"SGP+SYNU0000004+99999999'" * 30, "MANIFEST-FIGURE-LARGE"),
    "of the goods": (b"GID+2+99999999:CT'FTX+AAA+++COTTON'" * 30, "MANIFEST-FIGURE-LARGE"),
    "as a total": (b"CNT+8:999999999999999'", "MANIFEST-FIGURE-LARGE"),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_figure_larger_than_any_column_takes_is_refused_and_the_rest_of_the_file_is_done(
    line: httpx.Client, name: str
) -> None:
    large, code = LARGE[name]
    ref = f"LARGE-{name}".replace(" ", "-")[:13]
    files = [manifest(f"{ref}{n}", f"{ref}{n}") for n in range(3)]
    at = b"CNT+8:" if large.startswith(b"CNT") else b"UNT+"
    start = files[1].index(at)
    end = files[1].index(b"'", start) + 1 if at != b"UNT+" else start
    files[1] = counted(files[1][:start] + large + files[1][end:])
    shown = hand_in(line, b"".join(files))
    assert (shown["state"], code in codes(shown)) == ("partly", True)
    checked = line.post("/v1/checks", content=files[1]).json()
    assert code in {f["code"] for f in checked["findings"]} | {
        f["code"] for one in checked["manifests"] for f in one["findings"]
    }


def counted(paper: bytes) -> bytes:
    """Return a paper of one message with its segments counted anew."""
    inside = paper[paper.index(b"UNH+") : paper.index(b"UNT+")].count(b"'") + 1
    return re.sub(rb"UNT\+[0-9]+", b"UNT+%d" % inside, paper)


def test_packages_in_a_box_larger_than_any_column_takes_are_refused_in_json(
    line: httpx.Client,
) -> None:
    share = {"container": "SYNU0000004", "packages": 2**31}
    goods = {"description": "COTTON T-SHIRTS", "packages": 1, "containers": [share]}
    paper = {
        "form": "waglan/paper/v1",
        "document": "LARGE-JSON",
        "recipient": "HKCUSTOMS:ZZZ",
        "voyage": "001E",
        "imo": "9811000",
        "arrival": "2026-12-03T09:00",
        "bills": [{"number": "LARGE-JSON-1", "goods": [goods]}],
    }
    shown = hand_in(line, json.dumps(paper).encode(), **{"Content-Type": "application/json"})
    assert (shown["state"], codes(shown) & {"MANIFEST-FIGURE-LARGE"}) == (
        "refused",
        {"MANIFEST-FIGURE-LARGE"},
    )


def settled(client: httpx.Client, message: str) -> dict[str, Any] | None:
    shown: dict[str, Any] = client.get(f"/v1/messages/{message}").json()
    return shown if shown["state"] != "waiting" else None


STUMBLE = """
    CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM message m WHERE m.message_id = new.message_id
                   AND m.content_type = 'test/stumble') THEN
            RAISE EXCEPTION 'a limit is exceeded' USING ERRCODE = 'program_limit_exceeded';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER stumble BEFORE INSERT ON outcome FOR EACH ROW EXECUTE FUNCTION stumble();
"""


def test_a_message_that_the_database_will_not_take_holds_nobody_else_up(
    instance: Instance, line: httpx.Client
) -> None:
    other = instance.let_in("behind-line", "carrier", addresses=("BEHIND1:ZZZ",))
    with psycopg.connect(instance.dsn.admin or "", autocommit=True) as conn:
        conn.execute(STUMBLE.encode())
        kind = {"Content-Type": "test/stumble", "Prefer": "respond-async"}
        stumbles = line.post("/v1/messages", content=manifest("LIMIT", "DOC-LIMIT"), headers=kind)
        assert stumbles.json()["state"] == "waiting"
        body = manifest("BEHIND", "DOC-BEHIND").replace(b"SYNB0001", b"SYNB-BEHIND")
        assert hand_in(other, body.replace(b"CARRIER1", b"BEHIND1"))["state"] == "accepted"
        conn.execute("DROP TRIGGER stumble ON outcome")
    wait(lambda: settled(line, stumbles.json()["id"]))


@pytest.mark.parametrize(("length", "status"), [(0, 422), (1, 201), (80, 201), (81, 422)])
def test_an_organisations_address_has_a_length_that_is_said(
    instance: Instance, length: int, status: int
) -> None:
    new = {"party": f"long-{length}", "name": "Synthetic", "roles": ["trader"], "person": "Sample"}
    answer = instance.operator.post("/v1/organisations", json=new | {"addresses": ["Y" * length]})
    assert answer.status_code == status, answer.text
    if status == 422:
        [found] = answer.json()["findings"]
        assert (found["code"], found["where"]["path"]) == ("HTTP-FIELD", "body.addresses.0")
        assert found["remedy"]


def test_a_gigabyte_is_refused_before_it_is_read(instance: Instance, line: httpx.Client) -> None:
    host, port = instance.address.removeprefix("http://").split(":")
    head = (
        f"POST /v1/messages HTTP/1.1\r\nHost: {host}\r\nContent-Length: {1 << 30}\r\n"
        f"Authorization: {line.headers['authorization']}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(head.encode())
        answer = ""
        while "MESSAGE-TOO-LARGE" not in answer and (piece := wire.recv(65_536)):
            answer += piece.decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "MESSAGE-TOO-LARGE" in answer


def test_a_connection_that_idles_longer_than_clients_keep_one_is_still_answered(
    instance: Instance,
) -> None:
    with closing(HTTPConnection(instance.address.removeprefix("http://"), timeout=10)) as wire:
        for seconds in (6, 0):  # httpx lets go of a connection after five
            wire.request("GET", "/openapi.json")
            answer = wire.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
            time.sleep(seconds)


def test_a_stream_is_cut_off_at_the_limit_and_nothing_of_it_stays(
    line: httpx.Client, instance: Instance
) -> None:
    before = left_behind(instance)

    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield b"A" * (1 << 20)

    with suppress(httpx.WriteError):  # the interface may have hung up on us
        assert line.post("/v1/messages", content=endless()).status_code == 413
    wait(lambda: left_behind(instance) <= before or None)


def left_by_one_who_was_killed(instance: Instance, like: str) -> None:
    with psycopg.connect(instance.dsn.admin or "") as conn:
        conn.execute(
            "INSERT INTO message_chunk (org, id, n, sealed, kept_at)"
            " SELECT org, gen_random_uuid(), n, sealed, kept_at FROM message_chunk WHERE id = %s",
            [like],
        )


def test_an_organisation_hands_in_so_much_a_day_and_no_more(
    instance: Instance, line: httpx.Client
) -> None:
    before = left_behind(instance)
    body = manifest("DAILY", "DOC-DAILY").replace(b"SYNB0001", b"SYNB-DAILY")
    with (
        answering(instance.dsn, instance.home, limits=ClientLimits(intake_mib=6)) as narrow,
        httpx.Client(base_url=narrow.address, headers=line.headers, timeout=60) as much,
    ):
        garbage = [b"%d" % n + b"A" * ((2 << 20) - 1) for n in range(3)]
        # It is kept and refused for what it is, and counts all the same.
        assert [much.post("/v1/messages", content=one).status_code for one in garbage] == [201] * 3
        much.post("/v1/messages", content=garbage[0])
        refused = much.post("/v1/messages", content=garbage[0])
        assert refused.status_code == 429
        assert refused.json()["findings"][0]["code"] == "HTTP-TOO-MUCH"
        assert 1 <= int(refused.headers["Retry-After"]) <= 86_400
        assert much.post("/v1/messages", content=body).status_code == 429
        assert much.get("/v1/whoami").status_code == 200
    assert left_behind(instance) == before
    assert hand_in(line, body)["state"] == "accepted"  # elsewhere it was not counted


def test_no_tenant_deletes_what_a_message_came_of(line: httpx.Client, instance: Instance) -> None:
    kept = hand_in(line, manifest("STAYS", "DOC-STAYS").replace(b"SYNB0001", b"SYNB-STAYS"))
    with psycopg.connect(instance.dsn.admin or "") as conn:
        org = conn.execute("SELECT org FROM message WHERE id = %s", [kept["id"]]).fetchone()
    with psycopg.connect(instance.dsn.app) as conn:
        conn.execute("SELECT set_config('waglan.org', %s, true)", [str((org or (0,))[0])])
        own = conn.execute("SELECT id FROM message_chunk").fetchall()
        conn.execute("DELETE FROM message_chunk")
        left = conn.execute("SELECT id FROM message_chunk").fetchall()
        conn.rollback()
    assert (UUID(kept["id"]),) in own
    assert (UUID(kept["id"]),) in left


def left_behind(instance: Instance) -> set[UUID]:
    with psycopg.connect(instance.dsn.admin or "") as conn:
        found = conn.execute(
            "SELECT DISTINCT c.id FROM message_chunk c LEFT JOIN message m USING (org, id)"
            " WHERE m.id IS NULL"
        )
        return {id_ for (id_,) in found}


def test_what_is_broken_off_or_comes_again_leaves_nothing_behind(
    instance: Instance, line: httpx.Client
) -> None:
    body = manifest("BROKEN", "DOC-BROKEN").replace(b"SYNB0001", b"SYNB-BROKEN")
    hand_in(line, body)
    before = left_behind(instance)
    assert line.post("/v1/messages", content=body).headers["Waglan-Replayed"] == "true"
    assert line.post("/v1/messages", content=body.replace(b"COTTON", b"WOOLEN")).status_code == 409
    assert left_behind(instance) == before
    broken_off(instance, line, before)
    wait(lambda: left_behind(instance) == before or None)


def broken_off(instance: Instance, line: httpx.Client, before: set[UUID]) -> None:
    """Send half of what was announced, and hang up once it is kept."""
    host, port = instance.address.removeprefix("http://").split(":")
    head = f"POST /v1/messages HTTP/1.1\r\nHost: {host}\r\nContent-Length: {6 << 20}\r\n"
    head += f"Authorization: {line.headers['authorization']}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(head.encode() + b"A" * (3 << 20))
        wait(lambda: left_behind(instance) - before or None)


async def test_what_never_became_a_message_is_swept_away_after_a_day(
    instance: Instance, line: httpx.Client
) -> None:
    body = manifest("SWEPT", "DOC-SWEPT").replace(b"SYNB0001", b"SYNB-SWEPT")
    kept = hand_in(line, body)
    before = left_behind(instance)
    left_by_one_who_was_killed(instance, kept["id"])
    late = timedelta(0)
    async with pools(instance.dsn, size_max=2) as opened:
        kit = Kit(
            opened, keys(instance.home / "keys", ORIGIN), 0, clock=lambda: wall_clock() + late
        )
        await Worker(kit).round()
        assert left_behind(instance) > before
        late = LEFT_AFTER + timedelta(minutes=1)
        worker = Worker(kit)
        while await worker.round():
            pass
    assert left_behind(instance) == set()
    assert line.get(f"/v1/messages/{kept['id']}/raw").content == body


def test_afterwards_the_interface_still_takes_a_good_manifest(line: httpx.Client) -> None:
    body = manifest("GOOD", "DOC-GOOD").replace(b"SYNB0001", b"SYNB-GOOD")
    assert hand_in(line, body)["state"] == "accepted"
    assert line.get("/readyz").json()["ready"]
