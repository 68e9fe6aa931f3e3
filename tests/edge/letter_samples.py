"""Invented letters for the tests: one builder for each template, every field of its context and no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.core.calendar import Calendar
from mailbot.core.conservation import conservation_line
from mailbot.core.desk.preview import Offered
from mailbot.core.kinds import KINDS
from mailbot.core.letters import (
    Company,
    DigestApproval,
    DigestLine,
    DigestRequest,
    DigestSection,
    HeldLine,
    Letter,
    LetterKind,
    Rendered,
    RequestLine,
    Said,
    Tap,
    Week,
)
from mailbot.core.message import Attachment, Language
from mailbot.core.statistics import Answer, Counts, figures, week
from mailbot.core.warning import WarnedLine
from mailbot.edge.render import Renderer
from mailbot.resources import templates_folder

TOKYO = ZoneInfo("Asia/Tokyo")
REF = "KJ-2026-000123-C"
ARRIVED = datetime(2026, 11, 20, 14, 10, tzinfo=TOKYO)
NOTICE_ON, GATE_ON, TOTAL_ON = date(2026, 12, 3), date(2026, 12, 4), date(2026, 12, 7)
COMPANY = {
    Language.JA: Company("見本家事サービス株式会社", "個人情報相談窓口", "privacy@company.test"),
    Language.EN: Company("Sample Home Services, Inc.", "Personal Information Desk", "privacy@company.test"),
}
RENDERER = Renderer([templates_folder()])
TOKEN = "as" + "kd7f3m9pqx2hz5w8" * 2 + "kd7f3"
SECRET = "kd7f3m9pqx"
MAILBOX = f"privacy+{TOKEN}@company.test"
IDENTITY_FREE = {"marketing_stop", "complaint", "opinion", "incident_tip", "inquiry", "not_for_us"}
LINES = {
    Language.JA: ("/担当", "/照会 本人", "", "/種別 ", "/迷惑", "/完了 取下げ", "/取消", "/状況"),
    Language.EN: ("/take", "/ask id", "", "/type ", "/spam", "/close withdrawn", "/undo", "/status"),
}
TAPS = ("take", "ask_id", "reply", "type", "spam", "withdrawn", "cancel", "status")
PAPERS = Attachment("委任状.pdf", "application/pdf", 123_456, "ab12cd34ef56" + "0" * 52, "application/pdf")
LOCKED = Attachment("本人確認.zip", "image/png", 9_876, "12ab34cd56ef" + "0" * 52, "application/zip", is_encrypted=True)
REPLY = {
    Language.JA: "見本 花子 様\n\n契約の記録を取り寄せております。\n12月1日(火)までに、あらためてご連絡いたします。",
    Language.EN: "Dear Hanako Mihon,\n\nWe are collecting the records.\nWe will write again by Tuesday, 1 December.",
}


def taps(language: Language, *codes: str) -> list[Tap]:
    """Return what a reader can do, as the desk writes it."""
    return [Tap(code, LINES[language][TAPS.index(code)]) for code in codes]


def request_line(kind: str, language: Language, number: int = 1, gate_on: date | None = GATE_ON) -> RequestLine:
    """Return a request that arrived on 20 November 2026 and is owed a notice after 8 business days."""
    name = KINDS[kind].name(language)
    return RequestLine(number, kind, name, NOTICE_ON, TOTAL_ON, gate_on, 8, 0.93, ("情報を開示",))


def acknowledgement(language: Language, *kinds: str, gate_on: date | None = GATE_ON, **other: object) -> Rendered:
    """Write the acknowledgement of a mail that asks for `kinds`."""
    lines = [request_line(kind, language, number, gate_on) for number, kind in enumerate(kinds, 1)]
    context: dict[str, object] = {
        "ref": REF,
        "received_at": ARRIVED,
        "today": ARRIVED.date(),
        "requests": lines,
        "kinds": set(kinds),
        "needs_identity": not set(kinds) <= IDENTITY_FREE,
        "mentions_agent": False,
        "is_unclassified": "unclassified" in kinds,
    }
    return write("acknowledgement", LetterKind.ACK, language, context | other)


def notice(language: Language, **other: object) -> Rendered:
    """Write the notice of a new disclosure and marketing-stop request."""
    context: dict[str, object] = {
        "ref": REF,
        "requests": [request_line("disclosure", language), request_line("marketing_stop", language, 2)],
        "received_at": ARRIVED,
        "language_of_mail": "ja",
        "sender": "hanako@requester.example",
        "sender_name": "見本 花子",
        "dmarc": "pass",
        "handler": None,
        "flags": ["agent"],
        "text": "はじめまして。\n私の個人データを開示してください。\n\nよろしくお願いいたします。",
        "attachments": [PAPERS, LOCKED],
        "days_left": 8,
        "due_on": NOTICE_ON,
        "is_follow_up": False,
        "ack_withheld": None,
        "taps": taps(language, "take", "ask_id", "reply", "type", "spam", "withdrawn"),
        "has_identity": False,
        "identity_tier": 3,
        "is_closed": False,
        "hints": [],
        "related": "",
    }
    return write("notice", LetterKind.NOTICE, language, context | other)


def warned(kind: str, *points: str | Said, number: int = 1, days_left: int = 3) -> WarnedLine:
    """Return one request of a warning, with codes that need no value or lines that bring theirs."""
    said = tuple(one if isinstance(one, Said) else Said(one) for one in points)
    return WarnedLine(number, kind, NOTICE_ON, days_left, GATE_ON, said)


def warning(language: Language, **other: object) -> Rendered:
    """Write the warning of a handler three business days before the notice is due."""
    context: dict[str, object] = {
        "ref": REF,
        "lines": [warned("disclosure", "half_used", "three_left")],
        "due_on": NOTICE_ON,
        "days_left": 3,
        "is_handed_on": False,
        "is_idle": False,
        "handler": None,
        "recipient_role": "handler",
        "stands_in": False,
        "hand_on_days": 1,
    }
    return write("warning", LetterKind.WARNING, language, context | other)


def letter_trouble(language: Language, **other: object) -> Rendered:
    """Write the note that an acknowledgement may or may not have left."""
    context: dict[str, object] = {
        "ref": REF,
        "letter_kind": "ack",
        "trouble": "unknown",
        "code": "lost",
        "message_id": "<cv1.abcdef@company.test>",
    }
    return write("letter_trouble", LetterKind.NOTICE, language, context | other)


def flood(language: Language, **other: object) -> Rendered:
    """Write that a flood of mail went into one case."""
    context: dict[str, object] = {
        "ref": REF,
        "count": 1_000,
        "reason": "flood_alike",
        "due_on": NOTICE_ON,
        "handler": None,
    }
    return write("flood", LetterKind.WARNING, language, context | other)


def digest(language: Language, **other: object) -> Rendered:
    """Write a digest of a desk with a case in every section, a held mail and a mail that came back."""
    return write("digest", LetterKind.DIGEST, language, digest_values() | other)


def report(language: Language, **other: object) -> Rendered:
    """Write the report of a week."""
    answers = [
        Answer("disclosure", ARRIVED - timedelta(days=days), ARRIVED, ARRIVED.date() - timedelta(days=late), *end)
        for days, late, end in [(9, 0, ("full", "")), (8, -1, ("refused", "33-2-1")), (14, 2, ("full", ""))]
    ]
    counted = Counts(
        {"disclosure": 4, "correction": 2, "complaint": 1},
        {"disclosure": 5, "suspension": 3},
        answers,
        {"pauses": 2, "extensions": 1, "escalations": 3, "overdue_now": 1, "corrections": 2, "held": 1, "mails": 41},
    )
    calendar = Calendar(TOKYO, {}, (), date(2027, 12, 31))
    values = {"figures": figures(week("2026-W47"), counted, calendar), "weeks": digest_values()["weeks"]}
    return write("report", LetterKind.NOTICE, language, values | other)


def digest_values() -> dict[str, object]:
    """Return the values of a digest; nothing is missing in it."""
    sections = [
        DigestSection("overdue", 1, (digest_line(1, "disclosure", days_left=-1, used=1.2, step="decision"),)),
        DigestSection("due_soon", 1, (digest_line(2, "correct", days_left=2, used=0.75, step="notice"),)),
        DigestSection("approvals", 1, (_waiting(digest_line(3, "erase", days_left=4, used=0.5)),)),
        DigestSection("unassigned", 1, (digest_line(4, "purpose", days_left=5, used=0.0),), elsewhere=(2,)),
        DigestSection("waiting", 1, (digest_line(5, "disclosure", days_left=7, used=0.2, pause="awaiting_identity"),)),
        DigestSection("other_open", 1, (digest_line(6, "complaint", days_left=8, used=0.1, step="decision"),)),
    ]
    return {
        "serial": 12,
        "date": date(2026, 11, 24),
        "at": "08:30",
        "is_daily": False,
        "sections": sections,
        "counts": {one.code: one.count for one in sections},
        "open": 6,
        "unassigned": 2,
        "people": ["s-sato"],
        "first": ["overdue", "approvals", "unassigned", "due_soon", "held", "health"],
        "held": [HeldLine(7, ARRIVED, "unreadable")],
        "held_count": 1,
        "held_reasons": [("unreadable", 1)],
        "troubles": [("KJ-2026-000127-A", "letter", "unknown", ARRIVED)],
        "trouble_count": 1,
        "bounced": ["KJ-2026-000129-C"],
        "bounced_count": 1,
        "yesterday_line": conservation_line({"case": 4, "held": 1}),
        "total_line": conservation_line({"case": 29, "follow-up": 6, "machine": 5, "held": 1}),
        "withheld_acks": [("dmarc_fail", 3)],
        "absences": [("k-mori", date(2026, 11, 27))],
        "weeks": [
            Week(
                date(2026, 9, 7) + timedelta(weeks=number),
                4 + number * 5 % 9,
                3 + number * 7 % 8,
                3 + number * 7 % 8 - number % 3,
            )
            for number in range(12)
        ],
        "health": [
            ("last_poll", "2026-11-24 08:29", True),
            ("backlog", "", True),
            ("outbox", "2026-11-24 06:02", False),
        ],
        "head": "9f" * 32,
        "not_for_us": 2,
        "junk": 1,
        "folded": 12_345,
        "look_again": ["KJ-2026-000131-D"],
    }


def preview(language: Language, **other: object) -> Rendered:
    """Write the preview of a reply that may go out, also together with the close of its case."""
    context: dict[str, object] = {
        "ref": REF,
        "to": "hanako@requester.example",
        "subject": f"[{REF}] 開示のご請求について",
        "text": REPLY[language],
        "attachments": [PAPERS],
        "warnings": [Said("no_identity", {"tier": 3})],
        "is_blocked": False,
        "offers": [
            Offered("send", SECRET),
            Offered("send_verify_close", SECRET[::-1], (Said("identity", {"method": "document"}), *DECIDED)),
        ],
        "acts": [],
        "cancel": taps(language, "cancel")[0],
        "days_left": 8,
        "due_on": NOTICE_ON,
    }
    return write("preview", LetterKind.PREVIEW, language, context | other)


def receipt(language: Language, **other: object) -> Rendered:
    """Write the receipt of a mail with one command."""
    context: dict[str, object] = {
        "ref": REF,
        "said": [Said("handler", {"before": None, "after": "s-sato"}, LINES[language][0])],
        "next": Said("identity", {"on": date(2026, 11, 25)}),
        "due_on": NOTICE_ON,
        "days_left": 8,
        "rows": [],
        "is_refused": False,
        "taps": taps(language, "ask_id", "reply"),
    }
    return write("receipt", LetterKind.RECEIPT, language, context | other)


def refusal(language: Language, *said: Said, **other: object) -> Rendered:
    """Write the receipt of a mail of which nothing was done."""
    return receipt(language, said=list(said), is_refused=True, next=None, taps=[], **other)


def challenge(language: Language, **other: object) -> Rendered:
    """Write the question whether a mail that was not proved is the reader's own."""
    context: dict[str, object] = {
        "ref": REF,
        "lines": [LINES[language][0], *REPLY[language].splitlines()[:3]],
        "secret": SECRET,
        "received_at": ARRIVED,
        "dmarc": "none",
    }
    return write("challenge", LetterKind.CHALLENGE, language, context | other)


