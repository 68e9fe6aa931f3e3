"""Knows what one line near the end of a letter is: how to reach somebody, an organisation, a name, prose, form data."""

import re

from mailbot.core.reader.reply.page import bare
from mailbot.core.reader.reply.signature_words import (
    CJK_PHONE_LABELS,
    LATIN_REQUEST_LABELS,
    LETTER_ENDS,
    MAIL_LABELS,
    NETWORKS,
    ORGANISATIONS,
    PHONE_LABELS,
    REQUEST_LABELS,
    SIGNATURE_LABELS,
    TITLES,
    WEAK_REQUEST_LABELS,
)

_MAX_CHARS = 100
_MAX_LINK_CHARS = 300
_MAX_BESIDE_CHARS = 45
_MAX_NAME_CHARS = 40
_MAX_NAME_WORDS = 5
_MAX_PROSE_WORDS = 8
_LONG_CHARS = 60

_NUMBER = r"[+(]{0,2}\d[\d\s()./+-]{4,}\d"
_PHONE_LABEL = rf"(?:(?<![^\W_])(?:{PHONE_LABELS})|{CJK_PHONE_LABELS})"
_PHONE = re.compile(rf"{_PHONE_LABEL}(?:[ .:)/-]|\(.{{1,8}}\)){{0,4}}{_NUMBER}", re.IGNORECASE)
_BARE_PHONE = re.compile(rf"(?!(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?$){_NUMBER}(?: ?\(.{{1,12}}\))?")
_DASHED_PHONE = re.compile(r"(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])")
_ADDRESS = re.compile(r"[^\s@<>:(]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_SITE = re.compile(r"https?://\S+|(?<![\w@.-])www\.[^\s.]+\.\S+")
_DOMAIN = re.compile(
    r"[a-z0-9-]{2,40}(?:\.[a-z0-9-]{2,40})?\.(?:com|net|org|jp|co|de|fr|io|uk|eu|test|example|info|biz)(?:\.\w\w)?(?:/\S*)?",
    re.IGNORECASE,
)
_NETWORK = re.compile(rf"(?<![^\W_])(?:{NETWORKS}|{MAIL_LABELS})\s?[:@/]\s?\S", re.IGNORECASE)
_PLACE = re.compile(
    r"〒|\(?\d{3}-\d{4}\)?\s?\D|[都道府県][^\s、。]{1,12}[市区町村郡].{0,30}(?:\d|丁目|番地)"
    r"|\d{1,5} .{2,40}\b(?:st|street|ave|avenue|rd|road|blvd|boulevard|suite|floor|drive|lane|square|plaza)\b"
    r"|\b[A-Z]{2} \d{5}(?:-\d{4})?$|\bp\.?o\.? box \d",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(ORGANISATIONS, re.IGNORECASE)
_TITLE = re.compile(TITLES, re.IGNORECASE)
_NUMBERING = r"(?:\(?[\d一二三四五六七八九十]{1,2}[.):、]\s?|\d(?=[^\d\s-]))?"
_REQUEST = re.compile(
    rf"{_NUMBERING}(?:(?:{REQUEST_LABELS})(?:\(.{{0,12}}\))?(?:\s?[】\]:=]|\s|$)"
    rf"|(?:{LATIN_REQUEST_LABELS})(?: \(.{{0,20}}\))?\s?[:=])",
    re.IGNORECASE,
)
_REQUEST_INSIDE = re.compile(
    r"会員番号|お客様番号|顧客番号|生年月日|(?:年|/)\s?\d{1,2}\s?(?:月|/)\s?\d{1,2}\s?日?\s?生|date of birth"
    r"|(?:customer|member(?:ship)?|account|client|order|user|policy|contract) ?(?:id|no\.?|nr|number|#)\b",
    re.IGNORECASE,
)
_WEAK_REQUEST = re.compile(rf"{_NUMBERING}(?:{WEAK_REQUEST_LABELS})\s?[】\]:]", re.IGNORECASE)
_LABEL = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]{1,10}(?=:)")
_SIGNATURE_LABEL = re.compile(SIGNATURE_LABELS)
_LETTER_END = re.compile(rf"(?:{LETTER_ENDS})[.。:]?", re.IGNORECASE)

_FULL_STOP = re.compile(r"[^\s。]{3}[。!?]")
_SENTENCE = re.compile(
    r"(?:です|ます|ました|ません|ください|下さい|でした|でしょうか|ましょう|ますか|ですか|致します|願います|ございます|お願い|いただきたい"
    r"|したい|ほしい|欲しい|である|ている|でいる|されたい|のこと|ため|ので|けど|から)$"
)
_LATIN_END = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,}+[.!?;:]$|[,;]$")
_ITEM = re.compile(r"(?:[-*・•]|\d{1,2}[.)、](?!\d)|\(\d{1,2}\)) ?[^\s\d+(*・-]")
_MARKED_ITEM = re.compile(r"[●○◯▪→■□◆◇] ?\S")
_DATE = re.compile(
    r"(?:(?:令和|平成|西暦|昭和|[rRhH])\s?)?(?:\d{1,4}|元)\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}\s?日?(?:\s?\(.\))?"
    r"|(?:[a-z]{3,9},? )?(?:\d{1,2} [a-z]{3,9}|[a-z]{3,9} \d{1,2}),? \d{4}",
    re.IGNORECASE,
)
_KANJI_NAME = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々 ]{2,16}(?: ?[(/].{1,30}[)]?)?")
_LATIN_NAME = re.compile(r"(?:[^\W\d_a-z]\S*(?: |$)|(?:de|van|von|der|la|di|da|el|bin|al|af|y) ){1,5}")


