"""The company of the demo: its configuration, written as an operator would write it, and its master key."""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mailbot.config import Config
from mailbot.store.vault import make_master_key


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff: the short name that stands in the event log, the name, the mailbox, the one role."""

    id: str
    name: str
    address: str
    role: str


DESK = "privacy@ienokoto.test"
HANDLER = Person("hana", "森 花", "hana.mori@ienokoto.test", "handler")
DEPUTY = Person("ken", "石井 健", "ken.ishii@ienokoto.test", "deputy")
MANAGER = Person("arai", "新井 由紀", "y.arai@ienokoto.test", "manager")
ROLES = {one.address: one.role for one in (HANDLER, DEPUTY, MANAGER)}
AUTHSERV_ID = "mail.ienokoto.test"

_CONFIG = """\
# The configuration of the demo: a household-services company with cleaning, laundry pick-up, storage and baby-sitting.
# `mailbot init` writes one for your own company, with every key explained.

[company]
name = "株式会社いえのこと"
desk = "個人情報相談窓口"
address = "{desk}"                # .test: no mail can leave this machine
timezone = "Asia/Tokyo"

[imap]
host = "127.0.0.1"
port = {imap_port}
security = "plain"                        # allowed on loopback only
username = "{username}"
password = "{password}"
since = {since}

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "plain"

[store]
url = {url}
keys_url = {keys_url}
master_key_file = {master_key}

[trust]
authserv_id = "{authserv_id}"       # whose Authentication-Results are believed
proofs = ["dmarc"]                        # what such a header must say before a mail of staff is obeyed

[relay]
mode = "confirm"                          # an answer leaves once its preview was confirmed

[[staff]]
id = "{handler.id}"
name = "{handler.name}"
address = "{handler.address}"
roles = ["{handler.role}"]

[[staff]]
id = "{deputy.id}"
name = "{deputy.name}"
address = "{deputy.address}"
roles = ["{deputy.role}"]

[[staff]]
id = "{manager.id}"
name = "{manager.name}"
address = "{manager.address}"
roles = ["{manager.role}"]                       # approves what needs two pairs of eyes
language = "en"

[digest]
at = "08:30"
to = ["manager"]

[log]
level = "warning"
"""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the mail servers answer and who logs in."""

    imap_port: int
    smtp_port: int
    username: str
    password: str


def open_office(folder: Path, servers: Servers, since: date) -> Config:
    """Write configuration and master key into a folder and return the configuration; mail before `since` is old."""
    text = _config_text(folder.resolve(), servers, since)
    (folder / "mailbot.toml").write_text(text, encoding="utf-8")
    make_master_key(folder / "master.key")
    return Config(**tomllib.loads(text))  # not `load`: an operator's MAILBOT_ variables name a real mailbox


def _config_text(folder: Path, servers: Servers, since: date) -> str:
    return _CONFIG.format(
        desk=DESK,
        imap_port=servers.imap_port,
        smtp_port=servers.smtp_port,
        username=servers.username,
        password=servers.password,
        since=since,
        url=_quoted(f"sqlite:///{folder / 'mailbot.db'}"),
        keys_url=_quoted(f"sqlite:///{folder / 'keys.db'}"),
        master_key=_quoted(str(folder / "master.key")),
        authserv_id=AUTHSERV_ID,
        handler=HANDLER,
        deputy=DEPUTY,
        manager=MANAGER,
    )


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are TOML's too (TOML 1.0, String)."""
    return json.dumps(text, ensure_ascii=False)
