"""Knows the words that letters are wrapped in: greetings, addressees, contact lines, empty subjects. Pure.

A formula asks for nothing. Its words may raise a flag, but never a cue and never a doubt.
"""

import re

_MAX_FORMULA = 120
"""Characters; a longer line says more than a formula."""
_REPLY = re.compile(r"(?:(?:re|fw|fwd|aw|wg|sv|返信|転送)(?:\[\d+\])? ?: ?)+", re.IGNORECASE)
_TITLE_PART = re.compile(
    r"大?至急|緊急|重要|取り急ぎ|初めまして|はじめまして|こんにち[はわ]|突然の|無題|件名なし|先日|以前|申し?上げ|いたし|致し|させ|ください"
    r"|お願い|依頼|連絡|お?問い?合わ?せ|質問|相談|伺い|尋ね|確認|知らせ|報告|案件|について|に関し(?:て|まして)?|に関する|ます|です|です?が"
    r"|[ごおの件御こと]|\b(?:request|question|inquiry|enquiry|query|hello|hi|hey|greetings|urgent|important|help|please"
    r"|message|contact|no|subject|none|quick|short|small|another|customer|re|about|from|for|to|of|a|an|the|my|your|our|s)\b",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(
    r"[^。?!、,;:]{0,40}"
    r"(?:御中|各位|(?:担当者?|窓口|係|部|課|室|センター|責任者|デスク|事務局) ?(?:の方)?(?:へ|様|さま|殿|宛)?)"
)
_TO = re.compile(r"(?:dear|attention|attn|to)\b[^.?!;]{0,60}[,:]?", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:tel\b|phone|mobile|fax\b|e-?mail\b|mail\b|address\b|name\b"
    r"|(?:customer|member|account|order|client)\w* ?(?:no|number|id)\b"
    r"|電話|携帯|ファックス|メール|(?:新|旧|現|ご)?(?:住所|連絡先)|お?名前|氏名|(?:会員|顧客|お客様|契約|登録)(?:番号|id|コード|no)"
    r"|生年月日|署名)(?:番号|アドレス)?[ :.#].*"
    r"|〒.*|.{0,20}?[+(]?\d[\d() -]{7,}|\S{1,64}@\S{1,255}|https?://\S+"
    r"|(?:東京都|北海道|(?:京都|大阪)府|.{2,3}県).{2,60}\d.{0,40}",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(
    r"ください|下さい|願|希望|ほし|欲し|たい|です|ます|した|ません|ない|変更|訂正|修正|削除|消去|追加|停止|開示|不要|誤|間違|→|[?]"
    r"|\b(?:please|is|are|was|should|delete|remove|erase|change|correct|wrong|add|stop|not|no longer|want|need)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern)\b"
    r"[^,.!?:;]{0,40}[,!:]\s*",
    re.IGNORECASE,
)


def is_answer_title(subject: str) -> bool:
    """Tell whether the subject is that of the mail answered ("Re: …"), hence not in the writer's words."""
    return _REPLY.match(subject) is not None


def is_empty_title(subject: str) -> bool:
    """Tell whether a subject says only that something is asked: "お願い", "ご連絡の件", "Request"."""
    own = _REPLY.sub("", subject, count=1)
    return not any(letter.isalpha() for letter in _TITLE_PART.sub("", own))


def is_formula(line: str) -> bool:
    """Tell whether a line of the body is an addressee or a contact detail and says nothing else."""
    text = line.strip()
    if len(text) > _MAX_FORMULA:
        return False
    is_envelope = any(pattern.fullmatch(text) for pattern in (_ADDRESSEE, _TO, _CONTACT))
    return is_envelope and _SAYS_MORE.search(text) is None


def without_salutation(line: str) -> str:
    """Return an English sentence without the "Dear team, " before it; the verb is then its first word."""
    return _SALUTATION.sub("", line, count=1) if _SALUTATION.match(line) else line
