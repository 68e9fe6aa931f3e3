"""The account on the terminal: short lines that tell what the desk does as it does it, by roles and references only."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text

from mailbot.core.case import Case, State
from mailbot.core.events import Event, Name
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.ladder import OVERDUE
from mailbot.demo.mails import read, text_of
from mailbot.demo.office import ROLES
from mailbot.demo.story import ZONE, Scene
from mailbot.demo.watch import News

Line = tuple[str, str]
"""A label of LABELS and what is said."""

LABELS = {
    "mail": ("着信 mail", "bold"),
    "case": ("案件 case", "bold green"),
    "request": ("依頼 request", "green"),
    "follow-up": ("続き follow-up", "bold green"),
    "staff": ("担当 staff", "green"),
    "machine": ("機械 machine", "yellow"),
    "duplicate": ("重複 duplicate", "yellow"),
    "spam": ("迷惑 spam", "yellow"),
    "held": ("保留 held", "bold yellow"),
    "pending": ("未済 pending", "bold red"),
    "old": ("以前 old", "dim"),
    "ack": ("受付 ack", "cyan"),
    "notice": ("通知 notice", "blue"),
    "warning": ("予告 warning", "yellow"),
    "overdue": ("超過 overdue", "bold red"),
    "digest": ("日報 digest", "magenta"),
}
_CLOCK, _WIDTH = 7, 16
_MOST_REFS = 2
_ROLES = ("handler", "deputy", "manager")
_LANGUAGES = {"ja": "Japanese", "en": "English"}
_SETTLED = {
    "staff": "kept with {ref}; it changes nothing by itself",
    "machine": "a machine wrote it: no case, and never an answer",
    "duplicate": "the very same mail again: nothing happens twice",
    "spam": "no case, no answer; it is counted",
    "held": "sender not proved ({why}): a person decides, no answer",
    "old": "from before the start: counted, never answered",
    "follow-up": "joins {ref}",
    "case": "{ref} is opened",
    "pending": "not dealt with; the reason is on standard error",
}
_POINTS = {
    OVERDUE: "no answer yet",
    "one_left": "1 business day left",
    "three_left": "3 business days left",
    "half_used": "half of the time is used",
}
"""The warnings by urgency; last the days to the gate, after which a suit is possible (APPI Art. 39)."""
_SUM = re.compile(r"in \d+ = [a-z0-9 +-]+")


class Account:
    """Writes to one console; a day is headed when its first line comes, with why it is no business day."""

    def __init__(self, out: Console, why_not: Callable[[date], str | None]) -> None:
        """Take the console and the calendar's word on a day; nothing is printed yet."""
        self._out, self._why_not = out, why_not
        self._day: date | None = None

    def title(self, words: str) -> None:
        """Head a part of the account."""
        self._out.print()
        self._out.print(Text(f"── {words} ──", style="bold"))

    def say(self, words: str = "", style: str = "") -> None:
        """Print one plain line."""
        self._out.print(Text(words, style=style))

    def arrived(self, scene: Scene) -> None:
        """Tell that a mail arrives."""
        self._told(scene.at, [("mail", f"{scene.who}: {scene.what}")])

    def happened(self, at: datetime, news: News, *, is_answer: bool) -> bool:
        """Tell the news of a moment; `is_answer` when a mail caused them. True when there was something to tell."""
        lines = [*_dispositions(news), *_requests(news), *_warnings(news)]
        lines += [*(_letters(news) if is_answer else ()), *_digests(news)]
        self._told(at, lines, shows_clock=not is_answer)
        return bool(lines)

    def _told(self, at: datetime, lines: Iterable[Line], *, shows_clock: bool = True) -> None:
        clock = f"{at.astimezone(ZONE):%H:%M}" if shows_clock else ""
        for label, words in lines:
            self._head(at.astimezone(ZONE).date())
            shown, style = LABELS[label]
            self._out.print(
                Text.assemble(f"{clock:{_CLOCK}}", (set_cell_size(shown, _WIDTH), style), self._below(words))
            )
            clock = ""

    def _below(self, words: str) -> str:
        """Break a line for this terminal so that its words stand below each other."""
        width = max(self._out.width - _CLOCK - _WIDTH, _WIDTH)
        lines = [line.plain.rstrip() for line in Text(words).wrap(self._out, width)]
        return ("\n" + " " * (_CLOCK + _WIDTH)).join(lines)

    def _head(self, day: date) -> None:
        if day != self._day:
            self._day = day
            why = self._why_not(day)
            self.title(f"{_day(day)}, no business day: {why}" if why else _day(day))


