"""Every endpoint, asked by every kind of client of every role, about what is another's.

What is somebody else's and what is not there at all must answer alike, byte for byte. An endpoint
that is not in the table below fails: whoever adds one says here how it is asked.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from device_at_the_door import sql
from port import Officer, filed, wait
from running_instance import FRESH, Instance
from shipping_papers import Call, Paper, manifest
from trip_under_lock import Judge

from waglan.codes.party import PartyId
from waglan.customs.officer_act import Kind
from waglan.elock.reason import Reason
from waglan.gateway.http.app import describe
from waglan.parties.permission import Act, refusal
from waglan.parties.role import ClientKind, Principal, Role, Scope

ABSENT_ID = "00000000-0000-7000-8000-000000000000"
ABSENT = {
    "message": ABSENT_ID,
    "manifest": ABSENT_ID,
    "document": ABSENT_ID,
    "grant": ABSENT_ID,
    "erasure": ABSENT_ID,
    "n": "1",
    "bill": "SYNABSENT",
    "call": "9999999/999E",
    "seq": "987654321",
    "token": "tok_" + "0" * 32,
    "officer-act": "act-absent",
    "draft": ABSENT_ID,
    "template": ABSENT_ID,
    "address": ABSENT_ID,
    "letter": ABSENT_ID,
    "approver": ABSENT_ID,
    "table": "0" * 64,
    "order": "order-absent",
    "person": "sub_" + "0" * 32,
    "notice": "DN-00000-00000",
    "notice-document": ABSENT_ID,
    "lock": ABSENT_ID,
    "installation": ABSENT_ID,
    "trip": ABSENT_ID,
    "alarm": ABSENT_ID,
    "webhook": ABSENT_ID,
    "bundling": ABSENT_ID,
}


@dataclass(frozen=True)
class Ask:
    """How an endpoint is asked: `{name}` stands for a thing of the other tenant, or an absent one.

    `act` is what its client must be allowed; None is an endpoint for everybody, signed in or not.
    """

    act: Act | None
    path: str
    body: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    open_status: int = 200  # what an endpoint for everybody answers to this

    @property
    def names_a_thing(self) -> bool:
        return any(f"{{{name}}}" in self.path + str(self.body) for name in ABSENT)


def fresh() -> str:
    return f"matrix-{uuid4().hex[:12]}"


# Made anew for each request, so that one client's success can't make the next one's failure.
NEW_PARTY: Callable[[], dict[str, Any]] = lambda: {  # noqa: E731
    "party": fresh(), "name": "Synthetic", "roles": ["bank"], "person": "Sample Person",
}  # fmt: skip
KEY = {"public_key": "AAAA"}
LOCK = {
    "protocol": "jtt808", "terminal": "013811112222", "maker": "Sample Locks", "model": "G-360P",
}  # fmt: skip
INSTALLATION = {
    "vehicle": "SAMPLE1", "installer": "Sample Workshop", "since": "2026-05-03T09:00:00+08:00",
}  # fmt: skip
PLACE = {"_type": "location", "topic": "nobodys", "tst": 1_796_000_000, "lat": 22.5, "lon": 114.1}
ORDER = {"body": "AAAA", "signature": "AAAA"}
WEBHOOK = {"url": "https://hooks.example/", "wanted": ["webhook.removed"], "description": "matrix"}
TRIP = {
    "vehicle": "MATRIX1", "origin": "HK-A", "destination": "GD-A", "cargo": "post",
    "jurisdictions": ["demonstration"], "consignments": ["SYNMATRIX"],
    "begins_at": "2026-11-03T09:30+08:00",
}  # fmt: skip

ALARM_ACT = {"id": "a", "act": "acknowledge"}
BUNDLING = {
    "vehicle": "MATRIX1", "ccrns": ["SYNMATRIX"], "control_point": "HK-SZB",
    "crosses_at": "2026-11-03T09:30+08:00",
}  # fmt: skip
STEP = {"step": 1}
WHOSE = {"party": "tenant-line", "login": "nobody@example.com"}
LINK_USE = {"secret": "wgo_x", "password": "x"}
SIGN_IN = {**WHOSE, "password": "a guess that is long enough"}
NOBODY = {"person": "sub_" + "0" * 32, "until": "2098-12-01T08:00+08:00"}
LETTER = {
    "client": "SAMPLE CLIENT LTD", "profiles": ["hk-tdec"], "since": "2026-11-01T00:00+08:00",
    "until": "2098-11-01T00:00+08:00", "document_sha256": "0" * 64,
}  # fmt: skip

ASKS: dict[tuple[str, str], Ask] = {
    ("post", "/v1/messages"): Ask(
        Act.HAND_IN, "/v1/messages", content=b"no message", headers={"Prefer": "respond-async"}
    ),
    ("post", "/v1/checks"): Ask(Act.CHECK, "/v1/checks", content=b"no message"),
    ("get", "/v1/messages/{message}"): Ask(Act.READ, "/v1/messages/{message}"),
    ("get", "/v1/messages/{message}/raw"): Ask(Act.READ, "/v1/messages/{message}/raw"),
    ("get", "/v1/messages/{message}/answers"): Ask(Act.READ, "/v1/messages/{message}/answers"),
    ("get", "/v1/messages/{message}/answers/{n}"): Ask(
        Act.READ, "/v1/messages/{message}/answers/{n}"
    ),
    ("get", "/v1/messages/{message}/partner-answers"): Ask(
        Act.READ, "/v1/messages/{message}/partner-answers"
    ),
    ("get", "/v1/track/{key}"): Ask(Act.READ, "/v1/track/{bill}"),
    ("get", "/v1/customs-status/{key}"): Ask(Act.READ, "/v1/customs-status/{bill}"),
    ("get", "/v1/calls/{call}/holds"): Ask(Act.READ, "/v1/calls/{call}/holds"),
    ("get", "/v1/keys"): Ask(None, "/v1/keys"),
    ("get", "/v1/calls/{call}/listed"): Ask(Act.READ, "/v1/calls/{call}/listed"),
    ("get", "/v1/events"): Ask(Act.READ, "/v1/events"),
    ("get", "/stream"): Ask(Act.READ, "/stream"),
    ("get", "/v1/evidence/{seq}"): Ask(Act.READ, "/v1/evidence/{seq}"),
    ("post", "/v1/customs/tables"): Ask(Act.PUBLISH_TABLE, "/v1/customs/tables", content=b"{}"),
    ("get", "/v1/customs/tables"): Ask(Act.READ_TARGETING, "/v1/customs/tables?before={table}"),
    ("get", "/v1/customs/tables/{sha256}"): Ask(Act.READ_TARGETING, "/v1/customs/tables/{table}"),
    ("get", "/v1/customs/tables/{sha256}/changes-to/{other}"): Ask(
        Act.READ_TARGETING, "/v1/customs/tables/{table}/changes-to/{table}"
    ),
    ("get", "/v1/customs/standing-orders"): Ask(
        Act.READ_TARGETING, "/v1/customs/standing-orders?before={order}"
    ),
    ("get", "/v1/customs/standing-orders/{order_id}"): Ask(
        Act.READ_TARGETING, "/v1/customs/standing-orders/{order}"
    ),
    ("post", "/v1/customs/officer-keys"): Ask(Act.SIGN_ORDER, "/v1/customs/officer-keys", KEY),
    ("get", "/v1/customs/officer-keys"): Ask(Act.READ_TARGETING, "/v1/customs/officer-keys"),
    ("delete", "/v1/customs/officer-keys/{officer}"): Ask(
        Act.REVOKE_ORDER, "/v1/customs/officer-keys/sub_of_nobody"
    ),
    ("post", "/v1/customs/standing-orders"): Ask(
        Act.SIGN_ORDER, "/v1/customs/standing-orders", ORDER
    ),
    ("post", "/v1/customs/acts"): Ask(Act.DECIDE, "/v1/customs/acts", ORDER),
    ("get", "/v1/customs/acts/{act}"): Ask(Act.READ_TARGETING, "/v1/customs/acts/{officer-act}"),
    ("get", "/v1/customs/bills/{number}"): Ask(Act.READ_TARGETING, "/v1/customs/bills/{bill}"),
    ("get", "/v1/customs/hit-rates"): Ask(Act.READ_TARGETING, "/v1/customs/hit-rates"),
    ("get", "/v1/customs/tables/{sha256}/back-tests"): Ask(
        Act.READ_TARGETING, "/v1/customs/tables/{table}/back-tests"
    ),
    ("post", "/v1/customs/tables/{sha256}/back-tests"): Ask(
        Act.PUBLISH_TABLE,
        "/v1/customs/tables/{table}/back-tests",
        {"since": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z"},
    ),
    ("get", "/v1/notices"): Ask(Act.READ, "/v1/notices?before={notice}"),
    ("get", "/v1/notices/{notice}"): Ask(Act.READ, "/v1/notices/{notice}"),
    ("post", "/v1/notices/{notice}/acknowledgement"): Ask(
        Act.ANSWER_NOTICE, "/v1/notices/{notice}/acknowledgement", {"version": 0}
    ),
    ("post", "/v1/notices/{notice}/documents"): Ask(
        Act.ANSWER_NOTICE,
        "/v1/notices/{notice}/documents",
        content=b"a synthetic letter",
        headers={"Content-Type": "text/plain"},
    ),
    ("get", "/v1/notices/{notice}/documents/{document}"): Ask(
        Act.READ, "/v1/notices/{notice}/documents/{notice-document}"
    ),
    ("post", "/v1/notices/{notice}/answers"): Ask(
        Act.ANSWER_NOTICE, "/v1/notices/{notice}/answers", {"text": "a word"}
    ),
    ("get", "/v1/customs/worklist"): Ask(Act.READ_TARGETING, "/v1/customs/worklist"),
    ("get", "/v1/customs/calls"): Ask(Act.READ_TARGETING, "/v1/customs/calls?waiting=true"),
    ("get", "/v1/customs/calls/{call}/summary"): Ask(
        Act.READ_TARGETING, "/v1/customs/calls/{call}/summary"
    ),
    ("get", "/v1/customs/manifests/{manifest}/bills"): Ask(
        Act.READ_TARGETING, "/v1/customs/manifests/{manifest}/bills"
    ),
    ("get", "/v1/whoami"): Ask(Act.READ, "/v1/whoami"),
    ("post", "/v1/credentials"): Ask(
        Act.REGISTER_CREDENTIAL,
        "/v1/credentials",
        {"label": "a machine", "accountable_name": "Sample Person"},
    ),
    ("post", "/v1/tokens"): Ask(
        Act.ISSUE_TOKEN, "/v1/tokens", {"client": "ai", "scopes": ["read"], "days": 1}
    ),
    ("get", "/v1/tokens"): Ask(Act.ISSUE_TOKEN, "/v1/tokens"),
    ("get", "/v1/organisations"): Ask(Act.READ, "/v1/organisations"),
    ("delete", "/v1/tokens/{token}"): Ask(Act.REVOKE_TOKEN, "/v1/tokens/{token}"),
    ("post", "/v1/organisations"): Ask(Act.REGISTER_ORGANISATION, "/v1/organisations", {}),
    # Nobody's: who may let in again may let in whom he likes.
    ("post", "/v1/organisations/{party}/admissions"): Ask(
        Act.READMIT_ORGANISATION, "/v1/organisations/nobody/admissions", {"person": "A Manager"}
    ),
    ("post", "/v1/grants"): Ask(
        Act.GIVE_GRANT,
        "/v1/grants",
        {"bill": "{bill}", "receiver": "operator", "view": "full", "days": 1},
    ),
    # The operator may erase whatever he names, so nothing of the tenant's is named here.
    ("post", "/v1/erasures"): Ask(
        Act.ERASE,
        "/v1/erasures",
        {"kind": "name", "target": "Nobody Whom Anybody Named", "rule": "a test"},
    ),
    ("get", "/v1/erasures/{request}"): Ask(Act.ERASE, "/v1/erasures/{erasure}"),
    ("get", "/v1/grants"): Ask(Act.READ, "/v1/grants"),
    ("delete", "/v1/grants/{grant}"): Ask(Act.REVOKE_GRANT, "/v1/grants/{grant}"),
    # The operator may enter a lock for whomever he names, so nobody is named here.
    ("post", "/v1/locks"): Ask(Act.PROVISION_DEVICE, "/v1/locks", LOCK | {"party": "party-absent"}),
    ("get", "/v1/locks"): Ask(Act.READ, "/v1/locks?after={lock}"),
    ("post", "/v1/lock-codes"): Ask(Act.KEEP_DEVICE, "/v1/lock-codes", {"lock": "{lock}"}),
    ("post", "/v1/bundlings"): Ask(Act.BUNDLE, "/v1/bundlings", BUNDLING | {"trip": "{trip}"}),
    ("get", "/v1/bundlings"): Ask(Act.READ, "/v1/bundlings?after={bundling}"),
    ("post", "/v1/bundlings/{bundling}/end"): Ask(
        Act.BUNDLE, "/v1/bundlings/{bundling}/end", {"reason": "crossed"}
    ),
    ("post", "/v1/opening-keys"): Ask(Act.KEEP_DEVICE, "/v1/opening-keys", {"lock": "{lock}"}),
    ("post", "/v1/driver-keys"): Ask(Act.KEEP_DEVICE, "/v1/driver-keys", {"driver": "D-1"} | KEY),
    ("get", "/v1/driver-keys"): Ask(Act.KEEP_DEVICE, "/v1/driver-keys"),
    ("delete", "/v1/driver-keys/{driver}"): Ask(Act.KEEP_DEVICE, "/v1/driver-keys/D-absent"),
    ("post", "/v1/trips/{trip}/openings"): Ask(Act.OPEN_LOCK, "/v1/trips/{trip}/openings", ORDER),
    ("get", "/v1/locks/{lock}/installations"): Ask(Act.READ, "/v1/locks/{lock}/installations"),
    ("post", "/v1/locks/{lock}/installations"): Ask(
        Act.KEEP_DEVICE, "/v1/locks/{lock}/installations", INSTALLATION
    ),
    ("post", "/v1/installations/{installation}/end"): Ask(
        Act.KEEP_DEVICE,
        "/v1/installations/{installation}/end",
        {"until": "2027-05-03T09:00:00+08:00"},
    ),
    ("post", "/v1/locks/{lock}/conditions"): Ask(
        Act.KEEP_DEVICE,
        "/v1/locks/{lock}/conditions",
        {"condition": "lost", "since": "2026-11-03T09:30:00+08:00"},
    ),
    ("post", "/v1/webhooks"): Ask(Act.KEEP_WEBHOOK, "/v1/webhooks", WEBHOOK),
    ("get", "/v1/webhooks"): Ask(Act.KEEP_WEBHOOK, "/v1/webhooks"),
    ("delete", "/v1/webhooks/{webhook}"): Ask(Act.KEEP_WEBHOOK, "/v1/webhooks/{webhook}"),
    ("post", "/v1/webhooks/{webhook}/secret"): Ask(
        Act.KEEP_WEBHOOK, "/v1/webhooks/{webhook}/secret", {}
    ),
    ("put", "/v1/webhooks/{webhook}/state"): Ask(
        Act.KEEP_WEBHOOK, "/v1/webhooks/{webhook}/state", {"is_on": True}
    ),
    ("get", "/v1/webhooks/{webhook}/deliveries"): Ask(
        Act.KEEP_WEBHOOK, "/v1/webhooks/{webhook}/deliveries"
    ),
    ("post", "/v1/webhooks/{webhook}/replay"): Ask(
        Act.KEEP_WEBHOOK, "/v1/webhooks/{webhook}/replay", {"after": None}
    ),
    ("post", "/v1/webhooks/{webhook}/test"): Ask(
        Act.KEEP_WEBHOOK, "/v1/webhooks/{webhook}/test", {"times": 1}
    ),
    ("post", "/v1/trips"): Ask(Act.PLAN_TRIP, "/v1/trips", TRIP | {"lock": "{lock}"}),
    ("get", "/v1/trips"): Ask(Act.READ, "/v1/trips?after={trip}"),
    ("get", "/v1/trips/{trip}"): Ask(Act.READ, "/v1/trips/{trip}"),
    ("post", "/v1/trips/{trip}/steps"): Ask(
        Act.PLAN_TRIP, "/v1/trips/{trip}/steps", {"id": "s", "act": "arm", "version": 0}
    ),
    ("post", "/v1/trips/{trip}/acts"): Ask(Act.ORDER_ON_TRIP, "/v1/trips/{trip}/acts", ORDER),
    ("get", "/v1/trips/{trip}/verdict"): Ask(Act.JUDGE_TRIP, "/v1/trips/{trip}/verdict"),
    ("get", "/v1/gate-lists"): Ask(Act.JUDGE_TRIP, "/v1/gate-lists"),
    ("get", "/v1/trips/{trip}/bundle"): Ask(Act.JUDGE_TRIP, "/v1/trips/{trip}/bundle"),
    ("post", "/v1/editions"): Ask(Act.PUBLISH_GROUND, "/v1/editions", {**ORDER, "file": "AAAA"}),
    ("get", "/v1/editions"): Ask(Act.PUBLISH_GROUND, "/v1/editions"),
    ("post", "/v1/editions/{edition}/acts"): Ask(
        Act.PUBLISH_GROUND, "/v1/editions/{erasure}/acts", ORDER
    ),
    ("get", "/v1/grounds/versions"): Ask(Act.READ, "/v1/grounds/versions"),
    ("get", "/v1/sites"): Ask(Act.READ, "/v1/sites?province=macao"),
    ("get", "/v1/corridors"): Ask(Act.READ, "/v1/corridors?province=macao"),
    ("get", "/v1/ways"): Ask(Act.READ, "/v1/ways?origin=HK-RTT&destination=GD-QH"),
    ("post", "/v1/grounds/dry-runs"): Ask(
        Act.JUDGE_TRIP, "/v1/grounds/dry-runs", content=b"id = 1"
    ),
    ("get", "/v1/alarms"): Ask(Act.JUDGE_TRIP, "/v1/alarms?state=all&trip={trip}"),
    ("get", "/v1/alarms/groups"): Ask(Act.JUDGE_TRIP, "/v1/alarms/groups"),
    ("get", "/v1/alarms/figures"): Ask(
        Act.JUDGE_TRIP, "/v1/alarms/figures?until=2026-01-01T00:00Z"
    ),
    ("get", "/v1/alarms/{alarm}"): Ask(Act.JUDGE_TRIP, "/v1/alarms/{alarm}"),
    ("post", "/v1/alarms/{alarm}/acts"): Ask(
        Act.HANDLE_ALARM, "/v1/alarms/{alarm}/acts", ALARM_ACT | {"version": 1}
    ),
    ("post", "/v1/alarms/acts"): Ask(
        Act.HANDLE_ALARM,
        "/v1/alarms/acts",
        ALARM_ACT | {"alarms": [{"alarm": "{alarm}", "version": 1}]},
    ),
    ("post", "/v1/checkpoints"): Ask(
        Act.JUDGE_TRIP, "/v1/checkpoints", {"plate": "MATRIX1", "site": "HK-LOC"}
    ),
    ("post", "/v1/pass-uses"): Ask(
        Act.JUDGE_TRIP, "/v1/pass-uses", {"text": "WAGLAN.P1.AA", "used_at": "2026-11-01T08:00Z"}
    ),
    ("post", "/v1/positions"): Ask(Act.REPORT, "/v1/positions", PLACE),
    ("get", "/v1/profiles"): Ask(Act.READ, "/v1/profiles"),
    ("get", "/v1/profiles/{profile}"): Ask(Act.READ, "/v1/profiles/hk-road-aci"),
    ("get", "/v1/deadlines"): Ask(Act.READ, "/v1/deadlines"),
    ("get", "/v1/documents"): Ask(Act.READ, "/v1/documents?bill={bill}"),
    ("get", "/v1/documents/{document}"): Ask(Act.READ, "/v1/documents/{document}"),
    # The operator may see every partner's, so that of the tenant is asked for in its own scenario.
    ("get", "/v1/partners/{party}/profile"): Ask(Act.READ, "/v1/partners/party-absent/profile"),
    ("put", "/v1/partners/{party}/profile"): Ask(
        Act.SET_PROFILE, "/v1/partners/party-absent/profile", {}
    ),
    ("get", "/v1/templates/manifest.{form}"): Ask(None, "/v1/templates/manifest.csv"),
    ("get", "/v1/messages"): Ask(Act.READ, "/v1/messages?before={message}"),
    ("get", "/v1/drafts"): Ask(Act.READ, "/v1/drafts?before={draft}"),
    ("post", "/v1/drafts"): Ask(
        Act.PREPARE, "/v1/drafts", {"profile": "hk-road-aci", "template": "{template}"}
    ),
    ("get", "/v1/drafts/{draft}"): Ask(Act.READ, "/v1/drafts/{draft}"),
    ("patch", "/v1/drafts/{draft}"): Ask(Act.PREPARE, "/v1/drafts/{draft}", STEP),
    ("delete", "/v1/drafts/{draft}"): Ask(Act.PREPARE, "/v1/drafts/{draft}?step=1"),
    ("get", "/v1/drafts/{draft}/check"): Ask(Act.CHECK, "/v1/drafts/{draft}/check"),
    ("post", "/v1/drafts/{draft}/submit"): Ask(Act.PREPARE, "/v1/drafts/{draft}/submit", STEP),
    ("post", "/v1/drafts/{draft}/approve"): Ask(Act.FILE, "/v1/drafts/{draft}/approve", STEP),
    ("post", "/v1/drafts/{draft}/send-back"): Ask(
        Act.FILE, "/v1/drafts/{draft}/send-back", {**STEP, "reason": "look again"}
    ),
    ("post", "/v1/drafts/{draft}/reply"): Ask(
        Act.FILE, "/v1/drafts/{draft}/reply", {**STEP, "accepted": True}
    ),
    ("get", "/v1/drafts/{draft}/files"): Ask(Act.READ, "/v1/drafts/{draft}/files"),
    ("get", "/v1/drafts/{draft}/files/{step}/{name}"): Ask(
        Act.READ, "/v1/drafts/{draft}/files/0/absent.txt"
    ),
    ("post", "/v1/drafts/{draft}/amend"): Ask(
        Act.PREPARE, "/v1/drafts/{draft}/amend", {**STEP, "how": "replace"}
    ),
    ("post", "/v1/drafts/{draft}/let-stand"): Ask(
        Act.PREPARE, "/v1/drafts/{draft}/let-stand", STEP
    ),
    ("get", "/v1/draft-templates"): Ask(Act.READ, "/v1/draft-templates?before={template}"),
    ("post", "/v1/draft-templates"): Ask(
        Act.PREPARE, "/v1/draft-templates", {"draft": "{draft}", "title": "a template"}
    ),
    ("delete", "/v1/draft-templates/{template}"): Ask(
        Act.PREPARE, "/v1/draft-templates/{template}"
    ),
    ("get", "/v1/addresses"): Ask(Act.READ, "/v1/addresses?before={address}"),
    ("post", "/v1/addresses"): Ask(Act.PREPARE, "/v1/addresses", {"name": "SAMPLE LTD"}),
    ("put", "/v1/addresses/{address}"): Ask(
        Act.PREPARE, "/v1/addresses/{address}", {"name": "SAMPLE LTD", **STEP}
    ),
    ("delete", "/v1/addresses/{address}"): Ask(Act.PREPARE, "/v1/addresses/{address}"),
    ("post", "/v1/addresses/import"): Ask(
        Act.PREPARE, "/v1/addresses/import", content=b"name,code\nSAMPLE LTD,1\n"
    ),
    ("get", "/v1/letters"): Ask(Act.READ, "/v1/letters?before={letter}"),
    ("post", "/v1/letters"): Ask(Act.RECORD_LETTER, "/v1/letters", LETTER),
    ("delete", "/v1/letters/{letter}"): Ask(Act.RECORD_LETTER, "/v1/letters/{letter}"),
    ("get", "/v1/approvers"): Ask(Act.READ, "/v1/approvers?before={approver}"),
    ("post", "/v1/approvers"): Ask(Act.NAME_APPROVER, "/v1/approvers", NOBODY),
    ("delete", "/v1/approvers/{approver}"): Ask(Act.NAME_APPROVER, "/v1/approvers/{approver}"),
    ("post", "/v1/covers"): Ask(Act.GIVE_COVER, "/v1/covers", NOBODY),
    ("get", "/v1/filing-rule"): Ask(Act.READ, "/v1/filing-rule"),
    ("put", "/v1/filing-rule"): Ask(Act.SET_FILING_RULE, "/v1/filing-rule", {"self_approve": True}),
    ("post", "/v1/persons"): Ask(
        Act.REGISTER_PERSON, "/v1/persons", {"name": "Sample Person", "scopes": ["read"], "days": 1}
    ),
    ("post", "/v1/equipment-events"): Ask(
        Act.REPORT,
        "/v1/equipment-events",
        content=b'[{"id": "m", "code": "status", "box": "SYNU0000015", "at": "2026-11-03T09:30"}]',
    ),
    ("get", "/v1/persons"): Ask(Act.REGISTER_PERSON, "/v1/persons"),
    ("post", "/v1/persons/{person}/links"): Ask(
        Act.REGISTER_PERSON, "/v1/persons/{person}/links", {"login": "matrix@example.com"}
    ),
    ("put", "/v1/persons/{person}/roles"): Ask(
        Act.REGISTER_PERSON, "/v1/persons/{person}/roles", {"roles": ["reader"]}
    ),
    ("post", "/v1/persons/{person}/departure"): Ask(
        Act.REGISTER_PERSON, "/v1/persons/{person}/departure", {}
    ),
    ("get", "/v1/firm-roles"): Ask(Act.READ, "/v1/firm-roles"),
    ("post", "/v1/sign-in"): Ask(None, "/v1/sign-in", SIGN_IN, open_status=401),
    ("post", "/v1/links/use"): Ask(None, "/v1/links/use", LINK_USE, open_status=404),
    ("post", "/v1/password-resets"): Ask(None, "/v1/password-resets", WHOSE, open_status=409),
    ("get", "/v1/me"): Ask(Act.KEEP_ACCOUNT, "/v1/me"),
    ("put", "/v1/me/password"): Ask(
        Act.KEEP_ACCOUNT, "/v1/me/password", {"old": "a guess", "new": "three boats off the pier"}
    ),
    ("get", "/v1/access-log"): Ask(Act.READ_LOOKS, "/v1/access-log"),
    ("get", "/v1/me/access-log"): Ask(Act.KEEP_ACCOUNT, "/v1/me/access-log"),
    ("get", "/v1/me/sessions"): Ask(Act.KEEP_ACCOUNT, "/v1/me/sessions"),
    ("delete", "/v1/me/sessions/{token}"): Ask(Act.KEEP_ACCOUNT, "/v1/me/sessions/{token}"),
    ("get", "/healthz"): Ask(None, "/healthz"),
    ("get", "/readyz"): Ask(None, "/readyz"),
    ("get", "/metrics"): Ask(None, "/metrics"),
    ("get", "/log/checkpoint"): Ask(None, "/log/checkpoint"),
    ("get", "/log/tile/{path}"): Ask(None, "/log/tile/0/000.p/1"),
    ("get", "/v1/manifests"): Ask(Act.READ, "/v1/manifests"),
    ("get", "/v1/manifests/{manifest}"): Ask(Act.READ, "/v1/manifests/{manifest}"),
    ("get", "/v1/manifests/{manifest}/bills"): Ask(Act.READ, "/v1/manifests/{manifest}/bills"),
}
# Acts that an assistant may do: looking, never binding anybody.
FOR_AI = {Act.READ, Act.CHECK}


@dataclass(frozen=True)
class Client:
    """Somebody signed in, and what the pure table of permissions knows of him."""

    http: httpx.Client
    principal: Principal

    def __str__(self) -> str:
        return f"{self.principal.org} as {self.principal.client.value}"


def locked(instance: Instance, line: httpx.Client) -> dict[str, str]:
    """A lock of the tenant's, and where it sits."""
    entered = instance.operator.post("/v1/locks", json=LOCK | {"party": "tenant-line"})
    assert entered.status_code == 201, entered.text
    lock = entered.json()["id"]
    installed = line.post(f"/v1/locks/{lock}/installations", json=INSTALLATION)
    assert installed.status_code == 201, installed.text
    return {"lock": lock, "installation": installed.json()["id"]}


