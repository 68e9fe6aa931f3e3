"""The story of the demo: who writes when, from Friday 20 November to Thursday 3 December 2026, in Tokyo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailbot.demo import people, staff
from mailbot.demo.mails import Mail
from mailbot.demo.office import HANDLER, MANAGER
from mailbot.demo.staff import DigestAnswer, StaffMail

ZONE = ZoneInfo("Asia/Tokyo")
FIRST, LAST = date(2026, 11, 20), date(2026, 12, 3)
OPENING = datetime(2026, 11, 20, 14, 0, tzinfo=ZONE)
_MORNING = (time(8, 30, 1), time(9, 0, 1), time(9, 1))
"""A second after the digest and after the warnings are due; then, when what nobody answered is handed on."""
_SAKURAI, _WHITCOMBE = people.DISCLOSURE.sender, people.CORRECTION_AND_STOP.sender
_OKUBO = people.ERASURE.sender


@dataclass(frozen=True, slots=True)
class Scene:
    """A mail that arrives: when, from whom (a role, never a name), what it is. A copy was written at another moment."""

    at: datetime
    who: str
    what: str
    mail: Mail | StaffMail | DigestAnswer
    written_at: datetime | None = None


def scenes() -> list[Scene]:
    """Return the scenes in order of time."""
    return sorted([*_outside(), *_inside()], key=lambda scene: scene.at)


def moments() -> list[tuple[datetime, Scene | None]]:
    """Return every moment at which the clock stops, in order: the stops of each morning, and each mail."""
    arrivals: list[tuple[datetime, Scene | None]] = [(scene.at, scene) for scene in scenes()]
    return sorted([*arrivals, *((at, None) for at in _mornings())], key=lambda moment: moment[0])


def _outside() -> Iterator[Scene]:
    """Yield what comes from outside."""
    purpose_at = _at(24, "11:20")
    yield Scene(_at(20, "14:10"), "cleaning customer, ja", "asks to see the data held", people.DISCLOSURE)
    two_rights = "two rights: new address, no more advertising"
    yield Scene(_at(20, "15:02"), "laundry customer, en", two_rights, people.CORRECTION_AND_STOP)
    yield Scene(_at(20, "15:03"), "her mail program", "a vacation reply to the acknowledgement", people.VACATION)
    yield Scene(_at(21, "10:15"), "former customer, ja", "'erase everything', in ISO-2022-JP", people.ERASURE)
    yield Scene(_at(22, "21:40"), "parent (baby-sitting), ja", "a complaint, on Sunday night", people.COMPLAINT)
    yield Scene(_at(23, "03:12"), "spam", "an advertisement the mail server has marked", people.SPAM)
    false_customer = "writes as the first customer: 'my address is new'"
    yield Scene(_at(24, "10:05"), "a forger", false_customer, people.FALSE_CUSTOMER)
    yield Scene(purpose_at, "storage customer, en", "asks what the data is used for", people.PURPOSE)
    copy = "the same mail, delivered twice"
    yield Scene(_at(24, "11:21"), "storage customer, en", copy, people.PURPOSE, purpose_at)
    yield Scene(_at(25, "09:48"), "the first customer, ja", "answers with a driving licence, as PDF", people.PAPERS)
    yield Scene(_at(25, "16:20"), "storage customer, en", "answers the ack, asks one thing more", people.MORE)
    false_handler = "writes as the handler: 'send it all to this new address'"
    yield Scene(_at(26, "11:30"), "the forger", false_handler, people.FALSE_HANDLER)
    yield Scene(_at(26, "16:05"), "cleaning customer, ja", "wants to move a booking", people.BOOKING)
    yield Scene(_at(27, "09:40"), "the first customer, ja", "asks how it stands", people.STATUS)
    yield Scene(_at(27, "12:12"), "cleaning customer, ja", "uneasy, but asks for nothing clearly", people.UNSURE)
    yield Scene(_at(27, "18:45"), "former applicant, en", "'stop using my CV', with a PDF", people.APPLICANT)


def _inside() -> Iterator[Scene]:
    """Yield what staff and manager do with the mails they got."""
    yield _tap(_at(20, "15:30"), "taps *take* in the notice of two rights", _WHITCOMBE, "担当する")
    answers = StaffMail(HANDLER, _WHITCOMBE, "返信を書く", staff.ANSWER)
    yield Scene(_at(20, "15:50"), "the handler", "replies with the answer, in plain words", answers)
    yield _tap(_at(20, "15:54"), "taps *checked, send and close* in it", _WHITCOMBE, _SEND_AND_CLOSE)
    yield _tap(_at(20, "16:30"), "taps *take* in the first notice", _SAKURAI, "担当する")
    yield _tap(_at(20, "16:31"), "taps *ask for proof of identity* there", _SAKURAI, "本人確認を依頼")
    looks = StaffMail(HANDLER, _SAKURAI, "返信を書く", staff.LOOK)
    yield Scene(_at(25, "10:20"), "the handler", "replies '/添付', to see the papers", looks)
    checks = StaffMail(HANDLER, _SAKURAI, "返信を書く", staff.CHECKED)
    yield Scene(_at(25, "10:30"), "the handler", "replies '/本人確認 書類', a document checked", checks)
    yield _tap(_at(25, "10:32"), "taps *do it* in the preview", _SAKURAI, "実行する")
    partly = StaffMail(HANDLER, _SAKURAI, "返信を書く", staff.PARTLY)
    yield Scene(_at(30, "10:15"), "the handler", "replies '/一部 33-2-1': disclose in part", partly)
    yield _tap(_at(30, "10:18"), "taps *to the manager* in the preview", _SAKURAI, "管理責任者の承認に回す")
    yield Scene(_at(30, "13:40"), "the manager", "replies 'approve' and the code", staff.approves(_SAKURAI))
    yield from _to_the_gate()


def _to_the_gate() -> Iterator[Scene]:
    """Yield how a case that lay for days goes on, and is told why it takes time before the gate of day 14."""
    assigns = DigestAnswer(MANAGER, _OKUBO, staff.ASSIGNS)
    yield Scene(_at(31, "09:15"), "the manager", "answers the digest by the number of a line: '/assign'", assigns)
    yield _tap(_at(31, "09:40"), "taps *ask for proof of identity* there", _OKUBO, "本人確認を依頼")
    yield _tap(_at(33, "09:20"), "taps *send* in the drafted status letter", _OKUBO, "送信する")


_SEND_AND_CLOSE = "本人確認も済みにして、送信・完了にする"


def _tap(at: datetime, what: str, about: str, label: str) -> Scene:
    return Scene(at, "the handler", what, StaffMail(HANDLER, about, label))


def _mornings() -> Iterator[datetime]:
    for number in range((LAST - FIRST).days + 1):
        for clock in _MORNING:
            at = datetime.combine(FIRST + timedelta(days=number), clock, ZONE)
            if at > OPENING:
                yield at


def _at(day: int, clock: str) -> datetime:
    """Return a moment of the story; `day` counts from the first of November, 31 is the first of December."""
    on = date(2026, 11, 1) + timedelta(days=day - 1)
    return datetime.combine(on, time.fromisoformat(clock), ZONE)
