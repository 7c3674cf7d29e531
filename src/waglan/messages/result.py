"""What is answered to a paper that came without an envelope: JSON, for programs and for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.finding import Finding, Severity
from waglan.codes.render import Lang, render

RESULT_FORM: Final = "waglan/result/v1"
NOTICE_FORM: Final = "waglan/notice/v1"
LANGS: Final[tuple[Lang, ...]] = ("en", "zh-Hant-HK")


class Words(msgspec.Struct, frozen=True):
    """A finding in one language."""

    problem: str
    remedy: str


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding with its place, and in words: EDIFACT's answers carry theirs likewise."""

    code: str
    severity: Severity
    place: str
    words: Mapping[Lang, Words]
    row: int | None = None
    params: Mapping[str, str | int] = {}


class Result(msgspec.Struct, frozen=True):
    """What became of one paper; `version` is the manifest's once it stands declared."""

    form: str
    document: str
    kind: str
    accepted: bool
    version: int | None
    findings: tuple[Told, ...]


class BillStatus(msgspec.Struct, frozen=True):
    """What customs wants of one bill."""

    bill: str
    level: str
    status: CustomsStatus


class Notice(msgspec.Struct, frozen=True):
    """The customs status of bills, which is no release of cargo."""

    form: str
    document: str
    bills: tuple[BillStatus, ...]


def result(
    document: str, kind: str, findings: Sequence[Finding], *, accepted: bool, version: int | None
) -> bytes:
    """Return the answer to one paper."""
    told = tuple(map(in_words, findings))
    return _formatted(Result(RESULT_FORM, document, kind, accepted, version, told))


def notice(document: str, bills: Iterable[BillStatus]) -> bytes:
    """Return the customs status of bills, as their filer may be told."""
    return _formatted(Notice(NOTICE_FORM, document, tuple(bills)))


def in_words(finding: Finding) -> Told:
    """Return a finding with its words in every language."""
    words = {lang: _words(finding, lang) for lang in LANGS}
    return Told(
        finding.code,
        finding.severity,
        finding.where.path,
        words,
        finding.where.line,
        finding.params,
    )


def _words(finding: Finding, lang: Lang) -> Words:
    advice = render(finding, lang)
    return Words(advice.problem, advice.remedy)


def _formatted(answer: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(answer), indent=2) + b"\n"
