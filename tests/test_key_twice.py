"""A key that stands twice in one object is found wherever it stands, and nothing else is."""

import json
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from waglan.codes.finding import Where
from waglan.codes.key_twice import SHOWN_MAX, Way, key_twice, keys_twice

# An object is told as its pairs, in order, so that a key may come again.
Told: TypeAlias = "str | int | list[Told] | tuple[tuple[str, Told], ...] | None"
TEXTS = st.text(alphabet=st.sampled_from('ab:"\\,{}\u4e2d\n'), max_size=4)
DOCUMENTS: st.SearchStrategy[Told] = st.recursive(
    TEXTS | st.integers(-(10**20), 10**20) | st.none(),
    lambda part: (
        st.lists(part, max_size=3)
        | st.lists(st.tuples(TEXTS, part), max_size=3).map(lambda pairs: tuple(pairs))
    ),
    max_leaves=12,
)


def written(one: Told, *, spaced: bool, escaped: bool) -> str:
    blank = " \n" if spaced else ""
    if isinstance(one, tuple):
        pairs = (
            json.dumps(key, ensure_ascii=escaped)
            + f"{blank}:"
            + written(part, spaced=spaced, escaped=escaped)
            for key, part in one
        )
        return "{" + f"{blank},".join(pairs) + blank + "}"
    if isinstance(one, list):
        return "[" + ",".join(written(part, spaced=spaced, escaped=escaped) for part in one) + "]"
    return json.dumps(one, ensure_ascii=escaped)


def ways(one: Told, way: Way = ()) -> set[Way]:
    """Where a key comes again, of what counts in the end: the last of each."""
    found: set[Way] = set()
    if isinstance(one, tuple):
        keys = [key for key, _ in one]
        found = {(*way, key) for key in keys if keys.count(key) > 1}
        for key, part in dict(one).items():
            found |= ways(part, (*way, key))
    elif isinstance(one, list):
        for n, part in enumerate(one):
            found |= ways(part, (*way, n))
    return found


@given(DOCUMENTS, st.booleans(), st.booleans())
def test_every_key_that_comes_again_is_found_and_no_other(
    one: Told, spaced: bool, escaped: bool
) -> None:
    assert set(keys_twice(written(one, spaced=spaced, escaped=escaped).encode())) == ways(one)


def test_the_same_key_in_other_letters_is_the_same_and_in_another_object_is_not() -> None:
    assert keys_twice(b'[{"a": {"b": 1, "\\u0062": 2}}, {"a": 1}]') == [(0, "a", "b")]
    assert keys_twice(b'[{"a": "x\\":y"}, {"a": {"a": ":::"}}]') == []


def test_what_is_no_json_is_left_to_its_reader() -> None:
    for raw in (b"", b"{", b'{"a":1}{"a":2}', b"\xff", b"[" * 100_000, b'{"a":' * 100_000):
        assert keys_twice(raw) == []


def test_very_many_are_shown_in_part_and_a_long_key_is_cut() -> None:
    found = keys_twice(json.dumps([0] * 3_000).replace("0", '{"a":1,"a":2}').encode())
    assert found == [(n, "a") for n in range(SHOWN_MAX)]
    wide = b"{" + b",".join(b'"%d":1' % (n // 2) for n in range(200_000)) + b"}"
    [last, *_] = reversed(keys_twice(wide))
    assert last == (str(SHOWN_MAX - 1),)
    assert key_twice(Where("body"), ("k" * 5_000,)).params == {"key": "k" * 100}
