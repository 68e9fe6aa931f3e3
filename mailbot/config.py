"""The configuration: `mailbot.toml`, the environment on top, every fault told at once with key, value and remedy."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_origin
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from mailbot.core.absence import is_away
from mailbot.faults import between, told
from mailbot.sections import (
    Classifier,
    Company,
    Digest,
    Health,
    Imap,
    Limits,
    Log,
    PolicyChoice,
    Relay,
    Smtp,
    Staff,
    Store,
    Templates,
    Trust,
    Work,
)

DEFAULT_FILE = "mailbot.toml"
_OWN = {"username", "password", "password_file", "oauth"}
"""What every mailbox says itself."""
_PREFIX = "MAILBOT_"


class ConfigFault(Exception):
    """The configuration cannot be used. `faults` holds one line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        """Take the lines."""
        super().__init__("\n".join(faults))
        self.faults = faults


class Config(BaseSettings):
    """All sections. Made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    company: Company
    imap: Imap
    mailboxes: list[Imap] = []
    smtp: Smtp
    store: Store = Store()
    trust: Trust = Trust()
    staff: list[Staff] = Field(min_length=1)
    policy: PolicyChoice = PolicyChoice()
    digest: Digest = Digest()
    relay: Relay = Relay()
    limits: Limits = Limits()
    classifier: Classifier = Classifier()
    work: Work = Work()
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
        """Read nothing but what `load` gives: it lays the environment over the file itself."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def accounts(self) -> list[tuple[str, Imap]]:
        """Every mailbox that is read, with the label its folders have in the ledger; that of the first is empty."""
        return [("", self.imap), *((one.label, one) for one in self.mailboxes)]

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.company.timezone)

    def staff_on(self, day: date) -> list[Staff]:
        """Return the staff whose validity has not run out on a day."""
        return [person for person in self.staff if person.valid_until is None or day <= person.valid_until]

    def absent_on(self, day: date) -> frozenset[str]:
        """Return the ids of the staff who are away on a day by their own section."""
        return frozenset(person.id for person in self.staff if is_away(person.absent, day))


def config_path() -> Path:
    """Return the path of the configuration: `MAILBOT_CONFIG` or `mailbot.toml` here."""
    return Path(os.environ.get("MAILBOT_CONFIG") or DEFAULT_FILE)


def load(path: Path | None = None) -> Config:
    """Read and check the configuration. Raises ConfigFault with every fault at once."""
    values = _inherited(_overlaid(_read(path or config_path()), _environment()))
    faults: list[str] = []
    try:
        config = Config(**values)
    except ValidationError as error:
        faults = [told(dict(item), values, Config) for item in error.errors(include_url=False)]
    faults += between(values)
    if faults:
        raise ConfigFault(faults)
    return config


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
        remedy = "expected an ISO moment, for example 2026-11-20T09:00:00+09:00"
        raise ConfigFault([f'MAILBOT_NOW = "{text}": {remedy}']) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=config.zone)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if any(name.startswith(f"{_PREFIX}COMPANY__") for name in os.environ):
            return {}
        raise ConfigFault([f"{path}: no such file; run `mailbot init` or set MAILBOT_CONFIG"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigFault([f"{path}: not valid TOML: {error}"]) from None
    except OSError as error:
        raise ConfigFault([f"{path}: cannot be read: {error.strerror}"]) from None


def _environment() -> dict[str, Any]:
    """Return what the environment sets, as nested tables; an unknown section is a fault of its variable."""
    nested = [name for name in os.environ if name.startswith(_PREFIX) and "__" in name]
    sections = {name.removeprefix(_PREFIX).split("__")[0].lower(): name for name in nested}
    faults = [
        f"{name}: unknown section; use one of {', '.join(Config.model_fields)}"
        for section, name in sections.items()
        if section not in Config.model_fields
    ]
    values: dict[str, Any] = {}
    try:
        values = EnvSettingsSource(Config)()
    except SettingsError:
        faults += [f'{name}: expected JSON for a list, for example ["12-30"]' for name in _broken_lists()]
    if faults:
        raise ConfigFault(faults)
    return values


def _broken_lists() -> list[str]:
    """Return the variables that set a list and hold no JSON."""
    return [
        name
        for name, value in os.environ.items()
        if name.startswith(_PREFIX) and _is_list(name.removeprefix(_PREFIX).lower().split("__")) and not _is_json(value)
    ]


def _is_list(path: Sequence[str]) -> bool:
    found: Any = Config
    for part in path:
        field = getattr(found, "model_fields", {}).get(part)
        found = field.annotation if field else None
    return get_origin(found) is list


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _inherited(values: dict[str, Any]) -> dict[str, Any]:
    """Give further mailboxes what they do not say themselves from the first; a password is never passed on."""
    first, more = values.get("imap"), values.get("mailboxes")
    if not isinstance(first, Mapping) or not isinstance(more, list):
        return values
    shared = {key: value for key, value in first.items() if key not in _OWN}
    return values | {"mailboxes": [shared | one if isinstance(one, dict) else one for one in more]}


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    tables = [name for name, value in below.items() if isinstance(value, dict) and isinstance(above.get(name), dict)]
    return {**below, **above, **{name: _overlaid(below[name], above[name]) for name in tables}}
