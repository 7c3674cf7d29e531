"""Where the embedded PostgreSQL lives and under which user: folders, rights, passwords."""

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from waglan.codes.finding import Finding, Severity, Where
from waglan.store.refused import Refused

SOCKET_PATH_BYTES_MAX = 107  # sun_path of Linux holds 108 with its closing zero
SOCKET_NAME = "/.s.PGSQL.5432"
PASSWORD_BYTES = 32
PASSWORDS = "database-passwords.json"  # 0600, readable by us alone
HERE = Where("database/home")
STATE = Path("/var/lib")  # where root keeps what the database's user couldn't reach at home
RUNTIME = Path("/run")
SCRATCH = Path("/tmp")


@dataclass(frozen=True, slots=True)
class Owner:
    """The user who runs PostgreSQL; None beside `drop` means: we ourselves."""

    uid: int
    gid: int
    name: str
    drop: bool  # we are root and must become this user first


@dataclass(frozen=True, slots=True)
class House:
    """The folders of one embedded PostgreSQL."""

    home: Path
    owner: Owner
    sockets: Path
    notes: tuple[Finding, ...]

    @property
    def rooms(self) -> Path:
        """The folder that belongs to PostgreSQL's own user."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """What PostgreSQL calls PGDATA."""
        return self.rooms / "data"

    @property
    def local_settings(self) -> Path:
        """The operator's own lines for postgresql.conf, if he has any."""
        return self.home / "postgresql.local.conf"

    @property
    def lock(self) -> Path:
        """Held by everything that starts or is the server; free once the last process is gone."""
        return self.home / "postgres.lock"

    @property
    def users(self) -> Path:
        """Held, shared, by each process that uses the server; alone by the last, to stop it."""
        return self.home / "postgres.users"


def built(home: Path, user: str | None) -> House:
    """Make the folders with their rights, and say so if they had to be made elsewhere."""
    home = Path(os.path.abspath(home))
    owner = _owner(user)
    notes: list[Finding] = []
    try:
        if owner.drop and not _can_pass(owner, _nearest(home.parent)):
            wanted, home = home, STATE / _public_name(home.name)
            notes.append(_moved(wanted, home, owner))
        # Below a home of root's lie the programs too, and initdb names them to a shell.
        odd = set(str(home)) & set('"$`\n' if owner.drop else "\n")
        if odd:
            raise Refused(_unspeakable(home, odd))
        return _furnished(home, owner, notes)
    except OSError as error:
        raise Refused(_denied(home, owner.name, error)) from error


def built_before(home: Path) -> bool:
    """Whether an embedded database was made for this home; nothing is made."""
    home = Path(os.path.abspath(home))
    places = (home, STATE / _public_name(home.name)) if os.geteuid() == 0 else (home,)
    return any((place / "postgres" / "data").is_dir() for place in places)


def passwords(home: Path, roles: tuple[str, ...]) -> dict[str, str]:
    """Return each role's password; those that were never made are made and kept first."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(home):
            kept = _kept(home / PASSWORDS)
            missing = [role for role in roles if role not in kept]
            if missing:
                kept |= {role: secrets.token_urlsafe(PASSWORD_BYTES) for role in missing}
                put(home / PASSWORDS, json.dumps(kept, indent=1))
    except OSError as error:
        raise Refused(_denied(home, str(os.geteuid()), error)) from error
    return {role: kept[role] for role in roles}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep out whoever else wants to be alone in this folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _kept(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    return {str(role): str(secret) for role, secret in json.loads(file.read_text("ascii")).items()}


def put(path: Path, text: str, reader: Owner | None = None) -> None:
    """Put the text in a 0600 file in one step that survives a crash and follows no link."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if reader is not None and reader.drop:
            os.fchown(descriptor, reader.uid, reader.gid)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    half.replace(path)


