"""A name is found in what was sent, however it is packed or escaped."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.plain import squashed
from waglan.messages.form import Form
from waglan.messages.hidden import hidden
from waglan.messages.sheet.template import xlsx_template
from waglan.messages.sheet.xlsx import OLD_WORKBOOK

NAME = "黃\U00020bb7 & Sons"


def holds(form: Form, data: bytes) -> bool:
    return any(squashed(NAME) in squashed(text) for text in hidden(form, data))


def packed(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", text.encode())
    return data.getvalue()


def test_escapes_of_json_are_seen_through() -> None:
    assert holds(Form.JSON, json.dumps({"name": NAME}).encode())
    assert not holds(Form.JSON, json.dumps({"name": "Sons"}).encode())


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be"])
def test_utf_16_is_seen_through(codec: str) -> None:
    mark = b"\xfe\xff" if codec == "utf-16-be" else b""
    assert holds(Form.CSV, mark + NAME.encode(codec))
    assert holds(Form.JSON, mark + json.dumps({"name": NAME}).encode(codec))


@pytest.mark.parametrize("before", [b"", b"x"])
def test_old_workbooks_are_seen_through_wherever_a_text_begins(before: bytes) -> None:
    assert holds(Form.XLSX, OLD_WORKBOOK + before + NAME.encode("utf-16-le"))


@pytest.mark.parametrize(
    "text",
    [
        f"<t>{NAME.replace('&', '&amp;')}</t>",
        "<t>黃&#x20bb7; &amp; Sons</t>",
        "<r><t>黃</t></r><r><rPr/><t>\U00020bb7 &amp; So</t></r><r><t>ns</t></r>",
    ],
)
def test_workbooks_are_unpacked_and_their_tags_left_out(text: str) -> None:
    assert holds(Form.XLSX, packed(text))
    assert not holds(Form.XLSX, xlsx_template())


@given(st.binary(max_size=300), st.sampled_from(Form))
def test_any_bytes_are_looked_through(data: bytes, form: Form) -> None:
    list(hidden(form, data))
    list(hidden(form, packed("x")[:-20] + data))
