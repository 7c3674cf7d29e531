"""`waglan desk table` and `waglan desk order`: what a machine may decide in officers' names."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from waglan.cli import desk_back_test
from waglan.cli.json_file import UNDONE, read_json_file
from waglan.cli.settings import Settings
from waglan.cli.signing import handed_in, private_key
from waglan.cli.talk import answered, client, pages, path_step
from waglan.cli.wording import coded, plain, say, show_finding, stopped, tell
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.moment import minute
from waglan.codes.render import Lang

table = typer.Typer(no_args_is_help=True, help="Import, compare and publish officers' tables.")
table.command("back-test")(desk_back_test.back_test)
order = typer.Typer(no_args_is_help=True, help="Sign, list and revoke standing orders.")

KeyFile = Annotated[
    Path, typer.Option("--key", help="Your private key.", exists=True, dir_okay=False)
]
Sha256 = Annotated[str, typer.Argument(metavar="TABLE", help="Its SHA-256, as imported.")]


@table.command("import")
def import_table(
    file: Annotated[Path, typer.Argument(help="A decision model.", exists=True, dir_okay=False)],
) -> None:
    """Import a table as a draft; prints its SHA-256, which another officer publishes."""
    with client(Settings()) as http:
        shown = answered(http.post("/v1/customs/tables", content=file.read_bytes())).json()
    typer.echo(shown["sha256"])


@table.command("list")
def list_tables() -> None:
    """List your authority's tables, newest first."""
    settings = Settings()
    with client(settings) as http:
        found = list(_pages(http, "/v1/customs/tables", "tables"))
    for one in found:
        name = "published" if one["published_by"] else "draft"
        by = one["published_by"] or one["imported_by"]
        state = say("desk", name, settings.lang, by=plain(by))
        typer.echo(f"{one['sha256']}  {one['rows']:>4}  {state}")


@table.command()
def show(sha256: Sha256) -> None:
    """Show a table row by row, in words, and its back-tests."""
    settings = Settings()
    with client(settings) as http:
        found = answered(http.get(f"/v1/customs/tables/{sha256}")).json()
        tests = [*pages(http, f"/v1/customs/tables/{sha256}/back-tests", "back_tests")]
    for row in found["in_words"]:
        typer.echo(_words(row))
    for test in tests:
        desk_back_test.show(test, settings.lang)


@table.command()
def compare(
    sha256: Sha256,
    other: Annotated[str, typer.Argument(help="The later table's SHA-256.")],
) -> None:
    """Say what a later table says otherwise. Exit 1: they differ."""
    with client(Settings()) as http:
        found = answered(http.get(f"/v1/customs/tables/{sha256}/changes-to/{other}")).json()
    for row in found["added"]:
        typer.echo(f"+ {_words(row)}")
    for row in found["removed"]:
        typer.echo(f"- {_words(row)}")
    for one in found["changed"]:
        typer.echo(f"< {_words(one['before'])}")
        typer.echo(f"> {_words(one['after'])}")
    raise typer.Exit(1 if any(found.values()) else 0)


@table.command("hit-rates")
def hit_rates(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = 90,
    sha256: Annotated[str, typer.Option("--table", help="Rows of one table alone.")] = "",
) -> None:
    """Count what came of the bills that rows, open rules and the random sample pointed at."""
    settings = Settings()
    asked = {"since": (datetime.now(UTC) - timedelta(days=days)).isoformat()}
    asked |= {"table": sha256} if sha256 else {}
    with client(settings) as http:
        found = answered(http.get("/v1/customs/hit-rates", params=asked)).json()
    for one in found["rates"]:
        typer.echo(_rate(one, found["enough"], settings.lang))


def _rate(one: dict[str, Any], enough: int, lang: Lang) -> str:
    share = say("desk", "too_few", lang, enough=enough)
    if one["share"]:
        share = say("desk", "share", lang, **one["share"])
    if one["against_sample"]:
        share += ", " + say("desk", f"against_{one['against_sample']}", lang)
    counts = {n: one[n] for n in ("bills", "not_examined", "hits", "misses", "unsaid")}
    pointer = say("desk", f"pointer_{one['pointer']}", lang)
    name = pointer if one["pointer"] == "sample" else f"{pointer} {plain(one['name'])}"
    return say("desk", "rate", lang, name=name, share=share, **counts)


@table.command()
def publish(sha256: Sha256, key: KeyFile) -> None:
    """Publish a table that another officer imported: from now on an order may name it."""
    with client(Settings()) as http:
        done = handed_in(http, key, "publish-table", table=sha256)
    typer.echo(done["act"])


