"""Tells a plain text that stands in for the HTML beside it from one that is the mail.

Mailers that write HTML alone put a sentence such as "This message requires HTML" into the plain form, or nothing
but a line of their own.
"""

import re

_MAX_STUB_CHARS = 600
_MAX_SHORT_CHARS = 80
_TIMES_LONGER = 5

_ADDRESS = re.compile(r"<[^<>\s]{1,2000}>|https?://[^\s<>]{1,2000}")
_NO_WORDS = re.compile(r"[\W_]+")
_SPEAKS_OF_HTML = re.compile(r"html|ｈｔｍｌ|ＨＴＭＬ|\bmime\b|multi-?part|rich ?text|リッチテキスト", re.IGNORECASE)
_SAYS_NO = re.compile(
    r"requir|support|capab|compatib|enabl|view|display|render|read|see|show|format|reader|client|browser|program|part|version"
    r"|対応|表示|閲覧|ご覧|御覧|形式|メーラ|メールソフト|ブラウザ|環境|設定|切り替え|無効|有効",
    re.IGNORECASE,
)


def may_be_stub(plain: str) -> bool:
    """Whether a plain text is so short, or speaks of HTML so, that the form beside it must be looked at."""
    words = words_of(plain[: 4 * _MAX_STUB_CHARS])
    return len(words) <= _MAX_SHORT_CHARS or (len(words) <= _MAX_STUB_CHARS and _speaks_of_html(plain))


def is_stub_of(plain: str, other: str) -> bool:
    """Whether a plain text that may be a stub says less than the `other` form of the mail.

    It does where it speaks of HTML and the other form does not say the same, or where it is a fraction of it.
    """
    words, others = words_of(plain), words_of(other)
    if _speaks_of_html(plain) and words not in others:
        return bool(others)
    return len(words) <= _MAX_SHORT_CHARS and len(others) > _TIMES_LONGER * (len(words) + 10)


def words_of(text: str) -> str:
    """Return nothing but the letters and digits of a text, addresses of links taken out, to compare two forms of it."""
    return _NO_WORDS.sub("", _ADDRESS.sub("", text)).lower()


def _speaks_of_html(plain: str) -> bool:
    return _SPEAKS_OF_HTML.search(plain) is not None and _SAYS_NO.search(plain) is not None
