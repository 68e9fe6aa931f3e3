"""What becomes of a mail that cannot leave, and of a correspondent who seems to be a machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from mailbot import reports
from mailbot.edge.clock import Clock
from mailbot.steps.parts import Parts
from mailbot.worker import run_once
from tests.e2e.by_mail import text_of
from tests.e2e.desk import mail, parsed
from tests.e2e.forging import codes_of
from tests.fakes.ground import BOSS, DESK, HANA, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Answer, Lost, Server

NOON = datetime.fromisoformat("2026-11-26T12:00:00+09:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SATO, SUZUKI = "sato@people.test", "suzuki@people.test"
WISH = "Please send me a copy of my data."
_MOST = 30
"""Refusals after which the server gives in, so that a loop ends."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("outbox"))


class Office:
    """A desk over a world in memory, and what everybody was sent."""

    def __init__(self, parts: Parts, server: Server) -> None:
        self.parts, self.server = parts, server

    def work(self, at: datetime) -> None:
        run_once(self.parts, Clock(at))

    def got(self, person: str) -> list[EmailMessage]:
        return [parsed(one.data) for one in self.server.accepted if one.recipient == person]

    def troubles(self, person: str) -> list[str]:
        return [str(one["Subject"]) for one in self.got(person) if one["X-Mailbot-Kind"] == "warning"]

    def state(self) -> str:
        [case] = reports.cases(self.parts, NOON, None)
        return str(case["state"])


@contextmanager
def opened(ground: Ground) -> Iterator[Office]:
    ground.restore(ground.pristine)
    server = Server()
    with fake_parts(ground.config, Clock(NOON), server) as parts:
        yield Office(parts, server)


@pytest.fixture
def office(ground: Ground) -> Iterator[Office]:
    with opened(ground) as office:
        yield office


def at_rcpt(person: str, code: int) -> Callable[..., None]:
    """The server for outgoing mail answers so whenever this person is named."""

    def answer(action: str, *arguments: Any) -> None:
        if action == "smtp rcpt" and arguments[0] == person:
            raise Answer(code)

    return answer


def wrote(office: Office, sender: str, text: str, number: object, at: datetime = NOON, **headers: str) -> None:
    way = {"Authentication_Results": "mx.company.test; dmarc=pass header.from=people.test"}
    office.server.deliver(mail(sender, DESK, f"data {number}", text, number, **way, **headers), at)


def test_the_manager_hears_within_the_day_of_a_mail_that_others_leave_before(office: Office) -> None:
    office.server.before = at_rcpt(SATO, 450)
    wrote(office, SATO, WISH, 1)
    told = []
    for passed in (0, 0.5, 2, 4, 11, 26):
        office.work(NOON + passed * HOUR)
        told.append(len(office.troubles(BOSS)))
    assert told == [0, 0, 1, 1, 1, 2], "once a day"
    assert "has not left yet" in office.troubles(BOSS)[0]
    assert SATO not in "".join(one.as_string() for one in office.got(BOSS))
    office.server.before = lambda *_: None
    office.work(NOON + 30 * HOUR)
    assert len(office.got(SATO)) == 1, "it leaves as soon as it can"


def test_what_is_refused_for_good_is_told_at_once_and_what_is_given_up_after_five_days(office: Office) -> None:
    office.server.before = at_rcpt(SATO, 550)
    wrote(office, SATO, WISH, 1)
    office.work(NOON)
    assert len(office.troubles(HANA)) == 1
    office.server.before = at_rcpt(SUZUKI, 450)
    wrote(office, SUZUKI, WISH, 1)
    for day in (0, 1, 3, 4):
        office.work(NOON + MINUTE + day * 24 * HOUR)
    assert len([one for one in office.troubles(HANA) if "did not leave" in one or "送られていません" in one]) == 1
    office.work(NOON + 5 * 24 * HOUR + 2 * HOUR)
    assert len([one for one in office.troubles(HANA) if "did not leave" in one or "送られていません" in one]) == 2
    assert office.got(SATO) + office.got(SUZUKI) == []


