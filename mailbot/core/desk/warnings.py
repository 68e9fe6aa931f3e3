"""What a draft is warned of before a person confirms it: the careless mistakes of threats C1-C5, found in its words.

Pure: the store counts what belongs to other cases, `warnings_of` reads the rest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.desk.attachments import judged
from mailbot.core.desk.known import one_form
from mailbot.core.letters import Said
from mailbot.core.message import Attachment
from mailbot.core.reference import references_in

BLOCKING = frozenset(
    {"other_ref", "note_text", "staff_token", "quoted", "attachment_type", "attachment_size", "tag_differs"}
)
"""The codes with which no draft leaves, whoever confirms; the others ask a person to look twice."""
LONG_CHARS = 8_000
LEAST_NOTE_LETTERS = 12

_FOREIGN = ("address", "phone", "name")
_STAFF_TOKEN = re.compile(r"(?<![a-km-np-z2-9])[a-km-np-z2-9][smbx][a-km-np-z2-9]{37}(?![a-km-np-z2-9])", re.IGNORECASE)
_QUOTED_LINE = re.compile(r"\s*+[>＞│]")
_EARLIER_MAIL = re.compile(
    r"[\W_]{2,80}+(?:original message|begin forwarded message|forwarded message|reply message|元のメッセージ"
    r"|転送(?:された)?メッセージ)[\W_]{0,80}+$",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"\s*+(?:on .{6,160}wrote|.{6,160}(?:さんは書きました|さんが書きました|wrote))\s*+[:：]\s*+$", re.IGNORECASE
)
_MOMENT = re.compile(r"\d{4}|\d{1,2}:\d{2}")
_FROM = re.compile(r"[\s*]*+(?:from|差出人|送信者)[\s*]*+[:：]", re.IGNORECASE)
_FIELD = re.compile(r"[\s*]*+(?:sent|date|subject|送信日時|日時|日付|件名)[\s*]*+[:：]", re.IGNORECASE)
_AROUND_LINES = 3
_ENDS = re.compile(r"[\n。!?]+|\.(?=\s|$)")
_NO_LETTER = re.compile(r"[\W_]+")
_COURTESY = re.compile(
    "(?:いつも|平素(?:より|は)|大変|誠に|格別の?|何卒|どうぞ|引き続き|今後とも|お忙しいところ|恐れ入りますが|お手数(?:です|をおかけします)が"
    "|ご(?:連絡|返信|回答|返答|確認|対応|検討|査収|協力)(?:を|のほど|の程|の件|いただき|くださり)?(?:まして)?)*"
    "(?:お世話になって(?:おり|い)ます|(?:よろしく|宜しく)お?願い(?:いた|致)?し?(?:ます|申し上げます)"
    "|ありがとうございま(?:す|した)|申し訳(?:ございません|ありません)|失礼(?:いた|致)します|お待ちして(?:おり|い)ます)"
    "|(?:many)?thank(?:s|you)(?:very|so)?(?:much)?(?:inadvance)?"
    "(?:foryour(?:e?mail|letter|message|reply|patience|time|inquiry|enquiry|understanding|kindattention))?"
    "|(?:with)?(?:best|kind|warm)(?:est)?regards|yours(?:sincerely|faithfully|truly)"
    "|pleaseletmeknowifyouhaveany(?:further)?questions|ihopethise?mailfindsyouwell"
    "|(?:welook|ilook|look)(?:ing)?forwardtohearingfromyou"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it would leave, and what is known beside it.

    `contents` are bytes of attachments by SHA-256, as far as they were fetched. `recipients` counts the To and Cc
    addresses of the staff mail beside the desk's own. `foreign` counts, by "address", "phone" and "name", what
    `core.desk.known` finds in the text and the store knows of other cases. `notes` are internal notes of this case;
    an earlier draft is none. The tiers are those of law §1. `tag_differs` is the reference the staff mail's subject
    names where it is another one, else "". `reply_to_differs`: the requester asks for answers at another address.
    """

    text: str
    own_ref: str
    attachments: Sequence[Attachment] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)
    recipients: int = 0
    foreign: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()
    tier_needed: int = 0
    tier_done: int = 0
    is_proved: bool = True
    tag_differs: str = ""
    reply_to_differs: bool = False


def warnings_of(draft: Draft) -> tuple[Said, ...]:
    """Return every warning, each code once but for those that name an attachment; blocking ones first."""
    found = [*_of_words(draft), *_of_attachments(draft), *_of_circumstances(draft)]
    return tuple(sorted(found, key=lambda said: said.code not in BLOCKING))


def _of_words(draft: Draft) -> Iterator[Said]:
    text = one_form("\n".join([draft.text, *(one.name for one in draft.attachments)]))
    if others := [ref for ref in references_in(text) if ref != draft.own_ref.upper()]:
        yield Said("other_ref", {"refs": others})
    if _is_note_in(draft.text, draft.notes):
        yield Said("note_text")
    if _STAFF_TOKEN.search(text):
        yield Said("staff_token")
    if is_quoting(draft.text):
        yield Said("quoted")
    for what in _FOREIGN:
        if count := draft.foreign.get(what, 0):
            yield Said(f"known_{what}", {"count": count})
    if len(draft.text) > LONG_CHARS:
        yield Said("long")


def _of_attachments(draft: Draft) -> Iterator[Said]:
    allowed, refused = judged(draft.attachments, draft.contents)
    yield from (Said(one.code, {"name": one.attachment.name}) for one in refused)
    yield from (Said("encrypted", {"name": one.name}) for one in allowed if one.is_encrypted)


def _of_circumstances(draft: Draft) -> Iterator[Said]:
    if draft.tag_differs:
        yield Said("tag_differs", {"ref": draft.tag_differs})
    if draft.tier_done < draft.tier_needed:
        yield Said("no_identity", {"tier": draft.tier_needed})
    if draft.recipients:
        yield Said("cc", {"count": draft.recipients})
    if not draft.is_proved:
        yield Said("not_proved")
    if draft.reply_to_differs:
        yield Said("reply_to_differs")


def is_quoting(text: str) -> bool:
    """Say whether a text holds lines of an earlier mail: quoted ones, an introduction, a divider, a header block."""
    lines = text.splitlines()
    senders = [number for number, line in enumerate(lines) if _FROM.match(line)]
    around = (line for at in senders for line in lines[max(at - _AROUND_LINES, 0) : at + 1 + _AROUND_LINES])
    return any(map(_is_of_earlier_mail, lines)) or any(map(_FIELD.match, around))


def _is_of_earlier_mail(line: str) -> bool:
    is_introduction = _INTRODUCED.match(line) is not None and _MOMENT.search(line) is not None
    return is_introduction or any(rule.match(line) for rule in (_QUOTED_LINE, _EARLIER_MAIL))


def _is_note_in(text: str, notes: Sequence[str]) -> bool:
    """Say whether a line or a sentence of a note stands in the text, however it is wrapped and punctuated."""
    letters = _letters(text)
    return any(piece in letters for note in notes for piece in _pieces(note))


def _pieces(note: str) -> Iterator[str]:
    """Yield the lines and sentences of a note that are long enough to be its own, without words of courtesy."""
    note = one_form(note)
    for part in (*note.splitlines(), *_ENDS.split(note)):
        piece = _letters(part)
        if len(piece) >= LEAST_NOTE_LETTERS and not _COURTESY.fullmatch(piece):
            yield piece


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", one_form(text).casefold())