def given(path: Path, owner: Owner) -> Path:
    """Make a folder that only PostgreSQL's user (and root) may enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    info = path.lstat()
    # Someone else may have put a folder of this name into /tmp before us.
    if not stat.S_ISDIR(info.st_mode) or info.st_uid not in {os.geteuid(), owner.uid}:
        raise PermissionError(f"{path} belongs to another user")
    if owner.drop:
        os.chown(path, owner.uid, owner.gid)
    path.chmod(0o700)
    return path


def _furnished(home: Path, owner: Owner, notes: list[Finding]) -> House:
    home.parent.mkdir(parents=True, exist_ok=True)
    # The database's user must pass through; the rooms inside have their own doors.
    home.mkdir(mode=0o711 if owner.drop else 0o700, exist_ok=True)
    if owner.drop:
        home.chmod(home.stat().st_mode | 0o011)
    rooms = home / "postgres"
    with alone(home):
        if owner.drop and rooms.exists():
            owner = _as_before(rooms.stat(), owner)
        given(rooms, owner)
        return House(home, owner, _sockets(home, owner), tuple(notes))


def _sockets(home: Path, owner: Owner) -> Path:
    folder = home / "run"
    length_bytes = len(os.fsencode(folder)) + len(SOCKET_NAME)
    # libpq splits hosts at commas, and PostgreSQL its list of folders at commas and quotes.
    if length_bytes <= SOCKET_PATH_BYTES_MAX and not set(str(folder)) & set(",\"'\\\n"):
        return given(folder, owner)
    short = f"waglan-{owner.uid}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    return given((RUNTIME if owner.drop else SCRATCH) / short, owner)


def _owner(user: str | None) -> Owner:
    uid = os.geteuid()
    if uid != 0:
        return Owner(uid, os.getegid(), _name(uid), drop=False)
    for name in (user,) if user else ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return _by(entry)
    raise Refused(_no_user(user or "postgres"))


def _by(entry: pwd.struct_passwd) -> Owner:
    if entry.pw_uid == 0:
        raise Refused(_no_user(entry.pw_name))
    return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name, drop=True)


def _as_before(rooms: os.stat_result, owner: Owner) -> Owner:
    # Rooms that still belong to root were left by a start that was cut off.
    if rooms.st_uid in {0, owner.uid}:
        return owner
    return Owner(rooms.st_uid, rooms.st_gid, _name(rooms.st_uid), drop=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # as in a container, where nobody has a name
        return str(uid)


def _public_name(name: str) -> str:
    # Among other programs' folders a bare `demo` or `data` would say nothing.
    return name if name.startswith("waglan") else f"waglan-{name}"


def _can_pass(owner: Owner, folder: Path) -> bool:
    return all(_may_enter(owner, place.stat()) for place in (folder, *folder.parents))


def _may_enter(owner: Owner, info: os.stat_result) -> bool:
    if info.st_uid == owner.uid:
        return bool(info.st_mode & stat.S_IXUSR)
    if info.st_gid == owner.gid:
        return bool(info.st_mode & stat.S_IXGRP)
    return bool(info.st_mode & stat.S_IXOTH)


def _nearest(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _moved(wanted: Path, home: Path, owner: Owner) -> Finding:
    return Finding(
        "STORE-HOME-MOVED",
        Severity.NOTE,
        HERE,
        {"wanted": str(wanted), "home": str(home), "user": owner.name},
    )


def _unspeakable(home: Path, odd: set[str]) -> Finding:
    characters = " ".join(sorted(odd)).replace("\n", "U+000A")
    return Finding(
        "STORE-HOME-NAME",
        Severity.ERROR,
        HERE,
        {"home": str(home), "characters": characters},
    )


def _denied(home: Path, user: str, error: OSError) -> Finding:
    return Finding(
        "STORE-HOME-DENIED",
        Severity.ERROR,
        HERE,
        {"home": str(home), "user": user, "reason": error.strerror or str(error)},
    )


def _no_user(user: str) -> Finding:
    return Finding("STORE-USER", Severity.ERROR, Where("database/user"), {"user": user})
