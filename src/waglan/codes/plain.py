"""Text as it is compared when nobody knows how it was cut, spaced or written in capitals."""

import unicodedata


def squashed(text: str) -> str:
    """Return letters and digits alone, in one width and case: `Lee+Ka:Fai` is `LEE KA FAI`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())