def planned(instance: Instance, line: httpx.Client, lock: str) -> str:
    """A trip of the tenant's."""
    instance.let_in("demo-customs", "customs")
    new = TRIP | {"vehicle": "SAMPLE1", "lock": lock, "origin": "HK-RTT", "destination": "GD-QH"}
    answer = line.post("/v1/trips", json=new)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def alarmed(instance: Instance, trip: str) -> str:
    """An alarm of that trip, in the control room of the authority that judges it."""
    Judge(instance, trip).notes(Reason.CUT, at=datetime.now(UTC))
    [(alarm,)] = sql(instance, "select id from alarm")
    return str(alarm)


@dataclass(frozen=True)
class World:
    """The tenant whose things are asked for, and everybody who asks."""

    things: dict[str, str]
    strangers: list[Client]
    nobody: httpx.Client
    unchanged: Callable[[], object]
    line: httpx.Client
    customs: httpx.Client


@pytest.fixture(scope="module")
def world(instance: Instance) -> Iterator[World]:
    line = instance.let_in("tenant-line", "carrier", "trucker", addresses=("TENANTLINE:ZZZ",))
    customs = instance.let_in("tenant-customs", "customs", addresses=("TENANTCUSTOMS:ZZZ",))
    instance.let_in("tenant-bank", "bank")
    officer = Officer(customs)
    table = officer.publishes()
    officer.orders(table)
    call = Call("TENANTLINE", "TENANTCUSTOMS", "MATRIX1")
    message = filed(line, manifest(call, Paper("SYNMATRIX")))
    assert message["state"] == "accepted", message["findings"]
    paper = {"form": "waglan/paper/v1", "kind": "shipping-instruction", "document": "SI-MATRIX"}
    instruction = paper | {"recipient": "NOBODY:ZZ", "bills": [{"number": "SYNMATRIX"}]}
    assert filed(line, json.dumps(instruction).encode())["state"] == "accepted"
    [document] = line.get("/v1/documents").json()["documents"]
    grant = {"bill": "SYNMATRIX", "receiver": "tenant-bank", "view": "full", "days": 9}
    given = line.post("/v1/grants", json=grant)
    assert given.status_code == 201, given.text
    [standing] = line.get("/v1/manifests").json()["manifests"]
    seq = wait(lambda: line.get("/v1/track/SYNMATRIX").json()["found"][0]["events"][0]["seq"])
    wait(lambda: line.get(f"/v1/evidence/{seq}"))
    token = {"client": "ai", "scopes": ["read"], "days": 1}
    issued = line.post("/v1/tokens", json=token).json()
    things = {
        "message": message["id"],
        "manifest": standing["id"],
        "document": document["id"],
        "grant": given.json()["id"],
        "erasure": str(uuid4()),  # the operator's alone, and no tenant's
        "n": "1",
        "bill": "SYNMATRIX",
        "call": standing["call"],
        "seq": str(seq),
        "token": issued["token"],
        "officer-act": "act-matrix",
        "person": line.get("/v1/whoami").json()["accountable"],
        "table": table,
        "order": "order-1",
    }
    things |= kept(line) | locked(instance, line)
    hooked = line.post("/v1/webhooks", json=WEBHOOK)
    assert hooked.status_code == 201, hooked.text
    things["webhook"] = hooked.json()["id"]
    things["trip"] = planned(instance, line, things["lock"])
    things["alarm"] = alarmed(instance, things["trip"])
    bundled = line.post("/v1/bundlings", json=BUNDLING | {"ccrns": ["SYNMATRIX0"]})
    things["bundling"] = bundled.json()["id"]
    wait(lambda: decided(customs, standing["call"]))
    seen = officer.sees("SYNMATRIX")
    done = officer.does(
        Kind.DETAIN, id="act-matrix", bills=seen, reason="papers", instruction="Keep the box."
    )
    assert done.status_code in (201, 409), done.text  # by lot it may be selected already
    officer.serves(standing["call"])
    [notice] = line.get("/v1/notices").json()["notices"]
    attached = line.post(
        f"/v1/notices/{notice['notice']}/documents",
        content=b"a tenant's letter",
        headers={"Content-Type": "text/plain"},
    )
    things |= {"notice": notice["notice"], "notice-document": attached.json()["id"]}
    strangers = [client for role in Role for client in clients(instance, role)]
    strangers += [Client(instance.operator, principal(instance.operator))]

    def unchanged() -> object:
        return (
            line.get("/v1/track/SYNMATRIX").json(),
            line.get("/v1/grants").json(),
            line.get("/v1/documents").json(),
            line.get(f"/v1/messages/{message['id']}").json(),
            customs.get(f"/v1/customs/manifests/{standing['id']}/bills").json(),
            customs.get(f"/v1/customs/calls/{standing['call']}/summary").json(),
            [line.get(path).json() for path in KEPT],
            line.get(f"/v1/drafts/{things['draft']}").json(),
            line.get(f"/v1/notices/{things['notice']}").json(),
            instance.client(issued["secret"]).get("/v1/whoami").status_code,
        )

    with httpx.Client(base_url=instance.address, timeout=60, limits=FRESH) as nobody:
        yield World(things, strangers, nobody, unchanged, line, customs)


