"""What each letter that asks, reports or closes owes its reader: every point as a pattern in Japanese and English."""

from collections.abc import Callable, Mapping

from mailbot.core.letters import Rendered
from tests.edge.letters_asking import (
    CAPPED,
    UNSTOPPED,
    agent_request,
    clarification,
    closure,
    identity_request,
    method_change,
    reminder,
    resumed,
    status_reply,
    status_report,
    wait_agreed,
)

Write = Callable[..., Rendered]
Points = Mapping[str, tuple[str, str]]

EVERY: Points = {
    "the addressee": ("見本 花子様", "To Hanako Mihon"),
    "its reference": (r"受付番号.{0,4}KJ-2026-000123-C", r"Reference.{0,4}KJ-2026-000123-C"),
    "when the mail came": (
        r"受信日時.{0,4}2026年11月20日\(金\)14時10分",
        r"Received.{0,4}Friday, 20 November 2026, 14:10",
    ),
    "its own date": (
        r"お知らせの日付.{0,4}2026年11月24日\(火\)",
        r"Date of this letter.{0,4}Tuesday, 24 November 2026",
    ),
    "the company and the desk": (
        "見本家事サービス株式会社の個人情報相談窓口でございます",
        r"Sample Home Services, Inc\. \(Personal Information Desk\)",
    ),
    "who is responsible": ("責任者: 個人情報管理責任者", "Responsible: Personal Information Manager"),
    "how to reply": (
        "件名を変えずに、このメールにそのままご返信ください",
        "answer this message and leave the subject line",
    ),
    "how to complain": ("苦情も、このメールへのご返信で承り", "wish to complain"),
    "the address of the desk": (r"privacy@company\.test", r"privacy@company\.test"),
}
ABOUT: Points = {
    "what it is about": ("保有個人データの開示", "Disclosure of your personal data"),
}
UNCHECKED: Points = {
    "that it proves no dealings": ("お取引の有無や", "whether you have dealings"),
    "what a stranger should do": ("お心あたりのない場合は", "If you did not write to us"),
}
DATED: Points = {
    "by which date": (
        r"弊社からお答えする期日.{0,12}2026年12月3日\(木\)",
        r"Our answer is due by.{0,4}Thursday, 3 December 2026",
    ),
    "how it was counted": (
        r"届いた日、2026年11月20日\(金\)を含めず、翌日から営業日で数えて",
        "Friday, 20 November 2026, is not counted; we count business days from the following day",
    ),
    "what a business day is": ("営業日とは、土曜日、日曜日", "A business day is any day except"),
    "what is added": ("数えを止めた日数や、延長をお知らせした日数", "waited for a reply from you, and any extension"),
    "that status may come instead": ("状況とその理由", "status and the reasons"),
}
STANDS_STILL: Points = {
    "that business days stand still": (
        "ご?(返信|連絡)が届くまでの間は、営業日の数えを止めます",
        "we stop counting business days",
    ),
    "what that does to the date": ("営業日の日数だけ後になります", "becomes later by as many business days"),
    "that the calendar date stays": (
        r"暦の日で数える期日、2026年12月4日\(金\)は、この間も変わりません",
        "limit in calendar days, Friday, 4 December 2026, does not change",
    ),
}
REPLY_BY: Points = {
    "by when to reply": (r"ご返信の期日.{0,4}2026年12月22日\(火\)", r"Please reply by.{0,4}Tuesday, 22 December 2026"),
    "how that was counted": (
        "お知らせの日付を含めず、翌日から営業日で",
        "business days from the day after the date of this",
    ),
    "that no reply ends it": (
        "お答えしないまま、このお手続きを終了",
        "close the case without an answer on the substance",
    ),
    "that it can go on later": (
        "あらためてご連絡をいただければ、お手続きを再開",
        "reopened at any time by writing to us again",
    ),
}
REMINDED: Points = {
    "the reminders": (
        r"2026年12月1日\(火\)と2026年12月8日\(火\)に、あらためて",
        "remind you on Tuesday, 1 December 2026 and on Tuesday, 8 December 2026",
    ),
    "that its end is told": ("終了し、その旨をお知らせ", "and tell you so"),
}
LAST_DAY: Points = {
    "the last day of the stop": (
        r"長くても2026年12月22日\(火\)まで.*数えを再開",
        "until Tuesday, 22 December 2026 at the latest. After that the count",
    ),
}
OPEN_ENDED: Points = {
    "that no day is fixed": ("ご返信の期日は設けておりません", "no fixed day by which to reply"),
}
CHECK: Points = {
    **REMINDED,
    "why": (
        "確認をお願いする理由.*別の方|確認をお願いする理由.*権限のない方",
        "Why we ask.*(wrong person|may not receive)",
    ),
    "what it is used for": ("この確認のためだけに使用", "for this check only"),
    "when it is destroyed": ("10営業日以内に廃棄", "destroy them within 10 business days"),
    "what stays on record": ("記録に残すのは、確認の方法", "All that we keep on record"),
    "no My Number": (r"個人番号\(マイナンバー\)", r"Individual Number \(My Number\)"),
    "what happens next": (
        "ご返信が届きましたら、担当者が確認",
        "Once your reply is here, a member of staff .* with the result",
    ),
}
PAPERS: Points = {
    "one with a photograph": ("写真のある本人確認書類 1点", "one document with a photograph"),
    "or two without": ("写真のない本人確認書類 2点", "two documents without a photograph"),
    "that one kind suffices": ("どちらか一方で足ります", "Either is sufficient by itself"),
    "another way": ("ほかの方法をご相談", "discuss another way"),
    "mask the domicile": ("隠していただきたい部分.*本籍", "black out or cover.*registered domicile"),
    "mask the insurer": ("保険者番号、被保険者等の記号・番号", "insurer number and the symbol, number"),
    "mask the codes": ("QRコード", "QR codes"),
    "mask the organ panel": ("臓器提供", "organ donation"),
    "a certificate without the number": ("個人番号の記載がないもの", "one without your Individual Number"),
    "why mask": ("必要のない情報はお預かりいたしません", "do not wish to hold anything that we do not need"),
    "neither side of the card": (
        "マイナンバーカードは、表面、裏面ともに",
        "neither the front nor the back of a My Number Card",
    ),
    "by post": ("郵送: ", "Post: "),
    "or as an encrypted file": ("パスワードで暗号化したファイル", "encrypted with a password"),
    "the password by another way": (
        "パスワードはメールに書かず、お電話で",
        "Do not write the password in a message; tell us by telephone",
    ),
    "nothing unencrypted": ("暗号化しないままメールに添付なさらないで", "without encrypting them"),
}
MANDATE: Points = {
    "the mandate": ("署名または記名押印なさった委任状", "letter of authority, signed or sealed"),
    "it names the person": ("ご本人のお名前とご住所", "name and postal address of the person concerned"),
    "it names the agent": ("代理人のお名前とご住所", "name and postal address of the agent"),
    "it names the acts": ("委任する行為", "acts for which authority is given"),
    "it names the receipt": ("結果を代理人が受け取ることを委任", "authorised to receive the result"),
    "the agent's identity": ("代理の方ご自身の本人確認書類", "Proof of your own identity"),
    "it is dated": ("委任状を作成した日", "the date on which it was drawn up"),
    "a legal representative": ("法定代理人の方は、委任状に代えて", "legal representative, please provide proof"),
    "a parent": ("親権者の方: 続柄の記載がある住民票", "a parent: a certificate of residence that states"),
    "a guardian": ("未成年後見人の方: .*成年後見人の方: ", "guardian of a minor: .*guardian of an adult: "),
    "where the result goes": (
        "代理の方に、記載がない場合はご本人に",
        "to the agent if .*otherwise to the person concerned",
    ),
    "or to the representative": ("法定代理人の方にお知らせ", "tell it to the representative"),
    "why authority matters": ("ご本人の意思に基づかない", "against the will of the person concerned"),
    "what it asks": ("代理権の確認をお願い", "confirm your authority to act"),
    "whom it writes to": ("見本 花子様 代理人 見本 太郎様", "To Hanako Mihon, by the agent Taro Mihon"),
}
ITSELF: Points = {
    "what it asks": ("ご本人であることの確認をお願い", "confirm that you are the person concerned"),
    "that it is the least that suffices": ("必要最小限の方法", "least intrusive way"),
}
WITHOUT_PAPERS: Points = {
    "that no papers are needed": ("本人確認書類は必要ございません", "No identity documents are needed"),
}


