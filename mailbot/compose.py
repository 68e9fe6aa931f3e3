"""The composition root: makes every part from the configuration, checks what can be checked, opens the stores."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path

import structlog
from sqlalchemy import Engine

from mailbot.config import Config, ConfigFault, moved_clock
from mailbot.core.calendar import CalendarFault
from mailbot.core.clock import Rules
from mailbot.core.desk.owed_letters import check_letters
from mailbot.core.horizon import Horizon, holiday_horizon
from mailbot.core.letters import Company
from mailbot.core.policy_extending import whole_text
from mailbot.core.policy_file import PolicyFault, parse_policy
from mailbot.edge.clock import Clock
from mailbot.edge.dns import Resolving
from mailbot.edge.holiday import build_calendar, table_until
from mailbot.edge.imap import Mailbox
from mailbot.edge.model.load import Model, load_model
from mailbot.edge.render import LetterError, Renderer
from mailbot.edge.sandbox import Sandbox
from mailbot.edge.signals import Signals
from mailbot.edge.smtp import Sender
from mailbot.resources import models_folder, policies_folder, templates_folder
from mailbot.sections import Imap
from mailbot.steps.accounts import Account, Hand
from mailbot.steps.digest import next_digest_at
from mailbot.steps.horizon import horizon
from mailbot.steps.parts import Parts
from mailbot.steps.reporting import next_reports_at
from mailbot.store.engine import damage, open_engine, read, risk
from mailbot.store.first import go_live, office_key, schedule_first
from mailbot.store.migrate import behind, upgrade
from mailbot.store.policies import Policies
from mailbot.store.presence import alone
from mailbot.store.token_keys import token_keys
from mailbot.store.vault import Vault, VaultFault, make_master_key, read_master_key

_log = structlog.get_logger()
GO_LIVE_BEFORE = timedelta(days=1)
"""Without `imap.since`, mail that arrived up to a day before the very first start is still new."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The two databases and the vault."""

    engine: Engine
    keys: Engine
    vault: Vault


def clock_of(config: Config) -> Clock:
    """Return the clock, moved when MAILBOT_NOW says so. Raises ConfigFault."""
    return Clock(moved_clock(config))


def rules_of(config: Config, today: datetime) -> tuple[Rules, str]:
    """Return the rules new cases open under, and the policy's text. Raises ConfigFault with every fault."""
    faults: list[str] = []
    chosen = config.policy
    try:
        text = _policy_text(chosen.profile)
        policy = parse_policy(text)
        check_letters(policy)
    except PolicyFault as fault:
        faults += [f'policy.profile = "{chosen.profile}": {line}' for line in fault.faults]
    try:
        added, removed = chosen.holidays_add, chosen.holidays_remove
        calendar = build_calendar(
            config.zone, chosen.country, chosen.closures, added, removed, today.date(), chosen.holidays_until
        )
    except CalendarFault as fault:
        faults += fault.faults
    if faults:
        raise ConfigFault(faults)
    return Rules(policy, calendar), text


def open_stores(config: Config) -> Stores:
    """Open databases and vault; the very first start makes the master key. Raises ConfigFault, StoreUnavailable."""
    engine, keys = open_engine(config.store.url), open_engine(config.store.keys_url)
    file = config.store.master_key_file
    try:
        if not file.exists() and behind(keys, "keys") == "new":  # nothing was ever sealed: no key can be missing
            make_master_key(file)
        return Stores(engine, keys, Vault(keys, read_master_key(file)))
    except VaultFault as fault:
        raise ConfigFault([f"store.master_key_file = {fault}"]) from None
    except OSError as fault:
        raise ConfigFault([f'store.master_key_file = "{file}": cannot be written: {fault.strerror}']) from None


def prove(config: Config) -> None:
    """Look the databases through before a worker trusts them. Raises ConfigFault (one is damaged), StoreUnavailable."""
    faults: list[str] = []
    for key, url in (("store.url", config.store.url), ("store.keys_url", config.store.keys_url)):
        engine = open_engine(url)
        try:
            if found := damage(engine):
                faults.append(f"{key}: {found}")
            if line := risk(engine):
                _log.warning("database may lose what it confirmed", what=f"{key}: {line}")
        finally:
            engine.dispose()
    if faults:
        raise ConfigFault(faults)


