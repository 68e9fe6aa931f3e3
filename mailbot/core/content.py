"""When two messages are the same message: equal in everything the writer's own program wrote.

The trace a mail collects on its way differs between two deliveries of one mail (pitfall 10), and one
Message-ID is reused for different mails (pitfall 9), so neither the bytes nor the id alone will do.
"""

import hashlib

from mailbot.core.reader.headers.headers import read_headers

_AUTHORS = ("from", "to", "cc", "subject", "date", "message-id", "content-type")


def content_digest(raw: bytes) -> bytes:
    """Return SHA-256 over the author's headers and the body; without Message-ID and Date, over all the bytes."""
    plain = raw.replace(b"\r\n", b"\n")
    headers, body_at = read_headers(plain)
    if not headers.first("message-id") and not headers.first("date"):
        return hashlib.sha256(raw).digest()
    digest = hashlib.sha256()
    for name, value in headers.fields:
        if name in _AUTHORS:
            digest.update(name.encode() + b":" + b" ".join(value.split()) + b"\n")
    digest.update(b"\n" + plain[body_at:].rstrip())
    return digest.digest()
