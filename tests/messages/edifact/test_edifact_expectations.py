"""Files that others wrote are answered as our own table says, written from their notes."""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from test_edifact_conformance import FOLDER, HERE

from waglan.codes.finding import Finding
from waglan.messages.edifact import read
from waglan.messages.edifact.contrl import contrl
from waglan.messages.edifact.tree import table_for
from waglan.messages.envelope import InterchangeEnd, Message

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases/conformance/edifact.yaml").read_text(encoding="utf-8")
)
FACTS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases/conformance/edifact-facts.yaml").read_text(encoding="utf-8")
)
AT = datetime(2026, 11, 22, tzinfo=UTC)
samples = pytest.mark.skipif(not HERE, reason=f"the conformance files are not in {FOLDER}")


@samples
def test_the_table_has_every_sample_and_no_other() -> None:
    listed = csv.DictReader((FOLDER / "MANIFEST.csv").read_text(encoding="utf-8").splitlines())
    assert {row["file"] for row in listed} == TABLE.keys()


@samples
@pytest.mark.parametrize("name", TABLE)
def test_a_sample_is_answered_as_the_table_says(name: str) -> None:
    expected = TABLE[name]
    *events, end = read([(FOLDER / name).read_bytes()], validate=True)
    messages = [event for event in events if isinstance(event, Message)]
    assert isinstance(end, InterchangeEnd)
    assert [told(message) for message in messages] == expected["messages"]
    inside = [finding for message in messages for finding in message.findings]
    assert counted(inside) == expected.get("message", {})
    assert counted(end.findings) == expected.get("interchange", {})
    assert actions(end, messages) == expected["contrl"]


@samples
@pytest.mark.parametrize("name", FACTS)
def test_what_stands_in_a_sample_is_read_as_a_person_reads_it(name: str) -> None:
    read_of = [e for e in read([(FOLDER / name).read_bytes()]) if isinstance(e, Message)]
    assert len(read_of) == len(FACTS[name])
    for message, facts in zip(read_of, FACTS[name], strict=True):
        content = msgspec.to_builtins(message.content)
        assert {place: at(content, place) for place in facts} == facts


def test_every_sample_whose_content_is_read_has_its_facts() -> None:
    read_types = [
        name
        for name, expected in TABLE.items()
        if any(not one.endswith(("syntax only", "nothing read")) for one in expected["messages"])
    ]
    assert sorted(FACTS) == sorted(read_types)


def at(content: Any, place: str) -> Any:
    """What stands at a place; beyond the end of a list stands nothing."""
    for step in place.split("/"):
        if isinstance(content, list | tuple):
            content = content[int(step)] if int(step) < len(content) else None
        else:
            content = content[step]
    return content


def told(message: Message) -> str:
    header = message.header
    what = "nothing read" if message.content is None else type(message.content).__name__
    if table_for(header.type, header.release) is None:
        what = "syntax only"
        assert message.content is None
    return f"{header.type} {header.directory}, {message.segments} segments, {what}"


def counted(findings: Iterable[Finding]) -> dict[str, str]:
    count = Counter((finding.code, finding.severity.value) for finding in findings)
    return {code: f"{n} {severity}" for (code, severity), n in count.items()}


def actions(end: InterchangeEnd, messages: list[Message]) -> str | dict[str, Any]:
    """What our CONTRL says of the interchange and of each message that it names."""
    answer = contrl(end, messages, reference="1", at=AT)
    if answer is None:
        return "none"
    segments = [segment.split("+") for segment in answer.decode("latin-1").split("'")]
    [whole] = [int(segment[4]) for segment in segments if segment[0] == "UCI"]
    named = {segment[1]: int(segment[3]) for segment in segments if segment[0] == "UCM"}
    return {"interchange": whole} | ({"messages": named} if named else {})
