"""Data sheets to be keyed in elsewhere: whole or not at all, text alone, the same each time."""

from typing import Any

import pytest
from bridge_drafts import declared, draft
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waglan.codes.finding import Severity
from waglan.codes.render import render
from waglan.manifest.draft_field import read_value
from waglan.manifest.draft_manifest import missing
from waglan.manifest.filing_profile import Bridge, profiles
from waglan.manifest.model import Function
from waglan.messages.bridge.field_sheet import sheet_files, sheet_rules
from waglan.messages.bridge.make import bridge_files
from waglan.messages.sheet.cell import Kind, Sheet
from waglan.messages.sheet.csv_file import read_csv, unescaped
from waglan.messages.sheet.xlsx import read_xlsx

COLUMNS = [column.en for column in sheet_rules("declaration").columns]


def table(sheet: Sheet) -> list[list[str]]:
    """A sheet as it is read back: a formula, a number or a fault in it is a failure."""
    assert sheet.findings == ()
    kinds = {cell.kind for row in sheet.rows for cell in row if cell is not None}
    assert kinds <= {Kind.TEXT}
    width = len(COLUMNS)
    rows = [[cell.text if cell else "" for cell in row] for row in sheet.rows]
    return [[*row, *[""] * (width - len(row))] for row in rows]


@pytest.mark.parametrize("direction", ["import", "export"])
def test_a_declaration_is_one_row_for_each_item_in_both_forms(direction: str) -> None:
    values = declared(direction) | {
        f"bills/1/goods/2/{path}": value
        for path, value in {"description": "Socks", "hs_codes": ("61159500",)}.items()
    }
    made = bridge_files(draft("hk-tdec", values, direction=direction, mode="road"))
    assert {one.code for one in made.findings} == {"BRIDGE-LACKS"}  # of the second item
    assert {one.severity for one in made.findings} == {Severity.WARNING}
    by_csv, by_xlsx = made.files
    assert (by_csv.name, by_xlsx.name) == ("declaration.csv", "declaration.xlsx")
    rows = table(read_csv(by_csv.body))
    assert rows == table(read_xlsx(by_xlsx.body))
    first = dict(zip(COLUMNS, rows[1], strict=True))
    assert first["Declarant: name in full"] == "SAMPLE TRADER LTD 樣本"
    assert first["Commodity code (HKHS, 8 digits)"] == "61091000"
    assert (first["Quantity"], first["Value"], first["Currency"]) == ("1.5", "1234.50", "HKD")
    assert (first["Function"], first["Direction"]) == ("original", direction)
    assert [row[COLUMNS.index("Item")] for row in rows[1:]] == ["1", "2"]
    assert made == bridge_files(draft("hk-tdec", values, direction=direction, mode="road"))


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"bills/1/goods/1/hs_codes": ("610910",)}, "BRIDGE-HKHS", "bills/1/goods/1/hs_codes"),
        ({"bills/1/goods/1/hs_codes": ("61091000", "61099000")}, "BRIDGE-HKHS",
         "bills/1/goods/1/hs_codes"),
        ({"bills/1/consignee/address": "P.O. Box 99, Hong Kong"}, "BRIDGE-PO-BOX",
         "bills/1/consignee/address"),
        ({"bills/1/consignee/address": None}, "BRIDGE-LACKS", "bills/1/consignee/address"),
        ({"bills/1/consigning_country": None}, "BRIDGE-LACKS", "bills/1/consigning_country"),
        ({"head/arrival": None}, "BRIDGE-LACKS", "head/arrival"),
    ],
)  # fmt: skip
def test_what_was_read_as_asked_for_and_lacks_makes_no_sheet(
    more: dict[str, Any], code: str, path: str
) -> None:
    made = bridge_files(draft("hk-tdec", declared() | more, direction="import", mode="sea"))
    assert made.files == ()
    [wrong] = [one for one in made.findings if one.severity is Severity.ERROR]
    assert (wrong.code, wrong.where.path) == (code, f"fields/{path}")


def test_what_was_not_read_is_asked_about_and_keeps_nobody_back() -> None:
    values = declared("export") | {"bills/1/destination_country": None}
    made = bridge_files(draft("hk-tdec", values, direction="export", mode="sea"))
    [lack] = made.findings
    assert (lack.code, lack.severity, len(made.files)) == ("BRIDGE-LACKS", Severity.WARNING, 2)
    assert "來貨或目的國家" in render(lack, "zh-Hant-HK").problem
    foreign = draft("hk-tdec", declared(currency="USD"), direction="import", mode="sea")
    assert [one.code for one in bridge_files(foreign).findings] == ["BRIDGE-CURRENCY"]
    nowhere = bridge_files(draft("hk-tdec", declared(), mode="sea"))
    assert [one.code for one in nowhere.findings] == ["BRIDGE-DIRECTION"]


