"""An organisation that nobody can sign in for any more is let in again, and so is the operator."""

import httpx
import pytest
from command_line import CommandLine
from port import wait
from running_instance import Instance


@pytest.fixture
def locked_out(instance: Instance) -> httpx.Client:
    """A line whose only token was revoked."""
    line = instance.let_in("locked-line", "carrier")
    own = line.get("/v1/whoami").json()["token"]
    assert line.delete(f"/v1/tokens/{own}").status_code == 204
    assert line.get("/v1/whoami").status_code == 401
    return line


def test_the_operator_lets_an_organisation_in_again_and_it_sees_who_did(
    instance: Instance, locked_out: httpx.Client
) -> None:
    path = "/v1/organisations/locked-line/admissions"
    made = instance.operator.post(path, json={"person": "Sample Successor"})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    who = locked_out.get("/v1/whoami", headers=headers).json()
    assert (who["party"], "admin" in who["scopes"], "operate" in who["scopes"]) == (
        "locked-line",
        True,
        False,
    )

    def told() -> list[str] | None:
        asked = {"code": "party.organisation-readmitted"}
        seen = locked_out.get("/v1/events", params=asked, headers=headers).json()["events"]
        return [one["said_by"] for one in seen] or None

    assert wait(told) == ["operator"]
    other = instance.let_in("other-line", "carrier")
    assert other.post(path, json={"person": "A Stranger"}).status_code == 403
    absent = instance.operator.post(
        "/v1/organisations/nobody-here/admissions", json={"person": "Nobody"}
    )
    assert absent.status_code == 404
    refused = instance.operator.post(path, json={"person": ""})
    assert refused.status_code == 422


def test_the_doctor_says_when_the_operator_can_soon_sign_in_no_more(
    waglan: CommandLine, instance: Instance
) -> None:
    waglan.operates(instance)
    assert waglan("init", "--operator-token").status == 0  # beside the instance's own
    tokens = instance.operator.get("/v1/tokens").json()
    secret = (instance.home / "operator.token").read_text().strip()
    own = {"Authorization": f"Bearer {secret}"}
    assert instance.operator.get("/v1/whoami", headers=own).json()["party"] == "operator"
    mine = instance.operator.get("/v1/whoami").json()["token"]
    for one in tokens:
        if one["token"] != mine:
            assert instance.operator.delete(f"/v1/tokens/{one['token']}").status_code == 204
    assert "CLI-OPERATOR-TOKEN" not in waglan("doctor").out
    short = instance.operator.post(
        "/v1/tokens", json={"client": "person", "scopes": ["read", "admin", "operate"], "days": 7}
    ).json()
    assert instance.operator.delete(f"/v1/tokens/{mine}").status_code == 204
    assert "warning CLI-OPERATOR-TOKEN" in waglan("doctor").out
    last = {"Authorization": f"Bearer {short['secret']}"}
    assert instance.operator.get("/v1/whoami", headers=last).status_code == 200
    assert waglan("init", "--operator-token").status == 0
    assert "CLI-OPERATOR-TOKEN" not in waglan("doctor").out
