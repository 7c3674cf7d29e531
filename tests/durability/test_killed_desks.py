"""What the desks acknowledge survives any death, once: notices, people, looks, back-tests."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from dying import Dying, dying
from killing import Running, gone, recovered, running
from port import Officer, filed
from quay import Quay, all_numbered, let_in, log_findings, paper, wait

from waglan.codes import data
from waglan.customs.officer_act import Kind, SeenNotice
from waglan.gateway.http.messages import REPLAYED
from waglan.store.dsn import Dsn

PDF = b"%PDF-1.7 a synthetic invoice"
PASSWORD = "three boats off the ninth pier"
NUMBERS = count(1)
Ask = Callable[[], httpx.Response]


class Desk:
    """A line, its bank and its customs, who ask again until they are answered."""

    def __init__(self, client: Callable[[str], httpx.Client], operator: str, dsn: Dsn) -> None:
        self.client, self.ruler, self.dsn = client, client(operator), dsn
        self.line = self.enters("line", "carrier")
        self.bank = self.enters("bank", "bank")
        self.officer = Officer(self.enters("customs", "customs"))
        self.table = self.officer.imports(data.read("demo/tables/risk.json").encode())

    def enters(self, name: str, role: str) -> httpx.Client:
        return self.client(let_in(self.ruler, f"desk-{name}", role, f"DESK{name.upper()}:ZZZ"))

    def files(self) -> str:
        """File a bill on a voyage of its own, and return the reference that names both."""
        ref = f"D{next(NUMBERS):03}"
        sent = paper(ref, sender="DESKLINE").replace(b"HKCUSTOMS", b"DESKCUSTOMS")
        shown = filed(self.line, sent)
        assert shown["state"] == "accepted", shown["findings"]
        return ref

    def shows(self, ref: str) -> Ask:
        """Let the bank see it, and return how it looks at it."""
        grant = {"bill": bill(ref), "receiver": "desk-bank", "view": "full", "days": 1}
        assert self.line.post("/v1/grants", json=grant).status_code == 201
        look = partial(self.bank.get, f"/v1/track/{bill(ref)}")
        wait(lambda: look().is_success or None)
        return look

    def looks(self, ref: str) -> int:
        found = answered(lambda: self.line.get("/v1/access-log?limit=200")).json()["looks"]
        return sum(one["keys"] == [bill(ref)] for one in found)

    def asks(self, ref: str) -> str:
        """Ask for its papers, serve, and return the notice's number."""
        due = datetime.now(UTC) + timedelta(days=2)
        said = {"reason": "prices", "documents": ("invoice",), "due": due}
        asked = self.officer.does(Kind.ASK_DOCUMENTS, bills=self.officer.sees(bill(ref)), **said)
        assert asked.status_code == 201, asked.text
        self.officer.serves(call(ref))
        [notice] = self.line.get("/v1/notices", params={"bill": bill(ref)}).json()["notices"]
        return str(notice["notice"])

    def act(self, kind: Kind, **said: Any) -> Ask:
        """Sign an act; the same one is handed in however often it is asked for."""
        return partial(self.officer.hands_in, self.officer.sheet(kind, **said))

    def extends(self, notice: str, version: int) -> Ask:
        seen, due = SeenNotice(notice, version), datetime.now(UTC) + timedelta(days=5)
        return self.act(Kind.EXTEND_NOTICE, notice=seen, due=due, reason="asked for by telephone")

    def clears(self, ref: str) -> Ask:
        return self.act(Kind.CLEAR, bills=self.officer.sees(bill(ref)), reason="seen")

    def signs_in(self, login: str) -> Ask:
        who = {"party": "desk-line", "login": login, "password": PASSWORD}
        return partial(self.line.post, "/v1/sign-in", json=who)

    def uses(self, link: str) -> Ask:
        said = {"secret": link.partition("#")[2], "password": PASSWORD}
        return partial(self.line.post, "/v1/links/use", json=said)

    def back_tests(self) -> Ask:
        now = datetime.now(UTC)
        since = now - timedelta(hours=1, seconds=next(NUMBERS))
        period = {"since": since.isoformat(), "until": now.isoformat()}
        path = f"/v1/customs/tables/{self.table}/back-tests"
        return partial(self.officer.desk.post, path, json=period)

    def events(self) -> Counter[str]:
        with psycopg.connect(self.dsn.admin or "") as conn:
            rows = conn.execute("select code, count(*) from event group by code").fetchall()
        return Counter(dict(rows))

    def whole(self, notice: str, who: httpx.Client | None = None) -> dict[str, Any]:
        ask = partial((who or self.line).get, f"/v1/notices/{notice}")
        return dict(answered(ask).json())

    def ended(self, back_test: Ask) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = answered(back_test).json()
            return dict(found) if found["ended_at"] else None

        return dict(wait(look, 60))


