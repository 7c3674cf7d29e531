"""The texts in a table's cells, folded as the facts are that they are compared with.

An officer writes 香煙, `Cigars` or `hkhkg`; a bill says 香烟, `CIGARS`, `HKHKG`. A fact comes in
one form, so a cell is brought to that form before it is asked. Words of Chinese, which writes no
blanks, are sought within what stands between blanks and signs.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from waglan.codes.chinese import plainly
from waglan.customs.coded import carrier_code, place_code, plain_capitals, plain_code
from waglan.customs.facts import FACTS
from waglan.customs.party_name import meant_key
from waglan.customs.table_cell import tokens

_Token = tuple[str, str]

_WORD = re.compile(r"[^\W_]+")
_UNPARTED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")  # Han and kana
_LINKS = frozenset({"and", "or", "?", ":", "??"})
_NO_CALLS = frozenset({"and", "or", "not", "in"})  # words that a bracket may follow
_BEFORE = frozenset({"", "(", "and", "or", "?", ":"})  # what a test of its own stands between
_BEHIND = frozenset({"", ")", "and", "or", "?", ":"})


def is_unparted(word: str) -> bool:
    """Whether a word is of a script that writes no blanks, so that it stands within others."""
    return _UNPARTED.search(word) is not None


def folded(cell: str, fact: str | None) -> str:
    """Return a lawful cell with its texts as facts have them; `fact` as for `check_cell`."""
    told = list(tokens(cell))
    for part in _parts(told):
        if fold := _fold(told, part, fact):
            for at in part:
                if told[at][0] == "text":
                    told[at] = "text", _quoted(told[at][1], fold)
    return "".join([text for _, text in told])


def contained(cell: str, fact: str | None) -> str:
    """Return a folded cell that seeks each Chinese word within the words, not among them."""
    told, at, found = [token for token in tokens(cell) if token[0] != "blank"], 0, list[str]()
    lists = {"words", "$"} if fact == "words" else {"words"}
    while at < len(told):
        test, end = _within(told, at, lists)
        found.append(test or told[at][1])
        at = end
    return " ".join(found) if len(found) < len(told) else cell


def never_said(cell: str, fact: str | None) -> list[str]:
    """Return the texts of a lawful cell that no bill can ever say where the cell asks for them."""
    told = list(tokens(folded(cell, fact)))
    if fact in _LISTS and all([kind in ("text", "blank") or text == "," for kind, text in told]):
        return [text[1:-1] for kind, text in tokens(cell) if kind == "text"]  # a list is no text
    written, never = list(tokens(cell)), list[str]()
    for part in _parts(told):
        asked = _asked(told, part, fact)
        if asked and asked <= _LISTS and _fold(told, part, fact):
            texts = [at for at in part if told[at][0] == "text"]
            odd = [at for at in texts if not _WORD.fullmatch(told[at][1][1:-1])]
            never += [written[at][1][1:-1] for at in odd]
    return never


def _small(text: str) -> str:
    return re.sub(r"\s+", " ", plainly(text))


def _key(name: str) -> str:
    return meant_key(plainly(name)) or name  # no key at all would be that of a bill without a name


# What becomes of a text that is compared with these facts alone.
_FOLDS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(("description", "words"), _small),
    **dict.fromkeys(("loading", "loading_country", "discharge"), place_code),
    **dict.fromkeys(("delivery", "delivery_country", "via"), place_code),
    **dict.fromkeys(("mode", "package_kinds", "dangerous", "hs_chapters"), plain_code),
    "carrier": carrier_code,
    **dict.fromkeys(("consignor_key", "consignee_key", "consignor_keys", "consignee_keys"), _key),
}
_CODES = frozenset({carrier_code, place_code, plain_code})
_SEEKS = frozenset({"contains", "endsWith", "startsWith"})  # a part of a name keeps its blanks
_LISTS = frozenset({"words", "consignor_keys", "consignee_keys"})


def _fold(
    told: Sequence[_Token], part: Sequence[int], fact: str | None
) -> Callable[[str], str] | None:
    """Return what folds the texts of a part; None where it asks facts of several forms."""
    folds = {_FOLDS.get(one) for one in _asked(told, part, fact)}
    calls = {told[at][1] for at in part if told[at][0] == "call"}
    if folds and folds <= _CODES and (len(folds) > 1 or calls & _SEEKS):
        folds = {plain_capitals}
    fold = folds.pop() if len(folds) == 1 else None
    return partial(_as_called, fold, calls) if fold else None


def _as_called(fold: Callable[[str], str], calls: Collection[str], text: str) -> str:
    """Return a text folded, and written as it was where the cell does so with the fact."""
    if "upper" in calls and text == text.upper():
        return fold(text).upper()
    if "lower" in calls and text == text.lower():
        return fold(text).lower()
    return fold(text)


def _quoted(text: str, fold: Callable[[str], str]) -> str:
    new = fold(text[1:-1])
    # A full-width quotation mark or stroke is plain once folded, and would end the text.
    marks = [mark for mark in (text[0], *"\"'") if not {mark, "\\", "`"} & set(new)]
    return f"{marks[0]}{new}{marks[0]}" if marks else text


def _within(told: Sequence[_Token], at: int, lists: Collection[str]) -> tuple[str, int]:
    """Return a search within words for the Chinese word asked for here, and where to go on."""
    match [text for _, text in told[at : at + 6]]:
        case ["contains", "(", asked, ",", word, ")"] if asked in lists and is_unparted(word):
            return f"some({asked}, contains(#, {word}))", at + 6
        case [word, "in", asked, *_] if asked in lists and _is_chinese(told, at, at + 3):
            return f"some({asked}, contains(#, {word}))", at + 3
        case [word, "not", "in", asked, *_] if asked in lists and _is_chinese(told, at, at + 4):
            return f"none({asked}, contains(#, {word}))", at + 4
    return "", at + 1


def _is_chinese(told: Sequence[_Token], at: int, end: int) -> bool:
    """Whether a Chinese word stands here, in a test of its own."""
    before = told[at - 1][1] if at else ""
    behind = told[end][1] if end < len(told) else ""
    is_alone = before in _BEFORE and behind in _BEHIND
    return is_alone and told[at][0] == "text" and is_unparted(told[at][1])


def _parts(told: Sequence[_Token]) -> Iterator[list[int]]:
    """Return the places of the tokens between `and`, `or` …; a call's stay together."""
    part, within, before = list[int](), list[bool](), ("", "")
    for at, (kind, text) in enumerate(told):
        if kind == "sign" and text in "([":
            is_call = before[0] == "call" and before[1] not in _NO_CALLS
            within.append(is_call or any(within))
        elif kind == "sign" and text in ")]" and within:
            within.pop()
        if kind != "text" and text in _LINKS and not any(within):
            yield part
            part = []
        else:
            part.append(at)
        before = before if kind == "blank" else (kind, text)
    yield part


def _asked(told: Sequence[_Token], part: Sequence[int], fact: str | None) -> frozenset[str]:
    named = frozenset(told[at][1] for at in part if told[at][0] == "name") & FACTS.keys()
    return named or frozenset({fact} if fact else ())
