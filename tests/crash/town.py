"""Ten mails, and the people who write them: each answers what reaches them, at once and only once.

What people do follows from the world alone, so that a copy of the world is a copy of them too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.e2e.by_mail import PROVED, links, text_of
from tests.e2e.desk import mail, parsed
from tests.e2e.test_desk_stories import bounce_of
from tests.fakes.ground import DESK, HANA
from tests.fakes.server import Accepted, Server
from tests.invariants.world import Written, headers_of, message_id

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
SATO, SMITH, GONE = "sato@people.test", "smith@people.test", "gone@people.test"
AWAY, JUNK = "away@people.test", "junk@people.test"
SECRETS = frozenset({"カナリア通り", "quetzalcoatl", "0901234567", "draft-canary"})
_STAFF = {"Authentication_Results": PROVED}
_JA = "広告のメールの配信を停止してください。\nカナリア通り7番地、電話0901234567\n"
_EN = "Please send me a copy of my data.\nquetzalcoatl, 0901234567\n"
ANSWER = "広告の配信を停止いたしました。\nご不明の点は、このメールにご返信ください。"


def first_mails() -> list[tuple[bytes, str]]:
    """What lies in the mailbox before the worker begins, and in which folder."""
    sato = mail(SATO, DESK, "カナリア通り", _JA, "sato-1")
    return [
        (sato, "INBOX"),
        (mail(SMITH, DESK, "quetzalcoatl", _EN, "smith-1"), "INBOX"),
        (sato, "INBOX"),
        (mail(GONE, DESK, "Data", _EN, "gone-1"), "INBOX"),
        (mail(AWAY, DESK, "Out of office", "I am away.", "away-1", Auto_Submitted="auto-replied"), "INBOX"),
        (mail(JUNK, DESK, "お願い", "私の個人データを開示してください。", "junk-1"), "Junk"),
    ]


@dataclass(frozen=True)
class Fate:
    """Who writes a mail, what it becomes, and whether it opens a case."""

    who: str
    becomes: str
    opens: bool = False


FATES: Mapping[str, Fate] = {
    "sato-1": Fate(SATO, "case", opens=True),
    "smith-1": Fate(SMITH, "case", opens=True),
    "gone-1": Fate(GONE, "case", opens=True),
    "away-1": Fate(AWAY, "machine"),
    "junk-1": Fate(JUNK, "held"),
    "sato-2": Fate(SATO, "follow-up"),
    "bounce": Fate("MAILER-DAEMON@people.test", "machine"),
    "take": Fate(HANA, "staff"),
    "draft": Fate(HANA, "staff"),
    "confirm": Fate(HANA, "staff"),
}


@dataclass(frozen=True)
class Answer:
    """What somebody does with a mail of a kind that reaches them and holds some words."""

    name: str
    who: str
    kind: str
    words: str
    write: Callable[[Any], bytes]


def _reply(number: str, sender: str, text: str, **headers: str) -> Callable[[Any], bytes]:
    def write(got: Any) -> bytes:
        thread = {"In_Reply_To": str(got["Message-ID"]), "References": str(got["Message-ID"])}
        return mail(sender, DESK, f"Re: {got['Subject']}", text, number, **(thread | headers))

    return write


def _confirm(got: Any) -> bytes:
    link = next(one for one in links(got) if "送信" in one.label)
    return mail(HANA, DESK, link.subject, link.body, "confirm", **_STAFF)


def _bounce(got: Any) -> bytes:
    return bounce_of(got).replace("<report@", "<bounce.report@").encode()


ANSWERS = (
    Answer("sato-2", SATO, "ack", "", _reply("sato-2", SATO, "追伸: メールアドレスも変わりました。カナリア通り")),
    Answer("bounce", GONE, "ack", "", _bounce),
    Answer("take", HANA, "notice", SMITH, _reply("take", HANA, "/take\n", **_STAFF)),
    Answer("draft", HANA, "notice", SATO, _reply("draft", HANA, ANSWER, **_STAFF)),
    Answer("confirm", HANA, "preview", "広告の配信", _confirm),
)


def live_in(server: Server) -> None:
    """Let people answer what the server takes."""

    def heard(action: str, *arguments: Any) -> None:
        if action == "smtp dot":
            _answer(server, Accepted(*arguments))

    server.after = heard


def settle(server: Server) -> None:
    """Bring the first mails, and people who answer."""
    for raw, folder in first_mails():
        server.deliver(raw, NOW, folder)
    live_in(server)


def written(server: Server) -> list[Written]:
    """Every mail that was written so far."""
    raws = {message_id(one.message.raw): one.message.raw for one in server.delivered}
    return [_written(FATES[_name(raw)], id_, raw) for id_, raw in raws.items()]


def _written(fate: Fate, id_: str, raw: bytes) -> Written:
    return Written(fate.who, id_, raw, frozenset({fate.becomes}), fate.opens)


def _answer(server: Server, got: Accepted) -> None:
    kind = str(headers_of(got.data)["X-Mailbot-Kind"] or "")
    for one in ANSWERS:
        if (one.who, one.kind) == (got.recipient, kind) and not _is_done(server, one.name):
            message = parsed(got.data)
            if one.words in text_of(message):
                server.deliver(one.write(message), NOW)


def _is_done(server: Server, name: str) -> bool:
    return any(_name(one.message.raw) == name for one in server.delivered)


def _name(raw: bytes) -> str:
    """The name of a mail of this town, which its Message-ID begins with."""
    found = re.match(r"<([a-z0-9-]+)\.", message_id(raw))
    assert found, message_id(raw)
    return found[1]
