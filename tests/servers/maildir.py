"""Reads a maildir that Dovecot is working in."""

import re
from pathlib import Path

MOMENT = re.compile(r"(?P<seconds>\d+)\.M(?P<microseconds>\d+)P")


def read_mails(maildir: Path) -> list[bytes]:
    """The inbox, oldest delivery first; a mailbox that never got mail is empty."""
    while True:
        try:
            return [path.read_bytes() for path in sorted(_mail_files(maildir), key=_moment)]
        except FileNotFoundError:
            continue  # renamed from `new` to `cur`, or given a flag, between listing and reading


def count_mails(maildir: Path) -> int:
    """How many mails the inbox holds, without reading them."""
    return len(_mail_files(maildir))


def _mail_files(maildir: Path) -> list[Path]:
    """`new` is listed before `cur`, so that a mail which moves meanwhile is seen (twice at worst, then once more)."""
    files = [path for name in ("new", "cur") for path in maildir.glob(f"{name}/*")]
    unique = {path.name.partition(":")[0]: path for path in files}
    return list(unique.values())


def _moment(path: Path) -> tuple[int, int]:
    """Dovecot's file names begin with the moment of delivery, `1763829000.M123456P77.host`."""
    match = MOMENT.match(path.name)
    assert match, f"{path}: expected a file name made by Dovecot"
    return int(match["seconds"]), int(match["microseconds"])
