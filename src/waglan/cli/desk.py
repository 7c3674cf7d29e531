"""`waglan desk`: what officers do, each act signed here with a key that never leaves them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from waglan.cli import desk_tables
from waglan.cli.act_shown import said_lines
from waglan.cli.bill_shown import print_wrapped, short_line, show_changed, show_findings, show_says
from waglan.cli.json_file import read_json_file
from waglan.cli.named import bill_name, named_lines
from waglan.cli.notice import SeenNotice
from waglan.cli.settings import Settings
from waglan.cli.signing import handed_in, make_key, private_key
from waglan.cli.talk import answered, client, pages, path_step
from waglan.cli.versioned import filed_version, versioned
from waglan.cli.wording import coded, plain, say, show_finding, stopped, words
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import minute, second
from waglan.codes.render import Lang

app = typer.Typer(no_args_is_help=True, help="The customs desk: look, decide, sign.")
app.add_typer(desk_tables.table, name="table")
app.add_typer(desk_tables.order, name="order")

KeyFile = Annotated[
    Path, typer.Option("--key", help="Your private key.", exists=True, dir_okay=False)
]
Reason = Annotated[str, typer.Option(help="Why, for your own administration; no filer reads it.")]
Voucher = Annotated[str, typer.Option(help="Number of the release voucher.")]
Numbers = Annotated[
    list[str],
    typer.Argument(
        metavar="BILL=DECISION/FILED...",
        help="Numbers of bills, each with the decision and the filed version that you saw (desk"
        " show, desk worklist; without /FILED the first that was filed); of a number that several"
        " filed NUMBER@FILER=..., or where one filed it below several bills NUMBER@FILER@ABOVE=..."
        " (- for none).",
    ),
]


@app.command()
def key(
    file: Annotated[Path, typer.Argument(help="Where your private key is, or will be made.")],
) -> None:
    """Make your key if there is none here, and register its public half."""
    from base64 import b64encode

    settings = Settings()
    if not file.exists():
        make_key(file)
    public = b64encode(private_key(file).public_key().public_bytes_raw()).decode()
    with client(settings) as http:
        known = answered(http.post("/v1/customs/officer-keys", json={"public_key": public})).json()
    typer.echo(plain(known["officer"]))


@app.command("keys")
def list_keys() -> None:
    """List your officers' keys, newest first, with those that ended."""
    with client(Settings()) as http:
        for one in pages(http, "/v1/customs/officer-keys", "keys"):
            until = minute(one["ended_at"])
            since = minute(one["registered_at"])
            typer.echo(plain(f"{one['officer']}  {one['key_sha256'][:16]}  {since}  {until}"))


@app.command("end-key")
def end_key(
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="Whose key.")],
) -> None:
    """End an officer's key that was lost, or is no longer his; orders he signed end with it."""
    with client(Settings()) as http:
        path = f"/v1/customs/officer-keys/{path_step(officer)}"
        found = answered(http.delete(path)).json()
    for order in found["orders"]:
        typer.echo(plain(order))


@app.command("worklist")
def list_waiting(
    call: Annotated[str, typer.Option(help="Of one call alone: IMO number/voyage.")] = "",
    status: Annotated[str, typer.Option(help="Of one status alone.")] = "",
    waits: Annotated[str, typer.Option(help="What waits: decision, examination …")] = "",
    waits_for: Annotated[str, typer.Option("--for", help="officer, filer or order.")] = "",
    after: Annotated[str, typer.Option(help="The cursor that the page before gave.")] = "",
) -> None:
    """List the bills that wait, with their goods in short: by arrival, then by score."""
    settings = Settings()
    asked = {"call": call, "status": status, "waits": waits, "waits_for": waits_for}
    asked = {name: value for name, value in {**asked, "after": after}.items() if value}
    with client(settings) as http:
        found = answered(http.get("/v1/customs/worklist", params=asked)).json()
    for bill in found["bills"]:
        typer.echo(_waiting(bill, settings.lang))
        typer.echo("    " + short_line(bill, settings.lang))
    if not found["bills"]:
        typer.echo(say("desk", "no_bill", settings.lang), err=True)
    if found["next"]:
        typer.echo(say("desk", "more", settings.lang, after=plain(found["next"])), err=True)


