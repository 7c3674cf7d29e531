"""Frames made up by hand are read as is written beside them."""

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml
from device_frames import fed, telegrams

from waglan.elock.device import Said
from waglan.messages.devices.protocol import STREAMS

FILE = Path(__file__).parents[2] / "cases/messages/devices/frames.yaml"
CASES = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def told(said: Said) -> dict[str, Any]:
    """What a thing says, without what it does not."""
    fields = {name: getattr(said, name) for name in said.__struct_fields__ if name != "items"}
    plain = {k: v.value if isinstance(v, Enum) else v for k, v in fields.items()}
    return {k: [*v] if isinstance(v, tuple) else v for k, v in plain.items() if v is not None}


def expected(case: dict[str, Any]) -> dict[str, Any]:
    said = dict(case)
    if "at" in said:
        said["at_s"] = int(datetime.fromisoformat(said.pop("at")).timestamp())
    return said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_frame_reads_as_is_written_beside_it(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode()
    [telegram] = telegrams(fed(STREAMS[case["protocol"]](), data))
    assert telegram.device == case["device"]
    assert telegram.message == case.get("message")
    assert telegram.serial == case.get("serial")
    assert telegram.version == case.get("version")
    assert [finding.code for finding in telegram.findings] == case.get("findings", [])
    assert [told(said) for said in telegram.said] == [expected(said) for said in case["said"]]
