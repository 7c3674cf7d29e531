"""A word where a licence's number belongs puts no row of an officers' table out of action."""

import re

import httpx
import pytest
from port import Officer, filed, wait
from running_instance import Instance
from shipping_papers import Call, Paper, manifest


@pytest.fixture(scope="module")
def port(instance: Instance) -> tuple[httpx.Client, Officer]:
    line = instance.let_in("licence-line", "carrier", addresses=("LICENCELINE:ZZZ",))
    desk = instance.let_in("licence-desk", "customs", addresses=("LICENCEDESK:ZZZ",))
    officer = Officer(desk)
    officer.orders(officer.publishes())
    return line, officer


def cigarettes(ref: str, number: str, licence: str) -> bytes:
    """A bill of cigarettes that names a licence."""
    data = manifest(Call("LICENCELINE", "LICENCEDESK", ref), Paper(number))
    data = data.replace(b"COTTON T-SHIRTS", b"CIGARETTES").replace(b"UNOC:3", b"UNOY:4")
    data = data.replace(b"NAD+CN+", f"RFF+IP:{licence}'NAD+CN+".encode(), 1)
    return re.sub(rb"UNT\+(\d+)", lambda found: b"UNT+%d" % (int(found[1]) + 1), data)


@pytest.mark.parametrize(
    ("licence", "is_number"),
    [
        ("LICENCE REQUIRED", False),
        ("0", False),
        ("許可證", False),
        ("AB123456", True),
    ],
)
def test_tobacco_with_a_word_for_its_licence_is_detained_as_tobacco_without_one(
    port: tuple[httpx.Client, Officer], licence: str, is_number: bool
) -> None:
    line, officer = port
    number = "LIC" + licence.encode().hex()[:9].upper()
    told = filed(line, cigarettes(number, number, licence))
    assert told["state"] == "accepted"
    found = {one["code"] for one in told["findings"]}
    assert ("HK-MAN-017-NUMBER" in found) is not is_number

    def status() -> str | None:
        [bill] = officer.desk.get(f"/v1/customs/bills/{number}").json()["bills"]
        return str(bill["status"] or "") or None

    assert (wait(status) == "detained") is not is_number
