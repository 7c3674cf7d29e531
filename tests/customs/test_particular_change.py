"""What an officer is told of a bill that says something else than the one that he decided of."""

import msgspec
from clean_manifest import bill, goods

from waglan.customs.again import BillVersion, said_of
from waglan.customs.particular_change import are_names_whole, changes
from waglan.manifest.model import Bill, Equipment, Package, Party, PartyRole


def told(one: Bill, *boxes: Equipment) -> BillVersion:
    return said_of(one, {box.number: box for box in boxes})


def test_every_particular_of_a_bill_that_makes_it_another_is_told_as_changed() -> None:
    was = bill("A", goods=(goods(),), parties=(Party(PartyRole.CONSIGNEE, "PEAK TILES"),))
    beside = {"number", "parent", "level", "parties", "goods", "segment", "part", "erased"}
    for name in set(Bill.__struct_fields__) - beside:
        now = msgspec.structs.replace(was, **{name: ("X",) if name == "licences" else 77})
        assert [one.field for one in changes(told(was), told(now))] == [name]
    others = {"number": 9, "stowed": (Package("TOLU4734787"),)}
    for name in goods().__struct_fields__:
        item = msgspec.structs.replace(goods(), **{name: others.get(name, ("X",))})
        now = msgspec.structs.replace(was, goods=(item,))
        assert changes(told(was), told(now))


def test_goods_that_came_and_went_and_two_of_one_number_are_told_apart() -> None:
    one, two = goods(1, description="TILES"), goods(1, description="SAND")
    found = changes(told(bill(goods=(one,))), told(bill(goods=(one, two))))
    said = {change.field: (change.before, change.after) for change in found}
    assert said["goods/1#2/description"] == (None, "SAND")
    assert not [field for field in said if field.startswith("goods/1/")]
    back = changes(told(bill(goods=(one, two))), told(bill(goods=(one,))))
    assert {change.field for change in back} == set(said)


def test_a_box_that_goods_were_moved_into_is_told_with_how_many_of_them() -> None:
    boxes = [Equipment("CSQU3054383"), Equipment("TOLU4734787", seals=("S1",))]
    was = bill(goods=(goods(stowed=(Package("CSQU3054383"),)),))
    now = bill(goods=(goods(stowed=(Package("CSQU3054383"), Package("TOLU4734787", 4))),))
    found = changes(told(was, *boxes), told(now, *boxes))
    said = {change.field: (change.before, change.after) for change in found}
    assert said["goods/1/stowed"] == (("CSQU3054383",), ("CSQU3054383", "TOLU4734787: 4"))
    assert said["boxes/TOLU4734787/seals"] == (None, ("S1",))


def test_names_of_which_some_were_erased_are_not_told_as_changed() -> None:
    was = bill(goods=(goods(marks="M1"),), parties=(Party(PartyRole.CONSIGNEE, "PEAK TILES"),))
    bare = msgspec.structs.replace(
        was, parties=(), goods=(goods(marks="", description="SAND"),), erased=True
    )
    assert not are_names_whole(told(was), told(bare))
    for pair in ((was, bare), (bare, was)):
        found = changes(*map(told, pair))
        assert [change.field for change in found] == ["goods/1/description"]
