"""The desk of one case: the real worker with its real mailbox and sender, between two servers that do wrong."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import NullPool, create_engine, text

from mailbot import compose, log, worker
from mailbot.config import Config
from mailbot.edge import breaker, imap_session, smtp
from mailbot.edge.clock import Clock
from mailbot.sections import Log
from mailbot.steps.parts import Parts
from mailbot.worker import run_once
from tests.e2e.desk import mail, parsed
from tests.fakes.ground import DESK, HANA, Ground, config_of
from tests.fakes.memory import RememberingSandbox, remembering_model
from tests.fakes.parts import _quick
from tests.faults.case import HOUR, Case
from tests.faults.imap_server import PASSWORD, Folder, ImapServer
from tests.faults.seen import violations
from tests.faults.smtp_server import SmtpServer

MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning in Tokyo."""
SATO, SUZUKI, LATE = "sato@people.test", "suzuki@people.test", "tanaka@people.test"
WISHES = {
    SATO: ("data", "Please send me a copy of my data."),
    SUZUKI: ("お願い", "私の個人データを開示してください。"),
    LATE: ("my data", "Please delete my personal data."),
}
PATIENCE_S = 0.25
ROUNDS_TO_RECOVER = 3
_ALLOWED = [
    rb"CAPABILITY|NOOP|LOGOUT|STARTTLS|IDLE|DONE|",
    rb'LOGIN (?:"privacy@company\.test"|privacy@company\.test) \S+',
    rb'LIST "" "?(?:Junk|mailbot/\w+|\*)"?',
    rb'(?:SELECT|CREATE) "?(?:INBOX|Junk|mailbot/\w+)"?',
    rb"UID SEARCH (?:ALL|(?:UID )?[0-9:*,]+)",
    rb"UID FETCH [0-9:*,]+ \([A-Z0-9. \[\]<>]+\)",
    rb'UID (?:MOVE|COPY) [0-9:*,]+ "?mailbot/\w+"?',
    rb"UID STORE [0-9:*,]+ \+FLAGS\.SILENT \(\\Deleted\)",
    rb"UID EXPUNGE [0-9:*,]+",
    rb'APPEND "?mailbot/Marker"? \(\\Seen\) \{\d+\}',
]
ALLOWED = re.compile(rb"(?:[A-Z]+\d+ )?(?:" + b"|".join(_ALLOWED) + rb")", re.DOTALL)
"""Every line that may ever be written to an IMAP server (threats D4)."""


def wish(sender: str) -> bytes:
    """A first request; the same bytes each time."""
    return mail(sender, DESK, *WISHES[sender], number=sender)


