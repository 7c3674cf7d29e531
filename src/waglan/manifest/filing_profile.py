"""What kinds of filing there are: who may make each, for whom, with which particulars, by when.

Each is a file in `manifest/profiles/`, with its source. A forwarder is rarely a manifest's filer:
the profile decides who may be, and a refusal says who is. No profile is connected to the system of
an authority; a filing leaves this platform as a file, unless the authority's desk is on it.
"""

import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from enum import Enum
from functools import cache
from typing import Annotated, Literal

import msgspec

from waglan.codes.data import load
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.raw import BadCode
from waglan.manifest.condition import FACTS
from waglan.manifest.deadline import rules
from waglan.parties.role import Role

PROFILES = "manifest/profiles"
PRE_ARRIVAL = "WAGLAN-PRE-ARRIVAL"  # this project's own step, where a profile has it switched on


class LegalFiler(Enum):
    """Whom the law makes the filer, in its own words."""

    CARRIER = "carrier"
    NVOCC = "nvocc"
    FORWARDER = "forwarder"
    HOUSE_FILER = "house-filer"
    SHIPPER = "shipper"
    IMPORTER = "importer"
    EXPORTER = "exporter"
    EXPRESS = "express"
    POST = "post"


class Recipient(Enum):
    """Where a filing goes."""

    CUSTOMS_DESK = "customs-desk"  # the authority's desk on this platform
    ELSEWHERE = "elsewhere"  # a window that nobody here has a line to: a file, and a pasted reply
    DEADLINES_ONLY = "deadlines-only"


class Bridge(Enum):
    """What file is made of a filing that goes elsewhere; the filer hands it in himself."""

    NONE = "none"
    FHL = "fhl"  # Cargo-IMP house list, as text
    DECLARATION = "declaration"  # data sheet of an import or export declaration
    EMAN_2 = "eman_2"  # data sheet of a cargo manifest's Statement 2
    ROAD_ACI = "road_aci"  # data sheet of road advance cargo information


class Proof(Enum):
    """What shows that it was filed."""

    DESK_ANSWER = "desk-answer"
    PASTED_REPLY = "pasted-reply"
    NONE = "none"


class ClientRole(Enum):
    """Which party of a bill a filing is made for, by its place among a draft's fields."""

    CONSIGNOR = "consignor"
    CONSIGNEE = "consignee"
    FORWARDER = "forwarder"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    en: Annotated[str, msgspec.Meta(min_length=1)]
    zh: Annotated[str, msgspec.Meta(min_length=1)]


class Particular(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be told: one of these fields, by these modes of transport (none named: by all)."""

    any_of: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    modes: tuple[str, ...] = ()


class FilingProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of filing."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{1,39}$")]
    connected: Literal[False]
    jurisdiction: str
    modes: tuple[str, ...]
    direction: Literal["import", "export", "both"]
    level: Literal["master", "house", "both"]
    recipient: Recipient
    legal_filer: tuple[LegalFiler, ...]
    filer_roles: tuple[Role, ...]  # who may be the filer himself
    lodger_roles: tuple[Role, ...]  # who may lodge it for the filer, with a letter
    deadlines: tuple[str, ...]
    proof: Proof
    proof_number: str
    positive_pre_arrival: bool  # this project's own step
    lifecycle: tuple[Literal["amend", "replace", "cancel"], ...]
    source: str
    evidence: Literal["read", "unverified"]
    checked_on: date
    name: Words
    note: Words
    required: tuple[Particular, ...] = ()
    client: dict[Literal["import", "export"], tuple[ClientRole, ...]] = {}
    bridge: Bridge = Bridge.NONE
    rules: tuple[str, ...] = ()  # the open rules that are asked of what goes elsewhere
    amend_while: str = ""

    @property
    def facts(self) -> dict[str, str | int]:
        """What of a filing's circumstances the profile itself says."""
        told: dict[str, str | int] = {"jurisdiction": self.jurisdiction}
        if len(self.modes) == 1:
            told["mode"] = self.modes[0]
        if self.direction != "both":
            told["direction"] = self.direction
        return told

    def clients(self, direction: object) -> tuple[ClientRole, ...]:
        """Return whose letter is asked for; none: no field of a draft names him.

        Where nobody said whether goods come or go, each that may be.
        """
        known = [roles for way, roles in self.client.items() if direction in (way, None)]
        return tuple(dict.fromkeys(role for roles in known for role in roles))

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The deadlines to show: the authority's, then our own where it is switched on."""
        return (*self.deadlines, *((PRE_ARRIVAL,) if self.positive_pre_arrival else ()))


def refusal(
    profile: FilingProfile, roles: Collection[Role], *, for_client: bool = False
) -> Finding | None:
    """Return why an organisation in these roles may not make such a filing; None when it may.

    A filing for a client is lodged, and needs his letter too: `parties.authorisation` asks for it.
    """
    where = Where(f"profiles/{profile.id}")
    if profile.recipient is Recipient.DEADLINES_ONLY:
        return Finding("PROFILE-DEADLINES-ONLY", Severity.ERROR, where, {"profile": profile.id})
    filers = ", ".join(one.value for one in profile.legal_filer) or "-"
    if for_client:
        if set(roles) & set(profile.lodger_roles):
            return None
        lodgers = ", ".join(role.value for role in profile.lodger_roles) or "-"
        return Finding(
            "PROFILE-NOT-A-LODGER",
            Severity.ERROR,
            where,
            {"profile": profile.id, "lodgers": lodgers, "filers": filers},
        )
    if set(roles) & set(profile.filer_roles):
        return None
    return Finding(
        "PROFILE-NOT-THE-FILER",
        Severity.ERROR,
        where,
        {"profile": profile.id, "filers": filers},
    )


@cache
def profiles() -> Mapping[str, FilingProfile]:
    """Return every packaged profile by id; raise BadCode for a file that can't be meant."""
    found: dict[str, FilingProfile] = {}
    for name, text in load(PROFILES).items():
        try:
            profile = msgspec.convert(tomllib.loads(text), FilingProfile)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise BadCode(f"{PROFILES}/{name}.toml: {error}") from error
        for why in _faults(name, profile):
            raise BadCode(f"{PROFILES}/{name}.toml: {why}")
        found[profile.id] = profile
    return found


def _faults(name: str, profile: FilingProfile) -> list[str]:
    modes = FACTS["mode"] or frozenset()
    told = [mode for particular in profile.required for mode in particular.modes]
    is_filed = profile.recipient is not Recipient.DEADLINES_ONLY
    checks = {
        "its name is its id": profile.id == name,
        "it names modes that there are": set(profile.modes) <= modes and bool(profile.modes),
        "a particular is asked by modes of its own": set(told) <= set(profile.modes),
        "its deadlines stand in the table": set(profile.deadlines) <= rules().keys(),
        "it has a source": bool(profile.source.strip()),
        "what is filed has a filer and particulars": not is_filed
        or bool(profile.filer_roles and profile.required),
        "only what goes elsewhere leaves as a file": profile.bridge is Bridge.NONE
        or profile.recipient is Recipient.ELSEWHERE,
        "what goes elsewhere names its rules, and a desk here has its own": bool(profile.rules)
        is (profile.recipient is Recipient.ELSEWHERE),
        "a client's letter has a lodger": bool(profile.lodger_roles) or not profile.client,
        "what is only shown has none": is_filed
        or not (profile.filer_roles or profile.lodger_roles or profile.lifecycle),
    }
    return [what for what, holds in checks.items() if not holds]
