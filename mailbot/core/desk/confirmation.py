"""Reads the one line that lets an effect happen or refuses it: `送信 CODE`, `approve CODE`, `差戻 CODE 理由`. Pure.

A line that begins like one without a good code is told apart, so that it never becomes a draft. Only the first
characters of a line are looked at: normalising is not linear (threats C9).
"""

import re
import unicodedata
from dataclasses import dataclass

from mailbot.core.desk.arguments import Misfit
from mailbot.core.token import ALPHABET

CONFIRM = "confirm"
DENY = "deny"
MAX_LINE_CHARS = 200
"""How much of a line a receipt shows."""

_HEAD_CHARS = 100
_MARKS = r"\s「」『』【】()<>\[\]\"'“”‘’*:,、"
_VERB = re.compile(
    rf"[/#]?[{_MARKS}]*(?:"
    r"(?P<confirm>送信|返信|承認|確認|(?:confirm|send|approve|ok)(?![0-9a-z]))"
    r"|(?P<deny>差し?戻し?|(?:deny|reject)(?![0-9a-z]))"
    rf")[{_MARKS}]*"
)
_GAP = r"[-‐‑–—−ー ]?"
_CODE = re.compile(rf"([{ALPHABET}]{{5}}){_GAP}([{ALPHABET}]{{5}})(?![0-9a-z])")
_SLIP = re.compile(rf"(?=[a-z]*[- ]?[a-z]*[0-9])[0-9a-z]{{3,7}}{_GAP}[0-9a-z]{{4,7}}(?![0-9a-z])")
_END = re.compile(rf"[{_MARKS}。.!]*")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A code that came back. `verb` is CONFIRM or DENY, `secret` its 10 characters in lower case.

    `reason` is why an effect is denied, as typed, "" where nothing was said. `line` is for the receipt.
    """

    verb: str
    secret: str
    reason: str
    line: str


def confirmation_in(line: str) -> Confirmation | None:
    """Return what a line without outer spaces confirms or denies, None where it is neither.

    Raises Misfit where it begins like one and has no code, a code with a slip, or words behind the code that might
    take it back ("送信 CODE はまだ").
    """
    head = unicodedata.normalize("NFKC", line[:_HEAD_CHARS]).lower()
    verb = _VERB.match(head)
    if not verb:
        return None
    is_denial = verb["deny"] is not None
    if code := _code(head, verb.end()):
        return _denied(line, code) if is_denial else _confirmed(line, head, code)
    slip = _SLIP.match(head, verb.end())
    if _is_end(line, head, verb.end()) or (slip and (is_denial or _is_end(line, head, slip.end()))):
        raise Misfit
    return None


def _code(head: str, at: int) -> re.Match[str] | None:
    """Return the code at a place of a line; words ("send these paper", "Send attendance records") have no digit."""
    found = _CODE.match(head, at)
    return found if found and re.search(r"[0-9]", found[0]) else None


def _denied(line: str, code: re.Match[str]) -> Confirmation:
    # what stands before the reason is one character for one in the line as typed too
    reason = line[code.end() :].lstrip(" \u3000:：、,。.」』\"'”’)）】")
    return Confirmation(DENY, code[1] + code[2], reason, line[:MAX_LINE_CHARS])


def _confirmed(line: str, head: str, code: re.Match[str]) -> Confirmation:
    if not _is_end(line, head, code.end()):
        raise Misfit
    return Confirmation(CONFIRM, code[1] + code[2], "", line[:MAX_LINE_CHARS])


def _is_end(line: str, head: str, at: int) -> bool:
    return len(line) <= _HEAD_CHARS and _END.fullmatch(head, at) is not None
