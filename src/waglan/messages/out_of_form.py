"""Where JSON did not keep to a form: its reader leads to an object, and names the field aside."""

import re
from typing import Final

FIELD_CHARACTERS_MAX: Final = 80  # of a field that nobody knows, in a finding's path
_AT = re.compile(r" - at `\$?(?P<at>[^`]*)`$")
_UNKNOWN = re.compile("Object contains unknown field `(?P<field>.*)`", re.DOTALL)


def out_of_form(error: Exception) -> tuple[list[str], str]:
    """Return the steps to what a reader's error is about, and its reason without the place.

    A field that nobody knows is itself the last step.
    """
    text = str(error)
    found = _AT.search(text)
    steps = [step for step in re.split(r"[.\[\]]+", found["at"] if found else "") if step]
    reason = _AT.sub("", text)
    if unknown := _UNKNOWN.fullmatch(reason):
        steps.append(unknown["field"][:FIELD_CHARACTERS_MAX])
    return steps, reason
