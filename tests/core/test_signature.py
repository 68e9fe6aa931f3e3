"""A signature goes, marked or not; the writer's data, lists and own closing of a letter stay."""

import pytest

from mailbot.core.reader.reply.reply import newest

BODIES = [
    "お世話になっております。佐伯です。\n\n住所を例題市3-4-5に訂正してください。\n\nよろしくお願いいたします。\n佐伯",
    "了解です",
    "以下の2点をお願いします。\n\n1. 開示\n2. 削除\n\n以上",
    "開示を請求します。\n\n氏名：佐伯 綾\n生年月日：1980年1月2日\n電話番号：090-0000-0000\n\nご確認ください。",
    "Please delete my account.\nI no longer use it.\n\nThank you for your help.",
    "なぜ私の番号を知っているのですか？",
]
SIGNATURES = [
    "-- \n佐伯 綾\nsaeki@mail.example",
    "--\n佐伯 綾\n090-0000-0000",
    "—\nAya Saeki\nCEO at Example",
    "--\nBest regards,\n\nAya",
    "==============================\n例題株式会社 総務部\n佐伯 綾\nTEL 03-0000-0000\n==============================",
    "━━━━━━━━\n佐伯 綾（さえき）\n〒000-0000 例題市1-2\nMail: saeki@mail.example\n━━━━━━━━",
    "--------------------\n例題株式会社\n佐伯 綾\nTEL：03-0000-0000 FAX：03-0000-0001\nE-mail：saeki@mail.example",
    "例題株式会社\n総務部 佐伯 綾\n電話 03-0000-0000\nsaeki@mail.example",
    "例題物流株式会社\n関西支店 管理課\n\n〒000-0000 例題府例題市5-6-7\n電話 06-0000-0000",
    "◆◇◆◇◆◇◆◇\n　　佐伯 綾\n　　saeki@mail.example\n◆◇◆◇◆◇◆◇",
    "********************\n* 佐伯 綾          *\n* Tel: 090-0000-0000 *\n********************",
    "┏━━━━━━━━━━┓\n┃例題株式会社　　　　┃\n┃佐伯　03-0000-0000 ┃\n┗━━━━━━━━━━┛",
    "～～～～～～～～\n学校法人例題学園\n電話：03-0000-0000（内線123）\n～～～～～～～～",
    "_/_/_/_/_/_/_/_/\n佐伯 綾\nmailto:saeki@mail.example\n_/_/_/_/_/_/_/_/",
    "★☆★☆★ さくら整骨院 ★☆★☆★\nTEL 03-0000-0000\n★☆★☆★☆★☆★☆★☆★",
    "-----------\n佐伯 綾\n例題印刷\n-----------",
    "Aya Saeki\nExample Garden Design\naya@garden.example\n(000) 000-0000\nwww.garden.example",
]
BELOW = [
    "",
    "iPhoneから送信",
    "本メールには機密情報が含まれます。名宛人以外の方が誤って受信された場合は、削除しご連絡ください。",
    "2024年5月1日(水) 15:20 窓口 <privacy@company.test>:\n\n> 佐伯様\n>\n> --\n> 窓口",
    "差出人: 窓口 <privacy@company.test>\n送信日時: 2024年5月1日 15:20\n宛先: 佐伯\n件名: Re: 住所\n\n佐伯様",
    "________________________________\nFrom: 窓口 <privacy@company.test>\nSent: Wednesday\nTo: 佐伯\n\n佐伯様",
    "-----Original Message-----\nFrom: privacy@company.test\nTo: saeki@mail.example\n\n> 佐伯様",
    "> 2024/05/01 15:20、窓口 <privacy@company.test>のメール:\n> \n> 佐伯様",
]


@pytest.mark.parametrize("below", BELOW, ids=range(len(BELOW)))
@pytest.mark.parametrize("signature", SIGNATURES, ids=range(len(SIGNATURES)))
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_signature_is_cut_whatever_is_below_it(body: str, signature: str, below: str) -> None:
    assert newest(f"{body}\n\n{signature}\n\n{below}".strip("\n"))[0] == body


