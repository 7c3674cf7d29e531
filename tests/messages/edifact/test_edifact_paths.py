"""However a file arrives and whichever path reads it, what is read is the same."""

import re
import sys
import tracemalloc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest
from edifact_files import (
    AIR,
    HEAD,
    HOUSE,
    MASTER,
    blocks,
    codes,
    interchange,
    message,
    read_slowly,
    read_streaming,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from quay_files import FILES

from waglan.codes.finding import Finding, Where
from waglan.manifest.lengths import TEXT
from waglan.messages.edifact import Profile, cut, peek, read
from waglan.messages.edifact.content import FINDINGS_MAX
from waglan.messages.edifact.cut import JUNK_BYTES_MAX, RUN_BYTES_MAX, SEGMENT_BYTES_MAX
from waglan.messages.edifact.header import CHARACTERS_MAX
from waglan.messages.edifact.walk import WRONG_SEGMENTS_MAX
from waglan.messages.envelope import InterchangeEnd, Message

CHINESE = MASTER.replace("ACME", "香港貿易發展局")
WHOLE = interchange(message(HEAD + MASTER + HOUSE + AIR), message(HEAD + HOUSE, "M2"))
SHIFTED = interchange(message(HEAD + MASTER.replace("ACME", "日本橋")), syntax="UNOX:3")
CASES = [
    WHOLE,
    b"UNA:+.? '\r\n" + WHOLE.replace(b"'", b"'\r\n"),
    b"\r\n".join(blocks(WHOLE, 80)),
    interchange(message(HEAD + MASTER.replace("ACME", "ACM?:E?+?'??"))),
    interchange(message(HEAD + CHINESE), syntax="UNOY:4"),
    interchange(message(HEAD + CHINESE), syntax="UNOA:2").decode().encode("gb18030"),
    interchange(message(HEAD + CHINESE)).decode().encode("big5hkscs"),
    SHIFTED.decode().encode("iso2022_jp_2"),
    WHOLE.translate(bytes.maketrans(b":+'", b"\x1f\x1d\x1c")),
    b"UNA|*,? ~" + WHOLE.translate(bytes.maketrans(b":+'", b"|*~")),
    b"UNA:+.? \\" + WHOLE.translate(bytes.maketrans(b"'", b"\\")),
    b"UNA=/.^ \n" + WHOLE.translate(bytes.maketrans(b":+?'", b"=/^\n")),
    interchange(message("LIN+1'QTY+21:8'" * 5, kind="ORDERS:D:96A:UN"), message(HEAD, "2")),
    interchange(message(HEAD + "nad+CN'" + " LOC+9+X'" + "N*X+1'" + "'" + "FTX+\x01'")),
    interchange(message(HEAD + "RFF+1+BM:7'")),
    interchange(
        message(HEAD + "CNI+1'RFF+BM: 'RFF+MB:? 'RFF+ :X'NAD+CN+ ++\u3000: A? '"), syntax="UNOY:4"
    ),
    message(HEAD + MASTER).encode() * 2,
    WHOLE.rpartition(b"UNZ")[0] + WHOLE + b"\r\n\x1a" + WHOLE[:-30],
    b"junk\r\n" + WHOLE + b"  more junk",
    *FILES,
    *(raw.rpartition(b"UNT+")[0] + b"UNZ+1+R1'" for raw in FILES),
]
PROFILES = [Profile(), Profile(charset="gb18030"), Profile(charset="big5hkscs")]


def assert_same_by_every_path(raw: bytes, profile: Profile, *sizes: int) -> None:
    whole = list(read([raw], profile))
    assert any(isinstance(event, InterchangeEnd) for event in whole)
    assert read_slowly([raw], profile) == whole
    with patch.multiple(cut, RUN_BYTES_MIN=64, RUN_BYTES_MAX=64):
        assert list(read([raw], profile)) == whole
        assert read_slowly([raw], profile) == whole
    for size in sizes:
        assert list(read(blocks(raw, size), profile)) == whole
        assert read_streaming(blocks(raw, size), profile) == whole


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: str(profile.charset))
@pytest.mark.parametrize("raw", CASES, ids=range(len(CASES)))
def test_every_path_and_every_block_size_reads_the_same(raw: bytes, profile: Profile) -> None:
    assert_same_by_every_path(raw, profile, 1, 7, 4096, 1 << 20)


