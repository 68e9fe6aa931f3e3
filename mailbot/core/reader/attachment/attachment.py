"""Lists what a mail carries beside its text: names made safe, type as told and as found, size and digest."""

import hashlib
import re
from dataclasses import replace

from mailbot.core.message import Attachment
from mailbot.core.reader.attachment.attachment_name import shown_name
from mailbot.core.reader.attachment.content_type import found_type
from mailbot.core.reader.attachment.encryption import is_encrypted
from mailbot.core.reader.attachment.tnef import MAX_FILES, SIGNATURE, read_tnef
from mailbot.core.reader.headers.headers import file_name
from mailbot.core.reader.mime.mime import Part, decoded, leaves

TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
_TNEF_NAME = "winmail.dat"
_NO_TYPE = "application/octet-stream"
_BROKEN = "tnef_broken"
_WORD = r"[\w!#$&^.+-]{1,127}"
_TYPE = re.compile(f"{_WORD}/{_WORD}", re.ASCII)  # RFC 6838 §4.2; any other is no type, and could hold anything


def attachments_of(root: Part) -> tuple[Attachment, ...]:
    """Return every part that is not the text, in order; behind a winmail.dat the files in it."""
    return read_attachments(root)[0]


def read_attachments(root: Part) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Return the attachments, and codes of what was wrong with them: `tnef_broken` for a winmail.dat read in part."""
    found: list[Attachment] = []
    defects: list[str] = []
    left = MAX_FILES  # files opened out of all containers of the mail
    for part in leaves(root):
        if not part.is_attachment:
            continue
        data = decoded(part)
        one = replace(_attachment(file_name(part.headers), part.type, data), is_inline=_is_inline(part))
        held, codes = _held(one, data, left)
        left -= len(held)
        found += [one, *held]
        defects += codes
    return tuple(found), tuple(dict.fromkeys(defects))


def _is_inline(part: Part) -> bool:
    """Whether the HTML beside it shows a part by its Content-ID (RFC 2392)."""
    return part.type.startswith("image/") and bool(part.headers.first("content-id")) and not part.is_called_attachment


def _attachment(name: str, kind: str, data: bytes) -> Attachment:
    found = found_type(data)
    kind = kind if _TYPE.fullmatch(kind) else _NO_TYPE
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(shown_name(name, kind, found), kind, len(data), digest, found, is_encrypted(data))


def _held(one: Attachment, data: bytes, left: int) -> tuple[list[Attachment], list[str]]:
    """Return the files in a container of Outlook, however the mail calls it, and what was wrong with it."""
    is_called_one = one.type in TNEF_TYPES or one.name.lower() == _TNEF_NAME
    if not data.startswith(SIGNATURE):
        return [], [_BROKEN] if is_called_one else []
    held = read_tnef(data, left)
    files = [_attachment(file.name, file.type or _NO_TYPE, file.data) for file in held.files]
    return files, [_BROKEN] if held.is_broken else []
