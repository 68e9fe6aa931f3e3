"""The readable view of `mailbot inspect`: what a mail says, what was cut from it and why, what the bot would do."""

from collections.abc import Iterator

from rich.text import Text

from mailbot.core.message import Attachment, Incoming, Verdict
from mailbot.edge.sandbox import Unreadable
from mailbot.inspecting import Seen

_KEPT, _MARGIN = "│", 16
_LONGEST_CUT = 6
"""A cut of more lines is shown by its first and last ones."""


def view(name: str, seen: Seen | Unreadable) -> Text:
    """Return the view of one mail; it has colours where the terminal does. The reader took out control characters."""
    if isinstance(seen, Unreadable):
        return Text(f"{name}\n  cannot be read: {seen.why}\n")
    lines = [
        Text(name, style="bold"),
        *map(Text, _facts(seen.incoming)),
        *map(Text, _asked(seen.verdict)),
        *(Text(f"  would       {effect}") for effect in seen.would),
        *(Text(f"  attachment  {_attachment(one)}") for one in seen.incoming.attachments),
        *_text(seen.incoming),
    ]
    return Text("\n").join(lines).append("\n")


def _facts(one: Incoming) -> Iterator[str]:
    sender = f"{one.sender_name} <{one.from_address}>" if one.sender_name else one.from_address or "nobody"
    yield f"  from        {sender}   strict sender: {one.sender or 'none'}"
    yield f"  subject     {one.subject or '(none)'}"
    stamped = f"{one.stamped_at:%Y-%m-%d %H:%M} UTC" if one.stamped_at else "not said"
    machine = one.machine.value if one.machine else "no, but gets no answer" if one.automatic else "no"
    yield f"  arrived     {stamped}   language: {one.language}   machine: {machine}"
    yield f"  read as     {', '.join(one.charsets) or 'no text'}   defects: {', '.join(one.defects) or 'none'}"
    if one.bounce:
        back = f"{', '.join(one.bounce.recipients) or 'nobody named'}, status {one.bounce.status or 'not said'}"
        yield f"  bounce      {back}, of {one.bounce.original_message_id or 'a mail not named'}"
    if one.individual_numbers:
        yield f"  masked      {one.individual_numbers} individual number(s)"


def _asked(verdict: Verdict) -> Iterator[str]:
    for one in verdict.asked:
        yield f"  asks        {one.kind} {one.confidence:.2f}  because: {' / '.join(one.because)}"
    if not verdict.asked:
        yield "  asks        nothing that was understood"
    flags = ", ".join(verdict.flags) or "none"
    route = "auto" if verdict.is_sure else "a person decides"
    yield f"  route       {route} (confidence {verdict.confidence:.2f})   flags: {flags}"


def _attachment(one: Attachment) -> str:
    found = f", looks like {one.found_type}" if one.found_type and one.found_type != one.type else ""
    locked = ", needs a password" if one.is_encrypted else ""
    return f"{one.name} ({one.type}, {one.size_bytes:,} bytes{found}{locked})"


def _text(one: Incoming) -> Iterator[Text]:
    """Yield the whole text: the newest words behind a bar, what was cut behind the reason."""
    yield Text(f"  text        ({_KEPT} is what the bot goes by, the rest is kept but cut)")
    lines = one.text.split("\n") if one.text else []
    at = 1
    for cut in one.cuts:
        yield from _kept(lines[at - 1 : cut.first_line - 1])
        yield from _left_out(lines[cut.first_line - 1 : cut.last_line], cut.why)
        at = cut.last_line + 1
    yield from _kept(lines[at - 1 :])


def _kept(lines: list[str]) -> Iterator[Text]:
    for line in lines:
        yield Text(f"  {'':{_MARGIN}} {_KEPT} {line}".rstrip())


def _left_out(lines: list[str], why: str) -> Iterator[Text]:
    half = _LONGEST_CUT // 2
    if len(lines) > _LONGEST_CUT + 1:
        lines = [*lines[:half], f"… {len(lines) - 2 * half} more lines …", *lines[-half:]]
    for number, line in enumerate(lines):
        yield Text(f"  {why if number == 0 else '':{_MARGIN}}   {line}".rstrip(), style="dim")
