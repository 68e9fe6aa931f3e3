"""The story of the demo: what arrives when, from Friday 20 November to Monday 7 December 2026, in Tokyo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailbot.demo import mails
from mailbot.demo.mails import Mail
from mailbot.demo.office import HANDLER

ZONE = ZoneInfo("Asia/Tokyo")
FIRST, LAST = date(2026, 11, 20), date(2026, 12, 7)
OPENING = datetime(2026, 11, 20, 14, 0, tzinfo=ZONE)
_MORNING = (time(8, 30, 1), time(9, 0, 1))
"""A second after the digest and after the warnings are due."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A mail that arrives: when, from whom (a role, never a name), what it is. A copy was written at another moment."""

    at: datetime
    who: str
    what: str
    mail: Mail
    written_at: datetime | None = None


def scenes() -> list[Scene]:
    """Return the scenes in order of time."""
    return [
        Scene(_at(20, "14:10"), "cleaning customer, ja", "asks to see the data held", mails.DISCLOSURE),
        Scene(
            _at(20, "15:02"),
            "laundry customer, en",
            "two rights: new address, no more advertising",
            mails.CORRECTION_AND_STOP,
        ),
        Scene(
            _at(20, "15:03"),
            "her mail program",
            "a vacation reply to the acknowledgement",
            mails.VACATION,
        ),
        Scene(_at(21, "10:15"), "former customer, ja", "'erase everything', in ISO-2022-JP", mails.ERASURE),
        Scene(_at(22, "21:40"), "parent (baby-sitting), ja", "a complaint, on Sunday night", mails.COMPLAINT),
        Scene(_at(23, "03:12"), "spam", "an advertisement the mail server has marked", mails.SPAM),
        Scene(_at(24, "10:05"), "a forger", "writes as the first customer: 'my address is new'", mails.FORGED),
        Scene(_at(24, "11:20"), "storage customer, en", "asks what the data is used for", mails.PURPOSE),
        Scene(
            _at(24, "11:21"),
            "storage customer, en",
            "the same mail, delivered twice",
            mails.PURPOSE,
            _at(24, "11:20"),
        ),
        Scene(
            _at(25, "09:48"),
            "the first customer, ja",
            "answers the ack, asks one thing more",
            mails.FOLLOW_UP,
        ),
        Scene(_at(25, "13:30"), "the handler", "answers the notice", mails.staff_answer(HANDLER)),
        Scene(_at(26, "16:05"), "cleaning customer, ja", "wants to move a booking", mails.BOOKING),
        Scene(
            _at(27, "12:12"),
            "cleaning customer, ja",
            "uneasy, but asks for nothing clearly",
            mails.UNSURE,
        ),
        Scene(_at(27, "18:45"), "former applicant, en", "'stop using my CV', with a PDF", mails.APPLICANT),
    ]


def moments() -> list[tuple[datetime, Scene | None]]:
    """Return every moment at which the clock stops, in order: each morning twice, and each mail."""
    arrivals: list[tuple[datetime, Scene | None]] = [(scene.at, scene) for scene in scenes()]
    return sorted([*arrivals, *((at, None) for at in _mornings())], key=lambda moment: moment[0])


def _mornings() -> Iterator[datetime]:
    for number in range((LAST - FIRST).days + 1):
        for clock in _MORNING:
            at = datetime.combine(FIRST + timedelta(days=number), clock, ZONE)
            if at > OPENING:
                yield at


def _at(day: int, clock: str) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), ZONE)
