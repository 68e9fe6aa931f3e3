"""Writes the parts of docs/ that are made from the code: `make docs`; a test compares them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mailbot.core.desk.everyday import ASKED
from mailbot.core.desk.letterbook import FORMS, Form
from mailbot.core.desk.levels import Level
from mailbot.core.desk.manual import manual
from mailbot.core.desk.outcomes import ALTERNATIVE, FULL, NO_DATA, PARTIAL, REFUSED, Owed, allowed, owed
from mailbot.core.desk.vocabulary import LETTERS
from mailbot.core.diagram import diagram
from mailbot.core.kinds import KINDS
from mailbot.core.policy_file import parse_policy
from mailbot.resources import policies_folder

_LETTERS = """# The letters

Made from `mailbot/core/desk/letterbook.py`, `outcomes.py` and `mailbot/policies/appi.toml` by `make docs`.

Every letter is a folder of `templates/`, in Japanese and English; a company's own folder (`[templates] folder`) comes
first. The acknowledgement (L1) is the desk's own. All others are written from the template and from what staff write
below a command, each field on a line of its own, with its label in either language:

```
/partial 33-2-1
Scope: your customer record and your bookings
Date of data: 30 November 2026
…
```

A field runs until the next label; `Name: …` (`宛名: …`) may be added and is the salutation. A letter that lacks a
required field is not written: the answer names what is missing and gives the lines to copy. A preview shows the whole
letter word by word before it leaves. Only what `/ask` writes leaves at once, for it promises nothing; and the desk
itself answers a requester who asks how it stands (STATUS) or withdraws (L16).

## What each letter needs

`[…]` may be left out. `/send CODE` writes a letter in the first of its forms here, `/send CODE GROUND` in the last: one
with an outcome decides as its own command does, any other only tells. All words of the commands are in
[commands.md](commands.md).

| letter | also called | command | fields (日本語 / English) |
|---|---|---|---|
"""
_RIGHTS = """
## What may be answered to which right

Full, partial, no data and another measure act on somebody's data or tell whether there is any: the identity comes
first, as far as the right needs it (`identity_tier` of the policy). *Own words*: a plain answer, confirmed by its
author, may be the letter; for every other outcome the letter is the template's. *Manager*: a manager who did not write
it approves.

| right | outcome | command | letter | own words | stands behind it |
|---|---|---|---|---|---|
"""
_GROUNDS = """
## Grounds, for `/partial` and `/refuse`

Those of the policy `appi`; the words stand in the letter. A company rewords, adds or takes out grounds in a copy.

| rights | ground | in the letter |
|---|---|---|
"""
_COMMANDS: Mapping[str, str] = {
    FULL: "/grant",
    PARTIAL: "/partial GROUND",
    REFUSED: "/refuse GROUND",
    NO_DATA: "/nodata",
    ALTERNATIVE: "/grant alternative",
}
_OTHERS: Mapping[str, str] = {
    "status_report": "`/extend DAYS WHY`",
    "closure": "`/close withdrawn`, `/close lapsed`; the desk itself, when the requester withdraws",
    "status_reply": "the desk itself, when the requester asks how it stands",
}
_WORDS: Mapping[str, str] = {
    FULL: "full",
    PARTIAL: "partial",
    REFUSED: "refused",
    NO_DATA: "no data",
    ALTERNATIVE: "another measure",
}


def letters() -> str:
    """Return the letters with their fields, what may be answered to which right, and the grounds, as Markdown."""
    tables = {_LETTERS: map(_letter, FORMS), _RIGHTS: _rights(), _GROUNDS: _grounds()}
    return "".join(head + "\n".join(rows) + "\n" for head, rows in tables.items())


def _letter(form: Form) -> str:
    called = ", ".join(word for word, code in LETTERS.items() if code == form.code and word != form.code.lower())
    code = f"{form.code} ({_WORDS[form.outcome]})" if form.outcome else form.code
    fields = "; ".join(f"{one.ja} / {one.en}" if one.is_required else f"[{one.ja} / {one.en}]" for one in form.fields)
    return f"| {code} | {called} | {_command(form)} | {fields or '–'} |"


def _command(form: Form) -> str:
    """Return what staff type for a letter; the words of other tables say more."""
    asking = [f"`/ask {what}`" for what, (template, _) in ASKED.items() if template == form.template]
    typed = _OTHERS.get(form.template) or f"`{_COMMANDS.get(form.outcome, f'/send {form.code}')}`"
    return next(iter(asking), typed)


def _rights() -> Iterator[str]:
    """Yield one row for each outcome; rights that may have the same outcomes share their rows."""
    groups: dict[tuple[tuple[str, Owed], ...], list[str]] = {}
    for kind in KINDS:
        debts = tuple((outcome, debt) for outcome in allowed(kind) if (debt := owed(kind, outcome)))
        groups.setdefault(debts, []).append(kind)
    for debts, kinds in groups.items():
        rights = ", ".join(f"`{kind}`" for kind in kinds)
        for outcome, debt in debts:
            own = "yes" if debt.in_own_words else "–"
            who = "manager" if debt.level is Level.MANAGER else "author"
            yield f"| {rights} | {_WORDS[outcome]} | `{_COMMANDS[outcome]}` | {_code(debt, outcome)} | {own} | {who} |"


def _code(debt: Owed, outcome: str) -> str:
    found = (one.code for one in FORMS if one.template == debt.template and one.outcome in {"", outcome})
    return next(found, "own words only")


def _grounds() -> Iterator[str]:
    policy = parse_policy((policies_folder() / "appi.toml").read_text(encoding="utf-8"))
    for periods, grounds in policy.grounds.items():
        rights = ", ".join(
            f"`{kind.code}`" for kind in KINDS.values() if kind.periods == periods and allowed(kind.code)
        )
        for ground in grounds.values():
            yield f"| {rights} | `{ground.code}` | {ground.ja}<br>{ground.en} |"


PAGES: Mapping[str, Callable[[], str]] = {"states.md": diagram, "commands.md": manual, "letters.md": letters}
"""The pages that are made, and what makes each."""

if __name__ == "__main__":
    for name, made in PAGES.items():
        (Path(__file__).parent / name).write_text(made(), encoding="utf-8")
