"""Who takes part in the demo day: invented organisations whose names say that they are invented."""

from dataclasses import dataclass

from waglan.codes.party import PartyId
from waglan.messages.envelope import Address
from waglan.parties.role import Role

FORWARDERS = 25
QUALIFIER = "ZZZ"  # UN/EDIFACT 0007: agreed between the two


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation to register before the day starts."""

    party: PartyId
    name: str
    roles: frozenset[Role]
    address: Address

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the sender addresses that its messages bear, as `id:qualifier`."""
        return (f"{self.address.id}:{self.address.qualifier}",)


def _organisation(party: str, name: str, role: Role, address: str) -> Organisation:
    return Organisation(PartyId(party), name, frozenset({role}), Address(address, QUALIFIER))


LINE = _organisation("synthetic-line", "Synthetic Container Line", Role.CARRIER, "SYNLINE")
CUSTOMS = _organisation("synthetic-customs", "Synthetic Customs", Role.CUSTOMS, "SYNCUSTOMS")
TERMINAL = _organisation("synthetic-terminal", "Synthetic Terminal", Role.TERMINAL, "SYNTERM")
AGENT = _organisation("synthetic-agent", "Synthetic Agent Abroad", Role.FORWARDER, "SYNAGENT")

# Two authorities judge the trucks, each by the figures of a hypothetical jurisdiction.
HAULIER = _organisation("synthetic-haulier", "Synthetic Haulier", Role.TRUCKER, "SYNHAUL")
NEAR = _organisation("demo-customs", "Synthetic Customs, near side", Role.CUSTOMS, "SYNNEAR")
FAR = _organisation("demo-far-customs", "Synthetic Customs, far side", Role.CUSTOMS, "SYNFAR")


def by_land() -> tuple[Organisation, ...]:
    """Return who takes part in the trucks' day."""
    return (HAULIER, NEAR, FAR)


def organisations() -> tuple[Organisation, ...]:
    """Return all of them: line, customs, terminal, an agent abroad, then the forwarders."""
    return (LINE, CUSTOMS, TERMINAL, AGENT, *forwarders())


def organisation(party: PartyId) -> Organisation:
    """Return one of them by its id."""
    return next(who for who in organisations() if who.party == party)


def forwarders() -> tuple[Organisation, ...]:
    """Return the forwarders, number 1 first."""
    return tuple(forwarder(number) for number in range(1, FORWARDERS + 1))


def forwarder(number: int) -> Organisation:
    """Return one forwarder by its number, counted from 1."""
    return _organisation(
        f"synthetic-forwarder-{number:02}",
        f"Synthetic Forwarder {number:02} Ltd",
        Role.FORWARDER,
        f"SYNFWD{number:02}",
    )
