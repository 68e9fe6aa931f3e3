"""The mails of the demo: invented people in their own words, as their mail programs write them.

Names and addresses stand here and in what is made of these mails, never in the account on the terminal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from mailbot.demo.office import AUTHSERV_ID, DESK

_PASSED = "dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={domain}"
_FORGED = "dmarc=fail header.from={domain}; spf=fail smtp.mailfrom=cheap-host.test"
_QUOTED_LINES = 12

SentTo = Callable[[str, str], Sequence[EmailMessage]]
"""Asks for the desk's mails to an address, of a kind (`X-Mailbot-Kind`), oldest first."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to come. `answers` is the kind of the desk's mail that it replies to, empty for a mail of its own."""

    name: str
    sender: str
    text: str
    subject: str = ""
    answers: str = ""
    proof: str = _PASSED
    extra: Mapping[str, str] = field(default_factory=dict)
    is_iso_2022_jp: bool = False
    attachment: tuple[str, bytes] | None = None

    def written(self, at: datetime, sent_to: SentTo) -> bytes:
        """Return the bytes as the desk's mail server takes them in. Raises LookupError when nothing can be answered."""
        answered = self._answered(sent_to)
        mail = self._old_style() if self.is_iso_2022_jp else self._modern(answered)
        domain = self.sender.partition("@")[2]
        mail["To"] = DESK
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{at:%Y%m%d%H%M}.{len(self.text)}@{domain}>"
        for key, value in (_thread(answered) | dict(self.extra)).items():
            mail[key] = value
        proof = f"Authentication-Results: {AUTHSERV_ID}; {self.proof.format(domain=domain)}\r\n"
        return proof.encode() + mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))

    def _answered(self, sent_to: SentTo) -> EmailMessage | None:
        if not self.answers:
            return None
        found = sent_to(self.sender, self.answers)
        if not found:
            raise LookupError(f"the desk sent no {self.answers} that this mail could answer")
        return found[-1]

    def _modern(self, answered: EmailMessage | None) -> EmailMessage:
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = formataddr((self.name, self.sender))
        mail["Subject"] = self.subject or (f"Re: {answered['Subject']}" if answered else "")
        mail.set_content(self.text + (_quoted(answered) if answered and not self.extra else ""))
        if self.attachment:
            name, data = self.attachment
            mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
        return mail

    def _old_style(self) -> Message:
        """As Japanese mail programs wrote for thirty years, and some still do (RFC 1468)."""
        mail = MIMEText(self.text, "plain", "iso-2022-jp")
        mail["From"] = formataddr((self.name, self.sender), "iso-2022-jp")
        mail["Subject"] = Header(self.subject, "iso-2022-jp").encode()
        return mail


def read(mail: bytes) -> EmailMessage:
    """Return a mail as the standard library reads it."""
    found = message_from_bytes(mail, policy=policy.default)
    assert isinstance(found, EmailMessage)  # noqa: S101 -- for the type checker: this policy makes no other class
    return found


def text_of(mail: EmailMessage, form: str = "plain") -> str:
    """Return the words of a mail, `plain` or `html`; empty where it has no such part."""
    part = mail.get_body((form,))
    return str(part.get_content()) if part else ""


def _thread(answered: EmailMessage | None) -> dict[str, str]:
    if answered is None:
        return {}
    own = str(answered["Message-ID"])
    return {"In-Reply-To": own, "References": f"{answered['References'] or ''} {own}".strip()}


def _quoted(answered: EmailMessage) -> str:
    """Return the beginning of the answered mail below the answer, as mail programs put it."""
    lines = text_of(answered).splitlines()[:_QUOTED_LINES]
    return "\n\n" + "\n".join([f"On {answered['Date']}, {DESK} wrote:", *(f"> {line}" for line in lines)]) + "\n"


