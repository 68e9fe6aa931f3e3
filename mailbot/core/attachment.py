"""Lists what a mail carries beside its text: names made safe, type, size and digest of each part."""

import hashlib

from mailbot.core.headers import file_name
from mailbot.core.message import Attachment
from mailbot.core.mime import Part, decoded, leaves


def attachments_of(root: Part) -> tuple[Attachment, ...]:
    """Return every part that is not the text, in order."""
    return tuple(_attachment(leaf) for leaf in leaves(root) if leaf.is_attachment)


def _attachment(part: Part) -> Attachment:
    data = decoded(part)
    name = file_name(part.headers) or ("message.eml" if part.type == "message/rfc822" else "attachment")
    return Attachment(name, part.type, len(data), hashlib.sha256(data).hexdigest())
