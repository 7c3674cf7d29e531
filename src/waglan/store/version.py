"""Which PostgreSQL may hold the record."""

import tomllib

from waglan.codes.data import read
from waglan.codes.finding import Finding, Severity, Where

HERE = Where("database/version")
KNOWN = tomllib.loads(read("store/version.toml"))
RELEASES = {release["major"]: release for release in KNOWN["release"]}
MAJOR_MIN = min(RELEASES)


async def findings(version_num: int) -> list[Finding]:
    """Say whether PostgreSQL of this number (160014 is 16.14) is refused, or old, or fine.

    A major release newer than the ones we know is taken as it is.
    """
    major, minor = divmod(version_num, 10_000)
    release = RELEASES.get(major)
    found = f"{major}.{minor}"
    if major < MAJOR_MIN or (release and minor < release["oldest_minor"]):
        return [_refused(found)]
    if release and minor < release["newest_minor"]:
        return [_old(found, f"{major}.{release['newest_minor']}")]
    return []


def _refused(found: str) -> Finding:
    return Finding("STORE-VERSION", Severity.ERROR, HERE, {"found": found})


def _old(found: str, newest: str) -> Finding:
    return Finding(
        "STORE-OLD-MINOR",
        Severity.WARNING,
        HERE,
        {"found": found, "newest": newest, "checked_on": KNOWN["checked_on"].isoformat()},
    )
