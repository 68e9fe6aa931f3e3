"""The folder the demo leaves behind: mails as .eml, their HTML beside them, digests, register, and where to look."""

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from mailbot.core.reference import references_in
from mailbot.demo.links import links
from mailbot.demo.mails import read, text_of
from mailbot.demo.office import ROLES
from mailbot.demo.servers import Taken
from mailbot.demo.story import ZONE

RECEIVED, REQUESTERS, DIGESTS = "received", "sent-to-requesters", "digests"
NOTICES, PREVIEWS, APPROVALS = "sent-to-staff/notices", "sent-to-staff/previews", "sent-to-staff/approvals"
RECEIPTS, WARNINGS = "sent-to-staff/receipts", "sent-to-staff/warnings"
REPORTS = "reports"
SHELVES: Mapping[str, str] = {
    RECEIVED: "every mail that reached the desk, those of staff and manager among them",
    REQUESTERS: "what people outside got, each alone: acknowledgements (ack), letters (letter), relays (relay)",
    NOTICES: "what puts a mail before staff; its buttons are mailto: links",
    PREVIEWS: "what would leave, word by word, with the code that lets it",
    APPROVALS: "what the manager is asked to stand behind, with a code of the manager's own",
    RECEIPTS: "what each mail of staff did, or why it did nothing",
    WARNINGS: "dates that come near, what the manager hears at once, and what is told of a forger",
    DIGESTS: "the manager's digest of each business day, with a number at each line to answer by",
    REPORTS: "the weekly and the monthly report, each with a file for spreadsheets",
}
"""The shelves, and what lies on each."""
_OF_REQUESTERS = {"ack", "letter", None}
_BY_KIND = {"digest": DIGESTS, "preview": PREVIEWS, "receipt": RECEIPTS, "notice": NOTICES}
_README = """\
What `mailbot demo` left here. All people and mails are invented. The numbers tell in which order mails came and left.

{shelves}
register.txt
    the cases at the end, as `mailbot cases` prints them
mailbot.toml
    the configuration; mailbot.db, keys.db and master.key belong to it

Look at these first (.html in a browser, .eml in a mail program):

{places}

The company's own mail server writes Authentication-Results above every mail, as real ones do: dmarc=pass where the
domain of the From line stands behind the mail, dmarc=fail where it does not. By that line, and by the token of the mail
they answer, staff are known; a From line alone proves nothing.

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
        self._count = 0
        for name in SHELVES:
            (folder / name).mkdir(parents=True)

    def keep_received(self, mail: bytes, who: str) -> None:
        """Keep a mail that reached the desk; `who` is a role."""
        slug = "-".join(re.findall(r"[a-z0-9]+", who.lower()))
        self._path(RECEIVED, f"from-{slug}").with_suffix(".eml").write_bytes(mail)

    def keep_sent(self, taken: Taken) -> Path:
        """Keep a mail of the desk and, beside it, its HTML, whose path is returned."""
        mail = read(taken.data)
        path = self._path(sort_of(mail), _name(mail, taken.recipients))
        path.with_suffix(".eml").write_bytes(taken.data)
        path.with_suffix(".html").write_text(text_of(mail, "html"), encoding="utf-8")
        return path.with_suffix(".html")

    def close(self, register: str, ref: str, now: datetime, places: Sequence[tuple[Path, str]]) -> None:
        """Leave the register and the guide; `ref` is a case worth looking at, `places` files worth it."""
        guide = _README.format(
            shelves="\n".join(f"{name}/\n    {what}" for name, what in SHELVES.items()),
            places="\n".join(f"{path.relative_to(self.folder)}\n    {what}" for path, what in places),
            config=shlex.quote(str((self.folder / "mailbot.toml").resolve())),
            now=now.astimezone(ZONE).isoformat(timespec="seconds"),
            ref=ref,
        )
        (self.folder / "register.txt").write_text(register + "\n", encoding="utf-8")
        (self.folder / "README.txt").write_text(guide, encoding="utf-8")

    def last(self, shelf: str, pattern: str) -> Path | None:
        """Return the newest file of a shelf whose name fits, None when there is none."""
        return max((self.folder / shelf).glob(pattern), default=None)

    def first(self, shelf: str, pattern: str, after: Path | None = None) -> Path | None:
        """Return the oldest file of a shelf whose name fits, of those that left `after` another; None without one."""
        found = (path for path in (self.folder / shelf).glob(pattern) if after is None or path.name > after.name)
        return min(found, default=None)

    def _path(self, shelf: str, name: str) -> Path:
        self._count += 1
        return self.folder / shelf / f"{self._count:03}-{name}"


def is_free(folder: Path) -> bool:
    """Say whether a folder can be used: it is missing, or empty."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def sort_of(mail: EmailMessage) -> str:
    """Return the shelf a mail of the desk belongs on."""
    kind = mail["X-Mailbot-Kind"]
    if _is_report(mail):
        return REPORTS
    if kind in _OF_REQUESTERS:
        return REQUESTERS
    if kind == "escalation" and {link.label for link in links(mail)} & {"Approve", "承認する"}:
        return APPROVALS
    return _BY_KIND.get(str(kind), WARNINGS)


def _is_report(mail: EmailMessage) -> bool:
    """Say whether a mail carries figures for spreadsheets, as the reports alone do."""
    return any(part.get_content_type() == "text/csv" for part in mail.iter_attachments())


def _name(mail: EmailMessage, recipients: tuple[str, ...]) -> str:
    kind = str(mail["X-Mailbot-Kind"] or "relay")
    if kind == "digest":
        return f"digest-{parsedate_to_datetime(str(mail['Date'])).date()}"
    if _is_report(mail):
        return "-".join(re.findall(r"[a-z]+ report|\d[\dW-]+", str(mail["Subject"]))).replace(" ", "-")
    kind = "approval" if sort_of(mail) == APPROVALS else "files" if any(mail.iter_attachments()) else kind
    to = ROLES.get(recipients[0], "requester") if recipients else "nobody"
    return "-".join([kind, "to", to, *references_in(str(mail["Subject"]))])
