"""A machine's token names a credential of its own organisation, and no other."""

import pytest
from running_instance import Instance


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_a_credential_that_is_not_ones_own_is_refused(instance: Instance, whose: str) -> None:
    line = instance.let_in(f"line-{whose[:2]}", "carrier")
    other = instance.let_in(f"other-{whose[:2]}", "carrier")
    new = {"label": "a machine", "accountable_name": f"Sample Person of other-{whose[:2]}"}
    theirs = other.post("/v1/credentials", json=new).json()["credential"]
    wish = {"client": "machine", "scopes": ["read"], "days": 1}
    named = theirs if whose == "another's" else "cred-nobody"
    refused = line.post("/v1/tokens", json=wish | {"credential": named})
    assert refused.status_code == 422, refused.text
    assert refused.json()["findings"][0]["code"] == "HTTP-CREDENTIAL"
    assert other.post("/v1/tokens", json=wish | {"credential": theirs}).status_code == 201
