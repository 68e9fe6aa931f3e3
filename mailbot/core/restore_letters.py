"""The mail that asks a manager whether the desk shall go on with a database that is older than its mailbox."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.letters import Company, Letter, LetterKind
from mailbot.core.message import Language


@dataclass(frozen=True, slots=True)
class Behind:
    """How a database stands behind the mailbox. `why` is a code of `core.marker`, or `found`.

    `marked_at` is the last sign of a desk on the mail server, in the company's zone, None where there is none;
    `issued` and `known` are the serials of the last digest there and here; `lying` is how many mails lie in the folders
    of the desk behind the last that this database filed, `held` how many wait to leave.
    """

    why: str
    marked_at: datetime | None
    issued: int
    known: int
    lying: int
    held: int


def restored(company: Company, behind: Behind, secret: str, to: str, language: Language) -> Letter:
    """Return the question to a manager; `secret` is the code of this manager."""
    context = {"company": company, "ref": "", "behind": behind, "secret": secret}
    return Letter("restored", LetterKind.ESCALATION, language, to, context)
