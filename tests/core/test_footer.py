"""What companies and programs put under or over every mail goes, and a person's own words about such things stay."""

import pytest

from mailbot.core.reader.reply.reply import newest

WORDS = "利用目的を教えてください。\n山田"


@pytest.mark.parametrize(
    "footer",
    [
        "本メールには機密情報が含まれている場合があります。\n宛先以外の方が受信された場合は、送信者にお知らせのうえ削除してください。",
        "*****\n【機密保持】この電子メールは名宛人のみを対象としています。\n誤って受信された場合は破棄し、無断で転載しないでください。\n*****",
        "このメールは、宛先に記載された方のみに宛てたものです。\n\n万一、誤って受信された場合は、ご連絡のうえ破棄してください。",
        "このメールに心当たりのない場合は、お手数ですが破棄していただき、その旨を返信でお知らせください。本メールの無断転載を禁じます。",
        "CONFIDENTIALITY NOTICE\nThis e-mail is privileged. If you are not the intended recipient, please delete it.",
        "This message is confidential and intended solely for the addressee. Any copying is prohibited.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
        "Ce message est confidentiel et destiné à son seul destinataire.",
        "Disclaimer: Dit bericht is vertrouwelijk en alleen bestemd voor de ontvanger.",
        "--\nThis email has been checked for viruses by Avast antivirus software.\nwww.avast.test",
        "Virus-free. www.avast.test<https://www.avast.test/x>",
        "---\nこの E メールはアバスト アンチウイルスによりウイルススキャンされています。\nhttps://www.avast.test/antivirus",
        "このメールにウイルスは検出されませんでした。\nhttp://antivirus.test",
        "Please consider the environment before printing this e-mail.",
        "_______________________________________________\nusers mailing list\nusers@lists.test\nhttps://lists.test/listinfo",
        "----------------\n無料メールをはじめよう！\nhttp://mail.test/",
    ],
)
def test_a_footer_is_cut(footer: str) -> None:
    words, cuts = newest(f"{WORDS}\n\n{footer}\n")
    assert words == WORDS
    assert {cut.why for cut in cuts} == {"legal_footer"}


@pytest.mark.parametrize(
    "header",
    [
        "[EXTERNAL]",
        "【社外メール】",
        "[社外メール] このメールは社外から送信されています。リンクにご注意ください。",
        "このメールは組織の外部から送信されました。添付ファイルを開く前に確認してください。",
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "[You don't often get email from a@b.test. Learn why this is important at https://aka.test/x ]",
        "*** EXTERNAL ***",
    ],
)
def test_a_warning_above_is_cut(header: str) -> None:
    words, cuts = newest(f"{header}\n\n{WORDS}")
    assert words == WORDS
    assert [cut.why for cut in cuts] == ["carrier_header"]


@pytest.mark.parametrize(
    "words",
    [
        "心当たりのないメールが届きました。このメールは誤って送られたものでしょうか。\n削除した場合は、ご連絡が必要ですか。",
        "このメールは誤って送信しました。削除してください。",
        "このメールはウイルスではないですか。",
        "This email contains my confidential information. Please delete it and notify me.",
        "私の情報は機密です。無断で第三者に開示した場合は、責任を問います。このメールへの返信をください。",
        "外部に個人情報を渡さないでください。",
        "Please unsubscribe me from the mailing list.",
        "Norton says that your page is not safe.",
    ],
)
def test_what_a_person_says_is_no_footer_and_no_warning(words: str) -> None:
    for whole in (f"{words}\n\nよろしくお願いします。", f"はじめまして。\n\n{words}"):
        assert newest(whole) == (whole, ())
