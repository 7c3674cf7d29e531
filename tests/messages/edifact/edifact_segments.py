"""Reading what was written the slow and simple way, so that writers are not judged by readers."""

from waglan.messages.edifact.write import CHARSET, Segment
from waglan.messages.envelope import Interchange


def cut(data: bytes, interchange: Interchange) -> list[list[list[str]]]:
    """Return segments, elements and components, character by character."""
    component, element, _, release, _, end = tuple(interchange.service)
    text = data.decode(CHARSET[interchange.syntax_id]).removeprefix(f"UNA{interchange.service}")
    segments, segment, composite, word = [], [], [], ""
    characters = iter(text)
    for c in characters:
        if c == release and release != " ":
            word += next(characters)
        elif c in (component, element, end):
            composite.append(word)
            word = ""
            if c != component:
                segment.append(composite)
                composite = []
            if c == end:
                segments.append(segment)
                segment = []
        else:
            word += c
    assert not word
    assert not segment
    assert not composite
    return segments


def messages(data: bytes, interchange: Interchange) -> list[list[Segment]]:
    """Return each message of an interchange, UNH and UNT left out."""
    found: list[list[Segment]] = []
    for segment in cut(data, interchange)[1:-1]:
        if segment[0] == ["UNH"]:
            found.append([])
        elif segment[0] != ["UNT"]:
            found[-1].append(tuple(tuple(element) for element in segment))
    return found
