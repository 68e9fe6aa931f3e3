"""What may identify somebody is masked before a mail is kept to learn from, and the wish is still read."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.message import Language
from mailbot.core.redaction import PLACEHOLDERS, plain, redacted
from tests.effort import within

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})

JAPANESE = [
    ("山田太郎です。退会したいです。", "〈氏名〉です。退会したいです。"),
    ("世田谷の田中です。", "世田谷の〈氏名〉です。"),
    (
        "先日お電話した中村と申します。中村の登録を消してください。",
        "先日お電話した〈氏名〉と申します。〈氏名〉の登録を消してください。",
    ),
    ("やまだはなこと申します。", "〈氏名〉と申します。"),
    ("氏名：山田　花子（ヤマダ　ハナコ）\nご希望：開示", "氏名:〈氏名〉\nご希望:開示"),
    ("私の名前は佐々木です。", "私の名前は〈氏名〉です。"),
    ("清掃の鈴木さんに、鈴木はもう来ないと言われた。", "清掃の〈氏名〉さんに、〈氏名〉はもう来ないと言われた。"),
    ("髙橋様、𠮷田様", "〈氏名〉様、〈氏名〉様"),
    ("まもなくお願いします。\n\n佐藤 花子", "まもなくお願いします。\n\n〈氏名〉"),
    ("〒158-0081 東京都世田谷区深沢3-99-2 メゾン深沢201号室に移ります。", "〈住所〉に移ります。"),
    ("横浜市青葉区美しが丘一丁目二番三号へ", "〈住所〉へ"),
    ("住所:大阪府大阪市北区梅田1-1-1", "住所:〈住所〉"),
    ("東京都世田谷区に住んでいます。", "〈住所〉に住んでいます。"),
    ("電話は０９０－１２３４－５６７８です。", "電話は〈電話〉です。"),
    ("TEL 03(1234)5678 / FAX 03-1234-5679", "TEL <phone> / FAX <phone>"),
    ("会員番号はＡＢ１２３４５です。", "会員番号は〈番号〉です。"),
    ("暗証番号は1234です", "暗証番号は〈番号〉です"),
    ("カード4111 1111 1111 1111で", "カード〈番号〉で"),
    ("昭和60年4月12日生まれ、娘は2015/3/1です。", "〈番号〉生まれ、娘は〈番号〉です。"),
    ("生年月日 Ｓ６０．４．１２", "生年月日 〈番号〉"),
    ("〇九〇-一二三四-五六七八に電話を", "〈番号〉に電話を"),
    ("メールはtaro@people.testです。", "メールは〈メール〉です。"),
    ("宛先は taro(at)people.test か 太郎@例え.jp。", "宛先は 〈メール〉 か 〈メール〉。"),
    ("https://a.test/stop?u=taro を開けません。", "https://a.test/〈番号〉 を開けません。"),
    ("0\u200b90-12\u200d34-5678に", "〈電話〉に"),
]
ENGLISH = [
    ("My name is john smith and I want my data.", "My name is <name> and I want my data."),
    ("My name is Jean-Luc van der Berg.", "My name is <name>."),
    ("I am Gerald Hale. Gerald again.", "I am <name>. <name> again."),
    ("I'm Ms. Chloé Dubois, please stop.", "I'm <name>, please stop."),
    ("on behalf of Mr. Smith", "on behalf of <name>"),
    ("Dear Yumi,\nmy daughter Emma is on your list.", "Dear <name>,\nmy daughter <name> is on your list."),
    ("Please erase me.\nKind regards,\nJohn Smith", "Please erase me.\nKind regards,\n<name>"),
    ("Please erase me. Thanks, Anneke", "Please erase me. Thanks, <name>"),
    ("We live at 12 Baker Street, London NW1 6XE now.", "We live at <address> now."),
    ("It is Flat 3, 22b Old Mill Road, Leeds LS1 4AB.", "It is <address>."),
    ("350 Fifth Avenue, New York, NY 10118", "<address>"),
    ("moved to 3-99-2 Fukazawa, Setagaya-ku.", "moved to <address>."),
    ("Address: 7 The Rise, Hove", "Address: <address>"),
    ("Call +81 90 1234 5678 or (555) 123-4567.", "Call <phone> or <phone>."),
    ("member no. 8821, order A-77120-9", "member no. <number>, order <number>"),
    ("born 12 April 1985 (April 12, 1985; 12/04/85)", "born <number> (<number>; <number>)"),
    ("write to Jane.Doe+x@people.test.", "write to <email>."),
    ("jane at people dot test", "<email>"),
    ("see www.a.test/u/8?id=7!", "see www.a.test/<number>!"),
]
KEPT = [
    "氏名の訂正を求めます。メルマガだけ止めてください。退会はしません。",
    "お客様相談室の皆様、担当者様、加盟店さん、仕様の件、同様に。おかげさまで。",
    "個人情報の削除です。以上です。三回目です。私の希望です。",
    "解約したいと申しております。削除してほしいと申します。",
    "第33条に基づき、3日以内に、2025年の記録を3回分、12,000円と共に。",
    "住所:訂正してください\nAddress: please correct it",
    "名前は伏せてください。住所は変わりません。",
    "My name is misspelled in your records. My name isn't right.",
    "Dear Privacy Team, I am Japanese. I waited 3 days in 2019; article 15 gives you 30.",
    "I am writing to ask you to stop. Please delete everything within 1 month.",
    "see https://a.test/privacy/policy for more",
    "",
    "\n\n",
    "???",
]


@pytest.mark.parametrize(("text", "expected"), [*JAPANESE, *ENGLISH])
def test_what_identifies_is_masked_and_nothing_else(text: str, expected: str) -> None:
    assert redacted(text) == expected
    assert redacted(expected) == plain(expected)


@pytest.mark.parametrize("text", KEPT)
def test_the_words_of_a_wish_are_kept(text: str) -> None:
    assert redacted(text) == plain(text)


KNOWN = [
    (["山田 太郎"], "山　田太 郎、ﾔﾏﾀﾞ、山田、太郎", "〈氏名〉、ヤマダ、〈氏名〉、〈氏名〉"),
    (["山田太郎様"], "山田の太郎", "〈氏名〉の〈氏名〉"),
    (["田中"], "田中のことを消して", "〈氏名〉のことを消して"),
    (["君島 実花"], "君島は", "〈氏名〉は"),
    (["ラン"], "ランドリーのランです", "ランドリーの〈氏名〉です"),
    (["Smith, John"], "JOHN SMITH or ｊｏｈｎ smith or Smith's, Johnson", "<name> or <name> or <name>'s, Johnson"),
    (["Will May"], "I will ask, may I? Will May. ask Will", "I will ask, may I? <name>. ask <name>"),
    (["削除希望", "Privacy Desk", "", " ", "😀", "("], "削除希望です privacy desk (", "〈氏名〉です privacy desk ("),
]


@pytest.mark.parametrize(("names", "text", "expected"), KNOWN)
def test_known_names_go_in_any_spacing_and_width(names: list[str], text: str, expected: str) -> None:
    assert redacted(text, names) == expected


def test_known_addresses_go_even_where_they_are_no_addresses() -> None:
    assert redacted("ask postmaster@LOCAL, please", (), ["Postmaster@local", "@", ""]) == "ask <email>, please"


def test_names_told_in_one_line_are_masked_in_the_others() -> None:
    assert redacted("乙部の件\n私は乙部と申します。") == "〈氏名〉の件\n私は〈氏名〉と申します。"


SECRETS_JA = {
    "090-1234-5678": "電話は{}です。",
    "0312345678": "FAX:{}\n",
    "〒158-0081": "{} に届けてください。",
    "東京都世田谷区深沢3-99-2": "新住所は{}です。",
    "横浜市青葉区美しが丘1丁目2番3号": "{}へ引っ越しました。",
    "1985年4月12日": "生年月日は{}です。",
    "4111-1111-1111-1111": "カードは{}です。",
    "88213": "会員番号{}の者です。",
    "hanako.sato@people.test": "メールは{}まで。",
    "鬼頭花子": "私は{}と申します。",
    "来栖": "担当の{}さんから聞きました。",
    "東海林 進": "氏名:{}\n",
}
WISHES_JA = [
    "個人データを開示してください。",
    "登録情報を訂正してほしい。",
    "データを全部消去してください。",
    "メルマガの配信を停止して下さい。",
    "退会はしません。",
]
SECRETS_EN = {
    "+44 20 7946 0018": "Call me on {}. ",
    "(555) 123-4567": "My phone is {}. ",
    "221 Baker Street, London": "I live at {}. ",
    "12 April 1985": "I was born on {}. ",
    "AB-449-2210": "My order was {}. ",
    "4111 1111 1111 1111": "You charged {}. ",
    "jane.doe@people.test": "Write to {}. ",
    "Wilhelmina Drost": "My name is {}. ",
    "Emeka": "My son {} is a member. ",
    "Mrs Castellan": "I write for {}. ",
}
WISHES_EN = [
    "Please send me a copy of my data.",
    "I want you to delete everything.",
    "Stop the newsletter.",
    "Correct my record.",
    "Do not share it with third parties.",
]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(sorted(SECRETS_JA)), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(WISHES_JA), min_size=1, max_size=3, unique=True),
    st.data(),
)
def test_no_planted_secret_survives_in_japanese(secrets: list[str], wishes: list[str], data: st.DataObject) -> None:
    _check([SECRETS_JA[one].format(one) for one in secrets], secrets, wishes, data)


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(sorted(SECRETS_EN)), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(WISHES_EN), min_size=1, max_size=3, unique=True),
    st.data(),
)
def test_no_planted_secret_survives_in_english(secrets: list[str], wishes: list[str], data: st.DataObject) -> None:
    _check([SECRETS_EN[one].format(one) for one in secrets], secrets, [f"{wish} " for wish in wishes], data)


def _check(told: list[str], secrets: list[str], wishes: list[str], data: st.DataObject) -> None:
    text = "".join(data.draw(st.permutations([*told, *wishes])))
    found = redacted(text.translate(WIDE) if data.draw(st.booleans()) else text)
    for secret in secrets:
        assert plain(secret) not in found
        assert all(word not in found for word in plain(secret).split() if len(word) > 3)
    for wish in wishes:
        assert plain(wish).strip() in found


@settings(max_examples=150)
@given(
    st.text(
        st.characters()
        | st.sampled_from("山田様のですと申氏名:は0123-〒東京都区1丁目 @.\nMr JohnI am\ue000\u0300〈〉<>")
    ),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_any_text_keeps_its_lines_and_is_masked_only_once(text: str, names: list[str]) -> None:
    found = redacted(text, names, names)
    assert found.count("\n") == plain(text).count("\n")
    assert found == plain(found)
    assert not any(0xE000 <= ord(char) <= 0xE004 for char in found)


def test_what_was_masked_before_is_masked_in_the_language_of_the_text() -> None:
    assert redacted("〈氏名〉 please delete <email> at a\ue000b") == "<name> please delete <email> at ab"


def test_the_placeholders_are_in_the_language_of_the_text() -> None:
    for language, text in ((Language.JA, "電話は090-1234-5678です"), (Language.EN, "call 090-1234-5678 please")):
        assert PLACEHOLDERS[language][2] in redacted(text)


HOSTILE = [
    *(
        "1-",
        "1",
        "a@",
        "a",
        "様",
        "山田さん",
        "氏名:",
        "東京都",
        "市",
        "山",
        "A ",
        "Mr Abc ",
        "ァ",
        "1丁目",
        ".",
        "(",
        "My name is ",
    ),
    *(
        " ",
        "\n",
        "と申します",
        "あ",
        "1 Aa Bb Cc ",
        "1 ",
        "一の",
        "\ufdfa",
        "a-1_",
        "http://",
        "address: 1\n",
        "山田です。",
        "jan 1 ",
    ),
    *(
        "1年1月",
        "名前  ",
        "A b\n",
        "\u0300\u0316",
        "\u3099",
        "東京都港区1-2-3 山田様、",
        "〈氏名〉",
        "\ue000",
        "様あ",
        "号室",
        "@@",
        "I am A. ",
    ),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_of_a_hundred_kilobytes_is_read_in_a_second(piece: str) -> None:
    text = piece * (100_000 // len(piece.encode()))
    redacted("warm")
    within(1, lambda: redacted(text, ["山田 太郎", "John Doe"], ["a@b.test"]))


def test_stacked_accents_are_cut_before_they_cost_anything() -> None:
    assert plain("e\u0301") == unicodedata.normalize("NFKC", "e\u0301")
    assert len(plain("a" + "\u0300\u0316" * 1000)) < 20
