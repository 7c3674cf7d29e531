"""What signing in asks for: lengths, periods and costs, as packaged data with their source."""

import tomllib
from datetime import date, timedelta
from enum import Enum
from functools import cache

import msgspec

from waglan.codes.data import read
from waglan.parties.limit import Bucket, Delay


class LinkPurpose(Enum):
    """What a one-time link is for."""

    INVITATION = "invitation"  # the first password
    RESET = "reset"  # another one


class PasswordLength(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many characters a password has."""

    characters_min: int
    characters_max: int


class HashCost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one hash of a password costs, and how many are made at once."""

    memory_kib: int
    passes: int
    at_once: int
    waiting_max: int


class TryLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a wrong try makes the next one wait, at one account and from one network."""

    account_free: int
    account_first_seconds: int
    account_longest_seconds: int
    account_forgotten_hours: int
    network_times: int
    network_each_seconds: int
    known_days: int

    @property
    def account(self) -> Delay:
        """The wait at one account."""
        return Delay(
            self.account_free,
            timedelta(seconds=self.account_first_seconds),
            timedelta(seconds=self.account_longest_seconds),
            timedelta(hours=self.account_forgotten_hours),
        )

    @property
    def known_for(self) -> timedelta:
        """How long a network is known from which somebody of a firm signed in."""
        return timedelta(days=self.known_days)

    @property
    def network(self) -> Bucket:
        """The wait for one network."""
        return Bucket(self.network_times, timedelta(seconds=self.network_each_seconds))


class SignInPeriods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a session and a link last."""

    session_minutes: int
    invitation_hours: int
    reset_minutes: int

    @property
    def session(self) -> timedelta:
        """How long one is signed in."""
        return timedelta(minutes=self.session_minutes)

    def link(self, purpose: LinkPurpose) -> timedelta:
        """How long a link may be used."""
        if purpose is LinkPurpose.INVITATION:
            return timedelta(hours=self.invitation_hours)
        return timedelta(minutes=self.reset_minutes)


class SignInPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it, with where it is from."""

    source: str
    checked_on: date
    password: PasswordLength
    argon2id: HashCost
    tries: TryLimits
    periods: SignInPeriods


@cache
def policy() -> SignInPolicy:
    """Return the packaged policy."""
    return msgspec.convert(tomllib.loads(read("parties/sign_in.toml")), SignInPolicy)
