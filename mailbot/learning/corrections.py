"""The corrections of the desk as mails to learn from; `mailbot.correcting` reads them from the store."""

from collections.abc import Iterable
from hashlib import sha256

from mailbot.core.sentences import MailText
from mailbot.core.weighing import CODES, FLAGS
from mailbot.learning.rows import Row

ORIGIN = "corrections"


def correction_row(number: int, ref: str, mail: MailText, kinds: Iterable[str], flags: Iterable[str]) -> Row | None:
    """Return the row of a correction with this number of a case with this reference, which itself stays outside.

    `kinds` and `flags` are those the person chose; None where no kind is left that can be learned.
    """
    labels = tuple(kind for kind in kinds if kind in CODES)
    if not labels:
        return None
    return Row(
        id=f"{ORIGIN}-{number:06}",
        lang=mail.language.value,
        subject=mail.subject,
        text=mail.reply_text,
        labels=labels,
        flags=tuple(flag for flag in flags if flag in FLAGS),
        origin=ORIGIN,
        group=f"{ORIGIN}/{sha256(ref.encode()).hexdigest()[:16]}",
    )