def approval(language: Language, **other: object) -> Rendered:
    """Write what asks the manager to approve a partial disclosure."""
    reason = {Language.JA: ("理由", "ほかの方の記録と分けられない項目です。"), Language.EN: ("Reason", "It is mixed.")}
    context: dict[str, object] = {
        "ref": REF,
        "requests": [request_line("disclosure", language)],
        "author": "s-sato",
        "acts": [*DECIDED, Said("sent", {"letter": "L7"})],
        "ground": "33-2-1",
        "due_on": NOTICE_ON,
        "days_left": 3,
        "subject": f"[{REF}] 開示のご請求について",
        "text": REPLY[language],
        "fields": [reason[language]],
        "secret": SECRET,
        "is_reminder": False,
        "is_deputy": False,
        "mark": "54903751",
    }
    return write("approval", LetterKind.PREVIEW, language, context | other)


def impostor(language: Language, **other: object) -> Rendered:
    """Write to a member of staff that a mail in their name was not accepted."""
    context: dict[str, object] = {"ref": REF, "received_at": ARRIVED, "why": "token_other"}
    return write("impostor", LetterKind.CHALLENGE, language, context | other)


def files(language: Language, **other: object) -> Rendered:
    """Write the mail that hands a requester's attachments to the handler."""
    context: dict[str, object] = {"ref": REF, "attachments": [PAPERS], "dropped": [LOCKED]}
    return write("files", LetterKind.NOTICE, language, context | other)