def bill(ref: str) -> str:
    return f"SYN{ref}0001"


def call(ref: str) -> str:
    return f"9811000/{ref}E"


def answered(ask: Ask) -> httpx.Response:
    """Ask until there is an answer, whatever it says."""

    def look() -> httpx.Response | None:
        with suppress(httpx.TransportError):
            answer = ask()
            return answer if answer.status_code < 500 else None
        return None

    found: httpx.Response = wait(look, 60)
    return found


def keyed(client: httpx.Client, path: str, **said: Any) -> Ask:
    """A request under a key of its own, the same however often it is asked."""
    headers = {"Idempotency-Key": uuid4().hex, **said.pop("headers", {})}
    return partial(client.post, path, headers=headers, **said)


def attached(desk: Desk, notice: str) -> Ask:
    headers = {"Content-Type": "application/pdf"}
    return keyed(desk.line, f"/v1/notices/{notice}/documents", content=PDF, headers=headers)


@pytest.fixture(scope="module")
def up(module_database: Dsn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dying]:
    with dying(module_database, tmp_path_factory.mktemp("desks")) as found:
        yield found


@pytest.fixture(scope="module")
def desk(up: Dying, module_database: Dsn) -> Desk:
    return Desk(up.client, up.operator, module_database)


def dies(up: Dying, point: str, ask: Ask) -> httpx.Response:
    up.arm(point)
    answer = answered(ask)
    wait(up.died)
    return answer


WHEN = pytest.mark.parametrize("when", ["before", "after"])


def made(up: Dying, when: str, ask: Ask) -> Any:
    """Die while something is made: the answer names what was made, and it is made once."""
    answer = dies(up, f"{when} the commit of the making", ask)
    assert answer.status_code == (201 if when == "before" else 200), answer.text
    again = answered(ask)
    assert (again.status_code, again.headers[REPLAYED]) == (200, "true")
    return answer.json()


@WHEN
def test_a_death_at_any_act_about_a_notice_loses_none_and_does_none_twice(
    desk: Desk, up: Dying, when: str
) -> None:
    ref = desk.files()
    notice = desk.asks(ref)
    path, before = f"/v1/notices/{notice}", desk.events()
    made(up, when, keyed(desk.line, f"{path}/acknowledgement", json={"version": 0}))
    document = made(up, when, attached(desk, notice))["id"]
    said = {"text": "The price is in box 9.", "documents": [document]}
    made(up, when, keyed(desk.line, f"{path}/answers", json=said))
    point = f"{when} the commit of the officer's act"
    serving = desk.act(Kind.SERVE, call=call(ref))
    for act in (desk.extends(notice, 1), desk.clears(ref), serving):
        done = dies(up, point, act)
        assert (done.status_code, answered(act).json()) == (201, done.json()), done.text
    told = desk.whole(notice, desk.officer.desk)
    assert [one["step"] for one in told["steps"]] == ["acknowledge", "answer", "extend", "release"]
    assert [one["id"] for one in told["documents"]] == [document]
    assert desk.officer.desk.get(f"{path}/documents/{document}").content == PDF
    once = ("acknowledged", "answered", "extended", "ended")
    new = desk.events() - before
    assert [new[f"customs.notice-{what}"] for what in once] == [1, 1, 1, 1]
    assert new["customs.act-signed"] == 3


@WHEN
def test_a_death_while_people_come_change_and_go_loses_nobody_and_tells_of_each_once(
    desk: Desk, up: Dying, when: str
) -> None:
    login, before = f"{when}@example.com", desk.events()
    new = {"name": "Sample Clerk", "roles": ["preparer"], "login": login}
    person = made(up, when, keyed(desk.line, "/v1/persons", json=new))["person"]
    path = f"/v1/persons/{person}"
    made(up, when, keyed(desk.line, f"{path}/links", json={}))
    # A link that nobody was shown is worth nothing: one more is made, without a death.
    link = desk.line.post(f"{path}/links", json={}).json()["link"]
    used = dies(up, f"{when} the commit of the link's use", desk.uses(link))
    assert used.status_code == (200 if when == "before" else 404)  # after it, used up already
    session = dies(up, f"{when} the commit of the session", desk.signs_in(login))
    assert session.status_code == 201, session.text
    clerk = desk.client(session.json()["secret"])
    roles = partial(desk.line.put, f"{path}/roles", json={"roles": ["reader"]})
    assert dies(up, f"{when} the commit of the roles", roles).json()["roles"] == ["reader"]
    assert answered(partial(clerk.get, "/v1/whoami")).json()["scopes"] == ["read"]
    made(up, when, keyed(desk.line, f"{path}/departure", json={}))
    assert answered(partial(clerk.get, "/v1/whoami")).status_code == 401
    people = desk.line.get("/v1/persons").json()["persons"]
    [left] = [one["left_at"] for one in people if one["login"] == login or one["person"] == person]
    assert left
    new_events = desk.events() - before
    once = ("registered", "roles-changed", "left")
    assert [new_events[f"party.person-{what}"] for what in once] == [1, 1, 1]


