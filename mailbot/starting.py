"""`mailbot init`: writes a commented configuration, makes keys and databases, and says what comes next."""

import os
from datetime import date
from pathlib import Path

from mailbot.edge.clock import Clock
from mailbot.store.engine import open_engine
from mailbot.store.migrate import upgrade
from mailbot.store.vault import make_master_key

_TEMPLATE = """\
# mailbot: the configuration. Every key can also be set as MAILBOT_<SECTION>__<KEY> in the environment,
# every password also as password_file. Check it with `mailbot check`.

[company]
name = "Example, Inc."                    # as it stands in letters
desk = "個人情報相談窓口"                    # the name in the From line
address = "privacy@company.example"       # the mailbox that is read, and the sender of every mail
timezone = "Asia/Tokyo"
default_language = "ja"                   # ja or en
case_prefix = "KJ"                        # references look like KJ-2026-000123-M

[imap]
host = "mail.company.example"
port = 993
security = "tls"                          # tls, starttls, or plain (loopback only)
username = "privacy@company.example"
password_file = "imap.password"
folders = ["INBOX"]
junk_folder = ""                          # read too, never acknowledged, listed in the digest
processed_folder = "mailbot/Processed"    # empty: messages stay where they are
held_folder = "mailbot/Held"
marker_folder = "mailbot/Marker"          # holds one small mail by which a restored database is noticed
since = {since}                        # go-live: older mail is counted, never answered

[smtp]
host = "mail.company.example"
port = 465
security = "tls"
username = "privacy@company.example"
password_file = "smtp.password"
connections = 2                           # kept open, one mail in flight on each

[store]
url = "sqlite:///mailbot.db"              # or postgresql://user@host/name
keys_url = "sqlite:///keys.db"            # the keys: on a backup of their own, kept for a short time
master_key_file = "master.key"            # wraps the keys: never on the same backup

[trust]
authserv_id = ""                          # your mail server's name in Authentication-Results; empty: none is believed
proofs = ["dmarc"]                        # which prove a staff mail: dmarc, dkim, internal; else a code is asked for
internal_header = ""                      # Name: value of a header only your own server writes
author_may_approve = false                # true for a one-person firm

[relay]
mode = "confirm"                          # or "hold": a plain answer of staff leaves after hold_minutes by itself
hold_minutes = 3

[[staff]]
id = "hana"
name = "Hana Example"
address = "hana@company.example"
roles = ["handler"]                       # handler, deputy, manager, representative, auditor
language = "ja"
absent = []                               # "2026-12-01..2026-12-05": deputies are told instead

[[staff]]
id = "boss"
name = "Boss Example"
address = "boss@company.example"
roles = ["manager"]

[policy]
profile = "appi"                          # appi, gdpr, ccpa, or a path to a policy file of your own
closures = ["12-29..01-03"]               # company holidays, every year; single days: "2026-08-13"
holidays_add = []
holidays_remove = []

[digest]
at = "08:30"
to = ["manager"]
days = "business"                         # business or every
reports = ["weekly", "monthly"]           # to managers and representatives; [] for none

[limits]
max_message_mb = 40
acks_per_address_day = 3                  # more mail from one address is kept, not acknowledged
acks_per_hour = 60                        # of mail that nothing proves; further ones wait

[log]
level = "info"
format = "text"                           # text or json
"""


def init_folder(folder: Path) -> list[str]:
    """Make what is missing in a folder and return the lines to print; nothing that exists is touched."""
    folder.mkdir(parents=True, exist_ok=True)
    told = [_config(folder / "mailbot.toml"), _key(folder / "master.key")]
    for name, branch in (("mailbot.db", "main"), ("keys.db", "keys")):
        told.append(_database(folder / name, branch))
    return [
        *told,
        "",
        "Next:",
        f"  1. edit {folder / 'mailbot.toml'} and put the two passwords into their files (chmod 600)",
        "  2. mailbot check",
        "  3. mailbot run",
    ]


def _config(path: Path) -> str:
    if path.exists():
        return f"kept   {path}"
    path.write_text(_TEMPLATE.format(since=_today()), encoding="utf-8")
    return f"wrote  {path}"


def _key(path: Path) -> str:
    try:
        make_master_key(path)
    except FileExistsError:
        return f"kept   {path}"
    return f"made   {path} (back it up apart from the databases)"


def _database(path: Path, branch: str) -> str:
    had = path.exists()
    if not had:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine, branch)
    engine.dispose()
    return f"{'kept ' if had else 'made '}  {path}"


def _today() -> date:
    return Clock().now().date()
