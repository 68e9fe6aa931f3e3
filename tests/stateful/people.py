"""What people and machines write to the desk: a fixed stock of first mails, and answers to what they got."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache, lru_cache

from tests.e2e.by_mail import PROVED, links
from tests.e2e.desk import mail, parsed
from tests.e2e.test_desk_stories import bounce_of
from tests.fakes.ground import BOSS, DESK, HANA
from tests.invariants.world import Written, message_id

CANARY = "カナリア通り"
SECRETS = frozenset({CANARY, "quetzalcoatl"})
STOCK = 120
"""So many first mails, each of somebody else; a run takes them in any order, and may take one several times."""
_WISHES = (
    ("お願い", f"私の個人データを開示してください。\n{CANARY}7番地"),
    (CANARY, "引っ越しました。登録されている住所を訂正してください。"),
    ("配信停止", "広告のメールの配信を停止してください。"),
    ("退会", "私の個人情報をすべて削除してください。"),
    ("My data", "Please send me a copy of the personal data you hold about me.\nquetzalcoatl"),
    ("quetzalcoatl", "I moved. Please correct my address, and stop sending me the magazine."),
    ("Remove me", "Please delete all my personal data."),
)
_PROVED = {"Authentication_Results": PROVED}
_MACHINES: tuple[Mapping[str, str], ...] = (
    {"Auto_Submitted": "auto-replied"},
    {"Precedence": "list", "List_Id": "<news.people.test>"},
)
COMMANDS = (
    *("/take", "/担当", "/note 電話しました", "/status", "/照会 本人", "/種別 開示", "/snooze 2", "/history", "/why"),
    *("/help", "/list", "/nosuch", "/hold", "/hold off", "/assign boss", "/undo", "/close withdrawn", "/取消"),
)
DRAFTS = (
    "広告の配信を停止いたしました。\nご不明の点は、このメールにご返信ください。",
    "Your address is corrected. Please reply to this mail if anything is wrong.",
    "/grant\nご依頼のとおりにいたしました。",
)
DIGEST_ANSWERS = ("/assign 1 hana", "/take 1", "/snooze 1 2\n/note 2 電話", "/approve 1", "/status 9", "/list")


@dataclass(frozen=True)
class Mail:
    """A mail before it is sent: what is delivered, and what the checker has to know of it."""

    written: Written

    @property
    def raw(self) -> bytes:
        return self.written.raw


def _mail(raw: bytes, sender: str, *becomes: str) -> Mail:
    return Mail(Written(sender, message_id(raw), raw, frozenset(becomes), opens=becomes == ("case",)))


@cache
def first_mail(number: int) -> Mail:
    """The first mail of the stock's person with this number: a wish in Japanese or English, in several shapes."""
    sender, (subject, text) = f"p{number}@people.test", _WISHES[number % len(_WISHES)]
    raw = mail(sender, DESK, subject, text, f"first-{number}")
    if number % 5 == 1:
        message = parsed(raw)
        message.add_alternative(f"<p>{text}</p>", subtype="html")
        raw = message.as_bytes()
    if number % 5 == 2:
        message = parsed(raw)
        message.add_attachment(b"%PDF-1.7\n%%EOF\n", "application", "pdf", filename="本人確認.pdf")
        raw = message.as_bytes()
    return _mail(raw, sender, "case")


@cache
def machine_mail(number: int) -> Mail:
    """A mail that a program wrote."""
    sender = f"robot{number}@people.test"
    headers = _MACHINES[number % len(_MACHINES)]
    return _mail(mail(sender, DESK, "data", "Please send me my data.", f"robot-{number}", **headers), sender, "machine")


@lru_cache(5_000)
def seen(raw: bytes) -> EmailMessage:
    """A mail of the desk as its reader sees it."""
    return parsed(raw)


def reply(raw: bytes, who: str, number: str, text: str, *becomes: str, **headers: str) -> Mail:
    """An answer to a mail of the desk, in its thread."""
    got = seen(raw)
    thread = {"In_Reply_To": str(got["Message-ID"]), "References": str(got["Message-ID"])}
    return _mail(mail(who, DESK, f"Re: {got['Subject']}", text, number, **(thread | headers)), who, *becomes)


def staff_reply(raw: bytes, who: str, number: str, text: str) -> Mail:
    """An answer of somebody of the staff that our own border vouches for."""
    return reply(raw, who, number, text, "staff", **_PROVED)


def tap(raw: bytes, who: str, number: str, label: str) -> Mail | None:
    """The mail that a link opens; None where the mail has no such link."""
    for one in links(seen(raw)):
        if label in one.label:
            return _mail(mail(who, DESK, one.subject, one.body, number, **_PROVED), who, "staff")
    return None


def bounce(raw: bytes, number: str) -> Mail:
    """A report that a mail of the desk could not be delivered."""
    whole = bounce_of(seen(raw)).replace("<report@", f"<{number}.report@").encode()
    return _mail(whole, "MAILER-DAEMON@people.test", "machine")


def _flipped(raw: bytes) -> bytes:
    """The mail with the last character of its token changed."""
    whole = str(seen(raw)["Message-ID"])
    token = whole.split(".")[1]
    other = token[:-1] + ("a" if token[-1] != "a" else "b")
    return raw.replace(token.encode(), other.encode())


FORGERIES: Mapping[str, Callable[[bytes, str], Mail]] = {
    "unproved": lambda raw, number: reply(raw, HANA, number, "/close withdrawn", "staff"),
    "stranger": lambda raw, number: reply(raw, "eve@evil.test", number, "/close withdrawn", "held"),
    "flipped": lambda raw, number: reply(_flipped(raw), HANA, number, "/close withdrawn", "held", **_PROVED),
    "colleague": lambda raw, number: reply(raw, BOSS, number, "/close withdrawn", "held", **_PROVED),
    "draft": lambda raw, number: reply(raw, "eve@evil.test", number, DRAFTS[0], "held"),
}
"""What somebody writes who is not who they say, or has got hold of a mail to staff."""
