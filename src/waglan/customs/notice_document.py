"""The documents that an answer to a notice may hold: which kinds, and how large."""

from waglan.codes.finding import Finding, Severity, Where

# The project's own figures.
DOCUMENT_BYTES_MAX = 10 << 20
DOCUMENTS_MAX = 20  # of one sender, to one notice
NAME_CHARS_MAX = 200
TEXT_CHARS_MAX = 2_000

TEXT = "text/plain"
# Each kind by how its bytes begin: what calls itself a picture and is none is refused at the door.
BEGINS: dict[str, bytes] = {
    TEXT: b"",
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}
_WHERE = Where("document")


def document_findings(media_type: str, data: bytes) -> list[Finding]:
    """Return why these bytes are not taken as a document of that kind; nobody opens them here."""
    if media_type not in BEGINS:
        known, told = ", ".join(BEGINS), media_type[:80]
        return [
            Finding(
                "NOTICE-MEDIA-TYPE", Severity.ERROR, _WHERE, {"media_type": told, "known": known}
            )
        ]
    if not data:
        return [Finding("NOTICE-DOCUMENT-EMPTY", Severity.ERROR, _WHERE, {})]
    is_so = _is_text(data) if media_type == TEXT else data.startswith(BEGINS[media_type])
    if not is_so:
        return [Finding("NOTICE-DOCUMENT-FORM", Severity.ERROR, _WHERE, {"media_type": media_type})]
    return []


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False
