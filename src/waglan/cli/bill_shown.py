"""What a bill says, as an officer reads it on a terminal: its way, goods, boxes and findings."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import shorten, wrap
from typing import Any

import typer

from waglan.cli.particulars import changed_line, particulars
from waglan.cli.wording import plain, say, show_finding
from waglan.codes.render import Lang
from waglan.codes.worded import Counted

COLUMNS = 80
SHORT_CHARACTERS = 55  # of goods in a list
FINDINGS_SHOWN = 10
# What is told of each beside its amount, in this order.
OF_GOODS = ("dangerous", "hs_codes", "licences", "volume_cm3")
OF_BILL = ("level", "transhipment", "reefer", "licences", "volume_cm3", "houses")
OF_BOX = ("kind", "full", "tare_g", "set_point_mdegc")

Shown = Mapping[str, Any]


def show_says(says: Shown, lang: Lang) -> None:
    """Print what a bill says of its way, its goods and its boxes; what nobody said is told."""
    ways = ("place_of_loading", "place_of_transhipment", "port_of_discharge", "place_of_delivery")
    places = [say("says", way, lang, place=says[way]) for way in ways if says[way]]
    print_wrapped(_listed(places, lang) if places else say("says", "no_places", lang))
    if not says["goods"]:
        print_wrapped(say("says", "no_goods", lang))
    for item in says["goods"]:
        text = " ".join(item["description"].split()) or say("says", "no_description", lang)
        print_wrapped(say("says", "goods", lang, n=item["goods"], description=text))
        print_wrapped(
            _listed([*_amount(item, lang), *_within(item["stowed"], lang)], lang), indent=6
        )
        print_wrapped(_listed(particulars(item, OF_GOODS, lang), lang), indent=6)
    if says["more_goods"]:
        print_wrapped(say("says", "more_goods", lang, n=says["more_goods"]))
    print_wrapped(say("says", "total", lang, amount=_listed([*_amount(says, lang)], lang)))
    print_wrapped(_listed(particulars(says, OF_BILL, lang), lang), indent=6)
    for box in says["boxes"]:
        print_wrapped(
            say("says", "box", lang, box=box["container"], what=_listed(_box(box, lang), lang))
        )
        if box["is_listed"]:
            print_wrapped(_listed(particulars(box, OF_BOX, lang), lang), indent=6)
    if says["more_boxes"]:
        print_wrapped(say("says", "more_boxes", lang, n=says["more_boxes"]))


def show_changed(changed: Shown | None, lang: Lang) -> None:
    """Print what a bill says otherwise than when it was decided of, if anything."""
    if changed is None:
        return
    version = changed["since_filed_version"]
    print_wrapped(say("changed", "since", lang, version=version))
    for change in changed["changes"]:
        print_wrapped(changed_line(change, lang), indent=6)
    if changed["more_changes"]:
        print_wrapped(say("changed", "more", lang, n=changed["more_changes"]), indent=6)
    if not changed["names_compared"]:
        print_wrapped(say("changed", "unnamed", lang), indent=6)


def show_findings(findings: Sequence[Shown], lang: Lang) -> None:
    """Print the first findings of a bill, and how many more there are."""
    for finding in findings[:FINDINGS_SHOWN]:
        show_finding(finding, lang)
    if (more := len(findings) - FINDINGS_SHOWN) > 0:
        typer.echo(say("says", "more_findings", lang, n=more), err=True)


def short_line(waiting: Shown, lang: Lang) -> str:
    """Return what a waiting bill's goods are, and in how many boxes they are."""
    goods = shorten(waiting["goods"], SHORT_CHARACTERS, placeholder="…")
    goods = goods if goods.strip("…") else waiting["goods"][:SHORT_CHARACTERS]
    goods = goods or say("says", "no_goods", lang)
    return say("says", "short", lang, goods=plain(goods), boxes=waiting["containers"])


def _amount(told: Shown, lang: Lang) -> Iterator[str]:
    count, kind = told["packages"], told.get("package_kind")
    name = "no_packages" if count is None else "packages_of" if kind else "packages"
    yield say("says", name, lang, count=f"{count or 0:,}", kind=kind or "")
    yield _mass(told["gross_mass_g"], lang)


def _mass(mass_g: int | None, lang: Lang) -> str:
    if mass_g is None:
        return say("says", "no_mass", lang)
    return say("says", "mass", lang, kg=f"{Counted(mass_g):kg}")


def _within(stowed: Sequence[Shown], lang: Lang) -> Iterator[str]:
    for one in stowed:
        count = one["packages"]
        name = "within" if count is None else "within_count"
        yield say("says", name, lang, box=one["container"], count=f"{count or 0:,}")


def _box(box: Shown, lang: Lang) -> list[str]:
    if not box["is_listed"]:
        return [say("says", "unlisted", lang)]
    seals = ", ".join(box["seals"])
    sealed = say("says", "seals", lang, seals=seals) if seals else say("says", "no_seals", lang)
    kind = [box["size_type"]] if box["size_type"] else []
    return [*kind, _mass(box["gross_mass_g"], lang), sealed]


def _listed(parts: Sequence[str], lang: Lang) -> str:
    return say("says", "between", lang).join(parts)


def print_wrapped(text: str, *, indent: int = 2) -> None:
    """Print a text in lines of eighty columns, those after the first further in."""
    blank = " " * indent
    for line in wrap(plain(text), COLUMNS, initial_indent=blank, subsequent_indent=blank + "  "):
        typer.echo(line)
