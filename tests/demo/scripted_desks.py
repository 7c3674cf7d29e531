"""The desks of a scripted server: a draft, a colleague's way in, a quay, statuses, a check."""

import httpx
import msgspec

from waglan.codes.finding import Severity
from waglan.demo.organisations import LINE
from waglan.messages.edifact import read
from waglan.messages.envelope import Message

DRAFT = "/v1/drafts/d1"
FEEDER = "1234579/007W"
HEAVY = "ZZZU1234565"
NOTICE = "DN-00000-00000"


def checked(body: bytes) -> httpx.Response:
    """A dry run: a bill told twice would be refused."""
    items = list(read([body]))
    parts = [item.part for item in items if isinstance(item, Message) and item.part]
    told = [bill.number for part in parts for bill in part.bills]
    wrong = [one("HK-MAN-020", "error")] if len(set(told)) < len(told) else []
    assert not any(f.severity is Severity.ERROR for item in items for f in item.findings)
    manifest = {"would_stand": not wrong, "findings": wrong}
    return httpx.Response(200, json={"manifests": [manifest], "findings": []})


def one(code: str, severity: str, problem: str = "p") -> dict[str, str]:
    return {"code": code, "severity": severity, "problem": problem, "remedy": "r"}


class Desks:
    """What the filing desk and the quay answer; it remembers whether the draft was mended."""

    def __init__(self) -> None:
        self.chosen: dict[str, int] = {}
        self.password = ""
        self.approved_by = ""
        self.about_notice: list[str] = []
        self.given: list[dict[str, str]] = []

    def answer(self, party: str, request: httpx.Request) -> httpx.Response | None:
        path, body = request.url.path, request.content
        is_json = request.headers.get("Content-Type") == "application/json"
        said = msgspec.json.decode(body) if is_json else {}
        if path == "/v1/persons":
            return httpx.Response(201, json={"secret": None, "link": "/link#wgo_once"})
        if path == "/v1/links/use":
            assert (party, said["secret"]) == ("", "wgo_once")
            self.password = said["password"]
            return httpx.Response(200, json={"party": "f", "login": "approver@example.com"})
        if path == "/v1/sign-in":
            assert (party, said["password"]) == ("", self.password)
            return httpx.Response(201, json={"secret": "wgl_approver"})
        if path.startswith("/v1/drafts"):
            return self._draft(party, request.method, path, said)
        if path == f"/v1/calls/{FEEDER}/listed":
            differences = [{"box": HEAVY, "finding": one("LISTED-MASS-DIFFERS", "warning", "q")}]
            told = {"equipment.stowed": 23, "equipment.discharged": 24}
            return httpx.Response(
                200, json={"listed": 24, "told": told, "differences": differences}
            )
        if path.startswith("/v1/customs-status/"):
            return httpx.Response(200, json={"found": [{"bill": "B", "text": "WAGLAN.S1.AA"}]})
        if path.startswith("/v1/notices"):
            return self._notice(party, request.method, path, said)
        if path == "/v1/messages/m9":
            return httpx.Response(200, json={"id": "m9", "state": "accepted"})
        return None

    def _notice(
        self, party: str, method: str, path: str, said: dict[str, object]
    ) -> httpx.Response:
        """A notice to the line, in which customs sees a document once an answer has given it."""
        if method == "POST":
            assert party == LINE.party
            self.about_notice.append(path.rpartition("/")[2])
        if path.endswith("/documents"):
            return httpx.Response(201, json={"id": "doc-1"})
        if path.endswith("/answers"):
            assert said == {"documents": ["doc-1"]}
            self.given = [{"id": "doc-1"}]
        state = "answered" if self.given else "open"
        shown = {"notice": NOTICE, "state": state, "version": 0}
        if path == "/v1/notices":
            return httpx.Response(200, json={"notices": [shown], "next": None})
        to = {"capacity": "filer", "party": LINE.party}
        whole = shown | {"addressees": [to], "documents": self.given}
        return httpx.Response(201 if method == "POST" else 200, json=whole)

    def _draft(
        self, party: str, method: str, path: str, said: dict[str, dict[str, int]]
    ) -> httpx.Response:
        if path == f"{DRAFT}/check":
            findings = [] if self.chosen else [one("DRAFT-CONFLICT", "error")]
            return httpx.Response(200, json={"ready": not findings, "findings": findings})
        if method == "PATCH":
            self.chosen = said["choose"]
        if path == f"{DRAFT}/approve":
            self.approved_by = party
        return httpx.Response(201 if path == "/v1/drafts" else 200, json=self._shown())

    def _shown(self) -> dict[str, object]:
        told = [
            {"n": 1, "value": 880_000, "source": {"kind": "house-data", "sender": "a"}},
            {"n": 2, "value": 1_000_000, "source": {"kind": "instruction", "sender": "f"}},
        ]
        mass = {"field": "bills/X/gross_mass_g", "value": 880_000, "conflict": not self.chosen}
        typed = {"n": 1, "value": False, "source": {"kind": "typed", "sender": "sub_1"}}
        cold = {"field": "bills/X/reefer", "value": False, "conflict": False, "losing": []}
        fields = [
            mass | {"losing": [2], "told": told},
            *([cold | {"told": [typed]}] if self.chosen else []),
        ]
        steps = [{"act": "make", "message": None}, {"act": "hand-over", "message": "m9"}]
        shown = {"id": "d1", "step": 1, "state": "draft", "fields": fields}
        return shown | {"steps": steps if self.approved_by else steps[:1]}