@pytest.mark.parametrize(
    "closing",
    [
        "Best regards,\nAya Saeki",
        "Thank you,\nAya",
        "Thanks!\nAya",
        "Mit freundlichen Grüßen\n\nAya Saeki",
        "Mvh\nAya",
        "-Aya",
    ],
)
def test_the_closing_and_the_name_of_a_letter_in_latin_script_are_its_signature(closing: str) -> None:
    body = "Please delete my account.\nI no longer use it."
    assert newest(f"{body}\n\n{closing}") == (body, newest(f"{body}\n\n{closing}")[1])
    answer = f"Yes.\n\n{closing}"
    assert closing == "-Aya" or newest(f"{answer}\n\nOn 1 May 2024 at 10:00 D <d@c.test> wrote:\n> ok?")[0] == answer


@pytest.mark.parametrize(
    "text",
    [
        "開示を請求します。\n\n===========\n氏名　細川 まどか\n住所　例題市4-5-6\n電話番号　080-0000-0000\n===========",
        "停止を請求します。\n\n■□■□■□■□\n会員番号：000-1234\n電話：090-0000-0000\n■□■□■□■□\n\n以上です。\n牧",
        "メールマガジンを止めてください。\n\n止めるアドレス\n・hoshi@mail.example\n・hoshi.work@mail.example",
        "連絡先は次のとおりです。\n\n勤務先　例題工務店\n電話　03-0000-0000\n携帯　090-0000-0000",
        "書類は以下にお願いします。\n\n〒000-0000\n例題県例題市2-3-4\n向井 あかり\n電話 090-0000-0000",
        "夜に電話をください。\n090-0000-0000（19時以降）",
        "住所変更です。\n\n旧：例題市1-1-1\n新：例題市9-9-9\n電話：03-0000-0000（変更なし）",
        "開示と訂正です。\n\n------ 1. 開示 ------\n購入履歴\n\n------ 2. 訂正 ------\n住所：例題市1-1から2-2へ",
        "先ほどの続きです。\n-----\n電話での勧誘も止めてほしいです。",
        "重複しています。\n\n番号\t氏名\t電話\n1\t今村 薫\t090-0000-0000\n2\t今村 馨\t090-0000-0000",
        "参考です。\n\n消費者庁 https://www.caa.example/\n委員会 https://www.ppc.example/",
        "次の3社から電話が来ます。\n\n例題リフォーム 03-0000-0000\n例題ガス 03-0000-0001",
        "期限までにお返事をください。\n\n令和6年5月1日\n東京都例題区1-2-3\n高木 一成",
        "よろしくお願いいたします。\n\n例題物産　総務部\n長谷川",
        "よろしくお願いいたします。\n山田太郎",
        "利用目的の通知を求めます。\n\n以上\n----------",
        "This is the list.\n\n- first\n- second\n\nThis is a test\n- Test",
        "I ask for my data.\n\n------\nName: Hugh Lamb\nPhone: 000 000 0000\n------",
        "You can reach me at\n000 000 0000",
        "I will come.\n\nDate: Wednesday, 8 May 2024\nTime: 10:00\nPlace: reception",
        "Thanks,\nAya",
        "山田太郎\nTEL 090-0000-0000",
    ],
)
def test_what_belongs_to_the_letter_stays(text: str) -> None:
    assert newest(text) == (text, ())


def test_a_guess_never_takes_all_words_of_an_answer() -> None:
    answer = "山田太郎\nTEL 090-0000-0000"
    assert newest(f"{answer}\n\nOn 1 May 2024 10:00 D <d@c.test> wrote:\n> name and phone?")[0] == answer


def test_a_postscript_below_the_signature_stays() -> None:
    text = "はい。\n\n─────\n例題陶器店　矢野\n電話 03-0000-0000\n─────\n\n追伸\n宛先は同じです。"
    assert newest(text)[0] == "はい。\n\n追伸\n宛先は同じです。"


def test_answers_between_quoted_lines_keep_what_looks_like_a_signature() -> None:
    text = "On 1 May 2024 10:00 D <d@c.test> wrote:\n> name?\n山田太郎\nTEL 090-0000-0000\n> sure?\nはい。"
    assert newest(text)[0] == "山田太郎\nTEL 090-0000-0000\nはい。"