def _tier(tier: int) -> Write:
    return lambda language, **other: identity_request(language, tier=tier, **other)


def _closed(why: str) -> Write:
    return lambda language, **other: closure(language, why=why, **other)


LETTERS: dict[str, tuple[Write, Points]] = {
    "L2 reply": (
        _tier(1),
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            **STANDS_STILL,
            **REPLY_BY,
            **CHECK,
            **ITSELF,
            **WITHOUT_PAPERS,
            "that a reply suffices": ("の一文で足ります", "The single sentence"),
            "the address on file": (
                "別のメールアドレスを.*そのメールアドレスから",
                "another e-mail address.*from that address",
            ),
        },
    ),
    "L2 facts": (
        _tier(2),
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            **STANDS_STILL,
            **REPLY_BY,
            **CHECK,
            **ITSELF,
            **WITHOUT_PAPERS,
            "two facts suffice": ("次の事項のうち二つ", "any two of the following"),
            "which facts": ("ご住所.*お電話番号.*時期と内容", "postal address.*telephone number.*in what way"),
            "by post too": ("郵送でも承ります", "write by post"),
        },
    ),
    "L2 papers": (
        _tier(3),
        {**ABOUT, **UNCHECKED, **DATED, **STANDS_STILL, **REPLY_BY, **CHECK, **ITSELF, **PAPERS},
    ),
    "L3": (
        agent_request,
        {**ABOUT, **UNCHECKED, **DATED, **STANDS_STILL, **REPLY_BY, **CHECK, **PAPERS, **MANDATE},
    ),
    "L4": (
        clarification,
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            **STANDS_STILL,
            **REPLY_BY,
            **REMINDED,
            "what is unclear": ("お伺いしたいこと.*どの期間の情報", "What we need to know.*Which period"),
            "a list to choose from": (
                "お選びいただける内容.*2026年分のみ.*すべての期間",
                "choose from.*2026 only.*the whole period",
            ),
            "what it asks": ("お伺いしたい点がございます", "a point on which we need to hear from you"),
            "how to choose": ("あてはまるものを、このメールへのご返信で", "tell us which of these applies"),
            "what happens then": (
                "ご返信が届きましたら、お答えする期日までに、結果",
                "Once your reply is here, we will write to you",
            ),
            "and if none fits": ("あてはまるものがない場合", "If none does"),
            "work goes on": ("お待ちする間も.*確認を進めて", "work goes on"),
            "no papers": ("お添えにならないでください", "Please do not add identity documents"),
        },
    ),
    "L5 new date": (
        status_report,
        {
            **ABOUT,
            **{what: DATED[what] for what in ("how it was counted", "what a business day is", "what is added")},
            "the apology": ("お詫び申し上げます", "We apologise"),
            "that the old date cannot be met": ("お知らせできない見込み", "do not expect to be able to tell you"),
            "the reason": ("理由.*古い記録の確認に", "Why it is taking time.*Old records"),
            "what was done": ("これまでに行ったこと.*検索", "done so far.*the search"),
            "what remains": ("これから行うこと.*内容の照合", "remains to be done.*the comparison"),
            "the old date": (
                r"これまでの期日.{0,4}2026年12月3日\(木\)",
                "Date given so far.{0,4}Thursday, 3 December 2026",
            ),
            "the new date": (r"新しい期日.{0,4}2026年12月17日\(木\)", "New date.{0,4}Thursday, 17 December 2026"),
            "that a result is owed by then": ("上記の期日までに、結果を", "with the result by the date above"),
            "whom to ask": ("ご不明な点や", "If anything is unclear"),
        },
    ),
    "L5 status": (
        lambda language, **other: status_report(language, **{"new_on": None, "old_on": None, **other}),
        {
            **ABOUT,
            **{what: point for what, point in DATED.items() if what != "that status may come instead"},
            "the apology": ("お詫び申し上げます", "We apologise"),
            "what it tells": ("現在の状況をお知らせ", "sets out the status"),
            "what happens next": ("上記の期日までに、結果をメールで", "with the result by the date above"),
        },
    ),
    "L10": (
        method_change,
        {
            **ABOUT,
            **DATED,
            "why": ("難しい理由.*録音の形では", "difficult.*no sound recording"),
            "what is offered": (
                "お選びいただける方法.*書面の郵送.*暗号化",
                "choose from.*paper by post.*encrypted file",
            ),
            "what it asks": ("ほかの方法をお選びいただきたく", "we ask you to choose another"),
            "how to answer": ("ご希望の方法を、このメールへのご返信で", "tell us which method you prefer"),
            "paper at last": ("書面の交付による方法", "paper document"),
            "work goes on": ("お待ちする間も", "work on your request goes on"),
            "that it decides nothing": ("結果をお知らせするものではございません", "It is not notice of the result"),
        },
    ),
    **{
        f"L16 {why}": (
            _closed(why),
            {
                **ABOUT,
                **UNCHECKED,
                "why": reason,
                "that it ends here": ("これが最後となります", "the last message"),
                "how to reopen": (
                    "再開.*このメールにご返信ください。期限はございません",
                    "reopened.*reply to this message. There is no",
                ),
                "what is kept": ("受付番号、経過の記録、お送りした書面", "the record of how the case was handled"),
                "until when": (r"保管の期限.{0,4}2029年11月24日\(土\)", "Until.{0,4}Saturday, 24 November 2029"),
                "how that was counted": ("お手続きの終了から数えた", "runs from the closing of the case"),
                "what goes earlier": ("これより早く廃棄", "earlier than that"),
            },
        )
        for why, reason in {
            "withdrawn": ("お取下げのお申し出を承りました", "you withdraw your request"),
            "lapsed": (
                "期日までにご返信を確認できません.*お答えしないまま",
                "no reply by the date given.*without an answer",
            ),
            "answered": ("すべてお知らせいたしました", "told you everything"),
            "other": ("この受付番号でのお手続きを終了", "closed the case under this reference"),
        }.items()
    },
    "status": (
        status_reply,
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            "how it stands": ("確認を進めております", "A member of staff is looking into it"),
            "that a machine wrote it": ("自動でお送りして", "automated message"),
            "that nothing is promised": (
                "結果をお約束するものではなく",
                "does not promise any particular outcome",
            ),
        },
    ),
    "wait": (
        wait_agreed,
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            **STANDS_STILL,
            "that it was their wish": ("待ってほしいとのお申し出を承り", "You have asked us to wait"),
            "that work rests": ("進めずにお待ちいたします", "let it rest until you tell us"),
            "how to resume": ("再開をご希望のときは.*ご返信ください", "would like us to go on, please reply"),
            "its last day": (
                r"お待ちするのは、2026年12月22日\(火\)まで.*翌営業日から、お手続きを進めます",
                "rest until Tuesday, 22 December 2026.*go on from the next business day",
            ),
            "if misread": ("取り違えている場合", "If we have misunderstood you"),
        },
    ),
    "reminder": (
        reminder,
        {
            **ABOUT,
            **UNCHECKED,
            **{what: DATED[what] for what in ("how it was counted", "what a business day is")},
            "by which date if they reply today": (
                r"弊社からお答えする期日\(本日ご返信が届いた場合\).{0,4}2026年12月9日\(水\)",
                r"Our answer is due by.{0,4}Wednesday, 9 December 2026 \(if your reply arrives today\)",
            ),
            **{
                what: REPLY_BY[what]
                for what in ("by when to reply", "that no reply ends it", "that it can go on later")
            },
            "that none has come": ("ご返信を確認できておりません", "have not found a reply yet"),
            "that it may have crossed": ("行き違い", "crossed with this message"),
            "its own date": (
                r"お知らせの日付.{0,4}2026年12月1日\(火\)",
                r"Date of this letter.{0,4}Tuesday, 1 December",
            ),
            "what was asked": ("事項.{0,4}ご本人であることの確認", "Asked for.{0,4}confirmation that you are"),
            "when it was asked": (
                r"お願いをお送りした日.{0,4}2026年11月24日\(火\)",
                r"Asked on.{0,4}Tuesday, 24 November 2026",
            ),
            "where the details are": ("その日にお送りしたメールをご覧", "see the message that we sent you on that day"),
            "how that was counted": (
                "お願いをお送りした日を含めず、翌日から営業日で",
                "business days from the day after the day on which we asked",
            ),
            "the next reminder": (
                r"2026年12月8日\(火\)に、あらためて",
                "remind you on Tuesday, 8 December 2026",
            ),
            "that its end is told": REMINDED["that its end is told"],
            "that business days stand still": (
                "先のメールをお送りした時からご返信が届くまでの間は、営業日の数えを止めております",
                "our earlier message was sent until your reply arrives, we do not count business days",
            ),
            "that the calendar date stays": STANDS_STILL["that the calendar date stays"],
        },
    ),
    "resumed": (
        resumed,
        {
            **ABOUT,
            **{what: DATED[what] for what in ("how it was counted", "what a business day is", "what is added")},
            "its own date": (
                r"お知らせの日付.{0,4}2026年11月30日\(月\)",
                r"Date of this letter.{0,4}Monday, 30 November",
            ),
            "that the reply is here": (
                r"ご返信をいただき、ありがとうございます。2026年11月30日\(月\)に受け取りました",
                "your reply, which reached us on Monday, 30 November 2026",
            ),
            "that work goes on": ("お手続きを進めて", "going on with your request"),
            "the new date": (
                r"弊社からお答えする期日は、2026年12月9日\(水\)です",
                "Our answer is due by Wednesday, 9 December 2026",
            ),
            "how many days": (
                r"2026年11月24日\(火\)の翌日からご返信が届いた日までの4営業日",
                "The 4 business days from the day after Tuesday, 24 November 2026 to the day your reply arrived",
            ),
            "that status may come instead": ("状況とその理由", "status and the reasons"),
            "that a machine wrote it": ("自動でお送りして", "automated message"),
            "that nothing is promised": (
                "結果をお約束するものではございません",
                "does not promise any particular outcome",
            ),
            **UNCHECKED,
        },
    ),
    "L2 unstopped": (
        lambda language, **other: identity_request(language, **{**UNSTOPPED, **other}),
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            **OPEN_ENDED,
            "that the date stays": (
                "お待ちする間も、弊社からお答えする期日は変わりません",
                "does not change while we wait for your reply",
            ),
        },
    ),
    "L4 second": (
        lambda language, **other: clarification(language, **{**CAPPED, **other}),
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            **STANDS_STILL,
            "by when to reply": REPLY_BY["by when to reply"],
            **LAST_DAY,
            "what happens then": ("分かっていることに基づいて", "on the basis of what we know by then"),
        },
    ),
    "wait unstopped": (
        lambda language, **other: wait_agreed(language, **{**UNSTOPPED, **other}),
        {
            **ABOUT,
            **UNCHECKED,
            **DATED,
            "that we may go on before": (
                "ご連絡の前にお手続きを進め",
                "may have to go on before you write",
            ),
        },
    ),
    "reminder late": (
        lambda language, **other: reminder(language, **{"counts_anew": True, "reminders": [], **other}),
        {
            **ABOUT,
            **UNCHECKED,
            "its own date": (
                r"お知らせの日付.{0,4}2026年12月1日\(火\)",
                r"Date of this letter.{0,4}Tuesday, 1 December",
            ),
            "what happens next": CHECK["what happens next"],
            "how that was counted": REPLY_BY["how that was counted"],
            "that no reply ends it": REPLY_BY["that no reply ends it"],
        },
    ),
    "closure beside": (
        lambda language, **other: closure(language, **{"why": "lapsed", "goes_on": True, **other}),
        {
            **ABOUT,
            **UNCHECKED,
            "that only this ends": ("次のご依頼のお手続きを終了", "ended our handling of the request below"),
            "that the rest goes on": ("ほかにいただいているご依頼のお手続きは続けて", "continue to handle what else"),
            "how to reopen": ("お手続きの再開をご希望の場合は", "If you wish us to proceed"),
            "until when at least": (r"少なくとも 2029年11月24日\(土\)", "at least Saturday, 24 November 2029"),
        },
    ),
}
