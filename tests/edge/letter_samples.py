"""Invented letters for the tests: one builder for each template, every field of its context and no more."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailbot.core.kinds import KINDS
from mailbot.core.letters import Company, DigestLine, HeldLine, Letter, LetterKind, Rendered, RequestLine
from mailbot.core.message import Attachment, Language
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
IDENTITY_FREE = {"marketing_stop", "complaint", "opinion", "incident_tip", "inquiry", "not_for_us"}


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
        "attachments": [
            Attachment("委任状.pdf", "application/pdf", 123_456, "ab12cd34ef56" + "0" * 52, "application/pdf"),
            Attachment(
                "本人確認.zip", "image/png", 9_876, "12ab34cd56ef" + "0" * 52, "application/zip", is_encrypted=True
            ),
        ],
        "days_left": 8,
        "due_on": NOTICE_ON,
        "is_follow_up": False,
        "ack_withheld": None,
    }
    return write("notice", LetterKind.NOTICE, language, context | other)


def warning(language: Language, **other: object) -> Rendered:
    """Write the warning of a handler three business days before the notice is due."""
    context: dict[str, object] = {
        "ref": REF,
        "request": request_line("disclosure", language),
        "point": "three_left",
        "due_on": NOTICE_ON,
        "days_left": 3,
        "points": ["half_used", "three_left"],
        "handler": None,
        "recipient_role": "handler",
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


def digest(language: Language, **other: object) -> Rendered:
    """Write a digest of four open cases and one held mail."""
    lines = [
        _digest_line(1, "disclosure", language, days_left=-1, used=1.2),
        _digest_line(2, "correct", language, days_left=2, used=0.75),
        _digest_line(3, "erase", language, days_left=4, used=0.5),
        _digest_line(4, "purpose", language, days_left=5, used=0.0),
    ]
    context: dict[str, object] = {
        "serial": 12,
        "date": date(2026, 11, 24),
        "overdue": lines[:1],
        "due_soon": lines[1:2],
        "unassigned": lines[2:3],
        "other_open": lines[3:],
        "held": [HeldLine(7, ARRIVED, "unreadable")],
        "yesterday_line": "in 5 = cases 4 + follow-ups 0 + staff 0 + machine 0 + duplicates 0 + spam 0 + held 1",
        "total_line": "in 41 = cases 29 + follow-ups 6 + staff 0 + machine 5 + duplicates 0 + spam 0 + held 1",
        "withheld_acks": [("dmarc_fail", 3)],
        "health": [("imap", "14:09", True), ("disk", "3 %", False)],
        "head": "9f" * 32,
        "not_for_us": 2,
        "junk": 1,
        "look_again": ["KJ-2026-000131-D"],
        "troubles": 0,
    }
    return write("digest", LetterKind.DIGEST, language, context | other)


EMPTY_DAY: dict[str, object] = {"overdue": [], "due_soon": [], "unassigned": [], "other_open": [], "held": []}


def write(template: str, kind: LetterKind, language: Language, context: dict[str, object]) -> Rendered:
    """Render a letter of the company with our own templates."""
    everything = {"company": COMPANY[language], **context}
    return RENDERER.render(Letter(template, kind, language, "someone@requester.example", everything))


def _digest_line(number: int, kind: str, language: Language, *, days_left: int, used: float) -> DigestLine:
    handler = "s-sato" if number % 2 else None
    names = KINDS[kind].name(language)
    return DigestLine(number, f"KJ-2026-00010{number}-K", names, NOTICE_ON, days_left, used, handler, "open")