class Office:
    """What a case sees: the servers, the clock, the parts of the worker, and what the database holds."""

    def __init__(self, ground: Ground, mailboxes: ImapServer, submission: SmtpServer, capsys: Any) -> None:
        self.ground, self.imap, self.smtp, self._capsys = ground, mailboxes, submission, capsys
        self.clock = Clock(MORNING)
        self.codes: list[int] = []
        self.log = ""
        self.hidden = Folder()
        self._parts: Parts | None = None
        self._passed_s = 0.0

    @property
    def parts(self) -> Parts:
        assert self._parts
        return self._parts

    def play(self, case: Case, config: Config | None = None) -> None:
        """Let the case happen, end the fault, let the worker recover, and look at everything."""
        with self._happening(case, config):
            self.recover()
            self.judge()
            case.proves(self)

    def happen(self, case: Case) -> None:
        """Let the case happen and the fault end, and nothing more."""
        with self._happening(case, None):
            self._nothing_forbidden_was_said()

    @contextmanager
    def _happening(self, case: Case, config: Config | None) -> Iterator[None]:
        self._prepare(case)
        with self._open(config or self.ground.config, is_hasty=case.is_hasty):
            (case.during or self._rounds(case))(self)
            done = self.imap.script.done + self.smtp.script.done
            assert done or not case.hits, "the fault never happened"
            self._end(case)
            yield

    def _prepare(self, case: Case) -> None:
        imap_script, smtp_script = case.scripts()
        self.imap.arm(imap_script)
        self.smtp.arm(smtp_script)
        self.imap.folders = {"INBOX": Folder(), "Junk": Folder(1_700_000_002)}
        self.imap.abilities, self.smtp.extensions = case.abilities, case.extensions
        self.imap.seen.clear()
        self.smtp.taken.clear()
        self.imap.offered = self.smtp.offered = 0
        self.ground.restore(self.ground.pristine)
        self.imap.deliver(wish(SATO), MORNING - timedelta(minutes=5), uid=7)
        self.imap.deliver(wish(SUZUKI), MORNING - timedelta(minutes=4), uid=9)
        case.before(self)

    @contextmanager
    def _open(self, config: Config, *, is_hasty: bool) -> Iterator[None]:
        with ExitStack() as stack:
            stack.callback(self._forget)
            stack.enter_context(patch.object(worker, "warm", lambda _: None))
            stack.enter_context(patch.object(breaker, "steady_s", lambda: time.monotonic() + self._passed_s))
            self._haste = stack.enter_context(ExitStack())
            if is_hasty:
                for module, name in (
                    (imap_session, "_CONNECT_S"),
                    (imap_session, "_READ_S"),
                    (smtp, "_TIMEOUT_S"),
                    (smtp, "_DOT_TIMEOUT_S"),
                ):
                    self._haste.enter_context(patch.object(module, name, PATIENCE_S))
            with _quick():
                parts = stack.enter_context(compose.composed(config, self.clock))
            readers: Any = {"sandbox": RememberingSandbox(), "model": remembering_model, "lookup": lambda _: None}
            self._parts = replace(parts, **readers)
            log.start(Log(format="json"))
            yield

    def _forget(self) -> None:
        self._parts = None
        for server in (self.imap, self.smtp):
            server.script.end()
            server.hang_up()

    def _rounds(self, case: Case) -> Any:
        def live(_: Office) -> None:
            for number in range(case.rounds):
                self.pass_time(case.apart if number else timedelta())
                self.round()

        return live

    def _end(self, case: Case) -> None:
        self.imap.script.end()
        self.smtp.script.end()
        if case.is_hasty:  # connections made in haste keep their short patience
            self._haste.close()
            self.imap.hang_up()
            self.smtp.hang_up()
        case.after(self)

    def round(self) -> int:
        """Let the worker do all that is due; its exit code."""
        self.codes.append(run_once(self.parts, self.clock))
        self.log += self._capsys.readouterr().err
        return self.codes[-1]

    def pass_time(self, by: timedelta) -> None:
        """Move the clock, and the one that nobody can set."""
        self.clock.jump(by)
        self._passed_s += by.total_seconds()

    def write_late(self) -> None:
        """A third person writes."""
        self.imap.deliver(wish(LATE), self.clock.now())

    def recover(self) -> None:
        """Three rounds, an hour apart: everything has to be done then, and one more has nothing left to do."""
        for _ in range(ROUNDS_TO_RECOVER):
            self._live_on()
            if self._is_done():
                break
        self._live_on()

    def _live_on(self) -> None:
        self.pass_time(HOUR)
        self.round()

    def _is_done(self) -> bool:
        try:
            self._nothing_is_lost()
            self._nothing_is_open()
        except AssertionError:
            return False
        return True

    def rows(self, sql: str) -> list[Any]:
        """What the database says, by plain SQL."""
        engine = create_engine(self.ground.config.store.url, poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.execute(text(sql)).all())

    def outbox(self, kind: str = "ack") -> dict[str, str]:
        """State by Message-ID of the mails of a kind."""
        return dict(map(tuple, self.rows(f"SELECT message_id, state FROM outbox WHERE kind = '{kind}'")))  # noqa: S608

    def dispositions(self) -> Counter[str]:
        return Counter(word for (word,) in self.rows("SELECT disposition FROM ledger"))

    def letters(self, kind: str) -> list[EmailMessage]:
        """What the submission server took, of one kind."""
        return [one for one in (_read(taken.raw) for taken in self.smtp.taken) if one["X-Mailbot-Kind"] == kind]

    def went(self) -> set[str]:
        """The Message-IDs of what the submission server took."""
        return {_id(one.raw) for one in self.smtp.taken}

    def acknowledged(self) -> list[str]:
        """Who was sent an acknowledgement, in order, with repetitions."""
        return sorted(str(one["To"]) for one in self.letters("ack"))

    def told_of(self, message_id: str) -> int:
        """In how many mails staff were told of a mail of ours."""
        bodies = (body for one in self.smtp.taken if one.recipient == HANA for body in [_text(one.raw)])
        return sum(message_id in body for body in bodies)

    def judge(self) -> None:
        """What must hold after every case."""
        self._nothing_is_lost()
        self._nothing_is_open()
        self._nothing_is_doubled()
        self._nothing_unknown_is_hidden()
        self._nothing_forbidden_was_said()
        people = [(one, wish(one)) for one in WISHES]
        broken = violations(self.ground, self.imap, self.smtp, people, self.log)
        assert not broken, broken

    def _nothing_is_lost(self) -> None:
        assert None not in self.dispositions(), "a message without a disposition"
        wishes = {one.raw for _, _, one in self.imap.seen} & {wish(one) for one in WISHES}
        assert len(self.rows("SELECT id FROM case_file WHERE id > 0")) == len(wishes)
        assert self.dispositions()["case"] == len(wishes)
        assert sum(self.dispositions().values()) >= len(self.imap.seen)

    def _nothing_is_open(self) -> None:
        assert self.codes[-1] == 0, f"the worker is still in trouble\n{self.log}"
        assert self.rows("SELECT * FROM inbox") == []
        assert self.rows("SELECT kind, state, code FROM outbox WHERE state IN ('queued', 'sending')") == []
        assert self.rows("SELECT uid FROM ledger WHERE filed_at IS NULL AND folder != 'Junk'") == []

    def _nothing_is_doubled(self) -> None:
        acks = self.acknowledged()
        assert len(acks) == len(set(acks)), "somebody was acknowledged twice"
        for one in self.smtp.taken:
            same = {other.raw for other in self.smtp.taken if _id(other.raw) == _id(one.raw)}
            assert len(same) == 1, "a mail was sent again with other bytes"

    def _nothing_unknown_is_hidden(self) -> None:
        went = Counter(str(one["Message-ID"]) for one in self.letters("ack"))
        for message_id, state in self.outbox().items():
            assert state in {"sent", "unknown", "failed"}
            assert went[message_id] == 1 or state != "sent"
            assert went[message_id] == 0 or state != "failed"
            assert self.told_of(message_id) == int(state != "sent"), f"staff and an acknowledgement that is {state}"

    def _nothing_forbidden_was_said(self) -> None:
        assert PASSWORD not in self.log
        assert '"bug"' not in self.log, self.log
        strange = [line.text for line in self.imap.history if not ALLOWED.fullmatch(line.text)]
        assert strange == [], strange
        for server in (self.imap, self.smtp):
            logins = [line for line in server.history if re.search(rb"(?i)\b(LOGIN|AUTH)\b", line.text)]
            assert server.tls is None or all(line.is_secret for line in logins)


@cache
def _read(raw: bytes) -> EmailMessage:
    return parsed(raw)


@cache
def _text(raw: bytes) -> str:
    body = _read(raw).get_body(("plain",))
    return str(body.get_content()) if body else ""


def _id(raw: bytes) -> str:
    return str(_read(raw)["Message-ID"])


def ground_for(folder: Path, mailboxes: ImapServer, submission: SmtpServer) -> Ground:
    """A folder whose configuration names both servers."""
    sections: Any = _sections(mailboxes, submission)
    return Ground(folder, **sections)


def config_for(ground: Ground, mailboxes: ImapServer, submission: SmtpServer, **both: Any) -> Config:
    """The same with other values for both servers, such as `security`."""
    sections: Any = {name: one | both for name, one in _sections(mailboxes, submission).items()}
    return config_of(ground.folder, **sections)


def _sections(mailboxes: ImapServer, submission: SmtpServer) -> dict[str, dict[str, Any]]:
    login = {"username": DESK, "password": PASSWORD, "security": "plain"}
    return {"imap": {"port": mailboxes.port, **login}, "smtp": {"port": submission.port, **login}}
