"""Which character set bytes were probably meant in, though they were read as Latin-1.

Latin-1 reads any bytes, so nothing but the look of them can tell. Words of the languages that it is
for are left alone: their capitals keep together, and signs don't stand among accented letters.
"""

import re

_UTF_8 = "utf-8"
# A code page, and the lead bytes of its common characters, by which two that fit are told apart.
_COMMON = {
    "big5hkscs": re.compile(rb"[\xa4-\xc6](?:[\x40-\x7e]|[\xa1-\xfe])"),
    "gb18030": re.compile(rb"[\xb0-\xd7][\xa1-\xfe]"),
}
# Everything that is written in Chinese, with its punctuation and full-width forms.
_FOREIGN = re.compile("[^\x00-\x7f\u3000-\u30ff\u3400-\u9fff\ufe30-\ufe4f\uff00-\uffef]")
_CHARACTER = rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]"
_RUN = re.compile(rb"(?:" + _CHARACTER + rb")+")
_RUN_BYTES_MIN = 4  # one pair may be a word's
# Signs and controls of Latin-1, or a small letter before a capital: no word of it has them so.
_NO_WORD = re.compile(rb"[\x80-\xbf\xd7\xf7]|[\xe0-\xfe][\xc0-\xde]")
# A name that was cut to a length may end in half a character.
_LONE = re.compile(rb"(" + _CHARACTER + rb")|[\x81-\xfe](?=[\x00-\x3f]|\Z)")
# Of three bytes each, as Chinese has them: one that stands alone may be a word's with its signs.
_UTF_8_ROW = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]{2}){2}")
_PAIR = re.compile(rb"[\x80-\xff]{2}")
_LONG = re.compile(rb"[\x80-\xff]{8}")


def other_charsets(raw: bytes) -> tuple[str, ...]:
    """Return the codecs that 8-bit text looks like; none where it may well be Latin-1.

    `raw` is a whole segment without line ends and terminator.
    """
    if _decoded(raw, _UTF_8) is not None:
        return (_UTF_8,)
    return _of_two_bytes(raw)


def misread(text: str) -> bool:
    """Whether a text was read as Latin-1 and is meant otherwise, by whoever read it so."""
    if text.isascii():
        return False
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return _UTF_8_ROW.search(raw) is not None or bool(_of_two_bytes(raw))


def _of_two_bytes(raw: bytes) -> tuple[str, ...]:
    if not any(map(_is_no_word, _RUN.findall(raw))):
        return ()
    common = {
        codec: len(pattern.findall(raw))
        for codec, pattern in _COMMON.items()
        if _is_chinese(raw, codec)
    }
    return tuple(codec for codec, count in common.items() if count == max(common.values()))


def _is_no_word(run: bytes) -> bool:
    if len(run) < _RUN_BYTES_MIN:
        return False
    has_signs = _NO_WORD.search(run) and _PAIR.search(run)
    return bool(has_signs) or _LONG.search(run) is not None


def _is_chinese(raw: bytes, codec: str) -> bool:
    text = _decoded(_LONE.sub(rb"\1", raw), codec)
    return text is not None and not _FOREIGN.search(text)


def _decoded(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None
