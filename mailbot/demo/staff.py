"""Staff and manager of the demo: they tap the buttons of the very mails they got, or reply to them."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from mailbot.core.reference import references_in
from mailbot.demo.links import Link, links
from mailbot.demo.mails import Mail, Sent, text_of
from mailbot.demo.office import MANAGER, Person

TYPED = "{line}\n"
"""The words of a reply that repeats the line beside the button, for people whose program opens no links."""


@dataclass(frozen=True, slots=True)
class StaffMail:
    """What somebody does with the newest mail of a case that has a button.

    `about` is the requester's address, `label` the words on the button. Without `text` the mail that the button opens
    is sent as it is; with it, the mail is replied to in these words.
    """

    person: Person
    about: str
    label: str
    text: str = ""

    def written(self, at: datetime, sent: Sent) -> bytes:
        """Return the bytes as the desk's mail server takes them in. Raises LookupError when no mail has the button."""
        shown, link = self._found(sent)
        name, address = self.person.name, self.person.address
        if not self.text:
            return Mail(name, address, link.body, link.subject, to=link.to).written(at, sent)
        return Mail(name, address, self.text.replace("{line}", link.line), thread=shown).written(at, sent)

    def _found(self, sent: Sent) -> tuple[EmailMessage, Link]:
        refs = references_in(str(sent(self.about)[0]["Subject"]))  # the acknowledgement names the case
        about = [mail for mail in sent(self.person.address) if references_in(str(mail["Subject"])) == refs]
        found = [(mail, link) for mail in about for link in links(mail) if link.label == self.label]
        if not found:
            raise LookupError(f"no mail to the {self.person.role} about {refs[0]} has the button {self.label}")
        return found[-1]


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """A reply to the newest digest; `{number}` in `text` becomes the number of the line that shows a case.

    `about` is the requester's address.
    """

    person: Person
    about: str
    text: str

    def written(self, at: datetime, sent: Sent) -> bytes:
        """Return the bytes as the desk's mail server takes them in. Raises LookupError when no line shows the case."""
        digest = [mail for mail in sent(self.person.address) if mail["X-Mailbot-Kind"] == "digest"][-1]
        [ref] = references_in(str(sent(self.about)[0]["Subject"]))
        text = self.text.replace("{number}", _number_of(ref, text_of(digest)))
        return Mail(self.person.name, self.person.address, text, thread=digest).written(at, sent)


def _number_of(ref: str, digest: str) -> str:
    """Return the number of the line of a digest that shows a case: its reference closes the line."""
    _, *lines = re.split(r"^(?=\d+\. )", digest, flags=re.MULTILINE)
    shown = [line.partition(".")[0] for line in lines if ref in line]
    if not shown:
        raise LookupError(f"no line of the digest shows {ref}")
    return shown[0]


ANSWER = """\
Dear Ms Whitcombe,

We have corrected your address, and we have stopped the magazine and the special offers as of today.
Should anything still reach you after 4 December, please reply to this mail.
"""
LOOK = "/添付\n"
CHECKED = "/本人確認 書類\n"
PARTLY = """\
/一部 33-2-1
開示の範囲: お客様の登録情報と、お掃除のご利用履歴
データの時点: 2026年11月30日
方法: 書面
お渡し方法: 簡易書留
内容の一覧: 氏名、住所、電話番号、ご利用日、お支払いの履歴
開示しないもの: 作業記録のうち、スタッフ個人に関する記載
理由: スタッフ個人の権利利益を害するおそれがあるため
"""
ASSIGNS = "/assign {number} hana\n"


def approves(about: str) -> StaffMail:
    """Return the manager's approval: the line with the code, typed into a reply."""
    return StaffMail(MANAGER, about, "Approve", TYPED)
