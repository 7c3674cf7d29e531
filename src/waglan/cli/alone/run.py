"""Judges a trip's bundle again, with Python alone: `python3 verify_trip.py BUNDLE`.

It follows the published rules with integers alone, and imports nothing of the system that made the
bundle. It prints what it finds, and ends with 0 if the verdict in the bundle is what its log says,
with 1 if it is not, and with 2 if the bundle can't be read.
"""

import hashlib
import json
import sys
from collections.abc import Sequence

from waglan.cli.alone.trip import judged
from waglan.cli.alone.words import (
    FORM,
)


def main(arguments: Sequence[str]) -> int:
    """Judge a bundle and say what was found."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            data = file.read()
        bundle = json.loads(data)
        if bundle["form"] != FORM:
            raise ValueError(f"this script reads {FORM}")
        found = judged(bundle)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as fault:
        print(f"This bundle can't be read: {fault!r}")
        return 2
    print(f"bundle   {hashlib.sha256(data).hexdigest()}")
    print(f"trip     {bundle['trip']}, policy {found['policy']}, {len(bundle['log'])} entries")
    print(f"verdict  {found['outcome']} as of {found['as_of_s']} (worst: {found['worst']})")
    for why in found["reasons"]:
        print(f"         {why['reason']}: {', '.join(why['entries']) or 'nothing came'}")
    if found != bundle["verdict"]:
        print("The bundle says otherwise: its verdict is not what its log comes to.")
        return 1
    print("That is what the bundle says. GREEN is no proof that the cargo is untouched.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
