"""Officers who propose, sign and withdraw files, for tests of what trips are planned by."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import httpx
from port import Officer

from waglan.codes.party import PartyId
from waglan.elock.edition import EditionAct, EditionStep
from waglan.elock.ground import GroundKind

SURVEY = b"""# Synthetic: made up for a test. Nobody surveyed these lines, and no road is meant.
id = "guangxi-survey"
name_en = "Guangxi, synthetic survey"
name_zh = "\xe5\xbb\xa3\xe8\xa5\xbf\xe5\x90\x88\xe6\x88\x90\xe6\xb8\xac\xe9\x87\x8f"
territory = "CN"
status = "planned"
datum = "WGS-84"
source = "synthetic, for a test"
licence = "Apache-2.0"
checked_on = 2026-11-30
corridors = [
  { id = "S.HK-RTT.HK-HZM", from_site = "HK-RTT", to_site = "HK-HZM", quality = "surveyed", points = [[22.371, 113.935], [22.35, 113.93], [22.318, 113.953]] },
  { id = "S.HK-HZM.GD-HZM", from_site = "HK-HZM", to_site = "GD-HZM", quality = "surveyed", points = [[22.318, 113.953], [22.25, 113.75], [22.214, 113.575]], stretches = [{ cover = "tunnel", from_place = [22.28, 113.84], to_place = [22.26, 113.78] }] },
  { id = "S.GD-HZM.GX-DX", from_site = "GD-HZM", to_site = "GX-DX", quality = "surveyed", buffer_m = 300, points = [[22.214, 113.575], [22.0, 111.0], [21.7, 109.0], [21.545, 107.97]] },
  { id = "S.GD-HZM.GX-QZP", from_site = "GD-HZM", to_site = "GX-QZP", quality = "surveyed", buffer_m = 300, points = [[22.214, 113.575], [22.0, 111.0], [21.68, 108.64]] },
]
"""  # noqa: E501 (a corridor a line)


def act(
    officer: Officer, what: EditionStep, file: bytes, from_at: datetime, **said: Any
) -> EditionAct:
    kind, name = said.pop("names", (GroundKind.PROVINCE, "guangxi-survey"))
    return EditionAct(
        "waglan/edition-act/v1", said.pop("edition", str(uuid4())), what, kind, name,
        sha256(file).hexdigest(), from_at, officer.subject, PartyId(officer.authority),
        said.pop("at", datetime.now(UTC)), **said,
    )  # fmt: skip


def handed(officer: Officer, sheet: EditionAct) -> dict[str, str]:
    body = sheet.act_bytes()
    signature = base64.b64encode(officer.key.sign(body)).decode()
    return {"body": base64.b64encode(body).decode(), "signature": signature}


def proposes(officer: Officer, file: bytes, from_at: datetime, **said: Any) -> httpx.Response:
    sheet = act(officer, EditionStep.PROPOSE, file, from_at, **said)
    new = {"file": base64.b64encode(file).decode(), **handed(officer, sheet)}
    return officer.desk.post("/v1/editions", json=new)


def does(
    officer: Officer, what: EditionStep, file: bytes, shown: dict[str, Any], **said: Any
) -> httpx.Response:
    from_at = said.pop("from_at", datetime.fromisoformat(shown["from_at"]))
    sheet = act(officer, what, file, from_at, edition=shown["id"], **said)
    return officer.desk.post(f"/v1/editions/{UUID(shown['id'])}/acts", json=handed(officer, sheet))


def soon(seconds: int = 3) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


def passed(at: datetime) -> None:
    sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()) + 0.2)


def codes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [one["code"] for one in answer.json()["findings"]]
