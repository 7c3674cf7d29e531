"""Made-up manifests that CUSCAR can hold without loss."""

from datetime import datetime

from hypothesis import strategies as st

from waglan.manifest.model import (
    Bill,
    Equipment,
    Function,
    Goods,
    Head,
    Level,
    Package,
    Part,
    PartKey,
    Party,
    PartyRole,
    Totals,
)

KEY = PartKey("LINE:ZZ", "HKCED:ZZ", "CUSCAR", "M1")
QUALIFIERS = {
    PartyRole.CONSIGNOR: "CZ",
    PartyRole.CONSIGNEE: "CN",
    PartyRole.NOTIFY: "NI",
    PartyRole.SUPPLIER: "SU",
    PartyRole.CARRIER: "CA",
    PartyRole.FORWARDER: "FW",
    PartyRole.OTHER: "MR",
}
WORDS = st.text("ABCabc019 +:'?\"\\,.é茶", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "X"
)
CODES = st.text("ABCDEFGHIJ0123456789", min_size=1, max_size=11)
MASSES = st.integers(0, 10**12)
FIRST, LAST = datetime(1900, 1, 1), datetime(2199, 12, 31)  # noqa: DTZ001  (papers name no zone)
DAYS = st.dates(FIRST.date(), LAST.date()).map(lambda day: day.isoformat()) | st.datetimes(
    FIRST, LAST
).map(lambda at: at.isoformat(timespec="minutes"))


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


def some(values: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(values, max_size=most).map(tuple)


ADDRESSES = st.lists(st.text("AB 1é茶", min_size=1, max_size=30), max_size=5).map(
    lambda lines: ", ".join(" ".join(line.split()) for line in lines if line.split())
)
PARTIES = st.sampled_from(PartyRole).flatmap(
    lambda role: st.builds(
        Party, st.just(role), WORDS, ADDRESSES, maybe(CODES), st.just(QUALIFIERS[role])
    )
)
GOODS = st.builds(
    Goods,
    number=st.integers(1, 9_999),
    description=st.lists(WORDS, max_size=20).map(" ".join),
    packages=maybe(st.integers(0, 99_999_999)),
    package_kind=maybe(st.sampled_from(["CT", "PK", "BX"])),
    marks=st.lists(WORDS, max_size=12).map("\n".join),
    gross_mass_g=maybe(MASSES),
    volume_cm3=maybe(MASSES),
    stowed=some(st.builds(Package, CODES, maybe(st.integers(0, 99_999_999)))),
    dangerous=some(st.from_regex(r"[0-9]{4}", fullmatch=True)),
    hs_codes=some(st.from_regex(r"[0-9]{6,10}", fullmatch=True), 5),
)
PLACES = maybe(CODES)
BILLS = st.builds(
    Bill,
    number=CODES,
    level=st.just(Level.MASTER),
    place_of_loading=PLACES,
    port_of_discharge=PLACES,
    place_of_delivery=PLACES,
    place_of_transhipment=PLACES,
    transhipment=maybe(st.booleans()),
    packages=maybe(st.integers(0, 99_999_999)),
    gross_mass_g=maybe(MASSES),
    volume_cm3=maybe(MASSES),
    licences=st.sets(CODES, max_size=3).map(lambda numbers: tuple(sorted(numbers))),
    houses=maybe(st.integers(0, 9_999)),
    parties=some(PARTIES, 4),
    goods=st.lists(GOODS, min_size=1, max_size=3).map(tuple),
) | st.builds(
    Bill,
    number=CODES,
    level=st.just(Level.HOUSE),
    parent=maybe(CODES),
    parties=st.lists(PARTIES, min_size=1, max_size=2).map(tuple),
    goods=st.lists(GOODS, min_size=1, max_size=1).map(tuple),
)
BOXES = st.builds(
    Equipment,
    number=CODES,
    kind=st.sampled_from(["CN", "BL", "RR"]),
    size_type=maybe(st.sampled_from(["22G1", "45R1"])),
    full=maybe(st.booleans()),
    gross_mass_g=maybe(MASSES),
    tare_g=maybe(MASSES),
    seals=some(CODES),
    set_point_mdegc=maybe(st.integers(-30_000, 30_000)),
)
HEADS = st.builds(
    Head,
    document=CODES,
    document_name=st.sampled_from(["85", "785"]),
    function=st.sampled_from(Function),
    carrier=maybe(CODES),
    agent=maybe(WORDS),
    vessel=maybe(WORDS),
    imo=maybe(st.from_regex(r"[0-9]{7}", fullmatch=True)),
    voyage=maybe(CODES),
    mode=maybe(st.sampled_from(["1", "2", "3", "4"])),
    customs_office=PLACES,
    port_of_call=PLACES,
    arrival=maybe(DAYS),
    departure=maybe(DAYS),
    references=some(st.tuples(st.sampled_from(["ABE", "SS"]), CODES)),
)
TOTALS = st.builds(
    Totals,
    bills=maybe(st.integers(0, 10**6)),
    containers=maybe(st.integers(0, 10**6)),
    packages=maybe(st.integers(0, 10**6)),
    gross_mass_g=maybe(MASSES),
)
PARTS = st.builds(
    Part,
    key=st.just(KEY),
    number=st.integers(1, 99),
    is_final=st.booleans(),
    sha256=st.just(b""),
    head=HEADS,
    bills=some(BILLS),
    equipment=some(BOXES),
    totals=TOTALS,
)
