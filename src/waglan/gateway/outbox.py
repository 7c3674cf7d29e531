"""Mail that the operator's own mailer fetches: a Maildir, written whole or not at all."""

import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from tomllib import loads
from urllib.parse import urlsplit

from waglan.codes.data import load

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_ADDRESS = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9.-]{3,190}")


@dataclass(frozen=True, slots=True)
class Outbox:
    """The folder, and the address of this platform as its users know it."""

    folder: Path
    public_url: str

    def put(self, to: str, path: str, *, party: str, minutes: int, now: datetime) -> None:
        """Leave a mail with a link for somebody, in every language, since his is not known."""
        texts = [loads(text)["reset"] for text in load("gateway/mail").values()]
        mail = EmailMessage()
        mail["To"] = to
        mail["From"] = f"waglan@{urlsplit(self.public_url).hostname or 'localhost'}"
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{secrets.token_hex(16)}@waglan>"
        mail["Subject"] = " / ".join(text["subject"] for text in texts)
        link = self.public_url.rstrip("/") + path
        mail.set_content(
            "\n\n".join(
                text["body"].format(party=party, link=link, minutes=minutes) for text in texts
            )
        )
        self._write(mail.as_bytes(), now)

    def _write(self, content: bytes, now: datetime) -> None:
        for name in ("tmp", "new", "cur"):
            (self.folder / name).mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        name = f"{int(now.timestamp())}.{secrets.token_hex(8)}.waglan"
        draft = self.folder / "tmp" / name
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.folder / "new" / name)


def is_address(text: str) -> bool:
    """Whether mail can be sent there: a plain address, and nothing that a header could break at."""
    return _ADDRESS.fullmatch(text) is not None
