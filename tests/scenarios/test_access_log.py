"""Whoever is looked at can read by whom, at what, and why; an officer's look only customs can."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from command_line import CommandLine
from port import Officer, filed, wait
from quay_papers import Told, baplie, coarri
from running_instance import Instance
from shipping_papers import Call, Paper, manifest
from test_at_the_quay import BOX, OTHER, Quay, moves
from test_detention_notices import Quay as Desk
from test_links_and_grants import Port, linked, port, told, until

from waglan.customs.officer_act import Kind
from waglan.parties.retention import in_force
from waglan.store import looks as store_looks
from waglan.store.connect import pools, transaction

__all__ = ["port"]


def looks(client: httpx.Client, path: str = "/v1/access-log", limit: int = 200) -> list[Any]:
    """The whole log, newest first, page by page."""
    found: list[Any] = []
    before: dict[str, Any] = {}
    while True:
        page = client.get(path, params={"limit": limit} | before).raise_for_status().json()
        found += page["looks"]
        if page["next"] is None:
            return found
        before = {"before": page["next"]}


def told_of(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["party"], one["client"], one["asked"], one["basis"], one["kind"], one["keys"]


def shown_to_a_bank(port: Port) -> httpx.Client:
    port.files(port.line, port.master(), port.house())
    bank = port.let_in("bank", "bank")
    grant = {"receiver": f"bank-{port.letter}", "view": "full", "days": 1}
    given = port.line.post("/v1/grants", json=grant | {"bill": port.number("M")})
    assert given.is_success, given.text
    until(lambda: bool(told(bank, port.number("M"))))
    linked(port)
    return bank


def test_who_files_a_bill_reads_who_looked_at_it_by_which_call_and_on_what_ground(
    port: Port,
) -> None:
    bank = shown_to_a_bank(port)
    bill, who = port.number("M"), f"bank-{port.letter}"
    before = len(looks(port.line))
    assert before  # the bank tracked the bill until it saw it
    bank.get(f"/v1/track/{bill}").raise_for_status()
    seq = wait(lambda: bank.get(f"/v1/track/{bill}").json()["found"][0]["events"][0]["seq"])
    page = wait(lambda: bank.get("/v1/events").json()["events"] or None)
    assert any(event["about"]["key"] == bill for event in page)
    wait(lambda: bank.get(f"/v1/evidence/{seq}"))
    found = [told_of(one) for one in looks(port.line)]
    for asked in ("/v1/track", "/v1/events", "/v1/evidence"):
        assert (who, "person", asked, "grant", "bill", [bill]) in found
    newest = looks(port.line)[0]
    assert (newest["roles"], newest["person"], newest["count"]) == (["bank"], None, 1)
    assert abs(datetime.fromisoformat(newest["at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    for nothing in (f"/v1/track/{port.number('H')}", "/v1/track/SYNABSENT"):
        assert bank.get(nothing).status_code == 404
    port.line.get(f"/v1/track/{bill}").raise_for_status()  # its own: no look
    port.line.get("/v1/events").raise_for_status()
    assert {one["party"] for one in looks(port.line)} == {who}
    assert {tuple(one["keys"]) for one in looks(port.line)} == {(bill,)}
    assert looks(bank) == []
    assert looks(port.line, limit=1) == looks(port.line)


def test_a_look_by_what_one_is_to_the_bill_says_so_and_names_the_machine(port: Port) -> None:
    port.files(port.line, port.master())
    port.files(port.coloader, port.house("C", "M"))
    port.files(port.forwarder, port.house("H", "C"))
    house = port.number("H")
    until(lambda: bool(told(port.coloader, house)))
    new = {"label": "a machine", "accountable_name": f"Sample Person of coloader-{port.letter}"}
    credential = port.coloader.post("/v1/credentials", json=new).json()["credential"]
    wish = {"client": "machine", "scopes": ["read"], "days": 1, "credential": credential}
    machine = port.instance.client(port.coloader.post("/v1/tokens", json=wish).json()["secret"])
    machine.get(f"/v1/track/{house}").raise_for_status()
    newest = looks(port.forwarder)[0]
    who = f"coloader-{port.letter}"
    assert told_of(newest) == (who, "machine", "/v1/track", "role", "bill", [house])
    assert looks(port.line) == []


def test_no_look_of_an_officer_shows_in_a_filers_log(port: Port) -> None:
    bank = shown_to_a_bank(port)
    assert port.serves() == 2
    bill = port.number("M")
    seq = wait(lambda: port.customs.get(f"/v1/track/{bill}").json()["found"][0]["events"][0]["seq"])
    wait(lambda: port.customs.get(f"/v1/evidence/{seq}"))  # numbered, and signed
    [manifest] = port.customs.get("/v1/manifests").json()["manifests"]

    def seen() -> list[str]:
        everything = ("/v1/access-log?limit=200", "/v1/me/access-log")
        return [client.get(path).text for client in (port.line, bank) for path in everything]

    before, known = seen(), len(looks(port.customs))
    asked = {
        "/v1/track": f"/v1/track/{bill}",
        "/v1/events": "/v1/events?limit=500",
        "/v1/evidence": f"/v1/evidence/{seq}",
        "/v1/manifests": f"/v1/manifests/{manifest['id']}",
        "/v1/manifests/bills": f"/v1/manifests/{manifest['id']}/bills",
        "/v1/customs/bills": f"/v1/customs/bills/{bill}",
        "/v1/customs/manifests/bills": f"/v1/customs/manifests/{manifest['id']}/bills",
        "/v1/customs/worklist": "/v1/customs/worklist",
    }
    for path in asked.values():
        port.customs.get(path).raise_for_status()
    assert seen() == before
    own = looks(port.customs)[: len(looks(port.customs)) - known]
    assert {one["asked"] for one in own} == set(asked)
    assert {one["basis"] for one in own} == {"office"}
    assert {one["person"] for one in own} == {port.officer.subject}
    assert any(bill in one["keys"] for one in own)
    with psycopg.connect(port.instance.dsn.engine) as conn:
        rows = conn.execute(
            "select count(*) from look l join organisation o on o.org = l.by_org"
            " where 'customs' = any (o.roles) and l.org <> l.by_org"
        ).fetchone()
    assert rows == (0,)


@pytest.mark.parametrize("grounds", ["addressed", "grant", "role"])
def test_who_reads_a_bill_by_its_notice_stands_in_its_filers_log_on_his_true_ground(
    instance: Instance, grounds: str
) -> None:
    quay = Quay(instance, {"addressed": "u", "grant": "v", "role": "w"}[grounds])
    number = f"SYNNOTICED{quay.letter}"
    house = "SYNABOVE" if grounds == "role" else None
    quay.files("forwarder" if house else "line", Paper(number, house, BOX))
    filer = quay.forwarder if house else quay.line
    reader = quay.line if grounds == "role" else quay.terminal
    if grounds != "role":
        assert filed(quay.terminal, coarri(quay.sheet(), [Told(BOX)]))["state"] == "accepted"
        wait(lambda: "equipment.discharged" in told(quay.line, number) or None)
    if grounds == "grant":
        wish = {"bill": number, "receiver": "terminal-v", "view": "equipment", "days": 1}
        assert quay.line.post("/v1/grants", json=wish).status_code == 201
    officer = Officer(quay.customs)
    desk = Desk(quay.line, quay.terminal, quay.forwarder, quay.rival, officer)
    desk.does(Kind.DETAIN, number, reason="row 7 fired", instruction="Keep it closed.")
    officer.serves(quay.call)
    seq = wait(lambda: numbered(reader, number))
    before = len(looks(filer))
    asked = {
        "/v1/track": f"/v1/track/{number}",
        "/v1/events": "/v1/events?limit=500",
        "/v1/evidence": f"/v1/evidence/{seq}",
        "/v1/calls/holds": f"/v1/calls/{quay.call}/holds",
    }
    if grounds != "role":
        notice = desk.notice(reader, number)["notice"]
        asked |= {"/v1/notices": f"/v1/notices/{notice}"}
    for path in asked.values():
        wait(lambda path=path: reader.get(path))  # type: ignore[misc]
    new = looks(filer)[: len(looks(filer)) - before]
    who = {"role": "line", "grant": "terminal", "addressed": "terminal"}[grounds]
    assert {(one["party"], one["basis"], one["kind"], *one["keys"]) for one in new} == {
        (f"{who}-{quay.small}", grounds, "bill", number)
    }
    assert {one["asked"] for one in new} == set(asked)
    if grounds != "role":  # who sees the status alone knows of no box
        reader.get(f"/v1/track/{BOX}").raise_for_status()
        newest = looks(filer)[0]
        assert told_of(newest)[2:] == ("/v1/track", grounds, "bill", [number])
        new.append(newest)
    # Customs are told of no firm's look, and the filer of none of theirs.
    for path in (*asked.values(), f"/v1/track/{BOX}"):
        quay.customs.get(path)
    assert len(looks(filer)) == before + len(new)
    assert {one["party"] for one in looks(quay.customs)} == {f"customs-{quay.small}"}


def numbered(who: httpx.Client, bill: str) -> int | None:
    """The log's number of the newest of what customs told somebody of a bill."""
    answer = who.get(f"/v1/track/{bill}")
    if not answer.is_success:
        return None
    [one] = [one for one in answer.json()["found"] if one["kind"] == "bill"]
    seqs = [e["seq"] for e in one["events"] if e["code"].startswith("customs.notice-")]
    return seqs[-1] if seqs else None


