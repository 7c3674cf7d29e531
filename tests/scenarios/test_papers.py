"""Bookings, instructions and spreadsheets: what forwarder and carrier hand in and read back."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import xlsxwriter
from port import Officer, wait
from running_instance import Instance

from waglan.codes.calendar import HONG_KONG
from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Equipment, Goods, Head, Level, Package, Party, PartyRole
from waglan.manifest.verified_mass import VerifiedMass, VerifiedMassList, WeighingMethod
from waglan.messages.edifact.aperak import aperak
from waglan.messages.edifact.contrl import contrl
from waglan.messages.edifact.cusres import Filing
from waglan.messages.edifact.iftmin_write import write_instruction
from waglan.messages.edifact.vermas_write import write_masses
from waglan.messages.envelope import Address, Interchange, InterchangeEnd
from waglan.messages.sheet.xlsx import OLD_WORKBOOK

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ARRIVAL = (datetime.now(HONG_KONG) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
ROW = {
    "document": "SHEET-1", "recipient": "PAPERCUSTOMS:ZZ", "carrier": "SYNL",
    "vessel": "SYNTHETIC STAR", "imo": "9811000", "voyage": "009E", "port_of_call": "HKHKG",
    "arrival": ARRIVAL, "bill": "SHEETB1", "parent": "SYNMASTER1", "place_of_loading": "CNSHA",
    "port_of_discharge": "HKHKG", "transhipment": "no", "consignor_name": "SAMPLE TRADING LTD",
    "consignor_address": "1 Sample Road, Shanghai", "consignee_name": "樣本進口有限公司",
    "consignee_address": "2 Sample Street, Hong Kong", "description": "COTTON T-SHIRTS",
    "packages": "10", "package_kind": "CT", "marks": "SAMPLE MARKS", "gross_mass_kg": "120",
    "volume_m3": "2.5", "container": "CSQU3054383", "container_packages": "10",
    "size_type": "22G1", "full": "yes",
}  # fmt: skip


@dataclass(frozen=True)
class Port:
    """Who hands in what to whom."""

    forwarder: httpx.Client
    carrier: httpx.Client
    stranger: httpx.Client
    customs: httpx.Client
    officer: Officer


@pytest.fixture(scope="module")
def port(instance: Instance) -> Port:
    customs = instance.let_in("paper-customs", "customs", addresses=("PAPERCUSTOMS:ZZ",))
    officer = Officer(customs)
    officer.orders(officer.publishes())
    return Port(
        instance.let_in("paper-forwarder", "forwarder", addresses=("PAPERFWD:ZZ",)),
        instance.let_in("paper-carrier", "carrier", addresses=("PAPERLINE:ZZ",)),
        instance.let_in("paper-stranger", "forwarder", addresses=("PAPERSTRANGER:ZZ",)),
        customs,
        officer,
    )


def handed(client: httpx.Client, data: bytes, content_type: str = "") -> dict[str, Any]:
    headers = {"Content-Type": content_type or "application/octet-stream", "Prefer": "wait=30"}
    answer = client.post("/v1/messages", content=data, headers=headers)
    assert answer.status_code in (200, 201, 202), answer.text

    def settled() -> dict[str, Any] | None:
        shown = client.get(f"/v1/messages/{answer.json()['id']}").json()
        return shown if shown["state"] != "waiting" else None

    found: dict[str, Any] = wait(settled)
    return found


def sheet(row: dict[str, str]) -> bytes:
    lines = [",".join(row), ",".join(f'"{cell}"' for cell in row.values())]
    return "\r\n".join(lines).encode()


def workbook(row: dict[str, str]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet("Manifest")
    for at, (key, cell) in enumerate(row.items()):
        page.write_string(0, at, key)
        if cell.startswith("="):
            page.write_formula(1, at, cell, None, 7)
        else:
            page.write_string(1, at, cell)
    book.close()
    return data.getvalue()


def document(row: dict[str, str]) -> bytes:
    return json.dumps(
        {
            "form": "waglan/paper/v1",
            **{k: row[k] for k in ("document", "recipient", "carrier", "vessel", "imo", "voyage")},
            "port_of_call": "HKHKG",
            "arrival": row["arrival"].replace(" ", "T"),
            "bills": [
                {
                    "number": row["bill"], "parent": row["parent"], "place_of_loading": "CNSHA",
                    "port_of_discharge": "HKHKG", "transhipment": False,
                    "parties": [
                        {"role": "consignor", "name": "SAMPLE TRADING LTD",
                         "address": "1 Sample Road"},
                        {"role": "consignee", "name": "樣本進口有限公司",
                         "address": "2 Sample Street"},
                    ],
                    "goods": [
                        {"description": "COTTON T-SHIRTS", "packages": 10, "package_kind": "CT",
                         "marks": "SAMPLE MARKS", "gross_mass_g": 120_000, "volume_cm3": 2_500_000,
                         "containers": [{"container": "CSQU3054383", "packages": 10}]}
                    ],
                }
            ],
            "equipment": [{"number": "CSQU3054383", "size_type": "22G1", "full": True}],
        }
    ).encode()  # fmt: skip


@pytest.mark.parametrize(
    ("form", "write"), [("csv", sheet), ("xlsx", workbook), ("json", document)]
)
def test_a_manifest_in_any_form_is_filed_answered_and_decided_like_cargo_reports(
    port: Port, form: str, write: Any
) -> None:
    row = ROW | {"document": f"PAPER-{form}", "bill": f"PAPERB{form.upper()}", "voyage": f"1{form}"}
    data = write(row)
    shown = handed(port.forwarder, data)
    assert shown["state"] == "accepted", shown["findings"]
    [answer] = shown["answers"]
    assert answer["kind"] == "RESULT"
    told = port.forwarder.get(answer["href"])
    assert told.headers["content-type"] == "application/json"
    result = told.json()
    assert (result["form"], result["accepted"], result["version"]) == ("waglan/result/v1", True, 1)
    assert result["document"] == f"PAPER-{form}"
    [bill] = port.forwarder.get(f"/v1/track/{row['bill']}").json()["found"]
    assert bill["declaration"] == "declared"
    [filed] = [
        m for m in port.customs.get("/v1/manifests").json()["manifests"]
        if m["document"] == f"PAPER-{form}"
    ]  # fmt: skip
    call = filed["call"]
    wait(lambda: port.customs.get(f"/v1/customs/calls/{call}/summary").json()["decided"] or None)
    assert port.officer.serves(call) == 1

    def noticed() -> str | None:
        kinds = port.forwarder.get(f"/v1/messages/{shown['id']}/answers").json()
        return next((a["href"] for a in kinds if a["kind"] == "NOTICE"), None)

    notice = port.forwarder.get(wait(noticed)).json()
    assert notice["form"] == "waglan/notice/v1"
    assert [one["bill"] for one in notice["bills"]] == [row["bill"]]
    assert handed(port.forwarder, data)["id"] == shown["id"]


def test_a_sheet_with_faults_is_refused_whole_and_each_fault_has_row_and_column(
    port: Port,
) -> None:
    row = ROW | {"document": "BAD-1", "gross_mass_kg": "=60*2", "packages": "many", "full": "?"}
    shown = handed(port.forwarder, workbook(row))
    assert shown["state"] == "refused"
    assert {(f["code"], f["where"]["path"]) for f in shown["findings"]} == {
        ("SHEET-FORMULA", "rows/2/gross_mass_kg"),
        ("SHEET-VALUE", "rows/2/packages"),
        ("SHEET-YES-OR-NO", "rows/2/full"),
    }
    result = port.forwarder.get(shown["answers"][0]["href"]).json()
    assert result["accepted"] is False
    assert {told["row"] for told in result["findings"]} == {2}
    assert all(told["words"]["zh-Hant-HK"]["remedy"] for told in result["findings"])
    assert not [
        m for m in port.forwarder.get("/v1/manifests").json()["manifests"]
        if m["document"] == "BAD-1"
    ]  # fmt: skip


def test_what_rules_find_in_a_sheet_has_row_and_column_in_checks_and_answers(port: Port) -> None:
    row = ROW | {"document": "ROWS-1", "bill": "ROWSB1", "voyage": "1ROWS"}
    data = sheet(row) + b"\r\n" + sheet(row | {"description": "GIFTS"}).split(b"\r\n")[1]
    place = ("rows/3/description", 3, None)

    def placed(findings: list[dict[str, Any]]) -> list[Any]:
        return [
            tuple(one["where"].get(name) for name in ("path", "line", "segment"))
            for one in findings
            if one["code"] == "HK-MAN-012"
        ]

    [checked] = port.forwarder.post("/v1/checks", content=data).json()["manifests"]
    assert placed(checked["findings"]) == [place]
    shown = handed(port.forwarder, data)
    assert shown["state"] == "accepted", shown["findings"]
    assert placed(shown["findings"]) == [place]
    told = port.forwarder.get(shown["answers"][0]["href"]).json()["findings"]
    assert [(f["place"], f["row"]) for f in told if f["code"] == "HK-MAN-012"] == [place[:2]]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 and no workbook", b"{", b'{"form":"waglan/paper/v1"}', b"bill,x\n\xff,\n",
     b'{"form":"waglan/paper/v1","document":"A\\u0000","recipient":"X"}', b"\xff\xfe\x00\xd8,"],
)  # fmt: skip
def test_what_is_no_paper_is_refused_with_a_finding(port: Port, data: bytes) -> None:
    shown = handed(port.forwarder, data)
    assert shown["state"] == "refused"
    assert shown["findings"]
    assert shown["answers"][0]["kind"] == "RESULT"


def test_a_manifest_to_nobody_is_refused(port: Port) -> None:
    shown = handed(port.forwarder, sheet(ROW | {"document": "N-1", "recipient": "NOBODY:ZZ"}))
    [found] = shown["findings"]
    assert (found["code"], found["where"]["path"]) == ("PARTY-RECIPIENT", "rows/2/recipient")


# Papers that declare nothing

TO_LINE = Interchange(
    Address("PAPERFWD", "ZZ"), Address("PAPERLINE", "ZZ"), "IFT1", "UNOY", prepared="261122:1200"
)


def instruction(number: str, booking: str, consignee: str = "樣本進口有限公司") -> Instruction:
    return Instruction(
        InstructionKind.SHIPPING_INSTRUCTION,
        Head(number, "340", vessel="SYNTHETIC STAR", voyage="009E"),
        Bill(
            "",
            Level.MASTER,
            parties=(Party(PartyRole.CONSIGNEE, consignee, "2 Sample Street", None, "CN"),),
            goods=(Goods(1, "COTTON T-SHIRTS", 10, "CT", stowed=(Package("TOLU4734787", 10),)),),
        ),
        (Equipment("TOLU4734787"),),
        booking=booking,
    )


def found(client: httpx.Client, **keys: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = client.get("/v1/documents", params=keys).json()["documents"]
    return listed


def told(client: httpx.Client, code: str) -> list[dict[str, Any]]:
    """What the log has numbered of this so far, the bodies."""
    events = client.get("/v1/events", params={"limit": 500}).json()["events"]
    return [event["body"] for event in events if event["code"] == code]


def test_an_instruction_is_read_by_its_sender_and_its_carrier_and_by_nobody_else(
    port: Port,
) -> None:
    envelope = msgspec.structs.replace(TO_LINE, reference="IFT-A")
    shown = handed(port.forwarder, write_instruction(instruction("SI-A", "BK A"), envelope))
    assert shown["state"] == "accepted", shown["findings"]
    for client, message in ((port.forwarder, shown["id"]), (port.carrier, None)):
        [one] = found(client, booking="bka")
        assert (one["kind"], one["number"], one["sender"], one["addressee"], one["message"]) == (
            "shipping-instruction",
            "SI-A",
            "paper-forwarder",
            "paper-carrier",
            message,
        )
        assert one in found(client, container="tolu 473478 7")
        opened = client.get(f"/v1/documents/{one['id']}").json()
        assert opened["content"]["bill"]["parties"][0]["name"] == "樣本進口有限公司"
        assert opened["versions"] == [one["id"]]
    for client in (port.stranger, port.customs):
        assert found(client, booking="BK A") == []
        assert client.get(f"/v1/documents/{one['id']}").status_code == 404
    wait(
        lambda: (
            one["id"] in [e["document"] for e in told(port.carrier, "document.received")] or None
        )
    )
    events = told(port.carrier, "document.received")
    assert all(set(body) == {"document", "kind", "commitment"} for body in events)
    assert told(port.stranger, "document.received") == []


BACK = msgspec.structs.replace(
    TO_LINE, sender=TO_LINE.recipient, recipient=TO_LINE.sender, syntax_id="UNOC"
)


def from_partners(client: httpx.Client, message: str) -> list[dict[str, Any]]:
    path = f"/v1/messages/{message}/partner-answers"

    def numbered() -> list[list[dict[str, Any]]]:
        whole = client.get(path)
        assert whole.status_code == 200, whole.text
        return [whole.json()] if all(one["seq"] is not None for one in whole.json()) else []

    found: list[dict[str, Any]]
    [found] = wait(lambda: numbered() or None)
    last = -1
    for one in found:  # one by one, what follows each
        [page] = client.get(path, params={"after": last, "limit": 1}).json()
        assert page["number"] == one["number"]
        last = page["seq"]
    assert not found or client.get(path, params={"after": last}).json() == []
    return found


def test_a_partners_answer_is_shown_at_what_it_answers_to_its_sender_alone(port: Port) -> None:
    sent = msgspec.structs.replace(TO_LINE, reference="IFT-ANS")
    data = write_instruction(instruction("SI-ANS", "BK-ANS"), sent)
    shown = handed(port.forwarder, data)
    assert from_partners(port.forwarder, shown["id"]) == []

    def answers(client: httpx.Client, reference: str, envelope: Interchange, **said: Any) -> Any:
        back = msgspec.structs.replace(envelope, reference=reference)
        wrong = Finding("EDIFACT-FUNCTION", Severity.ERROR, Where("head"), {"text": "X"})
        filing = Filing("SI-ANS", said["accepted"], (wrong,) * said.get("wrong", 0))
        return handed(client, aperak(back, filing, at=AT))

    refused = answers(port.carrier, "AP1", BACK, accepted=False, wrong=1)
    assert (refused["state"], refused["findings"]) == ("accepted", [])
    syntax = contrl(InterchangeEnd(sent, 1, b"", 1), [], reference="CT1", at=AT)
    assert syntax is not None
    assert handed(port.carrier, syntax)["findings"] == []
    [first, second] = from_partners(port.forwarder, shown["id"])
    assert (first["kind"], first["verdict"], first["about"]) == ("APERAK", "refused", "SI-ANS")
    assert (first["said_by"], len(first["codes"])) == ("paper-carrier", 1)
    assert (second["kind"], second["verdict"], second["about"]) == (
        "CONTRL", "accepted", "IFT-ANS",
    )  # fmt: skip
    # Somebody else's answer under the same number is nobody's, and nobody else sees one.
    foreign = msgspec.structs.replace(BACK, sender=Address("PAPERSTRANGER", "ZZ"))
    assert answers(port.stranger, "AP2", foreign, accepted=True)["state"] == "accepted"
    assert len(from_partners(port.forwarder, shown["id"])) == 2
    for other in (port.carrier, port.stranger, port.customs):
        assert other.get(f"/v1/messages/{shown['id']}/partner-answers").status_code == 404
    # Later the carrier takes it; both answers stand, the last one last.
    assert answers(port.carrier, "AP3", BACK, accepted=True)["state"] == "accepted"
    assert [one["verdict"] for one in from_partners(port.forwarder, shown["id"])] == [
        "refused", "accepted", "accepted",
    ]  # fmt: skip
    by_number = port.forwarder.get("/v1/track/SI-ANS", params={"kind": "message"}).json()
    codes = [event["code"] for event in by_number["found"][0]["events"]]
    assert codes.count("message.answered") == 3  # the stranger's too: it was sent to him


@pytest.mark.parametrize(
    ("reference", "spoil"),
    [
        ("AP7", (b"RFF+ACW:SI-X'", b"RFF+ON:SI-X'")),
        ("AP8", (b"RFF+ACW:SI-X'", b"RFF+ACW'")),
    ],
)
def test_an_answer_that_does_not_say_to_what_is_told_back(
    port: Port, reference: str, spoil: tuple[bytes, bytes]
) -> None:
    back = msgspec.structs.replace(BACK, reference=reference)
    data = aperak(back, Filing("SI-X", True, ()), at=AT)
    assert spoil[0] in data
    shown = handed(port.carrier, data.replace(*spoil))
    severities = {found["code"]: found["severity"] for found in shown["findings"]}
    assert severities["ANSWER-UNLINKED"] == "warning"


def test_an_answer_to_a_paper_that_was_not_sent_is_told_back_and_tells_no_more(port: Port) -> None:
    def told_back(
        client: httpx.Client, envelope: Interchange, number: str, **said: Any
    ) -> list[str]:
        back = msgspec.structs.replace(envelope, reference=f"N{said.pop('n')}")
        data = aperak(back, Filing(number, said["accepted"], ()), at=AT)
        shown = handed(client, data.replace(*said.get("spoil", (b"", b""))))
        assert shown["state"] == "accepted"
        return [one["code"] for one in shown["findings"]]

    sent = msgspec.structs.replace(TO_LINE, reference="IFT-KNOWN")
    handed(port.forwarder, write_instruction(instruction("SI-KNOWN", "BK-KNOWN"), sent))
    known, unknown = "SI-KNOWN", "NOTHERE"
    assert told_back(port.carrier, BACK, known, n=1, accepted=True) == []
    assert told_back(port.carrier, BACK, unknown, n=2, accepted=True) == ["ANSWER-UNKNOWN"]
    # Whoever it was not sent to is told the same of what there is and of what there is not.
    foreign = msgspec.structs.replace(BACK, sender=Address("PAPERSTRANGER", "ZZ"))
    for n, number in enumerate((known, unknown), 3):
        assert told_back(port.stranger, foreign, number, n=n, accepted=True) == ["ANSWER-UNKNOWN"]
    assert told_back(port.carrier, BACK, known, n=5, accepted=False) == ["ANSWER-NO-REASON"]
    vague = (b"+9+AP'", b"+9'")
    assert told_back(port.carrier, BACK, known, n=6, accepted=True, spoil=vague) == [
        "ANSWER-UNDECIDED"
    ]


def test_a_contrl_of_what_was_sent_to_another_is_told_back(port: Port) -> None:
    elsewhere = msgspec.structs.replace(TO_LINE, recipient=Address("OTHERLINE", "ZZ"))
    data = contrl(InterchangeEnd(elsewhere, 1, b"", 1), [], reference="CT9", at=AT) or b""
    data = data.replace(b"OTHERLINE:ZZ+PAPERFWD", b"PAPERLINE:ZZ+PAPERFWD", 1)
    shown = handed(port.carrier, data)
    assert [one["code"] for one in shown["findings"]] == ["ANSWER-UNLINKED"]


def test_the_last_word_of_a_document_stands_and_all_versions_are_kept(port: Port) -> None:
    for function, reference in (("9", "IFT-B1"), ("5", "IFT-B2"), ("1", "IFT-B3")):
        data = write_instruction(
            instruction("SI-B", "BK-B"), msgspec.structs.replace(TO_LINE, reference=reference)
        ).replace(b"BGM+340+SI-B+9", f"BGM+340+SI-B+{function}".encode())
        assert handed(port.forwarder, data)["state"] == "accepted"
        standing = found(port.carrier, booking="BK-B")
        assert len(standing) == (0 if function == "1" else 1)
    newest = port.carrier.get("/v1/documents").json()["documents"][0]
    assert newest["function"] == "cancel"
    versions = port.carrier.get(f"/v1/documents/{newest['id']}").json()["versions"]
    assert len(versions) == 3


def test_a_list_of_houses_and_verified_masses_are_found_by_bill_and_box(port: Port) -> None:
    row = {"kind": "house-list", "document": "HL-1", "recipient": "PAPERLINE:ZZ"}
    houses = [row | {"bill": "HOUSE1", "parent": "MASTER1", "description": "TOYS"}]
    shown = handed(port.forwarder, sheet(houses[0]))
    assert shown["state"] == "accepted", shown["findings"]
    [listed] = found(port.carrier, bill="house1")
    assert listed["kind"] == "house-list"
    assert found(port.carrier, bill="MASTER1") == [listed]
    masses = VerifiedMassList(
        "VGM-1",
        masses=(VerifiedMass("TOLU4734787", 12_000_000, WeighingMethod.WEIGHED, booking="BK-C"),),
    )
    data = write_masses(masses, msgspec.structs.replace(TO_LINE, reference="VGM1"))
    assert handed(port.forwarder, data)["state"] == "accepted"
    [mass] = found(port.carrier, container="TOLU4734787", booking="BK-C")
    opened = port.carrier.get(f"/v1/documents/{mass['id']}").json()
    assert opened["content"]["masses"][0]["gross_mass_g"] == 12_000_000


def test_a_paper_to_an_address_that_nobody_has_is_kept_for_its_sender_with_a_warning(
    port: Port,
) -> None:
    row = {"kind": "booking", "document": "BO-1", "recipient": "ELSEWHERE:ZZ", "bill": "X1"}
    shown = handed(port.forwarder, sheet(row))
    assert (shown["state"], [f["code"] for f in shown["findings"]]) == (
        "accepted",
        ["DOCUMENT-ADDRESSEE"],
    )
    [one] = found(port.forwarder, bill="X1")
    assert one["addressee"] is None


def test_a_row_that_a_comma_has_moved_and_an_old_workbook_declare_nothing(port: Port) -> None:
    head = "kind,document,recipient,bill,container,tare_kg,temperature_c\r\n"
    row = "booking,MOVED-1,PAPERLINE:ZZ,MOVED-1,CSQU3054383,4800,5,-18\r\n"
    shown = handed(port.forwarder, (head + row).encode())
    told = [(f["code"], f["where"]["path"]) for f in shown["findings"]]
    assert (shown["state"], told) == ("refused", [("SHEET-ROW-LONG", "rows/2/H")])
    quoted = handed(port.forwarder, (head + row.replace("4800,5", '"4800,5"')).encode())
    assert (quoted["state"], quoted["findings"]) == ("accepted", [])
    old = handed(port.forwarder, OLD_WORKBOOK + bytes(2000))
    codes = [f["code"] for f in old["findings"]]
    assert (old["state"], codes) == ("refused", ["SHEET-OLD-WORKBOOK"])


@pytest.mark.parametrize("kind", ["booking", "shipping-instruction", "house-list"])
def test_a_name_in_letters_that_only_look_like_others_is_told_to_who_hands_the_paper_in(
    port: Port, kind: str
) -> None:
    row = {
        "kind": kind,
        "document": f"LA-{kind}",
        "recipient": "PAPERLINE:ZZ",
        "bill": f"LA-{kind}",
    }
    row |= {"parent": "LA-M"} if kind == "house-list" else {}
    plain = handed(port.forwarder, sheet(row | {"consignee_name": "OCEAN PAPER 海洋紙業"}))
    assert (plain["state"], plain["findings"]) == ("accepted", [])
    odd = handed(port.forwarder, sheet(row | {"consignee_name": "ОCEAN PAPER 海洋紙業"}))  # noqa: RUF001 -- the O is Cyrillic
    [finding] = odd["findings"]
    assert (odd["state"], finding["code"]) == ("accepted", "DOCUMENT-LOOK-ALIKE")
    assert finding["where"]["path"] == "rows/2/consignee_name"
    assert finding["params"] == {"name": "<U+041E>CEAN PAPER 海洋紙業"}


def test_a_chinese_name_in_letters_that_pass_for_han_is_told_to_who_hands_the_paper_in(
    port: Port,
) -> None:
    row = {"kind": "booking", "document": "HL-1", "recipient": "PAPERLINE:ZZ", "bill": "HL-1"}
    odd = handed(port.forwarder, sheet(row | {"consignee_name": "範例進ロ有限公司"}))
    [finding] = odd["findings"]
    assert (odd["state"], finding["code"]) == ("accepted", "DOCUMENT-LOOK-ALIKE")
    assert finding["params"] == {"name": "範例進<U+30ED>有限公司"}


def test_a_number_in_letters_that_only_look_like_others_is_told_to_who_hands_the_paper_in(
    port: Port,
) -> None:
    row = {"kind": "house-list", "document": "NL-1", "recipient": "PAPERLINE:ZZ"}
    row |= {"booking": "NL-B", "bill": "NL-H", "parent": "N\u0406-M"}
    odd = handed(port.forwarder, sheet(row | {"document": "NL-2"}))
    [finding] = odd["findings"]
    assert (odd["state"], finding["code"]) == ("accepted", "DOCUMENT-NUMBER")
    assert finding["where"]["path"] == "bills/N\u0406-M/number"
    assert finding["params"] == {"number": "N<U+0406>-M"}
    row |= {"parent": "NL-M", "bill": "\u041d\u0425", "booking": "N\u200bB"}
    odd = handed(port.forwarder, sheet(row))
    assert [one["code"] for one in odd["findings"]] == ["DOCUMENT-NUMBER", "DOCUMENT-NUMBER"]


def test_who_answers_for_a_mass_in_letters_that_only_look_like_others_is_told(port: Port) -> None:
    mass = VerifiedMass(
        "TOLU4734787", 12_000_000, WeighingMethod.WEIGHED, responsible="H\u041eNEST SCALES"
    )
    masses = VerifiedMassList("VGM-LA", masses=(mass,))
    data = write_masses(masses, msgspec.structs.replace(TO_LINE, reference="VGMLA"))
    shown = handed(port.forwarder, data)
    assert [f["code"] for f in shown["findings"]] == ["DOCUMENT-LOOK-ALIKE"]
    assert shown["findings"][0]["where"]["path"] == "masses/TOLU4734787/responsible"


def test_documents_are_listed_page_by_page(port: Port) -> None:
    seen, page = [], port.forwarder.get("/v1/documents", params={"limit": 2}).json()
    while True:
        seen += [one["id"] for one in page["documents"]]
        if page["next"] is None:
            break
        page = port.forwarder.get(
            "/v1/documents", params={"limit": 2, "before": page["next"]}
        ).json()
    assert seen == [one["id"] for one in found(port.forwarder)]
    assert len(seen) == len(set(seen)) > 4
    odd = port.forwarder.get("/v1/documents", params={"before": seen[0][:-4] + "0000"})
    assert odd.status_code == 404


def test_templates_are_there_for_everybody(port: Port, instance: Instance) -> None:
    for form, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b"{")):
        answer = httpx.get(f"{instance.address}/v1/templates/manifest.{form}", timeout=60)
        assert answer.content.startswith(start)
        assert f'filename="manifest.{form}"' in answer.headers["content-disposition"]
    assert port.forwarder.get("/v1/templates/manifest.exe").status_code == 422


def test_a_number_longer_than_any_directory_allows_is_refused_and_keeps_nothing(
    port: Port,
) -> None:
    before = len(found(port.forwarder))
    envelope = msgspec.structs.replace(TO_LINE, reference="IFT-LONG")
    for told in (instruction("SI-L", "B" * 71), instruction("S" * 71, "BK-L")):
        envelope = msgspec.structs.replace(envelope, reference=f"{envelope.reference[:12]}X")
        shown = handed(port.forwarder, write_instruction(told, envelope))
        assert shown["state"] == "refused"
        assert [f["code"] for f in shown["findings"]] == ["MANIFEST-TEXT-LONG"]
    assert len(found(port.forwarder)) == before


def test_who_is_erased_goes_from_sheets_documents_and_instructions_too(
    port: Port, instance: Instance
) -> None:
    name = "樣本 大文 SPECIMEN"
    row = ROW | {"document": "ERASE-1", "consignee_name": name, "bill": "ERASEB1"}
    escaped = document(row | {"document": "ERASE-2", "bill": "ERASEB2", "voyage": "ER2"}).replace(
        json.dumps("樣本進口有限公司").encode(), json.dumps(name).encode()
    )
    assert b"\\u" in escaped
    envelope = msgspec.structs.replace(TO_LINE, reference="IFT-E")
    sent = [
        handed(port.forwarder, workbook(row | {"packages": "many"})),  # refused, and no text in it
        handed(port.forwarder, escaped),
        handed(port.forwarder, sheet(row).decode().encode("utf-16")),
        handed(port.forwarder, write_instruction(instruction("SI-E", "BK-E", name), envelope)),
    ]
    assert [one["state"] for one in sent] == ["refused", "accepted", "accepted", "accepted"]
    [kept] = found(port.carrier, booking="BK-E")
    wish = {"kind": "name", "target": "樣本大文 specimen", "rule": "PDPO s.26"}
    asked = instance.operator.post("/v1/erasures", json=wish).json()

    def done() -> dict[str, Any] | None:
        shown = instance.operator.get(f"/v1/erasures/{asked['id']}").json()
        return dict(shown) if shown["state"] == "done" else None

    assert wait(done)["messages"] == 4
    for one in sent:
        assert port.forwarder.get(f"/v1/messages/{one['id']}/raw").content == b""
        assert port.forwarder.get(f"/v1/messages/{one['id']}/answers").json() == []
    assert found(port.carrier, booking="BK-E") == []
    assert port.carrier.get(f"/v1/documents/{kept['id']}").status_code == 404
    wait(lambda: told(port.carrier, "privacy.subject-erased") or None)


def test_a_draft_is_filled_from_instruction_and_verified_mass_and_by_nobody_elses_papers(
    port: Port,
) -> None:
    envelope = msgspec.structs.replace(TO_LINE, reference="IFT-D")
    told = msgspec.structs.replace(
        instruction("SI-D", "BK-D"), bill=Bill("DRAFTB1", Level.MASTER, goods=(
            Goods(1, "COTTON T-SHIRTS", 10, "CT", stowed=(Package("TOLU4734787", 10),)),
        )),
    )  # fmt: skip
    assert handed(port.forwarder, write_instruction(told, envelope))["state"] == "accepted"
    masses = VerifiedMassList(
        "VGM-D",
        masses=(VerifiedMass("TOLU4734787", 12_500_000, WeighingMethod.WEIGHED, booking="BK-D"),),
    )
    data = write_masses(masses, msgspec.structs.replace(TO_LINE, reference="VGMD"))
    assert handed(port.forwarder, data)["state"] == "accepted"
    for key in ("draftb1", "BK-D"):
        new = {"profile": "hk-road-aci", "keys": [key]}
        draft = port.forwarder.post("/v1/drafts", json=new).json()
        fields = {one["field"]: one for one in draft["fields"]}
        goods = fields["bills/DRAFTB1/goods/1/description"]
        assert goods["value"] == "COTTON T-SHIRTS"
        assert goods["told"][0]["source"]["kind"] == "instruction"
        assert goods["told"][0]["source"]["document"] == "SI-D"
        mass = fields["boxes/TOLU4734787/verified_mass_g"]
        assert mass["told"][0]["source"]["kind"] == "verified-mass"
        assert 12_500_000 in [one["value"] for one in mass["told"]]
    stranger = port.stranger.post("/v1/drafts", json=new).json()
    assert (stranger["fields"], stranger["not_taken"]) == ([], [])
