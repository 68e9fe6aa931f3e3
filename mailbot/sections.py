"""The sections of the configuration, typed: each key with its meaning, unit and default."""

import ipaddress
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from mailbot.core.absence import parse_absence
from mailbot.core.message import Language
from mailbot.core.outgoing import safe_header
from mailbot.core.reader.headers.sender import strict_address

Security = Literal["tls", "starttls", "plain"]
Role = Literal["handler", "deputy", "manager", "representative", "auditor"]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("expected a zone of the tz database") from None
    return value


def _address(value: str) -> str:
    found = strict_address([value])
    if found is None or found.lower() != value.lower():
        raise ValueError("expected one plain address")
    return value


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("expected sqlite:///FILE or postgresql://…")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _printable(value: str) -> str:
    if not safe_header(value):
        raise ValueError("has no character that can be printed")
    return value


def _absence(value: str) -> str:
    parse_absence(value)
    return value


Printable = Annotated[str, AfterValidator(_printable)]
Absent = Annotated[str, AfterValidator(_absence)]


class Company(_Section):
    """Who the desk speaks for. `desk` is the name in the From line; `case_prefix` begins every reference.

    `plus_addresses`: mail to `name+anything@domain` reaches the mailbox, so that answers of staff may go there.
    """

    name: Printable = Field(examples=["KAJITAKU, Inc."])
    desk: Printable = Field(examples=["個人情報相談窓口"])
    address: Address = Field(examples=["privacy@company.test"])
    timezone: Zone = Field(default="Asia/Tokyo", examples=["Asia/Tokyo"])
    default_language: Language = Language.JA
    case_prefix: str = Field(default="KJ", pattern=r"^[A-Z]{1,8}$", examples=["KJ"])
    plus_addresses: bool = False


class _Server(_Section):
    host: str = Field(min_length=1, examples=["mail.company.test"])
    port: int = Field(ge=1, le=65535, examples=[993])
    security: Security = "tls"
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.security == "plain" and not _is_loopback(self.host):
            raise ValueError('security = "plain" is for loopback only; use "tls"')
        if self.password and self.password_file:
            raise ValueError("password and password_file are both set; keep one")
        return self

    def secret(self) -> str | None:
        """Return the password, read from its file when it has one; None when there is none."""
        if self.password_file:
            return self.password_file.read_text(encoding="utf-8").strip()
        return self.password.get_secret_value() if self.password else None


class Imap(_Server):
    """The mailbox that is read. `since`: mail the server received before this day is only counted."""

    username: str = Field(min_length=1, examples=["privacy@company.test"])
    oauth: str | None = None
    folders: list[str] = Field(default=["INBOX"], min_length=1)
    junk_folder: str = ""
    processed_folder: str = "mailbot/Processed"
    held_folder: str = "mailbot/Held"
    marker_folder: str = "mailbot/Marker"
    since: date | None = Field(default=None, examples=["2026-11-20"])
    poll_seconds: int = Field(default=60, ge=1, le=300, description="the longest wait for a mailbox without IDLE")

    @property
    def label(self) -> str:
        """What tells the folders of a further mailbox apart in the ledger: its login, and where to log in if needed."""
        return self.username if "@" in self.username else f"{self.username}@{self.host}"


class Smtp(_Server):
    """The server that takes outgoing mail. `connections` are kept open, one mail in flight on each."""

    connections: int = Field(default=2, ge=1, le=8)


class Store(_Section):
    """Where things are kept; the keys database and the master key file belong on other backups than the rest."""

    url: DatabaseUrl = "sqlite:///mailbot.db"
    keys_url: DatabaseUrl = "sqlite:///keys.db"
    master_key_file: Path = Path("master.key")


