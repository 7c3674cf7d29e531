"""Keys, statuses and hold lists for the tests of what is signed."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.party import PartyId
from waglan.customs.hold_list import FORM, HoldList, Row
from waglan.customs.signed_status import BOXES_MAX, SignedStatus
from waglan.logbook.key_set import KeySet, PublishedKey
from waglan.logbook.signing import PrivateKey, PublicKey, Purpose

AT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
SINCE = AT - timedelta(days=30)
STATUS_KEY = PrivateKey(
    Purpose.CUSTOMS_STATUS, Ed25519PrivateKey.from_private_bytes(bytes([3] * 32))
)
HOLDS_KEY = PrivateKey(Purpose.HOLD_LIST, Ed25519PrivateKey.from_private_bytes(bytes([4] * 32)))
OTHER_KEY = PrivateKey(
    Purpose.CUSTOMS_STATUS, Ed25519PrivateKey.from_private_bytes(bytes([5] * 32))
)


def published(key: PublicKey) -> PublishedKey:
    return PublishedKey(key.kid, key.purpose, b64encode(key.public).decode(), SINCE, None, None)


KEYS = KeySet((published(STATUS_KEY.public), published(HOLDS_KEY.public)))

STATUS = SignedStatus(
    PartyId("sample-customs"),
    CustomsStatus.NOT_SELECTED,
    "SYNB0001",
    UUID("01900000-0000-7000-8000-000000000001"),
    2,
    "9811000/001E",
    ("CSQU3054383",),
    1,
    told_at=AT - timedelta(hours=3),
    as_of=AT,
    seq=123_456,
)
ROW = Row(
    STATUS.bill, STATUS.authority, STATUS.status, STATUS.version, STATUS.told_at, STATUS.seq, (),
    STATUS.boxes,
)  # fmt: skip
LIST = HoldList(FORM, STATUS.call, PartyId("sample-terminal"), 130_000, AT, None, (ROW,))

_text = st.text(max_size=40)
_whole = st.integers(0, 2**53 - 1)
_times = st.integers(0, 2**33 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_boxes = st.lists(st.from_regex(r"[A-Z]{4}[0-9]{7}", fullmatch=True), max_size=BOXES_MAX)
statuses = st.builds(
    SignedStatus,
    authority=_text.map(PartyId),
    status=st.sampled_from(CustomsStatus),
    bill=_text,
    manifest=st.uuids(),
    version=_whole,
    call=_text,
    boxes=_boxes.map(tuple),
    boxes_of=st.none() | _whole,
    told_at=_times,
    as_of=_times,
    seq=_whole,
)
rows = st.builds(
    Row,
    bill=_text,
    authority=_text.map(PartyId),
    status=st.sampled_from(CustomsStatus),
    version=_whole,
    told_at=_times,
    seq=_whole,
    earlier=st.lists(_whole, max_size=3).map(tuple),
    boxes=st.none() | _boxes.map(tuple),
)
lists = st.builds(
    HoldList,
    form=st.just(FORM),
    call=_text,
    reader=_text.map(PartyId),
    number=_whole,
    as_of=_times,
    next_update=st.none() | _times,
    rows=st.lists(rows, max_size=4).map(tuple),
)
