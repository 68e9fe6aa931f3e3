"""The folder the demo leaves behind: mails as .eml, their HTML beside them, digests, register, and where to look."""

import shlex
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from mailbot.core.reference import references_in
from mailbot.demo.mails import read, text_of
from mailbot.demo.office import ROLES
from mailbot.demo.servers import Taken
from mailbot.demo.story import ZONE

RECEIVED, REQUESTERS, STAFF, DIGESTS = "received", "sent-to-requesters", "sent-to-staff", "digests"
_README = """\
What `mailbot demo` left here. All people and mails are invented.

received/            the mails as they reached the desk
sent-to-requesters/  what the desk wrote to the people outside: acknowledgements, one recipient each
sent-to-staff/       notices, warnings and escalations
digests/             the manager's digest of each business day
register.txt         the cases at the end, as `mailbot cases` prints them
mailbot.toml         the configuration; mailbot.db, keys.db and master.key belong to it

Open an .html file in a browser, an .eml file in a mail program.
The servers of the demo are gone, but its databases still answer:

  export MAILBOT_CONFIG={config} MAILBOT_NOW={now}
  mailbot cases
  mailbot case {ref}
  mailbot why {ref}
  mailbot audit verify
"""


class Shelf:
    """The folder. Nothing in it is ever overwritten."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and its shelves."""
        self.folder = folder
        self._received = self._sent = 0
        for name in (RECEIVED, REQUESTERS, STAFF, DIGESTS):
            (folder / name).mkdir(parents=True)

    def keep_received(self, mail: bytes) -> None:
        """Keep a mail that reached the desk."""
        self._received += 1
        (self.folder / RECEIVED / f"{self._received:03}.eml").write_bytes(mail)

    def keep_sent(self, taken: Taken) -> None:
        """Keep a mail of the desk and, beside it, its HTML."""
        self._sent += 1
        mail = read(taken.data)
        path = self.folder / _shelf(mail) / _name(mail, self._sent, taken.recipients)
        path.with_suffix(".eml").write_bytes(taken.data)
        path.with_suffix(".html").write_text(text_of(mail, "html"), encoding="utf-8")

    def close(self, register: str, ref: str, now: datetime) -> None:
        """Leave the register and the guide; `ref` is a case worth looking at."""
        config = (self.folder / "mailbot.toml").resolve()
        guide = _README.format(
            config=shlex.quote(str(config)), now=now.astimezone(ZONE).isoformat(timespec="seconds"), ref=ref
        )
        (self.folder / "register.txt").write_text(register + "\n", encoding="utf-8")
        (self.folder / "README.txt").write_text(guide, encoding="utf-8")

    def last(self, shelf: str, suffix: str) -> Path | None:
        """Return the newest file of a shelf, None when it is empty."""
        return max((self.folder / shelf).glob(f"*{suffix}"), default=None)

    def first(self, shelf: str, suffix: str) -> Path | None:
        """Return the oldest file of a shelf, None when it is empty."""
        return min((self.folder / shelf).glob(f"*{suffix}"), default=None)


def is_free(folder: Path) -> bool:
    """Say whether a folder can be used: it is missing, or empty."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _shelf(mail: EmailMessage) -> str:
    kind = str(mail["X-Mailbot-Kind"])
    return REQUESTERS if kind in {"ack", "letter"} else DIGESTS if kind == "digest" else STAFF


def _name(mail: EmailMessage, number: int, recipients: tuple[str, ...]) -> str:
    kind = str(mail["X-Mailbot-Kind"])
    if kind == "digest":
        return f"digest-{parsedate_to_datetime(str(mail['Date'])).date()}"
    to = ROLES.get(recipients[0], "requester") if recipients else "nobody"
    return "-".join([f"{number:03}", kind, "to", to, *references_in(str(mail["Subject"]))])
