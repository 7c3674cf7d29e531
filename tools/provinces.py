"""Writes what lies between the two marks of each src/waglan/elock/provinces/<province>.toml.

    python tools/provinces.py sels_sites.csv

The CSV is the project's own table of sites (columns: site_id, name_en, name_zh, kind, city,
province, lat, lon, coord_precision_km, source_url, status, role, evidence, note). The corridors
that are drawn here are straight lines between its sites and no roads: each Hong Kong point to each
crossing, each crossing to the one it is paired with, and each mainland point to its nearest
crossing. What stands outside the marks is written by hand and stays.
"""

import csv
import json
import sys
from math import cos, hypot, radians
from pathlib import Path

PROVINCES = Path(__file__).parents[1] / "src/waglan/elock/provinces"
BEGIN, END = "# -- begin: written by tools/provinces.py --", "# -- end --"
# Which ports are one crossing: as the CSV's notes to the Hong Kong ones name them.
PAIRS = {
    "HK-HYW": "GD-LT",
    "HK-HZM": "GD-HZM",
    "HK-LMC": "GD-HG",
    "HK-MKT": "GD-WJD",
    "HK-STK": "GD-STJ",
    "HK-SZB": "GD-SZW",
}
EXITS = ("GX-DX", "GX-YYG")  # beside clearance points, where legs to ASEAN end
NAMES = {
    "fujian": "Fujian",
    "guangdong": "Guangdong",
    "guangxi": "Guangxi",
    "hong_kong": "Hong Kong",
    "hunan": "Hunan",
    "macao": "Macao",
}
Row = dict[str, str]


def site(row: Row) -> str:
    """Return a site's row."""
    told = [
        f"id = {quoted(row['site_id'])}",
        f"name_en = {quoted(row['name_en'])}",
        f"name_zh = {quoted(row['name_zh'])}",
        f"kind = {quoted(row['kind'])}",
        f"city = {quoted(row['city'])}",
        f"at = [{row['lat']}, {row['lon']}]",
        f"precision_km = {row['coord_precision_km']}",
        *[f"{name} = {quoted(row[name])}" for name in ("status", "role", "evidence")],
        *[f"{name} = {quoted(row[name])}" for name in ("source_url", "note") if row[name]],
    ]
    return "  { " + ", ".join(told) + " },\n"


def corridor(one: Row, other: Row) -> str:
    """Return the row of a straight line between two sites."""
    ends = ", ".join(f"[{row['lat']}, {row['lon']}]" for row in (one, other))
    here, there = one["site_id"], other["site_id"]
    told = f'id = "{here}.{there}", from_site = "{here}", to_site = "{there}", points = [{ends}]'
    return "  { " + told + " },\n"


def drawn(province: str, rows: dict[str, Row]) -> list[tuple[Row, Row]]:
    """Return between which sites a province's lines are drawn."""
    own = [row for row in rows.values() if row["province"] == NAMES[province]]
    points = [row for row in own if row["role"] == "clearance_point"]
    if province == "hong_kong":
        inland = [(rows[one], row) for row in points for one in PAIRS]
        return [(row, port) for port, row in inland] + [
            (rows[a], rows[b]) for a, b in PAIRS.items()
        ]
    if province == "macao":
        node = rows["MO-CCT"]
        return [(rows["HK-HZM"], node), *[(node, row) for row in points]]
    ports = [rows[there] for there in PAIRS.values()]
    ends = [*points, *[rows[one] for one in EXITS if rows[one] in own]]
    return [(min(ports, key=lambda port, end=end: apart(port, end)), end) for end in ends]


def apart(one: Row, other: Row) -> float:
    """Return how far two sites are apart, in degrees: only for comparing."""
    north = float(one["lat"]) - float(other["lat"])
    east = (float(one["lon"]) - float(other["lon"])) * cos(radians(float(one["lat"])))
    return hypot(north, east)


def quoted(text: str) -> str:
    """Return a text as TOML has it."""
    return json.dumps(text, ensure_ascii=False)


def main(path: str) -> None:
    """Write every province anew from the table."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = {row["site_id"]: row for row in csv.DictReader(file)}
    for province, name in NAMES.items():
        sites = [site(row) for row in rows.values() if row["province"] == name]
        lines = [corridor(one, other) for one, other in drawn(province, rows)]
        written = f"sites = [\n{''.join(sites)}]\ncorridors = [\n{''.join(lines)}]\n"
        target = PROVINCES / f"{province}.toml"
        head, _, rest = target.read_text(encoding="utf-8").partition(BEGIN)
        _, _, foot = rest.partition(END)
        target.write_text(f"{head}{BEGIN}\n{written}{END}{foot}", encoding="utf-8")


main(sys.argv[1])
