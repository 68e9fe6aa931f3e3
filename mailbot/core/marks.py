"""What staff must know of a mail that is not in its words: codes that flag the case."""

from mailbot.core.message import Incoming
from mailbot.core.reader.attachment.password_mail import is_password_mail
from mailbot.core.reader.headers.sender import normalise_address

INDIVIDUAL_NUMBER = "individual_number"
ENCRYPTED = "encrypted_attachment"
PASSWORD = "password_mail"  # noqa: S105 -- the code of a flag
REPLY_TO = "reply_to_differs"


def marks_of(incoming: Incoming) -> tuple[str, ...]:
    """Return the codes: answers are wanted elsewhere, an individual number was masked, something needs a password."""
    answers = {normalise_address(one) for one in incoming.reply_to}
    found = {
        REPLY_TO: bool(answers - {normalise_address(incoming.sender or "")}),
        INDIVIDUAL_NUMBER: incoming.individual_numbers > 0,
        ENCRYPTED: any(one.is_encrypted for one in incoming.attachments),
        PASSWORD: is_password_mail(incoming.subject, incoming.reply_text),
    }
    return tuple(code for code, is_so in found.items() if is_so)
