"""One name in both writings, with rare characters, comes out of every path unchanged."""

import io
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import msgspec
import pytest
import xlsxwriter
from command_line import CommandLine
from port import filed
from running_instance import Instance
from shipping_papers import Call, Paper, manifest

from waglan.manifest.instruction import Instruction, InstructionKind
from waglan.manifest.model import Bill, Head, Level, Party, PartyRole
from waglan.messages.edifact import Profile, read
from waglan.messages.edifact.iftmin_write import write_instruction
from waglan.messages.edifact.profile import Charset
from waglan.messages.envelope import Address, Interchange
from waglan.messages.sheet.csv_file import read_csv
from waglan.messages.sheet.rows import paper_of
from waglan.messages.sheet.template import csv_of

# 繁體 and 简体; 啟 and 裏 of Hong Kong; 喺 and 𠱁 of HKSCS (the second beyond the basic plane);
# 㐂 that GB18030 writes in four bytes; 𠮷 beyond the basic plane, which no Big5 has.
BOTH = "龍騰啟裏喺有限公司 龙腾启里有限公司"
HKSCS = "龍騰啟裏喺\U00020c41有限公司"
GB_FOUR = f"{BOTH} 㐂"
EVERYTHING = f"{GB_FOUR} \U00020c41 \U00020bb7"


def named(ref: str, name: str, level: str = "UNOY") -> str:
    text = manifest(Call("CHINALINE", "CHINACUSTOMS", ref), Paper(f"SYN{ref}")).decode()
    text = text.replace("SAMPLE IMPORTS 1 LTD", name).replace("UNOC:3", f"{level}:3")
    return text.replace("001E", f"{ref}E")


@pytest.mark.parametrize(
    ("level", "codec", "charset", "name"),
    [
        ("UNOY", "utf-8", None, EVERYTHING),
        ("UNOC", "utf-8", None, EVERYTHING),
        ("UNOA", "gb18030", "gb18030", EVERYTHING),
        ("UNOC", "big5hkscs", "big5hkscs", HKSCS),
    ],
)
def test_every_code_page_of_edifact_gives_the_name_as_it_was_written(
    level: str, codec: str, charset: Charset | None, name: str
) -> None:
    first, *_ = read([named("C0", name, level).encode(codec)], Profile(charset=charset))
    part = getattr(first, "part", None)
    assert part is not None
    assert part.bills[0].parties[1].name == name


MORE: dict[str, str] = {}


def row(ref: str, name: str) -> dict[str, str]:
    return {
        "document": f"DOC-{ref}", "recipient": "CHINACUSTOMS:ZZZ", "vessel": "SYNTHETIC STAR",
        "voyage": f"{ref}E", "arrival": "2099-11-23 06:00", "bill": f"SYN{ref}",
        "consignee_name": name, "consignee_address": "2 Sample Street", "description": "TOYS",
        "consignor_name": "SAMPLE", "packages": "1", "gross_mass_kg": "5", **MORE,
    }  # fmt: skip


def sheet(ref: str, name: str) -> bytes:
    told = row(ref, name)
    return csv_of([[*told], [*told.values()]])


def workbook(ref: str, name: str) -> bytes:
    data, told = io.BytesIO(), row(ref, name)
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet("Manifest")
    for at, (key, cell) in enumerate(told.items()):
        page.write_string(0, at, key)
        page.write_string(1, at, cell)
    book.close()
    return data.getvalue()


def document(ref: str, name: str) -> bytes:
    told = row(ref, name)
    head = {key: told[key] for key in ("document", "recipient", "vessel", "voyage")}
    party = {"role": "consignee", "name": name, "address": "2 Sample Street"}
    bill = {"number": told["bill"], "parties": [party], "goods": [{"description": "TOYS"}]}
    form = {"form": "waglan/paper/v1", "arrival": "2099-11-23T06:00", "bills": [bill]}
    return json.dumps(form | head).encode()


@pytest.mark.parametrize(
    ("codec", "name"), [("gb18030", EVERYTHING), ("big5hkscs", HKSCS), ("utf-16", EVERYTHING)]
)
def test_every_code_page_of_csv_gives_the_name_as_it_was_written(codec: str, name: str) -> None:
    text = sheet("C1", name).decode("utf-8-sig")
    charset = None if codec == "utf-16" else codec
    paper, _ = paper_of(read_csv(text.encode(codec), charset))
    assert paper is not None
    assert paper.bills[0].parties[-1].name == name