def test_who_only_decides_at_customs_does_not_read_what_his_colleagues_looked_at(
    port: Port,
) -> None:
    new = {"name": "Sample Officer", "scopes": ["read", "decide"], "days": 1}
    secret = port.customs.post("/v1/persons", json=new).json()["secret"]
    officer = port.instance.client(secret)
    assert officer.get("/v1/customs/worklist").status_code == 200
    assert officer.get("/v1/access-log").status_code == 403
    assert officer.get("/v1/me/access-log").status_code == 200


OTHERS_LOG = """
insert into look (org, look, at, by_org, by_client, by_person, asked, basis, kind, keys, count)
select {org}, %s, now(), {by}, 'person', {person}, '/v1/track', 'grant', 'bill', '{{X}}', 1
from organisation l, organisation b where l.party = %s and b.party = %s
"""


@pytest.mark.parametrize(
    ("who", "org", "by", "person"),
    [
        ("customs", "l.org", "b.org", "null"),  # into a filer's log
        ("customs", "b.org", "l.org", "null"),  # in another's name
        ("forwarder", "l.org", "l.org", "null"),  # in another's name
        ("forwarder", "l.org", "b.org", "'sub_0'"),  # with one's own person
    ],
)
def test_the_database_itself_keeps_a_look_out_of_logs_where_it_has_no_place(
    port: Port, who: str, org: str, by: str, person: str
) -> None:
    party = f"{who}-{port.letter}"
    dsn = port.instance.dsn
    with psycopg.connect(dsn.authority if who == "customs" else dsn.app) as conn:
        conn.execute(
            "select set_config('waglan.org', org::text, true) from organisation where party = %s",
            [party],
        )
        statement = OTHERS_LOG.format(org=org, by=by, person=person)
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
            conn.execute(statement.encode(), [uuid4(), f"line-{port.letter}", party])


