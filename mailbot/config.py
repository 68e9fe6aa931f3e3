"""The configuration: `mailbot.toml`, environment on top, every fault told at once with key, value and remedy."""

import ipaddress
import json
import os
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailbot.core.message import Language
from mailbot.core.outgoing import safe_header
from mailbot.core.sender import strict_address

Security = Literal["tls", "starttls", "plain"]
Role = Literal["handler", "deputy", "manager", "auditor"]
DEFAULT_FILE = "mailbot.toml"
_LONGEST_LOCAL_PART = 24


class ConfigFault(Exception):
    """The configuration cannot be used. `faults` holds one line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        """Take the lines."""
        super().__init__("\n".join(faults))
        self.faults = faults


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError('expected a zone of the tz database, for example "Asia/Tokyo"') from None
    return value


def _address(value: str) -> str:
    if strict_address([value]) is None:
        raise ValueError('expected one plain address, for example "privacy@company.test"')
    return value


Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _printable(value: str) -> str:
    if not safe_header(value):
        raise ValueError("has no character that can be printed")
    return value


Printable = Annotated[str, AfterValidator(_printable)]


class Company(_Section):
    """Who the desk speaks for. `desk` is the name in the From line; `case_prefix` begins every reference."""

    name: Printable = Field(examples=["KAJITAKU, Inc."])
    desk: Printable = Field(examples=["個人情報相談窓口"])
    address: Address = Field(examples=["privacy@company.test"])
    timezone: Zone = "Asia/Tokyo"
    default_language: Language = Language.JA
    case_prefix: str = Field(default="KJ", pattern=r"^[A-Z]{1,8}$", examples=["KJ"])


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
    since: date | None = Field(default=None, examples=["2026-11-20"])
    poll_seconds: int = Field(default=60, ge=1, le=300, description="the longest wait for a mailbox without IDLE")


class Smtp(_Server):
    """The server that takes outgoing mail. `connections` are kept open, one mail in flight on each."""

    connections: int = Field(default=2, ge=1, le=8)


class Store(_Section):
    """Where things are kept; the keys database and the master key file belong on other backups than the rest."""

    url: str = "sqlite:///mailbot.db"
    keys_url: str = "sqlite:///keys.db"
    master_key_file: Path = Path("master.key")


class Trust(_Section):
    """What is believed of a mail's transport. Without `authserv_id` no Authentication-Results header is."""

    authserv_id: str = ""
    proofs: list[Literal["dmarc", "dkim", "internal"]] = ["dmarc"]
    internal_header: str = ""


class Staff(_Section):
    """One member of staff. After `valid_until` the person is nobody."""

    id: str = Field(pattern=r"^[a-z0-9._-]{1,40}$", examples=["hana"])
    name: str = Field(min_length=1)
    address: Address
    roles: list[Role] = Field(min_length=1)
    language: Language = Language.JA
    valid_until: date | None = None


class PolicyChoice(_Section):
    """The legal profile (a name shipped with mailbot or a path) and the company's calendar."""

    profile: str = "appi"
    country: str = "JP"
    closures: list[str] = ["12-29..01-03"]
    holidays_add: list[date] = []
    holidays_remove: list[date] = []


class Digest(_Section):
    """When the daily digest leaves and to which roles."""

    at: time = time(8, 30)
    to: list[Role] = ["manager"]
    days: Literal["business", "every"] = "business"


class Relay(_Section):
    """How a staff member's own words leave: after a confirmation, or after a hold of some minutes."""

    mode: Literal["confirm", "hold"] = "confirm"
    hold_minutes: int = Field(default=3, ge=0, le=30)


class Limits(_Section):
    """The caps on what comes in and on what leaves by itself."""

    max_message_mb: int = Field(default=40, ge=1, le=200)
    acks_per_address_day: int = Field(default=3, ge=0)
    acks_per_hour: int = Field(default=60, ge=0)
    give_up_days: int = Field(default=5, ge=1, le=14)


class Classifier(_Section):
    """Which model reads the mails; empty means the one shipped. `auto_precision` is what *sure* has to be worth."""

    model: str = ""
    auto_precision: float = Field(default=0.95, ge=0.5, le=1)


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