@pytest.fixture(scope="module")
def line(instance: Instance) -> httpx.Client:
    instance.let_in("china-customs", "customs", addresses=("CHINACUSTOMS:ZZZ",))
    return instance.let_in("china-line", "carrier", addresses=("CHINALINE:ZZZ",))


def instruction(ref: str, name: str) -> bytes:
    bill = Bill("", Level.MASTER, parties=(Party(PartyRole.CONSIGNEE, name, "2 Sample Street"),))
    to_line = Interchange(
        Address("CHINALINE", "ZZZ"),
        Address("CHINALINE", "ZZZ"),
        ref,
        "UNOY",
        prepared="261122:1200",
    )
    head = Head(f"DOC-{ref}", "340")
    return write_instruction(
        Instruction(InstructionKind.SHIPPING_INSTRUCTION, head, bill, booking=f"BK{ref}"), to_line
    )


def to_the_line(paper: bytes) -> bytes:
    """Make a shipping instruction to the line of a paper without an envelope."""
    told = json.loads(paper)
    return json.dumps(
        told | {"kind": "shipping-instruction", "recipient": "CHINALINE:ZZZ"}
    ).encode()


ASKED = {"kind": "shipping-instruction", "recipient": "CHINALINE:ZZZ"}


@pytest.mark.parametrize(
    ("ref", "write"),
    [("C2", instruction), ("C3", sheet), ("C4", workbook), ("C5", document)],
)
def test_the_interface_shows_the_name_as_it_was_handed_in(
    line: httpx.Client, ref: str, write: Any
) -> None:
    if write is document:
        paper = to_the_line(document(ref, EVERYTHING))
    elif write is instruction:
        paper = instruction(ref, EVERYTHING)
    else:
        with patch.dict(MORE, ASKED):
            paper = write(ref, EVERYTHING)
    shown = filed(line, paper)
    assert shown["state"] == "accepted", shown["findings"]
    listed = line.get("/v1/documents").json()["documents"]
    [one] = [one for one in listed if one["number"] == f"DOC-{ref}"]
    content = line.get(f"/v1/documents/{one['id']}").json()["content"]
    assert EVERYTHING in [party["name"] for party in content["bill"]["parties"]]


def agreed(instance: Instance, **profile: object) -> None:
    put = instance.operator.put("/v1/partners/china-line/profile", json=profile)
    assert put.status_code == 200, put.text


def cusres(line: httpx.Client, paper: bytes) -> tuple[dict[str, Any], bytes]:
    shown = filed(line, paper)
    [href] = [answer["href"] for answer in shown["answers"] if answer["kind"] == "CUSRES"]
    return shown, line.get(href).content


def test_answers_quote_the_name_or_leave_it_out_and_never_disfigure_it(
    instance: Instance, line: httpx.Client
) -> None:
    def quoted(ref: str, level: str) -> bytes:
        # Findings quote the bill's number, and this bill lacks its consignor's address.
        bare = named(ref, "SAMPLE", level).replace("+1 SAMPLE ROAD+SHANGHAI+++CN", "")
        return bare.replace(f"SYN{ref}", f"{ref} {EVERYTHING}").encode()

    agreed(instance, lang="zh-Hant-HK")
    shown, answer = cusres(line, quoted("C6", "UNOY"))
    assert f"C6 {EVERYTHING}" in answer.decode().replace("?", "")
    assert "發貨人" in answer.decode()
    assert "MESSAGE-ANSWER-SHORTENED" not in {f["code"] for f in shown["findings"]}
    agreed(instance, lang="zh-Hant-HK", outgoing={"level": "UNOA"})
    shown, answer = cusres(line, quoted("C7", "UNOC"))
    assert answer.isascii()
    # A question mark that is meant as one is written twice.
    assert b"??" not in answer
    [short] = [f for f in shown["findings"] if f["code"] == "MESSAGE-ANSWER-SHORTENED"]
    assert (short["severity"], short["params"]["level"]) == ("note", "UNOA")
    assert any(EVERYTHING in f["problem"] for f in shown["findings"])
    agreed(instance)


def test_the_command_line_prints_the_name_as_it_is(waglan: CommandLine, tmp_path: Path) -> None:
    for name, paper in (("a", named("C8", EVERYTHING).encode()), ("b", document("C9", EVERYTHING))):
        file = tmp_path / name
        file.write_bytes(paper)
        ran = waglan("read", str(file))
        assert EVERYTHING in ran.out, ran.err
        assert msgspec.json.decode(ran.out.splitlines()[0])
