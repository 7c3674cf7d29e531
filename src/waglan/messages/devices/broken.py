"""Why bytes are set aside: one finding for each reason, at the byte where they begin."""

from hashlib import sha256

from waglan.codes.finding import Finding, Severity, Where
from waglan.elock.device import Quarantined, Span

PATH = "frame"


def set_aside(
    begin: int, raw: bytes, finding: Finding, device: str | None = None, serial: int | None = None
) -> Quarantined:
    """Return bytes that are no frame, with the reason."""
    span = Span(begin, begin + len(raw), sha256(raw).digest())
    return Quarantined(span, raw, finding, device, serial)


def noise(begin: int, count: int) -> Finding:
    """Say that bytes stand outside of any frame."""
    return Finding("DEVICE-NOISE", Severity.NOTE, Where(PATH, offset=begin), {"bytes": count})


def too_long(begin: int, most: int) -> Finding:
    """Say that a frame has no end within what a frame may have."""
    return Finding("DEVICE-LONG", Severity.ERROR, Where(PATH, offset=begin), {"bytes_max": most})


def too_short(begin: int, count: int) -> Finding:
    """Say that what stands between two marks is less than a header."""
    return Finding("DEVICE-SHORT", Severity.ERROR, Where(PATH, offset=begin), {"bytes": count})


def bad_escape(begin: int) -> Finding:
    """Say that an escape is followed by what none is."""
    return Finding("DEVICE-ESCAPE", Severity.ERROR, Where(PATH, offset=begin), {})


def bad_number(begin: int, number: str) -> Finding:
    """Say that the device's number is not of digits."""
    return Finding("DEVICE-NUMBER", Severity.ERROR, Where(PATH, offset=begin), {"number": number})


def bad_checksum(begin: int, device: str) -> Finding:
    """Say that a byte was changed on the way."""
    return Finding("DEVICE-CHECKSUM", Severity.ERROR, Where(PATH, offset=begin), {"device": device})


def bad_length(begin: int, told: int, count: int) -> Finding:
    """Say that a frame is longer or shorter than it says."""
    return Finding(
        "DEVICE-LENGTH", Severity.ERROR, Where(PATH, offset=begin), {"told": told, "bytes": count}
    )


def encrypted(begin: int, device: str) -> Finding:
    """Say that nobody here has the key."""
    return Finding(
        "DEVICE-ENCRYPTED", Severity.WARNING, Where(PATH, offset=begin), {"device": device}
    )


def bad_body(begin: int, message: str) -> Finding:
    """Say that a message is not built as its kind is."""
    return Finding("DEVICE-BODY", Severity.WARNING, Where(PATH, offset=begin), {"message": message})


def bad_items(begin: int, count: int) -> Finding:
    """Say that what follows the place can't be taken apart to its end."""
    return Finding("DEVICE-ITEMS", Severity.WARNING, Where(PATH, offset=begin), {"bytes": count})


def bad_count(begin: int, told: int, count: int) -> Finding:
    """Say that a batch holds more or fewer positions than it says."""
    return Finding(
        "DEVICE-COUNT", Severity.WARNING, Where(PATH, offset=begin), {"told": told, "count": count}
    )


def bad_time(begin: int, text: str) -> Finding:
    """Say that the device's clock told no time."""
    return Finding("DEVICE-TIME", Severity.NOTE, Where(PATH, offset=begin), {"text": text})


def bad_place(begin: int, latitude: str, longitude: str) -> Finding:
    """Say that a place is not on the globe."""
    return Finding(
        "DEVICE-PLACE",
        Severity.WARNING,
        Where(PATH, offset=begin),
        {"latitude": latitude, "longitude": longitude},
    )


def bad_fragments(begin: int, total: int, index: int) -> Finding:
    """Say that a fragment belongs to nothing that can be put together."""
    return Finding(
        "DEVICE-FRAGMENT", Severity.WARNING, Where(PATH, offset=begin), {"n": index, "of": total}
    )


def lapsed(device: str, count: int, total: int) -> Finding:
    """Say that the rest of a message is no longer waited for."""
    return Finding(
        "DEVICE-LAPSED",
        Severity.WARNING,
        Where(PATH),
        {"device": device, "count": count, "total": total},
    )


def bad_text(begin: int, text: str) -> Finding:
    """Say that a line of text is none that is known."""
    return Finding("DEVICE-TEXT", Severity.WARNING, Where(PATH, offset=begin), {"text": text[:80]})


def unknown_kind(path: str, kind: str) -> Finding:
    """Say that a document tells of nothing that is read here."""
    return Finding("DEVICE-KIND", Severity.NOTE, Where(path), {"kind": kind[:80]})


def bad_field(path: str, reason: str) -> Finding:
    """Say that a document is not in its form."""
    return Finding("DEVICE-FORM", Severity.ERROR, Where(path), {"reason": reason[:200]})


def too_many(path: str, count: int, most: int) -> Finding:
    """Say that a batch holds more than is taken at once."""
    return Finding("DEVICE-MANY", Severity.ERROR, Where(path), {"count": count, "max": most})


def unknown(begin: int, device: str) -> Finding:
    """Say that nobody registered a device of this name."""
    return Finding("DEVICE-UNKNOWN", Severity.ERROR, Where(PATH, offset=begin), {"device": device})


def unproved(begin: int, device: str) -> Finding:
    """Say that whoever sent this did not prove to be the device that it names."""
    return Finding("DEVICE-UNPROVED", Severity.ERROR, Where(PATH, offset=begin), {"device": device})


def wrong_code(begin: int, device: str) -> Finding:
    """Say that another code was shown than the device was given."""
    return Finding("DEVICE-CODE", Severity.ERROR, Where(PATH, offset=begin), {"device": device})
