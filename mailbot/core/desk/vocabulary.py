"""The words staff may type for a code, in both languages: kinds, letters, what to ask, how an identity was checked.

Keys are in lower case with `_` for `-`; values are the codes the rest of the program knows.
"""

from collections.abc import Mapping

from mailbot.core.desk.letterbook import FORMS

_KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "purpose": ("利用目的", "利用目的の通知"),
    "disclosure": ("開示",),
    "tp_record": ("提供記録", "第三者提供記録"),
    "correct": ("訂正",),
    "add": ("追加",),
    "delete_item": ("削除", "項目の削除", "delete"),
    "stop_use": ("利用停止", "停止"),
    "erase": ("消去",),
    "tp_stop": ("第三者提供停止", "第三者提供の停止", "提供停止"),
    "marketing_stop": ("広告停止", "広告の停止", "marketing"),
    "complaint": ("苦情",),
    "opinion": ("意見", "ご意見"),
    "incident_tip": ("漏えい", "漏洩", "incident"),
    "inquiry": ("問い合わせ", "問合せ", "お問い合わせ", "question"),
    "not_for_us": ("対象外", "窓口対象外"),
}
_LETTER_WORDS: Mapping[str, tuple[str, ...]] = {
    "L2": ("本人確認",),
    "L3": ("代理人", "代理人確認"),
    "L4": ("補正", "特定"),
    "L5": ("経過", "経過報告"),
    "L6": ("開示", "開示決定"),
    "L7": ("一部開示",),
    "L8": ("不開示",),
    "L9": ("不存在",),
    "L10": ("方法変更",),
    "L11": ("訂正", "訂正等"),
    "L12": ("利用停止", "利用停止等"),
    "L12M": ("広告停止",),
    "L13": ("利用目的",),
    "L14": ("苦情", "苦情回答"),
    "L15": ("漏えい", "漏えい通知"),
    "L16": ("終了",),
    "STATUS": ("状況",),
    "WAIT": ("待つ", "保留"),
}


def _codes(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: code for code, others in words.items() for word in (code.lower(), *others)}


KINDS_ASKED: Mapping[str, str] = _codes(_KIND_WORDS)
"""Words for the kinds a person may say is asked: all of `core.kinds` but *unclassified*, which says nothing."""

LETTERS: Mapping[str, str] = {**{form.template: form.code for form in FORMS}, **_codes(_LETTER_WORDS)}
"""Words for the letters of the book: the code, the template, and the office's word."""

ASKED: Mapping[str, str] = _codes(
    {
        "id": ("本人", "本人確認"),
        "mandate": ("代理", "代理人", "委任"),
        "scope": ("内容", "特定"),
        "wait": ("待つ", "保留"),
    }
)
"""What a requester can be asked for."""

METHODS: Mapping[str, str] = _codes(
    {"reply": ("返信",), "facts": ("照合",), "document": ("書類",), "post": ("郵送",), "waive": ("免除",)}
)
"""How an identity is checked; the codes of `identity.METHODS`."""

ALTERNATIVE: Mapping[str, str] = _codes({"alternative": ("代替",)})
OFF: Mapping[str, str] = _codes({"off": ("解除",)})
CLOSED: Mapping[str, str] = _codes({"withdrawn": ("取下げ", "取り下げ", "取下"), "lapsed": ("失効", "期限切れ")})
"""Why a case is closed without an answer; any other word is free text."""
ROLES: Mapping[str, str] = _codes({"agent": ("代理人", "代理"), "family": ("家族",)})
"""Who a second person of a case is."""
