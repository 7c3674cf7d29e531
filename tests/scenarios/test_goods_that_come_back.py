"""Goods of a bill that was held and withdrawn are left to an officer when they come back."""

from late_call import Late
from port import wait
from running_instance import Instance
from test_calls_that_wait import comes_to

from waglan.customs.officer_act import Kind


def test_no_order_decides_of_goods_that_stood_in_a_bill_that_was_held_and_withdrawn(
    instance: Instance,
) -> None:
    call = Late(instance, "W")
    call.orders()
    call.files("F", 2, 1)  # the first of a paper keeps its consignee
    call.decided(1, 2)
    bills = call.officer.sees(call.number(1))
    said = {"reason": "a look", "instruction": "Keep it closed."}
    assert call.officer.does(Kind.DETAIN, bills=bills, **said).json()["refused"] == 0
    call.files("G", 2, amends="F")  # which stood beside it in the same container

    def waits() -> dict[str, str]:
        page = call.officer.desk.get("/v1/customs/worklist").json()
        return {one["number"]: one["waits"] for one in page["bills"]}

    wait(lambda: waits() == {call.number(1): "withdrawn"} or None)
    call.decided(2, version=2)
    call.files("H", 7)  # in that container, under another number
    comes_to(call, bills=2, undecided=1)
    assert waits() == {call.number(1): "withdrawn", call.number(7): "decision"}
    [shown] = call.officer.desk.get(f"/v1/customs/bills/{call.number(7)}").json()["bills"]
    assert "DESK-BOX-HELD-BEFORE" in {found["code"] for found in shown["findings"]}
    [left] = call.officer.sees(call.number(1))
    assert call.officer.does(Kind.LIFT, bills=(left,), reason="found").json()["refused"] == 0
    wait(lambda: call.number(1) not in waits() or None)
    call.files("K", 8)
    call.decided(8)
