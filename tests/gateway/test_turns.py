"""How often a client may ask, with a made-up clock and over real sockets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
from hypothesis import given
from hypothesis import strategies as st
from running_instance import FRESH, Instance, answering

from waglan.gateway import turns
from waglan.gateway.turns import ClientLimits, Turns
from waglan.parties.limit import NO_WAIT

T0 = datetime(2026, 12, 1, tzinfo=UTC)
MINE, OTHERS = b"m" * 32, b"o" * 32


def taken(all_: Turns, token: bytes | None, host: str, n: int, at: datetime = T0) -> int:
    """How many of so many requests at one moment are not refused."""
    return sum(all_.wait(token, host, at=at) == NO_WAIT for _ in range(n))


def test_ten_seconds_worth_comes_at_once_and_then_so_much_a_second() -> None:
    all_ = Turns(ClientLimits(client=20, network=5))
    all_.held(MINE, "192.0.2.1", at=T0)
    assert taken(all_, MINE, "192.0.2.1", 500) == 199  # and the one with which it held
    assert all_.wait(MINE, "192.0.2.1", at=T0) == timedelta(seconds=1) / 20
    assert taken(all_, MINE, "192.0.2.1", 500, T0 + timedelta(seconds=3)) == 60
    assert taken(all_, MINE, "192.0.2.1", 500, T0 + timedelta(hours=3)) == 200


def test_who_makes_up_tokens_gets_no_more_than_his_network_and_takes_nothing_from_a_token() -> None:
    all_ = Turns(ClientLimits(client=20, network=5))
    all_.held(MINE, "192.0.2.1", at=T0)
    made_up = [n.to_bytes(32) for n in range(500)]
    assert sum(taken(all_, token, "192.0.2.7", 1) for token in made_up) == 50
    assert taken(all_, None, "192.0.2.99", 1) == 0  # a neighbour without a token waits with him
    assert taken(all_, None, "198.51.100.1", 1) == 1
    assert taken(all_, MINE, "192.0.2.1", 100) == 100
    all_.did_not_hold(MINE)
    assert taken(all_, MINE, "192.0.2.1", 1) == 0


def test_a_token_that_holds_gives_its_first_request_back_to_its_network() -> None:
    all_ = Turns(ClientLimits(client=20, network=5))
    for n in range(200):
        assert taken(all_, n.to_bytes(32), "192.0.2.1", 1) == 1
        all_.held(n.to_bytes(32), "192.0.2.1", at=T0)


@given(st.lists(st.tuples(st.integers(0, 7_200), st.integers(0, 256)), max_size=60))
def test_no_organisation_hands_in_more_than_two_days_worth_in_a_day(
    steps: list[tuple[int, int]],
) -> None:
    all_, now, taken_in = Turns(ClientLimits(intake_mib=1)), T0, []
    for seconds, kib in steps:
        now += timedelta(seconds=seconds)
        if all_.hand_in(7, kib << 10, at=now) == NO_WAIT:
            taken_in.append((now, kib))
        assert all_.hand_in(8, 0, at=now) == NO_WAIT  # nobody waits for another one's bytes
        day = sum(kib for at, kib in taken_in if now - at < timedelta(days=1))
        assert day <= 2 * 1024 + 256  # a day's worth at once, what came free since, the last


def test_who_handed_in_too_much_goes_on_when_he_was_told_to() -> None:
    all_ = Turns(ClientLimits(intake_mib=1))
    assert all_.hand_in(7, 1 << 20, at=T0) == NO_WAIT
    wait = all_.hand_in(7, 1, at=T0)
    assert wait > NO_WAIT
    assert all_.hand_in(7, 1, at=T0 + wait / 2) > NO_WAIT
    assert all_.hand_in(7, 1, at=T0 + wait) == NO_WAIT


@given(st.lists(st.integers(-5_000, 5_000), max_size=60))
def test_no_wait_is_longer_than_the_bucket_however_the_clock_is_set(steps: list[int]) -> None:
    all_, now = Turns(ClientLimits(client=3, network=3)), T0
    all_.held(MINE, "192.0.2.1", at=now)
    for step in steps:
        now += timedelta(milliseconds=step)
        assert NO_WAIT <= all_.wait(MINE, "192.0.2.1", at=now) <= timedelta(seconds=10)


def test_the_memory_of_it_has_a_limit() -> None:
    all_ = Turns(ClientLimits(client=1, network=1))
    for n in range(turns.CLIENTS_MAX + 10):
        all_.wait(None, f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", at=T0)
        all_.held(n.to_bytes(32), "192.0.2.1", at=T0)
    assert len(all_._clients._known) == turns.CLIENTS_MAX
    assert len(all_._networks._known) <= turns.CLIENTS_MAX


def test_a_client_in_a_loop_is_told_to_wait_and_holds_up_nobody_else(
    instance: Instance,
) -> None:
    loop = instance.let_in("loop-bank", "bank")
    bank = instance.let_in("patient-bank", "bank")
    with answering(instance.dsn, instance.home, limits=ClientLimits(client=4, network=4)) as narrow:
        url = narrow.address
        with httpx.Client(base_url=url, limits=FRESH, timeout=60) as http:
            mine = {"Authorization": loop.headers["authorization"], "Accept-Language": "zh-HK"}
            with ThreadPoolExecutor(4) as pool:
                answers = list(pool.map(lambda _: http.get("/v1/whoami", headers=mine), range(90)))
            statuses = {answer.status_code for answer in answers}
            assert statuses == {200, 429}
            refused = next(answer for answer in answers if answer.status_code == 429)
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["content-language"] == "zh-Hant-HK"
            assert int(refused.headers["retry-after"]) >= 1
            assert refused.json()["findings"][0]["code"] == "HTTP-TOO-OFTEN"
            others = {"Authorization": bank.headers["authorization"]}
            assert http.get("/v1/whoami", headers=others).status_code == 200
            nobody = [http.get("/v1/whoami").status_code for _ in range(80)]
            assert set(nobody) == {401, 429}
            assert {http.get("/healthz").status_code for _ in range(60)} == {200}
