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
from mailbot.edge.smtp import Sender
from mailbot.sections import Staff
from mailbot.steps.roster import Team, team_of
from mailbot.store.policies import Policies
from mailbot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Parts:
    """What the worker is made of.

    `rules` are those new cases open under, `model` loads the classifier when it is first asked for, `lookup` asks
    the DNS for a TXT record.
    The two events wake the lane that has work.
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
    mail_arrived: threading.Event = field(default_factory=threading.Event)
    mail_settled: threading.Event = field(default_factory=threading.Event)

    def rules_of(self, key: str) -> Rules:
        """Return the rules a case keeps: its own policy version, today's calendar."""
        if key == self.rules.key:
            return self.rules
        return Rules(self.policies.get(key), self.rules.calendar)

    def team(self, now: datetime) -> Team:
        """Return the staff of today, in the company's zone, with who is away; one question to the database."""
        return team_of(self.config, self.engine, self.rules.calendar.local_day(now))

    def staff(self, role: str, now: datetime) -> list[Staff]:
        """Return who is told in a role today, whoever is away left out."""
        return self.team(now).staff(role)
