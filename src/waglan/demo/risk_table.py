"""A synthetic officers' table for the demo day: sixty rules that no customs service has ever used.

The rows are invented. They look like the questions officers ask (licences, routes, weights that do
not fit, cold goods in warm boxes, traders who meet for the first time) and say nothing of what any
authority looks for. `tables/risk.json` is this table as an officer would upload it.
"""

import json
from typing import NamedTuple

ASK, DETAIN, INSPECT = "documents-asked", "detained", "inspect"

# Column, and the fact it tests; a column without a fact holds a whole condition. The cheap tests
# stand first, because a row is given up at its first cell that does not hold.
COLUMNS = {
    "level": "level",
    "from": "loading_country",
    "to": "delivery_country",
    "transhipment": "transhipment",
    "reefer": "reefer",
    "first": "first_time",
    "licences": "licences",
    "kg each": "kg_per_package",
    "kg/m3": "kg_per_m3",
    "gross kg": "gross_kg",
    "goods": None,
    "besides": None,
}


class Row(NamedTuple):
    """One rule: its id, what it wants, what it tells the officer, and its cells."""

    rule: str
    status: str
    note: str
    cells: dict[str, str]


def says(*groups: str) -> str:
    """Return the condition that of each group, such as `beef pork`, one word is in the goods."""
    tests = [" or ".join(f'"{word}" in words' for word in group.split()) for group in groups]
    return tests[0] if len(tests) == 1 else " and ".join(f"({test})" for test in tests)


def unlicensed(rule: str, status: str, *groups: str) -> Row:
    """Return the rule for goods that want a licence when the bill names none."""
    return Row(rule, status, "LICENCE", {"licences": "0", "goods": says(*groups)})


def dense(rule: str, goods: str, least: int, most: int) -> tuple[Row, Row]:
    """Return two rules: goods far lighter, and far heavier, than such goods are (kg per m³)."""
    light, heavy = {"kg/m3": f"< {least}"}, {"kg/m3": f"> {most}"}
    return (
        Row(f"{rule}-LIGHT", INSPECT, "WEIGHT", {**light, "goods": says(goods)}),
        Row(f"{rule}-HEAVY", INSPECT, "WEIGHT", {**heavy, "goods": says(goods)}),
    )


def warm(rule: str, *groups: str) -> Row:
    """Return the rule for cold goods in a box that does not cool."""
    return Row(rule, INSPECT, "COLD", {"reefer": "false", "goods": says(*groups)})


def route(rule: str, status: str, out: str, to: str, *groups: str) -> Row:
    """Return the rule for goods that seldom go this way, between traders who never met."""
    cells = {"from": out, "to": to, "first": "true", "goods": says(*groups)}
    return Row(rule, status, "ROUTE", cells)


