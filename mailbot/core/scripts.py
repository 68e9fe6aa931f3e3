"""Says whether a mail is in a language the desk reads: Japanese or English. Pure values."""

import re

from mailbot.core.sentences import MailText, folded

_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|[!-~]{1,64}@[!-~]+")
"""An address of a page or mailbox: its words are nobody's language."""
_LETTER = re.compile(r"[^\W\d_]")
_HIRAGANA = re.compile(r"[\u3041-\u309f]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff々〆]")
_LATIN = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]")
_ACCENT = re.compile(r"[\u00df-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_CHINESE = re.compile(
    "[你您妳嗎們吧這刪麼哪沒个]|貴公司|謝謝|帳號|我的|我想|我要|我是|資訊|請問|請把|請將|請不|不要再|訂閱"
)
"""Characters and words that stand in most Chinese mails and in no Japanese one, though Japanese encodings know them."""
_ENGLISH = frozenset(
    "a about access account address again all also am an and any anymore are as ask at be because been but by can"  # noqa: SIM905
    " can't cancel cannot change close complaint contact copy correct could customer data deactivate dear delete"
    " deletion details did do does doesn't don't email enough erase erasure ever everything fix for from gdpr get"
    " getting give go got had has have he hello her hi him his hold how i i'd i'll i'm i've if im in info"
    " information into is isn't it it's its just keep kind kindly know let like list mail make marketing may me"
    " member membership more my name need never new no not now number of off on once one only opt or our out over"
    " personal phone please pls privacy re records regards remove request right send sent she should so some"
    " status stop subject subscription take than thank thanks that that's the their them then there these they"
    " third this those to u unsubscribe up us want was we were what when where which who why will with without"
    " would wrong yes you your yours".split()
)
_FOREIGN = frozenset(
    "ich und der das nicht ist mir mein meine bitte sie haben keine hallo war von für auf zu ein eine mich ihre"  # noqa: SIM905
    " je vous le la les de des du mon ma mes et est que qui pour une sur pas ne votre svp aux"
    " el los las mi mis por una su sus del con quiero datos envien nadie"
    " o os da dos meu meus minha para um uma em seu sua conta voces por solicito"
    " il dei miei mio di che non per vorrei lo gli suoi"
    " het een van ik mijn niet dat er dit kunt met aan"
    " saya dan yang di untuk hapus tolong anda akun semua akaun"
    " ang ng po ko na sa mga ninyo paki"
    " toi cua"
    " wo desu masu shite kudasai onegai watashi ni ga wa shitai".split()
)
"""Small words of the neighbours that share letters, and some words, with English; the last row is Japanese in Latin
letters, which no part of the pipeline can read."""
ENGLISH_FROM = 0.22
"""The share of words that every English text has; German, French, Spanish stay well below."""
FEW_WORDS = 4
FEW_HIRAGANA = 3
HAN_ALONE = 40
"""So many Chinese characters without kana are no Japanese form; fewer are ("個人情報開示請求書", a name, a street)."""


def is_unclear(mail: MailText) -> bool:
    """Whether a mail says nothing in Japanese or English: no letters, another script, another language."""
    text = _ADDRESS.sub(" ", folded(f"{mail.subject}\n{mail.reply_text[:4000]}").lower())
    letters, kana = len(_LETTER.findall(text)), len(_KANA.findall(text))
    han, latin, hiragana = (len(one.findall(text)) for one in (_HAN, _LATIN, _HIRAGANA))
    words = _WORD.findall(text)
    known = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN or _ACCENT.search(word) is not None for word in words)
    if not letters or (kana + han + latin) * 2 < letters:
        return True
    if foreign and foreign >= known:
        return hiragana * 4 < latin
    if kana + han > latin / 4 or hiragana >= FEW_HIRAGANA:
        return _chinese_signs(text) * 8 > kana or (kana * 12 < kana + han and han >= HAN_ALONE)
    return known < ENGLISH_FROM * len(words) if len(words) > FEW_WORDS else not known


def _chinese_signs(text: str) -> int:
    """Count what no Japanese mail would have: simplified characters (unknown to cp932) and Chinese words."""
    simplified = sum(not one.encode("cp932", "ignore") for one in _HAN.findall(text))
    return simplified + len(_CHINESE.findall(text))
