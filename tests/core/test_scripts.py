"""Whether a mail is in a language the desk reads. All mails are invented; each wants a person or does not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.message import Language
from mailbot.core.scripts import is_unclear
from mailbot.core.sentences import MailText

READ = {
    "ja-polite": ("個人情報の件", "お世話になっております。登録している私の個人情報を開示していただけますでしょうか。"),
    "ja-hiragana": ("", "めるまがをとめてください。もういりません。"),
    "ja-katakana": ("", "アカウント サクジョ オネガイ シマス"),
    "ja-halfwidth": ("", "ﾒﾙﾏｶﾞ ﾃｲｼ"),
    "ja-one-word": ("", "退会希望"),
    "ja-short": ("", "削除お願いします"),
    "ja-kanji-9": ("", "個人情報開示請求書"),
    "ja-kanji-8": ("", "登録情報削除希望"),
    "ja-kanji-twice": ("退会希望", "会員退会希望"),
    "ja-kanji-lines": ("広告配信停止", "広告配信停止希望\n会員番号 30412\n山田太郎"),
    "ja-kanji-address": ("", "退会希望\n山田太郎\n東京都世田谷区代沢三丁目九番"),
    "ja-form": ("開示請求", "氏名 佐藤花子\n請求内容 保有個人情報開示\n連絡先 電話番号"),
    "ja-old-letters": ("", "退會希望 齋藤國男 渡邊眞理"),
    "ja-emoji": ("", "もうやめて😭😭😭"),
    "ja-with-url": ("", "このページの私の写真を消して https://www.company.test/staff/members/photo/2024/index.html"),
    "ja-short-url": ("", "これ消して https://www.company.test/staff/members/photo/2024/index.html"),
    "ja-en-signature": (
        "",
        "退会します。\n--\nHanako Suzuki\nSales Manager, Example Trading\nMinato-ku, Tokyo\nhanako@example.test",
    ),
    "ja-with-english-words": ("", "GDPR に基づいて personal data の deletion を request します。"),
    "ja-elderly": (
        "",
        "拝啓\u3000時下ますます御清栄のこととお慶び申し上げます。さて、ご案内の葉書はもう結構でございます。",
    ),
    "ja-chinese-name": ("", "王小明と申します。中国から来ました。私の住所を直してください。"),
    "ja-company-pronoun": ("", "我々の名簿を返却してください。我が社の社員です。"),
    "ja-subject-only": ("個人データの消去をお願いします", ""),
    "ja-terse": ("", "住所訂正"),
    "ja-spaces": ("", "住 所 を 変 え て"),
    "ja-legal": ("", "個人情報保護法第三十三条第一項に基づき、保有個人データの開示を請求する。"),
    "en-delete": ("", "Delete my account"),
    "en-unsubscribe": ("", "unsubscribe"),
    "en-unsubscribe-subject": ("unsubscribe", ""),
    "en-stop": ("", "STOP"),
    "en-opt-out": ("", "opt out"),
    "en-cancel": ("", "Cancel subscription"),
    "en-membership": ("", "cancel membership"),
    "en-gdpr": ("GDPR request", ""),
    "en-erasure": ("Erasure request", "Right to erasure, GDPR Article 17"),
    "en-dsar": ("DSAR", "Subject access request"),
    "en-personal-data": ("", "personal data deletion"),
    "en-remove": ("", "remove pls"),
    "en-close": ("", "Close account"),
    "en-polite": (
        "My data",
        "Dear team, could you let me know what information you hold about me? Kind regards, Gerald",
    ),
    "en-non-native": ("", "Hello. I am customer since long. Please to erase all datas of me from computer."),
    "en-non-native-2": ("about adress", "My adress is change. New adress is Fukazawa 3-99-2. Please fix."),
    "en-non-native-3": ("", "Already many mails coming, not want. Please stopping sending."),
    "en-no-caps": ("", "hi can u pls delete everything u have on me thx"),
    "en-angry": ("", "WHO GAVE YOU MY NUMBER??? STOP CALLING ME"),
    "en-signature": (
        "",
        "Please remove me.\n--\nAnneke van den Berg\nHead of Procurement\nNederlandse Spoorwegen Groep\nUtrecht",
    ),
    "en-signature-ja": ("", "Please delete my account.\n山田花子\n株式会社鈴木商事\n東京都千代田区丸の内一丁目"),
    "en-names": (
        "",
        "Please correct the spelling: Kowalczyk-Szczepanski, not Kowalczyk-Sczepanski. Zofia Kowalczyk-Szczepanski",
    ),
    "en-list": ("", "Surname: Nguyen\nGiven name: Thi Mai\nMember number: 30412\nRequest: access to personal data"),
    "en-url": ("", "Take this down https://www.company.test/staff/members/photo/2024/autumn/party/img_2031.jpg"),
    "en-lawyer": (
        "Our client",
        "We act for Mr Osei. Pursuant to Article 33 we request disclosure of all personal data within two weeks.",
    ),
    "en-curly": ("", "I don’t want your “offers” anymore."),
    "en-telegraphic": ("Wrong phone number", "New: 090-0000-0000"),
    "en-fullwidth": ("", "Ｐｌｅａｓｅ\u3000ｄｅｌｅｔｅ\u3000ｍｙ\u3000ａｃｃｏｕｎｔ"),
    "both": ("退会 / cancellation", "退会したいです。I would like to cancel."),
    "both-mostly-english": (
        "",
        "I wrote last week about my データ and nobody answered. Please send the 開示 result soon, thank you.",
    ),
    "en-minor": ("", "im 14 and my mom says u shld not keep my pics"),
    "ja-1": ("", "会員番号削除希望"),
    "ja-2": ("お願い", "電話しないで"),
    "ja-3": ("", "第三者提供記録開示請求\n請求人 高橋健一"),
    "ja-4": ("", "ダイレクトメール不要"),
    "ja-5": ("", "母の写真がサイトに載っています。Please remove。"),
    "ja-6": ("配信停止", ""),
    "ja-7": ("", "你好という名前の店で登録した者ですが、登録を消していただけませんか。"),
    "ja-8": ("", "はい、それでお願いします。 Best regards, Christopher Montgomery, Director of Facilities"),
    "ja-9": ("至急", "情報漏洩\u3000謝罪要求"),
    "ja-10": ("", "住所変更届 旧住所 横浜市港北区日吉本町 新住所 川崎市中原区小杉町"),
    "ja-11": ("", "わたしの なまえ まちがっています なおして ください"),
    "ja-12": ("", "カフェ Café de la Paix 店の会員をやめます"),
    "en-1": ("", "Forget me"),
    "en-2": ("", "Wipe everything."),
    "en-3": ("", "Enough newsletters!"),
    "en-4": ("Spelling", "It is Zoë Müller, not Zoe Muller."),
    "en-5": ("", "me no want mail, finish please"),
    "en-6": ("", "Purge records"),
    "en-7": ("", "Kindly furnish particulars of third parties receiving details concerning myself."),
    "en-8": ("", "who sold u my nr"),
    "en-9": ("Complaint", "Staff gossip about patients' addresses. Shameful."),
    "en-10": ("", "Deactivate login"),
    "en-11": ("", "Jose Garcia de la Cruz here. Please delete my data."),
    "en-12": ("", "Is my request done?"),
    "en-13": ("Status?", ""),
    "en-14": ("", "Thank you, François"),
}
"""Japanese and English, from one word to a legal letter: subject and newest words."""

UNCLEAR = {
    "zh-hans": ("", "您好，请删除我的账户和所有个人信息，谢谢。"),
    "zh-hans-short": ("", "请删除我的账号"),
    "zh-hans-shortest": ("", "删除账户"),
    "zh-hans-unsubscribe": ("退订", "不要再给我发邮件了"),
    "zh-hans-english-subject": ("Account deletion", "你好，我想注销我的账号，请帮我处理一下。"),
    "zh-hans-thanks-ja": ("", "你好，请把我的资料全部删除，不要再联系我。ありがとう"),
    "zh-hant": ("", "您好，請刪除我的帳號以及所有個人資料，謝謝。"),
    "zh-hant-short": ("", "請刪除我的帳號"),
    "zh-hant-plain": ("", "我想知道貴公司保存了我的哪些資料"),
    "ko": ("", "안녕하세요. 제 개인정보를 삭제해 주세요."),
    "ko-short": ("", "탈퇴"),
    "fr": ("", "Bonjour, je souhaite que vous supprimiez mon compte et toutes mes données personnelles. Merci."),
    "fr-short": ("", "Supprimez mon compte"),
    "fr-access": (
        "Droit d'accès",
        "On me dit que vous avez des informations sur moi. J'ai le droit de les avoir. A bientôt",
    ),
    "fr-was": ("", "Où en est ma demande ? On a dit me répondre."),
    "de": ("", "Guten Tag, bitte löschen Sie mein Konto und alle meine personenbezogenen Daten."),
    "de-short": ("", "Account löschen"),
    "de-was": ("", "Was haben Sie an Daten von mir? Also ich will so was nicht."),
    "de-name": ("Name falsch", "Mein Name ist falsch geschrieben."),
    "de-newsletter": ("", "Newsletter abbestellen"),
    "es": ("", "Hola, quiero que eliminen mi cuenta y todos mis datos personales, por favor."),
    "es-no": ("", "No me envien mas correos. No he dado permiso a nadie."),
    "es-accents": ("", "¿Qué información mía tenéis? ¿Está aún ahí? Sé a quién la disteis."),
    "pt": ("", "Olá, solicito a exclusão da minha conta e de todos os meus dados."),
    "pt-no": ("", "Não me mandem mais e-mail. No mês passado já pedi a exclusão do meu e-mail."),
    "pt-short": ("", "cancelar conta"),
    "it": ("", "Buongiorno, vorrei cancellare il mio account e tutti i miei dati personali. Grazie."),
    "it-i": ("", "I miei dati no, i suoi dati no, in futuro me li mandi per email."),
    "nl": ("", "Hallo, kunt u mijn account verwijderen? Wat is er over mij bekend? We willen dit."),
    "nl-name": ("", "Mijn data is van me. Is dat nu zo of is dat niet zo? Haal me van de lijst."),
    "id": ("", "Tolong hapus data saya dan jangan kirim email lagi."),
    "id-short": ("", "hapus data saya"),
    "ms": ("", "Sila padam akaun saya dan semua data peribadi."),
    "vi": ("", "Xin chào, tôi muốn xóa tài khoản của tôi và mọi thông tin cá nhân."),
    "vi-short": ("", "xóa tài khoản"),
    "vi-plain": ("", "Xin xoa tai khoan cua toi, cam on"),
    "tl": ("", "Paki tanggal po ang pangalan ko sa listahan ninyo. Salamat po at ingat."),
    "tl-english": ("", "Paki delete po ang account ko at ang lahat ng data ko."),
    "ru": ("", "Здравствуйте, удалите мой аккаунт и все мои данные."),
    "uk-mixed": ("Delete", "Добрий день! Видаліть, будь ласка, мій обліковий запис та дані."),
    "ar": ("", "مرحبا، أرجو حذف حسابي وجميع بياناتي الشخصية."),
    "th": ("", "กรุณาลบบัญชีและข้อมูลส่วนตัวของฉัน"),
    "hi": ("", "कृपया मेरा खाता हटा दें।"),
    "ne": ("", "कृपया मेरो खाता मेटाउनुहोस्।"),
    "pl": ("", "Proszę o usunięcie mojego konta i wszystkich danych."),
    "tr": ("", "Lütfen hesabımı ve tüm kişisel verilerimi silin."),
    "pt-data": ("", "Quero os dados do data center de voces e a data do cadastro"),
    "romaji": ("", "taikai shitai desu"),
    "romaji-no": ("", "watashi no kojin joho no kaiji wo onegai shimasu"),
    "romaji-delete": ("", "watashi no data wo delete shite kudasai"),
    "emoji": ("", "😡😡🙏"),
    "digits": ("", "090-0000-0000"),
    "url": ("", "https://www.company.test/unsubscribe?id=30412"),
    "url-words": ("", "https://www.company.test/get/info/for/you"),
    "address": ("", "info@example.test"),
    "empty": ("", ""),
    "spaces": ("  ", " \n\t\u3000 "),
    "punctuation": ("???", "..."),
    "name-only": ("", "Keiko Yamada"),
    "gibberish": ("", "asdf qwer zxcv"),
    "zh-1": ("", "麻烦把我的电话号码改一下"),
    "zh-2": ("", "停止使用我的个人资料"),
    "zh-3": ("取消訂閱", "請不要再寄廣告給我"),
    "zh-4": ("", "注销"),
    "zh-5": ("", "要求刪除"),
    "h-ko": ("Hello", "제 계정을 지워주세요. 더 이상 메일 보내지 마세요"),
    "fr-1": ("", "Merci de me desinscrire"),
    "fr-2": ("Data", "Quelles données avez-vous ? J'attends une réponse."),
    "fr-3": ("", "Stop aux mails svp"),
    "de-1": ("", "Bitte keine Werbung mehr"),
    "de-2": ("", "Ich will wissen, was in der Liste so steht, so war das nicht gemeint."),
    "de-3": ("DSGVO", "Auskunft nach Art. 15"),
    "es-1": ("", "Borrar mi cuenta"),
    "es-2": ("", "Mi nombre no es Juan, es Jose. Cambien eso ya."),
    "pt-1": ("", "Quero saber quais dados voces tem sobre mim"),
    "it-1": ("", "Chi vi ha dato il mio numero?"),
    "it-2": ("", "Cancellatemi"),
    "nl-1": ("", "Stop met bellen"),
    "nl-2": ("", "Wie heeft mijn adres aan u gegeven?"),
    "id-1": ("", "Mohon data pribadi saya dihapus"),
    "vi-1": ("", "Đừng gửi email cho tôi nữa"),
    "tl-1": ("", "Pwede po bang i-delete ang data ko?"),
    "tl-2": ("", "Bakit nyo binigay ang number ko sa iba?"),
    "h-ru": ("Stop", "Прекратите присылать рекламу"),
    "fa": ("", "لطفا حساب من را حذف کنید"),
    "romaji-1": ("", "mail wo tomete kudasai"),
    "romaji-2": ("", "juusho ga kawarimashita, naoshite"),
    "sv": ("", "Ta bort mitt konto"),
    "fi": ("", "Poistakaa tietoni"),
    "mixed": ("", "ok 👍"),
}
"""Everything else: other languages and scripts, romaji (no part of the pipeline reads it), and no words at all."""

ALARMED_AT: set[str] = set()
TAKEN_FOR_READ = {"es-no", "it-i", "pt-data", "pt-no"}
"""What `is_unclear` still gets wrong; a cure takes the name out."""


def is_person_needed(subject: str, text: str) -> bool:
    return is_unclear(MailText(subject, text, Language.JA))


def each(table: dict[str, tuple[str, str]], faults: set[str]) -> list[object]:
    """Make a parameter of every mail; the faults that are known must fail, so that a cure is noticed."""
    cure = [pytest.mark.xfail(reason="full of words that English has too")]
    return [pytest.param(*mail, id=name, marks=cure if name in faults else []) for name, mail in table.items()]


@pytest.mark.parametrize(("subject", "text"), each(READ, ALARMED_AT))
def test_a_mail_in_japanese_or_english_is_read(subject: str, text: str) -> None:
    assert not is_person_needed(subject, text)


@pytest.mark.parametrize(("subject", "text"), each(UNCLEAR, TAKEN_FOR_READ))
def test_a_mail_in_no_language_of_the_desk_goes_to_a_person(subject: str, text: str) -> None:
    assert is_person_needed(subject, text)


def test_every_fault_that_is_known_names_a_mail() -> None:
    assert READ.keys() >= ALARMED_AT
    assert UNCLEAR.keys() >= TAKEN_FOR_READ


NO_LETTER = st.characters(exclude_categories=["L"]).filter(
    lambda sign: not any(one.isalpha() for one in unicodedata.normalize("NFKC", sign))
)
"""Signs such as the one for January hold a letter all the same."""


@given(st.text(NO_LETTER), st.text(NO_LETTER))
def test_a_mail_without_letters_is_unclear(subject: str, text: str) -> None:
    assert is_person_needed(subject, text)


@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_no_text_raises_and_widths_never_matter(subject: str, text: str) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) if "a" <= one <= "z" else one for one in text)
    assert is_person_needed(subject, text) == is_person_needed(subject, wide)


@given(st.text("абвгдежзий 안녕하세요 กขคง", min_size=20, max_size=60))
def test_another_script_stays_unclear_beside_a_japanese_word(text: str) -> None:
    assert is_person_needed("退会", text) or sum(one.isalpha() for one in text) < 3


@pytest.mark.parametrize("text", ["a" * 10**6, "あ" * 10**6, "@" * 10**6, "h" * 5000 + "@", "\n" * 10**6])
def test_a_mail_of_a_million_characters_is_judged(text: str) -> None:
    assert is_person_needed("", text) in {True, False}