DECIDED = (Said("decided", {"rights": ["disclosure"], "outcome": "partial"}), Said("closed", {"why": "answered"}))
STAFF_LETTERS: tuple[Callable[[Language], Rendered], ...] = (
    notice,
    warning,
    letter_trouble,
    flood,
    digest,
    report,
    preview,
    receipt,
    challenge,
    approval,
    impostor,
    files,
)


def desk_words(language: Language) -> dict[str, Any]:
    """Return the tables of the words for staff, by name."""
    template = RENDERER._environments[language, "txt"].get_template(f"_words/{language}_desk.j2")
    return {name: table for name, table in vars(template.module).items() if not name.startswith("_")}


EMPTY_DAY: dict[str, object] = {
    "sections": [],
    "counts": {},
    "open": 0,
    "unassigned": 0,
    "first": [],
    "held": [],
    "held_count": 0,
    "held_reasons": [],
    "troubles": [],
    "trouble_count": 0,
    "bounced": [],
    "bounced_count": 0,
    "look_again": [],
    "absences": [],
    "folded": 0,
}


def write(template: str, kind: LetterKind, language: Language, context: dict[str, object]) -> Rendered:
    """Render a letter of the company with our own templates."""
    everything = {"company": COMPANY[language], "token": TOKEN, "mailbox": MAILBOX, **context}
    return RENDERER.render(Letter(template, kind, language, "someone@requester.example", everything))


def digest_line(
    number: int, kind: str, *, days_left: int, used: float, step: str = "triage", pause: str = ""
) -> DigestLine:
    """Return a line of the digest with one request."""
    since = ARRIVED.date() if pause else None
    ends = date(2026, 12, 21) if pause else None
    step_on = None if pause else date(2026, 11, 26)
    request = DigestRequest(
        kind,
        NOTICE_ON,
        days_left,
        used,
        "reply" if pause else step,
        step_on,
        number == 6,
        pause,
        since,
        ends,
        bool(pause),
    )
    handler = None if number in {2, 4} else "s-sato"
    return DigestLine(number, f"KJ-2026-00010{number}-K", (request,), handler, ("bounced",) if number == 6 else ())


def _waiting(line: DigestLine) -> DigestLine:
    """Return a line whose effect waits for the manager."""
    return replace(line, approval=DigestApproval(("refuse",), "s-sato", ARRIVED, "1a2b3c4d"), notes=("approval",))
