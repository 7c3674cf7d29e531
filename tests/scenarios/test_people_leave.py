"""A firm's people get other roles and leave; somebody always administers it and answers."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from command_line import CommandLine
from port import wait
from running_instance import Instance
from test_people import Firm, code, ok

KEY = "Idempotency-Key"


@pytest.fixture
def firm(instance: Instance) -> Firm:
    return Firm(instance)


def me(client: httpx.Client) -> str:
    return str(client.get("/v1/me").json()["person"])


def codes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [finding["code"] for finding in answer.json()["findings"]]


def gives(firm: Firm, person: str, *roles: str, by: httpx.Client | None = None) -> httpx.Response:
    return (by or firm.admin).put(f"/v1/persons/{person}/roles", json={"roles": roles})


def lets_go(
    firm: Firm, person: str, to: str | None = None, key: str | None = None
) -> httpx.Response:
    headers = {} if key is None else {KEY: key}
    path = f"/v1/persons/{person}/departure"
    return firm.admin.post(path, json={"successor": to}, headers=headers)


def told(firm: Firm, code: str, n: int) -> list[dict[str, Any]]:
    """What the log tells the firm of this, once it has numbered so much."""

    def look() -> list[dict[str, Any]] | None:
        events = firm.admin.get("/v1/events?limit=500").json()["events"]
        found = [event["body"] for event in events if event["code"] == code]
        return found if len(found) >= n else None

    return list(wait(look))


def machine(firm: Firm, answers: str = "Sample Clerk") -> tuple[httpx.Client, str]:
    clerk = {"name": answers, "roles": ["reader"], "days": 1}
    ok(firm.admin.post("/v1/persons", json=clerk), 201)
    new = {"label": "a machine", "accountable_name": answers}
    made = ok(firm.admin.post("/v1/credentials", json=new), 201)
    wish = {"client": "machine", "scopes": ["read", "file"], "days": 1}
    wish["credential"] = made["credential"]
    secret = ok(firm.admin.post("/v1/tokens", json=wish), 201)["secret"]
    return firm.instance.client(secret), made["accountable"]


def draft(client: httpx.Client) -> str:
    new = {"profile": "hk-road-aci", "fields": {"head/vessel": "SAMPLE STAR"}}
    return str(ok(client.post("/v1/drafts", json=new), 201)["id"])


def test_roles_change_at_once_and_the_log_tells_by_whom(firm: Firm) -> None:
    person = firm.person("preparer", login="ann@example.com")
    subject = me(person)
    made = draft(person)
    shown = ok(gives(firm, subject, "reader"), 200)
    assert shown["roles"] == ["reader"]
    assert person.get("/v1/whoami").json()["scopes"] == ["read"]
    again = person.post("/v1/drafts", json={"profile": "hk-road-aci", "fields": {}})
    assert again.status_code == 403
    assert person.get(f"/v1/drafts/{made}").status_code == 200
    ok(gives(firm, subject, "reader"), 200)  # changes nothing, and is told of nowhere
    ok(gives(firm, subject, "approver", "reader"), 200)
    assert codes(gives(firm, subject, "officer")) == ["FIRM-ROLE-UNKNOWN"]
    assert gives(firm, subject).status_code == 422
    assert gives(firm, f"sub_{uuid4().hex}", "reader").status_code == 404
    assert gives(firm, subject, "reader", by=person).status_code == 403
    by = me(firm.admin)
    wanted = [(["preparer"], ["reader"], by), (["reader"], ["approver", "reader"], by)]
    found = told(firm, "party.person-roles-changed", 2)
    assert [(one["before"], one["roles"], one["by"]) for one in found] == wanted


def test_the_last_administrator_who_can_get_in_is_neither_demoted_nor_let_go(firm: Firm) -> None:
    admin = me(firm.admin)
    last = ["PERSON-LAST-ADMINISTRATOR"]
    invited = firm.adds("administrator", login="ben@example.com")
    firm.person("approver", login="cat@example.com")
    # Who was invited and has no password yet can let nobody in.
    assert codes(gives(firm, admin, "approver")) == last
    assert codes(lets_go(firm, admin)) == last
    ok(firm.uses(invited["link"]), 200)
    ok(gives(firm, admin, "approver"), 200)
    assert firm.admin.get("/v1/persons").status_code == 403
    ben = firm.instance.client(ok(firm.signs_in("ben@example.com"), 201)["secret"])
    assert codes(gives(firm, invited["person"], "reader", by=ben)) == last


def test_of_two_administrators_who_demote_each_other_at_once_one_stays(firm: Firm) -> None:
    one, other = firm.admin, firm.person("administrator", login="dan@example.com")
    subjects = {one: me(one), other: me(other)}
    pairs = [(one, subjects[other]), (other, subjects[one])]
    for _ in range(4):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda p: gives(firm, p[1], "reader", by=p[0]), pairs))
        # The slower one finds nobody who would be left, or is no administrator any more.
        assert sorted(answer.status_code for answer in answers)[0] == 200
        refused = [answer for answer in answers if answer.status_code != 200]
        assert [answer.status_code in (403, 422) for answer in refused] == [True]
        stays = next(c for c in subjects if c.get("/v1/persons").status_code == 200)
        gone = other if stays is one else one
        assert gone.get("/v1/persons").status_code == 403
        ok(gives(firm, subjects[gone], "administrator", by=stays), 200)


def test_who_is_let_go_is_out_at_once_and_cannot_be_told_from_a_stranger(firm: Firm) -> None:
    person = firm.person("reader", login="eva@example.com")
    subject = me(person)
    link = ok(firm.admin.post(f"/v1/persons/{subject}/links", json={}), 201)["link"]
    left = ok(lets_go(firm, subject, key="go"), 201)
    assert (left["successor"], left["credentials"], left["drafts"]) == (None, [], [])
    assert person.get("/v1/whoami").status_code == 401
    answers = [firm.signs_in("eva@example.com"), firm.signs_in("nobody@example.com")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert code(firm.uses(link)) == "HTTP-NO-LINK"
    again = lets_go(firm, subject, key="go")
    assert (again.status_code, again.json()) == (200, left)
    assert codes(lets_go(firm, subject)) == ["PERSON-LEFT"]
    assert codes(gives(firm, subject, "reader")) == ["PERSON-LEFT"]
    more = firm.admin.post(f"/v1/persons/{subject}/links", json={})
    assert codes(more) == ["PERSON-LEFT"]
    [shown] = [p for p in firm.admin.get("/v1/persons").json()["persons"] if p["left_at"]]
    assert (shown["person"], shown["left_at"], shown["roles"]) == (subject, left["left_at"], [])
    [body] = told(firm, "party.person-left", 1)
    assert (body["subject"], body["by"], body["tokens_ended"]) == (subject, me(firm.admin), 1)


def test_who_comes_back_is_a_new_person_and_may_have_the_name_he_had(firm: Firm) -> None:
    name, old, new = (
        "pat@example.com",
        "six words that nobody guesses one",
        "six others of his own now",
    )
    gone = firm.adds("preparer", login=name)
    ok(firm.uses(gone["link"], old), 200)
    other = firm.adds("reader", login="ron@example.com")["person"]
    taken = firm.admin.post(f"/v1/persons/{other}/links", json={"login": name})
    assert (taken.status_code, code(taken)) == (409, "HTTP-LOGIN-TAKEN")
    ok(lets_go(firm, gone["person"]), 201)
    back = firm.adds("reader", login=name)
    assert back["person"] != gone["person"]
    ok(firm.uses(back["link"], new), 200)
    assert firm.signs_in(name, old).status_code == 401
    person = firm.instance.client(ok(firm.signs_in(name, new), 201)["secret"])
    shown = ok(person.get("/v1/me"), 200)
    assert (shown["person"], shown["roles"]) == (back["person"], ["reader"])
    taken = firm.admin.post(f"/v1/persons/{other}/links", json={"login": name})
    assert (taken.status_code, code(taken)) == (409, "HTTP-LOGIN-TAKEN")
    people = {p["person"]: p for p in firm.admin.get("/v1/persons").json()["persons"]}
    assert people[gone["person"]]["left_at"] is not None
    assert people[back["person"]]["left_at"] is None
    # The log knows both, each by his own id.
    [left] = told(firm, "party.person-left", 1)
    assert left["subject"] == gone["person"]
    come = [one["subject"] for one in told(firm, "party.person-registered", 3)]
    assert {gone["person"], back["person"]} <= set(come)
    # And he may go and come again.
    ok(lets_go(firm, back["person"]), 201)
    assert firm.signs_in(name, new).status_code == 401
    assert firm.adds("reader", login=name)["person"] not in (gone["person"], back["person"])


def test_machines_and_open_drafts_go_to_a_successor_and_on_to_his(firm: Firm) -> None:
    robot, clerk = machine(firm)
    leaver = firm.person("preparer", login="fay@example.com")
    heir = firm.person("preparer", login="gus@example.com")
    last = firm.person("approver", login="hal@example.com")
    reader = firm.person("reader", login="ida@example.com")
    open_, dropped = draft(leaver), draft(leaver)
    assert leaver.delete(f"/v1/drafts/{dropped}?step=1").status_code == 204

    assert codes(lets_go(firm, clerk)) == ["PERSON-HANDS-OVER"]
    assert codes(lets_go(firm, me(leaver))) == ["PERSON-HANDS-OVER"]
    for nobody in (me(leaver), f"sub_{uuid4().hex}"):
        assert codes(lets_go(firm, me(leaver), nobody)) == ["PERSON-SUCCESSOR"]
    assert codes(lets_go(firm, me(leaver), me(reader))) == ["PERSON-SUCCESSOR-PREPARES"]
    assert robot.get("/v1/whoami").json()["accountable"] == clerk

    left = ok(lets_go(firm, clerk, me(heir)), 201)
    assert (len(left["credentials"]), left["drafts"]) == (1, [])
    assert robot.get("/v1/whoami").json()["accountable"] == me(heir)
    left = ok(lets_go(firm, me(leaver), me(heir)), 201)
    assert (left["credentials"], left["drafts"]) == ([], [open_])
    assert heir.get(f"/v1/drafts/{open_}").json()["in_charge"] == me(heir)

    heir_id = me(heir)
    left = ok(lets_go(firm, heir_id, me(last)), 201)
    assert (len(left["credentials"]), left["drafts"]) == (1, [open_])
    assert robot.get("/v1/whoami").json()["accountable"] == me(last)
    lines = {one["id"]: one for one in last.get("/v1/drafts").json()["drafts"]}
    assert lines[open_]["in_charge"] == me(last)
    assert codes(lets_go(firm, me(reader), heir_id)) == ["PERSON-SUCCESSOR"]
    bodies = told(firm, "party.person-left", 3)
    assert [body["successor"] for body in bodies] == [heir_id, heir_id, me(last)]
    assert bodies[-1]["drafts"] == [open_]


def test_one_of_the_firms_people_answers_for_a_machine_and_nobody_is_made_known_by_it(
    firm: Firm,
) -> None:
    def registers(name: str, by: httpx.Client = firm.admin) -> httpx.Response:
        return by.post("/v1/credentials", json={"label": "m", "accountable_name": name})

    own = f"Sample Person of {firm.party}"
    names = ("Sample Twin", "Sample Twin", "Sample Gone", own, "Sample Heir")
    new = [{"name": name, "roles": ["administrator"], "days": 1} for name in names]
    colleagues = [ok(firm.admin.post("/v1/persons", json=one), 201) for one in new]
    twin, other, gone, namesake, heir = [one["person"] for one in colleagues]
    stranger = me(Firm(firm.instance).admin)
    ok(lets_go(firm, gone), 201)
    people = firm.admin.get("/v1/persons").json()

    for nobody in ("Sample Nobody", "Sample Gone", gone, stranger, f"sub_{uuid4().hex}", " "):
        assert codes(registers(nobody)) == ["CREDENTIAL-PERSON-UNKNOWN"]
    assert codes(registers("Sample Twin")) == ["CREDENTIAL-PERSON-SEVERAL"]
    assert ok(registers(twin), 201)["accountable"] == twin
    himself = firm.instance.client(colleagues[1]["secret"])
    assert ok(registers("Sample Twin", himself), 201)["accountable"] == other
    assert ok(registers(own), 201)["accountable"] == me(firm.admin) != namesake
    assert firm.admin.get("/v1/persons").json() == people
    assert codes(lets_go(firm, twin)) == ["PERSON-HANDS-OVER"]
    assert ok(lets_go(firm, twin, heir), 201)["successor"] == heir


def test_a_machine_registered_again_under_its_key_says_who_answers_for_it_now(firm: Firm) -> None:
    clerk = firm.adds("reader", login="kim@example.com")["person"]
    heir = firm.adds("reader", login="lee@example.com")["person"]
    new = {"label": "a machine", "accountable_name": clerk}
    key = {KEY: "one machine"}
    made = ok(firm.admin.post("/v1/credentials", json=new, headers=key), 201)
    ok(lets_go(firm, clerk, heir), 201)
    again = ok(firm.admin.post("/v1/credentials", json=new, headers=key), 200)
    assert again == {"credential": made["credential"], "accountable": heir}


def test_nobody_hands_over_to_who_leaves_at_the_same_moment(firm: Firm) -> None:
    """Of two who are each other's successor one leaves, and the machines have somebody."""
    for n in range(3):
        robots = [machine(firm, f"Sample {n} {side}") for side in "ab"]
        (_, a), (_, b) = robots
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda p: lets_go(firm, *p), [(a, b), (b, a)]))
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        [refused] = [answer for answer in answers if answer.status_code == 422]
        assert codes(refused) == ["PERSON-SUCCESSOR"]
        stays = b if answers[0].status_code == 201 else a
        assert {robot.get("/v1/whoami").json()["accountable"] for robot, _ in robots} == {stays}


def test_an_administrator_does_it_from_the_command_line(firm: Firm, waglan: CommandLine) -> None:
    waglan.operates(firm.instance).signs_in(firm.admin.headers["authorization"])
    leaver = firm.person("reader", login="joy@example.com")
    subject = me(leaver)
    assert waglan("person", "give-roles", subject, "--role", "preparer").out.split() == [
        subject,
        "preparer",
    ]
    # What is given is his from the next time that he signs in; what is taken is gone at once.
    assert leaver.get("/v1/whoami").json()["scopes"] == ["read"]
    made = draft(firm.instance.client(ok(firm.signs_in("joy@example.com"), 201)["secret"]))
    refused = waglan("person", "let-go", subject)
    assert (refused.status, "PERSON-HANDS-OVER" in refused.err) == (1, True)
    done = waglan("person", "let-go", subject, "--to", me(firm.admin))
    assert (done.status, done.out.split()) == (0, [made])
    assert "left on" in waglan("person", "list").out
