"""People of a firm get in by a link, sign in with a password, and are out when they should be."""

import asyncio
import email
import email.policy
import hashlib
import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from command_line import CommandLine
from port import wait
from running_instance import FRESH, Instance
from test_erasure import erase

from waglan.gateway.outbox import Outbox, is_address
from waglan.parties.sign_in import policy
from waglan.store import accounts
from waglan.store.connect import pools, transaction

PASSWORD = "three boats off the ninth pier"
OTHER = "nine kites above a quiet tram"


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Outbox:
    return Outbox(tmp_path_factory.mktemp("outbox"), "https://port.example/waglan")


class Firm:
    """A forwarder with an administrator; others come by invitation."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.party = f"firm-{uuid4().hex[:8]}"
        self.admin = instance.let_in(self.party, "forwarder")
        self.nobody = instance.opened.enter_context(
            httpx.Client(base_url=instance.address, timeout=60, limits=FRESH)
        )

    def adds(self, *roles: str, login: str) -> dict[str, Any]:
        new = {"name": f"Sample {login}", "roles": roles, "login": login}
        return dict(ok(self.admin.post("/v1/persons", json=new), 201))

    def uses(self, link: str, password: str = PASSWORD) -> httpx.Response:
        said = {"secret": link.partition("#")[2], "password": password}
        return self.nobody.post("/v1/links/use", json=said)

    def signs_in(self, login: str, password: str = PASSWORD, *, at: str = "") -> httpx.Response:
        """Sign in, from this address if one is named, as a proxy on this host tells it."""
        who = {"party": self.party, "login": login, "password": password}
        headers = {"X-Forwarded-For": at} if at else {}
        return self.nobody.post("/v1/sign-in", json=who, headers=headers)

    def person(self, *roles: str, login: str) -> httpx.Client:
        ok(self.uses(self.adds(*roles, login=login)["link"]), 200)
        return self.instance.client(ok(self.signs_in(login), 201)["secret"])


def ok(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["findings"][0]["code"])


@pytest.fixture(scope="module")
def firm(instance: Instance) -> Firm:
    return Firm(instance)


def test_a_link_survives_every_scanner_and_serves_once(firm: Firm) -> None:
    made = firm.adds("preparer", login="mei@example.com")
    assert made["link"].startswith("/link#wgo_")
    secret = made["link"].partition("#")[2]
    for _ in range(2):  # what a mail scanner does: it fetches, and posts nothing
        page = firm.nobody.get(made["link"].partition("#")[0])
        assert page.status_code == 200
        assert secret not in page.text
        assert firm.nobody.get("/v1/links/use").status_code == 405
        assert firm.nobody.head("/link").status_code == 200
    weak = firm.uses(made["link"], "passwordpassword")
    assert (weak.status_code, code(weak)) == (422, "PASSWORD-COMMON")
    assert ok(firm.uses(made["link"]), 200) == {"party": firm.party, "login": "mei@example.com"}
    again = firm.uses(made["link"], OTHER)
    assert (again.status_code, code(again)) == (404, "HTTP-NO-LINK")
    session = ok(firm.signs_in("mei@example.com"), 201)
    assert session["roles"] == ["preparer"]
    who = firm.instance.client(session["secret"]).get("/v1/whoami").json()
    assert (who["client"], who["scopes"]) == ("person", ["prepare", "read"])
    assert who["accountable"] == made["person"]


def test_the_page_behind_a_link_runs_its_own_lines_and_fetches_nothing(firm: Firm) -> None:
    page = firm.nobody.get("/link")
    assert "//" not in re.sub(r"<script>.*</script>", "", page.text, flags=re.DOTALL)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


def test_of_two_who_use_a_link_at_once_one_has_it(firm: Firm) -> None:
    link = firm.adds("reader", login="race@example.com")["link"]
    passwords = [f"{PASSWORD} {n}" for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: firm.uses(link, one).status_code, passwords))
    assert sorted(answers) == [200, 404, 404, 404]
    statuses = [firm.signs_in("race@example.com", one).status_code for one in passwords]
    assert statuses == [201 if status == 200 else 401 for status in answers]


def test_a_newer_link_makes_an_older_one_worthless(firm: Firm) -> None:
    made = firm.adds("reader", login="late@example.com")
    newer = ok(firm.admin.post(f"/v1/persons/{made['person']}/links", json={}), 201)
    assert newer["purpose"] == "invitation"
    assert code(firm.uses(made["link"])) == "HTTP-NO-LINK"
    ok(firm.uses(newer["link"]), 200)
    reset = ok(firm.admin.post(f"/v1/persons/{made['person']}/links", json={}), 201)
    assert reset["purpose"] == "reset"
    ok(firm.uses(reset["link"], OTHER), 200)
    assert firm.signs_in("late@example.com").status_code == 401
    ok(firm.signs_in("late@example.com", OTHER), 201)


def test_a_link_serves_until_its_hours_are_over_and_not_a_moment_longer(firm: Firm) -> None:
    made = firm.adds("reader", login="slow@example.com")
    ends = datetime.fromisoformat(made["link_expires_at"])
    hours = (ends - datetime.now(UTC)) / timedelta(hours=1)
    assert hours == pytest.approx(policy().periods.invitation_hours, abs=0.1)
    digest = hashlib.sha256(made["link"].partition("#")[2].encode()).digest()

    async def is_open(at: datetime) -> bool:
        async with (
            pools(firm.instance.dsn, size_max=1) as opened,
            transaction(opened.app, None) as tx,
        ):
            return await accounts.link_at(tx, digest, at=at) is not None

    moment = timedelta(microseconds=1)
    assert [asyncio.run(is_open(at)) for at in (ends - moment, ends)] == [True, False]
    with psycopg.connect(firm.instance.dsn.admin or "") as conn:
        late = conn.execute(
            "UPDATE one_time_link SET expires_at = now() WHERE secret_sha256 = %s", [digest]
        )
        assert late.rowcount == 1
    refused = firm.uses(made["link"])
    assert (refused.status_code, code(refused)) == (404, "HTTP-NO-LINK")
    assert firm.signs_in("slow@example.com").status_code == 401
    newer = ok(firm.admin.post(f"/v1/persons/{made['person']}/links", json={}), 201)
    ok(firm.uses(newer["link"]), 200)
    ok(firm.signs_in("slow@example.com"), 201)


def test_a_blank_or_a_line_end_behind_what_was_copied_is_no_part_of_it(firm: Firm) -> None:
    made = firm.adds("reader", login="copied@example.com ")
    firm.party += "\n"
    assert ok(firm.uses(made["link"] + " \n"), 200)["login"] == "copied@example.com"
    for login in ("copied@example.com ", " copied@example.com\r\n", "copied@example.com\u3000"):
        ok(firm.signs_in(login), 201)
    assert firm.signs_in("copied@example.com", PASSWORD + " ").status_code == 401
    assert firm.signs_in("co pied@example.com").status_code == 422


def test_a_wrong_password_and_an_unknown_name_answer_alike(firm: Firm) -> None:
    firm.person("reader", login="known@example.com")
    invited = firm.adds("reader", login="invited@example.com")  # and has no password yet
    answers = [
        firm.signs_in("known@example.com", OTHER),
        firm.signs_in("unknown@example.com"),
        firm.signs_in("invited@example.com"),
        firm.nobody.post(
            "/v1/sign-in",
            json={"party": "no-such-firm", "login": "known@example.com", "password": PASSWORD},
        ),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert invited["person"] not in answers[0].text


def test_wrong_tries_make_the_next_one_wait_and_lock_nobody_out(firm: Firm) -> None:
    """Alike for a name that is there and one that is not, however many tries come at once."""
    firm.person("reader", login="ling@example.com")
    for login in ("ling@example.com", "no-one@example.com"):
        with ThreadPoolExecutor(8) as pool:
            tried = list(pool.map(lambda _: firm.signs_in(login, OTHER), range(8)))  # noqa: B023
        wrong, refused = ([one for one in tried if one.status_code == n] for n in (401, 429))
        assert (len(wrong), len(refused)) == (6, 2)  # five are free, and one more makes the wait
        assert {code(one) for one in refused} == {"HTTP-TRY-LATER"}
        assert all(1 <= int(one.headers["retry-after"]) <= 3 for one in refused)
    time.sleep(int(refused[0].headers["retry-after"]))
    ok(firm.signs_in("ling@example.com"), 201)
    for _ in range(3):  # what was tried wrongly is forgotten
        assert firm.signs_in("ling@example.com", OTHER).status_code == 401
    assert code(firm.uses("/link#wgo_nothing")) == "HTTP-NO-LINK"


STRANGERS = "198.51.{}.7"
HOME, ROAD = "203.0.113.9", "203.0.114.9"


def test_who_guesses_all_the_time_keeps_nobody_out_of_where_he_signed_in_before(firm: Firm) -> None:
    for login in ("steady@example.com", "never@example.com"):
        is_there = login.startswith("steady")
        if is_there:
            ok(firm.uses(firm.adds("reader", login=login)["link"]), 200)
            ok(firm.signs_in(login, at=HOME), 201)
        for n in range(8):
            tried = firm.signs_in(login, OTHER, at=STRANGERS.format(n))
            assert tried.status_code == (401 if n < 6 else 429)
        # Strangers, and whoever comes from a new network, wait for them; the owner does not.
        assert firm.signs_in(login, at=ROAD).status_code == 429
        # A name that nobody has waits as little: no wait tells which names there are.
        neighbour = HOME.replace(".9", ".200")  # of the same network
        assert firm.signs_in(login, at=neighbour).status_code == (201 if is_there else 401)
        again = firm.signs_in(login, at=STRANGERS.format(9))
        assert again.status_code == 429, "what strangers tried is not forgotten"
    other = Firm(firm.instance)
    for n in range(6):
        other.signs_in("steady@example.com", OTHER, at=STRANGERS.format(n))
    assert other.signs_in("steady@example.com", at=HOME).status_code == 429, "not its network"


def test_a_known_network_has_its_own_wait(firm: Firm) -> None:
    ok(firm.uses(firm.adds("reader", login="home@example.com")["link"]), 200)
    ok(firm.signs_in("home@example.com", at=HOME), 201)
    tried = [firm.signs_in("home@example.com", OTHER, at=HOME).status_code for _ in range(8)]
    assert tried == [401] * 6 + [429] * 2
    assert firm.signs_in("home@example.com", OTHER, at=ROAD).status_code == 401
    ok(firm.signs_in("home@example.com", at=ROAD), 201)


def test_a_network_is_known_for_so_many_days_and_in_no_clear_words(firm: Firm) -> None:
    ok(firm.uses(firm.adds("reader", login="away@example.com")["link"]), 200)
    ok(firm.signs_in("away@example.com", at=HOME), 201)
    with psycopg.connect(firm.instance.dsn.admin or "") as conn:
        rows = conn.execute("SELECT key, until - now() FROM sign_in_try").fetchall()
        known = [left for _, left in rows if left > timedelta(days=29)]
        assert known
        assert max(known) <= policy().tries.known_for
        assert {len(key) for key, _ in rows} == {32}
        conn.execute(
            "UPDATE sign_in_try SET until = now() WHERE until > now() + interval '29 days'"
        )
    for n in range(6):
        firm.signs_in("away@example.com", OTHER, at=STRANGERS.format(n))
    assert firm.signs_in("away@example.com", at=HOME).status_code == 429


def test_a_login_name_is_one_colleagues_and_no_other_firms_business(firm: Firm) -> None:
    firm.adds("reader", login="Same@Example.com")
    new = {"name": "Sample Twin", "roles": ["reader"], "login": "same@example.com"}
    taken = firm.admin.post("/v1/persons", json=new)
    assert (taken.status_code, code(taken)) == (409, "HTTP-LOGIN-TAKEN")
    ok(Firm(firm.instance).admin.post("/v1/persons", json=new), 201)


def test_a_session_is_listed_and_ended_by_its_person_alone(firm: Firm) -> None:
    mine = firm.person("reader", login="own@example.com")
    other = firm.instance.client(ok(firm.signs_in("own@example.com"), 201)["secret"])
    listed = ok(mine.get("/v1/me/sessions"), 200)["sessions"]
    assert [(one["is_session"], one["is_this"]) for one in listed] == [(True, True), (True, False)]
    first = ok(mine.get("/v1/me/sessions", params={"limit": 1}), 200)
    rest = ok(mine.get("/v1/me/sessions", params={"after": first["next"]}), 200)
    assert first["sessions"] + rest["sessions"] == listed
    assert listed[1]["token"] not in firm.admin.get("/v1/tokens").text
    colleague = firm.person("reader", login="colleague@example.com")
    assert colleague.delete(f"/v1/me/sessions/{listed[1]['token']}").status_code == 404
    ok(mine.delete(f"/v1/me/sessions/{listed[1]['token']}"), 204)
    assert other.get("/v1/whoami").status_code == 401
    ok(mine.delete("/v1/me/sessions/this"), 204)
    assert mine.get("/v1/whoami").status_code == 401


def test_another_password_signs_him_out_everywhere_else(firm: Firm) -> None:
    here = firm.person("reader", login="change@example.com")
    there = firm.instance.client(ok(firm.signs_in("change@example.com"), 201)["secret"])
    wrong = here.put("/v1/me/password", json={"old": OTHER, "new": OTHER})
    assert (wrong.status_code, code(wrong)) == (422, "HTTP-OLD-PASSWORD")
    ok(here.put("/v1/me/password", json={"old": PASSWORD, "new": OTHER}), 204)
    assert here.get("/v1/whoami").status_code == 200
    assert there.get("/v1/whoami").status_code == 401
    ok(firm.signs_in("change@example.com", OTHER), 201)


def test_who_prepares_cannot_file_and_roles_are_given_by_who_may(firm: Firm) -> None:
    preparer = firm.person("preparer", login="prepares@example.com")
    new = {"profile": "hk-road-aci", "fields": {}}
    draft = ok(preparer.post("/v1/drafts", json=new), 201)
    refused = preparer.post(f"/v1/drafts/{draft['id']}/approve", json={"step": 1})
    assert (refused.status_code, code(refused)) == (403, "PARTY-SCOPE-NEEDED")
    assert preparer.post("/v1/messages", content=b"UNB").status_code == 403
    assert preparer.get("/v1/persons").status_code == 403
    for role, why in (("officer", "FIRM-ROLE-UNKNOWN"), ("owner", "FIRM-ROLE-UNKNOWN")):
        wish = {"name": "Sample", "roles": [role], "days": 1}
        answer = firm.admin.post("/v1/persons", json=wish)
        assert (answer.status_code, code(answer)) == (422, why)
    for bare in ({"name": "Sample"}, {"name": "Sample", "login": "no@example.com"}):
        assert code(firm.admin.post("/v1/persons", json=bare)) == "PERSON-WITHOUT-ROLE"


def test_people_are_listed_page_by_page_and_see_themselves(firm: Firm) -> None:
    reader = firm.person("reader", login="sees@example.com")
    shown: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = ok(firm.admin.get("/v1/persons", params={"after": after, "limit": 2}), 200)
        assert len(page["persons"]) <= 2
        shown += page["persons"]
        after = page["next"]
    assert shown == ok(firm.admin.get("/v1/persons"), 200)["persons"]
    assert ok(reader.get("/v1/me"), 200) == shown[-1]
    assert shown[-1]["login"] == "sees@example.com"
    assert shown[0]["roles"] == ["administrator", "approver"]


def test_a_cursor_that_nothing_can_keep_is_refused(firm: Firm) -> None:
    refused = firm.admin.get("/v1/persons?after=%00")
    assert (refused.status_code, code(refused)) == (422, "HTTP-TEXT")


def test_a_forgotten_password_is_mailed_for_and_the_answer_never_tells(
    firm: Firm, outbox: Outbox
) -> None:
    firm.person("reader", login="forgets@example.com")
    asked = [
        firm.nobody.post("/v1/password-resets", json={"party": firm.party, "login": login})
        for login in ("forgets@example.com", "nobody@example.com")
    ]
    assert {answer.status_code for answer in asked} == {202}
    assert len({answer.content for answer in asked}) == 1
    [file] = wait(lambda: [*outbox.folder.glob("new/*")] or None)
    assert file.stat().st_mode & 0o077 == 0
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["to"] == "forgets@example.com"
    text = mail.get_content()
    [english, chinese] = re.findall(r"https://port\.example/waglan(/link#\S+)", text)
    assert english == chinese
    assert "Content-Type" not in text
    ok(firm.uses(english, OTHER), 200)
    ok(firm.signs_in("forgets@example.com", OTHER), 201)


@pytest.mark.parametrize(
    "text", ["a@b.c\nBcc: x@y.z", "no address", "<a@b.example>\r", "a@b@c.example", "@b.example"]
)
def test_mail_goes_to_plain_addresses_alone(text: str) -> None:
    assert not is_address(text)
    assert is_address("a.b+c@example.com")


def test_an_erased_person_is_out_and_his_login_name_is_gone(firm: Firm) -> None:
    person = firm.person("reader", login="goes@example.com")
    assert erase(firm.instance, "name", "goes@example.com")["persons"] == 1
    assert person.get("/v1/whoami").status_code == 401
    assert firm.signs_in("goes@example.com").status_code == 401
    assert "goes@example.com" not in firm.admin.get("/v1/persons").text


def test_the_command_line_invites_signs_in_and_signs_out(
    firm: Firm, waglan: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def types(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))

    waglan.operates(firm.instance).signs_in(firm.admin.headers["authorization"])
    invited = waglan("person", "add", "Sample Typist", "--role", "reader", "--login", "types@x.hk")
    assert (invited.status, invited.out.startswith(f"{firm.instance.address}/link#")) == (0, True)
    both = waglan("person", "add", "Sample", "--role", "reader", "--login", "b@x.hk", "--days", "1")
    assert (both.status, "not both" in both.err) == (2, True)
    types(invited.out.strip(), PASSWORD)
    assert waglan("use-link").status == 0
    types("not the password")
    assert waglan("sign-in", firm.party, "types@x.hk").err.count("HTTP-SIGN-IN-REFUSED") == 1
    types(PASSWORD)
    session = waglan("sign-in", firm.party, "types@x.hk")
    listed = waglan("person", "list").out
    assert "types@x.hk: reader" in listed
    assert "approver" in waglan("person", "roles").out
    waglan.signs_in(session.out.strip())
    assert "this one" in waglan("me", "sessions").out
    types(PASSWORD, OTHER)
    assert waglan("me", "password").status == 0
    assert "types@x.hk" in waglan("me", "show").out
    assert waglan("me", "sign-out").status == 0
    assert waglan("me", "show").status == 2
    assert waglan("ask-for-link", firm.party, "types@x.hk").status == 0


def test_secrets_are_nowhere_in_the_clear(
    firm: Firm, instance_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    login, password = "quokkanary@example.com", "quokkanary naps under a fig tree"
    made = firm.adds("reader", login=login)
    ok(firm.uses(made["link"], password), 200)
    session = ok(firm.signs_in(login, password), 201)
    firm.signs_in(login, password + "x")
    bad = {"party": firm.party, "login": login, "password": {"oops": password}}
    assert password not in firm.nobody.post("/v1/sign-in", json=bad).text
    needles = [password, login, made["link"].partition("#")[2], session["secret"]]
    with psycopg.connect(firm.instance.dsn.admin or "") as conn:
        tables = conn.execute(
            "SELECT c.relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r'"
        ).fetchall()
        for (table,) in tables:
            text = str(conn.execute(f"SELECT t::text FROM {table} t".encode()).fetchall())
            for needle in needles:
                assert needle not in text, table
                assert needle.encode().hex() not in text, table
    events = firm.admin.get("/v1/events?limit=500").text
    said = capfd.readouterr()
    metrics = firm.nobody.get("/metrics").text
    files = [file.read_bytes() for file in instance_home.rglob("*") if file.is_file()]
    for needle in needles:
        assert needle not in events + said.out + said.err + metrics
        assert all(needle.encode() not in content for content in files)
