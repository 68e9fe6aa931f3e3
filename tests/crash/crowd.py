"""People who write at random, and answer some of what reaches them: the load of the soak test."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.crash.letters import ENGLISH, JAPANESE
from tests.crash.town import NOW, Fate
from tests.e2e.by_mail import PROVED
from tests.e2e.desk import mail
from tests.fakes.ground import DESK, HANA
from tests.fakes.server import Accepted, Server
from tests.invariants.world import Written, headers_of, message_id

FATES = {"first": "case", "again": "follow-up", "away": "machine", "junk": "held", "staff": "staff"}
"""What each kind of mail becomes."""
AGAIN = "追伸: 早めにお願いします。"
COPIED, AWAY, JUNK = 0.15, 0.1, 0.1
ANSWERED = 0.3
"""How many of a hundred mails are a copy, a machine's, in junk; how many get an answer."""


@dataclass
class Crowd:
    """Everybody who writes to one desk, by one dice."""

    server: Server
    dice: Random
    fates: dict[str, Fate] = field(default_factory=dict)
    raws: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.after = self._heard

    def write(self, count: int) -> None:
        """So many mails reach the desk."""
        for _ in range(count):
            kind = self.dice.random()
            firsts = [raw for name, raw in self.raws.items() if name.startswith("first")]
            if kind < COPIED and firsts:
                self.server.deliver(self.dice.choice(firsts), NOW)
            elif kind < COPIED + AWAY:
                self._deliver("away", "", "Out of office", "I am away.", Auto_Submitted="auto-replied")
            elif kind < COPIED + AWAY + JUNK:
                self._deliver("junk", "", *self.dice.choice(JAPANESE), folder="Junk")
            else:
                subject, text = self.dice.choice(JAPANESE + ENGLISH)
                self._deliver("first", "", subject, text)

    def written(self) -> list[Written]:
        """Every mail that was written so far."""
        return [self._written(name, raw) for name, raw in self.raws.items()]

    def _written(self, name: str, raw: bytes) -> Written:
        fate = self.fates[name]
        return Written(fate.who, message_id(raw), raw, frozenset({fate.becomes}), fate.opens)

    def _deliver(self, kind: str, who: str, subject: str, text: str, folder: str = "INBOX", **headers: str) -> None:
        name = f"{kind}-{len(self.raws)}"
        who = who or f"{name}@people.test"
        raw = self.raws[name] = mail(who, DESK, subject, text, name, **headers)
        self.fates[name] = Fate(who, FATES[kind], opens=kind == "first")
        self.server.deliver(raw, NOW, folder)

    def _heard(self, action: str, *arguments: Any) -> None:
        if action == "smtp dot" and self.dice.random() < ANSWERED:
            self._answer(Accepted(*arguments))

    def _answer(self, got: Accepted) -> None:
        """A requester writes again, staff take a case; nobody answers the same mail twice."""
        headers = headers_of(got.data)
        thread = {"In_Reply_To": str(headers["Message-ID"]), "References": str(headers["Message-ID"])}
        if any(re.search(re.escape(thread["References"]).encode(), raw) for raw in self.raws.values()):
            return
        if headers["X-Mailbot-Kind"] == "ack":
            self._deliver("again", got.recipient, "Re: ack", AGAIN, **thread)
        elif headers["X-Mailbot-Kind"] == "notice" and got.recipient == HANA:
            self._deliver("staff", HANA, "Re: notice", "/take\n", Authentication_Results=PROVED, **thread)