class Config(BaseSettings):
    """All sections. Read with `load`."""

    model_config = SettingsConfigDict(
        env_prefix="MAILBOT_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    company: Company
    imap: Imap
    smtp: Smtp
    store: Store = Store()
    trust: Trust = Trust()
    staff: list[Staff] = Field(min_length=1)
    policy: PolicyChoice = PolicyChoice()
    digest: Digest = Digest()
    relay: Relay = Relay()
    limits: Limits = Limits()
    classifier: Classifier = Classifier()
    templates: Templates = Templates()
    log: Log = Log()
    health: Health = Health()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file; read nothing else."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.company.timezone)

    def staff_on(self, day: date) -> list[Staff]:
        """Return the staff whose validity has not run out on a day."""
        return [person for person in self.staff if person.valid_until is None or day <= person.valid_until]

    def staff_with(self, role: str, day: date) -> list[Staff]:
        """Return the staff who have a role on a day."""
        return [person for person in self.staff_on(day) if role in person.roles]


def config_path() -> Path:
    """Return the path of the configuration: `MAILBOT_CONFIG` or `mailbot.toml` here."""
    return Path(os.environ.get("MAILBOT_CONFIG") or DEFAULT_FILE)


def load(path: Path | None = None) -> Config:
    """Read and check the configuration. Raises ConfigFault with every fault at once."""
    values = _read(path or config_path())
    try:
        config = Config(**values)
    except ValidationError as error:
        raise ConfigFault([_line(item, values) for item in error.errors(include_url=False)]) from None
    faults = cross_faults(config)
    if faults:
        raise ConfigFault(faults)
    return config


def cross_faults(config: Config) -> list[str]:
    """Return what is wrong between keys, one line a fault."""
    faults = [*_staff_faults(config), *_secret_faults(config)]
    if config.imap.oauth:
        faults.append(f'imap.oauth = "{config.imap.oauth}": not supported yet; use a password or an app password')
    local = config.company.address.split("@", 1)[0]
    if len(local) > _LONGEST_LOCAL_PART:
        faults.append(f'company.address = "{config.company.address}": at most 24 characters before the @')
    return faults


def _staff_faults(config: Config) -> list[str]:
    faults = []
    for name in ("id", "address"):
        values = [str(getattr(person, name)).lower() for person in config.staff]
        twice = sorted({value for value in values if values.count(value) > 1})
        faults += [f'staff.{name} = "{value}": used twice; every person needs one of their own' for value in twice]
    roles = {role for person in config.staff for role in person.roles}
    for role in ("handler", "manager"):
        if role not in roles:
            faults.append(f'staff.roles: nobody is "{role}"; give one person the role')
    own = config.company.address.lower()
    if any(person.address.lower() == own for person in config.staff):
        faults.append(f'staff.address = "{own}": is the mailbox of the desk itself; use the person\'s own address')
    return faults


def _secret_faults(config: Config) -> list[str]:
    faults = []
    for section, server in (("imap", config.imap), ("smtp", config.smtp)):
        file = server.password_file
        if file and not file.is_file():
            faults.append(f'{section}.password_file = "{file}": no such file; write the password into it')
        if server.ca_file and not server.ca_file.is_file():
            faults.append(f'{section}.ca_file = "{server.ca_file}": no such file; give the path of a PEM file')
    if not config.imap.password and not config.imap.password_file:
        faults.append("imap.password: missing; set imap.password, imap.password_file or MAILBOT_IMAP__PASSWORD")
    return faults


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if any(name.startswith("MAILBOT_COMPANY") for name in os.environ):
            return {}
        raise ConfigFault([f"{path}: no such file; run `mailbot init` or set MAILBOT_CONFIG"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigFault([f"{path}: not valid TOML: {error}"]) from None


def _line(item: Any, values: dict[str, Any]) -> str:
    """Turn one fault of pydantic into `key = value: what is expected, for example …`."""
    where = item["loc"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    shown = _shown(where, values)
    if item["type"] == "extra_forbidden":
        return f"{key}{shown}: unknown key; remove it or mend its spelling"
    if item["type"] == "missing":
        return f"{key}: missing{_example(where)}"
    message = item["msg"].removeprefix("Value error, ")
    return f"{key}{shown}: {message[0].lower()}{message[1:]}{_example(where)}"


def _shown(where: tuple[str | int, ...], values: Any) -> str:
    """Return ` = value`, never for a secret and never for a whole table."""
    for part in where:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return ""
    if isinstance(values, dict | list) or any("password" in str(part) for part in where):
        return ""
    return f" = {json.dumps(values, ensure_ascii=False, default=str)}"


def _example(where: tuple[str | int, ...]) -> str:
    model: Any = Config
    for part in where:
        if isinstance(part, int) or not hasattr(model, "model_fields") or part not in model.model_fields:
            continue
        found = model.model_fields[part]
        inner = getattr(found.annotation, "__args__", (found.annotation,))[0]
        model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else found
    examples = getattr(model, "examples", None)
    return f", for example {json.dumps(examples[0], ensure_ascii=False)}" if examples else ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def moved_clock(config: Config) -> datetime | None:
    """Return what MAILBOT_NOW says, None when it is not set. Raises ConfigFault outside .test and .example."""
    text = os.environ.get("MAILBOT_NOW")
    if not text:
        return None
    if not config.company.address.endswith((".test", ".example")):
        raise ConfigFault([f'MAILBOT_NOW = "{text}": refused, {config.company.address} is a real mailbox; unset it'])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigFault(
            [f'MAILBOT_NOW = "{text}": expected an ISO moment, for example 2026-11-20T09:00:00+09:00']
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=config.zone)