def is_contact(plain: str) -> bool:
    """Whether a line is little more than a way to reach somebody: phone, mail, site, post address."""
    if len(plain) > _MAX_CHARS:
        return len(plain) < _MAX_LINK_CHARS and _SITE.fullmatch(plain) is not None
    line = bare(plain)
    if _PHONE.search(line) or _BARE_PHONE.fullmatch(line) or _NETWORK.search(line) or _DOMAIN.fullmatch(line):
        return True
    reach = _ADDRESS.search(line) or _SITE.search(line)
    if reach:
        return len(line) - len(reach[0]) < _MAX_BESIDE_CHARS
    return _PLACE.search(line) is not None


def has_phone(plain: str) -> bool:
    """Whether a number such as 03-0000-0000 stands on a line, with or without a label."""
    return _DASHED_PHONE.search(plain) is not None


def is_site(plain: str) -> bool:
    """Whether a line gives the address of a page and no phone or mail."""
    return _SITE.search(plain) is not None and not (_PHONE.search(plain) or _ADDRESS.search(plain))


def is_organisation(plain: str) -> bool:
    """Whether a line names a company, an office or somebody's place in it."""
    return len(plain) < _LONG_CHARS and bool(_ORGANISATION.search(plain) or _TITLE.search(plain))


def is_name(plain: str) -> bool:
    """Whether a line may be a name and nothing else."""
    line = bare(plain)
    if not line or len(line) > _MAX_NAME_CHARS or _LETTER_END.fullmatch(line):
        return False
    return bool(_KANJI_NAME.fullmatch(line)) or (
        len(line.split()) <= _MAX_NAME_WORDS and _LATIN_NAME.fullmatch(line) is not None
    )


def is_latin_name(plain: str) -> bool:
    """Whether a line may be a name of two or three capitalised words."""
    return (
        1 < len(plain.split()) < _MAX_NAME_WORDS - 1 and _LATIN_NAME.fullmatch(plain) is not None and plain[0].isascii()
    )


def is_prose(plain: str) -> bool:
    """Whether a line is part of a sentence, or too long or too talkative for a signature."""
    line = bare(plain)
    if _LETTER_END.fullmatch(line):
        return True
    if is_contact(plain):
        return "。" in line or line.endswith(("ます", "です", "ください"))
    if _FULL_STOP.search(line) or (_SENTENCE.search(line) and len(line) > _MAX_PROSE_WORDS):
        return True
    words = len(line.split())
    return (
        len(plain) > _LONG_CHARS
        or words > _MAX_PROSE_WORDS
        or (words > 1 and _LATIN_END.search(plain) is not None and not is_organisation(plain))
    )


def is_item(plain: str) -> bool:
    """Whether a line is one of a list; a drawn mark before a way to reach somebody is decoration."""
    if len(plain) > 1 and plain[0] == plain[-1]:
        return False  # a frame
    return _ITEM.match(plain) is not None or (_MARKED_ITEM.match(plain) is not None and not is_contact(plain))


def is_date(plain: str) -> bool:
    """Whether a line is a date alone, as above the name at the end of a formal letter."""
    return _DATE.fullmatch(plain) is not None


def is_request_data(plain: str) -> bool:
    """Whether a line gives data that belongs to a request: 氏名, 会員番号, date of birth."""
    line = bare(plain)
    return _REQUEST.match(line) is not None or _REQUEST_INSIDE.search(line) is not None


def is_foreign_label(plain: str) -> bool:
    """Whether a line begins with a Japanese label that no signature has: 「旧:」, 「品番:」."""
    found = _LABEL.match("".join(bare(plain).split()))
    return found is not None and _SIGNATURE_LABEL.fullmatch(found[0]) is None


def is_labelled_contact(plain: str) -> bool:
    """Whether a line gives a way to reach the writer under the full name a form gives it: 「電話番号:」."""
    return _WEAK_REQUEST.match(bare(plain)) is not None
