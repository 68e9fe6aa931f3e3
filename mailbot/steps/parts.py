"""The parts a step works with: made once by the worker, handed to every step."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from mailbot.config import Config
from mailbot.core.clock import Rules
from mailbot.core.letters import Company
from mailbot.core.token import TokenKeys
from mailbot.edge.imap import Mailbox
from mailbot.edge.model.load import Model
from mailbot.edge.render import Renderer
from mailbot.edge.sandbox import Sandbox
from mailbot.edge.signals import Signals
from mailbot.edge.smtp import Sender
from mailbot.sections import Staff
from mailbot.steps.accounts import Account, Hand
from mailbot.steps.roster import Team, team_of
from mailbot.store.mail import Ended
from mailbot.store.policies import Policies
from mailbot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Parts:
    """What the worker is made of.

    `rules` are those new cases open under, `model` loads the classifier when it is first asked for, `lookup` asks
    the DNS for a TXT record.
    `mailbox` is the first of `accounts`, `others` are the rest. `signals` wake whoever has
    work, in this process or in another of the same worker; `mail_settled` a lane that may have mail to file.
    `landed` are mails that were offered, and whose outcome is not written yet.
    """

    config: Config
    company: Company
    engine: Engine
    vault: Vault
    tokens: TokenKeys
    mailbox: Mailbox
    sender: Sender
    sandbox: Sandbox
    model: Callable[[], Model]
    renderer: Renderer
    rules: Rules
    policies: Policies
    office_key: str
    since: datetime
    lookup: Callable[[str], bytes | None]
    signals: Signals = field(default_factory=Signals)
    mail_settled: threading.Event = field(default_factory=threading.Event)
    asked: dict[str, tuple[datetime, Team]] = field(default_factory=dict)
    hand: Hand = field(default_factory=Hand)
    landed: list[Ended] = field(default_factory=list)
    others: tuple[Account, ...] = ()

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every mailbox that is read."""
        first = Account("", self.config.imap, self.mailbox, self.since, self.hand, self.mail_settled)
        return (first, *self.others)

    @property
    def folders(self) -> list[str]:
        """What the ledger calls the folders that are read, without junk."""
        return [account.name(folder) for account in self.accounts for folder in account.imap.folders]

    @property
    def junk_folders(self) -> list[str]:
        """What the ledger calls the junk folders that are read."""
        return [account.name(account.imap.junk_folder) for account in self.accounts if account.imap.junk_folder]

    def tell_settled(self) -> None:
        """Wake every lane that may have something to file."""
        for account in self.accounts:
            account.settled.set()

    def rules_of(self, key: str) -> Rules:
        """Return the rules a case keeps: its own policy version, today's calendar."""
        if key == self.rules.key:
            return self.rules
        return Rules(self.policies.get(key), self.rules.calendar)

    def team(self, now: datetime) -> Team:
        """Return the staff of today, in the company's zone, with who is away; asked once for each call of a step."""
        known = self.asked.get("team")
        if known is None or known[0] is not now:  # every call of a step has a moment of its own
            known = now, team_of(self.config, self.engine, self.rules.calendar.local_day(now))
            self.asked["team"] = known
        return known[1]

    def staff(self, role: str, now: datetime) -> list[Staff]:
        """Return who is told in a role today, whoever is away left out."""
        return self.team(now).staff(role)