def test_a_person_reads_who_of_his_firm_looked_at_what_is_kept_of_him(
    port: Port, waglan: CommandLine
) -> None:
    def lets_in(name: str) -> tuple[str, str]:
        new = {"name": name, "roles": ["reader"], "days": 1}
        made = port.forwarder.post("/v1/persons", json=new).json()
        return made["person"], made["secret"]

    subject, secret = lets_in("Sample One")
    other, _ = lets_in("Sample Other")
    person = port.instance.client(secret)
    assert looks(person, "/v1/me/access-log") == []
    port.forwarder.get("/v1/persons").raise_for_status()
    person.get("/v1/me").raise_for_status()  # his own: no look
    [look] = looks(person, "/v1/me/access-log")
    admin = port.forwarder.get("/v1/whoami").json()["accountable"]
    assert told_of(look)[3:] == ("firm", "person", [subject])
    assert (look["party"], look["person"], look["count"]) == (f"forwarder-{port.letter}", admin, 1)
    assert {subject, other, admin} == set(looks(port.forwarder)[0]["keys"])
    assert person.get("/v1/access-log").status_code == 403
    assert looks(port.line) == []
    waglan.operates(port.instance).signs_in(secret)
    said = waglan("access", "--mine").out
    assert (
        f"forwarder-{port.letter} (forwarder, person) {admin}: he keeps the firm's people" in said
    )
    assert (subject in said, other in said) == (True, False)
    assert waglan("access").status == 1


def test_who_sends_papers_and_reports_reads_who_was_shown_them_and_the_operator_is_no_exception(
    instance: Instance,
) -> None:
    quay = Quay(instance, "z")
    paper = {"form": "waglan/paper/v1", "kind": "shipping-instruction", "document": "SI-LOOK"}
    instruction = paper | {"recipient": f"{quay.at('line')}:ZZZ", "bills": [{"number": "SYNLOOK"}]}
    assert filed(quay.forwarder, json.dumps(instruction).encode())["state"] == "accepted"
    quay.files("line", Paper("SYNLOOK", box=BOX))
    assert filed(quay.terminal, coarri(quay.sheet(), [Told(BOX)]))["state"] == "accepted"
    wait(lambda: "equipment.discharged" in told(quay.line, "SYNLOOK") or None)
    quay.line.get(f"/v1/calls/{quay.call}/listed").raise_for_status()
    assert quay.line.post(
        "/v1/drafts", json={"profile": "hk-eman-statement-1", "keys": ["SYNLOOK"]}
    ).is_success
    [document] = quay.line.get("/v1/documents").json()["documents"]
    quay.line.get(f"/v1/documents/{document['id']}").raise_for_status()
    quay.customs.get(f"/v1/track/{BOX}").raise_for_status()
    told_to = [told_of(one) for one in looks(quay.terminal)]
    assert {(who, basis, *keys) for who, _, _, basis, _, keys in told_to} == {
        ("line-z", "report", BOX)
    }
    assert {asked for _, _, asked, *_ in told_to} == {"/v1/track", "/v1/calls/listed", "/v1/drafts"}
    sent = [told_of(one) for one in looks(quay.forwarder)]
    assert {one[0] for one in sent} == {"line-z"}
    assert {one[2:] for one in [(*one[:5], *one[5]) for one in sent]} == {
        ("/v1/documents", "addressed", "paper", document["id"]),
        ("/v1/drafts", "addressed", "paper", document["id"]),
    }
    instance.operator.get("/v1/partners/terminal-z/profile").raise_for_status()
    newest = looks(quay.terminal)[0]
    operator = instance.operator.get("/v1/whoami").json()["party"]
    wanted = (operator, "person", "/v1/partners/profile", "operator", "profile", ["terminal-z"])
    assert told_of(newest) == wanted


