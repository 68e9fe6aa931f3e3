"""The days of a request as lines for people: every day for the command, quiet stretches in one line for a mail."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from mailbot.core.events import Json
from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.period import parse_period
from mailbot.core.reckoning import Day, Story, What
from mailbot.core.reckoning_marks import GATE, SERVICE, Mark
from mailbot.core.reckoning_words import EN, JA, Words

Row = tuple[str, str]
"""What a line is about (a day, a clock, a number), and what it says."""

_WEEKDAYS = "月火水木金土日"
_WEEKEND = "weekend"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBERED = re.compile(r"(remind|gate)_([0-9]+)")


def lines(story: Story, language: Language, today: date) -> Iterator[str]:
    """Yield a line for every day of every clock."""
    yield _head(story, language)
    for clock, days in story.clocks.items():
        if days:
            yield f"  {_words(language).clocks[clock]}"
        for note in _notes(story, clock, language):
            yield f"    {note}"
        for day in days:
            yield f"    {_long_day(day.on, language)}  {_said(story, clock, day, language, today)}"


def rows(story: Story, language: Language, today: date) -> Iterator[Row]:
    """Yield the same, shorter: days on which nothing else fell are told together, and weekends not at all."""
    yield str(story.request.number), _head(story, language)
    for clock, days in story.clocks.items():
        if days:
            notes = "; ".join(_notes(story, clock, language))
            yield _words(language).clocks[clock], notes or "-"
        for run in _runs(days, today):
            yield _span(run, language, today), _together(story, clock, run, language, today)


def more(ref: str, language: Language) -> str:
    """Return where the rest can be read, where a mail has no room for all of it."""
    return _words(language).cut % {"ref": ref}


def _words(language: Language) -> Words:
    return JA if language is Language.JA else EN


def _head(story: Story, language: Language) -> str:
    words, one = _words(language), story.request
    kind, state = KINDS[one.kind].name(language), words.states.get(one.state.value, one.state.value)
    return words.head % {"number": one.number, "kind": kind, "state": state}


def _notes(story: Story, clock: str, language: Language) -> list[str]:
    words = _words(language)
    notes = [words.standing % {"on": _long_day(story.resumed_on, language)}] if story.resumed_on else []
    return [*notes, *([words.behind] if story.is_behind else [])] if clock == SERVICE else []


def _said(story: Story, clock: str, day: Day, language: Language, today: date) -> str:
    """Return what a day is, and what fell on it."""
    words = _words(language)
    marks = [_mark(mark, language) for mark in day.marks]
    marks += [words.today] if day.on == today else []
    marks += [words.provisional] if day.is_provisional else []
    return _counted(story, clock, day, words) + (f"  <- {'; '.join(marks)}" if marks else "")


def _counted(story: Story, clock: str, day: Day, words: Words, since: int | None = None) -> str:
    """Return what a day is to its clock; `since` is the number of the first day of a stretch that ends with it."""
    if day.what is not What.COUNTED or day.number is None or day.of is None:
        return words.whats[day.what.value] % {"why": reason(day.why, words), "number": day.number, "of": day.of}
    over = day.of if day.number > day.of else 0
    first = f"{since - over}-" if since else ""
    numbers = {"number": f"{first}{day.number - over}", "of": day.of}
    if over:
        return words.past % numbers
    form = words.counted_days if clock == GATE or story.counts_days else words.whats["counted"]
    return form % numbers + (words.free % {"why": reason(day.why, words)} if day.why else "")


def reason(why: str, words: Words) -> str:
    """Return why a day does not count, in words; the name of a holiday stays as the calendar has it."""
    if why.startswith("closure "):
        return words.reasons["closure"] % {"text": why.removeprefix("closure ")}
    return words.reasons.get(why, why)


def _mark(mark: Mark, language: Language) -> str:
    """Return one mark in words: what it is, then how it moved the date, by whom, and where it stands in the log."""
    words = _words(language)
    values = {name: _value(name, value, language) for name, value in mark.values.items()} | {"event": mark.event}
    said = words.marks.get(mark.code, mark.code) % _Filled(values)
    is_shown = {name: values.get(name) not in {None, "", "False"} for name in words.tails}
    tails = [words.tails[name] % _Filled(values) for name in words.tails if is_shown[name] and f"%({name})" not in said]
    shown = [one for one in tails if one]
    return f"{said} ({', '.join(shown)})" if shown else said


class _Filled(dict[str, object]):
    """Values of a sentence; one that is not known leaves nothing behind."""

    def __missing__(self, key: str) -> str:
        return ""


def _value(name: str, value: Json, language: Language) -> str | None:
    """Return a value as people read it: codes in words, days with their weekday, lists joined; None for nothing."""
    if value is None or value is False or value == []:
        return None
    if isinstance(value, list):
        return ", ".join(_value(name, one, language) or "" for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{day} {what}" for day, what in value.items())
    return _text(name, str(value), language)


def _text(name: str, text: str, language: Language) -> str:
    words = _words(language)
    if name in {"point", "points"}:
        return _point(text, words)
    if name in {"kind", "before"} and text in KINDS:
        return KINDS[text].name(language)
    if name in {"old_on", "new_on", "until"} and _DAY.fullmatch(text):
        return _long_day(date.fromisoformat(text), language)
    if name == "extension" and (period := parse_period(text)):
        return words.periods[period.unit] % period.amount
    return reason(text, words) if name == "reason" else text


def _point(code: str, words: Words) -> str:
    if numbered := _NUMBERED.fullmatch(code):
        return words.points[numbered[1]] % {"number": numbered[2]}
    return words.points.get(code, code)


def _runs(days: Sequence[Day], today: date) -> list[list[Day]]:
    """Part days into stretches that can be told in one line; a quiet weekend is told with what stands before it."""
    found: list[list[Day]] = []
    for day in days:
        if found and (_is_quiet_weekend(day, today) or _goes_on(found[-1], day, today)):
            found[-1].append(day)
        else:
            found.append([day])
    return found


def _is_quiet_weekend(day: Day, today: date) -> bool:
    return day.why == _WEEKEND and not day.marks and day.on != today


def _told(run: Sequence[Day], today: date) -> list[Day]:
    """Return the days of a stretch that are spoken of."""
    return [day for day in run if not _is_quiet_weekend(day, today)] or [*run]


def _goes_on(run: Sequence[Day], day: Day, today: date) -> bool:
    last = _told(run, today)[-1]
    plain = [one for one in (last, day) if not one.marks and one.on != today]
    is_past = {bool(one.number and one.of and one.number > one.of) for one in (last, day)}
    same = (last.what, last.why, last.is_provisional) == (day.what, day.why, day.is_provisional)
    return len(plain) == len((last, day)) and same and len(is_past) == 1


def _together(story: Story, clock: str, run: Sequence[Day], language: Language, today: date) -> str:
    told = _told(run, today)
    first, last = told[0], told[-1]
    if first is last or last.what is not What.COUNTED:
        return _said(story, clock, last, language, today)
    return _counted(story, clock, last, _words(language), since=first.number)


def _span(run: Sequence[Day], language: Language, today: date) -> str:
    told = _told(run, today)
    first, last = _short_day(told[0].on, language), _short_day(told[-1].on, language)
    return first if first == last else f"{first}-{last}"


def _long_day(day: date | None, language: Language) -> str:
    if day is None:
        return "-"
    return f"{day:%Y-%m-%d}({_WEEKDAYS[day.weekday()]})" if language is Language.JA else f"{day:%Y-%m-%d %a}"


def _short_day(day: date, language: Language) -> str:
    if language is Language.JA:
        return f"{day.month}/{day.day}({_WEEKDAYS[day.weekday()]})"
    return f"{day.day} {day:%b} {day:%a}"
