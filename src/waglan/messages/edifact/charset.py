"""From bytes to characters: by label, then by what the bytes turn out to be.

Each interchange walks down a ladder of codecs and never up: the first segment that a codec can't
read moves it on, so that the same bytes give the same text however they arrive in blocks.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from waglan.messages.edifact.service_characters import LINE_ENDS, ServiceCharacters

UTF_8 = "utf-8"
LATIN_1 = "iso8859-1"
ISO_2022 = "iso2022"

# Syntax identifiers (0001) by their codec. UNOA to UNOC promise less than senders put in.
# The parts of ISO 8859 behind UNOD to UNOL are unverified against the text of ISO 9735.
LABELS = {
    "UNOA": UTF_8, "UNOB": UTF_8, "UNOC": UTF_8, "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8", "UNOK": "iso8859-9", "UNOL": "iso8859-15", "UNOW": UTF_8,
    "UNOX": ISO_2022, "UNOY": UTF_8,
}  # fmt: skip

_UNOA = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/='+:?!\"%&*;<>"
_UNOB = _UNOA + b"abcdefghijklmnopqrstuvwxyz"
_NOT_JUDGED = bytes([*range(0x20), *range(0x7F, 0x100)])  # controls and 8-bit: other findings
_DOUBLE = {"gb18030", "big5hkscs"}

_PAIRS = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]|[\x81-\xfe][\x40-\xfe]", re.DOTALL)
# ESC $ begins two bytes a character (Japanese, Chinese) until ESC (; SO … SI is Korean, whose
# ESC $ ) C only announces it.
_SHIFTED = re.compile(
    rb"\x1b\$\)[AC]|\x1b\$\(?(?P<set>[@AB])(?P<pairs>[^\x1b]*)|\x0e(?P<korean>[^\x0f]*)\x0f?"
    rb"|\x1b\([BJI]"
)
_EUC = {b"@": "euc_jp", b"B": "euc_jp", b"A": "gb2312"}
_HIGH = bytes([*range(0x21), *range(0xA1, 0xFF), *range(0x7F, 0x100)])  # sets the eighth bit


@dataclass(slots=True)
class Ladder:
    """The codecs one interchange may be in, and how far down it has come."""

    label: str
    codecs: tuple[str, ...]
    step: int = 0
    said: str = ""  # the codec told in a note: nothing before the first 8-bit byte
    level_said: bool = False  # one note on characters outside the level is enough
    other_said: bool = False  # and one on text that looks like another charset

    @property
    def codec(self) -> str:
        """The codec in use from here on."""
        return self.codecs[self.step]

    @property
    def name(self) -> str:
        """The codec as the interchange names it; ASCII alone proves nothing but the label."""
        if self.said:
            return self.said
        return LATIN_1 if self.label in {"UNOA", "UNOB", "UNOC"} else self.codec

    def decode(self, raw: bytes) -> str:
        """Return the text of one whole segment, moving down where the codec fails."""
        while True:
            try:
                return _DECODE.get(self.codec, _plain)(raw, self.codec)
            except UnicodeDecodeError:
                self.step += 1  # the last step, Latin-1, reads every byte

    def mask(self, service: ServiceCharacters) -> Callable[[bytes], bytes] | None:
        """Return what hides bytes that only look like service characters, if there may be any."""
        if self.codec == ISO_2022:
            return hide_shifted
        # Second bytes are 0x30 to 0x39 and 0x40 to 0xFE, so none is ' + : or ?.
        if self.codec in _DOUBLE and any(c.isdigit() or c >= "@" for c in service.used):
            return hide_pairs
        return None


def ladder(label: str, fallbacks: Sequence[str]) -> Ladder:
    """Return where reading begins for a syntax identifier and the partner's own charsets."""
    first = LABELS.get(label, UTF_8)
    steps = [first, UTF_8, *fallbacks, LATIN_1]
    return Ladder(label, tuple(dict.fromkeys(steps)))


def outside_level(ladder: Ladder, raw: bytes, service: ServiceCharacters) -> int | None:
    """Return the place of the first character that UNOA or UNOB does not have."""
    allowed = _LEVELS.get(ladder.label)
    if allowed is None or ladder.codec in _DOUBLE:  # half a character is none
        return None
    left = raw.translate(None, allowed + service.used.encode("latin-1"))
    return raw.find(left[:1]) if left else None


_LEVELS = {"UNOA": _UNOA + _NOT_JUDGED, "UNOB": _UNOB + _NOT_JUDGED}


def first_8_bit(raw: bytes) -> int:
    """Return the place of the first byte above 0x7F of text that has one."""
    found = _EIGHT_BIT.search(raw)
    return found.start() if found else 0


_EIGHT_BIT = re.compile(rb"[\x80-\xff]")


def hide_pairs(raw: bytes) -> bytes:
    """Return the text, as long as before, with every double-byte character made of letters."""
    return _PAIRS.sub(lambda found: b"x" * len(found.group()), raw)


def hide_shifted(raw: bytes) -> bytes:
    """Return the text, as long as before, with everything ISO 2022 shifts in made of letters."""
    return _SHIFTED.sub(lambda found: b"x" * len(found.group()), raw)


_LABEL = re.compile(rb"UNB[^A-Za-z0-9](UNO[A-Z])")


def labelled(raw: bytes) -> set[str]:
    """Return the codecs that the envelopes in these bytes name, be they read or refused."""
    named = {LABELS.get(found[1].decode("ascii")) for found in _LABEL.finditer(raw)}
    return {codec for codec in named if codec is not None}


def loosely(raw: bytes, codec: str) -> str:
    """Return the text as this codec has it, leaving out what it does not read; never raise."""
    if codec == ISO_2022:
        return _iso_2022(raw, codec, errors="ignore")
    return raw.decode(codec, "ignore")


def misread(text: str) -> set[str]:
    """Return what a text becomes where its bytes are read in other characters than they are in."""
    found: set[str] = set()
    for spelled in (text, text.upper()):
        for written in (UTF_8, LATIN_1, *_DOUBLE):
            for read in (LATIN_1, "cp1252", *_DOUBLE):
                with suppress(UnicodeError):
                    found.add(spelled.encode(written).decode(read))
    return found - {text, text.upper()}


def _plain(raw: bytes, codec: str) -> str:
    return raw.decode(codec)


def _iso_2022(raw: bytes, codec: str, errors: str = "strict") -> str:
    out, at = [], 0
    for found in _SHIFTED.finditer(raw):
        out.append(raw[at : found.start()].decode("ascii", errors))
        out.append(_shifted(found, errors))
        at = found.end()
    return "".join([*out, raw[at:].decode("ascii", errors)])


def _shifted(found: re.Match[bytes], errors: str) -> str:
    # EUC is the same table of characters with the eighth bit set.
    pairs, codec = found["pairs"], _EUC.get(found["set"] or b"", "euc_kr")
    if found["korean"] is not None:
        pairs = found["korean"]
    return (pairs or b"").translate(_HIGH, LINE_ENDS).decode(codec, errors)


_DECODE: dict[str, Callable[[bytes, str], str]] = {ISO_2022: _iso_2022}
