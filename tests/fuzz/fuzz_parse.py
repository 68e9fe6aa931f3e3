"""The reader is total: any bytes are read in time into an `Incoming` that keeps its promises."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.utils import getaddresses

from mailbot.core.message import Incoming
from mailbot.core.reader.parse import parse
from tests.fuzz.assemble import mail
from tests.fuzz.mutate import MAIL_CHANGES
from tests.fuzz.promises import check, expect
from tests.fuzz.target import Target, assembled, corpus_mails

_MAX_HEAD_BYTES = 4_000  # the standard library takes seconds for more


def judge(raw: bytes, one: Incoming) -> None:
    """Raise where a promise is broken, or where the standard library reads another sender (threats A2)."""
    check(one)
    head = re.split(rb"\r?\n\r?\n", raw.lstrip(b"\r\n"), maxsplit=1)[0]
    if one.sender and len(head) <= _MAX_HEAD_BYTES:
        others = _senders(head)
        is_alone = others in ([], [one.sender.lower()])
        expect(kept=is_alone, rule="no other sender for another reader", found=(one.sender, others))


def _senders(head: bytes) -> list[str]:
    """Return every address that the standard library finds in From headers, in lower case."""
    values = [str(value) for name, value in message_from_bytes(head).raw_items() if name.lower() == "from"]
    return [address.lower() for _, address in getaddresses([value.replace("\r\n", "") for value in values])]


def _seeds() -> Iterator[bytes]:
    yield from corpus_mails()
    yield from assembled(200, mail)


TARGET = Target(
    seeds=_seeds,
    changes=MAIL_CHANGES,
    read=parse,
    judge=judge,
    mail_of=bytes,
)
