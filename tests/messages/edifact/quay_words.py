"""Made-up movements and stowage that the messages can hold without loss."""

from edifact_parts import CODES, MASSES, WORDS, maybe, some
from hypothesis import strategies as st

from waglan.cargo.movement import Box, Conveyance, Movement, MovementReport
from waglan.cargo.stowage import Slot, Stowage
from waglan.codes.event import EventCode
from waglan.codes.function import Function

DAYS = st.dates().map(lambda day: day.isoformat())
MOMENTS = st.datetimes().map(lambda at: at.isoformat(timespec="minutes"))
ZONED = st.tuples(MOMENTS, st.sampled_from(["+08:00", "+00:00", "-05:00"])).map("".join)
TIMES = DAYS | MOMENTS | ZONED
NUMBERS = st.from_regex(r"[A-Z]{4}[0-9]{7}", fullmatch=True)
CONVEYANCES = st.builds(
    Conveyance,
    vessel=maybe(WORDS),
    imo=st.none(),
    call_sign=maybe(st.from_regex(r"[A-Z]{3}[0-9A-Z]{2}", fullmatch=True)),
    voyage=maybe(CODES),
    carrier=maybe(CODES),
    mode=maybe(st.sampled_from(["1", "2", "3"])),
) | st.builds(Conveyance, imo=st.from_regex(r"[0-9]{7}", fullmatch=True), vessel=maybe(WORDS))
REFERENCES = some(st.tuples(st.sampled_from(["ACW", "AAZ"]), CODES))


def boxes(**fixed: st.SearchStrategy) -> st.SearchStrategy:
    told = {
        "number": NUMBERS,
        "kind": st.sampled_from(["CN", "CH", "SW"]),
        "size_type": maybe(st.sampled_from(["22G1", "45R1"])),
        "full": maybe(st.booleans()),
        "direction": maybe(st.sampled_from(["2", "3", "6"])),
        "operator": maybe(CODES),
        "gross_mass_g": maybe(MASSES),
        "verified_mass_g": maybe(MASSES.filter(bool)),
        "tare_g": maybe(MASSES),
        "seals": some(CODES),
        "set_point_mdegc": maybe(st.integers(-30_000, 30_000)),
        "dangerous": some(st.from_regex(r"[0-9]{4}", fullmatch=True)),
        "port_of_loading": maybe(CODES),
        "port_of_discharge": maybe(CODES),
        "place_of_delivery": maybe(CODES),
    }
    return st.builds(Box, **(told | fixed))


@st.composite
def move_reports(draw: st.DrawFn, kind: str) -> MovementReport:
    name, code = draw(
        st.sampled_from(
            [("44", EventCode.EQUIPMENT_DISCHARGED), ("46", EventCode.EQUIPMENT_LOADED)]
            if kind == "COARRI"
            else [("34", EventCode.EQUIPMENT_GATE_IN), ("36", EventCode.EQUIPMENT_GATE_OUT)]
        )
    )
    place = draw(maybe(CODES))
    terminal = draw(maybe(CODES)) if place else None
    movements = draw(
        st.lists(
            st.builds(
                Movement,
                st.just(code),
                boxes(),
                happened_at=maybe(TIMES),
                place=st.just(place),
                terminal=st.just(terminal),
                slot=maybe(CODES),
                bills=some(CODES),
                booking=maybe(CODES),
                damage=some(WORDS),
                mode=maybe(st.sampled_from(["1", "2", "3"])),
            ),
            min_size=1,
            max_size=4,
        )
    )
    has_call = kind == "COARRI" or place is not None
    return MovementReport(
        document=draw(CODES),
        document_name=name,
        function=draw(st.sampled_from(Function)),
        conveyance=draw(CONVEYANCES) if has_call else Conveyance(),
        movements=tuple(movements),
        reported_at=draw(maybe(TIMES)),
        place=place,
        terminal=terminal,
        arrival=draw(maybe(TIMES)) if has_call else None,
        departure=draw(maybe(TIMES)) if has_call else None,
        boxes=draw(maybe(st.integers(0, 10**6))),
        references=draw(REFERENCES),
    )


@st.composite
def status_reports(draw: st.DrawFn) -> MovementReport:
    conveyance = draw(CONVEYANCES)
    nothing = st.none()
    box = boxes(
        direction=maybe(st.just("3")),
        operator=nothing,
        set_point_mdegc=nothing,
        dangerous=st.just(()),
        port_of_loading=nothing,
        port_of_discharge=nothing,
        place_of_delivery=nothing,
    )
    movements = draw(
        st.lists(
            st.builds(
                Movement,
                st.just(EventCode.EQUIPMENT_STATUS),
                box,
                happened_at=maybe(TIMES),
                place=maybe(CODES),
                bills=st.sets(CODES, max_size=2).map(lambda found: tuple(sorted(found))),
                booking=maybe(CODES),
                status=CODES,
                status_text=maybe(WORDS),
                status_list=maybe(st.sampled_from(["ZZZ:86", ":6", "101:"])),
                mode=st.just(conveyance.mode),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return MovementReport(
        document=draw(CODES),
        document_name="23",
        function=draw(st.sampled_from(Function)),
        conveyance=conveyance,
        movements=tuple(movements),
        reported_at=draw(maybe(TIMES)),
        references=draw(REFERENCES),
    )


@st.composite
def plans(draw: st.DrawFn, *, late: bool) -> Stowage:
    box = boxes(seals=st.just(()), **({} if late else {"tare_g": st.none()}))
    slots = draw(st.lists(st.builds(Slot, CODES, box), max_size=4))
    port, next_port = draw(maybe(CODES)), draw(maybe(CODES))
    return Stowage(
        document=draw(CODES),
        function=draw(st.sampled_from(Function)),
        conveyance=draw(CONVEYANCES),
        slots=tuple(slots),
        planned_at=draw(maybe(TIMES)),
        port=port,
        next_port=next_port,
        arrival=draw(maybe(TIMES)),
        departure=draw(maybe(TIMES)),
        boxes=draw(maybe(st.integers(0, 10**6))) if late else None,
        references=draw(REFERENCES),
    )