@app.command("calls")
def list_calls(
    waits: Annotated[str, typer.Option(help="What waits: decision or serving.")] = "",
    passed_over: Annotated[
        bool, typer.Option("--passed-over", help="Those alone that the order passed over.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Also those that wait for nobody.")] = False,
    after: Annotated[str, typer.Option(help="The cursor that the page before gave.")] = "",
) -> None:
    """List the calls that wait for an officer, by arrival: to decide of bills, or to serve."""
    settings = Settings()
    asked: dict[str, str | bool] = {"waiting": not every, "passed_over": passed_over}
    asked |= {name: value for name, value in {"waits": waits, "after": after}.items() if value}
    with client(settings) as http:
        found = answered(http.get("/v1/customs/calls", params=asked)).json()
    for call in found["calls"]:
        typer.echo(_call(call, settings.lang))
    if not found["calls"]:
        typer.echo(say("desk", "no_call", settings.lang), err=True)
    if found["next"]:
        typer.echo(say("desk", "more_calls", settings.lang, after=plain(found["next"])), err=True)


def _call(call: dict[str, Any], lang: Lang) -> str:
    line = say(
        "desk",
        "call",
        lang,
        at=_arrival(call, lang),
        call=plain(call["call"]),
        vessel=plain(call["vessel"] or "-"),
        bills=call["bills"],
        undecided=call["undecided"],
        unserved=call["unserved"],
    )
    marks = [say("desk", f"call_{wait}", lang) for wait in call["waits"]]
    for mark in ("passed_over_at", "order_tells_at"):
        if call[mark]:
            marks.append(say("desk", mark, lang, at=minute(call[mark])))
    if call["arrivals_differ"]:
        marks.append(say("desk", "arrivals_differ", lang))
    return f"{line}  ({'; '.join(marks)})" if marks else line


def _arrival(what: dict[str, Any], lang: Lang) -> str:
    at: str | None = what["arrives_at"]
    return minute(at) if at else say("desk", "arrival_unknown", lang)


def _waiting(bill: dict[str, Any], lang: Lang) -> str:
    names = words("waits", lang)
    line = say(
        "desk",
        "waiting",
        lang,
        at=_arrival(bill, lang),
        score=bill["score"],
        number=plain(bill_name(bill["number"], bill["parent"], lang)),
        filer=plain(bill["filer"]),
        version=bill["version"],
        filed=bill["filed_version"],
        status=coded("customs", bill["status"], lang),
        whom=names[bill["waits_for"]],
        waits=names[bill["waits"]],
    )
    is_news = bill["withdrawn"] and bill["waits"] != "withdrawn"
    marks = [say("desk", "withdrawn", lang)] if is_news else []
    if tells_at := bill["order_tells_at"]:
        marks.append(say("desk", "order_tells_at", lang, at=minute(tells_at)))
    marks += [say("desk", "also_by", lang, filer=plain(filer)) for filer in bill["also_by"]]
    for one in bill["held_before"]:
        number = bill_name(one["number"], one["parent"], lang)
        named = {"number": plain(number), "filer": plain(one["filer"])}
        status = coded("customs", one["status"], lang)
        marks.append(say("desk", "held_before", lang, status=status, **named))
    return f"{line}  ({'; '.join(marks)})" if marks else line


@app.command()
def show(number: Annotated[str, typer.Argument(metavar="BILL", help="A bill's number.")]) -> None:
    """Show a bill as officers see it: status, goods, containers, names, and every step so far."""
    settings = Settings()
    with client(settings) as http:
        shown = None
        for bill in _bills(http, number):
            name = (bill["filer"], bill["parent"])
            if name != shown:  # else its steps go on
                _show_bill(bill, settings.lang)
            shown = name
            for step in bill["steps"]:
                _show_step(step, settings.lang)


