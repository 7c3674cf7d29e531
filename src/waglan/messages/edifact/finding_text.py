"""A finding as the segments that APERAK and CUSRES tell it in."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.render import Lang, render, templates
from waglan.messages.edifact import errors, structure
from waglan.messages.edifact.write import Segment, fits
from waglan.messages.envelope import Interchange

TEXT_MAX_CHARACTERS: Final = 70  # 4440 in D.95B and D.96A
TEXTS_MAX: Final = 5  # C108: the finding's code, one or two of the problem, the rest of the remedy
PROBLEM_TEXTS_MAX: Final = 2
CUT: Final = " ..."  # that the text goes on, and stands whole on the interface
ITEM_MAX_CHARACTERS: Final = 35  # 1052
# 9321 takes the numbers of 0085, an agreement of this profile.
SYNTAX_ERROR: Final[Mapping[str, int]] = {**errors.SYNTAX_ERROR, **structure.SYNTAX_ERROR}
ERRORS_SUBJECT: Final = "AAO"  # 4451: error description, free text


class Wording(msgspec.Struct, frozen=True):
    """How findings are told: the language, and the error code (0085, 9321) of each finding code."""

    lang: Lang = "en"
    codes: Mapping[str, int] = msgspec.field(default_factory=lambda: SYNTAX_ERROR)

    def error_code(self, finding: Finding) -> str:
        """Return the error code of a finding; the text beside it carries our full code."""
        return str(self.codes.get(finding.code, errors.UNSPECIFIED))


# How a place in our own words is named to the filer (1153): EQ not verified for D.95B.
_REFERENCE: Final = {"bills": "BM", "equipment": "EQ"}


def free_text(finding: Finding, wording: Wording, envelope: Interchange) -> Segment:
    """Return the FTX of a finding: its code, problem and remedy, in a language that can be sent.

    Words that the envelope's characters cannot hold give way to English, and where the sender's
    own text is in the way to the code alone: it is never disfigured.
    """
    for lang in languages(wording.lang):
        advice = render(finding, lang)
        problem = _cut(advice.problem, PROBLEM_TEXTS_MAX)
        remedy = _cut(advice.remedy, TEXTS_MAX - 1 - len(problem))
        texts = (finding.code, *problem, *remedy)
        if fits("".join(texts), envelope):
            return ("FTX", ERRORS_SUBJECT, "", "", texts)
    return ("FTX", ERRORS_SUBJECT, "", "", (finding.code,))


def codes_alone(findings: Sequence[Finding], wording: Wording, envelope: Interchange) -> int:
    """Return how many findings are told by their code alone, since their words can't be sent."""
    if _surely_fit(findings, envelope):
        return 0
    return sum(len(free_text(finding, wording, envelope)[-1]) == 1 for finding in findings)


def _surely_fit(findings: Sequence[Finding], envelope: Interchange) -> bool:
    """Whether all that goes into the findings' English words can be sent, looked at together."""
    english, codes = templates("en"), {finding.code for finding in findings}
    words = [text for code in codes for text in (code, english[code].problem, english[code].remedy)]
    named = [text for f in findings for text in f.params.values() if isinstance(text, str)]
    return fits("".join(words) + "".join(named), envelope)


def languages(wanted: Lang) -> tuple[Lang, ...]:
    """Return the languages to try, the wanted one first."""
    return (wanted,) if wanted == "en" else (wanted, "en")


def item(where: Where, envelope: Interchange) -> str:
    """Return a place's path as 1052 takes it, or nothing where it cannot be sent."""
    path = where.path[:ITEM_MAX_CHARACTERS]
    return path if fits(path, envelope) else ""


def reference(where: Where, envelope: Interchange) -> tuple[str, str] | None:
    """Return the bill or box that a finding is about, if its place names one that can be sent."""
    kind, _, rest = where.path.partition("/")
    number = rest.partition("/")[0]
    qualifier = _REFERENCE.get(kind)
    return (qualifier, number) if qualifier and number and fits(number, envelope) else None


def more(findings: Sequence[Finding], said_max: int) -> tuple[Sequence[Finding], list[Finding]]:
    """Return the findings that fit, and a note of how many do not, which takes one place."""
    if len(findings) <= said_max:
        return findings, []
    said = findings[: said_max - 1]
    count = len(findings) - len(said)
    return said, [
        Finding("EDIFACT-STRUCTURE-MORE-FINDINGS", Severity.NOTE, Where("answer"), {"count": count})
    ]


def _cut(text: str, most: int) -> tuple[str, ...]:
    """Cut at a blank near the end; say where more would follow, which stands in the full answer."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        room = TEXT_MAX_CHARACTERS
        is_cut = len(lines) == most - 1 and len(rest) > room
        room -= len(CUT) if is_cut else 0
        end = len(rest)
        if end > room:
            blank = rest.rfind(" ", room // 2, room + 1)
            end = blank if blank > 0 else room
        lines.append(rest[:end] + (CUT if is_cut else ""))
        rest = rest[end:].lstrip()
    return tuple(lines)
