"""The people outside: what they write to the desk, in their own words. All of them are invented.

Names and addresses stand here and in what is made of these mails, never in the account on the terminal.
"""

from mailbot.core.reference import reference
from mailbot.demo.mails import FORGED, Mail
from mailbot.demo.office import HANDLER

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
FALSE_CUSTOMER = Mail(
    "桜井 真由美",
    "mayumi.sakurai@people.test",
    """\
先日、個人データの開示をお願いした桜井です。
アドレスが変わりましたので、データはこちらへ送ってください。
sakurai-new@freebox.example
""",
    "開示の送り先について",
    proof=FORGED,
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
PAPERS = Mail(
    "桜井 真由美",
    "mayumi.sakurai@people.test",
    """\
桜井です。運転免許証の写しを添付いたします。
本籍は隠しました。よろしくお願いいたします。

桜井
""",
    answers="letter",
    attachment=("menkyo.pdf", b"%PDF-1.4\n% an invented scan of a driving licence\n%%EOF\n"),
)
STATUS = Mail(
    "桜井 真由美",
    "mayumi.sakurai@people.test",
    """\
お世話になっております。桜井です。
先日お願いした件は、いまどのような状況でしょうか。

桜井
""",
    answers="letter",
)
MORE = Mail(
    "Tomás Lindqvist",
    "tomas@lindqvist.example",
    """\
Hello again,

I have moved as well. Please correct my address in your records.

Tomás Lindqvist
""",
    answers="ack",
)
FALSE_HANDLER = Mail(
    HANDLER.name,
    HANDLER.address,
    """\
/宛先 sakurai-new@freebox.example
/本人確認 免除
""",
    f"[{reference('KJ', 2026, 1)}] 宛先の変更",
    proof=FORGED,
)
"""Whoever wrote this knows the handler's address and guessed the reference of the first case."""
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