@WHEN
def test_who_was_answered_stands_in_the_access_log_whenever_the_interface_dies(
    desk: Desk, up: Dying, when: str
) -> None:
    ref = desk.files()
    look = desk.shows(ref)
    before = desk.looks(ref)
    assert dies(up, f"{when} the commit of the look", look).status_code == 200
    # Of a look that was written and never answered there is one more: never one too few.
    assert desk.looks(ref) - before == (1 if when == "before" else 2)


@WHEN
@pytest.mark.parametrize("act", ["back-tested manifest", "back-test's end"])
def test_a_back_test_goes_on_after_a_death_and_is_told_of_once(
    desk: Desk, up: Dying, act: str, when: str
) -> None:
    desk.files()
    before = desk.events()
    back_test = desk.back_tests()
    assert dies(up, f"{when} the commit of the {act}", back_test).status_code == 201
    found = desk.ended(back_test)
    assert found["done"] == found["manifests"] > 0
    assert (desk.events() - before)["customs.table-back-tested"] == 1


def test_with_everything_dead_between_acts_each_that_was_acknowledged_is_there_once(
    home: Path,
) -> None:
    with running(home) as (up, quay), ExitStack() as opened:

        def client(token: str) -> httpx.Client:
            url, headers = quay.carrier.base_url, {"Authorization": f"Bearer {token}"}
            return opened.enter_context(httpx.Client(base_url=url, headers=headers, timeout=30))

        desk = Desk(client, (home / "operator.token").read_text().strip(), quay.dsn)
        live_through_deaths(desk, partial(kill_everything, up, quay))
        wait(lambda: all_numbered(quay.dsn))
        assert log_findings(quay.dsn) == []


def live_through_deaths(desk: Desk, everything_dies: Callable[[], None]) -> None:
    ref = desk.files()
    notice, look, before = desk.asks(ref), desk.shows(ref), desk.events()
    looks = desk.looks(ref)
    said: list[Ask] = []

    def says(ask: Ask) -> Any:
        answer = ask()
        assert answer.status_code == 201, answer.text
        said.append(ask)
        return answer.json()

    def all_die() -> None:
        everything_dies()
        for ask in said:  # whatever was acknowledged is known when it comes again
            again = answered(ask)
            assert again.headers.get(REPLAYED) == "true" or again.status_code == 201, again.text

    document = says(attached(desk, notice))["id"]
    new = {"name": "Sample Clerk", "roles": ["preparer"], "login": "clerk@example.com"}
    person = says(keyed(desk.line, "/v1/persons", json=new))
    assert look().status_code == 200
    all_die()
    assert desk.looks(ref) == looks + 1
    assert [one["id"] for one in desk.whole(notice)["documents"]] == [document]
    path = f"/v1/notices/{notice}"
    says(keyed(desk.line, f"{path}/answers", json={"documents": [document]}))
    assert desk.uses(person["link"])().status_code == 200
    clerk = desk.client(desk.signs_in("clerk@example.com")().json()["secret"])
    at = f"/v1/persons/{person['person']}"
    says(desk.extends(notice, 1))
    assert desk.line.put(f"{at}/roles", json={"roles": ["reader"]}).status_code == 200
    back_test = desk.back_tests()
    says(back_test)
    all_die()
    assert answered(partial(clerk.get, "/v1/whoami")).json()["scopes"] == ["read"]
    says(desk.clears(ref))
    says(desk.act(Kind.SERVE, call=call(ref)))
    says(keyed(desk.line, f"{at}/departure", json={}))
    assert desk.ended(back_test)["done"] == 1
    all_die()
    assert answered(partial(clerk.get, "/v1/whoami")).status_code == 401
    told = desk.whole(notice, desk.officer.desk)
    assert [one["step"] for one in told["steps"]] == ["answer", "extend", "release"]
    assert desk.officer.desk.get(f"{path}/documents/{document}").content == PDF
    new_events = desk.events() - before
    once = ["customs.notice-answered", "customs.notice-extended", "customs.notice-ended"]
    once += ["party.person-registered", "party.person-roles-changed", "party.person-left"]
    once += ["customs.table-back-tested"]
    assert {code: new_events[code] for code in once} == dict.fromkeys(once, 1)


def kill_everything(up: Running, quay: Quay) -> None:
    """Kill every process, the database's too, and start again."""
    pids = [pid for kind in up.processes().values() for pid in kind]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    up.process.wait()
    gone(pids)
    recovered(up, quay)