DISCLOSURE = Mail(
    "桜井 真由美",
    "mayumi.sakurai@people.test",
    """\
いつも掃除をお願いしている桜井と申します。
御社がお持ちの私の個人データを開示していただけますでしょうか。
よろしくお願いいたします。

桜井 真由美
電話 070-0000-1234
""",
    "個人情報の開示のお願い",
)
CORRECTION_AND_STOP = Mail(
    "Eleanor Whitcombe",
    "eleanor@whitcombe.example",
    """\
Hello,

We moved to a new flat last month. Please correct my address.
Also, please stop sending me the home magazine and the special offers.

Kind regards
Eleanor Whitcombe
""",
    "New address, and the magazine",
)
ERASURE = Mail(
    "大久保 健吾",
    "kengo-okubo@people.test",
    """\
以前、洗濯物の集配でお世話になりました。
もう利用しておりませんので、保存されている私の個人情報をすべて消去してください。

大久保 健吾
""",
    "個人情報の消去のお願い",
    is_iso_2022_jp=True,
)
VACATION = Mail(
    "Eleanor Whitcombe",
    "eleanor@whitcombe.example",
    "Thank you for your message. I am travelling until Thursday and will read it then.\n",
    "Automatic reply: out of office",
    answers="ack",
    extra={"Auto-Submitted": "auto-replied"},
)
COMPLAINT = Mail(
    "藤堂 彩",
    "aya.todo@people.test",
    """\
先日ベビーシッターに来ていただいた藤堂です。
うちの子の名前や通っている園のことを、シッターの方がほかのお客様に話していたと聞きました。
個人情報の取扱いについて、苦情を申し上げます。
""",
    "シッターの方について",
)
SPAM = Mail(
    "SUPER SALE",
    "info@big-sale.example",
    "【本日限り】人気の掃除機が最大80%オフ!\n今すぐこちらから https://big-sale.example/now\n",
    "限定セールのお知らせ",
    extra={"X-Spam-Flag": "YES", "X-Spam-Score": "14.2"},
)
FORGED = Mail(
    "桜井 真由美",
    "mayumi.sakurai@people.test",
    """\
先日、個人データの開示をお願いした桜井です。
アドレスが変わりましたので、データはこちらへ送ってください。
sakurai-new@freebox.example
""",
    "開示の送り先について",
    proof=_FORGED,
)
PURPOSE = Mail(
    "Tomás Lindqvist",
    "tomas@lindqvist.example",
    """\
Hello,

I use your storage service. For what purposes do you use my phone number and my other personal data?

Thank you,
Tomás Lindqvist
""",
    "A question about my phone number",
)
FOLLOW_UP = Mail(
    "桜井 真由美",
    "mayumi.sakurai@people.test",
    """\
早速のご連絡ありがとうございます。
それから、引っ越しましたので、登録されている住所を訂正してください。

桜井
""",
    answers="ack",
)
BOOKING = Mail(
    "小野寺 力",
    "chikara.onodera@people.test",
    """\
お世話になっております。
来週火曜日10時からの掃除の予約を、水曜日の同じ時間に変更できますか。
鍵は前回と同じ場所に預けます。

小野寺
""",
    "来週の掃除の予約について",
)
UNSURE = Mail(
    "水野 かおり",
    "kaori.mizuno@people.test",
    """\
先日の掃除のとき、スタッフの方が紙に私のことを書いていました。
少し気になっているのですが、あれはどうなるのでしょうか。

水野
""",
    "紙のこと",
)
APPLICANT = Mail(
    "Priya Raghunathan",
    "priya.raghunathan@people.test",
    """\
Dear team,

In spring I applied for a job as a sitter. I was not hired, and that is fine.
Please stop using my application and my CV; my signed request is attached.

Best regards
Priya Raghunathan
""",
    "My application in spring",
    attachment=("signed-request.pdf", b"%PDF-1.4\n% an invented scan of a signed request\n%%EOF\n"),
)


def staff_answer(address: str) -> Mail:
    """Return the handler's answer to the newest notice."""
    return Mail(
        "森 花", address, "確認しました。契約の記録を取り寄せています。明日までに一覧にします。\n", answers="notice"
    )
