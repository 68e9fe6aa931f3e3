"""Mail bombs: a flood goes into one case, honest people are answered meanwhile, and staff hear of it in a few mails."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from mailbot import reports
from mailbot.core.conservation import conservation_line
from mailbot.edge.clock import Clock
from mailbot.steps.parts import Parts
from mailbot.store.engine import read
from mailbot.store.ledger import counts
from mailbot.worker import run_once
from tests.e2e.desk import mail, parsed
from tests.fakes.ground import BOSS, DESK, HANA, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server

NOON = datetime.fromisoformat("2026-11-26T12:00:00+09:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SENDER, ALIKE, DOMAIN, UNPROVED = 3, 4, 6, 9
CAPS = {
    "flood_sender_day": SENDER,
    "flood_alike_day": ALIKE,
    "flood_domain_day": DOMAIN,
    "flood_unproved_day": UNPROVED,
}
BOMB = "Please send me a copy of my data at once. I shall go on writing until you have done it, day and night."
WORDS = (
    "Please tell me which of my data you keep and where they came from, and to whom you gave them.",
    "I moved in March; my old street is still printed on your letters. Please correct it soon.",
    "Your catalogue still comes every month although I asked you by telephone to stop sending it.",
    "My daughter's name is misspelt on the storage box, and so is ours. Could you put that right?",
    "What do you use the photographs for that your cleaning staff took of our kitchen last week?",
    "I left the service two years ago and want everything that you still know of me to be erased.",
    "Somebody else's invoice was in the envelope with mine. I think that you should know of this.",
    "Is it true that you hand our telephone number to the laundry? I never agreed to such a thing.",
    "How long do you keep the recording of a call? I would like to hear mine from last Wednesday.",
    "The birthday on my account is my husband's. Please change it, or tell me what papers you need.",
    "Kindly stop using my address for advertising of the baby-sitting service; we have no children.",
    "I object to the survey that was sent to my office. Who gave you the address of my employer?",
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("flood"), limits=CAPS)


class Office:
    """A desk over a world in memory, at noon of a working day."""

    def __init__(self, parts: Parts, server: Server) -> None:
        self.parts, self.server = parts, server

    def put(self, *mails: bytes, at: datetime = NOON) -> None:
        for one in mails:
            self.server.deliver(one, at)

    def work(self, at: datetime = NOON) -> None:
        assert run_once(self.parts, Clock(at)) == 0

    def cases(self) -> list[dict[str, Any]]:
        return reports.cases(self.parts, NOON, None)

    def floods(self) -> list[dict[str, Any]]:
        return [one for one in self.cases() if "flood" in one["flags"]]

    def outside(self) -> list[str]:
        return [one.recipient for one in self.server.accepted if one.recipient not in {HANA, BOSS}]

    def told(self, person: str) -> list[str]:
        """The subjects of what somebody was told about floods."""
        mails = [parsed(one.data) for one in self.server.accepted if one.recipient == person]
        return [str(one["Subject"]) for one in mails if "大量" in str(one["Subject"]) or "Flood" in str(one["Subject"])]

    def notices(self) -> int:
        mails = [parsed(one.data) for one in self.server.accepted if one.recipient == HANA]
        return sum(one["X-Mailbot-Kind"] == "notice" for one in mails)

    def sum(self) -> str:
        with read(self.parts.engine) as connection:
            return conservation_line(counts(connection))


@contextmanager
def opened(ground: Ground, **limits: Any) -> Iterator[Office]:
    ground.restore(ground.pristine)
    server = Server()
    config = ground.config.model_copy(update={"limits": ground.config.limits.model_copy(update=limits)})
    with fake_parts(config, Clock(NOON), server) as parts:
        yield Office(parts, server)


@pytest.fixture
def office(ground: Ground) -> Iterator[Office]:
    with opened(ground) as office:
        yield office


def wish(sender: str, text: str, number: object = 1, *, proved: bool = False) -> bytes:
    domain = sender.partition("@")[2]
    way = {"Authentication_Results": f"mx.company.test; dmarc=pass header.from={domain}"} if proved else {}
    return mail(sender, DESK, "my data", text, number, **way)


def honest(count: int = len(WORDS), domain: str = "people.test") -> list[bytes]:
    return [wish(f"honest-{number}@{domain}", text, number, proved=True) for number, text in enumerate(WORDS[:count])]


def of_one_sender(count: int) -> list[bytes]:
    return [wish("angry@bomb.test", f"{WORDS[number % 12]} {number}", number) for number in range(count)]


def of_one_domain(count: int) -> list[bytes]:
    return [wish(f"r{number}@h{number}.bomb.test", f"{WORDS[number % 12]} {number}", number) for number in range(count)]


def of_one_text(count: int) -> list[bytes]:
    return [wish(f"r{number}@bomb{number}.test", f"{BOMB} {number}", number) for number in range(count)]


def of_nothing_alike(count: int) -> list[bytes]:
    return [wish(f"r{number}@bomb{number}.test", WORDS[number], number) for number in range(count)]


SHAPES: list[tuple[Callable[[int], list[bytes]], int]] = [
    (of_one_sender, SENDER),
    (of_one_domain, DOMAIN),
    (of_one_text, ALIKE),
    (of_nothing_alike, UNPROVED),
]


@pytest.mark.parametrize(("bomb", "own_cases"), SHAPES)
def test_what_goes_beyond_a_limit_goes_into_one_case_and_nothing_of_it_is_lost(
    office: Office, bomb: Callable[[int], list[bytes]], own_cases: int
) -> None:
    office.put(*bomb(12))
    office.work()
    folded = 12 - own_cases
    assert (len(office.cases()), [one["folded"] for one in office.floods()]) == (own_cases + 1, [folded])
    assert office.sum().startswith(f"in 12 = cases {own_cases + 1} + follow-ups {folded - 1} ")
    assert len(office.outside()) == own_cases, "what is folded is not acknowledged"
    assert office.notices() == own_cases, "and not noticed one by one"
    assert office.floods()[0]["requests"][0]["dates"]["notice_on"], "its clock runs"


def test_honest_people_are_answered_in_the_midst_of_a_bomb(office: Office) -> None:
    bomb, people = of_one_text(60), honest()
    for place, one in enumerate(people):
        bomb.insert(place * 6, one)
    office.put(*bomb)
    office.work()
    assert sorted(one for one in office.outside() if one.startswith("honest")) == sorted(
        f"honest-{number}@people.test" for number in range(len(people))
    )
    assert office.floods()[0]["folded"] == 60 - ALIKE


def test_a_bomb_in_somebodys_name_and_from_their_provider_leaves_their_own_mail_alone(office: Office) -> None:
    forged = [wish("honest-1@people.test", f"{WORDS[number]} And soon!", f"forged-{number}") for number in range(9)]
    office.put(*forged, *honest())
    office.work()
    answered = [office.outside().count(f"honest-{number}@people.test") for number in range(12)]
    assert answered == [1, SENDER + 1, *[1] * 10]
    assert office.floods()[0]["folded"] == 9 - SENDER


def test_staff_are_told_at_once_and_at_each_power_of_ten(office: Office) -> None:
    made = of_one_text(ALIKE + 120)
    told = []
    for hour, (start, last) in enumerate(((0, 5), (5, 13), (13, 16), (16, 103), (103, 124))):
        office.put(*made[start:last])
        office.work(NOON + hour * HOUR)
        told.append((len(office.told(HANA)), len(office.told(BOSS))))
    assert told == [(1, 0), (1, 0), (2, 0), (2, 0), (3, 1)]


def test_the_digest_and_the_case_tell_the_number(office: Office) -> None:
    office.put(*of_one_text(30))
    office.work()
    [flood] = office.floods()
    digest = reports.print_digest(office.parts, (NOON + 24 * HOUR).date(), NOON + 20 * HOUR)
    assert f"まとめた大量のメール: {30 - ALIKE}通" in " ".join(digest.split())
    found = reports.case(office.parts, flood["ref"])
    assert found is not None
    assert f"{30 - ALIKE} mails of a flood" in reports.case_text(found, office.parts.rules.calendar.zone)
    assert len([one for one in found["messages"] if one["direction"] == "in"]) == 1
    assert [one["name"] for one in found["events"]].count("messages_folded") == 1


def test_a_request_that_a_person_takes_out_of_a_flood_gets_its_own_case_and_acknowledgement(office: Office) -> None:
    office.put(*of_one_text(8))
    office.work()
    before = office.outside()
    listed = reports.held(office.parts, "folded", None, "", NOON)
    number = int(listed[-1].split()[0])
    assert len(listed) == 8 - ALIKE - 1, "the first of a flood is its case's own"
    assert any(BOMB in line for line in reports.held(office.parts, "show", number, "", NOON))
    reports.held(office.parts, "retry", number, "", NOON)
    office.work(NOON + HOUR)
    assert set(office.outside()) - set(before) == {"r7@bomb7.test"}
    assert len(office.cases()) == ALIKE + 2
    assert office.sum().startswith("in 8 = cases 6 + follow-ups 2 ")


def test_a_flood_after_its_case_was_closed_gets_a_case_of_its_own_and_each_day_counts_anew(office: Office) -> None:
    office.put(*of_one_text(ALIKE + 3))
    office.work()
    tomorrow = NOON + 24 * HOUR
    office.put(*(wish(f"t{number}@t{number}.test", f"{BOMB} {number}", number) for number in range(ALIKE)), at=tomorrow)
    office.work(tomorrow)
    assert [one["folded"] for one in office.floods()] == [3]
    assert len(office.cases()) == 2 * ALIKE + 1


def test_a_form_of_the_company_may_write_as_often_as_it_has_to(ground: Ground) -> None:
    with opened(ground, flood_exempt=["form@company.test"], flood_unproved_day=0) as office:
        office.put(*(wish("form@company.test", f"{BOMB} {number}", number) for number in range(12)))
        office.work()
        assert (len(office.cases()), office.floods()) == (12, [])


def test_mail_of_machines_and_copies_never_counts_as_a_flood(office: Office) -> None:
    news = [mail("news@bomb.test", DESK, "News", BOMB, number, List_Id="<news.bomb.test>") for number in range(12)]
    office.put(*news, *[wish("sato@people.test", BOMB)] * 12)
    office.work()
    assert (len(office.cases()), office.floods()) == (1, [])


def test_a_copy_of_a_folded_mail_is_a_copy(office: Office) -> None:
    office.put(*of_one_text(ALIKE + 3), *of_one_text(ALIKE + 3))
    office.work()
    assert len(office.cases()) == ALIKE + 1
    assert office.floods()[0]["folded"] == 3
    assert f"duplicates {ALIKE + 3} " in office.sum()


def acknowledged_at(office: Office, moments: Sequence[datetime]) -> list[int]:
    found = []
    for moment in moments:
        office.work(moment)
        found.append(len(office.outside()))
    return found


def test_acknowledgements_of_proved_mail_do_not_wait_behind_mail_that_nothing_proves(ground: Ground) -> None:
    with opened(ground, acks_per_hour=2, flood_unproved_day=0, flood_alike_day=0) as office:
        office.put(*of_nothing_alike(12), *honest())
        assert acknowledged_at(office, [NOON, NOON + 61 * MINUTE, NOON + 122 * MINUTE]) == [2 + 12, 4 + 12, 6 + 12]


def test_an_acknowledgement_that_would_come_too_late_is_withheld_and_the_case_says_so(ground: Ground) -> None:
    off = dict.fromkeys(CAPS, 0)
    with opened(ground, acks_per_hour=1, **off) as office:
        office.put(*(wish(f"r{number}@bomb{number}.test", BOMB, number) for number in range(60)))
        office.work()
        withheld = [one for one in office.cases() if one["state"] == "unacknowledged"]
        assert 60 - 37 <= len(withheld) <= 60 - 25, "until the end of the next business day one an hour may leave"
        found = reports.case(office.parts, withheld[0]["ref"])
        assert found is not None
        assert "hour_limit" in [one["data"].get("why") for one in found["events"]]


def test_notices_of_unproved_mail_are_spread_over_the_hours_and_none_is_left_out(ground: Ground) -> None:
    off = dict.fromkeys(CAPS, 0)
    with opened(ground, flood_notices_hour=5, **off) as office:
        office.put(*of_nothing_alike(12), *honest())
        found = []
        for moment in (NOON, NOON + 61 * MINUTE, NOON + 122 * MINUTE):
            office.work(moment)
            found.append(office.notices())
        assert found == [5 + 12, 10 + 12, 12 + 12]


def test_who_writes_to_a_case_again_and_again_does_not_bury_the_desk(ground: Ground) -> None:
    with opened(ground, flood_notices_hour=5) as office:
        office.put(wish("taro@people.test", WORDS[0]), wish("jiro@people.test", WORDS[1]))
        office.work()
        own = {one.recipient: parsed(one.data) for one in office.server.accepted if one.recipient not in {HANA, BOSS}}
        more = [reply("taro@people.test", own["taro@people.test"], f"And {number}.") for number in range(12)]
        office.put(*more, reply("jiro@people.test", own["jiro@people.test"], "One thing more."))
        found = []
        for moment in (NOON, NOON + 61 * MINUTE, NOON + 122 * MINUTE):
            office.work(moment)
            found.append(office.notices())
        assert found == [5 + 2, 10 + 2, 13 + 2]
        assert len(office.cases()) == 2


def test_a_new_wish_in_the_midst_of_many_messages_is_told_at_once(ground: Ground) -> None:
    with opened(ground, flood_notices_hour=2) as office:
        office.put(wish("taro@people.test", WORDS[0]))
        office.work()
        [own] = [parsed(one.data) for one in office.server.accepted if one.recipient == "taro@people.test"]
        office.put(*(reply("taro@people.test", own, f"And {number}.") for number in range(6)))
        office.work()
        before = office.notices()
        assert before < 5
        office.put(reply("taro@people.test", own, "This is a complaint about how you treat my personal data."))
        office.work(NOON + MINUTE)
        assert office.notices() == before + 1


def reply(sender: str, letter: EmailMessage, text: str) -> bytes:
    """What somebody answers to a letter of ours."""
    thread = f"In-Reply-To: {letter['Message-ID']}\r\n".encode()
    return thread + mail(sender, str(letter["Reply-To"]), f"Re: {letter['Subject']}", text, f"{sender} {text}")