@order.command()
def sign(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Its name, used once.")],
    key: KeyFile,
    table: Annotated[str, typer.Option(help="SHA-256 of a published table.")],
    limits: Annotated[
        Path | None,
        typer.Option(help="JSON: statuses, bills_per_call_max …", exists=True, dir_okay=False),
    ] = None,
    days: Annotated[int, typer.Option(help="How long it is valid: 1 to 366 days.")] = 1,
) -> None:
    """Sign a standing order: what may be decided in your name, how far, and until when."""
    from base64 import b64encode

    import msgspec

    from waglan.customs.policy import policy
    from waglan.customs.standing_order import Limits, ordered, sign

    told = _limits(limits, order_id, days)
    within = msgspec.convert(told, Limits)
    now = datetime.now(UTC)
    with client(Settings()) as http:
        who = answered(http.get("/v1/whoami")).json()
        names = (order_id, who["accountable"] or who["token"], who["party"])
        valid = (now, now + timedelta(days=days))
        new = ordered(names, (table, policy().version), within, valid)
        signed = {
            "body": b64encode(new.order_bytes()).decode(),
            "signature": b64encode(sign(new, private_key(key)).signature).decode(),
        }
        taken = answered(http.post("/v1/customs/standing-orders", json=signed)).json()
    typer.echo(plain(taken["order_id"]))
    for finding in taken["findings"]:
        show_finding(finding, Settings().lang)


def _limits(file: Path | None, order_id: str, days: int) -> dict[str, object]:
    """Return what the file limits; the command ends where an order can't say or be called so."""
    from waglan.customs.order_form import LIMITS, unfit, unfit_days, unfit_name

    lang = Settings().lang
    told: object = {} if file is None else read_json_file(file, lang)
    if not isinstance(told, dict):
        wrong = Finding(
            "CLI-LIMITS",
            Severity.ERROR,
            Where("file"),
            {"file": str(file), "known": ", ".join(LIMITS)},
        )
        raise stopped(wrong, lang, UNDONE)
    found = [*unfit_name(order_id), *unfit_days(days), *unfit(told)]
    for finding in found[1:]:
        tell(finding, lang)
    if found:
        raise stopped(found[0], lang, UNDONE)
    return told


@order.command("list")
def list_orders() -> None:
    """List your authority's standing orders; those that end soon are marked."""
    settings = Settings()
    with client(settings) as http:
        found = list(_pages(http, "/v1/customs/standing-orders", "orders"))
    for one in found:
        until = minute(one["valid_until"])
        state = coded("order_state", one["state"], settings.lang)
        typer.echo(plain(f"{one['order_id']:<20}  {state:<8}  {until}  {one['officer']}"))
        if one["expires_soon"]:
            typer.echo(
                say("desk", "expires", settings.lang, order=plain(one["order_id"]), at=until)
            )


@order.command("show")
def show_order(order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Its name.")]) -> None:
    """Show one standing order with its limits."""
    settings = Settings()
    with client(settings) as http:
        path = f"/v1/customs/standing-orders/{path_step(order_id)}"
        found = answered(http.get(path)).json()
    for line in _order_in_words(found, settings.lang):
        typer.echo(plain(line))


def _order_in_words(one: dict[str, Any], lang: Lang) -> Iterator[str]:
    """Say what an order allows, by whom, how far and until when, by Hong Kong's clock."""
    statuses = [coded("customs", status, lang) for status in one["statuses"]]
    times = ("signed_at", "valid_from", "valid_until", "revoked_at")
    said = {name: value for name, value in one.items() if isinstance(value, str | int)}
    said |= {name: minute(one[name]) for name in times}
    said |= {
        "state": coded("order_state", one["state"], lang),
        "statuses": say("order", "between", lang).join(statuses),
    }
    yield say("order", "head", lang, **said)
    yield say("order", "signed", lang, **said)
    yield say("order", "valid", lang, **said)
    if one["revoked_at"]:
        yield say("order", "revoked", lang, **said)
    if one["expires_soon"]:
        yield say("desk", "expires", lang, order=one["order_id"], at=minute(one["valid_until"]))
    yield say("order", "statuses", lang, **said)
    yield say("order", "of_call", lang, **said)
    yield say("order", "of_day" if one["bills_per_day_max"] else "any_day", lang, **said)
    yield say("order", "let_alone", lang, **said)
    yield say("order", "serves", lang, **said)
    if one["documents"]:
        asked = say("order", "between", lang).join(one["documents"])
        yield say("order", "asks", lang, documents=asked, answer_days=one["answer_days"])
    yield say("order", "table", lang, **said)
    yield say("order", "policy", lang, **said)


@order.command()
def revoke(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Its name.")],
    key: KeyFile,
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Revoke a standing order: from now on it decides nothing."""
    with client(Settings()) as http:
        done = handed_in(http, key, "revoke-order", order=order_id, reason=reason)
    typer.echo(done["act"])


def _pages(http: httpx.Client, path: str, name: str) -> Iterator[dict[str, Any]]:
    asked: dict[str, str] = {}
    while True:
        page = answered(http.get(path, params=asked)).json()
        yield from page[name]
        if page["next"] is None:
            return
        asked = {"before": page["next"]}


def _words(row: dict[str, Any]) -> str:
    asks = " and ".join(row["asks"])
    return plain(f"{row['rule']}: {asks} => {row['status']} {row['note']} ({row['weight']})")
