"""The preview of a draft, and the question to the manager: what would leave, why, and what stands behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.clock import Rules
from mailbot.core.correspondence import Reader, first_owed, request_line
from mailbot.core.desk.receipt import in_words
from mailbot.core.letters import Company, Letter, LetterKind, Rendered, Said, Tap
from mailbot.core.message import Attachment, Language


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing that may happen: `code` names its label, `secret` is the code to write, `acts` what else it does."""

    code: str
    secret: str
    acts: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview shows: the case, the one recipient ("" where nothing leaves), the letters word by word."""

    case: Case
    to: str
    letters: tuple[Rendered, ...]
    attachments: tuple[Attachment, ...]
    warnings: tuple[Said, ...]
    offers: tuple[Offered, ...]
    acts: tuple[Said, ...]
    is_blocked: bool


def preview(company: Company, shown: Preview, to: str, language: Language, rules: Rules, now: datetime) -> Letter:
    """Return the preview as a letter to the author of a draft."""
    context = {
        "company": company,
        "ref": shown.case.ref,
        "to": shown.to,
        "subject": shown.letters[0].subject if shown.letters else "",
        "text": together(shown.letters),
        "attachments": list(shown.attachments),
        "warnings": list(shown.warnings),
        "is_blocked": shown.is_blocked,
        "offers": [replace(one, acts=tuple(in_words(act, language) for act in one.acts)) for one in shown.offers],
        "acts": [in_words(one, language) for one in shown.acts],
        "cancel": Tap("cancel", "/取消" if language is Language.JA else "/undo"),
        **_dates(shown.case, rules, now),
    }
    return Letter("preview", LetterKind.PREVIEW, language, to, context)


@dataclass(frozen=True, slots=True)
class Question:
    """What a manager is asked to stand behind; `fields` are the labelled words a person wrote into the template.

    `mark` are the first digits of the hash of exactly this effect, as the digest shows them.
    """

    case: Case
    author: str
    letters: tuple[Rendered, ...]
    acts: tuple[Said, ...]
    ground: str
    fields: tuple[tuple[str, str], ...]
    secret: str
    mark: str
    is_reminder: bool = False
    is_deputy: bool = False


def approval(company: Company, asked: Question, reader: Reader, rules: Rules, now: datetime) -> Letter:
    """Return the question to the manager: what, why, until when, and what differs from the template."""
    context = {
        "company": company,
        "ref": asked.case.ref,
        "requests": [request_line(one, reader.language, rules) for one in asked.case.running or asked.case.requests],
        "author": asked.author,
        "acts": [in_words(one, reader.language) for one in asked.acts],
        "ground": asked.ground,
        "subject": asked.letters[0].subject if asked.letters else "",
        "text": together(asked.letters),
        "fields": list(asked.fields),
        "secret": asked.secret,
        "mark": asked.mark,
        "is_reminder": asked.is_reminder,
        "is_deputy": asked.is_deputy,
        **_dates(asked.case, rules, now),
    }
    return Letter("approval", LetterKind.ESCALATION, reader.language, reader.to, context)


def together(letters: Sequence[Rendered]) -> str:
    """Return the words of several letters, one after the other."""
    return "\n\n―――\n\n".join(one.text.rstrip("\n") for one in letters)


def _dates(case: Case, rules: Rules, now: datetime) -> Mapping[str, object]:
    due_on = first_owed(case.running, rules, now)
    today = rules.calendar.local_day(now)
    return {"due_on": due_on, "days_left": rules.calendar.business_days_between(today, due_on) if due_on else None}
