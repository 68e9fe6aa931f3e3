"""The dates of open requests as an iCalendar file for the calendars of staff: references and rights, never a name.

Promises: the file changes only when a case does; every line ends in CRLF and is folded at 75 octets, never inside a
character. Source: RFC 5545.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mailbot.core.case import Case
from mailbot.core.clock import Rules, dates_of
from mailbot.core.message import Language
from mailbot.core.request import Request
from mailbot.core.waiting import outlook

ANSWER, GATE, GATE_INTERNAL, REPLY = "answer", "gate", "gate_internal", "reply"
"""What falls on a day: the answer is due, the last day before a suit, the company's own day, the requester's reply."""

_WHAT = {
    Language.JA: {
        ANSWER: "回答の期日",
        GATE: "ゲート(第39条)",
        GATE_INTERNAL: "ゲート社内期限",
        REPLY: "依頼者の返信期日",
    },
    Language.EN: {
        ANSWER: "answer due",
        GATE: "gate (Art. 39)",
        GATE_INTERNAL: "internal gate day",
        REPLY: "reply of the requester due",
    },
}
_RIGHTS = {
    Language.JA: {
        "disclosure": "開示請求",
        "correction": "訂正請求",
        "suspension": "利用停止請求",
        "complaint": "苦情",
        "incident_tip": "漏えい等の連絡",
        "inquiry": "問い合わせ",
        "not_for_us": "窓口対象外",
        "unclassified": "未分類",
    },
    Language.EN: {
        "disclosure": "disclosure",
        "correction": "correction",
        "suspension": "suspension",
        "complaint": "complaint",
        "incident_tip": "incident report",
        "inquiry": "inquiry",
        "not_for_us": "not for us",
        "unclassified": "unclassified",
    },
}
_STANDS_STILL = {Language.JA: "(停止中)", Language.EN: " (clock stands still)"}
_LINE_OCTETS = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One day of one open request.

    `what` is one of the four kinds of days, `right` the user's class of the right. `changed_at` (aware UTC) and
    `revision` are of the last event of the case, so that an unchanged case gives an unchanged entry. `is_paused`: the
    service clock stands still, and the day of the answer will move.
    """

    ref: str
    request: int
    right: str
    what: str
    on: date
    changed_at: datetime
    revision: int
    is_paused: bool = False

    def title(self, language: Language) -> str:
        """Return what people read: the reference, the right, what falls on the day."""
        still = _STANDS_STILL[language] if self.is_paused and self.what == ANSWER else ""
        right = _RIGHTS[language].get(self.right, self.right)
        return f"{self.ref} {right}: {_WHAT[language][self.what]}{still}"


def entries_of(case: Case, rules: Rules, changed_at: datetime, revision: int) -> Iterator[Entry]:
    """Return the days of the running requests of a case, in order of request and day."""
    for request in case.running:
        days = _days(request, rules)
        for what, on in sorted(days.items(), key=lambda day: (day[1], day[0])):
            yield Entry(
                ref=case.ref,
                request=request.number,
                right=request.right,
                what=what,
                on=on,
                changed_at=changed_at,
                revision=revision,
                is_paused=bool(request.pause),
            )


def _days(request: Request, rules: Rules) -> dict[str, date]:
    found = dates_of(request, rules)
    gate = {} if request.is_gate_answered else {GATE: found.gate_on, GATE_INTERNAL: found.gate_internal_on}
    reply_by = outlook(request, rules.policy, rules.calendar).reply_by if request.pause else None
    days = {ANSWER: request.answer_on, **gate, REPLY: reply_by}
    return {what: on for what, on in days.items() if on}


def calendar_file(entries: Sequence[Entry], name: str, domain: str, language: Language) -> str:
    """Return the whole file; `name` is the calendar's, `domain` makes the UIDs the company's own."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mailbot//rights desk//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for entry in entries for line in _event(entry, domain, language)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(entry: Entry, domain: str, language: Language) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.ref}-{entry.request}-{entry.what}@{domain}",
        f"DTSTAMP:{entry.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{entry.revision}",
        f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(entry.title(language))}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """Return a text as a value of type TEXT (RFC 5545 §3.3.11)."""
    for character, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(character, written)
    return text


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, cut between characters (RFC 5545 §3.1)."""
    pieces, room = [""], _LINE_OCTETS
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append("")
            room = _LINE_OCTETS - 1  # the blank that begins a further piece counts
        pieces[-1] += character
        room -= size
    return "\r\n ".join(pieces)
