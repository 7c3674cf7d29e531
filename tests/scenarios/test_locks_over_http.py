"""Locks as their operator and their keepers see them, and telephones that post where they are."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from device_at_the_door import seal, sql
from running_instance import Instance

PARTY = "sample-haulier"
SINCE = datetime(2026, 5, 3, tzinfo=UTC)
NUMBERS = iter(range(13_500_000_000, 13_600_000_000))


@pytest.fixture(scope="module")
def haulier(instance: Instance) -> httpx.Client:
    return instance.let_in(PARTY, "trucker")


def entered(instance: Instance, **other: str) -> str:
    new = {
        "party": PARTY,
        "protocol": "jtt808",
        "terminal": str(next(NUMBERS)).zfill(12),
        "maker": "Sample Locks",
        "model": "G-360P",
    } | other
    answer = instance.operator.post("/v1/locks", json=new)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def put_on(haulier: httpx.Client, lock: str, since: datetime, vehicle: str) -> httpx.Response:
    new = {"vehicle": vehicle, "installer": "Sample Workshop", "since": since.isoformat()}
    return haulier.post(f"/v1/locks/{lock}/installations", json=new)


def test_a_lock_is_entered_by_the_operator_alone_and_listed_by_who_operates_it(
    instance: Instance, haulier: httpx.Client
) -> None:
    first, second = entered(instance), entered(instance)
    listed = [one["id"] for one in haulier.get("/v1/locks").json()]
    assert listed[-2:] == [first, second]
    assert haulier.get("/v1/locks", params={"after": first}).json()[0]["id"] == second
    own = haulier.post("/v1/locks", json={"party": PARTY, "protocol": "jtt808",
        "terminal": "1", "maker": "m", "model": "m"})  # fmt: skip
    assert own.status_code == 403


def test_no_two_locks_have_one_name_in_one_protocol(
    instance: Instance, haulier: httpx.Client
) -> None:
    del haulier
    entered(instance, terminal="013512345678")
    again = {"party": "operator", "protocol": "jtt808", "terminal": "013512345678",
             "maker": "m", "model": "m"}  # fmt: skip
    assert instance.operator.post("/v1/locks", json=again).status_code == 409
    entered(instance, terminal="013512345678", protocol="jointech")


def test_a_request_that_comes_again_enters_a_lock_once(
    instance: Instance, haulier: httpx.Client
) -> None:
    del haulier
    new = {"party": PARTY, "protocol": "jtt808", "terminal": "013587654321", "maker": "m",
           "model": "m"}  # fmt: skip
    headers = {"Idempotency-Key": "lock-1"}
    one = instance.operator.post("/v1/locks", json=new, headers=headers)
    two = instance.operator.post("/v1/locks", json=new, headers=headers)
    assert (one.status_code, two.status_code) == (201, 200)
    assert one.json()["id"] == two.json()["id"]


def test_a_lock_sits_on_one_vehicle_at_a_time(instance: Instance, haulier: httpx.Client) -> None:
    lock = entered(instance)
    first = put_on(haulier, lock, SINCE, "ONE")
    assert first.status_code == 201, first.text
    assert put_on(haulier, lock, SINCE + timedelta(days=9), "TWO").status_code == 409
    until = SINCE + timedelta(days=3)
    ended = haulier.post(f"/v1/installations/{first.json()['id']}/end",
                         json={"until": until.isoformat()})  # fmt: skip
    assert ended.status_code == 204
    assert put_on(haulier, lock, until - timedelta(seconds=1), "TWO").status_code == 409
    assert put_on(haulier, lock, until, "TWO").status_code == 201
    listed = haulier.get(f"/v1/locks/{lock}/installations").json()
    assert [one["vehicle"] for one in listed] == ["TWO", "ONE"]
    assert haulier.post(f"/v1/installations/{first.json()['id']}/end",
                        json={"until": until.isoformat()}).status_code == 404  # fmt: skip


def test_a_code_is_shown_once_and_stays_while_the_lock_is_sealed(
    instance: Instance, haulier: httpx.Client
) -> None:
    lock = entered(instance, terminal="013500009999")
    headers = {"Idempotency-Key": "code-1"}
    given = haulier.post("/v1/lock-codes", json={"lock": lock}, headers=headers)
    assert given.status_code == 201
    assert len(bytes.fromhex(given.json()["code"])) == 16
    again = haulier.post("/v1/lock-codes", json={"lock": lock}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (200, None)
    seal(instance, "013500009999")
    assert haulier.post("/v1/lock-codes", json={"lock": lock}).status_code == 409


def test_a_telephones_place_is_kept_before_it_is_answered_and_once(
    instance: Instance, haulier: httpx.Client
) -> None:
    entered(instance, protocol="owntracks", terminal="owntracks/haulier/one")
    place = {"_type": "location", "topic": "owntracks/haulier/one", "tst": 1_796_000_000,
             "lat": 22.54, "lon": 114.06}  # fmt: skip
    for _ in range(2):
        answer = haulier.post("/v1/positions", json=place)
        assert (answer.status_code, answer.json()) == (200, [])
    many = [place | {"tst": 1_796_000_100 + n} for n in range(3)]
    assert haulier.post("/v1/positions", json=many).status_code == 200
    rows = sql(
        instance,
        "select at_s from frame join device using (device_id) where terminal = %s order by at_s",
        "owntracks/haulier/one",
    )
    assert rows == [(1_796_000_000,), (1_796_000_100,)]


def test_a_place_of_a_telephone_that_nobody_entered_or_of_anothers_is_set_aside(
    instance: Instance, haulier: httpx.Client
) -> None:
    entered(instance, protocol="owntracks", terminal="owntracks/haulier/two")
    other = instance.let_in("sample-other", "trucker")
    place = {"_type": "location", "tst": 1_796_000_000, "lat": 22.54, "lon": 114.06}
    answers = [
        haulier.post("/v1/positions", json=place | {"topic": "owntracks/nobody"}),
        other.post("/v1/positions", json=place | {"topic": "owntracks/haulier/two"}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert [one["code"] for one in answer.json()["findings"]] == ["DEVICE-UNKNOWN"]
    named = "select count(*) from frame_aside where terminal = any (%s)"
    assert sql(instance, named, ["owntracks/nobody", "owntracks/haulier/two"]) == [(2,)]