def _dispositions(news: News) -> Iterator[Line]:
    for row in news.messages:
        case = news.cases.get(row.case_id)
        word = str(row.disposition or "pending")
        yield word, _SETTLED[word].format(ref=case.ref if case else "-", why=row.why)


def _requests(news: News) -> Iterator[Line]:
    for _, event in news.events:
        if event.name is Name.REQUEST_OPENED:
            yield "request", _request(event)
        elif event.name is Name.REQUEST_LEFT_UNCLASSIFIED:
            yield "request", f"unsure: a person decides, the clock runs{_due(event)}"


def _request(event: Event) -> str:
    code = str(event.data["kind"])
    return f"{KINDS[code].name_ja} = {code}{_due(event)}"


def _due(event: Event) -> str:
    on = event.data.get("answer_on")
    return f", due {_day(date.fromisoformat(str(on)))}" if on else ""


def _letters(news: News) -> Iterator[Line]:
    languages = {case.ref: _LANGUAGES[case.language] for case in news.cases.values()}
    staff: list[str] = []
    for taken in news.mails:
        mail = read(taken.data)
        if mail["X-Mailbot-Kind"] == "ack":
            used = next((name for ref, name in languages.items() if ref in str(mail["Subject"])), "-")
            yield "ack", f"goes to the writer alone, in {used}"
        elif mail["X-Mailbot-Kind"] != "digest":
            staff += [ROLES.get(address, "nobody known") for address in taken.recipients]
    if staff:
        yield "notice", f"puts it before the {' and the '.join(dict.fromkeys(staff))}"


def _warnings(news: News) -> Iterator[Line]:
    """Yield one line for each kind of warning, however many requests it concerns."""
    found: dict[tuple[str, str], list[str]] = {}
    for case, event in news.events:
        if event.name is Name.DEADLINE_WARNED:
            found.setdefault((_point(event), _told(event)), []).append(_one(case, event))
    for (point, roles), requests in sorted(found.items(), key=lambda one: _urgency(one[0][0])):
        said = _POINTS.get(point) or f"day {point.removeprefix('gate_')} of 14 to the gate (Art. 39)"
        yield "overdue" if point == OVERDUE else "warning", f"{said} → {roles}: {_few(requests)}"


def _urgency(point: str) -> int:
    return [*_POINTS, point].index(point)


def _point(event: Event) -> str:
    return _strings(event, "points")[-1].partition(":")[0]


def _told(event: Event) -> str:
    return ", ".join(sorted(_strings(event, "roles"), key=_ROLES.index))


def _one(case: Case, event: Event) -> str:
    kind = next((one.kind for one in case.requests if one.number == event.request), UNCLASSIFIED)
    return f"{case.ref} {kind}"


def _few(requests: list[str]) -> str:
    more = len(requests) - _MOST_REFS
    return ", ".join(requests[:_MOST_REFS]) + (f" and {more} more" if more > 0 else "")


def _digests(news: News) -> Iterator[Line]:
    for taken in news.mails:
        if read(taken.data)["X-Mailbot-Kind"] == "digest":
            late = sum(one.state is State.OVERDUE for case in news.cases.values() for one in case.requests)
            came = _SUM.search(" ".join(text_of(read(taken.data)).split()))
            yield (
                "digest",
                f"to the manager: {_short(came[0]) if came else 'sent'}{f'; {late} overdue' if late else ''}",
            )


def _short(line: str) -> str:
    """Return a conservation line without the words that count nothing."""
    total, _, words = line.strip().partition(" = ")
    counted = [word for word in words.split(" + ") if not word.endswith(" 0")]
    return " = ".join([total, " + ".join(counted)] if counted else [total])


def _strings(event: Event, key: str) -> list[str]:
    value = event.data[key]
    return [str(one) for one in value] if isinstance(value, list) else []


def _day(day: date) -> str:
    return f"{day:%a %Y-%m-%d}"