ROWS: tuple[Row, ...] = (
    unlicensed("LIC-TOBACCO", DETAIN, "cigarette cigarettes tobacco cigar cigars"),
    unlicensed("LIC-SPIRITS", DETAIN, "whisky whiskey brandy vodka baijiu"),
    unlicensed("LIC-FUEL", DETAIN, "diesel gasoline petrol methanol"),
    unlicensed("LIC-RICE", ASK, "rice", "milled fragrant white"),
    unlicensed("LIC-MEAT", ASK, "frozen chilled", "beef pork chicken mutton"),
    unlicensed("LIC-MEDICINE", ASK, "antibiotic antibiotics tablets capsules vaccine vaccines"),
    unlicensed("LIC-PESTICIDE", ASK, "pesticide pesticides herbicide fungicide"),
    unlicensed("LIC-REFRIGERANT", DETAIN, "refrigerant refrigerants hcfc r22"),
    unlicensed("LIC-RADIO", ASK, "jammer jammers transmitter transmitters"),
    unlicensed("LIC-STRATEGIC", DETAIN, "centrifuge centrifuges prepreg thyratron"),
    unlicensed("LIC-TIMBER", DETAIN, "rosewood agarwood sandalwood"),
    unlicensed("LIC-WILDLIFE", INSPECT, "ivory pangolin seahorse seahorses"),
    unlicensed("LIC-FIN", INSPECT, "shark", "fin fins"),
    unlicensed("LIC-DIAMOND", DETAIN, "rough uncut", "diamond diamonds"),
    unlicensed("LIC-FIREWORK", INSPECT, "firework fireworks firecracker firecrackers"),
    unlicensed("LIC-EWASTE", INSPECT, "scrap used waste", "circuit lcd monitor monitors"),
    *dense("DEN-TILES", "tile tiles", 500, 2600),
    *dense("DEN-SHIRTS", "shirt shirts", 40, 500),
    *dense("DEN-TOYS", "toy toys", 30, 450),
    *dense("DEN-FRUIT", "orange oranges", 200, 900),
    *dense("DEN-PAPER", "cardboard wastepaper", 150, 1200),
    *dense("DEN-FURNITURE", "furniture", 40, 500),
    Row("WGT-FEATHER", DETAIN, "WEIGHT", {"kg each": "0", "gross kg": "> 0"}),
    Row("WGT-ANVIL", DETAIN, "WEIGHT", {"kg each": "> 30000"}),
    Row("WGT-LEAD", INSPECT, "WEIGHT", {"kg/m3": "> 11340"}),
    Row("WGT-ROUND", ASK, "WEIGHT", {"gross kg": "10000, 20000, 25000", "first": "true"}),
    warm("COLD-MEAT", "frozen chilled", "beef pork chicken mutton"),
    warm("COLD-FISH", "frozen chilled fresh", "fish shrimp shrimps salmon"),
    warm("COLD-FRUIT", "fresh", "durian durians cherries grapes"),
    warm("COLD-VACCINE", "vaccine vaccines insulin"),
    Row("COLD-IDLE", ASK, "COLD", {"reefer": "true", "goods": says("tiles shirts scrap")}),
    route("RTE-TIMBER", INSPECT, '"NG", "GH", "CM"', "", "timber sawnwood logs"),
    route("RTE-FRUIT", ASK, '"CL", "PE", "EC"', "", "bananas avocados cherries"),
    route("RTE-SCRAP", INSPECT, '"US", "GB", "JP"', '"HK", "CN"', "scrap waste"),
    route("RTE-WINE", ASK, '"SG", "MY"', '"HK", "MO"', "wine"),
    route("RTE-PHONE", ASK, '"AE"', '"HK", "CN"', "phone phones smartphone smartphones"),
    route("RTE-GOLD", DETAIN, "", '"AE", "IN"', "gold silver"),
    route("RTE-PIPE", ASK, '"CN"', '"MX", "CO"', "pipe pipes tube tubes"),
    route("RTE-CHEM", DETAIN, '"CN", "IN"', '"MX", "AU"', "acetone ephedrine toluene"),
    route("RTE-SHOES", ASK, '"CN"', '"DE", "FR", "IT"', "shoes handbags watches"),
    Row(
        "NEW-ORDER",
        ASK,
        "TRADER",
        {"first": "true", "besides": "to_order == true and has_notify == false"},
    ),
    Row(
        "NEW-HEAVY",
        ASK,
        "TRADER",
        {"level": '"house"', "first": "true", "gross kg": "> 26000"},
    ),
    Row("NEW-MANY", ASK, "TRADER", {"first": "true", "besides": "items > 25"}),
    Row("NEW-VIA", ASK, "TRADER", {"first": "true", "besides": 'via != "" and via == discharge'}),
    Row(
        "TRN-LOOP",
        DETAIN,
        "ROUTE",
        {"transhipment": "true", "besides": 'loading_country != "" and loading == delivery'},
    ),
    Row(
        "TRN-LOCAL", ASK, "ROUTE", {"transhipment": "true", "besides": 'startsWith(delivery, "HK")'}
    ),
    Row(
        "DG-SILENT",
        INSPECT,
        "DANGEROUS",
        {"goods": says("lithium lighters aerosol aerosols"), "besides": "len(dangerous) == 0"},
    ),
    Row(
        "DG-FIRE",
        ASK,
        "DANGEROUS",
        {"goods": says("charcoal hypochlorite"), "besides": "len(dangerous) == 0"},
    ),
    Row("BOX-MANY", ASK, "BOX", {"level": '"house"', "besides": "containers > 10"}),
    Row(
        "BOX-SHARED",
        ASK,
        "BOX",
        {"goods": says("wine spirits perfume"), "besides": "shares_box == true"},
    ),
    Row("FND-VAGUE", DETAIN, "PAPER", {"besides": '"HK-MAN-012" in findings and gross_kg > 5000'}),
    Row("FND-SUMS", ASK, "PAPER", {"besides": '"HK-MAN-021-MASS" in findings'}),
    Row("FND-NOBODY", DETAIN, "PAPER", {"besides": '"HK-MAN-013-CONSIGNEE" in findings'}),
    Row("CSL-EMPTY", ASK, "PAPER", {"level": '"master"', "besides": "houses == 0"}),
)


def risk_table() -> str:
    """Return the table as a GoRules decision model."""
    inputs = [
        {"id": f"in{n}", "name": name, **({"field": fact} if fact else {})}
        for n, (name, fact) in enumerate(COLUMNS.items())
    ]
    outputs = [{"id": name, "name": name, "field": name} for name in ("rule", "status", "note")]
    table = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rules()}
    nodes = [
        ("request", "inputNode", {}),
        ("Risk, SYNTHETIC: invented for the demo", "decisionTableNode", table),
        ("response", "outputNode", {}),
    ]
    model = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {
                "id": str(n),
                "type": kind,
                "name": name,
                "position": {"x": 250 * n, "y": 0},
                "content": content,
            }
            for n, (name, kind, content) in enumerate(nodes)
        ],
        "edges": [
            {"id": "a", "sourceId": "0", "targetId": "1", "type": "edge"},
            {"id": "b", "sourceId": "1", "targetId": "2", "type": "edge"},
        ],
    }
    return json.dumps(model, indent=1, ensure_ascii=False) + "\n"


def rules() -> list[dict[str, str]]:
    """Return the rows as the model's file has them: one cell for each column used."""
    ids = {name: f"in{n}" for n, name in enumerate(COLUMNS)}
    return [
        {
            "_id": row.rule,
            **{ids[name]: cell for name, cell in row.cells.items() if cell},
            "rule": f'"{row.rule}"',
            "status": f'"{row.status}"',
            "note": f'"{row.note}"',
        }
        for row in ROWS
    ]