@pytest.mark.parametrize("raw", [WHOLE * 90, WHOLE + interchange(message(HEAD + MASTER * 300))])
def test_what_is_longer_than_a_run_reads_the_same(raw: bytes) -> None:
    assert len(raw) > RUN_BYTES_MAX
    assert_same_by_every_path(raw, Profile(), 4096, 1 << 20)


SNIPPETS = [
    b"'", b"+", b":", b"?", b"\r\n", b"\n", b" ", b"\x00", b"\x1a", b"\x1d", b"UNB+", b"UNA:+.? '",
    b"UNA:+.? 'UNB+", b"UNZ+1+R1'", b"UNH+1+CUSCAR:D:95B:UN'", b"UNH+1+COARRI:D:95B:UN'",
    b"LOC+147+1'", b"STS+1+A'", b"UNT+3+1'", b"UNG+X+A+B+C+1'",
    b"UNE+1+1'", b'"', b"\\", b"\xe9", b"\xe9\xa6\x99", b"\xef\xb7\x90", b"\x81\x30", b"\xff",
    b"\xef\xbb\xbf", b"unt", b"CNI+1'", b"EQD+CN+ABCU1234567'", b"\x1b$B", b"\x1b(B", b"~", b"|",
]  # fmt: skip
EDITS = st.tuples(
    st.floats(0, 1), st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=4)), st.integers(0, 60)
)


@given(st.sampled_from(CASES), st.lists(EDITS, min_size=1, max_size=6), st.sampled_from(PROFILES))
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_answered_and_reads_the_same_by_every_path(
    raw: bytes, edits: list[tuple[float, bytes, int]], profile: Profile
) -> None:
    for place, put_in, taken_out in edits:
        at = int(place * len(raw))
        raw = raw[:at] + put_in + raw[at + taken_out :]
    assert_same_by_every_path(raw, profile, 7)
    peek(raw[:100])


