"""What the account tells of the news: one short line for each thing that happened, by roles and references only."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from email.message import EmailMessage

from mailbot.core.events import Event, Name
from mailbot.core.kinds import KINDS
from mailbot.core.transitions import State
from mailbot.demo.mails import read, text_of
from mailbot.demo.office import ROLES
from mailbot.demo.shelf import APPROVALS, REPORTS, sort_of
from mailbot.demo.warned import Line, drafts, handed_on, is_draft, kind_of, warnings
from mailbot.demo.watch import News

_LANGUAGES = {"ja": "Japanese", "en": "English"}
_SETTLED = {
    "machine": "a machine wrote it: no case, and never an answer",
    "duplicate": "the very same mail again: nothing happens twice",
    "spam": "no case, no answer; it is counted",
    "held": "not proved ({why}): a person decides, no answer",
    "old": "from before the start: counted, never answered",
    "follow-up": "joins {ref}",
    "case": "{ref} is opened",
    "pending": "not dealt with; the reason is on standard error",
}
"""What became of a message; of a mail of staff its effects are told instead."""
_HAPPENED: Mapping[Name, Line] = {
    Name.HANDLER_ASSIGNED: ("staff", "{ref} has a handler, who gets a receipt"),
    Name.PAUSE_ENDED: ("clock", "the service clock runs again{due}"),
    Name.PAPERS_RECEIVED: ("papers", "sealed under a key of their own, destroyed after the check"),
    Name.IDENTITY_VERIFIED: ("identity", "checked, by {method}"),
    Name.EFFECT_OFFERED: ("preview", "shown to its author with a code; nothing has happened yet"),
    Name.APPROVAL_ASKED: ("approval", "asked of the manager; nothing leaves before the answer"),
    Name.APPROVAL_GIVEN: ("approval", "given by the manager, who did not write it"),
    Name.REQUEST_DECIDED: ("decision", "{kind}: {outcome}"),
    Name.STATUS_TOLD: ("status", "told from the register, by a template, without staff"),
    Name.AUTHORITY_REFUSED: ("refused", "nothing is done; the real handler is told, nobody else"),
}
_ONCE_IT_LEFT: Mapping[Name, Line] = {
    Name.PAUSE_STARTED: ("clock", "the service clock stands still, the gate does not"),
    Name.GATE_ANSWERED: ("clock", "the gate of {ref} (Art. 39) is answered in time"),
    Name.CASE_CLOSED: ("closed", "{ref}: every request is answered"),
}
_SUM = re.compile(r"in \d+ = [a-z0-9 +-]+")


def told_of(news: News, *, is_answer: bool) -> list[Line]:
    """Return the lines of a moment; `is_answer` when a mail caused its news."""
    lines = [*_dispositions(news), *_requests(news), *_happened(news, _HAPPENED)]
    lines += [*(_letters(news) if is_answer else ()), *_happened(news, _ONCE_IT_LEFT)]
    lines += [*warnings(news), *handed_on(news), *drafts(news), *_digests(news), *_reports(news)]
    return list(dict.fromkeys(lines))


def day_in_words(day: date) -> str:
    """Return a day as the account writes it, such as `Fri 2026-11-20`."""
    return f"{day:%a %Y-%m-%d}"


def _dispositions(news: News) -> Iterator[Line]:
    for row in news.messages:
        case = news.cases.get(row.case_id)
        word = str(row.disposition or "pending")
        if word in _SETTLED:
            yield word, _SETTLED[word].format(ref=case.ref if case else "-", why=row.why)


def _requests(news: News) -> Iterator[Line]:
    for _, event in news.events:
        if event.name is Name.REQUEST_OPENED:
            yield "request", f"{_kind(str(event.data['kind']))}{_due(event)}"
        elif event.name is Name.REQUEST_LEFT_UNCLASSIFIED:
            yield "request", f"unsure: a person decides, the clock runs{_due(event)}"


def _happened(news: News, table: Mapping[Name, Line]) -> Iterator[Line]:
    for case, event in news.events:
        if event.name in table and not is_draft(event):
            label, words = table[event.name]
            values = {"ref": case.ref, "due": _due(event), "kind": _kind(kind_of(case, event))}
            yield label, words.format_map(values | {name: str(value) for name, value in event.data.items()})


def _kind(code: str) -> str:
    return f"{KINDS[code].name_ja} = {code}"


def _due(event: Event) -> str:
    on = event.data.get("answer_on")
    return f", due {day_in_words(date.fromisoformat(str(on)))}" if on else ""


def _letters(news: News) -> Iterator[Line]:
    languages = {case.ref: _LANGUAGES[case.language] for case in news.cases.values()}
    staff: list[str] = []
    for taken in news.mails:
        mail = read(taken.data)
        used = next((name for ref, name in languages.items() if ref in str(mail["Subject"])), "-")
        if mail["X-Mailbot-Kind"] is None:
            yield "relay", "the handler's words go to the requester alone"
        elif mail["X-Mailbot-Kind"] == "ack":
            yield "ack", f"goes to the writer alone, in {used}"
        elif mail["X-Mailbot-Kind"] == "letter":
            yield "letter", f"goes to the requester alone, in {used}: {_title(mail)}"
        elif any(mail.iter_attachments()):
            yield "files", "go to the case's handler, and to nobody else"
        elif mail["X-Mailbot-Kind"] in {"notice", "escalation"} and sort_of(mail) != APPROVALS:
            staff += [ROLES.get(address, "nobody known") for address in taken.recipients]
    if staff:
        yield "notice", f"puts it before the {' and the '.join(dict.fromkeys(staff))}"


def _title(mail: EmailMessage) -> str:
    return str(mail["Subject"]).partition("] ")[2]


def _digests(news: News) -> Iterator[Line]:
    for taken in news.mails:
        if read(taken.data)["X-Mailbot-Kind"] == "digest":
            late = sum(one.state is State.OVERDUE for case in news.cases.values() for one in case.requests)
            came = _SUM.search(" ".join(text_of(read(taken.data)).split()))
            yield (
                "digest",
                f"to the manager: {_short(came[0]) if came else 'sent'}{f'; {late} overdue' if late else ''}",
            )


def _reports(news: News) -> Iterator[Line]:
    for mail in (read(taken.data) for taken in news.mails):
        if sort_of(mail) == REPORTS:
            yield "report", f"to the manager, with a file for spreadsheets: {_title(mail)}"


def _short(line: str) -> str:
    """Return a conservation line without the words that count nothing."""
    total, _, words = line.strip().partition(" = ")
    counted = [word for word in words.split(" + ") if not word.endswith(" 0")]
    return " = ".join([total, " + ".join(counted)] if counted else [total])
