"""A made-up cargo report of a very big ship: the same bytes for the same seed."""

import random
from collections.abc import Iterator

SEED = 20260401
BILLS = 20_000
BOXES = 24_000
MESSAGES = 3

PORTS = ("CNSHA", "CNNGB", "SGSIN", "MYPKG", "VNSGN", "THLCH", "NLRTM", "DEHAM", "USLAX", "JPTYO")
GOODS = (
    "COTTON T-SHIRTS, KNITTED",
    "PARTS OF WASHING MACHINES",
    "FROZEN SQUID IN CARTONS",
    "PRINTED CIRCUIT BOARDS",
    "CERAMIC FLOOR TILES, GLAZED",
    "PLASTIC KITCHENWARE",
    "LITHIUM BATTERIES, PACKED WITH EQUIPMENT",
)
NAMES = ("GOLDEN LOTUS TRADING", "HARBOUR LIGHT LOGISTICS", "PEARL RIVER TEXTILES", "NORTH STAR")
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
    numbers = [container(dice) for _ in range(boxes)]
    for part in range(messages):
        mine = numbers[part * boxes // messages : (part + 1) * boxes // messages]
        first, last = part * bills // messages, (part + 1) * bills // messages
        final = ":F" if part == messages - 1 else ""
        segments = [
            f"UNH+{part + 1}+CUSCAR:D:95B:UN+{reference}+{part + 1}{final}",
            *head(),
            *(segment for number in mine for segment in box(dice, number)),
            f"CNT+10:{last - first}",
            f"CNT+16:{len(mine)}",
            *(segment for n in range(first, last) for segment in bill(dice, n, mine)),
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


def bill(dice: random.Random, number: int, boxes: list[str]) -> Iterator[str]:
    """Yield one bill with its parties and one or two goods items."""
    packages, mass = dice.randrange(1, 900), dice.randrange(100, 26000)
    yield f"CNI+{number % 9999 + 1}"
    yield f"RFF+BM:LINEHKG{number:09}"
    yield f"CNT+7:{mass}:KGM"
    yield f"CNT+8:{packages}"
    yield f"LOC+9+{dice.choice(PORTS)}:139:6"
    yield "LOC+11+HKHKG:139:6"
    yield f"LOC+7+{dice.choice(PORTS)}:139:6"
    yield f"GIS+{dice.choice(('23', '28'))}"
    for qualifier in ("CZ", "CN", "NI"):
        name, street = dice.choice(NAMES), dice.choice(STREETS)
        yield f"NAD+{qualifier}+++{name} {number % 977} LTD+{street}+HONG KONG++999077+HK"
    items = 2 if number % 5 == 0 else 1
    for item in range(1, items + 1):
        yield f"GID+{item}+{packages // items}:CT"
        yield f"FTX+AAA+++{dice.choice(GOODS)}"
        yield f"MEA+AAE+G+KGM:{mass // items}"
        yield f"MEA+AAE+AAW+MTQ:{mass // 400}"
        yield f"SGP+{dice.choice(boxes)}+{packages // items}"
        yield f"PCI+28+LOT {number}:MADE IN CHINA"


def container(dice: random.Random) -> str:
    """Return a container number with its check digit."""
    text = f"{dice.choice(('CSQU', 'HLCU', 'OOLU', 'TGHU'))}{dice.randrange(10**6):06}"
    values = {str(d): d for d in range(10)}
    values |= dict(
        zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
    )
    return text + str(sum(values[c] << i for i, c in enumerate(text)) % 11 % 10)