async def test_looks_are_kept_for_their_period_and_then_forgotten(port: Port) -> None:
    shown_to_a_bank(port)
    kept = looks(port.line)
    period = in_force("look", on=datetime.now(UTC).date())
    assert period is not None
    newest = datetime.fromisoformat(kept[0]["at"])
    async with pools(port.instance.dsn) as open_pools:
        for before, left in ((newest - timedelta(days=period.days), kept), (newest, kept[:1])):
            async with transaction(open_pools.engine, None) as tx:
                await store_looks.sweep(tx, before=before)
            assert looks(port.line) == left


def test_who_was_sent_a_plan_or_a_report_stands_in_the_log_as_that_and_not_by_goods_in_the_box(
    instance: Instance, waglan: CommandLine
) -> None:
    quay = Quay(instance, "t")
    quay.files("line", Paper("SYNPLAN", box=BOX))
    for paper in (baplie, coarri):
        sent = filed(quay.rival, paper(quay.sheet("rival", to="terminal"), [Told(BOX)]))
        assert sent["state"] == "accepted", sent["findings"]
    own = filed(quay.terminal, coarri(quay.sheet(), [Told(BOX)]))
    assert own["state"] == "accepted"
    for reader in (quay.terminal, quay.line):
        wait(lambda reader=reader: moves(reader, BOX).count("equipment.discharged") == 2 or None)  # type: ignore[misc]
        found = wait(lambda reader=reader: reader.get(f"/v1/calls/{quay.call}/listed"))  # type: ignore[misc]
        assert found.is_success, found.text
        reader.get("/v1/events?limit=500").raise_for_status()
    by = {(one["party"], one["asked"], one["basis"]) for one in looks(quay.rival)}
    paths = ("/v1/track", "/v1/events", "/v1/calls/listed")
    grounds = {"terminal-t": "addressed", "line-t": "report"}
    assert by == {(who, path, basis) for who, basis in grounds.items() for path in paths}
    # What the terminal told itself is no look of its own, and the line's is by its goods.
    told_itself = {(one["party"], one["basis"]) for one in looks(quay.terminal)}
    assert told_itself == {("line-t", "report")}
    line = waglan.operates(instance)
    line.signs_in(quay.rival.headers["Authorization"])
    assert "terminal-t (terminal, person): it was sent to him" in line("access").out
    line.set("WAGLAN_LANG", "zh-Hant-HK")
    assert "文件、報告或通知書發送予該機構" in line("access").out


def test_who_lists_a_box_without_goods_stands_in_the_log_as_that(instance: Instance) -> None:
    quay = Quay(instance, "s")
    call = Call(quay.at("line"), quay.at("customs"), "MSLIST", quay.at("line"))
    box, empty = b"EQD+CN+CSQU3054383+22G1:102:5++3+5'", b"EQD+CN+CSQU3054402+22G1:102:5++3+4'"
    paper = manifest(call, Paper("SYNFULL", box=BOX)).replace(b"+001E+", b"+00SE+")
    segments = paper.count(b"'") - 3  # UNH to UNT
    longer = paper.replace(box, box + empty).replace(
        b"UNT+%d+" % segments, b"UNT+%d+" % (segments + 1)
    )
    assert filed(quay.line, longer)["state"] == "accepted"
    assert (
        filed(quay.terminal, coarri(quay.sheet(), [Told(OTHER, full="4")]))["state"] == "accepted"
    )
    wait(lambda: told(quay.line, OTHER) or None)
    assert {(one["party"], one["basis"]) for one in looks(quay.terminal)} == {("line-s", "listed")}
