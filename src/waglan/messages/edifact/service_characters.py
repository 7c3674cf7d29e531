"""The characters that hold a message together, and where they say its segments end."""

from dataclasses import dataclass, field
from itertools import accumulate

LINE_ENDS = b"\r\n"

# A noncharacter of Unicode stands for a component separator that was released, so that a
# composite can be split on ":" later. Where it is sent as text it is refused like a control.
MARK = "\ufdd0"
MARK_UTF8 = MARK.encode()

_JSON = frozenset('",[]\\')


@dataclass(frozen=True, slots=True)
class ServiceCharacters:
    """What separates, releases and ends; `release` is empty where UNA gives a blank."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    reserved: str = " "
    terminator: str = "'"
    ends_lines: bytes = field(init=False)  # line ends that are mere layout, to be dropped

    def __post_init__(self) -> None:
        """Keep a line end that serves as a separator."""
        used = (self.component + self.element + self.release + self.terminator).encode("latin-1")
        object.__setattr__(self, "ends_lines", bytes(c for c in LINE_ENDS if c not in used))

    @property
    def una(self) -> str:
        """The six characters as UNA carries them."""
        return (
            self.component
            + self.element
            + self.decimal
            + (self.release or " ")
            + self.reserved
            + self.terminator
        )

    @property
    def used(self) -> str:
        """All that part or release, without the decimal mark."""
        return self.component + self.element + self.release + self.terminator

    @property
    def is_replaceable(self) -> bool:
        """Whether plain replacement of bytes turns segments into JSON without harm."""
        colon_is_free = self.component == ":" or ":" not in self.used
        return colon_is_free and _JSON.isdisjoint(self.used)


DEFAULT = ServiceCharacters()
UNOB_SEPARATORS = ServiceCharacters("\x1f", "\x1d", ".", "", " ", "\x1c")


def of_una(six: bytes) -> ServiceCharacters | None:
    """Return what UNA says, or None where its characters can't part anything."""
    component, element, decimal, release, reserved, terminator = [*six.decode("latin-1")]
    service = ServiceCharacters(
        component, element, decimal, release.strip(" "), reserved, terminator
    )
    parting = component + element + terminator
    can_part = (
        len(set(service.used)) == len(service.used)
        and service.used.isascii()
        and not any(c.isalnum() or c == "\0" for c in service.used)
        and " " not in parting
    )
    return service if can_part else None


def segment_ends(raw: bytes, service: ServiceCharacters) -> list[int]:
    """Return the place after each terminator that is not released."""
    terminator = service.terminator.encode("latin-1")
    parts = raw.split(terminator)
    parts.pop()  # what follows the last terminator is no segment yet
    ends = [end + at + 1 for at, end in enumerate(accumulate(map(len, parts)))]
    release = service.release.encode("latin-1")
    if not release or release not in raw:
        return ends
    return [
        end
        for part, end in zip(parts, ends, strict=True)
        if not is_released(part, 0, len(part), service)
    ]


def last_end(raw: bytes, start: int, stop: int, service: ServiceCharacters) -> int:
    """Return the place after the last unreleased terminator of raw[start:stop], or start."""
    terminator = service.terminator.encode("latin-1")
    at = raw.rfind(terminator, start, stop)
    while at >= 0 and is_released(raw, start, at, service):
        at = raw.rfind(terminator, start, at)
    return at + 1 if at >= 0 else start


def is_released(raw: bytes, start: int, at: int, service: ServiceCharacters) -> bool:
    """Whether an odd number of release characters stands before raw[at], from start on."""
    if not service.release:
        return False
    release, layout, count = ord(service.release), service.ends_lines, 0
    # A line end may stand between two release characters, for lines are cut anywhere.
    for place in range(at - 1, start - 1, -1):
        if raw[place] == release:
            count += 1
        elif raw[place] not in layout:
            break
    return count % 2 == 1
