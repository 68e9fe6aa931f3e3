"""A desk over the world in memory whose databases are saved, and put back while the world goes on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mailbot import reports
from mailbot.core.events import Event, Name
from mailbot.edge.clock import Clock
from mailbot.edge.errors import Transient
from mailbot.steps.digest.health import health
from mailbot.steps.parts import Parts
from mailbot.steps.start import Start
from mailbot.store.cases import events_of
from mailbot.store.engine import read
from mailbot.store.presence import give_up_leases
from mailbot.store.tables import OFFICE, outbox
from mailbot.worker import OK, STEPS, run_once
from tests.e2e.by_mail import PROVED, text_of
from tests.e2e.desk import mail, parsed
from tests.fakes.ground import BOSS, DESK, HANA, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Lost, Server

BEGAN = datetime.fromisoformat("2026-11-20T10:00:00+09:00")
WISH = "私の個人データを開示してください。"
QUESTION = "Was the database restored"


class Office:
    """The desk, its servers, and the time."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.server, self.now = ground, Server(), BEGAN
        self._count = 0

    def writes(self, sender: str, subject: str = "お願い", text: str = WISH, **headers: str) -> bytes:
        """Let a mail arrive now."""
        self._count += 1
        raw = mail(sender, DESK, subject, text, self._count, **headers)
        self.server.deliver(raw, self.now)
        return raw

    def holds_mails_up_to(self, megabytes: int) -> None:
        """Configure how large a mail may be that is stored."""
        config = self.ground.config
        limits = config.limits.model_copy(update={"max_message_mb": megabytes})
        self.ground.config = config.model_copy(update={"limits": limits})

    def works(self, *only: str, **later: float) -> int:
        """Let time go by and the worker do all that is due, as a process that begins and ends."""
        self.now += timedelta(**later)
        clock = Clock(self.now)
        with fake_parts(self.ground.config, clock, self.server) as parts:
            give_up_leases(parts.engine, self.now)
            return run_once(parts, clock, only)

    def waits_for_the_mailbox(self, minutes: int, **later: float) -> list[tuple[str, str]]:
        """Let a worker start that reaches no mailbox and try for so long; who got which kind of mail from it."""
        self.now += timedelta(**later)
        start, known = Start(), len(self.server.accepted)
        for later_s in (0, 60 * minutes):
            self.now += timedelta(seconds=later_s)
            with fake_parts(self.ground.config, Clock(self.now), self.server) as parts:
                give_up_leases(parts.engine, self.now)
                with away(self.server), pytest.raises(Transient):
                    start.look(parts, self.now)
                for name in ("fetch", "receive", "tick", "send", "file"):
                    while start.step(name, STEPS[name])(parts, self.now):
                        pass
        return [(one.recipient, str(parsed(one.data)["X-Mailbot-Kind"])) for one in self.server.accepted[known:]]

    def a_day_of_work(self, *people: str) -> None:
        """Let people write, and everything be done that follows by the next noon."""
        for person in people:
            self.writes(person)
            assert self.works(minutes=10) == OK
        assert self.works(days=1) == OK

    def approves(self, verb: str = "approve", add: str = "") -> None:
        """Let the manager answer the newest question with its code."""
        question = [one.data for one in self.server.accepted if is_question(one.data)][-1]
        code = re.search(r"approve ([a-z2-9]{10})", text_of(parsed(question)))
        assert code
        self.answers(BOSS, question, f"{verb} {code[1]}{add}")

    def answers(self, person: str, raw: bytes, text: str) -> None:
        """Let a member of staff answer a mail, proved by the border."""
        asked = str(parsed(raw)["Message-ID"])
        thread = {"In_Reply_To": asked, "References": asked}
        self.writes(person, "Re", text, Authentication_Results=PROVED, **thread)

    def sent_to(self, *people: str) -> int:
        """How many mails people got so far."""
        return sum(one.recipient in people for one in self.server.accepted)

    def sent_to_others(self) -> list[str]:
        """Who got mail beside the staff, in order."""
        return [one.recipient for one in self.server.accepted if one.recipient not in {HANA, BOSS}]

    def questions(self) -> int:
        """How often managers were asked."""
        return sum(is_question(one.data) for one in self.server.accepted)

    def cases(self) -> Sequence[Mapping[str, Any]]:
        """The register."""
        return self._asked(lambda parts: reports.cases(parts, self.now, None))

    def reconciled(self) -> tuple[str, list[str]]:
        """The line of the sum, and what differs."""
        found: tuple[str, list[str]] = self._asked(lambda parts: reports.reconcile(parts, self.now))
        return found

    def happened(self) -> list[Name]:
        """What happened to the office about its database."""
        names = {Name.DATABASE_DOUBTED, Name.DATABASE_TRUSTED, Name.APPROVAL_DENIED}
        return [one.name for one in self.events(OFFICE) if one.name in names]

    def events(self, case_id: int) -> list[Event]:
        """The events of a case."""

        def asked(parts: Parts) -> list[Event]:
            with read(parts.engine) as connection:
                return events_of(connection, case_id)

        return list(self._asked(asked))

    def outcomes(self, kind: str) -> dict[str, int]:
        """How the mails of a kind ended, and how many."""

        def asked(parts: Parts) -> list[str]:
            with read(parts.engine) as connection:
                return list(connection.execute(select(outbox.c.state).where(outbox.c.kind == kind)).scalars())

        states: list[str] = self._asked(asked)
        return {state: states.count(state) for state in sorted(set(states))}

    def health(self) -> dict[str, bool]:
        """What the digest says of the machine: code and whether it is in order."""

        def asked(parts: Parts) -> dict[str, bool]:
            with read(parts.engine) as connection:
                return {code: is_well for code, _, is_well in health(connection, parts, self.now)}

        found: dict[str, bool] = self._asked(asked)
        return found

    def _asked(self, ask: Any) -> Any:
        with fake_parts(self.ground.config, Clock(self.now), self.server) as parts:
            return ask(parts)


@contextmanager
def away(server: Server) -> Iterator[None]:
    """Let nobody reach the mailbox for a while."""

    def refuse(action: str, *_: object) -> None:
        if not action.startswith("smtp"):
            raise Lost

    server.before = refuse
    yield
    server.before = lambda *_: None


def is_question(data: bytes) -> bool:
    """Whether a mail asks whether the database was restored."""
    return QUESTION in str(parsed(data)["Subject"])
