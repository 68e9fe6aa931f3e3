"""Invented letters that ask, report and close: one builder for each template, every field of its context, no more."""

from dataclasses import replace
from datetime import date

from mailbot.core.desk.waiting_letters import Resumed
from mailbot.core.letters import LetterKind, Rendered
from mailbot.core.message import Language
from tests.edge.letter_samples import ARRIVED, NOTICE_ON, REF, request_line, write

TODAY, REPLY_BY = date(2026, 11, 24), date(2026, 12, 22)
REMINDERS = [date(2026, 12, 1), date(2026, 12, 8)]
RESUMED_ON = date(2026, 12, 9)
NAME = {Language.JA: "見本 花子", Language.EN: "Hanako Mihon"}
AGENT = {Language.JA: "見本 太郎", Language.EN: "Taro Mihon"}
_DONE = {"decided", "closed"}
WAITS: dict[str, object] = {
    "stops": True,
    "stops_until": REPLY_BY,
    "reminders": REMINDERS,
    "reply_by": REPLY_BY,
    "lapses": True,
}
"""What the default policy makes of a question: reminders, a lapse, and a clock that stands still until then."""
CAPPED: dict[str, object] = WAITS | {"lapses": False}
"""A question that ends nothing; the clock can stand still until the last day of a reply."""
UNSTOPPED: dict[str, object] = {
    "stops": False,
    "stops_until": None,
    "reminders": [],
    "reply_by": None,
    "lapses": False,
}
"""A question for which the policy stops no clock."""


def identity_request(language: Language, **other: object) -> Rendered:
    """Write L2, for documents unless another tier is given."""
    asked = {**WAITS, "tier": 3, "destroyed_days": 10}
    return _letter("identity_request", language, asked | other)


def agent_request(language: Language, **other: object) -> Rendered:
    """Write L3 to the agent of a person."""
    asked = {**WAITS, "destroyed_days": 10, "agent": AGENT[language]}
    return _letter("agent_request", language, asked | other)


def clarification(language: Language, **other: object) -> Rendered:
    """Write L4 with a question and two choices."""
    filled = {
        Language.JA: {"question": "どの期間の情報をご希望ですか。", "choices": "2026年分のみ\nすべての期間"},
        Language.EN: {"question": "Which period do you have in mind?", "choices": "2026 only\nthe whole period"},
    }
    return _letter("clarification", language, {**WAITS, "fields": filled[language]} | other)


def status_report(language: Language, **other: object) -> Rendered:
    """Write L5 with a new date."""
    filled = {
        Language.JA: {"reason": "古い記録の確認に時間を要しております。", "done": "検索", "remaining": "内容の照合"},
        Language.EN: {"reason": "Old records take time to check.", "done": "the search", "remaining": "the comparison"},
    }
    dates = {"old_on": NOTICE_ON, "new_on": date(2026, 12, 17)}
    return _letter("status_report", language, dates | {"fields": filled[language], "has_identity": True} | other)


def method_change(language: Language, **other: object) -> Rendered:
    """Write L10 with a reason and two methods."""
    filled = {
        Language.JA: {"reason": "録音の形では取り出せません。", "methods": "書面の郵送\n暗号化したファイル"},
        Language.EN: {"reason": "There is no sound recording.", "methods": "paper by post\nan encrypted file"},
    }
    return _letter("method_change", language, {"fields": filled[language], "has_identity": True} | other)


def closure(language: Language, **other: object) -> Rendered:
    """Write L16 after the requester withdrew."""
    kept = {"kept_until": date(2029, 11, 24), "goes_on": False}
    ended = {"why": "withdrawn", **kept, "fields": {"words": ""}, "answer_by": None}
    return _letter("closure", language, ended | other)


def status_reply(language: Language, *states: str, **other: object) -> Rendered:
    """Write the automatic answer on the status, with one request in each state; one open request if none is given."""
    names = ("disclosure", "correct", "erase", "purpose", "stop_use", "tp_stop")
    lines = [
        replace(request_line(kind, language, number), state=state, outcome="refused" if state in _DONE else "")
        for number, (kind, state) in enumerate(zip(names, states or ("open",), strict=False), 1)
    ]
    return _letter("status_reply", language, {"requests": lines} | other)


def wait_agreed(language: Language, **other: object) -> Rendered:
    """Write the confirmation that work rests."""
    return _letter("wait_agreed", language, {**CAPPED, "reminders": []} | other)


def reminder(language: Language, **other: object) -> Rendered:
    """Write the first reminder of L2: one more is to come."""
    today = {"today": REMINDERS[0], "reminders": REMINDERS[1:]}
    asked = {"reason": "awaiting_identity", "asked_on": TODAY, "counts_anew": False, "answer_by": RESUMED_ON}
    return _letter("reminder", language, WAITS | today | asked | other)


def resumed(language: Language, **other: object) -> Rendered:
    """Write that a reply has come after four business days, and the new date."""
    line = Resumed(1, request_line("disclosure", language).name, TODAY, 4, RESUMED_ON)
    dates = {"arrived_on": date(2026, 11, 30), "answer_by": RESUMED_ON, "today": date(2026, 11, 30)}
    return _letter("resumed", language, dates | {"resumed": [line]} | other)


def relay(language: Language, text: str) -> Rendered:
    """Write a relay of a staff member's own words."""
    context: dict[str, object] = {"ref": REF, "addressee": NAME[language], "text": text}
    return write("relay", LetterKind.RELAY, language, context)


def _letter(template: str, language: Language, other: dict[str, object]) -> Rendered:
    context: dict[str, object] = {
        "ref": REF,
        "today": TODAY,
        "received_at": ARRIVED,
        "addressee": NAME[language],
        "agent": "",
        "requests": [request_line("disclosure", language)],
        "fields": {},
        "has_identity": False,
        "answer_by": NOTICE_ON,
    }
    return write(template, LetterKind.LETTER, language, context | other)
