"""A run of whole segments, read into fields, and where each stood in the bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from waglan.messages.edifact.tags import Other, Segment


class Note(Segment, tag="!"):
    """What the reading of one segment's characters found; it follows that segment in a batch."""

    kind: Literal[
        "charset",
        "guessed",
        "level",
        "other",
        "control",
        "break",
        "tag",
        "nesting",
        "unknown",
        "empty",
    ]
    text: str
    element: int = 0  # counted from 1, the tag being 1; 0 where it is not known


@dataclass
class Batch:
    """Segments in order, each followed by its notes."""

    raw: bytes
    offset: int  # of raw in what was sent
    items: list[Segment]
    find_ends: Callable[[bytes], list[int]] = field(repr=False)
    layout: bytes  # line ends to be dropped
    find_lists: Callable[[], list[list[str]]] = field(repr=False)
    has_marks: bool = False  # whether a released component separator may stand in a text

    @cached_property
    def ends(self) -> list[int]:
        """The place after each segment's terminator, in raw; asked for only where it matters."""
        return self.find_ends(self.raw)

    @cached_property
    def lists(self) -> list[list[str]]:
        """The same segments with every element; asked for only where somebody takes them whole."""
        return self.find_lists()

    @cached_property
    def tags(self) -> list[str]:
        """The tags of the segments, notes left out; asked for only where somebody judges them."""
        return [
            item.name if isinstance(item, Other) else type(item).__name__
            for item in self.items
            if not isinstance(item, Note)
        ]

    def start(self, segment: int) -> int:
        """The place of a segment's first byte in raw, line ends before it left out."""
        at = self.ends[segment - 1] if segment else 0
        while at < len(self.raw) and self.raw[at] in self.layout:
            at += 1
        return at
