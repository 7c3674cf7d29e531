"""A client's letter: that a firm may make some kinds of filing for him, from a day to a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from waglan.codes.chinese import Disguise, disguises, simplified, spelt_out
from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.plain import squashed

# The project's own: how long before its end a letter is spoken of.
WARN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of authorisation; `until` is already outside."""

    id: str
    profiles: frozenset[str]
    since: datetime
    until: datetime
    ended_at: datetime | None = None  # taken back
    client_names: tuple[str, ...] = ()
    client_code: str = ""  # what messages call him

    def is_of(self, called: str) -> bool:
        """Whether this is what its client is called on a paper, by name or by code.

        A look-alike letter makes another client: what covers a filing is not guessed. And a paper
        that calls him by such letters is covered by none, though the letter has them too.
        """
        if disguises(called) & _HIDES:
            return False
        name, code = _name_key(called), _code_key(called)
        is_named = bool(name) and name in map(_name_key, self.client_names)
        return is_named or (bool(code) and code == _code_key(self.client_code))


_HIDES = frozenset({*Disguise} - {Disguise.WIDTH})


def _name_key(name: str) -> str:
    return simplified(squashed(name))


def _code_key(code: str) -> str:
    plain = "".join(code.split())
    # Beyond ASCII, capitals and small letters of other letters meet: that of the Kelvin sign is k.
    return plain.upper() if plain.isascii() else plain


def letter_findings(letter: Letter | None, profile: str, *, at: datetime) -> list[Finding]:
    """Return why a filing under this profile is not covered, or that the letter ends soon."""
    where = Where("letter")
    if letter is None:
        return [Finding("LETTER-NONE", Severity.ERROR, where, {"profile": profile})]
    if letter.ended_at is not None and at >= letter.ended_at:
        on = letter.ended_at.date().isoformat()
        return [Finding("LETTER-TAKEN-BACK", Severity.ERROR, where, {"on": on})]
    if at >= letter.until:
        on = letter.until.date().isoformat()
        return [Finding("LETTER-EXPIRED", Severity.ERROR, where, {"on": on})]
    if at < letter.since:
        on = letter.since.date().isoformat()
        return [Finding("LETTER-NOT-YET", Severity.ERROR, where, {"on": on})]
    if profile not in letter.profiles:
        covers = ", ".join(sorted(letter.profiles))
        return [
            Finding(
                "LETTER-OTHER-PROFILE",
                Severity.ERROR,
                where,
                {"profile": profile, "covers": covers},
            )
        ]
    if letter.until - at <= WARN:
        on = letter.until.date().isoformat()
        days = (letter.until - at).days
        return [Finding("LETTER-EXPIRES-SOON", Severity.WARNING, where, {"on": on, "days": days})]
    return []


def client_disguised(letter: Letter) -> list[Finding]:
    """Return which of a client's names holds letters that are not what they look like."""
    return [
        Finding(
            "LETTER-LOOK-ALIKE", Severity.WARNING, Where("client"), {"client": spelt_out(called)}
        )
        for called in (*letter.client_names, letter.client_code)
        if disguises(called) & _HIDES
    ]


def client_findings(letter: Letter, named: Iterable[Mapping[str, str]]) -> list[Finding]:
    """Return where a filing under a client's letter names somebody else as whom it is for.

    `named` are the fields of each bill that may name him: one of them does.
    """
    return [
        Finding(
            "LETTER-OTHER-CLIENT",
            Severity.ERROR,
            Where(f"fields/{next(iter(fields))}"),
            {
                "client": spelt_out(" / ".join(letter.client_names)),
                "named": spelt_out(" / ".join(fields.values())),
            },
        )
        for fields in named
        if fields and not any(map(letter.is_of, fields.values()))
    ]
