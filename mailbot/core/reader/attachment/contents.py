"""Finds the bytes of attachments in a mail again, by their digest: for the few that a person sends on.

The mail is walked exactly as `attachment.py` lists it, containers of Outlook included.
"""

import hashlib
from collections.abc import Iterator, Sequence

from mailbot.core.reader.attachment.tnef import MAX_FILES, SIGNATURE, read_tnef
from mailbot.core.reader.mime.mime import MAX_MESSAGE_BYTES, cut_mail, decoded, leaves


def contents_of(raw: bytes, wanted: Sequence[str]) -> tuple[bytes, ...]:
    """Return the bytes of the attachments with these SHA-256 (hex, lower case), in this order.

    Raises LookupError where the mail has none with one of them.
    """
    found: dict[str, bytes] = {}
    for data in _every_file(raw):
        digest = hashlib.sha256(data).hexdigest()
        if digest in wanted:
            found[digest] = data
    if missing := sum(digest not in found for digest in set(wanted)):
        raise LookupError(f"{missing} of {len(set(wanted))} attachments are not in the mail")
    return tuple(found[digest] for digest in wanted)


def _every_file(raw: bytes) -> Iterator[bytes]:
    root, _ = cut_mail(raw[:MAX_MESSAGE_BYTES].lstrip(b"\r\n"))
    left = MAX_FILES
    for part in leaves(root):
        if part.is_attachment:
            data = decoded(part)
            held = read_tnef(data, left).files if data.startswith(SIGNATURE) else ()
            left -= len(held)
            yield data
            yield from (file.data for file in held)
