"""What the reading of characters noted, as findings."""

from waglan.codes.finding import Finding, Severity, Where
from waglan.messages.edifact.batch import Note
from waglan.messages.edifact.charset import LABELS
from waglan.messages.edifact.content import short

# What a label promises for 8-bit bytes; UNOA and UNOB promise that there are none.
_PROMISED = {**LABELS, "UNOA": "", "UNOB": "", "UNOC": "iso8859-1"}


def finding(note: Note, where: Where, label: str) -> Finding | None:
    """Return what to say of a note; None where the charset is just what the label promised."""
    text = short(note.text)
    match note.kind:
        case "charset" | "guessed" | "other":
            return _of_charset(note, where, short(label))
        case "level":
            return Finding(
                "EDIFACT-LEVEL-CHARACTER",
                Severity.WARNING,
                where,
                {"text": text, "level": short(label)},
            )
        case "control":
            return Finding("EDIFACT-CONTROL-CHARACTER", Severity.ERROR, where, {"code": text})
        case "break":
            return Finding("EDIFACT-LINE-BREAK", Severity.WARNING, where, {"code": text})
        case "tag":
            return Finding("EDIFACT-TAG-FORM", Severity.WARNING, where, {"tag": text})
        case "nesting":
            return Finding("EDIFACT-NESTING", Severity.ERROR, where, {"tag": text, "text": text})
        case "empty":
            return Finding("EDIFACT-SEGMENT-EMPTY", Severity.WARNING, where, {})
        case _:
            return Finding("EDIFACT-TAG", Severity.ERROR, where, {"tag": text})


def _of_charset(note: Note, where: Where, label: str) -> Finding | None:
    name = short(note.text)
    if note.kind == "guessed":
        return Finding(
            "EDIFACT-CHARSET-GUESSED", Severity.WARNING, where, {"charset": name, "label": label}
        )
    if note.kind == "other":
        return Finding(
            "EDIFACT-CHARSET-OTHER", Severity.WARNING, where, {"charset": name, "label": label}
        )
    if _PROMISED.get(label) == note.text:
        return None
    return Finding("EDIFACT-CHARSET", Severity.NOTE, where, {"charset": name, "label": label})