class Trust(_Section):
    """What is believed of a mail's transport. Without `authserv_id` no Authentication-Results header is.

    `internal_header` is `Name` or `Name: value` of a header only the own border writes. `author_may_approve` is for a
    one-person firm: a manager may approve what they wrote themselves, and the event log says so.
    """

    authserv_id: str = ""
    proofs: list[Literal["dmarc", "dkim", "internal"]] = ["dmarc"]
    internal_header: str = ""
    author_may_approve: bool = False


class Staff(_Section):
    """One member of staff. After `valid_until` the person is nobody.

    On the days of `absent` ("2026-12-24", "2026-12-01..2026-12-05") others are told in their place.
    """

    id: str = Field(pattern=r"^[a-z0-9._-]{1,40}$", examples=["hana"])
    name: str = Field(min_length=1)
    address: Address = Field(examples=["privacy@company.test"])
    roles: list[Role] = Field(min_length=1)
    language: Language = Language.JA
    valid_until: date | None = None
    absent: list[Absent] = []


class PolicyChoice(_Section):
    """The legal profile (a name shipped with mailbot or a path) and the company's calendar.

    `holidays_until` is the last day of the official list the company compared; empty is what the release knows.
    """

    profile: str = "appi"
    country: str = "JP"
    closures: list[str] = ["12-29..01-03"]
    holidays_add: list[date] = []
    holidays_remove: list[date] = []
    holidays_until: date | None = Field(default=None, examples=["2028-12-31"])


class Digest(_Section):
    """When the daily digest leaves and to which roles; which reports the manager and the representative get."""

    at: time = time(8, 30)
    to: list[Role] = ["manager"]
    days: Literal["business", "every"] = "business"
    reports: list[Literal["weekly", "monthly"]] = ["weekly", "monthly"]


class Relay(_Section):
    """How a staff member's own words leave: after a confirmation, or after a hold of some minutes."""

    mode: Literal["confirm", "hold"] = "confirm"
    hold_minutes: int = Field(default=3, ge=0, le=30)
    remind_after_hours: int = Field(
        default=4, ge=1, le=80, description="business hours until an approval is asked again"
    )


class Limits(_Section):
    """The caps on what comes in and on what leaves by itself.

    `flood_…_day`: how many mails of one sender, of the same kind of text, of one domain, that nothing proves open cases
    of their own in a day; the rest go into one case (`core.flood`). `flood_notices_hour`: of how many new cases of mail
    that nothing proves staff are told in an hour, and of how many messages of one case; the rest wait. 0 is no limit.
    `flood_exempt` are the company's forms.
    """

    max_message_mb: int = Field(default=40, ge=1, le=200)
    acks_per_address_day: int = Field(default=3, ge=0)
    acks_per_hour: int = Field(default=60, ge=0)
    give_up_days: int = Field(default=5, ge=1, le=14)
    flood_sender_day: int = Field(default=20, ge=0)
    flood_alike_day: int = Field(default=20, ge=0)
    flood_domain_day: int = Field(default=100, ge=0)
    flood_unproved_day: int = Field(default=1000, ge=0)
    flood_notices_hour: int = Field(default=20, ge=0)
    flood_exempt: list[Address] = []


class Classifier(_Section):
    """Which model reads the mails; empty means the one shipped. `auto_precision` is what *sure* has to be worth.

    Without `encoder` the fast path alone reads: several times as quick, and more goes to a person.
    """

    model: str = ""
    auto_precision: float = Field(default=0.95, ge=0.5, le=1)
    encoder: bool = True


class Work(_Section):
    """How many processes of one worker read, decide and write mails beside the one that fetches and sends.

    Empty is one for each processor, four at most; 0 lets one process do everything, which needs the least memory.
    """

    readers: int | None = Field(default=None, ge=0, le=32)


class Templates(_Section):
    """A folder of the company's own letters; what it lacks comes from the shipped ones."""

    folder: Path | None = None


class Log(_Section):
    """What the worker prints about itself: ids and counts, never a word of a mail."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Health(_Section):
    """Where health is served; empty is nowhere."""

    listen: str = ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
