"""What `waglan track` prints: readable in eighty columns, and by whom each thing was said."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

import typer

from waglan.cli.named import named_lines, whose_line
from waglan.cli.wording import coded, plain, say, words
from waglan.codes.moment import second
from waglan.codes.render import Lang

COLUMNS = 80
ASKED = ("instruction", "documents", "due", "conditions")  # what customs' word wants of a reader


def show(answer: Mapping[str, Any], lang: Lang) -> None:
    """Print everything that was found, each oldest first, with what nobody said."""
    named_as = Counter((found["kind"], found["key"]) for found in answer["found"])
    for found in answer["found"]:
        kind = words("kind", lang)[found["kind"]]
        _print(f"{kind} {found['key']}  {_declared(found, lang)}".rstrip())
        if found["kind"] == "manifest" and named_as["manifest", found["key"]] > 1:
            _print(_identity(found, lang), indent=2)
        for line in _stands(found, lang):
            _print(line, indent=2)
        for named in found["named"]:
            lines = [*named_lines(named, lang)]
            if lines:
                _print(whose_line(named, lang), indent=2)
            for line in lines:
                _print(line, indent=4)
        which = "newest" if found["has_older"] else "all"
        _print(say("track", which, lang, events=len(found["events"])), indent=2)
        for event in found["events"]:
            seq = "…" if event["seq"] is None else str(event["seq"])
            when = second(event["happened_at"])
            _print(f"{seq:>8}  {when}  {_event(event['code'], lang)}  ({event['said_by']})")
            for line in _asked(event, lang):
                _print(line, indent=10)
        typer.echo()
    if answer["has_more"]:
        _print(say("track", "more", lang))


def show_listed(answer: Mapping[str, Any], lang: Lang) -> None:
    """Print how list and quay agree: counts, then each difference with who said what."""
    manifests = len(answer["manifests"])
    _print(say("listed", "list", lang, boxes=answer["listed"], manifests=manifests))
    for what, count in answer["told"].items():
        _print(say("listed", "told", lang, what=_event(what, lang), boxes=count), indent=2)
    if not answer["told"]:
        _print(say("listed", "silent", lang), indent=2)
    for one in answer["differences"]:
        finding = one["finding"]
        severity = words("severity", lang).get(finding["severity"], finding["severity"])
        _print(f"{severity} {finding['code']}  {one['box']}")
        _print(finding["problem"], indent=2)
        for name in ("listed", "told"):
            if source := one[name]:
                said = say(
                    "listed", f"by_{name}", lang, by=source["said_by"], document=source["document"]
                )
                _print(said, indent=4)
    if answer["left_out"]:
        _print(say("listed", "more", lang, count=answer["left_out"]))
    if not answer["differences"]:
        is_compared = answer["manifests"] or not answer["told"]
        _print(say("listed", "agreed" if is_compared else "uncompared", lang))


def show_messages(found: Iterable[Mapping[str, Any]], lang: Lang) -> None:
    """Print messages: when and which, and below it what became of it."""
    for one in found:
        state, at = coded("message_state", one["state"], lang), second(one["received_at"])
        told = say("track", "message", lang, bytes=f"{one['size']:,}", answers=one["answers"])
        _print(f"{at}  {one['id']}")
        _print(f"    {state}; {told}")


def show_answers(
    own: Sequence[Mapping[str, Any]], partners: Sequence[Mapping[str, Any]], lang: Lang
) -> None:
    """Print the answers that wait, and what partners said."""
    for one in own:
        _print(f"{second(one['made_at'])}  {one['kind']}  {one['href']}")
    names = words("answers", lang)
    for one in partners:
        codes = ", ".join(one["codes"])
        said = f"{names[one['verdict']]} ({codes})" if codes else names[one["verdict"]]
        _print(f"{second(one['told_at'])}  {one['kind']}  {one['about']}  {one['said_by']}: {said}")


def _event(code: str, lang: Lang) -> str:
    return words("event", lang).get(code, code)


def _declared(found: Mapping[str, Any], lang: Lang) -> str:
    """Say how far its declaration is; a box or a call has none, and its events are told below."""
    declaration = found["declaration"]
    if declaration != "untold" or not found["events"]:
        return coded("declaration", declaration, lang)
    is_declared = found["kind"] in ("bill", "manifest")
    return say("track", "undeclared", lang) if is_declared else ""


def _stands(found: Mapping[str, Any], lang: Lang) -> list[str]:
    declared, customs, told = found["declared"], found["customs"], found["particulars"]
    lines = []
    if declared:
        by, at = declared["said_by"], second(declared["happened_at"])
        lines.append(say("track", "declared", lang, by=by, at=at, version=found["version"] or "?"))
    if found["parts"]:
        lines.append(say("track", "parts", lang, parts=found["parts"]))
    if told.get("parent"):
        lines.append(say("track", "parent", lang, parent=told["parent"]))
    containers = told.get("containers")
    if isinstance(containers, list) and containers:
        lines.append(say("track", "containers", lang, containers=", ".join(map(str, containers))))
    moved = found["moved"]
    if moved:
        at, what = second(moved["happened_at"]), _event(moved["what"], lang)
        lines.append(say("track", "moved", lang, what=what, by=moved["said_by"], at=at))
    if customs:
        at = second(customs["happened_at"])
        which, status = "served" if found["is_served"] else "decided", customs["what"]
        lines.append(say("track", which, lang, status=coded("customs", status, lang), at=at))
        lines += [cleared_line(part, lang) for part in found["cleared"]]
    elif found["kind"] == "bill":
        lines.append(say("track", "silent", lang))
    elif found["kind"] == "manifest":
        lines.append(_answered(found["answered"], lang))
    return lines


def _identity(found: Mapping[str, Any], lang: Lang) -> str:
    """Say which of several manifests of one document it is."""
    by, call, authority = (found[name] or "?" for name in ("filer", "call", "filed_with"))
    return say("track", "identity", lang, by=by, call=call, authority=authority)


def _answered(answered: Mapping[str, Any] | None, lang: Lang) -> str:
    """Say what customs told of a manifest's bills: each of them has a status of its own."""
    if answered is None:
        return say("track", "unanswered", lang)
    bills = "?" if answered["what"] is None else answered["what"]
    return say("track", "answered", lang, bills=bills, at=second(answered["happened_at"]))


