"""Reads what a staff mail orders: a first block of commands, or one confirmation; what follows is the draft. Pure.

The text is the newest words of the mail, never a quotation. All or nothing: where there is any mistake the caller
does nothing. Every step is linear in the text (threats C9).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from mailbot.core.desk.arguments import Arguments, Misfit, case_reference, fill, folded, nearest, next_word
from mailbot.core.desk.commands import BY_WORD, Spec
from mailbot.core.desk.confirmation import CONFIRM, DENY, MAX_LINE_CHARS, Confirmation, confirmation_in

__all__ = ["CONFIRM", "DENY", "MAX_COMMANDS", "Command", "Confirmation", "Mistake", "Order", "read_order"]

MAX_COMMANDS = 30
"""More commands in one mail are a mistake; nobody types that many."""

_MARKER = re.compile("この行より上に返信|reply above this line", re.IGNORECASE)
# zero-width spaces, soft hyphens and marks of direction; joiners stay, emoji are made of them
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SLASHED = re.compile(r"[/／]\s*([^\s:：]*)[\s:：]*")
_HASHED = re.compile(r"[#＃﹟]([^\s:：]+)[\s:：]*")
_REFERENCE_SHAPE = re.compile(r"[A-Z]{1,8}-[0-9]{4}-[0-9]{6,9}-[0-9A-Z][:.]?", re.IGNORECASE | re.ASCII)
_LINE_NUMBER = re.compile(r"#?([1-9][0-9]{0,3})[.:)]?")


@dataclass(frozen=True, slots=True)
class Command:
    """One command as read.

    `name` is a key of COMMANDS; `words` its arguments in canonical form (codes in English); `text` the rest of the
    line as typed, for the commands that have one; `requests` the numbers it is limited to, () for all open ones.
    `target` is the reference of another case or the number of a line of the digest, "" for the mail's own case.
    `line` is what was typed, for the receipt.
    """

    name: str
    words: tuple[str, ...]
    text: str
    requests: tuple[int, ...]
    target: str
    line: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that stops the whole mail.

    `code` is `unknown` (no such command), `ambiguous` (the beginning of several), `argument` (what follows does not
    fit, or a confirmation has no good code), `twice`, `mixed` (a confirmation beside commands or a second one) or
    `many` (more than MAX_COMMANDS). `suggestions` are words that might have been meant; `usage` is the name of the
    command whose usage helps, or "".
    """

    line: str
    code: str
    suggestions: tuple[str, ...] = ()
    usage: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What a mail orders. `text` is what follows the block; `stray` are lines of it that look like commands."""

    commands: tuple[Command, ...] = ()
    confirmation: Confirmation | None = None
    text: str = ""
    mistakes: tuple[Mistake, ...] = ()
    stray: tuple[str, ...] = ()


def read_order(text: str, *, is_numbered: bool = True) -> Order:
    """Return what the newest words of a mail order; never raises.

    `is_numbered` says that the mail may answer the numbered lines of a digest: then a bare number behind some
    commands is a target (`/note 2 …`), else it is an argument or text.
    """
    page = _Page.of(text)
    return _confirmed(page) or _commanded(page, is_numbered=is_numbered)


@dataclass(frozen=True, slots=True)
class _Page:
    """The lines above our marker, as typed and as they are compared: without invisible characters and outer spaces."""

    typed: Sequence[str]
    plain: Sequence[str]

    @classmethod
    def of(cls, text: str) -> "_Page":
        if marker := _MARKER.search(text):
            text = text[: text.rfind("\n", 0, marker.start()) + 1]
        return cls(text.split("\n"), [line.strip() for line in _INVISIBLE.sub("", text).split("\n")])

    def filled(self, at: int) -> int:
        """Return the number of the first line from `at` on that is not empty, that of the end where there is none."""
        return next((number for number in range(at, len(self.plain)) if self.plain[number]), len(self.plain))

    def line(self, at: int) -> str:
        """Return a line as it is compared, "" at the end."""
        return self.plain[at] if at < len(self.plain) else ""

    def draft(self, at: int) -> str:
        """Return the lines from a number on as typed, without the empty ones around them."""
        return "\n".join(self.typed[self.filled(at) :]).rstrip()


def _confirmed(page: _Page) -> Order | None:
    """Return the order of a mail whose first words confirm or deny, None where they do neither."""
    top = page.filled(0)
    line = page.line(top)
    try:
        found = confirmation_in(line)
    except Misfit:
        # `/send` alone is a command, `send` alone a confirmation without its code
        is_command = _is_command(line) and _head(line)[0] in BY_WORD
        return None if is_command else Order(text=page.draft(top + 1), mistakes=(_mistake(line, "argument"),))
    if found is None:
        return None
    mistakes = _beside(page, top + 1)
    if found.verb == DENY:
        return Order((), replace(found, reason="\n".join((found.reason, *page.typed[top + 1 :])).strip()), "", mistakes)
    return Order((), found, page.draft(top + 1), mistakes)


def _commanded(page: _Page, *, is_numbered: bool) -> Order:
    """Return the order of a mail that begins with commands, or with none."""
    block, end = _block(page)
    read = [_read(line, is_numbered=is_numbered) for line in block[:MAX_COMMANDS]]
    commands = [one for one in read if isinstance(one, Command)]
    mistakes = [one for one in read if isinstance(one, Mistake)]
    mistakes += _repeated(commands)
    mistakes += [_mistake(line, "many") for line in block[MAX_COMMANDS : MAX_COMMANDS + 1]]
    mistakes += _beside(page, end) if block else ()
    return Order(tuple(commands), None, page.draft(end), tuple(mistakes), _stray(page.plain[end:]))


def _block(page: _Page) -> tuple[list[str], int]:
    """Return the lines of the first block and the number of the line behind it; empty lines may part them."""
    block, end = list[str](), 0
    at = page.filled(0)
    while _is_command(line := page.line(at)):
        block.append(line)
        end = at + 1
        at = page.filled(end)
    return block, end


def _beside(page: _Page, at: int) -> tuple[Mistake, ...]:
    """Return a mistake where a command or a confirmation stands below a confirmation, or one below commands."""
    line = page.line(page.filled(at))
    try:
        is_mixed = _is_command(line) or confirmation_in(line) is not None
    except Misfit:
        is_mixed = True
    return (_mistake(line, "mixed"),) if is_mixed else ()


def _repeated(commands: Sequence[Command]) -> list[Mistake]:
    """Return the commands that stand twice for one target; notes may."""
    met, found = set[tuple[str, str]](), list[Mistake]()
    for command in commands:
        key = (command.name, command.target)
        if key in met and command.name != "note":
            found.append(_mistake(command.line, "twice", usage=command.name))
        met.add(key)
    return found


def _read(line: str, *, is_numbered: bool) -> Command | Mistake:
    word, at = _head(line)
    specs = BY_WORD.get(word)
    if not specs:
        return _unknown(line, word)
    try:
        target, at = _target(specs[-1].arguments, line, at, is_numbered=is_numbered)
        specs = specs[-1:] if next_word(line, at)[0] else specs[:1]  # 担当 alone takes, 担当 WHO assigns
        return _command(specs[0], line, at, target)
    except Misfit as misfit:
        return _mistake(line, "argument", misfit.suggestions, specs[0].name)


def _command(spec: Spec, line: str, at: int, target: str) -> Command:
    if spec.arguments.needs_target and not target:
        raise Misfit
    filled = fill(spec.arguments, line, at)
    return Command(spec.name, filled.words, filled.text, filled.requests, target, line[:MAX_LINE_CHARS])


def _target(arguments: Arguments, line: str, at: int, *, is_numbered: bool) -> tuple[str, int]:
    """Return the case a command is for and the place behind it. Raises Misfit for a reference with a slip."""
    word, behind = next_word(line, at)
    wants_reference = arguments.slots[:1] and arguments.slots[0].read is case_reference
    if wants_reference and not case_reference(next_word(line, behind)[0]):
        return "", at  # the only reference is the argument
    if ref := case_reference(word):
        return ref, behind
    if _REFERENCE_SHAPE.fullmatch(word):
        raise Misfit
    number = _LINE_NUMBER.fullmatch(word) if is_numbered and arguments.takes_number else None
    return (number[1], behind) if number else ("", at)


def _unknown(line: str, word: str) -> Mistake:
    begun = {specs[0].name for known, specs in BY_WORD.items() if word and known.startswith(word)}
    return _mistake(line, "ambiguous" if len(begun) > 1 else "unknown", nearest(word, BY_WORD))


def _mistake(line: str, code: str, suggestions: tuple[str, ...] = (), usage: str = "") -> Mistake:
    return Mistake(line[:MAX_LINE_CHARS], code, suggestions, usage)


def _is_command(line: str) -> bool:
    """Say whether a line is meant as a command: any with a slash; of those with `#`, as headings have, known ones."""
    return bool(_SLASHED.match(line)) or (bool(_HASHED.match(line)) and _head(line)[0] in BY_WORD)


def _head(line: str) -> tuple[str, int]:
    """Return the command word of a line in lower case, "" where there is none, and the place behind it."""
    found = _SLASHED.match(line) or _HASHED.match(line)
    return (folded(found[1]).casefold(), found.end()) if found else ("", 0)


def _stray(lines: Sequence[str]) -> tuple[str, ...]:
    found = (line[:MAX_LINE_CHARS] for line in lines if line and _is_command(line))
    return tuple(islice(found, MAX_COMMANDS))
