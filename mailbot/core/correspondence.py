"""Which letters an event owes, and with which values: the acknowledgement, the notice, trouble."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules, owed_on
from mailbot.core.decide import needs_identity
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.letters import Company, Letter, LetterKind, RequestLine, Tap
from mailbot.core.message import Incoming, Language
from mailbot.core.period import Unit
from mailbot.core.request import Request

_LONGEST_NOTICE = 6000
_LONGEST_PHRASE = 80


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a staff mail is for: address, language, role (`handler`, `deputy`, `manager`, `representative`).

    `stands_in`: those who have the role are away, and this person is told in their place.
    """

    to: str
    language: Language
    role: str
    stands_in: bool = False


def acknowledgement(company: Company, case: Case, to: str, rules: Rules, now: datetime) -> Letter:
    """Return letter L1 to the requester: our reading, the dates, what happens next; nothing of what was sent."""
    language = Language(case.language)
    kinds = {request.kind for request in case.requests}
    context = {
        "company": company,
        "ref": case.ref,
        "received_at": _local(case.received_at, rules),
        "today": rules.calendar.local_day(now),
        "requests": [request_line(request, language, rules) for request in case.requests],
        "kinds": kinds,
        "needs_identity": needs_identity(kinds, rules.policy),
        "mentions_agent": "agent" in case.flags,
        "is_unclassified": UNCLASSIFIED in kinds,
    }
    return Letter("acknowledgement", LetterKind.ACK, language, to, context)


@dataclass(frozen=True, slots=True)
class Shown:
    """The message a notice shows: what was read, the proved DMARC result (None: nothing), the phrases by kind.

    `hints` are codes of what the message made happen by itself, such as `status_sent`; `related` is the reference of
    another case that a stranger named, "" for none.
    """

    incoming: Incoming
    received_at: datetime
    dmarc: str | None
    because: Mapping[str, tuple[str, ...]]
    is_follow_up: bool
    hints: tuple[str, ...] = ()
    related: str = ""


def notice(company: Company, case: Case, shown: Shown, reader: Reader, rules: Rules, now: datetime) -> Letter:
    """Return the notice that puts a message before a member of staff."""
    due_on = first_owed(case.running, rules, now) or first_due(case.requests)
    incoming = shown.incoming
    context = {
        "company": company,
        "ref": case.ref,
        "requests": [request_line(one, reader.language, rules, shown.because) for one in _told(case)],
        "received_at": _local(shown.received_at, rules),
        "language_of_mail": incoming.language.value,
        "sender": incoming.from_address or incoming.sender or "",
        "sender_name": incoming.sender_name,
        "dmarc": shown.dmarc or "none",
        "handler": case.handler,
        "flags": sorted(case.flags),
        "text": (incoming.reply_text or incoming.text)[:_LONGEST_NOTICE],
        "attachments": list(incoming.attachments),
        "days_left": rules.calendar.business_days_between(rules.calendar.local_day(now), due_on) if due_on else None,
        "due_on": due_on,
        "is_follow_up": shown.is_follow_up,
        "ack_withheld": case.withheld,
        "has_identity": case.identity is not None,
        "identity_tier": max((rules.policy.identity_tier(one.kind) for one in _told(case)), default=0),
        "is_closed": not case.is_open,
        "hints": list(shown.hints),
        "related": shown.related,
        "taps": _taps(case, shown, reader, rules),
    }
    kind = LetterKind.ESCALATION if reader.role == "manager" else LetterKind.NOTICE
    return Letter("notice", kind, reader.language, reader.to, context)


def _told(case: Case) -> tuple[Request, ...]:
    """Return the requests a reader is shown: those still open, all of them when none is."""
    return case.running or case.requests