@given(st.binary(max_size=300), st.sampled_from([b"", b"UNB+UNOC:3+", b"UNA", WHOLE[:60]]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_answered(raw: bytes, before: bytes) -> None:
    assert_same_by_every_path(before + raw, Profile(), 3)


def everything_found(events: list[Message | InterchangeEnd]) -> Iterator[Finding]:
    for event in events:
        yield from event.findings


@given(st.sampled_from(CASES), st.lists(EDITS, min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_finding_names_its_place_and_never_more_than_a_little_text(
    raw: bytes, edits: list[tuple[float, bytes, int]]
) -> None:
    for place, put_in, taken_out in edits:
        at = int(place * len(raw))
        raw = raw[:at] + put_in + raw[at + taken_out :]
    for finding in everything_found(list(read([raw]))):
        assert finding.where != Where("")
        assert all(len(str(value)) <= 40 for value in finding.params.values())
        assert finding.where.offset is None or 0 <= finding.where.offset <= len(raw)
        assert finding.where.segment is None or finding.where.segment >= 1


OPEN = b"UNB+UNOC:3+A+B+261122:0900+1'UNH+1+CUSCAR:D:95B:UN'"


@pytest.mark.parametrize(
    "noise",
    [
        b"?", b"?'", b"??'", b"'", b"+", b"UNB+'", b"unb+'", b"+UNB", b"UNA:+.? '", b"UNT+1+1'",
        b"UNZ+1+1'", b"\n", b"\0", b"N\x01'", b"\x1b$B", b"\x0e", b"\x81|", b"RFF+:1'", b"CNI+1'",
        b"UNH+1+CUSCAR:D:95B:UN'", b"UNB+UNOC:3+A+B+1:1+1'UNZ+0+1'", b"x", b" ", b"?\n", b"UNA",
    ],
)  # fmt: skip
def test_noise_takes_time_in_proportion_and_is_answered(noise: bytes) -> None:
    for opening in (OPEN, b"", OPEN.replace(b"UNOC", b"UNOX")):
        raw = opening + noise * (8_000 // len(noise))
        assert isinstance([*read([raw], Profile(charset="gb18030"))][-1], InterchangeEnd)


# Limits, at each and one past it


def test_a_segment_may_be_as_long_as_the_limit_and_no_longer() -> None:
    _, end = read([interchange(message("FTX+AAA+++" + "x" * (SEGMENT_BYTES_MAX - 11) + "'"))])
    assert end.findings == ()
    _, end, rest = read([interchange(message("FTX+AAA+++" + "x" * (SEGMENT_BYTES_MAX - 10) + "'"))])
    assert codes(end.findings) == ["EDIFACT-SEGMENT-LENGTH", "EDIFACT-UNZ-MISSING"]
    assert codes(rest.findings) == ["EDIFACT-NOT-EDIFACT"]


@pytest.mark.parametrize("element", [b"FORWARDER", b"CUSTOMS", b"R1", b"M1"])
def test_what_names_an_envelope_may_be_as_long_as_the_limit_and_no_longer(element: bytes) -> None:
    for more in (0, 1):
        long = b"X" * (CHARACTERS_MAX + more)
        events = list(read([WHOLE.replace(element, long)]))
        found = [f for f in everything_found(events) if f.code == "EDIFACT-SERVICE-LENGTH"]
        assert [f.params["count"] for f in found] == [CHARACTERS_MAX + 1] * more
    for event in read([WHOLE.replace(element, b"X" * 9_000) + b"X"]):
        for finding in event.findings:
            assert len(finding.where.interchange or "") <= CHARACTERS_MAX
            assert len(finding.where.message or "") <= CHARACTERS_MAX


def test_findings_of_a_message_are_listed_up_to_the_limit_and_counted_beyond() -> None:
    for count in (FINDINGS_MAX, FINDINGS_MAX + 1, FINDINGS_MAX + 7):
        first, _ = read([interchange(message("BGM+85+M+9'" + "RFF+:1'" * count))])
        left_out = [f.params["count"] for f in first.findings if f.code == "EDIFACT-FINDINGS-MORE"]
        assert left_out == ([count - FINDINGS_MAX] if count > FINDINGS_MAX else [])


def test_what_is_mostly_noise_is_given_up() -> None:
    for count in (WRONG_SEGMENTS_MAX, WRONG_SEGMENTS_MAX + 1):
        raw = interchange(message("BGM+85+M+9'" + "*'" * count + MASTER * 9)) + WHOLE
        events = list(read([raw]))
        hopeless = [e for e in events if "EDIFACT-HOPELESS" in codes(e.findings)]
        assert len(hopeless) == count - WRONG_SEGMENTS_MAX
        assert sum(e.size for e in events if isinstance(e, InterchangeEnd)) == len(raw)


def test_interchanges_are_read_up_to_the_limit() -> None:
    tiny = b"UNB+UNOC:3+A+B+261122:0900+1'UNZ+0+1'"
    with patch.object(sys.modules["waglan.messages.edifact.read"], "INTERCHANGES_MAX", 50):
        *_, last = read([tiny * 50])
        assert codes(last.findings) == ["EDIFACT-INTERCHANGE-EMPTY"]
        *_, last = read([tiny * 51])
        assert codes(last.findings) == ["EDIFACT-INTERCHANGES"]


def test_messages_are_read_up_to_the_limit_of_all_interchanges_together() -> None:
    one = message("BGM+85+M+9'")
    with patch.object(sys.modules["waglan.messages.edifact.walk"], "MESSAGES_MAX", 4):
        *_, last = read(
            [interchange(one, one, reference="R1") + interchange(one, one, reference="R2")]
        )
        assert last.findings == ()
        raw = (
            interchange(one, one, reference="R1")
            + interchange(one, one, one, reference="R2")
            + WHOLE
        )
        events = list(read([raw]))
    ends = [event for event in events if isinstance(event, InterchangeEnd)]
    assert [codes(end.findings) for end in ends] == [[], ["EDIFACT-MESSAGES"]]
    assert len(events) - len(ends) == 4
    fifth = [found.start() for found in re.finditer(b"UNH", raw)][4]
    assert ends[1].findings[0].where.offset == fifth
    assert sum(end.size for end in ends) == len(raw)


def test_what_is_wrong_is_told_up_to_the_limit_of_all_messages_together() -> None:
    odd = message("BGM+85+M+9'" + "DTM+:1'" * 10)
    files = interchange(*[odd] * 9), interchange(odd) * 9
    with patch.object(sys.modules["waglan.messages.edifact.walk"], "TOLD_MAX", 50):
        for raw in files:
            events = list(read([raw]))
            assert codes(events[-1].findings)[-1] == "EDIFACT-FINDINGS"
            assert sum(isinstance(event, Message) for event in events) < 9
            assert sum(e.size for e in events if isinstance(e, InterchangeEnd)) == len(raw)


def test_segments_are_kept_up_to_the_limit_and_streamed_without_one() -> None:
    raw = interchange(message("BGM+85+M+9'" + "CNI+1+X'" * 40_000)) + WHOLE
    with patch.object(sys.modules["waglan.messages.edifact.walk"], "SEGMENTS_MAX", 30_000):
        first, end = read([raw])
        assert isinstance(first, Message)
        assert "EDIFACT-UNT-MISSING" in codes(first.findings)
        assert codes(end.findings) == ["EDIFACT-SEGMENTS"]
        assert isinstance(end, InterchangeEnd)
        assert end.size == len(raw)
        *_, last = read_streaming([raw], Profile())
        assert last.findings == ()


def test_bare_messages_without_end_take_little_memory() -> None:
    raw = interchange().rpartition(b"UNZ")[0] + b"UNH'" * 500_000
    tracemalloc.start()
    try:
        events = list(read([raw]))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert codes(events[-1].findings)[-1] == "EDIFACT-MESSAGES"
    assert most < 100 << 20, f"{most >> 20} MiB for a file of {len(raw) >> 20} MiB"


@pytest.mark.parametrize("kind", ["CUSCAR:D:95B:UN", "IFTMIN:D:95B:UN"])
@pytest.mark.parametrize(("tag", "field"), [("PCI+24+A", "marks"), ("FTX+AAA+++A", "description")])
def test_a_text_of_many_segments_is_joined_up_to_its_limit_and_told_of_once(
    kind: str, tag: str, field: str
) -> None:
    goods = "BGM+85+M+9'CNI+1+X'GID+1+1:CT'"
    for count, told in ((TEXT // 2, 0), (TEXT // 2 + 1, 1), (TEXT * 2, 1)):
        first, _ = read([interchange(message(goods + f"{tag}'" * count, kind=kind))])
        long = [f for f in first.findings if f.code == "MANIFEST-TEXT-LONG"]
        assert [f.params for f in long] == [{"field": field, "count": TEXT + 1, "max": TEXT}] * told
        assert [f.where.tag for f in long] == [tag[:3]] * told


@pytest.mark.parametrize("segment", ["GID+1+{}:CT'", "GID+1+1:CT'SGP+CSQU3054383+{}'"])
def test_packages_have_no_more_digits_than_the_directory_gives_them(segment: str) -> None:
    for count, told in ((99_999_999, []), (100_000_000, ["EDIFACT-NUMBER"])):
        body = "BGM+85+M+9'CNI+1+X'" + segment.format(count)
        first, _ = read([interchange(message(body))])
        assert [code for code in codes(first.findings) if code == "EDIFACT-NUMBER"] == told


@pytest.mark.parametrize("sign", ["\u0085", "\u2028", "\u2029"])
def test_a_line_end_that_nobody_sees_is_told_and_kept(sign: str) -> None:
    raw = interchange(message(HEAD + MASTER.replace("ACME", f"AC{sign}ME")), syntax="UNOY:4")
    for events in (list(read([raw])), read_slowly([raw], Profile())):
        found = [f for f in everything_found(events) if f.code == "EDIFACT-LINE-BREAK"]
        assert [f.params["code"] for f in found] == [f"{ord(sign):04X}"]
        assert [(f.where.tag, f.where.element) for f in found] == [("NAD", 5)]
        assert isinstance(events[0], Message)
        assert events[0].part is not None


def test_junk_has_a_limit() -> None:
    assert [len(list(read([b"x" * n + WHOLE]))) for n in (JUNK_BYTES_MAX, JUNK_BYTES_MAX + 1)] == [
        3,
        1,
    ]


GAPS = st.lists(
    st.one_of(
        st.text("\0\x1a \t\r\n", max_size=20),
        st.builds(
            "{0}{1}".format, st.just("\0" * 5_000), st.sampled_from(["", "\r\n", "\x1a\x1a"])
        ),
    ),
    min_size=1,
    max_size=4,
)


@given(GAPS, st.sampled_from([1, 3, 50, 4096, 1 << 20]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_nul_bytes_around_interchanges_are_told_once_a_gap_and_lose_nothing(
    gaps: list[str], block_size: int, has_una: bool
) -> None:
    whole = (b"UNA:+.? '" if has_una else b"") + WHOLE
    raw = whole.join(gap.encode() for gap in gaps)
    told = [(count, offset) for count, offset in _stray(gaps, len(whole)) if count]
    events = list(read(blocks(raw, block_size)))
    found = [f for f in everything_found(events) if f.code == "EDIFACT-NUL"]
    assert [(f.params["count"], f.where.offset) for f in found] == told
    expected = [event for event in read([whole]) if isinstance(event, Message)]
    messages = [event for event in events if isinstance(event, Message)]
    assert [m.content for m in messages] == [m.content for m in expected] * (len(gaps) - 1)
    assert [m.sha256 for m in messages] == [m.sha256 for m in expected] * (len(gaps) - 1)
    assert_same_by_every_path(raw, Profile(), block_size)


def _stray(gaps: list[str], interchange_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield of each gap how many bytes do not belong there, and where the first stands."""
    at = 0
    for gap in gaps:
        count = gap.count("\0") + max(0, gap.count("\x1a") - 1)
        yield count, at + len(gap) - len(gap.lstrip(" \t\r\n"))
        at += len(gap) + interchange_bytes


def test_a_file_filled_up_without_end_is_read_in_little_memory() -> None:
    taken = 0

    def filled() -> Iterator[bytes]:
        nonlocal taken
        yield WHOLE
        for _ in range(300):
            taken += 1
            yield bytes(1 << 20)
        yield WHOLE

    tracemalloc.start()
    try:
        ends = [event for event in read(filled()) if isinstance(event, InterchangeEnd)]
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken == 300
    assert [codes(end.findings) for end in ends] == [["EDIFACT-NUL"], []]
    assert ends[0].findings[0].params["count"] == 300 << 20
    assert peak_bytes < 16 << 20


@pytest.mark.parametrize("size", [5, 300, 70_000, SEGMENT_BYTES_MAX + 5])
def test_nul_bytes_behind_an_interchange_without_end_are_told_too(size: int) -> None:
    cut_off = WHOLE[: WHOLE.index(b"UNZ")]
    for raw in (cut_off + bytes(size), bytes(size) + cut_off):
        *_, end = read([raw])
        assert sorted(codes(end.findings)) == ["EDIFACT-NUL", "EDIFACT-UNZ-MISSING"]


def test_a_big_manifest_reads_the_same_whole_and_in_slices() -> None:
    sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))
    try:
        big = import_module("cuscar_file").interchange
    finally:
        sys.path.pop(0)
    for released in (False, True):
        raw = b"".join(big(600, 700, released=released))
        *messages, end = whole = list(read([raw]))
        assert [m.findings for m in messages] == [()] * 3
        assert end.findings == ()
        assert read_streaming(blocks(raw, 50_000), Profile()) == whole
        assert read_slowly([raw], Profile()) == whole
        assert list(read([raw], validate=True)) == whole