def _bills(http: httpx.Client, number: str) -> Iterator[dict[str, Any]]:
    path = f"/v1/customs/bills/{path_step(number)}"
    return pages(http, path, "bills", cursor="after")


def _show_bill(bill: dict[str, Any], lang: Lang) -> None:
    typer.echo(
        say(
            "desk",
            "bill",
            lang,
            number=plain(bill_name(bill["number"], bill["parent"], lang)),
            filer=plain(bill["filer"]),
            version=bill["version"],
            filed=bill["filed_version"],
            status=coded("customs", bill["status"], lang),
            served=coded("customs", bill["served"], lang),
        )
    )
    if bill["withdrawn"]:
        typer.echo("  " + say("desk", "withdrawn", lang))
    show_says(bill["says"], lang)
    show_changed(bill["changed"], lang)
    for line in named_lines(bill["named"], lang):
        typer.echo(plain(f"  {line}"))
    show_findings(bill["findings"], lang)


def _show_step(step: dict[str, Any], lang: Lang) -> None:
    by = step["act"] or step["order"] or "-"
    result = [coded("result", step["result"], lang)] if step["result"] else []
    why = ", ".join([*step["fired"], *step["targeting"], *result])
    at, status = second(step["decided_at"]), coded("customs", step["status"], lang)
    typer.echo(plain(f"  {step['version']:>3}  {at}  {status:<22} {by}  {why}"))
    for line in _step_lines(step, lang):
        print_wrapped(line, indent=7)


def _step_lines(step: dict[str, Any], lang: Lang) -> Iterator[str]:
    if step["said"]:
        yield say("said", "by", lang, officer=step["decided_by"])
        yield from said_lines(step["said"], lang)
    if at := step["served_at"]:
        yield say("said", "told", lang, at=second(at))
    else:
        yield say("said", "untold", lang)


@app.command("act")
def show_act(act: Annotated[str, typer.Argument(metavar="ACT", help="Its id.")]) -> None:
    """Show an act: who signed it and when, what he said, and the bytes that he signed."""
    settings = Settings()
    with client(settings) as http:
        found = answered(http.get(f"/v1/customs/acts/{path_step(act)}")).json()
    lang, said = settings.lang, found["said"]
    seq = "…" if found["seq"] is None else found["seq"]
    kind = said and said["kind"]
    group = "other_act" if kind in words("other_act", lang) else "act"
    typer.echo(
        plain(f"{found['act']}  {coded(group, kind, lang)}  {second(found['done_at'])}  {seq}")
    )
    print_wrapped(say("said", "by", lang, officer=found["officer"]))
    for line in said_lines(said, lang) if said else ():
        print_wrapped(line)
    typer.echo(plain(found["body"]))