def _taps(case: Case, shown: Shown, reader: Reader, rules: Rules) -> list[Tap]:
    """Return what can be done with one tap, in the reader's language."""
    is_ja = reader.language is Language.JA
    tier = max((rules.policy.identity_tier(one.kind) for one in case.undecided), default=0)
    taps = {
        "take": ("/担当" if is_ja else "/take", case.handler is None),
        "reply": ("", True),
        "ask_id": ("/照会 本人" if is_ja else "/ask id", tier > (case.identity or 0) and not _was_asked(case)),
        "files": ("/添付" if is_ja else "/files", "papers_arrived" in shown.hints),
        "withdrawn": (
            "/完了 取下げ" if is_ja else "/close withdrawn",
            "withdraws" in case.flags and bool(case.undecided),
        ),
        "type": ("/種別 " if is_ja else "/type ", bool(case.undecided)),
        "spam": ("/迷惑" if is_ja else "/spam", not shown.is_follow_up),
    }
    return [Tap(code, line) for code, (line, fits) in taps.items() if fits]


def _was_asked(case: Case) -> bool:
    """Say whether the identity was asked for: it never is a second time (law §2)."""
    reason = "awaiting_identity"
    return any(reason in one.stops or one.mail.endswith(reason) for one in case.requests)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that did not leave, or may not have: its case (None for the office), kind, what happened, code, id."""

    ref: str | None
    letter_kind: str
    trouble: str
    code: str
    message_id: str


def letter_trouble(company: Company, trouble: Trouble, reader: Reader) -> Letter:
    """Return the mail that tells staff about a mail in trouble."""
    context = {
        "company": company,
        "ref": trouble.ref,
        "letter_kind": trouble.letter_kind,
        "trouble": trouble.trouble,
        "code": trouble.code,
        "message_id": trouble.message_id,
    }
    return Letter("letter_trouble", LetterKind.WARNING, reader.language, reader.to, context)


def request_line(
    request: Request, language: Language, rules: Rules, because: Mapping[str, tuple[str, ...]] | None = None
) -> RequestLine:
    """Return a request as letters show it; `because` are the phrases that spoke for each kind."""
    return RequestLine(
        number=request.number,
        kind=request.kind,
        name=KINDS[request.kind].name(language),
        notice_on=request.notice_on,
        total_on=request.total_on or request.answer_on,
        gate_on=request.gate_on,
        notice_days=_notice_days(request, rules),
        confidence=request.confidence,
        because=tuple(_phrases(request.kind, because or {}, language)),
        state=request.state.value,
        outcome=request.outcome,
    )


def _notice_days(request: Request, rules: Rules) -> int | None:
    """Return the business days from arrival to the notice; None where that is counted otherwise, or none is owed."""
    notice = rules.policy.periods[rules.policy.table_of(request.kind)].notice
    if notice is None or notice.unit is not Unit.BUSINESS_DAYS or not (request.received_at and request.notice_on):
        return None
    return rules.calendar.business_days_between(rules.calendar.local_day(request.received_at), request.notice_on)


def _phrases(kind: str, because: Mapping[str, tuple[str, ...]], language: Language) -> Iterator[str]:
    """Yield the words that spoke for a request; for an unclassified one every guess by its name, with its words."""
    if kind == UNCLASSIFIED:
        for guess, phrases in because.items():
            yield ": ".join([f"{KINDS[guess].name(language)}?", *phrases[:1]])[:_LONGEST_PHRASE]
        return
    yield from (phrase[:_LONGEST_PHRASE] for phrase in because.get(kind, ()))


def first_owed(requests: Sequence[Request], rules: Rules, now: datetime) -> date | None:
    """Return the earliest day on which any of the requests is owed an answer as of now, None where none is.

    A clock that stands still makes nobody late (`core.clock.owed_on`).
    """
    today = rules.calendar.local_day(now)
    return min((day for one in requests if (day := owed_on(one, rules, today))), default=None)


def first_due(requests: Sequence[Request]) -> date | None:
    """Return the earliest day on which any of the requests is owed an answer, None where none is."""
    return min((request.answer_on for request in requests if request.answer_on), default=None)


def _local(moment: datetime | None, rules: Rules) -> datetime:
    if moment is None:
        raise ValueError("a case without a moment of arrival")
    return moment.astimezone(rules.calendar.zone)
