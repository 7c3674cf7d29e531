"""An officer's key on his own machine, and acts signed with it."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import typer

from waglan.cli.talk import answered
from waglan.cli.wording import language, say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32


def handed_in(http: httpx.Client, file: Path, act: str, **said: object) -> dict[str, Any]:
    """Sign an act now, hand it in, and return what came of it."""
    from base64 import b64encode

    import msgspec

    from waglan.customs.officer_act import PURPOSE, Sheet, sign_act

    who = answered(http.get("/v1/whoami")).json()
    told = {
        "purpose": PURPOSE,
        "id": f"act-{uuid4().hex}",
        "officer": who["accountable"] or who["token"],
        "authority": who["party"],
        "act": act,
        "at": datetime.now(UTC),
    }
    try:
        sheet = msgspec.convert({**told, **said}, Sheet)
    except msgspec.ValidationError as error:
        why = say("usage", "act", language(), reason=str(error))
        raise typer.BadParameter(why) from None
    signed = {
        "body": b64encode(sheet.act_bytes()).decode(),
        "signature": b64encode(sign_act(sheet, private_key(file))).decode(),
    }
    done: dict[str, Any] = answered(http.post("/v1/customs/acts", json=signed)).json()
    return done


def make_key(file: Path) -> None:
    """Make a private key that only its owner may read; never over another one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(Ed25519PrivateKey.generate().private_bytes_raw())


def private_key(file: Path) -> "Ed25519PrivateKey":
    """Return the key in a file that nobody else may read."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from waglan.gateway.keys import LooseKey

    if file.stat().st_mode & 0o077:
        raise LooseKey(file)
    secret = file.read_bytes()
    if len(secret) != KEY_BYTES:
        told = say("usage", "key", language(), file=str(file), size=KEY_BYTES)
        raise typer.BadParameter(told)
    return Ed25519PrivateKey.from_private_bytes(secret)