@app.command("ask-documents")
def ask_documents(
    bills: Numbers,
    key: KeyFile,
    reason: Reason,
    document: Annotated[list[str], typer.Option(help="What is wanted; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=90, help="How long its filer has.")] = 3,
) -> None:
    """Ask for documents of bills: their filers are told with the next notice."""
    due = datetime.now(UTC) + timedelta(days=days)
    _act(key, "ask-documents", bills, reason=reason, documents=tuple(document), due=due)


@app.command()
def detain(
    bills: Numbers,
    key: KeyFile,
    reason: Reason,
    instruction: Annotated[str, typer.Option(help="What those who are told shall do.")],
) -> None:
    """Detain bills: their addressees get a notice with your instruction."""
    _act(key, "detain", bills, reason=reason, instruction=instruction)


@app.command()
def select(bills: Numbers, key: KeyFile, reason: Reason) -> None:
    """Select bills for inspection."""
    _act(key, "select", bills, reason=reason)


@app.command("pass-over")
def pass_over(bills: Numbers, key: KeyFile, reason: Reason) -> None:
    """Decide that nothing is wanted of bills that nobody has decided yet."""
    _act(key, "pass-over", bills, reason=reason)


@app.command()
def examined(
    bills: Numbers,
    key: KeyFile,
    outcome: Annotated[
        Path, typer.Option(help="The outcome, as JSON.", exists=True, dir_okay=False)
    ],
) -> None:
    """Write down what came of an examination."""
    _act(key, "examine", bills, outcome=read_json_file(outcome, Settings().lang))


@app.command()
def clear(
    bills: Numbers,
    key: KeyFile,
    reason: Reason,
    voucher: Voucher = "",
) -> None:
    """Clear bills; it is no release of cargo."""
    _act(key, "clear", bills, reason=reason, voucher=voucher)


@app.command("clear-conditionally")
def clear_conditionally(
    bills: Numbers,
    key: KeyFile,
    reason: Reason,
    condition: Annotated[list[str], typer.Option(help="A condition; may be repeated.")],
    voucher: Voucher = "",
) -> None:
    """Clear bills on conditions, which their filers are told."""
    conditions = tuple(condition)
    _act(key, "clear-conditionally", bills, reason=reason, voucher=voucher, conditions=conditions)


@app.command("clear-partly")
def clear_partly(
    bills: Numbers,
    key: KeyFile,
    reason: Reason,
    part: Annotated[
        list[str],
        typer.Option(
            help="GOODS, GOODS:CONTAINER or :CONTAINER, each with :PACKAGES if not all of it goes"
            " (1::5, 1:CONTAINER:5, :CONTAINER:5); may be repeated."
        ),
    ],
    voucher: Voucher = "",
) -> None:
    """Clear some goods items or containers of bills; the rest stays as it is."""
    parts = tuple(_part(text) for text in part)
    _act(key, "clear-partly", bills, reason=reason, voucher=voucher, parts=parts)


@app.command()
def seize(bills: Numbers, key: KeyFile, reason: Reason) -> None:
    """Seize bills."""
    _act(key, "seize", bills, reason=reason)


@app.command()
def lift(bills: Numbers, key: KeyFile, reason: Reason) -> None:
    """Take back what was asked of bills, or give back what was seized."""
    _act(key, "lift", bills, reason=reason)


@app.command()
def serve(
    call: Annotated[str, typer.Argument(help="The call: IMO number/voyage.")], key: KeyFile
) -> None:
    """Serve the notices of a call: all its filers are told at one time.

    Bills of it that are still undecided are counted in a warning.
    """
    settings = Settings()
    with client(settings) as http:
        done = handed_in(http, key, "serve", call=call)
    for finding in done["findings"]:
        show_finding(finding, settings.lang)
    typer.echo(say("desk", "served", settings.lang, count=done["notices"]))


@app.command()
def extend(
    notice: SeenNotice,
    key: KeyFile,
    reason: Reason,
    days: Annotated[int, typer.Option(min=1, max=90, help="How long from now.")] = 3,
    instruction: Annotated[str, typer.Option(help="What its addressees shall do.")] = "",
) -> None:
    """Give more time to answer a notice, or ask again: its addressees are told at once."""
    settings = Settings()
    notice, version = versioned(notice, settings.lang)
    due = datetime.now(UTC) + timedelta(days=days)
    with client(settings) as http:
        named = {"number": notice, "version": version}
        said = {"notice": named, "due": due, "reason": reason, "instruction": instruction}
        handed_in(http, key, "extend-notice", **said)
    typer.echo(say("notice", "extended", settings.lang, notice=notice, due=minute(due.isoformat())))


@app.command("name-addressee")
def name_addressee(
    notice: SeenNotice,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Whom: as listed here.")],
    capacity: Annotated[str, typer.Option("--as", help="agent, terminal or consignee.")],
    key: KeyFile,
    reason: Reason,
) -> None:
    """Name whom a notice could not be told to when it was served: he is told at once."""
    settings = Settings()
    notice, version = versioned(notice, settings.lang)
    with client(settings) as http:
        named = {"number": notice, "version": version}
        said = {"notice": named, "party": party, "capacity": capacity, "reason": reason}
        handed_in(http, key, "name-addressee", **said)
    typer.echo(say("notice", "named", settings.lang, notice=notice, party=plain(party)))


def _part(text: str) -> dict[str, object]:
    goods, container, packages, *more = [step.strip() for step in [*text.split(":"), "", ""]]
    numbers = {"goods": goods, "packages": packages}
    if any(more) or not (goods or container) or not all(map(_is_count, numbers.values())):
        raise typer.BadParameter(say("usage", "part", Settings().lang, text=plain(text)))
    told = {name: int(number) for name, number in numbers.items() if number}
    return told | ({"container": container} if container else {})


def _is_count(text: str) -> bool:
    return not text or (text.isascii() and text.isdecimal() and int(text) > 0)


def _meant(http: httpx.Client, name: str, lang: Lang) -> dict[str, Any]:
    """Return the one bill of that name: an act is never of a bill that nobody named, or saw.

    Its versions are those that were seen: whoever takes the act compares what stands by then.
    """
    name, version, filed = filed_version(name, lang)
    meant = [bill for reading in _readings(name) for bill in _bills_of(http, *reading)]
    where = Where(f"bills/{name}")
    if not meant:
        raise stopped(Finding("ACT-NO-SUCH-BILL", Severity.ERROR, where, {"bill": name}), lang, 1)
    if len(meant) > 1:
        names = ", ".join(
            f"{bill['number']}@{bill['filer']}@{bill['parent'] or '-'}" for bill in meant
        )
        raise stopped(
            Finding("CLI-BILL-OF-SEVERAL", Severity.ERROR, where, {"bill": name, "names": names}),
            lang,
            1,
        )
    return {**meant[0], "version": version, "filed_version": filed}


def _readings(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield each (number, filer, bill above) that a name may mean: a number may hold an @."""
    yield name, "", ""
    for at, sign in enumerate(name):
        if sign == "@":
            filer, _, above = name[at + 1 :].partition("@")
            yield name[:at], filer, above


def _bills_of(http: httpx.Client, number: str, filer: str, above: str) -> Iterator[dict[str, Any]]:
    """Yield the bills of a number, of this filer and below that bill; empty is any, `-` is none."""
    path = f"/v1/customs/bills/{path_step(number)}"
    if not number or http.get(path, params={"limit": 1}).status_code == HTTPStatus.NOT_FOUND:
        return
    parent = "" if above == "-" else above
    named = {(bill["filer"], bill["parent"]): bill for bill in _bills(http, number)}
    for bill in named.values():
        if filer in ("", bill["filer"]) and (not above or bill["parent"] == parent):
            yield bill


def _act(file: Path, act: str, numbers: list[str], **said: object) -> None:
    """Sign the act on bills as they were seen, hand it in, and print what became of it.

    Exit 1: refused, for one bill at least.
    """
    settings = Settings()
    with client(settings) as http:
        bills = [
            {name: bill[name] for name in ("filer", "number", "parent", "version", "filed_version")}
            for bill in (_meant(http, number, settings.lang) for number in numbers)
        ]
        done = handed_in(http, file, act, bills=bills, **said)
    for row in done["rows"]:
        status = coded("customs", row["status"], settings.lang)
        number = bill_name(row["number"], row["parent"], settings.lang)
        filed = "" if row["filed_version"] is None else f"/{row['filed_version']}"
        typer.echo(plain(f"{number}  {row['filer']}  {row['version']}{filed}  {status}"))
        for finding in row["findings"]:
            show_finding(finding, settings.lang)
    raise typer.Exit(1 if done["refused"] else 0)