def test_trouble_with_a_mail_about_trouble_makes_no_further_mail(office: Office) -> None:
    refused: list[str] = []

    def refuse(action: str, *arguments: Any) -> None:
        if action == "smtp rcpt" and arguments[0] in {SATO, HANA} and len(refused) < _MOST:
            refused.append(arguments[0])
            raise Answer(550)

    office.server.before = refuse
    wrote(office, SATO, WISH, 1)
    for hour in range(5):
        office.work(NOON + hour * HOUR)
    assert sorted(set(refused)) == [HANA, SATO]
    assert len(refused) == 3, "the acknowledgement, its notice, and the one mail that tells of it"


def lost_at_the_dot(person: str) -> Callable[..., None]:
    """The connection goes right after a mail to this person was handed over."""

    def lose(action: str, *arguments: Any) -> None:
        if action == "smtp dot" and arguments[1] == person:
            raise Lost

    return lose


def test_an_acknowledgement_whose_end_is_unknown_is_never_sent_again_and_staff_are_asked(office: Office) -> None:
    office.server.after = lost_at_the_dot(SATO)
    wrote(office, SATO, WISH, 1)
    for hour in range(4):
        office.work(NOON + hour * HOUR)
    assert len(office.got(SATO)) == 1
    [told] = [one for one in office.troubles(HANA) if "不明" in one]
    assert "受付" in told


def test_words_of_a_person_whose_end_is_unknown_are_never_sent_again(office: Office) -> None:
    wrote(office, SATO, "What do you use my telephone number for?", 1)
    office.work(NOON)
    [notice] = [one for one in office.got(HANA) if one["X-Mailbot-Kind"] == "notice"]
    from_staff(office, "We use it to ring you before we come.\n", notice, NOON + MINUTE)
    office.work(NOON + 2 * MINUTE)
    [preview] = [one for one in office.got(HANA) if one["X-Mailbot-Kind"] == "preview"]
    office.server.after = lost_at_the_dot(SATO)
    from_staff(office, f"送信 {codes_of(preview)[0]}", preview, NOON + 3 * MINUTE)
    for hour in range(4):
        office.work(NOON + 4 * MINUTE + hour * HOUR)
    assert len(office.got(SATO)) == 2, "the acknowledgement, and the words once"
    assert len([one for one in office.troubles(HANA) if "不明" in one]) == 1


def from_staff(office: Office, text: str, answered: EmailMessage, at: datetime) -> None:
    way = {"Authentication_Results": "mx.company.test; dmarc=pass header.from=company.test"}
    raw = mail(HANA, DESK, "Re", text, f"{at:%H%M}", In_Reply_To=str(answered["Message-ID"]), **way)
    office.server.deliver(raw, at)


@pytest.mark.parametrize(("acknowledged", "answered"), [(4, 1), (5, 0)])
def test_who_got_five_automatic_mails_within_an_hour_gets_no_sixth_for_a_day(
    office: Office, acknowledged: int, answered: int
) -> None:
    for number in range(acknowledged):
        wrote(office, SATO, f"{WISH} This is wish number {number}.", number)
    office.work(NOON)
    assert len(office.got(SATO)) == acknowledged
    first = str(office.got(SATO)[0]["Message-ID"])
    wrote(office, SATO, "Is there any update?", "again", NOON + MINUTE, In_Reply_To=first)
    office.work(NOON + 2 * MINUTE)
    assert len(office.got(SATO)) == acknowledged + answered
    assert ("自動応答でないか" in text_of(office.got(HANA)[-1])) == (not answered), "and staff are told why"
    wrote(office, SATO, "Is there any update now?", "later", NOON + 26 * HOUR, In_Reply_To=first)
    office.work(NOON + 26 * HOUR)
    assert len(office.got(SATO)) == acknowledged + answered + 1


def test_after_an_outage_of_days_the_first_passing_no_ends_nothing(office: Office) -> None:
    def away(action: str, *_: Any) -> None:
        if action.startswith("smtp"):
            raise Lost

    office.server.before = away
    wrote(office, SATO, WISH, 1)
    for day in range(7):
        office.work(NOON + day * 24 * HOUR)
    office.server.before = at_rcpt(SATO, 450)
    office.work(NOON + 6 * 24 * HOUR + HOUR)
    office.server.before = lambda *_: None
    office.work(NOON + 6 * 24 * HOUR + 2 * HOUR)
    assert len(office.got(SATO)) == 1
