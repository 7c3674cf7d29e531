"""Text as it is compared when nobody knows how it was cut, spaced or written in capitals."""

import unicodedata


def squashed(text: str) -> str:
    """Return letters and digits alone, in one width and case: `Lee+Ka:Fai` is `LEE KA FAI`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


# Characters that show nothing, though Unicode counts them as letters, marks and signs: Hangul and
# Khmer fillers, the Braille blank, what joins or chooses the form of the letter before.
_BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
)


def is_blank(text: str) -> bool:
    """Whether a text shows nothing to whoever reads it: blanks of any width, what nobody sees.

    It names nothing and tells nothing, as if it had not been given.
    """
    if text.isascii():
        return not text or text.isspace()
    return all(char.isspace() or char in _BLANKS or _is_unseen(char) for char in text)


def _is_unseen(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char) in {"Cc", "Cf"}
