"""The witnesses that a log's operator asks: where each listens, and the key he pinned."""

import re

from waglan.logbook.note import Algorithm, BadNote, VerifierKey, read_verifier_key
from waglan.logbook.quorum import WITNESSES_MAX

_URL = re.compile(r"https?://[^\s/,]+(/[^\s,]*)?")


def read_witnesses(text: str) -> tuple[tuple[str, VerifierKey], ...]:
    """Read `url key` pairs, apart by commas or lines; raise BadNote with the reason."""
    found = tuple(_witness(line) for line in re.split(r"[,\n]", text) if line.strip())
    if len(found) > WITNESSES_MAX:
        raise BadNote(f"more than {WITNESSES_MAX} witnesses")
    if len({key.public for _, key in found}) < len(found):
        raise BadNote("two witnesses share one key")
    return found


def _witness(line: str) -> tuple[str, VerifierKey]:
    url, _, key = line.strip().partition(" ")
    if not _URL.fullmatch(url):
        raise BadNote(
            "a witness is 'http(s)://host key', the key as `waglan witness init` prints it"
        )
    verifier = read_verifier_key(key.strip())
    if verifier.algorithm is not Algorithm.COSIGNATURE:
        raise BadNote("a witness's key is one for cosignatures, not a log's own")
    return url.rstrip("/"), verifier