KEPT = ("/v1/drafts", "/v1/draft-templates", "/v1/addresses", "/v1/letters", "/v1/approvers")


def kept(line: httpx.Client) -> dict[str, str]:
    """What the tenant keeps at its filing desk."""
    fields = {"head/vessel": "TENANT STAR", "bills/1/consignee/name": "SAMPLE SECRET LTD"}
    new = {"profile": "hk-eman-statement-1", "fields": fields}
    draft = line.post("/v1/drafts", json=new).json()["id"]
    template = line.post("/v1/draft-templates", json={"draft": draft, "title": "TENANT TEMPLATE"})
    person = line.get("/v1/whoami").json()["accountable"]
    return {
        "draft": draft,
        "template": template.json()["id"],
        "address": line.post("/v1/addresses", json={"name": "TENANT ADDRESS"}).json()["id"],
        "letter": line.post("/v1/letters", json=LETTER).json()["id"],
        "approver": line.post("/v1/approvers", json={"person": person}).json()["id"],
    }


def decided(customs: httpx.Client, call: str) -> object:
    summary = customs.get(f"/v1/customs/calls/{call}/summary").json()
    return summary if summary["decided"] else None


def clients(instance: Instance, role: Role) -> list[Client]:
    """A person, a machine and an assistant of an organisation in this role alone."""
    person = instance.let_in(f"other-{role.value}", role.value)
    scopes = person.get("/v1/whoami").json()["scopes"]
    new = {"label": "a machine", "accountable_name": f"Sample Person of other-{role.value}"}
    credential = person.post("/v1/credentials", json=new).json()["credential"]
    found = [person]
    for kind, holder in (("machine", credential), ("ai", None)):
        wish = {"client": kind, "scopes": scopes, "days": 1, "credential": holder}
        answer = person.post("/v1/tokens", json=wish)
        assert answer.status_code == 201, answer.text
        found.append(instance.client(answer.json()["secret"]))
    return [Client(http, principal(http)) for http in found]