def test_what_changes_a_declaration_names_the_one_that_stands() -> None:
    for function in (Function.CHANGE, Function.CANCEL):
        unnamed = draft("hk-tdec", declared(), function, direction="import", mode="sea")
        assert "BRIDGE-NUMBER" in {one.code for one in bridge_files(unnamed).findings}
        named = draft("hk-tdec", declared(), function, "SYN-9", direction="import", mode="sea")
        [sheet, _] = bridge_files(named).files
        row = dict(zip(COLUMNS, table(read_csv(sheet.body))[1], strict=True))
        assert row["Declaration number that stands"] == "SYN-9"
        assert (row["Description of goods"] == "") == (function is Function.CANCEL)


def test_more_items_than_a_sheet_holds_are_refused() -> None:
    values = declared() | {f"bills/1/goods/{n}/description": "x" for n in range(2, 2_003)}
    found = bridge_files(draft("hk-tdec", values, direction="import", mode="sea"))
    assert "BRIDGE-ITEMS" in {one.code for one in found.findings}


TEXTS = [path for path, value in declared().items() if isinstance(value, str)]
DANGEROUS = st.builds(
    lambda head, tail: head + tail,
    st.sampled_from(["=", "+", "-", "@", "\t", "'=", "=HYPERLINK(", '"', "{=", ""]),
    st.text(max_size=20),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(TEXTS), DANGEROUS, max_size=4))
@example({"bills/1/goods/1/description": "=1+1", "bills/1/consignor/name": "@SUM(A1)"})
def test_no_cell_can_be_a_formula_and_every_text_comes_back(more: dict[str, str]) -> None:
    values = declared()
    for path, raw in more.items():
        value, wrong = read_value(path, raw)
        if not wrong and value is not None:
            values[path] = value
    made = sheet_files("declaration", draft("hk-tdec", values, direction="import", mode="sea"))
    if made.is_refused:
        assert made.files == ()
        return
    by_csv, by_xlsx = made.files
    for line in by_csv.body.decode("utf-8-sig").split("\r\n"):
        assert not line.startswith(("=", "+", "-", "@", "\t"))
    rows = table(read_xlsx(by_xlsx.body))
    # In CSV an apostrophe keeps a text from being run; one that was told before "=" reads the same.
    plain = [[unescaped(cell) for cell in row] for row in rows]
    assert plain == table(read_csv(by_csv.body))
    first = dict(zip(COLUMNS, rows[1], strict=True))
    assert first["Other party: name"] == values["bills/1/consignor/name"].strip()


def test_what_the_csv_has_otherwise_than_told_is_a_finding_and_the_workbook_has_it_as_told() -> (
    None
):
    path = "bills/1/goods/1/marks"
    made = bridge_files(draft("hk-tdec", declared(marks="-DO-"), direction="import", mode="sea"))
    [found] = [one for one in made.findings if one.code == "BRIDGE-ESCAPED"]
    assert (found.severity, found.where.path) == (Severity.NOTE, f"fields/{path}")
    assert found.params == {"told": "-DO-", "written": "'-DO-"}
    by_csv, by_xlsx = made.files
    assert "'-DO-" in by_csv.body.decode()
    assert "-DO-" in table(read_xlsx(by_xlsx.body))[1]
    plain = bridge_files(draft("hk-tdec", declared(marks="DO"), direction="import", mode="sea"))
    assert not [one for one in plain.findings if one.code == "BRIDGE-ESCAPED"]
    withdrawn = draft("hk-tdec", declared(), Function.CANCEL, "-9", direction="import", mode="sea")
    assert [(one.code, one.where.path) for one in bridge_files(withdrawn).findings] == [
        ("BRIDGE-ESCAPED", "reply/number")
    ]


def road(*consignments: str, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"head/crossing_date": "2026-12-01"}
    for one in consignments:
        at = f"bills/{one}"
        told |= {
            f"{at}/consignor/name": "SAMPLE TRADING LTD", f"{at}/consignor/address": "1 ROAD",
            f"{at}/consignee/name": "樣本進口有限公司", f"{at}/consignee/address": "2 STREET",
            f"{at}/goods/1/description": "COTTON T-SHIRTS", f"{at}/goods/1/packages": 10,
            f"{at}/goods/1/package_kind": "CT",
        }  # fmt: skip
    return told | more


