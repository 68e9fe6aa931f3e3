"""The page of the commands for the people of the desk, made from the one table so that it cannot lie."""

from collections.abc import Mapping

from mailbot.core.desk.commands import COMMANDS, LEVEL_WORDS, Spec
from mailbot.core.desk.vocabulary import ASKED, CLOSED, KINDS_ASKED, LETTERS, METHODS, ROLES

_RULES = """# The commands of the desk

Made from `COMMANDS` in `mailbot/core/desk/commands.py` by `make docs`.

A command is a line that begins with `/` (`／` and `#` work too), typed above everything else in an answer to a mail of
the desk. One command a line; Japanese and English words are equal, capitals do not matter. The first line that is no
command ends the block; what follows is the text of the mail.

- All or nothing: where one line cannot be read, nothing is done, and the answer says what was read and what may have
  been meant. The same command twice for one case is such a line; notes may repeat.
- In an answer to the digest, a reference behind the command word says which case is meant:
  `/assign KJ-2026-000123-M hana`.
- Numbers at the end limit a command to these requests of the case: `/refuse 33-2-2 1 3`. Without them it means all
  that are open. Behind a free text they need their `#`.
- `[…]` may be left out, `a|b` is a choice, `…` may repeat.

What leaves the office is shown first, with a code. It leaves when the first line of an answer is `送信 CODE` or
`send CODE`, `確認 CODE` or `confirm CODE` where nothing leaves; `承認 CODE` or `approve CODE` is the manager's;
`差戻 CODE 理由` or `deny CODE WHY` sends it back. A code stands alone in its mail, without commands. `送信` without a
code does nothing.

"""
_VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "Kinds, for `/type`": KINDS_ASKED,
    "Letters, for `/send`": LETTERS,
    "What is asked, for `/ask`": ASKED,
    "How an identity is checked, for `/verify`": METHODS,
    "Why a case is closed, for `/close`": CLOSED,
    "Second persons, for `/party`": ROLES,
}


def manual() -> str:
    """Return the rules, every command, and every word for a code as Markdown."""
    rows = [_row(spec) for spec in COMMANDS.values()]
    head = "| English | 日本語 | does | needs |\n|---|---|---|---|\n"
    return _RULES + head + "\n".join(rows) + "\n" + "".join(_words(*one) for one in _VOCABULARIES.items())


def _row(spec: Spec) -> str:
    command, *rest = spec.usage_en.split(" ", 1)
    line = ["[LINE]"] if spec.arguments.takes_number and not spec.arguments.needs_target else []
    usage = " ".join((command, *line, *rest))
    return f"| {_code(usage)} | {_code(spec.usage_ja)} | {_escaped(spec.help_en)} | {LEVEL_WORDS[spec.level][1]} |"


def _words(title: str, words: Mapping[str, str]) -> str:
    rows = "".join(f"| `{code}` | {', '.join(_others(code, words))} |\n" for code in dict.fromkeys(words.values()))
    return f"\n## {title}\n\n| code | other words |\n|---|---|\n{rows}"


def _others(code: str, words: Mapping[str, str]) -> list[str]:
    return [word for word, means in words.items() if means == code and word != code.lower()]


def _code(text: str) -> str:
    return f"`{_escaped(text)}`"


def _escaped(text: str) -> str:
    """Return a text for a cell of a table, where a bar would end it."""
    return text.replace("|", "\\|")