def cleared_line(part: Mapping[str, Any], lang: Lang) -> str:
    """Say which part customs let go; what nobody said of it is left out."""
    names = ("goods", "container", "packages")
    told = [
        say("cleared", name, lang, n=part[name]) for name in names if part.get(name) is not None
    ]
    return say("cleared", "part", lang, part=", ".join(told) or "?")


def _asked(event: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """Yield what a status code means, and what an event of customs' asks for."""
    if event["code"] == "equipment.status" and event["body"].get("status"):
        yield _status(event["body"], lang)
    if not event["code"].startswith("customs."):
        return
    yield from _let_go(event, lang)
    for name in ASKED:
        if told := event["body"].get(name):
            text = ", ".join(map(str, told)) if isinstance(told, list) else str(told)
            yield say("track", name, lang, text=second(text) if name == "due" else text)


def _let_go(event: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """Yield the parts that an event of customs' lets go; a terminal is told the boxes alone."""
    parts, boxes = event["body"].get("parts"), event["body"].get("boxes")
    for part in parts if isinstance(parts, list) else []:
        yield cleared_line(part, lang)
    if event["code"] == "customs.notice-released-in-part" and isinstance(boxes, list):
        for box in boxes:
            yield say("cleared", "in_box", lang, box=box)


def _status(body: Mapping[str, Any], lang: Lang) -> str:
    """Say what a sender's code means, where it is agreed of what list it is, and whose list."""
    meaning = body.get("status_meaning")
    told = words("meaning", lang).get(str(meaning)) or say("track", "no_meaning", lang)
    list_ = f" [{body['status_list']}]" if body.get("status_list") else ""
    text = f" ({body['status_text']})" if body.get("status_text") else ""
    return say("track", "status", lang, code=f"{body['status']}{list_}{text}", meaning=told)


def _print(text: str, *, indent: int = 0) -> None:
    blank = " " * indent
    for line in wrap(plain(text), COLUMNS, initial_indent=blank, subsequent_indent=blank + "  "):
        typer.echo(line)
