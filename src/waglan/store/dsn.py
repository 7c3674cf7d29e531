"""How to reach the database, as each of its roles."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dsn:
    """One libpq connection string per role; they hold passwords, so that `repr` shows none."""

    where: str  # for people: the socket's folder, or host and port; never a password
    app: str = field(repr=False)
    authority: str = field(repr=False)
    engine: str = field(repr=False)
    admin: str | None = field(repr=False)  # makes roles and migrates; None: somebody else does
    passwords: dict[str, str] = field(repr=False)  # of the roles, by name; `roles.ensure` sets them
