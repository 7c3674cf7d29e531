"""The closing table: what the day came to, said plainly, and what to try next."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from waglan.codes.calendar import HONG_KONG
from waglan.codes.render import Lang
from waglan.demo.answers import Value
from waglan.demo.hand import Conflict
from waglan.demo.results import Desks, Results
from waglan.demo.words import word, words

FINDINGS_SHOWN_MAX = 12


def show(console: Console, results: Results, lang: Lang) -> None:
    """Print the closing table; every figure was an answer of the server."""
    console.print(closing(results, lang))


def closing(results: Results, lang: Lang) -> RenderableType:
    """Return the table and the findings."""
    say = words(lang)["table"]
    return Group(
        Text(say["disclaimer"], style="bold yellow"),
        _figures(results, lang),
        _findings(results, lang),
        _desks(results.desks, lang),
    )


def next_commands(results: Results) -> tuple[str, ...]:
    """Return commands that show more of this very day."""
    return (
        f"waglan track {results.bill}",
        f"waglan track {results.detained}",
        f"waglan track {results.box}",
        f"waglan status {results.desks.ashore.bill}",
        "waglan log show --limit 20",
        "waglan log verify",
    )


def _figures(results: Results, lang: Lang) -> Table:
    say = words(lang)["table"]
    table = Table(title=say["title"], show_header=False, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(results, lang):
        table.add_row(name, Text(value))
    table.caption = say["status_note"]
    table.caption_justify = "left"
    return table


def _rows(results: Results, lang: Lang) -> Iterator[tuple[str, str]]:
    say = words(lang)["table"]
    yield say["call"], results.call
    yield say["arrives"], _when(results, say["unknown"])
    filed = results.filed
    yield (
        say["files"],
        say["files_value"].format(
            accepted=filed.accepted,
            partly=filed.partly,
            refused=filed.refused,
            replayed=filed.replayed,
        ),
    )
    yield say["bills"], f"{results.bills:,}"
    yield say["before"], f"{results.decided_before_arrival:,}"
    for status, count in results.by_status:
        yield f"  {word(lang, 'statuses', status)}", f"{count:,}"
    yield say["undecided"], f"{results.undecided:,}"
    yield say["served"], f"{results.served:,}"
    yield say["answers"], ", ".join(f"{kind} {count}" for kind, count in results.answers)
    yield say["time"], _time(results, say["time_value"], say["time_none"])
    proof = results.proof
    yield say["log"], say["log_value"].format(size=f"{proof.size:,}", root=proof.root)
    standing = "unchecked" if proof.standing is None else proof.standing.value
    yield say["proof"], word(lang, "standings", standing)


def _when(results: Results, unknown: str) -> str:
    if results.arrives_at is None:
        return unknown
    return f"{results.arrives_at.astimezone(HONG_KONG):%Y-%m-%d %H:%M} HKT"


def _time(results: Results, known: str, none: str) -> str:
    if results.seconds_to_decision is None:
        return none
    p50, p95 = results.seconds_to_decision
    return known.format(p50=f"{p50:.1f}", p95=f"{p95:.1f}")


def _findings(results: Results, lang: Lang) -> RenderableType:
    say = words(lang)["table"]
    if not results.findings:
        return Text(say["no_findings"])
    table = Table(title=say["findings"], title_justify="left")
    table.add_column(say["code"], no_wrap=True)
    table.add_column(say["severity"], no_wrap=True)
    table.add_column(say["times"], justify="right")
    table.add_column(say["example"], overflow="fold")
    for told in results.findings[:FINDINGS_SHOWN_MAX]:
        finding = told.finding
        severity = word(lang, "severities", finding.severity)
        table.add_row(finding.code, severity, f"{told.times:,}", Text(finding.problem))
    return table


def _desks(desks: Desks, lang: Lang) -> Table:
    say = words(lang)["table"]
    table = Table(title=say["desks"], show_header=False, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _at_desks(desks, lang):
        table.add_row(name, Text(value))
    return table


def _at_desks(desks: Desks, lang: Lang) -> Iterator[tuple[str, str]]:
    say = words(lang)["table"]
    for finding in desks.saved:
        yield say["saved"], f"{finding.code}: {finding.problem}"
    made = desks.by_hand
    counts = {"houses": made.houses, "papers": made.papers, "fields": made.fields}
    yield say["by_hand"], say["by_hand_value"].format(**counts, typed=made.typed)
    for one in made.conflicts:
        yield say["conflict"], _conflict(one, lang)
    for code, count in Counter(finding.code for finding in made.stopped).items():
        first = next(finding for finding in made.stopped if finding.code == code)
        yield say["stopped"], say["stopped_value"].format(count=count, problem=first.problem)
    yield say["approved"], word(lang, "states", made.state)
    answered = desks.answered
    yield (
        say["notice"],
        say["notice_value"].format(
            notice=answered.notice,
            state=word(lang, "notice_states", answered.state),
            documents=answered.documents,
        ),
    )
    ashore = desks.ashore
    yield say["ashore"], say["ashore_value"].format(call=ashore.call, listed=ashore.listed.listed)
    for difference in ashore.listed.differences:
        yield say["differs"], difference.finding.problem
    yield say["examined"], f"{ashore.bill}: {word(lang, 'results', ashore.result)}"
    status = ashore.stated.status
    shown = say["not_proven"] if status is None else word(lang, "statuses", status)
    yield (
        say["stated"],
        say["stated_value"].format(status=shown, characters=ashore.stated.characters),
    )


def _conflict(one: Conflict, lang: Lang) -> str:
    return words(lang)["table"]["conflict_value"].format(
        field=one.field,
        kept=_amount(one.field, one.kept),
        kept_from=word(lang, "sources", one.kept_from),
        lost=_amount(one.field, one.lost),
        lost_from=word(lang, "sources", one.lost_from),
    )


def _amount(field: str, value: Value) -> str:
    """Return a value as a person reads it: masses in kilograms."""
    if isinstance(value, int) and field.endswith("_g"):
        return f"{value / 1000:,g} kg"
    return str(value)
