"""Manifests may bear one document number: which of them an event speaks of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from waglan.codes.event import EventCode
from waglan.codes.key import Key, KeyKind
from waglan.codes.party import PartyId
from waglan.logbook.event import Event

_STANDS = (EventCode.MANIFEST_DECLARED, EventCode.MANIFEST_CANCELLED)
_ENDS = (*_STANDS, EventCode.MANIFEST_REFUSED)


@dataclass(frozen=True, slots=True)
class ToldIdentity:
    """What an event tells of which manifest it is, beside the document; None where it does not."""

    filer: PartyId | None = None
    call: str | None = None
    authority: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all is told."""
        return None not in (self.filer, self.call, self.authority)

    def may_be(self, other: "ToldIdentity") -> bool:
        """Whether nothing that this one tells differs."""
        return (
            self.filer in (None, other.filer)
            and self.call in (None, other.call)
            and self.authority in (None, other.authority)
        )


_Assembly: TypeAlias = tuple[ToldIdentity, str, int]


def identities(events: Sequence[Event]) -> list[tuple[ToldIdentity, ...]]:
    """Return event by event which of one document's manifests it speaks of, in whatever order.

    Usually that is one. What a filer was told that does not say for which call, or with whom, is
    told of each of his manifests that it may be of; what customs said of one that is not among
    these events is given to none of several.
    """
    known: dict[str | None, ToldIdentity] = {}
    for event in sorted(events, key=lambda event: repr(_own(event))):  # in whatever order they came
        if event.code in _STANDS:
            known[_manifest(event)] = _own(event)
    calls = _calls(events)
    told = [_identity(event, known, calls) for event in events]
    whole = [one for one in dict.fromkeys(told) if one.is_whole]
    return [_fitting(one, whole) for one in told]


def _fitting(one: ToldIdentity, whole: Iterable[ToldIdentity]) -> tuple[ToldIdentity, ...]:
    if one.is_whole:
        return (one,)
    fitting = tuple(other for other in whole if one.may_be(other))
    return fitting if len(fitting) == 1 or (fitting and one.filer) else (one,)


def _identity(
    event: Event, known: Mapping[str | None, ToldIdentity], calls: Mapping[_Assembly, str]
) -> ToldIdentity:
    if event.code is EventCode.MANIFEST_ANSWERED:
        id = _manifest(event)
        return (known.get(id) if id else None) or ToldIdentity(authority=event.said_by)
    own = _own(event)
    assembly = _assembly(event)
    if assembly and assembly in calls:
        return ToldIdentity(own.filer, calls[assembly], own.authority)
    return own


def _manifest(event: Event) -> str | None:
    id = event.body.get("manifest")
    return id if isinstance(id, str) else None


def _own(event: Event) -> ToldIdentity:
    also = next((key.text for key in event.also if key.kind is KeyKind.CALL), None)
    call, authority = event.body.get("call"), event.body.get("filed_with")
    return ToldIdentity(
        event.said_by,
        call if isinstance(call, str) else also,
        authority if isinstance(authority, str) else None,
    )


def _calls(events: Sequence[Event]) -> dict[_Assembly, str]:
    """Return for which call each assembly is: its first part says it, should others differ.

    What became of it says it better, where that is told of the message that made it whole: a part
    may leave to others what makes the call.
    """
    said: dict[_Assembly, tuple[int, str]] = {}
    ended: dict[tuple[PartyId, Key], set[str | None]] = {}
    for event in events:
        own, assembly, number = _own(event), _assembly(event), event.body.get("part")
        if assembly and isinstance(number, int) and own.call:
            said[assembly] = min(said.get(assembly, (number, own.call)), (number, own.call))
        if event.code in _ENDS:
            for key in event.also:
                ended.setdefault((event.said_by, key), set()).add(own.call)
    calls = {assembly: call for assembly, (_, call) in said.items()}
    became: dict[_Assembly, set[str | None]] = {}
    for event in events:
        assembly, of = _assembly(event), event.body.get("of")
        if assembly and of and event.body.get("came") == of:
            found = (call for key in event.also for call in ended.get((event.said_by, key), ()))
            became.setdefault(assembly, set()).update(found)
    return calls | {
        assembly: call
        for assembly, found in became.items()
        if len(found) == 1
        for call in found
        if call
    }


def _assembly(event: Event) -> _Assembly | None:
    """Return to which assembly a part came; a whole manifest alone is of none."""
    if event.code is not EventCode.PART_RECEIVED or event.body.get("of") == 1:
        return None
    own, reference, begun = _own(event), event.body.get("assembly"), event.body.get("round")
    if not isinstance(reference, str):
        return None
    at = ToldIdentity(own.filer, None, own.authority)
    return at, reference, begun if isinstance(begun, int) else 1
