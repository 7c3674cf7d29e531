"""The bridge files of a draft under its profile: the same draft makes the same bytes."""

from waglan.codes.finding import Finding, Severity, Where
from waglan.manifest.draft import Draft
from waglan.manifest.filing_profile import Bridge
from waglan.messages.bridge.fhl_write import fhl_files
from waglan.messages.bridge.field_sheet import sheet_files
from waglan.messages.bridge.file import BYTES_MAX, BridgeFiles


def bridge_files(draft: Draft) -> BridgeFiles:
    """Return the files to be handed in elsewhere; none where the profile has none."""
    made = _made(draft)
    size = sum(len(one.body) for one in made.files)
    if size <= BYTES_MAX:
        return made
    where, limit = Where("draft"), BYTES_MAX >> 10
    found = Finding("BRIDGE-SIZE", Severity.ERROR, where, {"size": size >> 10, "max": limit})
    return BridgeFiles((), (*made.findings, found))


def _made(draft: Draft) -> BridgeFiles:
    kind = draft.profile.bridge
    if kind is Bridge.NONE:
        return BridgeFiles((), ())
    return fhl_files(draft.values) if kind is Bridge.FHL else sheet_files(kind.value, draft)
