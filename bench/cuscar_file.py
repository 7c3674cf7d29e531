"""A made-up cargo report of a very big ship: the same bytes for the same seed.

It is as clean as a line's own: each box has its cargo and bears it, goods of most bills go where
they are said to go, and one bill in `ODD` has something to find.
"""

import random
from collections.abc import Iterator

from waglan.demo.trade import goods

SEED = 20260401
BILLS = 20_000
BOXES = 24_000
MESSAGES = 3
ODD = 25

PORTS = ("CNSHA", "CNNGB", "SGSIN", "MYPKG", "VNSGN", "THLCH", "NLRTM", "DEHAM", "USLAX", "JPTYO")
# What the demo's ship carries, with its weights; what needs a licence or care is left out.
PLAIN = [w for w in goods().goods if not (w.licence or w.dangerous or w.set_point_mdegc)]
WARES = [w for w in PLAIN if "'" not in w.description]  # which would have to be released
SHARES = [w.share for w in WARES]
BOX_KG, BOX_DM3 = 24_000, 60_000
SENDERS = ("GOLDEN LOTUS TRADING", "PEARL RIVER TEXTILES", "THREE GORGES TRADING")
TAKERS = ("HARBOUR LIGHT LOGISTICS", "NORTH STAR", "SOUTH BAY TRADING")
ROLES = (("CZ", SENDERS), ("CN", TAKERS), ("NI", TAKERS))
STREETS = ("12/F CHUN WO BUILDING:88 QUEENS ROAD", "UNIT 7:ZONE B", "3 KWAI TAI ROAD")


def interchange(
    bills: int = BILLS,
    boxes: int = BOXES,
    messages: int = MESSAGES,
    *,
    reference: str = "BENCH1",
    released: bool = False,
) -> Iterator[bytes]:
    """Yield one interchange, a block for each message; `released` puts `?'` into many names."""
    dice = random.Random(SEED)
    yield f"UNA:+.? '\r\nUNB+UNOC:3+LINE:ZZ+CUSTOMS:ZZ+260401:0900+{reference}'".encode()
    numbers = list(distinct(dice, boxes))
    for part in range(messages):
        mine = numbers[part * boxes // messages : (part + 1) * boxes // messages]
        first, last = part * bills // messages, (part + 1) * bills // messages
        final = ":F" if part == messages - 1 else ""
        loads = iter(mine * (2 * (last - first) // max(1, len(mine)) + 1))
        segments = [
            f"UNH+{part + 1}+CUSCAR:D:95B:UN+{reference}+{part + 1}{final}",
            *head(),
            *(segment for number in mine for segment in box(dice, number)),
            f"CNT+10:{last - first}",
            f"CNT+16:{len(mine)}",
            *(segment for n in range(first, last) for segment in bill(dice, n, loads)),
        ]
        text = "'".join([*segments, f"UNT+{len(segments) + 1}+{part + 1}"]) + "'"
        yield (text.replace("TRADING", "TRADER?'S") if released else text).encode()
    yield f"UNZ+{messages}+{reference}'".encode()


def head() -> Iterator[str]:
    """Yield BGM to the call."""
    yield "BGM+85+MAN20260401+9"
    yield "DTM+137:202604010900:203"
    yield "RFF+AAZ:CALL-4711"
    yield "NAD+CA+LINE:172:20"
    yield "TDT+20+012W+1++LINE:172:20+++9321483:146::HARBOUR STAR"
    yield "LOC+60+HKHKG:139:6"
    yield "DTM+132:202604031800:203"


def box(dice: random.Random, number: str) -> Iterator[str]:
    """Yield one container."""
    yield f"EQD+CN+{number}+45G1:102:5+++5"
    yield f"MEA+AAE+G+KGM:{dice.randrange(4000, 28000)}"
    yield "MEA+AAE+T+KGM:3800"
    yield f"SEL+{dice.randrange(10**7)}+CA"


def bill(dice: random.Random, number: int, boxes: Iterator[str]) -> Iterator[str]:
    """Yield one bill with its parties and one or two goods items, each in the next of the boxes."""
    wares = dice.choices(WARES, SHARES)[0]
    kg_each, dm3_each = dice.randint(*wares.mass_kg), dice.randint(*wares.volume_dm3)
    most = min(BOX_KG // kg_each, BOX_DM3 // dm3_each)
    packages = dice.randint(max(2, most // 3), max(2, most))
    is_odd, going_on = number % ODD == 0, dice.random() < 0.65
    yield f"CNI+{number % 9999 + 1}"
    yield f"RFF+BM:LINEHKG{number:09}"
    yield f"CNT+7:{packages * kg_each}:KGM"
    yield f"CNT+8:{packages + is_odd}"
    yield f"LOC+9+{dice.choice(PORTS)}:139:6"
    yield "LOC+11+HKHKG:139:6"
    yield f"LOC+7+{dice.choice(PORTS) if going_on is not is_odd else 'HKHKG'}:139:6"
    yield f"GIS+{'28' if going_on else '23'}"
    for qualifier, names in ROLES:
        name, street = dice.choice(names), dice.choice(STREETS)
        yield f"NAD+{qualifier}+++{name} {number % 977} LTD+{street}+HONG KONG++999077+HK"
    items = 2 if number % 5 == 0 else 1
    for item in range(1, items + 1):
        count = share(packages, item, items)
        yield f"GID+{item}+{count}:{wares.package_kind}"
        yield f"FTX+AAA+++{wares.description}"
        yield f"MEA+AAE+G+KGM:{count * kg_each}"
        yield f"MEA+AAE+AAW+MTQ:{count * dm3_each / 1000:.3f}"
        yield f"SGP+{next(boxes)}+{count}"
        yield f"PCI+28+LOT {number}:MADE IN CHINA"


def share(whole: int, item: int, items: int) -> int:
    """Return what one of so many items has of a whole, the first all that is left over."""
    return whole // items + (whole % items if item == 1 else 0)


def distinct(dice: random.Random, count: int) -> Iterator[str]:
    """Yield so many container numbers, each once: a ship carries no box twice."""
    known = set[str]()
    while len(known) < count:
        number = container(dice)
        if number not in known:
            known.add(number)
            yield number


def container(dice: random.Random) -> str:
    """Return a container number with its check digit."""
    text = f"{dice.choice(('CSQU', 'HLCU', 'OOLU', 'TGHU'))}{dice.randrange(10**6):06}"
    values = {str(d): d for d in range(10)}
    values |= dict(
        zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
    )
    return text + str(sum(values[c] << i for i, c in enumerate(text)) % 11 % 10)