def test_a_batch_of_road_cargo_has_the_laws_particulars_of_each_consignment() -> None:
    made = bridge_files(draft("hk-road-aci", road("1", "2"), direction="export"))
    assert made.findings == ()
    by_csv, by_xlsx = made.files
    assert (by_csv.name, by_xlsx.name) == ("road_aci.csv", "road_aci.xlsx")
    rows = [[c.text if c else "" for c in row] for row in read_csv(by_csv.body).rows]
    assert [row[3] for row in rows[1:]] == ["1", "2"]
    # Cap. 60L: eight particulars, and four columns that say which filing this is.
    assert len(rows[0]) == 4 + 8
    assert rows[1][4:] == [
        "10", "CT", "COTTON T-SHIRTS", "SAMPLE TRADING LTD", "1 ROAD", "樣本進口有限公司",
        "2 STREET", "2026-12-01",
    ]  # fmt: skip
    # Nothing in it passes for the file of the batch specification.
    assert "not the RT04 file" in sheet_rules("road_aci").title_en
    assert not any(one.body.lstrip().startswith(b"<") for one in made.files)


@pytest.mark.parametrize("path", list(road("1")))
def test_road_cargo_that_lacks_a_particular_makes_no_sheet(path: str) -> None:
    values = road("1") | {path: None}
    made = bridge_files(draft("hk-road-aci", values, direction="import"))
    assert made.files == ()
    assert {(one.code, one.where.path) for one in made.findings} == {
        ("BRIDGE-LACKS", f"fields/{path}")
    }


def test_every_profile_that_leaves_as_a_file_says_how_and_no_other_makes_one() -> None:
    for profile in profiles().values():
        made = bridge_files(draft(profile.id, {}, direction="import"))
        assert (profile.bridge is Bridge.NONE) == (made.findings == () and made.files == ())


def shipped(*bills: str, **more: Any) -> dict[str, Any]:
    """All that the data sheet of a Statement 2 asks for, by sea."""
    told: dict[str, Any] = {
        "head/vessel": "SYNTHETIC STAR", "head/voyage": "001E", "head/carrier": "SYNL",
        "head/arrival": "2026-12-01T08:00", "head/departure": "2026-12-01T20:00",
    }  # fmt: skip
    for number in bills:
        at = f"bills/{number}"
        told |= {
            f"{at}/number": number, f"{at}/place_of_loading": "CNSHA",
            f"{at}/transhipment": False, f"{at}/reefer": True,
            f"{at}/consignor/name": "SAMPLE TRADING LTD", f"{at}/consignor/address": "1 ROAD",
            f"{at}/consignee/name": "樣本進口有限公司", f"{at}/consignee/address": "2 STREET",
            f"{at}/goods/1/description": "FROZEN SHRIMPS", f"{at}/goods/1/packages": 10,
            f"{at}/goods/1/package_kind": "CT", f"{at}/goods/1/marks": "N/M",
            f"{at}/goods/1/gross_mass_g": 120_500, f"{at}/goods/1/volume_cm3": 2_500_000,
        }  # fmt: skip
    return told | more


@pytest.mark.parametrize("direction", ["import", "export"])
def test_statement_2_is_a_sheet_of_the_laws_particulars_and_passes_for_no_file_of_eman(
    direction: str,
) -> None:
    made = bridge_files(
        draft("hk-eman-statement-2", shipped("B1", "B2"), direction=direction, mode="sea")
    )
    assert made.findings == ()
    by_csv, by_xlsx = made.files
    assert (by_csv.name, by_xlsx.name) == ("eman_2.csv", "eman_2.xlsx")
    rows = [[c.text if c else "" for c in row] for row in read_csv(by_csv.body).rows]
    names = [column.en for column in sheet_rules("eman_2").columns]
    first, second = (dict(zip(names, row, strict=True)) for row in rows[1:])
    assert (first["Bill"], second["Bill"]) == ("B1", "B2")
    assert (first["Weight (kg)"], first["Volume (m³)"]) == ("120.500", "2.500000")
    assert (first["Transhipment"], first["Refrigerated"]) == ("no", "yes")
    at = "2026-12-01T08:00" if direction == "import" else "2026-12-01T20:00"
    assert first["Date of arrival or departure"] == at
    assert "not a file of EMAN" in sheet_rules("eman_2").title_en


@pytest.mark.parametrize("mode", ["sea", "river", "air", "rail"])
def test_a_statement_2_with_all_that_its_profile_asks_for_makes_its_sheet(mode: str) -> None:
    profile = profiles()["hk-eman-statement-2"]
    values = shipped("B1")
    assert missing(values, profile, mode) == []
    for path in values:
        spoilt = values | {path: None}
        made = bridge_files(draft(profile.id, spoilt, direction="import", mode=mode))
        # What the sheet refuses for, the profile asks for too; a date of the other direction apart.
        refused = {one.where.path for one in made.findings if one.severity is Severity.ERROR}
        asked = {one.where.path for one in missing(spoilt, profile, mode)}
        assert refused <= asked | {"fields/head/arrival"}