def migrate(config: Config) -> None:
    """Bring both databases to the newest schema. Raises StoreUnavailable."""
    for url, branch in ((config.store.url, "main"), (config.store.keys_url, "keys")):
        engine = open_engine(url)
        try:
            with alone(engine):
                upgrade(engine, branch)
        finally:
            engine.dispose()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the processes of one worker share: made before they are forked. `model` loads when it is first asked for."""

    model: Callable[[], Model]
    renderer: Renderer
    signals: Signals


def prepare(config: Config) -> Prepared:
    """Make what needs no database. Raises ConfigFault."""
    return Prepared(cache(partial(model_of, config)), renderer_of(config), Signals())


@contextmanager
def composed(config: Config, clock: Clock, prepared: Prepared | None = None) -> Iterator[Parts]:
    """Make the parts of the worker, and take them apart at the end. Raises ConfigFault, StoreUnavailable."""
    now = clock.now()
    rules, text = rules_of(config, now.astimezone(config.zone))
    shared = prepared or prepare(config)
    stores = open_stores(config)
    with ExitStack() as ending:  # a start that fails half-way leaves nothing open either
        ending.callback(stores.engine.dispose)
        ending.callback(stores.keys.dispose)
        if prepared is None:
            ending.callback(shared.signals.close)
        migrate_if_new(config, stores)
        with alone(stores.engine):
            parts = _parts(config, rules, shared, stores, now)
            mailboxes = [account.mailbox.close for account in parts.accounts]
            for close in (*mailboxes, parts.sender.close, parts.sandbox.close):
                ending.callback(close)
            parts.policies.keep(rules.key, text)
            if line := horizon_of(config, rules, stores, now).line():
                _log.warning("holidays", what=line)
            schedule_first(parts.engine, {"digest": next_digest_at(parts, now), **next_reports_at(parts, now)})
        yield parts


def horizon_of(config: Config, rules: Rules, stores: Stores, now: datetime) -> Horizon:
    """Return how far the holidays reach; a database without a schema has no case yet.

    Raises ConfigFault where a date would be counted without them.
    """
    today, country = rules.calendar.local_day(now), config.policy.country
    if not _has_schema(stores.engine):
        ends = table_until(country, today)
        found = holiday_horizon([rules], None, ends, rules.calendar.holidays_until, today)
    else:
        with read(stores.engine) as connection:
            found = horizon(connection, rules, Policies(stores.engine), country, today)
    if found.is_ended:
        raise ConfigFault([found.line()])
    return found


def _has_schema(engine: Engine) -> bool:
    """Say whether a database can be asked; a file that is not there yet is not made by asking."""
    is_file = engine.dialect.name == "sqlite" and engine.url.database
    return not (is_file and not Path(is_file).exists()) and not behind(engine, "main")


def migrate_if_new(config: Config, stores: Stores) -> None:
    """Make the schema of a fresh database; one that is behind is left to `mailbot migrate`. Raises ConfigFault."""
    state = {behind(stores.engine, "main"), behind(stores.keys, "keys")}
    if "new" in state:  # or another process is at it: upgrading what is newest changes nothing
        migrate(config)
        state = {behind(stores.engine, "main"), behind(stores.keys, "keys")}
    if state != {""}:
        found = ", ".join(sorted(state - {""}))
        raise ConfigFault([f"store.url: the schema is {found}; run `mailbot migrate` with this version of mailbot"])
    try:
        stores.vault.check()
    except VaultFault as fault:
        raise ConfigFault([str(fault)]) from None


def renderer_of(config: Config) -> Renderer:
    """Return the renderer, the company's own folder first. Raises ConfigFault."""
    own = [config.templates.folder] if config.templates.folder else []
    try:
        return Renderer([*own, templates_folder()])
    except LetterError as fault:
        raise ConfigFault([str(fault)]) from None


def model_of(config: Config) -> Model:
    """Load the classifier. Raises ConfigFault."""
    try:
        folder = Path(config.classifier.model) if config.classifier.model else models_folder()
        chosen = config.classifier
        return load_model(folder, chosen.auto_precision, with_encoder=chosen.encoder)
    except (OSError, ValueError) as fault:
        raise ConfigFault([f'classifier.model = "{config.classifier.model}": {fault}']) from None


def _parts(config: Config, rules: Rules, shared: Prepared, stores: Stores, now: datetime) -> Parts:
    return Parts(
        config=config,
        company=Company(config.company.name, config.company.desk, config.company.address),
        engine=stores.engine,
        vault=stores.vault,
        tokens=token_keys(stores.engine, stores.vault, config.company.address, now),
        mailbox=Mailbox(config.imap),
        sandbox=Sandbox(),
        model=shared.model,
        renderer=shared.renderer,
        signals=shared.signals,
        rules=rules,
        policies=Policies(stores.engine),
        office_key=_office_key(stores, now),
        since=_since(config, config.imap, stores.engine, now),
        others=tuple(_account(config, label, imap, stores, now) for label, imap in config.accounts[1:]),
        lookup=Resolving().lookup,
        sender=Sender(config.smtp, config.company.address),  # last: it has a thread, which a failed start would leave
    )


def _account(config: Config, label: str, imap: Imap, stores: Stores, now: datetime) -> Account:
    since = _since(config, imap, stores.engine, now)
    return Account(label, imap, Mailbox(imap), since, Hand(), threading.Event())


def _office_key(stores: Stores, now: datetime) -> str:
    """Return the office's key. Raises ConfigFault where the keys are gone, or are those of another database."""
    key = office_key(stores.engine, stores.vault, now)
    if not stores.vault.has(key):
        raise ConfigFault(
            ["store.keys_url: holds no key to what store.url keeps; put the keys database that belongs to it in place"]
        )
    return key


def _since(config: Config, imap: Imap, engine: Engine, now: datetime) -> datetime:
    """Return the go-live moment: what the configuration says, else a day before the first start, remembered."""
    if imap.since:
        return datetime.combine(imap.since, time(), config.zone).astimezone(UTC)
    return go_live(engine, min(now, Clock().now()) - GO_LIVE_BEFORE)


def _policy_text(profile: str) -> str:
    """Return the whole text of the chosen policy, which cases keep. Raises PolicyFault."""
    path = Path(profile) if profile.endswith(".toml") else policies_folder() / f"{profile}.toml"
    shipped = {file.stem: file.read_text(encoding="utf-8") for file in sorted(policies_folder().glob("*.toml"))}
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        remedy = f"no such policy; use one of {', '.join(shipped)}, or a path to a .toml file"
        raise PolicyFault([remedy]) from None
    except OSError as fault:
        raise PolicyFault([f"cannot be read: {fault.strerror}"]) from None
    except ValueError:
        raise PolicyFault(["is no UTF-8 text; save it as UTF-8"]) from None
    return whole_text(text, shipped)
