"""A text that shows nothing is none, however it is written down; all others stay."""

import json
from typing import TypeAlias

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from waglan.codes.plain import is_blank
from waglan.messages.given import unblanked

Document: TypeAlias = "str | int | bool | list[Document] | dict[str, Document] | None"
TEXTS = st.text(alphabet=st.sampled_from(' a:"\\\t\u00a0\u200b\u3000\u00e9\u4e2d'), max_size=3)
DOCUMENTS: st.SearchStrategy[Document] = st.recursive(
    TEXTS | st.integers(0, 9) | st.booleans() | st.none(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXTS, part, max_size=3),
    max_leaves=8,
)


def shown(one: Document) -> Document:
    def is_none(part: Document) -> bool:
        return isinstance(part, str) and part != "" and is_blank(part)

    if isinstance(one, list):
        return [shown(part) for part in one if not is_none(part)]
    if isinstance(one, dict):
        return {name: shown(part) for name, part in one.items() if not is_none(part)}
    return one


@given(DOCUMENTS, st.booleans(), st.sampled_from([(",", ":"), (" , ", " : "), (",\n", ": ")]))
@example({"a": " "}, False, (",", ":"))
@example(["\t"], True, (",", ":"))
@example(["\u3000", "a"], False, (",", ":"))
def test_what_shows_nothing_is_left_out_and_nothing_else(
    one: Document, escaped: bool, separators: tuple[str, str]
) -> None:
    raw = json.dumps(one, ensure_ascii=escaped, separators=separators).encode()
    assert msgspec.json.decode(unblanked(raw)) == shown(one)
