"""The account on the terminal: short lines that tell what the desk does as it does it, by roles and references only."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text

from mailbot.demo.story import ZONE, Scene
from mailbot.demo.telling import day_in_words, told_of
from mailbot.demo.warned import Line
from mailbot.demo.watch import News

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
    "refused": ("拒否 refused", "bold red"),
    "pending": ("未済 pending", "bold red"),
    "old": ("以前 old", "dim"),
    "ack": ("受付 ack", "cyan"),
    "notice": ("通知 notice", "blue"),
    "preview": ("確認 preview", "bold blue"),
    "approval": ("承認 approval", "bold magenta"),
    "decision": ("決定 decision", "bold green"),
    "relay": ("返信 relay", "bold cyan"),
    "letter": ("書面 letter", "bold cyan"),
    "status": ("状況 status", "green"),
    "papers": ("書類 papers", "green"),
    "files": ("添付 files", "blue"),
    "identity": ("本人 identity", "green"),
    "clock": ("時計 clock", "yellow"),
    "closed": ("完了 closed", "bold green"),
    "warning": ("予告 warning", "yellow"),
    "overdue": ("超過 overdue", "bold red"),
    "handed on": ("回付 handed on", "bold yellow"),
    "draft": ("下書 draft", "bold blue"),
    "digest": ("日報 digest", "magenta"),
    "report": ("報告 report", "magenta"),
}
_CLOCK, _WIDTH = 7, 16


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
        lines = told_of(news, is_answer=is_answer)
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
            self.title(f"{day_in_words(day)}, no business day: {why}" if why else day_in_words(day))