def principal(http: httpx.Client) -> Principal:
    who = http.get("/v1/whoami").json()
    kind = ClientKind(who["client"])
    return Principal(
        PartyId(who["party"]),
        frozenset(Role(role) for role in who["roles"]),
        kind,
        frozenset(Scope(scope) for scope in who["scopes"]),
        who["token"],
        None if kind is ClientKind.AI else "somebody",
    )


def send(
    http: httpx.Client, asked: tuple[str, str], things: Mapping[str, str]
) -> tuple[int, bytes]:
    """Ask, and return all that a client could tell two answers apart by."""
    method, ask = asked[0], ASKS[asked]
    path = fill(ask.path, things)
    body = NEW_PARTY() if asked == ("post", "/v1/organisations") else ask.body
    filled = None if body is None else {k: fill(v, things) for k, v in body.items()}
    request = http.build_request(
        method, path, json=filled, content=ask.content, headers=dict(ask.headers)
    )
    answer = http.send(request, stream=True)
    try:
        endless = answer.headers.get("content-type", "").startswith("text/event-stream")
        return answer.status_code, b"" if endless else answer.read()
    finally:
        answer.close()


def fill(value: Any, things: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [fill(one, things) for one in value]
    if isinstance(value, dict):
        return {name: fill(one, things) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    for name, thing in things.items():
        value = value.replace(f"{{{name}}}", thing)
    return value


ENDPOINTS = sorted(
    (method, path) for path, methods in describe().openapi()["paths"].items() for method in methods
)


def test_every_endpoint_is_asked_and_none_that_is_gone() -> None:
    assert set(ENDPOINTS) == set(ASKS), "say in ASKS how a new endpoint is asked"


@pytest.mark.parametrize("asked", sorted(ASKS), ids=" ".join)
def test_whoever_has_not_signed_in_is_told_to_whatever_he_asks_for(
    world: World, asked: tuple[str, str]
) -> None:
    foreign = send(world.nobody, asked, world.things)
    if ASKS[asked].act is None:
        assert foreign[0] == ASKS[asked].open_status
    else:
        assert foreign[0] == 401
        assert foreign == send(world.nobody, asked, ABSENT)


@pytest.mark.parametrize("asked", sorted(ASKS), ids=" ".join)
def test_what_is_anothers_and_what_is_not_there_answer_alike(
    world: World, asked: tuple[str, str]
) -> None:
    ask = ASKS[asked]
    if ask.act is None:
        return  # asked above
    before = world.unchanged()
    for client in world.strangers:
        status, content = send(client.http, asked, world.things)
        assert status < 500, f"{client}: {content.decode()}"
        why = refusal(client.principal, ask.act)
        assert (status == 403) == (why is not None), f"{client} got {status}"
        if client.principal.client is ClientKind.AI and ask.act not in FOR_AI:
            assert b"PARTY-AI-REFUSED" in content, str(client)
        if ask.names_a_thing:
            assert (status, content) == send(client.http, asked, ABSENT), str(client)
    assert world.unchanged() == before


UNKEEPABLE = {"NUL": "SYN\0TEXT", "half a surrogate pair": "SYN\ud800TEXT"}


@pytest.mark.parametrize("text", UNKEEPABLE.values(), ids=UNKEEPABLE)
def test_text_that_the_record_cannot_keep_is_refused_wherever_it_is_sent(
    world: World, text: str
) -> None:
    for (method, _), ask in ASKS.items():
        able = (c for c in world.strangers if ask.act and not refusal(c.principal, ask.act))
        client = next(able, None)
        if client is None:
            continue
        own = NEW_PARTY() if ask.path == "/v1/organisations" and method == "post" else ask.body
        for name in [name for name, value in (own or {}).items() if isinstance(value, str)]:
            # As escapes, which every JSON reader turns into the characters that are not kept.
            body = json.dumps({**(own or {}), name: text})
            headers = {"Content-Type": "application/json"}
            path = fill(ask.path, ABSENT)
            refused(client.http.request(method, path, content=body, headers=headers))
        for name in [name for name in ABSENT if "\0" in text and f"{{{name}}}" in ask.path]:
            path = fill(ask.path, {**ABSENT, name: "SYN%00TEXT"})
            refused(client.http.request(method, path, content=ask.content, json=own))


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 422, f"{answer.request.url}: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["findings"]


SECRETS = ("message", "manifest", "grant", "bill", "token", "draft", "template", "address",
           "letter", "approver", "notice", "lock", "installation", "trip", "webhook")  # fmt: skip


def test_lists_and_feeds_of_strangers_hold_nothing_of_the_tenant(world: World) -> None:
    secrets = [world.things[name] for name in SECRETS]
    for client in world.strangers:
        for path in (
            "/v1/events?limit=500",
            "/v1/manifests",
            "/v1/grants",
            "/v1/whoami",
            "/v1/notices",
            "/v1/locks",
            "/v1/webhooks",
            *KEPT,
        ):
            text = client.http.get(path).text
            assert [secret for secret in secrets if secret in text] == [], f"{client}: {path}"
