"""All rules over one manifest."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date

from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.rule import Beside
from waglan.customs.rules import RULES, WIDER_RULES
from waglan.manifest.model import Manifest


@dataclass(frozen=True, slots=True)
class Wider:
    """What the wider rules found, which of them were run, and why the others were not."""

    findings: tuple[Finding, ...]
    run: tuple[str, ...]
    not_run: tuple[Finding, ...]


def judge(manifest: Manifest, *, on: date) -> list[Finding]:
    """Return every finding of the rules of the file alone in force on the day of filing."""
    return [f for rule in RULES if on >= rule.IN_FORCE_FROM for f in rule.check(manifest)]


def judge_some(manifest: Manifest, codes: Container[str], beside: Beside, *, on: date) -> Wider:
    """Return what these rules find, as far as they are in force and have what they need."""
    findings, run, not_run = list[Finding](), list[str](), list[Finding]()
    for rule in RULES:
        if rule.CODE in codes:
            early = _early(rule.CODE, rule.IN_FORCE_FROM, on)
            if early is not None:
                not_run.append(early)
            else:
                run.append(rule.CODE)
                findings += rule.check(manifest)
    wider = judge_wider(manifest, beside, on=on, codes=codes)
    return Wider((*findings, *wider.findings), (*run, *wider.run), (*not_run, *wider.not_run))


def judge_wider(
    manifest: Manifest, beside: Beside, *, on: date, codes: Container[str] | None = None
) -> Wider:
    """Return what the rules find that need more than the file, as far as it is there.

    With codes, those rules alone.
    """
    findings, run, not_run = list[Finding](), list[str](), list[Finding]()
    for rule in WIDER_RULES:
        if codes is not None and rule.CODE not in codes:
            continue
        lacking = _early(rule.CODE, rule.IN_FORCE_FROM, on) or rule.lacks(manifest, beside)
        if lacking is not None:
            not_run.append(lacking)
        else:
            run.append(rule.CODE)
            findings += rule.check_beside(manifest, beside)
    return Wider(tuple(findings), tuple(run), tuple(not_run))


def run_on(day: date) -> tuple[Sequence[str], Sequence[Finding]]:
    """Return the codes of the file's own rules in force on a day, and notes on the others."""
    early = [_early(rule.CODE, rule.IN_FORCE_FROM, day) for rule in RULES]
    run = [rule.CODE for rule in RULES if day >= rule.IN_FORCE_FROM]
    return run, [note for note in early if note is not None]


def _early(code: str, since: date, on: date) -> Finding | None:
    if on >= since:
        return None
    where, day = Where("manifest"), since.isoformat()
    return Finding("DRY-RUN-NOT-IN-FORCE", Severity.NOTE, where, {"rule": code, "from": day})
