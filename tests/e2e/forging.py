"""What a forger, a careless colleague or a strange mail program makes of the mails of the desk."""

import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from typing import Any

from mailbot.compose import open_stores
from mailbot.config import load
from mailbot.core.token import ALPHABET, TokenKeys
from mailbot.edge.clock import Clock
from mailbot.store.token_keys import token_keys
from tests.e2e.by_mail import Person, text_of
from tests.e2e.desk import mail, parsed

_CODE = re.compile(rf"^[\W_]*(?:送信|確認|承認|send|approve) ([{ALPHABET}]{{10}})\b", re.MULTILINE)
_TOKEN = re.compile(rf"<cv1\.([{ALPHABET}]{{39}})\.")
STAFF_TOKEN = re.compile(rf"(?i)(?<![{ALPHABET}])[{ALPHABET}][sm][{ALPHABET}]{{37}}(?![{ALPHABET}])")
"""The grammar of a token of staff (threats §3.1), written down once more."""


def codes_of(message: EmailMessage) -> list[str]:
    """The codes a preview, a question or a challenge gives, in their order."""
    return _CODE.findall(text_of(message))


def token_of(message: EmailMessage) -> str:
    """The token in the Message-ID of a mail of the desk."""
    found = _TOKEN.search(str(message["Message-ID"]))
    assert found
    return found[1]


def keys_of(person: Person) -> TokenKeys:
    """The keys the desk signs its tokens with, as only the desk has them."""
    config = load(person.desk.config_file)
    stores = open_stores(config)
    try:
        return token_keys(stores.engine, stores.vault, config.company.address, Clock().now())
    finally:
        stores.engine.dispose()
        stores.keys.dispose()


def answering(message: EmailMessage, token: str = "") -> dict[str, Any]:
    """The thread headers of a reply; with another token in the id they answer, where one is given."""
    answered = str(message["Message-ID"])
    return {"In_Reply_To": answered.replace(token_of(message), token) if token else answered}


def retitled(message: EmailMessage, ref: str, other: str) -> str:
    """The subject of a reply in which somebody put another case in the place of this one."""
    return f"Re: {message['Subject']}".replace(ref, other)


def put(person: Person, message: EmailMessage, answered: EmailMessage, to: str = "", **headers: str) -> None:
    """Send a mail built by hand, as an answer to one of the desk; its headers are those of `Person.write`."""
    person._count += 1
    known = answering(answered) | person._headers() | headers
    number = f"{person.address.split('@')[0]}-{person._count}"
    frame = parsed(mail(person.address, to or person.desk.mailbox, f"Re: {answered['Subject']}", "", number, **known))
    for name, value in frame.items():
        if name.lower() not in {"content-type", "content-transfer-encoding", "mime-version"} and name not in message:
            message[name] = value
    person.desk.put(message.as_bytes(policy=policy.SMTP), at=person.now)


def other_domain(keys: TokenKeys) -> TokenKeys:
    """The same keys, for a desk at another domain."""
    return replace(keys, mailbox=f"{keys.mailbox.partition('@')[0]}@other.test")
